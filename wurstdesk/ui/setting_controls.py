"""A control for each kind of setting, made from its declaration.

Each shows a value and tells of another that the person wants; whether that can be is not its
business.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSignalBlocker, QSize, Qt, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices, QWheelEvent
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QCheckBox,
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QPushButton,
    QSizePolicy,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from wurstdesk.settings import Kind, Setting
from wurstdesk.ui.controls import pad_number, quiet_button, show_number
from wurstdesk.ui.setting_words import choice_words, declared

_FOLDERS_SHOWN = 5


class SettingControl(QWidget):
    """What all controls have in common. ``field`` is the part that has the keyboard's focus."""

    edited = Signal(object)
    """The value that the person wants."""

    field: QWidget

    def __init__(self, setting: Setting) -> None:
        super().__init__()
        self.setting = setting
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(0, 0, 0, 0)
        self.row.setSpacing(8)

    def name_field(self, field: QWidget) -> None:
        """Make it the control's field, with its name and what it is for read aloud."""
        self.field = field
        field.setAccessibleName(declared(self.setting.label))
        field.setAccessibleDescription(declared(self.setting.help))
        self.setFocusProxy(field)

    def show_value(self, value: Any) -> None:
        """Show what holds now."""
        raise NotImplementedError


class SwitchControl(SettingControl):
    """Yes or no; carries its label itself."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self.box = QCheckBox(declared(setting.label))
        self.row.addWidget(self.box)
        self.name_field(self.box)
        self.box.toggled.connect(self._on_toggled)

    def show_value(self, value: Any) -> None:
        """Show what holds now."""
        with QSignalBlocker(self.box):
            self.box.setChecked(bool(value))

    @Slot(bool)
    def _on_toggled(self, is_on: bool) -> None:
        self.edited.emit(is_on)


class _QuietSpinBox(QSpinBox):
    """Passes the wheel on to the page, unless somebody is at work in it."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Turn the number only where the focus is."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class _QuietComboBox(QComboBox):
    """Passes the wheel on to the page, unless somebody is at work in it."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Turn the choice only where the focus is."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class NumberControl(SettingControl):
    """A whole number with its unit."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self.box = _QuietSpinBox()
        self.box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        assert setting.minimum is not None
        assert setting.maximum is not None
        self.box.setRange(setting.minimum, setting.maximum)
        self.box.setSingleStep(setting.step)
        self.box.setStepType(QAbstractSpinBox.StepType.DefaultStepType)
        self.box.setKeyboardTracking(False)  # a number half typed is none
        if setting.unit:
            self.box.setSuffix(f" {declared(setting.unit)}")
        if setting.zero and setting.minimum == 0:
            self.box.setSpecialValueText(declared(setting.zero))
        pad_number(self.box)
        self.row.addWidget(self.box)
        self.row.addStretch()
        self.name_field(self.box)
        self.box.valueChanged.connect(self._on_number)

    def show_value(self, value: Any) -> None:
        """Show what holds now."""
        show_number(self.box, value)

    @Slot(int)
    def _on_number(self, number: int) -> None:
        self.edited.emit(number)


class ChoiceControl(SettingControl):
    """One of a few values."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self.box = _QuietComboBox()
        self.box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        for value, words in choice_words(setting).items():
            self.box.addItem(words, value)
        self.row.addWidget(self.box)
        self.row.addStretch()
        self.name_field(self.box)
        self.box.activated.connect(self._on_chosen)

    def show_value(self, value: Any) -> None:
        """Show what holds now."""
        self.box.setCurrentIndex(self.box.findData(value))

    @Slot()
    def _on_chosen(self) -> None:
        self.edited.emit(self.box.currentData())


class TextControl(SettingControl):
    """A line of text."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self.line = QLineEdit()
        self.row.addWidget(self.line, 1)
        self.name_field(self.line)
        self.line.textEdited.connect(self._on_typed)

    def show_value(self, value: Any) -> None:
        """Show what holds now."""
        if self.line.text() != value and not (self.line.hasFocus() and self.line.isModified()):
            self.line.setText(str(value))

    @Slot(str)
    def _on_typed(self, text: str) -> None:
        self.edited.emit(text)


