"""Lets a picture be dropped on a widget, which says meanwhile what it will take of it."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QDropEvent, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractScrollArea, QDockWidget, QMainWindow, QWidget

from wurstdesk.ui.picture_mime import has_files, offers_picture
from wurstdesk.ui.theme import colours_of

Kind = Literal["seed", "size", "prompt", "negative_prompt", "window"]

_HOVERS = (QEvent.Type.DragEnter, QEvent.Type.DragMove)


class DropHint(QWidget):
    """An accent frame over a target, with words of what it will take."""

    def __init__(self, target: QWidget, words: str, is_window: bool) -> None:
        super().__init__(target)
        self.words = words
        self._is_window = is_window
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def cover(self) -> None:
        """Lie over all of the target."""
        parent = self.parentWidget()
        if parent is not None:
            self.setGeometry(parent.rect())
        self.raise_()
        self.show()

    def paintEvent(self, event: QPaintEvent) -> None:
        """All over a field; in a window, which has fields of its own, a frame and a sign."""
        del event
        colours = colours_of(self.palette())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = QFont(self.font())
        font.setBold(True)
        painter.setFont(font)
        whole = QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5)
        metrics = painter.fontMetrics()
        pad = metrics.height()
        words = metrics.elidedText(
            self.words, Qt.TextElideMode.ElideRight, int(whole.width()) - pad
        )
        sign = whole
        if self._is_window:
            sign = QRectF(0, 0, metrics.horizontalAdvance(words) + 2 * pad, 2.4 * pad)
            sign.moveCenter(whole.center())
            painter.setPen(QPen(QColor(colours.accent), 3))
            painter.drawRect(whole)
        painter.setPen(QPen(QColor(colours.accent), 2))
        painter.setBrush(QColor(colours.field))
        painter.drawRoundedRect(sign, 5, 5)
        painter.setPen(QColor(colours.accent_strong))
        painter.drawText(sign, Qt.AlignmentFlag.AlignCenter, words)
        painter.end()


class DropTarget(QObject):
    """Watches a widget, and those within it that would take a dropped text for themselves.

    Text that is no file goes where it always went.
    """

    dropped = Signal(str, object)
    """The kind of target, and the ``QMimeData`` that is valid only meanwhile."""

    def __init__(self, widget: QWidget, kind: Kind, words: str) -> None:
        super().__init__(widget)
        self.kind: Kind = kind
        self.hint = DropHint(widget, words, kind == "window")
        widget.setAcceptDrops(True)
        widget.installEventFilter(self)
        if kind == "window":
            return  # its fields have targets of their own, or take no picture
        if isinstance(widget, QAbstractScrollArea):
            widget.viewport().installEventFilter(self)
        for inner in widget.findChildren(QWidget):
            if inner.acceptDrops():
                inner.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take pictures, refuse other files, leave the rest alone."""
        kind = event.type()
        if kind == QEvent.Type.DragLeave:
            self.hint.hide()
        if not isinstance(event, QDropEvent):
            return super().eventFilter(watched, event)
        if self._is_docked():
            event.ignore()  # so that the window around it is asked
            return True
        if offers_picture(event.mimeData()):
            if self._is_from_here(watched, event):
                self._wait(event)
            else:
                self._take(event)
            return True
        if kind == QEvent.Type.Drop:
            self.hint.hide()
        if has_files(event.mimeData()):
            event.ignore()  # its name is no text for a field
            return True
        return super().eventFilter(watched, event)

    def _wait(self, event: QDropEvent) -> None:
        """Take nothing yet. Who refuses something when it enters never hears of it again."""
        self.hint.hide()
        event.setDropAction(Qt.DropAction.CopyAction)
        event.setAccepted(event.type() == QEvent.Type.DragEnter)

    def _take(self, event: QDropEvent) -> None:
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        if event.type() in _HOVERS:
            self.hint.cover()
            return
        self.hint.hide()
        widget = self.parent()  # not kept: a reference back would be a cycle
        if self.kind != "window" and isinstance(widget, QWidget):
            widget.setFocus(Qt.FocusReason.OtherFocusReason)
        self.dropped.emit(self.kind, event.mimeData())

    def _is_docked(self) -> bool:
        """Whether this is a panel at its place: then it is a part of the window, as all else."""
        widget = self.parent()
        return isinstance(widget, QDockWidget) and isinstance(widget.window(), QMainWindow)

    def _is_from_here(self, watched: QObject, event: QDropEvent) -> bool:
        """Whether a picture is let go where it was taken up: then nothing was meant."""
        source = event.source()
        if not isinstance(source, QWidget) or not isinstance(watched, QWidget):
            return False
        where = source.mapFromGlobal(watched.mapToGlobal(event.position().toPoint()))
        return source.rect().contains(where)
