"""Two pictures compared on the canvas, by mouse and by keyboard."""

# mypy: disable-error-code="no-untyped-call"
# pytest-qt's keys and clicks have no types.
from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from fakes import Gate, colour_of_seed
from studio import Studio
from wurstdesk.session.comparison import CompareMode
from wurstdesk.ui.differences import marked
from wurstdesk.ui.image_view import ImageView
from wurstdesk.ui.main_window import MainWindow

LEFT = Qt.MouseButton.LeftButton
A, B = colour_of_seed(1001), colour_of_seed(1002)


def colour_at(view: ImageView, across: float) -> tuple[int, int, int]:
    """What is seen at a part of the picture's width, near its lower edge."""
    rect = view._view_rect(0)
    ratio = view.devicePixelRatioF()
    image = view.grab().toImage()
    x = round((rect.left() + across * rect.width()) * ratio)
    colour = QColor(image.pixel(x, round((rect.bottom() - 12) * ratio)))
    return colour.red(), colour.green(), colour.blue()


@pytest.fixture
def compared(qtbot: QtBot, studio: Studio, window: MainWindow) -> MainWindow:
    """Pictures of the seeds 1001 (A) and 1002 (B) with different prompts, compared."""
    studio.generate(prompt="a red dog")
    studio.generate(prompt="a blue dog")
    studio.state.showing.show_picture(1)
    studio.state.showing.compare_with(2)
    window.canvas.compare.view.setFocus()
    return window


def test_the_command_compares_with_the_picture_before(
    qtbot: QtBot, studio: Studio, window: MainWindow
) -> None:
    studio.generate()
    assert not window.book["compare"].isEnabled(), "one picture alone"
    studio.generate()
    qtbot.keyClick(window.panel.prompt, Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier)

    assert window.canvas.compare.isVisible()
    assert not window.studio.details.isVisible()
    assert window.canvas.compare.isAncestorOf(QApplication.focusWidget() or window)
    comparison = studio.state.showing.comparison
    assert comparison.a is not None
    assert comparison.a.request.seed == 1002


