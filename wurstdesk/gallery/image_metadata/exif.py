"""The EXIF that other programs look into: one field, the user's comment, with the A1111 text.

Built by hand, because Pillow writes that field with a type that piexif, and so A1111, cannot read.
"""

from __future__ import annotations

import struct

from PIL import ExifTags, Image

_PREFIX = b"Exif\0\0"
_UNICODE = b"UNICODE\0"
_ASCII = b"ASCII\0\0\0"
_UNDEFINED, _LONG = 7, 4
_HEADER = 8  # bytes of a TIFF header: its byte order, 42, and where the first directory begins
_DIRECTORY = 18  # bytes of a directory with a single entry


def exif_of(text: str) -> bytes:
    """EXIF whose user comment is ``text``, in UTF-16 with the high byte first."""
    comment = _UNICODE + text.encode("utf-16-be", "replace")
    first, second = _HEADER, _HEADER + _DIRECTORY
    return (
        _PREFIX
        + struct.pack(">2sHI", b"MM", 42, first)
        + _entry(ExifTags.IFD.Exif, _LONG, 1, second)
        + _entry(ExifTags.Base.UserComment, _UNDEFINED, len(comment), second + _DIRECTORY)
        + comment
    )


def _entry(tag: int, kind: int, count: int, value: int) -> bytes:
    """A directory with a single entry."""
    return struct.pack(">HHHIII", 1, tag, kind, count, value, 0)


def comment_in(exif: Image.Exif) -> str:
    """The user's comment, wherever and however a program has put it; "" where there is none."""
    for directory in (exif.get_ifd(ExifTags.IFD.Exif), exif):
        text = _decoded(directory.get(ExifTags.Base.UserComment))
        if text:
            return text
    return ""


def _decoded(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, tuple) and all(isinstance(n, int) and 0 <= n < 256 for n in value):
        value = bytes(value)
    if not isinstance(value, bytes):
        return ""
    if value.startswith(_UNICODE):
        return _utf_16(value.removeprefix(_UNICODE))
    for prefix in (_ASCII, bytes(8)):
        value = value.removeprefix(prefix)
    return value.decode("utf-8", "replace").rstrip("\0")


def _utf_16(data: bytes) -> str:
    """UTF-16 of either order: by its mark, else by where the zeros of plain letters lie."""
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return data.decode("utf-16", "replace")
    high_first = data[::2].count(0) >= data[1::2].count(0)
    return data.decode("utf-16-be" if high_first else "utf-16-le", "replace")
