"""Loads a checkpoint's components, each by its class from its folder.

diffusers 0.38 and later cannot load these checkpoints as pipelines (diffusers#14008); the
components are simple enough to be loaded by hand: build the module without weights, map the
safetensors file into memory, compare names and shapes, look for NaN, then convert. So whatever is
wrong is found before anything is sampled and is named by its file, and never more than one
component stands in memory twice.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from accelerate import init_empty_weights
from diffusers.pipelines.deprecated.wuerstchen.modeling_paella_vq_model import PaellaVQModel
from diffusers.schedulers.scheduling_ddpm_wuerstchen import DDPMWuerstchenScheduler
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn
from transformers.models.clip.configuration_clip import CLIPTextConfig
from transformers.models.clip.modeling_clip import CLIPTextModel
from transformers.models.clip.tokenization_clip import CLIPTokenizer

from wurstdesk.engine import checkpoint_checks as checks
from wurstdesk.engine.checkpoint_checks import Component, Unusable
from wurstdesk.engine.decoder import StageB
from wurstdesk.engine.memory import is_out_of_memory
from wurstdesk.engine.previewer import ConvPreviewer
from wurstdesk.engine.prior import StageC
from wurstdesk.errors import CheckpointError

Target = tuple[torch.device, torch.dtype]
_log = logging.getLogger(__name__)

_IGNORED = ("position_ids", "text_projection.weight", "logit_scale")
"""In published text encoders, and of no use here."""


def load_prior(prior_folder: Path, target: Target) -> StageC:
    """Stage C."""
    from diffusers.models.attention_processor import AttnProcessor2_0

    prior: StageC = _load(
        prior_folder, checks.PRIOR, lambda config: StageC(**_known(StageC, config)), target
    )
    # Its own forward has SDPA built in; this is for whoever calls a block of it directly.
    prior.set_attn_processor(AttnProcessor2_0())
    return prior


def load_decoder(decoder_folder: Path, target: Target) -> StageB:
    """Stage B, its conditioning folded while the weights are still as precise as the file's."""

    def build(config: Mapping[str, Any]) -> Any:
        return StageB(**_known(StageB, config))

    decoder: StageB = _load(
        decoder_folder, checks.DECODER, build, target, after=StageB.fold_conditioning
    )
    return decoder


def load_vqgan(decoder_folder: Path, target: Target) -> PaellaVQModel:
    """Stage A."""

    def build(config: Mapping[str, Any]) -> Any:
        return PaellaVQModel(**_known(PaellaVQModel, config))

    vqgan: PaellaVQModel = _load(decoder_folder, checks.VQGAN, build, target)
    return vqgan


def load_text_encoder(folder: Path, target: Target) -> CLIPTextModel:
    """A stage's CLIP text encoder, from files with or without the ``text_model.`` prefix."""

    def build(config: Mapping[str, Any]) -> CLIPTextModel:
        inner = config.get("text_config")
        return CLIPTextModel(CLIPTextConfig(**(inner if isinstance(inner, dict) else config)))

    encoder: CLIPTextModel = _load(folder, checks.TEXT_ENCODER, build, target)
    return encoder


def load_tokenizer(folder: Path) -> CLIPTokenizer:
    """A stage's tokenizer."""
    path = folder / "tokenizer"
    try:
        tokenizer: CLIPTokenizer = CLIPTokenizer.from_pretrained(str(path), local_files_only=True)
    except Exception as error:  # tokenizers raises bare Exception for a bad merges.txt
        raise _unreadable(path, error) from error
    if tokenizer.bos_token_id is None or tokenizer.eos_token_id is None:
        raise CheckpointError(f"{path} has no tokens for the beginning and the end of a text.")
    return tokenizer


def load_scheduler(folder: Path) -> DDPMWuerstchenScheduler:
    """A stage's scheduler."""
    path = folder / "scheduler" / "scheduler_config.json"
    try:
        config = checks.read_json(path)
        scheduler: DDPMWuerstchenScheduler = DDPMWuerstchenScheduler(
            scaler=float(config.get("scaler", 1.0)), s=float(config.get("s", 0.008))
        )
        return scheduler
    except Unusable as error:
        raise CheckpointError(str(error)) from None
    except (TypeError, ValueError) as error:
        raise _unreadable(path, error) from error


