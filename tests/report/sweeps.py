"""Folders of sweeps with the shape of real ones, their numbers from formulas that can be worked out by hand.

Nothing here was simulated. Expected attacks are 50 + 1·delay + 0.5·gap on the grid, and so on: see ``ATTACKS``.
"""

import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import qmc

from tests.report import bundles

MEASURES = ["attacks", "wider_war", "deaths", "strikes", "quiet_fortnight_probability"]
DELAYS = [0.25, 1.0, 2.0, 4.0, 7.0, 14.0]
GAPS = [0.0, 2.0, 4.0, 6.0]
NONE = 60.0  # expected attacks under the policy none
HALF = {"posterior": 2.0, "difference": 1.0, "over": 0.5}  # half-widths of intervals
LEVEL, HELD = "settings.defence.level", "assumptions.strike_effect"
TARGETS = ["infrastructure", "fighters", "sponsor"]
DELAY, GAP = "policy.delay_days", "policy.tempo.min_gap_days"
ATTACKS: dict[str, Callable[[pd.DataFrame], "pd.Series[float]"]] = {
    "grid": lambda d: 50.0 + d[DELAY] + 0.5 * d[GAP],
    "settings": lambda d: 50.0 + d[DELAY] - 5.0 * d[LEVEL] + d[HELD],
    "quarters": lambda d: 60.0 - 8.0 * d["policy.target.fighters"] + 4.0 * d["policy.target.leader"],
    "simplex": lambda d: 55.0 + 10.0 * d["policy.target.sponsor"] - 8.0 * d["policy.target.fighters"],
    "sobol": lambda d: (
        50.0 + d[DELAY] + 0.5 * d[GAP] - 4.0 * d["policy.clarity"] + d["settings.defence.level"]
    ),
}


def grid() -> tuple[dict[str, Any], pd.DataFrame]:
    """Six delays by four gaps."""
    design = {"grid": {DELAY: DELAYS, GAP: {"low": 0, "high": 6, "steps": 4}}}
    return design, pd.DataFrame(list(itertools.product(DELAYS, GAPS)), columns=[DELAY, GAP])


def simplex() -> tuple[dict[str, Any], pd.DataFrame]:
    """Shares of three targets in quarters, for two policies of trigger."""
    shares = [(i / 4, j / 4, (4 - i - j) / 4) for i in range(5) for j in range(5 - i)]
    rows = [(*s, t) for s in shares for t in ("each", "every fifth")]
    names = [*(f"policy.target.{t}" for t in TARGETS), "policy.trigger"]
    design = {
        "grid": {"policy.target": {"simplex": TARGETS, "steps": 4}, "policy.trigger": ["each", "every fifth"]}
    }
    return design, pd.DataFrame(rows, columns=names)


def sobol(points: int = 128) -> tuple[dict[str, Any], pd.DataFrame]:
    """Five levers: three numbers, one spread over its logarithm, one choice."""
    u = qmc.Sobol(5, seed=1).random(points)
    table = pd.DataFrame(
        {
            DELAY: 0.25 * (14.0 / 0.25) ** u[:, 0], GAP: 6.0 * u[:, 1], "policy.clarity": u[:, 2],
            "settings.defence.level": 1.0 + 2.0 * u[:, 3], "policy.trigger": np.where(u[:, 4] < 0.5, "each", "every fifth"),
        }
    )  # fmt: skip
    over = {
        DELAY: {"low": 0.25, "high": 14, "scale": "log"}, GAP: {"low": 0, "high": 6}, "policy.clarity": {"low": 0, "high": 1},
        "settings.defence.level": {"low": 1, "high": 3}, "policy.trigger": ["each", "every fifth"],
    }  # fmt: skip
    return {"sobol": {"points": points, "seed": 1, "over": over}}, table


def settings() -> tuple[dict[str, Any], pd.DataFrame]:
    """Three delays in each of four settings: two levels of defence by two values of a parameter that is held."""
    over = {DELAY: DELAYS[:3], LEVEL: [1.0, 2.0], HELD: [-1.0, 0.0]}
    return {"grid": over}, pd.DataFrame(list(itertools.product(*over.values())), columns=list(over))


def quarters() -> tuple[dict[str, Any], pd.DataFrame]:
    """Shares of all four targets in quarters."""
    targets = [*TARGETS, "leader"]
    rows = [x for x in itertools.product(range(5), repeat=4) if sum(x) == 4]
    design = {"grid": {"policy.target": {"simplex": targets, "steps": 4}}}
    return design, pd.DataFrame(rows, columns=[f"policy.target.{t}" for t in targets]) / 4.0


DESIGNS = {"grid": grid, "simplex": simplex, "sobol": sobol, "settings": settings, "quarters": quarters}


