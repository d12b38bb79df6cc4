# mypy: disable-error-code="no-untyped-call"
# pytest-qt's keys and clicks have no types.
"""The settings dialog: everything that is declared, at once in force, and found again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QAccessible, QDesktopServices, QWheelEvent
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QLabel, QWidget
from pytestqt.qtbot import QtBot

from studio import Studio
from wurstdesk.gallery import formats
from wurstdesk.settings import PAGES, declarations
from wurstdesk.ui import setting_words
from wurstdesk.ui.name_template_control import NameTemplateControl
from wurstdesk.ui.setting_controls import (
    ChoiceControl,
    FolderControl,
    FoldersControl,
    NumberControl,
    SwitchControl,
)
from wurstdesk.ui.settings_dialog import SettingsDialog

LEFT = Qt.MouseButton.LeftButton
USUAL_FOLDER = Path("/home/anna/Pictures/Wurstdesk")


@pytest.fixture
def dialog(qtbot: QtBot, studio: Studio) -> Iterator[SettingsDialog]:
    opened = SettingsDialog(studio.state, None, USUAL_FOLDER)
    qtbot.addWidget(opened)
    opened.resize(860, 640)
    opened.open_at("folders")
    opened.activateWindow()
    qtbot.waitUntil(opened.isActiveWindow)
    yield opened
    opened.close()


def shown(dialog: SettingsDialog) -> list[str]:
    return [key for key, row in dialog.rows.items() if row.isVisible()]


def choose(dialog: SettingsDialog, key: str, value: str) -> None:
    control = dialog.rows[key].control
    assert isinstance(control, ChoiceControl)
    control.box.setCurrentIndex(control.box.findData(value))
    control.box.activated.emit(control.box.currentIndex())


def pictures_folder(studio: Studio) -> Path | None:
    return studio.state.settings.pictures_folder


def template(dialog: SettingsDialog) -> NameTemplateControl:
    control = dialog.rows["file_name_template"].control
    assert isinstance(control, NameTemplateControl)
    return control


def type_template(qtbot: QtBot, dialog: SettingsDialog, text: str) -> None:
    dialog.open_at("saving")
    line = template(dialog).line
    line.setFocus()
    line.selectAll()
    qtbot.keyClicks(line, text)


# -- pages and search ----------------------------------------------------------------------------


def test_every_declared_setting_is_on_its_page(dialog: SettingsDialog) -> None:
    for page in PAGES:
        dialog.open_at(page)
        assert shown(dialog) == [row.key for row in declarations() if row.page == page]
        assert dialog.pages.selectedItems()[0].text() == setting_words.page_title(page)


def test_the_list_of_pages_is_used_by_keyboard(qtbot: QtBot, dialog: SettingsDialog) -> None:
    dialog.pages.setFocus()
    qtbot.keyClick(dialog.pages, Qt.Key.Key_Down)
    assert shown(dialog) == ["checkpoint_folders", "hub_mirror"]


def test_a_search_goes_over_all_pages(qtbot: QtBot, dialog: SettingsDialog) -> None:
    qtbot.keyClicks(dialog.search, "memory GRAPHICS")
    assert shown(dialog) == ["offload", "memory_limit_mb"]
    assert dialog.pages.selectedItems() == []

    dialog.search.setText("webp")
    assert shown(dialog) == ["picture_format", "picture_quality"]
    qtbot.mouseClick(
        dialog.pages.viewport(),
        LEFT,
        pos=dialog.pages.visualItemRect(dialog.pages.item(0)).center(),
    )
    assert dialog.search.text() == ""
    assert shown(dialog) == ["pictures_folder"]


def test_what_is_not_there_is_said(dialog: SettingsDialog) -> None:
    dialog.search.setText("sausage length")
    assert shown(dialog) == []
    texts = [label.text() for label in dialog.findChildren(QLabel) if label.isVisible()]
    assert "No setting is called so." in texts


# -- changing ------------------------------------------------------------------------------------


def test_a_switch_is_in_force_at_once_and_kept(
    qtbot: QtBot, studio: Studio, dialog: SettingsDialog
) -> None:
    dialog.open_at("saving")
    control = dialog.rows["write_metadata"].control
    assert isinstance(control, SwitchControl)
    with qtbot.waitSignal(studio.state.settings_changed):
        control.box.click()
    assert studio.state.settings.write_metadata is False
    qtbot.waitUntil(lambda: bool(studio.kept_settings))
    assert studio.kept_settings[-1].write_metadata is False


def test_a_number_that_is_typed_counts_when_it_is_whole(
    qtbot: QtBot, studio: Studio, dialog: SettingsDialog
) -> None:
    dialog.open_at("device")
    control = dialog.rows["cpu_threads"].control
    assert isinstance(control, NumberControl)
    assert control.box.text() == "automatic"
    control.box.setFocus()
    control.box.selectAll()
    with qtbot.assertNotEmitted(studio.state.settings_changed):
        qtbot.keyClicks(control.box, "16")
    qtbot.keyClick(control.box, Qt.Key.Key_Return)
    assert studio.state.settings.cpu_threads == 16
    assert dialog.isVisible(), "Return is for the number"


def test_what_others_change_is_shown(studio: Studio, dialog: SettingsDialog) -> None:
    studio.state.change_settings(theme="dark", interface_scale=150)
    control, number = (dialog.rows[key].control for key in ("theme", "interface_scale"))
    assert isinstance(control, ChoiceControl)
    assert isinstance(number, NumberControl)
    assert control.box.currentText() == "Dark"
    assert number.box.text() == "150 %"


def test_a_reset_is_there_only_for_what_was_changed(
    qtbot: QtBot, studio: Studio, dialog: SettingsDialog
) -> None:
    dialog.open_at("device")
    row = dialog.rows["dtype"]
    assert not row.reset_button.isVisible()
    choose(dialog, "dtype", "float16")
    assert studio.state.settings.model_fields_set == {"dtype"}
    assert row.reset_button.isVisible()

    qtbot.mouseClick(row.reset_button, LEFT)
    assert studio.state.settings.dtype == "auto"
    assert studio.state.settings.model_fields_set == set(), "a better default reaches it"
    assert not row.reset_button.isVisible()


def test_what_waits_for_a_restart_says_so(studio: Studio, dialog: SettingsDialog) -> None:
    dialog.open_at("appearance")
    marked = {
        key
        for key, row in dialog.rows.items()
        if any(label.text() == "after a restart" for label in row.findChildren(QLabel))
    }
    assert marked == {row.key for row in declarations() if row.needs_restart}

    studio.state.change_settings(language="en")
    texts = [label.text() for label in dialog.findChildren(QLabel)]
    assert "After a restart: Language" in texts
    studio.state.change_settings(language="system")
    assert not any(label.text().startswith("After") for label in dialog.findChildren(QLabel))


def test_what_changes_nothing_is_off(studio: Studio, dialog: SettingsDialog) -> None:
    quality = dialog.rows["picture_quality"].control
    assert not quality.isEnabled()
    studio.state.change_settings(picture_format="jpeg", preview_enabled=False)
    assert quality.isEnabled()
    assert not dialog.rows["preview_max_per_second"].control.isEnabled()


def test_a_format_that_cannot_be_written_here_is_not_offered(
    qtbot: QtBot, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(setting_words, "FORMATS", formats.FORMATS[:2])
    dialog = SettingsDialog(studio.state)
    qtbot.addWidget(dialog)
    control = dialog.rows["picture_format"].control
    assert isinstance(control, ChoiceControl)
    assert [control.box.itemText(row) for row in range(control.box.count())] == ["PNG", "WebP"]


def turn_the_wheel(widget: QWidget) -> bool:
    """Over a widget; whether it took it for itself."""
    event = QWheelEvent(
        QPointF(5, 5),
        QPointF(widget.mapToGlobal(QPoint(5, 5))),
        QPoint(),
        QPoint(0, -240),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)
    return event.isAccepted()


def test_the_wheel_is_the_page_s_where_nobody_is_at_work(
    studio: Studio, dialog: SettingsDialog
) -> None:
    dialog.open_at("device")
    dialog.search.setFocus()
    for key in ("device", "cpu_threads"):
        field = dialog.rows[key].control.field
        assert not turn_the_wheel(field)
        field.setFocus()
        assert turn_the_wheel(field)


# -- file names ----------------------------------------------------------------------------------


def test_a_template_shows_what_a_name_would_be(
    qtbot: QtBot, studio: Studio, dialog: SettingsDialog
) -> None:
    studio.state.form.edit(prompt="a red dog", seed=7, width=384, height=256)
    studio.state.change_settings(picture_format="webp")
    type_template(qtbot, dialog, "dogs/{prompt} {width}x{height}")
    assert template(dialog).example.text() == "For example: dogs/a-red-dog 384x256.webp"
    assert studio.state.settings.file_name_template == "dogs/{prompt} {width}x{height}"


def test_a_template_that_cannot_be_is_explained_and_the_old_one_holds(
    qtbot: QtBot, studio: Studio, dialog: SettingsDialog
) -> None:
    type_template(qtbot, dialog, "{seed}: {colour}")
    problem = dialog.rows["file_name_template"].problem
    assert problem.isVisible()
    assert problem.text() == "“:” cannot be in a file name."
    assert studio.state.settings.file_name_template == "{seed}"
    assert len(studio.state.messages.all) == 0

    qtbot.mouseClick(dialog.rows["file_name_template"].reset_button, LEFT)
    assert not problem.isVisible()
    assert template(dialog).line.text() == "{date} {prompt} {seed}"
    assert studio.state.settings.file_name_template == "{date} {prompt} {seed}"


def test_parts_of_a_name_are_inserted_from_a_menu(studio: Studio, dialog: SettingsDialog) -> None:
    dialog.open_at("saving")
    control = template(dialog)
    control.line.setText("dog ")
    (number,) = [action for action in control.menu.actions() if action.data() == "{number}"]
    number.trigger()
    assert studio.state.settings.file_name_template == "dog {number}"


# -- folders -------------------------------------------------------------------------------------


def test_a_folder_is_typed_chosen_opened_and_reset(
    qtbot: QtBot, studio: Studio, dialog: SettingsDialog, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
    control = dialog.rows["pictures_folder"].control
    assert isinstance(control, FolderControl)
    assert control.line.placeholderText() == str(USUAL_FOLDER)
    qtbot.mouseClick(control.open_button, LEFT)

    control.line.setFocus()
    qtbot.keyClicks(control.line, "/data/dogs")
    qtbot.keyClick(control.line, Qt.Key.Key_Return)
    assert pictures_folder(studio) == Path("/data/dogs")
    qtbot.mouseClick(control.open_button, LEFT)
    assert opened == [QUrl.fromLocalFile(str(USUAL_FOLDER)), QUrl.fromLocalFile("/data/dogs")]

    qtbot.mouseClick(control.choose_button, LEFT)
    assert control.dialog is not None
    control.dialog.fileSelected.emit("/data/cats")
    control.dialog.reject()
    assert control.line.text() == "/data/cats"

    qtbot.mouseClick(dialog.rows["pictures_folder"].reset_button, LEFT)
    assert pictures_folder(studio) is None
    assert control.line.text() == ""


def test_a_folder_that_is_no_whole_path_is_explained(
    qtbot: QtBot, studio: Studio, dialog: SettingsDialog
) -> None:
    control = dialog.rows["pictures_folder"].control
    assert isinstance(control, FolderControl)
    control.line.setFocus()
    qtbot.keyClicks(control.line, "dogs")
    qtbot.keyClick(control.line, Qt.Key.Key_Return)
    problem = dialog.rows["pictures_folder"].problem
    assert problem.text() == "A folder must be given with its whole path."
    assert studio.state.settings.pictures_folder is None


def test_folders_are_added_and_removed(
    qtbot: QtBot, studio: Studio, dialog: SettingsDialog
) -> None:
    dialog.open_at("checkpoints")
    control = dialog.rows["checkpoint_folders"].control
    assert isinstance(control, FoldersControl)
    assert not control.remove_button.isEnabled()
    for folder in ("/models", "/models", "/more"):
        qtbot.mouseClick(control.add_button, LEFT)
        assert control.dialog is not None
        control.dialog.fileSelected.emit(folder)
        control.dialog.reject()
    assert [*studio.state.settings.checkpoint_folders] == [Path("/models"), Path("/more")]

    control.list.setCurrentRow(0)
    qtbot.mouseClick(control.remove_button, LEFT)
    assert [*studio.state.settings.checkpoint_folders] == [Path("/more")]


# -- for everybody -------------------------------------------------------------------------------


def test_every_field_has_a_name(dialog: SettingsDialog) -> None:
    for page in PAGES:
        dialog.open_at(page)
        nameless = [
            type(widget).__name__
            for widget in dialog.findChildren(QWidget)
            if widget.isVisible()
            and widget.focusPolicy() != Qt.FocusPolicy.NoFocus
            and not widget.focusProxy()
            and not QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name)
        ]
        assert nameless == []


def test_tab_goes_to_every_field_of_a_page(qtbot: QtBot, dialog: SettingsDialog) -> None:
    dialog.open_at("previews")
    dialog.search.setFocus()
    visited = []
    for _ in range(3):
        focused = QApplication.focusWidget()
        assert focused is not None
        qtbot.keyClick(focused, Qt.Key.Key_Tab)
        now = QApplication.focusWidget()
        assert now is not None
        visited.append(now.accessibleName())
    assert visited == ["Pages", "Previews", "Previews a second"]


@pytest.mark.parametrize("points", [9, 18])
def test_nothing_is_cut_off(qtbot: QtBot, studio: Studio, points: int) -> None:
    font = QApplication.font()
    larger = QApplication.font()
    larger.setPointSize(points)
    QApplication.setFont(larger)
    try:
        dialog = SettingsDialog(studio.state)
        qtbot.addWidget(dialog)
        dialog.resize(1280, 720)
        cut = []
        for page in PAGES:
            dialog.open_at(page)
            QApplication.processEvents()
            cut += [
                label.text()
                for label in dialog.findChildren(QLabel)
                if (label.isVisible() and label.text())
                and not (
                    label.height() >= label.heightForWidth(label.width())
                    if label.wordWrap()
                    else label.width() >= label.sizeHint().width()
                )
            ]
        assert cut == []
        assert dialog.minimumSizeHint().width() <= 1280
        assert dialog.minimumSizeHint().height() <= 700
        dialog.close()
    finally:
        QApplication.setFont(font)


def test_close_closes(dialog: SettingsDialog) -> None:
    dialog.buttons.button(QDialogButtonBox.StandardButton.Close).click()
    assert not dialog.isVisible()
