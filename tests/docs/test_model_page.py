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
from sim.scenario.common import Sourced
from sim.scenario.gather import load_named
from sim.scenario.hypothesis import Hypothesis
from sim.scenario.settings import Settings

PAGE = Path(__file__).parents[2] / "docs" / "model.md"
MARK = "<!-- parameters"
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


def _entries() -> dict[str, dict[str, str]]:
    """Prior or value of each parameter: by hypothesis, and under «all» where the settings give it."""
    settings = load_named("iraq-syria-2023", "settings", scenarios_folder()).model
    assert isinstance(settings, Settings)
    out: dict[str, dict[str, str]] = {}
    for name, entry in settings.assumptions.items():
        out.setdefault(name, {})["all"] = _words(entry)
    for rung in LADDER:
        h = load_named(rung, "hypothesis", scenarios_folder()).model
        assert isinstance(h, Hypothesis)
        for name, entry in {**h.assumptions, **h.parameters}.items():
            targets = [x for x in PARAMETERS if x.startswith("effect_") and x.split("_")[1] != "days"]
            names = [x for x in targets if x != "effect_limit"] if name == "strike_effect" else [name]
            for n in names:
                out.setdefault(n, {})[rung] = _words(entry)
    return out


def _said(found: dict[str, str]) -> str:
    """«M1 to M4 …» in words, equal ones together."""
    by_words: dict[str, list[str]] = {}
    for who, words in found.items():
        by_words.setdefault(words, []).append(who)
    return "; ".join(f"{', '.join(who)}: {words}" for words, who in by_words.items())


def table() -> str:
    """The table of parameters as Markdown."""
    entries = _entries()
    lines = [
        "| parameter | symbol | unit | range | default | prior or value | says |",
        "|---|---|---|---|---|---|---|",
    ]
    for mechanism in MECHANISMS:
        for p in mechanism.parameters:
            low, high = _number(p.low), _number(p.high)
            said = _said(entries.get(p.name, {})) or "default"
            lines.append(
                f"| `{p.name}` | {p.symbol} | {p.unit} | {low} to {high} | {_number(p.default)} | {said} | {p.says} |"
            )
    return "\n".join(lines) + "\n"


def test_table_of_parameters_is_the_codes() -> None:
    """The page's table is what the mechanisms declare and the configs say; DETER_UPDATE_DOCS=1 writes it anew."""
    page = PAGE.read_text("utf-8")
    head, mark, rest = page.partition(MARK)
    line, _, found = rest.partition("\n")
    expected = "\nSources are in the files: `deter explain FILE` shows each with its line.\n\n" + table()
    if os.environ.get("DETER_UPDATE_DOCS") == "1":
        PAGE.write_text(head + mark + line + "\n" + expected, "utf-8")
        found = expected

    assert found == expected


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
