"""The plan of a sweep: everything that its results depend on, fixed before it starts, under one hash."""

from importlib import metadata
from pathlib import Path
from typing import Any

import sim.engine
import sim.model
import sim.scenario
import sim.study
from calibration.calibrate import Calibration
from sim import measures
from sim.folders import sources_digest
from sim.measures import columns
from sim.scenario.study import MEASURES
from sim.scenario.sweeps.design import column_names
from sim.scenario.sweeps.files import SweepFiles
from sim.study.bundle import canonical, json_bytes, sha256
from sim.study.points import PointSource
from sim.study.sweep.cells import cells_of
from sim.study.sweep.draws import draws_table
from sim.study.sweep.layout import layout_of
from sim.study.sweep.work import Blobs

VERSION = 1
PLAN, CONFIG, DESIGN, DRAWS = "plan.json", "config.json", "design.parquet", "draws.parquet"
CALIBRATION = "calibration.json"
MATTER = ("numpy", "numba", "pyarrow")
"""Packages of which another version may give other bytes."""


def code_sha256() -> str:
    """Hash of the sources that a shard's bytes depend on."""
    folders = [Path(x.__file__ or "").parent for x in (sim.model, sim.engine, sim.scenario, sim.study)]
    return sources_digest([*folders, Path(measures.__file__)])


def versions() -> dict[str, str]:
    """Versions of the packages that a shard's bytes depend on."""
    return {name: metadata.version(name) for name in MATTER}


def config_sha256(files: SweepFiles) -> str:
    """Hash of the resolved config, which does not depend on the files' names or comments."""
    return sha256(canonical({k: x for k, x in files.resolved().items() if k != "sha256"}))


def plan_of(files: SweepFiles, fitted: Calibration) -> dict[str, bytes]:
    """The files with which a sweep's folder begins, by name: plan, config, calibration, cells and draws."""
    sweep, study = files.sweep, files.files.study
    places = sorted(files.files.settings.places)
    cells = cells_of(files)
    paths = column_names(sweep.design)
    layout = layout_of(sweep, len(cells))
    source = PointSource(files.files.settings, files.files.hypotheses, fitted, files.seed)
    design = cells.written()
    draws = draws_table(source, layout.sets, places)
    kept = sweep.measures or MEASURES
    stored = [name for name, measure, i in columns(places) if measure in kept and (sweep.by_place or i == 0)]
    plan: dict[str, Any] = {
        "sweep_version": VERSION,
        "name": sweep.name,
        "question": sweep.question,
        "study": study.name,
        "seed": files.seed,
        "record": {"id": fitted.record_id, "sha256": fitted.record_sha256},
        "config_sha256": config_sha256(files),
        "code_sha256": code_sha256(),
        "versions": versions(),
        "design_sha256": sha256(design),
        "draws_sha256": sha256(draws),
        "paths": paths,
        "points": len(files.points or ()),
        "drawn": files.points.drawn if files.points is not None else 0,
        **layout.document(),
        "measures": list(kept),
        "columns": stored,
        "places": places,
        "horizon_days": study.horizon_days,
        "against": list(files.against),
        "hypotheses": list(files.files.hypotheses),
    }
    plan = {"id": sha256(canonical(plan)), **plan}
    return {
        PLAN: json_bytes(plan),
        CONFIG: json_bytes(files.resolved()),
        CALIBRATION: json_bytes(fitted.document()),
        DESIGN: design,
        DRAWS: draws,
    }


def blobs_of(files: dict[str, bytes]) -> Blobs:
    """What a worker needs of a folder's files."""
    return Blobs(files[PLAN], files[CONFIG], files[DESIGN], files[DRAWS])
