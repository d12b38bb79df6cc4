"""Small parts that the panels are put together from."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QEvent, QObject, QSignalBlocker, QSize, Qt, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QComboBox,
    QDoubleSpinBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QSpinBox,
    QToolButton,
    QWidget,
)

from wurstdesk.ui.icons import icon
from wurstdesk.ui.theme import colours_of

ROW_HEIGHT = 50
"""Of the rows under the canvas: one takes the other's place, and the picture stays where it is."""


def text_size(widget: QWidget, size: Literal["small", "title"]) -> None:
    """Make a widget's text smaller or larger than the rest; it follows the interface's scale."""
    widget.setProperty("textSize", size)  # for the style sheet: a font that is set stays as it is


def dim_label(text: str = "", buddy: QWidget | None = None) -> QLabel:
    """A small, quiet label: what stands above a field, or a remark."""
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    _dim(label)
    if buddy is not None:
        label.setBuddy(buddy)
    return label


def _dim(label: QLabel) -> None:
    label.setForegroundRole(QPalette.ColorRole.PlaceholderText)
    text_size(label, "small")


def line() -> QFrame:
    """A hairline between two areas."""
    frame = QFrame()
    frame.setObjectName("line")
    frame.setFixedHeight(1)
    return frame


def quiet_button(text: str, tip: str = "") -> QPushButton:
    """A button that is not the main one."""
    button = QPushButton(text)
    button.setAutoDefault(False)
    button.setToolTip(tip)
    return button


def number_box(name: str, low: int, high: int) -> QSpinBox:
    """A field for a whole number."""
    box = QSpinBox()
    box.setAccessibleName(name)
    box.setRange(low, high)
    pad_number(box)
    return box


def pad_number(box: QSpinBox | QDoubleSpinBox) -> None:
    """Let a number begin where other fields' text begins: style sheets do not reach it there."""
    box.lineEdit().setTextMargins(5, 0, 0, 0)


def show_number(box: QSpinBox | QDoubleSpinBox, value: float) -> None:
    """Show a value that somebody else has set; what is being typed is not reformatted."""
    if round(box.value(), 2) == round(value, 2):
        return
    with QSignalBlocker(box):
        if isinstance(box, QSpinBox):
            box.setValue(int(value))
        else:
            box.setValue(value)


class IconButton(QToolButton):
    """A button with an icon and no text; ``name`` is its accessible name and its tip."""

    def __init__(self, icon_name: str, name: str, kind: str = "bare") -> None:
        super().__init__()
        self._icon_name = icon_name
        self.setObjectName(kind)
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.toggled.connect(self.redraw)
        self._fit_text()
        self.redraw()

    def change_icon(self, icon_name: str) -> None:
        """Show another one."""
        self._icon_name = icon_name
        self.redraw()

    def changeEvent(self, event: QEvent) -> None:
        """The icon is drawn in the theme's colour, as large as the text beside it."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.redraw()
        elif event.type() in {QEvent.Type.FontChange, QEvent.Type.StyleChange}:
            self._fit_text()

    def _fit_text(self) -> None:
        side = max(16, self.fontMetrics().height())
        self.setIconSize(QSize(side, side))

    @Slot()
    def redraw(self) -> None:
        """In the colours of now."""
        colours = colours_of(self.palette())
        self.setIcon(icon(self._icon_name, colours.accent if self.isChecked() else colours.dim))


class _WheelGuard(QObject):
    """Lets the wheel change only what has the focus: else it scrolls on, over whatever comes by."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Ignored, the wheel goes on to the area around."""
        is_wheel = event.type() == QEvent.Type.Wheel
        if is_wheel and isinstance(watched, QWidget) and not watched.hasFocus():
            event.ignore()
            return True
        return super().eventFilter(watched, event)


