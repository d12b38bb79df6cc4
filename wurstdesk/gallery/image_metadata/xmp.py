"""The XMP of our files: that a model made the picture and, where there is no better place, how.

PNG has a chunk of its own for our record. JPEG, WebP and AVIF carry it in here, word for word,
since the A1111 text beside it does not say everything.
"""

from __future__ import annotations

import re
from hashlib import md5
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

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
_MAIN = b"http://ns.adobe.com/xap/1.0/\0"
_FURTHER = b"http://ns.adobe.com/xmp/extension/\0"
_FURTHER_HEAD = len(_FURTHER) + 32 + 4 + 4  # its name, length of all, place of this piece
_PIECE = 65_000
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
    if len(whole) + len(_MAIN) <= _SEGMENT_ROOM:
        return whole, b""
    further = _rdf("", _element(record)).encode()
    name = md5(further, usedforsecurity=False).hexdigest().upper()
    pointer = f' xmlns:xmpNote="{_NOTE}" xmpNote:HasExtendedXMP="{name}"'
    segments = b""
    for start in range(0, len(further), _PIECE):
        piece = further[start : start + _PIECE]
        segments += b"\xff\xe1" + (2 + _FURTHER_HEAD + len(piece)).to_bytes(2, "big") + _FURTHER
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
    found = _find(xmp, limit, _record_key)
    if found or not further:
        return found
    name = _find(xmp, limit, f"{{{_NOTE}}}HasExtendedXMP").encode()
    return _find(_joined(further, name, limit), limit, _record_key) if len(name) == 32 else ""


_record_key = f"{{{NAMESPACE}}}record"


def _joined(segments: list[bytes], name: bytes, limit: int) -> bytes:
    """The second packet, from its pieces in whatever order."""
    pieces: dict[int, bytes] = {}
    length = 0
    for segment in segments:
        head, piece = segment[:_FURTHER_HEAD], segment[_FURTHER_HEAD:]
        if head.startswith(_FURTHER + name) and len(head) == _FURTHER_HEAD:
            length = int.from_bytes(head[-8:-4], "big")
            pieces[int.from_bytes(head[-4:], "big")] = piece
    joined = b"".join(piece for _, piece in sorted(pieces.items()))
    return joined if len(joined) == length <= limit else b""


def _find(xmp: bytes, limit: int, key: str) -> str:
    """The text of an element, or of an attribute as other programs like to rewrite it."""
    # Without a document type there are no entities, and nothing that grows when it is read.
    if not xmp or len(xmp) > limit or b"<!" in xmp:
        return ""
    try:
        root = ET.fromstring(xmp.decode("utf-8", "replace").strip("\ufeff\0 \r\n\t"))
    except (ET.ParseError, ValueError, RecursionError):
        return ""
    for element in root.iter():
        if element.tag == key and element.text:
            return element.text
        if key in element.attrib:
            return element.attrib[key]
    return ""
