"""From checked configs to the numbers that an engine reads."""

from collections.abc import Sequence

from sim.model.levers import EXPONENTIAL, FIXED, LOGNORMAL, UNIFORM, Levers, Rung
from sim.model.permission import NAMES
from sim.model.spec import INF
from sim.model.streamkeys import name_key
from sim.model.strike import Order
from sim.model.world import Dated, Delivery, Replayed, World
from sim.scenario.common import Moment, days_between
from sim.scenario.policy import Delay, LeverSet, Policy
from sim.scenario.record import Response
from sim.scenario.settings import Settings


def build_world(
    settings: Settings,
    policy: Policy | None,
    *,
    start: Moment,
    horizon_days: float,
    responses: Sequence[Response] = (),
    then: Policy | None = None,
    after_record: float | None = None,
    record_end: Moment | None = None,
    opening_attack: bool = False,
) -> World:
    """The world of a run: settings and policy in days from ``start``.

    Without a policy, or with one that replays, the dated ``responses`` are carried out as they were;
    ``then`` follows the last of them. ``after_record`` is g from ``record_end`` on. Raises KeyError for a
    place, weapon or stock that the settings lack (``checks`` has said so in words before).
    """
    places = tuple(sorted(settings.places))
    index = {name: c for c, name in enumerate(places)}
    replays = policy is None or policy.replay is not None
    replay = _replay(responses, index, start) if replays else ()
    acting = then if replays else policy
    active_from = replay[-1].day if replay else 0.0
    ladder, rungs, deliveries = _ladder(settings, acting, index, start, active_from)
    level, calendar = _calendar(settings, places, start, after_record, record_end)
    return World(
        horizon_days=horizon_days,
        places=places,
        place_keys=tuple(name_key(x) for x in places),
        sensitivity=tuple(settings.places[x].political_cost for x in places),
        groups=tuple(_groups(settings, x) for x in places),
        weapons=tuple(w.name for w in settings.weapons),
        weapon_stage=tuple(w.from_stage for w in settings.weapons),
        weapon_weight=tuple(w.weight for w in settings.weapons),
        weapon_interception=tuple(w.interception for w in settings.weapons),
        weapon_harm=tuple(w.harm for w in settings.weapons),
        stage=settings.stage,
        permission=NAMES.index(settings.sponsor.permission),
        drift_from=days_between(start, settings.start),
        mobilisation=level,
        calendar=calendar,
        stocks=tuple(settings.munitions),
        munitions=tuple(x.initial for x in settings.munitions.values()),
        defence_level=settings.defence.level,
        interceptors=settings.defence.interceptors.initial,
        ladder=ladder,
        rungs=rungs,
        deliveries=deliveries,
        replay=replay,
        opening_attack=opening_attack,
    )


def _groups(settings: Settings, place: str) -> tuple[tuple[str, float], ...]:
    """Groups of a place with cumulative shares; the last is exactly 1."""
    here = [g for g in settings.groups if g.place == place]
    total = sum(g.weight for g in here)
    upto = 0.0
    shares = []
    for g in here:
        upto += g.weight / total
        shares.append((g.name, upto))
    shares[-1] = (here[-1].name, 1.0)
    return tuple(shares)


def _replay(responses: Sequence[Response], index: dict[str, int], start: Moment) -> tuple[Replayed, ...]:
    """Responses from the start on, in order of time."""
    out = []
    for r in responses:
        day = days_between(start, r.date)
        if day < 0.0:
            continue
        clarity = 0.5 if r.clarity is None else r.clarity
        delay = -1.0 if r.delay_days is None else r.delay_days
        q = r.target
        order = Order(q.infrastructure, q.fighters, q.sponsor, q.leader, r.strength, r.care, clarity, delay)
        out.append(Replayed(day, index[r.place], order, r.id))
    return tuple(sorted(out, key=lambda x: (x.day, x.place, x.id)))


def _calendar(
    settings: Settings,
    places: tuple[str, ...],
    start: Moment,
    after_record: float | None,
    record_end: Moment | None,
) -> tuple[tuple[float, ...], tuple[Dated, ...]]:
    """g by place at the start, and the dated changes after it."""
    end = INF if record_end is None else days_between(start, record_end)
    pieces = sorted((days_between(start, m.date), m.level) for m in settings.mobilisation)
    if after_record is not None and record_end is not None:
        pieces = [x for x in pieces if x[0] < end] + [(end, after_record)]
    restraints = sorted((days_between(start, r.date), r.place, r.factor) for r in settings.host_restraint)

    def level_at(day: float, place: str) -> float:
        g = next((level for at, level in reversed(pieces) if at <= day), pieces[0][1])
        factors = [factor for at, where, factor in restraints if where == place and at <= day]
        return g * (factors[-1] if factors else 1.0)

    dated = [Dated(days_between(start, x.date), -1, None, x.what) for x in settings.other_fronts]
    days = sorted({at for at, _ in pieces} | {at for at, _, _ in restraints})
    dated += [Dated(day, c, level_at(day, x), "mobilisation") for day in days for c, x in enumerate(places)]
    ahead = (x for x in dated if x.day > 0.0 or (x.day == 0.0 and x.level is None))
    calendar = tuple(sorted(ahead, key=lambda x: (x.day, x.place, x.what)))
    return tuple(level_at(0.0, x) for x in places), calendar


