"""Reads the catalogue of checkpoints in a thread of its own: a disk may be slow or asleep."""

from __future__ import annotations

from PySide6.QtCore import QObject, QThread, Signal, Slot

from wurstdesk.generation import CheckpointCatalogue
from wurstdesk.session.failures import Failure
from wurstdesk.session.qt_threads import forget_this_thread


class CatalogueReader(QThread):
    """Asks the catalogue once for each ``ask()``. End it with ``close()`` before dropping it."""

    found = Signal(object)
    """``tuple[CheckpointInfo, ...]``"""
    failed = Signal(object)
    """``Failure``"""

    def __init__(self, catalogue: CheckpointCatalogue, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._catalogue = catalogue
        self._is_asked_again = False
        self._is_closed = False
        self.finished.connect(self._on_finished)

    def ask(self) -> None:
        """Read now, or once more after what is being read."""
        if self.isRunning():
            self._is_asked_again = True
        elif not self._is_closed:
            self.start()

    def close(self) -> None:
        """Return when the thread has ended; nothing is read any more."""
        self._is_closed = True
        self.wait()

    @Slot()
    def _on_finished(self) -> None:
        if self._is_asked_again:
            self._is_asked_again = False
            self.ask()

    def run(self) -> None:
        """In the reader's thread."""
        try:
            checkpoints = self._catalogue.checkpoints()
        except BaseException as error:  # noqa: BLE001 - nothing escapes a thread
            self.failed.emit(Failure.of(error))
        else:
            self.found.emit(checkpoints)
        finally:
            forget_this_thread()
