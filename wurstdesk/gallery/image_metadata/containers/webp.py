"""The chunks of a WebP file."""

from __future__ import annotations

from typing import BinaryIO

from wurstdesk.gallery.image_metadata.containers.blocks import (
    MAX_BLOCK_BYTES,
    MAX_BLOCKS,
    Blocks,
)

_HEADER_BYTES = 12


def read_webp(file: BinaryIO) -> Blocks:
    """EXIF and XMP, each the first of its kind."""
    found = Blocks()
    file.seek(_HEADER_BYTES)
    for _ in range(MAX_BLOCKS):
        header = file.read(8)
        if len(header) < 8:
            break
        kind, length = header[:4], int.from_bytes(header[4:], "little")
        is_known = (kind == b"EXIF" and found.exif) or (kind == b"XMP " and found.xmp)
        if is_known or kind not in {b"EXIF", b"XMP "} or length > MAX_BLOCK_BYTES:
            file.seek(length + length % 2, 1)
            continue
        body = file.read(length)
        file.seek(length % 2, 1)
        if kind == b"EXIF":
            found.exif = body
        else:
            found.xmp = body
    return found
