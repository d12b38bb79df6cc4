"""Past prompts by keys, and whole sets of parameters from the clipboard."""

# mypy: disable-error-code="no-untyped-call"
# pytest-qt's keys and clicks have no types.
from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QMimeData, Qt
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QDialogButtonBox, QLineEdit, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from wurstdesk.session.form import RequestForm
from wurstdesk.session.prompt_history import PromptHistory
from wurstdesk.ui.commands import CommandBook
from wurstdesk.ui.prompt_editor import PromptEditor
from wurstdesk.ui.prompt_keys import PastPromptCommands, PromptKeys
from wurstdesk.ui.proposal_dialog import ProposalDialog

ALT = Qt.KeyboardModifier.AltModifier
PARAMETERS = (
    "a cat on a roof\nNegative prompt: fog\n"
    "Steps: 30, Sampler: Euler a, CFG scale: 7, Seed: 99, Size: 1024x1152"
)


@dataclass
class Desk:
    """Two editors and a field beside them, in one window."""

    window: QWidget
    form: RequestForm
    history: PromptHistory
    prompt: PromptEditor
    negative: PromptEditor
    keys: PromptKeys
    negative_keys: PromptKeys
    other: QLineEdit
    book: CommandBook


@pytest.fixture
def desk(qtbot: QtBot) -> Iterator[Desk]:
    window = QWidget()
    form, history = RequestForm(lambda: 1, window), PromptHistory(window)
    editors = [PromptEditor(form, field, (4, 8)) for field in ("prompt", "negative_prompt")]
    prompt, negative = editors
    keys = PromptKeys(prompt, form, "prompt", history)
    negative_keys = PromptKeys(negative, form, "negative_prompt", history)
    book = CommandBook(window)
    PastPromptCommands(book, keys, negative_keys, history)
    book.refresh()
    other = QLineEdit()
    column = QVBoxLayout(window)
    for widget in (prompt, negative, other):
        column.addWidget(widget)
    with qtbot.waitExposed(window):
        window.show()
    window.activateWindow()
    prompt.setFocus()
    qtbot.waitUntil(prompt.hasFocus)
    yield Desk(window, form, history, prompt, negative, keys, negative_keys, other, book)
    window.close()
    window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def paste(editor: PromptEditor, text: str) -> None:
    QGuiApplication.clipboard().setText(text)
    editor.paste()


def dialog_of(keys: PromptKeys) -> ProposalDialog:
    assert keys.dialog is not None
    assert keys.dialog.isVisible()
    return keys.dialog


def as_text_button(dialog: ProposalDialog) -> QPushButton:
    role = QDialogButtonBox.ButtonRole.ActionRole
    (button,) = [b for b in dialog.buttons.buttons() if dialog.buttons.buttonRole(b) == role]
    assert isinstance(button, QPushButton)
    return button


# -- past prompts ----------------------------------------------------------------------------


def test_alt_and_arrows_go_through_past_prompts(qtbot: QtBot, desk: Desk) -> None:
    # Given two past prompts and one that is being written
    desk.history.add("one")
    desk.history.add("two\nlines")
    qtbot.keyClicks(desk.prompt, "three")
    # When the keys are pressed
    seen = []
    for key in (Qt.Key.Key_Up, Qt.Key.Key_Up, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Down):
        qtbot.keyClick(desk.prompt, key, ALT)
        seen.append(desk.form.request.prompt)
    # Then each is written into the request in turn, and what was written comes back
    assert seen == ["two\nlines", "one", "one", "two\nlines", "three"]
    assert desk.prompt.toPlainText() == "three"


def test_a_past_prompt_is_one_step_to_undo_and_is_written_on_at_its_end(
    qtbot: QtBot, desk: Desk
) -> None:
    desk.history.add("one")
    qtbot.keyClicks(desk.prompt, "draft")
    qtbot.keyClick(desk.prompt, Qt.Key.Key_Up, ALT)
    qtbot.keyClicks(desk.prompt, "!")
    assert desk.form.request.prompt == "one!"
    desk.prompt.undo()
    desk.prompt.undo()
    assert desk.form.request.prompt == "draft"


def test_the_negative_prompt_has_a_past_of_its_own(qtbot: QtBot, desk: Desk) -> None:
    desk.history.add("a dog", "fog")
    desk.negative.setFocus()
    qtbot.keyClick(desk.negative, Qt.Key.Key_Up, ALT)
    assert (desk.form.request.prompt, desk.form.request.negative_prompt) == ("", "fog")


@pytest.mark.parametrize(
    "modifiers", [Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier | ALT]
)
def test_other_arrows_move_the_cursor(
    qtbot: QtBot, desk: Desk, modifiers: Qt.KeyboardModifier
) -> None:
    desk.history.add("one")
    qtbot.keyClicks(desk.prompt, "draft")
    qtbot.keyClick(desk.prompt, Qt.Key.Key_Up, modifiers)
    assert desk.form.request.prompt == "draft"


