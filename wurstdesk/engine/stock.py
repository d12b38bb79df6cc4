"""The reference: diffusers' own two pipelines, run one after the other, untouched.

For the benchmark and for the tests of parity; the program itself never draws with them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import RLock
from typing import Any

import torch
from diffusers.pipelines.deprecated.wuerstchen.modeling_paella_vq_model import PaellaVQModel
from diffusers.pipelines.deprecated.wuerstchen.modeling_wuerstchen_diffnext import (
    WuerstchenDiffNeXt,
)
from diffusers.pipelines.deprecated.wuerstchen.modeling_wuerstchen_prior import WuerstchenPrior
from diffusers.pipelines.deprecated.wuerstchen.pipeline_wuerstchen import (
    WuerstchenDecoderPipeline,
)
from diffusers.pipelines.deprecated.wuerstchen.pipeline_wuerstchen_prior import (
    WuerstchenPriorPipeline,
)
from diffusers.schedulers.scheduling_ddpm_wuerstchen import DDPMWuerstchenScheduler
from torch import Tensor
from tqdm import tqdm  # type: ignore[import-untyped]
from transformers.models.clip.modeling_clip import CLIPTextModel
from transformers.models.clip.tokenization_clip import CLIPTokenizer

from wurstdesk.engine.model_files import read_indexes
from wurstdesk.engine.pixels import to_pixels
from wurstdesk.generation import CheckpointInfo, GenerationRequest, Pixels

# Its bars, though invisible, would leave a thread behind, and a semaphore of the system's, which
# Python complains about if the process is ended from outside.
tqdm.monitor_interval = 0
tqdm.set_lock(RLock())


@dataclass(frozen=True)
class StockPipelines:
    """Both pipelines on a checkpoint, loaded as the libraries themselves load components."""

    prior: Any
    decoder: Any

    def image_embeddings(
        self, prompt: str, negative: str, seeds: Sequence[int], **settings: Any
    ) -> Tensor:
        """Stage C's result, ``latents * latent_mean - latent_std``, a row for each seed."""
        result = self.prior(
            [prompt] * len(seeds),
            negative_prompt=[negative] * len(seeds),
            generator=_generators(seeds),
            **settings,
        )
        embeddings: Tensor = result.image_embeddings
        return embeddings

    def decoded(
        self, embeddings: Tensor, prompt: str, negative: str, seeds: Sequence[int], **settings: Any
    ) -> Tensor:
        """VQ latents (``output_type="latent"``) or pixels in [0, 1] (``"pt"``)."""
        result = self.decoder(
            embeddings,
            prompt,
            negative_prompt=negative,
            generator=_generators(seeds),
            **settings,
        )
        images: Tensor = result.images
        return images

    def pictures(self, request: GenerationRequest) -> list[Pixels]:
        """The request's pictures, all of them in one batch, on as many threads as torch has."""
        alone = [request.for_picture(index) for index in range(request.num_images)]
        schedule: dict[str, Any] = {"num_inference_steps": request.prior_num_inference_steps}
        if request.prior_timesteps is not None:
            schedule = {"timesteps": list(request.prior_timesteps)}
        embeddings = self.image_embeddings(
            request.prompt,
            request.negative_prompt,
            [one.seed for one in alone],
            width=request.width,
            height=request.height,
            guidance_scale=request.prior_guidance_scale,
            **schedule,
        )
        pixels = self.decoded(
            embeddings,
            request.prompt,
            request.negative_prompt,
            [one.seed if one.decoder_seed is None else one.decoder_seed for one in alone],
            num_inference_steps=request.decoder_num_inference_steps,
            guidance_scale=request.decoder_guidance_scale,
            output_type="pt",
        )
        return to_pixels(pixels)


def load_stock(
    info: CheckpointInfo, dtype: torch.dtype, device: torch.device | str = "cpu"
) -> StockPipelines:
    """The stock pipelines on a device, with weights in ``dtype``."""

    def part(cls: Any, folder: Path) -> Any:
        variant = "fp16" if list(folder.glob("*.fp16.safetensors")) else None
        module = cls.from_pretrained(
            str(folder), local_files_only=True, torch_dtype=dtype, variant=variant
        )
        return module.to(device).eval()

    numbers = read_indexes(info)
    prior = WuerstchenPriorPipeline(
        CLIPTokenizer.from_pretrained(str(info.prior_path / "tokenizer")),
        part(CLIPTextModel, info.prior_path / "text_encoder"),
        part(WuerstchenPrior, info.prior_folder),
        DDPMWuerstchenScheduler(),
        latent_mean=numbers.latent_mean,
        latent_std=numbers.latent_std,
        resolution_multiple=numbers.resolution_multiple,
    )
    decoder = WuerstchenDecoderPipeline(
        CLIPTokenizer.from_pretrained(str(info.path / "tokenizer")),
        part(CLIPTextModel, info.path / "text_encoder"),
        part(WuerstchenDiffNeXt, info.path / "decoder"),
        DDPMWuerstchenScheduler(),
        part(PaellaVQModel, info.path / "vqgan"),
        latent_dim_scale=numbers.latent_dim_scale,
    )
    pipelines: tuple[Any, ...] = (prior, decoder)
    for pipeline in pipelines:
        pipeline.set_progress_bar_config(disable=True)
    return StockPipelines(prior, decoder)


def _generators(seeds: Sequence[int]) -> list[torch.Generator]:
    return [torch.Generator("cpu").manual_seed(seed) for seed in seeds]
