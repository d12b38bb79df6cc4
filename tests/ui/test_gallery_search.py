"""Searching the gallery as one types, what may come next, keeping a search, order and count."""

# mypy: disable-error-code="no-untyped-call"
# pytest-qt's keys and clicks have no types.
from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from everything import settle
from kept_pictures import edit, fill, folder_of
from studio import Studio
from wurstdesk.gallery.records import Edit, Sort
from wurstdesk.session.gallery_shelves import Shelf
from wurstdesk.session.gallery_view import GalleryView
from wurstdesk.ui.gallery_page import GalleryPage
from wurstdesk.ui.gallery_search import GallerySearch
from wurstdesk.ui.main_window import MainWindow

KEY, LEFT = Qt.Key, Qt.MouseButton.LeftButton


@pytest.fixture
def ids(studio: Studio) -> list[int]:
    return fill(folder_of(studio), 12)


@pytest.fixture
def page(studio: Studio, window: MainWindow, ids: list[int]) -> GalleryPage:
    """With twelve pictures, dog 12 … dog 1."""
    window.show_page("gallery")
    view = studio.state.gallery
    studio.qtbot.waitUntil(lambda: list(view.found.ids) == ids)
    studio.qtbot.waitUntil(lambda: view.shelves.were_read)
    return window.gallery


@pytest.fixture
def search(page: GalleryPage) -> GallerySearch:
    page.start_search()
    return page.search


@pytest.fixture
def view(studio: Studio) -> GalleryView:
    return studio.state.gallery


def test_results_as_one_types(
    qtbot: QtBot, search: GallerySearch, page: GalleryPage, view: GalleryView
) -> None:
    qtbot.keyClicks(search.field, "dog 1")
    qtbot.waitUntil(lambda: len(view.found.ids) == 4)  # 1, 10, 11, 12
    assert page.bar.count.text() == "4 of 12"
    assert search.field.hasFocus(), "one can type on"


def test_the_command_finds_the_field_from_anywhere(window: MainWindow, page: GalleryPage) -> None:
    window.show_page("studio")
    window.book["search"].trigger()
    assert page.isVisible()
    assert page.search.field.hasFocus()


def test_esc_clears_and_then_leaves(
    qtbot: QtBot, search: GallerySearch, page: GalleryPage, view: GalleryView
) -> None:
    qtbot.keyClicks(search.field, "zebra")
    qtbot.waitUntil(lambda: not view.found.ids)
    qtbot.keyClick(search.field, KEY.Key_Escape)
    assert search.field.text() == ""
    qtbot.waitUntil(lambda: len(view.found.ids) == 12)
    assert search.field.hasFocus()
    qtbot.keyClick(search.field, KEY.Key_Escape)
    assert page.grid.hasFocus()


def test_esc_is_not_stop_here(qtbot: QtBot, search: GallerySearch) -> None:
    event = QKeyEvent(
        QKeyEvent.Type.ShortcutOverride, KEY.Key_Escape, Qt.KeyboardModifier.NoModifier
    )
    event.ignore()
    QApplication.sendEvent(search.field, event)
    assert event.isAccepted()


@pytest.mark.parametrize("key", [KEY.Key_Down, KEY.Key_Return])
def test_on_to_the_pictures(
    qtbot: QtBot, search: GallerySearch, page: GalleryPage, view: GalleryView, key: Qt.Key
) -> None:
    qtbot.keyClicks(search.field, "dog 7")
    qtbot.waitUntil(lambda: len(view.found.ids) == 1)
    qtbot.keyClick(search.field, key)
    assert page.grid.hasFocus()
    assert view.selection.row == 0


def test_what_was_taken_for_words_is_said(
    qtbot: QtBot, search: GallerySearch, view: GalleryView
) -> None:
    qtbot.keyClicks(search.field, "rating:high")
    qtbot.waitUntil(lambda: view.found.query.text == "rating:high")
    assert "rating:high" in search.remark.text()
    assert search.remark.isVisible()
    search.field.clear()
    qtbot.waitUntil(lambda: view.found.query.text == "")
    assert not search.remark.isVisible()


def choices(search: GallerySearch) -> list[str]:
    return search._words.stringList()


