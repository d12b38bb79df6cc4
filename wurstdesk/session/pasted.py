"""A pasted text that is a whole set of parameters: what it would change in the form.

Nearly every program writes A1111's text beside its pictures, and people pass it on. What it says
is taken as far as it means the same here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QCoreApplication

from wurstdesk.gallery.image_metadata import ImageMetadata, a1111, reader
from wurstdesk.generation import SEED_COUNT, nearest_side
from wurstdesk.generation.choices import literal
from wurstdesk.session.form import RequestForm
from wurstdesk.session.proposal import Proposal, propose

MAX_CHARACTERS = 200_000
"""Of a text that is looked into at all."""

_TELLING = frozenset({"Steps", "Sampler", "CFG scale", "Seed", "Size-1", "Size-2", "Model"})
_SIZE = ("Size-1", "Size-2")
_GUIDANCE_HERE = (2.0, 10.0)
"""From what to what another program's guidance means about the same here. Below it is a model that
was trained to do without, above it is one that needs much more of it."""
_FEWEST = 2
"""Of those: anybody may write “light: soft, mood: calm, style: oil” in a prompt."""


def read_pasted(text: str) -> ImageMetadata | None:
    """What a text says that is a whole set of parameters; None for any other."""
    if len(text) > MAX_CHARACTERS or ":" not in text:
        return None
    written_by_another = reader.read_json(text)
    if written_by_another is not None:
        return written_by_another
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n")
    metadata = a1111.read({a1111.KEYWORD: text})
    if metadata is None or len(_TELLING & metadata.parameters.keys()) < _FEWEST:
        return None
    return metadata


def propose_pasted(form: RequestForm, text: str) -> Proposal | None:
    """What taking a whole set of parameters would change; None where the text is none."""
    metadata = read_pasted(text)
    if metadata is None:
        return None
    proposal = propose(form, fields_of(form, metadata))
    return replace(proposal, notes=(_what_it_is(metadata), *proposal.notes, *notes_of(metadata)))


def is_ours(metadata: ImageMetadata) -> bool:
    """Whether parameters were written by Wurstdesk, so that all of them mean the same here."""
    parameters = metadata.parameters
    return metadata.source == "wurstdesk" or (
        parameters.get("Version", "").startswith("wurstdesk")
        or parameters.get("Sampler") == "DDPM Wuerstchen"
    )


def fields_of(form: RequestForm, metadata: ImageMetadata) -> dict[str, object]:
    """The fields of a request that parameters say something about.

    Another program's steps are another model's, and a size is brought onto the grid. Where a
    program says nothing of its prompts, ours stay.
    """
    parameters = metadata.parameters
    fields: dict[str, object] = {
        "width": _side(parameters, _SIZE[0]),
        "height": _side(parameters, _SIZE[1]),
        "seed": _whole(parameters, "Seed", SEED_COUNT),
        "prior_guidance_scale": _guidance(metadata),
    }
    if metadata.prompt or metadata.negative_prompt or is_ours(metadata):
        fields["prompt"] = literal(metadata.prompt)
        fields["negative_prompt"] = literal(metadata.negative_prompt)
    if fields["width"] is None or fields["height"] is None:
        fields |= {"width": None, "height": None}
    if is_ours(metadata):
        fields |= _own_fields(form, parameters)
    known = {name: value for name, value in fields.items() if value is not None}
    if is_ours(metadata):  # which says so where it was not the seed itself
        known["decoder_seed"] = _whole(parameters, "Decoder seed", SEED_COUNT)
    return known


def _own_fields(form: RequestForm, parameters: Mapping[str, str]) -> dict[str, Any]:
    """What only our own parameters say, or mean."""
    model = parameters.get("Model", "")
    here = any(info.name == model for info in form.checkpoints)
    info = next((info for info in form.checkpoints if info.name == model), form.checkpoint)
    published = info.prior_timesteps if info else form.default("prior_timesteps")
    steps = _whole(parameters, "Steps", 1001)
    schedule: dict[str, Any] = {}
    if steps == len(published) - 1:
        schedule = {"prior_timesteps": published, "prior_num_inference_steps": None}
    elif steps:
        schedule = {"prior_timesteps": None, "prior_num_inference_steps": steps}
    return {
        "checkpoint": model if here else None,
        "decoder_num_inference_steps": _whole(parameters, "Decoder steps", 1001) or None,
        "decoder_guidance_scale": _number(parameters, "Decoder CFG scale"),
        **schedule,
        **_blend(parameters),
    }


def _blend(parameters: Mapping[str, str]) -> dict[str, Any]:
    """Our own parameters say nothing of a prior that was not blended."""
    weight, name = _number(parameters, "Prior blend"), parameters.get("Blend prior", "")
    if not weight or not name:
        return {"prior_blend": 0.0, "blend_prior": ""}
    return {"prior_blend": min(weight, 1.0), "blend_prior": name}


def _what_it_is(metadata: ImageMetadata) -> str:
    if is_ours(metadata):
        return _tr("This is how a picture of Wurstdesk was made.")
    return _tr("This is a whole set of parameters from another program.")


def notes_of(metadata: ImageMetadata) -> list[str]:
    """Sentences about what is not taken as it stands."""
    if metadata.request is not None:
        return []
    parameters = metadata.parameters
    notes: list[str] = []
    sides = [(_whole(parameters, key, 100_000), _side(parameters, key)) for key in _SIZE]
    if all(side and near for side, near in sides) and any(side != near for side, near in sides):
        size = " × ".join(str(side) for side, _ in sides)
        notes.append(_tr("Its size {0} is brought to the nearest that can be drawn.").format(size))
    if is_ours(metadata):
        return notes
    if "Steps" in parameters:
        notes.append(_tr("Its model and steps are another program’s and are left out."))
    if _number(parameters, "CFG scale") is not None and _guidance(metadata) is None:
        guidance = parameters["CFG scale"].strip()
        notes.append(_tr("Its guidance of {0} is for its model and is left out.").format(guidance))
    if "Seed" in parameters and _whole(parameters, "Seed", SEED_COUNT) is None:
        notes.append(_tr("Its seed is none that can be used here and is left out."))
    return [*notes, *metadata.notes]


def _guidance(metadata: ImageMetadata) -> float | None:
    """The guidance, if it means the same here."""
    value = _number(metadata.parameters, "CFG scale")
    if value is None or is_ours(metadata):
        return value
    lowest, highest = _GUIDANCE_HERE
    return value if lowest <= value <= highest else None


def _whole(parameters: Mapping[str, str], name: str, end: int) -> int | None:
    text = parameters.get(name, "").strip()
    value = int(text) if text.isascii() and text.isdigit() and len(text) <= 10 else -1
    return value if 0 <= value < end else None


def _number(parameters: Mapping[str, str], name: str) -> float | None:
    try:
        value = float(parameters.get(name, ""))
    except ValueError:
        return None
    return value if 0 <= value <= 100 else None


def _side(parameters: Mapping[str, str], name: str) -> int | None:
    side = _whole(parameters, name, 100_000)
    return nearest_side(side) if side else None


def _tr(text: str) -> str:
    return QCoreApplication.translate("Pasted", text)
