"""What the window is told about a prompt: its tokens, where they stand, what they weigh."""

from __future__ import annotations

from typing import NamedTuple

import pytest
import torch
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from wurstdesk.engine import components
from wurstdesk.engine.prompt import PromptEncoder
from wurstdesk.engine.prompt_reading import CompelPromptReader
from wurstdesk.engine.prompt_syntax import parse_prompt
from wurstdesk.generation import CheckpointInfo, PromptReader, PromptReading
from wurstdesk.paths import resources_dir

DACKEL = resources_dir() / "dackel" / "wuerstchen-prior" / "tokenizer"


@pytest.fixture(scope="module")
def reader() -> PromptReader:
    return CompelPromptReader(DACKEL)


@pytest.fixture(scope="module")
def encoder(tiny: CheckpointInfo) -> PromptEncoder:
    target = (torch.device("cpu"), torch.float32)
    return PromptEncoder(
        components.load_tokenizer(tiny.prior_path),
        components.load_text_encoder(tiny.prior_path, target),
    )


def shown(reading: PromptReading, text: str) -> list[tuple[str, str, float]]:
    """Each token beside what is typed at its place, and its weight."""
    return [
        ("?" if t.start is None else text[t.start : t.end], t.text, round(t.weight, 4))
        for t in reading.tokens
    ]


# -- places and weights -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("red++ dog-", [("red", 1.21), ("dog", 0.9)]),
        ("((red)1.2 dog)2", [("red", 2.4), ("dog", 2)]),
        ('"red dog"+, sun', [("red", 1.1), ("dog", 1.1), (",", 1), ("sun", 1)]),
        ("red.attend(1.5) dog", [("red", 1.5), ("dog", 1)]),
        (r"\(red+\) dog+", [("(", 1), ("red", 1), ("+", 1), (")", 1), ("dog", 1.1)]),
        ("(red)1.2 1. sun", [("red", 1.2), ("1", 1), (".", 1), ("sun", 1)]),
        ("(red)5 5", [("red", 5), ("5", 1)]),
        ("red  \n\t dog,sun+", [("red", 1), ("dog", 1), (",", 1), ("sun", 1.1)]),
        ("( (red)2", [("(", 1), ("red", 2)]),
        ("(red)99", [("red", 10)]),
        ("red.swap(dog) sun", [("red", 1), ("sun", 1)]),
        ("withLora(red,1) sun", [("sun", 1)]),
    ],
)
def test_each_token_has_its_place_and_weight(
    reader: PromptReader, text: str, expected: list[tuple[str, float]]
) -> None:
    assert shown(reader.read(text), text) == [(word, word, weight) for word, weight in expected]


class Written(NamedTuple):
    """A piece of a prompt, and where in it which words stand with which weight."""

    text: str
    words: tuple[tuple[int, int, float], ...]

    def inside(self, before: str, after: str, weight: float) -> Written:
        moved = tuple((a + len(before), b + len(before), w * weight) for a, b, w in self.words)
        return Written(before + self.text + after, moved)


def joined(pieces: list[Written], by: str = " ") -> Written:
    text, words = "", []
    for piece in pieces:
        text += by if text else ""
        words += [(a + len(text), b + len(text), w) for a, b, w in piece.words]
        text += piece.text
    return Written(text, tuple(words))


PLAIN = st.sampled_from(["dog", "Red", "5", "12", "sun’s", "🌭", "Hündin", "x2"]).map(
    lambda word: Written(word, ((0, len(word), 1.0),))
)
SIGNS = {"+": 1.1, "++": 1.21, "-": 0.9, "--": 0.81}
NUMBERS = {"1.3": 1.3, ".5": 0.5, "2": 2.0, "1": 1.0}


def weighted(pieces: st.SearchStrategy[Written]) -> st.SearchStrategy[Written]:
    """A piece in brackets or quotes, with any of Compel's ways to give it a weight."""
    weights = {**SIGNS, **NUMBERS, "": 1.0}
    some = st.lists(pieces, min_size=1, max_size=3).map(joined)
    signed = st.tuples(some, st.sampled_from(sorted(weights)))
    attended = st.tuples(some, st.sampled_from(sorted({**SIGNS, "1.3": 1.3})))
    return st.one_of(
        signed.map(lambda x: x[0].inside("(", f"){x[1]}", weights[x[1]])),
        attended.map(lambda x: x[0].inside("(", f").attend({x[1]})", {**SIGNS, "1.3": 1.3}[x[1]])),
    )


def quoted(words: st.SearchStrategy[Written]) -> st.SearchStrategy[Written]:
    some = st.tuples(
        st.lists(words, min_size=1, max_size=3).map(joined), st.sampled_from(sorted(SIGNS))
    )
    return some.map(lambda x: x[0].inside('"', f'"{x[1]}', SIGNS[x[1]]))


BARE = st.tuples(PLAIN, st.sampled_from(sorted(SIGNS))).map(
    lambda x: x[0].inside("", x[1], SIGNS[x[1]])
)
PIECES = st.recursive(st.one_of(PLAIN, BARE, quoted(PLAIN)), weighted, max_leaves=6)
PROMPTS = st.lists(PIECES, min_size=1, max_size=5)


