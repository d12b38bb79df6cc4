"""What is being done to a checkpoint, how far it is, and what came of it."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QProgressBar, QVBoxLayout, QWidget

from wurstdesk.session.checkpoint_shelf import CheckpointShelf
from wurstdesk.ui.checkpoint_words import amount_words
from wurstdesk.ui.controls import Remark, dim_label, quiet_button
from wurstdesk.ui.flow_row import FlowRow
from wurstdesk.ui.i18n import DOT

_PARTS = 1000  # of the bar


class WorkBar(QWidget):
    """Gone while there is nothing to say."""

    def __init__(self, shelf: CheckpointShelf) -> None:
        super().__init__()
        self._shelf = shelf
        self.words = dim_label()
        self.bar = QProgressBar()
        self.bar.setObjectName("thin")
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(6)
        self.bar.setMinimumWidth(120)
        self.bar.setAccessibleName(self.tr("How far the work on a checkpoint is"))
        self.cancel_button = quiet_button(self.tr("Cancel"), self.tr("Nothing of it stays"))
        self.cancel_button.setAccessibleName(self.tr("Cancel the work on a checkpoint"))
        self.row = FlowRow(margin=(0, 0), spacing=12)
        self.row.add(self.words)
        self.row.add(self.bar, stretches=True)
        self.row.add(self.cancel_button)
        self.good, self.bad = Remark(), Remark("problem")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        for part in (self.row, self.good, self.bad):
            column.addWidget(part)
        self.cancel_button.clicked.connect(self._cancel)
        shelf.work_changed.connect(self._show)
        self._show()

    @Slot()
    def _cancel(self) -> None:
        self._shelf.cancel()

    @Slot()
    def _show(self) -> None:
        shelf, outcome = self._shelf, self._shelf.outcome
        self.row.setVisible(shelf.is_busy)
        amount = amount_words(shelf.done, shelf.total) if shelf.total else ""
        self.words.setText(DOT.join(filter(None, (shelf.what, amount))))
        self.bar.setRange(0, _PARTS if shelf.total else 0)
        self.bar.setValue(round(_PARTS * shelf.done / shelf.total) if shelf.total else 0)
        said = "\n".join(filter(None, (outcome.text, outcome.hint, outcome.details)))
        self.good.say("" if outcome.is_problem else said)
        self.bad.say(said if outcome.is_problem else "")
        self.setVisible(shelf.is_busy or bool(said))
