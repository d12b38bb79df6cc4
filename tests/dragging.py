"""Drag and drop as Qt delivers it to a widget."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QWidget

_COPY = Qt.DropAction.CopyAction
_LEFT = Qt.MouseButton.LeftButton
_NONE = Qt.KeyboardModifier.NoModifier


def drag_over(widget: QWidget, mime: QMimeData) -> bool:
    """Bring something over a widget's middle; whether it would be taken there."""
    middle = widget.rect().center()
    enter = QDragEnterEvent(middle, _COPY, mime, _LEFT, _NONE)
    QApplication.sendEvent(widget, enter)
    if enter.isAccepted():
        move = QDragMoveEvent(QPoint(middle), _COPY, mime, _LEFT, _NONE)
        QApplication.sendEvent(widget, move)
        return move.isAccepted()
    return False


def drag_away(widget: QWidget) -> None:
    """Take it elsewhere."""
    QApplication.sendEvent(widget, QDragLeaveEvent())


def drop_on(widget: QWidget, mime: QMimeData) -> bool:
    """Bring it there and let go; whether it was taken."""
    if not drag_over(widget, mime):
        return False
    event = QDropEvent(QPointF(widget.rect().center()), _COPY, mime, _LEFT, _NONE)
    QApplication.sendEvent(widget, event)
    return event.isAccepted()
