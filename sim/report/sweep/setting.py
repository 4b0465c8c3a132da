"""Settings of a design: points that share everything but their policy, among which alone they are ranked."""

from collections.abc import Sequence
from typing import NamedTuple

from sim.report.parts import clean, listed
from sim.report.sweep.axes import Axis, where
from sim.report.sweep.reader import Sweep
from sim.scenario.sweeps.paths import is_lever

HELD = "assumptions."
NOT_REFITTED = (
    "The fit was not redone: levels and weights are those of the study’s own settings and assumptions; this asks what if "
    "only the future differed."
)


class Setting(NamedTuple):
    """A setting in words, and where its points stand among those with results."""

    words: str
    at: list[int]


def outer(axes: Sequence[Axis]) -> list[Axis]:
    """Axes that no policy can choose: settings, held parameters, what comes after the record."""
    return [a for a in axes if not is_lever(a.path)]


def settings_of(sweep: Sweep, axes: Sequence[Axis]) -> list[Setting]:
    """The settings in the order of the design; one without words where only policies vary."""
    around = outer(axes)
    if not around:
        return [Setting("", list(range(len(sweep.design))))]
    groups: dict[tuple[str, ...], list[int]] = {}
    for i, row in enumerate(sweep.design[[a.path for a in around]].itertuples(index=False)):
        groups.setdefault(tuple(str(x) for x in row), []).append(i)
    return [Setting(where(around, at[0]), at) for at in groups.values()]


def not_refitted(sweep: Sweep, axes: Sequence[Axis]) -> list[str]:
    """What it means that something other than the policy varies; nothing where nothing does."""
    if not outer(axes):
        return []
    return [NOT_REFITTED, *(_held(sweep, a) for a in outer(axes) if a.path.startswith(HELD))]


def _held(sweep: Sweep, a: Axis) -> str:
    """Under which hypotheses a parameter is held: those that have it, the settings' own under all."""
    name = a.path.removeprefix(HELD)
    everywhere = name in sweep.files.settings.assumptions
    has = [
        h for h, x in sweep.files.hypotheses.items() if everywhere or name in {*x.parameters, *x.assumptions}
    ]
    out = [h for h in sweep.files.hypotheses if h not in has]
    beside = [h for h in has if h not in sweep.fitted]
    said = (
        f"{clean(name)} is held under {listed(has)}"
        if out
        else f"{clean(name)} is held under every hypothesis"
    )
    if out and has:
        said += f", the only {'one' if len(has) == 1 else 'ones'} to have it; under {listed(out)} it moves nothing"
    if beside:
        said += f"; {listed(beside)} {'is' if len(beside) == 1 else 'are'} not in the average"
    return f"{said}."
