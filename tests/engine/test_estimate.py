"""How long a request still takes: from the first step on, down to nothing."""

from __future__ import annotations

import pytest

from wurstdesk.engine.estimate import Estimate
from wurstdesk.generation import Rates


def test_time_left_is_counted_from_what_was_measured() -> None:
    # Given a request of 10 steps of Stage C, 4 of Stage B and 5 blocks of Stage A
    estimate = Estimate({}, {"prior": 10, "decoder": 4, "vqgan": 5}, 5)
    # When one step took 2 seconds, then a step of Stage B is taken for as much, and all of Stage A
    estimate.did("prior", 1, 2.0)
    assert estimate.seconds_left == 9 * 2 + 4 * 2 + 2
    # When each stage was measured, then by what it takes itself
    estimate.did("prior", 9, 18.0)
    estimate.did("decoder", 1, 1.0)
    assert estimate.seconds_left == 3 * 1 + 1
    estimate.did("decoder", 3, 3.0)
    estimate.did("vqgan", 1, 0.5)
    assert estimate.seconds_left == 4 * 0.5
    estimate.did("vqgan", 4, 2.0)
    assert estimate.seconds_left == 0


def test_before_the_first_step_nothing_is_known() -> None:
    assert Estimate({}, {"prior": 10, "decoder": 4, "vqgan": 5}, 5).seconds_left is None


def test_the_next_request_starts_with_what_this_one_learnt() -> None:
    rates: Rates = {}
    Estimate(rates, {"prior": 1, "decoder": 1, "vqgan": 1}, 1).did("prior", 1, 3.0)
    assert Estimate(rates, {"prior": 2, "decoder": 0, "vqgan": 0}, 1).seconds_left == 6


def test_the_seconds_that_are_left_follow_the_last_steps() -> None:
    estimate = Estimate({"prior": 1.0}, {"prior": 100, "decoder": 0, "vqgan": 0}, 1)
    for _ in range(20):
        estimate.did("prior", 1, 2.0)
    assert estimate.seconds_left == pytest.approx(80 * 2, rel=0.01)


def test_one_slow_first_step_does_not_make_seconds_into_a_minute() -> None:
    # Given 6 seconds by what is known, and a first step of 20 times its price
    estimate = Estimate({"prior": 0.2}, {"prior": 30, "decoder": 0, "vqgan": 0}, 1)
    estimate.did("prior", 1, 4.0)
    left = estimate.seconds_left
    assert left is not None
    assert 29 * 0.2 < left <= 29 * 0.2 * 1.7
    # When the machine stays that slow, the time left says so soon
    for _ in range(12):
        estimate.did("prior", 1, 4.0)
    assert estimate.seconds_left == pytest.approx(17 * 4.0, rel=0.2)


def test_a_request_moves_what_is_known_only_so_far() -> None:
    rates: Rates = {"prior": 1.0}
    estimate = Estimate(rates, {"prior": 100, "decoder": 0, "vqgan": 0}, 1)
    for _ in range(30):
        estimate.did("prior", 1, 2.0)
    assert rates["prior"] == pytest.approx(1.3)


def test_after_some_requests_what_was_known_before_is_forgotten() -> None:
    rates: Rates = {"prior": 9.0}
    for _ in range(12):
        Estimate(rates, {"prior": 1, "decoder": 0, "vqgan": 0}, 1).did("prior", 1, 2.0)
    assert rates["prior"] == pytest.approx(2.0, abs=0.15)


def test_what_was_learnt_under_load_is_soon_put_right() -> None:
    rates: Rates = {"prior": 1.0}
    for _ in range(3):
        estimate = Estimate(rates, {"prior": 30, "decoder": 0, "vqgan": 0}, 1)
        for _ in range(30):
            estimate.did("prior", 1, 0.02)
    assert rates["prior"] < 0.05


def test_a_disturbance_of_some_steps_hardly_counts() -> None:
    rates: Rates = {}
    estimate = Estimate(rates, {"prior": 100, "decoder": 0, "vqgan": 0}, 1)
    for step in range(30):
        estimate.did("prior", 1, 50.0 if step in {0, 11, 12} else 1.0)
    assert rates["prior"] == pytest.approx((27 + 3 * 3) / 30)


def test_what_is_usual_counts_until_it_is_measured() -> None:
    estimate = Estimate(
        {"rest": 9.0}, {"prior": 10, "decoder": 4, "vqgan": 5}, 5, {"prior": 2.0, "decoder": 3.0}
    )
    assert estimate.seconds_left == 10 * 2 + 4 * 3 + 3
    estimate.did("prior", 1, 1.0)
    assert estimate.seconds_left == 9 * 1 + 4 * 3 + 3


def test_what_a_request_costs_beside_its_steps_is_no_step() -> None:
    estimate = Estimate({"rest": 9.0, "loading": 5.0}, {"prior": 10, "decoder": 4, "vqgan": 5}, 5)
    assert estimate.seconds_left is None


def test_the_seconds_that_went_into_steps_are_counted() -> None:
    estimate = Estimate({}, {"prior": 2, "decoder": 1, "vqgan": 0}, 1)
    estimate.did("prior", 1, 1.5)
    estimate.did("decoder", 1, 0.5)
    assert estimate.worked == 2.0
