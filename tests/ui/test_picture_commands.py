"""Commands for a picture: copying, saving, finding the file, dragging it out."""

# mypy: disable-error-code="no-untyped-call"
# pytest-qt's keys and clicks have no types.
from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtDBus import QDBusConnection
from PySide6.QtGui import QDrag, QImage, QMouseEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from fakes import full_disk
from studio import Studio
from wurstdesk.gallery.formats import encode
from wurstdesk.gallery.image_metadata import Texts, read_metadata
from wurstdesk.session.pictures import SessionPicture
from wurstdesk.session.saving import PictureSaving
from wurstdesk.ui.commands import CommandBook
from wurstdesk.ui.file_manager import FileManager
from wurstdesk.ui.main_window import MainWindow
from wurstdesk.ui.picture_menu import PictureCommands
from wurstdesk.ui.picture_mime import request_in

LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier
CTRL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


def with_file(studio: Studio) -> SessionPicture:
    """The newest picture, whose file is there and says all that ours say."""
    picture = list(studio.state.pictures)[-1]
    made = studio.sink.pictures[-1]
    assert picture.path is not None
    picture.path.parent.mkdir(exist_ok=True)
    picture.path.write_bytes(encode(made.pixels, Texts.of(made, "2024-05-01T12:00:00Z")))
    return picture


def clipboard(qtbot: QtBot) -> QMimeData:
    """What is on it as soon as it is a picture."""
    board = QApplication.clipboard()
    qtbot.waitUntil(lambda: board.mimeData() is not None and board.mimeData().hasImage())
    return board.mimeData()


@pytest.fixture(autouse=True)
def _empty_clipboard(qtbot: QtBot) -> None:
    QApplication.clipboard().clear()


# -- copying ----------------------------------------------------------------------------------


def test_copy_gives_pixels_file_and_data(qtbot: QtBot, studio: Studio, window: MainWindow) -> None:
    studio.generate(prompt="a dog", width=128, height=256)
    picture = with_file(studio)
    assert picture.path is not None
    qtbot.keyClick(window.panel.prompt, Qt.Key.Key_C, CTRL_SHIFT)

    mime = clipboard(qtbot)
    image: Any = mime.imageData()
    assert (image.width(), image.height()) == (128, 256)
    assert mime.urls() == [QUrl.fromLocalFile(str(picture.path))]
    assert request_in(mime) == picture.request
    assert bytes(mime.data("image/png").data()) == picture.path.read_bytes()


def test_copy_without_its_data_gives_nothing_but_pixels(
    qtbot: QtBot, studio: Studio, window: MainWindow, tmp_path: Path
) -> None:
    studio.generate(prompt="a secret dog")
    picture = with_file(studio)
    picture.image = None  # it is read again from its file, which says everything
    window.book["copy_plain"].trigger()

    mime = clipboard(qtbot)
    assert not mime.hasUrls()
    assert request_in(mime) is None
    target = tmp_path / "pasted.png"
    target.write_bytes(bytes(mime.data("image/png").data()))
    assert read_metadata(target).request is None
    assert b"secret" not in target.read_bytes()
    image: Any = mime.imageData()
    assert image.textKeys() == []
    assert image.size() == QImage(str(target)).size()


def test_a_picture_whose_file_is_gone_is_copied_from_memory(
    qtbot: QtBot, studio: Studio, window: MainWindow
) -> None:
    studio.generate(width=128, height=128)
    window.book["copy"].trigger()
    mime = clipboard(qtbot)
    assert QImage.fromData(mime.data("image/png")).width() == 128


def test_prompt_and_seed_are_copied(studio: Studio, window: MainWindow) -> None:
    studio.generate(prompt="a dog")
    window.book["copy_prompt"].trigger()
    assert QApplication.clipboard().text() == "a dog"
    window.book["copy_seed"].trigger()
    assert QApplication.clipboard().text() == "1001"


def test_without_a_picture_nothing_of_a_picture_can_be_done(
    studio: Studio, window: MainWindow
) -> None:
    names = ("copy", "copy_plain", "save_as", "save_plain", "reuse", "show_in_folder", "compare")
    assert not any(window.book[name].isEnabled() for name in names)
    studio.generate()
    assert [name for name in names if not window.book[name].isEnabled()] == ["compare"]


def test_only_the_prompt_is_taken(studio: Studio, window: MainWindow) -> None:
    studio.generate(prompt="one", width=512)
    studio.state.form.edit(prompt="two", width=256)
    window.book["reuse_prompt"].trigger()
    assert studio.state.form.request.prompt == "one"
    assert studio.state.form.request.width == 256


