"""Two pictures in one frame: one over the other with a line between them, or next to each other."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPen,
)
from PySide6.QtWidgets import QGridLayout, QWidget

from wurstdesk.ui.cell_painting import CellPainter, ViewCell, place_in
from wurstdesk.ui.image_view import ImageView
from wurstdesk.ui.theme import Colours

_GRIP = 14.0
"""Pixels beside the line within which it is taken."""
_STEP, _LEAP = 0.02, 0.1

_LEAST = 100
"""Pixels that each picture keeps on a small window."""


class _Pane(ImageView):
    """A view of pictures that are compared."""

    def __init__(self) -> None:
        super().__init__()
        self.setMinimumSize(_LEAST, _LEAST)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """1 is not full size here, but a way of comparing."""
        if event.key() == Qt.Key.Key_1:
            event.ignore()
        else:
            super().keyPressEvent(event)

    def _drag_out(self) -> None:
        """Which of the two would it be?"""


class SliderPane(_Pane):
    """One picture left of a line, the other right of it; the line is dragged, or moved by keys."""

    def __init__(self) -> None:
        super().__init__()
        self.split = 0.5
        self._other = ViewCell()
        self._other_painter = CellPainter()
        self._is_sliding = False
        self.setMouseTracking(True)
        self.setAccessibleName(self.tr("Both pictures, with a line between them"))

    def show_pair(self, a: QImage, b: QImage, size: QSize) -> None:
        """Compare two pictures, both as large as ``size``."""
        self._other = ViewCell(b, is_finished=True)
        self._other_painter.forget()
        self.show_cells([ViewCell(a, is_finished=True)], size)

    def slide_to(self, split: float) -> None:
        """Put the line at a part of the picture's width."""
        self.split = min(max(split, 0.0), 1.0)
        self.update()

    def _paint_cell(
        self, painter: QPainter, index: int, cell: ViewCell, rect: QRectF, colours: Colours
    ) -> None:
        line = self._line(rect)
        painter.save()
        painter.setClipRect(QRectF(0, 0, line, self.height()))
        self._cell_painter.paint(painter, index, cell, rect, colours)
        painter.setClipRect(QRectF(line, 0, self.width() - line, self.height()))
        self._other_painter.paint(painter, index, self._other, rect, colours)
        painter.restore()
        window = QRectF(self.rect())
        _paint_line(painter, line, rect & window, colours, has_focus=self.hasFocus())
        left = place_in(cell.image, rect) & window
        right = place_in(self._other.image, rect) & window
        if line > left.left() + 40:
            _paint_letter(painter, "A", left, colours)
        if line < right.right() - 40:
            _paint_letter(painter, "B", right, colours, at_right=True)

    def _line(self, rect: QRectF) -> float:
        return rect.left() + self.split * rect.width()

    def _is_at_line(self, point: QPointF) -> bool:
        return abs(point.x() - self._line(self._view_rect(0))) < _GRIP

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the line, or pan beside it where there is something to pan."""
        is_left = event.button() == Qt.MouseButton.LeftButton
        if is_left and (self._is_at_line(event.position()) or not self._can_pan()):
            self._is_sliding = True
            self._slide(event.position())
        else:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move the line."""
        if self._is_sliding:
            self._slide(event.position())
        elif event.buttons():
            super().mouseMoveEvent(event)
        elif self._is_at_line(event.position()):
            self.setCursor(Qt.CursorShape.SplitHCursor)
        else:
            self.unsetCursor()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go of it."""
        if self._is_sliding:
            self._is_sliding = False
        else:
            super().mouseReleaseEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Zooms, unless the line was meant."""
        if not self._is_at_line(event.position()):
            super().mouseDoubleClickEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and right move the line, with Shift further; the rest is the view's."""
        way = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if way is None:
            super().keyPressEvent(event)
        else:
            is_far = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            self.slide_to(self.split + way * (_LEAP if is_far else _STEP))

    def _slide(self, point: QPointF) -> None:
        rect = self._view_rect(0)
        if rect.width():
            self.slide_to((point.x() - rect.left()) / rect.width())


