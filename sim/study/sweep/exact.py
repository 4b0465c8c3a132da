"""The exact config of a sweep's point, as a policy file to copy."""

import json
import re
from typing import Any

from sim.scenario.sweeps.variants import surroundings
from sim.study.sweep.cells import Cells, shown
from sim.study.sweep.folder import SweepFolder

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_FIRST = ("kind", "version", "name", "says")
_LONGEST = 60 - len("-point-9999999")  # of a policy's name


class ExactConfigs:
    """Policy files by point; what of a point is no lever stands in comments at the end."""

    def __init__(self, folder: SweepFolder) -> None:
        plan = folder.plan
        self._name, self._variants = str(plan["name"]), folder.files().variants
        self._cells = Cells.read(folder.blobs().design, plan["paths"])

    def __call__(self, point: int) -> str:
        """The file's text; ``deter check`` takes it as it is."""
        cell = self._cells.of_point(point)
        policy = self._variants.of(cell.values).policy.model_dump(mode="json", exclude_defaults=True)
        own = {
            "kind": "policy",
            "version": 1,
            "name": f"{cell.policy[:_LONGEST]}-point-{point}",
            "says": f"Point {point} of the sweep {self._name}: {shown(cell.values, 99)}.",
        }
        lines = [f"{key}: {flow(x)}" for key, x in own.items()]
        lines += [f"{key}: {flow(x)}" for key, x in policy.items() if key not in (*_FIRST, "base")]
        around = surroundings(cell.values)
        if around:
            lines += [
                "# In the sweep this ran with other settings or assumptions. The whole point, for the list of a sweep's design:"
            ]
            lines += [f"#   {flow(cell.values)}"]
        return "\n".join(lines) + "\n"


def flow(value: Any) -> str:
    """A value as YAML on one line, numbers to their last digit.

    >>> flow({"after_attacks": 5, "weapon": "one-way drone"})
    '{after_attacks: 5, weapon: "one-way drone"}'
    """
    if isinstance(value, dict):
        return "{" + ", ".join(f"{flow(k)}: {flow(x)}" for k, x in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(flow, value)) + "]"
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
        return value
    return json.dumps(value, ensure_ascii=False)


_WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n", "nan", "inf"})
