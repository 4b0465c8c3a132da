"""What a chunk of a sweep is worked out from, and what comes back."""

from typing import Any, NamedTuple


class Blobs(NamedTuple):
    """The contents of a sweep's four files."""

    plan: bytes
    config: bytes
    design: bytes
    draws: bytes


class Done(NamedTuple):
    """A chunk that is worked out: the bytes of its shard, and the points that failed."""

    chunk: int
    data: bytes
    failed: list[dict[str, Any]]
    runs: int
    seconds: float


class Workshop:
    """What works chunks out."""

    def __init__(self, blobs: Blobs, engine: str, threads: int) -> None:
        """Take the files."""

    def chunk(self, i: int) -> Done:
        """Work one chunk out."""
        raise NotImplementedError
