"""Previews on their way from the worker thread to the window: newest wins.

The worker may draw faster than the window can show. It leaves each preview in the mailbox, and
the newest of each picture is delivered at the window's pace; what nobody saw is never queued.
"""

from __future__ import annotations

from threading import Lock

from PySide6.QtCore import QElapsedTimer, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QImage

from wurstdesk.generation import Pixels


def image_of(pixels: Pixels) -> QImage:
    """A QImage that owns its memory, in the format that is painted and scaled fastest."""
    if not pixels.data:
        return QImage()
    wrapped = QImage(
        pixels.data, pixels.width, pixels.height, 3 * pixels.width, QImage.Format.Format_RGB888
    )
    # QImage(buffer) only borrows the bytes; these are its own. Made here, in the worker's thread:
    # three bytes a pixel would be converted at each painting, on the window's.
    return wrapped.convertToFormat(QImage.Format.Format_RGB32)


class PreviewMailbox(QObject):
    """Delivers in the thread that made it; ``put``, ``discard`` and ``clear`` are for any."""

    delivered = Signal(int, QImage)
    """Index of a picture and its newest preview, at most ``per_second`` times."""

    _has_mail = Signal()

    def __init__(self, per_second: float, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lock = Lock()
        self._waiting: dict[int, QImage] = {}
        self._interval = round(1000 / per_second)
        self._since_delivery = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._deliver)
        self._has_mail.connect(self._schedule, Qt.ConnectionType.QueuedConnection)

    def put(self, index: int, image: QImage) -> None:
        """Leave a preview in place of an older one of the same picture."""
        with self._lock:
            was_empty = not self._waiting
            self._waiting[index] = image
        if was_empty:
            self._has_mail.emit()

    def discard(self, index: int) -> None:
        """Forget the preview of a picture that is finished."""
        with self._lock:
            self._waiting.pop(index, None)

    def clear(self) -> None:
        """Forget all: the job is over."""
        with self._lock:
            self._waiting.clear()

    def close(self) -> None:
        """Deliver nothing any more."""
        self.clear()
        self._timer.stop()

    @Slot()
    def _schedule(self) -> None:
        if self._timer.isActive():
            return
        passed = self._since_delivery.elapsed() if self._since_delivery.isValid() else None
        self._timer.start(0 if passed is None else max(0, self._interval - passed))

    @Slot()
    def _deliver(self) -> None:
        with self._lock:
            taken, self._waiting = self._waiting, {}
        if taken:
            self._since_delivery.start()
        for index, image in taken.items():
            self.delivered.emit(index, image)
