"""Picture files as other programs write them, put together byte by byte."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Mapping
from functools import cache

from PIL import Image

from gallery.pictures import png_chunk
from wurstdesk.gallery.image_metadata import ImageMetadata
from wurstdesk.gallery.image_metadata.containers import texts_in
from wurstdesk.gallery.image_metadata.png_chunks import END_CHUNK, SIGNATURE
from wurstdesk.gallery.image_metadata.reader import from_texts

USER_COMMENT, MAKER_NOTE, EXIF_POINTER = 0x9286, 0x927C, 0x8769
DESCRIPTION, MAKE, MODEL, SOFTWARE = 0x010E, 0x010F, 0x0110, 0x0131
BYTE, STRING, LONG, UNDEFINED = 1, 2, 4, 7

Entries = Mapping[int, tuple[int, bytes]]


def read(data: bytes) -> ImageMetadata:
    """What is read out of a file's bytes."""
    return from_texts(texts_in(io.BytesIO(data)))


def text_chunk(keyword: str, text: str) -> bytes:
    """As Pillow does it, which most programs use: latin-1 where that holds the text."""
    try:
        return png_chunk(b"tEXt", keyword.encode() + b"\0" + text.encode("latin-1"))
    except UnicodeEncodeError:
        return png_chunk(b"iTXt", keyword.encode() + b"\0\0\0\0\0" + text.encode())


def png(*chunks: bytes, **texts: str) -> bytes:
    """A PNG of one black pixel; keywords may be written with ``_`` for ``-`` and `` ``."""
    head = png_chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
    said = b"".join(text_chunk(keyword, text) for keyword, text in texts.items())
    body = png_chunk(b"IDAT", zlib.compress(b"\0\0\0\0"))
    return SIGNATURE + head + b"".join(chunks) + said + body + END_CHUNK


def png_of(texts: Mapping[str, str]) -> bytes:
    """The same, for keywords that are no names."""
    return png(*(text_chunk(keyword, text) for keyword, text in texts.items()))


def exif(first: Entries, second: Entries | None = None, order: str = ">") -> bytes:
    """A TIFF block with the fields of both directories; ``second`` is the Exif directory."""
    head = {">": b"MM\0*\0\0\0\x08", "<": b"II*\0\x08\0\0\0"}[order]
    count = len(first) + (second is not None)
    end_of_first = 8 + 2 + 12 * count + 4
    blocks = b"".join(value for _, value in first.values())
    entries = dict(first)
    if second is not None:
        pointer = struct.pack(f"{order}I", end_of_first + len(blocks))
        entries[EXIF_POINTER] = (LONG, pointer)
    body = _directory(entries, end_of_first, order) + blocks
    if second is not None:
        start = end_of_first + len(blocks) + 2 + 12 * len(second) + 4
        body += _directory(second, start, order) + b"".join(value for _, value in second.values())
    return head + body


def _directory(entries: Entries, data_at: int, order: str) -> bytes:
    out = struct.pack(f"{order}H", len(entries))
    for tag, (kind, value) in sorted(entries.items(), key=lambda item: item[0] == EXIF_POINTER):
        count = 1 if kind == LONG else len(value)
        if tag == EXIF_POINTER or len(value) <= 4:
            place = value.ljust(4, b"\0")
        else:
            place = struct.pack(f"{order}I", data_at)
        data_at += 0 if tag == EXIF_POINTER else len(value)
        out += struct.pack(f"{order}HHI", tag, kind, count) + place
    return out + bytes(4)


def comment(data: bytes) -> Entries:
    """The user's comment as a field of its own type."""
    return {USER_COMMENT: (UNDEFINED, data)}


@cache
def _plain(kind: str) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8)).save(buffer, kind)
    return buffer.getvalue()


def segment(marker: int, body: bytes) -> bytes:
    """One segment of a JPEG."""
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def jpeg(*segments: bytes) -> bytes:
    """A small JPEG with further segments at its start."""
    return _plain("JPEG")[:2] + b"".join(segments) + _plain("JPEG")[2:]


def jpeg_with_exif(block: bytes) -> bytes:
    """A JPEG with an EXIF block."""
    return jpeg(segment(0xE1, b"Exif\0\0" + block))


def webp(**chunks: bytes) -> bytes:
    """A WebP with further chunks; ``XMP`` is filled up to four letters."""
    pixels = _plain("WEBP")[12:]
    body = b"VP8X" + struct.pack("<IB3xHxHx", 10, 0x0C, 7, 7) + pixels
    for kind, data in chunks.items():
        body += kind.encode().ljust(4) + struct.pack("<I", len(data)) + data
        body += b"\0" * (len(data) % 2)
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def box(kind: bytes, *parts: bytes) -> bytes:
    """A box of an AVIF or HEIC."""
    body = b"".join(parts)
    return struct.pack(">I", len(body) + 8) + kind + body


def heic(block: bytes, packet: bytes) -> bytes:
    """A HEIC without a picture: EXIF within the description, XMP behind it in two pieces."""
    exif_item = struct.pack(">I", 6) + b"Exif\0\0" + block
    items = box(
        b"iinf",
        bytes(4),
        struct.pack(">H", 2),
        box(b"infe", b"\2\0\0\0", struct.pack(">HH", 1, 0), b"Exif", b"\0"),
        box(b"infe", b"\2\0\0\0", struct.pack(">HH", 2, 0), b"mime", b"x\0application/rdf+xml\0"),
    )
    data = box(b"idat", exif_item)
    head = box(b"ftyp", b"heic", bytes(4), b"mif1heic")
    half = len(packet) // 2

    def places(start: int) -> bytes:
        return box(
            b"iloc",
            b"\1\0\0\0",
            struct.pack(">HH", 0x4440, 2),
            struct.pack(">HHHIHII", 1, 1, 0, 0, 1, 0, len(exif_item)),
            struct.pack(">HHHIH", 2, 0, 0, start, 2),
            struct.pack(">IIII", 0, half, half, len(packet) - half),
        )

    length = len(head) + len(box(b"meta", bytes(4), items, places(0), data))
    meta = box(b"meta", bytes(4), items, places(length + 8), data)
    return head + meta + box(b"mdat", packet)


def iptc_caption(text: str) -> bytes:
    """The segment of a JPEG in which Apple's programs put a caption."""
    fields = b"\x1c\x02\x00\x00\x02\x00\x02"  # a version stands first
    value = text.encode()
    fields += b"\x1c\x02\x78" + struct.pack(">H", len(value)) + value
    resources = b"8BIM" + struct.pack(">H", 0x0425) + b"\x01n" + struct.pack(">I", 3) + b"abc\0"
    resources += b"8BIM" + struct.pack(">H", 0x0404) + b"\0\0" + struct.pack(">I", len(fields))
    return segment(0xED, b"Photoshop 3.0\0" + resources + fields)


def xmp(inside: str, attributes: str = "") -> bytes:
    """An XMP packet as Apple's and Adobe's programs write it."""
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="XMP Core 6.0.0">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:exif="http://ns.adobe.com/exif/1.0/" '
        f'xmlns:dc="http://purl.org/dc/elements/1.1/" {attributes}>'
        f"{inside}</rdf:Description></rdf:RDF></x:xmpmeta>"
    ).encode()


def alternatives(name: str, text: str) -> str:
    """An element with its text in a list of languages."""
    return f'<{name}><rdf:Alt><rdf:li xml:lang="x-default">{text}</rdf:li></rdf:Alt></{name}>'
