"""Two pictures side by side: which, in which way, and in what they differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QObject, Signal, Slot

from wurstdesk.generation import CheckpointInfo
from wurstdesk.session.facts import DEVICE, FACTS, device_text, fact_label, fact_text, fact_value
from wurstdesk.session.pictures import SessionPicture, SessionPictures

CompareMode = Literal["slider", "side", "flick"]


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing in which two pictures differ. ``name`` is one of ``facts.FACTS`` or ``DEVICE``."""

    name: str
    label: str
    a: str
    b: str


class Comparison(QObject):
    """The pictures ``a`` and ``b`` while they are compared, None otherwise."""

    changed = Signal()

    def __init__(self, pictures: SessionPictures, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pictures = pictures
        self._a: int | None = None
        self._b: int | None = None
        self.mode: CompareMode = "slider"

    @property
    def a(self) -> SessionPicture | None:
        return self._pictures.find(self._a)

    @property
    def b(self) -> SessionPicture | None:
        return self._pictures.find(self._b)

    @property
    def is_active(self) -> bool:
        return self.a is not None and self.b is not None

    def start(self, a: int, b: int) -> bool:
        """Compare two pictures; False where they are not two."""
        found = self._pictures.find(a), self._pictures.find(b)
        if a == b or None in found:
            return False
        if (a, b) != (self._a, self._b):
            self._a, self._b = a, b
            self.changed.emit()
        return True

    @Slot()
    def swap(self) -> None:
        """Let the pictures change places."""
        if self.is_active:
            self._a, self._b = self._b, self._a
            self.changed.emit()

    def set_mode(self, mode: CompareMode) -> None:
        """Compare in another way, now and next time."""
        if mode != self.mode:
            self.mode = mode
            self.changed.emit()

    @Slot()
    def stop(self) -> None:
        """Compare no longer."""
        if self._a is not None:
            self._a = self._b = None
            self.changed.emit()

    def differences(self, checkpoints: Sequence[CheckpointInfo] = ()) -> tuple[Difference, ...]:
        """Everything that shaped the two and is not the same."""
        a, b = self.a, self.b
        if a is None or b is None:
            return ()
        found = [
            Difference(
                name,
                fact_label(name),
                fact_text(a.request, name, checkpoints),
                fact_text(b.request, name, checkpoints),
            )
            for name in FACTS
            if fact_value(a.request, name) != fact_value(b.request, name)
        ]
        devices = device_text(a.provenance), device_text(b.provenance)
        if devices[0] != devices[1]:
            found.append(Difference(DEVICE, fact_label(DEVICE), *devices))
        return tuple(found)
