"""The gallery's thumbnails as they are painted: read, scaled and rounded in a thread of their own.

Two sizes of each picture are kept in a file beside the gallery. What is not there is made from the
picture itself, after all that is; what is not looked at any more is not made.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QObject, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QBrush, QImage, QImageReader, QPainter

from wurstdesk.errors import StorageError
from wurstdesk.gallery.library import Library
from wurstdesk.session.failures import Failure
from wurstdesk.session.keeper import LibraryFactory, LibraryKeeper

SIDES = (256, 512)
BYTES = 96 * 1024 * 1024
"""Of thumbnails in memory."""
_AT_ONCE = 8
_UNDERWAY = 2
_QUALITY = 85
_KEEP, _SMOOTH = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation


@dataclass(frozen=True, slots=True)
class Wanted:
    """A picture as it is to be painted: in a square of ``side`` pixels of the screen, its corners
    ``radius`` of them round. ``path`` is where to make it from, None where there is no file."""

    content_hash: str
    side: int
    radius: int = 0
    path: Path | None = None

    @property
    def key(self) -> tuple[str, int]:
        """What is kept under."""
        return self.content_hash, self.side


class GalleryThumbnails(QObject):
    """``want`` says what is looked at now; ``find`` gives what is there."""

    arrived = Signal(object)
    """The content hashes (``set[str]``) whose thumbnails are there now."""

    def __init__(self, open_library: LibraryFactory, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.keeper = LibraryKeeper(open_library, self)
        self.keeper.setObjectName("wurstdesk-thumbnails")
        self._images: OrderedDict[tuple[str, int], QImage] = OrderedDict()
        self._sides: dict[str, int] = {}  # the one that came last
        self._bytes = 0
        self._to_read: list[Wanted] = []
        self._to_make: OrderedDict[tuple[str, int], Wanted] = OrderedDict()
        self._reading: set[tuple[str, int]] = set()
        self._batches = 0
        self._is_making = False
        self._hopeless: set[str] = set()

    def find(self, content_hash: str, side: int) -> tuple[QImage | None, bool]:
        """A thumbnail, and whether it is of that side or one that can stand in for it."""
        exact = self._images.get((content_hash, side))
        if exact is not None:
            self._images.move_to_end((content_hash, side))
            return exact, True
        other = self._sides.get(content_hash)
        return (None if other is None else self._images.get((content_hash, other))), False

    def want(self, wanted: Iterable[Wanted]) -> None:
        """What is looked at now, the most urgent first; what was wanted before is forgotten."""
        self._to_read = [one for one in wanted if self._is_missing(one)]
        self._to_read.reverse()
        still = {one.key for one in self._to_read}
        for key in [key for key in self._to_make if key not in still]:
            del self._to_make[key]
        self._ask()

    def try_again(self) -> None:
        """Files that could not be read may be there by now."""
        self._hopeless.clear()

    def close(self) -> None:
        """Wait for the thread."""
        self._to_read.clear()
        self._to_make.clear()
        self.keeper.close()

    def _is_missing(self, wanted: Wanted) -> bool:
        if wanted.key in self._images:
            self._images.move_to_end(wanted.key)
            return False
        return wanted.content_hash not in self._hopeless and wanted.key not in self._reading

    def _ask(self) -> None:
        while self._batches < _UNDERWAY and self._to_read:
            batch: list[Wanted] = []
            while self._to_read and len(batch) < _AT_ONCE:
                wanted = self._to_read.pop()
                if wanted.key not in self._to_make:
                    batch.append(wanted)
            if batch:
                self._batches += 1
                self._reading.update(wanted.key for wanted in batch)
                self.keeper.ask(_Read(tuple(batch)), self._on_read, self._on_read_failed)
        if not self._batches and not self._is_making and self._to_make:
            _, wanted = self._to_make.popitem(last=False)
            self._is_making = True
            self._reading.add(wanted.key)
            self.keeper.ask(_Make(wanted), self._on_made, self._on_make_failed)

    @Slot(object)
    def _on_read(self, answers: list[tuple[Wanted, QImage | None]]) -> None:
        self._batches -= 1
        there = set()
        for wanted, image in answers:
            self._reading.discard(wanted.key)
            if image is not None:
                self._keep(wanted, image)
                there.add(wanted.content_hash)
            elif wanted.path is not None:
                self._to_make[wanted.key] = wanted
            else:
                self._hopeless.add(wanted.content_hash)
        self._ask()
        if there:
            self.arrived.emit(there)

    @Slot(object)
    def _on_made(self, answer: tuple[Wanted, QImage]) -> None:
        wanted, image = answer
        self._is_making = False
        self._reading.discard(wanted.key)
        if image.isNull():
            self._hopeless.add(wanted.content_hash)
        else:
            self._keep(wanted, image)
        self._ask()
        if not image.isNull():
            self.arrived.emit({wanted.content_hash})

    @Slot(object)
    def _on_read_failed(self, failure: Failure) -> None:
        """The page says what is wrong with the database; here there is only nothing to show."""
        del failure
        self._batches -= 1
        self._give_up()

    @Slot(object)
    def _on_make_failed(self, failure: Failure) -> None:
        del failure
        self._is_making = False
        self._give_up()

    def _give_up(self) -> None:
        self._reading.clear()
        self._to_read.clear()
        self._to_make.clear()

    def _keep(self, wanted: Wanted, image: QImage) -> None:
        if wanted.key not in self._images:
            self._bytes += image.sizeInBytes()
        self._images[wanted.key] = image
        self._sides[wanted.content_hash] = wanted.side
        while self._bytes > BYTES and len(self._images) > 1:
            key, old = self._images.popitem(last=False)
            self._bytes -= old.sizeInBytes()
            if self._sides.get(key[0]) == key[1]:
                del self._sides[key[0]]


@dataclass(frozen=True, slots=True)
class _Read:
    """Those that are kept, in the thumbnails' thread."""

    batch: tuple[Wanted, ...]

    def __call__(self, library: Library) -> list[tuple[Wanted, QImage | None]]:
        return [(wanted, self._one(library, wanted)) for wanted in self.batch]

    def _one(self, library: Library, wanted: Wanted) -> QImage | None:
        image = library.thumbnail(wanted.content_hash, _source_side(wanted.side))
        read = QImage.fromData(image) if image else QImage()
        return None if read.isNull() else painted(read, wanted)


