"""SDXL's architecture with random weights, for the same work beside Würstchen's.

The configurations are those of stabilityai/stable-diffusion-xl-base-1.0, the pipeline is
diffusers' own, used as published: Euler, 50 steps, guidance 5, a VAE that is decoded in float32.
Random weights draw noise, and take the same time and memory. The tokenizer is a stand-in.
"""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import torch

STEPS = 50
GUIDANCE = 5.0
PROMPT = "a long red sausage dog on snow at night, picture {0}"

UNET: dict[str, Any] = {
    "sample_size": 128,
    "in_channels": 4,
    "out_channels": 4,
    "down_block_types": ["DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"],
    "up_block_types": ["CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"],
    "block_out_channels": [320, 640, 1280],
    "layers_per_block": 2,
    "transformer_layers_per_block": [1, 2, 10],
    "attention_head_dim": [5, 10, 20],
    "cross_attention_dim": 2048,
    "use_linear_projection": True,
    "addition_embed_type": "text_time",
    "addition_time_embed_dim": 256,
    "projection_class_embeddings_input_dim": 2816,
}
VAE: dict[str, Any] = {
    "down_block_types": ["DownEncoderBlock2D"] * 4,
    "up_block_types": ["UpDecoderBlock2D"] * 4,
    "block_out_channels": [128, 256, 512, 512],
    "layers_per_block": 2,
    "latent_channels": 4,
    "norm_num_groups": 32,
    "sample_size": 1024,
    "scaling_factor": 0.13025,
    "force_upcast": True,
}
TEXT_L: dict[str, Any] = {
    "hidden_size": 768,
    "intermediate_size": 3072,
    "num_hidden_layers": 12,
    "num_attention_heads": 12,
    "hidden_act": "quick_gelu",
    "projection_dim": 768,
}
TEXT_G: dict[str, Any] = {
    "hidden_size": 1280,
    "intermediate_size": 5120,
    "num_hidden_layers": 32,
    "num_attention_heads": 20,
    "hidden_act": "gelu",
    "projection_dim": 1280,
}
SCHEDULER: dict[str, Any] = {
    "beta_start": 0.00085,
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "steps_offset": 1,
    "timestep_spacing": "leading",
}


@dataclass(frozen=True)
class Widths:
    """The configuration of every component."""

    unet: dict[str, Any]
    vae: dict[str, Any]
    text_l: dict[str, Any]
    text_g: dict[str, Any]
    words: int


PUBLISHED = Widths(UNET, VAE, TEXT_L, TEXT_G, 49408)


def tiny() -> Widths:
    """The same in very small, to try the program with."""
    small = {"intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2}
    unet = {
        "block_out_channels": [32, 64, 64],
        "attention_head_dim": [2, 4, 4],
        "transformer_layers_per_block": 1,
        "cross_attention_dim": 64,
        "addition_time_embed_dim": 8,
        "projection_class_embeddings_input_dim": 6 * 8 + 32,
    }
    return Widths(
        {**UNET, **unet},
        {**VAE, "block_out_channels": [32, 32, 32, 32]},
        {**TEXT_L, **small, "hidden_size": 32, "projection_dim": 32},
        {**TEXT_G, **small, "hidden_size": 32, "projection_dim": 32},
        1000,
    )


@dataclass(frozen=True)
class Cost:
    """Of so many pictures at once: seconds together, and bytes on a CUDA device at the peak."""

    pictures: int
    seconds: float
    device_peak: int | None


def build(widths: Widths, device: str, dtype: torch.dtype) -> Any:
    """The pipeline, its weights drawn on the device in ``dtype``."""
    from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
    from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
    from diffusers.pipelines.stable_diffusion_xl.pipeline_stable_diffusion_xl import (
        StableDiffusionXLPipeline,
    )
    from diffusers.schedulers.scheduling_euler_discrete import EulerDiscreteScheduler
    from transformers.models.clip.configuration_clip import CLIPTextConfig
    from transformers.models.clip.modeling_clip import CLIPTextModel, CLIPTextModelWithProjection

    tokenizer, words = _tokenizer(widths.words)
    ends: dict[str, Any] = {
        "bos_token_id": words - 2,
        "eos_token_id": words - 1,
        "pad_token_id": words - 1,
    }
    text_l, text_g = (
        CLIPTextConfig(vocab_size=words, **ends, **shape)
        for shape in (widths.text_l, widths.text_g)
    )
    scheduler = EulerDiscreteScheduler(**SCHEDULER)  # it calculates with NumPy, on the processor
    before = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    try:
        with torch.device(device):
            pipeline = StableDiffusionXLPipeline(
                vae=AutoencoderKL(**widths.vae),
                text_encoder=CLIPTextModel(text_l),
                text_encoder_2=CLIPTextModelWithProjection(text_g),
                tokenizer=tokenizer,
                tokenizer_2=tokenizer,
                unet=UNet2DConditionModel(**widths.unet),
                scheduler=scheduler,
                add_watermarker=False,
            )
    finally:
        torch.set_default_dtype(before)
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def measure(pipeline: Any, side: int, pictures: int, steps: int, rounds: int) -> Cost:
    """Draw rounds of so many pictures at once, after one that is short and not counted."""
    on_card = torch.device(pipeline.device).type == "cuda"
    _draw(pipeline, side, pictures, min(2, steps), 0)
    if on_card:
        torch.cuda.reset_peak_memory_stats()
    seconds = []
    for number in range(1, rounds + 1):
        began = time.perf_counter()
        _draw(pipeline, side, pictures, steps, number)
        seconds.append(time.perf_counter() - began)
    peak = torch.cuda.max_memory_allocated() if on_card else None
    return Cost(pictures, median(seconds), peak)


def _draw(pipeline: Any, side: int, pictures: int, steps: int, number: int) -> None:
    """From the prompt to pixels in main memory."""
    seeds = [number * 100 + index for index in range(pictures)]
    result = pipeline(
        PROMPT.format(number),
        width=side,
        height=side,
        num_images_per_prompt=pictures,
        num_inference_steps=steps,
        guidance_scale=GUIDANCE,
        generator=[torch.Generator("cpu").manual_seed(seed) for seed in seeds],
        output_type="pt",
    )
    levels = (result.images.float().nan_to_num().clamp(0, 1) * 255).round().to(torch.uint8).cpu()
    assert levels.shape == (pictures, 3, side, side)


def _tokenizer(words: int) -> tuple[Any, int]:
    from transformers.models.clip.tokenization_clip import CLIPTokenizer

    from checkpoints import write_tokenizer

    with tempfile.TemporaryDirectory() as folder:
        count = write_tokenizer(Path(folder), words=words)
        return CLIPTokenizer.from_pretrained(folder, local_files_only=True), count


def weights_of(widths: Widths) -> dict[str, int]:
    """How many weights each component has, without making them."""
    pipeline = build(widths, "meta", torch.float32)
    parts = ("unet", "vae", "text_encoder", "text_encoder_2")
    return {
        part: sum(weight.numel() for weight in getattr(pipeline, part).parameters())
        for part in parts
    }
