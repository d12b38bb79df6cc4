"""Texts beside a picture, in which some programs write how it was made.

Only names that follow from the picture's own are looked for, and nothing that stands in a file is
ever taken for a path.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from wurstdesk.gallery.image_metadata.png_chunks import MAX_TEXT_BYTES

_SUFFIXES = (".txt", ".json")


def texts_beside(path: Path) -> Iterator[tuple[str, str]]:
    """Name and content of each: ``dog.txt`` and ``dog.png.txt`` beside ``dog.png``."""
    for suffix in _SUFFIXES:
        for beside in (path.with_suffix(suffix), path.with_name(path.name + suffix)):
            if beside == path:
                continue
            with suppress(OSError, ValueError):  # not there, or not ours to read
                if beside.is_file() and 0 < beside.stat().st_size <= MAX_TEXT_BYTES:
                    with beside.open("rb") as file:
                        content = file.read(MAX_TEXT_BYTES)
                    yield beside.name, _decoded(content)


def _decoded(content: bytes) -> str:
    """UTF-8, or UTF-16 as Windows' programs mark it."""
    if content[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return content.decode("utf-16", "replace")
    return content.decode("utf-8-sig", "replace")
