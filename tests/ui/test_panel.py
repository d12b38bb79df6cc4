"""What shapes the picture: each field shows the request and changes it."""

# mypy: disable-error-code="no-untyped-call"
# pytest-qt's keys and clicks have no types.
from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QComboBox, QLineEdit
from pytestqt.qtbot import QtBot

from fakes import FakeForecast, Gate
from studio import Studio
from wurstdesk.generation import MAX_PROMPT_CHARACTERS, StageProgress
from wurstdesk.ui.controls import SideScrollArea
from wurstdesk.ui.generation_panel import GenerationPanel
from wurstdesk.ui.main_window import MainWindow

LEFT = Qt.MouseButton.LeftButton
CTRL = Qt.KeyboardModifier.ControlModifier


def retype(qtbot: QtBot, field: QLineEdit | QAbstractSpinBox, text: str) -> None:
    """As somebody would: choose all, type."""
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, text)


def turn_wheel(box: QAbstractSpinBox | QComboBox) -> bool:
    """A notch down in the middle; whether it was taken there."""
    middle = QPointF(box.rect().center())
    event = QWheelEvent(
        middle,
        box.mapToGlobal(middle),
        QPoint(),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(box, event)
    return event.isAccepted()


def test_a_wheel_that_scrolls_changes_nothing_on_its_way(
    qtbot: QtBot, studio: Studio, window: MainWindow
) -> None:
    window.panel.advanced.heading.setChecked(True)
    before = studio.state.form.request
    area = window.panel.findChild(SideScrollArea)
    assert area is not None
    fields: list[QAbstractSpinBox | QComboBox] = []
    fields += area.findChildren(QAbstractSpinBox)
    fields += area.findChildren(QComboBox)
    assert len(fields) > 5
    for field in fields:
        turn_wheel(field)
        assert not field.hasFocus()
    assert studio.state.form.request == before

    window.panel.count.setFocus()
    studio.state.form.edit(num_images=3)
    assert turn_wheel(window.panel.count), "but where somebody is at work it does"
    assert studio.state.form.request.num_images == 2


def test_a_proportion_sets_both_sides(qtbot: QtBot, studio: Studio, window: MainWindow) -> None:
    picker = window.panel.size_picker
    wide = next(b for b in picker.preset_buttons() if b.text() == "4:3")

    qtbot.mouseClick(wide, LEFT)

    assert (studio.state.form.request.width, studio.state.form.request.height) == (512, 384)
    assert wide.isChecked()
    assert (picker.width_box.value(), picker.height_box.value()) == (512, 384)


def test_swap(qtbot: QtBot, studio: Studio, window: MainWindow) -> None:
    studio.state.form.edit(width=512, height=256)
    qtbot.mouseClick(window.panel.size_picker.swap_button, LEFT)
    assert (studio.state.form.request.width, studio.state.form.request.height) == (256, 512)


def test_a_typed_side_goes_to_the_grid(qtbot: QtBot, studio: Studio, window: MainWindow) -> None:
    box = window.panel.size_picker.width_box
    retype(qtbot, box, "500")
    assert studio.state.form.request.width == 384, "not in the middle of typing"

    qtbot.keyClick(box, Qt.Key.Key_Tab)

    assert studio.state.form.request.width == 512
    assert box.text() == "512"


def test_a_side_that_is_still_being_typed_counts_when_generating(
    qtbot: QtBot, studio: Studio, window: MainWindow
) -> None:
    box = window.panel.size_picker.height_box
    retype(qtbot, box, "256")
    qtbot.keyClick(box, Qt.Key.Key_Return, CTRL)
    studio.wait_until_idle()
    assert studio.generator.requests[0].height == 256


def test_sides_outside_the_trained_range_are_remarked(studio: Studio, window: MainWindow) -> None:
    warning = window.panel.size_picker.warning
    assert not warning.isVisible()
    studio.state.form.edit(width=1024)
    assert warning.isVisible()
    assert "Dackel was not trained on such sides" in warning.text()


def test_number_of_pictures(qtbot: QtBot, studio: Studio, window: MainWindow) -> None:
    retype(qtbot, window.panel.count, "4")
    assert studio.state.form.request.num_images == 4
    assert window.panel.generate_button.text() == "Generate 4"


def test_the_number_of_pictures_has_its_reset(
    qtbot: QtBot, studio: Studio, window: MainWindow
) -> None:
    panel = window.panel
    assert not panel.count_reset.isVisible()
    studio.state.form.edit(num_images=3)
    qtbot.mouseClick(panel.count_reset, LEFT)
    assert studio.state.form.request.num_images == 1
    assert not panel.count_reset.isVisible()


def test_the_button_says_when_it_does_not_know_what_it_costs(
    studio: Studio, window: MainWindow
) -> None:
    button = window.panel.generate_button
    assert (button.text(), button.price) == ("Generate", "no estimate yet")
    assert button.accessibleName() == "Generate a picture, no estimate yet"


def test_the_button_names_its_price(qtbot: QtBot, studio: Studio, window: MainWindow) -> None:
    # Given an engine that has learned
    button = window.panel.generate_button
    studio.generator.known_forecast = FakeForecast({"dackel": 17.5})
    with qtbot.waitSignal(studio.state.estimates.changed):
        studio.state.prepare()
    assert button.price == "about 18 s"
    # When more is asked for, then the price follows at once
    studio.state.form.edit(num_images=4)
    assert (button.text(), button.price) == ("Generate 4", "about 1 min 10 s")
    assert button.accessibleName() == "Generate 4 pictures, about 1 minute 10 seconds"


def test_the_price_is_there_while_something_runs(
    qtbot: QtBot, studio: Studio, window: MainWindow
) -> None:
    # Given a job that runs, and an engine that learns in the middle of it
    button, gate = window.panel.generate_button, Gate()
    studio.generator.known_forecast = FakeForecast({"dackel": 10.0})
    studio.generator.script = lambda _: [StageProgress("prior", 2, 2), gate]
    with qtbot.waitSignal(studio.state.estimates.changed):
        studio.state.generate()
    gate.wait_until_reached()
    # When another request is written, then its price is known
    studio.state.form.edit(num_images=2)
    assert (button.text(), button.price) == ("Add 2 to the queue", "about 20 s")
    assert button.accessibleName() == "Add 2 pictures to the queue, about 20 seconds"
    gate.open()
    studio.wait_until_idle()
    assert button.text() == "Generate 2"


@pytest.mark.parametrize("scale", [100, 200])
def test_both_lines_of_the_button_have_room(studio: Studio, window: MainWindow, scale: int) -> None:
    window.panel.generate_button.say("Add 64 to the queue", "about 59 min", "")
    studio.state.change_settings(interface_scale=scale)
    QApplication.processEvents()
    button = window.panel.generate_button
    size, hint, metrics = button.size(), button.sizeHint(), button.fontMetrics()
    studio.state.change_settings(interface_scale=100)  # the application's font outlives a test
    assert size.height() >= hint.height() >= 2 * metrics.height()
    assert size.width() >= metrics.horizontalAdvance(button.text())


def test_what_is_folded_is_remembered(studio: Studio, window: MainWindow) -> None:
    window.panel.negative_field.set_folded(True)
    window.panel.advanced.heading.setChecked(True)
    again = GenerationPanel(studio.state)
    studio.qtbot.addWidget(again)
    assert again.negative_field.is_folded
    assert again.advanced.heading.isChecked()


def test_a_typed_seed_is_kept(qtbot: QtBot, studio: Studio, window: MainWindow) -> None:
    seed = window.panel.seed
    assert seed.random_button.isChecked()

    retype(qtbot, seed.edit, "482 915 036")
    assert seed.keep_button.isChecked()
    studio.generate()

    assert studio.generator.requests[0].seed == 482915036


def test_a_seed_beyond_all_seeds_is_said_and_nothing_is_drawn(
    qtbot: QtBot, studio: Studio, window: MainWindow
) -> None:
    retype(qtbot, window.panel.seed.edit, "9999999999")
    assert "The seed" in window.panel.problem.text()

    qtbot.keyClick(window.panel.seed.edit, Qt.Key.Key_Return, CTRL)
    assert len(studio.state.queue) == 0
    assert "The seed" in studio.state.messages.all[0].text

    retype(qtbot, window.panel.seed.edit, "12")
    assert not window.panel.problem.isVisible()


def test_a_seed_that_cannot_be_stays_to_be_mended_until_another_is_wanted(
    qtbot: QtBot, studio: Studio, window: MainWindow
) -> None:
    seed = window.panel.seed
    retype(qtbot, seed.edit, "9999999999")
    qtbot.keyClick(seed.edit, Qt.Key.Key_Tab)
    assert seed.edit.text() == "9999999999", "what the problem is about can be seen"
    assert window.panel.problem.isVisible()

    qtbot.mouseClick(seed.random_button, LEFT)

    assert seed.edit.text() == str(studio.state.form.request.seed)
    assert not window.panel.problem.isVisible()


def test_typing_into_the_middle_of_a_seed_leaves_the_cursor_there(
    qtbot: QtBot, studio: Studio, window: MainWindow
) -> None:
    studio.state.form.edit(seed=1234)
    edit = window.panel.seed.edit
    edit.setFocus()
    edit.setCursorPosition(2)
    qtbot.keyClicks(edit, "00")
    assert studio.state.form.request.seed == 120034
    assert edit.cursorPosition() == 4


def test_dice_and_lock(qtbot: QtBot, studio: Studio, window: MainWindow) -> None:
    seed = window.panel.seed
    studio.generate()
    used = seed.edit.text()

    qtbot.mouseClick(seed.keep_button, LEFT)
    studio.generate()
    assert seed.edit.text() == used

    qtbot.mouseClick(seed.random_button, LEFT)
    studio.generate()
    assert seed.edit.text() != used
    assert seed.edit.text() == str(studio.generator.requests[-1].seed)


def test_an_emptied_seed_field_shows_the_seed_again(
    qtbot: QtBot, studio: Studio, window: MainWindow
) -> None:
    edit = window.panel.seed.edit
    retype(qtbot, edit, "12")
    retype(qtbot, edit, "9999999999")
    edit.selectAll()
    qtbot.keyClick(edit, Qt.Key.Key_Delete)
    assert edit.text() == ""
    window.panel.prompt.setFocus()
    assert edit.text() == str(studio.state.form.request.seed)
    assert not window.panel.problem.isVisible()


def test_use_these_settings_fills_the_panel(
    qtbot: QtBot, studio: Studio, window: MainWindow
) -> None:
    studio.generate(prompt="a dog\non two lines", negative_prompt="a cat", width=512, num_images=2)
    studio.generate(prompt="else", negative_prompt="", width=384, num_images=1)
    studio.state.showing.show_picture(2)

    qtbot.mouseClick(window.details.reuse_button, LEFT)

    panel = window.panel
    assert panel.prompt.toPlainText() == "a dog\non two lines"
    assert panel.negative_prompt.toPlainText() == "a cat"
    assert panel.size_picker.width_box.value() == 512
    assert panel.count.value() == 1
    assert panel.seed.edit.text() == "1002"
    assert panel.seed.keep_button.isChecked()


def test_use_only_the_seed(qtbot: QtBot, studio: Studio, window: MainWindow) -> None:
    studio.generate(prompt="a dog")
    studio.state.form.edit(prompt="a cat")
    used = studio.generator.requests[0].seed
    studio.state.form.edit(seed=5)

    ctrl_shift = CTRL | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(window.panel.prompt, Qt.Key.Key_R, ctrl_shift)

    assert studio.state.form.request.seed == used
    assert studio.state.form.request.prompt == "a cat"


def test_a_prompt_beyond_all_measure_is_said_and_nothing_is_drawn(
    qtbot: QtBot, studio: Studio, window: MainWindow
) -> None:
    QApplication.clipboard().setText("dog " * (MAX_PROMPT_CHARACTERS // 4 + 1))
    window.panel.prompt.paste()
    assert "The prompt" in window.panel.problem.text()
    qtbot.keyClick(window.panel.prompt, Qt.Key.Key_Return, CTRL)
    assert len(studio.state.queue) == 0

    window.panel.prompt.selectAll()
    qtbot.keyClick(window.panel.prompt, Qt.Key.Key_Delete)
    assert not window.panel.problem.isVisible()
