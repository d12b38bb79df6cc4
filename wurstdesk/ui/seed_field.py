"""The seed: always the one that was used, with *new each time* and *keep* beside it."""

from __future__ import annotations

from PySide6.QtCore import QRegularExpression, QSignalBlocker, Slot
from PySide6.QtGui import QRegularExpressionValidator
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLineEdit, QWidget

from wurstdesk.session.form import RequestForm
from wurstdesk.ui.controls import IconButton


class SeedField(QWidget):
    """Shows and edits the request's seed. Typing one keeps it."""

    def __init__(self, form: RequestForm) -> None:
        super().__init__()
        self._form = form
        self.edit = QLineEdit()
        self.edit.setAccessibleName(self.tr("Seed"))
        self.edit.setToolTip(
            self.tr("Where a picture begins. The same seed and settings make the same picture.")
        )
        self.edit.setValidator(
            QRegularExpressionValidator(QRegularExpression(r"\s*(\d\s*){0,10}"), self)
        )
        self.random_button = IconButton("dice", self.tr("New seed for each picture"), "choice")
        self.keep_button = IconButton("lock", self.tr("Use this seed again"), "choice")
        group = QButtonGroup(self)
        for button in (self.random_button, self.keep_button):
            button.setCheckable(True)
            group.addButton(button)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(5)
        row.addWidget(self.edit, 1)
        row.addWidget(self.random_button)
        row.addWidget(self.keep_button)
        self.setFocusProxy(self.edit)
        self.edit.textEdited.connect(self._on_edited)
        self.edit.editingFinished.connect(self._on_finished)
        self.random_button.toggled.connect(form.set_seed_random)
        form.changed.connect(self._on_changed)
        self._show_request()

    @Slot(str)
    def _on_edited(self, text: str) -> None:
        digits = "".join(text.split())
        if digits:
            self._form.take_seed(int(digits))

    @Slot()
    def _on_finished(self) -> None:
        if not self.edit.text().strip():
            self._form.edit(seed=self._form.request.seed)  # what was typed before is withdrawn
        self._on_changed()

    @Slot()
    def _on_changed(self) -> None:
        # What cannot be used stays to be mended, with the panel saying why.
        if self._form.problem is None:
            self._show_request()

    @Slot()
    def _show_request(self) -> None:
        seed = self._form.request.seed
        if "".join(self.edit.text().split()) != str(seed):
            self.edit.setText(str(seed))
        chosen = self.random_button if self._form.seed_is_random else self.keep_button
        with QSignalBlocker(self.random_button), QSignalBlocker(self.keep_button):
            chosen.setChecked(True)
        self.random_button.redraw()
        self.keep_button.redraw()
