"""The gallery as the page shows it: searching, what comes and goes, what is remembered."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from kept_pictures import edit, fill, folder_of, library_of
from studio import Studio, library_file, open_studio
from wurstdesk.gallery.library import Library
from wurstdesk.gallery.records import Edit, Found, Query, SavedSearch, Sort
from wurstdesk.session import gallery_image
from wurstdesk.session.gallery_shelves import ALL, Shelf
from wurstdesk.session.gallery_view import GalleryView
from wurstdesk.session.pictures import read_image


@pytest.fixture
def ids(studio: Studio) -> list[int]:
    """Of five pictures, the newest first: dog 5 … dog 1."""
    return fill(folder_of(studio))


@pytest.fixture
def view(studio: Studio, ids: list[int]) -> GalleryView:
    """Somebody looks at it."""
    gallery = studio.state.gallery
    gallery.look()
    wait_for(studio.qtbot, gallery, ids)
    return gallery


def wait_for(qtbot: QtBot, view: GalleryView, ids: list[int]) -> None:
    """Until just these are found, in this order."""
    qtbot.waitUntil(lambda: view.was_read and list(view.found.ids) == ids)


# -- searching ----------------------------------------------------------------------------------


def test_nothing_is_read_before_somebody_looks(studio: Studio, ids: list[int]) -> None:
    view = studio.state.gallery
    view.read_anew()
    assert not view.keeper.isRunning()
    view.look()
    wait_for(studio.qtbot, view, ids)
    assert [group.count for group in view.found.groups] == [5]


def test_words_find_pictures(qtbot: QtBot, view: GalleryView, ids: list[int]) -> None:
    with qtbot.waitSignal(view.query_changed):
        view.search("dog 3")
    wait_for(qtbot, view, [ids[2]])
    view.show_everything()
    wait_for(qtbot, view, ids)


class SlowLibrary:
    """In place of ``Library.find``: the first search waits until it is let go."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.began, self.interrupted, self.may_end = (threading.Event() for _ in range(3))
        self.asked: list[str] = []
        usual = Library.find

        def find(library: Library, query: Query) -> Found:
            self.asked.append(query.text)
            if len(self.asked) == 1:
                self.began.set()
                assert self.may_end.wait(10)
            return usual(library, query)

        monkeypatch.setattr(Library, "find", find)
        monkeypatch.setattr(Library, "interrupt", lambda _: self.interrupted.set())


