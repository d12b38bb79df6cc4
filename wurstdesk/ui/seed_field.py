"""The seed: always the one that was used, with *new each time*, *keep* and *next* beside it."""

from __future__ import annotations

import re

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QValidator
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLineEdit,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from wurstdesk.generation import SEED_COUNT
from wurstdesk.session.form import RequestForm
from wurstdesk.ui.controls import IconButton

_DIGITS = 20
"""As many as other programs' seeds have; which of them can be used the form says."""
_TYPED = re.compile(rf"\s*(\d\s*){{0,{_DIGITS}}}")
_NAMED = re.compile(r"\bseed\b[\"']?\s*[:=]?\s*[\"']?(\d+(?:[ \u202f]\d{3}\b)*)", re.IGNORECASE)
_GROUPED = re.compile(r"[\s#\"']*(\d{1,3}(?:[,.'’_]\d{3})+|\d+)[\s\"',.;]*")


def step_seed(form: RequestForm, by: int) -> None:
    """Use a seed so many after the one that is shown; after the last comes the first."""
    form.take_seed((form.request.seed + by) % SEED_COUNT)


def seed_in(text: str) -> str:
    """The digits of the seed that a text gives: alone, or named as other programs name it."""
    if _TYPED.fullmatch(text):
        return "".join(text.split())
    found = _NAMED.search(text) or _GROUPED.fullmatch(text)
    digits = "".join(filter(str.isdigit, found.group(1))) if found else ""
    return digits if len(digits) <= _DIGITS else ""


class SeedValidator(QValidator):
    """Lets digits in, and of a text that is pasted the seed that it gives."""

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        """Digits in groups stay as they are typed."""
        if _TYPED.fullmatch(text):
            return QValidator.State.Acceptable, text, position
        digits = seed_in(text)
        if not digits:
            return QValidator.State.Invalid, text, position
        return QValidator.State.Acceptable, digits, len(digits)


class SeedEdit(QLineEdit):
    """The field itself; Up and Down step the seed."""

    stepped = Signal(int)
    """So many seeds further, or back."""

    def __init__(self) -> None:
        super().__init__()
        self.setValidator(SeedValidator(self))

    def minimumSizeHint(self) -> QSize:
        """The longest seed is to be seen."""
        digits = self.fontMetrics().horizontalAdvance(str(SEED_COUNT - 1))
        hint = super().minimumSizeHint()
        return QSize(digits + hint.height() // 2 + 4, hint.height())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """One more, one less."""
        steps = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}
        plain = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if event.key() in steps and not plain:
            self.stepped.emit(steps[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)


class SeedField(QWidget):
    """Shows and edits the request's seed. Typing one keeps it."""

    def __init__(self, form: RequestForm) -> None:
        super().__init__()
        self._form = form
        self.edit = SeedEdit()
        self.edit.setAccessibleName(self.tr("Seed"))
        self.edit.setToolTip(
            self.tr("Where a picture begins. The same seed and settings make the same picture.")
        )
        self.random_button = IconButton("dice", self.tr("New seed for each picture"), "choice")
        self.keep_button = IconButton("lock", self.tr("Use this seed again"), "choice")
        group = QButtonGroup(self)
        for button in (self.random_button, self.keep_button):
            button.setCheckable(True)
            group.addButton(button)
        self.next_button = QToolButton()
        self.next_button.setObjectName("choice")
        self.next_button.setText(self.tr("+1"))
        self.next_button.setAccessibleName(self.tr("Next seed"))
        self.next_button.setToolTip(self.tr("Use the next seed (Up and Down in the field)"))
        self.next_button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._lay_out()
        self.setFocusProxy(self.edit)
        self.edit.textEdited.connect(self._on_edited)
        self.edit.stepped.connect(self._on_step)
        self.edit.editingFinished.connect(self._on_finished)
        self.random_button.toggled.connect(form.set_seed_random)
        self.next_button.clicked.connect(self._on_next)
        form.changed.connect(self._on_changed)
        self._show_request()

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(5)
        row.addWidget(self.edit, 1)
        for button in (self.random_button, self.keep_button, self.next_button):
            button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
            row.addWidget(button)  # as high as the field, with or without text

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
    def _on_next(self) -> None:
        self._on_step(1)

    @Slot(int)
    def _on_step(self, by: int) -> None:
        step_seed(self._form, by)
        self._show_request()  # also while another field has a problem

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
