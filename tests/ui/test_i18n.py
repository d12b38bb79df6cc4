"""Words, numbers and times."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from wurstdesk.ui.i18n import (
    duration,
    install_translations,
    loading_words,
    rough_duration,
    rough_duration_aloud,
    stage_name,
    time_left,
    word_list,
)


@pytest.fixture(autouse=True)
def english(qtbot: QtBot) -> None:
    del qtbot
    QLocale.setDefault(QLocale("en"))


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.04, "0.0 s"),
        (2.14, "2.1 s"),
        (9.96, "10 s"),
        (59.4, "59 s"),
        (59.6, "1 min 0 s"),
        (70, "1 min 10 s"),
        (3599, "59 min 59 s"),
        (7500, "2 h 5 min"),
    ],
)
def test_duration(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "1 s left"),
        (1.4, "1 s left"),
        (9.7, "10 s left"),
        (21.2, "21 s left"),
        (75, "1 min 15 s left"),
    ],
)
def test_time_left(seconds: float, text: str) -> None:
    assert time_left(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text", "aloud"),
    [
        (0.2, "1 s", "1 second"),
        (8.3, "8 s", "8 seconds"),
        (19.7, "20 s", "20 seconds"),
        (38, "40 s", "40 seconds"),
        (57.4, "55 s", "55 seconds"),
        (58, "1 min", "1 minute"),
        (71, "1 min 10 s", "1 minute 10 seconds"),
        (594, "9 min 50 s", "9 minutes 50 seconds"),
        (725, "12 min", "12 minutes"),
        (3569, "59 min", "59 minutes"),
        (3590, "1 h", "1 hour"),
        (8000, "2 h 15 min", "2 hours 15 minutes"),
    ],
)
def test_what_nobody_knows_exactly_is_said_roughly(seconds: float, text: str, aloud: str) -> None:
    assert rough_duration(seconds) == text
    assert rough_duration_aloud(seconds) == aloud


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ((), ""),
        (("a",), "“a”"),
        (("a", "b"), "“a” and “b”"),
        (("a", "b", "c"), "“a”, “b” and “c”"),
        (tuple("abcdef"), "“a”, “b”, “c”, “d” and 2 more"),
    ],
)
def test_word_list(words: tuple[str, ...], text: str) -> None:
    assert word_list(words) == text


def test_stages_and_parts_have_names() -> None:
    assert stage_name("prior") == "Composing (Stage C)"
    assert loading_words("vqgan") == "Loading the VQGAN…"
    assert loading_words("something new") == "Loading something new…"
    assert loading_words("prompt") == "Reading the prompt…"


def test_a_language_without_a_translation_stays_english(tmp_path: Path) -> None:
    app = QApplication.instance()
    assert app is not None
    assert install_translations(app, tmp_path, "en").language() == QLocale.Language.English