@dataclass(frozen=True, slots=True)
class _Make:
    """One from its file, or from the smaller one where the file cannot be read; likewise."""

    wanted: Wanted

    def __call__(self, library: Library) -> tuple[Wanted, QImage]:
        wanted = self.wanted
        image = read_small(wanted.path, SIDES[-1]) if wanted.path is not None else QImage()
        if image.isNull():
            smaller = library.thumbnail(wanted.content_hash, SIDES[0])
            image = QImage.fromData(smaller) if smaller else image
        else:
            _keep_copies(library, wanted.content_hash, image)
        return wanted, image if image.isNull() else painted(image, wanted)


def read_small(path: Path, side: int) -> QImage:
    """A picture's file in a square of ``side``, at most as large as it is; null where it cannot
    be read."""
    reader = QImageReader(str(path))
    reader.setAutoTransform(True)
    size = reader.size()
    if size.isValid() and max(size.width(), size.height()) > side:
        reader.setScaledSize(_fitted(size, side))
    image = reader.read()
    if image.isNull() or max(image.width(), image.height()) <= side:
        return image
    return image.scaled(_fitted(image.size(), side), _KEEP, _SMOOTH)


def painted(image: QImage, wanted: Wanted) -> QImage:
    """As it is painted: of its size on the screen, with round corners."""
    size = _fitted(image.size(), wanted.side)
    scaled = image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied).scaled(
        size, Qt.AspectRatioMode.IgnoreAspectRatio, _SMOOTH
    )
    if wanted.radius <= 0:
        return scaled
    rounded = QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
    rounded.fill(Qt.GlobalColor.transparent)
    painter = QPainter(rounded)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QBrush(scaled))
    painter.drawRoundedRect(QRectF(rounded.rect()), wanted.radius, wanted.radius)
    painter.end()
    return rounded


def _source_side(side: int) -> int:
    return next((kept for kept in SIDES if kept >= side), SIDES[-1])


def _fitted(size: QSize, side: int) -> QSize:
    return size.scaled(side, side, _KEEP).expandedTo(QSize(1, 1))


def _keep_copies(library: Library, content_hash: str, image: QImage) -> None:
    """Both sizes; where they cannot be kept they are made again another time."""
    with suppress(StorageError):
        for side in SIDES:
            small = image
            if max(image.width(), image.height()) > side:
                small = image.scaled(_fitted(image.size(), side), _KEEP, _SMOOTH)
            buffer = QBuffer()
            buffer.open(QIODevice.OpenModeFlag.WriteOnly)
            if small.save(buffer, "WEBP", _QUALITY):  # type: ignore[call-overload]
                library.keep_thumbnail(content_hash, side, bytes(buffer.data().data()))
