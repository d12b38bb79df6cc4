"""The gallery's grid in the hand: keys, mouse, rubber band, zoom, and what it paints."""

# mypy: disable-error-code="no-untyped-call"
# pytest-qt's keys and clicks have no types.
from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QHelpEvent, QImage, QWheelEvent
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from everything import settle
from kept_pictures import fill, folder_of
from studio import Studio
from wurstdesk.session.gallery_view import GalleryView
from wurstdesk.ui import gallery_grid
from wurstdesk.ui.gallery_area import LARGEST, SMALLEST, USUAL
from wurstdesk.ui.gallery_drag import ids_in
from wurstdesk.ui.gallery_grid import GalleryGrid
from wurstdesk.ui.main_window import MainWindow
from wurstdesk.ui.picture_mime import pictures_in, request_in

KEY, LEFT = Qt.Key, Qt.MouseButton.LeftButton
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
COUNT = 40


@pytest.fixture
def ids(studio: Studio) -> list[int]:
    """Of 40 pictures, the newest first."""
    return fill(folder_of(studio), COUNT)


@pytest.fixture
def view(studio: Studio) -> GalleryView:
    return studio.state.gallery


@pytest.fixture
def grid(studio: Studio, window: MainWindow, view: GalleryView, ids: list[int]) -> GalleryGrid:
    """On the page, with everything in sight read."""
    window.show_page("gallery")
    grid = window.gallery.grid
    studio.qtbot.waitUntil(lambda: list(view.found.ids) == ids)
    studio.qtbot.waitUntil(lambda: view.card(ids[0]) is not None)
    return grid


def centre(grid: GalleryGrid, row: int) -> QPoint:
    return grid.visual_rect(row).center()


def click(
    qtbot: QtBot, grid: GalleryGrid, row: int, modifiers: Qt.KeyboardModifier | None = None
) -> None:
    none = Qt.KeyboardModifier.NoModifier
    qtbot.mouseClick(grid.viewport(), LEFT, modifiers or none, centre(grid, row))


def columns(grid: GalleryGrid) -> int:
    top = grid.visual_rect(0).top()
    return sum(grid.visual_rect(row).top() == top for row in range(COUNT))


# -- keys ---------------------------------------------------------------------------------------


def test_the_first_key_begins_with_what_is_seen(
    qtbot: QtBot, grid: GalleryGrid, view: GalleryView
) -> None:
    qtbot.keyClick(grid, KEY.Key_Right)
    assert view.selection.row == 0


def test_arrow_keys(qtbot: QtBot, grid: GalleryGrid, view: GalleryView) -> None:
    click(qtbot, grid, 0)
    wide = columns(grid)
    rows = []
    for key in (KEY.Key_Right, KEY.Key_Down, KEY.Key_Left, KEY.Key_Up, KEY.Key_Left):
        qtbot.keyClick(grid, key)
        rows.append(view.selection.row)
    assert rows == [1, 1 + wide, wide, 0, 0]
    assert len(view.selection) == 1


def test_home_end_and_pages(qtbot: QtBot, grid: GalleryGrid, view: GalleryView) -> None:
    click(qtbot, grid, 0)
    qtbot.keyClick(grid, KEY.Key_End)
    assert view.selection.row == COUNT - 1
    assert grid.viewport().rect().contains(centre(grid, COUNT - 1)), "it is scrolled to"
    qtbot.keyClick(grid, KEY.Key_Home)
    assert view.selection.row == 0
    assert grid.verticalScrollBar().value() == 0
    qtbot.keyClick(grid, KEY.Key_PageDown)
    page = view.selection.row
    assert page >= columns(grid)
    qtbot.keyClick(grid, KEY.Key_PageUp)
    assert view.selection.row == 0


def test_shift_extends_and_ctrl_goes_without_selecting(
    qtbot: QtBot, grid: GalleryGrid, view: GalleryView, ids: list[int]
) -> None:
    click(qtbot, grid, 1)
    qtbot.keyClick(grid, KEY.Key_Right, SHIFT)
    qtbot.keyClick(grid, KEY.Key_Right, SHIFT)
    assert view.selection.ids == tuple(ids[1:4])
    qtbot.keyClick(grid, KEY.Key_Right, CTRL)
    assert view.selection.ids == tuple(ids[1:4])
    qtbot.keyClick(grid, KEY.Key_Space, CTRL)
    assert view.selection.ids == tuple(ids[1:5])
    qtbot.keyClick(grid, KEY.Key_Escape)
    assert view.selection.ids == (ids[4],)


def test_all_are_selected(qtbot: QtBot, grid: GalleryGrid, view: GalleryView) -> None:
    qtbot.keyClick(grid, KEY.Key_A, CTRL)
    assert len(view.selection) == COUNT


