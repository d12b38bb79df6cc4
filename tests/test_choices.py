"""Random choice in a prompt."""

from __future__ import annotations

import random
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wurstdesk.generation import SEED_COUNT, make_request
from wurstdesk.generation.choices import (
    Pick,
    choice_spans,
    has_choices,
    literal,
    requests_of,
    resolve,
)

SIGNS = st.text(alphabet=st.sampled_from("{}|\\ab "), max_size=30)


def taking(numbers: Iterable[int]) -> Pick:
    """Takes these options, one after the other."""
    wanted = iter(numbers)
    return lambda count: next(wanted) % count


def first(count: int) -> int:
    return 0


@pytest.mark.parametrize(
    ("text", "picks", "result"),
    [
        ("a {red|blue|green} dog", [1], "a blue dog"),
        ("{a|b} and {c|d}", [1, 0], "b and c"),
        ("a {very |}long dog", [1], "a long dog"),
        ("a {red|{light|dark} blue} dog", [1, 1], "a dark blue dog"),
        ("{{a|b} c} d", [1], "{b c} d"),
        ("{(red)1.2|blue++} dog", [0], "(red)1.2 dog"),
        ("{🐶|🐱} on a {hill|roof}", [1, 0], "🐱 on a hill"),
        ("one\n{two\n|three}", [0], "one\ntwo\n"),
    ],
)
def test_a_choice_is_settled(text: str, picks: list[int], result: str) -> None:
    assert has_choices(text)
    assert resolve(text, taking(picks)) == result


@pytest.mark.parametrize(
    "text", ["", "a dog", "{prompt}", "a {b} c", "{a|b", "a|b}", "a | b", "}a|b{", "{", r"\|"]
)
def test_what_is_no_choice_stays_as_it_is(text: str) -> None:
    assert not has_choices(text)
    assert resolve(text, first) == text


@pytest.mark.parametrize(
    ("text", "result"),
    [
        (r"\{a|b\}", "{a|b}"),
        (r"{a\|b|c}", "a|b"),
        (r"{\{a\}|b}", "{a}"),
        (r"{a|b\} c", "{a|b} c"),  # its brace has no partner
        (r"\\{a}", r"\{a}"),
        (r"\(a cat\)", r"\(a cat\)"),  # Compel's
    ],
)
def test_a_backslash_makes_it_a_character(text: str, result: str) -> None:
    assert resolve(text, first) == result


def test_every_option_comes_and_the_same_seed_chooses_the_same() -> None:
    results = [resolve("{a|b|c} {d|e}", random.Random(seed).randrange) for seed in range(60)]
    again = [resolve("{a|b|c} {d|e}", random.Random(seed).randrange) for seed in range(60)]
    assert set(results) == {f"{one} {two}" for one in "abc" for two in "de"}
    assert results == again


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("a {red|blue} dog", ["{red|blue}"]),
        ("{a|{b|c}} {d} {e|f}", ["{a|{b|c}}", "{e|f}"]),
        ("{a}", []),
    ],
)
def test_a_choice_can_be_marked(text: str, marked: list[str]) -> None:
    assert [text[start:end] for start, end in choice_spans(text)] == marked


@given(SIGNS)
def test_a_settled_prompt_can_be_written_so_that_it_stays(text: str) -> None:
    assert resolve(literal(text), first) == text


@given(SIGNS, st.integers(0, 2**32))
def test_settling_never_fails_and_adds_nothing(text: str, seed: int) -> None:
    result = resolve(text, random.Random(seed).randrange)
    assert len(result) <= len(text)
    assert set(result) <= set(text)


def test_deep_nesting_is_settled_all_the_same() -> None:
    depth = 20_000
    assert resolve("{a|" * depth + "b" + "}" * depth, lambda count: count - 1) == "b"


def test_a_request_without_choices_is_one_request() -> None:
    request = make_request(prompt="a dog {brown}", num_images=4, seed=7)
    assert requests_of(request, first) == (request,)


def test_an_escape_is_taken_away_even_where_nothing_is_chosen() -> None:
    (request,) = requests_of(make_request(prompt=r"a \{ dog", num_images=2))
    assert (request.prompt, request.num_images) == ("a { dog", 2)


def test_each_picture_gets_its_own_choice_and_keeps_its_seed() -> None:
    # Given four pictures of an open prompt
    request = make_request(
        prompt="a {red|blue} dog",
        negative_prompt="{cat|}",
        num_images=4,
        seed=SEED_COUNT - 2,
        decoder_seed=5,
    )
    # When red, red, blue and red are chosen, and each time no cats
    made = requests_of(request, taking([0, 0, 0, 0, 1, 0, 0, 0]))
    # Then neighbours that are alike are one request, and every picture has the seed it would have
    assert [(r.prompt, r.num_images) for r in made] == [
        ("a red dog", 2),
        ("a blue dog", 1),
        ("a red dog", 1),
    ]
    assert {r.negative_prompt for r in made} == {"cat"}
    pictures = [r.for_picture(i) for r in made for i in range(r.num_images)]
    wanted = [request.for_picture(i) for i in range(4)]
    assert [(p.seed, p.decoder_seed) for p in pictures] == [
        (w.seed, w.decoder_seed) for w in wanted
    ]


def test_the_usual_pick_is_fair_and_needs_no_seed() -> None:
    made = requests_of(make_request(prompt="{a|b}", num_images=64))
    assert {r.prompt for r in made} == {"a", "b"}
    assert sum(r.num_images for r in made) == 64


def test_where_nobody_picks_the_seed_of_each_picture_decides() -> None:
    # Given an open prompt
    request = make_request(prompt="{a|b} {c|d|e}", num_images=32, seed=SEED_COUNT - 9)
    # When its pictures are settled together, again, and each by itself
    together, again = requests_of(request, None), requests_of(request, None)
    alone = [requests_of(request.for_picture(i), None) for i in range(32)]
    # Then a seed always comes out as the same prompt, and different ones do come
    assert together == again
    assert [r.for_picture(i) for r in together for i in range(r.num_images)] == [
        one for (one,) in alone
    ]
    assert len({one.prompt for (one,) in alone}) == 6
