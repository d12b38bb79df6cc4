"""The texts of JPEG, WebP and AVIF files, under the keywords that they have in a PNG."""

from __future__ import annotations

from typing import BinaryIO

from PIL import Image

from wurstdesk.gallery.image_metadata import a1111, exif, xmp
from wurstdesk.gallery.image_metadata.png_chunks import (
    MAX_OWN_TEXT_BYTES,
    MAX_TEXT_BYTES,
    OWN_KEYWORD,
)

_FORMATS = ("JPEG", "WEBP", "AVIF")
_MAX_XMP_BYTES = 2 * MAX_OWN_TEXT_BYTES  # quotation marks and brackets are longer in XML


def read_texts(file: BinaryIO) -> dict[str, str]:
    """Keyword to text; empty where it is no such file, or a broken one. Decodes no pixels."""
    try:
        with Image.open(file, formats=_FORMATS) as image:
            packet = image.info.get("xmp", b"")
            segments = [data for _, data in getattr(image, "applist", ())]
            comment = exif.comment_in(image.getexif())
    except Exception:  # noqa: BLE001 - Pillow raises whatever a stranger's file makes it raise
        return {}
    texts = {}
    if comment and len(comment.encode("utf-8", "replace")) <= MAX_TEXT_BYTES:
        texts[a1111.KEYWORD] = comment
    record = xmp.record_in(packet, segments, _MAX_XMP_BYTES) if isinstance(packet, bytes) else ""
    if record:
        texts[OWN_KEYWORD] = record
    return texts
