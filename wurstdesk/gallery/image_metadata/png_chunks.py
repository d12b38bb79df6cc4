"""The text chunks of a PNG, without decoding a pixel.

Read by hand and not by Pillow: that stops at the first text it finds too long and sees text
behind the pixels only after decoding them, and a stranger's file may be broken in either place.
Every cap here turns a hostile file into one with less text, never into an error.
"""

from __future__ import annotations

import zlib
from typing import BinaryIO

SIGNATURE = b"\x89PNG\r\n\x1a\n"
END_CHUNK = b"\0\0\0\0IEND\xaeB`\x82"
MAX_TEXT_BYTES = 1024 * 1024
MAX_OWN_TEXT_BYTES = 4 * 1024 * 1024  # two prompts of 100,000 characters, each escaped
MAX_TOTAL_BYTES = 16 * 1024 * 1024
MAX_CHUNKS = 200_000
OWN_KEYWORD = "wurstdesk"
XMP_KEYWORD = "XML:com.adobe.xmp"

_HEADER_BYTES = 8
_MAX_PACKED_CHUNKS = 100
_CRC_BYTES = 4
_EXIF = b"eXIf"
_WANTED = frozenset({b"tEXt", b"zTXt", b"iTXt", _EXIF})


def read_png_texts(file: BinaryIO) -> dict[str, str]:
    """Keyword to text, in file order, the first of each keyword; empty when it is no PNG.

    Skipped: chunks longer than the caps (compressed ones are not even unpacked further), chunks
    whose checksum is wrong, and text that is not text.
    """
    return read_png(file)[0]


def read_png(file: BinaryIO) -> tuple[dict[str, str], bytes]:
    """The same, and the EXIF block; empty where there is none."""
    texts: dict[str, str] = {}
    exif = b""
    if file.read(len(SIGNATURE)) != SIGNATURE:
        return texts, exif
    total = packed = 0
    for _ in range(MAX_CHUNKS):
        header = file.read(_HEADER_BYTES)
        if len(header) < _HEADER_BYTES:
            break
        length, kind = int.from_bytes(header[:4], "big"), header[4:]
        if kind == b"IEND" or length > 0x7FFFFFFF:
            break
        if kind not in _WANTED or length > MAX_OWN_TEXT_BYTES:
            file.seek(length + _CRC_BYTES, 1)
            continue
        body, crc = file.read(length), file.read(_CRC_BYTES)
        total += length
        packed += kind != b"tEXt"  # each may unpack to the longest text there is
        if total > MAX_TOTAL_BYTES or packed > _MAX_PACKED_CHUNKS:
            break
        if zlib.crc32(kind + body).to_bytes(4, "big") != crc:
            continue
        if kind == _EXIF:
            exif = exif or body
            continue
        keyword, text = _decode(kind, body)
        if keyword and keyword not in texts and text:
            texts[keyword] = text
            total += len(text)
    return texts, exif


def _decode(kind: bytes, body: bytes) -> tuple[str, str]:
    """Keyword and text of one chunk; text is "" where it is too long or no text."""
    raw_keyword, separator, rest = body.partition(b"\0")
    keyword = raw_keyword.decode("latin-1")
    limit = MAX_OWN_TEXT_BYTES if keyword == OWN_KEYWORD else MAX_TEXT_BYTES
    if not separator or not 1 <= len(raw_keyword) <= 79:
        return "", ""
    if kind == b"iTXt":
        compressed, method, rest = rest[:1], rest[1:2], rest[2:]
        _language, _, rest = rest.partition(b"\0")
        _translated, _, rest = rest.partition(b"\0")
        if compressed == b"\1":
            rest = _unpack(rest, limit) if method == b"\0" else b""
    elif kind == b"zTXt":
        rest = _unpack(rest[1:], limit) if rest[:1] == b"\0" else b""
    return keyword, _text(rest) if len(rest) <= limit else ""


def _unpack(data: bytes, limit: int) -> bytes:
    """Inflated ``data``, or nothing where that is broken or longer than ``limit``."""
    try:
        inflated = zlib.decompressobj().decompress(data, limit + 1)
    except zlib.error:
        return b""
    return inflated if len(inflated) <= limit else b""


def _text(data: bytes) -> str:
    """UTF-8 where it is that (many programs put it into tEXt against the norm), else latin-1."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")
