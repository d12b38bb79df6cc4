"""What is wrong with a prompt and where, and what is offered instead; for any text whatever."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from checkpoints import write_tokenizer
from wurstdesk.engine import components
from wurstdesk.engine.prompt import PromptEncoder
from wurstdesk.engine.prompt_reading import CompelPromptReader
from wurstdesk.errors import PromptError
from wurstdesk.generation import CheckpointInfo, PromptReader
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


SIGNS_AND_SPACES = ["(", ")", '"', "+", "-", ".", ",", " ", "\\", "\u00a0", "\n", "\ud800", "\0"]
OPERATORS = [".attend(", ".blend(", ".and(", ".swap(", "withLora(", "no_normalize", "(dog:1.2)"]
PARTS = ["1", "1.5", "dog", "é", "🌭", ")1.2", '("a", "b")', "\\(", "<|endoftext|>"]
ANYTHING = st.lists(st.sampled_from([*SIGNS_AND_SPACES, *OPERATORS, *PARTS]), max_size=18).map(
    "".join
)


@pytest.mark.parametrize(
    ("text", "at", "said"),
    [
        ("a dog) and", ")", "“)” has no partner"),
        ("a (dog and", "(", "“(” has no partner"),
        ('5" tall+', '"', '“"” has no partner'),
        ("a () dog", "()", "nothing in them"),
        ("( )", "( )", "nothing is left"),
        ("a dog.blend(1)", ".blend", "does not fit"),
        ('("a","b").and(1,1) and more', "and more", "makes no sense from character 20"),
        ('("a","b").blend(1,1,1)', ".blend(1,1,1)", "operators do not fit"),
        ("a dog.swap(cat) b", ".swap(cat)", "“.swap()” has no effect"),
        ("withLora(x,1) a", "withLora(x,1)", "“withLora(…)” has no effect"),
        ("(dog:1.3) a", "(dog:1.3)", "(dog)1.3"),
        ("(dog)99 a", "dog", "between 0 and 10"),
        ('("a","b").blend(1,-1)', ".blend(1,-1)", "add up to nothing"),
        ('("a","b").and(x)', ".and(x)", "do not fit together"),
        ('("a","b").and(1,99)', ".and(1,99)", "between 0 and 10"),
        ("a " + "(" * 17 + "dog", "(", "nested more than 16"),
        ("dog " * 700 + "end", None, "cut off after"),
        ("sun " * 3000, None, "were read"),
        ("a (+) b", "(", "Brackets that could not be followed"),
    ],
)
def test_a_problem_says_what_and_where(
    reader: PromptReader, text: str, at: str | None, said: str
) -> None:
    found = [problem for problem in reader.read(text).problems if said in problem.text]
    assert found, reader.read(text).problems
    if at is not None:
        assert text[found[0].start : found[0].end] == at


def test_what_is_cut_off_is_all_that_follows(reader: PromptReader) -> None:
    text = "dog " * 700
    (problem,) = reader.read(text).problems
    assert (problem.start, problem.end) == (600 * 4 - 1, 700 * 4)


def test_unknown_characters_have_places(tmp_path: Path) -> None:
    write_tokenizer(tmp_path, bytes_known=range(128))
    text = "a 🌭 dog+ ñ"
    problems = CompelPromptReader(tmp_path).read(text).problems
    assert [text[p.start : p.end] for p in problems] == ["🌭", "ñ"]
    assert len({p.text for p in problems}) == 1


@pytest.mark.parametrize(
    "text", ["a dog(s)", "a red dog", "it’s 5-6 dogs, well-lit", "dog+ (a)2", ""]
)
def test_what_is_read_as_meant_is_no_problem(reader: PromptReader, text: str) -> None:
    assert reader.read(text).problems == ()


@given(st.one_of(ANYTHING, st.text(max_size=30)))
@hypothesis_settings(max_examples=100)
def test_the_encoder_says_the_same(encoder: PromptEncoder, tiny: CheckpointInfo, text: str) -> None:
    reading = CompelPromptReader(tiny.prior_path / "tokenizer").read(text)
    assert {problem.text for problem in reading.problems} == set(encoder.encode(text).notes)


@pytest.mark.parametrize(
    ("text", "replaced"),
    [
        ("a (red dog:1.2) b", "a (red dog)1.2 b"),
        ("(dog : 1) b", "(dog)1.0 b"),
        ("(dog:1.2)5", "(dog)1.2 5"),
        ("((a:1.5) dog:.8)", "((a)1.5 dog:.8)"),
        ("(at 10:30) (16:9) dog", None),
        (r"\(dog:1.2\) b", None),
        ("(:1.2) dog:1.2", None),
    ],
)
def test_another_programs_weights_are_offered_in_compels_spelling(
    reader: PromptReader, text: str, replaced: str | None
) -> None:
    offered = reader.read(text).suggestions
    if replaced is None:
        assert offered == ()
        return
    first = offered[0]
    assert text[: first.start] + first.replacement + text[first.end :] == replaced


WORDS = st.sampled_from(["dog", "Red", "5", "12", "sun’s", "🌭", "Hündin", "x2"])


@given(WORDS, WORDS, st.sampled_from(["1.2", "0.5", "2", ".75"]), st.sampled_from([" ", ", ", "5"]))
@hypothesis_settings(max_examples=40)
def test_a_suggestion_gives_the_weight_that_was_meant(
    reader: PromptReader, word: str, other: str, number: str, after: str
) -> None:
    # Given a weight in the other spelling
    text = f"sun (a {word}:{number}){after}{other}"
    if word[-1].isdecimal() and "." not in number:
        return  # as well a ratio
    # When what is offered is taken
    (offered,) = reader.read(text).suggestions
    reading = reader.read(text[: offered.start] + offered.replacement + text[offered.end :])
    # Then the word has the weight, its neighbours have not, and nothing is left to offer
    assert reading.suggestions == ()
    assert {token.weight for token in reading.tokens if token.text == "a"} == {float(number)}
    assert reading.tokens[0].weight == 1
    assert reading.tokens[-1].weight == 1


# -- whatever is typed ----------------------------------------------------------------------------

NASTY = [
    "(" * 100_000,
    ")" * 100_000,
    "(" * 50_000 + ")" * 50_000,
    "(a " * 3000,
    '"(a ' * 2500,
    '"' * 100_000,
    "+" * 100_000,
    "-" * 100_000,
    "\\" * 100_000,
    "a" * 100_000 + "+",
    "(a)+ " * 20_000,
    "(" * 16 + "b " * 50_000,
    ".attend(" * 12_500,
    "(a:1.2) " * 12_000,
    "a.swap(b) " * 10_000,
    '("a","b").blend(1' + ",1" * 40_000 + ")",
    "<|endoftext|>" * 7000,
    "\u0301" * 100_000,
    "🌭" * 100_000,
    "漢" * 100_000,
    "\ud800" * 100_000,
    "\0" * 100_000,
    " " * 100_000,
    "\ud83c dog+ \udf2d",
    "((a)0)" + "9" * 400,
]


@pytest.mark.parametrize("text", NASTY, ids=[repr(text[:12]) for text in NASTY])
def test_no_text_takes_two_seconds_or_raises(reader: PromptReader, text: str) -> None:
    began = time.process_time()
    try:
        reading = reader.read(text)
    except PromptError:
        return
    finally:
        assert time.process_time() - began < 2
    assert sum(reading.chunks) <= 8 * 75


@pytest.mark.parametrize("text", [text for text in NASTY if len(text) < 25_000])
def test_the_encoder_takes_it_as_well(encoder: PromptEncoder, text: str) -> None:
    assert encoder.encode(text).rows.shape[1] % 77 == 0
