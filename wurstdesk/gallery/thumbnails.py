"""Small copies of pictures, for lists and grids."""

from __future__ import annotations

import io

from PIL import Image

from wurstdesk.generation import Pixels

SIDE = 256


def make_thumbnail(pixels: Pixels) -> bytes:
    """A WebP file of ``pixels``, its longer side at most 256; some 10 KB."""
    image = Image.frombytes("RGB", (pixels.width, pixels.height), pixels.data)
    image.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS, reducing_gap=2.0)
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", quality=85, method=2)
    return buffer.getvalue()
