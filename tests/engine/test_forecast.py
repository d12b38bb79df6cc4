"""How long a request would take: arithmetic over what was measured, and where that comes from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from machines import MACHINES, PUBLISHED_SIZES
from wurstdesk.engine.device_planner import plan
from wurstdesk.engine.forecast import (
    Checkpoint,
    LearnedForecast,
    Workplace,
    kind_of_work,
    usual_rates,
    way_of_working,
)
from wurstdesk.engine.generator import WuerstchenGenerator
from wurstdesk.engine.model_files import LocalCatalogue
from wurstdesk.errors import UserError
from wurstdesk.generation import (
    CancelToken,
    EngineOptions,
    GenerationRequest,
    GeneratorEvent,
    PictureReady,
    Plan,
    Rates,
    make_request,
)

AUTO = EngineOptions()
MACHINE = MACHINES["8 GB card"]
CHECKPOINT = Checkpoint("published", PUBLISHED_SIZES, 20)
REQUEST = make_request(checkpoint="wuerstchen")  # 29 + 12 steps and 20 blocks
WAY = way_of_working("published", plan(MACHINE, PUBLISHED_SIZES, REQUEST, AUTO))
MEASURED: Rates = {"prior": 0.5, "decoder": 0.25, "vqgan": 0.05, "rest": 1.0}
STEPS = 29 * 0.5 + 12 * 0.25 + 20 * 0.05


def forecast(rates: dict[str, Rates], loaded: str = WAY) -> LearnedForecast:
    return LearnedForecast(AUTO, {"wuerstchen": Workplace(CHECKPOINT, MACHINE)}, rates, loaded)


def at(**fields: Any) -> str:
    """The key of another request's rates."""
    return kind_of_work(WAY, REQUEST.changed(**fields))


def test_what_was_measured_adds_up() -> None:
    known = forecast({at(): MEASURED})
    assert known.seconds(REQUEST) == pytest.approx(1 + STEPS)
    # The rest is each request's, steps are each picture's
    assert known.seconds(REQUEST.changed(num_images=4)) == pytest.approx(1 + 4 * STEPS)


def test_other_numbers_of_steps_cost_what_their_steps_do() -> None:
    few = REQUEST.changed(
        prior_timesteps=None, prior_num_inference_steps=10, decoder_num_inference_steps=4
    )
    assert forecast({at(): MEASURED}).seconds(few) == pytest.approx(1 + 5 + 1 + 1)


def test_a_size_that_was_never_drawn_is_judged_by_area() -> None:
    half = REQUEST.changed(height=512)
    assert forecast({at(): MEASURED}).seconds(half) == pytest.approx(1 + STEPS / 2)


def test_the_nearest_size_counts() -> None:
    near: Rates = {"prior": 2.0, "decoder": 1.0, "vqgan": 0.1}
    found = usual_rates({at(): MEASURED, at(width=1536): near}, WAY, REQUEST.changed(width=1408))
    assert found["prior"] == pytest.approx(2.0 * 1408 / 1536)


def test_guidance_costs_its_stage_twice() -> None:
    unguided = REQUEST.changed(prior_guidance_scale=1.0)
    assert usual_rates({at(): MEASURED}, WAY, unguided) == {**MEASURED, "prior": 0.25}
    both = REQUEST.changed(decoder_guidance_scale=2.0)
    assert usual_rates({at(): MEASURED}, WAY, both) == {**MEASURED, "decoder": 0.5}


def test_the_same_guidance_counts_before_a_nearer_size() -> None:
    far, near = at(width=512, height=512), at(prior_guidance_scale=1.0)
    found = usual_rates({far: {"prior": 0.1}, near: {"prior": 0.3}}, WAY, REQUEST)
    assert found["prior"] == pytest.approx(0.4)


def test_after_the_first_step_the_other_stages_are_guessed() -> None:
    known = forecast({at(): {"prior": 1.0}})
    assert known.seconds(REQUEST) == pytest.approx(29 + 12 + 1)


def test_loading_counts_where_it_comes_first() -> None:
    rates: dict[str, Rates] = {WAY: {"loading": 30.0}, at(): MEASURED}
    assert forecast(rates).seconds(REQUEST) == pytest.approx(1 + STEPS)
    assert forecast(rates, loaded="").seconds(REQUEST) == pytest.approx(31 + STEPS)


