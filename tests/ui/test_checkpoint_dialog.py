"""The dialog of checkpoints: what it shows, what each button does, files that are dropped on it."""

# mypy: disable-error-code="no-untyped-call"
# pytest-qt's keys and clicks have no types.
from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from fake_shelf import BUILT_IN, OFFERS, WHOLE, partial_item, prior_item, with_prior
from fakes import DACKEL, PUBLISHED
from studio import Studio
from wurstdesk.errors import StorageError
from wurstdesk.generation.fetching import FetchOrder
from wurstdesk.generation.shelf import (
    FileFinding,
    ShelfItem,
    VerifyReport,
)
from wurstdesk.ui.checkpoint_dialog import CheckpointDialog
from wurstdesk.ui.file_manager import FileManager

LEFT = Qt.MouseButton.LeftButton
ORDER = FetchOrder(OFFERS[0].repositories, Path("/models"))


class Opened(FileManager):
    """Remembers what was to be opened."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.folders: list[Path] = []

    def open(self, folder: Path) -> None:
        self.folders.append(folder)


@pytest.fixture
def files() -> Opened:
    return Opened()


@pytest.fixture
def dialog(qtbot: QtBot, studio: Studio, files: Opened) -> Iterator[CheckpointDialog]:
    """With a whole checkpoint, a partial one and a prior."""
    studio.shelf.found = [BUILT_IN, WHOLE, partial_item(), prior_item()]
    studio.read_catalogue(DACKEL, PUBLISHED, with_prior(prior_item()))
    dialog = CheckpointDialog(studio.state, files=files)
    qtbot.addWidget(dialog)
    with qtbot.waitSignal(studio.state.checkpoints.shelf.changed):
        dialog.show()
    yield dialog
    if dialog.questions.box is not None:
        dialog.questions.box.reject()


def choose(dialog: CheckpointDialog, name: str) -> None:
    """By hand: a row of the list."""
    row = dialog.list.item([*_rows(dialog)].index(name))
    dialog.list.setCurrentItem(row)


def _rows(dialog: CheckpointDialog) -> Iterator[str]:
    for number in range(dialog.list.count()):
        yield str(dialog.list.item(number).data(Qt.ItemDataRole.UserRole) or "")


def end(studio: Studio) -> None:
    studio.qtbot.waitUntil(lambda: not studio.state.checkpoints.shelf.is_busy)


def answer(qtbot: QtBot, dialog: CheckpointDialog, text: str) -> None:
    """Press a button of the question that is open."""
    box = dialog.questions.box
    assert isinstance(box, QMessageBox)
    buttons = box.findChildren(QPushButton)
    button = next(b for b in buttons if b.text().replace("&", "") == text)
    qtbot.mouseClick(button, LEFT)


def test_what_there_is_by_its_state(dialog: CheckpointDialog) -> None:
    texts = [dialog.list.item(row).text() for row in range(dialog.list.count())]
    assert texts == [
        "Checkpoints",
        "Dackel (in use)",
        "Würstchen v2",
        "Incomplete or damaged",
        "half-way",
        "Priors",
        "base",
    ]
    spoken = dialog.list.item(4).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "half-way, Incomplete, 3.0 GB"


def test_all_that_is_known_of_one(dialog: CheckpointDialog) -> None:
    choose(dialog, "wuerstchen")
    details = dialog.details
    assert details.sentence.text().startswith("Anything; photographs")
    assert details.text("size") == "12.5 GB, full precision (float32)"
    assert details.text("source") == "warp-ai/wuerstchen 0123456789ab"
    assert details.text("licence") == "MIT"
    assert details.text("where").startswith("In Wurstdesk’s folder")
    assert details.text("missing") == ""

    choose(dialog, "half-way")
    assert details.text("missing") == "the weights of the decoder\nthe folder of the prior"
    assert details.problem.text() == "The weights of its decoder are missing."

    choose(dialog, "base")
    assert "composes pictures for wuerstchen" in details.sentence.text()


def test_use(qtbot: QtBot, studio: Studio, dialog: CheckpointDialog) -> None:
    assert not dialog.use_button.isEnabled(), "it is in use"
    choose(dialog, "half-way")
    assert not dialog.use_button.isEnabled()
    choose(dialog, "wuerstchen")
    qtbot.mouseClick(dialog.use_button, LEFT)
    assert studio.state.form.checkpoint == PUBLISHED
    assert dialog.use_button.text() == "In use"
    assert dialog.list.item(2).text() == "Würstchen v2 (in use)"


def test_return_in_the_list_uses_what_is_chosen(
    qtbot: QtBot, studio: Studio, dialog: CheckpointDialog
) -> None:
    dialog.list.setFocus()
    qtbot.keyClick(dialog.list, Qt.Key.Key_Down)
    qtbot.keyClick(dialog.list, Qt.Key.Key_Return)
    assert studio.state.form.checkpoint == PUBLISHED
    assert dialog.isVisible()


def test_show_folder(
    qtbot: QtBot, studio: Studio, dialog: CheckpointDialog, files: Opened, tmp_path: Path
) -> None:
    info = replace(PUBLISHED, path=tmp_path)
    studio.shelf.found.append(
        ShelfItem(replace(info, name="here"), "prior", "complete", (), 1, "yours")
    )
    with qtbot.waitSignal(studio.state.checkpoints.shelf.changed):
        qtbot.mouseClick(dialog.again_button, LEFT)
    choose(dialog, "here")
    qtbot.mouseClick(dialog.show_button, LEFT)
    assert files.folders == [tmp_path]


def test_verify(qtbot: QtBot, studio: Studio, dialog: CheckpointDialog) -> None:
    choose(dialog, "wuerstchen")
    studio.shelf.gate = threading.Event()
    qtbot.mouseClick(dialog.verify_button, LEFT)
    qtbot.waitUntil(lambda: dialog.work.words.text() == "Reading Würstchen v2 · 1 bytes of 4 bytes")
    assert dialog.work.cancel_button.isVisible()
    assert not dialog.verify_button.isEnabled()
    studio.shelf.gate.set()
    end(studio)
    assert "is whole" in dialog.work.good.text()
    assert not dialog.work.row.isVisible()
    assert dialog.details.text("state") == "Complete; every file is as it has to be"
    assert not dialog.repair_button.isVisible()


def test_a_work_is_called_off(qtbot: QtBot, studio: Studio, dialog: CheckpointDialog) -> None:
    studio.shelf.gate = threading.Event()
    qtbot.mouseClick(dialog.verify_button, LEFT)
    qtbot.waitUntil(dialog.work.cancel_button.isVisible)
    qtbot.mouseClick(dialog.work.cancel_button, LEFT)
    end(studio)
    assert dialog.work.good.text() == "Cancelled. Nothing was changed."


def damaged_report(item: ShelfItem) -> VerifyReport:
    found = FileFinding(
        Path("/models/decoder/model.safetensors"), "it is shorter than it has to be"
    )
    files = (found.path,)
    return VerifyReport(item, 7, 9, (found,), (), (), repair=ORDER, repaired_files=files)


def test_what_is_wrong_is_fetched_again_after_a_question(
    qtbot: QtBot, studio: Studio, dialog: CheckpointDialog
) -> None:
    studio.shelf.report = damaged_report
    choose(dialog, "wuerstchen")
    assert not dialog.repair_button.isVisible()
    qtbot.mouseClick(dialog.verify_button, LEFT)
    end(studio)
    assert dialog.details.text("findings") == "model.safetensors: it is shorter than it has to be"
    assert dialog.work.bad.text() == "Würstchen v2: one file is not as it has to be."

    qtbot.mouseClick(dialog.repair_button, LEFT)
    assert studio.fetches.started == []
    answer(qtbot, dialog, "Fetch")

    qtbot.waitUntil(lambda: len(studio.fetches.started) == 1)
    assert studio.fetches.last.order == ORDER
    assert dialog.fetches.rows[0].title.text() == "Repair of Würstchen v2"
    studio.state.checkpoints.fetching.cancel(1)


def test_repairing_what_is_incomplete_verifies_it_first(
    qtbot: QtBot, studio: Studio, dialog: CheckpointDialog
) -> None:
    studio.shelf.report = damaged_report
    choose(dialog, "half-way")
    qtbot.mouseClick(dialog.repair_button, LEFT)
    qtbot.waitUntil(lambda: dialog.questions.box is not None)
    answer(qtbot, dialog, "Cancel")
    assert studio.fetches.started == []
    assert studio.shelf.asked == [("verify", "half-way")]


def test_what_came_from_nowhere_cannot_be_repaired(
    qtbot: QtBot, studio: Studio, dialog: CheckpointDialog
) -> None:
    choose(dialog, "half-way")
    qtbot.mouseClick(dialog.repair_button, LEFT)
    qtbot.waitUntil(lambda: "came from is not known" in dialog.work.bad.text())
    assert dialog.questions.box is None


def test_convert_after_a_question(qtbot: QtBot, studio: Studio, dialog: CheckpointDialog) -> None:
    choose(dialog, "half-way")
    assert not dialog.convert_button.isVisible()
    choose(dialog, "wuerstchen")
    qtbot.mouseClick(dialog.convert_button, LEFT)
    assert "6.2 GB" in dialog.questions.box.informativeText()  # type: ignore[union-attr]
    answer(qtbot, dialog, "bfloat16")
    end(studio)
    assert studio.shelf.asked == [("convert", "wuerstchen", "bfloat16")]
    qtbot.waitUntil(lambda: dialog.details.title.text() == "wuerstchen-fp16")


def test_remove_asks_and_says_what_is_freed(
    qtbot: QtBot, studio: Studio, dialog: CheckpointDialog
) -> None:
    choose(dialog, "dackel")
    assert not dialog.remove_button.isEnabled()
    assert dialog.remove_button.toolTip() == "It comes with the program."
    choose(dialog, "wuerstchen")
    qtbot.mouseClick(dialog.remove_button, LEFT)
    box = dialog.questions.box
    assert box is not None
    assert "12.5 GB become free" in box.text()
    assert box.defaultButton() is box.button(QMessageBox.StandardButton.Cancel)
    answer(qtbot, dialog, "Cancel")
    assert WHOLE in studio.shelf.found

    qtbot.mouseClick(dialog.remove_button, LEFT)
    answer(qtbot, dialog, "Remove")
    end(studio)
    assert studio.shelf.asked == [("remove", "wuerstchen")]
    qtbot.waitUntil(lambda: "wuerstchen" not in dialog.list.names())
    assert dialog.work.good.text() == "Removed. 12.5 GB are free again."


def test_a_failure_stays_in_the_dialog(
    qtbot: QtBot, studio: Studio, dialog: CheckpointDialog
) -> None:
    studio.shelf.failure = StorageError("The folder cannot be read.", "Look at its rights.")
    qtbot.mouseClick(dialog.verify_button, LEFT)
    end(studio)
    assert dialog.work.bad.text() == "The folder cannot be read.\nLook at its rights."
