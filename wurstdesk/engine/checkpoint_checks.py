"""What can be said about a checkpoint's files before any weight is read; without torch.

Every problem is one sentence that names the file and what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal, NamedTuple

from wurstdesk.engine.weight_files import Missing, Unusable, read_header, read_json, weight_files
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

IGNORED = ("position_ids", "text_projection.weight", "logit_scale")
"""How weights end that are in published text encoders and of no use here."""

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


class PartFinding(NamedTuple):
    """A part of a checkpoint that is not there or not as it has to be, and a sentence about it."""

    part: str
    sentence: str
    is_missing: bool


_WORDS = {
    ("prior", TEXT_ENCODER.folder): "text encoder of the prior",
    ("prior", TOKENIZER): "tokenizer of the prior",
    ("prior", SCHEDULER.folder): "scheduler of the prior",
    ("prior", PRIOR.folder): "prior (Stage C)",
    ("decoder", TEXT_ENCODER.folder): "text encoder of the decoder",
    ("decoder", TOKENIZER): "tokenizer of the decoder",
    ("decoder", SCHEDULER.folder): "scheduler of the decoder",
    ("decoder", DECODER.folder): "decoder (Stage B)",
    ("decoder", VQGAN.folder): "image decoder (Stage A)",
}


def part_words(half: str, folder: str) -> str:
    """What a person may call a component's folder."""
    return _WORDS.get((half, folder), folder)


def problem_of(info: CheckpointInfo) -> str:
    """The first thing that is wrong with the files of a checkpoint, or nothing.

    A damaged previewer is no problem: previews then go another way.
    """
    first = next(findings_of(info), None)
    return first.sentence if first is not None else ""


def findings_of(info: CheckpointInfo) -> Iterator[PartFinding]:
    """Everything that is wrong with the files of a checkpoint: one finding for each file that is
    missing or damaged, as far as the others let one see it."""
    absent: set[str] = set()
    found = False
    for half, folder in (("prior", info.prior_path), ("decoder", info.path)):
        for finding in _half_findings(half, folder):
            found = True
            if finding.part == half:
                absent.add(half)
            yield finding
    for half, component, folder in placed_components(info):
        if half in absent and folder.parent in {info.path, info.prior_path}:
            continue
        for finding in component_findings(folder, component, part_words(half, component.folder)):
            found = True
            yield finding
    if not found:
        yield from _guarded("", info.path, lambda: _check_that_they_fit(info))


def component_findings(folder: Path, component: Component, part: str) -> Iterator[PartFinding]:
    """What is wrong with the files of one component, by the names of its files."""
    there = list(_guarded(part, folder, lambda: _require_folder(folder)))
    yield from there
    if there:
        return
    yield from _named(part, component.config, folder, lambda: _config_of(folder, component))
    if not component.weights:
        return
    stem = f"{component.weights}.safetensors"
    files: list[Path] = []
    yield from _named(
        part, stem, folder, lambda: files.extend(weight_files(folder, component.weights))
    )
    for file in files:
        yield from _named(part, file.name, folder, partial(read_header, file))


def prior_findings(folder: Path) -> Iterator[PartFinding]:
    """What is wrong with a prior that stands by itself."""
    return component_findings(folder, PRIOR, part_words("prior", PRIOR.folder))


def _half_findings(half: str, folder: Path) -> Iterator[PartFinding]:
    there = list(_guarded(half, folder, lambda: _require_half(folder)))
    yield from there
    if not there:
        tokenizer = folder / TOKENIZER
        yield from _guarded(
            part_words(half, TOKENIZER), tokenizer, lambda: check_tokenizer(tokenizer)
        )


def _named(
    part: str, file: str, folder: Path, check: Callable[[], object]
) -> Iterator[PartFinding]:
    for finding in _guarded(part, folder, check):
        yield finding._replace(part=f"{part}: {file}") if finding.is_missing else finding


def _guarded(part: str, path: Path, check: Callable[[], object]) -> Iterator[PartFinding]:
    try:
        check()
    except Unusable as found:
        yield PartFinding(part, str(found), isinstance(found, Missing))
    except OSError as error:
        sentence = f"{error.filename or path} cannot be read: {error.strerror or error}."
        yield PartFinding(part, sentence, is_missing=False)


def _require_half(folder: Path) -> None:
    if not folder.is_dir():
        raise Missing(f"The folder {folder} is missing; a checkpoint needs it.")


def _require_folder(folder: Path) -> None:
    if not folder.is_dir():
        raise Missing(f"The folder {folder} is missing.")


def check_component(folder: Path, component: Component) -> dict[str, Any]:
    """Check a component's folder; gives its config."""
    _require_folder(folder)
    config = _config_of(folder, component)
    if component.weights:
        for file in weight_files(folder, component.weights):
            read_header(file)
    return config


def _config_of(folder: Path, component: Component) -> dict[str, Any]:
    config = read_json(folder / component.config)
    named = class_of(config)
    if named and named not in component.classes:
        wanted = sorted(component.classes)[0]
        raise Unusable(f"{folder / component.config} is for {named}, where {wanted} belongs.")
    return config


def class_of(config: Mapping[str, Any]) -> str:
    """The class that a component's config names, or nothing."""
    named = config.get("_class_name") or config.get("architectures") or []
    names = named if isinstance(named, list) else [named]
    return str(names[0])[:100] if names else ""


def check_tokenizer(folder: Path) -> None:
    """Either vocab.json with merges.txt or tokenizer.json, and readable."""
    _require_folder(folder)
    if (folder / "vocab.json").is_file() and (folder / "merges.txt").is_file():
        read_json(folder / "vocab.json")
    elif (folder / "tokenizer.json").is_file():
        read_json(folder / "tokenizer.json")
    else:
        raise Missing(f"{folder} holds neither vocab.json with merges.txt nor tokenizer.json.")


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
