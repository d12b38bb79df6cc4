"""The segments of a JPEG that stand before its pixels."""

from __future__ import annotations

from typing import BinaryIO

from wurstdesk.gallery.image_metadata import keywords, xmp
from wurstdesk.gallery.image_metadata.containers.blocks import (
    MAX_BLOCKS,
    MAX_TOTAL_BYTES,
    Blocks,
)

_EXIF = b"Exif\0\0"
_PHOTOSHOP = b"Photoshop 3.0\0"
_MAX_IPTC_BYTES = 1024 * 1024
_APP1, _APP13, _COMMENT, _SCAN, _END = 0xE1, 0xED, 0xFE, 0xDA, 0xD9
_WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xD9)})


def read_jpeg(file: BinaryIO) -> Blocks:
    """EXIF, XMP in however many segments, IPTC and the comment."""
    found = Blocks()
    total = 0
    file.seek(2)
    for _ in range(MAX_BLOCKS):
        marker = _next_marker(file)
        if marker is None or marker in {_SCAN, _END}:
            break
        if marker in _WITHOUT_LENGTH:
            continue
        length = int.from_bytes(file.read(2), "big") - 2
        if length < 0:
            break
        if marker not in {_APP1, _APP13, _COMMENT}:
            file.seek(length, 1)
            continue
        body = file.read(length)
        total += len(body)
        if len(body) < length or total > MAX_TOTAL_BYTES:
            break
        _take(found, marker, body)
    return found


def _next_marker(file: BinaryIO) -> int | None:
    """The kind of the next segment; None where there is none."""
    if file.read(1) != b"\xff":
        return None
    for _ in range(MAX_BLOCKS):  # a marker may be padded
        byte = file.read(1)
        if byte != b"\xff":
            return byte[0] if byte else None
    return None


def _take(found: Blocks, marker: int, body: bytes) -> None:
    if marker == _COMMENT:
        found.texts.setdefault(keywords.COMMENT, body.decode("utf-8", "replace").rstrip("\0"))
    elif marker == _APP13:
        if body.startswith(_PHOTOSHOP) and len(found.iptc) < _MAX_IPTC_BYTES:
            found.iptc += body.removeprefix(_PHOTOSHOP)
    elif body.startswith(_EXIF):
        found.exif = found.exif or body
    elif body.startswith(xmp.MAIN):
        found.xmp = found.xmp or body.removeprefix(xmp.MAIN)
    elif body.startswith(xmp.FURTHER):
        found.further_xmp.append(body)
