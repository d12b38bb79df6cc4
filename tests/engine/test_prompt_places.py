"""Fragments with places say exactly what Compel's own parser says."""

from __future__ import annotations

from typing import Any

import pyparsing
import pytest
from hypothesis import example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from wurstdesk.engine.prompt_places import UNKNOWN, loose_brackets, marked, unmarked
from wurstdesk.engine.prompt_syntax import MAX_WEIGHT, parse_prompt

Rows = list[list[list[tuple[str, float]]]]


@pytest.fixture(scope="module")
def compel() -> tuple[Any, Any]:
    """Compel's module, and its parser as its own package makes it."""
    pyparsing.ParserElement.enable_packrat()
    from compel import prompt_parser

    return prompt_parser, prompt_parser.PromptParser()


def told_by_compel(compel: Any, parser: Any, text: str) -> Rows | None:
    """Fragments and weights of each branch; None where Compel takes no such text."""
    try:
        conjunction = parser.parse_conjunction(text)
    except Exception:  # noqa: BLE001 - it fails in every way
        return None
    clauses = []
    for prompt in conjunction.prompts:
        blended = isinstance(prompt, compel.Blend)
        clauses.append([branch_of(compel, b) for b in (prompt.prompts if blended else [prompt])])
    return clauses


def branch_of(compel: Any, branch: Any) -> list[tuple[str, float]]:
    fragments: list[Any] = []
    for child in branch.children:
        swapped = isinstance(child, compel.CrossAttentionControlSubstitute)
        fragments += child.original if swapped else [child]
    told = [(f.text, min(max(f.weight, 0), MAX_WEIGHT)) for f in fragments if f.text.strip()]
    return told or [("", 1.0)]


SIGNS = ["(", ")", '"', "+", "-", ".", ",", " ", "\\", "=", ":", "\\(", '\\"', ")1.2", ")+", ")5 5"]
WORDS = ["a", "dog ", "n", "x", "1", "1.5", "٣", "é", "🌭", "\u00a0", "_", "'s", "(c d)", '"a b"']
OPERATORS = [".attend(", ".blend(", ".and(", ".swap(", "withLora(", "no_normalize", '("a","b")']
PROMPTS = st.lists(st.sampled_from([*SIGNS, *WORDS, *OPERATORS]), max_size=14).map("".join)


@given(PROMPTS)
@example('("red (dog)+", "a cat").blend(1, .5, no_normalize)')
@example('("red", "cat+", "x y").and(1, 2, .5)')
@example(".attend(\u00a0 dog 🌭.attend(0.5)=dog")
@example('a.swap(b c, s_start=0.1, t_end=x) "a\\new" (d\\+)2')
@hypothesis_settings(max_examples=200)
def test_places_change_nothing_of_what_compel_reads(compel: tuple[Any, Any], text: str) -> None:
    # Given a text with any of Compel's signs, spaces folded, that Compel can read
    text = " ".join(text.split(" "))
    if text.count("(") > 6 or "  " in text:
        return
    told = told_by_compel(*compel, text)
    parsed = parse_prompt(text)
    if told is None or any("literally" in note for note in parsed.notes) or len(told) > 8:
        return
    # When it is parsed here, then the fragments and weights are Compel's to the letter
    read = [[[(p.text, p.weight) for p in b] for b in clause.branches] for clause in parsed.clauses]
    if parsed.plain is not None:  # what no sign changed keeps its own spaces
        assert "".join(parsed.plain.split()) == "".join(told[0][0][0][0].split())
    else:
        assert read == told


@given(PROMPTS)
@hypothesis_settings(max_examples=100)
def test_a_known_place_holds_the_character(text: str) -> None:
    parts = [p for c in parse_prompt(text).clauses for branch in c.branches for p in branch]
    for part in parts:
        known = [(c, at) for c, at in zip(part.text, part.places, strict=True) if at != UNKNOWN]
        assert all(text[at] == c for c, at in known if not c.isspace())
        assert [at for _, at in known] == sorted({at for _, at in known})


def test_where_two_could_be_the_one_the_place_is_unknown() -> None:
    # Given a comma that was written twice and kept once
    source = "a,,b"
    fragments = [marked(source)[0] + "," + marked(source)[3]]
    # When its place is looked for, then neither is named
    (piece,) = unmarked(fragments, source)
    assert piece.text == "a,b"
    assert piece.places == (0, UNKNOWN, 3)


@pytest.mark.parametrize(
    ("text", "loose"),
    [("(a) b", set()), ("((a) b", {0}), ("a) (b", {1, 3}), (r"\(a", set()), ('"a" "', {4})],
)
def test_brackets_without_a_partner(text: str, loose: set[int]) -> None:
    assert loose_brackets(text) == loose
