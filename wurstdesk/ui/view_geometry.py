"""Where pictures stand in the view: a grid of cells, fitted or zoomed, and never lost from sight.

Plain numbers, no widget: lengths are device-independent pixels of the view; one unit of the
grid's own plane is one pixel of a picture.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSizeF

MAX_ZOOM = 16.0
_GAP = 0.025  # of a cell's longer side


@dataclass(frozen=True, slots=True)
class Grid:
    """``count`` cells of one size in ``columns`` columns."""

    count: int
    cell: QSizeF
    columns: int

    @classmethod
    def best(cls, count: int, cell: QSizeF, view: QSizeF) -> Grid:
        """The number of columns with which the cells come out largest in a view."""
        grids = [cls(count, cell, columns) for columns in range(1, max(count, 1) + 1)]
        return max(grids, key=lambda grid: (grid.fit(view), -grid.columns))

    @property
    def gap(self) -> float:
        return _GAP * max(self.cell.width(), self.cell.height()) if self.count > 1 else 0.0

    @property
    def size(self) -> QSizeF:
        """Of the whole."""
        rows = math.ceil(self.count / self.columns)
        return QSizeF(
            self.columns * self.cell.width() + (self.columns - 1) * self.gap,
            rows * self.cell.height() + (rows - 1) * self.gap,
        )

    def rect(self, index: int) -> QRectF:
        """Of one cell. A last row that is not full stands at the left."""
        row, column = divmod(index, self.columns)
        return QRectF(
            column * (self.cell.width() + self.gap),
            row * (self.cell.height() + self.gap),
            self.cell.width(),
            self.cell.height(),
        )

    def at(self, point: QPointF) -> int | None:
        """The cell at a point of the plane."""
        return next((i for i in range(self.count) if self.rect(i).contains(point)), None)

    def fit(self, view: QSizeF) -> float:
        """The zoom at which the whole is as large as the view allows."""
        size = self.size
        if size.isEmpty() or view.isEmpty():
            return 1.0
        return min(view.width() / size.width(), view.height() / size.height())


@dataclass(frozen=True, slots=True)
class Placement:
    """How the plane lies in the view: ``offset`` is where its origin is."""

    zoom: float
    offset: QPointF

    def to_view(self, rect: QRectF) -> QRectF:
        return QRectF(
            rect.x() * self.zoom + self.offset.x(),
            rect.y() * self.zoom + self.offset.y(),
            rect.width() * self.zoom,
            rect.height() * self.zoom,
        )

    def to_plane(self, point: QPointF) -> QPointF:
        return (point - self.offset) / self.zoom

    def zoomed(self, zoom: float, around: QPointF) -> Placement:
        """Another zoom that keeps the point ``around`` of the view where it is."""
        return Placement(zoom, around - self.to_plane(around) * zoom)

    def moved(self, by: QPointF) -> Placement:
        return Placement(self.zoom, self.offset + by)

    def kept_in_sight(self, size: QSizeF, view: QSizeF) -> Placement:
        """The nearest placement without empty space that panning could have avoided."""
        x = _kept(self.offset.x(), size.width() * self.zoom, view.width())
        y = _kept(self.offset.y(), size.height() * self.zoom, view.height())
        return Placement(self.zoom, QPointF(x, y))


def _kept(offset: float, length: float, room: float) -> float:
    if length <= room:
        return (room - length) / 2
    return min(0.0, max(offset, room - length))


def fitted(size: QSizeF, room: QRectF) -> QRectF:
    """The middle of ``room``, as large as ``size`` can be there in its own proportions."""
    if size.isEmpty():
        return room
    factor = min(room.width() / size.width(), room.height() / size.height())
    rect = QRectF(0, 0, size.width() * factor, size.height() * factor)
    rect.moveCenter(room.center())
    return rect
