"""Searching: filters agree with a plain reading of the rows, and every text finds something."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gallery.library_places import ALBUMS, Row, library_of, random_rows
from wurstdesk.gallery.library import InterruptedSearchError, Library
from wurstdesk.gallery.records import DayGroup, Edit, Found, Query, Sort

ROWS = random_rows(150)
Test = Callable[[Row], bool]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    made = library_of(tmp_path_factory.mktemp("gallery"), ROWS)
    yield made
    made.close()


def words_of(row: Row) -> list[str]:
    """As the index has them."""
    text = f"{row.prompt} {' '.join(row.tags)}".lower().replace("é", "e").replace("ü", "u")
    return text.replace("漢字", "漢 字").split()


def begins(word: str) -> Test:
    return lambda row: any(one.startswith(word) for one in words_of(row))


def is_tagged(start: str) -> Test:
    return lambda row: any(
        part.startswith(start) for tag in row.tags for part in tag.lower().split()
    )


# Each filter in the words of the search, and in Python.
FILTERS: dict[str, Test] = {
    "re": begins("re"),
    "Dog": begins("dog"),
    "cafe": begins("cafe"),
    "CAFÉ": begins("cafe"),
    "straß": begins("straß"),
    "字": begins("字"),
    "漢字": lambda row: "漢字" in row.prompt,
    '"dog"': lambda row: "dog" in words_of(row),
    '"red dog"': lambda row: " red dog " in f" {row.prompt} ",
    "seed:7": lambda row: row.seed == 7,
    "seed:4294967295": lambda row: row.seed == 2**32 - 1,
    "rating:4": lambda row: row.rating == 4,
    "rating:>=3": lambda row: row.rating >= 3,
    "rating:<2": lambda row: row.rating < 2,
    "rating:1..3": lambda row: 1 <= row.rating <= 3,
    "size:512x768": lambda row: (row.width, row.height) == (512, 768),
    "size:1024": lambda row: max(row.width, row.height) == 1024,
    "size:<768": lambda row: max(row.width, row.height) < 768,
    "size:>=512x512": lambda row: row.width * row.height >= 512 * 512,
    "size:wide": lambda row: row.width > row.height,
    "size:tall": lambda row: row.width < row.height,
    "size:square": lambda row: row.width == row.height,
    "date:2026-10": lambda row: row.day[:7] == "2026-10",
    "date:2026-11-07": lambda row: row.day == "2026-11-07",
    "date:>2026-10-15": lambda row: row.day > "2026-10-15",
    "date:2026-09-10..2026-10": lambda row: "2026-09-10" <= row.day <= "2026-10-31",
    "tag:be": is_tagged("be"),
    "tag:Über": lambda row: "Über" in row.tags,
    "tag:über": lambda row: "Über" in row.tags,
    'tag:"beach"': lambda row: "beach" in row.tags,
    "tag:nowhere": lambda row: False,
    "checkpoint:wuer": lambda row: row.checkpoint.startswith("wuer"),
    "checkpoint:fp16": lambda row: "fp16" in row.checkpoint,
    'checkpoint:"dackel"': lambda row: row.checkpoint == "dackel",
    "album:holi": lambda row: 1 in row.albums,
    f'album:"{ALBUMS[1]}"': lambda row: 2 in row.albums,
    "source:a1111": lambda row: row.source == "a1111",
    "is:favourite": lambda row: bool(row.favourite),
    "is:missing": lambda row: row.missing is not None,
    "is:kept": lambda row: row.verdict == 1,
    "is:rejected": lambda row: row.verdict == -1,
    "is:rated": lambda row: row.rating > 0,
    "is:unrated": lambda row: row.rating == 0,
    "is:imported": lambda row: row.source != "wurstdesk",
    "is:tagged": lambda row: bool(row.tags),
    "is:untagged": lambda row: not row.tags,
    "red OR rain": lambda row: begins("red")(row) or begins("rain")(row),
}
KEYS: dict[Sort, Callable[[Row], Any]] = {
    Sort.NEWEST: lambda row: 0,
    Sort.OLDEST: lambda row: 0,
    Sort.BEST: lambda row: -row.rating,
    Sort.LARGEST: lambda row: -row.width * row.height,
    Sort.SEED: lambda row: (row.seed is None, row.seed),
}


def expected(parts: list[str], *, sort: Sort = Sort.NEWEST, in_trash: bool = False) -> list[Row]:
    """What the filters find, each with its ``-``, by looking at every row."""
    found = [row for row in ROWS if (row.trashed is not None) == in_trash]
    for part in parts:
        meets = FILTERS[part.removeprefix("-")]
        found = [row for row in found if meets(row) != part.startswith("-")]
    newest = sorted(found, key=lambda row: row.newness, reverse=True)
    return newest[::-1] if sort is Sort.OLDEST else sorted(newest, key=KEYS[sort])


def groups_of(rows: list[Row]) -> tuple[DayGroup, ...]:
    return tuple(DayGroup(day, len(list(of_day))) for day, of_day in groupby(r.day for r in rows))


def negated(name: str) -> st.SearchStrategy[str]:
    return st.just(name) if " OR " in name else st.sampled_from([name, f"-{name}"])


filters = st.lists(st.sampled_from(sorted(FILTERS)).flatmap(negated), max_size=3)


@pytest.mark.parametrize("name", sorted(FILTERS))
def test_each_filter_finds_what_it_says(library: Library, name: str) -> None:
    assert list(library.find(Query(name)).ids) == [row.id for row in expected([name])]


@settings(max_examples=300)
@given(filters, st.sampled_from(sorted(KEYS)), st.booleans())
def test_filters_and_sorts_agree_with_the_rows(
    library: Library, parts: list[str], sort: Sort, in_trash: bool
) -> None:
    text = " ".join([*parts, *["is:trashed"] * in_trash])
    found = library.find(Query(text, sort=sort))
    rows = expected(parts, sort=sort, in_trash=in_trash)
    assert list(found.ids) == [row.id for row in rows]
    if sort in {Sort.NEWEST, Sort.OLDEST}:
        assert found.groups == groups_of(rows)
    else:
        assert found.groups == ((DayGroup("", len(rows)),) if rows else ())


@settings(max_examples=50)
@given(filters, st.sampled_from([1, 2]))
def test_an_album_is_searched_like_the_whole(
    library: Library, parts: list[str], album: int
) -> None:
    found = library.find(Query(" ".join(parts), album=album))
    assert list(found.ids) == [row.id for row in expected(parts) if album in row.albums]


@settings(max_examples=100)
@given(filters, st.sampled_from(sorted(KEYS)))
def test_of_a_stack_the_best_or_the_newest_is_shown(
    library: Library, parts: list[str], sort: Sort
) -> None:
    rows = expected(parts, sort=sort)
    best: dict[str, Row] = {}
    for row in rows:
        key = row.stack or f"alone {row.id}"
        if key not in best or (row.rating, row.newness) > (best[key].rating, best[key].newness):
            best[key] = row
    shown = [row for row in rows if row in best.values()]
    found = library.find(Query(" ".join(parts), sort=sort, stacks=True))
    assert list(found.ids) == [row.id for row in shown]
    if sort is Sort.NEWEST:
        assert found.groups == groups_of(shown)


@settings(max_examples=300)
@given(
    st.lists(
        st.sampled_from([*FILTERS, "-", '"', "OR", "is:trashed", "*", "^", "NOT", "NEAR(", "\0"])
        | st.text(max_size=4),
        max_size=6,
    ).map("".join),
    st.sampled_from(Sort),
    st.booleans(),
)
def test_every_text_finds(library: Library, text: str, sort: Sort, stacks: bool) -> None:
    found = library.find(Query(text, sort=sort, stacks=stacks))
    assert set(found.ids) <= {row.id for row in ROWS}
    assert len(set(found.ids)) == len(found.ids) == sum(group.count for group in found.groups)


def test_a_remark_says_what_was_no_filter(library: Library) -> None:
    found = library.find(Query("rating:9x"))
    assert found.remark == "“rating:9x” is no filter and was searched for as words."
    assert not found.ids


def test_the_best_match_is_first_and_of_those_alike_the_newest(tmp_path: Path) -> None:
    library = library_of(
        tmp_path,
        [
            Row(1, prompt="a dog in the rain at night, beside a long and empty road"),
            Row(2, prompt="a dog"),
            Row(3, prompt="a dog"),
            Row(4, prompt="a cat", tags=("dog",)),
            Row(5, prompt="a cat"),
            Row(6, prompt="a dog and a dog"),
        ],
    )
    found = library.find(Query("dog", sort=Sort.MATCH))
    assert list(found.ids) == [4, 6, 3, 2, 1]
    assert found.groups == (DayGroup("", 5),)
    assert list(library.find(Query("", sort=Sort.MATCH)).ids) == [6, 5, 4, 3, 2, 1]
    library.close()


def test_what_others_add_and_trash_is_seen_at_once(tmp_path: Path) -> None:
    library = library_of(tmp_path, [Row(1), Row(2)])
    other = Library.open(tmp_path / "data" / "gallery.sqlite", tmp_path)
    assert list(library.find(Query("dog")).ids) == [2, 1]
    other.edit(Edit("trashed", {2: "2026-11-24T12:00:00.000+00:00"}))
    assert list(library.find(Query("dog")).ids) == [1]
    assert list(library.find(Query("dog is:trashed")).ids) == [2]
    library.edit(Edit("trashed", {1: "2026-11-24T12:00:00.000+00:00"}))
    assert list(library.find(Query("dog")).ids) == []
    assert library.find(Query()) == Found(Query(), library.find(Query("dog")).ids)
    other.close()
    library.close()


# --- interrupting -------------------------------------------------------------------------------


def at_the_first_step(library: Library, do: Callable[[], None]) -> None:
    """``do`` is called in the middle of the next statement, once."""

    def step() -> bool:
        library._connection.set_progress_handler(None)
        do()
        return False

    library._connection.set_progress_handler(step, 10)


def in_another_thread(do: Callable[[], None]) -> None:
    thread = threading.Thread(target=do)
    thread.start()
    thread.join()


def test_a_newer_search_ends_an_older_one(library: Library) -> None:
    at_the_first_step(library, lambda: in_another_thread(library.interrupt))
    with pytest.raises(InterruptedSearchError):
        library.find(Query("re"))
    assert list(library.find(Query("re")).ids) == [row.id for row in expected(["re"])]


def test_only_a_search_is_interrupted(library: Library) -> None:
    library.interrupt()  # while nothing runs
    assert library.find(Query()).ids
    at_the_first_step(library, lambda: in_another_thread(library.interrupt))
    before = library.edit(Edit("rating", {ROWS[0].id: (ROWS[0].rating + 1) % 6}))
    assert before.values == {ROWS[0].id: ROWS[0].rating}
    library.edit(before)


def test_days_add_up(library: Library) -> None:
    counted = Counter(row.day for row in ROWS if row.trashed is None)
    assert {group.day: group.count for group in library.find(Query()).groups} == counted
