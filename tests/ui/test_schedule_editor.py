"""The prior's schedule: published, even steps, and a list of one's own."""

# mypy: disable-error-code="no-untyped-call"
# pytest-qt's keys and clicks have no types.
from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractSpinBox
from pytestqt.qtbot import QtBot

from fakes import DACKEL, PUBLISHED
from studio import Studio
from wurstdesk.generation import DEFAULT_STAGE_C_TIMESTEPS, make_request
from wurstdesk.ui.advanced import AdvancedSettings
from wurstdesk.ui.main_window import MainWindow
from wurstdesk.ui.schedule_editor import as_words, even_timesteps, meant_by

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def advanced(window: MainWindow) -> AdvancedSettings:
    window.panel.advanced.heading.setChecked(True)
    return window.panel.advanced


def times_of(studio: Studio) -> tuple[float, ...] | None:
    """Those of the request."""
    return studio.state.form.request.prior_timesteps


def retype(qtbot: QtBot, box: QAbstractSpinBox, text: str) -> None:
    """As somebody would: choose all, type."""
    box.setFocus()
    box.selectAll()
    qtbot.keyClicks(box, text)


def kind(advanced: AdvancedSettings) -> str:
    """Which schedule is shown to be chosen."""
    return advanced.schedule.currentText()


def choose(qtbot: QtBot, advanced: AdvancedSettings, name: str) -> None:
    """In the list that opens; down or up to it would also choose what is between."""
    combo = advanced.schedule
    combo.showPopup()
    view = combo.view()
    row = combo.findText(name)
    view.setCurrentIndex(combo.model().index(row, combo.modelColumn(), combo.rootModelIndex()))
    qtbot.keyClick(view, Qt.Key.Key_Return)
    assert combo.currentText() == name


def type_list(qtbot: QtBot, advanced: AdvancedSettings, text: str) -> None:
    """Replace the whole list."""
    advanced.own_list.text.setFocus()
    advanced.own_list.text.selectAll()
    qtbot.keyClicks(advanced.own_list.text, text)


def test_even_steps_and_back(qtbot: QtBot, studio: Studio, advanced: AdvancedSettings) -> None:
    assert not advanced.prior_steps.isEnabled()
    advanced.schedule.setFocus()
    qtbot.keyClick(advanced.schedule, Qt.Key.Key_Down)
    assert times_of(studio) is None

    retype(qtbot, advanced.prior_steps, "15")
    assert studio.state.form.request.prior_num_inference_steps == 15

    qtbot.keyClick(advanced.schedule, Qt.Key.Key_Up)
    assert times_of(studio) == DEFAULT_STAGE_C_TIMESTEPS


def test_the_number_of_even_steps_comes_back(
    qtbot: QtBot, studio: Studio, advanced: AdvancedSettings
) -> None:
    choose(qtbot, advanced, "Even steps")
    retype(qtbot, advanced.prior_steps, "15")
    choose(qtbot, advanced, "Even steps")
    assert studio.state.form.request.prior_num_inference_steps == 15


def test_a_schedule_of_a_pictures_own_is_shown(studio: Studio, advanced: AdvancedSettings) -> None:
    studio.state.form.edit(prior_timesteps=(1.0, 0.4, 0.0))
    assert kind(advanced) == "Own list"
    assert advanced.prior_steps.value() == 2
    assert advanced.own_list.text.toPlainText().split() == ["1", "0.4", "0"]
    assert advanced.own_list.count.text() == "2 steps"

    studio.state.form.reset("prior_timesteps")
    assert kind(advanced) == "Published"
    assert not advanced.own_list.isVisible()


def test_a_list_of_ones_own_starts_from_the_published_one(
    qtbot: QtBot, studio: Studio, advanced: AdvancedSettings
) -> None:
    choose(qtbot, advanced, "Own list")
    assert kind(advanced) == "Own list"
    assert advanced.own_list.isVisible()
    assert advanced.own_list.count.text() == "29 steps"
    assert times_of(studio) == DEFAULT_STAGE_C_TIMESTEPS


def test_numbers_that_are_not_touched_keep_all_their_digits(
    qtbot: QtBot, studio: Studio, advanced: AdvancedSettings
) -> None:
    choose(qtbot, advanced, "Own list")
    text = advanced.own_list.text
    text.setFocus()
    qtbot.keyClick(text, Qt.Key.Key_End, CTRL)
    qtbot.keyClicks(text, ".01")
    assert times_of(studio) == (*DEFAULT_STAGE_C_TIMESTEPS[:-1], 0.01)


