"""Levers in words, from policies written out by hand."""

import datetime as dt
from typing import Any

import pytest

from sim.report.levers import differing, levers
from sim.report.priors import prior
from sim.report.reader import Bundle
from sim.scenario.common import Beta, LogNormal, Normal, Prior
from sim.scenario.policy import Policy


def _policy(**fields: Any) -> Policy:
    return Policy.model_validate(
        {"kind": "policy", "version": 1, "name": "p", "says": "a policy", "trigger": {"after_attacks": 1}}
        | fields
    )


@pytest.mark.parametrize(
    ("fields", "lever", "text"),
    [
        ({}, "trigger", "each attack since the last response"),
        ({"trigger": {"after_attacks": 5, "weapon": "mortar"}}, "trigger", "5 attacks or any attack with mortar since the last response"),
        ({"trigger": {"every_days": 7.0}}, "trigger", "every 7 days"),
        ({"trigger": "never"}, "trigger", "never"),
        ({"delay_days": 2.0}, "delay", "2 days"),
        ({"delay_days": {"lognormal": {"median": 2.0, "sigma": 0.5}}}, "delay", "log-normal, median 2 days, sigma 0.5"),
        ({"delay_days": {"uniform": {"low": 0.0, "high": 3.0}}}, "delay", "uniform, 0 to 3 days"),
        ({"tempo": {"min_gap_days": 2.0, "answered_share": 0.8}}, "tempo", "at least 2 days apart, 80% of triggers answered"),
        ({"tempo": {"answered_share": 1 / 12}}, "tempo", "1 in 12 of triggers answered"),
        ({"target": {"fighters": 0.8, "sponsor": 0.2}}, "target", "80% fighters, 20% sponsor"),
        ({"target": {"fighters": 1.0}}, "target", "fighters"),
        ({"strength": 2.0}, "strength", "2"),
        ({"places": {"iraq": "forbidden"}}, "places", "syria only"),
        ({}, "places", "everywhere"),
        ({"spontaneous_fire": {"probability": 0.5}}, "spontaneous fire", "50% within 2 hours"),
        ({}, "clarity", "0.5"),
        ({"denial": {"level": 2.0, "interceptors_added": 100, "surge_date": dt.date(2023, 10, 27)}}, "denial",
         "level 2, 100 interceptors more, from 27 October 2023"),
        ({"stocks": {"munitions_from": "partner", "munitions": {"every_days": 7.0, "amount": 4}}}, "stocks",
         "munitions of the partner, munitions 4 every 7 days"),
        ({"limits": {"duration_days": 14.0, "political_cost": 2.5}}, "limits",
         "14 days from the first response, political cost 2.5"),
        ({"ladder": ({"after": {"attacks": 30}, "set": {"strength": 2.0, "target": {"sponsor": 1.0}}},)}, "escalation ladder",
         "after 30 attacks: target sponsor, strength 2"),
        ({"trigger": None, "replay": "brief"}, "trigger", "replays the responses of record “brief”, then nothing"),
        ({"trigger": None, "replay": "brief"}, "target", "as in the record"),
        ({"trigger": "never"}, "target", "–"),
    ],
)  # fmt: skip
def test_a_lever_in_words(bundle: Bundle, fields: dict[str, Any], lever: str, text: str) -> None:
    """Every kind of lever has its words."""
    assert levers(_policy(**fields), bundle.files.settings)[lever] == text


def test_only_what_differs_is_a_column(bundle: Bundle) -> None:
    """Two policies that differ in strength alone; a third that does nothing adds its trigger."""
    policies = {"a": _policy(), "b": _policy(strength=2.0)}
    differ, common = differing(policies, bundle.files.settings)
    assert differ == ["strength"]
    assert common["target"] == "infrastructure"
    differ, _ = differing(policies | {"none": _policy(trigger="never")}, bundle.files.settings)
    assert differ == ["trigger", "strength"]


@pytest.mark.parametrize(
    ("x", "text"),
    [
        (Prior(normal=Normal(mean=0.0, sd=1.0)), "normal, median 0, 90% −1.6 to 1.6"),
        (Prior(lognormal=LogNormal(median=1.0, low=0.05, high=20.0)), "log-normal, median 1, 90% 0.05 to 20"),
        (Prior(beta=Beta(a=1.0, b=1.0)), "beta(1, 1), median 0.5, 90% 0.05 to 0.95"),
    ],
)
def test_a_prior_in_words(x: Prior, text: str) -> None:
    """Family, median and central 90%, from tables of the distributions."""
    assert prior(x) == text
