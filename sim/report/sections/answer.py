"""Section 1: the question, and the answer in plain words."""

from typing import NamedTuple

from sim.report.parts import listed
from sim.report.reader import Bundle
from sim.report.rounding import number, percent
from sim.report.words import (
    INFORMED,
    NO_DIFFERENCE,
    PRIOR_DRIVEN,
    Row,
    beyond_chance,
    by_label,
    contrast,
    headline,
    levels,
    odds,
    on_attacks,
    pairs,
    quoted,
    tally,
)

SAME_END_DAYS = 1.0  # the record's end and the horizon's are then taken to be the same


class Answer(NamedTuple):
    """The answer: how many attacks, what differs in the model, and how much of that is evidence."""

    levels: list[str]
    chance: list[str]
    headline: str
    label: str
    evidence: list[str]


def answer(bundle: Bundle) -> Answer:
    """The answer in sentences."""
    result = bundle.result
    first = headline(result)
    compared = dict.fromkeys(d["against"] for d in on_attacks(result))
    level = [levels(result)]
    if (history := _against_history(bundle)) is not None:
        level.append(history)
    return Answer(
        levels=level,
        chance=[beyond_chance(result, x) for x in compared],
        headline=_verdict(first) if first is not None else "",
        label=str(first["label"]) if first is not None else "",
        evidence=_evidence(bundle),
    )


def _verdict(first: Row) -> str:
    """The first contrast, with what its difference in the model is worth."""
    said = contrast(first)
    if first["label"] != PRIOR_DRIVEN or odds(first).before is None:
        return said
    policy, more = quoted(first["policy"]), "fewer" if first["mean"] < 0.0 else "more"
    return (
        f"{said} That the model gives {policy} {number(abs(first['mean']), 2)} attacks {more} on average is what was assumed, "
        "not what was found."
    )


def _evidence(bundle: Bundle) -> list[str]:
    """Where the numbers come from: evidence, priors, or construction."""
    result = bundle.result
    if not on_attacks(result):
        return ["One policy was run, so nothing is compared."]
    out = [tally(on_attacks(result))]
    groups = by_label(result)
    if groups[PRIOR_DRIVEN]:
        out.append(
            f"Prior-driven as well: {pairs(groups[PRIOR_DRIVEN])}. These numbers repeat what was assumed before the record "
            "was read; they are no finding."
        )
    if groups[INFORMED]:
        out.append(f"Informed by the record: {pairs(groups[INFORMED])}.")
    if groups[NO_DIFFERENCE]:
        for on_average, words in (
            (True, "on average at every draw of the parameters"),
            (False, "in every pair of runs"),
        ):
            same = [
                f"{quoted(d['policy'])} and {quoted(d['against'])}"
                for d in groups[NO_DIFFERENCE]
                if odds(d).on_average is on_average
            ]
            if same:
                out.append(f"The same attacks {words}: {listed(same)}.")
    if bundle.no_effect:
        weight = sum(float(result["hypotheses"][h]["evidence_weight"]) for h in bundle.no_effect)
        hold = "it holds" if len(bundle.no_effect) == 1 else "together they hold"
        first = headline(result)
        tied = (
            f" Of the pairs of runs behind the first contrast, {percent(first['tied'])} tie."
            if first is not None
            else ""
        )
        out.append(
            f"Under {listed(bundle.no_effect)} a strike changes no rate of attacks, by construction; {hold} "
            f"{percent(weight)} of the weight.{tied} A tie counts half, between averages as between "
            "runs, which draws probabilities toward 0.5."
        )
    return out


def _against_history(bundle: Bundle) -> str | None:
    """Reported attacks under the policy that replays the record, beside the record's own count."""
    record_end = max((w.end_day for w in bundle.windows), default=0.0)
    inside = [w for w in bundle.windows if w.start_day >= -SAME_END_DAYS]
    replaying = [p for p in bundle.policies if bundle.files.policies[p].replay is not None]
    if not replaying or not inside or abs(record_end - bundle.horizon_days) > SAME_END_DAYS:
        return None
    x = bundle.result["measures"]["attacks_reported"][replaying[0]]
    bound = "at least " if any(w.at_least for w in inside) else ""
    return (
        f"Under {quoted(replaying[0])}, which replays the record’s responses, {number(x['mean'])} reported attacks are "
        f"expected (runs {number(x['q05'])} to {number(x['q95'])}); the record counts {bound}{sum(w.attacks for w in inside)}."
    )
