"""What the canvas shows before the first picture: what can be drawn, and prompts to try."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPaintEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QStyle,
    QStyleOptionButton,
    QStylePainter,
    QVBoxLayout,
    QWidget,
)

from wurstdesk.session.form import RequestForm
from wurstdesk.ui.controls import SideScrollArea, dim_label, text_size
from wurstdesk.ui.icons import dackel
from wurstdesk.ui.theme import colours_of

_LETTERS = 88
"""In a line, at most: longer ones are hard to read."""
_EXAMPLES = 3


class ExampleButton(QPushButton):
    """A prompt to try; one that is too long ends in …, for a checkpoint may say anything."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("example")
        self.setAutoDefault(False)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def minimumSizeHint(self) -> QSize:
        """The words need not all be seen."""
        return QSize(160, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint as many words as fit."""
        del event
        painter, option = QStylePainter(self), QStyleOptionButton()
        self.initStyleOption(option)
        room = self.style().subElementRect(QStyle.SubElement.SE_PushButtonContents, option, self)
        option.text = self.fontMetrics().elidedText(
            self.text(), Qt.TextElideMode.ElideRight, room.width()
        )
        painter.drawControl(QStyle.ControlElement.CE_PushButton, option)


class EmptyPage(QWidget):
    """Invites. A click on an example puts it into the prompt."""

    example_chosen = Signal(str)

    def __init__(self, form: RequestForm) -> None:
        super().__init__()
        self._form = form
        self._dog = QLabel()
        self._dog.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._title = QLabel(self.tr("Describe a picture, and watch it form"))
        text_size(self._title, "title")
        self._title.setWordWrap(True)
        self._title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._can_draw = dim_label()
        self._can_draw.setWordWrap(True)
        self._can_draw.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._try = dim_label(self.tr("For example:"))
        self._how = dim_label(self.tr("Ctrl+Return draws what the prompt says."))
        self._how.setWordWrap(True)
        self._how.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.examples = tuple(ExampleButton() for _ in range(_EXAMPLES))
        for button in self.examples:
            button.clicked.connect(self._on_example)
        self._lay_out()
        form.checkpoint_changed.connect(self._show_checkpoint)
        self._show_checkpoint()

    def _lay_out(self) -> None:
        self._inner = QWidget()
        column = QVBoxLayout(self._inner)
        column.setSpacing(8)
        for widget, space in ((self._dog, 10), (self._title, 4), (self._can_draw, 18)):
            column.addWidget(widget)
            column.addSpacing(space)
        column.addWidget(self._try)
        for button in self.examples:
            column.addWidget(button)
        column.addSpacing(10)
        column.addWidget(self._how)
        ground = QWidget()
        ground.setObjectName("ground")
        middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addWidget(self._inner, 1000)
        middle.addStretch(1)
        outer = QVBoxLayout(ground)
        outer.addStretch(2)
        outer.addLayout(middle)
        outer.addStretch(3)
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        page.addWidget(SideScrollArea(ground))  # where the window is low it scrolls
        self._fit_text()

    def changeEvent(self, event: QEvent) -> None:
        """The dog is drawn in the theme's colours, and lines are as long as the text is large."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._draw_dog()
        elif event.type() in {QEvent.Type.FontChange, QEvent.Type.StyleChange}:
            self._fit_text()

    def _fit_text(self) -> None:
        self._inner.setMaximumWidth(self.fontMetrics().averageCharWidth() * _LETTERS)

    def _draw_dog(self) -> None:
        colours = colours_of(self.palette())
        ratio = self.devicePixelRatioF()
        shade = QColor(colours.accent).darker(135).name()
        size = QSize(180, 72)
        self._dog.setPixmap(dackel(size, colours.accent, shade, colours.canvas, ratio))

    @Slot()
    def _show_checkpoint(self) -> None:
        self._draw_dog()
        info = self._form.checkpoint
        examples = info.examples if info else ()
        self._can_draw.setText(info.can_draw if info else "")
        self._can_draw.setVisible(bool(info and info.can_draw))
        self._try.setVisible(bool(examples))
        for button, text in zip(self.examples, (*examples, "", "", ""), strict=False):
            button.setVisible(bool(text))
            button.setText(text)
            button.setAccessibleName(self.tr("Example: {0}").format(text))

    @Slot()
    def _on_example(self) -> None:
        button = self.sender()
        if isinstance(button, QPushButton):
            self.example_chosen.emit(button.text())
