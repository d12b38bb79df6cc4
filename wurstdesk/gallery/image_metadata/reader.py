"""Finds out how a picture was made.

A small reader for each program's format, asked in turn: the first that recognises its own wins.
Another program's format is one more function in ``READERS``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import BinaryIO

from wurstdesk.errors import StorageError
from wurstdesk.gallery.image_metadata import a1111, own
from wurstdesk.gallery.image_metadata.model import ImageMetadata
from wurstdesk.gallery.image_metadata.pillow_texts import read_texts
from wurstdesk.gallery.image_metadata.png_chunks import SIGNATURE, read_png_texts

Reader = Callable[[Mapping[str, str]], ImageMetadata | None]

READERS: tuple[Reader, ...] = (own.read, a1111.read)


def read_metadata(path: Path) -> ImageMetadata:
    """How the picture at ``path`` was made; source ``unknown`` where nobody says.

    Decodes no pixels. Raises ``StorageError`` for a file that cannot be read at all, and nothing
    for whatever may stand in it.
    """
    try:
        if path.exists() and not path.is_file():
            raise StorageError(f"“{path}” is no file.", "Name a picture file.")
        with path.open("rb") as file:
            texts = texts_in(file)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise StorageError(
            f"“{path}” cannot be read: {reason}.", "Check its name and its permissions."
        ) from error
    return from_texts(texts)


def texts_in(file: BinaryIO) -> dict[str, str]:
    """Keyword to text of a picture file, whichever kind it says that it is."""
    is_png = file.read(len(SIGNATURE)) == SIGNATURE
    file.seek(0)
    return read_png_texts(file) if is_png else read_texts(file)


def from_texts(texts: Mapping[str, str]) -> ImageMetadata:
    """The same, from a file's texts by keyword."""
    for reader in READERS:
        metadata = reader(texts)
        if metadata is not None:
            return metadata
    return ImageMetadata(text=texts.get(a1111.KEYWORD, ""))
