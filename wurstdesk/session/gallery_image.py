"""The chosen picture of the gallery in full, read from its file; who goes on is not waited for."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QImage

from wurstdesk.session.keeper import Keeper
from wurstdesk.session.pictures import read_image


class FullImage(QObject):
    """One image at a time. While one is read only the newest wish is remembered, so that somebody
    who holds an arrow key down sees where they are."""

    changed = Signal()
    """It is there."""

    def __init__(self, keeper: Keeper, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._keeper = keeper
        self._path: Path | None = None
        self._reading: Path | None = None
        self.image = QImage()
        """Null until it is read, and where it cannot be."""

    def show(self, path: Path | None) -> None:
        """Read this one."""
        if path == self._path:
            return
        self._path, self.image = path, QImage()
        self._read()

    def _read(self) -> None:
        if self._reading is None and self._path is not None:
            self._reading = self._path
            self._keeper.do(_Read(self._path), self._on_read)

    @Slot(object)
    def _on_read(self, answer: tuple[Path, QImage]) -> None:
        path, image = answer
        self._reading = None
        if path != self._path:
            self._read()
        elif not image.isNull():
            self.image = image
            self.changed.emit()


class _Read:
    def __init__(self, path: Path) -> None:
        self._path = path

    def __call__(self) -> tuple[Path, QImage]:
        return self._path, read_image(self._path)