def write_sweep(
    folder: Path, kind: str = "grid", *, text: Callable[[], str] = lambda: "word", against: tuple[str, ...] = ("none", "infrastructure"),
    failed: int = 0, constraints: tuple[str, ...] = (), keep: Callable[[pd.DataFrame], "pd.Series[bool]"] | None = None,
    many: int | None = None, crn: bool = True,
) -> Path:  # fmt: skip
    """Write a sweep's folder; ``text()`` wherever free text may stand, the last ``failed`` points without results.

    ``many``: points of the Sobol design.
    """
    folder.mkdir(parents=True)
    design, points = DESIGNS[kind]() if many is None else sobol(many)
    if keep is not None:
        points = points[keep(points)].reset_index(drop=True)
    drawn = len(DESIGNS[kind]()[1]) if keep is not None else len(points)
    attacks = ATTACKS[kind](points)
    done = len(points) - failed
    config = bundles.config()
    config["study"] |= {"question": text(), "crn": crn}
    config["sweep"] = {
        "kind": "sweep", "version": 1, "name": "delay-and-tempo", "question": text(), "study": "fighters-vs-infrastructure.yaml",
        "policy": "fighters", "against": list(against), "design": design, "constraints": list(constraints),
    }  # fmt: skip
    sets = [
        {
            "name": "posterior",
            "kind": "posterior",
            "hypothesis": None,
            "draws": 250,
            "each": 4,
            "first": 0,
            "last": 1000,
        },
        {
            "name": "prior",
            "kind": "prior",
            "hypothesis": None,
            "draws": 100,
            "each": 4,
            "first": 1000,
            "last": 1400,
        },
    ]
    plan = {
        "sweep_version": 1, "id": "ab" * 8, "name": "delay-and-tempo", "question": text(), "study": "fighters-vs-infrastructure",
        "seed": 20231122, "record": {"id": text(), "sha256": "cd" * 32}, "config_sha256": "ef" * 32, "code_sha256": "01" * 32,
        "versions": {"deter": "0.1", "numpy": text()}, "design_sha256": "23" * 32, "draws_sha256": "45" * 32,
        "paths": list(points.columns), "points": len(points), "drawn": drawn, "cells": len(points) + len(against), "runs_per_cell": 1400, "chunks": 3,
        "cells_per_chunk": 10, "runs_per_chunk": 14000, "sets": sets, "measures": MEASURES, "columns": MEASURES, "places": [],
        "horizon_days": 36.0, "against": list(against), "hypotheses": ["M3"],
    }  # fmt: skip
    documents: dict[str, Any] = {"plan": plan, "config": config, "calibration": bundles.calibration()}
    if failed:
        documents["failed"] = [
            {
                "point": p,
                "cell": p,
                "policy": text(),
                "where": "running",
                "what": "FloatingPointError",
                "message": text(),
            }
            for p in range(done, len(points))
        ]
    for name, document in documents.items():
        (folder / f"{name}.json").write_text(json.dumps(document), "utf-8")
    cells = points.assign(cell=range(len(points)), point=range(len(points)), policy="fighters")
    references = pd.DataFrame(
        {"cell": [len(points) + i for i in range(len(against))], "point": -1, "policy": list(against)}
    )
    pd.concat([cells, references], ignore_index=True).to_parquet(folder / "design.parquet")
    table(points.iloc[:done], attacks[:done].to_numpy(), against).to_parquet(folder / "table.parquet")
    return folder


def table(points: pd.DataFrame, attacks: Any, against: tuple[str, ...]) -> pd.DataFrame:
    """The table of points: each other measure is a multiple of the point's attacks."""
    rows = []
    around = [x for x in points.columns if not x.startswith("policy")]
    setting = (
        points[around].astype(str).agg("|".join, axis=1) if around else pd.Series("", index=points.index)
    )
    least, most = (pd.Series(attacks).groupby(setting.to_numpy()).transform(x) for x in ("min", "max"))
    for i, coordinates in enumerate(points.to_dict("records")):
        for measure in MEASURES:
            best = most[i] if measure == "quiet_fortnight_probability" else least[i]
            over = attacks[i] - best
            wide = HALF["over"] if over else 0.0
            factor = {"attacks": 1.0, "wider_war": 0.002, "deaths": 0.03, "strikes": 0.25}.get(measure, 0.004)
            mean = factor * attacks[i]
            spread = {
                "mean": mean, "mean_low": mean - factor * HALF["posterior"], "mean_high": mean + factor * (HALF["posterior"] + 0.02 * i),
                "sd": factor * 20.0, "q05": factor * 30.0, "q50": mean, "q95": factor * 95.0, "censored": None, "runs": 1000,
                "prior_mean": factor * (attacks[i] + 3.0 - 0.2 * i), "prior_q05": factor * 10.0, "prior_q95": factor * 200.0,
                "prior_q50": factor * (20.0 + abs(i - 7)), "over_best": factor * over, "over_best_low": factor * (over - wide),
                "over_best_high": factor * (over + wide),
                "mean[M3]": mean + factor,
            }  # fmt: skip
            for k, reference in enumerate(against or (None,)):
                rows.append(
                    {
                        "point": i,
                        **coordinates,
                        "measure": measure,
                        **spread,
                        **_contrast(mean, factor, k, i, reference),
                    }
                )
    return pd.DataFrame(rows)


def _contrast(mean: float, factor: float, k: int, i: int, reference: str | None) -> dict[str, Any]:
    """The difference to a reference of 60 + 2k attacks; the record moves a probability by 0.1 at every third point."""
    if reference is None:
        return {
            "against": None,
            "difference": None,
            "difference_low": None,
            "difference_high": None,
            "label": None,
        }
    d = mean - factor * (NONE + 2.0 * k)
    better = float(np.clip(0.5 - 0.02 * d / factor, 0.02, 0.98))
    informed = i % 3 == 0
    return {
        "against": reference, "difference": d, "difference_low": d - factor * HALF["difference"],
        "difference_high": d + factor * HALF["difference"], "difference_q05": d - factor * 20.0, "difference_q95": d + factor * 20.0,
        "probability_better": 0.5 + 0.5 * (better - 0.5), "prior_probability_better": 0.5, "probability_mean_better": better,
        "prior_probability_mean_better": better - (0.1 if informed else 0.01), "tied": 0.1, "variance_reduction": 4.0,
        "label": "informed" if informed else "prior-driven", "difference[M3]": d,
        "difference_low[M3]": d - factor * 3.0, "difference_high[M3]": d + factor * 3.0,
    }  # fmt: skip


def config_of(point: int) -> str:
    """A config of two lines that differ from point to point."""
    return f"kind: policy\nname: fighters\ntempo:\n  min_gap_days: {point}\n"
