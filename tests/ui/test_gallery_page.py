"""The gallery page as a whole: its columns, what stands where nothing is, and the commands."""

# mypy: disable-error-code="no-untyped-call"
# pytest-qt's keys and clicks have no types.
from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from everything import settle
from kept_pictures import fill, folder_of
from studio import Studio, open_studio
from wurstdesk.session.gallery_shelves import Shelf
from wurstdesk.session.gallery_view import GalleryView
from wurstdesk.ui.commands import CommandBook
from wurstdesk.ui.file_manager import FileManager
from wurstdesk.ui.gallery_page import GalleryPage
from wurstdesk.ui.main_window import MainWindow
from wurstdesk.ui.picture_mime import pictures_in, request_in

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def view(studio: Studio) -> GalleryView:
    return studio.state.gallery


@pytest.fixture
def page(qtbot: QtBot, studio: Studio, window: MainWindow, view: GalleryView) -> GalleryPage:
    """With three pictures, the middle one chosen."""
    ids = fill(folder_of(studio), 3)
    window.show_page("gallery")
    qtbot.waitUntil(lambda: list(view.found.ids) == ids)
    view.selection.choose(1)
    qtbot.waitUntil(lambda: view.chosen is not None)
    return window.gallery


# -- where nothing is ---------------------------------------------------------------------------


def test_no_pictures_yet(qtbot: QtBot, window: MainWindow, view: GalleryView) -> None:
    window.show_page("gallery")
    qtbot.waitUntil(lambda: view.was_read)
    empty = window.gallery.empty
    assert empty.isVisible()
    assert empty.title.text() == "No pictures yet"
    assert not empty.clear.isVisible()


def test_nothing_found_and_back(qtbot: QtBot, page: GalleryPage, view: GalleryView) -> None:
    view.search("zebra")
    qtbot.waitUntil(page.empty.isVisible)
    assert "zebra" in page.empty.words.text()
    qtbot.mouseClick(page.empty.clear, LEFT)
    qtbot.waitUntil(page.grid.isVisible)
    assert page.search.field.text() == ""
    assert page.grid.hasFocus()


@pytest.mark.parametrize("kind", ["favourites", "rejected", "missing", "trash"])
def test_an_empty_shelf_says_what_it_is_for(
    qtbot: QtBot, page: GalleryPage, view: GalleryView, kind: str
) -> None:
    view.show_shelf(Shelf(kind))  # type: ignore[arg-type]
    qtbot.waitUntil(page.empty.isVisible)
    assert page.empty.title.text()
    assert page.empty.words.text()
    assert page.empty.clear.isVisible()


def test_the_first_picture_takes_the_place_of_the_words(
    qtbot: QtBot, studio: Studio, window: MainWindow, view: GalleryView
) -> None:
    window.show_page("gallery")
    qtbot.waitUntil(window.gallery.empty.isVisible)
    fill(folder_of(studio), 1)
    studio.generate(prompt="a dog")
    qtbot.waitUntil(window.gallery.grid.isVisible)
    assert len(view.found.ids) == 1


# -- columns ------------------------------------------------------------------------------------


def test_shelves_give_way_and_the_search_does_not(
    studio: Studio, window: MainWindow, page: GalleryPage
) -> None:
    assert page.shelves.isVisible()
    assert page.search.field.isVisible()
    studio.state.change_settings(interface_scale=200)
    settle()
    assert window.width() == 1280
    assert not page.shelves.isVisible()
    assert page.search.field.isVisible()
    assert page.grid.width() >= 440
    page.bar.shelves.click()
    assert page.shelves.isVisible()


def test_who_types_is_not_interrupted_when_the_columns_change(
    studio: Studio, page: GalleryPage
) -> None:
    page.start_search()
    studio.state.change_settings(interface_scale=200)
    settle()
    assert page.search.field.hasFocus()


def test_hidden_shelves_and_widths_are_remembered(qtbot: QtBot, tmp_path: Path) -> None:
    memory = tmp_path / "window.json"
    with open_studio(qtbot, tmp_path / "pictures", memory) as studio:
        window = MainWindow(studio.state)
        window.resize(1280, 720)
        window.show()
        window.show_page("gallery")
        page = window.gallery
        page.splitter.setSizes([300, 680, 300])
        page._keep_widths()
        page.bar.shelves.click()
        assert not page.shelves.isVisible()
        window.close()
        window.deleteLater()
    with open_studio(qtbot, tmp_path / "pictures", memory) as studio:
        window = MainWindow(studio.state)
        window.resize(1280, 720)
        window.show()
        window.show_page("gallery")
        page = window.gallery
        assert not page.shelves.isVisible()
        page.bar.shelves.click()
        page._set_widths()
        assert abs(page.splitter.sizes()[0] - 300) <= 3
        window.close()
        window.deleteLater()


