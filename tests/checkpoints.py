"""Makes checkpoints with random weights, of any size and in every layout that is in use.

decoder, prior = make_checkpoint(folder), prior_of(make_checkpoint(folder))
info = info_of(make_checkpoint(folder, layout="single_prior"))
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import torch
from safetensors.torch import load_file, save_file

from checkpoint_writer import (
    SHAPES,
    Library,
    Shapes,
    Size,
    Writer,
    modules_of,
    text_encoder_of,
    write_json,
    write_tokenizer,
)
from wurstdesk.engine.model_files import describe
from wurstdesk.generation import CheckpointInfo

__all__ = [
    "LAYOUTS",
    "SHAPES",
    "SINGLE_PRIOR",
    "Damage",
    "Layout",
    "Library",
    "Shapes",
    "Size",
    "copy_checkpoint",
    "damage",
    "info_of",
    "make_checkpoint",
    "make_single_prior",
    "modules_of",
    "prior_of",
    "text_encoder_of",
    "write_tokenizer",
]

Layout = Literal[
    "folders", "hub_cache", "saved_by_diffusers", "single_prior", "half", "fp16_variant", "sharded"
]
"""How a checkpoint lies on the disk.

``folders``: two repositories as they are published, fp32. ``hub_cache``: the same in the Hugging
Face cache, files being links into ``blobs/``. ``saved_by_diffusers``: what the stock pipelines'
``save_pretrained`` writes. ``single_prior``: ``folders``, and a prior by itself beside them (see
``info_of``). ``half``: fp16 under the usual names; ``fp16_variant``: under diffusers' names for
it. ``sharded``: the weights of each component in two files.
"""
LAYOUTS: tuple[Layout, ...] = (
    "folders", "hub_cache", "saved_by_diffusers", "single_prior", "half", "fp16_variant", "sharded",
)  # fmt: skip

SINGLE_PRIOR = "wuerstchen-prior-model-base"
Damage = Literal[
    "truncate", "header", "nan", "shape", "remove", "bin", "class", "config", "no_config"
]


def make_checkpoint(
    folder: Path,
    *,
    size: Size = "tiny",
    name: str = "wuerstchen",
    seed: int = 0,
    dtype: torch.dtype = torch.float32,
    library: Library = "wuerstchen",
    layout: Layout = "folders",
    text_prefix: bool = True,
    previewer: bool = False,
    description: dict[str, Any] | None = None,
    shapes: Shapes | None = None,
    streamed: bool | None = None,
) -> Path:
    """Write a checkpoint ``name`` into ``folder``; gives its decoder folder.

    ``library`` is what the index calls the classes' home; ``text_prefix`` writes the text
    encoders' keys as older transformers did, with ``text_model.`` and ``position_ids``;
    ``description`` becomes ``wurstdesk.json``. ``streamed`` (usual for the published size) keeps
    no more than one weight in memory. The global generator is left as it was.
    """
    writer = Writer(
        shapes or SHAPES[size],
        torch.float16 if layout in {"half", "fp16_variant"} and dtype is torch.float32 else dtype,
        library,
        text_prefix,
        streamed=size == "published" if streamed is None else streamed,
        variant=".fp16" if layout == "fp16_variant" else "",
        shards=2 if layout == "sharded" else 1,
    )
    decoder_folder, prior_folder = _places(folder, name, layout)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        if layout == "saved_by_diffusers":
            _save_by_diffusers(writer, decoder_folder, prior_folder)
        else:
            writer.prior_half(prior_folder)
            writer.decoder_half(decoder_folder)
        if previewer:
            writer.previewer(prior_folder / "previewer")
    if description is not None:
        write_json(prior_folder / "wurstdesk.json", description)
    if layout == "hub_cache":
        for half in (decoder_folder, prior_folder):
            _link_into_blobs(half)
    if layout == "single_prior":
        make_single_prior(
            folder, shapes=writer.shapes, seed=seed + 1, dtype=dtype, streamed=writer.streamed
        )
    return decoder_folder


def make_single_prior(
    folder: Path,
    *,
    name: str = SINGLE_PRIOR,
    size: Size = "tiny",
    seed: int = 1,
    dtype: torch.dtype = torch.float32,
    in_hub_cache: bool = False,
    shapes: Shapes | None = None,
    streamed: bool = False,
) -> Path:
    """Write a prior by itself, as the three published ones are; gives the folder of its files."""
    where = folder / name
    if in_hub_cache:
        where, _ = _places(folder, name, "hub_cache")
    writer = Writer(shapes or SHAPES[size], dtype, streamed=streamed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        writer.model(where, "prior")
    if in_hub_cache:
        _link_into_blobs(where)
    return where


def info_of(decoder_folder: Path) -> CheckpointInfo:
    """The checkpoint of a decoder folder, with the prior by itself beside it if there is one."""
    single = decoder_folder.parent / SINGLE_PRIOR
    return describe(decoder_folder, prior_of(decoder_folder), single if single.is_dir() else None)


def prior_of(decoder_folder: Path) -> Path:
    """The prior folder beside a decoder folder made by ``make_checkpoint``."""
    if decoder_folder.parent.name == "snapshots":
        repository = decoder_folder.parent.parent
        snapshots = repository.with_name(repository.name + "-prior") / "snapshots"
        return next(snapshots.iterdir())
    return decoder_folder.with_name(decoder_folder.name + "-prior")


def copy_checkpoint(decoder_folder: Path, folder: Path) -> Path:
    """A copy that a test may break; gives its decoder folder."""
    for half in (decoder_folder, prior_of(decoder_folder)):
        shutil.copytree(half, folder / half.name)
    return folder / decoder_folder.name


def damage(path: Path, how: Damage) -> Path:
    """Break a safetensors file, or the config beside it, in one of the ways that files get broken.

    Gives the file that has to be named for it.
    """
    config = path.with_name("config.json")
    if how == "truncate":
        path.write_bytes(path.read_bytes()[:-100])
    elif how == "header":
        path.write_bytes(b"\xff" * 8 + path.read_bytes()[8:])
    elif how == "remove":
        path.unlink()
    elif how == "bin":
        path.rename(path.with_suffix(".bin"))
        return path.with_suffix(".bin")
    elif how == "class":
        data = json.loads(config.read_text(encoding="utf-8"))
        for key in data.keys() & {"_class_name", "architectures"}:
            data[key] = "UNet2DConditionModel" if key == "_class_name" else ["BertModel"]
        write_json(config, data)
        return config
    elif how == "config":
        config.write_text("{", encoding="utf-8")
        return config
    elif how == "no_config":
        config.unlink()
        return config
    else:
        _spoil_a_weight(path, how)
    return path


def _spoil_a_weight(path: Path, how: Literal["nan", "shape"]) -> None:
    weights = {name: tensor.clone() for name, tensor in load_file(path).items()}
    name = next(n for n, t in weights.items() if t.ndim > 1 and t.is_floating_point())
    if how == "nan":
        weights[name].flatten()[0] = float("nan")
    else:
        weights[name] = torch.cat([weights[name]] * 2)
    save_file(weights, path)


def _places(folder: Path, name: str, layout: Layout) -> tuple[Path, Path]:
    if layout != "hub_cache":
        return folder / name, folder / f"{name}-prior"
    places = []
    for repository, commit in ((name, "1" * 40), (f"{name}-prior", "2" * 40)):
        places.append(folder / f"models--warp-ai--{repository}" / "snapshots" / commit)
    return places[0], places[1]


def _link_into_blobs(snapshot: Path) -> None:
    """Make a folder of plain files what the hub's cache makes of a repository."""
    repository = snapshot.parent.parent
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(snapshot.name, encoding="ascii")
    (repository / "blobs").mkdir()
    for file in [path for path in snapshot.rglob("*") if path.is_file()]:
        with file.open("rb") as opened:
            digest = hashlib.file_digest(opened, "sha256").hexdigest()
        blob = repository / "blobs" / digest
        up = Path(*[".."] * len(file.relative_to(repository).parts[:-1]))
        file.replace(blob)
        try:
            file.symlink_to(up / "blobs" / digest)
        except OSError:  # Windows without the right to make links; the hub copies there too
            shutil.copyfile(blob, file)


def _save_by_diffusers(writer: Writer, decoder_folder: Path, prior_folder: Path) -> None:
    """Both halves as the stock pipelines' own ``save_pretrained`` leaves them."""
    from stock_pipelines import load_stock

    with tempfile.TemporaryDirectory() as made:
        published = (Path(made) / "w", Path(made) / "w-prior")
        writer = replace(writer, library="wuerstchen")
        writer.prior_half(published[1])
        writer.decoder_half(published[0])
        stock = load_stock(describe(*published), writer.dtype)
        stock.prior.save_pretrained(str(prior_folder))
        stock.decoder.save_pretrained(str(decoder_folder))
