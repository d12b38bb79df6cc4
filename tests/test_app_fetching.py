"""The real program from an empty home to a picture by a checkpoint that it has fetched."""

# mypy: disable-error-code="no-untyped-call"
# pytest-qt's keys and clicks have no types.
from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from checkpoints import make_checkpoint
from fetch_bench import DECODER, add_checkpoint
from hub_server import Cut, HubServer
from wurstdesk import app
from wurstdesk.cli import parts
from wurstdesk.gallery.image_metadata import read_metadata
from wurstdesk.paths import Home
from wurstdesk.ui.checkpoint_dialog import CheckpointDialog

PATIENCE = 180_000  # milliseconds
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint with random weights, laid out as the published one."""
    folder = tmp_path_factory.mktemp("tiny")
    make_checkpoint(folder)
    return folder


@pytest.fixture
def hub(tiny: Path) -> Iterator[HubServer]:
    """A hub that has it, and breaks off in the middle of the largest file."""
    with HubServer() as server:
        add_checkpoint(server, tiny)
        size = (tiny / "wuerstchen" / DECODER).stat().st_size
        server.fault(DECODER, Cut(after=size // 2))
        yield server


def click(qtbot: QtBot, button: QWidget) -> None:
    qtbot.waitUntil(button.isEnabled, timeout=PATIENCE)
    assert button.isVisible()
    qtbot.mouseClick(button, LEFT)


def fetch(qtbot: QtBot, studio: app.Studio, hub: HubServer) -> CheckpointDialog:
    """The welcome, what can be had, and the way here; gives the dialog of checkpoints."""
    dialogs, fetching = studio.window.dialogs, studio.state.checkpoints.fetching
    qtbot.waitUntil(lambda: dialogs.welcome is not None, timeout=PATIENCE)
    assert dialogs.welcome is not None
    assert hub.requests == [], "nothing is asked before somebody wants it"
    click(qtbot, dialogs.welcome.published)
    assert dialogs.checkpoints is not None
    get = dialogs.checkpoints.get_dialog
    assert get is not None
    assert hub.requests == []
    with qtbot.waitSignal(fetching.fetched, timeout=PATIENCE):
        click(qtbot, get.fetch_button)
    assert len(hub.asked_for(DECODER)) == 2, "it went on after the break"
    return dialogs.checkpoints


def convert(qtbot: QtBot, studio: app.Studio, dialog: CheckpointDialog) -> None:
    """Make a copy in half precision, by the buttons."""
    shelf = studio.state.checkpoints.shelf
    click(qtbot, dialog.convert_button)
    box = dialog.questions.box
    assert box is not None
    button = next(b for b in box.findChildren(QPushButton) if "float16" in b.text())
    with qtbot.waitSignal(shelf.disk_changed, timeout=PATIENCE):
        click(qtbot, button)
    assert not shelf.outcome.is_problem, shelf.outcome


def test_from_an_empty_home_to_a_picture_by_a_fetched_checkpoint(
    qtbot: QtBot, home: Home, hub: HubServer, tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "builtin_checkpoint", lambda: tiny / "none")
    monkeypatch.setenv("HF_ENDPOINT", hub.endpoint)
    with app.Studio(home) as studio:
        state, window = studio.state, studio.window
        shelf = state.checkpoints.shelf
        studio.show()

        dialog = fetch(qtbot, studio, hub)
        qtbot.waitUntil(lambda: bool(shelf.items), timeout=PATIENCE)
        shelf.choose("wuerstchen")
        assert dialog.details.text("source").startswith("warp-ai/wuerstchen")

        with qtbot.waitSignal(shelf.verified, timeout=PATIENCE):
            click(qtbot, dialog.verify_button)
        assert "as it was published" in shelf.outcome.text

        convert(qtbot, studio, dialog)
        qtbot.waitUntil(lambda: shelf.chosen is not None and shelf.chosen.dtype == "float16")
        click(qtbot, dialog.use_button)
        copy = shelf.chosen_name
        qtbot.waitUntil(lambda: state.form.request.checkpoint == copy, timeout=PATIENCE)
        dialog.close()

        state.form.edit(prompt="a red dog", width=128, height=128)
        with qtbot.waitSignal(state.pictures.added, timeout=PATIENCE):
            window.book["generate"].trigger()
        qtbot.waitUntil(lambda: not state.is_running, timeout=PATIENCE)
        (picture,) = state.pictures
        assert picture.saved is not None

    assert read_metadata(picture.saved.path).request == picture.saved.request
    assert picture.saved.request.checkpoint == copy != "wuerstchen"
    with Image.open(picture.saved.path) as image:
        assert image.size == (128, 128)

    with app.Studio(home) as studio:
        studio.show()
        assert studio.state.checkpoints.is_welcomed
        assert studio.window.dialogs.welcome is None