def test_filters_are_offered_and_taken(
    qtbot: QtBot, search: GallerySearch, view: GalleryView
) -> None:
    qtbot.keyClicks(search.field, "dog rat")
    popup = search.completer.popup()
    assert popup is not None
    qtbot.waitUntil(popup.isVisible)
    assert choices(search) == ["rating:"]
    qtbot.keyClick(popup, KEY.Key_Down)
    qtbot.keyClick(popup, KEY.Key_Return)
    assert search.field.text() == "dog rating:"
    qtbot.waitUntil(lambda: len(choices(search)) > 1)
    assert search.field.hasFocus()
    assert view.text.startswith("dog rat")


def test_tags_are_offered(qtbot: QtBot, studio: Studio, search: GallerySearch) -> None:
    edit(studio, Edit("tag", {1: True}, name="winter"))
    qtbot.keyClicks(search.field, "tag:wi")
    qtbot.waitUntil(lambda: any("winter" in choice for choice in choices(search)))
    popup = search.completer.popup()
    assert popup is not None
    qtbot.waitUntil(popup.isVisible)
    popup.hide()


def test_a_search_is_kept_under_a_name(
    qtbot: QtBot, search: GallerySearch, view: GalleryView
) -> None:
    assert not search.keep.isEnabled()
    qtbot.keyClicks(search.field, "dog 1")
    qtbot.waitUntil(lambda: len(view.found.ids) == 4)
    view.set_sort(Sort.SEED)
    qtbot.mouseClick(search.keep, LEFT)
    dialog = search._dialog
    assert dialog is not None
    title = dialog.fontMetrics().horizontalAdvance(dialog.windowTitle())
    assert dialog.width() >= 3 * title, "the frame's buttons need room too"
    assert dialog.textValue() == "dog 1"
    dialog.setTextValue("ones")
    dialog.accept()
    qtbot.waitUntil(lambda: bool(view.shelves.content.searches))
    saved = view.shelves.content.searches[0]
    assert (saved.name, saved.text, saved.sort) == ("ones", "dog 1", Sort.SEED)


def test_the_field_shows_what_was_searched_elsewhere(
    search: GallerySearch, view: GalleryView
) -> None:
    view.search("dog 3")
    assert search.field.text() == "dog 3"


# -- the line above the pictures ----------------------------------------------------------------


def test_how_many_there_are(page: GalleryPage, qtbot: QtBot, view: GalleryView) -> None:
    assert page.bar.count.text() == "12 pictures"
    view.show_shelf(Shelf("favourites"))
    qtbot.waitUntil(lambda: page.bar.count.text() == "0 of 12")


def test_choices_stand_apart(qtbot: QtBot, search: GallerySearch) -> None:
    qtbot.keyClicks(search.field, "date:")
    popup = search.completer.popup()
    assert popup is not None
    qtbot.waitUntil(popup.isVisible)
    assert popup.sizeHintForRow(0) >= popup.fontMetrics().height() + 6
    popup.hide()


def test_a_filter_that_there_is_not_is_said(qtbot: QtBot, search: GallerySearch) -> None:
    qtbot.keyClicks(search.field, "sead:7")
    qtbot.waitUntil(search.remark.isVisible)
    assert "There is no filter “sead”" in search.remark.text()


def test_another_order(page: GalleryPage, qtbot: QtBot, view: GalleryView, ids: list[int]) -> None:
    sort = page.bar.sort
    sort.setCurrentIndex(sort.findData("oldest"))
    sort.activated.emit(sort.currentIndex())
    qtbot.waitUntil(lambda: list(view.found.ids) == ids[::-1])
    view.set_sort(Sort.NEWEST)
    assert sort.currentData() == "newest"


def test_seeds_are_stacked(page: GalleryPage, qtbot: QtBot, studio: Studio) -> None:
    view = studio.state.gallery
    fill(folder_of(studio), 3)  # the same prompts with the same seeds: dog 1 … dog 3
    view.read_anew()
    qtbot.waitUntil(lambda: len(view.found.ids) == 15)
    page.bar.stacks.click()
    qtbot.waitUntil(lambda: len(view.found.ids) == 12)
    qtbot.waitUntil(lambda: page.bar.count.text() == "12 of 15")
    qtbot.waitUntil(lambda: (card := page.grid._card_at(0)) is not None and card.stack_size == 2)
    page.bar.stacks.click()
    qtbot.waitUntil(lambda: len(view.found.ids) == 15)
    settle()