# -- saving -----------------------------------------------------------------------------------


@pytest.fixture
def saving(studio: Studio) -> PictureSaving:
    """As the state's, in the keeper's thread."""
    state = studio.state
    return PictureSaving(state.saving._worker, state.pictures, state.messages, state.keeper, state)


@pytest.mark.parametrize("ending", [".png", ".webp", ".jpg", ".avif"])
def test_a_copy_says_what_the_picture_says_in_every_format(
    qtbot: QtBot, studio: Studio, saving: PictureSaving, tmp_path: Path, ending: str
) -> None:
    studio.generate(prompt="a dog")
    picture = with_file(studio)
    target = tmp_path / f"copy{ending}"
    with qtbot.waitSignal(saving.told) as told:
        saving.save_as(picture, target)
    assert told.args == [f"Saved as copy{ending}"]
    assert read_metadata(target).request == picture.request


@pytest.mark.parametrize("ending", [".png", ".jpg"])
def test_a_plain_copy_says_nothing(
    qtbot: QtBot, studio: Studio, saving: PictureSaving, tmp_path: Path, ending: str
) -> None:
    studio.generate(prompt="a secret dog", width=128)
    picture = with_file(studio)
    target = tmp_path / f"copy{ending}"
    with qtbot.waitSignal(saving.told):
        saving.save_plain(picture, target)
    assert read_metadata(target).request is None
    assert b"secret" not in target.read_bytes()
    assert QImage(str(target)).width() == 128


def test_a_plain_copy_of_what_has_no_file(
    qtbot: QtBot, studio: Studio, saving: PictureSaving, tmp_path: Path
) -> None:
    studio.sink.failures.append(full_disk())
    studio.generate(width=128)
    (picture,) = studio.state.pictures.unsaved
    with qtbot.waitSignal(saving.told):
        saving.save_plain(picture, tmp_path / "a.webp")
    assert QImage(str(tmp_path / "a.webp")).width() == 128
    assert studio.state.pictures.unsaved == (picture,), "a copy for others is not the picture"


def test_a_copy_that_fails_is_told(
    qtbot: QtBot, studio: Studio, saving: PictureSaving, tmp_path: Path
) -> None:
    studio.generate()
    (picture,) = studio.state.pictures
    with qtbot.waitSignal(saving.failed) as failed:
        saving.save_as(picture, tmp_path / "a.png")  # its own file was never there
    assert "cannot be read" in failed.args[0].message


def test_the_dialog_offers_every_format(studio: Studio, window: MainWindow) -> None:
    studio.generate()
    window.book["save_plain"].trigger()
    dialog = window.commands.dialog
    assert dialog is not None
    assert dialog.windowTitle() == "Save without its data"
    assert [name.split(" ")[0] for name in dialog.nameFilters()] == ["PNG", "WebP", "JPEG", "AVIF"]
    assert dialog.defaultSuffix() == "png"
    dialog.filterSelected.emit(dialog.nameFilters()[2])
    assert dialog.defaultSuffix() == "jpg"
    dialog.reject()
    assert window.commands.dialog is None


def test_the_dialog_begins_in_a_folder_that_is_there(
    studio: Studio, window: MainWindow, tmp_path: Path
) -> None:
    # Given a desktop whose own folder for pictures was never made
    window.commands.files._folder = tmp_path / "never made"
    (tmp_path / "pictures").mkdir()
    studio.generate()
    # When a picture is to be saved elsewhere
    window.book["save_as"].trigger()
    # Then the dialog shows ours, and nothing but the name stands in its field
    dialog = window.commands.dialog
    assert dialog is not None
    assert Path(dialog.directory().absolutePath()) == tmp_path / "pictures"
    name = dialog.findChild(QLineEdit, "fileNameEdit")
    assert name is not None
    assert "/" not in name.text()
    dialog.reject()


# -- the file manager -------------------------------------------------------------------------


class Desktop:
    """Notes what a ``FileManager`` asks for."""

    def __init__(self, platform: str) -> None:
        self.launched: list[list[str]] = []
        self.opened: list[str] = []
        self.manager = FileManager(
            platform=platform,
            launch=lambda program, arguments: self.launched.append([program, *arguments]),
            open_url=lambda url: self.opened.append(url.toLocalFile()),
            bus=QDBusConnection("nobody listens"),
        )


def test_each_platform_is_asked_in_its_own_way() -> None:
    windows, mac, linux = Desktop("win32"), Desktop("darwin"), Desktop("linux")
    for desktop in (windows, mac, linux):
        desktop.manager.show(Path("/home/anna/a dog.png"))
    assert windows.launched[0][:2] == ["explorer.exe", "/select,"]
    assert mac.launched == [["open", "-R", "/home/anna/a dog.png"]]
    assert linux.launched == []
    assert linux.opened == ["/home/anna"], "without a bus the folder is better than nothing"