@given(PROMPTS, st.sampled_from([" ", ", ", "  ", "\n", ". "]))
@hypothesis_settings(max_examples=100)
def test_words_of_any_prompt_are_found_with_their_weights(
    reader: PromptReader, pieces: list[Written], by: str
) -> None:
    # Given a prompt of which is known where its words stand and what they weigh
    prompt = joined(pieces, by)
    # When it is read
    tokens = [t for t in reader.read(prompt.text).tokens if t.text.strip(",. ")]
    # Then every word is covered by tokens of its weight, and no other place is
    covered = [
        [t for t in tokens if t.start is not None and start <= t.start and (t.end or 0) <= end]
        for start, end, _ in prompt.words
    ]
    assert sum(map(len, covered)) == len(tokens), (prompt, tokens)
    for (start, end, weight), found in zip(prompt.words, covered, strict=True):
        assert (found[0].start, found[-1].end) == (start, end), (prompt, found)
        bounded = min(weight, 10)
        assert all(t.weight == pytest.approx(bounded) for t in found), (prompt, found)


SIGNS_AND_SPACES = ["(", ")", '"', "+", "-", ".", ",", " ", "\\", "\u00a0", "\n", "\ud800", "\0"]
OPERATORS = [".attend(", ".blend(", ".and(", ".swap(", "withLora(", "no_normalize", "(dog:1.2)"]
PARTS = ["1", "1.5", "dog", "é", "🌭", ")1.2", '("a", "b")', "\\(", "<|endoftext|>"]
ANYTHING = st.lists(st.sampled_from([*SIGNS_AND_SPACES, *OPERATORS, *PARTS]), max_size=18).map(
    "".join
)


@given(st.one_of(ANYTHING, st.text(max_size=40)))
@hypothesis_settings(max_examples=150)
def test_a_place_is_right_or_unknown(reader: PromptReader, text: str) -> None:
    reading = reader.read(text)
    last: dict[tuple[int, int], int] = {}
    for token in reading.tokens:
        assert (token.start is None) == (token.end is None)
        if token.start is None or token.end is None:
            continue
        # In order, within the text, and the typed characters are the token's, escapes aside
        assert last.get((token.clause, token.branch), 0) <= token.start < token.end <= len(text)
        last[token.clause, token.branch] = token.start
        typed = text[token.start : token.end].encode("utf-8", "ignore").decode()
        assert bare(typed) == bare(token.text)
    for problem in reading.problems:
        assert 0 <= problem.start <= problem.end <= len(text)
        assert problem.text


def bare(text: str) -> str:
    return "".join(text.replace("\\", "").split())


@given(ANYTHING)
@hypothesis_settings(max_examples=60)
def test_tokens_weigh_what_the_syntax_says(reader: PromptReader, text: str) -> None:
    weights = [
        (i, j, part.weight)
        for i, clause in enumerate(parse_prompt(text).clauses)
        for j, branch in enumerate(clause.branches)
        for part in branch
        for _ in reader.read(part.text.replace("+", "x").replace("-", "x")).tokens[:1]
    ]
    said = [(token.clause, token.branch, token.weight) for token in reader.read(text).tokens]
    assert set(said) <= set(weights)


def test_clauses_and_branches_are_told_apart(reader: PromptReader) -> None:
    text = '("red dog+", "sun").blend(1, 3)'
    reading = reader.read(text)
    assert [(t.text, t.clause, t.branch) for t in reading.tokens] == [
        ("red", 0, 0),
        ("dog", 0, 0),
        ("sun", 0, 1),
    ]
    assert [word for word, _, _ in shown(reading, text)] == ["red", "dog", "sun"]
    assert [branch.branch_weight for branch in reading.branches] == [0.25, 0.75]
    joined_reading = reader.read('("red dog", "sun").and(1, 0.5)')
    assert [(b.clause, b.chunks, b.clause_weight) for b in joined_reading.branches] == [
        (0, (2,), 1),
        (1, (1,), 0.5),
    ]
    assert joined_reading.chunks == (2, 1)


# -- chunks ---------------------------------------------------------------------------------------


def test_what_fits_into_one_chunk_has_no_end(reader: PromptReader) -> None:
    reading = reader.read("dog " * 75)
    assert reading.chunks == (75,)
    assert reading.first_chunk_end is None
    assert reader.read("").chunks == (0,)


@pytest.mark.parametrize(
    ("text", "chunks", "end"),
    [
        ("dog " * 76, (75, 1), 75 * 4 - 1),
        ("dog. " + "dog " * 80, (2, 75, 5), 4),
        ("dog, " + "dog " * 80, (2, 75, 5), 4),
        ("(dog)+  " * 80, (75, 5), 74 * 8 + 4),
        ('("' + "dog " * 80 + '", "sun").blend(1, 1)', (75, 5), 2 + 75 * 4 - 1),
        ('("dog", "sun").and()', (1, 1), 5),
    ],
)
def test_chunks_are_dealt_as_compel_deals_them(
    reader: PromptReader, text: str, chunks: tuple[int, ...], end: int
) -> None:
    reading = reader.read(text)
    assert reading.chunks == chunks
    assert reading.first_chunk_end == end


@given(
    st.lists(st.sampled_from(["dog ", "red, ", "cat. ", "(dog)+ ", "x" * 30, "1; "]), max_size=150)
)
@hypothesis_settings(max_examples=60)
def test_the_encoder_has_as_many_chunks(
    encoder: PromptEncoder, tiny: CheckpointInfo, pieces: list[str]
) -> None:
    reading = CompelPromptReader(tiny.prior_path / "tokenizer").read("".join(pieces))
    assert encoder.encode("".join(pieces)).rows.shape[1] == 77 * len(reading.chunks)
    assert sum(reading.chunks) == len(reading.tokens)
