"""Make README's picture anew: the first page of a report of the main study.

python3 run.py compare scenarios/fighters-vs-infrastructure.yaml --out shown
.venv/bin/python -m tests.docs.picture shown/report.html
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

from run import find_browser

PICTURE = Path(__file__).parents[2] / "docs" / "report.png"
SIZE = (1200, 1450)  # to the end of the first figure
COLOURS = 64
QUIET = (
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--hide-scrollbars",
    "--force-color-profile=srgb",
)  # fmt: skip


def take(report: Path, picture: Path = PICTURE) -> None:
    """Open a report in Chromium, off the network, and keep what a reader sees first, in few colours."""
    browser = find_browser()
    if browser is None:
        sys.exit("picture: expected Chromium or Chrome on this machine, found none")
    with tempfile.TemporaryDirectory() as folder:
        shot = Path(folder) / "shot.png"
        own = [f"--user-data-dir={folder}", f"--window-size={SIZE[0]},{SIZE[1]}", f"--screenshot={shot}"]
        subprocess.run([browser, *QUIET, *own, report.resolve().as_uri()], check=True, capture_output=True)
        with Image.open(shot) as image:
            image.convert("RGB").quantize(COLOURS).save(picture, optimize=True)


if __name__ == "__main__":
    take(Path(sys.argv[1]))
