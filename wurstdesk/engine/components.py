"""Loads a checkpoint's components, each by its class from its folder.

diffusers 0.38 and later cannot load these checkpoints as pipelines (diffusers#14008); the
components are simple enough to be loaded by hand: build the module without weights, map the
safetensors file into memory, compare names and shapes, look for NaN, then convert. So whatever is
wrong is found before anything is sampled and is named by its file, and never more than one
component stands in memory twice. Weights whose dtype is already the wanted one are not even
copied: the module's are the file's own pages. Who loads a component only when its turn comes calls
``check_components`` first.
"""

from __future__ import annotations

import inspect
import logging
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import torch
from accelerate import init_empty_weights
from diffusers.schedulers.scheduling_ddpm_wuerstchen import DDPMWuerstchenScheduler
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn
from transformers.models.clip.configuration_clip import CLIPTextConfig
from transformers.models.clip.modeling_clip import CLIPTextModel
from transformers.models.clip.tokenization_clip import CLIPTokenizer

from wurstdesk.engine import checkpoint_checks as checks
from wurstdesk.engine.blending import mixed
from wurstdesk.engine.checkpoint_checks import Component
from wurstdesk.engine.decoder import StageB
from wurstdesk.engine.previewer import CELLS, ConvPreviewer
from wurstdesk.engine.prior import StageC
from wurstdesk.engine.stage_a import StageA
from wurstdesk.engine.weight_files import Unusable, read_json, said_by, weight_files
from wurstdesk.errors import CheckpointError
from wurstdesk.generation import CheckpointInfo, PriorBlend

Target = tuple[torch.device, torch.dtype]
Check = Callable[[], None]
"""Called between the weights of a component; what it raises ends the loading."""
Module = TypeVar("Module", bound=nn.Module)

_log = logging.getLogger(__name__)


def _no_check() -> None:
    pass


def load_prior(where: CheckpointInfo | Path, target: Target, check: Check = _no_check) -> StageC:
    """Stage C of a checkpoint, which may stand by itself or be a blend, or of a prior folder."""
    prior: StageC
    if not isinstance(where, CheckpointInfo):
        prior = _load(where / checks.PRIOR.folder, checks.PRIOR, _maker(StageC), check)
    elif where.blend is None:
        prior = _load(where.prior_folder, checks.PRIOR, _maker(StageC), check)
    elif where.blend.weight == 1:
        prior = _load(where.blend.folder, checks.PRIOR, _maker(StageC), check)
    else:
        prior = _load_blend(where.prior_folder, where.blend, target, check)
    return _placed(prior, target)


def load_decoder(decoder_folder: Path, target: Target, check: Check = _no_check) -> StageB:
    """Stage B, its conditioning folded while the weights are still as precise as the file's."""
    folder = decoder_folder / checks.DECODER.folder
    decoder: StageB = _load(folder, checks.DECODER, _maker(StageB), check)
    decoder.fold_conditioning(target[1])
    return _placed(decoder, target)


def load_vqgan(decoder_folder: Path, target: Target, check: Check = _no_check) -> StageA:
    """Stage A, whose decoder works in strips."""
    folder = decoder_folder / checks.VQGAN.folder
    vqgan: StageA = _load(folder, checks.VQGAN, _maker(StageA), check)
    vqgan.work_in_strips()
    vqgan.read_spread()
    return _placed(vqgan, target)


def load_text_encoder(half: Path, target: Target, check: Check = _no_check) -> CLIPTextModel:
    """A stage's CLIP text encoder, from files with or without the ``text_model.`` prefix."""
    folder = half / checks.TEXT_ENCODER.folder
    return _placed(_load(folder, checks.TEXT_ENCODER, _text_encoder, check), target)


def check_components(info: CheckpointInfo, check: Check = _no_check) -> None:
    """Look at every component of a checkpoint as loading does, and keep none.

    Reads all of its files once. Raises ``CheckpointError`` with the file that is wrong and how.
    """
    for half in (info.prior_path, info.path):
        load_tokenizer(half)
        load_scheduler(half)
    makers: dict[Component, Callable[[Mapping[str, Any]], nn.Module]] = {
        checks.TEXT_ENCODER: _text_encoder,
        checks.PRIOR: _maker(StageC),
        checks.DECODER: _maker(StageB),
        checks.VQGAN: _maker(StageA),
    }
    for _, component, folder in checks.placed_components(info):
        if component.weights:
            module, weights = _open(folder, component, makers[component])
            _sound(module, weights, folder, check)
    if info.blend is not None:
        module, weights = _open(info.blend.folder, checks.PRIOR, makers[checks.PRIOR])
        _sound(module, weights, info.blend.folder, check)


def load_tokenizer(half: Path) -> CLIPTokenizer:
    """A stage's tokenizer."""
    path = half / checks.TOKENIZER
    try:
        tokenizer: CLIPTokenizer = CLIPTokenizer.from_pretrained(str(path), local_files_only=True)
    except Exception as error:  # tokenizers raises bare Exception for a bad merges.txt
        raise _unreadable(path, error) from error
    if tokenizer.bos_token_id is None or tokenizer.eos_token_id is None:
        raise CheckpointError(f"{path} has no tokens for the beginning and the end of a text.")
    return tokenizer


def load_scheduler(half: Path) -> DDPMWuerstchenScheduler:
    """A stage's scheduler."""
    path = half / checks.SCHEDULER.folder / checks.SCHEDULER.config
    try:
        config = read_json(path)
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

    folder = prior_folder / checks.PREVIEWER.folder
    try:
        if not folder.is_dir():
            return None
        return _placed(_load(folder, checks.PREVIEWER, make, check), target)
    except (CheckpointError, OSError) as error:
        _log.warning("the previewer is not used: %s", error)
        return None


