"""One dictionary of texts from any kind of picture file."""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO

from wurstdesk.gallery.image_metadata import exif, iptc, xmp
from wurstdesk.gallery.image_metadata.containers.blocks import Blocks
from wurstdesk.gallery.image_metadata.containers.gif import read_gif
from wurstdesk.gallery.image_metadata.containers.iso import read_iso
from wurstdesk.gallery.image_metadata.containers.jpeg import read_jpeg
from wurstdesk.gallery.image_metadata.containers.webp import read_webp
from wurstdesk.gallery.image_metadata.png_chunks import (
    MAX_OWN_TEXT_BYTES,
    MAX_TEXT_BYTES,
    OWN_KEYWORD,
    SIGNATURE,
    XMP_KEYWORD,
    read_png,
)

_HEAD_BYTES = 16
_MAX_XMP_BYTES = 2 * MAX_OWN_TEXT_BYTES  # quotation marks and brackets are longer in XML

Reader = Callable[[BinaryIO], Blocks]


def texts_in(file: BinaryIO) -> dict[str, str]:
    """Keyword to text of a picture file.

    Keywords are those of PNG. What stands elsewhere has the names in ``keywords``. Raises
    ``OSError`` where the file cannot be read, and nothing for what stands in it.
    """
    reader = _reader_for(file.read(_HEAD_BYTES))
    file.seek(0)
    if reader is None:
        return {}
    return _joined(reader(file))


def _reader_for(head: bytes) -> Reader | None:
    if head.startswith(SIGNATURE):
        return _read_png
    if head.startswith(b"\xff\xd8\xff"):
        return read_jpeg
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return read_webp
    if head[4:8] == b"ftyp":
        return read_iso
    return read_gif if head[:6] in {b"GIF87a", b"GIF89a"} else None


def _read_png(file: BinaryIO) -> Blocks:
    texts, data = read_png(file)
    packet = texts.get(XMP_KEYWORD, "").encode("utf-8", "replace")
    return Blocks(texts=texts, exif=data, xmp=packet)


def _joined(blocks: Blocks) -> dict[str, str]:
    """All that was found. What a PNG says in its own way stands before the rest."""
    texts = dict(blocks.texts)
    further = exif.texts_in(blocks.exif)
    if blocks.xmp:
        further |= xmp.texts_in(blocks.xmp, _MAX_XMP_BYTES)
        record = xmp.record_in(blocks.xmp, blocks.further_xmp, _MAX_XMP_BYTES)
        further |= {OWN_KEYWORD: record} if record else {}
    further |= iptc.texts_in(blocks.iptc)
    for keyword, text in further.items():
        limit = MAX_OWN_TEXT_BYTES if keyword == OWN_KEYWORD else MAX_TEXT_BYTES
        if text and len(text.encode("utf-8", "replace")) <= limit:
            texts.setdefault(keyword, text)
    return texts
