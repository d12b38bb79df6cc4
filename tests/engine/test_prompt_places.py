"""Fragments with places say exactly what Compel's own parser says."""

from __future__ import annotations

from typing import Any

import pyparsing
import pytest
from hypothesis import example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from wurstdesk.engine.prompt_places import UNKNOWN, loose_brackets, marked, unmarked
from wurstdesk.engine.prompt_syntax import MAX_WEIGHT, ParsedPrompt, Part, parse_prompt

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
    assert_read_as_told(parsed, told)


def assert_read_as_told(parsed: ParsedPrompt, told: Rows) -> None:
    if parsed.plain is not None:  # what no sign changed keeps its own spaces
        assert "".join(parsed.plain.split()) == "".join(told[0][0][0][0].split())
        return
    read = [[[(p.text, p.weight) for p in b] for b in clause.branches] for clause in parsed.clauses]
    assert read == told


NUMBERS = ["1", "12", "1.5", ".5", "2.", "3,4"]
ATOMS = st.sampled_from([*NUMBERS, *NUMBERS, "a", "dog", "é", "🌭", "well-known", "3d", "swap"])
STEPS = st.sampled_from(["+", "++", "-"])
WEIGHTS = st.sampled_from(["++", "-", "1.2", ".5", "2", "1.", "5 5"])


def written(template: str, *parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds(template.format, *parts)


def quoted(texts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return texts.filter(lambda text: '"' not in text).map('"{}"'.format)


def operated(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Everything that Compel's grammar makes of a text, by its own rules."""
    row = st.lists(inner, min_size=1, max_size=3).map(" ".join)
    enclosed = st.one_of(written("({})", row), quoted(row))
    target = st.one_of(enclosed, ATOMS)
    options = st.sampled_from(["", ", s_start=0.1", ", t_end=.5, s_end=1"])
    return st.one_of(
        enclosed,
        written("{}{}", enclosed, WEIGHTS),
        written("{}{}", ATOMS, STEPS),
        written("{}.attend({})", target, WEIGHTS),
        written("{}.swap({}{})", target, row, options),
    )


TEXTS = st.lists(st.recursive(ATOMS, operated, max_leaves=4), min_size=1, max_size=3)
ROWS = st.one_of(*(TEXTS.map(between.join) for between in (" ", ", ", ". ", "")))
JOINED = st.one_of(
    *(
        written(f"({{}}, {{}}){operator}({numbers})", quoted(ROWS), quoted(ROWS))
        for operator in (".blend", ".and", ".add")
        for numbers in ("", "1, 2", ".5, 1.5", "1, 0.5, no_normalize")
    )
)


@given(st.one_of(ROWS, JOINED), st.data())
@example('"1.attend(++)"', None)
@example('"12.attend(1.5)" cat', None)
@example('"1.swap(b)" "a"1.attend(++)', None)
@example('("1.attend(1.5)", "12").blend(1, 2)', None)
@hypothesis_settings(max_examples=200)
def test_whatever_the_grammar_can_say_is_read_as_compel_reads_it(
    compel: tuple[Any, Any], text: str, data: Any
) -> None:
    # Given a text that follows the grammar
    told = told_by_compel(*compel, text)
    if told is None or text.count("(") > 6:
        return
    # When it is parsed here, then the fragments and weights are Compel's
    parsed = parse_prompt(text)
    assert_read_as_told(parsed, told)
    # And a digit whose place is known is the one that Compel takes from there
    characters = [
        (number, at)
        for number, at in enumerate(at for part in parts_of(parsed) for at in part.places)
        if at != UNKNOWN and text[at].isdigit()
    ]
    if data is not None and characters and parsed.plain is None:
        number, at = data.draw(st.sampled_from(characters))
        other = told_by_compel(*compel, f"{text[:at]}7{text[at + 1 :]}")
        said = "".join(part.text for part in parts_of(parsed))
        assert other is not None
        assert letters_of(other) == f"{said[:number]}7{said[number + 1 :]}"


def parts_of(parsed: ParsedPrompt) -> list[Part]:
    return [part for c in parsed.clauses for branch in c.branches for part in branch]


def letters_of(told: Rows) -> str:
    return "".join(text for clause in told for branch in clause for text, _ in branch)


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ('"1.attend(++)"', [(1,)]),
        ('"1.attend(1.5)"', [(1,)]),
        ('("1", "2").blend(1, 2)', [(2,), (7,)]),
        ('"a"1 "1"2', [(1,), (6,)]),
    ],
)
def test_a_number_after_a_quotation_mark_that_opens_is_text(
    text: str, places: list[tuple[int, ...]]
) -> None:
    assert [part.places for part in parts_of(parse_prompt(text))] == places


@given(PROMPTS)
@hypothesis_settings(max_examples=100)
def test_a_known_place_holds_the_character(text: str) -> None:
    for part in parts_of(parse_prompt(text)):
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