@pytest.mark.parametrize(
    "rates",
    [
        {},
        {WAY: {"loading": 30.0}, at(): {"rest": 2.0}},
        {"another | 1024x1024 10": MEASURED},
        {f"{WAY} | 0x1024 10": MEASURED, f"{WAY} | wide 10": MEASURED},
    ],
    ids=["nothing", "no step", "another way of working", "keys that make no sense"],
)
def test_nothing_is_made_up(rates: dict[str, Rates]) -> None:
    assert forecast(rates).seconds(REQUEST) is None


def test_a_checkpoint_that_was_never_planned_for_is_unknown() -> None:
    assert forecast({at(): MEASURED}).seconds(REQUEST.changed(checkpoint="dackel")) is None


def test_what_cannot_run_has_no_price() -> None:
    small = Workplace(CHECKPOINT, MACHINES["2 GB card, old"])
    with pytest.raises(UserError):
        small.plan(REQUEST, AUTO)
    known = replace(forecast({at(): MEASURED}), places={"wuerstchen": small})
    assert known.seconds(REQUEST) is None


def test_another_plan_is_another_way_of_working() -> None:
    # Given a card that ran out of memory with the plan that was measured
    first = plan(MACHINE, PUBLISHED_SIZES, REQUEST, AUTO)
    lean = Workplace(CHECKPOINT, MACHINE, below=first)
    # When the same request is asked about
    known = replace(forecast({at(): MEASURED}), places={"wuerstchen": lean})
    # Then what it cost with the other plan says nothing
    assert known.seconds(REQUEST) is None


def test_how_many_are_drawn_together_is_not_another_way() -> None:
    one = Plan("cpu", "float32", "Ryzen", batch=1, reason="This way.", needs=5)
    assert way_of_working("x", one) == way_of_working("x", replace(one, batch=4, needs=9))
    assert way_of_working("x", one) != way_of_working("x", replace(one, threads=8))


# -- with the engine ------------------------------------------------------------------------


@pytest.fixture
def generator(tiny_folder: Path) -> WuerstchenGenerator:
    return WuerstchenGenerator(LocalCatalogue(tiny_folder, []), EngineOptions(device="cpu"))


TINY = make_request(
    prompt="a red dog",
    width=256,
    height=128,
    prior_timesteps=None,
    prior_num_inference_steps=4,
    decoder_num_inference_steps=3,
    checkpoint="wuerstchen",
)


def make(
    generator: WuerstchenGenerator, request: GenerationRequest = TINY
) -> list[tuple[GeneratorEvent, float | None]]:
    """Each event, and what is known of the request's cost when it comes."""
    seen: list[tuple[GeneratorEvent, float | None]] = []

    def note(event: GeneratorEvent) -> None:
        seen.append((event, generator.forecast().seconds(request)))

    generator.generate(request, CancelToken(), note)
    return seen


def test_the_engine_learns_while_it_works(generator: WuerstchenGenerator) -> None:
    generator.plan(TINY)
    assert generator.forecast().seconds(TINY) is None

    seen = make(generator)

    known = [seconds for _, seconds in seen]
    assert known[0] is None
    first = next(index for index, seconds in enumerate(known) if seconds is not None)
    assert not any(isinstance(event, PictureReady) for event, _ in seen[:first])
    after = generator.forecast()
    assert (after.seconds(TINY) or 0) > 0
    # Then also for sizes and numbers that were never drawn
    one, four = TINY.changed(width=512), TINY.changed(width=512, num_images=4)
    assert (after.seconds(four) or 0) > (after.seconds(one) or 0) > 0


def test_the_forecast_is_what_the_rates_say(generator: WuerstchenGenerator) -> None:
    make(generator)
    known = generator.forecast()
    (key,) = [key for key in known.rates if key.endswith("| 256x128 10")]
    rates = known.rates[key]
    units = known.places["wuerstchen"].checkpoint.vqgan_units
    steps = 4 * rates["prior"] + 3 * rates["decoder"] + units * rates["vqgan"]
    assert known.seconds(TINY) == pytest.approx(rates["rest"] + steps)


def test_a_forecast_does_not_change_afterwards(generator: WuerstchenGenerator) -> None:
    make(generator)
    known = generator.forecast()
    before = known.seconds(TINY)
    make(generator, TINY.changed(seed=5))
    assert known.seconds(TINY) == before


def test_what_was_released_must_be_loaded_again(generator: WuerstchenGenerator) -> None:
    make(generator)
    there = generator.forecast()
    (loading,) = [rates["loading"] for rates in there.rates.values() if "loading" in rates]
    generator.release()
    gone = generator.forecast().seconds(TINY)
    assert gone is not None
    assert gone - (there.seconds(TINY) or 0) == pytest.approx(loading)
    assert loading > 0
