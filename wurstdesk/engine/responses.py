"""Global response normalisation with the Linear after it, in one pass over the cells.

diffusers' ``GlobalResponseNorm`` (ConvNeXt V2, arXiv 2301.00808) computes
``gamma * (x * s) + beta + x`` over B x H x W x 4C numbers, s being a factor for each channel: four
passes through memory, which on a processor cost as much as an eighth of a step. With
k = 1 + gamma * s, the Linear behind it is W (k * x + beta) + b = (W k) x + (W beta + b): the second
sum is the same for every picture and step, and k goes into the weights where there are fewer of
them than of cells.
"""

from __future__ import annotations

from typing import Any

import torch
from diffusers.pipelines.deprecated.wuerstchen.modeling_wuerstchen_common import (
    GlobalResponseNorm,
)
from torch import Tensor, nn

from wurstdesk.engine.linears import linear

PIECE = 512
"""Cells that are squared together: few enough to stay in the cache."""


class ResponseLinear(nn.Module):
    """``GlobalResponseNorm`` and the ``Linear`` after it: B x H x W x 4C to B x H x W x C.

    Equal to the two, to rounding.
    """

    def __init__(self, norm: GlobalResponseNorm, linear: nn.Linear) -> None:
        super().__init__()
        beta: Any = norm.beta
        shift = linear.weight.double() @ beta.double().flatten()
        self.gamma = nn.Parameter(norm.gamma.detach().flatten(), requires_grad=False)
        self.weight = nn.Parameter(linear.weight.detach(), requires_grad=False)
        bias = linear.bias.detach().double() + shift
        self.bias = nn.Parameter(bias.to(linear.weight.dtype), requires_grad=False)

    def forward(self, x: Tensor) -> Tensor:
        cells = x.flatten(1, 2)
        strength = _lengths(cells)
        share = strength / (strength.mean(dim=-1, keepdim=True) + 1e-6)
        factors = 1 + self.gamma * share
        if cells.shape[0] == 1 and cells.shape[1] > self.weight.shape[0]:
            return linear(x, self.weight * factors[0], self.bias)
        return linear(x * factors[:, :, None], self.weight, self.bias)


def _lengths(cells: Tensor) -> Tensor:
    """The norm of each channel over all cells: B x cells x C to B x 1 x C.

    On a processor torch's own is five times slower than the sum of squares, which 16-bit floats
    cannot hold.
    """
    if cells.device.type != "cpu" or cells.element_size() < 4:
        lengths: Tensor = torch.linalg.vector_norm(cells, dim=1, keepdim=True)
        return lengths
    total = torch.zeros_like(cells[:, :1])
    for piece in cells.split(PIECE, dim=1):
        total += piece.square().sum(1, keepdim=True)
    return total.sqrt_()


@torch.no_grad()
def fold_responses(stage: nn.Module) -> None:
    """Put a ``ResponseLinear`` in the place of each pair of the two in a loaded stage.

    It is a layer like any other to what moves layers, but not to what keeps Linear layers in
    eight bits.
    """
    for block in stage.modules():
        layers = getattr(block, "channelwise", None)
        if isinstance(layers, nn.Sequential) and isinstance(layers[2], GlobalResponseNorm):
            linear: Any = layers[4]
            block.channelwise = nn.Sequential(
                layers[0], layers[1], ResponseLinear(layers[2], linear)
            )
