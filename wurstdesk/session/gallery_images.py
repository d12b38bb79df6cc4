"""Pictures of the gallery in full, read beside the window, those that come next ahead of time."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QImage

from wurstdesk.gallery.library import Library
from wurstdesk.gallery.records import Card
from wurstdesk.session.failures import Failure
from wurstdesk.session.keeper import LibraryFactory, LibraryKeeper
from wurstdesk.session.pictures import read_image

BYTES_KEPT = 96 * 1024 * 1024
"""Of pictures in memory: 24 at 1024x1024."""
_SIDES = (512, 256)


class GalleryImages(QObject):
    """Reads what is wanted, one picture after the other, in a thread of its own.

    Where a picture's file is gone its thumbnail stands in. End it with ``close()``.
    """

    read = Signal(int)
    """The id of a picture that ``find`` knows now."""

    def __init__(
        self,
        open_library: LibraryFactory,
        parent: QObject | None = None,
        *,
        limit: int = BYTES_KEPT,
    ) -> None:
        super().__init__(parent)
        self._keeper = LibraryKeeper(open_library, self)
        self._keeper.setObjectName("wurstdesk-images")
        self._limit = limit
        self._kept: OrderedDict[int, QImage] = OrderedDict()
        self._small: set[int] = set()
        self._wanted: list[Card] = []
        self._asked: Card | None = None

    def find(self, picture_id: int) -> QImage | None:
        """The image if it was read; a null one of a picture that cannot be."""
        if picture_id in self._kept:
            self._kept.move_to_end(picture_id)
        return self._kept.get(picture_id)

    def is_stand_in(self, picture_id: int) -> bool:
        """Whether there is no more than a thumbnail, or nothing."""
        return picture_id in self._small

    def want(self, cards: Iterable[Card]) -> None:
        """Read these in this order, and no longer what was wanted before."""
        self._wanted = [card for card in cards if card.id not in self._kept]
        self._go_on()

    def forget(self, picture_id: int) -> None:
        """Its file is another one by now, or is there again."""
        self._kept.pop(picture_id, None)
        self._small.discard(picture_id)

    def close(self) -> None:
        """Wait for the thread; nothing is read any more."""
        self._wanted.clear()
        self._keeper.close()

    def _go_on(self) -> None:
        while self._asked is None and self._wanted:
            card = self._wanted.pop(0)
            if card.id in self._kept:
                continue
            self._asked = card
            if card.path is None:
                self._ask_for_thumbnail(card)
            else:
                self._keeper.do(_Read(card.path), self._on_read, self._on_failed)

    @Slot(object)
    def _on_read(self, image: QImage) -> None:
        card = self._asked
        if card is not None and image.isNull():
            self._ask_for_thumbnail(card)
        else:
            self._take(image)

    def _ask_for_thumbnail(self, card: Card) -> None:
        self._small.add(card.id)
        self._keeper.ask(_Thumbnail(card.content_hash), self._take, self._on_failed)

    @Slot(object)
    def _take(self, image: QImage) -> None:
        card, self._asked = self._asked, None
        if card is not None:
            self._kept[card.id] = image
            self._make_room()
            self.read.emit(card.id)
        self._go_on()

    @Slot(object)
    def _on_failed(self, failure: Failure) -> None:
        del failure  # a picture that cannot be read is shown as such
        if self._asked is not None:
            self._small.add(self._asked.id)
        self._take(QImage())

    def _make_room(self) -> None:
        used = sum(image.sizeInBytes() for image in self._kept.values())
        while used > self._limit and len(self._kept) > 1:
            oldest, image = self._kept.popitem(last=False)
            self._small.discard(oldest)
            used -= image.sizeInBytes()


@dataclass(frozen=True, slots=True)
class _Read:
    """Reads a file, in the keeper's thread; null where that cannot be."""

    path: Path

    def __call__(self) -> QImage:
        return read_image(self.path)


@dataclass(frozen=True, slots=True)
class _Thumbnail:
    """The larger one that there is, or a null image."""

    content_hash: str

    def __call__(self, library: Library) -> QImage:
        for side in _SIDES:
            data = library.thumbnail(self.content_hash, side)
            if data:
                return QImage.fromData(data)
        return QImage()