def test_tab_goes_from_the_search_to_the_pictures(qtbot: QtBot, page: GalleryPage) -> None:
    page.start_search()
    seen = []
    for _ in range(12):
        focused = QApplication.focusWidget()
        assert focused is not None
        seen.append(focused)
        qtbot.keyClick(focused, Qt.Key.Key_Tab)
    order = [seen.index(widget) for widget in (page.search.field, page.shelves, page.grid)]
    assert order == sorted(order)


# -- commands -----------------------------------------------------------------------------------


def test_the_windows_commands_are_for_the_gallerys_picture(
    studio: Studio, window: MainWindow, page: GalleryPage
) -> None:
    window.book["reuse"].trigger()
    request = studio.state.form.request
    assert (request.prompt, request.seed, request.width) == ("dog 2", 2, 128)


def test_only_its_seed_is_used(
    qtbot: QtBot, studio: Studio, window: MainWindow, page: GalleryPage
) -> None:
    studio.state.form.edit(prompt="mine")
    with qtbot.waitSignal(studio.state.told):
        window.book["reuse_seed"].trigger()
    assert studio.state.form.request.prompt == "mine"
    assert studio.state.form.request.seed == 2


def test_only_its_prompt_is_used(studio: Studio, window: MainWindow, page: GalleryPage) -> None:
    studio.state.form.take_seed(77)
    window.book["reuse_prompt"].trigger()
    assert studio.state.form.request.prompt == "dog 2"
    assert studio.state.form.request.seed == 77


@pytest.mark.parametrize(("name", "copied"), [("copy_prompt", "dog 2"), ("copy_seed", "2")])
def test_texts_are_copied(window: MainWindow, page: GalleryPage, name: str, copied: str) -> None:
    window.book[name].trigger()
    assert QApplication.clipboard().text() == copied


def test_the_picture_is_copied_with_its_file(
    qtbot: QtBot, studio: Studio, window: MainWindow, page: GalleryPage, view: GalleryView
) -> None:
    with qtbot.waitSignal(studio.state.told):
        window.book["copy"].trigger()
    mime = QApplication.clipboard().mimeData()
    assert mime.hasImage()
    assert view.chosen is not None
    assert list(pictures_in(mime)) == [view.chosen.path]
    request = request_in(mime)
    assert request is not None
    assert request.seed == 2


def test_without_a_choice_nothing_can_be_done(
    window: MainWindow, page: GalleryPage, view: GalleryView
) -> None:
    assert window.book["copy"].isEnabled()
    view.selection.drop_current()
    assert not window.book["copy"].isEnabled()


def test_the_file_is_shown_in_its_folder(
    qtbot: QtBot, studio: Studio, window: MainWindow, page: GalleryPage, view: GalleryView
) -> None:
    shown: list[list[str]] = []
    manager = FileManager(
        window, platform="darwin", launch=lambda _, arguments: shown.append(arguments)
    )
    other = GalleryPage(studio.state, CommandBook(window), manager)
    qtbot.addWidget(other)
    other.do_command("show_in_folder")
    qtbot.waitUntil(lambda: bool(shown))
    assert view.chosen is not None
    assert shown == [["-R", str(view.chosen.path)]]


def test_a_file_that_is_gone_is_said(
    qtbot: QtBot, studio: Studio, window: MainWindow, page: GalleryPage, view: GalleryView
) -> None:
    assert view.chosen is not None
    assert view.chosen.path is not None
    view.chosen.path.unlink()
    window.book["show_in_folder"].trigger()
    qtbot.waitUntil(lambda: bool(studio.state.messages.all))
    assert view.chosen.path.name in studio.state.messages.all[0].text


def test_the_menu_of_a_picture(qtbot: QtBot, studio: Studio, page: GalleryPage) -> None:
    page.actions_.show_menu(page.mapToGlobal(page.rect().center()))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert menu.actions()[0].text() == "&Use these settings"
    menu.actions()[0].trigger()
    menu.close()
    assert studio.state.form.request.prompt == "dog 2"
    del qtbot


def test_the_page_is_kept_up_to_date_only_while_it_is_seen(
    qtbot: QtBot, studio: Studio, window: MainWindow, page: GalleryPage, view: GalleryView
) -> None:
    window.show_page("studio")
    fill(folder_of(studio), 1)
    studio.generate(prompt="a dog")
    assert len(view.found.ids) == 3
    window.show_page("gallery")
    qtbot.waitUntil(lambda: len(view.found.ids) == 4)
    assert view.selection.row == 2, "who looked at one goes on looking at it"
