"""The pictures of this session, and the round that is being drawn.

A finished picture that could not be saved is kept whole until it is; of a saved one the full
image may be dropped from memory, because its file has it. Full images are 32 bits a pixel, which
is what is painted: of 24 bits each painting and each scaling would make such a copy first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import QObject, QSize, Qt, Signal, Slot
from PySide6.QtGui import QImage, QImageReader

from wurstdesk.generation import GeneratedPicture, GenerationRequest, Provenance, SavedPicture
from wurstdesk.session.failures import Failure
from wurstdesk.session.keeper import Keeper
from wurstdesk.session.previews import image_of

THUMBNAIL_SIDE = 256
BYTES_KEPT = 256 * 1024 * 1024
"""Of saved pictures in memory in full: 64 at 1024x1024. Older ones are read from their files."""


@dataclass(frozen=True, slots=True)
class FinishedPicture:
    """A picture as it comes from the worker: converted there, saved there or not."""

    picture: GeneratedPicture
    image: QImage
    thumbnail: QImage
    saved: SavedPicture | None = None
    save_failure: Failure | None = None

    @classmethod
    def of(
        cls, picture: GeneratedPicture, saved: SavedPicture | None, failure: Failure | None
    ) -> FinishedPicture:
        image = image_of(picture.pixels).convertToFormat(QImage.Format.Format_RGB32)
        return cls(picture, image, thumbnail_of(image), saved, failure)


def thumbnail_of(image: QImage) -> QImage:
    """A small copy for the strip."""
    return image.scaled(
        QSize(THUMBNAIL_SIDE, THUMBNAIL_SIDE),
        Qt.AspectRatioMode.KeepAspectRatio,
        Qt.TransformationMode.SmoothTransformation,
    )


def read_image(path: Path) -> QImage:
    """A picture file's pixels and nothing else; null where they cannot be read."""
    reader = QImageReader(str(path))
    reader.setAutoTransform(True)  # photographs say which side is up
    read = reader.read().convertToFormat(QImage.Format.Format_RGB32)
    if read.isNull():
        return read
    # A QImage keeps a file's texts and writes them into the next file: only pixels are wanted.
    bare = QImage(read.constBits(), read.width(), read.height(), read.bytesPerLine(), read.format())
    return bare.copy()


@dataclass(eq=False, slots=True)
class SessionPicture:
    """One picture of this session. ``unsaved`` holds all of it while it is on no disk.

    ``stage_seconds`` are wall seconds for each stage.
    """

    id: int
    request: GenerationRequest
    thumbnail: QImage
    image: QImage | None
    provenance: Provenance
    stage_seconds: dict[str, float]
    notes: tuple[str, ...] = ()
    saved: SavedPicture | None = None
    unsaved: GeneratedPicture | None = None

    @property
    def seconds(self) -> float:
        """What it took in all."""
        return sum(self.stage_seconds.values())

    @property
    def path(self) -> Path | None:
        """Its file, if it has one."""
        return self.saved.path if self.saved else None


