"""Easy Diffusion: a text or JSON beside the picture, or the same embedded in it.

Each setting has a name for programs and a label for people, and either may be written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from wurstdesk.gallery.image_metadata.model import ImageMetadata
from wurstdesk.gallery.image_metadata.programs import values

_LABELS = {
    "prompt": "Prompt",
    "negative_prompt": "Negative Prompt",
    "num_inference_steps": "Steps",
    "sampler_name": "Sampler",
    "guidance_scale": "Guidance Scale",
    "seed": "Seed",
    "width": "Width",
    "height": "Height",
    "use_stable_diffusion_model": "Stable Diffusion model",
    "use_vae_model": "VAE model",
    "use_lora_model": "LoRA model",
    "clip_skip": "Clip Skip",
    "prompt_strength": "Prompt Strength",
}
_NAMES = {
    "num_inference_steps": "Steps",
    "sampler_name": "Sampler",
    "guidance_scale": "CFG scale",
    "seed": "Seed",
    "use_stable_diffusion_model": "Model",
    "use_vae_model": "VAE",
    "use_lora_model": "Lora",
    "prompt_strength": "Denoising strength",
}
_KEYS = {label.lower(): key for key, label in _LABELS.items()} | {"sampler": "sampler_name"}
_LINE = re.compile(r"([A-Z][A-Za-z ]{1,30}?)\s*:[ \t]?(.*)")
_FEWEST = 3
"""Of its settings: a text with one or two of these words may be anybody's."""


def read(texts: Mapping[str, str]) -> ImageMetadata | None:
    """What is embedded in a PNG, a text chunk for each setting; None where it is not so."""
    if not {"Negative Prompt", "negative_prompt"} & texts.keys():
        return None
    return read_fields(texts, "")


def read_fields(fields: values.Fields, text: str) -> ImageMetadata | None:
    """What such an object says; None where it is another program's."""
    fields = values.inner(fields, "reqBody") or fields
    known = {_KEYS.get(key.lower(), key): value for key, value in fields.items()}
    if "prompt" not in known or len(_LABELS.keys() & known.keys()) < _FEWEST + 1:
        return None
    if not {"num_inference_steps", "guidance_scale"} & known.keys():
        return None
    return ImageMetadata(
        source="easydiffusion",
        prompt=values.prompt(known["prompt"]),
        negative_prompt=values.prompt(known.get("negative_prompt")),
        parameters={
            **values.renamed(known, _NAMES),
            **values.size(known.get("width"), known.get("height")),
        },
        text=text or "\n".join(f"{key}: {values.prompt(fields[key])}" for key in fields),
        prompt_syntax="a1111",
    )


def read_text(text: str) -> ImageMetadata | None:
    """What the text beside a picture says, a line for each setting; None for another text.

    What stands before the first label is the prompt, as it was in its first versions.
    """
    lines: dict[str, list[str]] = {}
    last = "prompt"
    for line in text.replace("\r\n", "\n").split("\n"):
        match = _LINE.match(line)
        key = _KEYS.get(match.group(1).lower()) if match else None
        if match and key and key not in lines:
            lines[key] = [match.group(2)]
            last = key
        elif last in {"prompt", "negative_prompt"}:  # those may have more than one
            lines.setdefault(last, []).append(line)
    return read_fields({key: "\n".join(given).strip() for key, given in lines.items()}, text)
