"""A prompt with its title: weights by key and wheel, the count, problems, conversion, folding."""

# mypy: disable-error-code="no-untyped-call"
# pytest-qt's keys and clicks have no types.
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QHelpEvent, QTextCharFormat, QTextCursor, QWheelEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QToolTip, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from fakes import DACKEL, PUBLISHED
from wurstdesk.engine.prompt_reading import CompelPromptReader
from wurstdesk.generation import CheckpointInfo, PromptReader
from wurstdesk.paths import resources_dir
from wurstdesk.session.form import RequestForm
from wurstdesk.session.prompt_readings import PromptReadings
from wurstdesk.ui.commands import CommandBook
from wurstdesk.ui.prompt_field import PromptCommands, PromptField
from wurstdesk.ui.prompt_highlighter import WEIGHT

READ = replace(DACKEL, prior_path=resources_dir() / "dackel" / "wuerstchen-prior")
CTRL = Qt.KeyboardModifier.ControlModifier


def real_reader(info: CheckpointInfo) -> PromptReader:
    return CompelPromptReader(info.prior_path / "tokenizer")


@dataclass
class Desk:
    """Two prompts in a window, with their commands, read by the built-in checkpoint."""

    qtbot: QtBot
    form: RequestForm
    prompt: PromptField
    negative: PromptField
    book: CommandBook
    elsewhere: QLineEdit

    def write(self, text: str, field: PromptField | None = None) -> None:
        """Type, and wait until it is read."""
        field = field or self.prompt
        self.qtbot.waitUntil(field.editor.isEnabled)
        with self.qtbot.waitSignal(field.editor.reading_changed):
            field.editor.setFocus()
            field.editor.selectAll()
            field.editor.insertPlainText(text)
        self.qtbot.waitUntil(lambda: field.editor.reading is not None)

    def press(self, key: Qt.Key, field: PromptField | None = None) -> None:
        """With Ctrl."""
        self.qtbot.keyClick((field or self.prompt).editor, key, CTRL)

    def select(self, start: int, end: int) -> None:
        cursor = self.prompt.editor.textCursor()
        cursor.setPosition(start)
        cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        self.prompt.editor.setTextCursor(cursor)

    @property
    def text(self) -> str:
        return self.prompt.editor.toPlainText()


@pytest.fixture
def desk(qtbot: QtBot) -> Iterator[Desk]:
    window = QWidget()
    form = RequestForm()
    readings = PromptReadings(real_reader, form)
    prompt = PromptField(form, readings, "prompt", "P&rompt", (4, 10), placeholder="What?")
    negative = PromptField(
        form, readings, "negative_prompt", "&Negative prompt", (2, 4), foldable=True
    )
    book = CommandBook(window)
    PromptCommands(book, prompt, negative)
    elsewhere = QLineEdit()
    column = QVBoxLayout(window)
    for part in (prompt, negative, elsewhere):
        column.addWidget(part)
    window.resize(320, 500)
    with qtbot.waitExposed(window):
        window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    form.set_checkpoints((READ, PUBLISHED))
    yield Desk(qtbot, form, prompt, negative, book, elsewhere)
    readings.close()
    QToolTip.hideText()
    window.close()
    window.deleteLater()


# -- weights ------------------------------------------------------------------------------------


def test_keys_weigh_the_word_and_each_is_a_step_to_undo(desk: Desk) -> None:
    desk.write("a red dog")
    desk.press(Qt.Key.Key_Up)
    desk.press(Qt.Key.Key_Up)
    assert desk.text == desk.form.request.prompt == "a red dog++"
    assert desk.prompt.editor.textCursor().position() == len("a red dog++")
    desk.qtbot.keyClicks(desk.prompt.editor, ", sun")

    for expected in ("a red dog++", "a red dog+", "a red dog"):
        desk.prompt.editor.undo()
        assert desk.text == desk.form.request.prompt == expected
    desk.prompt.editor.redo()
    assert desk.text == "a red dog+"
    desk.press(Qt.Key.Key_Down)
    desk.press(Qt.Key.Key_Down)
    assert desk.text == "a red dog-"


def test_the_selection_stays_on_its_words(desk: Desk) -> None:
    desk.write("🌭 a red dog")
    desk.select(3, 8)
    for expected in (
        "🌭 (a red)+ dog",
        "🌭 (a red)++ dog",
        "🌭 (a red)+++ dog",
        "🌭 (a red)1.4 dog",
    ):
        desk.press(Qt.Key.Key_Up)
        assert desk.text == expected
        assert desk.prompt.editor.textCursor().selectedText() == "a red"
    for _ in range(4):
        desk.press(Qt.Key.Key_Down)
    assert desk.text == "🌭 a red dog"
    assert desk.prompt.editor.textCursor().selectedText() == "a red"


