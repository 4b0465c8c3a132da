"""The page of a sweep: sections, figures and the explorer, laid out by the template."""

import shlex
from typing import Any

from sim.report.page import render
from sim.report.parts import clean
from sim.report.rounding import date, number
from sim.report.sections.limits import LIMITS as LIMITS_OF_ALL
from sim.report.sweep.answer import answer
from sim.report.sweep.assumed import assumed, silent
from sim.report.sweep.axes import axes as axes_of
from sim.report.sweep.axes import design_of
from sim.report.sweep.embed import script, script_hash, sheet
from sim.report.sweep.explorer import ConfigOf, explorer
from sim.report.sweep.labels import labels_table, resolution
from sim.report.sweep.made import facts_table, failed_table, limits, points_table, sets_table
from sim.report.sweep.maps import maps
from sim.report.sweep.mixes import mix_figures
from sim.report.sweep.moves import moves_figure
from sim.report.sweep.prior import alone_table, best_table, reach, weights_table
from sim.report.sweep.reader import Sweep
from sim.report.sweep.scatter import scatter_figure
from sim.report.sweep.second import second
from sim.report.sweep.setting import outer, settings_of
from sim.report.sweep.ternary import ternary_figures
from sim.report.words import readable


def sweep_page(sweep: Sweep, config_of: ConfigOf) -> str:
    """HTML of the report: one file that needs no network, and reads as a page where no script may run."""
    axes = axes_of(sweep.document, sweep.design)
    kind, _ = design_of(sweep.document)
    other, groups = second(sweep), settings_of(sweep, axes)
    context: dict[str, Any] = {
        "script": script(),
        "script_hash": script_hash(),
        "own_style": sheet(),
        "version": sweep.plan.get("versions", {}).get("deter", ""),
        "name": readable(sweep.plan["name"]),
        "question": sweep.plan["question"],
        "study": readable(sweep.plan["study"]),
        "record": sweep.files.record.name,
        "start": date(sweep.files.study.start),
        "horizon": number(sweep.plan["horizon_days"]),
        "answer": answer(sweep, axes),
        "explorer": explorer(sweep, axes, config_of),
        # shares that sum to 1 leave most combinations out
        "whole_grid": kind == "grid"
        and not sweep.document.get("constraints")
        and not any(a.simplex for a in axes),
        "settings": bool(outer(axes)),
        "against": sweep.against,
        "maps": maps(sweep, axes, other) if kind == "grid" else [],
        "triangles": [*ternary_figures(sweep, axes, other), *mix_figures(sweep, axes)],
        "levers": scatter_figure(sweep, axes),
        "points": points_table(sweep, axes),
        "labels": labels_table(sweep),
        "moves": moves_figure(sweep),
        "weights": weights_table(sweep),
        "resolution": resolution(sweep),
        "alone": alone_table(sweep),
        "best_alone": best_table(sweep, groups),
        "reach": reach(sweep, axes),
        "silent": silent(sweep, axes),
        "assumed": assumed(sweep, axes),
        "failed": failed_table(sweep),
        "facts": facts_table(sweep),
        "sets": sets_table(sweep),
        "limits": (*limits(sweep), *LIMITS_OF_ALL),
        "command": _command(sweep),
    }
    return render("sweep/sweep.html.j2", context)


def _command(sweep: Sweep) -> str:
    """What was typed, where it names the sweep's file (a sweep that went on names its folder); else the same in short."""
    if any(x.endswith((".yaml", ".yml")) for x in sweep.command):
        return shlex.join([clean(x) for x in sweep.command])
    return shlex.join(
        ["deter", "sweep", f"{clean(sweep.plan['name'])}.yaml", "--seed", str(sweep.plan["seed"])]
    )
