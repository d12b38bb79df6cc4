"""A whole set of parameters on the clipboard, and what it would change."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from fakes import BLENDABLE, DACKEL, PUBLISHED
from wurstdesk.gallery.image_metadata import a1111
from wurstdesk.generation import GenerationRequest, Provenance, make_request
from wurstdesk.session.form import RequestForm
from wurstdesk.session.pasted import propose_pasted, read_pasted
from wurstdesk.session.proposal import Proposal, use

FOREIGN = """masterpiece, (a cat:1.21), sitting
on a roof
Negative prompt: lowres, (bad:1.4)
Steps: 30, Sampler: DPM++ 2M Karras, CFG scale: 6.5, Seed: 3456, Size: 832x1216, \
Model hash: 31e35c80fc, Model: sd_xl, Clip skip: 2, Lora hashes: "a: 1, b: 2", Version: v1.6.0"""


@pytest.fixture
def form(qtbot: QtBot) -> RequestForm:
    made = RequestForm(lambda: 7)
    made.set_checkpoints((PUBLISHED, DACKEL))
    made.choose_checkpoint("wuerstchen")
    return made


def proposed(form: RequestForm, text: str) -> Proposal:
    proposal = propose_pasted(form, text)
    assert proposal is not None
    return proposal


def own_text(request: GenerationRequest) -> str:
    provenance = Provenance("cpu", "float32", 2, request.checkpoint)
    return a1111.to_text(request, provenance)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a cat",
        "a cat\nSteps: 30, Seed: 5",
        "a cat, style: oil, mood: calm, light: soft",
        "style: oil, mood: calm, light: soft, Seed: 5",
        '{"prompt": "a", "steps": 3, "seed": 5, "size": 5}',
        "Steps: 30, CFG scale: 4, Seed: 5\nand then a story",
        "a" * 300_000 + "\nSteps: 30, CFG scale: 4, Seed: 5",
    ],
)
def test_an_ordinary_text_is_no_set_of_parameters(form: RequestForm, text: str) -> None:
    assert read_pasted(text) is None
    assert propose_pasted(form, text) is None


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_another_programs_parameters_are_taken_as_far_as_they_mean_the_same(
    form: RequestForm, end: str
) -> None:
    # Given a form with a schedule of its own
    form.edit(prompt="a dog", decoder_num_inference_steps=20, num_images=3)
    # When another program's text is pasted and used
    proposal = proposed(form, f"\n{FOREIGN}\n\n".replace("\n", end))
    use(form, proposal.fields())
    # Then prompts, seed, guidance and size are its own
    assert form.request == make_request(
        prompt="masterpiece, (a cat:1.21), sitting\non a roof",
        negative_prompt="lowres, (bad:1.4)",
        seed=3456,
        width=768,
        height=1280,
        prior_guidance_scale=6.5,
        decoder_num_inference_steps=20,
        num_images=3,
        checkpoint="wuerstchen",
    )
    assert not form.seed_is_random
    assert "from another program" in proposal.notes[0]
    assert [note.split()[1] for note in proposal.notes[1:]] == ["size", "model"]


def test_what_stays_the_same_is_not_listed(form: RequestForm) -> None:
    proposal = proposed(form, "a cat\nSteps: 30, CFG scale: 4, Size: 1024x1024")
    assert [change.field for change in proposal.changes] == ["prompt"]
    assert proposed(form, "Steps: 30, CFG scale: 4, Size: 1024x1024").changes == ()


@pytest.mark.parametrize(
    "parameters",
    [
        "Steps: x, CFG scale: nan, Seed: -1, Size: 512",
        "Steps: 1e9, CFG scale: 1e9, Seed: 99999999999, Size: 0x0",
        "Steps: ², CFG scale: , Seed: ٣, Sampler: Euler, Model: x",
        f"Steps: {'9' * 5000}, CFG scale: -{'9' * 5000}, Seed: {'9' * 5000}",
    ],
)
def test_values_that_no_request_can_have_are_left_out(form: RequestForm, parameters: str) -> None:
    proposal = proposed(form, f"a cat\n{parameters}")
    assert proposal.fields() == {"prompt": "a cat"}


def test_our_own_parameters_are_taken_whole(form: RequestForm) -> None:
    # Given the text of a picture that was made here
    request = DACKEL.request(
        prompt="a {red} dog",
        negative_prompt="cat",
        seed=5,
        prior_num_inference_steps=20,
        decoder_num_inference_steps=8,
        decoder_guidance_scale=1.5,
        decoder_seed=9,
        prior_guidance_scale=3.0,
    )
    # When it is pasted and used
    proposal = proposed(form, own_text(request))
    use(form, proposal.fields())
    # Then the form asks for that picture
    assert form.request == request
    assert [note for note in proposal.notes if "Wurstdesk" not in note] == []


def test_the_published_schedule_is_known_by_its_steps(form: RequestForm) -> None:
    form.edit(prior_timesteps=None, prior_num_inference_steps=50, decoder_seed=3)
    request = PUBLISHED.request(prompt="a cat", seed=5)
    use(form, proposed(form, own_text(request)).fields())
    assert form.request == request


def test_a_checkpoint_that_is_not_here_leaves_ours(form: RequestForm) -> None:
    request = replace(PUBLISHED, name="gone").request(prompt="a cat", seed=5)
    assert "checkpoint" not in proposed(form, own_text(request)).fields()


def test_braces_of_a_finished_prompt_are_no_choice(form: RequestForm) -> None:
    fields = proposed(form, own_text(make_request(prompt="{a|b}", seed=5))).fields()
    assert fields["prompt"] == r"\{a|b\}"


def test_a_blend_comes_back_from_our_own_text(form: RequestForm) -> None:
    form.set_checkpoints((DACKEL, *BLENDABLE))
    wanted = form.request.changed(prior_blend=0.35, blend_prior="wuerstchen+base", prompt="a dog")
    made = Provenance("cpu", "float32", 2, "wuerstchen", blend_name="wuerstchen+base")
    text = a1111.to_text(wanted, made)
    assert "Prior blend: 0.35, Blend prior: wuerstchen+base" in text
    use(form, proposed(form, text).fields())
    assert (form.request.prior_blend, form.request.blend_prior) == (0.35, "wuerstchen+base")
    # And a text without one ends it
    use(form, proposed(form, own_text(wanted.changed(prior_blend=0))).fields())
    assert form.request.prior_blend == 0
