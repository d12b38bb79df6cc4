"""The size by eye: a picture's corner is dragged over a grid of 128 pixels."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QIcon,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QShowEvent,
)
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from wurstdesk.generation import MAX_SIDE, SIZE_MULTIPLE, CheckpointInfo
from wurstdesk.session.form import RequestForm
from wurstdesk.ui.controls import IconButton, dim_label
from wurstdesk.ui.i18n import size_text
from wurstdesk.ui.sizes import is_trained
from wurstdesk.ui.theme import colours_of

_FEWEST_CELLS = 8
_MOST_CELLS = MAX_SIDE // SIZE_MULTIPLE
_INSET = 6.0
"""Round the grid, for the dot at the corner."""


class SizeGrid(QWidget):
    """Shows and edits the request's size. Arrow keys move the corner by one step."""

    done = Signal()
    """Return: the size is as it is wanted."""

    def __init__(self, form: RequestForm) -> None:
        super().__init__()
        self._form = form
        self._is_dragged = False
        self.cells = _FEWEST_CELLS
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setToolTip(self.tr("Drag the corner, or use the arrow keys"))
        form.changed.connect(self._show_request)
        form.checkpoint_changed.connect(self._show_request)
        self._show_request()

    # -- geometry ---------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        """A square as high as a dozen lines of text."""
        side = max(190, 12 * self.fontMetrics().lineSpacing())
        return QSize(side, side)

    def corner(self) -> QPointF:
        """Where the corner of the request's size is."""
        request = self._form.request
        return self.place_of(request.width, request.height)

    def place_of(self, width: int, height: int) -> QPointF:
        """Where the corner of a size is."""
        step = self._step() / SIZE_MULTIPLE
        return QPointF(_INSET + width * step, _INSET + height * step)

    def _step(self) -> float:
        """How many pixels of the screen are one step."""
        return (min(self.width(), self.height()) - 2 * _INSET) / self.cells

    # -- editing ----------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """The corner jumps there."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._is_dragged = True
            self._drag_to(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """It follows."""
        if self._is_dragged:
            self._drag_to(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """There it stays."""
        if event.button() == Qt.MouseButton.LeftButton and self._is_dragged:
            self._is_dragged = False
            self._show_request()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Right is wider, Down is higher, as the corner moves."""
        steps = {
            Qt.Key.Key_Left: (-1, 0),
            Qt.Key.Key_Right: (1, 0),
            Qt.Key.Key_Up: (0, -1),
            Qt.Key.Key_Down: (0, 1),
        }
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and not event.modifiers():
            self.done.emit()
        elif event.key() in steps:
            across, down = steps[Qt.Key(event.key())]
            request = self._form.request
            self._choose(
                request.width // SIZE_MULTIPLE + across, request.height // SIZE_MULTIPLE + down
            )
        else:
            super().keyPressEvent(event)

    def _drag_to(self, place: QPointF) -> None:
        step = self._step()
        across = round((place.x() - _INSET) / step)
        down = round((place.y() - _INSET) / step)
        self._choose(min(across, self.cells), min(down, self.cells))

    def _choose(self, across: int, down: int) -> None:
        """A size in steps, brought within what there can be."""
        width, height = (min(max(side, 1), _MOST_CELLS) * SIZE_MULTIPLE for side in (across, down))
        self._form.edit(width=width, height=height)

    @Slot()
    def _show_request(self) -> None:
        request = self._form.request
        if not self._is_dragged:  # else the grid would slip away from under the mouse
            self.cells = _cells(request.width, request.height, self._form.checkpoint)
        name = self.tr("Size: {0} by {1} pixels").format(request.width, request.height)
        if name != self.accessibleName():
            self.setAccessibleName(name)  # the value too: it is read aloud when it changes
        self.update()

    # -- painting ---------------------------------------------------------------------------

    def changeEvent(self, event: QEvent) -> None:
        """It is as large as the text asks for."""
        super().changeEvent(event)
        if event.type() in {QEvent.Type.FontChange, QEvent.Type.StyleChange}:
            self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Grid, trained range, the picture with its corner."""
        del event
        colours = colours_of(self.palette())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        origin = QPointF(_INSET, _INSET)
        whole = self.cells * SIZE_MULTIPLE
        area = QRectF(origin, self.place_of(whole, whole))
        painter.fillRect(area, QColor(colours.field))
        trained = self._trained_area()
        painter.fillRect(trained, QColor(colours.note_ground))
        self._paint_lines(painter, area, QColor(colours.border))
        if not trained.isEmpty():
            painter.setPen(QPen(QColor(colours.accent), 1, Qt.PenStyle.DashLine))
            painter.drawRect(trained)
        accent = QColor(colours.accent)
        veil = QColor(accent)
        veil.setAlphaF(0.16)
        painter.setPen(QPen(accent, 2))
        painter.setBrush(veil)
        painter.drawRect(QRectF(origin, self.corner()))
        painter.setBrush(accent)
        painter.setPen(QPen(QColor(colours.text if self.hasFocus() else colours.window), 1.5))
        painter.drawEllipse(self.corner(), 5, 5)
        painter.end()

    def _trained_area(self) -> QRectF:
        """Where corners of sizes are that the checkpoint has seen."""
        info = self._form.checkpoint
        if info is None:
            return QRectF()
        whole = self.cells * SIZE_MULTIPLE
        low, high = (min(side, whole) for side in info.trained_sides)
        return QRectF(self.place_of(low, low), self.place_of(high, high))

    def _paint_lines(self, painter: QPainter, area: QRectF, colour: QColor) -> None:
        painter.setPen(QPen(colour, 0.6))
        for cell in range(self.cells + 1):
            place = self.place_of(cell * SIZE_MULTIPLE, cell * SIZE_MULTIPLE)
            painter.drawLine(QPointF(place.x(), area.top()), QPointF(place.x(), area.bottom()))
            painter.drawLine(QPointF(area.left(), place.y()), QPointF(area.right(), place.y()))


class SizePopup(QFrame):
    """The grid with the size in words, over the window until a click beside it."""

    def __init__(self, form: RequestForm, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._form = form
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAttribute(Qt.WidgetAttribute.WA_NoMouseReplay)  # its button would open it again
        self.grid = SizeGrid(form)
        self.words = QLabel()
        self.words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.remark = dim_label()
        self.remark.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(4)
        column.addWidget(self.grid, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self.words)
        column.addWidget(self.remark)
        self.grid.done.connect(self.close)
        form.changed.connect(self._show_request)
        form.checkpoint_changed.connect(self._show_request)
        self._show_request()

    def open_below(self, widget: QWidget) -> None:
        """Open with its right edge under a widget's, within the screen."""
        self.adjustSize()
        place = widget.mapToGlobal(QPoint(widget.width() - self.width(), widget.height() + 3))
        screen = widget.screen().availableGeometry()
        place.setX(min(max(place.x(), screen.left()), screen.right() - self.width()))
        if place.y() + self.height() > screen.bottom():
            place.setY(widget.mapToGlobal(QPoint(0, 0)).y() - self.height() - 3)
        self.move(place)
        self.show()

    def showEvent(self, event: QShowEvent) -> None:
        """The arrow keys work at once."""
        super().showEvent(event)
        self.grid.setFocus(Qt.FocusReason.PopupFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc closes; the size stays as it is."""
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    @Slot()
    def _show_request(self) -> None:
        request, info = self._form.request, self._form.checkpoint
        self.words.setText(size_text(request.width, request.height))
        self.remark.setText(self._remark(request.width, request.height, info))

    def _remark(self, width: int, height: int, info: CheckpointInfo | None) -> str:
        if info is None:
            return ""
        if all(is_trained(side, info) for side in (width, height)):
            return self.tr("Tinted: trained on {0} – {1}").format(*info.trained_sides)
        return self.tr("Outside of {0} – {1}, the trained range").format(*info.trained_sides)


class GridButton(IconButton):
    """A button that shows what it opens: a corner on a grid."""

    def __init__(self, name: str) -> None:
        super().__init__("swap", name)

    @Slot()
    def redraw(self) -> None:
        """In the colours of now."""
        colours = colours_of(self.palette())
        colour = colours.accent if self.isChecked() else colours.dim
        self.setIcon(QIcon(_grid_pixmap(colour, self.iconSize().width(), self.devicePixelRatioF())))


def _grid_pixmap(colour: str, side: int, ratio: float) -> QPixmap:
    pixmap = QPixmap(round(side * ratio), round(side * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(side / 16, side / 16)
    painter.setPen(QPen(QColor(colour), 1.2))
    painter.drawRoundedRect(QRectF(2, 2, 12, 12), 1.5, 1.5)
    painter.setPen(QPen(QColor(colour), 0.8))
    for place in (6.0, 10.0):
        painter.drawLine(QPointF(place, 2), QPointF(place, 14))
        painter.drawLine(QPointF(2, place), QPointF(14, place))
    painter.setBrush(QColor(colour))
    painter.drawEllipse(QPointF(10, 10), 1.8, 1.8)
    painter.end()
    return pixmap


def _cells(width: int, height: int, info: CheckpointInfo | None) -> int:
    """Room for half as much again as was trained, and always for what is chosen."""
    trained = info.trained_sides[1] if info is not None else 0
    wanted = max(trained * 3 // 2, width, height)
    return min(max(-(-wanted // SIZE_MULTIPLE), _FEWEST_CELLS), _MOST_CELLS)
