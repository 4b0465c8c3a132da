"""From runs to the tables of a comparison: measures by policy and place, paired differences, weeks."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from sim.measures import AVERTED, MEASURES
from sim.scenario.study_files import StudyFiles
from sim.study import summary
from sim.study.expected import Expected, split
from sim.study.precision import clusters
from sim.study.runner import Floats, Runs
from sim.study.summary import Ints

NONE = "none"
Columns = dict[str, Floats]  # a measure's values, shape (replications, policies)


class Sets(NamedTuple):
    """The sets of runs of a comparison."""

    main: Runs
    prior: Runs | None
    by_hypothesis: dict[str, Runs]
    fixed: Runs | None
    expected: Expected | None = None
    prior_expected: Expected | None = None
    expected_by_hypothesis: Mapping[str, Expected] = MappingProxyType({})


def clusters_of(runs: Runs) -> Ints:
    """The posterior draw behind each run."""
    return clusters(runs.points.which, runs.points.draws)


def columns(runs: Runs | Expected, policies: Sequence[str]) -> Columns:
    """Every measure; attacks averted among them where there is a policy ``none``."""
    out = {name: runs.column(name) for name in runs.names}
    if NONE in policies:
        attacks = out["attacks"]
        out[AVERTED] = attacks[:, [policies.index(NONE)]] - attacks
    return out


def document(files: StudyFiles, policies: Sequence[str], sets: Sets) -> dict[str, Any]:
    """What the sets of runs say of these policies."""
    horizon = files.study.horizon_days
    places = sorted(files.settings.places)
    rows = differences(policies, [x for x in files.against if x in policies], horizon, sets)
    return {
        "measures": spreads(sets.main, policies, horizon),
        "by_place": by_place(sets.main, policies, places, horizon),
        "prior_measures": spreads(sets.prior, policies, horizon) if sets.prior is not None else {},
        "differences": rows,
        "variance": variance(sets.expected, policies) if sets.expected is not None else {},
        "weeks": weeks(policies, sets.main),
        "says": summary.says([d["label"] for d in rows if d["measure"] == "attacks"]),
    }


def spreads(runs: Runs, policies: Sequence[str], horizon_days: float) -> dict[str, Any]:
    """Spread of each measure under each policy."""
    cluster = clusters_of(runs)
    return {
        name: {p: summary.spread(values[:, j], cluster, horizon_days) for j, p in enumerate(policies)}
        for name, values in columns(runs, policies).items()
        if "[" not in name
    }


def by_place(
    runs: Runs, policies: Sequence[str], places: Sequence[str], horizon_days: float
) -> dict[str, Any]:
    """Spread of each measure that has places, by place and policy."""
    cluster = clusters_of(runs)
    return {
        name: {
            place: {
                p: summary.spread(runs.column(f"{name}[{place}]")[:, j], cluster, horizon_days)
                for j, p in enumerate(policies)
            }
            for place in places
        }
        for name, m in MEASURES.items()
        if m.by_place
    }


def differences(
    policies: Sequence[str], against: Sequence[str], horizon_days: float, sets: Sets
) -> list[dict[str, Any]]:
    """Paired differences of every policy against each of the references, for every measure."""
    cluster = clusters_of(sets.main)
    main = columns(sets.main, policies)
    prior = columns(sets.prior, policies) if sets.prior is not None else None
    fixed = columns(sets.fixed, policies) if sets.fixed is not None else None
    single = {h: columns(runs, policies) for h, runs in sets.by_hypothesis.items()}
    means = columns(sets.expected, policies) if sets.expected is not None else None
    prior_means = columns(sets.prior_expected, policies) if sets.prior_expected is not None else None
    single_means = {h: columns(x, policies) for h, x in sets.expected_by_hypothesis.items()}

    def pair(table: Mapping[str, Floats], name: str, a: str, b: str) -> tuple[Floats, Floats]:
        values = summary.censor(table[name], horizon_days)
        return values[:, policies.index(a)], values[:, policies.index(b)]

    out = []
    for name in [n for n in main if "[" not in n]:
        sign = summary.better_sign(name)
        for reference in against:
            for policy in [x for x in policies if x != reference]:
                a, b = pair(main, name, policy, reference)
                before = np.subtract(*pair(prior, name, policy, reference)) if prior is not None else None
                row: dict[str, Any] = {"measure": name, "policy": policy, "against": reference}
                row |= summary.difference(a, b, cluster, sign)
                row["prior_probability_better"] = (
                    None if before is None else summary.probability_better(before, sign)
                )
                row["probability_mean_better"] = row["prior_probability_mean_better"] = None
                judged: tuple[Floats, Floats | None] = (a - b, before)
                if means is not None and prior_means is not None and sets.expected is not None:
                    after = np.subtract(*pair(means, name, policy, reference))
                    ahead = np.subtract(*pair(prior_means, name, policy, reference))
                    row["probability_mean_better"] = summary.probability_better(after, sign)
                    row["prior_probability_mean_better"] = summary.probability_better(ahead, sign)
                    row["variance"] = _difference_split(
                        sets.expected, policies, name, policy, reference, after
                    )
                    judged = (after, ahead)
                row["label"] = summary.label(*judged, sign)
                row["variance_reduction_fixed"] = (
                    None
                    if fixed is None
                    else summary.variance_reduction(*pair(fixed, name, policy, reference))
                )
                row["by_hypothesis"] = {
                    h: _of_hypothesis(np.subtract(*pair(table, name, policy, reference)), sign)
                    for h, table in single.items()
                }
                for h, found in row["by_hypothesis"].items():
                    found["probability_mean_better"] = (
                        None
                        if h not in single_means
                        else summary.probability_better(
                            np.subtract(*pair(single_means[h], name, policy, reference)), sign
                        )
                    )
                out.append(row)
    return out


def variance(found: Expected, policies: Sequence[str]) -> dict[str, Any]:
    """Where the spread of each measure comes from, by policy: hypothesis, parameters, chance."""
    out: dict[str, Any] = {}
    for m, name in enumerate(found.names):
        parts = (
            split(found.mean[m, j], found.variance[m, j], found.points.which, found.inner)
            for j in range(len(policies))
        )
        out[name] = {p: None if x is None else x._asdict() for p, x in zip(policies, parts, strict=True)}
    return out


def _difference_split(
    found: Expected, policies: Sequence[str], name: str, policy: str, reference: str, after: Floats
) -> dict[str, float] | None:
    """Where the spread of a paired difference comes from. Attacks averted differ as attacks do."""
    m = found.names.index("attacks" if name == AVERTED else name)
    within = found.paired[m, policies.index(policy), policies.index(reference)]
    parts = split(after, within, found.points.which, found.inner)
    return None if parts is None else parts._asdict()


def _of_hypothesis(difference: Floats, sign: float) -> dict[str, float]:
    return {
        "mean": float(difference.mean()),
        "q05": float(np.quantile(difference, 0.05)),
        "q95": float(np.quantile(difference, 0.95)),
        "probability_better": summary.probability_better(difference, sign),
        "tied": float(np.mean(difference == 0.0)),
    }


def weeks(policies: Sequence[str], runs: Runs) -> dict[str, list[dict[str, float]]]:
    """Attacks in each week under each policy: mean and 5% and 95% quantiles of runs."""
    return {
        p: [
            {
                "week": w,
                "mean": float(runs.weeks[:, j, w].mean()),
                "q05": float(np.quantile(runs.weeks[:, j, w], 0.05)),
                "q95": float(np.quantile(runs.weeks[:, j, w], 0.95)),
            }
            for w in range(runs.weeks.shape[2])
        ]
        for j, p in enumerate(policies)
    }
