"""The request that is being written: always valid, and at home in its checkpoint."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import count

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from fakes import BLENDABLE, DACKEL, PUBLISHED, damaged
from wurstdesk.generation import DEFAULT_STAGE_C_TIMESTEPS, MAX_PROMPT_CHARACTERS, GenerationRequest
from wurstdesk.session.form import RequestForm, random_seed


@pytest.fixture
def form(qtbot: QtBot) -> Iterator[RequestForm]:
    del qtbot
    seeds = count(1000)
    owner = QObject()
    made = RequestForm(lambda: next(seeds), owner)
    made.set_checkpoints((DACKEL, PUBLISHED))
    yield made
    owner.deleteLater()


def test_the_checkpoint_gives_the_defaults(form: RequestForm) -> None:
    assert form.checkpoint is DACKEL
    assert (form.request.width, form.request.height) == (384, 384)
    assert form.request.checkpoint == "dackel"


def test_defaults_follow_another_checkpoint(form: RequestForm) -> None:
    form.choose_checkpoint("wuerstchen")

    assert (form.request.width, form.request.height) == (1024, 1024)
    assert form.request.checkpoint == "wuerstchen"


def test_what_was_chosen_does_not_follow_another_checkpoint(form: RequestForm) -> None:
    form.edit(width=512, height=256)
    form.edit(prior_timesteps=None, prior_num_inference_steps=20)

    form.choose_checkpoint("wuerstchen")

    assert (form.request.width, form.request.height) == (512, 256)
    assert form.request.prior_num_inference_steps == 20


def test_a_schedule_of_its_own_follows(form: RequestForm) -> None:
    own = replace(PUBLISHED, name="own", prior_timesteps=(1.0, 0.5, 0.0))
    form.set_checkpoints((DACKEL, own))

    form.choose_checkpoint("own")
    assert form.request.prior_timesteps == (1.0, 0.5, 0.0)

    form.choose_checkpoint("dackel")
    assert form.request.prior_timesteps == DEFAULT_STAGE_C_TIMESTEPS


def test_a_damaged_checkpoint_gives_way_to_a_whole_one(qtbot: QtBot) -> None:
    del qtbot
    form = RequestForm()
    form.set_checkpoints((damaged(), PUBLISHED))
    assert form.checkpoint is PUBLISHED


def test_where_all_are_damaged_the_first_is_shown_with_its_problem(qtbot: QtBot) -> None:
    del qtbot
    form = RequestForm()
    form.set_checkpoints((damaged(),))
    assert form.checkpoint is not None
    assert form.checkpoint.problem == "Its prior is missing."


def test_no_checkpoint_at_all(qtbot: QtBot) -> None:
    del qtbot
    form = RequestForm()
    form.set_checkpoints(())
    assert form.checkpoint is None


def test_a_new_list_keeps_the_chosen_one(form: RequestForm) -> None:
    form.choose_checkpoint("wuerstchen")
    form.set_checkpoints((DACKEL, PUBLISHED))
    assert form.checkpoint is PUBLISHED


def test_what_no_request_can_have_is_kept_out_and_said(form: RequestForm) -> None:
    form.edit(prompt="a dog")
    form.edit(prompt="x" * (MAX_PROMPT_CHARACTERS + 1))

    problem = form.problem
    assert form.request.prompt == "a dog"
    assert problem is not None
    assert "The prompt" in problem.message

    form.edit(prompt="a cat")
    assert form.problem is None
    assert form.request.prompt == "a cat"


def test_one_good_field_does_not_hide_the_problem_of_another(form: RequestForm) -> None:
    form.edit(seed=2**40)
    form.edit(prompt="a dog")
    assert form.problem is not None
    assert "The seed" in form.problem.message


def test_seed_is_drawn_anew_or_kept(form: RequestForm) -> None:
    form.draw_seed()
    first = form.request.seed
    form.draw_seed()
    assert form.request.seed == first + 1

    form.set_seed_random(False)
    form.draw_seed()
    assert form.request.seed == first + 1


def test_a_taken_seed_is_kept(form: RequestForm) -> None:
    form.take_seed(7)
    form.draw_seed()
    assert form.request.seed == 7


def test_a_seed_that_cannot_be_is_forgotten_when_another_is_drawn_or_taken(
    form: RequestForm,
) -> None:
    form.take_seed(2**40)
    assert "The seed" in str(form.problem)
    form.set_seed_random(True)
    assert form.problem is None

    form.take_seed(2**40)
    form.take_seed(7)
    assert form.problem is None
    assert form.request.seed == 7


def test_any_seed_may_be_drawn() -> None:
    seeds = {random_seed() for _ in range(50)}
    assert len(seeds) > 40
    assert all(GenerationRequest(seed=seed) for seed in seeds)


def test_reset_gives_the_checkpoints_default(form: RequestForm) -> None:
    form.edit(width=512, prior_guidance_scale=7.0)
    form.reset("prior_guidance_scale")
    form.reset("width")
    assert form.request.prior_guidance_scale == 4.0
    assert form.request.width == 384


def test_guidance_follows_the_checkpoint_until_it_is_the_persons_own(form: RequestForm) -> None:
    # Given two checkpoints that are good at different guidance
    form.set_checkpoints((replace(DACKEL, prior_guidance_scale=2.0), PUBLISHED))
    assert form.request.prior_guidance_scale == 2.0
    # When another is chosen, guidance follows; what the person chose stays
    form.choose_checkpoint("wuerstchen")
    assert form.request.prior_guidance_scale == 4.0
    form.edit(prior_guidance_scale=6.0)
    form.choose_checkpoint("dackel")
    assert form.request.prior_guidance_scale == 6.0


def test_taking_a_request_takes_all_of_it(form: RequestForm) -> None:
    request = GenerationRequest(
        prompt="a cat", negative_prompt="a dog", seed=5, decoder_seed=9, checkpoint="wuerstchen"
    )

    assert form.take(request)

    assert form.request == request
    assert form.checkpoint is PUBLISHED
    assert not form.seed_is_random


def test_taking_a_request_of_a_checkpoint_that_is_not_here(form: RequestForm) -> None:
    assert not form.take(GenerationRequest(prompt="a cat", checkpoint="gone"))

    assert form.request.prompt == "a cat"
    assert form.request.checkpoint == "dackel"


def test_changed_is_told_only_when_something_changed(qtbot: QtBot, form: RequestForm) -> None:
    form.edit(prompt="a dog")
    with qtbot.assertNotEmitted(form.changed):
        form.edit(prompt="a dog")
        form.set_seed_random(True)


@pytest.fixture
def blending(form: RequestForm) -> RequestForm:
    """With three priors of one kind, and a third of one in the first."""
    form.set_checkpoints((DACKEL, *BLENDABLE))
    form.choose_checkpoint("wuerstchen")
    form.edit(prior_blend=0.35, blend_prior="wuerstchen+base")
    return form


def blend_of(form: RequestForm) -> tuple[float, str]:
    return form.request.prior_blend, form.request.blend_prior


def test_priors_of_the_same_kind_can_be_blended(blending: RequestForm) -> None:
    assert [i.name for i in blending.blendable()] == ["wuerstchen+base", "wuerstchen+finetuned"]
    blending.choose_checkpoint("dackel")
    assert blending.blendable() == ()


def test_a_blend_stays_while_it_can(blending: RequestForm) -> None:
    blending.choose_checkpoint("wuerstchen+finetuned")
    assert blend_of(blending) == (0.35, "wuerstchen+base")
    blending.choose_checkpoint("wuerstchen+base")
    assert blend_of(blending) == (0, ""), "that would be the same prior twice"


def test_another_checkpoint_or_a_vanished_prior_ends_it(blending: RequestForm) -> None:
    request = blending.request
    blending.choose_checkpoint("dackel")
    assert blend_of(blending) == (0, "")
    assert blending.take(request)
    assert blend_of(blending) == (0.35, "wuerstchen+base")
    blending.set_checkpoints((DACKEL, BLENDABLE[0]))
    assert blend_of(blending) == (0, "")


def test_taking_a_blend_whose_prior_is_not_here(blending: RequestForm) -> None:
    wanted = blending.request.changed(blend_prior="wuerstchen+old", prompt="a cat")
    assert not blending.take(wanted)
    assert blending.lacking(wanted) == "wuerstchen+old"
    assert blending.request == wanted.changed(prior_blend=0)


def test_a_restored_blend_is_kept_until_it_is_known_what_is_here(form: RequestForm) -> None:
    wanted = GenerationRequest(
        checkpoint="wuerstchen", prior_blend=0.35, blend_prior="wuerstchen+base"
    )
    form.set_checkpoints(())
    form.restore(wanted, seed_is_random=False)
    form.set_checkpoints((DACKEL, *BLENDABLE))
    assert blend_of(form) == (0.35, "wuerstchen+base")
    form.reset("prior_blend", "blend_prior")
    assert blend_of(form) == (0, "")


def test_a_blend_that_cannot_be_is_no_problem_of_whoever_sets_it(blending: RequestForm) -> None:
    blending.edit(prior_blend=0.5, blend_prior="wuerstchen+old")  # a style may
    assert blend_of(blending) == (0, "")
    assert blending.problem is None
