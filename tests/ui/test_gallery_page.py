"""The gallery page: every picture that was made, and what can be done with one."""

# mypy: disable-error-code="no-untyped-call"
# pytest-qt's keys and clicks have no types.
from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QBuffer, QIODevice, QMimeData, QPoint, QSize, Qt
from PySide6.QtGui import QColor, QContextMenuEvent, QImage
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from studio import Studio
from wurstdesk.generation import GenerationRequest, KeptPicture
from wurstdesk.session.gallery_list import PAGE
from wurstdesk.ui import gallery_grid
from wurstdesk.ui.file_manager import FileManager
from wurstdesk.ui.gallery_page import GalleryPage
from wurstdesk.ui.main_window import MainWindow
from wurstdesk.ui.picture_mime import pictures_in, request_in
from wurstdesk.ui.theme import colours_of

LEFT = Qt.MouseButton.LeftButton


def picture(number: int, folder: Path, size: tuple[int, int] = (32, 32)) -> KeptPicture:
    """A kept picture with its file, in a colour of its own."""
    image = QImage(*size, QImage.Format.Format_RGB32)
    image.fill(QColor(number * 37 % 256, 90, 120))
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    path = folder / f"{number}.png"
    image.scaled(64, 64).save(str(path))
    request = GenerationRequest(prompt=f"dog {number}", seed=number, width=512, height=384)
    return KeptPicture(number, path, request, "2024-05-01T12:00:00", bytes(buffer.data().data()))


@pytest.fixture
def gallery(studio: Studio, window: MainWindow, tmp_path: Path) -> GalleryPage:
    """The page, open, with three pictures."""
    studio.desk.kept_pictures = [picture(n, tmp_path) for n in (3, 2, 1)]
    window.show_page("gallery")
    studio.qtbot.waitUntil(lambda: window.gallery.grid.model().rowCount() == 3)
    return window.gallery


def click(qtbot: QtBot, gallery: GalleryPage, row: int) -> None:
    """On a tile."""
    where = gallery.grid.visualRect(gallery.grid.grid_model.index(row)).center()
    qtbot.mouseClick(gallery.grid.viewport(), LEFT, pos=where)


def test_it_says_what_will_be_here(studio: Studio, window: MainWindow) -> None:
    window.show_page("gallery")
    studio.qtbot.waitUntil(lambda: studio.state.gallery.was_read)
    before = window.gallery.grid.viewport().grab().toImage()
    studio.state.gallery.pictures = [picture(1, Path("nowhere"))]  # so that nothing is said
    assert before != window.gallery.grid.viewport().grab().toImage()


def test_a_click_shows_what_made_a_picture(
    qtbot: QtBot, studio: Studio, gallery: GalleryPage
) -> None:
    assert not gallery.view.isVisible(), "nothing is chosen yet"
    click(qtbot, gallery, 1)
    assert gallery.view.isVisible()
    assert gallery.prompt.text() == "dog 2"
    facts = gallery.facts.text().splitlines()
    assert facts[0] == "seed 2"
    assert facts[1] == "512 × 384"
    assert facts[-1] == "2.png"
    qtbot.waitUntil(lambda: studio.state.gallery.image.size() == QSize(64, 64))


def test_keys_go_from_one_to_the_next(qtbot: QtBot, gallery: GalleryPage) -> None:
    assert gallery.grid.hasFocus()
    click(qtbot, gallery, 0)
    qtbot.keyClick(gallery.grid, Qt.Key.Key_Right)
    assert gallery.prompt.text() == "dog 2"
    qtbot.keyClick(gallery.grid, Qt.Key.Key_Left)
    assert gallery.prompt.text() == "dog 3"


def test_the_chosen_one_has_a_ring(qtbot: QtBot, gallery: GalleryPage) -> None:
    click(qtbot, gallery, 0)
    colours = colours_of(gallery.palette())
    shot = gallery.grid.viewport().grab().toImage()
    ring = gallery.grid.visualRect(gallery.grid.grid_model.index(0))
    line = [shot.pixelColor(ring.center().x(), y).name() for y in range(ring.top(), ring.bottom())]
    assert colours.accent in line
    other = gallery.grid.visualRect(gallery.grid.grid_model.index(1))
    line = [
        shot.pixelColor(other.center().x(), y).name() for y in range(other.top(), other.bottom())
    ]
    assert colours.accent not in line


