"""NovelAI: the prompt as the picture's description, and the rest as JSON in its comment."""

from __future__ import annotations

from collections.abc import Mapping

from wurstdesk.gallery.image_metadata.model import ImageMetadata
from wurstdesk.gallery.image_metadata.programs import values

_NAMES = {
    "steps": "Steps",
    "sampler": "Sampler",
    "noise_schedule": "Schedule type",
    "scale": "CFG scale",
    "cfg_rescale": "CFG rescale",
    "seed": "Seed",
    "strength": "Denoising strength",
}


def read(texts: Mapping[str, str]) -> ImageMetadata | None:
    """What the texts of a PNG say; None where another program wrote them."""
    if texts.get("Software") != "NovelAI":
        return None
    return _read(texts.get("Description", ""), texts.get("Comment", ""), texts.get("Source", ""))


def read_fields(fields: values.Fields) -> ImageMetadata | None:
    """The same in a WebP or JPEG, where the texts are one JSON object; None where it is none."""
    if fields.get("Software") != "NovelAI":
        return None
    description, comment, source = (
        values.prompt_line(fields.get(key)) for key in ("Description", "Comment", "Source")
    )
    return _read(description, comment, source)


def _read(description: str, comment: str, source: str) -> ImageMetadata:
    fields = values.fields_in(comment) or {}
    prompt = values.prompt_line(fields.get("prompt")) or description
    parameters = {
        **values.renamed(fields, _NAMES),
        **values.size(fields.get("width"), fields.get("height")),
        **values.renamed({"source": source}, {"source": "Model"}),
    }
    return ImageMetadata(
        source="novelai",
        prompt=_lines(prompt, _characters(fields, "v4_prompt")),
        negative_prompt=_lines(
            values.prompt_line(fields.get("uc")), _characters(fields, "v4_negative_prompt")
        ),
        parameters=parameters,
        text=comment or description,
        prompt_syntax="novelai",
    )


def _lines(first: str, further: list[str]) -> str:
    return "\n".join(filter(None, [first, *further]))


def _characters(fields: values.Fields, key: str) -> list[str]:
    """What is said of single characters, since version 4 apart from the prompt."""
    caption = values.inner(values.inner(fields, key), "caption")
    given = caption.get("char_captions")
    parts = [part for part in given[:20] if isinstance(part, dict)] if type(given) is list else []
    return [text for part in parts if (text := values.prompt_line(part.get("char_caption")))]