@pytest.mark.parametrize("key", [KEY.Key_Space, KEY.Key_Return])
def test_a_look_and_back(
    qtbot: QtBot, window: MainWindow, grid: GalleryGrid, view: GalleryView, key: Qt.Key
) -> None:
    click(qtbot, grid, 0)
    qtbot.keyClick(grid, key)
    peek = window.gallery.peek
    assert peek.isVisible()
    assert peek.size() == window.gallery.size()
    qtbot.keyClick(peek, KEY.Key_Right)
    assert view.selection.row == 1
    qtbot.waitUntil(lambda: view.chosen is not None and view.chosen.prompt in peek.accessibleName())
    qtbot.waitUntil(lambda: not view._full.image.isNull())
    qtbot.keyClick(peek, KEY.Key_Escape)
    assert not peek.isVisible()
    assert view._full.image.isNull(), "nobody looks at it any more"
    assert grid.hasFocus()


# -- mouse --------------------------------------------------------------------------------------


def test_ctrl_and_shift_with_the_mouse(
    qtbot: QtBot, grid: GalleryGrid, view: GalleryView, ids: list[int]
) -> None:
    click(qtbot, grid, 0)
    click(qtbot, grid, 2, CTRL)
    assert list(view.selection.ids) == [ids[0], ids[2]]
    click(qtbot, grid, 4, SHIFT)
    assert view.selection.ids == tuple(ids[2:5])
    click(qtbot, grid, 0, SHIFT | CTRL)
    assert view.selection.ids == tuple(ids[:5])
    click(qtbot, grid, 3)
    assert view.selection.ids == (ids[3],)


def test_several_stay_selected_until_it_was_a_click(
    qtbot: QtBot, grid: GalleryGrid, view: GalleryView, ids: list[int]
) -> None:
    click(qtbot, grid, 0)
    click(qtbot, grid, 1, CTRL)
    qtbot.mousePress(grid.viewport(), LEFT, pos=centre(grid, 0))
    assert len(view.selection) == 2, "they may be dragged"
    qtbot.mouseRelease(grid.viewport(), LEFT, pos=centre(grid, 0))
    assert list(view.selection.ids) == [ids[0]]


def test_a_rubber_band(qtbot: QtBot, grid: GalleryGrid, view: GalleryView, ids: list[int]) -> None:
    click(qtbot, grid, 3)
    viewport, begin = grid.viewport(), grid.visual_rect(0).topLeft() - QPoint(6, 6)
    qtbot.mousePress(viewport, LEFT, pos=begin)
    assert len(view.selection) == 0
    qtbot.mouseMove(viewport, centre(grid, columns(grid) + 1))
    qtbot.waitUntil(lambda: len(view.selection) == 4)
    wide = columns(grid)
    assert view.selection.ids == (ids[0], ids[1], ids[wide], ids[wide + 1])
    band = viewport.grab().toImage()
    qtbot.mouseRelease(viewport, LEFT, pos=centre(grid, wide + 1))
    assert band != viewport.grab().toImage()
    assert len(view.selection) == 4


def test_a_rubber_band_scrolls(qtbot: QtBot, grid: GalleryGrid, view: GalleryView) -> None:
    viewport, begin = grid.viewport(), grid.visual_rect(0).topLeft() - QPoint(6, 6)
    qtbot.mousePress(viewport, LEFT, pos=begin)
    qtbot.mouseMove(viewport, QPoint(viewport.width() - 2, viewport.height() + 80))
    bar = grid.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.value() == bar.maximum())
    qtbot.waitUntil(lambda: len(view.selection) == COUNT)
    qtbot.mouseRelease(viewport, LEFT, pos=centre(grid, COUNT - 1))


def test_one_is_dragged_out_as_its_file(
    qtbot: QtBot, grid: GalleryGrid, view: GalleryView, monkeypatch: pytest.MonkeyPatch
) -> None:
    carried: list[QMimeData] = []
    monkeypatch.setattr(
        gallery_grid, "carry_away", lambda source, mime, small: carried.append(mime)
    )
    begin = centre(grid, 1)
    qtbot.mousePress(grid.viewport(), LEFT, pos=begin)
    qtbot.mouseMove(grid.viewport(), begin + QPoint(40, 0))
    qtbot.waitUntil(lambda: bool(carried))
    card = grid.current()
    assert card is not None
    assert list(pictures_in(carried[0])) == [card.path]
    assert request_in(carried[0]) == card.request
    assert ids_in(carried[0]) == view.selection.ids


def test_several_are_dragged_as_files(
    qtbot: QtBot, grid: GalleryGrid, ids: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    carried: list[tuple[QMimeData, QImage]] = []
    monkeypatch.setattr(
        gallery_grid, "carry_away", lambda source, mime, small: carried.append((mime, small))
    )
    qtbot.keyClick(grid, KEY.Key_A, CTRL)
    view = grid._view
    qtbot.waitUntil(lambda: all(map(view.card, ids)))
    qtbot.mousePress(grid.viewport(), LEFT, pos=centre(grid, 0))
    qtbot.mouseMove(grid.viewport(), centre(grid, 0) + QPoint(40, 0))
    qtbot.waitUntil(lambda: bool(carried))
    mime, _ = carried[0]
    assert len(pictures_in(mime)) == COUNT
    assert ids_in(mime) == tuple(ids)
    assert request_in(mime) is None


def test_a_menu_for_what_is_under_the_pointer(
    qtbot: QtBot, grid: GalleryGrid, view: GalleryView, ids: list[int]
) -> None:
    click(qtbot, grid, 0)
    asked: list[QPoint] = []
    grid.menu_asked.disconnect()
    grid.menu_asked.connect(asked.append)
    where = centre(grid, 2)
    event = QContextMenuEvent(
        QContextMenuEvent.Reason.Mouse, where, grid.viewport().mapToGlobal(where)
    )
    QApplication.sendEvent(grid.viewport(), event)
    assert view.selection.ids == (ids[2],)
    key = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(0, 0), QPoint(0, 0))
    QApplication.sendEvent(grid.viewport(), key)
    assert asked == [grid.viewport().mapToGlobal(where)] * 2