def test_the_slider_parts_the_two(qtbot: QtBot, compared: MainWindow) -> None:
    pane = compared.canvas.compare.slider
    assert (colour_at(pane, 0.4), colour_at(pane, 0.6)) == (A, B)

    for _ in range(2):
        qtbot.keyClick(pane, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert pane.split == pytest.approx(0.3)
    assert (colour_at(pane, 0.2), colour_at(pane, 0.4)) == (A, B)

    rect = pane._view_rect(0)
    middle = rect.center().toPoint()
    qtbot.mousePress(pane, LEFT, pos=QPoint(round(rect.left() + 0.3 * rect.width()), middle.y()))
    qtbot.mouseMove(pane, middle)
    qtbot.mouseRelease(pane, LEFT, pos=middle)
    assert pane.split == pytest.approx(0.5, abs=0.01)


def test_the_line_is_taken_and_the_rest_pans_when_zoomed(
    qtbot: QtBot, compared: MainWindow
) -> None:
    pane = compared.canvas.compare.slider
    for _ in range(12):
        qtbot.keyClick(pane, Qt.Key.Key_Plus)
    before, split = pane._placement.offset, pane.split
    start = QPoint(20, pane.height() // 2)
    qtbot.mousePress(pane, LEFT, pos=start)
    qtbot.mouseMove(pane, start + QPoint(30, 0))
    qtbot.mouseMove(pane, start + QPoint(60, 0))
    qtbot.mouseRelease(pane, LEFT, pos=start + QPoint(60, 0))
    assert (pane._placement.offset - before).x() == 60
    assert pane.split == split


@pytest.mark.parametrize(
    ("key", "mode"), [(Qt.Key.Key_2, "side"), (Qt.Key.Key_3, "flick"), (Qt.Key.Key_1, "slider")]
)
def test_ways_of_comparing_by_keys_and_buttons(
    qtbot: QtBot, studio: Studio, compared: MainWindow, key: Qt.Key, mode: CompareMode
) -> None:
    compare = compared.canvas.compare
    other: CompareMode = "flick" if mode != "flick" else "side"
    qtbot.mouseClick(compare.mode_buttons[other], LEFT)
    assert studio.state.showing.comparison.mode == other

    compare.view.setFocus()
    qtbot.keyClick(compare.view, key)

    assert studio.state.showing.comparison.mode == mode
    assert compare.mode_buttons[mode].isChecked()
    assert compare.pane.isVisible()
    assert compare.view.hasFocus(), "the next key goes there too"


def test_side_by_side_is_zoomed_and_panned_as_one(qtbot: QtBot, compared: MainWindow) -> None:
    qtbot.keyClick(compared.canvas.compare.view, Qt.Key.Key_2)
    first, second = compared.canvas.compare.side.halves
    QApplication.processEvents()
    assert (colour_at(first, 0.5), colour_at(second, 0.5)) == (A, B)

    for _ in range(9):
        qtbot.keyClick(second, Qt.Key.Key_Plus)
    assert first.zoom == second.zoom
    qtbot.keyClick(first, Qt.Key.Key_Left)
    assert second._placement == first._placement
    qtbot.keyClick(second, Qt.Key.Key_0)
    assert first.is_fitted


def test_flicking_shows_the_other_while_space_is_held(qtbot: QtBot, compared: MainWindow) -> None:
    qtbot.keyClick(compared.canvas.compare.view, Qt.Key.Key_3)
    pane = compared.canvas.compare.flick
    assert colour_at(pane, 0.5) == A
    QTest.keyPress(pane, Qt.Key.Key_Space)
    assert colour_at(pane, 0.5) == B
    QTest.keyRelease(pane, Qt.Key.Key_Space)
    assert colour_at(pane, 0.5) == A

    qtbot.mousePress(pane, LEFT, pos=pane.rect().center())
    assert pane.is_flicked
    qtbot.mouseRelease(pane, LEFT, pos=pane.rect().center())
    assert not pane.is_flicked


def test_space_that_is_let_go_elsewhere_flicks_back(qtbot: QtBot, compared: MainWindow) -> None:
    qtbot.keyClick(compared.canvas.compare.view, Qt.Key.Key_3)
    pane = compared.canvas.compare.flick
    QTest.keyPress(pane, Qt.Key.Key_Space)
    compared.panel.prompt.setFocus()
    assert not pane.is_flicked


def test_what_differs_stands_beneath(studio: Studio, compared: MainWindow) -> None:
    differences = compared.canvas.compare.differences
    rows = [(name, a.value, b.value) for name, a, b in differences.rows]
    assert rows == [("prompt", "a red dog", "a blue dog"), ("seed", "1001", "1002")]
    assert differences.summary.text() == "They differ in 2 things."


def test_one_difference_is_said_in_a_sentence(studio: Studio, window: MainWindow) -> None:
    studio.generate(prompt="a dog")
    studio.generate()
    studio.state.showing.compare_with(1)
    differences = window.canvas.compare.differences
    assert differences.summary.text() == "Only the seed differs."

    same = studio.state.pictures.find(1)
    assert same is not None
    studio.state.form.take_seed(same.request.seed)
    studio.generate()
    studio.state.showing.compare_with(3)
    studio.state.showing.show_picture(3)
    studio.state.showing.compare_with(1)
    assert differences.summary.text() == "Both were made with the same settings."
    assert differences.rows == []


def test_with_large_text_in_a_low_window_most_is_left_to_the_pictures(
    qtbot: QtBot, studio: Studio, compared: MainWindow
) -> None:
    # When all text is twice as large
    studio.state.change_settings(interface_scale=200)
    view = compared.canvas.compare

    # Then the list is low and scrolled, and the two buttons still stand side by side
    qtbot.waitUntil(lambda: view.pane.height() > 100)
    one, other = (
        button.mapTo(view, button.rect().center())
        for button in (view.differences.use_a, view.differences.use_b)
    )
    assert one.y() == other.y()
    assert one.x() < other.x()


def test_settings_of_either_can_be_taken(
    qtbot: QtBot, studio: Studio, compared: MainWindow
) -> None:
    differences = compared.canvas.compare.differences
    qtbot.mouseClick(differences.use_b, LEFT)
    assert studio.state.form.request.prompt == "a blue dog"
    qtbot.mouseClick(differences.use_a, LEFT)
    assert studio.state.form.request.prompt == "a red dog"


def test_swap_and_done(qtbot: QtBot, studio: Studio, compared: MainWindow) -> None:
    compare = compared.canvas.compare
    qtbot.mouseClick(compare.swap_button, LEFT)
    assert (colour_at(compare.slider, 0.4), colour_at(compare.slider, 0.6)) == (B, A)
    qtbot.mouseClick(compare.done_button, LEFT)
    assert not compare.isVisible()
    assert studio.state.showing.picture is studio.state.pictures.find(1)


def test_esc_leaves_the_comparison_and_stops_no_job(
    qtbot: QtBot, studio: Studio, compared: MainWindow
) -> None:
    gate = Gate()
    studio.generator.script = lambda _: [gate]
    studio.state.generate()
    studio.state.showing.show_picture(1)
    studio.state.showing.compare_with(2)
    assert studio.state.is_running

    qtbot.keyClick(compared.canvas.compare.view, Qt.Key.Key_Escape)

    assert not studio.state.showing.comparison.is_active
    assert not studio.state.runner.is_stopping
    gate.open()
    studio.wait_until_idle()


def test_ctrl_click_in_the_strip_compares(qtbot: QtBot, studio: Studio, window: MainWindow) -> None:
    for prompt in ("one", "two", "three"):
        studio.generate(prompt=prompt)
    studio.state.showing.show_picture(3)
    strip = window.studio.filmstrip
    where = strip.visualRect(strip.strip_model.index(2, 0)).center()
    # Held as a key, for that is what the keyboard is asked for at the click.
    qtbot.mouseClick(strip.viewport(), LEFT, Qt.KeyboardModifier.ControlModifier, where)

    comparison = studio.state.showing.comparison
    assert comparison.a is studio.state.pictures.find(3)
    assert comparison.b is studio.state.pictures.find(1)
    assert strip.strip_model.letters == {3: "A", 1: "B"}
    assert [index.row() for index in strip.selectedIndexes()] == [0]


def test_pictures_of_other_proportions_share_one_frame(studio: Studio, window: MainWindow) -> None:
    studio.generate(width=256, height=256)
    studio.generate(width=256, height=128)
    studio.state.showing.show_picture(1)
    studio.state.showing.compare_with(2)
    pane = window.canvas.compare.slider
    pane.slide_to(0.0)
    rect = pane._view_rect(0)
    image = pane.grab().toImage()
    middle = QColor(image.pixel(rect.center().toPoint()))
    assert (middle.red(), middle.green(), middle.blue()) == B
    above = QColor(image.pixel(round(rect.center().x()) + 60, round(rect.top() + 60)))
    assert (above.red(), above.green(), above.blue()) != B, "the picture is not stretched"


def test_words_that_differ_are_marked_and_nothing_is_read_as_html() -> None:
    assert marked("a red dog, by day", "a blue dog, by day") == (
        "a <b>red</b> dog, by day",
        "a <b>blue</b> dog, by day",
    )
    assert marked("<i>", "<i>") == ("&lt;i&gt;", "&lt;i&gt;")
    assert marked("a\nb", "a\nb")[0] == "a<br>b"
