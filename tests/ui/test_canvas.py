"""The canvas and the strip: looking at pictures."""

# mypy: disable-error-code="no-untyped-call"
# pytest-qt's keys and clicks have no types.
from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from fakes import Gate, UntilCancelled, picture_of, plain
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
    ctrl = Qt.KeyboardModifier.ControlModifier
    qtbot.keyClick(window.panel.prompt, Qt.Key.Key_1, ctrl)
    assert window.canvas.view.zoom == pytest.approx(1.0)
    assert window.status.zoom.text() == "100 %"
    qtbot.keyClick(window.panel.prompt, Qt.Key.Key_Plus, ctrl)
    assert window.status.zoom.text() == "125 %"
    qtbot.keyClick(window.panel.prompt, Qt.Key.Key_0, ctrl)
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


def test_the_strip_shows_newest_first_and_a_click_shows_one(
    qtbot: QtBot, studio: Studio, window: MainWindow
) -> None:
    studio.generate(prompt="one")
    studio.generate(prompt="two")
    strip = window.filmstrip
    assert strip.isVisible()
    assert strip.model().rowCount() == 2

    older = strip.visualRect(strip.model().index(1, 0)).center()
    qtbot.mouseClick(strip.viewport(), LEFT, pos=older)

    assert studio.state.showing.picture is not None
    assert studio.state.showing.picture.request.prompt == "one"
    assert window.details.prompt.text() == "one"


def test_the_strip_marks_what_is_in_view_and_does_not_hold_it_there(
    studio: Studio, window: MainWindow
) -> None:
    strip = window.filmstrip
    for row_count in (1, 2):
        studio.generate()
        assert strip.model().rowCount() == row_count
        assert [index.row() for index in strip.selectedIndexes()] == [0]
        assert studio.state.showing.picture is None, "the next picture is followed"
    studio.generate(num_images=2)
    assert strip.selectedIndexes() == []


def test_the_strip_by_keyboard(qtbot: QtBot, studio: Studio, window: MainWindow) -> None:
    for prompt in ("one", "two", "three"):
        studio.generate(prompt=prompt)
    studio.state.showing.show_picture(3)
    window.filmstrip.setFocus()
    qtbot.keyClick(window.filmstrip, Qt.Key.Key_Right)
    assert studio.state.showing.picture is not None
    assert studio.state.showing.picture.request.prompt == "two"


def test_the_strip_says_what_a_picture_is(studio: Studio, window: MainWindow) -> None:
    studio.generate(prompt="a dog")
    words = window.filmstrip.model().index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert words == "a dog · seed 1001 · 384 × 384"


def test_older_and_newer_from_anywhere(qtbot: QtBot, studio: Studio, window: MainWindow) -> None:
    studio.generate(prompt="one")
    studio.generate(prompt="two")
    ctrl = Qt.KeyboardModifier.ControlModifier
    qtbot.keyClick(window.panel.prompt, Qt.Key.Key_PageDown, ctrl)
    assert window.details.prompt.text() == "one"
    qtbot.keyClick(window.panel.prompt, Qt.Key.Key_PageUp, ctrl)
    assert window.details.prompt.text() == "two"


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
    menu.actions()[1].trigger()
    menu.close()
    assert studio.state.form.request.seed == 1002


def test_copy_puts_the_picture_on_the_clipboard(
    qtbot: QtBot, studio: Studio, window: MainWindow
) -> None:
    studio.generate(width=128, height=256)
    modifiers = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(window.panel.prompt, Qt.Key.Key_C, modifiers)
    image = QApplication.clipboard().image()
    assert (image.width(), image.height()) == (128, 256)
