"""Light and dark: both can be read, and the choice is kept."""

from __future__ import annotations

import math
from dataclasses import fields

import pytest
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from fakes import full_disk
from studio import Studio
from wurstdesk.paths import resources_dir
from wurstdesk.ui.main_window import MainWindow
from wurstdesk.ui.prompt_highlighter import tint
from wurstdesk.ui.theme import DARK, LIGHT, Colours, colours_of, palette_of, sheet_of

BOTH = pytest.mark.parametrize("colours", [DARK, LIGHT], ids=["dark", "light"])


def luminance(colour: str) -> float:
    """WCAG 2's relative luminance."""
    made = QColor(colour)
    channels = (made.redF(), made.greenF(), made.blueF())
    linear = [c / 12.92 if c <= 0.04045 else math.pow((c + 0.055) / 1.055, 2.4) for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """WCAG 2's contrast ratio."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@BOTH
def test_every_text_can_be_read_on_what_it_stands_on(colours: Colours) -> None:
    grounds = ("window", "field", "raised", "canvas", "problem_ground", "note_ground")
    pairs = [(text, ground) for text in ("text", "dim") for ground in grounds]
    pairs += [("on_accent", "accent"), ("on_accent", "accent_strong")]
    pairs += [("text", "heavier"), ("text", "lighter")]
    # The signs of weights, the seed in use, a job that failed (also a chosen one), links.
    pairs += [("accent", "field"), ("accent", "window")]
    pairs += [("accent_strong", ground) for ground in ("field", "raised", "window")]
    pairs += [("problem", ground) for ground in ("field", "window", "raised", "problem_ground")]
    poor = {
        pair: round(contrast(getattr(colours, pair[0]), getattr(colours, pair[1])), 2)
        for pair in pairs
    }
    assert {pair: ratio for pair, ratio in poor.items() if ratio < 4.5} == {}


@BOTH
@pytest.mark.parametrize("weight", [0.0, 0.3, 0.9, 1.1, 1.5, 4.0])
def test_a_weighted_word_can_be_read(colours: Colours, weight: float) -> None:
    assert contrast(colours.text, tint(colours, weight).name()) >= 4.5


@BOTH
def test_marks_and_rings_can_be_seen(colours: Colours) -> None:
    """3:1 is asked of what is no text."""
    for mark in (colours.accent, colours.problem):
        for ground in (colours.window, colours.field, colours.canvas):
            assert contrast(mark, ground) >= 3


@BOTH
def test_a_palette_tells_which_it_is(colours: Colours) -> None:
    assert colours_of(palette_of(colours)) is colours


@BOTH
def test_the_sheet_is_complete_and_its_icons_are_there(colours: Colours) -> None:
    sheet = sheet_of(colours)
    assert "$" not in sheet
    for direction in ("up", "down"):
        assert (resources_dir() / "icons" / f"{direction}-{colours.name}.svg").is_file()
        assert f"{direction}-{colours.name}.svg" in sheet


def test_both_have_every_colour() -> None:
    for field in fields(Colours):
        if field.name != "name":
            assert QColor(getattr(DARK, field.name)).isValid()
            assert QColor(getattr(LIGHT, field.name)).isValid()


def test_the_theme_is_chosen_in_the_menu_and_kept(
    qtbot: QtBot, studio: Studio, window: MainWindow
) -> None:
    window.book["theme_dark"].trigger()
    assert colours_of(QApplication.palette()) is DARK
    shot = window.grab().toImage()
    assert shot.pixelColor(4, window.height() - 60).name() == DARK.window

    window.book["theme_light"].trigger()
    assert colours_of(window.palette()) is LIGHT
    qtbot.waitUntil(lambda: [kept.theme for kept in studio.kept_settings] == ["dark", "light"])
    assert window.book["theme_light"].isChecked()


def test_settings_that_cannot_be_kept_are_said(
    qtbot: QtBot, studio: Studio, window: MainWindow
) -> None:
    def fail(_: object) -> None:
        raise full_disk()

    studio.state._save_settings = fail
    window.book["theme_dark"].trigger()
    assert studio.state.settings.theme == "dark"
    qtbot.waitUntil(lambda: bool(window.messages.cards))
    assert window.messages.cards[0].message.text == "The disk is full."


def test_icons_follow_the_theme(studio: Studio, window: MainWindow) -> None:
    studio.state.change_settings(theme="light")
    light = window.panel.seed.keep_button.icon().pixmap(16, 16).toImage()
    studio.state.change_settings(theme="dark")
    dark = window.panel.seed.keep_button.icon().pixmap(16, 16).toImage()
    assert light != dark
    assert window.palette().color(QPalette.ColorRole.Window).name() == DARK.window
