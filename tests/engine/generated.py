"""Whole worlds made by Hypothesis: places, stocks, levers, ladders, replays and parameters, all at once."""

from typing import Any, NamedTuple

from hypothesis import strategies as st

from sim.model.levers import EXPONENTIAL, FIXED, LOGNORMAL, UNIFORM, Levers, Rung
from sim.model.registry import PARAMETERS, make_params
from sim.model.spec import INF
from sim.model.strike import Order
from sim.model.world import Dated, Delivery, Replayed, World
from tests.worlds import a_world

NAMES = ("aden", "iraq", "jordan", "syria")
WIDEST = {"attacks per day": 4.0, "days": 60.0, "munitions": 30.0, "people": 20.0, "strength": 3.0, "per day": 0.5,
          "per day per death": 0.1, "per day per strength": 0.3, "rounds": 4.0}  # fmt: skip
NARROW = {"base_rate": (0.0, 3.0), "branching_ratio": (0.0, 0.7), "value_of_failure": (0.0, 2.0), "munitions_needed": (1.0, 200.0),
          "drift_days": (0.1, 60.0), "mobilisation_drift": (-2.0, 1.0), "killed_fighters": (0.0, 20.0)}  # fmt: skip
LIVELY = {"base_rate": (0.5, 1.0, 2.0), "branching_ratio": (0.2, 0.5), "resolve_unanswered": (0.3,)}
TIED = (1.0, 2.5, 5.0)  # delays by which strikes fall due with the schedules and dates below
DAYS = 30.0


class Generated(NamedTuple):
    """A world, its parameters and the shares of its places."""

    world: World
    params: Any
    shares: tuple[float, ...]


def numbers(low: float, high: float) -> st.SearchStrategy[float]:
    """Floats of a range, its ends among them more often than not."""
    return st.one_of(st.sampled_from((low, high)), st.floats(low, high))


def parameter(name: str) -> st.SearchStrategy[float]:
    """A parameter's range; of those without which little happens, more often than not values at which much does."""
    x = PARAMETERS[name]
    low, high = NARROW.get(name, (x.low, min(x.high, WIDEST.get(x.unit, 2.0))))
    low = max(low, 0.05) if x.unit == "days" else low
    anywhere = numbers(low, max(low, high))
    return st.one_of(st.sampled_from(LIVELY[name]), anywhere) if name in LIVELY else anywhere


@st.composite
def all_params(draw: st.DrawFn) -> Any:
    """Each parameter at its default or anywhere in a wide range."""
    names = draw(st.sets(st.sampled_from(sorted(PARAMETERS)), min_size=15))
    return make_params({name: draw(parameter(name)) for name in sorted({*names, *LIVELY, "injuring_share"})})


@st.composite
def all_levers(draw: st.DrawFn, places: int, stocks: int) -> Levers:
    """Every lever at its default or anywhere in a wide range."""
    q = draw(
        st.sampled_from(
            ((1.0, 0.0, 0.0, 0.0), (0.0, 1.0, 0.0, 0.0), (0.25, 0.25, 0.25, 0.25), (0.0, 0.0, 0.5, 0.5))
        )
    )
    low = draw(st.one_of(st.sampled_from(TIED), numbers(0.0, 10.0)))
    form = draw(st.sampled_from((FIXED, FIXED, LOGNORMAL, UNIFORM, EXPONENTIAL)))
    return Levers(
        active_from=draw(st.sampled_from((0.0, 7.0))), trigger_attacks=draw(st.integers(0, 6)),
        trigger_casualties=draw(st.integers(0, 5)), trigger_weapon=draw(st.integers(-1, 2)),
        schedule_first=draw(st.sampled_from((0.0, 1.0, 5.0))), schedule_every=draw(st.sampled_from((0.0, 1.0, 2.5))),
        delay_form=form, delay_a=max(low, 0.01) if form == LOGNORMAL else low, delay_b=low + draw(numbers(0.0, 5.0)) if form == UNIFORM else draw(numbers(0.0, 2.0)),
        min_gap=draw(st.sampled_from((0.0, 0.5, 3.0))), window_most=draw(st.sampled_from((0, 1, 3))),
        window_days=draw(st.sampled_from((1.0, 7.0))), answered_share=draw(numbers(0.0, 1.0)), infrastructure=q[0], fighters=q[1],
        sponsor=q[2], leader=q[3], strength=draw(numbers(0.0, 5.0)), care=draw(numbers(0.0, 1.0)), clarity=draw(numbers(0.0, 1.0)),
        places_allowed=draw(st.integers(0, 2**places - 1)), spontaneous=draw(numbers(0.0, 1.0)),
        spontaneous_days=draw(st.sampled_from((0.0, 0.1))), duration_limit=draw(st.sampled_from((INF, 10.0))),
        political_limit=draw(st.sampled_from((INF, 1.0))), stock=draw(st.integers(0, stocks - 1)),
        defence_level=draw(numbers(0.0, 4.0)), surge_day=draw(st.sampled_from((0.0, 4.0, 9.0))),
        surge_interceptors=draw(st.integers(0, 20)),
    )  # fmt: skip


