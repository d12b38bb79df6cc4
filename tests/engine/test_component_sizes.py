"""How large components are, read from headers, against the components themselves."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from diffusers.pipelines.deprecated.wuerstchen.modeling_wuerstchen_prior import WuerstchenPrior
from torch import nn
from transformers.models.clip.configuration_clip import CLIPTextConfig
from transformers.models.clip.modeling_clip import CLIPTextModel

from checkpoints import SHAPES, copy_checkpoint, damage, make_checkpoint
from machines import PUBLISHED_SIZES
from wurstdesk.engine import components
from wurstdesk.engine.component_sizes import ComponentSizes, StageBLevel, Weights, read_sizes
from wurstdesk.engine.decoder import StageB
from wurstdesk.engine.model_files import describe
from wurstdesk.engine.stage_a import StageA
from wurstdesk.errors import CheckpointError
from wurstdesk.generation import CheckpointInfo

TARGET = (torch.device("cpu"), torch.float32)


def weights_of(module: nn.Module) -> Weights:
    """A module's numbers, and those of its largest leaf."""
    own = [
        sum(t.numel() for t in leaf.state_dict(keep_vars=True).values() if t.is_floating_point())
        for leaf in module.modules()
        if not any(leaf.children())
    ]
    every = [t.numel() for t in module.state_dict().values() if t.is_floating_point()]
    return Weights(sum(every), max(own))


def test_what_is_read_is_what_is_loaded(tiny: CheckpointInfo) -> None:
    sizes = read_sizes(tiny)

    assert sizes.prior == weights_of(components.load_prior(tiny, TARGET))
    assert sizes.decoder == weights_of(components.load_decoder(tiny.path, TARGET))
    assert sizes.vqgan == weights_of(components.load_vqgan(tiny.path, TARGET))
    assert sizes.prior_text == weights_of(components.load_text_encoder(tiny.prior_path, TARGET))
    assert sizes.decoder_text == weights_of(components.load_text_encoder(tiny.path, TARGET))
    assert sizes.previewer == Weights()
    parts = (sizes.prior, sizes.decoder, sizes.vqgan, sizes.prior_text, sizes.decoder_text)
    assert sizes.count == sum(part.count for part in parts)


def test_the_shapes_are_the_configs(tiny: CheckpointInfo) -> None:
    sizes = read_sizes(tiny)

    assert (sizes.prior_text_channels, sizes.decoder_text_channels) == (32, 16)
    assert (sizes.prior_channels, sizes.prior_heads, sizes.prior_blocks) == (32, 4, 2)
    assert sizes.decoder_levels == (
        StageBLevel(8, 0, 0),
        StageBLevel(16, 2, 4),
        StageBLevel(16, 2, 4),
        StageBLevel(16, 2, 2),
    )
    assert (sizes.decoder_patch, sizes.vqgan_channels, sizes.vqgan_scale) == (2, (8, 4), 4)
    assert sizes.resolution_multiple == 42.67


def test_a_previewer_counts_and_a_damaged_one_does_not(tmp_path: Path) -> None:
    decoder = make_checkpoint(tmp_path, previewer=True)
    info = describe(decoder, tmp_path / "wuerstchen-prior")
    previewer = components.load_previewer(info.prior_path, TARGET)
    assert previewer is not None

    assert read_sizes(info).previewer == weights_of(previewer)

    damage(info.prior_path / "previewer" / "model.safetensors", "truncate")
    assert read_sizes(info).previewer == Weights()


def test_a_prior_that_stands_by_itself_is_the_one_that_counts(
    tiny: CheckpointInfo, tmp_path: Path
) -> None:
    other = replace(SHAPES["tiny"], prior={**SHAPES["tiny"].prior, "depth": 5})
    decoder = make_checkpoint(tmp_path, shapes=other)
    alone = decoder.with_name("wuerstchen-prior") / "prior"

    sizes = read_sizes(replace(tiny, prior_weights=alone))

    assert sizes.prior_blocks == 5
    assert sizes.prior.count > read_sizes(tiny).prior.count
    assert sizes.decoder == read_sizes(tiny).decoder


def test_the_same_weights_in_half_precision_are_as_many(tmp_path: Path) -> None:
    found: list[ComponentSizes] = []
    for dtype in (torch.float32, torch.float16):
        folder = tmp_path / str(dtype)
        decoder = make_checkpoint(folder, dtype=dtype, text_prefix=False)
        found.append(read_sizes(describe(decoder, folder / "wuerstchen-prior")))
    single, half = found

    assert half == single


@pytest.mark.parametrize("part", ["decoder", "vqgan", "text_encoder"])
def test_what_cannot_be_read_is_a_sentence(tiny: CheckpointInfo, tmp_path: Path, part: str) -> None:
    decoder = copy_checkpoint(tiny.path, tmp_path)
    for file in (decoder / part).glob("*.safetensors"):
        damage(file, "header")
    info = replace(tiny, path=decoder)

    with pytest.raises(CheckpointError, match="damaged"):
        read_sizes(info)


def test_a_config_of_nonsense_is_a_sentence(tiny: CheckpointInfo, tmp_path: Path) -> None:
    decoder = copy_checkpoint(tiny.path, tmp_path)
    config = decoder / "decoder" / "config.json"
    config.write_text('{"c_hidden": 7}')

    with pytest.raises(CheckpointError, match="make no sense"):
        read_sizes(replace(tiny, path=decoder))


@pytest.mark.filterwarnings("ignore")
def test_the_published_sizes_are_those_of_the_published_configuration() -> None:
    shapes = SHAPES["published"]
    text: dict[str, Any] = {"vocab_size": 49_408}
    with torch.device("meta"):
        decoder = StageB(**shapes.decoder)
        decoder.fold_conditioning(torch.float32)
        found = {
            "prior_text": CLIPTextModel(CLIPTextConfig(**text, **shapes.prior_text)),
            "prior": WuerstchenPrior(**shapes.prior),
            "decoder_text": CLIPTextModel(CLIPTextConfig(**text, **shapes.decoder_text)),
            "decoder": decoder,
            "vqgan": StageA(**shapes.vqgan),
        }
    assert {name: weights_of(module) for name, module in found.items()} == {
        name: getattr(PUBLISHED_SIZES, name) for name in found
    }


def test_torch_is_not_needed() -> None:
    program = (
        "import sys; import wurstdesk.engine.device_planner, wurstdesk.engine.component_sizes; "
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
