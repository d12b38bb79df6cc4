"""What shaped a picture, as it is read: a line for each thing, under the name people know."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication

from wurstdesk.generation import CheckpointInfo, GenerationRequest, Provenance

SIZE = "size"
SCHEDULE = "prior_schedule"
BLEND = "blend"

GROUPS: dict[str, tuple[str, ...]] = {
    SIZE: ("width", "height"),
    SCHEDULE: ("prior_timesteps", "prior_num_inference_steps"),
    BLEND: ("prior_blend", "blend_prior"),
}
"""Fields that say one thing together."""

DEVICE = "device"
"""What it ran on: no field of the request, but pictures may differ in it."""

FACTS = (
    "prompt",
    "negative_prompt",
    "seed",
    SIZE,
    SCHEDULE,
    "prior_guidance_scale",
    "decoder_num_inference_steps",
    "decoder_guidance_scale",
    "decoder_seed",
    "checkpoint",
    BLEND,
)
"""In the order in which they are read."""


def fact_label(name: str) -> str:
    """What a fact, a field of the request, or a group of fields is called."""
    return {
        DEVICE: _tr("Made on"),
        "checkpoint": _tr("Checkpoint"),
        BLEND: _tr("Prior blend"),
        "prompt": _tr("Prompt"),
        "negative_prompt": _tr("Negative prompt"),
        SIZE: _tr("Size"),
        "num_images": _tr("Pictures"),
        "seed": _tr("Seed"),
        SCHEDULE: _tr("Prior schedule"),
        "prior_guidance_scale": _tr("Prior guidance"),
        "decoder_num_inference_steps": _tr("Decoder steps"),
        "decoder_guidance_scale": _tr("Decoder guidance"),
        "decoder_seed": _tr("Decoder seed"),
    }[name]


def fact_value(request: GenerationRequest, name: str) -> object:
    """What tells two requests apart in a fact."""
    if name in GROUPS:
        return tuple(getattr(request, field) for field in GROUPS[name])
    return getattr(request, name)


def fact_text(
    request: GenerationRequest,
    name: str,
    checkpoints: Sequence[CheckpointInfo] = (),
    meant_for: CheckpointInfo | None = None,
) -> str:
    """A fact as it is read; the checkpoints give their titles and schedules.

    ``meant_for`` is the checkpoint by whose schedule it is read, if not by the request's own.
    Nothing is said of a prior that is not blended.
    """
    info = next((known for known in checkpoints if known.name == request.checkpoint), None)
    if name == SIZE:
        return f"{request.width} × {request.height}"
    if name == SCHEDULE:
        return _schedule(request, meant_for or info)
    if name == BLEND:
        return blend_text(request.prior_blend, request.blend_prior, checkpoints)
    value = getattr(request, name)
    if name == "checkpoint" and info is not None:
        return info.title
    if name == "decoder_seed" and value is None:
        return _tr("same as the seed")
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def blend_text(weight: float, prior: str, checkpoints: Sequence[CheckpointInfo] = ()) -> str:
    """How much of which prior is blended in; "" where none is."""
    if not weight:
        return ""
    info = next((known for known in checkpoints if known.name == prior), None)
    name = prior_name(info) if info is not None else prior.partition("+")[2] or prior
    return _tr("{0} % {1}").format(f"{100 * weight:.4g}", name)


def prior_name(info: CheckpointInfo) -> str:
    """What the prior of a checkpoint is called: its own by the checkpoint's title."""
    return (info.prior_weights is not None and info.name.partition("+")[2]) or info.title


def device_text(made: Provenance) -> str:
    """What a picture ran on, as exactly as its bytes depend on it."""
    parts = [made.device, made.dtype]
    if made.fp8:
        parts.append(_tr("8-bit weights"))
    if made.compiled:
        parts.append(_tr("compiled"))
    if made.threads:
        parts.append(_tr("{0} threads").format(made.threads))
    return " · ".join(parts)


def _schedule(request: GenerationRequest, info: CheckpointInfo | None) -> str:
    steps = request.prior_steps
    if request.prior_timesteps is None:
        return _tr("{0} even steps").format(steps)
    if info is None:
        return _tr("{0} steps").format(steps)
    if request.prior_timesteps == info.prior_timesteps:
        return _tr("published, {0} steps").format(steps)
    return _tr("own list, {0} steps").format(steps)


def _tr(text: str) -> str:
    return QCoreApplication.translate("Facts", text)