def _maker(cls: type[Module]) -> Callable[[Mapping[str, Any]], Module]:
    """Makes a diffusers class from those entries of a config that it takes; others are older."""
    taken = inspect.signature(cls).parameters
    return lambda config: cls(**{name: config[name] for name in taken if name in config})


def _text_encoder(config: Mapping[str, Any]) -> CLIPTextModel:
    inner = config.get("text_config")
    return CLIPTextModel(CLIPTextConfig(**(inner if isinstance(inner, dict) else config)))


class _Weight(NamedTuple):
    """A tensor, mapped and not yet read, and the file it comes from."""

    tensor: Tensor
    file: Path


def _load(
    folder: Path,
    component: Component,
    make: Callable[[Mapping[str, Any]], Module],
    check: Check,
) -> Module:
    """Make a module as its config says and fill it with its file's weights, as precise as there."""
    module, weights = _open(folder, component, make)
    sound = _sound(module, weights, folder, check)
    module.load_state_dict(sound, strict=True, assign=True)
    return module


def _load_blend(own: Path, blend: PriorBlend, target: Target, check: Check) -> StageC:
    """Stage C with the weights of two priors blended; both are read weight by weight.

    Each is brought to where it will be used at once: on a graphics card nothing piles up here.
    """
    module: StageC
    module, weights = _open(own, checks.PRIOR, _maker(StageC))
    _, others = _open(blend.folder, checks.PRIOR, _maker(StageC))
    wanted = module.state_dict()
    given = _matched(wanted, weights, own)
    others = _matched(wanted, others, blend.folder)
    ready: dict[str, Tensor] = {}
    for name, asked in wanted.items():
        check()
        for weight in (given[name], others[name]):
            _require_sound(name, *weight, asked)
        ready[name] = mixed(given[name].tensor, others[name].tensor, blend.weight).to(*target)
    module.load_state_dict(ready, strict=True, assign=True)
    return module


def _open(
    folder: Path, component: Component, make: Callable[[Mapping[str, Any]], Module]
) -> tuple[Module, dict[str, _Weight]]:
    """An empty module as its config says, and what its files hold."""
    try:
        config = checks.check_component(folder, component)
        files = weight_files(folder, component.weights)
    except Unusable as error:
        raise CheckpointError(str(error)) from None
    except OSError as error:
        raise _unreadable(folder, error) from error
    try:
        with init_empty_weights(include_buffers=False):
            module = make(config)
    except Exception as error:  # libraries fail in every way over a bad number
        raise _unreadable(folder / component.config, error) from error
    return module, {name: weight for file in files for name, weight in _read(file).items()}


def _placed(module: Module, target: Target) -> Module:
    """The module ready to run, on its device and in its dtype."""
    device, dtype = target
    return module.to(device=device, dtype=dtype).eval().requires_grad_(False)


def _read(file: Path) -> dict[str, _Weight]:
    try:
        with safe_open(file, framework="pt") as opened:
            names = list(opened.keys())
            return {name: _Weight(opened.get_tensor(name), file) for name in names}
    except (SafetensorError, OSError) as error:
        raise _unreadable(file, error) from error


def _sound(
    module: nn.Module, weights: Mapping[str, _Weight], folder: Path, check: Check
) -> dict[str, Tensor]:
    """The module's weights by its own names, or an error that says which file is wrong and how."""
    wanted = module.state_dict()
    given = _matched(wanted, weights, folder)
    for name, asked in wanted.items():
        check()  # to look at a weight is to read it from the disk
        _require_sound(name, *given[name], asked)
    return {name: weight.tensor for name, weight in given.items()}


def _matched(
    wanted: Mapping[str, Tensor], weights: Mapping[str, _Weight], folder: Path
) -> dict[str, _Weight]:
    """The weights by the names that are wanted; an error where one is missing or too many."""
    given = _renamed(weights, wanted)
    files = {weight.file for weight in weights.values()}
    where = files.pop() if len(files) == 1 else folder
    missing = [name for name in wanted if name not in given]
    if missing:
        raise CheckpointError(f"The weights in {where} are incomplete: {_named(missing)} missing.")
    surplus = [name for name in given if name not in wanted]
    if surplus:
        raise CheckpointError(
            f"The weights in {given[surplus[0]].file} are of another kind: {_named(surplus)} not "
            f"known here."
        )
    return given


def _require_sound(name: str, tensor: Tensor, file: Path, asked: Tensor) -> None:
    if tensor.shape != asked.shape:
        raise CheckpointError(
            f"In {file}, the weight {name} has the shape {list(tensor.shape)}; the config.json "
            f"beside it asks for {list(asked.shape)}."
        )
    if tensor.is_floating_point() != asked.is_floating_point():
        raise CheckpointError(
            f"In {file}, the weight {name} is of the type {tensor.dtype}, which is not used here."
        )
    if not _is_sound(tensor):
        raise CheckpointError(
            f"In {file}, the weight {name} holds values that are no numbers (NaN or infinity)."
        )


def _renamed(weights: Mapping[str, _Weight], wanted: Mapping[str, Any]) -> dict[str, _Weight]:
    """Keys as this version of transformers spells them, without what nobody needs."""
    prefix = "text_model."
    renamed = {}
    for name, weight in weights.items():
        plain = name.removeprefix(prefix)
        key = next((key for key in (name, plain, prefix + plain) if key in wanted), name)
        if key in wanted or not name.endswith(checks.IGNORED):
            renamed[key] = weight
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
    return CheckpointError(f"{path} cannot be used: {said_by(error)}.")
