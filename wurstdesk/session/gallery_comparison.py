"""Two to four pictures of the gallery side by side: which, and in what they differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QImage

from wurstdesk.gallery.library import Library
from wurstdesk.gallery.records import Details
from wurstdesk.generation import CheckpointInfo
from wurstdesk.session.comparison import CompareMode
from wurstdesk.session.facts import (
    DEVICE,
    FACTS,
    SIZE,
    device_text,
    fact_label,
    fact_text,
    fact_value,
)
from wurstdesk.session.failures import Failure
from wurstdesk.session.gallery_images import GalleryImages
from wurstdesk.session.keeper import LibraryKeeper

FEWEST, MOST = 2, 4


@dataclass(frozen=True, slots=True)
class ManyDifference:
    """One thing in which pictures differ, as it is for each of them."""

    name: str
    label: str
    texts: tuple[str, ...]


class GalleryComparison(QObject):
    """The pictures that are compared; none while ``is_active`` is False."""

    changed = Signal()
    image_read = Signal()
    failed = Signal(object)
    """``Failure``"""

    def __init__(
        self, images: GalleryImages, keeper: LibraryKeeper, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._images = images
        self._keeper = keeper
        self.ids: tuple[int, ...] = ()
        self.details: tuple[Details, ...] = ()
        """Of each of ``ids``, once they were read."""
        self.mode: CompareMode = "slider"
        images.read.connect(self._on_image)

    @property
    def is_active(self) -> bool:
        """Whether pictures are compared."""
        return bool(self.details)

    def start(self, ids: Sequence[int]) -> bool:
        """Compare these; False where they are too few or too many."""
        if not FEWEST <= len(set(ids)) <= MOST:
            return False
        self.ids = tuple(dict.fromkeys(ids))
        self._keeper.ask(_Read(self.ids), self._on_read, self._on_failed)
        return True

    @Slot()
    def stop(self) -> None:
        """Compare no longer."""
        if self.ids:
            self.ids = self.details = ()
            self.changed.emit()

    def set_mode(self, mode: CompareMode) -> None:
        """Compare two in another way."""
        if mode != self.mode:
            self.mode = mode
            self.changed.emit()

    @Slot()
    def swap(self) -> None:
        """The last becomes the first."""
        if self.is_active:
            self.ids = self.ids[-1:] + self.ids[:-1]
            self.details = self.details[-1:] + self.details[:-1]
            self.changed.emit()

    def image(self, number: int) -> QImage:
        """That of one of them; null until it was read."""
        return self._images.find(self.ids[number]) or QImage()

    @Slot(object)
    def _on_read(self, details: tuple[Details, ...]) -> None:
        if tuple(one.card.id for one in details) != self.ids:
            return  # others were asked for meanwhile, or one is gone
        self.details = details
        self._images.want(one.card for one in details)
        self.changed.emit()

    @Slot(object)
    def _on_failed(self, failure: Failure) -> None:
        self.ids = ()
        self.failed.emit(failure)

    @Slot(int)
    def _on_image(self, picture_id: int) -> None:
        if self.is_active and picture_id in self.ids:
            self.image_read.emit()


def differences_of(
    details: Sequence[Details], checkpoints: Sequence[CheckpointInfo] = ()
) -> tuple[ManyDifference, ...]:
    """Everything that shaped the pictures and is not the same for all of them.

    Of other programs' pictures only what ours have too.
    """
    found: list[ManyDifference] = []
    requests = [one.card.request for one in details if one.card.request is not None]
    are_all_ours = len(requests) == len(details)
    for name in FACTS:
        texts = tuple(_text(one, name, checkpoints) for one in details)
        values = {fact_value(request, name) for request in requests} if are_all_ours else set(texts)
        if len(values) > 1:
            found.append(ManyDifference(name, fact_label(name), texts))
    devices = tuple(device_text(one.provenance) if one.provenance else "" for one in details)
    if len(set(devices)) > 1:
        found.append(ManyDifference(DEVICE, fact_label(DEVICE), devices))
    return tuple(found)


def _text(details: Details, name: str, checkpoints: Sequence[CheckpointInfo]) -> str:
    card = details.card
    if card.request is not None:
        return fact_text(card.request, name, checkpoints)
    known = {
        "prompt": card.prompt,
        "negative_prompt": details.negative_prompt,
        "seed": "" if card.seed is None else str(card.seed),
        SIZE: f"{card.width} × {card.height}",
    }
    return known.get(name, "")


@dataclass(frozen=True, slots=True)
class _Read:
    """For the keeper's thread."""

    ids: tuple[int, ...]

    def __call__(self, library: Library) -> tuple[Details, ...]:
        return tuple(library.details(picture) for picture in self.ids)
