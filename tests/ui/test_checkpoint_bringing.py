"""Checkpoints that somebody brings: dropped, chosen, copied or linked; and folders of one's own."""

# mypy: disable-error-code="no-untyped-call"
# pytest-qt's keys and clicks have no types.
from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from pytestqt.qtbot import QtBot

from dragging import drag_away, drag_over, drop_on
from fake_shelf import BUILT_IN, GB, partial_item
from studio import Studio
from wurstdesk.generation.shelf import ImportPiece, ImportPlan, ImportRefusal
from wurstdesk.ui.checkpoint_dialog import CheckpointDialog
from wurstdesk.ui.main_window import MainWindow

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def dialog(qtbot: QtBot, studio: Studio) -> Iterator[CheckpointDialog]:
    """With a checkpoint of which parts are missing."""
    studio.shelf.found = [BUILT_IN, partial_item()]
    studio.read_catalogue()
    dialog = CheckpointDialog(studio.state)
    qtbot.addWidget(dialog)
    with qtbot.waitSignal(studio.state.checkpoints.shelf.changed):
        dialog.show()
    yield dialog
    for question in (dialog.bringing.question, dialog.bringing.dialog):
        if question is not None:
            question.reject()


def end(studio: Studio) -> None:
    studio.qtbot.waitUntil(lambda: not studio.state.checkpoints.shelf.is_busy)


def brought(*names: str) -> ImportPlan:
    pieces = tuple(
        ImportPiece(Path(f"/usb/{n}"), Path(f"/m/{n}"), GB, "the decoder") for n in names
    )
    refused = (ImportRefusal(Path("/usb/model.bin"), "it is a pickle, which is never read"),)
    return ImportPlan(pieces, ("half-way",), ("the folder of the prior",), refused)


def mime(*paths: Path) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data


def test_dropped_files_are_recognised_and_then_copied(
    qtbot: QtBot, studio: Studio, dialog: CheckpointDialog
) -> None:
    studio.shelf.plan = brought("a.safetensors", "b.safetensors")
    assert drop_on(dialog, mime(Path("/usb/a.safetensors"), Path("/usb/b.safetensors")))
    qtbot.waitUntil(lambda: dialog.bringing.question is not None)
    question = dialog.bringing.question
    assert question is not None
    assert question.title.text() == "half-way"
    assert question.missing.text() == "Still missing then: the folder of the prior"
    assert "model.bin: it is a pickle" in question.refused.text()
    assert question.copy.text() == "&Copy: 2.0 GB in 2 files"

    qtbot.mouseClick(question.take_button, LEFT)
    end(studio)
    paths = (Path("/usb/a.safetensors"), Path("/usb/b.safetensors"))
    assert studio.shelf.asked == [("recognise", paths), ("take", "copy")]


def test_they_are_linked_where_that_is_wanted(
    qtbot: QtBot, studio: Studio, dialog: CheckpointDialog
) -> None:
    studio.shelf.plan = brought("a")
    dialog.bringing.take([Path("/usb")])
    qtbot.waitUntil(lambda: dialog.bringing.question is not None)
    question = dialog.bringing.question
    assert question is not None
    question.link.click()
    qtbot.keyClick(question, Qt.Key.Key_Return)
    end(studio)
    assert studio.shelf.asked[-1] == ("take", "link")


def test_there_has_to_be_room_for_a_copy(
    qtbot: QtBot, studio: Studio, dialog: CheckpointDialog
) -> None:
    shelf = studio.state.checkpoints.shelf
    studio.shelf.plan = brought("a", "b")
    shelf.free_bytes = GB
    dialog.bringing.take([Path("/usb")])
    qtbot.waitUntil(lambda: dialog.bringing.question is not None)
    question = dialog.bringing.question
    assert question is not None
    assert not question.take_button.isEnabled()
    assert "2.0 GB are needed on that disk, and 1.0 GB are free." in question.missing.text()
    question.link.click()
    assert question.take_button.isEnabled()


def test_what_is_here_already_is_said(
    qtbot: QtBot, studio: Studio, dialog: CheckpointDialog
) -> None:
    dialog.bringing.take([Path("/usb")])
    end(studio)
    assert dialog.work.good.text() == "All of it is here already."
    assert dialog.bringing.question is None


def test_only_files_are_taken(dialog: CheckpointDialog) -> None:
    words = QMimeData()
    words.setText("a dog")
    assert not drag_over(dialog, words)
    assert drag_over(dialog, mime(Path("/usb")))
    drag_away(dialog)


def test_weights_and_folders_are_taken_by_the_window_too(
    qtbot: QtBot, studio: Studio, window: MainWindow
) -> None:
    studio.shelf.plan = brought("a.safetensors")
    assert not drag_over(window, mime(Path("/usb/notes.txt")))
    assert drag_over(window, mime(Path("/usb/wuerstchen")))
    assert window.checkpoint_drops.hint.isVisible()
    drag_away(window)
    assert not window.checkpoint_drops.hint.isVisible()

    assert drop_on(window, mime(Path("/usb/a.safetensors"), Path("/usb/config.json")))

    dialog = window.dialogs.checkpoints
    assert dialog is not None
    assert dialog.isVisible()
    qtbot.waitUntil(lambda: dialog.bringing.question is not None)
    paths = (Path("/usb/a.safetensors"), Path("/usb/config.json"))
    assert studio.shelf.asked == [("recognise", paths)]
    assert dialog.bringing.question is not None
    dialog.bringing.question.reject()


def test_a_folder_of_ones_own_is_added(
    qtbot: QtBot, studio: Studio, dialog: CheckpointDialog, tmp_path: Path
) -> None:
    qtbot.mouseClick(dialog.folder_button, LEFT)
    question = dialog.bringing.dialog
    assert question is not None
    question.fileSelected.emit(str(tmp_path))
    question.reject()
    assert studio.state.settings.checkpoint_folders == (tmp_path,)
    assert str(tmp_path) in dialog.work.good.text()


def test_import_asks_for_a_folder_or_files(
    qtbot: QtBot, studio: Studio, dialog: CheckpointDialog, tmp_path: Path
) -> None:
    studio.shelf.plan = brought("a")
    qtbot.mouseClick(dialog.import_button, LEFT)
    menu = dialog.bringing.menu
    assert menu is not None
    menu.actions()[1].trigger()
    menu.close()
    question = dialog.bringing.dialog
    assert question is not None
    question.filesSelected.emit([str(tmp_path / "a")])
    question.reject()
    qtbot.waitUntil(lambda: studio.shelf.asked == [("recognise", (tmp_path / "a",))])
    end(studio)
