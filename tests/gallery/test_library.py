"""What the page reads of pictures, and what a person changes and takes back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gallery.library_places import Row, library_of, random_rows
from gallery.pictures import make_picture
from gallery.places import OpenGallery, ask, database, pictures
from wurstdesk.errors import StorageError
from wurstdesk.gallery.desk import GalleryDesk
from wurstdesk.gallery.library import Library
from wurstdesk.gallery.records import (
    Album,
    DayGroup,
    Edit,
    Found,
    Query,
    SavedSearch,
    Shelves,
    Sort,
)
from wurstdesk.gallery.search_text import Choice

MOMENT = "2026-11-24T12:00:00.000+00:00"
NOW: Mapping[str, int | str] = {"rating": 5, "favourite": 1, "verdict": -1, "trashed": MOMENT}


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    made = library_of(tmp_path, [Row(1, stack="s"), Row(2, stack="s", seed=8), Row(5)])
    yield made
    made.close()


def every_row(library: Library) -> dict[str, Any]:
    """All that an edit may change."""
    tables = {
        "pictures": "SELECT id, rating, favourite, verdict, trashed, missing, path FROM pictures",
        "tags": "SELECT picture, name FROM picture_tags JOIN tags ON id = tag ORDER BY 1, 2",
        "names": "SELECT name FROM tags ORDER BY 1",
        "albums": "SELECT album, picture FROM album_pictures ORDER BY 1, 2",
    }
    return {name: library._connection.execute(sql).fetchall() for name, sql in tables.items()}


# --- reading ------------------------------------------------------------------------------------


def test_a_saved_picture_is_a_card_with_all_that_is_known_of_it(place: Path) -> None:
    desk = GalleryDesk.open(database(place), pictures(place))
    picture = make_picture("a red dog", seed=7)
    saved = desk.save(picture)
    library = desk.library
    assert library is desk.library
    (card,) = library.cards(library.find(Query("red")).ids)
    assert (card.id, card.path, card.created) == (saved.id, saved.path, saved.created)
    assert (card.prompt, card.seed, card.width, card.height) == ("a red dog", 7, 128, 128)
    assert card.request == picture.request
    assert (card.rating, card.is_favourite, card.verdict) == (0, False, 0)
    assert (card.is_missing, card.is_trashed, card.stack_size) == (False, False, 1)
    details = library.details(saved.id)
    assert details.card == card
    assert (details.source, details.negative_prompt) == ("wurstdesk", "cat")
    assert details.file_size == saved.path.stat().st_size
    assert details.provenance == picture.provenance
    assert details.seconds == picture.seconds
    assert details.notes == picture.notes
    assert details.negative_bytes == len(picture.latents.data)
    assert (details.tags, details.albums, details.parent, details.children) == ((), (), None, ())
    assert library.thumbnail(card.content_hash, 256) == desk.thumbnail_of(saved.id)
    desk.close()


def test_a_library_of_its_own_sees_what_the_gallery_saves(
    open_gallery: OpenGallery, place: Path
) -> None:
    gallery = open_gallery()
    library = Library.open(database(place), pictures(place))
    assert library.find(Query()) == Found(Query(), library.find(Query()).ids)
    saved = gallery.save(make_picture())
    assert list(library.find(Query()).ids) == [saved.id]
    library.close()


def test_a_damaged_database_is_mended_for_a_library_too(
    open_gallery: OpenGallery, place: Path
) -> None:
    gallery = open_gallery()
    saved = gallery.save(make_picture("a red dog"))
    gallery.close()
    database(place).write_bytes(b"no database" * 1000)
    library = Library.open(database(place), pictures(place))
    (card,) = library.cards(library.find(Query("red")).ids)
    assert card.path == saved.path
    library.close()


def test_cards_come_in_the_order_asked_for(library: Library) -> None:
    assert [card.id for card in library.cards([5, 99, 1])] == [5, 1]
    assert [card.id for card in library.cards(iter([2, 2]))] == [2, 2]
    assert library.cards([]) == ()


def test_a_stack_is_counted_where_it_is_asked_for(library: Library) -> None:
    assert [card.stack_size for card in library.cards([1, 5])] == [1, 1]
    assert [card.stack_size for card in library.cards([1, 5], stacks=True)] == [2, 1]
    assert list(library.stack_of(1)) == [2, 1]
    assert list(library.stack_of(5)) == [5]
    library.edit(Edit("trashed", {2: MOMENT}))
    assert [card.stack_size for card in library.cards([1, 2], stacks=True)] == [1, 1]
    assert list(library.stack_of(1)) == [1]
    assert not library.stack_of(99)


def test_an_unknown_picture_has_no_details(library: Library) -> None:
    with pytest.raises(StorageError, match="no picture number 99"):
        library.details(99)


def test_details_know_relatives_tags_and_the_trash(library: Library) -> None:
    library._connection.execute("UPDATE pictures SET parent = 1 WHERE id = 5")
    album = library.add_album("Mine")
    library.edit(Edit("tag", {5: True}, "sea"))
    library.edit(Edit("tag", {5: True}, "Beach"))
    library.edit(Edit("album", {5: True}, album=album))
    library.edit(Edit("trashed", {5: MOMENT}))
    details = library.details(5)
    assert (details.tags, details.albums) == (("Beach", "sea"), (album,))
    assert (details.parent, library.details(1).children) == (1, (5,))
    assert (details.card.is_trashed, details.trashed) == (True, MOMENT)


def test_other_programs_parameters_are_shown(library: Library) -> None:
    library._connection.execute(
        "UPDATE pictures SET source = 'a1111', metadata = ? WHERE id = 1",
        ('{"parameters": {"Steps": "30", "x": 5}}',),
    )
    details = library.details(1)
    assert details.source == "a1111"
    assert details.parameters == {"Steps": "30", "x": ""}
    assert details.provenance is None


def test_thumbnails_are_kept_by_side(library: Library) -> None:
    assert library.thumbnail("hash", 512) is None
    library.keep_thumbnail("hash", 512, b"big")
    library.keep_thumbnail("hash", 256, b"small")
    library.keep_thumbnail("hash", 256, b"smaller")
    assert library.thumbnail("hash", 512) == b"big"
    assert library.thumbnail("hash", 256) == b"smaller"


def test_shelves_count_what_is_outside_the_trash(tmp_path: Path) -> None:
    rows = random_rows(60)
    library = library_of(tmp_path, rows)
    there = [row for row in rows if row.trashed is None]
    shelves = library.shelves()
    assert shelves.pictures == len(there)
    assert shelves.favourites == sum(row.favourite for row in there)
    assert shelves.rejected == sum(row.verdict == -1 for row in there)
    assert shelves.missing == sum(row.missing is not None for row in there)
    assert shelves.trashed == len(rows) - len(there)
    assert shelves.albums == tuple(
        Album(number, name, sum(number in row.albums for row in there))
        for number, name in ((2, "Best of"), (1, "Holidays"))
    )
    assert dict(shelves.tags) == {
        name: sum(name in row.tags for row in there) for row in there for name in row.tags
    }
    library.close()


def test_an_empty_gallery_has_empty_shelves(place: Path) -> None:
    library = library_of(place, [])
    shelves = library.shelves()
    assert (shelves.pictures, shelves.trashed, shelves.searches) == (0, 0, ())
    assert library.find(Query("x", stacks=True, sort=Sort.MATCH)).groups == ()
    library.close()


def test_completion_knows_the_names(library: Library) -> None:
    library.edit(Edit("tag", {1: True}, "sunset beach"))
    library.edit(Edit("tag", {1: True, 2: True}, "beach"))
    found = library.complete("dog -tag:be", 11)
    assert (found.start, found.end) == (4, 11)
    assert found.choices == (Choice('-tag:"beach"', 2), Choice('-tag:"sunset beach"', 1))
    assert library.complete("dog -tag:be", 11, limit=1).choices == (Choice('-tag:"beach"', 2),)
    assert library.complete('album:"be', 9).choices == (Choice('album:"Best of"', 0),)
    assert library.complete("checkpoint:", 11).choices == (Choice('checkpoint:"dackel"', 3),)
    assert library.complete("ra", 2).choices == (Choice("rating:"),)


def test_tags_are_offered_by_their_beginning(library: Library) -> None:
    for name in ("beach", "Best", "sea"):
        library.edit(Edit("tag", {1: True}, name))
    assert library.tags_like("BE", 10) == (("beach", 1), ("Best", 1))
    assert library.tags_like("", 2) == (("beach", 1), ("Best", 1))
    assert library.tags_like("%", 10) == ()


# --- edits --------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["rating", "favourite", "verdict", "trashed"])
def test_an_edit_is_taken_back_by_what_it_returns(library: Library, kind: str) -> None:
    before = every_row(library)
    inverse = library.edit(Edit(kind, dict.fromkeys((1, 2, 99), NOW[kind])))  # type: ignore[arg-type]
    assert set(inverse.values) == {1, 2}
    assert every_row(library) != before
    again = library.edit(inverse)
    assert every_row(library) == before
    assert again.values == dict.fromkeys((1, 2), NOW[kind])


def test_an_edit_shows_in_the_card(library: Library) -> None:
    for kind, value in NOW.items():
        library.edit(Edit(kind, {1: value}))  # type: ignore[arg-type]
    (card,) = library.cards([1])
    assert (card.rating, card.is_favourite, card.verdict, card.is_trashed) == (5, True, -1, True)


def test_what_is_so_already_stands_in_no_inverse(library: Library) -> None:
    library.edit(Edit("favourite", {1: True}))
    assert library.edit(Edit("favourite", {1: True, 2: True})) == Edit("favourite", {2: 0})
    assert library.edit(Edit("rating", {})) == Edit("rating", {})


def test_a_tag_comes_and_goes_with_its_pictures(library: Library) -> None:
    inverse = library.edit(Edit("tag", {1: True, 2: True, 99: True}, "  golden \n hour "))
    assert inverse == Edit("tag", {1: False, 2: False}, "golden hour")
    assert list(library.find(Query("gold")).ids) == [2, 1]
    assert list(library.find(Query('tag:"golden hour"')).ids) == [2, 1]
    assert library.edit(Edit("tag", {1: True, 5: True}, "Golden Hour")).values == {5: False}
    assert library.shelves().tags == (("golden hour", 3),)
    library.edit(Edit("tag", {5: False}, "golden hour"))
    library.edit(inverse)
    assert library.shelves().tags == ()
    assert not library.find(Query("gold")).ids
    assert list(library.find(Query("red dog")).ids) == [5, 2, 1]
    assert library.edit(Edit("tag", {1: False}, "unknown")) == Edit("tag", {}, "unknown")


def test_a_tag_of_no_picture_is_not_made(library: Library) -> None:
    library.edit(Edit("tag", {99: True}, "lonely"))
    assert library.shelves().tags == ()


@pytest.mark.parametrize("name", ["", " \n", "\0\x1b"])
def test_a_name_needs_letters(library: Library, name: str) -> None:
    with pytest.raises(StorageError, match="name"):
        library.edit(Edit("tag", {1: True}, name))
    with pytest.raises(StorageError, match="name"):
        library.add_album(name)
    with pytest.raises(StorageError, match="name"):
        library.keep_search(name, "x")


def test_edits_of_many_pictures_are_one(tmp_path: Path) -> None:
    library = library_of(tmp_path, [Row(number) for number in range(1, 10_001)])
    ids = range(1, 10_001)
    before = every_row(library)
    inverses = [
        library.edit(Edit("rating", dict.fromkeys(ids, 3))),
        library.edit(Edit("tag", dict.fromkeys(ids, True), "many")),
    ]
    assert len(library.find(Query("tag:many rating:3 many")).ids) == 10_000
    for inverse in reversed(inverses):
        library.edit(inverse)
    assert every_row(library) == before
    library.close()


kinds = st.sampled_from(["rating", "favourite", "verdict", "tag", "album"])
changes = st.lists(
    st.tuples(kinds, st.dictionaries(st.integers(1, 6), st.integers(0, 1), max_size=4)),
    max_size=8,
)


@settings(max_examples=60)
@given(changes)
def test_any_edits_are_undone_in_reverse(
    tmp_path_factory: pytest.TempPathFactory, made: list[tuple[str, dict[int, int]]]
) -> None:
    library = library_of(tmp_path_factory.mktemp("gallery"), [Row(n) for n in range(1, 6)])
    before = every_row(library)
    inverses = [
        library.edit(Edit(kind, values, name="sea", album=1))  # type: ignore[arg-type]
        for kind, values in made
    ]
    for inverse in reversed(inverses):
        library.edit(inverse)
    assert every_row(library) == before
    library.close()


# --- albums and searches ------------------------------------------------------------------------


def test_an_album_is_made_filled_renamed_and_removed(library: Library) -> None:
    album = library.add_album(" Best of\n2026 ")
    library.edit(Edit("album", {1: True, 5: True}, album=album))
    assert Album(album, "Best of 2026", 2) in library.shelves().albums
    assert list(library.find(Query(album=album)).ids) == [5, 1]
    assert library.find(Query(album=album)).groups == (DayGroup("2026-11-24", 2),)
    library.rename_album(album, "best of 2026")
    assert Album(album, "best of 2026", 2) in library.shelves().albums
    assert sorted(library.remove_album(album)) == [1, 5]
    assert album not in {one.id for one in library.shelves().albums}
    assert len(library.cards([1, 5])) == 2
    assert not library.find(Query(album=album)).ids


def test_albums_have_different_names(library: Library) -> None:
    library.add_album("Mine")
    other = library.add_album("Other")
    with pytest.raises(StorageError, match="There is an album “mine” already"):
        library.add_album("mine")
    with pytest.raises(StorageError, match="already"):
        library.rename_album(other, "MINE")


def test_an_album_that_is_gone_is_a_sentence(library: Library) -> None:
    with pytest.raises(StorageError, match="not there any more"):
        library.rename_album(99, "x")
    with pytest.raises(StorageError, match="not there any more"):
        library.edit(Edit("album", {1: True}, album=99))
    assert not library.remove_album(99)


def test_a_search_is_kept_under_its_name(library: Library) -> None:
    first = library.keep_search("Dogs", "dog is:favourite", Sort.BEST)
    assert library.keep_search("dogs", "dog", Sort.SEED) == first
    second = library.keep_search("Cats", "cat")
    assert library.shelves().searches == (
        SavedSearch(second, "Cats", "cat", Sort.NEWEST),
        SavedSearch(first, "dogs", "dog", Sort.SEED),
    )
    library.remove_search(first)
    library.remove_search(99)
    assert [search.id for search in library.shelves().searches] == [second]


# --- files that go and come ---------------------------------------------------------------------


def test_only_what_is_in_the_trash_is_forgotten(place: Path) -> None:
    desk = GalleryDesk.open(database(place), pictures(place))
    gone, kept = (desk.save(make_picture(f"picture {n}", seed=n)) for n in (1, 2))
    library = desk.library
    library.edit(Edit("tag", {gone.id: True}, "once"))
    library.edit(Edit("trashed", {gone.id: "2026-10-01T00:00:00.000+00:00"}))
    assert [card.id for card in library.trashed_before("2026-10-02")] == [gone.id]
    assert library.trashed_before("2026-09-30") == ()
    assert library.forget([gone.id, kept.id, 99]) == 1
    assert library.shelves() == Shelves(pictures=1)
    assert not library.find(Query("once")).ids
    assert not library.find(Query("is:trashed")).ids
    assert list(library.find(Query("picture")).ids) == [kept.id]
    desk.close()
    assert ask(place, "SELECT count(*) FROM negatives.latents") == [(1,)]
    assert ask(place, "SELECT count(*) FROM thumbnails.images") == [(1,)]


def test_what_a_twin_needs_is_not_forgotten(place: Path) -> None:
    desk = GalleryDesk.open(database(place), pictures(place))
    one, twin = (desk.save(make_picture(), place / f"{name}.png") for name in "ab")
    desk.library.edit(Edit("trashed", {one.id: MOMENT}))
    desk.library.forget([one.id])
    assert desk.latents_of(twin.id) is not None
    desk.close()


def test_a_locked_database_is_a_sentence(library: Library, tmp_path: Path) -> None:
    other = Library.open(tmp_path / "data" / "gallery.sqlite", tmp_path)
    other._connection.set_busy_timeout(0)
    library._connection.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageError, match="busy"):
        other.edit(Edit("rating", {1: 3}))
    library._connection.execute("ROLLBACK")
    other.edit(Edit("rating", {1: 3}))
    other.close()
