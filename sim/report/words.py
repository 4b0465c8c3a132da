"""What a comparison says, in sentences that claim no more than its numbers carry.

Everything here reads the document of a comparison alone, so that the terminal and the report say the same.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sim.report.parts import clean, listed
from sim.report.rounding import estimate, number, percent, percents, probability

HEADLINE = ("fighters", "infrastructure")
"""Policies of these names; where a study has both, their contrast is spoken of first."""
PRIOR_DRIVEN, INFORMED, NO_DIFFERENCE = "prior-driven", "informed", "no difference"
NOT_JUDGED = "not judged"
STOPPED = {
    "precision": "the precision asked for was reached",
    "budget": "the budget of runs was spent before the precision asked for was reached",
    "replications": "the number of runs was given by hand, in place of the rule of precision",
}
Document = Mapping[str, Any]
Row = Mapping[str, Any]


def quoted(name: str) -> str:
    """A policy's name in a sentence."""
    return f"“{clean(name)}”"


def readable(name: str) -> str:
    """A study's name as a heading.

    >>> readable("fighters-vs-infrastructure")
    'Fighters vs infrastructure'
    """
    words = " ".join(clean(name).replace("-", " ").replace("_", " ").split())
    return words[:1].upper() + words[1:]


def on_attacks(document: Document) -> list[Row]:
    """Paired differences in attacks, in the order of the study."""
    return [d for d in document["differences"] if d["measure"] == "attacks"]


def headline(document: Document) -> Row | None:
    """The contrast that is spoken of first: fighters less infrastructure, else the largest difference."""
    rows = on_attacks(document)
    for d in rows:
        if (d["policy"], d["against"]) == HEADLINE:
            return d
    return max(rows, key=lambda d: abs(d["mean"]), default=None)


class Odds(NamedTuple):
    """A probability of being better with the record, the same before any data, and what it is a probability of."""

    after: float
    before: float | None
    on_average: bool  # over draws of the parameters, of expected attacks; else over paired runs

    @property
    def of(self) -> str:
        """What it is a probability of, in three or four words."""
        return "on average" if self.on_average else "in a pair of runs"


def of_runs(d: Row) -> Odds:
    """Probability that a single run has the better of its pair."""
    return Odds(d["probability_better"], d["prior_probability_better"], on_average=False)


def of_means(d: Row) -> Odds | None:
    """Probability of being better on average; None where it wasn't worked out, or not before any data."""
    after, before = d.get("probability_mean_better"), d.get("prior_probability_mean_better")
    return None if after is None or before is None else Odds(after, before, on_average=True)


def odds(d: Row) -> Odds:
    """The pair of probabilities that a contrast is spoken of by: the one that its label rests on."""
    return of_means(d) or of_runs(d)


def contrast(d: Row) -> str:
    """What the evidence says of one contrast, by its label."""
    policy, against, found = quoted(d["policy"]), quoted(d["against"]), odds(d)
    if d["label"] == NO_DIFFERENCE:
        if found.on_average:
            return f"{policy} and {against} give the same attacks on average at every draw of the parameters."
        return f"{policy} and {against} give the same number of attacks in every pair of runs."
    if found.before is None:
        return (
            f"{policy} has fewer attacks than {against} in {percent(found.after)} of paired runs; how much of "
            "that is evidence isn’t known, since nothing was run under the prior alone."
        )
    after, before = probability(found.after), probability(found.before)
    if found.on_average:
        asked = f"the probability that {policy} means fewer attacks on average is {after}"
        single = f"; in a single pair of runs it is {probability(d['probability_better'])}"
    else:
        asked, single = f"the probability that {policy} sees fewer attacks in a pair of runs is {after}", ""
    if d["label"] == PRIOR_DRIVEN:
        return (
            f"Between {policy} and {against} the record does not distinguish: {asked}, against {before} before any "
            f"data{single}."
        )
    way = "up" if found.after > found.before else "down"
    return f"Between {policy} and {against} the record moves the answer: {asked}, {way} from {before} before any data{single}."


def pairs(rows: Sequence[Row]) -> str:
    """Contrasts with their probabilities, in a list."""
    return listed([f"{quoted(d['policy'])} against {quoted(d['against'])} ({_said(odds(d))})" for d in rows])


def _said(x: Odds) -> str:
    return f"{probability(x.after)} {x.of}, {probability(x.before)} before any data"


def whence(d: Row) -> str:
    """Where the spread of a paired difference in attacks comes from; nothing where that isn't known."""
    split = d.get("variance")
    if split is None:
        return ""
    hypothesis, parameters, chance = percents([split[k] for k in ("hypothesis", "parameters", "chance")])
    return (
        f"Of the spread of the difference in attacks between {quoted(d['policy'])} and {quoted(d['against'])}, {chance} is "
        f"chance, the luck of a single pair of runs, which no evidence can reduce; {parameters} comes from not knowing the "
        f"parameters and {hypothesis} from not knowing which hypothesis holds, which more evidence could reduce."
    )