class FlickPane(_Pane):
    """The first picture; the second while Space or the mouse button is held."""

    flicked = Signal()
    """The other picture is seen now."""

    def __init__(self) -> None:
        super().__init__()
        self._pair = (ViewCell(), ViewCell())
        self.is_flicked = False
        self.setAccessibleName(self.tr("The first picture; hold Space for the second"))

    def show_pair(self, a: QImage, b: QImage, size: QSize) -> None:
        """Compare two pictures, both as large as ``size``."""
        self._pair = (ViewCell(a, is_finished=True), ViewCell(b, is_finished=True))
        self.is_flicked = False
        self.show_cells([self._pair[0]], size)

    def _flick(self, is_flicked: bool) -> None:
        if is_flicked != self.is_flicked and self.cells:
            self.is_flicked = is_flicked
            self.cells = [self._pair[is_flicked]]
            self._cell_painter.forget()
            self.update()
            self.flicked.emit()

    def _paint_cell(
        self, painter: QPainter, index: int, cell: ViewCell, rect: QRectF, colours: Colours
    ) -> None:
        super()._paint_cell(painter, index, cell, rect, colours)
        seen = place_in(cell.image, rect) & QRectF(self.rect())
        _paint_letter(painter, "B" if self.is_flicked else "A", seen, colours)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """The other one."""
        super().mousePressEvent(event)
        if event.button() == Qt.MouseButton.LeftButton:
            self._flick(True)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """And back."""
        super().mouseReleaseEvent(event)
        if event.button() == Qt.MouseButton.LeftButton:
            self._flick(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space shows the other one; the rest is the view's."""
        if event.key() != Qt.Key.Key_Space:
            super().keyPressEvent(event)
        elif not event.isAutoRepeat():
            self._flick(True)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """And back."""
        if event.key() != Qt.Key.Key_Space:
            super().keyReleaseEvent(event)
        elif not event.isAutoRepeat():
            self._flick(False)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """The key's release will be somebody else's."""
        super().focusOutEvent(event)
        self._flick(False)


class _Half(_Pane):
    """One of several views next to each other."""

    def __init__(self, letter: str) -> None:
        super().__init__()
        self._letter = letter

    def _paint_cell(
        self, painter: QPainter, index: int, cell: ViewCell, rect: QRectF, colours: Colours
    ) -> None:
        super()._paint_cell(painter, index, cell, rect, colours)
        seen = place_in(cell.image, rect) & QRectF(self.rect())
        _paint_letter(painter, self._letter, seen, colours, is_strong=self.hasFocus())


class LockedPanes(QWidget):
    """Up to four next to each other; what is zoomed and panned in one is so in the others."""

    zoom_changed = Signal()

    def __init__(self, count: int) -> None:
        super().__init__()
        self.views = tuple(_Half("ABCD"[number]) for number in range(count))
        self._is_following = False
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(2)
        columns = 2 if count in {2, 4} else count
        for number, view in enumerate(self.views):
            view.setAccessibleName(self.tr("Picture {0}").format("ABCD"[number]))
            grid.addWidget(view, *divmod(number, columns))
            view.zoom_changed.connect(self._on_zoom)
        self.setFocusProxy(self.views[0])

    def show_images(self, images: Sequence[QImage], size: QSize) -> None:
        """Compare pictures, all as large as ``size``."""
        for view, image in zip(self.views, images, strict=True):
            view.show_cells([ViewCell(image, is_finished=True)], size)

    @Slot()
    def _on_zoom(self) -> None:
        leader = self.sender()
        if self._is_following or not isinstance(leader, ImageView):
            return
        self._is_following = True
        for view in self.views:
            if view is not leader and view.cells:
                view.look_like(leader)
        self._is_following = False
        self.zoom_changed.emit()


class SidePane(LockedPanes):
    """Both next to each other."""

    def __init__(self) -> None:
        super().__init__(2)
        self.halves = self.views
        self.halves[0].setAccessibleName(self.tr("The first picture"))
        self.halves[1].setAccessibleName(self.tr("The second picture"))

    def show_pair(self, a: QImage, b: QImage, size: QSize) -> None:
        """Compare two pictures, both as large as ``size``."""
        self.show_images((a, b), size)


def _paint_line(
    painter: QPainter, x: float, seen: QRectF, colours: Colours, *, has_focus: bool
) -> None:
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(colours.canvas), 4))
    painter.drawLine(QPointF(x, seen.top()), QPointF(x, seen.bottom()))
    colour = QColor(colours.accent if has_focus else colours.text)
    painter.setPen(QPen(colour, 2))
    painter.drawLine(QPointF(x, seen.top()), QPointF(x, seen.bottom()))
    middle = QPointF(x, seen.center().y())
    painter.setBrush(QColor(colours.window))
    painter.drawEllipse(middle, 11, 11)
    painter.setPen(QPen(colour, 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    for way in (-1, 1):
        tip = middle + QPointF(way * 7, 0)
        painter.drawLine(tip, tip + QPointF(-way * 3, -3))
        painter.drawLine(tip, tip + QPointF(-way * 3, 3))
    painter.restore()


def _paint_letter(
    painter: QPainter,
    letter: str,
    seen: QRectF,
    colours: Colours,
    *,
    at_right: bool = False,
    is_strong: bool = False,
) -> None:
    """Which of the two it is, in a corner of what is seen of it."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    side = painter.fontMetrics().height() + 6.0
    box = QRectF(seen.left() + 8, seen.top() + 8, side, side)
    if at_right:
        box.moveRight(seen.right() - 8)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colours.accent if is_strong else colours.window))
    painter.drawRoundedRect(box, 5, 5)
    painter.setPen(QColor(colours.on_accent if is_strong else colours.text))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, letter)
    painter.restore()
