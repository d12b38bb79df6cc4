"""What can be said about a checkpoint's files before any weight is read; without torch.

Every problem is one sentence that names the file and what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

from wurstdesk.engine.weight_files import Unusable, read_header, read_json, weight_files
from wurstdesk.generation import CheckpointInfo


@dataclass(frozen=True)
class Component:
    """A folder of a checkpoint: its config and the classes that it may name there."""

    folder: str
    config: str
    classes: frozenset[str]
    weights: str = ""


def _component(folder: str, config: str, cls: str, weights: str = "") -> Component:
    return Component(folder, config, frozenset({cls}), weights)


_MODEL = "diffusion_pytorch_model"
TEXT_ENCODER = Component(
    "text_encoder",
    "config.json",
    frozenset({"CLIPTextModel", "CLIPTextModelWithProjection"}),
    "model",
)
SCHEDULER = _component("scheduler", "scheduler_config.json", "DDPMWuerstchenScheduler")
PRIOR = _component("prior", "config.json", "WuerstchenPrior", _MODEL)
DECODER = _component("decoder", "config.json", "WuerstchenDiffNeXt", _MODEL)
VQGAN = _component("vqgan", "config.json", "PaellaVQModel", _MODEL)
PREVIEWER = _component("previewer", "config.json", "WurstdeskPreviewer", "model")
TOKENIZER = "tokenizer"

_PRIOR_SHAPE = {"c_in": 16, "c": 1280, "c_cond": 1024, "c_r": 64, "depth": 16, "nhead": 16}
"""What makes two priors exchangeable, with what a config means that does not say it."""


class Placed(NamedTuple):
    """A component where it stands."""

    half: Literal["prior", "decoder"]
    component: Component
    folder: Path


def placed_components(info: CheckpointInfo) -> Iterator[Placed]:
    """Every component that a checkpoint needs, but the tokenizers, in the order of their use."""
    yield Placed("prior", TEXT_ENCODER, info.prior_path / TEXT_ENCODER.folder)
    yield Placed("prior", PRIOR, info.prior_folder)
    yield Placed("prior", SCHEDULER, info.prior_path / SCHEDULER.folder)
    for component in (TEXT_ENCODER, DECODER, VQGAN, SCHEDULER):
        yield Placed("decoder", component, info.path / component.folder)


def problem_of(info: CheckpointInfo) -> str:
    """The first thing that is wrong with the files of a checkpoint, or nothing.

    A damaged previewer is no problem: previews then go another way.
    """
    try:
        for half in (info.prior_path, info.path):
            if not half.is_dir():
                raise Unusable(f"The folder {half} is missing; a checkpoint needs it.")
            check_tokenizer(half / TOKENIZER)
        for _, component, folder in placed_components(info):
            check_component(folder, component)
        _check_that_they_fit(info)
    except Unusable as found:
        return str(found)
    except OSError as error:
        return f"{error.filename or info.path} cannot be read: {error.strerror or error}."
    return ""


def check_component(folder: Path, component: Component) -> dict[str, Any]:
    """Check a component's folder; gives its config."""
    if not folder.is_dir():
        raise Unusable(f"The folder {folder} is missing.")
    config = read_json(folder / component.config)
    named = class_of(config)
    if named and named not in component.classes:
        wanted = sorted(component.classes)[0]
        raise Unusable(f"{folder / component.config} is for {named}, where {wanted} belongs.")
    if component.weights:
        for file in weight_files(folder, component.weights):
            read_header(file)
    return config


def class_of(config: Mapping[str, Any]) -> str:
    """The class that a component's config names, or nothing."""
    named = config.get("_class_name") or config.get("architectures") or []
    names = named if isinstance(named, list) else [named]
    return str(names[0])[:100] if names else ""


def check_tokenizer(folder: Path) -> None:
    """Either vocab.json with merges.txt or tokenizer.json, and readable."""
    if not folder.is_dir():
        raise Unusable(f"The folder {folder} is missing.")
    if (folder / "vocab.json").is_file() and (folder / "merges.txt").is_file():
        read_json(folder / "vocab.json")
    elif (folder / "tokenizer.json").is_file():
        read_json(folder / "tokenizer.json")
    else:
        raise Unusable(f"{folder} holds neither vocab.json with merges.txt nor tokenizer.json.")


def can_take_the_prior(info: CheckpointInfo, prior: Path) -> bool:
    """Whether a prior that stands by itself is of the configuration of a checkpoint's own.

    Where the checkpoint's own cannot be asked, or the other does not say, the answer is yes: what
    is wrong with them is then said of the two together.
    """
    try:
        own = read_json(info.prior_folder / PRIOR.config)
        other = read_json(prior / PRIOR.config)
    except (Unusable, OSError):
        return True
    return all(own.get(name, usual) == other.get(name, usual) for name, usual in _shape())


def said_shape(prior: Path) -> str:
    """A prior's configuration in words, as far as it can be read."""
    try:
        config = read_json(prior / PRIOR.config)
    except (Unusable, OSError):
        return ""
    return ", ".join(f"{name} {str(config.get(name, usual))[:20]}" for name, usual in _shape())


def _shape() -> Iterator[tuple[str, int]]:
    yield from _PRIOR_SHAPE.items()


def _check_that_they_fit(info: CheckpointInfo) -> None:
    """That what one component gives is as wide as what the next one takes."""
    decoder_folder = info.path / DECODER.folder
    vqgan_folder = info.path / VQGAN.folder
    prior = read_json(info.prior_folder / PRIOR.config)
    decoder = read_json(decoder_folder / DECODER.config)
    vqgan = read_json(vqgan_folder / VQGAN.config)
    pairs = (
        (info.prior_folder, prior.get("c_cond", 1024), _text_width(info.prior_path)),
        (decoder_folder, decoder.get("clip_embd", 1024), _text_width(info.path)),
        (decoder_folder, decoder.get("effnet_embd", 16), prior.get("c_in", 16)),
        (vqgan_folder, vqgan.get("latent_channels", 4), decoder.get("c_in", 4)),
    )
    for folder, takes, gets in pairs:
        if takes != gets:
            raise Unusable(
                f"{folder} does not fit the other components: it takes {takes} channels "
                f"and would get {gets}."
            )


def _text_width(half: Path) -> Any:
    config = read_json(half / TEXT_ENCODER.folder / TEXT_ENCODER.config)
    inner = config.get("text_config")
    return {**config, **(inner if isinstance(inner, dict) else {})}.get("hidden_size", 512)
