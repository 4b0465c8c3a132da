"""One run at a time on a part of a sweep. The lock ends with its process, however that ends."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from sim.console import error_console
from sim.errors import RunError
from sim.study.sweep.layout import WHOLE, Share

WITHOUT_LOCKS = (errno.ENOSYS, errno.ENOTSUP, errno.ENOLCK, errno.EOPNOTSUPP)


@contextmanager
def alone(folder: Path, share: Share) -> Iterator[None]:
    """Hold a part of a sweep. Raises RunError if another run holds it.

    Nothing rests on it but time: shards are named by what they hold, so two runs that worked on one would write the same files.
    """
    part = "" if share == WHOLE else f"-{share.k}-of-{share.n}"
    lock = FileLock(folder / f".lock{part}", timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise RunError(
            f"another run is at work on {folder}{part and ' ' + part[1:]}: wait for it, stop it, or share the work by --shard k/N"
        ) from None
    except (OSError, NotImplementedError) as e:
        if isinstance(e, OSError) and e.errno not in WITHOUT_LOCKS:
            raise RunError(f"can't write in {folder}: {e.strerror}") from e
        error_console().print(f"deter: the disk of {folder} has no locks: going on without", markup=False)
        yield
        return
    try:
        yield
    finally:
        lock.release()
