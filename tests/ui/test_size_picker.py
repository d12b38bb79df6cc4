"""The size by eye: a corner on a grid."""

# mypy: disable-error-code="no-untyped-call"
# pytest-qt's keys and clicks have no types.
from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QColor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from fakes import PUBLISHED
from studio import Studio
from wurstdesk.generation import MAX_SIDE
from wurstdesk.ui.main_window import MainWindow
from wurstdesk.ui.size_grid import SizePopup
from wurstdesk.ui.theme import colours_of

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def popup(qtbot: QtBot, window: MainWindow) -> Iterator[SizePopup]:
    """Opened by its button, closed afterwards."""
    picker = window.panel.size_picker
    qtbot.mouseClick(picker.grid_button, LEFT)
    qtbot.waitUntil(picker.popup.isVisible)
    yield picker.popup
    picker.popup.close()


def size(studio: Studio) -> tuple[int, int]:
    request = studio.state.form.request
    return request.width, request.height


def at(popup: SizePopup, width: float, height: float) -> QPoint:
    """Where a size's corner is."""
    unit = popup.grid.place_of(128, 128) - popup.grid.place_of(0, 0)
    origin = popup.grid.place_of(0, 0)
    return QPoint(
        round(origin.x() + unit.x() * width / 128), round(origin.y() + unit.y() * height / 128)
    )


def test_the_corner_is_dragged_in_steps_of_128(
    qtbot: QtBot, studio: Studio, popup: SizePopup
) -> None:
    grid = popup.grid
    qtbot.mousePress(grid, LEFT, pos=at(popup, 384, 384))
    qtbot.mouseMove(grid, at(popup, 640, 256))
    assert size(studio) == (640, 256)
    qtbot.mouseMove(grid, at(popup, 660, 300))
    assert size(studio) == (640, 256), "between two lines it is the nearer one"
    qtbot.mouseRelease(grid, LEFT, pos=at(popup, 660, 300))
    qtbot.mouseMove(grid, at(popup, 128, 128))
    assert size(studio) == (640, 256), "it was let go"


def test_the_corner_stays_on_the_grid(qtbot: QtBot, studio: Studio, popup: SizePopup) -> None:
    grid = popup.grid
    cells = grid.cells
    qtbot.mousePress(grid, LEFT, pos=at(popup, 384, 384))
    qtbot.mouseMove(grid, QPoint(-50, 10_000))
    assert size(studio) == (128, 128 * cells)
    assert grid.cells == cells, "the grid does not slip away under the mouse"
    qtbot.mouseRelease(grid, LEFT, pos=QPoint(-50, 10_000))


def test_the_arrow_keys_move_it(qtbot: QtBot, studio: Studio, popup: SizePopup) -> None:
    grid = popup.grid
    assert grid.hasFocus()
    for key, wanted in (
        (Qt.Key.Key_Right, (512, 384)),
        (Qt.Key.Key_Down, (512, 512)),
        (Qt.Key.Key_Left, (384, 512)),
        (Qt.Key.Key_Up, (384, 384)),
    ):
        qtbot.keyClick(grid, key)
        assert size(studio) == wanted

    studio.state.form.edit(width=128, height=MAX_SIDE)
    qtbot.keyClick(grid, Qt.Key.Key_Left)
    qtbot.keyClick(grid, Qt.Key.Key_Down)
    assert size(studio) == (128, MAX_SIDE), "not beyond what there can be"


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Escape])
def test_return_and_esc_close_it(qtbot: QtBot, popup: SizePopup, key: Qt.Key) -> None:
    qtbot.keyClick(popup.grid, key)
    assert not popup.isVisible()


def test_the_size_is_written_and_read_aloud(studio: Studio, popup: SizePopup) -> None:
    studio.state.form.edit(width=512, height=256)
    assert popup.words.text() == "512 × 256"
    spoken = QAccessible.queryAccessibleInterface(popup.grid).text(QAccessible.Text.Name)
    assert spoken == "Size: 512 by 256 pixels"


def test_the_trained_range_is_tinted_and_said(studio: Studio, popup: SizePopup) -> None:
    colours = colours_of(popup.palette())
    studio.state.form.edit(width=128, height=128)
    image = popup.grid.grab().toImage()
    ratio = image.devicePixelRatio()

    def ground(width: float, height: float) -> QColor:
        return image.pixelColor(at(popup, width, height) * ratio)

    assert ground(320, 320) == QColor(colours.note_ground), "Dackel was trained on 256 to 512"
    assert ground(320, 450) == QColor(colours.note_ground)
    assert ground(700, 320) == QColor(colours.field)
    assert ground(192, 320) == QColor(colours.field)
    assert "Outside of 256 – 512" in popup.remark.text()

    studio.state.form.edit(width=512, height=256)
    assert popup.remark.text() == "Tinted: trained on 256 – 512"


def test_another_checkpoint_has_another_range(studio: Studio, popup: SizePopup) -> None:
    before = popup.grid.cells
    studio.read_catalogue(PUBLISHED)
    assert popup.grid.cells > before
    assert popup.grid.cells * 128 >= PUBLISHED.trained_sides[1]
    assert "1024 – 1536" in popup.remark.text()


def test_a_larger_size_has_room_too(studio: Studio, popup: SizePopup) -> None:
    studio.state.form.edit(width=MAX_SIDE, height=MAX_SIDE)
    corner = popup.grid.corner()
    assert corner.x() <= popup.grid.width()
    assert corner.y() <= popup.grid.height()


def test_the_popup_is_on_the_screen(popup: SizePopup) -> None:
    screen = popup.screen().availableGeometry()
    assert screen.contains(popup.geometry())
    assert QApplication.activePopupWidget() is popup


def test_what_is_typed_counts_when_it_opens(
    qtbot: QtBot, studio: Studio, window: MainWindow
) -> None:
    picker = window.panel.size_picker
    picker.width_box.setFocus()
    picker.width_box.selectAll()
    qtbot.keyClicks(picker.width_box, "640")
    qtbot.mouseClick(picker.grid_button, LEFT)
    assert size(studio) == (640, 384)
    assert picker.popup.words.text() == "640 × 384"
    picker.popup.close()
