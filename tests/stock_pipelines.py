"""The reference: diffusers' own two pipelines, run one after the other."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
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
from wurstdesk.generation import CheckpointInfo

tqdm.monitor_interval = 0  # or its bars, though invisible, leave a thread behind


@dataclass(frozen=True)
class StockPipelines:
    """Both pipelines on a checkpoint, loaded as the libraries themselves load components."""

    prior: Any
    decoder: Any

    def image_embeddings(
        self, prompt: str, negative: str, seeds: list[int], **settings: Any
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
        self, embeddings: Tensor, prompt: str, negative: str, seeds: list[int], **settings: Any
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


def load_stock(info: CheckpointInfo, dtype: torch.dtype) -> StockPipelines:
    """The stock pipelines with weights in ``dtype``."""

    def part(cls: Any, folder: Path) -> Any:
        module = cls.from_pretrained(str(folder), local_files_only=True)
        return module.to(dtype).eval()

    numbers = read_indexes(info)
    prior = WuerstchenPriorPipeline(
        CLIPTokenizer.from_pretrained(str(info.prior_path / "tokenizer")),
        part(CLIPTextModel, info.prior_path / "text_encoder"),
        part(WuerstchenPrior, info.prior_path / "prior"),
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


def _generators(seeds: list[int]) -> list[torch.Generator]:
    return [torch.Generator("cpu").manual_seed(seed) for seed in seeds]
