"""Small signs of pictures, on tiles and beside them: stars, hearts, what was kept, and more."""

from __future__ import annotations

from functools import lru_cache
from math import cos, pi, sin
from typing import Literal

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPixmap, QPolygonF

Sign = Literal["star", "heart", "kept", "rejected", "stack", "missing"]
_GRID = 24


@lru_cache(maxsize=128)
def sign(name: Sign, side: int, colour: str, ratio: float) -> QPixmap:
    """A sign in a square of ``side`` points of the window: drawn once, then only copied."""
    pixmap = QPixmap(round(side * ratio), round(side * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    paint_sign(painter, name, QRectF(0, 0, side, side), colour)
    painter.end()
    return pixmap


def paint_sign(
    painter: QPainter, name: Sign, place: QRectF, colour: str, *, is_filled: bool = True
) -> None:
    """Paint a sign into a square; a star or a heart that is not filled is an outline."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(place.topLeft())
    painter.scale(place.width() / _GRID, place.height() / _GRID)
    ink = QColor(colour)
    is_shape = name in {"star", "heart"}
    wide = 1.7 if is_shape else 3.0
    cap, join = Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin
    painter.setPen(QPen(ink, wide, Qt.PenStyle.SolidLine, cap, join))
    if is_shape:
        if is_filled:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ink)
        painter.drawPath(_star() if name == "star" else _heart())
    else:
        _draw_lines(painter, name)
    painter.restore()


def _draw_lines(painter: QPainter, name: Sign) -> None:
    if name == "kept":
        painter.drawPolyline(QPolygonF([QPointF(4, 13), QPointF(9.5, 18.5), QPointF(20, 6)]))
    elif name == "rejected":
        painter.drawLine(QPointF(6, 6), QPointF(18, 18))
        painter.drawLine(QPointF(18, 6), QPointF(6, 18))
    elif name == "stack":
        painter.drawRoundedRect(QRectF(3.5, 8.5, 12, 12), 2, 2)
        painter.drawPolyline(QPolygonF([QPointF(9, 3.5), QPointF(20.5, 3.5), QPointF(20.5, 15)]))
    else:
        painter.drawEllipse(QRectF(3.5, 3.5, 17, 17))
        painter.drawLine(QPointF(6.5, 6.5), QPointF(17.5, 17.5))


def _star() -> QPainterPath:
    points = []
    for corner in range(10):
        radius = 11.5 if corner % 2 == 0 else 5.0
        angle = pi * corner / 5
        points.append(QPointF(12 + radius * sin(angle), 12.5 - radius * cos(angle)))
    path = QPainterPath()
    path.addPolygon(QPolygonF(points))
    path.closeSubpath()
    return path


def _heart() -> QPainterPath:
    path = QPainterPath(QPointF(12, 21))
    path.cubicTo(2, 14, 1, 10, 1.5, 7.5)
    path.cubicTo(2.5, 2.5, 9, 1.5, 12, 6.5)
    path.cubicTo(15, 1.5, 21.5, 2.5, 22.5, 7.5)
    path.cubicTo(23, 10, 22, 14, 12, 21)
    return path
