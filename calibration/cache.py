"""A folder of what has been fitted before, by the hash of everything that it depends on.

An entry that is missing, corrupt or written under another key is made anew; a folder that can't be
written is no failure, only no cache.
"""

import contextlib
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from calibration.files import canonical, digest, write_text
from calibration.posterior import Posterior

CORRUPT = (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError)
Rows = list[dict[str, Any]]


class Cache:
    """Posteriors and tables by key; a folder of None keeps nothing.

    A file's first line holds its key and the hash of the rest, which is the content.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def posterior(self, key: Any, make: Callable[[], Posterior]) -> Posterior:
        """The posterior of a key, fitted now if it isn't there."""
        path = self._path("posterior", key)
        with contextlib.suppress(*CORRUPT):
            return Posterior.from_document(self._read(path, key))
        found = make()
        self._write(path, key, found.document())
        return found

    def table(self, key: Any, make: Callable[[], Rows]) -> Rows:
        """Rows of plain JSON of a key, made now if they aren't there."""
        path = self._path("table", key)
        with contextlib.suppress(*CORRUPT):
            return [dict(row) for row in self._read(path, key)]
        found = make()
        self._write(path, key, found)
        return found

    def _path(self, kind: str, key: Any) -> Path | None:
        return None if self._folder is None else self._folder / f"{kind}-{digest(key)}.json"

    def _read(self, path: Path | None, key: Any) -> Any:
        if path is None:
            raise KeyError(key)
        head, _, content = path.read_text(encoding="utf-8").partition("\n")
        if json.loads(head) != {"key": digest(key), "sha256": _hash(content)}:
            raise ValueError(f"{path}: not what was written")
        return json.loads(content)

    def _write(self, path: Path | None, key: Any, document: Any) -> None:
        if path is None:
            return
        content = json.dumps(document, allow_nan=False)
        with contextlib.suppress(OSError):
            write_text(path, canonical({"key": digest(key), "sha256": _hash(content)}) + "\n" + content)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
