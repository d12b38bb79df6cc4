"""One setting in the dialog: its name, its control, what it is for, and the way back."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from wurstdesk.settings import USUAL, Setting
from wurstdesk.ui.controls import IconButton, Remark, dim_label
from wurstdesk.ui.name_template_control import NameTemplateControl
from wurstdesk.ui.setting_controls import SettingControl, SwitchControl
from wurstdesk.ui.setting_words import declared, search_text


class SettingRow(QWidget):
    """Holds the control, which tells it what the person wants."""

    wanted = Signal(str, object)
    """A setting's key and the value that it should have, or ``USUAL``."""

    def __init__(self, control: SettingControl) -> None:
        super().__init__()
        self.control = control
        self.setting: Setting = control.setting
        self.title = declared(self.setting.label)
        self.reset_button = IconButton("reset", self.tr("Reset: {0}").format(self.title))
        policy = self.reset_button.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.reset_button.setSizePolicy(policy)
        self.problem = Remark("problem")
        self._searched = search_text(self.setting)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(self._head())
        if not isinstance(control, SwitchControl):
            column.addWidget(control)
        column.addWidget(self.problem)
        if isinstance(control, NameTemplateControl):
            column.addWidget(control.example)
        help_text = dim_label(declared(self.setting.help))
        help_text.setWordWrap(True)
        column.addWidget(help_text)
        control.edited.connect(self._on_edited)
        self.reset_button.clicked.connect(self._on_reset)

    def _head(self) -> QHBoxLayout:
        head = QHBoxLayout()
        head.setSpacing(8)
        if isinstance(self.control, SwitchControl):
            head.addWidget(self.control)
        else:
            label = QLabel(self.title)
            label.setBuddy(self.control.field)
            head.addWidget(label)
        if self.setting.needs_restart:
            mark = dim_label(self.tr("after a restart"))
            mark.setObjectName("mark")
            head.addWidget(mark)
        head.addWidget(self.reset_button)
        head.addStretch()
        return head

    def answers(self, words: list[str]) -> bool:
        """Whether somebody who looks for these words may mean this setting."""
        return all(word in self._searched for word in words)

    def show_value(self, value: Any) -> None:
        """Show what holds now."""
        self.control.show_value(value)
        self.reset_button.setVisible(value != self.setting.default)
        if isinstance(self.control, NameTemplateControl):
            self.control.show_example()

    def set_useful(self, useful: bool) -> None:
        """Whether it changes anything, by what else is set."""
        self.control.setEnabled(useful)

    def complain(self, problem: str) -> None:
        """Say why a value cannot be, or that all is well."""
        self.problem.say(problem)

    @Slot(object)
    def _on_edited(self, value: Any) -> None:
        self.wanted.emit(self.setting.key, value)

    @Slot()
    def _on_reset(self) -> None:
        if isinstance(self.control, NameTemplateControl):
            self.control.line.setModified(False)  # what was typed is given up
            self.control.line.setText(self.setting.default)
        self.control.field.setFocus()  # the button is about to vanish
        self.wanted.emit(self.setting.key, USUAL)
