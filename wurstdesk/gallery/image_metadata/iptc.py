"""The caption in a JPEG's IPTC block: numbered fields within Photoshop's numbered resources."""

from __future__ import annotations

from collections.abc import Iterator

from wurstdesk.gallery.image_metadata import keywords

_RESOURCE = b"8BIM"
_IPTC_RESOURCE = 0x0404
_CAPTION = b"\x1c\x02\x78"  # record 2, field 120
_MAX_FIELDS = 2000


def texts_in(data: bytes) -> dict[str, str]:
    """The caption, if there is one."""
    for number, block in _resources(data):
        if number == _IPTC_RESOURCE:
            for name, value in _fields(block):
                if name == _CAPTION:
                    return {keywords.CAPTION: value.decode("utf-8", "replace")}
    return {}


def _resources(data: bytes) -> Iterator[tuple[int, bytes]]:
    place = 0
    while data[place : place + 4] == _RESOURCE:
        number = int.from_bytes(data[place + 4 : place + 6], "big")
        name_length = data[place + 6] if place + 6 < len(data) else 0
        place += 6 + (name_length + 2) // 2 * 2  # the name with its length, filled up to two
        length = int.from_bytes(data[place : place + 4], "big")
        yield number, data[place + 4 : place + 4 + length]
        place += 4 + length + length % 2


def _fields(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = 0
    for _ in range(_MAX_FIELDS):
        length = int.from_bytes(data[place + 3 : place + 5], "big")
        if data[place : place + 1] != b"\x1c" or length >= 0x8000:
            return
        yield data[place : place + 3], data[place + 5 : place + 5 + length]
        place += 5 + length
