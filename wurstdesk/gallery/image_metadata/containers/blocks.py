"""What the readers of all kinds of file hand over."""

from __future__ import annotations

from dataclasses import dataclass, field

MAX_BLOCKS = 20_000
"""Of one file that are looked at: a real one has some dozens, an animation thousands."""
MAX_BLOCK_BYTES = 8 * 1024 * 1024
MAX_TOTAL_BYTES = 16 * 1024 * 1024


@dataclass(slots=True)
class Blocks:
    """The blocks of a file that may say how it was made, as bytes; empty where there is none."""

    texts: dict[str, str] = field(default_factory=dict)
    exif: bytes = b""
    xmp: bytes = b""
    further_xmp: list[bytes] = field(default_factory=list)
    iptc: bytes = b""
