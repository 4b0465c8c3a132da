"""Where the tests' own configs lie."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FILES = ROOT / "tests" / "scenario" / "files"
BAD = ROOT / "tests" / "bad_configs"
SHIPPED = sorted([*(ROOT / "scenarios").rglob("*.yaml"), *(ROOT / "calibration" / "records").glob("*.yaml")])
