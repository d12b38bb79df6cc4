"""SwarmUI: JSON with everything under ``sui_image_params``; numbers may be strings."""

from __future__ import annotations

from wurstdesk.gallery.image_metadata.model import ImageMetadata
from wurstdesk.gallery.image_metadata.programs import values

_NAMES = {
    "steps": "Steps",
    "sampler": "Sampler",
    "scheduler": "Schedule type",
    "cfgscale": "CFG scale",
    "fluxguidancescale": "Distilled CFG Scale",
    "seed": "Seed",
    "model": "Model",
    "vae": "VAE",
    "variationseed": "Variation seed",
    "variationseedstrength": "Variation seed strength",
    "initimagecreativity": "Denoising strength",
    "swarm_version": "Version",
}


def read(fields: values.Fields, text: str) -> ImageMetadata | None:
    """What such an object says; None where it is another program's."""
    given = values.inner(fields, "sui_image_params")
    if not given:
        return None
    size = values.size(given.get("width"), given.get("height"))
    return ImageMetadata(
        source="swarmui",
        prompt=values.prompt(given.get("prompt")),
        negative_prompt=values.prompt(given.get("negativeprompt")),
        parameters={**values.renamed(given, _NAMES), **size},
        text=text,
        prompt_syntax="a1111",
    )
