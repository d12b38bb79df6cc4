"""Files of checkpoints that other programs let fall on the window, or on the dialog for them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QWidget

from wurstdesk.ui.drop_target import DropHint


class CheckpointDrops(QObject):
    """Watches a widget. Where ``takes_all`` is not set, only what can be nothing else is taken:
    weights, and folders."""

    dropped = Signal(object)
    """``list[Path]``"""

    def __init__(self, target: QWidget, *, takes_all: bool = False) -> None:
        super().__init__(target)
        self._takes_all = takes_all
        self.hint = DropHint(target, self.tr("Import a checkpoint"), is_window=True)
        target.setAcceptDrops(True)
        target.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Drags of such files; all others are somebody else's."""
        if event.type() in {QEvent.Type.DragLeave, QEvent.Type.Drop}:
            self.hint.hide()
        paths = self._paths(event) if isinstance(event, QDropEvent) else []
        if not paths or not isinstance(event, QDropEvent):
            return super().eventFilter(watched, event)
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        if event.type() == QEvent.Type.Drop:
            self.dropped.emit(paths)
        else:
            self.hint.cover()
        return True

    def _paths(self, event: QDropEvent) -> list[Path]:
        if event.source() is not None:
            return []
        urls = event.mimeData().urls()
        paths = [Path(url.toLocalFile()) for url in urls if url.isLocalFile()]
        return paths if self._takes_all or _is_checkpoint(paths) else []


def _is_checkpoint(paths: Sequence[Path]) -> bool:
    """By their names alone: the disk may be slow, and this is asked at every move."""
    has_weights = any(path.suffix.lower() == ".safetensors" for path in paths)
    return has_weights or (bool(paths) and all(not path.suffix for path in paths))
