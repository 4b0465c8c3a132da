"""The kinds of config file."""

from sim.scenario.common import Document
from sim.scenario.hypothesis import Hypothesis
from sim.scenario.imports import Import
from sim.scenario.policy import Policy
from sim.scenario.record import Record
from sim.scenario.settings import Settings
from sim.scenario.study import Study
from sim.scenario.sweeps.config import Sweep

KINDS: dict[str, type[Document]] = {
    "settings": Settings,
    "hypothesis": Hypothesis,
    "policy": Policy,
    "study": Study,
    "sweep": Sweep,
    "record": Record,
    "import": Import,
}
