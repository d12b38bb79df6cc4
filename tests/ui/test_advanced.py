"""The folded settings: fields that explain themselves, each with its reset."""

# mypy: disable-error-code="no-untyped-call"
# pytest-qt's keys and clicks have no types.
from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from studio import Studio
from wurstdesk.generation import DEFAULT_STAGE_C_TIMESTEPS
from wurstdesk.ui.main_window import MainWindow

LEFT = Qt.MouseButton.LeftButton


def retype(qtbot: QtBot, field: QLineEdit | QAbstractSpinBox, text: str) -> None:
    """As somebody would: choose all, type."""
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, text)


def test_advanced_is_folded_and_says_what_is_set(
    qtbot: QtBot, studio: Studio, window: MainWindow
) -> None:
    advanced = window.panel.advanced
    assert not advanced.body.isVisible()
    advanced.heading.setFocus()
    qtbot.keyClick(advanced.heading, Qt.Key.Key_Space)
    assert advanced.body.isVisible()

    retype(qtbot, advanced.prior_guidance, "6.5")
    retype(qtbot, advanced.decoder_guidance, "1.5")
    retype(qtbot, advanced.decoder_steps, "20")
    retype(qtbot, advanced.decoder_seed, "99")

    request = studio.state.form.request
    assert request.prior_guidance_scale == 6.5
    assert request.decoder_guidance_scale == 1.5
    assert request.decoder_num_inference_steps == 20
    assert request.decoder_seed == 99


def test_folded_it_says_in_plain_words_what_is_set(studio: Studio, window: MainWindow) -> None:
    summary, form = window.panel.advanced.summary, studio.state.form
    assert summary.text() == "as usual"
    assert summary.toolTip() == "29 + 12 steps, guidance 4"

    form.edit(decoder_num_inference_steps=20)
    assert summary.text().replace("\u00a0", " ") == "29 + 20 steps, guidance 4"
    form.edit(prior_guidance_scale=6.5, decoder_guidance_scale=1.5)
    assert summary.text().replace("\u00a0", " ") == "29 + 20 steps, guidance 6.5 and 1.5"

    for reset in window.panel.advanced.resets():
        reset.click()
    assert summary.text() == "as usual"


def test_the_summary_is_never_cut_off(qtbot: QtBot, studio: Studio, window: MainWindow) -> None:
    studio.state.form.edit(prior_guidance_scale=6.25, decoder_guidance_scale=1.25)
    summary = window.panel.advanced.summary
    for percent in (100, 200):
        studio.state.change_settings(interface_scale=percent)
        qtbot.waitUntil(lambda: summary.height() >= summary.heightForWidth(summary.width()))
        words = summary.fontMetrics().boundingRect(
            summary.rect(), Qt.TextFlag.TextWordWrap, summary.text()
        )
        assert summary.contentsRect().contains(words)


def test_where_there_is_room_unfolding_moves_nothing_above_it(
    studio: Studio, window: MainWindow
) -> None:
    window.resize(1280, 1100)
    QApplication.processEvents()
    before = window.panel.advanced.pos()
    window.panel.advanced.heading.setChecked(True)
    QApplication.processEvents()
    assert window.panel.advanced.pos() == before


def test_every_advanced_field_has_its_own_reset(
    qtbot: QtBot, studio: Studio, window: MainWindow
) -> None:
    advanced = window.panel.advanced
    advanced.heading.setChecked(True)
    studio.state.form.edit(prior_timesteps=None, prior_num_inference_steps=20)
    studio.state.form.edit(
        prior_guidance_scale=9.0,
        decoder_num_inference_steps=3,
        decoder_guidance_scale=2.0,
        decoder_seed=4,
    )
    resets = advanced.resets()
    assert [reset.isVisible() for reset in resets] == [True] * 5

    for reset in resets:
        qtbot.mouseClick(reset, LEFT)
        assert not reset.isVisible()

    request = studio.state.form.request
    assert request.prior_timesteps == DEFAULT_STAGE_C_TIMESTEPS
    assert request.prior_guidance_scale == 4.0
    assert request.decoder_num_inference_steps == 12
    assert request.decoder_guidance_scale == 0.0
    assert request.decoder_seed is None


def test_every_field_has_a_sentence_of_help(window: MainWindow) -> None:
    advanced, panel = window.panel.advanced, window.panel
    for field in (
        panel.count,
        panel.checkpoint,
        advanced.schedule,
        advanced.own_list.text,
        advanced.prior_steps,
        advanced.prior_guidance,
        advanced.decoder_steps,
        advanced.decoder_guidance,
        advanced.decoder_seed,
    ):
        assert field.whatsThis().endswith("."), field.accessibleName()
        assert field.toolTip() == field.whatsThis()


def test_the_device_is_said_and_leads_to_its_settings(
    qtbot: QtBot, studio: Studio, window: MainWindow
) -> None:
    # Given no engine yet, then nothing is made up
    line = window.panel.advanced.plan
    window.panel.advanced.heading.setChecked(True)
    assert line.text.text() == "not chosen yet"
    # When there is a plan
    studio.generator.made_plan = replace(
        studio.generator.made_plan, advice="A graphics card would be quicker."
    )
    with qtbot.waitSignal(studio.state.plan_changed):
        studio.state.prepare()
    # Then it is said in short, with its reasons, and can be changed
    assert line.text.text() == "CPU · float32"
    assert line.toolTip().splitlines() == [
        "Testing CPU · float32 · 2 threads",
        "It is the only device here.",
        "A graphics card would be quicker.",
    ]
    with qtbot.waitSignal(window.panel.settings_asked):
        line.change_button.setFocus()
        qtbot.keyClick(line.change_button, Qt.Key.Key_Space)
