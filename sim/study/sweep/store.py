"""The shards of a sweep: files named by what they are of and what they hold, each there whole or not at all."""

import hashlib
import itertools
import os
import re
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

from sim.errors import RunError
from sim.study.sweep.layout import WHOLE, Share

SHARDS, ASIDE = "shards", "set-aside"
_NAME = re.compile(r"part-(\d{7,})-([0-9a-f]{16})-([0-9a-f]{16})\.parquet")
_COUNT = itertools.count(1)
_WORK = re.compile(r"\.work-(.+)-(\d+)-\d+")


class Store:
    """Shards of one sweep in a folder.

    A shard's name has the chunk's number, the hash of the sweep's plan and that number (what it is of), and the hash of
    its bytes (what it holds). So a damaged file, or one of another sweep, is told by its name, and two runs that write
    the same chunk write the same file.
    """

    def __init__(self, folder: Path, sweep_id: str, chunks: int) -> None:
        self.folder = folder / SHARDS
        self._aside = folder / ASIDE
        self._id, self._chunks = sweep_id, chunks

    def name(self, chunk: int, data: bytes) -> str:
        """Name of a chunk's shard."""
        return f"part-{chunk:07d}-{self._key(chunk)}-{_short(data)}.parquet"

    def present(
        self, *, check: bool, part: Share = WHOLE, say: Callable[[str], None] = lambda _: None
    ) -> dict[int, Path]:
        """Shards that are there, by chunk.

        With ``check`` the bytes of every file of a ``part`` are held against its name, and one that is damaged or not of
        this sweep is moved to ``set-aside``, which ``say`` is told. Other parts are others' to check.
        """
        found: dict[int, Path] = {}
        for path in self._files():
            match = _NAME.fullmatch(path.name)
            chunk = int(match[1]) if match is not None else -1
            good = match is not None and 0 <= chunk < self._chunks and match[2] == self._key(chunk)
            mine = check and (chunk < 0 or part.has(chunk))
            if mine and not (good and self.is_sound(path)):
                self._set_aside(path, say)
            elif good and chunk in found:
                raise RunError(
                    f"{self.folder}: two shards of chunk {chunk} differ, {found[chunk].name} and {path.name}: machines that "
                    "disagree on arithmetic; keep one"
                )
            elif good:
                found[chunk] = path
        return found

    def is_sound(self, path: Path) -> bool:
        """Whether a shard holds what its name says."""
        match = _NAME.fullmatch(path.name)
        return match is not None and _short_of(path) == match[3]

    def write(self, chunk: int, data: bytes) -> Path:
        """Write a chunk's shard beside its place, flush it to the disk, and rename it. Raises RunError if the disk refuses."""
        path = self.folder / self.name(chunk, data)
        try:
            write_whole(path, data)
        except OSError as e:
            raise RunError(
                f"can't write {path}: {e.strerror or e}: what is there stays, the same command goes on"
            ) from e
        return path

    def take(self, path: Path) -> bool:
        """Take over a shard of another folder, if it is of this sweep and whole; whether it was."""
        match = _NAME.fullmatch(path.name)
        if match is None or match[2] != self._key(int(match[1])) or int(match[1]) >= self._chunks:
            return False
        data = path.read_bytes()
        if _short(data) != match[3]:
            return False
        if not (self.folder / path.name).exists():
            self.write(int(match[1]), data)
        return True

    def set_aside(self, path: Path) -> None:
        """Move a shard away, so that its chunk is worked out again."""
        self._set_aside(path, lambda _: None)

    def _key(self, chunk: int) -> str:
        return hashlib.sha256(f"{self._id} {chunk}".encode()).hexdigest()[:16]

    def _files(self) -> Iterator[Path]:
        yield from sorted(x for x in self.folder.iterdir() if not x.name.startswith("."))

    def _set_aside(self, path: Path, say: Callable[[str], None]) -> None:
        self._aside.mkdir(exist_ok=True)
        to, n = self._aside / path.name, 1
        while to.exists():
            to, n = self._aside / f"{path.name}.{n}", n + 1
        path.replace(to)
        say(f"{path.name} is damaged or not of this sweep: set aside in {self._aside}")


def write_whole(path: Path, data: bytes) -> None:
    """Write bytes beside ``path``, flush them to the disk and rename: the file is there whole or not at all.

    Raises OSError; nothing is left then.
    """
    work = work_path(path.parent)
    try:
        handle = os.open(work, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        try:
            left = memoryview(data)
            while left:
                left = left[os.write(handle, left) :]
            os.fsync(handle)
        finally:
            os.close(handle)
        os.replace(work, path)  # noqa: PTH105  the same seam as the other calls: a test makes each of them fail
    except BaseException:
        work.unlink(missing_ok=True)
        raise
    _flush_folder(path.parent)


def work_path(folder: Path) -> Path:
    """Where a file is written before it has its name; the name says by whom."""
    return folder / f".work-{socket.gethostname()}-{os.getpid()}-{next(_COUNT)}"


def sweep_up(*folders: Path) -> None:
    """Remove what runs of this machine that are no more left half written."""
    for path in (x for folder in folders for x in folder.glob(".work-*")):
        match = _WORK.fullmatch(path.name)
        if match is not None and match[1] == socket.gethostname() and not _alive(int(match[2])):
            path.unlink(missing_ok=True)


def _flush_folder(folder: Path) -> None:
    """The new name is on the disk too. Not every system can; the bytes are safe all the same."""
    if hasattr(os, "O_DIRECTORY"):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _short(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]


def _short_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:16]


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
