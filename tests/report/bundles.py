"""A small bundle with the shape of a real one: the shipped first study's config, numbers made up by hand or by formula.

Nothing here was simulated. Each number is one a test can look for on the page.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.data import scenarios_folder
from sim.measures import MEASURES
from sim.scenario.study_files import load_study

POLICIES = ["observed", "none", "infrastructure", "fighters"]
AGAINST = ["none", "infrastructure"]
HYPOTHESES = ["M0", "M3", "M4", "M5"]
FITTED = ["M0", "M3", "M4"]
PLACES = ["iraq", "syria"]
HORIZON_DAYS = 36.0
RUNS, EACH = 240, 60
ATTACKS = {"observed": 70.4, "none": 71.9, "infrastructure": 74.3, "fighters": 66.2}
WEIGHTS = {"M0": (0.5, 0.523), "M3": (0.25, 0.239), "M4": (0.25, 0.238), "M5": (None, None)}
P_BETTER = {  # (policy, against): probability, the same under the prior, label
    ("observed", "none"): (0.512, 0.498, "prior-driven"),
    ("infrastructure", "none"): (0.431, 0.449, "prior-driven"),
    ("fighters", "none"): (0.634, 0.541, "informed"),
    ("observed", "infrastructure"): (0.5, 0.5, "no difference"),
    ("none", "infrastructure"): (0.569, 0.551, "prior-driven"),
    ("fighters", "infrastructure"): (0.583, 0.571, "prior-driven"),
}
P_MEAN = {  # the same of expected attacks, over draws of the parameters
    ("observed", "none"): (0.523, 0.494),
    ("infrastructure", "none"): (0.402, 0.431),
    ("fighters", "none"): (0.713, 0.552),
    ("observed", "infrastructure"): (0.5, 0.5),
    ("none", "infrastructure"): (0.598, 0.569),
    ("fighters", "infrastructure"): (0.644, 0.617),
}
SPLIT = {  # hypothesis, parameters, chance: each row sums to 1
    "observed": (0.0, 0.707, 0.293), "none": (0.004, 0.746, 0.25), "infrastructure": (0.011, 0.764, 0.225),
    "fighters": (0.015, 0.795, 0.19), ("observed", "none"): (0.0, 0.925, 0.075),
    ("infrastructure", "none"): (0.009, 0.924, 0.067), ("fighters", "none"): (0.155, 0.455, 0.39),
    ("observed", "infrastructure"): None, ("none", "infrastructure"): (0.009, 0.924, 0.067),
    ("fighters", "infrastructure"): (0.054, 0.895, 0.051),
}  # fmt: skip


def config() -> dict[str, Any]:
    """The shipped study, cut to four policies and four hypotheses."""
    files = load_study(scenarios_folder() / "fighters-vs-infrastructure.yaml")
    found = files.resolved()
    found["policies"] = {p: found["policies"][p] for p in POLICIES}
    found["hypotheses"] = {h: found["hypotheses"][h] for h in HYPOTHESES}
    found["study"] |= {"policies": POLICIES, "against": AGAINST, "hypotheses": HYPOTHESES}
    return dict(found)


def result() -> dict[str, Any]:
    """A document of ``deter compare`` on the compiled engine."""
    measures = {name: {p: _spread(name, p) for p in POLICIES} for name in MEASURES}
    averted = {p: _about(ATTACKS["none"] - ATTACKS[p], 1.1, 25.0) for p in POLICIES}
    by_place = {
        name: {place: {p: _about(0.5 * ATTACKS[p], 0.7, 9.0) for p in POLICIES} for place in PLACES}
        for name in ("attacks",)
    }
    return {
        "study": "fighters-vs-infrastructure",
        "question": "Does striking the fighters reduce attacks more than striking stores and facilities?",
        "bundle": "results/x",
        "seed": 20231122,
        "replications": RUNS,
        "stopped_by": "precision",
        "engine": "compiled",
        "crn": True,
        "horizon_days": HORIZON_DAYS,
        "policies": POLICIES,
        "record": {"id": "brief", "sha256": "ab" * 32},
        "hypotheses": {h: {"declared_weight": a, "evidence_weight": b} for h, (a, b) in WEIGHTS.items()},
        "fixed_hypothesis": "M4",
        "measures": {**measures, "attacks_averted": averted},
        "by_place": by_place,
        "prior_measures": measures,
        "differences": [_difference(m, p, a) for m in ("attacks", "injuries") for p, a in P_BETTER],
        "variance": {"attacks": {p: _split(p) for p in POLICIES}},
        "weeks": {p: [_week(p, w) for w in range(6)] for p in POLICIES},
        "says": "",
        "regret": regret(),
    }


REGRETS = {  # observed, none, infrastructure, fighters
    "M0": (0.0, 0.0, 0.0, 0.0), "M3": (1.4, 2.6, 0.0, 3.1), "M4": (8.2, 9.3, 12.4, 0.0), "M5": (0.0, 4.7, 2.2, 6.5),
}  # fmt: skip


def regret() -> dict[str, Any]:
    """Regrets with errors of .5, so that 1.4 is told apart from 0 (1.4 > .98); the best of each has none."""
    weights = {h: w for h, (_, w) in WEIGHTS.items() if w is not None}

    def cell(h: str, j: int) -> dict[str, float]:
        x = REGRETS[h][j]
        half = 0.98 if x else 0.0
        return {"mean": 66.0 + x, "regret": x, "regret_low": x - half, "regret_high": x + half}

    def policy(j: int) -> dict[str, Any]:
        fitted = {h: REGRETS[h][j] for h in weights}
        whole = {h: x[j] for h, x in REGRETS.items()}
        most, of_fitted = max(whole, key=whole.__getitem__), max(fitted, key=fitted.__getitem__)
        return {
            "average": sum(w * REGRETS[h][j] for h, w in weights.items()), "average_error": 0.3, "largest": whole[most],
            "largest_under": most, "largest_error": 0.5, "largest_fitted": fitted[of_fitted],
            "largest_fitted_under": of_fitted, "largest_fitted_error": 0.5,
        }  # fmt: skip

    return {
        "measure": "attacks",
        "from": "expected",
        "hypotheses": {
            h: {"fitted": h in FITTED, "best": POLICIES[REGRETS[h].index(0.0)], "policies": {p: cell(h, j) for j, p in enumerate(POLICIES)}}
            for h in HYPOTHESES
        },
        "policies": {p: policy(j) for j, p in enumerate(POLICIES)},
        "minimax": {"policy": "fighters", "not_told_apart": ["observed"]},
        "minimax_fitted": {"policy": "fighters", "not_told_apart": []},
    }  # fmt: skip


def on_simpy() -> dict[str, Any]:
    """The same on the SimPy engine, where no expected measure is worked out: null, and no split of the variance."""
    found = result() | {"engine": "simpy", "variance": {}}
    for d in found["differences"]:
        d["probability_mean_better"] = d["prior_probability_mean_better"] = None
        del d["variance"]
    return found


def of_an_old_version() -> dict[str, Any]:
    """The same of a version that knew nothing of expected measures: the keys are not there."""
    found = on_simpy()
    del found["variance"], found["regret"]
    for d in found["differences"]:
        del d["probability_mean_better"], d["prior_probability_mean_better"]
    return found


def _split(of: Any) -> dict[str, float] | None:
    found = SPLIT[of]
    return None if found is None else dict(zip(("hypothesis", "parameters", "chance"), found, strict=True))


def _about(mean: float, half: float, spread: float) -> dict[str, Any]:
    return {
        "mean": mean, "mean_low": mean - half, "mean_high": mean + half, "sd": spread / 1.6,
        "q05": round(mean - spread), "q50": round(mean), "q95": round(mean + 1.2 * spread),
    }  # fmt: skip


def _spread(name: str, policy: str) -> dict[str, Any]:
    scale = ATTACKS[policy] / 70.0
    if name == "attacks":
        return _about(ATTACKS[policy], 1.63, 24.0)
    if name == "attacks_reported":
        return _about(0.95 * ATTACKS[policy], 1.57, 23.0)
    if name == "days_to_quiet_fortnight":
        found = _about(34.1 / scale, 0.4, 2.0)
        return found | {"q05": 20.0, "q50": None, "q95": None, "censored": 0.871}
    if MEASURES[name].unit == "probability":
        return _about(0.129 * scale, 0.021, 0.0) | {"q05": 0.0, "q50": 0.0, "q95": 1.0}
    return _about(12.0 * scale, 0.44, 5.0)


def _week(policy: str, week: int) -> dict[str, Any]:
    days = min(7.0, HORIZON_DAYS - 7.0 * week)
    mean = ATTACKS[policy] / HORIZON_DAYS * days * (1.1 - 0.04 * week)
    return {"week": week, "mean": mean, "q05": max(0.0, round(mean - 6)), "q95": round(mean + 8)}


def _difference(measure: str, policy: str, against: str) -> dict[str, Any]:
    after, before, label = P_BETTER[policy, against]
    mean_after, mean_before = P_MEAN[policy, against]
    mean = 0.0 if label == "no difference" else ATTACKS[policy] - ATTACKS[against]
    half = 0.0 if label == "no difference" else 0.91
    return {
        "measure": measure, "policy": policy, "against": against, "mean": mean, "mean_low": mean - half,
        "mean_high": mean + half, "q05": mean - 21.0, "q95": mean + 17.0, "probability_better": after,
        "prior_probability_better": before, "probability_mean_better": mean_after,
        "prior_probability_mean_better": mean_before, "variance": _split((policy, against)), "tied": 0.553, "label": label, "variance_reduction": 3.42, "variance_reduction_fixed": 1.87,
        "by_hypothesis": {
            h: {"mean": x * mean, "probability_better": 0.5 + x * (after - 0.5), "probability_mean_better": 0.5 + 0.9 * x * (after - 0.5), "tied": 1.0 if x == 0.0 else 0.11}
            for h, x in {"M0": 0.0, "M3": 0.8, "M4": 2.4, "M5": 1.9}.items()
        },
    }  # fmt: skip


def calibration() -> dict[str, Any]:
    """A document of ``deter calibrate``."""

    def summary(
        mean: float, sd: float, prior: tuple[float, float], unit: str, q: tuple[float, float, float]
    ) -> dict[str, Any]:
        contraction = 1.0 - sd**2 / prior[1] ** 2
        return {
            "unit": unit, "mean": mean, "sd": sd, "q05": q[0], "q50": q[1], "q95": q[2], "prior_mean": prior[0],
            "prior_sd": prior[1], "contraction": contraction, "label": "informed" if contraction >= 0.3 else "prior-driven",
        }  # fmt: skip

    base = {
        "base_rate": summary(2.6, 0.5, (5.2, 11.0), "attacks per day", (1.9, 2.5, 3.5)),
        "completeness": summary(0.74, 0.09, (0.74, 0.1), "share", (0.57, 0.75, 0.88)),
        "share_iraq": summary(0.49, 0.06, (0.5, 0.29), "share", (0.39, 0.49, 0.58)),
    }
    effect = summary(-0.12, 0.62, (0.0, 0.69), "log rate", (-1.15, -0.11, 0.9))
    fighters = summary(-0.31, 0.74, (-0.29, 0.76), "log rate", (-1.5, -0.3, 0.92))
    own = {"M0": {}, "M3": {"strike_effect": effect}, "M4": {"effect_fighters": fighters}, "M5": {}}
    counts = {"A1": 19, "A2": 23, "A3": 9, "A4": 15, "A5": 2}
    found = {}
    for k, h in enumerate(HYPOTHESES):
        fitted = h in FITTED
        found[h] = {
            "fitted": fitted,
            "log_evidence": -21.4 - 0.1 * k if fitted else None,
            "log_evidence_se": 0.013 if fitted else None,
            "ess": 3120.0 if fitted else None,
            "declared_weight": WEIGHTS[h][0],
            "evidence_weight": WEIGHTS[h][1],
            "notes": [] if fitted else ["not fitted: it keeps its prior"],
            "parameters": base | own[h],
            "predictive": [
                {
                    "window": w,
                    "place": None,
                    "observed": n,
                    "q05": max(0, n - 9 - k),
                    "q50": n + 1,
                    "q95": n + 12 + k,
                }
                for w, n in counts.items()
                if fitted
            ],
            "predictive_casualties": [
                {
                    "item": "B1",
                    "what": "brain_injured",
                    "observed": 25,
                    "q05": 4 + k,
                    "q50": 29 + k,
                    "q95": 240 + k,
                }
            ]
            if fitted
            else [],
        }
    return {
        "record": {"id": "brief"},
        "evidence": ["A1"],
        "readings": {},
        "what_would_change": [
            {
                "says": "as admitted",
                "admits": [],
                "readings": {},
                "how": "fitted",
                "effect_below_zero": {"M3": 0.57},
                "fighters_better": {"M4": 0.73},
            },
            {
                "says": "C3 read as “infrastructure”",
                "admits": [],
                "readings": {"C3": "infrastructure"},
                "how": "weighed",
                "effect_below_zero": {"M3": 0.58},
                "fighters_better": {"M4": 0.69},
            },
            {
                "says": "admitting D6",
                "admits": ["D6"],
                "readings": {},
                "how": "fitted",
                "effect_below_zero": {"M3": 0.32},
                "fighters_better": {"M4": 0.82},
            },
        ],
        "notes": [],
        "posterior": None,
        "hypotheses": found,
    }


def manifest() -> dict[str, Any]:
    """A manifest."""
    return {
        "bundle_version": 1, "study": "fighters-vs-infrastructure", "seed": 20231122, "replications": RUNS,
        "generator": "Philox4x64-10", "engine": "compiled", "config_sha256": "cd" * 32, "record": {"id": "brief"},
        "command": ["deter", "compare", "scenarios/fighters-vs-infrastructure.yaml"], "python": "3.11.7",
        "versions": {"deter": "0.1.0", "numpy": "2.4.6"},
    }  # fmt: skip


def runs() -> pd.DataFrame:
    """Runs of the average, of the prior, and of each hypothesis by itself."""
    rng = np.random.default_rng(5)
    frames = []
    for name, n in {
        "posterior": RUNS,
        "prior": EACH,
        **{f"hypothesis {h}": EACH for h in HYPOTHESES},
    }.items():
        luck = rng.normal(0.0, 12.0, n)
        hypothesis = name.removeprefix("hypothesis ") if name.startswith("hypothesis") else "M4"
        for policy in POLICIES:
            frames.append(
                pd.DataFrame(
                    {
                        "set": name, "replication": range(n), "policy": policy, "hypothesis": hypothesis,
                        "draw": -1 if name == "prior" else np.arange(n),
                        "attacks": np.round(ATTACKS[policy] + luck + rng.normal(0.0, 3.0, n)),
                    }
                )
            )  # fmt: skip
    return pd.concat(frames, ignore_index=True)


def posterior() -> pd.DataFrame:
    """Draws of each fitted parameter and of its prior."""
    rng = np.random.default_rng(6)
    rows = []
    for h in FITTED:
        draws = {
            "base_rate": (rng.lognormal(0.9, 0.2, 200), rng.lognormal(0.0, 1.82, 200)),
            "completeness": (rng.beta(14, 5, 200), rng.beta(14, 5, 200)),
            "share_iraq": (rng.beta(33, 35, 200), rng.beta(1, 1, 200)),
        }
        if h == "M3":
            draws["strike_effect"] = (rng.normal(-0.12, 0.62, 200), rng.normal(0.0, 0.69, 200))
        if h == "M4":
            draws["effect_fighters"] = (rng.normal(-0.31, 0.74, 200), rng.normal(-0.29, 0.76, 200))
        for parameter, (after, before) in draws.items():
            for kind, values in (("posterior", after), ("prior", before)):
                rows.append(
                    pd.DataFrame({"hypothesis": h, "kind": kind, "parameter": parameter, "value": values})
                )
    return pd.concat(rows, ignore_index=True)


def write_bundle(folder: Path, **changed: Any) -> Path:
    """Write the bundle; ``changed`` replaces whole documents by name."""
    folder.mkdir(parents=True)
    documents = {"manifest": manifest, "config": config, "result": result, "calibration": calibration}
    for name, make in documents.items():
        document = changed[name] if name in changed else make()
        (folder / f"{name}.json").write_text(json.dumps(document, default=str), "utf-8")
    runs().to_parquet(folder / "runs.parquet", index=False)
    posterior().to_parquet(folder / "posterior.parquet", index=False)
    return folder