def test_a_newer_search_ends_an_older_one(
    qtbot: QtBot, view: GalleryView, ids: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = SlowLibrary(monkeypatch)
    shown: list[str] = []
    view.found_changed.connect(lambda: shown.append(view.found.query.text))
    view.search("d")
    qtbot.waitUntil(slow.began.is_set)
    for text in ("do", "dog", "dog 4"):
        view.search(text)
    assert slow.interrupted.is_set()
    slow.may_end.set()
    wait_for(qtbot, view, [ids[1]])
    assert shown == ["dog 4"], "older answers are not shown"
    assert slow.asked == ["d", "dog 4"], "what nobody waits for any more is not asked"


def test_a_shelf_and_words_together(
    qtbot: QtBot, studio: Studio, view: GalleryView, ids: list[int]
) -> None:
    edit(studio, Edit("favourite", {ids[0]: 1, ids[1]: 1}))
    view.show_shelf(Shelf("favourites"))
    wait_for(qtbot, view, ids[:2])
    view.search("4")
    wait_for(qtbot, view, [ids[1]])
    view.show_shelf(ALL)
    assert view.text == "4"


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("rejected", Edit("verdict", {1: -1})),
        ("trash", Edit("trashed", {1: "2026-11-24T10:00:00.000Z"})),
        ("favourites", Edit("favourite", {1: 1})),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_shelf_has_its_pictures(
    qtbot: QtBot, studio: Studio, view: GalleryView, kind: str, change: Edit
) -> None:
    edit(studio, change)
    view.show_shelf(Shelf(kind))  # type: ignore[arg-type]
    wait_for(qtbot, view, [1])


def test_a_tag_with_a_space(
    qtbot: QtBot, studio: Studio, view: GalleryView, ids: list[int]
) -> None:
    edit(studio, Edit("tag", {ids[3]: True}, name="best of"))
    view.show_shelf(Shelf("tag", tag="best of"))
    wait_for(qtbot, view, [ids[3]])


def test_a_kept_search_brings_its_order(qtbot: QtBot, view: GalleryView, ids: list[int]) -> None:
    view.show_shelf(Shelf("favourites"))
    view.show_search(SavedSearch(1, "old dogs", "dog", Sort.OLDEST))
    wait_for(qtbot, view, ids[::-1])
    assert (view.text, view.sort, view.shelf) == ("dog", Sort.OLDEST, ALL)


def test_order_and_stacks_are_remembered(qtbot: QtBot, tmp_path: Path) -> None:
    memory = tmp_path / "window.json"
    with open_studio(qtbot, tmp_path / "pictures", memory) as studio:
        studio.state.gallery.set_sort(Sort.SEED)
        studio.state.gallery.set_stacks(True)
        studio.state.gallery.keep("cell", 200)
    with open_studio(qtbot, tmp_path / "pictures", memory) as studio:
        view = studio.state.gallery
        assert (view.sort, view.stacks, view.kept("cell")) == (Sort.SEED, True, 200)
        assert view.text == "", "one begins with all pictures"


def test_nonsense_that_was_remembered_is_left_alone(qtbot: QtBot, tmp_path: Path) -> None:
    memory = tmp_path / "window.json"
    memory.write_text('{"gallery": {"sort": ["x"], "stacks": 7, "cell": "wide"}}')
    with open_studio(qtbot, tmp_path / "pictures", memory) as studio:
        view = studio.state.gallery
        assert (view.sort, view.stacks) == (Sort.NEWEST, False)


# -- what comes and goes ------------------------------------------------------------------------


def test_a_new_picture_appears_and_nobody_is_moved(
    qtbot: QtBot, studio: Studio, view: GalleryView, ids: list[int]
) -> None:
    view.selection.choose(1)
    new = fill(folder_of(studio), 1)
    studio.generate(prompt="a dog")  # of which the window hears
    wait_for(qtbot, view, [*new, *ids])
    assert (view.selection.current, view.selection.row) == (ids[1], 2)


def test_nothing_is_read_while_nobody_looks(
    qtbot: QtBot, studio: Studio, view: GalleryView, ids: list[int]
) -> None:
    view.look_away()
    new = fill(folder_of(studio), 1)
    with qtbot.assertNotEmitted(view.found_changed, wait=50):
        studio.generate(prompt="a dog")
    view.look()
    wait_for(qtbot, view, [*new, *ids])


def test_pictures_are_taken_out_at_once(view: GalleryView, ids: list[int]) -> None:
    view.selection.choose(2)
    view.take_out([ids[2], ids[4]])
    assert list(view.found.ids) == [ids[0], ids[1], ids[3]]
    assert sum(group.count for group in view.found.groups) == 3
    assert view.selection.current == ids[3]


def test_taking_out_while_a_search_runs(qtbot: QtBot, view: GalleryView, ids: list[int]) -> None:
    view.search("4")
    view.take_out(ids[:1])
    wait_for(qtbot, view, [ids[1]])


def test_a_database_that_cannot_be_used_is_said_once(
    qtbot: QtBot, studio: Studio, tmp_path: Path
) -> None:
    library_file(folder_of(studio)).mkdir(parents=True)
    studio.state.gallery.look()
    qtbot.waitUntil(lambda: bool(studio.state.messages.all))
    assert "gallery" in studio.state.messages.all[0].text
    del tmp_path


# -- cards --------------------------------------------------------------------------------------


def test_cards_are_read_where_somebody_looks(
    qtbot: QtBot, view: GalleryView, ids: list[int]
) -> None:
    with qtbot.waitSignal(view.cards_changed):
        view.cards.look_at(ids[:2])
    assert [card and card.prompt for card in map(view.card, ids)] == [
        "dog 5", "dog 4", None, None, None,
    ]  # fmt: skip


def test_a_changed_picture_is_read_anew_and_shown_meanwhile(
    qtbot: QtBot, studio: Studio, view: GalleryView, ids: list[int]
) -> None:
    view.cards.look_at(ids)
    qtbot.waitUntil(lambda: view.card(ids[0]) is not None)
    edit(studio, Edit("rating", {ids[0]: 4}))
    view.read_anew()
    card = view.card(ids[0])
    assert card is not None
    assert card.rating == 0
    view.cards.look_at(ids)
    qtbot.waitUntil(lambda: (card := view.card(ids[0])) is not None and card.rating == 4)


def test_an_unknown_picture_is_asked_for_once(qtbot: QtBot, view: GalleryView) -> None:
    with qtbot.waitSignal(view.cards.arrived):
        view.cards.look_at([999])
    with qtbot.assertNotEmitted(view.cards.arrived, wait=30):
        view.cards.look_at([999])


# -- the chosen one -----------------------------------------------------------------------------


def test_the_chosen_picture_is_read_in_full(
    qtbot: QtBot, view: GalleryView, ids: list[int]
) -> None:
    view.selection.choose(4)
    qtbot.waitUntil(lambda: view.chosen is not None)
    assert view._full.image.isNull(), "not for who only selects it"
    view.want_image(True)
    qtbot.waitUntil(lambda: view.image.size() == QSize(128, 128))
    assert getattr(view.chosen, "id", None) == ids[4]
    view.selection.drop_current()
    assert view.chosen is None
    assert view.image.isNull()


def test_who_goes_on_is_not_waited_for(
    qtbot: QtBot, view: GalleryView, ids: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []

    def note(path: Path) -> QImage:
        read.append(path.name)
        return read_image(path)

    monkeypatch.setattr(gallery_image, "read_image", note)
    view.want_image(True)
    view.cards.look_at(ids)
    qtbot.waitUntil(lambda: all(map(view.card, ids)))
    for row in range(5):
        view.selection.choose(row)
    qtbot.waitUntil(lambda: not view.image.isNull())
    assert len(read) == 2, "the first, which was begun, and the last"


# -- shelves ------------------------------------------------------------------------------------


@pytest.fixture
def counted(qtbot: QtBot, view: GalleryView) -> GalleryView:
    """The shelves are read."""
    qtbot.waitUntil(lambda: view.shelves.were_read)
    return view


def test_shelves_are_counted(qtbot: QtBot, studio: Studio, counted: GalleryView) -> None:
    assert counted.shelves.content.pictures == 5
    edit(studio, Edit("favourite", {1: 1, 2: 1}))
    counted.read_anew()
    qtbot.waitUntil(lambda: counted.shelves.content.favourites == 2)


def test_albums_are_made_renamed_and_removed(qtbot: QtBot, counted: GalleryView) -> None:
    shelves = counted.shelves
    with qtbot.waitSignal(shelves.album_made) as made:
        shelves.add_album("Cards")
    album = made.args[0]
    qtbot.waitUntil(lambda: shelves.album_name(album) == "Cards")
    shelves.rename_album(album, "Winter cards")
    qtbot.waitUntil(lambda: shelves.album_name(album) == "Winter cards")
    shelves.remove_album(album)
    qtbot.waitUntil(lambda: not shelves.content.albums)


def test_an_album_of_the_same_name_is_refused_with_a_sentence(
    qtbot: QtBot, studio: Studio, counted: GalleryView
) -> None:
    counted.shelves.add_album("Cards")
    counted.shelves.add_album("Cards")
    qtbot.waitUntil(lambda: bool(studio.state.messages.all))
    assert not studio.state.messages.all[0].report


def test_a_search_is_kept(qtbot: QtBot, studio: Studio, counted: GalleryView) -> None:
    counted.shelves.keep_search("nights", "night rating:>=4", Sort.BEST)
    qtbot.waitUntil(lambda: bool(counted.shelves.content.searches))
    saved = counted.shelves.content.searches[0]
    assert (saved.name, saved.text, saved.sort) == ("nights", "night rating:>=4", Sort.BEST)
    counted.shelves.remove_search(saved.id)
    qtbot.waitUntil(lambda: not counted.shelves.content.searches)
    with library_of(studio) as library:
        assert library.shelves().searches == ()
