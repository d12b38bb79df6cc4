"""How long a request still takes: from the first step on, down to nothing."""

from __future__ import annotations

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


def test_a_slow_step_is_forgotten_after_some_others() -> None:
    rates: Rates = {"prior": 1.0, "decoder": 1.0, "vqgan": 1.0}
    estimate = Estimate(rates, {"prior": 100, "decoder": 0, "vqgan": 0}, 1)
    estimate.did("prior", 1, 11.0)
    assert rates["prior"] == 4.0
    for _ in range(20):
        estimate.did("prior", 1, 1.0)
    assert 1 < rates["prior"] < 1.01
