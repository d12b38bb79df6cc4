"""The search language: what a text means, and that none is wrong."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wurstdesk.gallery.search_text import (
    FIELDS,
    Choice,
    Condition,
    Search,
    Term,
    Value,
    complete,
    named,
    parse,
)
from wurstdesk.gallery.search_values import Name, Sides, Size, Span

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("text", "match", "exclusion"),
    [
        ("", "", ""),
        ("red do", '("red"*) AND ("do"*)', ""),
        ('"red dog" x', '("red dog") AND ("x"*)', ""),
        ('"red do', '("red do"*)', ""),  # still being typed
        ("red -cat", '("red"*)', '"cat"*'),
        ('-"a cat" -b', "", '"a cat" OR "b"*'),
        ("cat OR dog rain", '("cat"* OR "dog"*) AND ("rain"*)', ""),
        ("a OR b OR c", '("a"* OR "b"* OR "c"*)', ""),
        ("cat OR", '("cat"*)', ""),
        ("OR cat", '("OR"*) AND ("cat"*)', ""),
        ("cat or dog", '("cat"*) AND ("or"*) AND ("dog"*)', ""),
        ("close-up -", '("close-up"*)', ""),
        ('5" wide', '("5"*) AND ("wide"*)', ""),
        ("漢字", '("漢  字"*)', ""),
        ("!!! 🐕 ()*:^", "", ""),
        ("a\0b", '("a b"*)', ""),
        ("\ud800x", '("x"*)', ""),
        ("http://x y:z", '("http://x"*) AND ("y:z"*)', ""),
    ],
)
def test_words(text: str, match: str, exclusion: str) -> None:
    search = parse(text, TODAY)
    assert (search.match, search.exclusion) == (match, exclusion)
    assert search.conditions == ()
    assert search.remark == ""


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("seed:7", Span(7, 7)),
        ("size:1024x768", Size(1024, 768)),
        ("size:1024X768", Size(1024, 768)),
        ("size:1024", Sides(Span(1024, 1024))),
        ("size:>1024", Sides(Span(1025, None))),
        ("size:512..1024", Sides(Span(512, 1024))),
        ("size:>=10x20", Sides(Span(200, None), is_area=True)),
        ("size:wide", "wide"),
        ("size:sq", "square"),
        ("date:today", Span("2026-11-24", "2026-11-24")),
        ("date:yesterday", Span("2026-11-23", "2026-11-23")),
        ("date:week", Span("2026-11-18", "2026-11-24")),
        ("date:month", Span("2026-10-26", "2026-11-24")),
        ("date:year", Span("2025-11-25", "2026-11-24")),
        ("date:2026", Span("2026-01-01", "2026-12-31")),
        ("date:2024-02", Span("2024-02-01", "2024-02-29")),
        ("date:2026-11-2", Span("2026-11-02", "2026-11-02")),
        ("date:2026-", Span("2026-01-01", "2026-12-31")),  # still being typed
        ("date:>2026-10-01", Span("2026-10-02", None)),
        ("date:<2026-10", Span(None, "2026-09-30")),
        ("date:>=2026", Span("2026-01-01", None)),
        ("date:<=2026", Span(None, "2026-12-31")),
        ("date:2026-10..2026-11", Span("2026-10-01", "2026-11-30")),
        ("date:..2026", Span(None, "2026-12-31")),
        ("rating:4", Span(4, 4)),
        ("rating:>=4", Span(4, None)),
        ("rating:<3", Span(None, 2)),
        ("rating:3..5", Span(3, 5)),
        ("rating:3..", Span(3, None)),
        ("tag:beach", Name("beach")),
        ('tag:"Sunset Beach"', Name("Sunset Beach", is_whole=True)),
        ('tag:"Sunset Be', Name("Sunset Be", is_whole=True)),
        ("checkpoint:fp16", Name("fp16")),
        ("album:best", Name("best")),
        ("source:comfy", "comfyui"),
        ("is:favourite", "favourite"),
        ("is:favorite", "favourite"),
        ("IS:FAV", "favourite"),
    ],
)
def test_filters(text: str, value: Value) -> None:
    field = text.partition(":")[0].lower()
    assert parse(text, TODAY) == Search(conditions=(Condition(field, value),))
    assert parse(f"-{text}", TODAY) == Search(conditions=(Condition(field, value, True),))


@pytest.mark.parametrize(
    "text",
    ["rating:x", "rating:..5..", "seed:>7", "seed:-1", "size:big", "date:2026-13",
     "date:2026-02-30", "date:0000", "date:>9999-12-31", "date:soon", "is:nice", "source:me",
     "seed:" + "9" * 30, "size:99999999999999999999x1"],
)  # fmt: skip
def test_what_is_no_filter_is_searched_as_words(text: str) -> None:
    search = parse(f"dog {text}", TODAY)
    assert search.conditions == ()
    assert search.required == ((Term("dog"),), (Term(text.replace(":", " ")),))
    assert search.remark == f"“{text}” is no filter and was searched for as words."


def test_a_filter_of_an_unknown_name_is_remarked_on() -> None:
    search = parse("dog sead:7 style:oil", TODAY)
    assert search.match == '("dog"*) AND ("sead:7"*) AND ("style:oil"*)'
    said = "There is no filter “sead”; it was searched for as words. Did you mean “seed:”?"
    assert search.remark == said
    no_guess = "There is no filter “photographer”; it was searched for as words."
    assert parse("-photographer:me", TODAY).remark == no_guess


@pytest.mark.parametrize(
    "text",
    ["http://x.org/a", "https://x", "12:30", "16:9", "C:\\dog", "a:b", "note: dog", "(red:1.3)",
     ":)", '"sead:7"', "日:1"],
)  # fmt: skip
def test_other_words_with_a_colon_are_not(text: str) -> None:
    assert parse(text, TODAY).remark == ""


@pytest.mark.parametrize(
    "text", ["tag:", "rating:>", "rating:", "is:", "is:r", "size:1024x", "is:t"]
)
def test_what_is_being_typed_hides_nothing(text: str) -> None:
    assert parse(text, TODAY) == Search()


def test_a_filter_stands_beside_words_in_any_order() -> None:
    search = parse("red is:kept dog -rating:1", TODAY)
    assert search.match == '("red"*) AND ("dog"*)'
    assert search.conditions == (
        Condition("is", "kept"),
        Condition("rating", Span(1, 1), is_excluded=True),
    )


def test_or_joins_words_alone() -> None:
    search = parse("cat OR rating:4 dog", TODAY)
    assert search.match == '("cat"*) AND ("dog"*)'
    assert search.conditions == (Condition("rating", Span(4, 4)),)


def test_the_trash_is_searched_where_it_is_asked_for() -> None:
    assert parse("is:trashed").is_in_trash
    assert not parse("-is:trashed dog").is_in_trash


@pytest.mark.parametrize(
    ("name", "of", "fits"),
    [
        (Name("beach"), "Sunset Beach", True),
        (Name("BEA"), "Sunset Beach", True),
        (Name("each"), "Sunset Beach", False),
        (Name("fp16"), "wuerstchen-v2_fp16", True),
        (Name("über"), "Über uns", True),
        (Name("beach", is_whole=True), "Beach", True),
        (Name("beach", is_whole=True), "Sunset Beach", False),
        (Name("(x"), "a (x)", True),
    ],
)
def test_names_are_met_by_the_beginning_of_a_word(name: Name, of: str, fits: bool) -> None:
    assert name.fits(of) == fits


# --- completion ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "cursor", "start", "end", "choices"),
    [
        ("", 0, 0, 0, tuple(f"{field}:" for field in FIELDS)),
        ("red s", 5, 4, 5, ("seed:", "size:", "source:")),
        ("red -ra dog", 7, 4, 7, ("-rating:",)),
        ("is:f", 4, 0, 4, ("is:favourite",)),
        ("-IS:ra", 6, 0, 6, ("-is:rated",)),
        ("date:", 5, 0, 5, tuple(f"date:{day}" for day in
                                 ("today", "yesterday", "week", "month", "year"))),
        ("dog", 3, 0, 3, ()),
        ('"d', 2, 0, 2, ()),
    ],
)  # fmt: skip
def test_completion(text: str, cursor: int, start: int, end: int, choices: tuple[str, ...]) -> None:
    found = complete(text, cursor)
    assert (found.start, found.end) == (start, end)
    assert found.choices == tuple(map(Choice, choices))
    assert found.field == ""


@pytest.mark.parametrize("text", ["x tag:Be", 'x tag:"Be', 'x tag:"Be"'])
def test_names_are_for_the_library_to_complete(text: str) -> None:
    found = complete(text, len(text))
    assert (found.start, found.end, found.choices) == (2, len(text), ())
    assert (found.field, found.prefix, found.lead) == ("tag", "be", "tag:")


@given(st.text(), st.integers(-3, 50))
def test_completion_never_raises(text: str, cursor: int) -> None:
    found = complete(text, cursor)
    assert 0 <= found.start <= found.end or found.start == found.end == cursor


@given(st.text().map(lambda name: f"a{name}"))
def test_a_name_comes_back_from_its_filter(name: str) -> None:
    (condition,) = parse(named("tag:", name)).conditions
    assert isinstance(condition.value, Name)
    assert condition.value.is_whole
    assert condition.value.fits(name)


tokens = st.sampled_from(
    [*(f"{field}:" for field in FIELDS), "-", '"', ">", "..", "2026", "-11", "x", "OR", " ", "7",
     "\0", "\ud800", "漢", "is:trashed", "é", "²", "٣", "*", "(", "NEAR", "prompt :"]
)  # fmt: skip


@given(st.lists(tokens | st.text(max_size=3), max_size=12).map("".join))
def test_every_text_means_something(text: str) -> None:
    search = parse(text, TODAY)
    assert search == parse(text, TODAY)
    assert '""' not in search.match.replace('" "', "")


def test_a_pasted_book_is_a_short_search() -> None:
    search = parse("word " * 1_000_000)
    assert len(search.required) <= 50
