"""What stands in place of the gallery's grid where there is nothing to show, and why."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from wurstdesk.session.gallery_view import GalleryView
from wurstdesk.ui.controls import dim_label, quiet_button, text_size
from wurstdesk.ui.icons import dackel
from wurstdesk.ui.theme import colours_of


class GalleryEmpty(QWidget):
    """No pictures yet, an empty shelf, or a search that finds nothing."""

    def __init__(self, view: GalleryView) -> None:
        super().__init__()
        self._view = view
        self.setObjectName("ground")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._dog = _Dog()
        self.title = QLabel()
        self.words = dim_label()
        for label in (self.title, self.words):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            label.setWordWrap(True)
        text_size(self.title, "title")
        self.clear = quiet_button(self.tr("Show all pictures"))
        self.clear.clicked.connect(view.show_everything)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 24)
        column.setSpacing(10)
        column.addStretch(2)
        column.addWidget(self._dog)
        column.addWidget(self.title)
        column.addWidget(self.words)
        column.addSpacing(6)
        column.addWidget(self.clear, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)

    def show_reason(self) -> None:
        """Say why there is nothing."""
        view = self._view
        title, words = self._reason(view.shelf.kind, bool(view.text.strip()))
        self.title.setText(title)
        self.words.setText(words)
        self.clear.setVisible(bool(view.text.strip()) or view.shelf.kind != "all")

    def _reason(self, kind: str, is_search: bool) -> tuple[str, str]:
        if is_search:
            return (
                self.tr("Nothing found"),
                self.tr("No picture here answers “{0}”.").format(self._view.text.strip()),
            )
        return {
            "all": (
                self.tr("No pictures yet"),
                self.tr("Every picture that you make is kept here, with all that made it."),
            ),
            "favourites": (
                self.tr("No favourites yet"),
                self.tr("Press F on a picture to find it here."),
            ),
            "album": (
                self.tr("This album is empty"),
                self.tr("Drag pictures onto its name to put them in."),
            ),
            "trash": (
                self.tr("The trash is empty"),
                self.tr("What you delete stays here for 30 days."),
            ),
            "missing": (
                self.tr("Nothing is missing"),
                self.tr("Every picture’s file is where it was."),
            ),
        }.get(kind, (self.tr("Nothing here"), self.tr("No picture is of this kind.")))


class _Dog(QWidget):
    """The house's dog, quietly."""

    def sizeHint(self) -> QSize:
        """As the text is large."""
        high = round(self.fontMetrics().height() * 3.2)
        return QSize(high * 5 // 2, high)

    def minimumSizeHint(self) -> QSize:
        """It may go."""
        return QSize(40, 16)

    def paintEvent(self, event: QPaintEvent) -> None:
        """In the middle."""
        del event
        colours = colours_of(self.palette())
        size = self.sizeHint().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        drawn = dackel(
            size, colours.border, colours.disabled, colours.canvas, self.devicePixelRatioF()
        )
        painter = QPainter(self)
        painter.drawPixmap((self.width() - size.width()) // 2, 0, drawn)
        painter.end()
