"""Where the tool keeps what it has worked out before, and the hash of the sources that it was worked out by."""

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path


def user_folder() -> Path:
    """``DETER_CACHE``, else ``deter`` in ``XDG_CACHE_HOME``, else ``~/.cache/deter``."""
    if given := os.environ.get("DETER_CACHE"):
        return Path(given)
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path("~/.cache").expanduser()) / "deter"


def sources_digest(folders: Iterable[Path]) -> str:
    """SHA-256 of every Python file under these folders, or of a file: other sources, another digest."""
    out = hashlib.sha256()
    for folder in folders:
        for path in [folder] if folder.is_file() else sorted(folder.rglob("*.py")):
            out.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return out.hexdigest()