def test_a_tip_says_what_it_is(grid: GalleryGrid) -> None:
    where = centre(grid, 0)
    event = QHelpEvent(QEvent.Type.ToolTip, where, grid.viewport().mapToGlobal(where))
    QApplication.sendEvent(grid.viewport(), event)
    assert QToolTip.text() == f"dog {COUNT} · seed {COUNT} · 128 × 128"
    QToolTip.hideText()


# -- sizes --------------------------------------------------------------------------------------


def wheel(grid: GalleryGrid, where: QPoint, notches: int) -> None:
    """Ctrl and the wheel."""
    event = QWheelEvent(
        QPointF(where),
        QPointF(grid.viewport().mapToGlobal(where)),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        CTRL,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(grid.viewport(), event)


def test_ctrl_and_the_wheel_zoom_around_the_pointer(grid: GalleryGrid) -> None:
    grid.verticalScrollBar().setValue(grid.verticalScrollBar().maximum() // 2)
    where = QPoint(grid.viewport().width() // 2, 150)
    row = grid.row_at(where)
    while row < 0:
        where += QPoint(4, 4)
        row = grid.row_at(where)
    before, top = grid.cell, grid.visual_rect(row).top()
    wheel(grid, where, 1)
    assert grid.cell > before
    assert abs(grid.visual_rect(row).top() - top) <= 1


def test_keys_and_the_slider_zoom(
    qtbot: QtBot, window: MainWindow, grid: GalleryGrid, view: GalleryView
) -> None:
    qtbot.keyClick(grid, KEY.Key_Plus)
    assert grid.cell > USUAL
    qtbot.keyClick(grid, KEY.Key_Minus)
    assert abs(grid.cell - USUAL) <= 1
    window.gallery.bar.zoom.setValue(LARGEST)
    assert grid.cell == LARGEST
    assert view.kept("cell") == LARGEST
    grid.set_cell(1)
    assert grid.cell == SMALLEST == window.gallery.bar.zoom.value()


def test_cells_grow_with_the_interface(studio: Studio, grid: GalleryGrid) -> None:
    before = grid.visual_rect(0).width()
    studio.state.change_settings(interface_scale=150)
    settle()
    assert grid.visual_rect(0).width() > 1.3 * before


def test_what_is_looked_at_stays_when_the_window_changes(
    qtbot: QtBot, window: MainWindow, grid: GalleryGrid
) -> None:
    click(qtbot, grid, 0)
    qtbot.keyClick(grid, KEY.Key_End)
    window.resize(1500, 720)
    settle()
    assert grid.viewport().rect().intersects(grid.visual_rect(COUNT - 1))


# -- what comes and goes ------------------------------------------------------------------------


def test_new_pictures_do_not_move_what_is_looked_at(
    qtbot: QtBot, studio: Studio, grid: GalleryGrid, view: GalleryView
) -> None:
    bar = grid.verticalScrollBar()
    bar.setValue(bar.maximum())
    row = next(row for row in range(COUNT) if grid.visual_rect(row).top() >= 0)
    before = grid.visual_rect(row).top()
    fill(folder_of(studio), 7)
    view.read_anew()
    qtbot.waitUntil(lambda: len(view.found.ids) == COUNT + 7)
    assert grid.visual_rect(row + 7).top() == before


def test_at_the_very_top_new_pictures_are_seen(
    qtbot: QtBot, studio: Studio, grid: GalleryGrid, view: GalleryView
) -> None:
    click(qtbot, grid, 0)
    fill(folder_of(studio), 1)
    view.read_anew()
    qtbot.waitUntil(lambda: len(view.found.ids) == COUNT + 1)
    assert grid.verticalScrollBar().value() == 0
    assert view.selection.row == 1


def test_another_search_begins_at_the_top_and_ends_where_one_was(
    qtbot: QtBot, grid: GalleryGrid, view: GalleryView
) -> None:
    click(qtbot, grid, 0)
    qtbot.keyClick(grid, KEY.Key_End)
    view.search("dog")
    qtbot.waitUntil(lambda: view.found.query.text == "dog")
    assert grid.verticalScrollBar().value() == 0
    view.search("")
    qtbot.waitUntil(lambda: view.found.query.text == "")
    assert grid.viewport().rect().intersects(grid.visual_rect(COUNT - 1))
