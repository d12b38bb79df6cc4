"""Loads a checkpoint's components, each by its class from its folder.

diffusers 0.38 and later cannot load these checkpoints as pipelines (diffusers#14008); the
components are simple enough to be loaded by hand: build the module without weights, map the
safetensors file into memory, compare names and shapes, look for NaN, then convert. So whatever is
wrong is found before anything is sampled and is named by its file, and never more than one
component stands in memory twice.
"""

from __future__ import annotations

import inspect
import logging
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

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
from wurstdesk.engine.previewer import CELLS, ConvPreviewer
from wurstdesk.engine.prior import StageC
from wurstdesk.errors import CheckpointError

Target = tuple[torch.device, torch.dtype]
Check = Callable[[], None]
"""Called between the weights of a component; what it raises ends the loading."""
Module = TypeVar("Module", bound=nn.Module)

_log = logging.getLogger(__name__)

_IGNORED = ("position_ids", "text_projection.weight", "logit_scale")
"""In published text encoders, and of no use here."""


def _no_check() -> None:
    pass


def load_prior(prior_folder: Path, target: Target, check: Check = _no_check) -> StageC:
    """Stage C."""
    prior: StageC = _load(prior_folder, checks.PRIOR, _maker(StageC), check)
    return _placed(prior, target)


def load_decoder(decoder_folder: Path, target: Target, check: Check = _no_check) -> StageB:
    """Stage B, its conditioning folded while the weights are still as precise as the file's."""
    decoder: StageB = _load(decoder_folder, checks.DECODER, _maker(StageB), check)
    decoder.fold_conditioning(target[1])
    return _placed(decoder, target)


def load_vqgan(decoder_folder: Path, target: Target, check: Check = _no_check) -> PaellaVQModel:
    """Stage A."""
    vqgan: PaellaVQModel = _load(decoder_folder, checks.VQGAN, _maker(PaellaVQModel), check)
    return _placed(vqgan, target)


def load_text_encoder(folder: Path, target: Target, check: Check = _no_check) -> CLIPTextModel:
    """A stage's CLIP text encoder, from files with or without the ``text_model.`` prefix."""

    def make(config: Mapping[str, Any]) -> CLIPTextModel:
        inner = config.get("text_config")
        return CLIPTextModel(CLIPTextConfig(**(inner if isinstance(inner, dict) else config)))

    return _placed(_load(folder, checks.TEXT_ENCODER, make, check), target)


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


def load_previewer(
    prior_folder: Path, target: Target, check: Check = _no_check
) -> ConvPreviewer | None:
    """The checkpoint's own previewer; None where it has none or a bad one, which is no error."""

    def make(config: Mapping[str, Any]) -> ConvPreviewer:
        if tuple(config.get("cells", CELLS)) != CELLS:
            raise ValueError(f"its cells are not {CELLS}")
        return ConvPreviewer(
            int(config["latent_channels"]), int(config["width"]), tuple(config["hidden"])
        )

    try:
        if not (prior_folder / checks.PREVIEWER.folder).is_dir():
            return None
        return _placed(_load(prior_folder, checks.PREVIEWER, make, check), target)
    except (CheckpointError, OSError) as error:
        _log.warning("the previewer is not used: %s", error)
        return None


def _maker(cls: type[Module]) -> Callable[[Mapping[str, Any]], Module]:
    """Makes a diffusers class from those entries of a config that it takes; others are older."""
    taken = inspect.signature(cls).parameters
    return lambda config: cls(**{name: config[name] for name in taken if name in config})


def _load(
    parent: Path,
    component: Component,
    make: Callable[[Mapping[str, Any]], Module],
    check: Check,
) -> Module:
    """Make a module as its config says and fill it with its file's weights, as precise as there."""
    folder = parent / component.folder
    try:
        config = checks.check_component(parent, component)
        files = checks.weight_files(folder, component.weights)
    except Unusable as error:
        raise CheckpointError(str(error)) from None
    except OSError as error:
        raise _unreadable(folder, error) from error
    try:
        with init_empty_weights(include_buffers=False):
            module = make(config)
    except Exception as error:  # libraries fail in every way over a bad number
        raise _unreadable(folder / component.config, error) from error
    weights: dict[str, Tensor] = {}
    for file in files:
        weights |= _read(file)
    _fill(module, weights, folder, check)
    return module


def _placed(module: Module, target: Target) -> Module:
    """The module ready to run, on its device and in its dtype."""
    device, dtype = target
    return module.to(device=device, dtype=dtype).eval().requires_grad_(False)


def _read(file: Path) -> dict[str, Tensor]:
    """A file's tensors, mapped and not yet read."""
    try:
        with safe_open(file, framework="pt") as opened:
            return {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118
    except (SafetensorError, OSError) as error:
        raise _unreadable(file, error) from error


def _fill(module: nn.Module, weights: dict[str, Tensor], folder: Path, check: Check) -> None:
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
        check()  # to look at a weight is to read it from the disk
        if given[name].shape != tensor.shape:
            raise CheckpointError(
                f"In {folder}, the weight {name} has the shape {list(given[name].shape)}; its "
                f"config.json asks for {list(tensor.shape)}."
            )
        if given[name].is_floating_point() != tensor.is_floating_point():
            raise CheckpointError(
                f"In {folder}, the weight {name} is of the type {given[name].dtype}, which is not "
                f"used here."
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


def _named(names: list[str]) -> str:
    more = f" and {len(names) - 2} more are" if len(names) > 2 else (" are" if names[1:] else " is")
    return ", ".join(names[:2]) + more


def _unreadable(path: Path, error: Exception) -> CheckpointError:
    said = " ".join(str(error).split())[:200] or type(error).__name__
    return CheckpointError(f"{path} cannot be used: {said}.")
