"""InvokeAI: JSON under ``invokeai_metadata``; before version 3 under ``sd-metadata``.

Its very first pictures have nothing but the command that made them, under ``Dream``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from wurstdesk.gallery.image_metadata.model import ImageMetadata
from wurstdesk.gallery.image_metadata.programs import values

KEYWORDS = ("invokeai_metadata", "invokeai", "sd-metadata", "Sd-metadata")

_NAMES = {
    "steps": "Steps",
    "scheduler": "Sampler",
    "sampler": "Sampler",
    "cfg_scale": "CFG scale",
    "cfg_rescale_multiplier": "CFG rescale",
    "seed": "Seed",
    "strength": "Denoising strength",
    "clip_skip": "Clip skip",
    "rand_device": "RNG",
    "positive_style_prompt": "Style prompt",
    "negative_style_prompt": "Negative style prompt",
    "refiner_steps": "Refiner steps",
    "refiner_cfg_scale": "Refiner CFG scale",
}
_COMMAND = re.compile(r'\s*"((?:[^"\\]|\\.)*+)"\s+(-.*)', re.DOTALL)
_OPTION = re.compile(r"(?<!\S)-([sSWHCAf])\s*([\w.]{1,40})(?!\S)")
_OPTIONS = {"s": "Steps", "A": "Sampler", "C": "CFG scale", "S": "Seed", "f": "Denoising strength"}
_ENDING_NEGATIVE = re.compile(r"\[([^\[\]]*)\]\s*\Z")


def read(texts: Mapping[str, str]) -> ImageMetadata | None:
    """What it says; None where no keyword of its holds a JSON object with its fields."""
    for keyword in KEYWORDS:
        text = texts.get(keyword, "")
        fields = values.fields_in(text)
        if fields is None:
            continue
        found = _old(fields, text) if "image" in fields else _new(fields, text)
        if found.prompt or found.negative_prompt or found.parameters:
            return found
    return next(filter(None, map(_command, (texts.get("Dream", ""), texts.get("dream", "")))), None)


def _command(text: str) -> ImageMetadata | None:
    found = _COMMAND.fullmatch(text)
    options = dict(_OPTION.findall(found.group(2))) if found else {}
    if not found or not {"s", "S"} <= options.keys():
        return None
    prompt, negative = _without_negative(found.group(1))
    return ImageMetadata(
        source="invokeai",
        prompt=prompt,
        negative_prompt=negative,
        parameters={
            **values.renamed(options, _OPTIONS),
            **values.size(options.get("W"), options.get("H")),
        },
        text=text,
        prompt_syntax="compel",
    )


def _without_negative(prompt: str) -> tuple[str, str]:
    """Both prompts of one: the negative stood in brackets then, at the end."""
    negative = _ENDING_NEGATIVE.search(prompt)
    if negative is None:
        return prompt, ""
    return prompt[: negative.start()].rstrip(), negative.group(1)


def _new(fields: values.Fields, text: str) -> ImageMetadata:
    model, vae = values.inner(fields, "model"), values.inner(fields, "vae")
    parameters = {
        **values.renamed(fields, _NAMES),
        **values.size(fields.get("width"), fields.get("height")),
        # In version 3.0 and 3.1 it was model_name.
        **values.renamed(model, {"hash": "Model hash", "name": "Model", "model_name": "Model"}),
        **values.renamed(vae, {"name": "VAE", "model_name": "VAE"}),
        **values.renamed(fields, {"app_version": "Version"}),
    }
    return ImageMetadata(
        source="invokeai",
        prompt=values.prompt(fields.get("positive_prompt")),
        negative_prompt=values.prompt(fields.get("negative_prompt")),
        parameters=parameters,
        text=text,
        prompt_syntax="compel",
    )


def _old(fields: values.Fields, text: str) -> ImageMetadata:
    image = values.inner(fields, "image")
    given = image.get("prompt")
    parts = given if isinstance(given, list) else [given]
    words = [part.get("prompt") if isinstance(part, dict) else part for part in parts[:100]]
    prompt, negative = _without_negative(values.prompt(words))
    return ImageMetadata(
        source="invokeai",
        prompt=prompt,
        negative_prompt=negative,
        parameters={
            **values.renamed(image, _NAMES),
            **values.size(image.get("width"), image.get("height")),
            **values.renamed(fields, {"model_hash": "Model hash", "model_weights": "Model"}),
            **values.renamed(fields, {"app_version": "Version"}),
        },
        text=text,
        prompt_syntax="compel",
    )
