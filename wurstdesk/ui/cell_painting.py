"""Painting one picture of the canvas: sharp where it is made smaller, soft where it is a preview.

A painter that makes a picture much smaller skips pixels, and one that makes it much larger shows
the grid of its pixels; both are scaled beforehand, once, and kept.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from PySide6.QtCore import QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from wurstdesk.ui.theme import Colours
from wurstdesk.ui.view_geometry import fitted

_FADED = 0.45
_SAME_SHAPE = 0.015
"""By how much proportions may differ and still be those of the cell: previews are rounded."""
_LESS = 1.4
"""A picture so many times larger than on the screen is averaged."""
_SMALL_PREVIEW = 64
"""Pixels of the side up to which the grid of a preview would be seen."""


@dataclass(slots=True)
class ViewCell:
    """What stands in a cell. ``is_faded``: it was given up before it was finished."""

    image: QImage = field(default_factory=QImage)
    is_finished: bool = False
    is_faded: bool = False


class CellPainter:
    """Paints cells and keeps what it scaled for each, by index."""

    def __init__(self) -> None:
        self._scaled: dict[int, tuple[int, QSize, QImage]] = {}

    def forget(self, index: int | None = None) -> None:
        """Another picture stands in that cell, or in all."""
        if index is None:
            self._scaled.clear()
        else:
            self._scaled.pop(index, None)

    def paint(
        self, painter: QPainter, index: int, cell: ViewCell, rect: QRectF, colours: Colours
    ) -> None:
        """Paint a cell at ``rect``; a picture of other proportions stands in its middle."""
        if cell.image.isNull():
            painter.fillRect(rect, QColor(colours.window))
            return
        place = place_in(cell.image, rect)
        ratio = painter.device().devicePixelRatioF()
        limit = QSizeF(painter.device().width(), painter.device().height()) * ratio
        image = self._fit_for(index, cell, (place.size() * ratio).toSize(), limit.toSize())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setOpacity(_FADED if cell.is_faded else 1.0)
        painter.drawImage(place, image, QRectF(image.rect()))
        painter.setOpacity(1.0)

    def _fit_for(self, index: int, cell: ViewCell, target: QSize, limit: QSize) -> QImage:
        image = cell.image
        is_preview = not cell.is_finished and image.width() <= _SMALL_PREVIEW
        if is_preview and target.width() > 4 * image.width():
            target = image.size() * 4
        elif target.isEmpty() or image.width() < _LESS * target.width():
            return image
        elif target.width() > 2 * limit.width() or target.height() > 2 * limit.height():
            return image  # zoomed: only a part of it is seen
        key = image.cacheKey()
        kept = self._scaled.get(index)
        if kept is None or kept[:2] != (key, target):
            kept = (key, target, _scaled(image, target))
            self._scaled[index] = kept
        return kept[2]


def _scaled(image: QImage, target: QSize) -> QImage:
    smooth = Qt.TransformationMode.SmoothTransformation
    aspect = Qt.AspectRatioMode.IgnoreAspectRatio
    while target.width() >= 2 * image.width():  # doubled twice is softer than four times at once
        image = image.scaled(image.size() * 2, aspect, smooth)
    return image if image.size() == target else image.scaled(target, aspect, smooth)


def place_in(image: QImage, rect: QRectF) -> QRectF:
    """Where a picture stands in its cell: all of it, or its middle for other proportions."""
    if rect.isEmpty() or image.isNull():
        return rect
    shape = image.width() / image.height() * rect.height() / rect.width()
    return rect if abs(shape - 1) < _SAME_SHAPE else fitted(QSizeF(image.size()), rect)
