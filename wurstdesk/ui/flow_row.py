"""A row that becomes two or more where there is no room for all in one: nothing is cut off."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRect, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QStyle, QWidget


class FlowRow(QWidget):
    """Its widgets stand beside each other from the left, as many in a line as there is room for.

    One may take what room is left in its line. The height follows the width by itself, so that
    what stands above may become as low as it likes.
    """

    def __init__(self, margin: tuple[int, int] = (14, 6), spacing: int = 8) -> None:
        """``margin``: left and right, top and bottom."""
        super().__init__()
        self._margin = margin
        self._spacing = spacing
        self._items: list[QWidget] = []
        self._stretching: QWidget | None = None
        self._least = 0
        self._height = 0

    def add(self, widget: QWidget, *, stretches: bool = False) -> None:
        """Put a widget at the end; one that ``stretches`` takes the room that is left."""
        widget.setParent(self)
        self._items.append(widget)
        if stretches:
            self._stretching = widget

    def keep_height(self, pixels: int) -> None:
        """Never be lower than that."""
        self._least = pixels

    # -- how large --------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        """All in one line."""
        widths = [_wanted(item) for item in self._shown()]
        gaps = self._spacing * max(0, len(widths) - 1)
        return QSize(sum(widths) + gaps + 2 * self._margin[0], self._height_now())

    def minimumSizeHint(self) -> QSize:
        """As narrow as the widest of them."""
        widest = max((_least(item) for item in self._shown()), default=0)
        return QSize(widest + 2 * self._margin[0], self._height_now())

    def _height_now(self) -> int:
        return self._height or self._place(self.width(), is_trial=True)

    # -- where they are ---------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        """One of them came, went or wants another size."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._arrange()
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Break the lines anew."""
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        height = self._place(self.width())
        if height != self._height:
            self._height = height
        self.updateGeometry()  # the widest may be another one by now

    def _shown(self) -> list[QWidget]:
        return [item for item in self._items if not item.isHidden()]

    def _place(self, width: int, *, is_trial: bool = False) -> int:
        """Put each in its place; the height that all of it takes."""
        across, down = self._margin
        room = max(1, width - 2 * across)
        lines = self._lines(room)
        placed = [self._line(line, room) for line in lines]
        heights = [max(size.height() for size in sizes) for sizes in placed]
        whole = sum(heights) + self._spacing * max(0, len(lines) - 1) + 2 * down
        if is_trial:
            return max(self._least, whole)
        top = down + max(0, self.height() - whole) // 2
        for line, sizes, height in zip(lines, placed, heights, strict=True):
            left = across
            for item, size in zip(line, sizes, strict=True):
                corner = QPoint(left, top + (height - size.height()) // 2)
                place = QRect(corner, size)
                item.setGeometry(
                    QStyle.visualRect(self.layoutDirection(), QRect(0, 0, width, whole), place)
                )
                left += size.width() + self._spacing
            top += height + self._spacing
        return max(self._least, whole)

    def _lines(self, room: int) -> list[list[QWidget]]:
        lines: list[list[QWidget]] = []
        used = 0
        for item in self._shown():
            wanted = _wanted(item)
            if lines and used + self._spacing + wanted <= room:
                lines[-1].append(item)
                used += self._spacing + wanted
            else:
                lines.append([item])
                used = wanted
        return lines

    def _line(self, line: list[QWidget], room: int) -> list[QSize]:
        widths = [min(_wanted(item), room) for item in line]
        if self._stretching in line:
            spare = room - sum(widths) - self._spacing * (len(line) - 1)
            widths[line.index(self._stretching)] += spare
        return [
            QSize(width, _height(item, width)) for item, width in zip(line, widths, strict=True)
        ]


def _wanted(item: QWidget) -> int:
    if item.sizePolicy().horizontalPolicy() is QSizePolicy.Policy.Ignored:
        return _least(item)
    return max(item.sizeHint().width(), _least(item))


def _least(item: QWidget) -> int:
    return item.minimumWidth() or item.minimumSizeHint().width()


def _height(item: QWidget, width: int) -> int:
    if item.hasHeightForWidth():
        return item.heightForWidth(width)
    wanted = max(item.sizeHint().height(), item.minimumSizeHint().height(), item.minimumHeight())
    return min(wanted, item.maximumHeight())
