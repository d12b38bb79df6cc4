"""What is written into our files, for other programs, for us, and where it comes from."""

from __future__ import annotations

from dataclasses import dataclass

from PIL.PngImagePlugin import PngInfo

from wurstdesk.gallery.image_metadata import a1111, own, xmp
from wurstdesk.gallery.image_metadata.model import ImageMetadata
from wurstdesk.gallery.image_metadata.png_chunks import OWN_KEYWORD, XMP_KEYWORD
from wurstdesk.generation import GeneratedPicture


@dataclass(frozen=True)
class Texts:
    """What one picture's file says: the A1111 text, and our record in JSON."""

    parameters: str
    record: str

    @classmethod
    def of(cls, picture: GeneratedPicture, created: str, *, embed_negative: bool = False) -> Texts:
        """Those of a picture that was just made; ``created`` is UTC in ISO 8601.

        With ``embed_negative`` the Stage C latent goes along, from which the picture can be
        developed again without the prior.
        """
        return cls(
            a1111.to_text(picture.request, picture.provenance),
            own.to_text(picture, created, embed_negative=embed_negative),
        )

    @classmethod
    def again(cls, metadata: ImageMetadata, *, with_negative: bool = True) -> Texts | None:
        """Those of a picture of ours, from what was read out of its file; None for a stranger's.

        A negative that was in that file goes along, unless it shall not.
        """
        if metadata.request is None or metadata.provenance is None:
            return None
        record = metadata.text if with_negative else own.without_negative(metadata)
        return cls(a1111.to_text(metadata.request, metadata.provenance), record)


def png_info(texts: Texts) -> PngInfo:
    """The same as the text chunks of a PNG."""
    info = PngInfo()
    if _is_ambiguous(texts.parameters):
        info.add_itxt(a1111.KEYWORD, texts.parameters)
    else:
        info.add_text(a1111.KEYWORD, texts.parameters)  # tEXt where latin-1 holds it, else iTXt
    info.add_itxt(OWN_KEYWORD, texts.record)
    info.add_itxt(XMP_KEYWORD, xmp.packet())
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
