"""Section 9: assumptions with their sources, and every lever of each policy."""

from collections.abc import Mapping

from sim.model.registry import PARAMETERS
from sim.report.levers import LEVERS, delivery, levers
from sim.report.parts import Cell, Column, Table
from sim.report.priors import sourced
from sim.report.reader import Bundle
from sim.report.rounding import date, number, percent
from sim.scenario.common import Sourced

COLUMNS = (
    Column("Number", numeric=False), Column("Value or prior", numeric=False), Column("Source", numeric=False),
)  # fmt: skip


def parameter_rows(numbers: Mapping[str, Sourced]) -> list[list[Cell | str]]:
    """A row for each number: its name and meaning, its value or prior, its source."""
    return [[_named(name), sourced(x), x.source] for name, x in numbers.items()]


def _named(name: str) -> Cell:
    p = PARAMETERS.get(name)
    if p is None:
        return Cell(
            name,
            ("net jump at a strike of strength 1 on any target (log rate)",)
            if name == "strike_effect"
            else (),
        )
    return Cell(name, (f"{p.says} ({p.unit})" if p.unit else p.says,))


def assumptions_table(bundle: Bundle) -> Table:
    """Numbers that no record here informs."""
    return Table(
        "Assumptions of the settings: no record here informs them",
        COLUMNS,
        parameter_rows(bundle.files.settings.assumptions),
    )


def hypothesis_table(bundle: Bundle) -> Table:
    """Priors and fixed numbers of the hypotheses; those that several share stand once."""
    shared: dict[tuple[str, str, str], list[str]] = {}
    for h in bundle.hypotheses:
        x = bundle.files.hypotheses[h]
        numbers = {name: (sourced(s), s.source) for name, s in {**x.parameters, **x.assumptions}.items()}
        numbers["places’ shares"] = (
            f"Dirichlet, concentration {number(x.place_shares.concentration)}", x.place_shares.source,
        )  # fmt: skip
        for pool in x.pooling:
            what = ", ".join(pool.parameters)
            numbers[f"pooling of {what}"] = (
                f"correlation {number(pool.correlation)} of the priors",
                pool.source,
            )
        for name, (says, source) in numbers.items():
            shared.setdefault((name, says, source), []).append(h)
    rows: list[list[Cell | str]] = [
        [_named(name), ", ".join(names), says, source] for (name, says, source), names in shared.items()
    ]
    columns = (COLUMNS[0], Column("Hypotheses", numeric=False), *COLUMNS[1:])
    return Table("Priors and fixed numbers of the hypotheses", columns, rows)


def settings_table(bundle: Bundle) -> Table:
    """Places, weapons, stocks and dated events of the settings, with their sources."""
    s = bundle.files.settings
    rows: list[list[Cell | str]] = []
    for name, place in s.places.items():
        rows.append(
            [
                f"place: {name}",
                f"political cost {number(place.political_cost)} for a strike of strength 1",
                place.source,
            ]
        )
    for w in s.weapons:
        says = f"from stage {w.from_stage}, weight {number(w.weight)}, stopped with {number(w.interception)} by a layer"
        rows.append([f"weapon: {w.name}", f"{says}, harm {number(w.harm)}", w.source])
    stock = s.defence.interceptors
    rows.append(["interceptors", f"{stock.initial}, {delivery(stock.resupply)}", stock.source])
    for name, stock in s.munitions.items():
        rows.append([f"munitions: {name}", f"{stock.initial}, {delivery(stock.resupply)}", stock.source])
    rows += [
        [f"mobilisation: {m.name}", f"level {number(m.level)} from {date(m.date)}", m.source]
        for m in s.mobilisation
    ]
    rows += [
        [f"mobilisation: {m.name}, where it is fitted", sourced(m.uncertain), m.uncertain.source]
        for m in s.mobilisation
        if m.uncertain is not None
    ]
    rows += [
        [f"host restraint: {r.place}", f"{percent(r.factor)} of the level from {date(r.date)}", r.source]
        for r in s.host_restraint
    ]
    rows += [[f"other front: {f.what}", date(f.date), f.source] for f in s.other_fronts]
    if bundle.files.study.after_record is not None:
        level = f"level {number(bundle.files.study.after_record)}"
        rows.append(["mobilisation after the record", level, "the study"])
    return Table(f"Settings “{s.name}”; the sponsor is {s.sponsor.name}", COLUMNS, rows)


def levers_table(bundle: Bundle) -> Table:
    """Every lever of each policy, a column for each policy."""
    found = {p: levers(bundle.files.policies[p], bundle.files.settings) for p in bundle.policies}
    rows: list[list[Cell | str]] = [["says", *(bundle.files.policies[p].says for p in bundle.policies)]]
    rows += [[lever, *(found[p][lever] for p in bundle.policies)] for lever in LEVERS]
    columns = [Column("Lever", numeric=False), *(Column(p, numeric=False) for p in bundle.policies)]
    return Table("Levers of each policy", columns, rows)
