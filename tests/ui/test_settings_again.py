"""The settings dialog when it is opened again: of now, and not of the last time."""

# mypy: disable-error-code="no-untyped-call"
# pytest-qt's keys and clicks have no types.
from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from studio import Studio
from wurstdesk.ui.main_window import MainWindow
from wurstdesk.ui.name_template_control import NameTemplateControl
from wurstdesk.ui.settings_dialog import SettingsDialog


@pytest.fixture
def dialog(window: MainWindow) -> SettingsDialog:
    window.book["settings"].trigger()
    assert window.dialogs.settings is not None
    return window.dialogs.settings


def shown(dialog: SettingsDialog) -> list[str]:
    return [key for key, row in dialog.rows.items() if row.isVisible()]


def test_opened_again_it_begins_anew(
    qtbot: QtBot, window: MainWindow, dialog: SettingsDialog
) -> None:
    # Given a dialog that was left at a button, with something searched for
    qtbot.keyClicks(dialog.search, "sound")
    assert shown(dialog) == ["notify_sound"]
    dialog.rows["notify_sound"].control.setFocus()
    dialog.close()
    # When it is opened again
    window.book["settings"].trigger()
    # Then all is there, and what is typed is searched for
    assert dialog.search.text() == ""
    assert "pictures_folder" in shown(dialog)
    assert dialog.focusWidget() is dialog.search


def test_the_example_is_of_what_is_written_now(studio: Studio, dialog: SettingsDialog) -> None:
    dialog.open_at("saving")
    dialog.close()
    studio.state.form.edit(prompt="a quite new prompt")
    dialog.open_at("saving")
    control = dialog.rows["file_name_template"].control
    assert isinstance(control, NameTemplateControl)
    assert "a-quite-new-prompt" in control.example.text()
