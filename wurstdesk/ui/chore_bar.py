"""How far a long work on the gallery is, with a button to end it; gone when nothing is done."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from wurstdesk.session.chores import GalleryChores
from wurstdesk.ui.controls import dim_label, quiet_button


class ChoreBar(QWidget):
    """A row beneath the gallery."""

    def __init__(self, chores: GalleryChores) -> None:
        super().__init__()
        self._chores = chores
        self.words = dim_label()
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(self.tr("How far the work on the gallery is"))
        self.end_button = quiet_button(self.tr("Cancel"), self.tr("What is done stays"))
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 6, 14, 6)
        row.setSpacing(12)
        row.addWidget(self.words)
        row.addWidget(self.bar, 1)
        row.addWidget(self.end_button)
        self.end_button.clicked.connect(chores.cancel)
        chores.changed.connect(self._show)
        self._show()

    @Slot()
    def _show(self) -> None:
        chores = self._chores
        self.setVisible(chores.is_busy)
        if not chores.is_busy:
            return
        self.bar.setMaximum(chores.total)  # none yet: the bar says that something is done
        self.bar.setValue(chores.done)
        locale = self.locale()
        if chores.total:
            self.words.setText(
                self.tr("{0}: {1} of {2}").format(
                    chores.what, locale.toString(chores.done), locale.toString(chores.total)
                )
            )
        else:
            self.words.setText(f"{chores.what} …")