class FolderDialogs(SettingControl):
    """A control that asks for folders; ``dialog`` is the question while it is open."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self.dialog: QFileDialog | None = None

    def button(self, text: str, run: Callable[[], object]) -> QPushButton:
        """A button beside the field; its name says of which setting."""
        made = quiet_button(text)
        name = text.replace("&", "").rstrip("…")
        made.setAccessibleName(f"{name}: {declared(self.setting.label)}")
        made.clicked.connect(run)
        return made

    def ask(self, start: str) -> None:
        """Ask for a folder, from ``start`` on; ``take`` gets the answer."""
        dialog = QFileDialog(self, declared(self.setting.label))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.setDirectory(start or str(Path.home()))
        dialog.fileSelected.connect(self.take)
        dialog.finished.connect(self._on_finished)
        self.dialog = dialog
        dialog.open()

    @Slot(str)
    def take(self, folder: str) -> None:
        """A folder was chosen."""
        raise NotImplementedError

    @Slot()
    def _on_finished(self) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
            self.dialog = None


class FolderControl(FolderDialogs):
    """One folder, or none for the usual one, whose path stands there dimly."""

    def __init__(self, setting: Setting, usual: str = "") -> None:
        super().__init__(setting)
        self._usual = usual
        self.line = QLineEdit()
        self.line.setPlaceholderText(usual)
        self.choose_button = self.button(self.tr("Choose…"), self._choose)
        self.open_button = self.button(self.tr("Open"), self._open)
        self.row.addWidget(self.line, 1)
        self.row.addWidget(self.choose_button)
        self.row.addWidget(self.open_button)
        self.name_field(self.line)
        self.line.editingFinished.connect(self._on_typed)

    def show_value(self, value: Any) -> None:
        """Show what holds now."""
        text = "" if value is None else str(value)
        if self.line.text() != text and not self.line.isModified():
            self.line.setText(text)
            self.line.setCursorPosition(0)

    @Slot(str)
    def take(self, folder: str) -> None:
        """A folder was chosen."""
        self.line.setModified(False)
        self.edited.emit(folder)

    @Slot()
    def _on_typed(self) -> None:
        if self.line.isModified():
            self.line.setModified(False)
            self.edited.emit(self.line.text().strip() or None)

    @Slot()
    def _choose(self) -> None:
        self.ask(self.line.text() or self._usual)

    @Slot()
    def _open(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(self.line.text() or self._usual))


class _ShortList(QListWidget):
    """A list as high as the buttons beside it, at any size of the text."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Room for a few folders."""
        return QSize(200, (self.fontMetrics().height() + 4) * _FOLDERS_SHOWN + 6)


class FoldersControl(FolderDialogs):
    """A list of folders."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self.list = _ShortList()
        self.list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.add_button = self.button(self.tr("Add…"), self._add)
        self.remove_button = self.button(self.tr("Remove"), self._remove)
        self.open_button = self.button(self.tr("Open"), self._open)
        column = QVBoxLayout()
        column.setSpacing(6)
        for button in (self.add_button, self.remove_button, self.open_button):
            column.addWidget(button)
        column.addStretch()
        self.row.addWidget(self.list, 1)
        self.row.addLayout(column)
        self.name_field(self.list)
        self.list.itemSelectionChanged.connect(self._show_buttons)
        self.list.itemActivated.connect(self._open)
        self._show_buttons()

    def show_value(self, value: Any) -> None:
        """Show what holds now."""
        texts = [str(folder) for folder in value]
        if texts != self._texts():
            self.list.clear()
            self.list.addItems(texts)
            for row, text in enumerate(texts):
                self.list.item(row).setToolTip(text)
        self._show_buttons()

    @Slot(str)
    def take(self, folder: str) -> None:
        """A folder was chosen."""
        if folder not in self._texts():
            self.edited.emit(tuple(Path(text) for text in (*self._texts(), folder)))

    def _texts(self) -> list[str]:
        return [self.list.item(row).text() for row in range(self.list.count())]

    def _chosen(self) -> str:
        items = self.list.selectedItems()
        return items[0].text() if items else ""

    @Slot()
    def _show_buttons(self) -> None:
        for button in (self.remove_button, self.open_button):
            button.setEnabled(bool(self._chosen()))

    @Slot()
    def _add(self) -> None:
        self.ask(self._chosen())

    @Slot()
    def _remove(self) -> None:
        chosen = self._chosen()
        self.edited.emit(tuple(Path(text) for text in self._texts() if text != chosen))

    @Slot()
    def _open(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(self._chosen()))


_CONTROLS: dict[Kind, type[SettingControl]] = {
    "switch": SwitchControl,
    "number": NumberControl,
    "choice": ChoiceControl,
    "text": TextControl,
    "folder": FolderControl,
    "folders": FoldersControl,
}


def control_for(setting: Setting) -> SettingControl:
    """The control of a setting's kind."""
    return _CONTROLS[setting.kind](setting)