def turn(desk: Desk, at: int, notches: float, modifier: Qt.KeyboardModifier = CTRL) -> None:
    """The wheel over a place of the text."""
    editor = desk.prompt.editor
    cursor = editor.textCursor()
    cursor.setPosition(at)
    point = QPointF(editor.cursorRect(cursor).center())
    event = QWheelEvent(
        point,
        QPointF(editor.viewport().mapToGlobal(point.toPoint())),
        QPoint(),
        QPoint(0, round(120 * notches)),
        Qt.MouseButton.NoButton,
        modifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(editor.viewport(), event)


def test_the_wheel_with_ctrl_weighs_the_word_under_the_mouse(desk: Desk) -> None:
    desk.write("a red dog")
    turn(desk, 4, 1)
    assert desk.text == "a red+ dog"
    turn(desk, 4, 2)
    assert desk.text == "a red+++ dog"
    turn(desk, 4, -0.5)
    assert desk.text == "a red+++ dog", "half a notch is none yet"
    turn(desk, 4, -0.5)
    assert desk.text == "a red++ dog"
    desk.prompt.editor.undo()
    assert desk.text == "a red+++ dog"
    turn(desk, 4, 1, Qt.KeyboardModifier.NoModifier)
    assert desk.text == "a red+++ dog"


def test_the_wheel_over_a_selection_weighs_it(desk: Desk) -> None:
    desk.write("a red dog")
    desk.select(0, 9)
    turn(desk, 3, 1)
    assert desk.text == "(a red dog)+"


def test_commands_are_for_the_prompt_that_was_written_in(desk: Desk) -> None:
    desk.write("a red dog")
    desk.write("fog", desk.negative)
    desk.elsewhere.setFocus()
    desk.book["heavier"].trigger()
    assert (desk.text, desk.form.request.negative_prompt) == ("a red dog", "fog+")
    desk.prompt.editor.setFocus()
    desk.book["lighter"].trigger()
    assert (desk.text, desk.form.request.negative_prompt) == ("a red dog-", "fog+")


def test_the_keys_weigh_nothing_from_elsewhere(desk: Desk) -> None:
    desk.write("a red dog")
    desk.elsewhere.setFocus()
    desk.qtbot.keyClick(desk.elsewhere, Qt.Key.Key_Up, CTRL)
    assert desk.text == "a red dog"


def test_whoever_takes_a_paste_keeps_it_out(desk: Desk) -> None:
    editor = desk.prompt.editor
    QApplication.clipboard().setText("red dog")
    editor.paste()
    assert desk.text == "red dog"
    taken: list[str] = []

    def take(text: str) -> bool:
        taken.append(text)
        return True

    editor.take_paste = take
    editor.paste()
    assert (desk.text, taken) == ("red dog", ["red dog"])
    editor.take_paste = lambda text: False
    editor.paste()
    assert desk.text == "red dogred dog"


# -- what is read ---------------------------------------------------------------------------------


def test_what_is_written_is_counted_and_tinted(desk: Desk) -> None:
    desk.write("a red+ dog")
    assert desk.prompt.count.text() == "3 / 75 tokens"
    spans = desk.prompt.editor.document().begin().layout().formats()
    weights = [(s.start, s.length, s.format.property(WEIGHT)) for s in spans]
    assert (2, 3, pytest.approx(1.1)) in weights


def test_beyond_a_chunk_they_are_said(desk: Desk) -> None:
    desk.write("dog " * 80)
    assert desk.prompt.count.text() == "80 tokens · 2 chunks"
    assert "75" in desk.prompt.count.toolTip()
    assert "first option" not in desk.prompt.count.toolTip()
    assert "Beyond the first 75" in desk.prompt.editor.tip_at(310)


def test_a_choice_is_counted_by_its_first_option(desk: Desk) -> None:
    desk.write("a {red|dark blue} dog")
    assert desk.prompt.count.text() == "3 / 75 tokens"
    assert "first option" in desk.prompt.count.toolTip()


def test_another_checkpoint_forgets_what_was_read(desk: Desk) -> None:
    desk.write("a red+ dog")
    with desk.qtbot.waitSignal(desk.prompt.editor.reading_changed):
        desk.form.set_checkpoints(())
    assert desk.prompt.count.text() == ""
    assert desk.prompt.editor.highlighter.marks == ()


def test_a_problem_is_underlined_at_once_and_said_after_a_pause(desk: Desk) -> None:
    desk.write("a (red dog")
    spans = desk.prompt.editor.document().begin().layout().formats()
    wave = QTextCharFormat.UnderlineStyle.WaveUnderline
    assert [(s.start, s.length) for s in spans if s.format.underlineStyle() == wave] == [(2, 1)]
    assert desk.prompt.remark.isHidden(), "who still writes is not interrupted"

    desk.qtbot.waitUntil(desk.prompt.remark.isVisible)

    assert "“(” has no partner" in desk.prompt.remark.text()
    assert "no partner" in desk.prompt.editor.accessibleDescription()
    desk.write("a (red dog)")
    assert desk.prompt.remark.isHidden()


def test_under_the_mouse_the_reason_is_told(desk: Desk) -> None:
    desk.write("a ( red+ zebra sun")
    editor = desk.prompt.editor
    assert "no partner" in editor.tip_at(2)
    assert editor.tip_at(5) == "Weight 1.1"
    assert editor.tip_at(12) == "Dackel does not know “zebra”."
    assert editor.tip_at(16) == ""

    cursor = editor.textCursor()
    cursor.setPosition(5)
    point = editor.viewport().mapTo(editor, editor.cursorRect(cursor).center())
    where = editor.mapToGlobal(point)
    QApplication.sendEvent(editor, QHelpEvent(QEvent.Type.ToolTip, point, where))
    assert QToolTip.text() == "Weight 1.1"


# -- other programs' weights ----------------------------------------------------------------------


def test_other_programs_weights_are_offered_for_conversion(desk: Desk) -> None:
    assert desk.prompt.conversion.isHidden()
    desk.write("🌭 ((dog:1.2) sun:0.8) (sky:1.1)")
    assert desk.prompt.conversion.isVisible()
    desk.qtbot.waitUntil(lambda: not desk.prompt.remark.text())

    with desk.qtbot.waitSignal(desk.prompt.editor.reading_changed):
        desk.qtbot.mouseClick(desk.prompt.conversion.button, Qt.MouseButton.LeftButton)

    assert desk.text == desk.form.request.prompt == "🌭 ((dog)1.2 sun)0.8 (sky)1.1"
    assert desk.prompt.conversion.isHidden()
    desk.prompt.editor.undo()
    assert desk.text == "🌭 ((dog:1.2) sun:0.8) (sky:1.1)"


def test_the_command_converts_where_there_is_something(desk: Desk) -> None:
    desk.write("dog")
    assert not desk.book["convert_weights"].isEnabled()
    desk.write("(dog:1.2)")
    assert desk.book["convert_weights"].isEnabled()
    desk.book["convert_weights"].trigger()
    assert desk.text == "(dog)1.2"


# -- folding --------------------------------------------------------------------------------------


def test_folded_the_first_words_are_shown(desk: Desk) -> None:
    desk.write("fog, rain\nand snow", desk.negative)
    fold = desk.negative.fold
    assert fold is not None
    with desk.qtbot.waitSignal(desk.negative.folded_changed):
        desk.qtbot.mouseClick(fold, Qt.MouseButton.LeftButton)
    assert desk.negative.is_folded
    assert not desk.negative.editor.isVisible()
    assert desk.negative._first_words.text() == "fog, rain and snow"
    assert desk.negative.count.isVisible()
    desk.form.edit(negative_prompt="other words")
    assert desk.negative._first_words.text() == "other words"

    desk.qtbot.mouseClick(fold, Qt.MouseButton.LeftButton)

    assert desk.negative.editor.isVisible()
    assert desk.negative.editor.hasFocus()
    assert not desk.negative._first_words.isVisible()


def test_the_key_of_the_title_leads_into_the_editor(desk: Desk) -> None:
    desk.negative.set_folded(True)
    desk.prompt.editor.setFocus()
    desk.qtbot.keyClick(desk.prompt.editor, Qt.Key.Key_N, Qt.KeyboardModifier.AltModifier)
    assert desk.negative.editor.hasFocus()
    desk.qtbot.keyClick(desk.negative.editor, Qt.Key.Key_R, Qt.KeyboardModifier.AltModifier)
    assert desk.prompt.editor.hasFocus()
    desk.book["fold_negative"].trigger()
    assert desk.negative.is_folded
    desk.book["fold_negative"].trigger()
    assert desk.negative.editor.hasFocus()


def test_a_prompt_that_cannot_be_folded_stays(desk: Desk) -> None:
    desk.prompt.set_folded(True)
    assert not desk.prompt.is_folded


def test_without_readings_it_is_an_editor_like_any(qtbot: QtBot) -> None:
    form = RequestForm()
    field = PromptField(form, None, "prompt", "P&rompt", (4, 10))
    qtbot.addWidget(field)
    field.show()
    qtbot.keyClicks(field.editor, "a (red dog")
    qtbot.keyClick(field.editor, Qt.Key.Key_Up, CTRL)
    assert form.request.prompt == "a (red dog+"
    assert field.count.text() == ""
    assert field.remark.isHidden()
