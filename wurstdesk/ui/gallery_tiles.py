"""Paints one picture of the gallery's grid: ready thumbnails and small signs, nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QImage, QPainter, QPen

from wurstdesk.gallery.records import Card
from wurstdesk.ui.gallery_badges import Sign, sign
from wurstdesk.ui.i18n import DOT, size_text
from wurstdesk.ui.theme import DARK, Colours

ROUND = 4
_AWAY = 0.3
"""Of a picture that is rejected or whose file is missing, so much is to be seen."""
_PLATE = QColor(DARK.canvas)
_PLATE.setAlpha(205)


@dataclass(frozen=True, slots=True)
class Tile:
    """What is painted: ``image`` fills ``area`` but for its proportions, and is of its size on the
    screen where ``is_exact``."""

    area: QRect
    card: Card | None
    image: QImage | None
    is_exact: bool
    is_selected: bool
    is_current: bool


class TilePainter:
    """Paints tiles in the colours and the font of now.

    Rejected pictures are faint, unless there are no others to tell them from.
    """

    def __init__(
        self,
        colours: Colours,
        font: QFont,
        ratio: float,
        *,
        has_focus: bool,
        are_all_rejected: bool = False,
    ) -> None:
        self._colours = colours
        self._are_all_rejected = are_all_rejected
        self._ratio = ratio
        self._has_focus = has_focus
        self._small = QFont(font)
        if font.pointSizeF() > 0:
            self._small.setPointSizeF(font.pointSizeF() * 0.9)
        self._metrics = QFontMetrics(self._small)

    def paint(self, painter: QPainter, tile: Tile) -> None:
        """One tile."""
        place = self._place(tile)
        card, image = tile.card, tile.image
        if image is None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(self._colours.raised))
            painter.drawRoundedRect(place, ROUND, ROUND)
        else:
            if card is not None and self._is_faint(card):
                painter.setOpacity(_AWAY)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, not tile.is_exact)
            painter.drawImage(QRectF(place), image)
            painter.setOpacity(1.0)
        if tile.is_selected or (tile.is_current and self._has_focus):
            self._paint_ring(painter, tile, place)
        if card is not None:
            self._paint_signs(painter, card, place)

    def _is_faint(self, card: Card) -> bool:
        return card.is_missing or (card.verdict < 0 and not self._are_all_rejected)

    def _place(self, tile: Tile) -> QRect:
        """Where the picture is within its cell."""
        size = tile.area.size()
        if tile.image is not None and tile.is_exact:
            size = (tile.image.size() / self._ratio).boundedTo(size)
        elif tile.card is not None and tile.card.width > 0 and tile.card.height > 0:
            own = QSize(tile.card.width, tile.card.height)
            size = own.scaled(size, Qt.AspectRatioMode.KeepAspectRatio)
        place = QRect(tile.area.topLeft(), size)
        place.moveCenter(tile.area.center())
        return place

    def _paint_ring(self, painter: QPainter, tile: Tile, place: QRect) -> None:
        """Round what is selected; where the keys are it is thicker, or there by itself."""
        painter.setBrush(Qt.BrushStyle.NoBrush)
        around = QRectF(place)
        has_keys = tile.is_current and self._has_focus
        if tile.is_selected:
            wide = 3.5 if has_keys else 2.0
            painter.setPen(QPen(QColor(self._colours.accent), wide))
            painter.drawRoundedRect(around.adjusted(-2, -2, 2, 2), ROUND + 1, ROUND + 1)
        else:
            painter.setPen(QPen(QColor(self._colours.text), 1.5))
            painter.drawRoundedRect(around.adjusted(-3, -3, 3, 3), ROUND + 2, ROUND + 2)

    # -- signs --------------------------------------------------------------------------------

    def _paint_signs(self, painter: QPainter, card: Card, place: QRect) -> None:
        high = min(self._metrics.height(), max(10, place.height() // 6))
        inside = place.adjusted(4, 4, -4, -4)
        if card.rating:
            self._plate(painter, ["star"] * card.rating, "", high, inside, "bottom left")
        if card.is_favourite:
            self._plate(painter, ["heart"], "", high, inside, "top right")
        if card.verdict:
            name: Sign = "kept" if card.verdict > 0 else "rejected"
            self._plate(painter, [name], "", high, inside, "bottom right")
        if card.stack_size > 1:
            self._plate(painter, ["stack"], str(card.stack_size), high, inside, "top left")
        if card.is_missing:
            words = QCoreApplication.translate("GalleryTiles", "missing")
            self._plate(painter, ["missing"], words, high, inside, "centre")

    def _plate(
        self,
        painter: QPainter,
        signs: list[Sign],
        words: str,
        high: int,
        inside: QRect,
        where: str,
    ) -> None:
        """Signs and words on a dark ground, which can be read on any picture."""
        pad = max(3, high // 4)
        font = QFont(self._small)
        if self._metrics.height() > high:
            font.setPixelSize(max(7, high * 3 // 4))
        wide = high * len(signs) + pad
        if words:
            wide += QFontMetrics(font).horizontalAdvance(words) + pad
        plate = QRect(0, 0, min(wide, inside.width()), high + pad)
        _put(plate, inside, where)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_PLATE)
        painter.drawRoundedRect(plate, ROUND, ROUND)
        side, x = high - pad // 2, plate.left() + pad // 2
        for name in signs:
            colour = DARK.accent if name in {"star", "heart"} else DARK.text
            drawn = sign(name, side, colour, self._ratio)
            top = plate.top() + (plate.height() - side + 1) // 2
            painter.drawPixmap(x + (high - side) // 2, top, drawn)
            x += high
        if words:
            painter.setPen(QColor(DARK.text))
            painter.setFont(font)
            room = QRect(x + pad // 2, plate.top(), plate.right() - x, plate.height())
            painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter), words)


def _put(plate: QRect, inside: QRect, where: str) -> None:
    if where == "centre":
        plate.moveCenter(inside.center())
        return
    if "left" in where:
        plate.moveLeft(inside.left())
    else:
        plate.moveRight(inside.right())
    if "top" in where:
        plate.moveTop(inside.top())
    else:
        plate.moveBottom(inside.bottom())


def card_words(card: Card) -> str:
    """What a picture says aloud, and as its tip."""
    words = [card.prompt or _tr("(no prompt)")]
    if card.seed is not None:
        words.append(_tr("seed {0}").format(card.seed))
    words.append(size_text(card.width, card.height))
    if card.rating:
        stars = _tr("1 star") if card.rating == 1 else _tr("{0} stars")
        words.append(stars.format(card.rating))
    for is_so, word in (
        (card.is_favourite, _tr("favourite")),
        (card.verdict > 0, _tr("kept")),
        (card.verdict < 0, _tr("rejected")),
        (card.is_missing, _tr("its file is missing")),
        (card.is_trashed, _tr("in the trash")),
    ):
        if is_so:
            words.append(word)
    if card.stack_size > 1:
        words.append(_tr("{0} of this prompt").format(card.stack_size))
    return DOT.join(words)


def _tr(text: str) -> str:
    return QCoreApplication.translate("GalleryTiles", text)
