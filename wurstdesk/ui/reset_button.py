"""A little button beside a field that gives it its default back; there only where it differs."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from wurstdesk.session.form import RequestForm
from wurstdesk.ui.controls import IconButton


class ResetButton(IconButton):
    """For the fields of the request that a widget called ``name`` edits."""

    def __init__(self, form: RequestForm, name: str, *fields: str) -> None:
        super().__init__("reset", "", "tiny")
        self._form, self._fields = form, fields
        label = self.tr("Reset: {0}").format(name)
        self.setAccessibleName(label)
        self.setToolTip(label)
        policy = self.sizePolicy()
        policy.setRetainSizeWhenHidden(True)  # nothing moves when it comes and goes
        self.setSizePolicy(policy)
        self.clicked.connect(self._on_clicked)
        form.changed.connect(self._show)
        form.checkpoint_changed.connect(self._show)
        self._show()

    @Slot()
    def _show(self) -> None:
        form = self._form
        differs = any(getattr(form.request, f) != form.default(f) for f in self._fields)
        self.setVisible(differs)

    @Slot()
    def _on_clicked(self) -> None:
        self._form.reset(*self._fields)


def explain(field: QWidget, sentence: str) -> None:
    """A sentence of help: under the pointer, and for “What’s this?”."""
    field.setToolTip(sentence)
    field.setWhatsThis(sentence)
    field.setAccessibleDescription(sentence)