def test_tiles_have_room_around_them(gallery: GalleryPage) -> None:
    grid = gallery.grid
    first = grid.visualRect(grid.grid_model.index(0))
    assert first.translated(grid.viewport().pos()).left() >= 7
    assert first.width() >= 160


def test_what_a_tile_says_aloud(gallery: GalleryPage) -> None:
    words = gallery.grid.grid_model.index(0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert words == "dog 3 · seed 3 · 512 × 384"


# -- what can be done ---------------------------------------------------------------------------


def test_its_settings_are_used(qtbot: QtBot, studio: Studio, gallery: GalleryPage) -> None:
    click(qtbot, gallery, 0)
    qtbot.mouseClick(gallery.use_all, LEFT)
    request = studio.state.form.request
    assert (request.prompt, request.seed, request.width) == ("dog 3", 3, 512)


def test_only_its_seed_is_used(qtbot: QtBot, studio: Studio, gallery: GalleryPage) -> None:
    studio.state.form.edit(prompt="mine")
    click(qtbot, gallery, 0)
    with qtbot.waitSignal(studio.state.told):
        qtbot.mouseClick(gallery.use_seed, LEFT)
    assert studio.state.form.request.prompt == "mine"
    assert studio.state.form.request.seed == 3
    assert not studio.state.form.seed_is_random


def choose(qtbot: QtBot, gallery: GalleryPage, name: str, row: int = 1) -> None:
    """An entry of the menu of a tile."""
    found = gallery.grid.grid_model.picture(gallery.grid.grid_model.index(row))
    assert found is not None
    menu = gallery.menu(found)
    action = next(action for action in menu.actions() if action.objectName() == name)
    action.trigger()
    menu.aboutToHide.emit()
    del qtbot


def test_the_menu_is_for_the_tile_under_it(
    qtbot: QtBot, studio: Studio, gallery: GalleryPage
) -> None:
    click(qtbot, gallery, 0)
    where = gallery.grid.visualRect(gallery.grid.grid_model.index(2)).center()
    viewport = gallery.grid.viewport()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, where, viewport.mapToGlobal(where))
    QApplication.sendEvent(viewport, event)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    names = [action.text() for action in menu.actions() if action.text()]
    assert names[0] == "&Use these settings"
    menu.actions()[0].trigger()
    menu.close()
    assert studio.state.form.request.prompt == "dog 1"


def test_the_menu_by_its_key(qtbot: QtBot, gallery: GalleryPage) -> None:
    click(qtbot, gallery, 1)
    asked: list[tuple[object, QPoint]] = []
    gallery.grid.menu_asked.disconnect()
    gallery.grid.menu_asked.connect(lambda found, where: asked.append((found, where)))
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(0, 0), QPoint(0, 0))
    QApplication.sendEvent(gallery.grid.viewport(), event)
    assert asked[0][0] == gallery.grid.current()


@pytest.mark.parametrize(
    ("name", "copied"), [("copy_prompt", "dog 2"), ("copy_seed", "2")], ids=["prompt", "seed"]
)
def test_texts_are_copied(qtbot: QtBot, gallery: GalleryPage, name: str, copied: str) -> None:
    choose(qtbot, gallery, name)
    assert QApplication.clipboard().text() == copied


def test_only_the_prompt_is_used(qtbot: QtBot, studio: Studio, gallery: GalleryPage) -> None:
    studio.state.form.take_seed(77)
    choose(qtbot, gallery, "reuse_prompt")
    assert studio.state.form.request.prompt == "dog 2"
    assert studio.state.form.request.seed == 77


def test_the_picture_is_copied_with_its_file(
    qtbot: QtBot, studio: Studio, gallery: GalleryPage
) -> None:
    with qtbot.waitSignal(studio.state.told):
        choose(qtbot, gallery, "copy")
    mime = QApplication.clipboard().mimeData()
    assert mime.hasImage()
    assert [path.name for path in pictures_in(mime)] == ["2.png"]
    request = request_in(mime)
    assert request is not None
    assert request.seed == 2