class SideScrollArea(QScrollArea):
    """Scrolls up and down only: it is never narrower than what it holds.

    The bar stands in the margin of what is scrolled, so that nothing moves when it comes or goes.
    """

    def __init__(self, inner: QWidget) -> None:
        super().__init__()
        self._inner = inner
        layout = inner.layout()
        self._margin = layout.contentsMargins().right() if layout is not None else 0
        self._lent = 0
        self._least = QSize()
        self.setWidget(inner)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.verticalScrollBar().rangeChanged.connect(self._lend_margin)
        self._quieten()

    def minimumSizeHint(self) -> QSize:
        """Room for the content and the bar beside it."""
        bar = self._bar_width()
        beyond = bar - min(bar, self._margin) + self._lent
        return QSize(self._inner.minimumSizeHint().width() + beyond, 200)

    def event(self, event: QEvent) -> bool:
        """What is scrolled may need another width by now."""
        if event.type() in {QEvent.Type.LayoutRequest, QEvent.Type.StyleChange}:
            least = self.minimumSizeHint()
            if least != self._least:
                self._least = least
                self.updateGeometry()
        return super().event(event)

    def _quieten(self) -> None:
        guard = _WheelGuard(self)
        inner = self._inner
        for field in (*inner.findChildren(QAbstractSpinBox), *inner.findChildren(QComboBox)):
            field.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # which the wheel does not give
            field.installEventFilter(guard)

    def _bar_width(self) -> int:
        return self.verticalScrollBar().sizeHint().width()

    @Slot()
    def _lend_margin(self) -> None:
        layout = self._inner.layout()
        is_there = self.verticalScrollBar().maximum() > 0
        lent = min(self._bar_width(), self._margin) if is_there else 0
        if layout is not None and lent != self._lent:
            self._lent = lent
            margins = layout.contentsMargins()
            margins.setRight(self._margin - lent)
            layout.setContentsMargins(margins)


class TightContent(QWidget):
    """What is scrolled where it must be; before that its fields become as low as they can."""

    def heightForWidth(self, width: int) -> int:
        """The least."""
        layout = self.layout()
        return -1 if layout is None else layout.minimumHeightForWidth(width)


class Glyph(QLabel):
    """An icon that is no button; ``role`` names its colour in ``theme.Colours``."""

    def __init__(self, icon_name: str, role: str = "dim") -> None:
        super().__init__()
        self._icon_name = icon_name
        self._role = role
        self._draw()

    def changeEvent(self, event: QEvent) -> None:
        """The icon is drawn in the theme's colour, as large as the text beside it."""
        super().changeEvent(event)
        if event.type() in {QEvent.Type.PaletteChange, QEvent.Type.FontChange}:
            self._draw()

    def _draw(self) -> None:
        colour = getattr(colours_of(self.palette()), self._role)
        side = max(16, self.fontMetrics().height())
        self.setPixmap(
            icon(self._icon_name, colour).pixmap(QSize(side, side), self.devicePixelRatioF())
        )


class Remark(QWidget):
    """A sentence under a field, there only while there is something to say."""

    def __init__(self, kind: str = "note") -> None:
        super().__init__()
        self._label = dim_label()
        self._label.setWordWrap(True)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        glyph = Glyph(kind, "problem" if kind == "problem" else "accent")
        row.addWidget(glyph, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._label, 1)
        self.hide()

    def say(self, text: str) -> None:
        """Show a sentence, or nothing."""
        self._label.setText(text)
        self.setVisible(bool(text))

    def text(self) -> str:
        """What is said."""
        return self._label.text()


class ElidedLabel(QLabel):
    """One line of text that ends in … where there is no room; the tip has all of it."""

    def __init__(self, is_dim: bool = False) -> None:
        super().__init__()
        if is_dim:
            _dim(self)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setMinimumWidth(40)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint as much as fits."""
        del event
        painter = QPainter(self)
        room = self.contentsRect()
        shown = self.fontMetrics().elidedText(
            self.text(), Qt.TextElideMode.ElideRight, room.width()
        )
        self.setToolTip(self.text() if shown != self.text() else "")
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(room, self.alignment() | Qt.TextFlag.TextSingleLine, shown)