@pytest.mark.parametrize("typed", ["1 0.5 0.2 0", "1,.5,.2,0", "1; 0.50; 2e-1; 0"])
def test_a_list_is_typed(
    qtbot: QtBot, studio: Studio, advanced: AdvancedSettings, typed: str
) -> None:
    choose(qtbot, advanced, "Own list")
    type_list(qtbot, advanced, typed)
    assert times_of(studio) == (1, 0.5, 0.2, 0)
    assert advanced.own_list.text.toPlainText() == typed, "what is typed is not rewritten"
    assert advanced.own_list.count.text() == "3 steps"
    assert advanced.prior_steps.value() == 3


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("1 0.5 0.7 0", "Prior timesteps must fall from one to the next."),
        ("1.2 0.5", "Prior timesteps are two or more numbers between 1 and 0."),
        ("1", "Prior timesteps are two or more numbers between 1 and 0."),
        ("1 half 0", "The list of prior timesteps cannot be used: “half” is not a number."),
        ("nan 0", "The list of prior timesteps cannot be used: it should be a finite number"),
    ],
)
def test_what_is_wrong_with_a_list_is_said(
    qtbot: QtBot,
    studio: Studio,
    window: MainWindow,
    advanced: AdvancedSettings,
    typed: str,
    said: str,
) -> None:
    choose(qtbot, advanced, "Own list")
    type_list(qtbot, advanced, typed)
    assert window.panel.problem.text().startswith(said)
    assert advanced.own_list.count.text() == "This list cannot be used."
    assert advanced.own_list.text.toPlainText() == typed, "it stays to be mended"
    assert kind(advanced) == "Own list"

    qtbot.keyClick(advanced.own_list.text, Qt.Key.Key_Return, CTRL)
    assert len(studio.state.queue) == 0

    type_list(qtbot, advanced, "1 0.5 0")
    assert not window.panel.problem.isVisible()
    qtbot.keyClick(advanced.own_list.text, Qt.Key.Key_Return, CTRL)
    studio.wait_until_idle()
    assert studio.generator.requests[0].prior_timesteps == (1, 0.5, 0)


def test_a_list_that_cannot_be_used_is_left_behind(
    qtbot: QtBot, studio: Studio, window: MainWindow, advanced: AdvancedSettings
) -> None:
    choose(qtbot, advanced, "Own list")
    type_list(qtbot, advanced, "0 1")
    choose(qtbot, advanced, "Published")
    assert not window.panel.problem.isVisible()
    assert times_of(studio) == DEFAULT_STAGE_C_TIMESTEPS


def test_ones_own_list_is_there_again(
    qtbot: QtBot, studio: Studio, advanced: AdvancedSettings
) -> None:
    choose(qtbot, advanced, "Own list")
    type_list(qtbot, advanced, "1 0.6 0.1 0")
    choose(qtbot, advanced, "Published")
    assert times_of(studio) == DEFAULT_STAGE_C_TIMESTEPS
    choose(qtbot, advanced, "Own list")
    assert times_of(studio) == (1, 0.6, 0.1, 0)


def test_a_list_can_be_filled_in(qtbot: QtBot, studio: Studio, advanced: AdvancedSettings) -> None:
    # Given a list of four steps
    choose(qtbot, advanced, "Own list")
    type_list(qtbot, advanced, "1 0.9 0.3 0.1 0")
    # When even steps are filled in, then as many
    advanced.own_list.from_even.trigger()
    assert times_of(studio) == (1, 0.75, 0.5, 0.25, 0)
    assert advanced.own_list.text.toPlainText().split() == ["1", "0.75", "0.5", "0.25", "0"]
    # When the published one is, then it is still a list of one's own
    advanced.own_list.from_published.trigger()
    assert times_of(studio) == DEFAULT_STAGE_C_TIMESTEPS
    assert kind(advanced) == "Own list"


def test_another_checkpoints_schedule_does_not_replace_the_list(
    qtbot: QtBot, studio: Studio, advanced: AdvancedSettings
) -> None:
    studio.read_catalogue(DACKEL, PUBLISHED)
    choose(qtbot, advanced, "Own list")
    type_list(qtbot, advanced, "1 0.5 0")
    studio.state.form.choose_checkpoint("wuerstchen")
    assert times_of(studio) == (1, 0.5, 0)
    assert kind(advanced) == "Own list"


@pytest.mark.parametrize("steps", [1, 2, 7, 30, 1000])
def test_even_timesteps_are_a_list_that_can_be_used_and_read(steps: int) -> None:
    times = even_timesteps(steps)
    assert make_request(prior_timesteps=times).prior_steps == steps
    for word, time in zip(as_words(times), times, strict=True):
        assert float(word) == pytest.approx(time, abs=5e-4)


def test_times_that_hardly_differ_are_told_apart() -> None:
    assert len(set(as_words((1.0, 0.5, 0.5 - 1e-12, 0.0)))) == 4


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("1 0.67 0", [1, 2 / 3, 0]),
        ("1 0.67 0.3 0", [1, 2 / 3, 0.3, 0]),
        ("0.9 0.67 0", [0.9, 2 / 3, 0]),
        ("1 0", [1, 0]),
        ("1 0.67 0.67 0", [1, 2 / 3, 0.67, 0]),
        ("0.5", [0.5]),
        ("", []),
        ("1 0.6x 0", [1, "0.6x", 0]),
    ],
)
def test_only_what_is_touched_is_read_anew(words: str, meant: list[object]) -> None:
    shown: list[tuple[str, object]] = [("1", 1.0), ("0.67", 2 / 3), ("0", 0.0)]
    assert meant_by(words.split(), shown) == meant