class SessionPictures(QObject):
    """What was made since the program started, oldest first.

    ``keeper`` reads full images again that memory no longer has.
    """

    added = Signal(int)
    """The id of a new picture."""
    changed = Signal(int)
    """The id of a picture that is on disk now."""
    image_read = Signal(int)
    """The id of a picture whose full image is in memory again."""

    def __init__(self, parent: QObject | None = None, *, keeper: Keeper | None = None) -> None:
        super().__init__(parent)
        self._pictures: dict[int, SessionPicture] = {}
        self._keeper = keeper
        self._asked_for: int | None = None

    def __iter__(self) -> Iterator[SessionPicture]:
        return iter(tuple(self._pictures.values()))

    def __len__(self) -> int:
        return len(self._pictures)

    def find(self, picture_id: int | None) -> SessionPicture | None:
        """The picture of that id, or None."""
        return None if picture_id is None else self._pictures.get(picture_id)

    @property
    def unsaved(self) -> tuple[SessionPicture, ...]:
        return tuple(picture for picture in self if picture.unsaved is not None)

    def add(self, finished: FinishedPicture) -> SessionPicture:
        """Keep a picture that the worker has finished."""
        made = finished.picture
        picture = SessionPicture(
            id=len(self._pictures) + 1,
            request=made.request,
            thumbnail=finished.thumbnail,
            image=finished.image,
            provenance=made.provenance,
            stage_seconds=dict(made.seconds),
            notes=made.notes,
            saved=finished.saved,
            unsaved=None if finished.saved else made,
        )
        self._pictures[picture.id] = picture
        self._drop_images(keep=picture)
        self.added.emit(picture.id)
        return picture

    def image(self, picture: SessionPicture) -> QImage:
        """The full image; the thumbnail stands in where memory no longer has it.

        ``image_read`` then follows as soon as it is read from its file, if that is there.
        """
        if picture.image is not None:
            return picture.image
        if picture.path is not None and self._keeper is not None:
            if self._asked_for != picture.id:
                self._keeper.do(_Read(picture.id, picture.path), self._on_read)
            self._asked_for = picture.id
        return picture.thumbnail

    def mark_saved(self, picture_id: int, saved: SavedPicture) -> None:
        """The picture is on disk now."""
        picture = self.find(picture_id)
        if picture is not None:
            picture.saved, picture.unsaved = saved, None
            self.changed.emit(picture_id)

    @Slot(object)
    def _on_read(self, answer: tuple[int, QImage]) -> None:
        picture_id, image = answer
        if self._asked_for == picture_id:
            self._asked_for = None
        picture = self.find(picture_id)
        if picture is not None and not image.isNull():
            picture.image = image
            self._drop_images(keep=picture)
            self.image_read.emit(picture_id)

    def _drop_images(self, keep: SessionPicture) -> None:
        left = BYTES_KEPT
        for picture in reversed(self._pictures.values()):
            if picture.image is not None and picture.saved is not None:
                left -= picture.image.sizeInBytes()
                if left < 0 and picture is not keep:
                    picture.image = None


@dataclass(frozen=True, slots=True)
class _Read:
    """Reads one file, in the keeper's thread."""

    picture_id: int
    path: Path

    def __call__(self) -> tuple[int, QImage]:
        return self.picture_id, read_image(self.path)


@dataclass(eq=False, slots=True)
class Cell:
    """One picture of the round: nothing yet, a preview, or finished (``picture_id``)."""

    image: QImage = field(default_factory=QImage)
    picture_id: int | None = None


class Round(QObject):
    """The pictures of the job that runs, or that ran last: what the canvas shows by itself."""

    began = Signal()
    cell_changed = Signal(int)
    ended = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.request: GenerationRequest | None = None
        self.is_running = False
        self.cells: tuple[Cell, ...] = ()

    def begin(self, request: GenerationRequest) -> None:
        """Empty cells for a job that starts."""
        self.request = request
        self.is_running = True
        self.cells = tuple(Cell() for _ in range(request.num_images))
        self.began.emit()

    def show_preview(self, index: int, image: QImage) -> None:
        """A newer preview of a picture that is not finished."""
        if not 0 <= index < len(self.cells) or self.cells[index].picture_id is not None:
            return
        self.cells[index].image = image
        self.cell_changed.emit(index)

    def show_picture(self, index: int, picture_id: int, image: QImage) -> None:
        """The finished picture."""
        if 0 <= index < len(self.cells):
            cell = self.cells[index]
            cell.image, cell.picture_id = image, picture_id
            self.cell_changed.emit(index)

    def end(self) -> None:
        """The job is over; what it did not finish stays as it was."""
        self.is_running = False
        self.ended.emit()

    @property
    def only_picture(self) -> int | None:
        """The finished picture of a round of one."""
        return self.cells[0].picture_id if len(self.cells) == 1 else None

    @property
    def is_empty(self) -> bool:
        """Nothing to look at: no preview and no picture in any cell, and none to come."""
        return not self.is_running and all(cell.image.isNull() for cell in self.cells)
