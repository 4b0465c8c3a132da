"""Sections 4, 6 and 7: the table of points, what failed, how the sweep was made, and what it can't know."""

from collections.abc import Sequence
from typing import Any

from sim.report.parts import Cell, Column, Rows, Table, clean, listed
from sim.report.rounding import number
from sim.report.sections.grid import heading
from sim.report.sections.reproduce import SET_NAMES
from sim.report.sweep.axes import KINDS, Axis, design_of
from sim.report.sweep.best import ranked
from sim.report.sweep.reader import ATTACKS, Sweep
from sim.report.sweep.rows import difference, over_best, records, spread
from sim.report.sweep.setting import outer

BEST, FIRST = 40, 10
MOST_FAILED = 50
LIMITS: tuple[tuple[str, str], ...] = (
    (
        "A sweep searches; it doesn’t test.",
        "The more points there are, the better the best of them looks by luck alone, and no interval here allows for how many were "
        "looked at. What a sweep finds is a question for a comparison with a seed of its own.",
    ),
    (
        "A lever that moves the numbers moves the model.",
        "What a lever does here follows from the hypotheses and their priors. Where the label says prior-driven, the shape over the design was "
        "assumed before any record was read.",
    ),
    (
        "Between the points nothing was run.",
        "The sliders show the nearest point that exists and never a value in between. A map’s cells are points, and their colours are not "
        "smoothed; only the lines on it, of equal width of an interval, are drawn between cells by interpolation.",
    ),
)  # fmt: skip
SHARED_LUCK = (
    "Points share their luck.",
    "All points ran with the same draws and the same luck, so that differences between them are steadier than each mean, and so that all of "
    "them are off in the same direction where these draws were odd ones.",
)
SHARED_DRAWS = (
    "Points share their draws.",
    "All points ran with the same draws of the parameters but each with luck of its own, so that all of them are off in the same direction "
    "where these draws were odd ones, and differences between them have the luck of both.",
)


def limits(sweep: Sweep) -> tuple[tuple[str, str], ...]:
    """What a sweep can't know."""
    return (*LIMITS, SHARED_LUCK if sweep.shared_luck else SHARED_DRAWS)


def points_table(sweep: Sweep, axes: Sequence[Axis]) -> Table:
    """At most 50 points: those with the fewest expected attacks, then the first of the design."""
    order = ranked(sweep.attacks).index
    best = [int(p) for p in order[:BEST]]
    first = [int(p) for p in sweep.design.index if p not in set(best)][:FIRST]
    place = {int(p): i for i, p in enumerate(sweep.design.index)}
    against = sweep.against[0] if sweep.against else ""
    measured = {m: dict(zip(sweep.design.index, records(sweep.rows(m)), strict=True)) for m in sweep.measures}
    horizon = float(sweep.plan["horizon_days"])
    others = [m for m in sweep.measures if m != ATTACKS]
    paired = "over_best" in sweep.attacks and sweep.attacks["over_best"].notna().any()
    rows: Rows = []
    for p in (*best, *first):
        attacks = measured[ATTACKS][p]
        row: list[Cell | str] = [f"{p}", _mean(spread(attacks, ATTACKS, horizon))]
        if paired:
            row.append(Cell(over_best(attacks).mean, (over_best(attacks).interval,)))
        if against:
            row.append(
                Cell(difference(attacks).mean, (difference(attacks).interval,), attacks["label"] or "")
            )
        row += [a.words[place[p]] for a in axes]
        row += [_mean(spread(measured[m][p], m, horizon)) for m in others]
        rows.append(row)
    columns = [Column("Point", numeric=False), heading(ATTACKS)]
    if paired:
        columns.append(Column("More than the best", "paired difference from the best in the same setting"))
    if against:
        columns.append(Column("Difference in attacks", f"less {clean(against)}"))
    columns += [Column(a.title, numeric=a.numeric) for a in axes]
    columns += [heading(m) for m in others]
    across = " in whatever setting" if outer(axes) else ""
    said = f"the {len(best)} with the fewest expected attacks{across}" + (
        f", then the first {len(first)} of the rest" if first else ""
    )
    return Table(
        f"{len(rows)} of {len(sweep.design):,} points: {said}; each measure’s mean and the mean’s own 95% interval",
        columns,
        rows,
    )


def _mean(x: Cell) -> Cell:
    """The mean and its interval, without the spread of runs."""
    return Cell(x.text, x.small[:1])


def failed_table(sweep: Sweep) -> Table | None:
    """Points that failed, and why; None if all went well."""
    if not sweep.failed:
        return None
    rows: Rows = [
        [_point(x), *(clean(x.get(k, "")) for k in ("policy", "where", "what", "message"))]
        for x in sweep.failed[:MOST_FAILED]
    ]
    more = f"; the first {MOST_FAILED} of {len(sweep.failed):,}" if len(sweep.failed) > MOST_FAILED else ""
    columns = (
        Column("Point"), Column("Policy", numeric=False), Column("While", numeric=False), Column("Error", numeric=False),
        Column("Message", numeric=False),
    )  # fmt: skip
    return Table(f"Points that failed{more}", columns, rows)


def _point(failure: dict[str, Any]) -> str:
    """The point that failed, or what points are compared with."""
    point = int(failure.get("point", -1))
    return f"{point}" if point >= 0 else "a reference"


def facts_table(sweep: Sweep) -> Table:
    """What the sweep was made from."""
    plan = sweep.plan
    kind, _ = design_of(sweep.document)
    constraints = [clean(x) for x in sweep.document.get("constraints") or ()]
    versions = ", ".join(f"{k} {v}" for k, v in plan.get("versions", {}).items())
    hashes: Rows = [
        [what, f"sha256 {plan[key]}"]
        for what, key in (
            ("Config", "config_sha256"),
            ("Code", "code_sha256"),
            ("Design’s table", "design_sha256"),
            ("Draws", "draws_sha256"),
        )
        if plan.get(key)
    ]
    facts: Rows = [
        ["Sweep", clean(plan["name"])],
        ["Id", str(plan["id"])],
        ["Study", clean(plan["study"])],
        [
            "Design",
            f"{KINDS[kind]}, {plan['points']:,} points"
            + (f", within {listed(constraints)}" if constraints else ""),
        ],
        ["Compared with", listed(sweep.against)],
        ["Seed", str(plan["seed"])],
        [
            "Runs",
            f"{plan['cells']:,} cells (points and references) of {plan['runs_per_cell']:,} runs in {plan['chunks']:,} shards",
        ],
        ["Horizon", f"{number(plan['horizon_days'])} days"],
        ["Record", f"{plan['record'].get('id', '')}, sha256 {plan['record'].get('sha256', '')}"],
        *hashes,
        ["Versions", versions or "not known"],
    ]
    return Table(
        "What this report was made from",
        (Column("Fact", numeric=False), Column("Value", numeric=False)),
        facts,
    )


def sets_table(sweep: Sweep) -> Table | None:
    """The sets of runs of each cell."""
    rows: Rows = []
    for x in sweep.plan.get("sets", ()):
        name = str(x["name"])
        says = f"{x['hypothesis']} alone" if x.get("hypothesis") else SET_NAMES.get(name, name)
        rows.append([clean(says), f"{x['draws']:,}", f"{x['each']:,}", f"{x['draws'] * x['each']:,}"])
    if not rows:
        return None
    columns = (
        Column("Runs of", numeric=False),
        Column("Draws of parameters"),
        Column("Runs of each draw"),
        Column("Runs"),
    )
    return Table("Sets of runs of each cell; standard errors go by draws, not by runs", columns, rows)
