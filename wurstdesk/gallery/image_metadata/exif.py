"""EXIF: a directory of numbered fields, of which a few hold how a picture was made.

Built by hand, because Pillow writes the user's comment with a type that piexif, and so A1111,
cannot read. Taken apart by hand too: both directories are looked into, no pointer is followed but
the one to the second, and nothing longer than the caps is touched.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator

from PIL import ExifTags

from wurstdesk.gallery.image_metadata import keywords
from wurstdesk.gallery.image_metadata.png_chunks import MAX_TEXT_BYTES

_PREFIX = b"Exif\0\0"
_UNICODE = b"UNICODE\0"
_ASCII = b"ASCII\0\0\0"
_BYTE, _STRING, _LONG, _UNDEFINED = 1, 2, 4, 7
_HEADER = 8  # bytes of a TIFF header: its byte order, 42, and where the first directory begins
_DIRECTORY = 18  # bytes of a directory with a single entry
_ENTRY = 12
_MAX_ENTRIES = 512
_MAX_TOTAL_BYTES = 4 * MAX_TEXT_BYTES
_MAX_BYTES = 2 * MAX_TEXT_BYTES + 16  # a text in UTF-16, with its prefix

_NAMES = {
    ExifTags.Base.UserComment.value: keywords.USER_COMMENT,
    ExifTags.Base.MakerNote.value: keywords.MAKER_NOTE,
    ExifTags.Base.Software.value: keywords.SOFTWARE,
    ExifTags.Base.ImageDescription.value: keywords.DESCRIPTION,
}
# ComfyUI has no fields of its own and writes "prompt:{...}" into whichever come first.
_NAMED_JSON = re.compile(r"(prompt|workflow):\s*(?=\{)")
_COMFY_FIELDS = range(0x0100, ExifTags.Base.Model + 1)


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


def texts_in(data: bytes) -> dict[str, str]:
    """The texts of an EXIF block by the names in ``keywords``; ComfyUI's by their own."""
    texts: dict[str, str] = {}
    for tag, value in _fields(data.removeprefix(_PREFIX)):
        name = _NAMES.get(tag, "")
        if not name and tag not in _COMFY_FIELDS:
            continue
        text = _decoded(value)
        named = _NAMED_JSON.match(text)
        if named and tag in _COMFY_FIELDS:
            texts.setdefault(named.group(1), text[named.end() :])
        elif name and text:
            texts.setdefault(name, text)
    return texts


def _fields(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Number and bytes of each field that can be text: of the second directory, then the first."""
    order = {b"II": "<", b"MM": ">"}.get(data[:2], "")
    if not order or len(data) < _HEADER:
        return
    magic, first = struct.unpack(f"{order}HI", data[2:_HEADER])
    if magic != 42:
        return
    entries = list(_entries(data, order, first))
    pointers = [value for tag, kind, _, value in entries if tag == ExifTags.IFD.Exif]
    inner = list(_entries(data, order, pointers[0])) if pointers else []
    room = _MAX_TOTAL_BYTES
    for tag, kind, count, place in inner + entries:
        if kind not in {_BYTE, _STRING, _UNDEFINED} or count > min(room, _MAX_BYTES):
            continue
        room -= count
        yield tag, data[place : place + count]


def _entries(data: bytes, order: str, start: int) -> Iterator[tuple[int, int, int, int]]:
    """Tag, type, count, and where the value stands (of a pointer: where it leads)."""
    head = data[start : start + 2]
    if len(head) < 2:
        return
    for number in range(min(struct.unpack(f"{order}H", head)[0], _MAX_ENTRIES)):
        place = start + 2 + number * _ENTRY
        entry = data[place : place + _ENTRY]
        if len(entry) < _ENTRY:
            return
        tag, kind, count, value = struct.unpack(f"{order}HHII", entry)
        is_inside = kind in {_BYTE, _STRING, _UNDEFINED} and count <= 4
        yield tag, kind, count, place + 8 if is_inside else value


def _decoded(value: bytes) -> str:
    """A comment as whichever program meant it."""
    if value.startswith(_UNICODE):
        return _utf_16(value.removeprefix(_UNICODE)).rstrip("\0")
    for prefix in (_ASCII, bytes(8)):
        value = value.removeprefix(prefix)
    return value.decode("utf-8", "replace").rstrip("\0")


def _utf_16(data: bytes) -> str:
    """UTF-16 of either order: by its mark, else by where the zeros of plain letters lie."""
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return data.decode("utf-16", "replace")
    high_first = data[::2].count(0) >= data[1::2].count(0)
    return data.decode("utf-16-be" if high_first else "utf-16-le", "replace")
