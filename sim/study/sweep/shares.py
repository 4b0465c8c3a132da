"""Parts of a sweep: which chunks a part has, which are missing, and how far the whole is."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from sim.errors import ConfigError
from sim.study.sweep.folder import SweepFolder
from sim.study.sweep.layout import Layout, Share
from sim.study.sweep.reading import failures_of


def parse(text: str) -> Share:
    """Read k/N. Raises ConfigError."""
    match = re.fullmatch(r"([0-9]{1,6})/([0-9]{1,6})", text)
    if match is None or not 1 <= int(match[1]) <= int(match[2]):
        raise ConfigError(f"--shard: expected k/N with k from 1 to N, as 3/16, found {text!r}")
    return Share(int(match[1]), int(match[2]))


def missing(layout: Layout, present: Mapping[int, Path], share: Share) -> list[int]:
    """Chunks of a part that are not there."""
    return [x for x in range(layout.chunks) if share.has(x) and x not in present]


def with_failures(present: Mapping[int, Path]) -> list[int]:
    """Chunks in which something failed."""
    return [chunk for chunk, path in present.items() if failures(path)]


def failures(path: Path) -> list[dict[str, Any]]:
    """What failed in a shard."""
    return failures_of(pq.read_schema(path))


def status(folder: SweepFolder, present: Mapping[int, Path]) -> dict[str, Any]:
    """How far a sweep is, as a document."""
    plan, layout = folder.plan, folder.layout
    return {
        "study": plan["name"],
        "bundle": str(folder.path),
        "id": folder.id,
        "points": plan["points"],
        "runs": layout.cells * layout.runs_per_cell,
        "runs_done": sum(layout.runs_of(x) for x in present),
        "chunks": layout.chunks,
        "chunks_done": len(present),
        "complete": len(present) == layout.chunks,
    }


def unlike(a: SweepFolder, b: SweepFolder) -> str:
    """What two plans differ in, in words."""
    names = {
        "config_sha256": "the config",
        "code_sha256": "the code of deter",
        "versions": "versions of packages",
        "seed": "the seed",
        "draws_sha256": "the posterior's draws",
        "design_sha256": "the design",
    }
    said = [words for key, words in names.items() if a.plan.get(key) != b.plan.get(key)]
    return f"other in {', '.join(said)}" if said else "other in its plan"
