"""The canvas and the strip: looking at pictures."""

# mypy: disable-error-code="no-untyped-call"
# pytest-qt's keys and clicks have no types.
from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from fakes import Gate, Step, UntilCancelled, picture_of, plain
from studio import Studio
from wurstdesk.generation import PictureReady, Preview
from wurstdesk.ui.image_view import ImageView
from wurstdesk.ui.main_window import MainWindow

LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier


def turn_wheel(view: ImageView, at: QPoint, notches: int) -> None:
    event = QWheelEvent(
        QPointF(at),
        view.mapToGlobal(QPointF(at)),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        NONE,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(view, event)


def test_fit_full_size_and_steps(qtbot: QtBot, studio: Studio, window: MainWindow) -> None:
    studio.generate(width=384, height=384)
    view = window.canvas.view
    assert view.is_fitted
    fitted = view.zoom
    view.setFocus()

    qtbot.keyClick(view, Qt.Key.Key_1)
    assert view.zoom == pytest.approx(1.0)
    qtbot.keyClick(view, Qt.Key.Key_Plus)
    assert view.zoom == pytest.approx(1.25)
    qtbot.keyClick(view, Qt.Key.Key_Minus)
    assert view.zoom == pytest.approx(1.0)
    qtbot.keyClick(view, Qt.Key.Key_0)
    assert view.zoom == pytest.approx(fitted)
    assert window.status.zoom.text().startswith("Fit")


def test_zoom_commands_work_from_the_prompt(
    qtbot: QtBot, studio: Studio, window: MainWindow
) -> None:
    studio.generate()
    shift = Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(window.panel.prompt, Qt.Key.Key_F8, shift)
    assert window.canvas.view.zoom == pytest.approx(1.0)
    assert window.status.zoom.text() == "100 %"
    qtbot.keyClick(window.panel.prompt, Qt.Key.Key_F9)
    assert window.status.zoom.text() == "125 %"
    qtbot.keyClick(window.panel.prompt, Qt.Key.Key_F8)
    assert window.canvas.view.is_fitted


def test_the_wheel_zooms_at_the_pointer(studio: Studio, window: MainWindow) -> None:
    studio.generate()
    view = window.canvas.view
    view.show_full_size()
    turn_wheel(view, QPoint(view.width() // 2, view.height() // 2), 4)
    pointer = QPoint(view.width() // 2 + 40, view.height() // 2 - 30)
    before = view._placement.to_plane(QPointF(pointer))

    turn_wheel(view, pointer, 2)

    after = view._placement.to_plane(QPointF(pointer))
    assert after.x() == pytest.approx(before.x())
    assert after.y() == pytest.approx(before.y())


def test_dragging_pans_and_does_not_lose_the_picture(
    qtbot: QtBot, studio: Studio, window: MainWindow
) -> None:
    studio.generate()
    view = window.canvas.view
    middle = QPoint(view.width() // 2, view.height() // 2)
    turn_wheel(view, middle, 8)
    before = view._placement.offset

    qtbot.mousePress(view, LEFT, pos=middle)
    qtbot.mouseMove(view, middle + QPoint(30, 20))
    qtbot.mouseMove(view, middle + QPoint(60, 40))
    qtbot.mouseRelease(view, LEFT, pos=middle + QPoint(60, 40))
    moved = view._placement.offset - before
    assert (moved.x(), moved.y()) == (60, 40)

    for _ in range(100):
        qtbot.keyClick(view, Qt.Key.Key_Left)
    assert view._view_rect(0).left() == 0


def test_double_click_goes_to_full_size_and_back(
    qtbot: QtBot, studio: Studio, window: MainWindow
) -> None:
    studio.generate()
    view = window.canvas.view
    qtbot.mouseDClick(view, LEFT, pos=view.rect().center())
    assert view.zoom == pytest.approx(1.0)
    qtbot.mouseDClick(view, LEFT, pos=view.rect().center())
    assert view.is_fitted


def test_a_double_click_in_the_round_only_opens(
    qtbot: QtBot, studio: Studio, window: MainWindow
) -> None:
    studio.generate(num_images=4)
    view = window.canvas.view
    where = view._view_rect(2).center().toPoint()
    qtbot.mouseClick(view, LEFT, pos=where)
    qtbot.mouseDClick(view, LEFT, pos=where)
    assert len(view.cells) == 1
    assert view.is_fitted


def test_a_click_in_the_round_looks_closer_and_esc_goes_back(
    qtbot: QtBot, studio: Studio, window: MainWindow
) -> None:
    studio.generate(num_images=4)
    view = window.canvas.view
    assert len(view.cells) == 4

    qtbot.mouseClick(view, LEFT, pos=view._view_rect(2).center().toPoint())
    assert window.details.facts.text().startswith("seed 1003")
    assert len(view.cells) == 1
    assert window.details.back_button.text() == "All 4"

    qtbot.keyClick(view, Qt.Key.Key_Escape)
    assert studio.state.showing.picture is None
    assert len(view.cells) == 4


def test_the_round_by_keyboard(qtbot: QtBot, studio: Studio, window: MainWindow) -> None:
    studio.generate(num_images=4)
    view = window.canvas.view
    view.setFocus()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_Return):
        qtbot.keyClick(view, key)
    assert studio.state.showing.picture is not None
    assert studio.state.showing.picture.request.seed == 1004


def test_what_is_not_finished_cannot_be_opened(
    qtbot: QtBot, studio: Studio, window: MainWindow
) -> None:
    gate = Gate()
    studio.generator.script = lambda r: [
        PictureReady(picture_of(r, 0)),
        Preview(1, "prior", plain(6, 6)),
        gate,
    ]
    studio.state.form.edit(num_images=2)
    studio.state.generate()
    view = window.canvas.view
    qtbot.waitUntil(lambda: len(view.cells) == 2 and not view.cells[1].image.isNull())

    qtbot.mouseClick(view, LEFT, pos=view._view_rect(1).center().toPoint())
    assert studio.state.showing.picture is None
    gate.open()
    studio.wait_until_idle()


def test_what_was_given_up_fades(qtbot: QtBot, studio: Studio, window: MainWindow) -> None:
    endless = UntilCancelled()
    studio.generator.script = lambda _: [Preview(0, "prior", plain(6, 6, (255, 255, 255))), endless]
    studio.state.generate()
    view = window.canvas.view
    qtbot.waitUntil(lambda: bool(view.cells) and not view.cells[0].image.isNull())
    studio.state.runner.stop()
    studio.wait_until_idle()

    assert view.cells[0].is_faded
    assert window.details.facts.text() == "stopped before a picture was finished"


def test_the_canvas_does_not_jump_between_preview_and_picture(
    qtbot: QtBot, studio: Studio, window: MainWindow
) -> None:
    gate = Gate()
    studio.generator.script = lambda r: [
        Preview(0, "prior", plain(6, 6)),
        gate,
        PictureReady(picture_of(r)),
    ]
    studio.state.generate()
    view = window.canvas.view
    qtbot.waitUntil(lambda: bool(view.cells) and not view.cells[0].image.isNull())
    before = view._view_rect(0)
    gate.open()
    studio.wait_until_idle()
    QApplication.processEvents()
    assert view._view_rect(0) == before


def test_back_to_the_live_picture(qtbot: QtBot, studio: Studio, window: MainWindow) -> None:
    studio.generate(prompt="one")
    gate = Gate()
    studio.generator.script = lambda r: [gate, PictureReady(picture_of(r))]
    studio.state.generate()
    assert not window.details.isVisible()
    studio.state.showing.show_picture(1)
    assert window.details.isVisible()
    assert window.details.back_button.text() == "Watch the live picture"

    qtbot.mouseClick(window.details.back_button, LEFT)
    assert studio.state.showing.picture is None
    gate.open()
    studio.wait_until_idle()


def test_the_menu_of_a_picture_of_the_round(studio: Studio, window: MainWindow) -> None:
    studio.generate(num_images=2)
    view = window.canvas.view
    where = view._view_rect(1).center().toPoint()
    reason = QContextMenuEvent.Reason.Mouse
    QApplication.sendEvent(view, QContextMenuEvent(reason, where, view.mapToGlobal(where)))

    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    next(a for a in menu.actions() if a.objectName() == "reuse_seed").trigger()
    menu.close()
    assert studio.state.form.request.seed == 1002


def test_copy_puts_the_picture_on_the_clipboard(
    qtbot: QtBot, studio: Studio, window: MainWindow
) -> None:
    studio.generate(width=128, height=256)
    modifiers = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(window.panel.prompt, Qt.Key.Key_C, modifiers)
    board = QApplication.clipboard()
    qtbot.waitUntil(lambda: not board.image().isNull())
    assert (board.image().width(), board.image().height()) == (128, 256)


def test_who_zoomed_in_is_not_taken_away_from_the_picture(
    qtbot: QtBot, studio: Studio, window: MainWindow
) -> None:
    studio.generate(prompt="one")
    view = window.canvas.view
    first, second = Gate(), Gate()
    scripts: Iterator[list[Step]] = iter([[Preview(0, "prior", plain(6, 6)), first], [second]])
    studio.generator.script = lambda r: [*next(scripts), PictureReady(picture_of(r))]
    studio.state.form.edit(prompt="two")
    studio.state.generate()
    studio.state.form.edit(prompt="three")
    studio.state.generate()  # it waits behind the second
    first.wait_until_reached()
    qtbot.waitUntil(lambda: not view.cells[0].image.isNull())
    turn_wheel(view, view.rect().center(), 8)
    first.open()
    second.wait_until_reached()
    qtbot.waitUntil(window.studio.details.isVisible)
    picture, place = studio.state.showing.picture_in_view, view._placement

    assert picture is not None
    assert picture.request.prompt == "two"
    assert window.studio.details.back_button.text() == "Watch the live picture"
    second.open()
    studio.wait_until_idle()
    assert studio.state.showing.picture_in_view is picture
    assert view._placement == place
    assert window.studio.details.back_button.text() == "Show the newest"

    qtbot.mouseClick(window.studio.details.back_button, LEFT)
    assert window.studio.details.prompt.text() == "three"
    assert view.is_fitted


def test_generate_shows_what_is_drawn_but_a_waiting_job_does_not(
    qtbot: QtBot, studio: Studio, window: MainWindow
) -> None:
    studio.generate(prompt="one")
    studio.state.showing.show_picture(1)
    window.canvas.view.show_full_size()
    first, second = Gate(), Gate()
    scripts = iter([[first], [second]])
    studio.generator.script = lambda r: [*next(scripts), PictureReady(picture_of(r))]

    window.book["generate"].trigger()
    qtbot.waitUntil(lambda: studio.state.showing.watches)  # for the person asked for it
    assert window.canvas.view.is_fitted

    window.book["generate"].trigger()
    studio.state.showing.show_picture(1)
    first.open()
    second.wait_until_reached()
    QApplication.processEvents()
    assert studio.state.showing.picture is studio.state.pictures.find(1)
    assert window.studio.details.back_button.text() == "Watch the live picture"
    second.open()
    studio.wait_until_idle()


def test_pictures_keep_their_cells_while_they_form(
    qtbot: QtBot, studio: Studio, window: MainWindow
) -> None:
    gate = Gate()
    studio.generator.script = lambda r: [
        Preview(0, "prior", plain(6, 6, (9, 9, 9))),
        Preview(1, "prior", plain(6, 6, (8, 8, 8))),
        PictureReady(picture_of(r, 1)),
        gate,
        Preview(0, "decoder", plain(12, 12, (7, 7, 7))),
        PictureReady(picture_of(r, 0)),
    ]
    studio.state.form.edit(num_images=2)
    studio.state.generate()
    view = window.canvas.view
    qtbot.waitUntil(lambda: len(view.cells) == 2 and view.cells[1].is_finished)
    qtbot.waitUntil(lambda: not view.cells[0].image.isNull())
    places = [view._view_rect(index) for index in range(2)]
    assert not view.cells[0].is_finished

    gate.open()
    studio.wait_until_idle()

    assert [view._view_rect(index) for index in range(2)] == places
    assert [cell.is_finished for cell in view.cells] == [True, True]


def test_large_pictures_are_painted_from_copies_of_the_right_size(
    studio: Studio, window: MainWindow
) -> None:
    studio.generate(width=1536, height=1536)
    view = window.canvas.view
    view.grab()
    kept = view._cell_painter._scaled[0][2]
    assert kept.width() <= view.width()
    for _ in range(30):
        view.zoom_in()
    view.grab()
    assert view._cell_painter._scaled[0][2].width() <= view.width(), "none of what is not seen"


def test_previews_are_made_soft_before_they_are_painted(studio: Studio, window: MainWindow) -> None:
    endless = UntilCancelled()
    studio.generator.script = lambda _: [Preview(0, "prior", plain(24, 24)), endless]
    studio.state.generate()
    view = window.canvas.view
    studio.qtbot.waitUntil(lambda: bool(view.cells) and not view.cells[0].image.isNull())
    view.grab()
    assert view._cell_painter._scaled[0][2].width() == 96
    studio.state.runner.stop()
    studio.wait_until_idle()
