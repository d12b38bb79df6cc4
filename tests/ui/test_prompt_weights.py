"""Weights at a keystroke: cleanly spelled, reversible, and of what was meant alone."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from wurstdesk.engine.prompt_reading import CompelPromptReader
from wurstdesk.generation import PromptReader
from wurstdesk.paths import resources_dir
from wurstdesk.ui.prompt_weights import Weighted, convert, raise_weight

DACKEL = resources_dir() / "dackel" / "wuerstchen-prior" / "tokenizer"


@pytest.fixture(scope="module")
def reader() -> PromptReader:
    return CompelPromptReader(DACKEL)


def changed(marked: str, steps: int) -> str:
    """What becomes of a text with a ‸ at the cursor, or two around the selection."""
    text = marked.replace("‸", "")
    start = marked.index("‸")
    end = marked.rindex("‸") - (marked.count("‸") - 1)
    new = raise_weight(text, start, end, steps)
    shown = new.text[: new.end] + "‸" + new.text[new.end :]
    return shown if new.start == new.end else shown[: new.start] + "‸" + shown[new.start :]


@pytest.mark.parametrize(
    ("marked", "heavier", "lighter"),
    [
        ("a c‸at", "a c‸at+", "a c‸at-"),
        ("a cat‸", "a cat+‸", "a cat-‸"),
        ("‸cat", "‸cat+", "‸cat-"),
        ("cat+‸ dog", "cat++‸ dog", "cat‸ dog"),
        ("ca‸t- dog", "ca‸t dog", "ca‸t-- dog"),
        ("ca‸t+++ dog", "(ca‸t)1.4 dog", "ca‸t++ dog"),
        ("cat---‸", "cat--‸", "(cat)0.6‸"),
        ("cat‸, dog.", "cat+‸, dog.", "cat-‸, dog."),
        ("dog cat‸.", "dog cat+‸.", "dog cat-‸."),
        ("cat‸! dog", "(cat)+‸! dog", "(cat)-‸! dog"),
        ("“cat‸” dog", "“cat‸”+ dog", "“cat‸”- dog"),
        ("well-l‸it", "well-l‸it+", "well-l‸it-"),
        ("dog,cat‸", "dog,cat+‸", "dog,cat-‸"),
        ("f/1.8‸ lens", "(f/1.8)+‸ lens", "(f/1.8)-‸ lens"),
        ("🐶🐶‸ dog", "🐶🐶+‸ dog", "🐶🐶-‸ dog"),
        # groups
        ("(ca‸t)1.25", "(ca‸t)1.35", "(ca‸t)1.15"),
        ("(cat)1.‸1 dog", "(cat)1.2‸ dog", "cat‸ dog"),
        ("(a ca‸t)1.25", "(a ca‸t+)1.25", "(a ca‸t-)1.25"),
        ("(a cat‸)1.25", "(a cat+‸)1.25", "(a cat-‸)1.25"),
        ("(a cat)1.2‸", "(a cat)1.3‸", "(a cat)1.1‸"),
        ("(a cat)‸+", "(a cat)++‸", "a cat‸"),
        ('"a cat"+‸', '"a cat"++‸', "a cat‸"),
        ("cat.attend(1.2)‸", "cat.attend(1.3)‸", "cat.attend(1.1)‸"),
        ("(a cat)+.‸", "(a cat)+.‸", "(a cat)+.‸"),
        ("(cat)9.95‸", "(cat)9.95‸", "(cat)9.85‸"),
        ("(cat)0.05‸", "(cat)0.15‸", "(cat)0.05‸"),
        # selections
        ("‸a red cat‸", "(‸a red cat‸)+", "(‸a red cat‸)-"),
        ("(‸a red cat‸)+", "(‸a red cat‸)++", "‸a red cat‸"),
        ("‸(a red cat)+‸", "(‸a red cat‸)++", "‸a red cat‸"),
        ("a ‸cat‸ dog", "a ‸cat‸+ dog", "a ‸cat‸- dog"),
        ("a ‸ cat, ‸dog", "a  ‸cat‸+, dog", "a  ‸cat‸-, dog"),
        ("big c‸at d‸og", "big (‸cat dog‸)+", "big (‸cat dog‸)-"),
        ("(a ‸red)1.2 cat‸", "(‸(a red)1.2 cat‸)+", "(‸(a red)1.2 cat‸)-"),
        ("(a ‸red cat‸ dog)+", "(a (‸red cat‸)+ dog)+", "(a (‸red cat‸)- dog)+"),
        ("‸cat+ dog‸", "(‸cat+ dog‸)+", "(‸cat+ dog‸)-"),
        ("‸5 cats‸5", "(‸5 cats5‸)+", "(‸5 cats5‸)-"),
        # escapes and loose signs
        (r"dog\(s\)‸", r"dog\(s\)+‸", r"dog\(s\)-‸"),
        ("dog(s)‸ a", r"(dog\(s\))+‸ a", r"(dog\(s\))-‸ a"),
        (r"(dog\(s\))+‸ a", r"(dog\(s\))++‸ a", r"dog\(s\)‸ a"),
        (r"C\+\+‸", r"C\+\++‸", r"C\+\+-‸"),
        ("C++‸", "C+++‸", "C+‸"),
        ("a ( cat‸", "a ( cat+‸", "a ( cat-‸"),
        ("‸cat ) dog‸", r"(‸cat \) dog‸)+", r"(‸cat \) dog‸)-"),
        (r"(‸cat \) dog‸)+", r"(‸cat \) dog‸)++", r"‸cat \) dog‸"),
        ("a  ‸  b", "a  ‸  b", "a  ‸  b"),
        ("‸", "‸", "‸"),
        # other programs
        ("(ca‸t:1.2) dog", "(ca‸t)1.3 dog", "(ca‸t)1.1 dog"),
        ("(a cat:1.1)‸", "(a cat)1.2‸", "a cat‸"),
        # operators
        ('("a c‸at", "dog").blend(1, 2)', '("a c‸at+", "dog").blend(1, 2)', None),
        ("(ca‸t, dog).blend(1, 2)", "(ca‸t, dog).blend(1, 2)", None),
        ('‸("a", "b").and()‸', '‸("a", "b").and()‸', None),
        # random choice
        ("a {re‸d|blue} cat", "a {re‸d+|blue} cat", None),
        ("a ‸{red|blue}‸ cat", "a (‸{red|blue}‸)+ cat", None),
        ("{a red dog|blue cat‸}", "{a red dog|blue cat+‸}", None),
        ("a {‸red|blue‸} cat", "a {‸red|blue‸} cat", None),
        ("a ‸{red|blue} cat‸", "a (‸{red|blue} cat‸)+", None),
    ],
)
def test_a_step(marked: str, heavier: str, lighter: str | None) -> None:
    assert changed(marked, 1) == heavier
    if lighter is not None:
        assert changed(marked, -1) == lighter


def test_steps_go_on_with_the_same_words() -> None:
    steps = [changed("a ‸red cat‸", count) for count in (4, 3, 0, -4, -10, -11)]
    assert steps == [
        "a (‸red cat‸)1.4",
        "a (‸red cat‸)+++",
        "a ‸red cat‸",
        "a (‸red cat‸)0.6",
        "a (‸red cat‸)0.0",
        "a (‸red cat‸)0.0",
    ]


def test_far_behind_what_is_read_with_weights_nothing_happens() -> None:
    text = "dog " * 1000
    assert raise_weight(text, 3990, 3990, 1).text == text
    assert raise_weight(text, 0, 0, 1).text == "dog+ " + text[4:]


# -- what the encoder makes of it -------------------------------------------------------------

WORDS = st.sampled_from(
    ["dog", "Red", "12", "x2", "sun’s", "🌭", "Hündin", "well-lit", r"dog\(s\)", "f/1.8", "it's"]
)
BETWEEN = st.sampled_from([" ", ", ", " ", ". ", "! ", "\n", ",", "; "])


@st.composite
def plain_prompts(draw: st.DrawFn) -> tuple[str, list[tuple[int, int]]]:
    """A prompt at the weight 1, and where its words stand."""
    text, places = "", []
    for word in draw(st.lists(WORDS, min_size=1, max_size=7)):
        text += draw(BETWEEN) if text else ""
        places.append((len(text), len(text) + len(word)))
        text += word
    return text + draw(st.sampled_from(["", ".", " ", "!"])), places


def letters(reader: PromptReader, text: str) -> list[tuple[str, float]]:
    weights: dict[int, float] = {}
    for token in reader.read(text).tokens:
        weights |= dict.fromkeys(range(token.start or 0, token.end or 0), token.weight)
    return [(text[i], weight) for i, weight in sorted(weights.items()) if text[i].isalnum()]


@given(plain_prompts(), st.data(), st.sampled_from([1, -1]))
@hypothesis_settings(max_examples=300)
def test_the_word_and_nothing_else_weighs_more(
    reader: PromptReader,
    prompt: tuple[str, list[tuple[int, int]]],
    data: st.DataObject,
    step: int,
) -> None:
    # Given a prompt, and one of its words or several of them
    text, places = prompt
    first = data.draw(st.integers(0, len(places) - 1))
    last = data.draw(st.integers(first, len(places) - 1))
    start, end = places[first][0], places[last][1]
    if first == last and data.draw(st.booleans()):
        start = end = data.draw(st.integers(start, end))
    # When its weight is changed by a step
    weighted = raise_weight(text, start, end, step)
    # Then the encoder gives those words the weight and leaves the others alone
    before = letters(reader, text)
    begin = sum(letter.isalnum() for letter in text[: places[first][0]])
    stop = sum(letter.isalnum() for letter in text[: places[last][1]])
    weight = pytest.approx(1.1 if step > 0 else 0.9)
    expected = [
        (letter, weight if begin <= index < stop else 1.0)
        for index, (letter, _) in enumerate(before)
    ]
    assert letters(reader, weighted.text) == expected, weighted
    assert not [
        p for p in reader.read(weighted.text).problems if p not in reader.read(text).problems
    ]
    # And a step back leaves everything as it was
    assert raise_weight(*weighted, -step) == Weighted(text, start, end)


@given(plain_prompts(), st.integers(0, 60), st.integers(1, 9))
@hypothesis_settings(max_examples=100)
def test_there_and_back(prompt: tuple[str, list[tuple[int, int]]], at: int, steps: int) -> None:
    text, _ = prompt
    at = min(at, len(text))
    up = raise_weight(text, at, at, steps)
    down = raise_weight(text, at, at, -steps)
    assert raise_weight(*up, -steps).text == text
    assert raise_weight(*down, steps).text == text


SIGNS = ["(", ")", '"', "+", "-", ".", ",", " ", "\\", "\n", "{", "|", "}", ":"]
PARTS = ["1", "1.5", "dog", "é", "🌭", ")1.2", '("a", "b")', "\\(", ".attend(", ".blend(1)", "+ "]
ANYTHING = st.lists(st.sampled_from([*SIGNS, *PARTS]), max_size=18).map("".join)


@given(ANYTHING, st.integers(0, 40), st.integers(0, 40), st.integers(-3, 3))
@hypothesis_settings(max_examples=400)
def test_no_text_is_damaged(text: str, start: int, end: int, steps: int) -> None:
    start, end = min(start, len(text)), min(end, len(text))
    new = raise_weight(text, start, end, steps)
    assert 0 <= new.start <= new.end <= len(new.text)
    kept = [c for c in text if c.isalpha()]
    assert [c for c in new.text if c.isalpha() and c not in "attend"] == [
        c for c in kept if c not in "attend"
    ]


# -- other programs' weights --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "converted"),
    [
        ("(dog:1.2) a (red cat : 0.8), b", "(dog)1.2 a (red cat)0.8, b"),
        ("((a:1.5) dog:.8) x", "((a)1.5 dog).8 x"),
        ("(dog:1.2)5", "(dog)1.2 5"),
        ("(dog:1)", "(dog)1.0"),
        ("🌭 (dog:1.2)", "🌭 (dog)1.2"),
    ],
)
def test_all_are_converted_at_once(reader: PromptReader, text: str, converted: str) -> None:
    assert convert(text, reader.read(text).suggestions) == converted
    assert reader.read(converted).suggestions == ()


@given(st.lists(st.sampled_from(["(", ":1.2)", "dog", " ", ":.5)", "5", ","]), max_size=16))
@hypothesis_settings(max_examples=100)
def test_whatever_is_offered_is_converted(reader: PromptReader, parts: list[str]) -> None:
    text = "".join(parts) + " (dog:1.2)"
    offered = reader.read(text).suggestions
    assume(offered)
    converted = convert(text, offered)
    assert converted.endswith("(dog)1.2")
    assert converted.count("dog") == text.count("dog")
