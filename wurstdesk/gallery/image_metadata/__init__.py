"""What pictures say about how they were made: written into ours, read out of anybody's."""

from wurstdesk.gallery.image_metadata import own
from wurstdesk.gallery.image_metadata.containers import texts_in
from wurstdesk.gallery.image_metadata.exif import exif_of
from wurstdesk.gallery.image_metadata.model import (
    SOURCE_NAMES,
    ImageMetadata,
    PromptSyntax,
    Source,
)
from wurstdesk.gallery.image_metadata.own import moment_text, utc_text
from wurstdesk.gallery.image_metadata.reader import read_metadata
from wurstdesk.gallery.image_metadata.writer import Texts, png_info
from wurstdesk.gallery.image_metadata.xmp import jpeg_segments, packet

__all__ = [
    "SOURCE_NAMES",
    "ImageMetadata",
    "PromptSyntax",
    "Source",
    "Texts",
    "exif_of",
    "jpeg_segments",
    "moment_text",
    "own",
    "packet",
    "png_info",
    "read_metadata",
    "texts_in",
    "utc_text",
]
