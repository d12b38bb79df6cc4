"""The strip of the session's pictures."""

# mypy: disable-error-code="no-untyped-call"
# pytest-qt's keys and clicks have no types.
from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QMenu, QWidget
from pytestqt.qtbot import QtBot

from studio import Studio
from wurstdesk.ui import filmstrip
from wurstdesk.ui.main_window import MainWindow

LEFT = Qt.MouseButton.LeftButton


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


def test_a_pressed_picture_is_not_marked_before_it_is_shown(
    qtbot: QtBot, studio: Studio, window: MainWindow
) -> None:
    # Given the newest of two pictures on the canvas
    studio.generate(prompt="one")
    studio.generate(prompt="two")
    studio.state.showing.show_picture(2)
    strip = window.filmstrip
    older = strip.visualRect(strip.model().index(1, 0)).center()

    # When the other one is pressed, which may become a drag, then the mark stays
    qtbot.mousePress(strip.viewport(), LEFT, pos=older)
    assert [index.row() for index in strip.selectedIndexes()] == [0]
    assert strip.currentIndex().row() == 0

    # And when it was a click, then both follow
    qtbot.mouseRelease(strip.viewport(), LEFT, pos=older)
    assert [index.row() for index in strip.selectedIndexes()] == [1]
    assert studio.state.showing.picture is studio.state.pictures.find(1)


def test_a_picture_of_the_round_on_the_canvas_can_be_carried_away(
    qtbot: QtBot, studio: Studio, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a round of two on the canvas, so that no single picture is in view
    carried: list[int] = []
    monkeypatch.setattr(filmstrip, "drag_out", lambda _, picture: carried.append(picture.id))
    studio.generate(num_images=2)
    strip = window.filmstrip
    viewport, start = strip.viewport(), strip.visualRect(strip.model().index(1, 0)).center()
    # When one of them is pressed and moved
    qtbot.mousePress(viewport, LEFT, pos=start)
    for step in (30, 60):
        move = QMouseEvent(
            QEvent.Type.MouseMove,
            QPointF(start + QPoint(0, -step)),
            viewport.mapToGlobal(QPointF(start + QPoint(0, -step))),
            Qt.MouseButton.NoButton,
            LEFT,
            Qt.KeyboardModifier.NoModifier,
        )
        QApplication.sendEvent(viewport, move)
    # Then it is carried away
    assert carried == [1]
    qtbot.mouseRelease(viewport, LEFT, pos=start)


def test_a_press_does_not_scroll_the_strip(
    qtbot: QtBot, studio: Studio, window: MainWindow
) -> None:
    # Given a picture on the canvas whose place in the strip is out of sight
    studio.state.form.edit(num_images=16)
    studio.generate()
    studio.generate()
    studio.state.showing.show_picture(1)
    strip = window.filmstrip
    bar = strip.horizontalScrollBar()
    bar.setValue(0)
    # When another one is pressed and carried a little, then the strip stays
    qtbot.mousePress(
        strip.viewport(), LEFT, pos=strip.visualRect(strip.model().index(1, 0)).center()
    )
    assert bar.value() == 0
    qtbot.mouseRelease(strip.viewport(), LEFT, pos=QPoint(-50, -50))
    assert bar.value() == 0
    assert studio.state.showing.picture is studio.state.pictures.find(1)


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


def test_the_strip_stays_where_somebody_looks(studio: Studio, window: MainWindow) -> None:
    studio.state.form.edit(num_images=8)
    for _ in range(4):
        studio.generate()
    strip = window.studio.filmstrip
    QApplication.processEvents()
    bar = strip.horizontalScrollBar()
    bar.setValue(600)
    index = strip.indexAt(strip.viewport().rect().center())
    looked_at, where = strip.strip_model.picture(index), strip.visualRect(index)

    studio.generate(num_images=1)
    QApplication.processEvents()

    index = strip.indexAt(strip.viewport().rect().center())
    assert strip.strip_model.picture(index) is looked_at
    assert strip.visualRect(index) == where


def test_the_strip_at_its_beginning_shows_the_newest(studio: Studio, window: MainWindow) -> None:
    studio.state.form.edit(num_images=8)
    for _ in range(4):
        studio.generate()
    assert window.studio.filmstrip.horizontalScrollBar().value() == 0


def test_older_pictures_come_into_sight_when_they_are_chosen(
    qtbot: QtBot, studio: Studio, window: MainWindow
) -> None:
    studio.state.form.edit(num_images=16)
    studio.generate()
    studio.generate()
    studio.state.showing.show_picture(1)
    strip = window.studio.filmstrip
    place = strip.visualRect(strip.strip_model.index(31, 0))
    assert strip.viewport().rect().contains(place.center())


def test_the_menu_compares_with_the_picture_in_view(
    qtbot: QtBot, studio: Studio, window: MainWindow
) -> None:
    for prompt in ("one", "two", "three"):
        studio.generate(prompt=prompt)
    studio.state.showing.show_picture(3)
    strip = window.studio.filmstrip
    where = strip.visualRect(strip.strip_model.index(2, 0)).center()
    qtbot.mousePress(strip.viewport(), Qt.MouseButton.RightButton, pos=where)
    ask_menu(strip.viewport(), where, QContextMenuEvent.Reason.Mouse)
    assert studio.state.showing.picture is studio.state.pictures.find(3), "it is only asked about"

    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    next(a for a in menu.actions() if a.objectName() == "compare_it").trigger()
    menu.close()
    assert studio.state.showing.comparison.a is studio.state.pictures.find(3)
    assert studio.state.showing.comparison.b is studio.state.pictures.find(1)


def test_the_menu_key_is_about_the_current_picture(studio: Studio, window: MainWindow) -> None:
    studio.generate()
    studio.generate()
    studio.state.showing.show_picture(1)
    asked: list[int] = []
    window.studio.filmstrip.menu_asked.connect(lambda picture_id, _: asked.append(picture_id))
    strip = window.studio.filmstrip
    ask_menu(strip.viewport(), QPoint(1, 1), QContextMenuEvent.Reason.Keyboard)
    menu = QApplication.activePopupWidget()
    assert menu is not None
    menu.close()
    assert asked == [1]


def ask_menu(widget: QWidget, where: QPoint, reason: QContextMenuEvent.Reason) -> None:
    event = QContextMenuEvent(reason, where, widget.mapToGlobal(where))
    QApplication.sendEvent(widget, event)
