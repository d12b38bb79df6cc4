"""A small dialog that asks what something is to be called."""

from __future__ import annotations

from PySide6.QtWidgets import QInputDialog, QLineEdit, QWidget

_CHARACTERS = 48
"""Room for a name, and for the whole title."""


def name_dialog(parent: QWidget, title: str, label: str, name: str = "") -> QInputDialog:
    """The dialog, not shown yet; ``name`` stands in it."""
    dialog = QInputDialog(parent)
    dialog.setWindowTitle(title)
    dialog.setLabelText(label)
    dialog.setTextValue(name)
    field = dialog.findChild(QLineEdit)  # the dialog itself is as its layout wants it
    if field is not None:
        field.setMinimumWidth(dialog.fontMetrics().averageCharWidth() * _CHARACTERS)
    return dialog
