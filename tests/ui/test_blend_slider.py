"""The slider between two priors: there where it is of use, by mouse and by keyboard."""

# mypy: disable-error-code="no-untyped-call"
# pytest-qt's keys and clicks have no types.
from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from fakes import BLENDABLE, DACKEL
from studio import Studio
from wurstdesk.ui.blend_slider import BlendSlider
from wurstdesk.ui.main_window import MainWindow

BASE, FINETUNED = "wuerstchen+base", "wuerstchen+finetuned"


@pytest.fixture
def row(studio: Studio, window: MainWindow) -> BlendSlider:
    """With two priors to blend with."""
    studio.read_catalogue(DACKEL, *BLENDABLE)
    studio.state.form.choose_checkpoint("wuerstchen")
    return window.panel.checkpoint_row.blend


def blend_of(studio: Studio) -> tuple[float, str]:
    request = studio.state.form.request
    return request.prior_blend, request.blend_prior


def test_it_is_there_where_there_is_another_prior(studio: Studio, window: MainWindow) -> None:
    row = window.panel.checkpoint_row.blend
    assert not row.isVisible()
    studio.read_catalogue(DACKEL, *BLENDABLE[:2])
    assert not row.isVisible(), "for the built-in one there is none"
    studio.state.form.choose_checkpoint("wuerstchen")
    assert row.isVisible()
    assert (row.only.isVisible(), row.only.text()) == (True, "base")
    assert not row.combo.isVisible()
    studio.read_catalogue(DACKEL, *BLENDABLE)
    assert row.combo.isVisible()
    assert [row.combo.itemText(i) for i in range(row.combo.count())] == ["base", "finetuned"]


def test_the_slider_by_keyboard(qtbot: QtBot, studio: Studio, row: BlendSlider) -> None:
    row.slider.setFocus()
    qtbot.keyClick(row.slider, Qt.Key.Key_PageUp)
    qtbot.keyClick(row.slider, Qt.Key.Key_Right)
    assert blend_of(studio) == (0.11, BASE)
    assert row.percent.text() == "11 %"
    qtbot.keyClick(row.slider, Qt.Key.Key_End)
    assert blend_of(studio) == (1.0, BASE)
    qtbot.keyClick(row.slider, Qt.Key.Key_Home)
    assert blend_of(studio) == (0.0, "")


def test_a_number_typed_counts_when_it_is_whole(
    qtbot: QtBot, studio: Studio, row: BlendSlider
) -> None:
    row.percent.setFocus()
    row.percent.selectAll()
    qtbot.keyClicks(row.percent, "35")
    assert blend_of(studio) == (0.0, "")
    qtbot.keyClick(row.percent, Qt.Key.Key_Return)
    assert blend_of(studio) == (0.35, BASE)
    assert row.slider.value() == 35


def test_the_other_prior_is_chosen_before_or_after(
    qtbot: QtBot, studio: Studio, row: BlendSlider
) -> None:
    row.combo.setFocus()
    qtbot.keyClick(row.combo, Qt.Key.Key_Down)
    assert blend_of(studio) == (0.0, ""), "nothing of it is asked for yet"
    row.slider.setValue(40)
    assert blend_of(studio) == (0.4, FINETUNED)
    qtbot.keyClick(row.combo, Qt.Key.Key_Up)
    assert blend_of(studio) == (0.4, BASE)


def test_it_is_reset(qtbot: QtBot, studio: Studio, row: BlendSlider) -> None:
    assert not row.reset_button.isVisible()
    row.slider.setValue(40)
    qtbot.mouseClick(row.reset_button, Qt.MouseButton.LeftButton)
    assert blend_of(studio) == (0.0, "")
    assert row.slider.value() == row.percent.value() == 0
    assert not row.reset_button.isVisible()


def test_what_is_taken_from_a_picture_is_shown(studio: Studio, row: BlendSlider) -> None:
    form = studio.state.form
    studio.state.reuse(form.request.changed(prior_blend=0.355, blend_prior=FINETUNED))
    assert row.combo.currentText() == "finetuned"
    assert row.slider.value() in {35, 36}
    assert form.request.prior_blend == 0.355, "to be shown rounded changes nothing"


def test_a_prior_that_is_gone_is_named(studio: Studio, row: BlendSlider) -> None:
    request = studio.state.form.request.changed(prior_blend=0.5, blend_prior="wuerstchen+old")
    studio.state.reuse(request)
    assert "wuerstchen+old" in studio.state.messages.shown[-1].text
    assert row.slider.value() == 0


def test_it_says_what_its_ends_are(studio: Studio, row: BlendSlider) -> None:
    assert row.slider.accessibleName() == "Prior blend"
    assert row.percent.accessibleName()
    assert "0 % composes as Würstchen v2 alone, 100 % as base" in row.slider.toolTip()
    studio.state.form.choose_checkpoint(FINETUNED)
    assert "0 % composes as finetuned alone" in row.slider.accessibleDescription()


def test_the_wheel_scrolls_past_it(studio: Studio, row: BlendSlider) -> None:
    def turn() -> None:
        wheel = QWheelEvent(
            QPointF(5, 5), QPointF(5, 5), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(row.slider, wheel)

    turn()
    assert blend_of(studio) == (0.0, "")
    row.slider.setFocus()
    turn()
    assert studio.state.form.request.prior_blend > 0


def test_the_inspector_says_it_only_where_there_is_one(
    studio: Studio, window: MainWindow, row: BlendSlider
) -> None:
    row.slider.setValue(35)
    studio.generate()
    picture = studio.state.showing.picture_in_view
    assert picture is not None
    assert picture.request.prior_blend == 0.35
    assert window.inspector.values["blend"].text() == "35 % base"
    row.slider.setValue(0)
    studio.generate()
    assert window.inspector.values["blend"].text() == ""
