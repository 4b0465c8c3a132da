"""Small records, settings and hypotheses, made in a line, for the tests of calibration."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from calibration.evidence import Evidence, admit
from calibration.likelihoods.filter import CountFilter
from calibration.likelihoods.parameters import Reader
from calibration.priors import PriorTransform
from sim.scenario.common import Prior, Sourced
from sim.scenario.hypothesis import Hypothesis
from sim.scenario.record import Record
from sim.scenario.settings import Settings

DAY_0 = dt.datetime(2023, 1, 1)  # noqa: DTZ001  records state local time


def day(x: float) -> dt.datetime:
    """The moment so many days after day 0."""
    return DAY_0 + dt.timedelta(days=x)


def a_prior(**distribution: Mapping[str, float]) -> Prior:
    """A prior by the name of its distribution: ``a_prior(normal={"mean": 0.0, "sd": 1.0})``."""
    return Prior.model_validate(distribution)


def normal(mean: float, sd: float) -> Prior:
    return a_prior(normal={"mean": mean, "sd": sd})


def lognormal(median: float, sigma: float) -> Prior:
    return a_prior(lognormal={"median": median, "sigma": sigma})


def beta(a: float, b: float) -> Prior:
    return a_prior(beta={"a": a, "b": b})


def gamma(shape: float, rate: float) -> Prior:
    return a_prior(gamma={"shape": shape, "rate": rate})


def a_hypothesis(
    name: str = "H",
    *,
    family: str = "no-effect",
    fitted: bool = True,
    held: Mapping[str, float] | None = None,
    pooling: Sequence[Mapping[str, Any]] = (),
    **priors: Prior,
) -> Hypothesis:
    """A hypothesis: fitted parameters by their prior, others held at a value."""
    return Hypothesis.model_validate(
        {
            "kind": "hypothesis", "version": 1, "name": name, "family": family, "says": "for a test", "fitted": fitted,
            "parameters": {n: Sourced(prior=p, source="test") for n, p in priors.items()},
            "place_shares": {"concentration": 1.0, "source": "test"},
            "assumptions": {n: {"value": v, "source": "test"} for n, v in (held or {}).items()},
            "pooling": tuple({"source": "test", **x, "parameters": tuple(x["parameters"])} for x in pooling),
        }
    )  # fmt: skip


def some_settings(
    *,
    places: Sequence[str] = ("iraq", "syria"),
    mobilisation: Sequence[tuple[float, float]] = ((-1000.0, 1.0),),
    restraint: Sequence[tuple[float, str, float]] = (),
    assumptions: Mapping[str, Sourced] | None = None,
    interceptors: int = 1_000_000,
) -> Settings:
    """Settings with a group and a weapon; dated pieces as (day, level), restraint as (day, place, factor)."""
    return Settings.model_validate(
        {
            "kind": "settings", "version": 1, "name": "test", "start": DAY_0,
            "places": {p: {"political_cost": 0.0, "source": "test"} for p in places},
            "groups": tuple({"name": f"group-{p}", "place": p} for p in places),
            "sponsor": {"name": "sponsor"},
            "weapons": ({"name": "rocket", "from_stage": 0, "weight": 1.0, "interception": 0.5, "source": "test"},),
            "stage": 0,
            "defence": {"interceptors": {"initial": interceptors, "source": "test"}},
            "munitions": {"defender": {"initial": 1000, "source": "test"}},
            "mobilisation": tuple(
                {"date": day(t), "level": g, "name": "piece", "source": "test"} for t, g in mobilisation
            ),
            "host_restraint": tuple(
                {"date": day(t), "place": p, "factor": f, "source": "test"} for t, p, f in restraint
            ),
            "assumptions": dict(assumptions or {}),
        }
    )  # fmt: skip


def windows(*counted: tuple[float, float, int], **first: Any) -> tuple[dict[str, Any], ...]:
    """Windows (start, end, count) called W1, W2, …; ``first`` are fields of the first."""
    out: list[dict[str, Any]] = [
        {"id": f"W{i}", "source": "test", "start": day(a), "end": day(b), "count": n}
        for i, (a, b, n) in enumerate(counted, 1)
    ]
    out[0] |= first
    return tuple(out)


def strike(
    at: float, name: str = "C1", *, place: str = "iraq", strength: float = 1.0, **target: float
) -> dict[str, Any]:
    """A response on a day; ``target`` its shares, infrastructure by default."""
    return {
        "id": name, "source": "test", "date": day(at), "place": place, "strength": strength,
        "target": target or {"infrastructure": 1.0},
    }  # fmt: skip


def a_record(
    counted: Sequence[Mapping[str, Any]], responses: Sequence[Mapping[str, Any]] = (), **more: Any
) -> Record:
    """A record of windows and responses, day 0 its start."""
    return Record.model_validate(
        {
            "kind": "record", "version": 1, "name": "test", "title": "test", "provenance": "test", "start": DAY_0,
            "windows": tuple(counted), "responses": tuple(responses), **more,
        }
    )  # fmt: skip


def some_evidence(
    counted: Sequence[Mapping[str, Any]],
    responses: Sequence[Mapping[str, Any]] = (),
    *,
    settings: Settings | None = None,
    **more: Any,
) -> Evidence:
    """Evidence of every window and total of a record."""
    return admit(a_record(counted, responses, **more), settings if settings is not None else some_settings())


def a_filter(
    evidence: Evidence,
    hypothesis: Hypothesis,
    settings: Settings | None = None,
    kind: Callable[[Evidence, Reader], CountFilter] = CountFilter,
) -> tuple[CountFilter, PriorTransform]:
    """The closed form of a hypothesis under some evidence, and its prior."""
    transform = PriorTransform(hypothesis, evidence.places)
    reader = Reader(
        hypothesis, settings if settings is not None else some_settings(), transform.names, evidence.places
    )
    return kind(evidence, reader), transform
