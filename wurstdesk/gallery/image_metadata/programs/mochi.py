"""Mochi Diffusion: one sentence in the caption, ``Include in Image: a dog; Steps: 20; …``."""

from __future__ import annotations

import re

from wurstdesk.gallery.image_metadata.model import ImageMetadata
from wurstdesk.gallery.image_metadata.programs import values

_PROMPT, _NEGATIVE, _SIZE = "Include in Image", "Exclude from Image", "Size"
_NAMES = {
    "Steps": "Steps",
    "Scheduler": "Sampler",
    "Guidance Scale": "CFG scale",
    "Seed": "Seed",
    "Model": "Model",
    "Generator": "Version",
}
_KEYS = (
    *(_PROMPT, _NEGATIVE, _SIZE),
    *_NAMES,
    *("Date", "Upscaler", "ML Compute Unit", "Starting Image", "Strength", "Safety Checker"),
)
_SPLIT = re.compile(rf"(?:^|;\s)\s?({'|'.join(map(re.escape, _KEYS))}): ")
_SIDES = re.compile(r"(\d{1,6})\s*[x×]\s*(\d{1,6})")


def read(text: str) -> ImageMetadata | None:
    """What a caption says; None where it is anybody else's."""
    start, *pieces = _SPLIT.split(text)
    if start.strip() or len(pieces) < 4 or not text.lstrip().startswith(_PROMPT):
        return None
    found: dict[str, str] = {}
    for key, value in zip(pieces[::2], pieces[1::2], strict=True):
        found.setdefault(key, value.rstrip("; "))
    if "mochi" not in found.get("Generator", "").lower() and "Seed" not in found:
        return None
    sides = _SIDES.fullmatch(found.get(_SIZE, ""))
    size = values.size(*sides.groups()) if sides else {}
    return ImageMetadata(
        source="mochi",
        prompt=values.prompt(found.get(_PROMPT)),
        negative_prompt=values.prompt(found.get(_NEGATIVE)),
        parameters={**values.renamed(found, _NAMES), **size},
        text=text,
    )
