"""Settings of a picture into the studio: these and no others."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from fakes import DACKEL
from studio import Studio
from wurstdesk.gallery.records import Card, Details
from wurstdesk.generation import GenerationRequest
from wurstdesk.session.facts import SIZE
from wurstdesk.session.gallery_use import proposal_of, take
from wurstdesk.session.state import StudioState

REQUEST = GenerationRequest(
    prompt="a {red|blue} dog",
    negative_prompt="cat",
    seed=42,
    width=512,
    height=384,
    prior_guidance_scale=6.0,
    checkpoint="dackel",
)
CARD = Card(1, None, "hash", "2024-05-01T12:00:00", 512, 384, 42, REQUEST.prompt, request=REQUEST)
OURS = Details(CARD, "wurstdesk", "cat", 1000, None, {}, (), {})
THEIRS = replace(
    OURS,
    card=replace(CARD, request=None, prompt="a (red:1.3) dog"),
    source="a1111",
    negative_prompt="blurry",
    parameters={"Seed": "7", "Size-1": "500", "Size-2": "512", "Steps": "20", "CFG scale": "5"},
)


@pytest.fixture
def state(qtbot: QtBot, studio: Studio) -> StudioState:
    """With a request of one's own."""
    studio.read_catalogue(DACKEL)
    studio.state.form.edit(prompt="mine", negative_prompt="", width=256, height=256)
    studio.state.form.take_seed(1)
    return studio.state


def test_all(state: StudioState) -> None:
    assert take(state.form, OURS, "all") == "All its settings are in the studio."
    request = state.form.request
    assert request.prompt == r"a \{red|blue\} dog", "what was drawn is no choice any more"
    assert (request.seed, request.width, request.prior_guidance_scale) == (42, 512, 6.0)
    assert not state.form.seed_is_random


def test_all_but_the_seed(state: StudioState) -> None:
    state.form.set_seed_random(True)
    take(state.form, OURS, "rest")
    assert state.form.request.width == 512
    assert state.form.request.seed == 1
    assert state.form.seed_is_random


@pytest.mark.parametrize(
    ("part", "changed"),
    [
        ("prompt", {"prompt": r"a \{red|blue\} dog"}),
        ("seed", {"seed": 42}),
        ("size", {"width": 512, "height": 384}),
        ("prior_guidance_scale", {"prior_guidance_scale": 6.0}),
        ("negative_prompt", {"negative_prompt": "cat"}),
    ],
)
def test_only_a_part(state: StudioState, part: str, changed: dict[str, object]) -> None:
    before = state.form.request
    assert take(state.form, OURS, part)
    assert state.form.request == before.changed(**changed)


def test_a_checkpoint_that_is_not_here_is_left_out(state: StudioState) -> None:
    other = replace(OURS, card=replace(CARD, request=REQUEST.changed(checkpoint="sausage")))
    assert "sausage, which is not here" in take(state.form, other, "all")
    assert state.form.request.checkpoint == "dackel"
    assert state.form.request.width == 512


def test_of_other_programs_only_what_means_the_same(state: StudioState) -> None:
    told = take(state.form, THEIRS, "prompt")
    assert "its weights can be converted" in told
    assert state.form.request.prompt == "a (red:1.3) dog"
    take(state.form, THEIRS, "seed")
    take(state.form, THEIRS, SIZE)
    assert state.form.request.seed == 7
    assert (state.form.request.width, state.form.request.height) == (512, 512)
    assert take(state.form, THEIRS, "decoder_guidance_scale") == ""


def test_what_would_change_is_shown_first(state: StudioState) -> None:
    fields = {change.field for change in proposal_of(state.form, THEIRS).changes}
    assert fields == {"prompt", "negative_prompt", SIZE, "seed", "prior_guidance_scale"}
