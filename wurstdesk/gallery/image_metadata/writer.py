"""What is written into our PNG files."""

from __future__ import annotations

from PIL.PngImagePlugin import PngInfo

from wurstdesk.gallery.image_metadata import a1111, own
from wurstdesk.gallery.image_metadata.png_chunks import OWN_KEYWORD
from wurstdesk.generation import GeneratedPicture

XMP_KEYWORD = "XML:com.adobe.xmp"
# Says to every program and web site that a trained model made this picture (IPTC's vocabulary).
XMP = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
    '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about=""'
    ' xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"'
    " Iptc4xmpExt:DigitalSourceType="
    '"http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"/>'
    "</rdf:RDF></x:xmpmeta>"
    '<?xpacket end="w"?>'
)


def png_info(picture: GeneratedPicture, created: str) -> PngInfo:
    """The text chunks of ``picture``: for other programs, for us, and where it comes from."""
    info = PngInfo()
    parameters = a1111.to_text(picture.request, picture.provenance)
    if _is_ambiguous(parameters):
        info.add_itxt(a1111.KEYWORD, parameters)
    else:
        info.add_text(a1111.KEYWORD, parameters)  # tEXt where latin-1 holds it, else iTXt
    info.add_itxt(OWN_KEYWORD, own.to_text(picture, created))
    info.add_itxt(XMP_KEYWORD, XMP)
    return info


def _is_ambiguous(text: str) -> bool:
    """Whether a reader that expects UTF-8 in tEXt, as many write it, would take latin-1 for it."""
    if text.isascii():
        return False
    try:
        text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return False
    return True
