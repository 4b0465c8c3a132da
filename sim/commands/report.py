"""``deter report``: write the report of a bundle anew."""

from pathlib import Path
from typing import Any

from sim.console import out_console
from sim.report.html import write_report
from sim.report.sweep.write import write_sweep_report
from sim.study.sweep.folder import is_sweep


def report(bundle: Path, *, out: Path | None = None, as_json: bool = False) -> dict[str, Any]:
    """Write the report of a bundle, in the bundle or at ``out``."""
    write = write_sweep_report if is_sweep(bundle) else write_report
    path = write(bundle, out if out is not None else bundle / "report.html")
    if not as_json:
        out_console().print(f"report: {path}", highlight=False, soft_wrap=True)
    return {"bundle": str(bundle), "report": str(path)}
