"""Shows pictures in a grid of cells: fitted, or zoomed and panned with wheel, mouse and keys."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, QSizeF, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QWidget

from wurstdesk.ui.cell_painting import CellPainter, ViewCell
from wurstdesk.ui.theme import Colours, colours_of
from wurstdesk.ui.view_geometry import MAX_ZOOM, Grid, Placement

__all__ = ["ImageView", "ViewCell"]

_STEP = 1.25
_MARGIN = 12.0
_PAN_BY = 60
_OUT = Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.ControlModifier
"""With one of these a picture is dragged out, also where dragging would pan."""
_BY_KEY = {Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason}


class ImageView(QWidget):
    """A view on ``cells`` of one size. Zoom 1.0 is one picture pixel on one screen pixel."""

    cell_activated = Signal(int)
    """A finished cell was clicked, or chosen with Return."""
    drag_asked = Signal(int)
    """A finished cell is being dragged out of the window."""
    menu_asked = Signal(int, QPoint)
    """The context menu of a cell, at a place of the screen."""
    zoom_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.cells: list[ViewCell] = []
        self.current = 0
        self._cell_size = QSize(1, 1)
        self._grid = Grid(0, QSizeF(1, 1), 1)
        self._placement = Placement(1.0, QPointF())
        self._is_fitted = True
        self._has_just_opened = False
        self._pressed_at: QPoint | None = None
        self._dragged_from: QPointF | None = None
        self._cell_painter = CellPainter()
        self._was_reached_by_key = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(200, 100)
        self.setAccessibleName(self.tr("Canvas"))

    # -- what is shown ----------------------------------------------------------------------

    def show_cells(self, cells: list[ViewCell], size: QSize) -> None:
        """Show other pictures, each as large as ``size``; fitted if they are laid out anew."""
        is_same = len(cells) == len(self.cells) and size == self._cell_size
        self.cells = cells
        self._cell_size = size
        self.current = min(self.current, max(0, len(cells) - 1)) if is_same else 0
        self._cell_painter.forget()
        if is_same:
            self._arrange()
        else:
            self.fit()

    def update_cell(self, index: int) -> None:
        """Paint one cell again: its picture has changed."""
        self._cell_painter.forget(index)
        self.update(self._view_rect(index).toAlignedRect())

    @property
    def zoom(self) -> float:
        """Screen pixels for each picture pixel."""
        return self._placement.zoom * self.devicePixelRatioF()

    @property
    def is_fitted(self) -> bool:
        return self._is_fitted

    @Slot()
    def fit(self) -> None:
        """As large as the view allows."""
        self._is_fitted = True
        self._arrange()

    @Slot()
    def show_full_size(self) -> None:
        """One picture pixel on one screen pixel."""
        self._zoom_to(1.0 / self.devicePixelRatioF(), self._centre())

    @Slot()
    def zoom_in(self) -> None:
        """A step closer."""
        self._zoom_to(self._placement.zoom * _STEP, self._centre())

    @Slot()
    def zoom_out(self) -> None:
        """A step back."""
        self._zoom_to(self._placement.zoom / _STEP, self._centre())

    def look_like(self, other: ImageView) -> None:
        """Zoom and pan to where another view of pictures of this size is."""
        self._is_fitted = other._is_fitted
        if self._is_fitted:
            self._arrange()
        else:
            self._place(other._placement)

    # -- geometry ---------------------------------------------------------------------------

    def _room(self) -> QSizeF:
        return QSizeF(self.width() - 2 * _MARGIN, self.height() - 2 * _MARGIN)

    def _centre(self) -> QPointF:
        return QRectF(self.rect()).center()

    def _arrange(self) -> None:
        cell = QSizeF(self._cell_size)
        if self._is_fitted or self._grid.count != len(self.cells) or self._grid.cell != cell:
            self._grid = Grid.best(len(self.cells), cell, self._room())
        placement = self._placement
        if self._is_fitted:
            placement = Placement(min(self._grid.fit(self._room()), MAX_ZOOM), QPointF())
        self._place(placement)

    def _place(self, placement: Placement) -> None:
        self._placement = placement.kept_in_sight(self._grid.size, QSizeF(self.size()))
        self.update()
        self.zoom_changed.emit()

    def _zoom_to(self, zoom: float, around: QPointF) -> None:
        fitted = self._grid.fit(self._room())
        smallest = min(fitted, 1.0 / self.devicePixelRatioF())
        zoom = min(max(zoom, smallest), MAX_ZOOM)
        self._is_fitted = zoom <= fitted == smallest
        if self._is_fitted:
            self._arrange()
        else:
            self._place(self._placement.zoomed(zoom, around))

    def _view_rect(self, index: int) -> QRectF:
        return self._placement.to_view(self._grid.rect(index))

    def _cell_at(self, point: QPointF) -> int | None:
        """The cell under a point of the widget."""
        return self._grid.at(self._placement.to_plane(point))

    def _can_pan(self) -> bool:
        size = self._grid.size * self._placement.zoom
        return size.width() > self.width() + 1 or size.height() > self.height() + 1

    # -- painting ---------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the cells that are to be seen."""
        painter = QPainter(self)
        colours = colours_of(self.palette())
        painter.fillRect(event.rect(), QColor(colours.canvas))
        for index, cell in enumerate(self.cells):
            rect = self._view_rect(index)
            if rect.toAlignedRect().intersects(event.rect()):
                self._paint_cell(painter, index, cell, rect, colours)
        if self._was_reached_by_key and len(self.cells) < 2:
            painter.setPen(QPen(QColor(colours.accent), 2))
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))
        painter.end()

    def _paint_cell(
        self, painter: QPainter, index: int, cell: ViewCell, rect: QRectF, colours: Colours
    ) -> None:
        self._cell_painter.paint(painter, index, cell, rect, colours)
        if self.hasFocus() and index == self.current and len(self.cells) > 1:
            painter.setPen(QPen(QColor(colours.accent), 2))
            painter.drawRect(rect.adjusted(-2, -2, 2, 2))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the fit."""
        super().resizeEvent(event)
        self._arrange()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show where the keys go: who clicked here knows."""
        super().focusInEvent(event)
        self._was_reached_by_key = event.reason() in _BY_KEY
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """No longer here."""
        super().focusOutEvent(event)
        self._was_reached_by_key = False
        self.update()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.update()

    # -- mouse and keys ---------------------------------------------------------------------

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom at the pointer."""
        turned = event.angleDelta().y()
        if turned:
            self._zoom_to(self._placement.zoom * _STEP ** (turned / 120), event.position())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click, or the beginning of panning or of dragging out."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._has_just_opened = False
            self._pressed_at = event.position().toPoint()
            self._dragged_from = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Pan, or drag the picture out where there is nothing to pan."""
        if self._dragged_from is None or self._pressed_at is None:
            return
        is_panning = self.cursor().shape() == _HAND
        moved = (event.position().toPoint() - self._pressed_at).manhattanLength()
        if moved < QApplication.startDragDistance() and not is_panning:
            return
        if not is_panning and (not self._can_pan() or event.modifiers() & _OUT):
            self._drag_out()
        elif self._can_pan():
            self.setCursor(_HAND)
            self._place(self._placement.moved(event.position() - self._dragged_from))
            self._dragged_from = event.position()

    def _drag_out(self) -> None:
        assert self._pressed_at is not None
        index = self._cell_at(QPointF(self._pressed_at))
        if index is not None and self.cells[index].is_finished:
            self._pressed_at = self._dragged_from = None  # the release goes elsewhere
            self.drag_asked.emit(index)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The end of panning, or a click on a cell."""
        if event.button() != Qt.MouseButton.LeftButton or self._pressed_at is None:
            return
        was_panning = self.cursor().shape() == _HAND
        self._pressed_at = self._dragged_from = None
        self.unsetCursor()
        index = self._cell_at(event.position())
        if not was_panning and index is not None:
            self._activate(index)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Between the whole and full size; where the first click opened the picture, no more."""
        is_left = event.button() == Qt.MouseButton.LeftButton
        if is_left and len(self.cells) == 1 and not self._has_just_opened:
            if self._is_fitted:
                self._zoom_to(1.0 / self.devicePixelRatioF(), event.position())
            else:
                self.fit()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The menu of the cell under the pointer, or of the current one for the menu key."""
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self.current if by_key else self._cell_at(QPointF(event.pos()))
        if index is not None and index < len(self.cells) and self.cells[index].is_finished:
            self.menu_asked.emit(index, event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Plus and minus zoom, 0 fits, 1 is full size; arrows pan or choose, Return opens."""
        arrow = _ARROWS.get(Qt.Key(event.key()))
        zooms = {
            Qt.Key.Key_Plus: self.zoom_in,
            Qt.Key.Key_Equal: self.zoom_in,
            Qt.Key.Key_Minus: self.zoom_out,
            Qt.Key.Key_0: self.fit,
            Qt.Key.Key_1: self.show_full_size,
        }
        if event.key() in zooms:
            zooms[Qt.Key(event.key())]()
        elif arrow is not None and self._can_pan():
            self._place(self._placement.moved(QPointF(arrow) * -_PAN_BY))
        elif arrow is not None and len(self.cells) > 1:
            self._choose(arrow)
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space}:
            self._activate(self.current)
        else:
            super().keyPressEvent(event)

    def _choose(self, arrow: QPoint) -> None:
        wanted = self.current + arrow.x() + arrow.y() * self._grid.columns
        if 0 <= wanted < len(self.cells):
            self.current = wanted
            self.update()

    def _activate(self, index: int) -> None:
        if index < len(self.cells):
            self.current = index
            self.update()
            if self.cells[index].is_finished:
                self._has_just_opened = len(self.cells) > 1
                self.cell_activated.emit(index)


_HAND = Qt.CursorShape.ClosedHandCursor
_ARROWS = {
    Qt.Key.Key_Left: QPoint(-1, 0),
    Qt.Key.Key_Right: QPoint(1, 0),
    Qt.Key.Key_Up: QPoint(0, -1),
    Qt.Key.Key_Down: QPoint(0, 1),
}
