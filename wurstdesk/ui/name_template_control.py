"""The template of file names: what can stand in it, and what a name would be."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import QCoreApplication, Slot
from PySide6.QtGui import QAction, QShowEvent
from PySide6.QtWidgets import QLabel, QMenu, QPushButton

from wurstdesk.gallery.file_names import NameFacts, file_stem
from wurstdesk.gallery.formats import format_named
from wurstdesk.generation import GenerationRequest
from wurstdesk.settings import Setting, Settings
from wurstdesk.settings.name_template import FIELDS, template_problem
from wurstdesk.ui.controls import dim_label, quiet_button
from wurstdesk.ui.setting_controls import TextControl


class NameTemplateControl(TextControl):
    """The line with a menu of what can stand in it; ``example`` says what a name would be."""

    def __init__(
        self,
        setting: Setting,
        settings: Callable[[], Settings],
        request: Callable[[], GenerationRequest],
    ) -> None:
        super().__init__(setting)
        self._settings = settings
        self._request = request
        self.example: QLabel = dim_label()
        self.example.setWordWrap(True)
        self.insert_button: QPushButton = quiet_button(self.tr("Insert"))
        self.insert_button.setAccessibleName(self.tr("Insert a part of the name"))
        self.menu = QMenu(self)
        for name, words in FIELDS.items():
            action = self.menu.addAction(
                f"{{{name}}}   {QCoreApplication.translate('FileNames', words)}"
            )
            action.setData(f"{{{name}}}")
        self.menu.triggered.connect(self._insert)
        self.insert_button.setMenu(self.menu)
        self.row.addWidget(self.insert_button)
        self.line.textChanged.connect(self.show_example)

    def showEvent(self, event: QShowEvent) -> None:
        """What is written meanwhile may be called otherwise."""
        super().showEvent(event)
        self.show_example()

    @Slot()
    def show_example(self) -> None:
        """Say what the next picture would be called."""
        template = self.line.text()
        if template_problem(template):
            self.example.setText(self.tr("Until then files are called as before."))
            return
        request = self._request()
        facts = NameFacts.of(request, datetime.now().astimezone(), number=1)
        suffix = format_named(self._settings().picture_format).suffix
        self.example.setText(
            self.tr("For example: {0}").format(f"{file_stem(facts, template)}{suffix}")
        )

    @Slot(QAction)
    def _insert(self, action: QAction) -> None:
        self.line.insert(action.data())
        self.line.setFocus()
        self.line.setModified(True)
        self.edited.emit(self.line.text())
