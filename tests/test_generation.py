"""The contract between the layers: what a request takes, refuses, keeps and gives back."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wurstdesk.errors import GenerationCancelled, RequestError
from wurstdesk.generation import (
    DEFAULT_STAGE_C_TIMESTEPS,
    MAX_SIDE,
    REQUEST_SCHEMA,
    SEED_COUNT,
    CancelToken,
    GenerationRequest,
    LatentsBlob,
    Pixels,
    make_request,
    nearest_side,
)

sides = st.integers(1, MAX_SIDE // 128).map(lambda n: n * 128)
seeds = st.integers(0, SEED_COUNT - 1)


@st.composite
def requests(draw: st.DrawFn) -> GenerationRequest:
    steps = draw(st.none() | st.integers(1, 1000))
    return make_request(
        prompt=draw(st.text(max_size=300)),
        negative_prompt=draw(st.text(max_size=50)),
        width=draw(sides),
        height=draw(sides),
        seed=draw(seeds),
        num_images=draw(st.integers(1, 64)),
        prior_num_inference_steps=steps,
        prior_timesteps=DEFAULT_STAGE_C_TIMESTEPS if steps is None else None,
        prior_guidance_scale=draw(st.floats(0, 100)),
        decoder_num_inference_steps=draw(st.integers(1, 1000)),
        decoder_guidance_scale=draw(st.floats(0, 100)),
        decoder_seed=draw(st.none() | seeds),
        prior_blend=draw(st.just(0.0) | st.floats(0, 1)),
        blend_prior=draw(st.text(min_size=1, max_size=20).map(lambda text: f"p{text}")),
    )


@given(requests())
def test_a_request_comes_back_from_json_as_it_was(request: GenerationRequest) -> None:
    kept = json.loads(json.dumps(request.to_dict()))
    assert GenerationRequest.from_dict(kept) == request
    assert set(kept) == {"schema", *GenerationRequest.model_fields}


@given(requests(), st.integers(0, 63))
def test_picture_i_has_its_own_seed_and_is_a_request_of_its_own(
    request: GenerationRequest, index: int
) -> None:
    alone = request.for_picture(index)
    assert alone.seed == (request.seed + index) % SEED_COUNT
    assert alone.num_images == 1
    assert alone.for_picture(0) == alone
    if request.decoder_seed is not None:
        assert alone.decoder_seed == (request.decoder_seed + index) % SEED_COUNT


def test_the_published_schedule_makes_29_calls_from_1_to_0() -> None:
    assert make_request().prior_steps == 29
    assert DEFAULT_STAGE_C_TIMESTEPS[0] == 1.0
    assert DEFAULT_STAGE_C_TIMESTEPS[-1] == 0.0


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"width": 1000}, "1024 is the nearest"),
        ({"height": 0}, "128 is the nearest"),
        ({"width": 10**400}, "4096 is the nearest"),
        ({"num_images": 0}, "The number of pictures cannot be used"),
        ({"prior_guidance_scale": math.nan}, "The prior guidance scale cannot be used"),
        ({"decoder_guidance_scale": math.inf}, "The decoder guidance scale cannot be used"),
        ({"seed": -1}, "The seed cannot be used"),
        ({"seed": SEED_COUNT}, "The seed cannot be used"),
        ({"decoder_num_inference_steps": 0}, "The number of decoder steps cannot be used"),
        ({"prior_num_inference_steps": 20}, "either prior timesteps or a number of prior steps"),
        ({"prior_timesteps": (0.0, 1.0)}, "must fall"),
        ({"prior_timesteps": (1.0,)}, "two or more"),
        ({"prior_timesteps": (2.0, 1.0)}, "between 1 and 0"),
        ({"prompt": "x" * 100_001}, "The prompt cannot be used"),
        ({"speed": 1}, "The speed cannot be used"),
    ],
)
def test_what_cannot_work_is_refused_with_a_sentence(
    fields: dict[str, object], sentence: str
) -> None:
    with pytest.raises(RequestError, match=sentence):
        make_request(**fields)


def test_a_changed_request_is_checked_again() -> None:
    request = make_request(width=512, height=512)
    assert request.changed(width=640).width == 640
    with pytest.raises(RequestError):
        request.changed(width=600)


@pytest.mark.parametrize("kept", [None, [], {}, {"schema": "1"}, {"schema": 0}, {"prompt": "cat"}])
def test_what_is_no_saved_request_is_refused(kept: object) -> None:
    with pytest.raises(RequestError):
        GenerationRequest.from_dict(kept)


def test_a_request_of_a_newer_version_is_refused_by_name() -> None:
    kept = make_request().to_dict() | {"schema": REQUEST_SCHEMA + 1}
    with pytest.raises(RequestError, match="newer version"):
        GenerationRequest.from_dict(kept)


def test_text_that_no_file_takes_is_made_harmless() -> None:
    request = make_request(prompt="a\r\nb\rc\0d\ud800e")
    assert request.prompt == "a\nb\ncde"


@pytest.mark.parametrize(
    ("pixels", "side"), [(0, 128), (-5, 128), (191, 128), (193, 256), (1e308, 4096), (1000, 1024)]
)
def test_the_nearest_side_is_on_the_grid(pixels: float, side: int) -> None:
    assert nearest_side(pixels) == side


def test_a_token_stops_the_work_at_its_next_check() -> None:
    token = CancelToken()
    token.check()
    token.cancel()
    assert token.cancelled
    with pytest.raises(GenerationCancelled):
        token.check()


def test_bytes_that_do_not_fit_their_shape_are_refused() -> None:
    with pytest.raises(ValueError, match="pixel data"):
        Pixels(2, 2, b"123")
    with pytest.raises(ValueError, match="latent data"):
        LatentsBlob((16, 9, 9), "float16", b"123")
    assert LatentsBlob((1, 2, 3), "float16", bytes(12)).shape == (1, 2, 3)


def test_an_older_request_reads_as_it_was() -> None:
    kept = make_request(prompt="a cat", seed=5).to_dict()
    for name in ("prior_blend", "blend_prior"):
        del kept[name]
    older = GenerationRequest.from_dict(kept | {"schema": 1})
    assert older == make_request(prompt="a cat", seed=5)
    assert (older.prior_blend, older.blend_prior) == (0.0, "")


def test_a_blend_names_both_the_prior_and_its_share() -> None:
    request = make_request(prior_blend=0.35, blend_prior="wuerstchen+base")
    assert request.for_picture(3).blend_prior == "wuerstchen+base"
    assert GenerationRequest.from_dict(request.to_dict()) == request


@pytest.mark.parametrize("nothing", [0, 0.0, -0.0, "0"])
def test_nothing_of_another_prior_is_the_same_request_as_none(nothing: object) -> None:
    request = make_request(prior_blend=nothing, blend_prior="wuerstchen+base")
    assert request == make_request()
    assert json.dumps(request.to_dict()) == json.dumps(make_request().to_dict())


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"prior_blend": 0.3}, "Say which prior"),
        ({"prior_blend": 0.3, "blend_prior": "  "}, "Say which prior"),
        ({"prior_blend": 1.1, "blend_prior": "base"}, "share of the other prior"),
        ({"prior_blend": -0.1, "blend_prior": "base"}, "share of the other prior"),
        ({"prior_blend": "half", "blend_prior": "base"}, "“half” is not a number"),
        ({"prior_blend": 0.3, "blend_prior": "x" * 5000}, "prior to blend with"),
    ],
)
def test_a_blend_that_cannot_be_is_refused_in_words(fields: dict[str, object], said: str) -> None:
    with pytest.raises(RequestError, match=said):
        make_request(**fields)
