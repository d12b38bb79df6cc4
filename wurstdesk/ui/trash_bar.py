"""Above the grid while the trash is looked at: what becomes of it, and ways out."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from wurstdesk.gallery.trash import DAYS
from wurstdesk.session.gallery_view import GalleryView
from wurstdesk.ui.controls import quiet_button
from wurstdesk.ui.flow_row import FlowRow


class TrashBar(QWidget):
    """There only on the shelf of the trash, while that is not empty."""

    empty_asked = Signal()
    restore_asked = Signal()

    def __init__(self, view: GalleryView) -> None:
        super().__init__()
        self._view = view
        self.words = words = QLabel(
            self.tr("What is here goes to the system's trash after {0} days.").format(DAYS)
        )
        words.setWordWrap(True)
        words.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        words.setMinimumWidth(120)
        words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.restore = quiet_button(self.tr("Restore"), self.tr("Take the selected ones out"))
        self.empty = quiet_button(self.tr("Empty trash…"), self.tr("Let all of them go now"))
        row = FlowRow(margin=(16, 6), spacing=8)
        row.add(words, stretches=True)
        row.add(self.restore)
        row.add(self.empty)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(row)
        self.restore.clicked.connect(self.restore_asked)
        self.empty.clicked.connect(self.empty_asked)
        view.query_changed.connect(self._show)
        view.shelves.changed.connect(self._show)
        view.selection.changed.connect(self._show)
        self._show()

    @Slot()
    def _show(self) -> None:
        has_content = bool(self._view.shelves.content.trashed)
        self.setVisible(self._view.shelf.kind == "trash" and has_content)
        self.restore.setEnabled(self._view.selection.current is not None)