def test_the_file_is_shown_in_its_folder(
    qtbot: QtBot, studio: Studio, window: MainWindow, tmp_path: Path
) -> None:
    shown: list[list[str]] = []
    manager = FileManager(
        window, platform="darwin", launch=lambda _, arguments: shown.append(arguments)
    )
    page = GalleryPage(studio.state, studio.state.gallery, manager)
    qtbot.addWidget(page)
    studio.state.gallery.choose(picture(1, tmp_path))
    qtbot.mouseClick(page.show_file, LEFT)
    qtbot.waitUntil(lambda: bool(shown))
    assert shown == [["-R", str(tmp_path / "1.png")]]


def test_a_file_that_is_gone_is_said(
    qtbot: QtBot, studio: Studio, gallery: GalleryPage, tmp_path: Path
) -> None:
    (tmp_path / "2.png").unlink()
    choose(qtbot, gallery, "show_in_folder")
    qtbot.waitUntil(lambda: bool(studio.state.messages.all))
    assert "2.png" in studio.state.messages.all[0].text


def test_a_tile_is_dragged_out_as_its_file(
    qtbot: QtBot, gallery: GalleryPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    carried: list[QMimeData] = []
    monkeypatch.setattr(
        gallery_grid, "carry_away", lambda source, mime, small: carried.append(mime)
    )
    click(qtbot, gallery, 1)
    gallery.grid.startDrag(Qt.DropAction.CopyAction)
    assert [path.name for path in pictures_in(carried[0])] == ["2.png"]
    assert request_in(carried[0]) is not None
    assert gallery.grid.grid_model.flags(gallery.grid.currentIndex()) & (
        Qt.ItemFlag.ItemIsDragEnabled
    )


# -- what comes and goes ------------------------------------------------------------------------


def test_a_new_picture_is_there_when_one_looks(
    qtbot: QtBot, studio: Studio, window: MainWindow, tmp_path: Path
) -> None:
    window.show_page("gallery")
    qtbot.waitUntil(lambda: studio.state.gallery.was_read)
    window.show_page("studio")
    studio.desk.kept_pictures = [picture(1, tmp_path)]
    studio.generate(prompt="a dog")
    assert window.gallery.grid.model().rowCount() == 0, "not while nobody looks"
    window.show_page("gallery")
    qtbot.waitUntil(lambda: window.gallery.grid.model().rowCount() == 1)


def test_who_looks_at_one_goes_on_looking_at_it(
    qtbot: QtBot, studio: Studio, gallery: GalleryPage, tmp_path: Path
) -> None:
    click(qtbot, gallery, 1)
    studio.desk.kept_pictures.insert(0, picture(4, tmp_path))
    with qtbot.waitSignal(studio.state.gallery.began_anew):
        studio.state.gallery.refresh()
    assert gallery.prompt.text() == "dog 2"
    assert gallery.grid.currentIndex().row() == 2
    assert gallery.grid.selectionModel().isSelected(gallery.grid.currentIndex())


def test_further_pages_come_as_one_scrolls(
    qtbot: QtBot, studio: Studio, window: MainWindow, tmp_path: Path
) -> None:
    some = picture(1, tmp_path)
    studio.desk.kept_pictures = [some] * (PAGE + 3)
    window.show_page("gallery")
    grid = window.gallery.grid
    qtbot.waitUntil(lambda: grid.model().rowCount() == PAGE)
    grid.scrollToBottom()
    qtbot.waitUntil(lambda: grid.model().rowCount() == PAGE + 3)


def test_the_side_leaves_room_for_words(qtbot: QtBot, gallery: GalleryPage) -> None:
    click(qtbot, gallery, 0)
    side = gallery.view.parentWidget()
    assert side is not None
    assert gallery.view.height() <= 0.6 * side.height() + 1
    assert gallery.facts.isVisible()
    assert gallery.use_all.isVisible()
