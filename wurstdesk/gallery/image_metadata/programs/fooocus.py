"""Fooocus: JSON in its own scheme. Its other scheme is A1111's text, which ``a1111`` reads."""

from __future__ import annotations

import re

from wurstdesk.gallery.image_metadata.model import ImageMetadata
from wurstdesk.gallery.image_metadata.programs import values

SCHEME_KEYWORD = "fooocus_scheme"

_TELLING = frozenset({"metadata_scheme", "created_by", "base_model", "performance", "full_prompt"})
_NAMES = {
    "steps": "Steps",
    "sampler": "Sampler",
    "scheduler": "Schedule type",
    "guidance_scale": "CFG scale",
    "seed": "Seed",
    "base_model_hash": "Model hash",
    "base_model": "Model",
    "refiner_model": "Refiner",
    "refiner_switch": "Refiner switch at",
    "vae": "VAE",
    "clip_skip": "Clip skip",
    "performance": "Performance",
    "sharpness": "Sharpness",
    "styles": "Styles",
    "version": "Version",
}
_SIZE = re.compile(r"\(?\s*(\d{1,6})\s*[,x×]\s*(\d{1,6})\s*\)?")


def read(fields: values.Fields, text: str) -> ImageMetadata | None:
    """What such an object says; None where it is another program's."""
    if "prompt" not in fields or not _TELLING & fields.keys():
        return None
    resolution = _SIZE.fullmatch(values.plain(fields.get("resolution")))
    size = values.size(*resolution.groups()) if resolution else {}
    return ImageMetadata(
        source="fooocus",
        prompt=values.prompt(fields.get("prompt")),
        negative_prompt=values.prompt(fields.get("negative_prompt")),
        parameters={**values.renamed(fields, _NAMES), **size},
        text=text,
        prompt_syntax="a1111",
    )
