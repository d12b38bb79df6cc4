"""A remark whose reasons are long: they unfold on demand, and its tip has them too."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot

from wurstdesk.ui.controls import IconButton, Remark


class LongRemark(Remark):
    """Says a sentence; a little arrow beside it unfolds the rest."""

    def __init__(self, kind: str = "note") -> None:
        super().__init__(kind)
        self._sentence = self._more = ""
        self.more_button = IconButton("closed", "", "tiny")
        self.more_button.setCheckable(True)
        row = self.layout()
        assert row is not None
        row.addWidget(self.more_button)
        row.setAlignment(self.more_button, Qt.AlignmentFlag.AlignTop)
        self.more_button.toggled.connect(self._show)

    def explain(self, sentence: str, heading: str = "", more: str = "") -> None:
        """Show a sentence, or nothing; ``heading`` names what the arrow unfolds."""
        self._sentence, self._more = sentence, more
        self.more_button.setVisible(bool(more))
        self.more_button.setAccessibleName(heading)
        self.more_button.setAccessibleDescription(more)
        self.more_button.setToolTip(f"{heading}\n{more}" if heading else more)
        self._label.setToolTip(more)
        self._show()

    @Slot()
    def _show(self) -> None:
        is_open = self.more_button.isChecked() and bool(self._more)
        self.more_button.change_icon("open" if is_open else "closed")
        self.say(f"{self._sentence}\n{self._more}" if is_open else self._sentence)
