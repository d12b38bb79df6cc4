"""The prompt: what it does not know is underlined, and nobody is disturbed while typing."""

# mypy: disable-error-code="no-untyped-call"
# pytest-qt's keys and clicks have no types.
from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCharFormat
from pytestqt.qtbot import QtBot

from fakes import PUBLISHED
from studio import Studio
from wurstdesk.ui.main_window import MainWindow
from wurstdesk.ui.prompt_editor import PromptEditor

WAVE = QTextCharFormat.UnderlineStyle.WaveUnderline


def marked(editor: PromptEditor) -> list[str]:
    """The underlined words, as they are painted."""
    words: list[str] = []
    block = editor.document().begin()
    while block.isValid():
        units = block.text().encode("utf-16-le")
        words += [
            units[2 * span.start : 2 * (span.start + span.length)].decode("utf-16-le")
            for span in block.layout().formats()
            if span.format.underlineStyle() == WAVE
        ]
        block = block.next()
    return words


def test_unknown_words_are_marked_and_explained(
    qtbot: QtBot, studio: Studio, window: MainWindow
) -> None:
    panel = window.panel
    assert not panel.strange_words.isVisible()

    qtbot.keyClicks(panel.prompt, "a zebra and a red dog in space ")

    assert marked(panel.prompt) == ["zebra", "space"]
    assert panel.strange_words.isVisible()
    assert panel.strange_words.text().startswith("Dackel does not know “zebra” and “space”.")
    assert "sausage dogs of ten colours" not in panel.strange_words.text(), "that is long"
    assert "sausage dogs of ten colours" in panel.strange_words.more_button.toolTip()


def test_marks_stand_right_behind_an_emoji_and_on_every_line(window: MainWindow) -> None:
    window.panel.prompt.setPlainText("🐶🐶 zebra dog\nred giraffe 🐶 ")
    assert marked(window.panel.prompt) == ["🐶🐶", "zebra", "giraffe", "🐶"]


def test_a_word_that_may_become_a_known_one_is_not_marked_yet(
    qtbot: QtBot, window: MainWindow
) -> None:
    prompt = window.panel.prompt
    qtbot.keyClicks(prompt, "a saus")
    assert marked(prompt) == []
    assert not window.panel.strange_words.isVisible(), "the panel would jump with every word"

    qtbot.keyClick(prompt, Qt.Key.Key_Space)
    assert marked(prompt) == ["saus"]
    assert "“saus”" in window.panel.strange_words.text()


def test_what_is_left_half_typed_is_marked(qtbot: QtBot, window: MainWindow) -> None:
    prompt = window.panel.prompt
    prompt.insertPlainText("🐶 dog\na ")
    qtbot.keyClicks(prompt, "saus")
    assert marked(prompt) == ["🐶"]

    qtbot.keyClick(prompt, Qt.Key.Key_Tab)

    assert marked(prompt) == ["🐶", "saus"]
    assert "“🐶” and “saus”" in window.panel.strange_words.text()


def test_a_strange_word_is_named_once_as_first_written(window: MainWindow) -> None:
    window.panel.prompt.setPlainText("a Zebra and a zebra on a spaceship")
    window.panel.negative_prompt.setPlainText("fog, zebra")
    words = "Dackel does not know “Zebra”, “spaceship” and “fog”."
    assert window.panel.strange_words.text().startswith(words)


def test_the_mark_goes_when_the_word_is_mended(qtbot: QtBot, window: MainWindow) -> None:
    prompt = window.panel.prompt
    qtbot.keyClicks(prompt, "a dgo ")
    assert marked(prompt) == ["dgo"]
    for _ in range(4):
        qtbot.keyClick(prompt, Qt.Key.Key_Backspace)
    qtbot.keyClicks(prompt, "dog ")
    assert marked(prompt) == []


def test_the_negative_prompt_is_marked_too(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.keyClicks(window.panel.negative_prompt, "fog ")
    assert marked(window.panel.negative_prompt) == ["fog"]
    assert "“fog”" in window.panel.strange_words.text()


def test_a_checkpoint_without_bounds_marks_nothing(
    qtbot: QtBot, studio: Studio, window: MainWindow
) -> None:
    qtbot.keyClicks(window.panel.prompt, "a zebra ")
    studio.read_catalogue(PUBLISHED)
    studio.state.form.choose_checkpoint("wuerstchen")
    assert marked(window.panel.prompt) == []
    assert not window.panel.strange_words.isVisible()


def test_what_is_taken_over_can_be_undone(qtbot: QtBot, studio: Studio, window: MainWindow) -> None:
    qtbot.keyClicks(window.panel.prompt, "my own words")
    studio.state.form.edit(prompt="other words")
    assert window.panel.prompt.toPlainText() == "other words"

    window.panel.prompt.undo()

    assert window.panel.prompt.toPlainText() == "my own words"
    assert studio.state.form.request.prompt == "my own words"


def test_what_the_request_cleans_does_not_move_the_cursor(
    studio: Studio, window: MainWindow
) -> None:
    prompt = window.panel.prompt
    prompt.insertPlainText("a dog\0 here")
    assert studio.state.form.request.prompt == "a dog here"
    studio.state.form.edit(num_images=2)
    prompt.insertPlainText("!")
    assert prompt.toPlainText().endswith("here!")


def test_examples_fill_the_prompt(qtbot: QtBot, studio: Studio, window: MainWindow) -> None:
    page = window.canvas.empty_page
    assert page.isVisible()
    example = page.examples[1]

    qtbot.mouseClick(example, Qt.MouseButton.LeftButton)

    assert studio.state.form.request.prompt == example.text() != ""
    assert window.panel.prompt.toPlainText() == example.text()
    assert window.panel.prompt.hasFocus()
    assert marked(window.panel.prompt) == []


def test_no_examples_no_buttons(studio: Studio, window: MainWindow) -> None:
    studio.read_catalogue(PUBLISHED)
    assert [b.isVisible() for b in window.canvas.empty_page.examples] == [True, False, False]


def test_what_the_checkpoint_can_draw_unfolds_by_keyboard(
    qtbot: QtBot, studio: Studio, window: MainWindow
) -> None:
    # Given a remark about a word
    panel = window.panel
    studio.state.form.edit(prompt="a zebra")
    qtbot.waitUntil(panel.strange_words.isVisible)
    button = panel.strange_words.more_button
    assert button.accessibleName() == "What Dackel can draw"

    # When its arrow is pressed, then the rest is there, and gone when it is pressed again
    button.setFocus()
    qtbot.keyClick(button, Qt.Key.Key_Space)
    first, second = panel.strange_words.text().split("\n")
    assert first == "Dackel does not know “zebra”."
    assert second.startswith("Dackel draws sausage dogs")
    qtbot.keyClick(button, Qt.Key.Key_Space)
    assert panel.strange_words.text() == "Dackel does not know “zebra”."
