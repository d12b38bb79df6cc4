"""What a style makes of a prompt, read by the grammar that draws it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from wurstdesk.engine.prompt_syntax import parse_prompt
from wurstdesk.generation import DEFAULT_STAGE_C_TIMESTEPS, GenerationRequest, make_request
from wurstdesk.generation.styles import MAX_TEXT, Style, joined

OIL = "oil painting of {prompt}, thick strokes"
PROMPTS = st.text(alphabet=st.sampled_from('ab ,()"\\+-.1{}'), max_size=20)


def drawn(text: str) -> list[list[tuple[str, float]]]:
    """Every branch that is encoded: its pieces with their weights."""
    parsed = parse_prompt(text)
    assert parsed.notes == ()
    return [
        [(part.text, round(part.weight, 2)) for part in branch]
        for clause in parsed.clauses
        for branch in clause.branches
    ]


@pytest.mark.parametrize(
    ("template", "text", "result"),
    [
        (OIL, "a fox", "oil painting of a fox, thick strokes"),
        (OIL, " a fox, ", "oil painting of a fox, thick strokes"),
        ("watercolour", "a fox", "a fox, watercolour"),
        ("watercolour", "a fox,", "a fox, watercolour"),
        ("watercolour", "", "watercolour"),
        ("{prompt}, watercolour", "", "watercolour"),
        ("", "a fox ", "a fox "),
        ("{prompt}", "a fox ", "a fox "),
        ("{prompt} and the shadow of {prompt}", "a fox", "a fox and the shadow of a fox"),
        (OIL, "{prompt}", "oil painting of {prompt}, thick strokes"),
        ("{oil|ink} of {prompt}", "a {red|blue} fox", "{oil|ink} of a {red|blue} fox"),
    ],
)
def test_the_prompt_goes_where_the_style_says(template: str, text: str, result: str) -> None:
    assert joined(template, text) == result


@pytest.mark.parametrize("template", [OIL, "watercolour", "two of {prompt} and {prompt}"])
@pytest.mark.parametrize("text", ["a fox", "", 'a "fox', '("a", "b").blend(1, 1)'])
def test_a_style_is_not_put_round_a_prompt_twice(template: str, text: str) -> None:
    once = joined(template, text)
    assert once is not None
    assert joined(template, once) == once


def test_weights_stay_with_their_words() -> None:
    text = joined(OIL, "a (red)1.5 fox++")
    assert text is not None
    assert drawn(text) == [
        [
            ("oil painting of a", 1.0),
            ("red", 1.5),
            ("fox", 1.21),
            (", thick strokes", 1.0),
        ]
    ]


@pytest.mark.parametrize("text", ["a fox :)", "a (fox", 'a "fox', ")(", "((a) fox"])
def test_a_loose_bracket_takes_nothing_of_the_style_with_it(text: str) -> None:
    text = joined("({prompt})1.2 in (thick)0.5 strokes", text) or ""
    (pieces,) = drawn(text)
    assert pieces[-2:] == [("thick", 0.5), ("strokes", 1.0)]
    assert {weight for _, weight in pieces[:-3]} <= {1.2}


@pytest.mark.parametrize("operator", [".blend(0.7, 0.3)", ".and()", ".and(1, 0.5)"])
def test_each_of_several_texts_gets_the_style(operator: str) -> None:
    text = joined('oil of {prompt}, "thick" strokes', f'("a fox", "a (cat)1.5"){operator}')
    assert text is not None
    fox, cat = drawn(text)
    assert "".join(piece for piece, _ in fox).startswith("oil of a fox")
    assert ("cat", 1.5) in cat
    assert '"thick" strokes' in cat[-1][0]
    assert text.endswith(operator)


def test_a_style_that_blends_takes_a_plain_prompt() -> None:
    text = joined('("{prompt}", "fire").blend(0.7, 0.3)', 'a "big" fox')
    assert text is not None
    assert drawn(text) == [[('a "big" fox', 1.0)], [("fire", 1.0)]]


@pytest.mark.parametrize(
    ("template", "text"),
    [
        (OIL, "(one, two).blend(1, 1)"),
        (OIL, '(("a", "b").blend(1, 1), "c").and()'),
        ('("{prompt}", "fire").blend(1, 1)', '("a", "b").blend(1, 1)'),
    ],
)
def test_what_cannot_go_together_is_said_and_the_prompt_stays(template: str, text: str) -> None:
    style = Style(name="s", prompt=template, negative_prompt="fog")
    request = make_request(prompt=text)
    assert style.leaves_out(request)
    assert style.apply(request).prompt == text
    assert style.apply(request).negative_prompt == "fog"
    assert not style.leaves_out(make_request(prompt="a fox"))


@given(PROMPTS)
def test_a_style_only_adds_to_a_prompt(text: str) -> None:
    result = joined(OIL, text)
    if result is not None:
        assert not [sign for sign in text.strip(" ,") if sign not in result]
        assert joined(OIL, result) == result


def test_a_style_shapes_both_prompts_and_nothing_else() -> None:
    style = Style(
        name="Oil", prompt=OIL, negative_prompt="fog", settings={"width": 512, "height": 512}
    )
    request = make_request(prompt="a fox", negative_prompt="cat,", seed=5, num_images=3)
    assert style.apply(request) == request.changed(
        prompt="oil painting of a fox, thick strokes", negative_prompt="cat, fog"
    )


def test_a_prompt_that_would_become_too_long_stays() -> None:
    request = make_request(prompt="a" * 100_000)
    assert Style(name="Oil", prompt=OIL).apply(request) == request


def test_the_settings_of_a_style_are_those_of_a_request() -> None:
    style = Style(
        name="  two\nlines ",
        settings={"prior_num_inference_steps": 20, "width": 512, "height": 768},
    )
    assert style.name == "two lines"
    request = GenerationRequest().changed(**style.settings)
    assert (request.width, request.height, request.prior_steps) == (512, 768, 20)
    times = Style(name="s", settings={"prior_timesteps": DEFAULT_STAGE_C_TIMESTEPS}).settings
    assert times == {
        "prior_timesteps": DEFAULT_STAGE_C_TIMESTEPS,
        "prior_num_inference_steps": None,
    }


@pytest.mark.parametrize(
    "fields",
    [
        {"name": " "},
        {"name": "a" * 61},
        {"name": "s", "prompt": "a" * (MAX_TEXT + 1)},
        {"name": "s", "settings": {"seed": 5}},
        {"name": "s", "settings": {"width": 100, "height": 512}},
        {"name": "s", "settings": {"width": 512}},
        {"name": "s", "settings": {"prior_guidance_scale": "much"}},
        {"name": "s", "settings": []},
    ],
)
def test_what_is_no_style_is_refused(fields: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Style.model_validate(fields)


def test_a_style_may_set_a_blend_as_a_whole() -> None:
    blend = {"prior_blend": 0.35, "blend_prior": "wuerstchen+base"}
    assert Style(name="s", settings=blend).settings == blend
    with pytest.raises(ValidationError):
        Style(name="s", settings={"blend_prior": "wuerstchen+base"})