def _ladder(
    settings: Settings, policy: Policy | None, index: dict[str, int], start: Moment, active_from: float
) -> tuple[tuple[Levers, ...], tuple[Rung, ...], tuple[Delivery, ...]]:
    """Levers of each rung, what makes the policy climb, and the deliveries on each."""
    sets: list[LeverSet] = [policy if policy is not None else LeverSet(trigger="never")]
    rungs = [Rung()]
    for step in policy.ladder if policy is not None else ():
        changes = {name: getattr(step.set, name) for name in step.set.model_fields_set}
        sets.append(sets[-1].model_copy(update=changes))
        a = step.after
        rungs.append(
            Rung(
                INF if a.attacks is None else a.attacks,
                INF if a.injuries is None else a.injuries,
                INF if a.deaths is None else a.deaths,
                INF if a.date is None else max(0.0, days_between(start, a.date)),
            )
        )
    ladder = tuple(_levers(settings, x, index, start, active_from) for x in sets)
    deliveries = tuple(d for i, x in enumerate(sets) for d in _deliveries(settings, x, i))
    return ladder, tuple(rungs), deliveries


def _levers(
    settings: Settings, x: LeverSet, index: dict[str, int], start: Moment, active_from: float
) -> Levers:
    """Numbers of one set of levers; an unset lever keeps the default of ``Levers``."""
    names = [w.name for w in settings.weapons]
    allowed = dict.fromkeys(settings.places, "allowed") | (x.places or {})
    lv = Levers(
        active_from=active_from,
        places_allowed=sum(1 << index[p] for p, how in allowed.items() if how == "allowed"),
        defence_level=settings.defence.level,
    )
    if x.trigger is not None and x.trigger != "never":
        t = x.trigger
        every = t.every_days or 0.0
        lv = lv._replace(
            trigger_attacks=t.after_attacks or 0,
            trigger_casualties=t.after_casualties or 0,
            trigger_weapon=-1 if t.weapon is None else names.index(t.weapon),
            schedule_every=every,
            schedule_first=every if t.first_day is None else t.first_day,
        )
    if x.delay_days is not None:
        form, a, b = _delay(x.delay_days)
        lv = lv._replace(delay_form=form, delay_a=a, delay_b=b)
    if x.tempo is not None:
        w = x.tempo.most_in_window
        lv = lv._replace(min_gap=x.tempo.min_gap_days, answered_share=x.tempo.answered_share)
        if w is not None:
            lv = lv._replace(window_most=w.strikes, window_days=w.days)
    if x.target is not None:
        q = x.target
        lv = lv._replace(
            infrastructure=q.infrastructure, fighters=q.fighters, sponsor=q.sponsor, leader=q.leader
        )
    lv = lv._replace(
        strength=lv.strength if x.strength is None else x.strength,
        care=lv.care if x.care is None else x.care,
        clarity=lv.clarity if x.clarity is None else x.clarity,
    )
    if x.spontaneous_fire is not None:
        f = x.spontaneous_fire
        lv = lv._replace(spontaneous=f.probability, spontaneous_days=f.within_hours / 24.0)
    if x.denial is not None:
        d = x.denial
        surge = active_from if d.surge_date is None else max(active_from, days_between(start, d.surge_date))
        lv = lv._replace(defence_level=d.level, surge_day=surge, surge_interceptors=d.interceptors_added)
    if x.limits is not None:
        m = x.limits
        lv = lv._replace(
            duration_limit=INF if m.duration_days is None else m.duration_days,
            political_limit=INF if m.political_cost is None else m.political_cost,
        )
    if x.stocks is not None and x.stocks.munitions_from is not None:
        lv = lv._replace(stock=list(settings.munitions).index(x.stocks.munitions_from))
    return lv


def _delay(x: float | Delay) -> tuple[int, float, float]:
    """Form and numbers of a delay distribution."""
    if isinstance(x, Delay):
        if x.lognormal is not None:
            return LOGNORMAL, x.lognormal.median, x.lognormal.sigma
        if x.exponential is not None:
            return EXPONENTIAL, x.exponential.mean, 0.0
        if x.uniform is not None:
            return UNIFORM, x.uniform.low, x.uniform.high
        raise ValueError("a delay without a distribution")  # the config's own check lets none through
    return FIXED, float(x), 0.0


def _deliveries(settings: Settings, x: LeverSet, rung: int) -> list[Delivery]:
    """Resupply of each stock on one rung: the policy's where it says, else the settings'."""
    chosen = x.stocks
    owner = chosen.munitions_from if chosen is not None else None
    owners = list(settings.munitions)
    struck_from = owners[0] if owner is None else owner
    out = []
    for i, name in enumerate(owners):
        delivery = settings.munitions[name].resupply
        if chosen is not None and chosen.munitions is not None and name == struck_from:
            delivery = chosen.munitions
        if delivery is not None and delivery.amount > 0:
            out.append(Delivery(rung, i, delivery.every_days, delivery.amount))
    delivery = settings.defence.interceptors.resupply
    if chosen is not None and chosen.interceptors is not None:
        delivery = chosen.interceptors
    if delivery is not None and delivery.amount > 0:
        out.append(Delivery(rung, -1, delivery.every_days, delivery.amount))
    return out
