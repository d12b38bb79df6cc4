"""The window's icons: one family of thin lines on a grid of 24, drawn in the text's colour."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from wurstdesk.ui.theme import DARK, LIGHT

_DOT = '<circle cx="{}" cy="{}" r="1.3" fill="{{colour}}" stroke="none"/>'

_SHAPES = {
    "dice": '<rect x="4" y="4" width="16" height="16" rx="3.5"/>'
    + "".join(_DOT.format(x, y) for x, y in ((8.7, 8.7), (15.3, 8.7), (12, 12), (8.7, 15.3)))
    + _DOT.format(15.3, 15.3),
    "lock": '<rect x="5" y="11" width="14" height="9" rx="2"/><path d="M8 11V8a4 4 0 0 1 8 0v3"/>',
    "reset": '<path d="M5 12a7 7 0 1 0 2.2-5.1L5 9"/><path d="M5 4.5V9h4.5"/>',
    "swap": '<path d="M4 8.5h14M15 5l3.5 3.5L15 12M20 15.5H6M9 12l-3.5 3.5L9 19"/>',
    "close": '<path d="M6.5 6.5l11 11M17.5 6.5l-11 11"/>',
    "open": '<path d="M2.5 10l5 5 5-5"/>',
    "closed": '<path d="M4.5 7l5 5-5 5"/>',
    "problem": '<path d="M12 4.5L20.5 19.5h-17zM12 10v4.5"/>' + _DOT.format(12, 17),
    "idea": '<path d="M9 17.5v-2a6 6 0 1 1 6 0v2zM9.5 20.5h5"/>',
    "mark": '<path d="M7 4.5h10v15l-5-4-5 4z"/>',
    "side": '<rect x="3.5" y="5" width="17" height="14" rx="2"/><path d="M9.5 5v14"/>',
    "more": "".join(_DOT.format(x, 12) for x in (6, 12, 18)),
    "note": '<circle cx="12" cy="12" r="8"/><path d="M12 11.5v4.5"/>' + _DOT.format(12, 8.3),
}

_FRAME = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><g fill="none" stroke="{colour}"'
    ' stroke-width="1.7" stroke-linecap="round" stroke-linejoin="round">{shape}</g></svg>'
)

_DACKEL = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 80"><g fill="{colour}">'
    '<rect x="30" y="30" width="130" height="28" rx="14"/>'
    '<rect x="40" y="46" width="10" height="26" rx="4"/>'
    '<rect x="56" y="46" width="10" height="26" rx="4"/>'
    '<rect x="128" y="46" width="10" height="26" rx="4"/>'
    '<rect x="144" y="46" width="10" height="26" rx="4"/>'
    '<circle cx="160" cy="26" r="17"/><rect x="160" y="22" width="36" height="16" rx="8"/>'
    '<path d="M36 40Q18 34 14 14" fill="none" stroke="{colour}" stroke-width="7"'
    ' stroke-linecap="round"/></g>'
    '<rect x="147" y="20" width="13" height="32" rx="6.5" fill="{shade}"/>'
    '<circle cx="168" cy="21" r="2.8" fill="{ground}"/><circle cx="192" cy="27" r="5"'
    ' fill="{shade}"/></svg>'
)


@lru_cache(maxsize=128)
def icon(name: str, colour: str) -> QIcon:
    """An icon in a colour (``#rrggbb``), sharp on screens of up to three times the density."""
    made = QIcon()
    svg = _FRAME.format(colour=colour, shape=_SHAPES[name].replace("{colour}", colour))
    for side in (16, 20, 24, 32, 40, 48):
        made.addPixmap(_drawn(svg, QSize(side, side)))
    return made


def dackel(size: QSize, colour: str, shade: str, ground: str, ratio: float) -> QPixmap:
    """The house's dog, as a silhouette."""
    pixmap = _drawn(_DACKEL.format(colour=colour, shade=shade, ground=ground), size * ratio)
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


def program_icon() -> QIcon:
    """The house's dog for title bars and task bars, light or dark."""
    svg = _DACKEL.replace("0 0 200 80", "0 -60 200 200")
    svg = svg.format(colour=DARK.accent, shade=LIGHT.accent, ground=DARK.on_accent)
    made = QIcon()
    for side in (16, 24, 32, 48, 64, 128, 256):
        made.addPixmap(_drawn(svg, QSize(side, side)))
    return made


def shape_pixmap(width: int, height: int, colour: str, ratio: float) -> QPixmap:
    """A little outline of a picture's proportions, in a square of 22."""
    side, longest = 22.0, 16.0
    scale = longest / max(width, height)
    pixmap = QPixmap(round(side * ratio), round(side * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QColor(colour))
    across, down = round(width * scale), round(height * scale)
    left, top = int((side - across) / 2), int((side - down) / 2)
    painter.drawRoundedRect(QRectF(left + 0.5, top + 0.5, across, down), 1.5, 1.5)
    painter.end()
    return pixmap


def _drawn(svg: str, size: QSize) -> QPixmap:
    pixmap = QPixmap(size)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    QSvgRenderer(QByteArray(svg.encode())).render(painter)
    painter.end()
    return pixmap
