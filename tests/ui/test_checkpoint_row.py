"""Which checkpoint draws and with which prior."""

# mypy: disable-error-code="no-untyped-call"
# pytest-qt's keys and clicks have no types.
from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from fakes import DACKEL, PUBLISHED, damaged, with_prior
from studio import Studio
from wurstdesk.ui.checkpoint_row import families
from wurstdesk.ui.main_window import MainWindow

LEFT = Qt.MouseButton.LeftButton


FINETUNED, INTERPOLATED = with_prior("finetuned"), with_prior("interpolated")


def test_a_choice_of_checkpoints_is_there_when_there_is_one(
    qtbot: QtBot, studio: Studio, window: MainWindow
) -> None:
    assert not window.panel.checkpoint.isVisible()
    studio.read_catalogue(DACKEL, PUBLISHED)
    assert window.panel.checkpoint.isVisible()

    window.panel.checkpoint.setFocus()
    qtbot.keyClick(window.panel.checkpoint, Qt.Key.Key_Down)

    assert studio.state.form.request.checkpoint == "wuerstchen"
    assert window.panel.size_picker.width_box.value() == 1024


def test_with_one_checkpoint_its_name_is_enough(studio: Studio, window: MainWindow) -> None:
    row = window.panel.checkpoint_row
    assert row.only.isVisible()
    assert row.only.text() == "Dackel"
    assert "More checkpoints" in row.toolTip()
    assert not row.prior.isVisible()
    assert not row.reset_button.isVisible()


def test_checkpoints_that_share_all_but_the_prior_are_one_family() -> None:
    assert families((DACKEL, FINETUNED, PUBLISHED, INTERPOLATED)) == (
        (DACKEL,),
        (PUBLISHED, FINETUNED, INTERPOLATED),
    )


def test_a_checkpoint_with_several_priors(qtbot: QtBot, studio: Studio, window: MainWindow) -> None:
    # Given one with two more priors
    row = window.panel.checkpoint_row
    studio.read_catalogue(DACKEL, PUBLISHED, FINETUNED, INTERPOLATED)
    assert [row.combo.itemText(i) for i in range(row.combo.count())] == ["Dackel", "Würstchen v2"]
    # When it is chosen, then with its own prior, and the others are offered
    row.combo.setFocus()
    qtbot.keyClick(row.combo, Qt.Key.Key_Down)
    assert studio.state.form.request.checkpoint == "wuerstchen"
    names = [row.prior.itemText(i) for i in range(row.prior.count())]
    assert names == ["Its own", "finetuned", "interpolated"]
    # When another prior is chosen
    row.prior.setFocus()
    qtbot.keyClick(row.prior, Qt.Key.Key_Down)
    assert studio.state.form.request.checkpoint == "wuerstchen+finetuned"
    assert row.combo.currentText() == "Würstchen v2"


def test_a_picture_with_another_prior_is_shown_as_such(studio: Studio, window: MainWindow) -> None:
    row = window.panel.checkpoint_row
    studio.read_catalogue(DACKEL, PUBLISHED, FINETUNED)
    studio.state.form.take(studio.state.form.request.changed(checkpoint=FINETUNED.name))
    assert (row.combo.currentText(), row.prior.currentText()) == ("Würstchen v2", "finetuned")


def test_the_checkpoint_has_its_reset(qtbot: QtBot, studio: Studio, window: MainWindow) -> None:
    row = window.panel.checkpoint_row
    studio.read_catalogue(damaged(), PUBLISHED, FINETUNED)
    studio.state.form.choose_checkpoint(FINETUNED.name)
    qtbot.mouseClick(row.reset_button, LEFT)
    assert studio.state.form.request.checkpoint == "wuerstchen", "the first that can be used"
    assert not row.reset_button.isVisible()


def test_a_checkpoint_that_cannot_be_used_says_why(studio: Studio, window: MainWindow) -> None:
    row = window.panel.checkpoint_row
    studio.read_catalogue(DACKEL, damaged(PUBLISHED))
    assert not row.problem.isVisible()
    studio.state.form.choose_checkpoint("wuerstchen")
    assert row.problem.text() == "Its prior is missing."
    assert row.problem.isVisible()
    studio.state.form.choose_checkpoint("dackel")
    assert not row.problem.isVisible()


def test_of_a_family_whose_own_prior_is_missing_the_one_that_works_is_chosen(
    qtbot: QtBot, studio: Studio, window: MainWindow
) -> None:
    row = window.panel.checkpoint_row
    studio.read_catalogue(DACKEL, damaged(PUBLISHED), FINETUNED)
    row.combo.setFocus()
    qtbot.keyClick(row.combo, Qt.Key.Key_Down)
    assert studio.state.form.request.checkpoint == "wuerstchen+finetuned"
