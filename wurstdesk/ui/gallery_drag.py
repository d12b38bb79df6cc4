"""Pictures of the gallery on their way elsewhere: as files for other programs, by id for albums."""

from __future__ import annotations

import json
from collections.abc import Sequence

from PySide6.QtCore import QByteArray, QMimeData, QRect, Qt, QUrl
from PySide6.QtGui import QColor, QImage, QPainter

from wurstdesk.gallery.records import Card
from wurstdesk.ui.picture_mime import mime_of
from wurstdesk.ui.theme import DARK

PICTURES_MIME = "application/x-wurstdesk-pictures"
"""Ids of the gallery's pictures as a list in JSON."""


def mime_of_cards(ids: Sequence[int], cards: Sequence[Card]) -> QMimeData:
    """What a drag of pictures carries: all ``ids``, and the files of those whose ``cards`` are
    there; of a single picture also what made it."""
    paths = [card.path for card in cards if card.path is not None and not card.is_missing]
    request = cards[0].request if len(cards) == 1 else None
    if request is not None:
        mime = mime_of(request, paths[0] if paths else None)
    else:
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    mime.setData(PICTURES_MIME, QByteArray(json.dumps(list(ids)).encode("ascii")))
    return mime


def ids_in(mime: QMimeData) -> tuple[int, ...]:
    """The gallery's pictures that a drag carries."""
    if not mime.hasFormat(PICTURES_MIME):
        return ()
    try:
        numbers = json.loads(bytes(mime.data(PICTURES_MIME).data()))
    except (ValueError, RecursionError):
        return ()
    numbers = numbers if isinstance(numbers, list) else []
    return tuple(number for number in numbers if type(number) is int)


def dragged_image(image: QImage, count: int) -> QImage:
    """The little picture under the pointer; of several also how many."""
    if count < 2 or image.isNull():
        return image
    marked = image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)
    marked.setDevicePixelRatio(1)
    side = max(marked.width(), marked.height())
    painter = QPainter(marked)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    font = painter.font()
    font.setPixelSize(max(10, side // 5))
    font.setBold(True)
    painter.setFont(font)
    words = str(count)
    wide = painter.fontMetrics().horizontalAdvance(words) + side // 6
    plate = QRect(marked.width() - wide, 0, wide, side // 4)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(DARK.accent))
    painter.drawRoundedRect(plate, side // 16, side // 16)
    painter.setPen(QColor(DARK.on_accent))
    painter.drawText(plate, int(Qt.AlignmentFlag.AlignCenter), words)
    painter.end()
    return marked
