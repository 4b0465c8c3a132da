"""Parameters by name: they exist, have the kind of number they need, and keep to their range."""

from collections.abc import Iterator, Mapping

from sim.errors import Located
from sim.model.registry import PARAMETERS
from sim.model.spec import INF, Parameter
from sim.scenario.common import Prior, Sourced
from sim.scenario.hypothesis import COMMON_EFFECT
from sim.scenario.tails import outside
from sim.scenario.text import one_of
from sim.scenario.tree import Node, Path, at, at_key

SPARED = "effect_infrastructure"
MOST_OUTSIDE = 1e-5  # a prior's probability outside the range: under a tenth of a draw in 4,000


def declared(name: str, *, common_effect: bool) -> Parameter | None:
    """What the model declares of a parameter; None if it knows none of that name."""
    return PARAMETERS.get(SPARED if common_effect and name == COMMON_EFFECT else name)


def check_block(
    numbers: Mapping[str, Sourced], path: Path, tree: Node, *, common_effect: bool, fitted: bool
) -> Iterator[Located]:
    """The mistakes in a block of parameters by name."""
    known = [*PARAMETERS, COMMON_EFFECT] if common_effect else list(PARAMETERS)
    for name, number in numbers.items():
        here = (*path, name)
        parameter = declared(name, common_effect=common_effect)
        if parameter is None:
            yield at_key(tree, here, one_of(name, known, "a parameter of the model"))
        elif number.value is not None:
            if fitted:
                said = "expected a prior, found a value: write it under assumptions if it is held"
                yield at(tree, (*here, "value"), said)
            elif not parameter.low <= number.value <= parameter.high:
                yield at(
                    tree, (*here, "value"), f"expected a number {range_of(parameter)}, found {number.value:g}"
                )
        elif number.prior is not None:
            yield from _check_prior(number.prior, parameter, here, tree)


def range_of(p: Parameter) -> str:
    """A parameter's range, in words."""
    unit = f" ({p.unit})" if p.unit else ""
    if p.high == INF:
        return f"of at least {p.low:g}{unit}"
    return f"from {p.low:g} to {p.high:g}{unit}"


def _check_prior(prior: Prior, parameter: Parameter, path: Path, tree: Node) -> Iterator[Located]:
    form = next(iter(prior.model_fields_set))
    where = (*path, "prior", form)
    if form == "normal" and parameter.low >= 0.0:
        advice = "beta or uniform" if parameter.high <= 1.0 else "lognormal, gamma or half_normal"
        yield at_key(
            tree,
            where,
            f"expected a prior {range_of(parameter)}, found a normal one, which has no ends: write {advice}",
        )
        return
    beyond = outside(prior, parameter.low, parameter.high)
    if not beyond <= MOST_OUTSIDE:
        found = f"{form} with {beyond:.2g} of its probability outside"
        yield at_key(tree, where, f"expected a prior {range_of(parameter)}, found {found}")
