"""The current picture of the gallery over the whole page, for a look and back."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QHideEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from wurstdesk.session.gallery_view import GalleryView
from wurstdesk.ui.gallery_tiles import card_words
from wurstdesk.ui.image_view import ImageView, ViewCell


class GalleryPeek(QWidget):
    """Covers its parent until Space, Esc or a click; arrow keys go on to the next picture."""

    closed = Signal()

    def __init__(self, view: GalleryView, page: QWidget) -> None:
        super().__init__(page)
        self._view = view
        self.setObjectName("ground")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.image = ImageView()
        self.image.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.image.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.image)
        page.installEventFilter(self)
        view.chosen_changed.connect(self._show)
        self.hide()

    @Slot()
    def open(self) -> None:
        """Show the current picture."""
        page = self.parentWidget()
        if page is not None and self._view.chosen is not None:
            self._view.want_image(True)
            self.setGeometry(page.rect())
            self.raise_()
            self.show()
            self._show()
            self.setFocus()

    @Slot()
    def _show(self) -> None:
        card = self._view.chosen
        if not self.isVisible():
            return
        if card is None:
            self._leave()
            return
        words = card_words(card)
        self.setAccessibleName(words)
        self.image.setAccessibleName(words)
        size = QSize(card.width, card.height)
        self.image.show_cells([ViewCell(self._view.image, is_finished=True)], size)

    def _leave(self) -> None:
        if self.isVisible():
            self.hide()
            self.closed.emit()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nothing is read for nobody."""
        super().hideEvent(event)
        self._view.want_image(False)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """As large as the page."""
        if event.type() == QEvent.Type.Resize and isinstance(watched, QWidget):
            self.setGeometry(watched.rect())
        return False

    def event(self, event: QEvent) -> bool:
        """Esc is ours here: elsewhere it stops what is drawn."""
        is_override = event.type() == QEvent.Type.ShortcutOverride
        if is_override and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """On to the next, or back."""
        key, selection = event.key(), self._view.selection
        if key in {Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Up}:
            onward = key in {Qt.Key.Key_Right, Qt.Key.Key_Down}
            selection.choose(selection.row + (1 if onward else -1))
        elif key in {Qt.Key.Key_Space, Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._leave()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Back."""
        del event
        self._leave()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Who goes elsewhere has seen it; a menu or another window does not count."""
        super().focusOutEvent(event)
        if event.reason() in {Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason}:
            self.hide()
