"""Section 2: the scenario grid, rows policies, columns levers and measures."""

from typing import Any, NamedTuple

from sim.measures import AVERTED, MEASURES
from sim.report.levers import differing, levers
from sim.report.parts import Cell, Column, Rows, Table
from sim.report.reader import Bundle
from sim.report.rounding import estimate, number, percent

GROUPS = {
    "Attacks": ("attacks_reported", "attacks_per_day", AVERTED),
    "Calm": ("quiet_fortnight_probability", "days_to_quiet_fortnight", "longest_lull_days"),
    "People": ("injuries", "tbi", "deaths"),
    "Price": ("strikes", "munitions", "interceptors", "political_cost", "wider_war"),
}
Spread = dict[str, Any]


class Grid(NamedTuple):
    """The grid in tables, and the levers that all policies share."""

    main: Table
    groups: list[Table]
    places: Table | None
    common: dict[str, str]
    same: list[str]  # measures that come out alike in every run


def grid(bundle: Bundle) -> Grid:
    """Levers in which the policies differ beside attacks, then the other measures by group, then places."""
    policies = {p: bundle.files.policies[p] for p in bundle.policies}
    differ, common = differing(policies, bundle.files.settings)
    columns = [Column("Policy", numeric=False), *(Column(x.capitalize(), numeric=False) for x in differ)]
    columns.append(heading("attacks"))
    rows: Rows = []
    for name, policy in policies.items():
        row = levers(policy, bundle.files.settings)
        rows.append([name, *(row[x] for x in differ), spread(bundle, "attacks", name)])
    known = {"attacks", *(m for g in GROUPS.values() for m in g)}
    groups = {**GROUPS, "Others": tuple(m for m in bundle.result["measures"] if m not in known)}
    return Grid(
        Table(
            f"Scenario grid: the levers in which policies differ, and attacks in {number(bundle.horizon_days)} days",
            columns,
            rows,
        ),
        [t for t in (_group(bundle, title, names) for title, names in groups.items()) if t is not None],
        _places(bundle),
        common,
        [_constant(bundle, m) for g in groups.values() for m in g if _never_differs(bundle, m)],
    )


def heading(measure: str) -> Column:
    """Heading of a measure: its name, what it is, and which way is better if not downward."""
    title = measure.replace("_", " ").capitalize().replace("Tbi", "TBI").replace(" probability", "")
    if measure == AVERTED:
        return Column(title, "fewer than under “none”; higher is better")
    m = MEASURES.get(measure)
    if m is None:
        return Column(title)
    note = m.says if m.better == "lower" else f"{m.says}; higher is better"
    if measure == "days_to_quiet_fortnight":
        note += "; the mean counts runs without one as the horizon"
    return Column(title, f"probability {note}" if m.unit == "probability" else note)


def spread(bundle: Bundle, measure: str, policy: str) -> Cell:
    """Mean, the mean's own interval, and 5% to 95% of runs."""
    return spread_cell(bundle.result["measures"][measure][policy], measure, bundle.horizon_days)


def spread_cell(x: Spread, measure: str, horizon_days: float) -> Cell:
    """The same from a spread of the document."""
    e = estimate(x["mean"], x["mean_low"], x["mean_high"])
    small = [e.interval]
    name = measure.partition("[")[0]
    if name not in MEASURES or MEASURES[name].unit != "probability":
        past = f"over {number(horizon_days)}"
        low, high = (past if x[k] is None else number(x[k]) for k in ("q05", "q95"))
        small.append(
            f"runs {low} to {high}"
            if low != high
            else f"all runs {low}"
            if low != past
            else f"most runs {past}"
        )
    if x.get("censored"):
        small.append(f"{percent(x['censored'])} not within the horizon")
    return Cell(e.mean, tuple(small))


def _never_differs(bundle: Bundle, measure: str) -> bool:
    """Is a measure one and the same number in every run of every policy? A column of it would say nothing."""
    found = bundle.result["measures"].get(measure)
    if found is None or measure == AVERTED or bundle.result["replications"] < 2:
        return False
    values = [found[p] for p in bundle.policies]
    return all(x["sd"] == 0.0 and x["mean"] == values[0]["mean"] for x in values)


def _constant(bundle: Bundle, measure: str) -> str:
    """What such a measure is, in words."""
    x = bundle.result["measures"][measure][bundle.policies[0]]
    title = heading(measure).title
    if x.get("censored"):
        return f"{title}: in no run within the {number(bundle.horizon_days)} days"
    return f"{title}: {number(x['mean'])}"


def _group(bundle: Bundle, title: str, names: tuple[str, ...]) -> Table | None:
    measured = [m for m in names if m in bundle.result["measures"]]
    found = [m for m in measured if not _never_differs(bundle, m)]
    if not found:
        return None
    columns = [Column("Policy", numeric=False), *(heading(m) for m in found)]
    return Table(title, columns, [[p, *(spread(bundle, m, p) for m in found)] for p in bundle.policies])


def _places(bundle: Bundle) -> Table | None:
    """Every measure that is counted by place, where there is more than one."""
    by_place = bundle.result.get("by_place") or {}
    places = sorted({place for found in by_place.values() for place in found})
    if len(places) < 2:
        return None
    rows: Rows = [
        [heading(m).title, policy, *(spread_cell(found[x][policy], m, bundle.horizon_days) for x in places)]
        for m, found in by_place.items()
        if all(x in found for x in places)
        for policy in bundle.policies
    ]
    columns = [
        Column("Measure", numeric=False),
        Column("Policy", numeric=False),
        *(Column(x) for x in places),
    ]
    return Table("Measures by place", columns, rows)