def test_the_file_is_looked_for_before_it_is_shown(
    qtbot: QtBot, studio: Studio, window: MainWindow
) -> None:
    desktop = Desktop("darwin")
    commands = PictureCommands(studio.state, CommandBook(window), window, desktop.manager)
    studio.generate()
    (picture,) = studio.state.pictures
    commands.do("show_in_folder", picture)
    messages = studio.state.messages
    qtbot.waitUntil(lambda: any("not there" in m.text for m in messages.all))
    assert desktop.launched == []

    with_file(studio)
    commands.do("show_in_folder", picture)
    qtbot.waitUntil(lambda: desktop.launched == [["open", "-R", str(picture.path)]])

    commands.open_folder()
    qtbot.waitUntil(lambda: desktop.opened == [str(studio.state.pictures_folder)])


# -- dragging out -----------------------------------------------------------------------------


@pytest.fixture
def drags(monkeypatch: pytest.MonkeyPatch) -> list[QMimeData]:
    """What was carried away; nobody waits for it to be dropped."""
    carried: list[QMimeData] = []

    def carry(drag: QDrag, *_: object) -> Qt.DropAction:
        copy = QMimeData()
        for name in drag.mimeData().formats():
            copy.setData(name, drag.mimeData().data(name))
        assert not drag.pixmap().isNull()
        carried.append(copy)
        return Qt.DropAction.CopyAction

    monkeypatch.setattr(QDrag, "exec", carry)
    return carried


def drag(qtbot: QtBot, window: MainWindow, *, keys: Qt.KeyboardModifier) -> None:
    view = window.canvas.view
    middle = view.rect().center()
    QApplication.processEvents()
    qtbot.mousePress(view, LEFT, pos=middle)
    for far in (10, 20, 40):
        move(view, middle + QPoint(far, 0), keys)
    qtbot.mouseRelease(view, LEFT, pos=middle + QPoint(40, 0))


def move(view: QWidget, to: QPoint, keys: Qt.KeyboardModifier) -> None:
    event = QMouseEvent(
        QEvent.Type.MouseMove, QPointF(to), view.mapToGlobal(QPointF(to)), LEFT, LEFT, keys
    )
    QApplication.sendEvent(view, event)


def test_a_fitted_picture_is_dragged_out_as_its_file(
    qtbot: QtBot, studio: Studio, window: MainWindow, drags: list[QMimeData]
) -> None:
    studio.generate()
    (picture,) = studio.state.pictures
    drag(qtbot, window, keys=NONE)
    (carried,) = drags
    assert carried.urls() == [QUrl.fromLocalFile(str(picture.path))]
    assert request_in(carried) == picture.request


def test_a_zoomed_picture_is_panned_and_with_ctrl_dragged_out(
    qtbot: QtBot, studio: Studio, window: MainWindow, drags: list[QMimeData]
) -> None:
    studio.generate()
    for _ in range(12):
        window.canvas.view.zoom_in()
    before = window.canvas.view._placement.offset
    drag(qtbot, window, keys=NONE)
    assert drags == []
    assert window.canvas.view._placement.offset != before
    drag(qtbot, window, keys=Qt.KeyboardModifier.ControlModifier)
    assert len(drags) == 1


def test_a_picture_of_the_strip_is_dragged_out_and_not_shown(
    qtbot: QtBot, studio: Studio, window: MainWindow, drags: list[QMimeData]
) -> None:
    studio.generate(prompt="one")
    studio.generate(prompt="two")
    studio.state.showing.show_picture(2)
    strip = window.studio.filmstrip
    where = strip.visualRect(strip.strip_model.index(1, 0)).center()
    qtbot.mousePress(strip.viewport(), LEFT, pos=where)
    for far in (5, 15):
        move(strip.viewport(), where + QPoint(far, 0), NONE)

    (carried,) = drags
    one = request_in(carried)
    assert one is not None
    assert one.prompt == "one"
    assert studio.state.showing.picture is studio.state.pictures.find(2)


def test_what_could_not_be_saved_is_carried_as_pixels(
    qtbot: QtBot, studio: Studio, window: MainWindow, drags: list[QMimeData]
) -> None:
    studio.sink.failures.append(full_disk())
    studio.generate()
    drag(qtbot, window, keys=NONE)
    (carried,) = drags
    assert not carried.hasUrls()
    assert carried.hasFormat("application/x-qt-image")
