"""Five stars that a picture, or several, can be given: by the mouse, by digits and by arrows."""

from __future__ import annotations

from math import cos, pi, sin

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QTransform,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from wurstdesk.session.gallery_words import stars_words
from wurstdesk.ui.theme import colours_of

STARS = 5
_GAP = 0.28
_INNER = 0.42
_DIGITS = {getattr(Qt.Key, f"Key_{n}"): n for n in range(STARS + 1)}


def star_path(rect: QRectF) -> QPainterPath:
    """A star with five points in a square."""
    middle, radius = rect.center(), rect.width() / 2
    path = QPainterPath()
    for corner in range(2 * STARS):
        length = radius if corner % 2 == 0 else radius * _INNER
        angle = pi * corner / STARS - pi / 2
        point = middle + QPointF(cos(angle) * length, sin(angle) * length)
        if corner:
            path.lineTo(point)
        else:
            path.moveTo(point)
    path.closeSubpath()
    return path


def heart_path(rect: QRectF) -> QPainterPath:
    """A heart in a square."""
    path = QPainterPath(QPointF(0.5, 0.92))
    path.cubicTo(0.05, 0.58, 0.02, 0.42, 0.02, 0.32)
    path.cubicTo(0.02, 0.04, 0.4, 0.0, 0.5, 0.27)
    path.cubicTo(0.6, 0.0, 0.98, 0.04, 0.98, 0.32)
    path.cubicTo(0.98, 0.42, 0.95, 0.58, 0.5, 0.92)
    return QTransform(rect.width(), 0, 0, rect.height(), rect.x(), rect.y()).map(path)


class RatingStars(QWidget):
    """Shows ``rating``; None where several pictures differ in it. A click on the last star that
    is given takes all of them back."""

    rated = Signal(int)
    """The person's choice, 0 to 5."""

    def __init__(self) -> None:
        super().__init__()
        self.rating: int | None = 0
        self._hovered = 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setToolTip(self.tr("Rating: click a star, or press 0 to 5"))
        self.show_rating(0)

    def show_rating(self, rating: int | None) -> None:
        """Show another one."""
        self.rating = rating
        words = self.tr("different") if rating is None else stars_words(rating)
        self.setAccessibleName(self.tr("Rating: {0}").format(words))
        self.update()

    # -- how large --------------------------------------------------------------------------

    def _side(self) -> float:
        return max(16.0, self.fontMetrics().height() * 1.05)

    def sizeHint(self) -> QSize:
        """As high as a line of text."""
        side = self._side()
        width = STARS * side + (STARS - 1) * side * _GAP
        return QSize(round(width) + 8, round(side) + 8)

    def minimumSizeHint(self) -> QSize:
        """All five."""
        return self.sizeHint()

    def star_rect(self, star: int) -> QRectF:
        """Where a star is, from 1 on."""
        side = self._side()
        return QRectF(4 + (star - 1) * side * (1 + _GAP), (self.height() - side) / 2, side, side)

    def _star_at(self, point: QPointF) -> int:
        side = self._side() * (1 + _GAP)
        return min(max(int((point.x() - 4 + side * _GAP / 2) // side) + 1, 1), STARS)

    # -- painting ---------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Given stars are filled, those under the pointer as they would be."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = colours_of(self.palette())
        given = self._hovered or self.rating or 0
        for star in range(1, STARS + 1):
            is_given = star <= given
            path = star_path(self.star_rect(star))
            pen = QPen(QColor(colours.accent if is_given else colours.dim), 1.3)
            if self.rating is None and not is_given:
                pen.setStyle(Qt.PenStyle.DotLine)  # not none, but not the same
            painter.setPen(pen)
            painter.setBrush(QColor(colours.accent) if is_given else Qt.BrushStyle.NoBrush)
            painter.drawPath(path)
        if self.hasFocus():
            painter.setPen(QPen(QColor(colours.accent), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        painter.end()

    def changeEvent(self, event: QEvent) -> None:
        """Larger text, larger stars."""
        super().changeEvent(event)
        if event.type() in {QEvent.Type.FontChange, QEvent.Type.StyleChange}:
            self.updateGeometry()
        self.update()

    # -- what the person does ---------------------------------------------------------------

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show what a click would give."""
        self._hover(self._star_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        """Show what is given."""
        super().leaveEvent(event)
        self._hover(0)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Give so many, or take them back."""
        if event.button() == Qt.MouseButton.LeftButton:
            star = self._star_at(event.position())
            self._hover(0)
            self._rate(0 if star == self.rating else star)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Digits give so many; arrows one more or one less."""
        key, rating = Qt.Key(event.key()), self.rating or 0
        more = {Qt.Key.Key_Right: 1, Qt.Key.Key_Up: 1, Qt.Key.Key_Left: -1, Qt.Key.Key_Down: -1}
        if key in _DIGITS and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._rate(_DIGITS[key])
        elif key in more:
            self._rate(min(max(rating + more[key], 0), STARS))
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show where the keys go."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """No longer here."""
        super().focusOutEvent(event)
        self.update()

    def _hover(self, star: int) -> None:
        if star != self._hovered:
            self._hovered = star
            self.update()

    def _rate(self, rating: int) -> None:
        if rating != self.rating:
            self.show_rating(rating)
            self.rated.emit(rating)
