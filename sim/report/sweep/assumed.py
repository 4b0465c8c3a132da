"""What levers do by construction: under which hypotheses they move nothing, and what the record never told of them."""

from collections.abc import Sequence
from typing import NamedTuple

from calibration.summary import LEARNT
from sim.model.spec import TARGETS
from sim.report.parts import listed
from sim.report.rounding import probability
from sim.report.sections.hypotheses import has
from sim.report.sweep.axes import Axis
from sim.report.sweep.reader import Sweep
from sim.scenario.sweeps.paths import is_lever


class Lever(NamedTuple):
    """A lever: its paths, what it is called, the parameters of its own mechanism, and what these assume."""

    paths: tuple[str, ...]
    what: str
    parameters: tuple[str, ...]
    assumed: str  # ends in a clause: … is assumed
    without: str  # what it moves where its mechanism is off; empty where it needs none
    beside: str = ""  # what it does that doesn't rest on these parameters


def _of_class(kind: str, name: str) -> str:
    return f"{kind}_{name}"


EFFECTS = ("effect", "suppression", "backlash", "attrition")
LEVERS = (
    Lever(
        ("policy.target",), "target of a strike", tuple(_of_class(k, x) for k in EFFECTS[:2] for x in TARGETS), "",
        "it moves no attacks there; the hazard of wider war it does",
    ),
    Lever(
        ("policy.delay_days",), "delay of a strike", ("attribution_days",), "that a late strike suppresses less",
        "there it moves only when strikes come, and with that how many and which decay is left at the horizon",
        "beside moving when strikes come",
    ),
    Lever(
        ("policy.clarity",), "clarity of the message", ("clarity_weight",), "that a firm message lowers attacks",
        "it moves nothing there",
    ),
    Lever(
        ("policy.denial", "policy.stocks.interceptors", "settings.defence"), "level of defence", ("value_of_failure",),
        "that it lowers attacks", "there it moves what gets through, and no attacks",
    ),
    Lever(
        ("policy.strength",), "strength of a strike", ("strength_exponent",), "how its effect grows with strength", "",
        "at another strength than the record’s",
    ),
    Lever(
        ("policy.care",), "care in a strike", ("harm_backlash",), "that it lowers attacks", "it moves nothing there",
    ),
    Lever(
        ("policy.tempo", "policy.trigger", "policy.spontaneous_fire"), "share of attacks that is answered",
        ("resolve_unanswered", "answer_window_days", "resolve_days"), "that unanswered attacks raise resolve",
        "there it moves only how many strikes come, and when", "beside moving how many strikes come",
    ),
)  # fmt: skip


def silent(sweep: Sweep, axes: Sequence[Axis]) -> list[str]:
    """What no lever of the design can move, under which hypotheses, by construction."""
    out = []
    ours = [a.path for a in axes if is_lever(a.path)]
    flat = [h for h in sweep.fitted if sweep.files.hypotheses[h].family == "no-effect"]
    if flat and ours:
        weight = sum(float(sweep.calibration["hypotheses"][h]["evidence_weight"]) for h in flat)
        out.append(
            f"Under {listed(flat)} a strike changes no rate of attacks, by construction: no lever that only moves strikes can move "
            "attacks there; what strikes themselves bring (munitions, political cost, the hazard of wider war) it can. "
            f"{'It holds' if len(flat) == 1 else 'Together they hold'} {probability(weight)} of the weight."
        )
    for lever in LEVERS:
        without = [h for h in sweep.fitted if not _has(sweep, h, lever.parameters)]
        if not lever.without or not without or not _varied(lever, axes):
            continue
        everywhere = len(without) == len(sweep.fitted)
        who = f"any hypothesis that is averaged ({listed(without)})" if everywhere else listed(without)
        end = " What the sweep shows of it is no evidence." if everywhere else ""
        out.append(f"The {lever.what} has no effect of its own under {who}: {lever.without}.{end}")
    return out


def assumed(sweep: Sweep, axes: Sequence[Axis]) -> list[str]:
    """Levers of which the record told nothing: all parameters of their mechanism keep their prior."""
    return [said for _, said in _assumed(sweep, axes)]


def in_short(sweep: Sweep, axes: Sequence[Axis]) -> list[str]:
    """The same in a sentence for the answer."""
    found = [what for what, _ in _assumed(sweep, axes)]
    if not found:
        return []
    return [
        f"How attacks answer to {listed(found)} rests on parameters that keep their prior, whatever the label says: section 5 has it "
        "lever by lever."
    ]


def _assumed(sweep: Sweep, axes: Sequence[Axis]) -> list[tuple[str, str]]:
    out = []
    for lever in LEVERS:
        if not lever.assumed or not _varied(lever, axes):
            continue
        names = [x for x in lever.parameters if _having(sweep, x)]
        if names and all(keeps_prior(sweep, x) for x in names):
            end = "its" if len(names) == 1 else "their"
            verb = "keeps" if len(names) == 1 else "keep"
            out.append(
                (
                    f"the {lever.what}",
                    f"The {lever.what}: {listed(names)} {verb} {end} prior in every hypothesis: {lever.assumed} is assumed. "
                    + _informed(f"the {lever.what} does {lever.beside}".rstrip()),
                )
            )
    told = [x for x in classes(axes) if all(keeps_prior(sweep, _of_class(k, x)) for k in EFFECTS)]
    if told:
        who = f"strikes on {listed(told)}"
        out.append(
            (
                who,
                f"{who[:1].upper()}{who[1:]}: every effect of their own keeps its prior in every hypothesis: how they compare with "
                f"strikes on other targets is assumed. {_informed(f'{who} do')}",
            )
        )
    return out


def _informed(what: str) -> str:
    return f"A label of informed here says that the record told the level of attacks, not that it told what {what}."


def classes(axes: Sequence[Axis]) -> list[str]:
    """Classes of target that the design varies."""
    found = [a for a in axes if a.path == "policy.target" or a.path.startswith("policy.target.")]
    return [
        x for x in TARGETS if any(a.path.endswith(f".{x}") or any(x in w for w in a.steps) for a in found)
    ]


def keeps_prior(sweep: Sweep, name: str) -> bool:
    """Whether the record told nothing of a parameter under any hypothesis that has it."""
    for h in _having(sweep, name):
        x = sweep.calibration["hypotheses"].get(h, {})
        contraction = x.get("parameters", {}).get(name, {}).get("contraction")
        if x.get("fitted") and contraction is not None and contraction >= LEARNT:
            return False
    return True


def _varied(lever: Lever, axes: Sequence[Axis]) -> bool:
    return any(a.path == p or a.path.startswith((f"{p}.", f"{p}[")) for a in axes for p in lever.paths)


def _having(sweep: Sweep, name: str) -> list[str]:
    """Hypotheses that have a parameter switched on."""
    return [h for h in sweep.files.hypotheses if _has(sweep, h, (name,))]


def _has(sweep: Sweep, h: str, names: tuple[str, ...]) -> bool:
    """Whether a hypothesis, or the settings for all, switches on any of these."""
    own = sweep.files.settings.assumptions
    in_settings = any(n in own and (own[n].prior is not None or own[n].value != 0.0) for n in names)
    return in_settings or has(sweep.files.hypotheses[h], names)
