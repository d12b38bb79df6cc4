"""The shelves beside the gallery's grid: choosing, albums, kept searches, dropping pictures."""

# mypy: disable-error-code="no-untyped-call"
# pytest-qt's keys and clicks have no types.
from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData, QModelIndex, QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from everything import settle
from kept_pictures import edit, fill, folder_of, library_of
from studio import Studio
from wurstdesk.gallery.records import Edit, Sort
from wurstdesk.session.gallery_shelves import ALL, Shelf
from wurstdesk.session.gallery_view import GalleryView
from wurstdesk.ui.gallery_drag import ids_in, mime_of_cards
from wurstdesk.ui.gallery_page import GalleryPage
from wurstdesk.ui.gallery_shelves import GalleryShelfList
from wurstdesk.ui.main_window import MainWindow

KEY, LEFT = Qt.Key, Qt.MouseButton.LeftButton


@pytest.fixture
def view(studio: Studio) -> GalleryView:
    return studio.state.gallery


@pytest.fixture
def page(studio: Studio, window: MainWindow, view: GalleryView) -> GalleryPage:
    """Four pictures, an album with one, a kept search, and a tag."""
    ids = fill(folder_of(studio), 4)
    with library_of(studio) as library:
        album = library.add_album("Cards")
        library.edit(Edit("album", {ids[0]: True}, album=album))
        library.edit(Edit("tag", {ids[1]: True}, name="beach"))
        library.keep_search("threes", "dog 3", Sort.OLDEST)
    window.show_page("gallery")
    studio.qtbot.waitUntil(lambda: view.shelves.were_read and len(view.found.ids) == 4)
    return window.gallery


@pytest.fixture
def shelves(page: GalleryPage) -> GalleryShelfList:
    return page.shelves


def index_of(shelves: GalleryShelfList, text: str) -> QModelIndex:
    """The row that says it."""
    row = next(number for number, row in enumerate(shelves.rows.rows) if row.text == text)
    return shelves.rows.index(row)


def click(qtbot: QtBot, shelves: GalleryShelfList, text: str) -> None:
    where = shelves.visualRect(index_of(shelves, text)).center()
    qtbot.mouseClick(shelves.viewport(), LEFT, pos=where)


def test_what_stands_there(shelves: GalleryShelfList) -> None:
    rows = [(row.text, row.count) for row in shelves.rows.rows]
    assert rows == [
        ("All pictures", 4),
        ("Favourites", 0),
        ("Rejected", 0),
        ("Missing", 0),
        ("Trash", 0),
        ("Albums", None),
        ("Cards", 1),
        ("New album…", None),
        ("Saved searches", None),
        ("threes", None),
        ("Tags", None),
        ("beach", 1),
    ]
    aloud = index_of(shelves, "Cards").data(Qt.ItemDataRole.AccessibleTextRole)
    assert aloud == "Cards, 1"


@pytest.mark.parametrize(("text", "count"), [("Cards", 1), ("beach", 1), ("Favourites", 0)])
def test_a_click_looks_among_these(
    qtbot: QtBot, shelves: GalleryShelfList, view: GalleryView, text: str, count: int
) -> None:
    click(qtbot, shelves, text)
    qtbot.waitUntil(lambda: len(view.found.ids) == count)
    assert shelves.currentIndex() == index_of(shelves, text)
    click(qtbot, shelves, "All pictures")
    qtbot.waitUntil(lambda: len(view.found.ids) == 4)


def test_a_kept_search_is_made_again(
    qtbot: QtBot, page: GalleryPage, shelves: GalleryShelfList, view: GalleryView
) -> None:
    click(qtbot, shelves, "threes")
    qtbot.waitUntil(lambda: len(view.found.ids) == 1)
    assert page.search.field.text() == "dog 3"
    assert view.sort is Sort.OLDEST
    assert shelves.currentIndex() == index_of(shelves, "threes")
    page.search.field.clear()
    qtbot.waitUntil(lambda: shelves.currentIndex() == index_of(shelves, "All pictures"))


def test_keys_go_from_shelf_to_shelf(
    qtbot: QtBot, shelves: GalleryShelfList, view: GalleryView
) -> None:
    shelves.setFocus()
    for _ in range(5):
        qtbot.keyClick(shelves, KEY.Key_Down)
    assert view.shelf.kind == "album", "headings are passed over"
    qtbot.keyClick(shelves, KEY.Key_Home)
    assert view.shelf == ALL


def test_a_new_album(qtbot: QtBot, shelves: GalleryShelfList, view: GalleryView) -> None:
    click(qtbot, shelves, "New album…")
    dialog = shelves.dialog
    assert dialog is not None
    dialog.setTextValue("  Book cover ")
    dialog.accept()
    qtbot.waitUntil(lambda: len(view.shelves.content.albums) == 2)
    assert index_of(shelves, "Book cover").isValid()


