"""AVIF and HEIC: boxes within boxes, and items that lie anywhere in the file (ISO 23008-12)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from wurstdesk.gallery.image_metadata.containers.blocks import (
    MAX_BLOCK_BYTES,
    MAX_BLOCKS,
    Blocks,
)

_MAX_META_BYTES = 2 * 1024 * 1024
_XMP_TYPE = b"application/rdf+xml"
_WANTED = frozenset({b"Exif", _XMP_TYPE})
_MAX_ITEMS = 8
_MAX_EXTENTS = 64


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the pieces of an item lie; ``in_meta``: counted within the box ``idat``."""

    in_meta: bool
    extents: tuple[tuple[int, int], ...]


class _Numbers:
    """Reads numbers of any width, one after the other; past the end they are 0."""

    def __init__(self, data: bytes, place: int = 0) -> None:
        self.data, self.place = data, place

    def next(self, width: int) -> int:
        """The next number of so many bytes."""
        start, self.place = self.place, self.place + width
        return int.from_bytes(self.data[start : self.place], "big")


def read_iso(file: BinaryIO) -> Blocks:
    """The items that are EXIF or XMP."""
    meta = _meta(file)
    boxes = {kind: meta[start:end] for kind, start, end in _boxes_in(meta, 4)}
    places = _places(boxes.get(b"iloc", b""))
    blocks = Blocks()
    wanted = [found for found in _items(boxes.get(b"iinf", b"")) if found[1] in _WANTED]
    for item, kind in wanted[:_MAX_ITEMS]:
        if item not in places:
            continue
        data = _content(file, boxes.get(b"idat", b""), places[item])
        if kind == b"Exif":
            blocks.exif = blocks.exif or data[4 + int.from_bytes(data[:4], "big") :]
        else:
            blocks.xmp = blocks.xmp or data
    return blocks


def _meta(file: BinaryIO) -> bytes:
    """The content of the box that describes all items."""
    for _ in range(MAX_BLOCKS):
        header = file.read(8)
        if len(header) < 8:
            break
        length, kind = int.from_bytes(header[:4], "big"), header[4:]
        head = 8
        if length == 1:
            length, head = int.from_bytes(file.read(8), "big"), 16
        if kind == b"meta":
            return file.read(length - head) if head <= length <= _MAX_META_BYTES else b""
        if not head <= length < 2**62:
            break
        file.seek(length - head, 1)
    return b""


def _boxes_in(data: bytes, place: int) -> Iterator[tuple[bytes, int, int]]:
    """Kind, begin and end of the content of each box."""
    for _ in range(MAX_BLOCKS):
        length = int.from_bytes(data[place : place + 4], "big")
        if length < 8 or place + length > len(data):
            return
        yield data[place + 4 : place + 8], place + 8, place + length
        place += length


def _items(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Number and kind of each item; of a text its type."""
    start = 6 if data[:1] == b"\0" else 8
    for kind, begin, end in _boxes_in(data, start):
        version = data[begin : begin + 1]
        if kind != b"infe" or version not in {b"\2", b"\3"}:
            continue
        numbers = _Numbers(data, begin + 4)
        item = numbers.next(2 if version == b"\2" else 4)
        numbers.next(2)
        item_kind = data[numbers.place : numbers.place + 4]
        if item_kind == b"mime":
            _name, _, rest = data[numbers.place + 4 : end].partition(b"\0")
            item_kind = rest.partition(b"\0")[0]
        yield item, item_kind


def _places(data: bytes) -> dict[int, _Place]:
    """Where each item lies."""
    places: dict[int, _Place] = {}
    version = data[0] if data else 0
    numbers = _Numbers(data, 4)
    sizes = numbers.next(2)
    offset, length, base, index = (sizes >> shift & 15 for shift in (12, 8, 4, 0))
    index = index if version in {1, 2} else 0
    for _ in range(min(numbers.next(4 if version == 2 else 2), MAX_BLOCKS)):
        if numbers.place >= len(data):
            break
        item = numbers.next(4 if version == 2 else 2)
        method = numbers.next(2) & 15 if version in {1, 2} else 0
        numbers.next(2)
        start = numbers.next(base)
        extents: list[tuple[int, int]] = []
        for _ in range(numbers.next(2)):
            if len(extents) >= _MAX_EXTENTS:
                break
            numbers.next(index)
            extents.append((start + numbers.next(offset), numbers.next(length)))
        if method in {0, 1}:
            places[item] = _Place(method == 1, tuple(extents))
    return places


def _content(file: BinaryIO, inner: bytes, place: _Place) -> bytes:
    data = b""
    for start, length in place.extents:
        if length > MAX_BLOCK_BYTES - len(data) or start >= 2**62:
            return b""
        if place.in_meta:
            data += inner[start : start + length]
        else:
            file.seek(start)
            data += file.read(length)
    return data
