"""What pictures say about how they were made: written into ours, read out of anybody's."""

from wurstdesk.gallery.image_metadata.model import ImageMetadata, Source
from wurstdesk.gallery.image_metadata.own import utc_text
from wurstdesk.gallery.image_metadata.reader import read_metadata
from wurstdesk.gallery.image_metadata.writer import png_info

__all__ = ["ImageMetadata", "Source", "png_info", "read_metadata", "utc_text"]
