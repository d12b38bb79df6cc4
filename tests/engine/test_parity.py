"""The same checkpoint, seed and settings give the same numbers as diffusers' own pipelines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor

from checkpoints import LAYOUTS, SHAPES, Layout, Library, info_of, make_checkpoint, prior_of
from stock_pipelines import StockPipelines, load_stock
from wurstdesk.engine import components
from wurstdesk.engine.decoder import sample_decoder
from wurstdesk.engine.generator import WuerstchenGenerator
from wurstdesk.engine.layers import TextGuidance
from wurstdesk.engine.model_files import LocalCatalogue, describe
from wurstdesk.engine.prior import latent_size, sample_prior
from wurstdesk.engine.prompt import PromptEncoder
from wurstdesk.engine.responses import fold_responses
from wurstdesk.engine.sampling import make_schedule, picture_generators
from wurstdesk.engine.stage_a import decode_vqgan
from wurstdesk.generation import (
    DEFAULT_STAGE_C_TIMESTEPS,
    CancelToken,
    CheckpointInfo,
    EngineOptions,
    GeneratedPicture,
    GenerationRequest,
    GeneratorEvent,
    PictureReady,
    make_request,
)
from wurstdesk.paths import resources_dir

PROMPT = "a red dog, very long,, at night; 3 cats"
SQUARE, WIDE, TALL = (256, 256), (384, 128), (128, 384)


class Ours:
    """Our loops over our components, as the generator uses them."""

    def __init__(
        self,
        info: CheckpointInfo,
        dtype: torch.dtype,
        scale: tuple[float, float] = (42.0, 1.0),
    ) -> None:
        self.mean, self.std = scale
        target = (torch.device("cpu"), dtype)
        self.dtype = dtype
        self.prior = components.load_prior(info, target)
        self.decoder = components.load_decoder(info.path, target)
        fold_responses(self.prior)
        fold_responses(self.decoder)
        self.vqgan = components.load_vqgan(info.path, target)
        self.scheduler = components.load_scheduler(info.path)
        self.prior_text, self.decoder_text = (
            PromptEncoder(
                components.load_tokenizer(half), components.load_text_encoder(half, target)
            )
            for half in (info.prior_path, info.path)
        )

    @torch.inference_mode()
    def image_embeddings(
        self,
        negative: str,
        seeds: list[int],
        times: Sequence[float] | int,
        size: tuple[int, int],
        guidance: float,
    ) -> Tensor:
        steps = sample_prior(
            self.prior,
            make_schedule(self.scheduler, times, self.dtype),
            _text(self.prior_text, negative, guidance),
            picture_generators(seeds),
            latent_size(*size),
            CancelToken(),
        )
        return list(steps)[-1].latents * self.mean - self.std

    @torch.inference_mode()
    def vq_latents(
        self, embeddings: Tensor, negative: str, seeds: list[int], steps: int, guidance: float
    ) -> Tensor:
        sampled = sample_decoder(
            self.decoder,
            make_schedule(self.scheduler, steps, self.dtype),
            embeddings,
            _text(self.decoder_text, negative, guidance),
            picture_generators(seeds),
            latent_dim_scale=10.67,
            cancel=CancelToken(),
        )
        return list(sampled)[-1].latents

    @torch.inference_mode()
    def pixels(self, vq_latents: Tensor) -> Tensor:
        return list(decode_vqgan(self.vqgan, vq_latents, CancelToken()))[-1]


def _text(encoder: PromptEncoder, negative: str, guidance: float) -> TextGuidance:
    return TextGuidance(encoder.encode(PROMPT).rows, encoder.encode(negative).rows, guidance)


def _relative(ours: Tensor, stock: Tensor) -> float:
    assert ours.shape == stock.shape
    return float((ours - stock).abs().max() / stock.abs().max())


def _schedule(times: Sequence[float] | int) -> dict[str, object]:
    return {"num_inference_steps": times} if isinstance(times, int) else {"timesteps": list(times)}


@pytest.fixture(scope="module")
def exact(tiny: CheckpointInfo) -> tuple[Ours, StockPipelines]:
    return Ours(tiny, torch.float64), load_stock(tiny, torch.float64)


@pytest.mark.parametrize("negative", ["", "ugly cat"])
@pytest.mark.parametrize("guidance", [4.0, 0.0])
@pytest.mark.parametrize("seeds", [[7], [7, 8, 9, 2**32 - 1]], ids=["alone", "batch"])
@pytest.mark.parametrize("size", [SQUARE, WIDE, TALL], ids=["square", "wide", "tall"])
@pytest.mark.parametrize("times", [DEFAULT_STAGE_C_TIMESTEPS, 6], ids=["published", "even"])
def test_stage_c_equals_the_stock_pipeline(
    exact: tuple[Ours, StockPipelines],
    negative: str,
    guidance: float,
    seeds: list[int],
    size: tuple[int, int],
    times: Sequence[float] | int,
) -> None:
    # Given one checkpoint in float64 in our hands and in diffusers'
    ours, stock = exact
    # When both sample the same seeds with the same settings
    found = ours.image_embeddings(negative, seeds, times, size, guidance)
    width, height = size
    expected = stock.image_embeddings(
        PROMPT,
        negative,
        seeds,
        width=width,
        height=height,
        guidance_scale=guidance,
        **_schedule(times),
    )
    # Then the latents are the same numbers
    assert _relative(found, expected) < 1e-12


@pytest.mark.parametrize("negative", ["", "ugly cat"])
@pytest.mark.parametrize("guidance", [0.0, 2.5])
@pytest.mark.parametrize("seeds", [[7], [7, 8, 9, 10]], ids=["alone", "batch"])
@pytest.mark.parametrize("size", [SQUARE, WIDE, TALL], ids=["square", "wide", "tall"])
def test_stages_b_and_a_equal_the_stock_pipeline(
    exact: tuple[Ours, StockPipelines],
    negative: str,
    guidance: float,
    seeds: list[int],
    size: tuple[int, int],
) -> None:
    # Given Stage C features, the conditioning of Stage B folded on our side only
    ours, stock = exact
    noise = torch.Generator().manual_seed(3)
    shape = (len(seeds), 16, *latent_size(*size))
    embeddings = torch.randn(shape, generator=noise, dtype=torch.float64)
    # When both develop them
    latents = ours.vq_latents(embeddings, negative, seeds, 4, guidance)
    settings = {"num_inference_steps": 4, "guidance_scale": guidance}
    stock_latents = stock.decoded(
        embeddings, PROMPT, negative, seeds, output_type="latent", **settings
    )
    stock_pixels = stock.decoded(embeddings, PROMPT, negative, seeds, output_type="pt", **settings)
    # Then the VQ latents and the pixels are the same numbers, in all colours of the range
    assert _relative(latents, stock_latents) < 1e-12
    assert float((ours.pixels(latents) - stock_pixels).abs().max()) < 1e-12
    assert stock_pixels.std() > 0.01


@pytest.mark.parametrize("guidance", [0.0, 2.5])
def test_in_float32_no_pixel_is_more_than_one_level_off(
    tiny: CheckpointInfo, guidance: float
) -> None:
    # Given the checkpoint in float32, as it is used
    ours, stock = Ours(tiny, torch.float32), load_stock(tiny, torch.float32)
    # When both go all the way from the prompt to the picture
    found = ours.image_embeddings("cat", [5], DEFAULT_STAGE_C_TIMESTEPS, SQUARE, 4.0)
    pixels = ours.pixels(ours.vq_latents(found, "cat", [5], 12, guidance))
    expected = stock.image_embeddings(
        PROMPT,
        "cat",
        [5],
        width=256,
        height=256,
        guidance_scale=4.0,
        timesteps=list(DEFAULT_STAGE_C_TIMESTEPS),
    )
    stock_pixels = stock.decoded(
        expected, PROMPT, "cat", [5], output_type="pt", guidance_scale=guidance
    )
    # Then the 8-bit pictures are the same but for rounding
    levels = (pixels * 255).round() - (stock_pixels * 255).round()
    assert levels.abs().max() <= 1


def _gap(info: CheckpointInfo, scale: tuple[float, float], guidance: float) -> tuple[float, float]:
    """How far latents and pixels are from diffusers', all in float64, for three steps a stage.

    ``scale`` is the checkpoint's latent_mean and latent_std.
    """
    ours, stock = Ours(info, torch.float64, scale), load_stock(info, torch.float64)
    found = ours.image_embeddings("ugly cat", [1, 2], 3, WIDE, 4.0)
    width, height = WIDE
    expected = stock.image_embeddings(
        *(PROMPT, "ugly cat", [1, 2]),
        width=width,
        height=height,
        guidance_scale=4.0,
        num_inference_steps=3,
    )
    settings = {"num_inference_steps": 3, "guidance_scale": guidance, "output_type": "pt"}
    pixels = ours.pixels(ours.vq_latents(found[:1], "ugly cat", [1], 3, guidance))
    stock_pixels = stock.decoded(expected[:1], PROMPT, "ugly cat", [1], **settings)
    return _relative(found, expected), _relative(pixels, stock_pixels)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_gives_the_same_numbers(tmp_path: Path, layout: Layout) -> None:
    # Given a checkpoint in one of the layouts that are in use
    info = info_of(make_checkpoint(tmp_path, seed=4, layout=layout))
    assert info.complete, info.problem
    # When it is sampled by us and by diffusers, then nothing differs
    assert max(_gap(info, (42.0, 1.0), 2.5)) < 1e-9


@pytest.mark.parametrize("library", ["diffusers", "none"])
def test_every_spelling_of_the_index_gives_the_same_numbers(
    tmp_path: Path, library: Library
) -> None:
    decoder = make_checkpoint(tmp_path, seed=4, library=library, text_prefix=False)
    assert max(_gap(describe(decoder, prior_of(decoder)), (42.0, 1.0), 0.0)) < 1e-9


@pytest.mark.parametrize("guidance", [0.0, 2.5])
def test_the_built_in_checkpoint_gives_the_same_numbers(guidance: float) -> None:
    assert max(_gap(_built_in(), (1.0, 0.0), guidance)) < 1e-9


@pytest.mark.parametrize("size", [(384, 384), (384, 256)], ids=["square", "wide"])
def test_the_built_in_checkpoint_draws_the_same_picture_in_float32(size: tuple[int, int]) -> None:
    # Given Dackel in float32, as it is used, and a prompt that it knows
    info, (width, height) = _built_in(), size
    ours, stock = Ours(info, torch.float32, (1.0, 0.0)), load_stock(info, torch.float32)
    # When both go all the way with the default settings
    found = ours.image_embeddings("", [7], DEFAULT_STAGE_C_TIMESTEPS, size, 4.0)
    pixels = ours.pixels(ours.vq_latents(found, "", [7], 12, 0.0))
    expected = stock.image_embeddings(
        *(PROMPT, "", [7]),
        width=width,
        height=height,
        guidance_scale=4.0,
        timesteps=list(DEFAULT_STAGE_C_TIMESTEPS),
    )
    stock_pixels = stock.decoded(expected, PROMPT, "", [7], output_type="pt", guidance_scale=0.0)
    # Then no pixel is more than one level of 255 apart
    assert ((pixels * 255).round() - (stock_pixels * 255).round()).abs().max() <= 1


def _built_in() -> CheckpointInfo:
    (info,) = LocalCatalogue(resources_dir() / "dackel", ()).checkpoints()
    return info


def test_the_generator_draws_what_the_stock_pipelines_draw(tmp_path: Path) -> None:
    # Given a checkpoint with numbers of its own in its index
    shapes = replace(SHAPES["tiny"], latent_mean=1.5, latent_std=-0.25)
    decoder = make_checkpoint(tmp_path, seed=6, shapes=shapes)
    info = describe(decoder, prior_of(decoder))
    # When the program's own generator draws two pictures that use all that a request can say
    request = make_request(
        prompt=PROMPT,
        negative_prompt="ugly cat",
        width=384,
        height=256,
        seed=2**32 - 1,
        num_images=2,
        prior_guidance_scale=3.0,
        decoder_num_inference_steps=5,
        decoder_guidance_scale=2.0,
        decoder_seed=77,
        checkpoint=str(decoder),
    )
    options = EngineOptions(device="cpu", dtype="float32")
    drawn = _drawn(WuerstchenGenerator(LocalCatalogue(tmp_path, []), options), request)
    # Then each is the one of diffusers' pipelines, run alone, but for rounding
    stock = load_stock(info, torch.float32)
    for picture, seed, decoder_seed in zip(drawn, (2**32 - 1, 0), (77, 78), strict=True):
        times = list(DEFAULT_STAGE_C_TIMESTEPS)
        size = {"width": 384, "height": 256}
        embeddings = stock.image_embeddings(
            PROMPT, "ugly cat", [seed], timesteps=times, guidance_scale=3.0, **size
        )
        pixels = stock.decoded(
            embeddings,
            PROMPT,
            "ugly cat",
            [decoder_seed],
            num_inference_steps=5,
            guidance_scale=2.0,
            output_type="pt",
        )
        expected = (pixels[0].permute(1, 2, 0) * 255).round()
        found = torch.frombuffer(bytearray(picture.pixels.data), dtype=torch.uint8)
        assert (found.view(expected.shape) - expected).abs().max() <= 1


def _drawn(generator: WuerstchenGenerator, request: GenerationRequest) -> list[GeneratedPicture]:
    events: list[GeneratorEvent] = []
    generator.generate(request, CancelToken(), events.append)
    return [event.picture for event in events if isinstance(event, PictureReady)]
