"""The comment of a GIF, where A1111 puts its text."""

from __future__ import annotations

from typing import BinaryIO

from wurstdesk.gallery.image_metadata import keywords
from wurstdesk.gallery.image_metadata.containers.blocks import MAX_BLOCKS, Blocks

_MAX_COMMENT_BYTES = 1024 * 1024
_COMMENT_LABEL = b"\xfe"


def read_gif(file: BinaryIO) -> Blocks:
    """What stands before the first frame."""
    found = Blocks()
    screen = file.read(13)
    if len(screen) < 13:
        return found
    if screen[10] & 0x80:  # a table of colours comes first
        file.seek(3 * 2 ** ((screen[10] & 7) + 1), 1)
    for _ in range(MAX_BLOCKS):
        if file.read(1) != b"!":
            break
        label = file.read(1)
        comment = _sub_blocks(file, keep=label == _COMMENT_LABEL)
        if comment:
            found.texts.setdefault(keywords.COMMENT, comment.decode("utf-8", "replace"))
    return found


def _sub_blocks(file: BinaryIO, *, keep: bool) -> bytes:
    """The data of an extension, which is read past in any case."""
    data = bytearray()
    for _ in range(MAX_BLOCKS):
        length = file.read(1)
        if length in {b"", b"\0"}:
            break
        piece = file.read(length[0])
        if keep and len(data) + len(piece) <= _MAX_COMMENT_BYTES:
            data += piece
    return bytes(data)