def load_previewer(prior_folder: Path, target: Target) -> ConvPreviewer | None:
    """The checkpoint's own previewer; None where it has none or a bad one, which is no error."""
    if not (prior_folder / checks.PREVIEWER.folder).is_dir():
        return None

    def build(config: Mapping[str, Any]) -> ConvPreviewer:
        return ConvPreviewer(
            int(config["latent_channels"]), int(config["width"]), tuple(config["hidden"])
        )

    try:
        previewer: ConvPreviewer = _load(prior_folder, checks.PREVIEWER, build, target)
    except CheckpointError as error:
        _log.warning("the previewer is not used: %s", error)
        return None
    return previewer


def _load(
    parent: Path,
    component: Component,
    build: Callable[[Mapping[str, Any]], Any],
    target: Target,
    after: Callable[[Any, torch.dtype], None] | None = None,
) -> Any:
    """Build, fill, check, change with ``after``, convert: a module in eval mode on its device."""
    folder = parent / component.folder
    try:
        config = checks.check_component(parent, component)
        with init_empty_weights(include_buffers=False):
            module: nn.Module = build(config)
        weights: dict[str, Tensor] = {}
        for file in checks.weight_files(folder, component.weights):
            weights |= _read(file)
        _fill(module, weights, folder)
    except (Unusable, FileNotFoundError) as error:
        raise CheckpointError(str(error)) from None
    except (KeyError, TypeError, ValueError, AttributeError, ZeroDivisionError) as error:
        raise _unreadable(folder / component.config, error) from error
    except RuntimeError as error:
        if is_out_of_memory(error):
            raise
        raise _unreadable(folder / component.config, error) from error
    device, dtype = target
    if after is not None:
        after(module, dtype)
    return module.to(device=device, dtype=dtype).eval().requires_grad_(False)


def _read(file: Path) -> dict[str, Tensor]:
    """A file's tensors, mapped and not yet read."""
    try:
        with safe_open(file, framework="pt") as opened:
            return {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118
    except (SafetensorError, OSError) as error:
        raise _unreadable(file, error) from error


def _fill(module: nn.Module, weights: dict[str, Tensor], folder: Path) -> None:
    """Give ``module`` its weights, or say which file is wrong and how."""
    wanted = module.state_dict()
    given = _renamed(weights, wanted)
    missing = [name for name in wanted if name not in given]
    if missing:
        raise CheckpointError(f"The weights in {folder} are incomplete: {_named(missing)} missing.")
    surplus = [name for name in given if name not in wanted]
    if surplus:
        raise CheckpointError(
            f"The weights in {folder} are of another kind: {_named(surplus)} not known here."
        )
    for name, tensor in wanted.items():
        if given[name].shape != tensor.shape:
            raise CheckpointError(
                f"In {folder}, the weight {name} has the shape {list(given[name].shape)}; its "
                f"config.json asks for {list(tensor.shape)}."
            )
        if not _is_sound(given[name]):
            raise CheckpointError(
                f"In {folder}, the weight {name} holds values that are no numbers (NaN)."
            )
    module.load_state_dict(given, strict=True, assign=True)


def _renamed(weights: dict[str, Tensor], wanted: Mapping[str, Any]) -> dict[str, Tensor]:
    """Keys as this version of transformers spells them, without what nobody needs."""
    prefix = "text_model."
    renamed = {}
    for name, tensor in weights.items():
        plain = name.removeprefix(prefix)
        key = next((key for key in (name, plain, prefix + plain) if key in wanted), name)
        if key in wanted or not name.endswith(_IGNORED):
            renamed[key] = tensor
    return renamed


def _is_sound(tensor: Tensor) -> bool:
    """Whether there is no NaN and no infinity, in one pass and without a copy."""
    if not tensor.is_floating_point():
        return True
    wide = torch.float32 if tensor.element_size() < 4 else tensor.dtype
    return math.isfinite(tensor.sum(dtype=wide).item())


def _known(cls: Any, config: Mapping[str, Any]) -> dict[str, Any]:
    """Those entries of a config that the class takes; others come from older versions."""
    taken = cls._get_init_keys(cls)
    return {name: value for name, value in config.items() if name in taken}


def _named(names: list[str]) -> str:
    more = f" and {len(names) - 2} more are" if len(names) > 2 else (" are" if names[1:] else " is")
    return ", ".join(names[:2]) + more


def _unreadable(path: Path, error: Exception) -> CheckpointError:
    said = " ".join(str(error).split())[:200] or type(error).__name__
    return CheckpointError(f"{path} cannot be used: {said}.")
