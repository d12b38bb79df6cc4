# mypy: disable-error-code="no-untyped-call"
# pytest-qt's keys and clicks have no types.
"""The crash report: what it holds, what it does not, and how it leaves the window."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from wurstdesk.errors import StorageError
from wurstdesk.session.failures import Failure
from wurstdesk.ui.error_reporting import CrashDialog

LEFT = Qt.MouseButton.LeftButton


def words(dialog: CrashDialog) -> str:
    return " ".join(label.text() for label in dialog.findChildren(QLabel))


@pytest.fixture
def dialog(qtbot: QtBot) -> CrashDialog:
    prompts = ["a secret dog", "", "a cat", "a secret dog"]
    opened = CrashDialog(None, lambda: prompts)
    qtbot.addWidget(opened)
    opened.add("Traceback:\nValueError: <12 characters>")
    opened.show()
    return opened


def test_prompts_are_in_the_report_only_where_the_person_ticks_them_in(
    qtbot: QtBot, dialog: CrashDialog
) -> None:
    assert not dialog.prompts_box.isChecked()
    assert "secret" not in dialog.text.toPlainText()
    assert "holds no prompts" in words(dialog)

    dialog.prompts_box.click()
    report = dialog.text.toPlainText()
    assert report.count("a secret dog") == 1
    assert "a cat" in report
    assert "holds your prompts" in words(dialog)
    qtbot.mouseClick(dialog.copy_button, LEFT)
    assert QApplication.clipboard().text() == report

    dialog.prompts_box.click()
    assert "secret" not in dialog.text.toPlainText()


def test_a_further_report_asks_anew(dialog: CrashDialog) -> None:
    dialog.prompts_box.click()
    dialog.add("KeyError: 'b'")
    assert not dialog.prompts_box.isChecked()
    report = dialog.text.toPlainText()
    assert report.index("ValueError") < report.index("KeyError")
    dialog.add("KeyError: 'b'\n")
    assert dialog.text.toPlainText() == report


def test_without_prompts_there_is_nothing_to_tick(qtbot: QtBot) -> None:
    dialog = CrashDialog()
    qtbot.addWidget(dialog)
    dialog.add("a")
    dialog.show()
    assert not dialog.prompts_box.isVisible()


def test_the_report_is_saved(qtbot: QtBot, dialog: CrashDialog, tmp_path: Path) -> None:
    qtbot.mouseClick(dialog.save_button, LEFT)
    assert dialog.dialog is not None
    dialog.dialog.fileSelected.emit(str(tmp_path / "report.txt"))
    dialog.dialog.reject()
    assert (tmp_path / "report.txt").read_text() == dialog.text.toPlainText()


def test_a_place_where_it_cannot_be_saved_is_said(
    qtbot: QtBot, dialog: CrashDialog, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    qtbot.mouseClick(dialog.save_button, LEFT)
    assert dialog.dialog is not None
    dialog.dialog.fileSelected.emit(str(tmp_path / "file" / "report.txt"))
    dialog.dialog.reject()
    assert "cannot be made" in words(dialog)


def test_what_lies_behind_a_sentence_is_told_without_prompts() -> None:
    try:
        try:
            raise OSError(28, "No space left for a secret dog")
        except OSError as error:
            raise StorageError("The disk is full.") from error
    except StorageError as error:
        failure = Failure.of(error, ["a secret dog"])
    assert failure.details == "OSError: [Errno 28] No space left for <12 characters>"
    assert not failure.is_bug
    assert Failure.of(StorageError("Full.")).details == ""
