"""docs/model.md says what the code says: its table of parameters, its functions, its ranks."""

import importlib
import os
import pkgutil
import re
from pathlib import Path

import sim.model
from sim.data import scenarios_folder
from sim.engine import events
from sim.model.registry import MECHANISMS, PARAMETERS
from sim.model.spec import Parameter
from sim.scenario.common import Sourced
from sim.scenario.gather import load_named
from sim.scenario.hypothesis import Hypothesis
from sim.scenario.settings import Settings

PAGE = Path(__file__).parents[2] / "docs" / "model.md"
MARK = "<!-- parameters"
INTRODUCTION = (
    "A unit of 1 is a plain number. Of each source the beginning stands here; `deter explain FILE` shows the whole,\n"
    "with its file and line, and `docs/priors.md` the grounds."
)
SHORTEST = 25  # characters of a source that says more than its code
LADDER = ("M0", "M1", "M2", "M3", "M4", "M5")


def _number(x: float) -> str:
    return "∞" if x == float("inf") else f"{x:g}"


def _words(entry: Sourced) -> str:
    """A prior or value in one phrase."""
    if entry.value is not None:
        return f"{entry.value:g}"
    assert entry.prior is not None
    ((form, numbers),) = entry.prior.model_dump(exclude_none=True).items()
    return f"{form}({', '.join(f'{k} {v:g}' for k, v in numbers.items())})"


def _first(source: str) -> str:
    """The first sentence of a source, and the next where it is but a code; `deter explain` shows the whole."""
    text = " ".join(source.split()).replace("|", "/")
    ends = [m.start() for m in re.finditer(r"[.](?= [A-ZΠ(])|; see ", text)] + [len(text)]
    return text[: next((x for x in ends if x >= SHORTEST), len(text))].rstrip(".")


Found = dict[str, tuple[str, str]]
"""Prior or value, and source, by hypothesis; under «all» where the settings give it."""


def _entries() -> dict[str, Found]:
    """What the configs that ship say of each parameter."""
    settings = load_named("iraq-syria-2023", "settings", scenarios_folder()).model
    assert isinstance(settings, Settings)
    out: dict[str, Found] = {}
    for name, entry in settings.assumptions.items():
        out.setdefault(name, {})["all"] = _words(entry), _first(entry.source)
    for rung in LADDER:
        h = load_named(rung, "hypothesis", scenarios_folder()).model
        assert isinstance(h, Hypothesis)
        places = h.place_shares
        out.setdefault("share_<place>", {})[rung] = (
            f"dirichlet(concentration {places.concentration:g})",
            _first(places.source),
        )
        for name, entry in {**h.assumptions, **h.parameters}.items():
            targets = [x for x in PARAMETERS if x.startswith("effect_") and x.split("_")[1] != "days"]
            also = [x for x in targets if x != "effect_limit"] if name == "strike_effect" else []
            for n in (name, *also):
                out.setdefault(n, {})[rung] = _words(entry), _first(entry.source)
    return out


def _said(found: Found, which: int) -> str:
    """«M1, M2: …» in words, equal ones together; without names where all say the same."""
    by_words: dict[str, list[str]] = {}
    for who, both in found.items():
        by_words.setdefault(both[which], []).append(who)
    if which == 1 and len(by_words) == 1:
        return next(iter(by_words))
    return "; ".join(f"{', '.join(who)}: {words}" for words, who in by_words.items())


def _row(p: Parameter, entries: dict[str, Found]) -> str:
    found = entries[p.name]
    cells = (
        f"`{p.name}`", p.symbol, p.unit or "1", f"{_number(p.low)} to {_number(p.high)}", _number(p.default),
        _said(found, 0), _said(found, 1), p.says,
    )  # fmt: skip
    return f"| {' | '.join(cells)} |"


# What hypotheses fit in place of parameters of the model.
FITTED = (
    Parameter(
        "strike_effect", "A", "log rate", -10.0, 10.0, 0.0, "M3's one net jump, in place of the four effects"
    ),
    Parameter(
        "share_<place>", "share_c", "share of attacks", 0.0, 1.0, 1.0, "share of the background in a place"
    ),
)


def table() -> str:
    """The table of parameters as Markdown."""
    entries = _entries()
    lines = [
        "| parameter | symbol | unit | range | default | prior or value | source | says |",
        "|---|---|---|---|---|---|---|---|",
    ]
    lines += [_row(p, entries) for mechanism in MECHANISMS for p in mechanism.parameters]
    lines += [_row(p, entries) for p in FITTED]
    return "\n".join(lines) + "\n"


def test_table_of_parameters_is_the_codes() -> None:
    """The page's table is what the mechanisms declare and the configs say; DETER_UPDATE_DOCS=1 writes it anew."""
    page = PAGE.read_text("utf-8")
    head, mark, rest = page.partition(MARK)
    line, _, found = rest.partition("\n")
    expected = "\n" + INTRODUCTION + "\n\n" + table()
    if os.environ.get("DETER_UPDATE_DOCS") == "1":
        PAGE.write_text(head + mark + line + "\n" + expected, "utf-8")
        found = expected

    assert found == expected


def test_no_cell_of_the_table_is_empty() -> None:
    """Each of some 76 parameters has a symbol, a unit, a range, a default, a prior or value, a source and what it says."""
    rows = [x for x in PAGE.read_text("utf-8").partition(MARK)[2].splitlines() if x.startswith("| `")]

    assert len(rows) == len(PARAMETERS) + len(FITTED)
    for row in rows:
        cells = [x.strip() for x in row.strip("|").split("|")]
        assert len(cells) == 8, row
        assert all(cells), row


def test_no_symbol_stands_for_two_parameters() -> None:
    """M3's A apart, which stands for the four of M4."""
    symbols = [p.symbol for p in PARAMETERS.values()]

    assert sorted(x for x in symbols if symbols.count(x) > 1) == []


def test_every_function_that_the_page_names_exists() -> None:
    """Each `name` in the columns of functions is a function of sim.model."""
    functions: set[str] = set()
    for module in pkgutil.iter_modules(sim.model.__path__):
        functions |= set(vars(importlib.import_module(f"sim.model.{module.name}")))
    text = PAGE.read_text("utf-8").partition(MARK)[0]
    named = set(re.findall(r"`([a-z_]+)`", text)) - {"observed"}

    assert len(named) > 25
    assert sorted(named - functions) == []


def test_ranks_are_the_engines() -> None:
    """The table of what happens first at equal times has the engine's ranks."""
    ranks = {
        "calendar": events.CALENDAR, "surge": events.SURGE, "deliveries": events.RESUPPLY,
        "a response of the record": events.REPLAY, "a strike": events.STRIKE, "the end of a window": events.PATIENCE,
        "a scheduled response": events.SCHEDULE, "candidates of attacks": events.ATTACK,
    }  # fmt: skip
    text = PAGE.read_text("utf-8")
    for words, rank in ranks.items():
        assert re.search(rf"^\| {rank} \| {words}", text, re.M), words
    assert re.search(
        rf"^\| {events.PERMISSION}, {events.STAGE}, {events.WAR} \| candidates of perm", text, re.M
    )
