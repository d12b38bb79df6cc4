"""The XMP of our files: that a model made the picture and, where there is no better place, how.

PNG has a chunk of its own for our record. JPEG, WebP and AVIF carry it in here, word for word,
since the A1111 text beside it does not say everything.
"""

from __future__ import annotations

import re
from hashlib import md5
from xml.sax.saxutils import escape

from wurstdesk.gallery.image_metadata import keywords
from wurstdesk.gallery.image_metadata.xmp_reader import find

NAMESPACE = "urn:wurstdesk:xmp:1#"
_NOTE = "http://ns.adobe.com/xmp/note/"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_PACKET = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
    '<x:xmpmeta xmlns:x="adobe:ns:meta/">{0}</x:xmpmeta><?xpacket end="w"?>'
)
# Says to every program and web site that a trained model made this picture (IPTC's vocabulary).
_SOURCE = (
    ' xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"'
    " Iptc4xmpExt:DigitalSourceType="
    '"http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"'
)
_SEGMENT_ROOM = 65_533  # bytes of a JPEG's segment, without its own length
MAIN = b"http://ns.adobe.com/xap/1.0/\0"
FURTHER = b"http://ns.adobe.com/xmp/extension/\0"
_FURTHER_HEAD = len(FURTHER) + 32 + 4 + 4  # its name, length of all, place of this piece
_PIECE = 65_000
_RECORD = f"{NAMESPACE}}}record"
_NAME_OF_FURTHER = f"{_NOTE}}}HasExtendedXMP"
_OTHERS = {
    "http://ns.adobe.com/exif/1.0/}UserComment": keywords.XMP_COMMENT,
    "http://purl.org/dc/elements/1.1/}description": keywords.XMP_DESCRIPTION,
}
# What XML cannot hold at all, or changes; within JSON's strings it can be spelled otherwise.
_NOT_IN_XML = re.compile("[^\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def packet(record: str = "") -> str:
    """An XMP packet, with our record (JSON) if there is one to carry."""
    return _PACKET.format(_rdf(_SOURCE, _element(record)))


def jpeg_segments(record: str) -> tuple[bytes, bytes]:
    """For a JPEG the XMP packet and, where that cannot hold the record, further segments.

    So says Adobe's specification (part 3, 1.1.3.1): what does not fit is a second packet, named
    by its digest in the first, cut into pieces.
    """
    whole = packet(record).encode()
    if len(whole) + len(MAIN) <= _SEGMENT_ROOM:
        return whole, b""
    further = _rdf("", _element(record)).encode()
    name = md5(further, usedforsecurity=False).hexdigest().upper()
    pointer = f' xmlns:xmpNote="{_NOTE}" xmpNote:HasExtendedXMP="{name}"'
    segments = b""
    for start in range(0, len(further), _PIECE):
        piece = further[start : start + _PIECE]
        segments += b"\xff\xe1" + (2 + _FURTHER_HEAD + len(piece)).to_bytes(2, "big") + FURTHER
        segments += name.encode() + len(further).to_bytes(4, "big") + start.to_bytes(4, "big")
        segments += piece
    return _PACKET.format(_rdf(_SOURCE + pointer, "")).encode(), segments


def _rdf(attributes: str, content: str) -> str:
    return (
        f'<rdf:RDF xmlns:rdf="{_RDF}"><rdf:Description rdf:about=""{attributes}>{content}'
        "</rdf:Description></rdf:RDF>"
    )


def _element(record: str) -> str:
    if not record:
        return ""
    text = escape(_NOT_IN_XML.sub(_spelled, record))
    return f'<wurstdesk:record xmlns:wurstdesk="{NAMESPACE}">{text}</wurstdesk:record>'


def _spelled(match: re.Match[str]) -> str:
    return f"\\u{ord(match.group()):04x}"


def record_in(xmp: bytes, further: list[bytes], limit: int) -> str:
    """Our record in an XMP packet or, of a JPEG, in its further segments; "" where there is none.

    Anybody may have written them: whatever is no XMP, or longer than ``limit`` bytes, is none.
    """
    found = find(xmp, limit, (_RECORD, _NAME_OF_FURTHER))
    if _RECORD in found or not further:
        return found.get(_RECORD, "")
    name = found.get(_NAME_OF_FURTHER, "").encode()
    if len(name) != 32:
        return ""
    return find(_joined(further, name, limit), limit, (_RECORD,)).get(_RECORD, "")


def texts_in(xmp: bytes, limit: int) -> dict[str, str]:
    """What other programs say in an XMP packet, by the names in ``keywords``."""
    found = find(xmp, limit, _OTHERS)
    return {name: found[key].strip() for key, name in _OTHERS.items() if key in found}


def _joined(segments: list[bytes], name: bytes, limit: int) -> bytes:
    """The second packet, from its pieces in whatever order."""
    pieces: dict[int, bytes] = {}
    length = 0
    for segment in segments:
        head, piece = segment[:_FURTHER_HEAD], segment[_FURTHER_HEAD:]
        if head.startswith(FURTHER + name) and len(head) == _FURTHER_HEAD:
            length = int.from_bytes(head[-8:-4], "big")
            pieces[int.from_bytes(head[-4:], "big")] = piece
    joined = b"".join(piece for _, piece in sorted(pieces.items()))
    return joined if len(joined) == length <= limit else b""