def tally(rows: Sequence[Row]) -> str:
    """How many contrasts the record informs."""
    if not rows:
        return "Nothing is compared."
    counts = {
        label: sum(d["label"] == label for d in rows) for label in (INFORMED, PRIOR_DRIVEN, NO_DIFFERENCE)
    }
    many = "contrast" if len(rows) == 1 else "contrasts"
    parts = [f"{counts[INFORMED]} informed by the record", f"{counts[PRIOR_DRIVEN]} prior-driven"]
    if counts[NO_DIFFERENCE]:
        parts.append(f"{counts[NO_DIFFERENCE]} without any difference")
    return f"Of {len(rows)} {many} in attacks, {listed(parts)}."


def by_label(document: Document) -> dict[str, list[Row]]:
    """Contrasts in attacks by label, the headline left out: it has a sentence of its own."""
    first = headline(document)
    out: dict[str, list[Row]] = {INFORMED: [], PRIOR_DRIVEN: [], NO_DIFFERENCE: []}
    for d in on_attacks(document):
        if d is not first:
            out.setdefault(d["label"], []).append(d)
    return out


def summary(document: Document) -> list[str]:
    """Two to four sentences: which answers are evidence, which are the priors'."""
    rows, first = on_attacks(document), headline(document)
    out = [tally(rows)]
    if first is not None:
        out.append(contrast(first))
    groups = by_label(document)
    if groups[PRIOR_DRIVEN]:
        out.append(f"Prior-driven too, an assumption and no finding: {pairs(groups[PRIOR_DRIVEN])}.")
    if groups[INFORMED]:
        out.append(f"Informed by the record: {pairs(groups[INFORMED])}.")
    return out


def levels(document: Document) -> str:
    """How many attacks under each policy, lowest and highest, and how far single runs spread."""
    found = document["measures"]["attacks"]
    policies = list(document["policies"])
    horizon = number(document["horizon_days"])

    def said(p: str) -> str:
        x = found[p]
        return f"{quoted(p)} ({estimate(x['mean'], x['mean_low'], x['mean_high']).mean})"

    if len(policies) == 1:
        x = found[policies[0]]
        mean = estimate(x["mean"], x["mean_low"], x["mean_high"])
        return (
            f"Over {horizon} days under {quoted(policies[0])} the model expects {mean.mean} attacks (the mean’s own 95% "
            f"interval is {mean.interval}); single runs spread from {number(x['q05'])} to {number(x['q95'])}."
        )
    ranked = sorted(policies, key=lambda p: found[p]["mean"])
    low, high = found[ranked[0]], found[ranked[-1]]
    widest = max(policies, key=lambda p: found[p]["q95"] - found[p]["q05"])
    between = high["mean"] - low["mean"]
    spread = found[widest]["q95"] - found[widest]["q05"]
    wide = (
        f" Single runs spread {number(spread / between, 2)} times as far as that: under {quoted(widest)} 5% to 95% of them "
        f"have {number(found[widest]['q05'])} to {number(found[widest]['q95'])}."
        if between > 0.0 and spread > between
        else ""
    )
    return (
        f"Over {horizon} days the model expects from {said(ranked[0])} to {said(ranked[-1])} attacks on average, "
        f"{number(between)} apart.{wide}"
    )


def beyond_chance(document: Document, against: str) -> str:
    """Which means differ from one policy's by more than the noise of the simulation."""
    rows = [d for d in on_attacks(document) if d["against"] == against]
    fewer, more, noise = [], [], []
    for d in rows:
        low, high = d["mean_low"], d["mean_high"]
        e = estimate(d["mean"], low, high, sign=True)
        if low is None or high is None or low <= 0.0 <= high:
            noise.append(quoted(d["policy"]))
        elif d["mean"] < 0.0:
            fewer.append(f"{quoted(d['policy'])} ({e.mean}, {e.interval})")
        else:
            more.append(f"{quoted(d['policy'])} ({e.mean}, {e.interval})")
    parts = []
    if fewer:
        parts.append(f"on average fewer attacks under {listed(fewer)}")
    if more:
        parts.append(f"{'' if fewer else 'on average '}more under {listed(more)}")
    if noise:
        parts.append(f"no difference beyond the simulation’s own noise for {listed(noise)}")
    return f"Against {quoted(against)}: {'; '.join(parts)}." if parts else ""


def stopped(document: Document) -> str:
    """Why the runs stopped."""
    reason = str(document["stopped_by"])
    return STOPPED.get(reason, clean(reason))
