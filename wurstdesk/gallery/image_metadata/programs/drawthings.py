"""Draw Things: JSON with short names in the user's comment, of EXIF or XMP.

Of a model in stages, which Würstchen is, the second stage is our decoder.
"""

from __future__ import annotations

import re

from wurstdesk.gallery.image_metadata.model import ImageMetadata
from wurstdesk.gallery.image_metadata.programs import values

_TELLING = frozenset({"uc", "v2", "seed_mode", "scale", "sampler", "strength"})
_NAMES = {
    "steps": "Steps",
    "sampler": "Sampler",
    "scale": "CFG scale",
    "seed": "Seed",
    "model": "Model",
    "strength": "Denoising strength",
    "seed_mode": "Seed mode",
    "stage_2_steps": "Decoder steps",
    "stage_2_guidance": "Decoder CFG scale",
}
_NAMES_2 = {
    "steps": "Steps",
    "guidanceScale": "CFG scale",
    "seed": "Seed",
    "model": "Model",
    "stage2Steps": "Decoder steps",
    "stage2Guidance": "Decoder CFG scale",
}
_STAGED = re.compile(r"w(?:ü|ue?)rstchen|stable_cascade", re.IGNORECASE)
_SIZE = re.compile(r"(\d{1,6})\s*[x×]\s*(\d{1,6})")


def read(fields: values.Fields, text: str) -> ImageMetadata | None:
    """What such an object says; None where it is another program's."""
    if not isinstance(fields.get("c"), str) or not _TELLING & fields.keys():
        return None
    further = values.inner(fields, "v2")
    given = _SIZE.fullmatch(values.plain(fields.get("size")))
    size = given.groups() if given else (further.get("width"), further.get("height"))
    parameters = {
        **values.renamed(further, _NAMES_2),
        **values.renamed(fields, _NAMES),
        **values.size(*size),
    }
    if not _STAGED.search(parameters.get("Model", "")):  # it writes them for every model
        parameters = {k: v for k, v in parameters.items() if not k.startswith("Decoder ")}
    return ImageMetadata(
        source="drawthings",
        prompt=values.prompt(fields.get("c")),
        negative_prompt=values.prompt(fields.get("uc")),
        parameters=parameters,
        text=text,
        prompt_syntax="a1111",
    )
