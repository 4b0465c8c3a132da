"""The report of a sweep: one HTML file, written whole or not at all."""

from pathlib import Path

from sim.report.html import NAME, write_page
from sim.report.sweep.explorer import ConfigOf
from sim.report.sweep.page import sweep_page
from sim.report.sweep.reader import read_sweep


def write_sweep_report(folder: Path, out: Path, config_of: ConfigOf | None = None) -> Path:
    """Write the report of the sweep in ``folder`` to ``out``; the same folder gives the same bytes.

    ``config_of`` gives the text of a point's config; by default the whole policy as YAML. Nothing is overwritten but
    the sweep's own report. Raises ConfigError if ``out`` is taken or ``folder`` isn't a sweep's, RunError if the disk
    refuses.
    """
    return write_page(folder, out, lambda: sweep_page(read_sweep(folder), config_of or _config_of(folder)))


def _config_of(folder: Path) -> ConfigOf:
    from sim.study.sweep.exact import ExactConfigs
    from sim.study.sweep.folder import SweepFolder

    return ExactConfigs(SweepFolder(folder))


__all__ = ["NAME", "write_sweep_report"]
