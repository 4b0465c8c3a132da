"""The report of a bundle: one HTML file, written whole or not at all."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from sim.errors import ConfigError, RunError
from sim.report.page import draw, page
from sim.report.reader import read_bundle

NAME = "report.html"


def write_report(bundle: Path, out: Path) -> Path:
    """Write the report of ``bundle`` to ``out``; the same bundle gives the same bytes.

    Nothing is overwritten but the bundle's own report. Raises ConfigError if ``out`` is taken or ``bundle``
    isn't one, RunError if the disk refuses.
    """

    def made() -> str:
        found = read_bundle(bundle)
        return page(found, draw(found))

    return write_page(bundle, out, made)


def write_page(folder: Path, out: Path, make: Callable[[], str]) -> Path:
    """Write the page that ``make`` makes to ``out``, whole or not at all.

    Nothing is overwritten but the folder's own report, and nothing is made for a path that is taken.
    """
    own = out.parent.resolve() == folder.resolve() and out.name == NAME
    if out.is_dir() or (os.path.lexists(out) and not own):
        what = "a folder" if out.is_dir() else "a file"
        raise ConfigError(f"--out: expected a new file, found {what} at {out}: nothing is overwritten")
    text = make()
    try:
        _write(out, text)
    except OSError as e:
        raise RunError(f"can't write {out}: {e.strerror}") from e
    return out


def _write(out: Path, text: str) -> None:
    """Write beside ``out`` and rename: it is there whole or not at all."""
    out.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{out.name}.", dir=out.parent)
    work = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        work.chmod(0o644)
        work.replace(out)
    finally:
        work.unlink(missing_ok=True)