@st.composite
def worlds(draw: st.DrawFn) -> Generated:
    """A world of 1 to 4 places, 1 or 2 stocks and 1 to 3 rungs."""
    places = tuple(sorted(draw(st.sets(st.sampled_from(NAMES), min_size=1))))
    n, stocks = len(places), draw(st.integers(1, 2))
    weights = [draw(st.integers(0, 5)) for _ in places]
    weights[draw(st.integers(0, n - 1))] += 1
    ladder = tuple(draw(st.lists(all_levers(n, stocks), min_size=1, max_size=3)))
    day = st.one_of(st.sampled_from((1.0, 4.0, 9.0)), st.floats(0.0, DAYS))
    shares = st.sampled_from(((1.0, 0.0, 0.0, 0.0), (0.0, 1.0, 0.0, 0.0), (0.0, 0.5, 0.5, 0.0)))
    count = st.sampled_from((INF, 1, 5, 20))
    rungs = [
        Rung(draw(count), draw(count), draw(count), draw(st.sampled_from((INF, 0.0, 4.0, 9.0))))
        for _ in ladder[1:]
    ]
    replay = draw(st.lists(st.tuples(day, st.integers(0, n - 1), shares, numbers(0.0, 3.0)), max_size=4))
    pieces = draw(
        st.lists(st.tuples(day, st.integers(0, n - 1), st.sampled_from((0.0, 0.3, 1.0, 2.0))), max_size=5)
    )
    fronts = [Dated(x, -1, None, "front") for x in draw(st.lists(day, max_size=2))]
    stock = st.integers(0, 30)
    world = a_world(
        days=DAYS, places=places, ladder=ladder, rungs=(Rung(), *rungs),
        stocks=("us", "partner")[:stocks], munitions=tuple(draw(stock) for _ in range(stocks)),
        interceptors=draw(stock), defence_level=draw(numbers(0.0, 3.0)), stage=draw(st.integers(0, 3)),
        permission=draw(st.integers(0, 2)), drift_from=draw(st.sampled_from((-5.0, 0.0, 8.0))),
        sensitivity=tuple(draw(numbers(0.0, 1.0)) for _ in places), opening_attack=draw(st.booleans()),
        calendar=tuple(sorted([*fronts, *(Dated(d, c, g, "g") for d, c, g in pieces)], key=lambda x: (x.day, x.place, x.what))),
        deliveries=tuple(
            Delivery(draw(st.integers(-1, len(ladder) - 1)), draw(st.integers(-1, stocks - 1)), draw(st.sampled_from((0.5, 4.0))), draw(st.integers(1, 9)))
            for _ in range(draw(st.integers(0, 3)))
        ),
        replay=tuple(Replayed(d, c, Order(*q, m, 0.0, 0.5, -1.0), f"R{i}") for i, (d, c, q, m) in enumerate(sorted(replay))),
    )  # fmt: skip
    return Generated(world, draw(all_params()), tuple(w / sum(weights) for w in weights))
