"""A picture's file from anywhere, asked how it was made: its settings, as far as they mean here."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QCoreApplication

from wurstdesk.errors import StorageError
from wurstdesk.gallery.image_metadata import ImageMetadata, read_metadata
from wurstdesk.session.form import RequestForm
from wurstdesk.session.pasted import fields_of, notes_of
from wurstdesk.session.proposal import fields_of_picture

MAX_FILE_BYTES = 500_000_000
"""Of a file that is opened at all: no picture that says how it was made is larger."""

PICTURE_SUFFIXES = frozenset(
    {".png", ".webp", ".jpg", ".jpeg", ".avif", ".gif", ".bmp", ".tif", ".tiff", ".jxl", ".heic"}
)
"""Endings of files that can be asked, whether or not their kind can answer."""


@dataclass(frozen=True, slots=True)
class ReadPicture:
    """For the keeper's thread: what the file at ``path`` says. Raises ``StorageError``."""

    path: Path
    kind: str
    count: int = 1

    def __call__(self) -> PictureRead:
        """Read it."""
        try:
            size = self.path.stat().st_size
        except (OSError, ValueError):
            size = 0  # reading it says what is wrong
        if size > MAX_FILE_BYTES and self.path.is_file():
            raise StorageError(
                _tr("“{0}” is too large to be read.").format(self.path.name),
                _tr("Use the picture as it was saved."),
            )
        return PictureRead(self.path, self.kind, self.count, read_metadata(self.path))


@dataclass(frozen=True, slots=True)
class PictureRead:
    """The answer, with what was asked: for what ``kind`` of target, and of how many files."""

    path: Path
    kind: str
    count: int
    metadata: ImageMetadata

    def fields(self, form: RequestForm) -> dict[str, object]:
        """What it says for the form; empty where it says nothing."""
        if self.metadata.request is not None:
            return fields_of_picture(self.metadata.request)
        return {} if self.metadata.source == "unknown" else fields_of(form, self.metadata)

    @property
    def program(self) -> str:
        """The name of the program that made it; "" where nobody knows."""
        return self.metadata.program

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences about what of another program's picture is not taken as it stands."""
        return tuple(notes_of(self.metadata))


def is_picture(path: Path) -> bool:
    """Whether a file is a picture by its name; looks at no disk."""
    return path.suffix.lower() in PICTURE_SUFFIXES


def _tr(text: str) -> str:
    return QCoreApplication.translate("Dropped", text)
