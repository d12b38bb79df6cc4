"""The texts of picture files, whichever kind they are: found without decoding a pixel.

By hand and not by Pillow: that reads whole files into memory, refuses what is too large to be
decoded, stops at what it finds odd and warns on the way. What is wanted here stands in a few small
blocks, and each of these readers skips everything else. Whatever is broken, too long or nested
without end counts as absent.
"""

from wurstdesk.gallery.image_metadata.containers.found import texts_in

__all__ = ["texts_in"]
