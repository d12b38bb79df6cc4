"""Turns latents into small pictures, many times a second, while a stage works on them.

For Stage C a checkpoint may bring a ``previewer/`` (``ConvPreviewer``, made when the checkpoint was
trained); where there is none, ``linear_preview`` shows at least where things are and how they
differ. For Stage B there are ``colours``.
A preview is a courtesy: whatever goes wrong in here never fails a job.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from wurstdesk.engine.layers import place_of
from wurstdesk.engine.pixels import to_pixels
from wurstdesk.errors import GenerationCancelled
from wurstdesk.generation import Pixels

CELLS = (4, 3)
"""The latent is stretched by 4/3 before it is doubled three times: 32/3 pixels a cell."""

MOST_OF_THE_TIME = 1 / 8
"""Share of the time that previews may take at most, whatever rate was asked for."""
_REST_AFTER_FIRST = 0.5
"""Seconds at most: the first also pays for what is done only once, and says little of the next."""

_log = logging.getLogger(__name__)


class ConvPreviewer(nn.Module):
    """The direct decoder: a Stage C latent to RGB at a quarter of the picture's side.

    ``forward`` takes normalised x_C as it is sampled (before ``* latent_mean - latent_std``),
    float, B x 16 x h x w, and gives RGB in [0, 1], B x 3 x 8*(4h//3) x 8*(4w//3): 96 x 96 pixels
    for the 9 x 9 latent of a 384 x 384 picture. 1.1 M weights.
    """

    def __init__(
        self,
        latent_channels: int = 16,
        width: int = 192,
        hidden: Sequence[int] = (128, 64, 48),
        out_channels: int = 3,
    ) -> None:
        super().__init__()
        self.latent_channels = latent_channels
        self.trunk = nn.Sequential(
            nn.Conv2d(latent_channels, width, 3, padding=1),
            nn.GELU(),
            nn.GroupNorm(8, width),
            nn.Conv2d(width, width, 3, padding=1),
            nn.GELU(),
            nn.GroupNorm(8, width),
        )
        layers: list[nn.Module] = []
        channels = width
        for stage in hidden:
            layers += [
                nn.ConvTranspose2d(channels, stage, 4, stride=2, padding=1),
                nn.GELU(),
                nn.GroupNorm(8, stage),
                nn.Conv2d(stage, stage, 3, padding=1),
                nn.GELU(),
            ]
            channels = stage
        self.up = nn.Sequential(*layers, nn.Conv2d(channels, out_channels, 3, padding=1))

    def estimate(self, latents: Tensor) -> Tensor:
        """What ``forward`` gives, before it is clamped: training needs the gradient beyond."""
        features = self.trunk(latents)
        height, width = (side * CELLS[0] // CELLS[1] for side in latents.shape[-2:])
        features = F.interpolate(
            features, size=(height, width), mode="bilinear", align_corners=False
        )
        picture: Tensor = self.up(features)
        return picture

    def forward(self, latents: Tensor) -> Tensor:
        """B x 16 x h x w of x_C to B x 3 x H x W of RGB in [0, 1], the same dtype."""
        return self.estimate(latents).clamp(0, 1)


def linear_preview(latents: Tensor, latent_mean: float, latent_std: float) -> Tensor:
    """RGB of a latent whose checkpoint has no previewer: three fixed directions through it.

    The directions are rows of the 16-point cosine transform, which are orthogonal and stay the
    same from step to step. B x C x h x w in x_C units to B x 3 x 4h x 4w in [0, 1].
    """
    features = latents.float() * latent_mean - latent_std  # mean 0, deviation 1 by training
    channels = features.shape[1]
    places = (torch.arange(channels, device=features.device) + 0.5) * (math.pi / channels)
    directions = torch.stack([torch.cos(k * places) for k in (1, 2, 3)]) * (2 / channels) ** 0.5
    colours = torch.einsum("kc,bchw->bkhw", directions, features)
    return F.interpolate((0.5 + 0.2 * colours).clamp(0, 1), scale_factor=4.0, mode="nearest")


def draw_features(
    previewer: ConvPreviewer | None, latents: Tensor, latent_mean: float, latent_std: float
) -> Tensor:
    """RGB of Stage C's latents by the checkpoint's previewer, or by ``linear_preview``."""
    if previewer is None:
        return linear_preview(latents, latent_mean, latent_std)
    device, dtype = place_of(previewer)
    return _without_chequer(previewer(latents.to(device, dtype)))


def _without_chequer(picture: Tensor) -> Tensor:
    """Without the pattern of two pixels that transposed convolutions leave; B x 3 x H x W."""
    line = torch.tensor([0.25, 0.5, 0.25], device=picture.device, dtype=picture.dtype)
    kernel = (line[:, None] * line).expand(3, 1, 3, 3)
    return F.conv2d(F.pad(picture, (1, 1, 1, 1), mode="replicate"), kernel, groups=3)


def wait_for(device: torch.device) -> None:
    """Wait until a device has done what it was given, which is no cost of what comes next."""
    if device.type != "cpu":
        torch.accelerator.synchronize(device)


class Previews:
    """Makes previews of one stage of a job, not more often than they may cost.

    ``per_second`` of 0 or less makes none. A preview that fails turns them off for good.
    """

    def __init__(self, per_second: float, clock: Callable[[], float] = time.perf_counter) -> None:
        self._gap = 1 / per_second if per_second > 0 else math.inf
        self._clock = clock
        self._next = -math.inf
        self._on = per_second > 0
        self._is_warm = False

    @property
    def due(self) -> bool:
        """Whether it is time for the next one."""
        return self._on and self._clock() >= self._next

    @property
    def on(self) -> bool:
        """Whether any are wanted."""
        return self._on

    def make(self, latents: Callable[[], Tensor], draw: Callable[[Tensor], Tensor]) -> list[Pixels]:
        """A picture for each latent of the batch, or none; ``draw`` gives B x 3 x H x W in [0, 1].

        ``latents`` is a function so that what it computes fails here.
        """
        try:
            shown = latents()
            wait_for(shown.device)
            began = self._clock()
            pictures = to_pixels(draw(shown))
        except GenerationCancelled:
            raise
        except Exception:  # noqa: BLE001 - out of memory, a bad previewer: the job goes on
            _log.warning("previews are switched off", exc_info=True)
            self._on = False
            return []
        ended = self._clock()
        # A waiting time of 7 costs after each makes 1/8.
        rest = (ended - began) * (1 / MOST_OF_THE_TIME - 1)
        if not self._is_warm:
            self._is_warm, rest = True, min(rest, _REST_AFTER_FIRST)
        self._next = max(began + self._gap, ended + rest)
        return pictures
