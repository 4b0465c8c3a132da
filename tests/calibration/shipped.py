"""The record, settings and hypotheses that ship, read once."""

from functools import cache
from typing import cast

from sim.data import records_folder, scenarios_folder
from sim.scenario.hypothesis import Hypothesis
from sim.scenario.loader import load
from sim.scenario.record import Record
from sim.scenario.settings import Settings


@cache
def brief() -> Record:
    return cast("Record", load(records_folder() / "brief.yaml", "record").model)


@cache
def settings() -> Settings:
    return cast("Settings", load(scenarios_folder() / "settings" / "iraq-syria-2023.yaml", "settings").model)


@cache
def hypotheses() -> dict[str, Hypothesis]:
    files = sorted((scenarios_folder() / "hypotheses").glob("M*.yaml"))
    found = [cast("Hypothesis", load(x, "hypothesis").model) for x in files]
    return {h.name: h for h in found}
