# mypy: disable-error-code="no-untyped-call"
# pytest-qt's keys and clicks have no types.
"""What goes wrong: messages, the crash report, pictures that no disk has."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QDialog, QMessageBox
from pytestqt.qtbot import QtBot

from fakes import full_disk
from studio import Studio
from wurstdesk.errors import CheckpointError
from wurstdesk.session.messages import MessageAction
from wurstdesk.ui.error_reporting import CrashDialog, ExceptionHook
from wurstdesk.ui.main_window import MainWindow

LEFT = Qt.MouseButton.LeftButton


def press(qtbot: QtBot, window: MainWindow, action: MessageAction) -> None:
    qtbot.mouseClick(window.messages.cards[0].buttons[action], LEFT)


def test_a_failure_is_a_card_that_can_be_dismissed(
    qtbot: QtBot, studio: Studio, window: MainWindow
) -> None:
    assert not window.messages.isVisible()
    studio.generator.script = lambda _: [CheckpointError("No prior.", "Install it again.")]
    studio.generate()

    (card,) = window.messages.cards
    assert card.isVisible()
    assert card.accessibleName() == "No prior. Install it again."

    qtbot.mouseClick(card.close_button, LEFT)
    assert not window.messages.isVisible()


def test_the_next_picture_sweeps_old_failures_away(studio: Studio, window: MainWindow) -> None:
    studio.generator.script = lambda _: [CheckpointError("No prior.")]
    studio.generate()
    studio.generate()
    assert len(window.messages.cards) == 1
    studio.generator.script = lambda _: []
    studio.generate()
    assert len(studio.state.messages.all) == 0


def test_a_bug_opens_the_crash_report_once(
    qtbot: QtBot, studio: Studio, window: MainWindow
) -> None:
    studio.generator.script = lambda _: [ZeroDivisionError("a bug")]
    studio.generate(prompt="something private")
    studio.generate()

    (dialog,) = window.findChildren(CrashDialog)
    assert dialog.isVisible()
    report = dialog.text.toPlainText()
    assert report.count("ZeroDivisionError: a bug") == 1
    assert report.startswith("Wurstdesk ")
    assert "private" not in report

    qtbot.mouseClick(dialog.copy_button, LEFT)
    assert QApplication.clipboard().text() == report
    dialog.close()

    press(qtbot, window, MessageAction.SHOW_REPORT)
    assert dialog.isVisible()


def test_save_again(qtbot: QtBot, studio: Studio, window: MainWindow) -> None:
    studio.sink.failures.append(full_disk())
    studio.generate()
    assert window.details.facts.text().endswith("not saved")
    assert "not saved" in window.filmstrip.model().index(0, 0).data(Qt.ItemDataRole.ToolTipRole)

    with qtbot.waitSignal(studio.state.pictures.changed):
        press(qtbot, window, MessageAction.SAVE_AGAIN)

    assert window.messages.cards == ()
    assert window.details.facts.text().endswith("0001.png")


def test_save_an_unsaved_picture_elsewhere(
    qtbot: QtBot, studio: Studio, window: MainWindow, tmp_path: Path
) -> None:
    studio.sink.failures.append(full_disk())
    studio.generate()

    press(qtbot, window, MessageAction.SAVE_AS)
    dialog = window.commands.dialog
    assert dialog is not None
    with qtbot.waitSignal(studio.state.pictures.changed):
        dialog.fileSelected.emit(str(tmp_path / "mine.png"))
    dialog.reject()

    assert studio.sink.saved[0].path == tmp_path / "mine.png"


def test_several_unsaved_pictures_go_into_a_folder(
    qtbot: QtBot, studio: Studio, window: MainWindow, tmp_path: Path
) -> None:
    studio.sink.failures += [full_disk(), full_disk()]
    studio.generate(num_images=2)

    press(qtbot, window, MessageAction.SAVE_AS)
    dialog = window.commands.dialog
    assert dialog is not None
    dialog.fileSelected.emit(str(tmp_path))
    qtbot.waitUntil(lambda: not studio.state.pictures.unsaved)
    dialog.reject()

    assert [saved.path for saved in studio.sink.saved] == [tmp_path, tmp_path]


def test_save_a_copy_of_a_saved_picture(
    qtbot: QtBot, studio: Studio, window: MainWindow, tmp_path: Path
) -> None:
    studio.generate()
    (picture,) = studio.state.pictures
    assert picture.saved is not None
    picture.saved.path.parent.mkdir(parents=True)
    picture.saved.path.write_bytes(b"its file")

    qtbot.mouseClick(window.details.save_button, LEFT)
    dialog = window.commands.dialog
    assert dialog is not None
    with qtbot.waitSignal(studio.state.told):
        dialog.fileSelected.emit(str(tmp_path / "copy.png"))
    dialog.reject()

    assert (tmp_path / "copy.png").read_bytes() == b"its file"
    assert window.status.currentMessage() == "Saved as copy.png"


def question_of(window: MainWindow) -> QMessageBox:
    """The question that closing brings up."""
    assert not window.close()
    (box,) = [box for box in window.findChildren(QMessageBox) if box.isVisible()]
    return box


def test_closing_with_an_unsaved_picture_asks(
    qtbot: QtBot, studio: Studio, window: MainWindow
) -> None:
    studio.sink.failures.append(full_disk())
    studio.generate()

    box = question_of(window)
    qtbot.mouseClick(box.button(QMessageBox.StandardButton.Cancel), LEFT)
    assert window.isVisible()
    QApplication.processEvents()

    box = question_of(window)
    qtbot.mouseClick(box.button(QMessageBox.StandardButton.Discard), LEFT)
    assert not window.isVisible()
    assert studio.generator.is_closed


def test_closing_with_an_unsaved_picture_can_save_it(
    qtbot: QtBot, studio: Studio, window: MainWindow, tmp_path: Path
) -> None:
    studio.sink.failures.append(full_disk())
    studio.generate()
    box = question_of(window)

    qtbot.mouseClick(box.button(QMessageBox.StandardButton.Save), LEFT)
    dialog = window.commands.dialog
    assert dialog is not None
    with qtbot.waitSignal(studio.state.pictures.changed):
        dialog.fileSelected.emit(str(tmp_path / "saved.png"))
    dialog.reject()

    assert window.close()


def test_the_pictures_folder_is_opened(
    qtbot: QtBot, studio: Studio, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
    window.book["open_folder"].trigger()
    folder = studio.state.pictures_folder
    assert folder is not None
    qtbot.waitUntil(lambda: opened == [QUrl.fromLocalFile(str(folder))])
    assert folder.is_dir()


def test_a_pictures_folder_that_cannot_be_made_is_said(
    qtbot: QtBot, studio: Studio, window: MainWindow, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    studio.state.change_settings(pictures_folder=tmp_path / "file" / "pictures")
    window.book["open_folder"].trigger()
    qtbot.waitUntil(lambda: bool(window.messages.cards))
    assert "cannot be made" in window.messages.cards[0].message.text


def test_about(qtbot: QtBot, window: MainWindow) -> None:
    window.book["about"].trigger()
    (box,) = window.findChildren(QMessageBox)
    assert "Wurstdesk" in box.text()
    box.done(QDialog.DialogCode.Accepted)


def test_the_hook_takes_what_nobody_caught_in_any_thread(qtbot: QtBot) -> None:
    before = (sys.excepthook, threading.excepthook)
    hook = ExceptionHook(lambda: ["secret prompt"])
    hook.install()
    try:
        with qtbot.waitSignal(hook.raised) as here:
            error = ValueError("no secret prompt here")
            sys.excepthook(ValueError, error, None)

        def fail() -> None:
            raise KeyError("there")

        thread = threading.Thread(target=fail)
        with qtbot.waitSignal(hook.raised) as there:
            thread.start()
            thread.join()
    finally:
        hook.uninstall()

    assert "no <13 characters> here" in here.args[0]
    assert "KeyError: 'there'" in there.args[0]
    assert (sys.excepthook, threading.excepthook) == before