def test_the_shelf_is_marked_again_after_no_album_was_made(
    qtbot: QtBot, shelves: GalleryShelfList, view: GalleryView
) -> None:
    click(qtbot, shelves, "Cards")
    click(qtbot, shelves, "New album…")
    dialog = shelves.dialog
    assert dialog is not None
    dialog.reject()
    assert shelves.currentIndex() == index_of(shelves, "Cards")
    assert view.shelf.kind == "album"


def test_an_album_is_renamed_by_its_key(
    qtbot: QtBot, shelves: GalleryShelfList, view: GalleryView
) -> None:
    click(qtbot, shelves, "Cards")
    qtbot.keyClick(shelves, KEY.Key_F2)
    dialog = shelves.dialog
    assert dialog is not None
    assert dialog.textValue() == "Cards"
    dialog.setTextValue("Winter cards")
    dialog.accept()
    qtbot.waitUntil(lambda: view.shelves.content.albums[0].name == "Winter cards")


def test_an_album_goes_and_its_pictures_stay(
    qtbot: QtBot, shelves: GalleryShelfList, view: GalleryView
) -> None:
    click(qtbot, shelves, "Cards")
    qtbot.keyClick(shelves, KEY.Key_Delete)
    qtbot.waitUntil(lambda: not view.shelves.content.albums)
    assert view.shelf == ALL
    qtbot.waitUntil(lambda: len(view.found.ids) == 4)


def test_the_menu_of_a_kept_search(
    qtbot: QtBot, shelves: GalleryShelfList, view: GalleryView
) -> None:
    where = shelves.visualRect(index_of(shelves, "threes")).center()
    reason = QContextMenuEvent.Reason.Mouse
    event = QContextMenuEvent(reason, where, shelves.viewport().mapToGlobal(where))
    QApplication.sendEvent(shelves.viewport(), event)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    (remove,) = menu.actions()
    remove.trigger()
    menu.close()
    qtbot.waitUntil(lambda: not view.shelves.content.searches)


def test_no_menu_for_what_cannot_be_changed(shelves: GalleryShelfList) -> None:
    where = shelves.visualRect(index_of(shelves, "Trash")).center()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, where, QPoint())
    QApplication.sendEvent(shelves.viewport(), event)
    assert QApplication.activePopupWidget() is None


@pytest.mark.parametrize(
    ("text", "takes"),
    [("Cards", True), ("Trash", True), ("beach", True), ("Albums", False), ("Missing", False)],
)
def test_pictures_are_dropped_onto_what_can_hold_them(
    qtbot: QtBot, page: GalleryPage, shelves: GalleryShelfList, text: str, takes: bool
) -> None:
    mime, onto = mime_of_cards((3, 1), ()), index_of(shelves, text)
    copy = Qt.DropAction.CopyAction
    dropped: list[tuple[Shelf, tuple[int, ...]]] = []
    page.pictures_dropped.connect(lambda shelf, ids: dropped.append((shelf, ids)))
    assert shelves.rows.canDropMimeData(mime, copy, -1, -1, onto) == takes
    assert shelves.rows.dropMimeData(mime, copy, -1, -1, onto) == takes
    assert [ids for _, ids in dropped] == ([(3, 1)] if takes else [])
    del qtbot


def test_a_picture_that_is_dropped_is_in_the_album(
    qtbot: QtBot, shelves: GalleryShelfList, view: GalleryView
) -> None:
    mime, onto = mime_of_cards(tuple(view.found.ids), ()), index_of(shelves, "Cards")
    shelves.rows.dropMimeData(mime, Qt.DropAction.CopyAction, -1, -1, onto)
    qtbot.waitUntil(lambda: view.shelves.content.albums[0].count == 4)


@pytest.mark.parametrize("data", [b"", b"no", b'{"a": 1}', b'["x", true, 3.5]', b"[" * 5000])
def test_a_strangers_drag_is_nothing(data: bytes) -> None:
    mime = QMimeData()
    mime.setData("application/x-wurstdesk-pictures", data)
    assert ids_in(mime) == ()


def test_counts_follow_what_changes(
    qtbot: QtBot, studio: Studio, shelves: GalleryShelfList, view: GalleryView
) -> None:
    click(qtbot, shelves, "Cards")
    edit(studio, Edit("favourite", {1: 1, 2: 1}))
    view.read_anew()
    qtbot.waitUntil(lambda: shelves.rows.rows[1].count == 2)
    assert shelves.currentIndex() == index_of(shelves, "Cards")
    settle()