def test_no_shortcut_of_the_window_takes_the_keys_away(qtbot: QtBot, desk: Desk) -> None:
    greedy = QAction(desk.window)
    greedy.setShortcut(QKeySequence("Alt+Up"))
    desk.window.addAction(greedy)
    desk.history.add("one")
    with qtbot.assertNotEmitted(greedy.triggered):
        qtbot.keyClick(desk.prompt, Qt.Key.Key_Up, ALT)
    assert desk.form.request.prompt == "one"


def test_the_menu_goes_through_those_of_the_editor_that_was_written_in_last(
    qtbot: QtBot, desk: Desk
) -> None:
    # Given a menu that can do nothing yet
    assert not desk.book["older_prompt"].isEnabled()
    desk.history.add("a dog", "fog")
    assert desk.book["older_prompt"].isEnabled()
    # When it is used from another field, after each of the editors
    desk.other.setFocus()
    desk.book["older_prompt"].trigger()
    assert desk.form.request.prompt == "a dog"
    desk.negative.setFocus()
    desk.other.setFocus()
    desk.book["older_prompt"].trigger()
    # Then each has its own
    assert desk.form.request.negative_prompt == "fog"
    desk.book["newer_prompt"].trigger()
    assert desk.form.request.negative_prompt == ""


# -- a whole set of parameters ---------------------------------------------------------------


def test_a_whole_set_of_parameters_is_shown_before_it_is_used(qtbot: QtBot, desk: Desk) -> None:
    # Given a prompt
    desk.form.edit(prompt="a dog")
    # When another program's parameters are pasted into it
    paste(desk.prompt, PARAMETERS)
    # Then nothing changes until they are used
    dialog = dialog_of(desk.keys)
    assert desk.form.request.prompt == desk.prompt.toPlainText() == "a dog"
    assert set(dialog.boxes) == {
        "prompt",
        "negative_prompt",
        "size",
        "seed",
        "prior_guidance_scale",
    }
    dialog.boxes["prior_guidance_scale"].setChecked(False)
    dialog.accept()
    request = desk.form.request
    assert (request.prompt, request.negative_prompt) == ("a cat on a roof", "fog")
    assert (request.seed, request.width, request.height) == (99, 1024, 1152)
    assert request.prior_guidance_scale == 4.0
    assert desk.prompt.toPlainText() == "a cat on a roof"
    assert desk.keys.dialog is None


def test_it_can_be_pasted_as_the_text_that_it_is(qtbot: QtBot, desk: Desk) -> None:
    qtbot.keyClicks(desk.prompt, "so: ")
    paste(desk.prompt, PARAMETERS)
    as_text_button(dialog_of(desk.keys)).click()
    assert desk.prompt.toPlainText() == f"so: {PARAMETERS}"
    assert desk.form.request.negative_prompt == ""
    assert desk.keys.dialog is None


def test_it_can_be_left(qtbot: QtBot, desk: Desk) -> None:
    paste(desk.prompt, PARAMETERS)
    qtbot.keyClick(dialog_of(desk.keys), Qt.Key.Key_Escape)
    assert desk.prompt.toPlainText() == ""
    assert desk.keys.dialog is None


def test_it_is_understood_in_the_negative_prompt_too(qtbot: QtBot, desk: Desk) -> None:
    paste(desk.negative, PARAMETERS)
    dialog_of(desk.negative_keys).accept()
    assert desk.form.request.negative_prompt == "fog"
    assert desk.negative.toPlainText() == "fog"


@pytest.mark.parametrize("text", ["a dog", "a dog, light: soft, mood: calm, style: oil"])
def test_any_other_text_is_pasted_at_once(desk: Desk, text: str) -> None:
    paste(desk.prompt, text)
    assert desk.keys.dialog is None
    assert desk.form.request.prompt == text


def test_what_is_no_text_is_left_to_the_editor(desk: Desk) -> None:
    desk.prompt.insertFromMimeData(QMimeData())
    assert desk.keys.dialog is None
    assert desk.prompt.toPlainText() == ""


def test_nothing_of_it_is_left_to_the_garbage_collector(qtbot: QtBot) -> None:
    gc.collect()
    gc.disable()
    try:
        form, history = RequestForm(lambda: 1), PromptHistory()
        editor = PromptEditor(form, "prompt", (4, 8))
        keys = PromptKeys(editor, form, "prompt", history)
        paste(editor, PARAMETERS)
        dialog_of(keys).accept()
        parts = [weakref.ref(part) for part in (editor, keys)]
        editor.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        del editor, keys
        assert [part() for part in parts] == [None, None]
    finally:
        gc.enable()
