"""A process that works a begun sweep off, says when the work begins, and may be killed at any time.

python -m tests.study.sweep.victim FOLDER WORKERS
"""

import sys
from pathlib import Path

from sim.study.sweep.drive import Limits, drive
from sim.study.sweep.folder import SweepFolder
from sim.study.sweep.layout import WHOLE
from sim.study.sweep.local import local
from sim.study.sweep.shares import missing
from sim.study.sweep.store import sweep_up


def main(path: Path, workers: int) -> None:
    """Go on with the sweep."""
    folder = SweepFolder(path)
    sweep_up(folder.path, folder.store.folder)
    chunks = missing(folder.layout, folder.store.present(check=True), WHOLE)
    blobs = folder.blobs()
    print("go", flush=True)
    drive(folder, chunks, lambda x: local(blobs, "compiled", 1, x, workers), Limits(), lambda *_: None)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
