"""The names of texts, whatever kind of file they stood in.

What PNG keeps under a keyword has that name. Texts in the EXIF, XMP and IPTC blocks of any kind of
file have the names below.
"""

from __future__ import annotations

COMMENT = "comment"
"""The comment of a GIF or a JPEG."""
USER_COMMENT = "EXIF:UserComment"
MAKER_NOTE = "EXIF:MakerNote"
SOFTWARE = "EXIF:Software"
DESCRIPTION = "EXIF:ImageDescription"
XMP_COMMENT = "XMP:UserComment"
XMP_DESCRIPTION = "XMP:description"
CAPTION = "IPTC:Caption"
