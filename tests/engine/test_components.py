"""Loading components: what is wrong with a file is said before anything is sampled."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import pytest
import torch
from safetensors.torch import load_file, save_file

from checkpoints import copy_checkpoint, damage, make_checkpoint, prior_of
from wurstdesk.engine import components
from wurstdesk.errors import CheckpointError, GenerationCancelled
from wurstdesk.generation import CancelToken, CheckpointInfo

TARGET = (torch.device("cpu"), torch.float32)

LOADERS: list[tuple[str, str, Callable[..., Any]]] = [
    ("prior", "prior/diffusion_pytorch_model.safetensors", components.load_prior),
    ("prior", "text_encoder/model.safetensors", components.load_text_encoder),
    ("decoder", "decoder/diffusion_pytorch_model.safetensors", components.load_decoder),
    ("decoder", "vqgan/diffusion_pytorch_model.safetensors", components.load_vqgan),
]


@pytest.fixture
def broken(tiny_folder: Path, tmp_path: Path) -> Path:
    return copy_checkpoint(tiny_folder / "wuerstchen", tmp_path)


def half_of(decoder: Path, half: str) -> Path:
    return decoder if half == "decoder" else prior_of(decoder)


@pytest.mark.parametrize(
    ("how", "said"),
    [("nan", "NaN"), ("shape", "shape"), ("truncate", "cut off"), ("remove", "missing")],
)
@pytest.mark.parametrize(("half", "file", "load"), LOADERS)
def test_bad_weights_are_named(
    broken: Path,
    half: str,
    file: str,
    load: Callable[..., Any],
    how: Literal["nan", "shape", "truncate", "remove"],
    said: str,
) -> None:
    folder = half_of(broken, half)
    damage(folder / file, how)
    with pytest.raises(CheckpointError, match=said) as caught:
        load(folder, TARGET)
    assert str((folder / file).parent) in str(caught.value)


def test_weights_of_a_kind_that_cannot_be_used_are_named(broken: Path) -> None:
    path = broken / "vqgan" / "diffusion_pytorch_model.safetensors"
    weights = {name: tensor.clone() for name, tensor in load_file(path).items()}
    weights["out_block.0.weight"] = weights["out_block.0.weight"].to(torch.int8)
    save_file(weights, path)
    with pytest.raises(CheckpointError, match=r"out_block\.0\.weight is of the type torch\.int8"):
        components.load_vqgan(broken, TARGET)


@pytest.mark.parametrize(("half", "file", "load"), LOADERS)
def test_loading_can_be_stopped_between_two_weights(
    tiny: CheckpointInfo, half: str, file: str, load: Callable[..., Any]
) -> None:
    token = CancelToken()
    asked = 0

    def check() -> None:
        nonlocal asked
        asked += 1
        if asked == 3:
            token.cancel()
        token.check()

    with pytest.raises(GenerationCancelled):
        load(tiny.path if half == "decoder" else tiny.prior_path, TARGET, check)
    assert asked == 3


@pytest.mark.parametrize("extra", [True, False])
def test_missing_and_surplus_weights_are_named(broken: Path, extra: bool) -> None:
    path = broken / "vqgan" / "diffusion_pytorch_model.safetensors"
    weights = {name: tensor.clone() for name, tensor in load_file(path).items()}
    if extra:
        weights["of.another.model"] = torch.zeros(1)
    else:
        del weights["out_block.0.bias"]
    save_file(weights, path)
    with pytest.raises(CheckpointError, match="another kind" if extra else r"out_block\.0\.bias"):
        components.load_vqgan(broken, TARGET)


@pytest.mark.parametrize(
    ("component", "config", "load"),
    [
        ("prior", {"c": "wide"}, components.load_prior),
        ("prior", {"c": 30, "nhead": 0}, components.load_prior),
        ("prior", {"depth": -1}, components.load_prior),
        ("decoder", {"c_hidden": 5}, components.load_decoder),
        ("decoder", {"c_r": 32}, components.load_decoder),
        ("decoder", {"level_config": ["X"] * 4}, components.load_decoder),
        ("text_encoder", {"hidden_size": "wide"}, components.load_text_encoder),
        ("text_encoder", {"num_attention_heads": 3}, components.load_text_encoder),
        ("text_encoder", {"attn_implementation": "of_nobody"}, components.load_text_encoder),
    ],
)
def test_a_senseless_config_is_named(
    broken: Path, component: str, config: dict[str, Any], load: Callable[..., Any]
) -> None:
    path = half_of(broken, component) / component / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **config}), encoding="utf-8")
    with pytest.raises(CheckpointError) as caught:
        load(half_of(broken, component), TARGET)
    assert str(path.parent) in str(caught.value)


def test_a_bad_tokenizer_and_scheduler_are_named(broken: Path) -> None:
    (broken / "tokenizer" / "vocab.json").write_text("{", encoding="utf-8")
    with pytest.raises(CheckpointError, match="tokenizer"):
        components.load_tokenizer(broken)
    (broken / "scheduler" / "scheduler_config.json").write_text('{"s": "x"}', encoding="utf-8")
    with pytest.raises(CheckpointError, match="scheduler"):
        components.load_scheduler(broken)


@pytest.mark.parametrize("stored", [torch.float32, torch.float16])
@pytest.mark.parametrize("prefix", [True, False])
def test_text_encoders_load_from_both_spellings_and_precisions(
    tmp_path: Path, stored: torch.dtype, prefix: bool
) -> None:
    decoder = make_checkpoint(tmp_path, dtype=stored, text_prefix=prefix)
    encoder = components.load_text_encoder(decoder, TARGET)
    assert encoder.dtype is torch.float32
    assert not any(parameter.requires_grad for parameter in encoder.parameters())
    tokens = torch.arange(77)[None]
    assert torch.isfinite(encoder(tokens).last_hidden_state).all()


def test_sharded_weights_are_put_together(broken: Path) -> None:
    # Given a component in two files with an index
    path = broken / "vqgan" / "diffusion_pytorch_model.safetensors"
    weights = load_file(path)
    names = list(weights)
    shards = {"one.safetensors": names[::2], "two.safetensors": names[1::2]}
    for file, own in shards.items():
        save_file({name: weights[name].clone() for name in own}, path.with_name(file))
    where = {name: file for file, own in shards.items() for name in own}
    path.with_suffix(".safetensors.index.json").write_text(json.dumps({"weight_map": where}))
    path.unlink()
    # When it is loaded, then every weight is there
    loaded = components.load_vqgan(broken, TARGET).state_dict()
    assert all(torch.equal(loaded[name], weights[name]) for name in names)


def test_folding_drops_the_mappers_weights(tiny_folder: Path) -> None:
    decoder = components.load_decoder(tiny_folder / "wuerstchen", TARGET)
    assert not [name for name, _ in decoder.named_parameters() if "effnet" in name]


def test_a_previewer_is_optional_and_a_bad_one_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prior = prior_of(make_checkpoint(tmp_path, previewer=True))
    config = prior / "previewer" / "config.json"
    assert components.load_previewer(prior, TARGET) is not None
    # of a shape that this version does not know
    other = json.loads(config.read_text()) | {"cells": [3, 2]}
    text = config.read_text()
    config.write_text(json.dumps(other), encoding="utf-8")
    assert components.load_previewer(prior, TARGET) is None
    config.write_text(text, encoding="utf-8")
    # not to be read
    with monkeypatch.context() as patched:
        patched.setattr(Path, "read_bytes", _forbidden)
        assert components.load_previewer(prior, TARGET) is None
    # cut off, and none at all
    damage(prior / "previewer" / "model.safetensors", "truncate")
    assert components.load_previewer(prior, TARGET) is None
    assert components.load_previewer(tmp_path, TARGET) is None


def _forbidden(path: Path) -> bytes:
    raise PermissionError(13, "Permission denied", str(path))
