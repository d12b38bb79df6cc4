"""Compel's grammar, read without torch, without raising and without taking long."""

from __future__ import annotations

import time

import pytest

from wurstdesk.engine.prompt_syntax import MAX_WEIGHT, ParsedPrompt, parse_prompt


def weighted(text: str) -> list[tuple[str, float]]:
    """Parts of a prompt without operators, with their weights."""
    (clause,) = parse_prompt(text).clauses
    (branch,) = clause.branches
    return [(part.text, round(part.weight, 4)) for part in branch]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a red dog", [("a red dog", 1)]),
        ("red+ dog", [("red", 1.1), ("dog", 1)]),
        ("red++ dog--", [("red", 1.21), ("dog", 0.81)]),
        ("(red dog)1.3 cat", [("red dog", 1.3), ("cat", 1)]),
        ('"red dog"+', [("red dog", 1.1)]),
        ("red.attend(1.2)", [("red", 1.2)]),
        ("((red)1.2 dog)2", [("red", 2.4), ("dog", 2)]),
        (r"\(red\)", [("(red)", 1)]),
        ("(red dog)", [("red dog", 1)]),
        ("a,,b ... well-lit - it's", [("a,,b ... well-lit - it's", 1)]),
        ("", [("", 1)]),
    ],
)
def test_weights(text: str, parts: list[tuple[str, float]]) -> None:
    assert weighted(text) == parts


def test_blend_and_conjunction() -> None:
    (clause,) = parse_prompt('("red dog", "cat+").blend(1, 0.8)').clauses
    assert clause.normalize
    assert [[part.text for part in branch] for branch in clause.branches] == [["red dog"], ["cat"]]
    assert list(clause.blend_weights) == [1, 0.8]
    joined = parse_prompt('("red dog", "cat").and(1, 0.5)')
    assert list(joined.weights) == [1, 0.5]
    assert len(joined.clauses) == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("()", "literally"),
        ('("a","b").blend(1,2,3)', "literally"),
        ('("a","b").blend(1,1) and more', "literally"),
        ('("a","b").and(1,1) and more', "literally"),
        ('("a" "b").and()', "“.and(…)” does not fit"),
        ("a dog.blend(1)", "“.blend(…)” does not fit"),
        ("(" * 60 + "a" + ")" * 60, "nested"),
        ('"a" ' * 200, "quotation marks"),
        ("a.swap(b) c", "swap"),
        ("withLora(x,1) a", "withLora"),
        ("(dog)99", "between 0 and 10"),
        ('("a","b").blend(1,-1)', "add up to nothing"),
        ("(dog:1.3) cat", "(dog)1.3"),
        ("a dog " * 2000, "were read"),
    ],
)
def test_what_cannot_be_followed_is_said(text: str, said: str) -> None:
    parsed = parse_prompt(text)
    assert parsed.clauses
    assert any(said in note for note in parsed.notes), parsed.notes


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("dog " + "狗" * 20_000, 10_000),  # a language without spaces between words
        (" " + "x" * 20_000, 10_000),
        ("sausage " * 2000, 10_000 - 1),
        ("sausages " * 2000, 9 * 1111 - 1),
    ],
)
def test_long_text_is_cut_where_a_word_ends_if_there_is_one(text: str, length: int) -> None:
    (part,) = parse_prompt(text).clauses[0].branches[0]
    assert len(part.text) == length


def test_weights_are_held_within_bounds() -> None:
    assert weighted("(dog)1000") == [("dog", MAX_WEIGHT)]
    assert weighted("(dog)" + "+" * 500) == [("dog", MAX_WEIGHT)]


@pytest.mark.parametrize(
    "text",
    [
        "(" * 10_000,
        "(a " * 3000,
        '"(a ' * 2500,
        "a+ " * 3000,
        "(a)+ " * 2000,
        "(" * 16 + "b " * 5000,
        "a red dog+ " * 900,
        "\\(" * 5000,
        ",a" * 5000,
        "a" * 100_000,
        "🌭 " * 50_000,
    ],
)
def test_no_text_takes_long(text: str) -> None:
    began = time.process_time()
    parsed = parse_prompt(text)
    assert time.process_time() - began < 2
    assert isinstance(parsed, ParsedPrompt)
