"""Compiled once and kept: Numba's cache in the user's folder, apart for each state of the sources.

Numba looks only at the file of the function that it keeps, not at what that calls; the rules stand in
other files, so the folder's name holds the hash of all of them. It looks at that file's path too, so that
another checkout finds nothing: the name holds where they lie, and ``is_kept`` tells the truth there.
"""

import contextlib
import hashlib
import shutil
from functools import cache
from pathlib import Path
from typing import Any

import numba
import numba.core.config

import sim.engine
import sim.model
from sim.folders import sources_digest, user_folder

config: Any = numba.core.config  # set by environment variables, and typed nowhere
KEPT = 3  # older states of the sources, or other checkouts, whose compiled code is kept


@cache
def _digest() -> str:
    """Hash of the sources that are compiled, and of where they lie; read once."""
    folders = [Path(x.__file__ or "").resolve().parent for x in (sim.model, sim.engine)]
    where = hashlib.sha256(str(folders[0]).encode()).hexdigest()
    return f"{sources_digest(folders)[:16]}-{where[:8]}"


def cache_folder() -> Path:
    """Where the compiled code of these sources is kept."""
    return user_folder() / "compiled" / f"numba-{numba.__version__}-{_digest()}"


def keep(function: Any) -> Any:
    """Keep a function's compiled code on disk; where the folder can't be written, in memory only."""
    folder, before = cache_folder(), config.CACHE_DIR
    if not folder.exists():
        _forget_old(folder.parent)
    try:
        # Numba would turn to a folder beside the source, which no hash keeps apart.
        folder.mkdir(parents=True, exist_ok=True)
        config.CACHE_DIR = str(folder)
        function.enable_caching()
    except (OSError, RuntimeError):
        pass
    finally:
        config.CACHE_DIR = before
    return function


def is_kept() -> bool:
    """Whether there is compiled code of these sources on disk."""
    folder = cache_folder()
    return all(any(folder.rglob(f"{x}*.nbi")) for x in ("kernel.run_many", "given.filter_given"))


def _forget_old(folder: Path) -> None:
    """Remove what was compiled from sources that are long gone."""
    with contextlib.suppress(OSError):
        old = sorted(folder.iterdir(), key=lambda x: x.stat().st_mtime)
        for path in old[:-KEPT]:
            shutil.rmtree(path, ignore_errors=True)
