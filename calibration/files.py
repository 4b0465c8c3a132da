"""Writing files whole or not at all, and hashing what they hold."""

import hashlib
import json
import os
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import calibration
import sim.engine
import sim.model
from sim.folders import sources_digest


def canonical(value: Any) -> str:
    """JSON with sorted keys and no spaces: the same text for the same content."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def digest(value: Any) -> str:
    """SHA-256 of the canonical JSON of a value."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def write_text(path: Path, text: str) -> None:
    """Write a file beside its place and move it there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.write(text)
        Path(name).chmod(0o644)  # a temporary file is its owner's alone
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


@cache
def fit_version() -> str:
    """Hash of every source that a fit depends on: this room and the rules of the model."""
    return sources_digest([_folder(calibration), _folder(sim.model)])


@cache
def engine_version() -> str:
    """Hash of the sources that a predictive run depends on besides: the engine and how its world is built."""
    engine = _folder(sim.engine)
    return sources_digest([engine, engine.parent / "scenario"])


def _folder(package: Any) -> Path:
    return Path(package.__file__).resolve().parent
