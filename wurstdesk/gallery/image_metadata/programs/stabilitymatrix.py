"""Stability Matrix: A1111's text, and beside it JSON that needs no taking apart."""

from __future__ import annotations

from collections.abc import Mapping

from wurstdesk.gallery.image_metadata.model import ImageMetadata
from wurstdesk.gallery.image_metadata.programs import values

KEYWORD = "parameters-json"
PROJECT_KEYWORD = "smproj"

_NAMES = {
    "Steps": "Steps",
    "Sampler": "Sampler",
    "CfgScale": "CFG scale",
    "Seed": "Seed",
    "ModelHash": "Model hash",
    "ModelName": "Model",
}


def read(texts: Mapping[str, str]) -> ImageMetadata | None:
    """What it says; None where it is not there, or says nothing."""
    text = texts.get(KEYWORD, "")
    fields = values.fields_in(text)
    if fields is None:
        return None
    found = ImageMetadata(
        source="stabilitymatrix",
        prompt=values.prompt(fields.get("PositivePrompt")),
        negative_prompt=values.prompt(fields.get("NegativePrompt")),
        parameters={
            **values.renamed(fields, _NAMES),
            **values.size(fields.get("Width"), fields.get("Height")),
        },
        text=text,
        prompt_syntax="a1111",
    )
    return found if found.prompt or found.parameters else None
