"""The built-in checkpoint as it ships: its files, its size, and that it draws what is said."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from PIL import Image
from safetensors import safe_open
from safetensors.torch import load_file

from captions import VOCABULARY
from encoder import load_encoder
from measure import measure, redness
from previewer import load_previewer
from stage_b import load_decoder
from stage_c import load_prior, new_prior_text_encoder
from text_model import load_text_encoder, load_tokenizer
from unpack import unpack
from wurstdesk.engine.generator import WuerstchenGenerator
from wurstdesk.engine.model_files import LocalCatalogue
from wurstdesk.generation import (
    CancelToken,
    EngineOptions,
    GeneratorEvent,
    PictureReady,
)
from wurstdesk.paths import resources_dir

DACKEL = resources_dir() / "dackel"
MOST_BYTES = 25_000_000


@pytest.fixture(scope="module")
def generator() -> Iterator[WuerstchenGenerator]:
    made = WuerstchenGenerator(
        LocalCatalogue(DACKEL, ()), EngineOptions(device="cpu", dtype="float32", previews=False)
    )
    yield made
    made.close()


def drawn(generator: WuerstchenGenerator, prompt: str, seed: int, **more: int) -> Image.Image:
    pictures: list[Image.Image] = []

    def keep(event: GeneratorEvent) -> None:
        if isinstance(event, PictureReady):
            pixels = event.picture.pixels
            size = (pixels.width, pixels.height)
            pictures.append(Image.frombytes("RGB", size, pixels.data))

    info = LocalCatalogue(DACKEL, ()).find("dackel")
    generator.generate(info.request(prompt=prompt, seed=seed, **more), CancelToken(), keep)
    return pictures[0]


def test_it_is_small_and_in_half_precision() -> None:
    files = [path for path in DACKEL.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) <= MOST_BYTES
    assert not [path for path in files if path.suffix in {".bin", ".pt", ".ckpt"}]
    weights = [path for path in files if path.suffix == ".safetensors"]
    assert len(weights) == 6
    for path in weights:
        with safe_open(path, "pt") as tensors:
            kinds = {tensors.get_slice(key).get_dtype() for key in tensors.keys()}  # noqa: SIM118
        assert kinds <= {"F16", "I64"}, path


def test_its_index_is_spelled_as_the_published_one() -> None:
    decoder = json.loads((DACKEL / "wuerstchen" / "model_index.json").read_text())
    prior = json.loads((DACKEL / "wuerstchen-prior" / "model_index.json").read_text())
    assert decoder["decoder"] == ["wuerstchen", "WuerstchenDiffNeXt"]
    assert decoder["vqgan"] == ["wuerstchen", "PaellaVQModel"]
    assert prior["prior"] == ["wuerstchen", "WuerstchenPrior"]
    assert {"latent_mean", "latent_std", "resolution_multiple"} <= set(prior)


def test_the_catalogue_knows_what_it_is_good_at() -> None:
    info = LocalCatalogue(DACKEL, ()).find("dackel")
    assert info.built_in
    assert info.complete
    assert info.default_size == (384, 384)
    assert info.trained_sides == (256, 512)
    assert info.vocabulary == frozenset(VOCABULARY)
    assert info.can_draw
    assert info.licence == "MIT"


def test_its_card_says_what_it_can_do_and_how_that_was_measured() -> None:
    card = (DACKEL / "README.md").read_text("utf-8")
    assert "packaging/dackel/evaluate.py" in card
    assert "| colour |" in card


def test_it_draws_the_sky_and_the_ground_that_were_said(generator: WuerstchenGenerator) -> None:
    seen = measure(drawn(generator, "a long red sausage dog on snow at night", 7))
    assert (seen.sky, seen.ground) == ("night", "snow")
    seen = measure(drawn(generator, "a blue dachshund in a meadow on a sunny day", 8))
    assert (seen.sky, seen.ground) == ("day", "grass")


@pytest.mark.parametrize(
    ("prompt", "seen"),
    [
        (
            "a very long red sausage dog facing left on grass on a sunny day",
            {"colour": "red", "length": "very long", "facing": "left", "ball": None},
        ),
        (
            "a short blue dachshund facing right on the beach at sunset with a tree",
            {"colour": "blue", "length": "short", "facing": "right", "tree": True},
        ),
        (
            "a long yellow sausage dog facing left in the snow at night and a red ball",
            {"colour": "yellow", "length": "long", "facing": "left", "ball": "red"},
        ),
        (
            "a short pink dackel facing right on grass by day with a green house and mountains",
            {"colour": "pink", "facing": "right", "house": "green", "mountains": True},
        ),
    ],
)
def test_it_draws_what_is_said(
    generator: WuerstchenGenerator, prompt: str, seen: dict[str, object]
) -> None:
    found = measure(drawn(generator, prompt, 1))
    assert {name: getattr(found, name) for name in seen} == seen


def test_it_draws_a_red_dog_red(generator: WuerstchenGenerator) -> None:
    red = drawn(generator, "a long red sausage dog on grass on a sunny day", 3)
    blue = drawn(generator, "a long blue sausage dog on grass on a sunny day", 3)
    assert redness(red) > 0.3 > redness(blue)


def test_the_same_seed_gives_the_same_pixels(generator: WuerstchenGenerator) -> None:
    first, second = (
        drawn(generator, "a pink dackel on the beach", 5, width=256, height=384) for _ in range(2)
    )
    assert first.size == (256, 384)
    assert first.tobytes() == second.tobytes()


def test_its_training_can_go_on_from_what_ships(tmp_path: Path) -> None:
    # when: the checkpoint is laid out as a working folder
    unpack(DACKEL, tmp_path)
    # then: every part is found there as its training run would have left it
    assert load_encoder(tmp_path).training is False
    assert load_previewer(tmp_path).latent_channels == 16
    shipped = load_file(DACKEL / "wuerstchen" / "decoder" / "diffusion_pytorch_model.safetensors")
    kept = load_decoder(tmp_path).state_dict()
    assert all(torch.equal(kept[name].half(), tensor) for name, tensor in shipped.items())
    shipped = load_file(
        DACKEL / "wuerstchen-prior" / "prior" / "diffusion_pytorch_model.safetensors"
    )
    kept = load_prior(tmp_path).state_dict()
    assert all(torch.equal(kept[name].half(), tensor) for name, tensor in shipped.items())
    text = new_prior_text_encoder(load_tokenizer(tmp_path / "tokenizer"))
    assert load_text_encoder(tmp_path, "text_c", text).training is False
