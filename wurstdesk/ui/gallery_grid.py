"""The gallery's grid in the person's hands: keys, mouse, rubber band, dragging, reading aloud."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRect, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QColor,
    QContextMenuEvent,
    QFocusEvent,
    QHelpEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QToolTip

from wurstdesk.gallery.records import Card
from wurstdesk.session.gallery_view import GalleryView
from wurstdesk.ui.gallery_area import GalleryArea
from wurstdesk.ui.gallery_drag import dragged_image, mime_of_cards
from wurstdesk.ui.gallery_tiles import card_words
from wurstdesk.ui.picture_drag import carry_away
from wurstdesk.ui.theme import colours_of

_ZOOM = 1.15
_FRAME = 16
_LEFT, _CTRL = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier
_SHIFT = Qt.KeyboardModifier.ShiftModifier


class GalleryGrid(GalleryArea):
    """Selects, scrolls, zooms and carries away."""

    menu_asked = Signal(QPoint)
    """Where on the screen a menu for the selected pictures is wanted."""
    peek_asked = Signal()
    """To see the current picture large."""

    def __init__(self, view: GalleryView) -> None:
        super().__init__(view)
        self._press: QPoint | None = None
        self._pressed_row = -1
        self._pointer = QPoint()
        self._chooses_on_release = False
        self._band: QRect | None = None  # in places of the whole, not of the viewport
        self._beside: frozenset[int] = frozenset()
        self._scrolling = QTimer(self)
        self._scrolling.setInterval(_FRAME)
        self._scrolling.timeout.connect(self._scroll_band)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Pictures of the gallery"))
        self.viewport().setMouseTracking(True)
        view.selection.current_changed.connect(self._on_current)
        view.chosen_changed.connect(self._say_current)

    def current(self) -> Card | None:
        """The picture that the keys are for, where it was read."""
        return self._card_at(self._view.selection.row)

    # -- keys ---------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go, select, zoom, look."""
        key, modifiers = event.key(), event.modifiers() & (_CTRL | _SHIFT)
        target = self._target(key)
        if target is not None:
            self._go(target, modifiers)
        elif key == Qt.Key.Key_Space and modifiers == _CTRL:
            self._view.selection.toggle(self._view.selection.row)
        elif key in {Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter} and not modifiers:
            if self._view.selection.current is not None:
                self.peek_asked.emit()
        elif key == Qt.Key.Key_A and modifiers == _CTRL:
            self._view.selection.take_all()
        elif key in {Qt.Key.Key_Plus, Qt.Key.Key_Minus} and not modifiers & _CTRL:
            self.zoom(1 if key == Qt.Key.Key_Plus else -1)
        elif key == Qt.Key.Key_Escape and len(self._view.selection) > 1:
            self._view.selection.choose(self._view.selection.row)
        else:
            super().keyPressEvent(event)

    def _target(self, key: int) -> int | None:
        """Where a key leads to; None for a key that leads nowhere."""
        row, last = self._view.selection.row, self._places.count - 1
        page = max(1, self.viewport().height() // self._places.step - 1)
        lines = {
            Qt.Key.Key_Up: -1,
            Qt.Key.Key_Down: 1,
            Qt.Key.Key_PageUp: -page,
            Qt.Key.Key_PageDown: page,
        }
        if key == Qt.Key.Key_Home:
            return 0
        if key == Qt.Key.Key_End:
            return last
        if key not in lines and key not in {Qt.Key.Key_Left, Qt.Key.Key_Right}:
            return None
        if row < 0:
            return next(self._places.rows_in(self._seen()), -1)  # begin with what is seen
        if key in lines:
            return self._places.neighbour(row, lines[Qt.Key(key)])
        onward = 1 if (key == Qt.Key.Key_Right) == self.isLeftToRight() else -1
        return min(max(row + onward, 0), last)

    def _go(self, row: int, modifiers: Qt.KeyboardModifier) -> None:
        selection = self._view.selection
        if modifiers & _SHIFT:
            selection.extend(row, adds=bool(modifiers & _CTRL))
        elif modifiers & _CTRL:
            selection.move(row)
        else:
            selection.choose(row)
        self.show_row(row)

    def zoom(self, steps: float, around: QPoint | None = None) -> None:
        """Larger or smaller cells."""
        self.set_cell(round(self.cell * _ZOOM**steps), around)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll, or zoom with Ctrl."""
        if event.modifiers() & _CTRL:
            self.zoom(event.angleDelta().y() / 120, event.position().toPoint())
            event.accept()
        else:
            super().wheelEvent(event)

    # -- mouse --------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Select; what is selected already stays so until it is clear that nothing is dragged."""
        where, modifiers = event.position().toPoint(), event.modifiers()
        row = self.row_at(where)
        selection = self._view.selection
        self._press, self._pressed_row, self._chooses_on_release = where, row, False
        if event.button() == Qt.MouseButton.RightButton:
            self._choose_for_menu(row)
        elif event.button() != _LEFT:
            self._press = None
        elif row < 0:
            self._begin_band(where, keeps=bool(modifiers & (_CTRL | _SHIFT)))
        elif modifiers & _SHIFT:
            selection.extend(row, adds=bool(modifiers & _CTRL))
        elif modifiers & _CTRL:
            selection.toggle(row)
        elif self._found.ids[row] in selection and len(selection) > 1:
            selection.move(row)
            self._chooses_on_release = True
        else:
            selection.choose(row)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """A rubber band from where nothing is, a drag from a picture."""
        where = event.position().toPoint()
        if self._press is None or not event.buttons() & _LEFT:
            return
        if self._band is not None:
            self._stretch_band(where)
            return
        far = (where - self._press).manhattanLength() >= QApplication.startDragDistance()
        if far and self._pressed_row >= 0:
            self._press = None
            self.carry_selected()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Now it was a click."""
        if event.button() == _LEFT and self._chooses_on_release and self._press is not None:
            self._view.selection.choose(self._pressed_row)
        self._press = None
        self._end_band()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """See it large."""
        if event.button() == _LEFT and self.row_at(event.position().toPoint()) >= 0:
            self.peek_asked.emit()

    def _choose_for_menu(self, row: int) -> None:
        if row >= 0 and self._found.ids[row] in self._view.selection:
            self._view.selection.move(row)
        elif row >= 0:
            self._view.selection.choose(row)

    def carry_selected(self) -> None:
        """Let the person drag what is selected away; returns when it was dropped somewhere."""
        ids = self._view.selection.ids
        cards = [card for card in map(self._view.cards.get, ids) if card is not None]
        current = self._card_at(self._pressed_row) or (cards[0] if cards else None)
        if not ids or current is None:
            return
        image, _ = self._view.thumbnails.find(current.content_hash, self._side)
        little = dragged_image(image or QImage(), len(ids))
        carry_away(self, mime_of_cards(ids, cards), little)

    # -- the rubber band ----------------------------------------------------------------------

    def _begin_band(self, where: QPoint, *, keeps: bool) -> None:
        selection = self._view.selection
        self._beside = frozenset(selection.ids) if keeps else frozenset()
        if not keeps:
            selection.clear()
        self._band = QRect(where + QPoint(0, self._top()), where + QPoint(0, self._top()))

    def _stretch_band(self, where: QPoint) -> None:
        if self._band is None:
            return
        self._pointer = where
        self._band.setBottomRight(where + QPoint(0, self._top()))
        self._view.selection.take(self._places.rows_in(self._band.normalized()), self._beside)
        outside = where.y() < 0 or where.y() > self.viewport().height()
        if outside and not self._scrolling.isActive():
            self._scrolling.start()
        elif not outside:
            self._scrolling.stop()
        self.viewport().update()

    @Slot()
    def _scroll_band(self) -> None:
        """The further outside the pointer is, the faster."""
        where = self._pointer
        high = self.viewport().height()
        by = where.y() if where.y() < 0 else max(0, where.y() - high)
        self.verticalScrollBar().setValue(self._top() + by // 2)
        self._stretch_band(where)

    def _end_band(self) -> None:
        self._scrolling.stop()
        if self._band is not None:
            self._band = None
            self.viewport().update()

    def _has_overlay(self) -> bool:
        return self._band is not None or super()._has_overlay()

    def _paint_over(self, painter: QPainter) -> None:
        if self._band is None:
            super()._paint_over(painter)
            return
        accent = QColor(colours_of(self.palette()).accent)
        painter.setPen(accent)
        accent.setAlpha(50)
        painter.setBrush(accent)
        painter.drawRect(self._band.normalized().translated(0, -self._top()))

    # -- menu, tips, reading aloud -------------------------------------------------------------

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Of what is selected: at the pointer, or at the current picture for the menu key."""
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        row = self._view.selection.row if by_key else self.row_at(event.pos())
        if row < 0:
            return
        self._choose_for_menu(row)
        where = event.pos()
        if by_key:
            self.show_row(row)
            where = self.visual_rect(row).center()
        self.menu_asked.emit(self.viewport().mapToGlobal(where))

    def viewportEvent(self, event: QEvent) -> bool:
        """What a picture says, as its tip."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            row = self.row_at(event.pos())
            card = self._card_at(row)
            if card is not None:
                QToolTip.showText(
                    event.globalPos(), card_words(card), self.viewport(), self.visual_rect(row)
                )
            else:
                QToolTip.hideText()
            return True
        return super().viewportEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The ring shows where the keys are."""
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """And where they are not."""
        super().focusOutEvent(event)
        self.viewport().update()

    @Slot()
    def _on_current(self) -> None:
        self._looking.start()  # it is chosen once it is read
        self._say_current()

    @Slot()
    def _say_current(self) -> None:
        """For a screen reader the grid is what it shows: the current picture, and which it is."""
        card = self.current()
        words = ""
        if card is not None:
            place = self.tr("{0} of {1}").format(self._view.selection.row + 1, self._places.count)
            words = f"{card_words(card)}, {place}"
        if words == self.accessibleDescription():
            return
        self.setAccessibleDescription(words)
        if self.hasFocus():
            for kind in (QAccessible.Event.DescriptionChanged, QAccessible.Event.Focus):
                QAccessible.updateAccessibility(QAccessibleEvent(self, kind))
