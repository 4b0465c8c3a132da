"""Section 11: how to reproduce the report."""

import shlex
from typing import NamedTuple

from sim.report.contrasts import SETS
from sim.report.parts import Column, Table
from sim.report.reader import Bundle
from sim.report.rounding import number
from sim.report.words import stopped

SET_NAMES = {
    "posterior": "average over hypotheses, parameters from the posterior",
    "prior": "the same under the prior alone",
}


class Reproduce(NamedTuple):
    """The command, and tables of what it ran on and how much it ran."""

    command: str
    facts: Table
    runs: Table
    precision: Table


def reproduce(bundle: Bundle) -> Reproduce:
    """Command, seed, hashes, versions, and counts of runs with why they stopped."""
    m, r = bundle.manifest, bundle.result
    versions = ", ".join(f"{k} {v}" for k, v in m["versions"].items())
    study = bundle.files.study
    facts = [
        ["Study", str(r["study"])],
        ["Seed", str(r["seed"])],
        [
            "Random numbers",
            f"{m['generator']}; {'common to all policies' if study.crn else 'apart for each policy'}",
        ],
        ["Engine", str(r["engine"])],
        ["Record", f"{r['record']['id']}, sha256 {r['record']['sha256']}"],
        ["Config", f"sha256 {m['config_sha256']}"],
        ["Versions", f"{versions}, Python {m.get('python', '')}"],
        ["Runs of each policy", f"{r['replications']}: {stopped(r)}"],
    ]
    return Reproduce(
        shlex.join(str(x) for x in m["command"]),
        Table(
            "What this report was made from",
            (Column("Fact", numeric=False), Column("Value", numeric=False)),
            facts,
        ),
        _runs(bundle),
        _precision(bundle),
    )


def _runs(bundle: Bundle) -> Table:
    """How many runs of each set, on how many posterior draws."""
    rows = []
    for name, part in bundle.runs.groupby("set", sort=False):
        text = str(name)
        says = f"{text.removeprefix(SETS)} alone" if text.startswith(SETS) else SET_NAMES.get(text, text)
        once = part.drop_duplicates("replication")
        drawn = once.loc[once["draw"] >= 0, ["hypothesis", "draw"]].drop_duplicates()
        rows.append([says, str(len(once)), str(len(drawn)) if len(drawn) else "one for each run"])
    columns = (
        Column("Runs of", numeric=False),
        Column("Runs of each policy"),
        Column("Different draws of parameters"),
    )
    return Table("Sets of runs; standard errors go by draws, not by runs", columns, rows)


def _precision(bundle: Bundle) -> Table:
    """Half-width of the mean's interval over the mean, against what was asked for."""
    asked = bundle.files.study.precision
    rows = []
    for measure in asked or ("attacks",):
        for policy in bundle.policies:
            x = bundle.result["measures"][measure][policy]
            half = (
                None
                if x["mean_high"] is None or not x["mean"]
                else (x["mean_high"] - x["mean"]) / abs(x["mean"])
            )
            want = asked.get(measure)
            rows.append(
                [
                    policy, measure, "–" if half is None else f"{number(100 * half, 2)}%",
                    f"{number(100 * want.half_width_share)}%" if want is not None else "nothing asked for",
                ]
            )  # fmt: skip
    columns = (
        Column("Policy", numeric=False), Column("Measure", numeric=False), Column("Half-width over mean"), Column("Asked for"),
    )  # fmt: skip
    return Table("Precision of the means", columns, rows)
