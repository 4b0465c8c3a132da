"""The folder of a sweep: begun whole, found again, and read."""

from pathlib import Path
from typing import Any

import pandas as pd

from sim.errors import ConfigError, RunError
from sim.scenario.sweeps.files import SweepFiles
from sim.study.bundle import read_json, read_table, sha256, write_bundle
from sim.study.sweep.layout import Layout
from sim.study.sweep.plan import CONFIG, DESIGN, DRAWS, PLAN, code_sha256, config_sha256, versions
from sim.study.sweep.store import ASIDE, SHARDS, Store
from sim.study.sweep.work import Blobs

TABLE, FAILED = "table.parquet", "failed.json"
ELSE = "give another --out, or move that folder away"


def is_sweep(folder: Path) -> bool:
    """Whether a folder holds a sweep."""
    return (folder / PLAN).is_file()


class SweepFolder:
    """A sweep's folder. Raises ConfigError with one line if it isn't one, or its beginning is damaged."""

    def __init__(self, path: Path) -> None:
        self.path = path
        if not is_sweep(path):
            raise ConfigError(f"{path}: expected the folder of a sweep, found no {PLAN} in it")
        self.plan: dict[str, Any] = read_json(path / PLAN)
        try:
            self.layout = Layout.from_document(self.plan)
            self.id = str(self.plan["id"])
        except (KeyError, TypeError, AttributeError) as e:
            raise ConfigError(f"{path / PLAN}: expected the plan of a sweep, found none") from e
        self.store = Store(path, self.id, self.layout.chunks)

    @property
    def config(self) -> dict[str, Any]:
        """The resolved config."""
        return dict(read_json(self.path / CONFIG))

    def files(self) -> SweepFiles:
        """The sweep as its folder has it."""
        return SweepFiles.from_resolved(self.config)

    def design(self) -> pd.DataFrame:
        """A row for each cell."""
        return read_table(self.path / DESIGN)

    def table(self) -> pd.DataFrame:
        """A row for each point, measure and policy compared with."""
        return read_table(self.path / TABLE)

    def blobs(self) -> Blobs:
        """What workers need. Raises ConfigError if a file isn't what the plan says."""
        found = {}
        for name, hashed in (
            (PLAN, None),
            (CONFIG, None),
            (DESIGN, "design_sha256"),
            (DRAWS, "draws_sha256"),
        ):
            try:
                found[name] = (self.path / name).read_bytes()
            except OSError as e:
                raise ConfigError(f"{self.path / name}: expected a file of a sweep: {e.strerror}") from e
            if hashed is not None and sha256(found[name]) != self.plan[hashed]:
                raise ConfigError(f"{self.path / name}: damaged, its hash is not the plan's: {ELSE}")
        if config_sha256(self.files()) != self.plan["config_sha256"]:
            raise ConfigError(f"{self.path / CONFIG}: damaged, its hash is not the plan's: {ELSE}")
        return Blobs(found[PLAN], found[CONFIG], found[DESIGN], found[DRAWS])

    def check_same(self, files: SweepFiles | None) -> None:
        """Refuse to go on under another config or other code. Raises ConfigError that says what has changed."""
        changed = []
        if files is not None and config_sha256(files) != self.plan["config_sha256"]:
            changed.append(_what_changed(self.config, files.resolved()))
        if code_sha256() != self.plan["code_sha256"]:
            changed.append("the code of deter")
        for name, version in versions().items():
            if version != self.plan["versions"].get(name):
                changed.append(f"{name}, {self.plan['versions'].get(name)} then and {version} now")
        if changed:
            raise ConfigError(f"{self.path} was begun otherwise: changed since: {'; '.join(changed)}: {ELSE}")


def begin(path: Path, files: dict[str, bytes]) -> SweepFolder:
    """Begin a sweep's folder, whole or not at all; where another run has just done so, that one is taken."""

    def fill(work: Path) -> None:
        for name, data in files.items():
            (work / name).write_bytes(data)
        (work / SHARDS).mkdir()
        (work / ASIDE).mkdir()

    try:
        write_bundle(path, fill)
    except RunError:
        if not is_sweep(path):
            raise
    return SweepFolder(path)


def _what_changed(before: dict[str, Any], now: dict[str, Any]) -> str:
    """The first places where two configs differ, as paths."""
    found: list[str] = []
    for block in (
        "sweep",
        "study",
        "settings",
        "record",
        "hypotheses",
        "policies",
        "then_policies",
        "replays",
    ):
        _differ(before.get(block), now.get(block), block, found)
    more = f" and {len(found) - 3} more" if len(found) > 3 else ""
    return ", ".join(found[:3]) + more if found else "the config"


def _differ(a: Any, b: Any, path: str, found: list[str]) -> None:
    if isinstance(a, dict) and isinstance(b, dict):
        for key in dict.fromkeys([*a, *b]):
            _differ(a.get(key), b.get(key), f"{path}.{key}", found)
    elif isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        for i, (x, y) in enumerate(zip(a, b, strict=True)):
            _differ(x, y, f"{path}[{i}]", found)
    elif a != b:
        found.append(path)
