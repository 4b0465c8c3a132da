"""The levers of a policy in words, and which of them tell the policies of a study apart."""

from collections.abc import Mapping

from sim.report.parts import listed
from sim.report.rounding import MISSING, date, days, number, percent
from sim.scenario.policy import After, Delay, Denial, LeverSet, Limits, Policy, Stocks, Target, Tempo, Trigger
from sim.scenario.settings import Delivery, Settings

LEVERS = (
    "trigger", "delay", "tempo", "target", "strength", "care", "places", "spontaneous fire", "clarity", "denial", "stocks",
    "limits", "escalation ladder",
)  # fmt: skip
AS_RECORDED = "as in the record"
HAPPENS_WITHOUT_STRIKES = ("trigger", "denial", "stocks", "escalation ladder")


def levers(policy: Policy, settings: Settings) -> dict[str, str]:
    """Every lever of a policy, by name; an unset one says what holds then."""
    out = _levers(policy, settings)
    if policy.replay is not None:
        then = f"then as “{policy.then}”" if policy.then is not None else "then nothing"
        out["trigger"] = f"replays the responses of record “{policy.replay}”, {then}"
        for name in LEVERS:
            if name not in HAPPENS_WITHOUT_STRIKES:
                out[name] = AS_RECORDED
    elif policy.trigger == "never" and not policy.ladder and policy.spontaneous_fire is None:
        for name in LEVERS:
            if name not in HAPPENS_WITHOUT_STRIKES:
                out[name] = MISSING
    steps = [f"{_after(x.after)}: {_changes(x.set, settings)}" for x in policy.ladder]
    out["escalation ladder"] = "; ".join(steps) or "none"
    return out


def differing(policies: Mapping[str, Policy], settings: Settings) -> tuple[list[str], dict[str, str]]:
    """Levers in which policies differ, and the value of those that all which have one share."""
    table = [levers(p, settings) for p in policies.values()]
    differ, common = [], {}
    for name in LEVERS:
        values = {row[name] for row in table} - {MISSING, AS_RECORDED}
        if len(values) > 1:
            differ.append(name)
        elif values:
            common[name] = values.pop()
    return differ, common


def _levers(x: LeverSet, settings: Settings) -> dict[str, str]:
    fire = x.spontaneous_fire
    return {
        "trigger": _trigger(x.trigger),
        "delay": _delay(x.delay_days),
        "tempo": _tempo(x.tempo),
        "target": _target(x.target),
        "strength": number(1.0 if x.strength is None else x.strength),
        "care": percent(x.care or 0.0),
        "places": _places(x, settings),
        "spontaneous fire": (
            "none"
            if fire is None
            else f"{percent(fire.probability)} within {number(fire.within_hours)} hours"
        ),
        "clarity": number(0.5 if x.clarity is None else x.clarity),
        "denial": _denial(x.denial, settings),
        "stocks": _stocks(x.stocks),
        "limits": _limits(x.limits),
    }


def _trigger(x: Trigger | str | None) -> str:
    if x is None or isinstance(x, str):
        return "never"
    parts = []
    if x.after_attacks is not None:
        parts.append("each attack" if x.after_attacks == 1 else f"{x.after_attacks} attacks")
    if x.after_casualties is not None:
        parts.append(f"{x.after_casualties} injured")
    if x.weapon is not None:
        parts.append(f"any attack with {x.weapon}")
    if x.every_days is not None:
        first = "" if x.first_day is None else f" from day {number(x.first_day)}"
        parts.append(f"every {days(x.every_days)}{first}")
    return (
        f"{listed(parts, 'or')} since the last response"
        if parts and x.every_days is None
        else listed(parts, "or")
    )


def _delay(x: float | Delay | None) -> str:
    if not isinstance(x, Delay):
        return days(x) if x else "none"
    if x.lognormal is not None:
        return f"log-normal, median {days(x.lognormal.median)}, sigma {number(x.lognormal.sigma)}"
    if x.uniform is not None:
        return f"uniform, {number(x.uniform.low)} to {days(x.uniform.high)}"
    return "" if x.exponential is None else f"exponential, mean {days(x.exponential.mean)}"


def _tempo(x: Tempo | None) -> str:
    if x is None:
        return "no limit"
    parts = []
    if x.min_gap_days:
        parts.append(f"at least {days(x.min_gap_days)} apart")
    if x.most_in_window is not None:
        parts.append(f"at most {x.most_in_window.strikes} in {days(x.most_in_window.days)}")
    if x.answered_share < 1.0:
        parts.append(f"{_share(x.answered_share)} of triggers answered")
    return ", ".join(parts) or "no limit"


def _share(x: float) -> str:
    one_in = round(1.0 / x) if x else 0
    return f"1 in {one_in}" if one_in > 4 and abs(one_in * x - 1.0) < 0.02 else percent(x)


def _target(x: Target | None) -> str:
    if x is None:
        return "infrastructure"
    found = {name: value for name, value in x.model_dump().items() if value}
    if len(found) == 1:
        return str(next(iter(found)))
    return ", ".join(f"{percent(value)} {name}" for name, value in found.items())


def _places(x: LeverSet, settings: Settings) -> str:
    given = x.places or {}
    allowed = [p for p in settings.places if given.get(p, "allowed") == "allowed"]
    if len(allowed) == len(settings.places):
        return "everywhere"
    return f"{listed(allowed)} only" if allowed else "nowhere"


def _denial(x: Denial | None, settings: Settings) -> str:
    if x is None:
        return f"level {number(settings.defence.level)}, as recorded"
    more = f", {x.interceptors_added} interceptors more" if x.interceptors_added else ""
    since = f", from {date(x.surge_date)}" if x.surge_date is not None else ""
    return f"level {number(x.level)}{more}{since}"


def _stocks(x: Stocks | None) -> str:
    if x is None:
        return "the settings’"
    parts = []
    if x.munitions_from is not None:
        parts.append(f"munitions of the {x.munitions_from}")
    if x.munitions is not None:
        parts.append(f"munitions {delivery(x.munitions)}")
    if x.interceptors is not None:
        parts.append(f"interceptors {delivery(x.interceptors)}")
    return ", ".join(parts) or "the settings’"


def delivery(x: Delivery | None) -> str:
    """Resupply in words."""
    return "no resupply" if x is None or x.amount == 0 else f"{x.amount} every {days(x.every_days)}"


def _limits(x: Limits | None) -> str:
    parts = []
    if x is not None and x.duration_days is not None:
        parts.append(f"{days(x.duration_days)} from the first response")
    if x is not None and x.political_cost is not None:
        parts.append(f"political cost {number(x.political_cost)}")
    return ", ".join(parts) or "none"


def _after(x: After) -> str:
    parts = [
        f"{n} {what}"
        for n, what in ((x.attacks, "attacks"), (x.injuries, "injured"), (x.deaths, "deaths"))
        if n
    ]
    if x.date is not None:
        parts.append(date(x.date))
    return f"after {listed(parts, 'or')}"


def _changes(x: LeverSet, settings: Settings) -> str:
    said = _levers(x, settings)
    fields = {"delay_days": "delay", "spontaneous_fire": "spontaneous fire"}
    names = [fields.get(name, name) for name in type(x).model_fields if name in x.model_fields_set]
    return ", ".join(f"{name} {said[name]}" for name in names)
