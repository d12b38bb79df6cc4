"""The welcome at the first start: four ways to begin, asked once."""

# mypy: disable-error-code="no-untyped-call"
# pytest-qt's keys and clicks have no types.
from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from fake_shelf import BUILT_IN, GB, WHOLE, prior_item
from fakes import DACKEL, PUBLISHED
from studio import Studio, open_studio
from wurstdesk.ui.main_window import MainWindow
from wurstdesk.ui.welcome_dialog import WelcomeDialog

LEFT = Qt.MouseButton.LeftButton


def welcome(studio: Studio, window: MainWindow) -> WelcomeDialog:
    window.dialogs.welcome_once()
    studio.qtbot.waitUntil(lambda: window.dialogs.welcome is not None)
    dialog = window.dialogs.welcome
    assert dialog is not None
    studio.qtbot.waitExposed(dialog)
    return dialog


def test_where_nothing_was_found_there_are_three_ways(studio: Studio, window: MainWindow) -> None:
    dialog = welcome(studio, window)
    assert dialog.built_in.isVisible()
    assert not dialog.found.isVisible()
    assert not dialog.all_found.isVisible()
    assert dialog.published.isVisible()
    assert dialog.folder.isVisible()
    assert not dialog.isModal(), "the window works meanwhile"


def test_what_each_of_them_means(studio: Studio, window: MainWindow) -> None:
    dialog = welcome(studio, window)
    assert dialog.built_in.accessibleDescription().startswith("Dackel draws sausage dogs")
    about = dialog.published.accessibleDescription()
    for part in ("12.5 GB", "huggingface.co", "MIT", "33 min", "free there", "models"):
        assert part in about
    assert studio.fetches.started == []


def test_esc_begins_with_the_built_in_one_and_is_never_asked_again(
    qtbot: QtBot, studio: Studio, window: MainWindow
) -> None:
    dialog = welcome(studio, window)
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert studio.state.form.checkpoint == DACKEL
    assert studio.state.checkpoints.is_welcomed
    assert window.dialogs.welcome is None
    window.dialogs.welcome_once()
    with qtbot.waitSignal(studio.state.checkpoints.shelf.changed):
        studio.state.checkpoints.look()
    assert window.dialogs.welcome is None


def test_not_at_the_next_start_either(qtbot: QtBot, tmp_path: Path) -> None:
    memory = tmp_path / "window.json"
    with open_studio(qtbot, tmp_path / "pictures", memory) as studio:
        studio.state.checkpoints.welcome()
    with open_studio(qtbot, tmp_path / "pictures", memory) as studio:
        assert studio.state.checkpoints.is_welcomed


def test_what_was_found_is_used_by_return(qtbot: QtBot, studio: Studio, window: MainWindow) -> None:
    studio.shelf.found = [BUILT_IN, WHOLE, prior_item()]
    studio.read_catalogue(DACKEL, PUBLISHED)
    dialog = welcome(studio, window)
    assert dialog.found.accessibleName() == "Use Würstchen v2, which was found here"
    assert not dialog.all_found.isVisible()
    dialog.found.setFocus()
    qtbot.keyClick(dialog.found, Qt.Key.Key_Return)
    assert studio.state.form.checkpoint == PUBLISHED
    assert not dialog.isVisible()


def test_where_more_was_found_all_of_it_can_be_seen(
    qtbot: QtBot, studio: Studio, window: MainWindow
) -> None:
    other = replace(WHOLE, info=replace(PUBLISHED, name="other"))
    studio.shelf.found = [BUILT_IN, WHOLE, other]
    dialog = welcome(studio, window)
    assert dialog.all_found.accessibleName() == "Show all that was found (2)"
    qtbot.mouseClick(dialog.all_found, LEFT)
    assert window.dialogs.checkpoints is not None
    assert window.dialogs.checkpoints.isVisible()


def test_the_published_one_is_shown_before_it_is_fetched(
    qtbot: QtBot, studio: Studio, window: MainWindow
) -> None:
    dialog = welcome(studio, window)
    qtbot.mouseClick(dialog.published, LEFT)
    assert window.dialogs.checkpoints is not None
    get = window.dialogs.checkpoints.get_dialog
    assert get is not None
    assert get.isVisible()
    assert studio.fetches.started == []
    get.reject()


def test_a_full_disk_is_said_at_once(studio: Studio, window: MainWindow) -> None:
    dialog = welcome(studio, window)
    studio.state.checkpoints.shelf.free_bytes = 3 * GB
    studio.state.checkpoints.shelf.changed.emit()
    assert "and 3.0 GB are free. Make room" in dialog.published.accessibleDescription()


def test_a_folder_is_looked_through(
    qtbot: QtBot, studio: Studio, window: MainWindow, tmp_path: Path
) -> None:
    dialog = welcome(studio, window)
    qtbot.mouseClick(dialog.folder, LEFT)
    assert dialog.dialog is not None
    question = dialog.dialog
    question.fileSelected.emit(str(tmp_path))
    question.reject()
    assert studio.state.settings.checkpoint_folders == (tmp_path,)
    assert not dialog.isVisible()
    assert window.dialogs.checkpoints is not None


@pytest.mark.parametrize("scale", [100, 200])
def test_no_words_are_cut_off(studio: Studio, window: MainWindow, scale: int) -> None:
    studio.state.change_settings(interface_scale=scale)
    dialog = welcome(studio, window)
    for button in (dialog.built_in, dialog.published, dialog.folder):
        studio.qtbot.waitUntil(
            lambda b=button: b.about.height() >= b.about.heightForWidth(b.about.width())  # type: ignore[misc]
        )
        assert button.rect().contains(button.about.geometry())
