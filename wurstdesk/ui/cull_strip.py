"""The pictures that somebody goes through, as a strip around the one that is looked at."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from wurstdesk.gallery.records import Card
from wurstdesk.session.gallery_culling import Culling
from wurstdesk.session.gallery_thumbnails import GalleryThumbnails, Wanted
from wurstdesk.ui.gallery_badges import sign
from wurstdesk.ui.theme import Colours, colours_of
from wurstdesk.ui.view_geometry import fitted

_CELL = 76
_GAP = 6
_FADED = 0.35
_SIGN = 18


class CullStrip(QWidget):
    """The current picture stands in the middle; a click goes to another one."""

    def __init__(self, culling: Culling, thumbnails: GalleryThumbnails) -> None:
        super().__init__()
        self._culling = culling
        self._thumbnails = thumbnails
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setToolTip(self.tr("Click a picture to go there"))
        culling.changed.connect(self._show)
        thumbnails.arrived.connect(self._on_thumbnails)

    def sizeHint(self) -> QSize:
        """One row."""
        return QSize(10 * (_CELL + _GAP), _CELL + 2 * _GAP)

    def index_at(self, x: float) -> int:
        """The place in the row of what is under a point; -1 for nothing."""
        offset = x - self._left(self._culling.index)
        index = self._culling.index + int(offset // (_CELL + _GAP))
        return index if 0 <= index < len(self._culling.ids) else -1

    def _left(self, index: int) -> float:
        middle = (self.width() - _CELL) / 2
        return middle + (index - self._culling.index) * (_CELL + _GAP)

    def _seen(self) -> range:
        beside = self.width() // (2 * (_CELL + _GAP)) + 1
        index, count = self._culling.index, len(self._culling.ids)
        return range(max(0, index - beside), min(count, index + beside + 1))

    @Slot()
    def _show(self) -> None:
        if self._culling.is_active:
            self._want()
            self.update()

    def _want(self) -> None:
        index, wanted = self._culling.index, []
        for place in sorted(self._seen(), key=lambda place: abs(place - index)):
            card = self._culling.card_of(self._culling.ids[place])
            if card is not None:
                wanted.append(Wanted(card.content_hash, self._side(), path=card.path))
        self._thumbnails.want(wanted)

    def _side(self) -> int:
        return round(_CELL * self.devicePixelRatioF())

    @Slot()
    def _on_thumbnails(self) -> None:
        if self.isVisible():
            self.update()

    # -- painting ---------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Those that there is room for."""
        painter = QPainter(self)
        colours = colours_of(self.palette())
        painter.fillRect(event.rect(), QColor(colours.canvas))
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
        )
        for place in self._seen():
            rect = QRectF(self._left(place), _GAP, _CELL, _CELL)
            card = self._culling.card_of(self._culling.ids[place])
            self._paint(painter, rect, card, colours, is_current=place == self._culling.index)
        painter.end()

    def _paint(
        self,
        painter: QPainter,
        rect: QRectF,
        card: Card | None,
        colours: Colours,
        *,
        is_current: bool,
    ) -> None:
        seen = rect
        image = None
        if card is not None:
            image, _ = self._thumbnails.find(card.content_hash, self._side())
        if image is None:
            painter.fillRect(rect, QColor(colours.raised))
        else:
            seen = fitted(image.size().toSizeF(), rect)
            is_rejected = card is not None and card.verdict < 0
            painter.setOpacity(_FADED if is_rejected else 1.0)
            painter.drawImage(seen, image)
            painter.setOpacity(1.0)
        if is_current:
            painter.setPen(QPen(QColor(colours.accent), 3))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(seen.adjusted(-2, -2, 2, 2), 4, 4)
        if card is not None and card.verdict:
            self._paint_verdict(painter, seen, card.verdict, colours)

    def _paint_verdict(
        self, painter: QPainter, rect: QRectF, verdict: int, colours: Colours
    ) -> None:
        box = QRectF(rect.right() - _SIGN - 6, rect.bottom() - _SIGN - 6, _SIGN + 4, _SIGN + 4)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.window))
        painter.drawRoundedRect(box, 4, 4)
        colour = colours.accent if verdict > 0 else colours.problem
        name = "kept" if verdict > 0 else "rejected"
        drawn = sign(name, _SIGN - 2, colour, self.devicePixelRatioF())
        painter.drawPixmap(box.topLeft() + QPointF(3, 3), drawn)

    # -- what the person does ---------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go to a picture."""
        index = self.index_at(event.position().x())
        if event.button() == Qt.MouseButton.LeftButton and index >= 0:
            self._culling.go(index)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """To the next ones, or back."""
        turned = event.angleDelta().y() or -event.angleDelta().x()
        if turned:
            self._culling.go(self._culling.index - (1 if turned > 0 else -1))
        event.accept()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.update()
