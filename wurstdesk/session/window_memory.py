"""What the window looked like and what was being written: there again at the next start.

A small file of JSON, written a moment after each change, so that a crash costs no more than that
moment. It is a convenience and nothing more: whatever is wrong with it, the window opens.
"""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Slot

from wurstdesk.errors import StorageError
from wurstdesk.paths import write_atomically
from wurstdesk.session.keeper import Keeper

KEEPS_AFTER = 1000
"""Milliseconds from a change until it is written."""
MAX_BYTES = 2_000_000
"""Of a file that is read at all: a request's prompts may be long."""

_log = logging.getLogger(__name__)


class WindowMemory(QObject):
    """Values by name, as JSON knows them. ``path`` None keeps nothing beyond this session."""

    def __init__(self, path: Path | None, keeper: Keeper, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._path = path
        self._keeper = keeper
        self._values = _read(path) if path is not None else {}
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(KEEPS_AFTER)
        self._timer.timeout.connect(self.flush)

    def text(self, name: str) -> str:
        """A text that was kept, or an empty one."""
        value = self._values.get(name)
        return value if isinstance(value, str) else ""

    def flag(self, name: str, default: bool = False) -> bool:
        """A yes or no that was kept."""
        value = self._values.get(name)
        return value if isinstance(value, bool) else default

    def mapping(self, name: str) -> dict[str, Any]:
        """An object that was kept, or an empty one."""
        value = self._values.get(name)
        return value if isinstance(value, dict) else {}

    def keep(self, name: str, value: str | bool | dict[str, Any]) -> None:
        """Remember a value; it is on the disk a moment later."""
        if self._values.get(name) != value:
            self._values[name] = value
            if not self._timer.isActive():
                self._timer.start()

    @Slot()
    def flush(self) -> None:
        """Write what is not written yet. Call once more before the keeper is closed."""
        was_due = self._timer.isActive() or self.sender() is self._timer
        self._timer.stop()
        if was_due and self._path is not None:
            self._keeper.do(_Write(self._path, json.dumps(self._values, indent=1)))


class _Write:
    """Writes the file, in the keeper's thread; a failure goes to the log."""

    def __init__(self, path: Path, text: str) -> None:
        self._path = path
        self._text = text

    def __call__(self) -> None:
        try:
            write_atomically(self._path, f"{self._text}\n".encode("ascii"))
        except StorageError as error:
            _log.warning("the window's state is not kept: %s", error)


def _read(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
        values = json.loads(content) if len(content) <= MAX_BYTES else None
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:
        _log.warning("the window's state cannot be used: %s", type(error).__name__)
        return {}
    return values if isinstance(values, dict) else {}
