"""What would change, before it does."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from fakes import BLENDABLE, DACKEL, PUBLISHED
from wurstdesk.generation import GenerationRequest
from wurstdesk.session.form import RequestForm
from wurstdesk.session.proposal import Proposal, propose, use


@pytest.fixture
def form(qtbot: QtBot) -> RequestForm:
    del qtbot
    made = RequestForm(lambda: 1000)
    made.set_checkpoints((DACKEL, PUBLISHED))
    made.take_seed(5)
    made.edit(prompt="a dog")
    return made


def words(proposal: Proposal) -> list[tuple[str, str, str]]:
    """Field, before and after of each change."""
    return [(change.field, change.before, change.after) for change in proposal.changes]


def test_only_what_differs_is_a_change(form: RequestForm) -> None:
    wanted = form.request.changed(prompt="a cat", seed=6)

    proposal = propose(form, wanted)

    assert words(proposal) == [("prompt", "a dog", "a cat"), ("seed", "5", "6")]
    assert [change.label for change in proposal.changes] == ["Prompt", "Seed"]
    assert propose(form, form.request).changes == ()


def test_width_and_height_are_one_change(form: RequestForm) -> None:
    (change,) = propose(form, {"width": 512}).changes

    assert (change.field, change.before, change.after) == ("size", "384 × 384", "512 × 384")
    assert change.fields == {"width": 512, "height": 384}


def test_the_two_ways_to_give_a_schedule_are_one_change(form: RequestForm) -> None:
    proposal = propose(form, {"prior_num_inference_steps": 20})
    assert words(proposal) == [("prior_schedule", "published, 29 steps", "20 even steps")]

    use(form, proposal.fields())
    assert form.request.prior_num_inference_steps == 20
    assert form.request.prior_timesteps is None

    back = propose(form, {"prior_timesteps": [1.0, 0.5, 0.0], "prior_num_inference_steps": None})
    assert words(back) == [("prior_schedule", "20 even steps", "own list, 2 steps")]
    use(form, back.fields())
    assert form.request.prior_timesteps == (1.0, 0.5, 0.0)


def test_the_same_numbers_in_another_spelling_are_no_change(form: RequestForm) -> None:
    wanted: dict[str, object] = {
        "prior_guidance_scale": int(form.request.prior_guidance_scale),
        "prior_timesteps": list(form.request.prior_timesteps or ()),
    }
    assert propose(form, wanted).changes == ()


def test_a_seed_is_a_change_while_seeds_are_drawn_anew(form: RequestForm) -> None:
    form.set_seed_random(True)

    proposal = propose(form, {"seed": form.request.seed})

    assert words(proposal) == [("seed", "new each time", "5")]
    use(form, proposal.fields())
    assert not form.seed_is_random


def test_taking_other_fields_leaves_the_seed_as_it_is(form: RequestForm) -> None:
    form.set_seed_random(True)
    use(form, {"prompt": "a cat"})
    assert form.seed_is_random
    assert form.request.prompt == "a cat"


def test_only_some_fields(form: RequestForm) -> None:
    wanted = form.request.changed(prompt="a cat", seed=6, width=512)
    assert [c.field for c in propose(form, wanted, only={"seed"}).changes] == ["seed"]
    assert [c.field for c in propose(form, wanted, only={"width", "height"}).changes] == ["size"]


def test_what_no_request_can_have_is_noted_and_left_out(form: RequestForm) -> None:
    proposal = propose(form, {"width": 500, "height": 384, "seed": -1, "prompt": "a cat"})

    assert [change.field for change in proposal.changes] == ["prompt"]
    assert len(proposal.notes) == 2
    assert "500" in proposal.notes[0]


def test_both_ways_of_a_schedule_at_once_are_noted(form: RequestForm) -> None:
    wanted: dict[str, object] = {"prior_num_inference_steps": 9, "prior_timesteps": (1.0, 0.0)}
    proposal = propose(form, wanted)
    assert proposal.changes == ()
    assert "not both" in proposal.notes[0]


def test_a_checkpoint_that_is_not_here_is_noted_and_ours_stays(form: RequestForm) -> None:
    proposal = propose(form, {"checkpoint": "/models/other", "prompt": "a cat"})

    assert [change.field for change in proposal.changes] == ["prompt"]
    assert "/models/other" in proposal.notes[0]


def test_another_checkpoint_changes_nothing_that_was_not_shown(form: RequestForm) -> None:
    wanted = form.request.changed(checkpoint="wuerstchen")

    proposal = propose(form, wanted)

    assert words(proposal) == [("checkpoint", "Dackel", "Würstchen v2")]
    use(form, proposal.fields())
    assert form.request == wanted
    assert form.checkpoint is PUBLISHED


def test_chosen_changes_alone_are_used(form: RequestForm) -> None:
    proposal = propose(form, form.request.changed(prompt="a cat", width=512, height=256, seed=9))

    use(form, proposal.fields({"size"}))

    assert (form.request.width, form.request.height) == (512, 256)
    assert (form.request.prompt, form.request.seed) == ("a dog", 5)


def test_every_field_of_a_request_can_be_proposed(form: RequestForm) -> None:
    wanted = GenerationRequest(
        prompt="p",
        negative_prompt="n",
        width=128,
        height=256,
        seed=1,
        num_images=3,
        prior_timesteps=None,
        prior_num_inference_steps=3,
        prior_guidance_scale=2.5,
        decoder_num_inference_steps=4,
        decoder_guidance_scale=1.5,
        decoder_seed=6,
        checkpoint="wuerstchen",
        prior_blend=0.35,
        blend_prior="wuerstchen+base",
    )
    form.set_checkpoints((DACKEL, *BLENDABLE))
    proposal = propose(form, wanted)
    assert set(proposal.fields()) == set(GenerationRequest.model_fields)
    use(form, proposal.fields())
    assert form.request == wanted


def test_a_blend_is_one_change_and_read_as_people_say_it(form: RequestForm) -> None:
    form.set_checkpoints((DACKEL, *BLENDABLE))
    form.choose_checkpoint("wuerstchen")
    wanted = form.request.changed(prior_blend=0.35, blend_prior="wuerstchen+base")
    proposal = propose(form, wanted)
    assert words(proposal) == [("blend", "none", "35 % base")]
    use(form, proposal.fields())
    assert form.request == wanted
    assert words(propose(form, wanted.changed(prior_blend=0))) == [("blend", "35 % base", "none")]


def test_a_blend_with_a_prior_that_is_not_here_is_noted(form: RequestForm) -> None:
    form.set_checkpoints((DACKEL, *BLENDABLE))
    form.choose_checkpoint("wuerstchen")
    wanted = form.request.changed(prompt="a cat", prior_blend=0.35, blend_prior="wuerstchen+old")
    proposal = propose(form, wanted)
    assert [change.field for change in proposal.changes] == ["prompt"]
    assert "blended with that of wuerstchen+old" in proposal.notes[0]
