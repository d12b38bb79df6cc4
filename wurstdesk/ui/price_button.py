"""The button that names its price: what it does, and below, smaller, how long that will take."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPaintEvent, QPalette
from PySide6.QtWidgets import (
    QPushButton,
    QSizePolicy,
    QStyle,
    QStyleOptionButton,
    QStylePainter,
)

_SMALLER = 0.9


class PriceButton(QPushButton):
    """The main button of a page; ``text()`` is its first line and ``price`` its second."""

    def __init__(self) -> None:
        super().__init__()
        self.price = ""
        self.setObjectName("primary")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def say(self, text: str, price: str, aloud: str) -> None:
        """What it does and what that costs; ``aloud`` is both for a screen reader."""
        if (text, price) != (self.text(), self.price):
            self.price = price
            self.setText(text)
            self.updateGeometry()
            self.update()
        self.setAccessibleName(aloud)

    def sizeHint(self) -> QSize:
        """Room for both lines."""
        option = QStyleOptionButton()
        self.initStyleOption(option)
        lines = [
            QFontMetrics(self._first_font()).size(0, self.text()),
            QFontMetrics(self._second_font()).size(0, self.price),
        ]
        inside = QSize(max(s.width() for s in lines), sum(s.height() for s in lines))
        kind = QStyle.ContentsType.CT_PushButton
        return self.style().sizeFromContents(kind, option, inside, self)

    def minimumSizeHint(self) -> QSize:
        """As tall as it wants to be; its lines are shortened where it is narrow."""
        return QSize(
            QFontMetrics(self._first_font()).averageCharWidth() * 12, self.sizeHint().height()
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        """The style's own button, with two lines on it."""
        del event
        option = QStyleOptionButton()
        self.initStyleOption(option)
        option.text = ""
        painter = QStylePainter(self)
        painter.drawControl(QStyle.ControlElement.CE_PushButton, option)
        painter.setPen(option.palette.color(QPalette.ColorRole.ButtonText))
        fonts = (self._first_font(), self._second_font())
        heights = [QFontMetrics(font).height() for font in fonts]
        top = (self.height() - sum(heights)) // 2
        for font, height, text in zip(fonts, heights, (self.text(), self.price), strict=True):
            room = QRect(8, top, self.width() - 16, height)
            shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, room.width())
            painter.setFont(font)
            painter.drawText(room, Qt.AlignmentFlag.AlignCenter, shown)
            top += height

    def _first_font(self) -> QFont:
        font = QFont(self.font())
        font.setBold(True)
        return font

    def _second_font(self) -> QFont:
        font = QFont(self.font())
        font.setBold(False)
        if font.pointSizeF() > 0:
            font.setPointSizeF(font.pointSizeF() * _SMALLER)
        return font
