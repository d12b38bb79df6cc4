"""The kinds of file that pictures are saved as: their names, and their bytes."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image, features

from wurstdesk.gallery.image_metadata import Texts, exif_of, jpeg_segments, packet, png_info
from wurstdesk.gallery.image_metadata.png_chunks import END_CHUNK, SIGNATURE
from wurstdesk.generation import Pixels
from wurstdesk.settings import PictureFormat

_JPEG_EXIF_ROOM = 65_533
_FULL_COLOUR_FROM = 85
"""The quality from which JPEG and AVIF keep colours as finely as brightness."""


@dataclass(frozen=True, slots=True)
class FileFormat:
    """A kind of picture file. ``suffixes`` are in lower case; ours end in the first."""

    name: PictureFormat
    label: str
    suffixes: tuple[str, ...]
    is_lossy: bool = True

    @property
    def suffix(self) -> str:
        return self.suffixes[0]


PNG = FileFormat("png", "PNG", (".png",), is_lossy=False)
_WEBP = FileFormat("webp", "WebP", (".webp",))
_JPEG = FileFormat("jpeg", "JPEG", (".jpg", ".jpeg"))
_AVIF = FileFormat("avif", "AVIF", (".avif",))


def _known() -> Iterator[FileFormat]:
    yield PNG
    for file_format, feature in ((_WEBP, "webp"), (_JPEG, "jpg"), (_AVIF, "avif")):
        if features.check(feature):
            yield file_format


FORMATS: tuple[FileFormat, ...] = tuple(_known())
"""Those that can be written here; PNG is the first and always among them."""
SUFFIXES: tuple[str, ...] = tuple(suffix for known in FORMATS for suffix in known.suffixes)


def format_named(name: PictureFormat) -> FileFormat:
    """The format of a setting; PNG where the chosen one cannot be written here."""
    return next((known for known in FORMATS if known.name == name), PNG)


def format_of(path: Path) -> FileFormat | None:
    """The format that a file's name says; None for another ending, or none."""
    suffix = path.suffix.lower()
    return next((known for known in FORMATS if suffix in known.suffixes), None)


def encode(
    pixels: Pixels,
    texts: Texts | None = None,
    file_format: FileFormat = PNG,
    quality: int = 90,
) -> bytes:
    """A file of these pixels that says ``texts``; a PNG holds exactly these pixels."""
    image = Image.frombytes("RGB", (pixels.width, pixels.height), pixels.data)
    return encode_image(image, texts, file_format, quality)


def encode_image(
    image: Image.Image, texts: Texts | None, file_format: FileFormat, quality: int
) -> bytes:
    """The same of a picture that is open already."""
    buffer = io.BytesIO()
    if file_format.name == "png":
        image.save(buffer, "PNG", pnginfo=None if texts is None else png_info(texts))
    else:
        options = _options(file_format, quality) | _texts(file_format, texts)
        image.save(buffer, file_format.name.upper(), **options)
    return buffer.getvalue()


def _options(file_format: FileFormat, quality: int) -> dict[str, Any]:
    if file_format.name == "webp":
        # Of a lossless file the quality is how long it takes, and not what it looks like.
        return {"lossless": True} if quality == 100 else {"quality": quality, "method": 4}
    colour = "4:4:4" if quality >= _FULL_COLOUR_FROM else "4:2:0"
    return {"quality": quality, "subsampling": colour}


def _texts(file_format: FileFormat, texts: Texts | None) -> dict[str, Any]:
    if texts is None:
        return {}
    exif = exif_of(texts.parameters)
    if file_format.name != "jpeg":
        return {"exif": exif, "xmp": packet(texts.record).encode()}
    xmp, segments = jpeg_segments(texts.record)
    # Nothing longer has room in a JPEG; our own record is whole in any case.
    fits = len(exif) <= _JPEG_EXIF_ROOM
    return {"xmp": xmp, "extra": segments} | ({"exif": exif} if fits else {})


def is_whole(data: bytes) -> bool:
    """Whether a file ends where its own kind says that it ends."""
    if data.startswith(SIGNATURE):
        return data.endswith(END_CHUNK)
    if data.startswith(b"\xff\xd8"):
        return data.endswith(b"\xff\xd9")
    if data.startswith(b"RIFF"):
        return len(data) == 8 + int.from_bytes(data[4:8], "little")
    return _boxes_are_whole(data)


def _boxes_are_whole(data: bytes) -> bool:
    """Whether the boxes that an AVIF file consists of end exactly with it."""
    place = 0
    while place + 8 <= len(data):
        size = int.from_bytes(data[place : place + 4], "big")
        if size == 1:  # the length stands behind the name, in eight bytes
            size = int.from_bytes(data[place + 8 : place + 16], "big")
        if size < 8:
            return size == 0  # up to the end, wherever that is
        place += size
    return place == len(data) > 0
