"""Linear layers by oneDNN on processors where torch's own way is slow.

torch gives float32 matrix products to MKL, which on AMD's processors stays with AVX2: 109 GFLOP/s
for 1152 x 768 by 768 x 3072 on one core of a Zen 5, where oneDNN reaches 204. oneDNN's kernel is an
operator that torch's compiler uses and that is not public, so it is looked for and not counted on.
Which way is taken depends on the processor alone and never on a measurement: the bytes of a picture
follow from it.
"""

from __future__ import annotations

import platform
import re
from contextlib import suppress
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

_CPUINFO = Path("/proc/cpuinfo")


def linear(x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """``F.linear``, by the faster way on this processor; equal to rounding."""
    if x.dtype is torch.float32 and x.device.type == "cpu" and prefers_onednn():
        result: Tensor = torch.ops.mkldnn._linear_pointwise(x, weight, bias, "none", [], "")
        return result
    return F.linear(x, weight, bias)


class FastLinear(nn.Linear):
    """``nn.Linear`` by ``linear``."""

    def forward(self, x: Tensor) -> Tensor:
        return linear(x, self.weight, self.bias)


def use_fast_linears(module: nn.Module) -> None:
    """Let every Linear layer of a module, with the weights it has, take the faster way."""
    if not prefers_onednn():
        return
    for layer in module.modules():
        if type(layer) is nn.Linear:
            layer.__class__ = FastLinear


def prefers_onednn() -> bool:
    """Whether this is an AMD processor and torch has the operator."""
    global _prefers  # noqa: PLW0603 - asked at every layer, and a processor does not change
    if _prefers is None:
        _prefers = _is_amd() and _has_operator()
    return _prefers


_prefers: bool | None = None


def _is_amd() -> bool:
    if platform.system() == "Linux":
        with suppress(OSError):
            found = re.search(r"^vendor_id\s*:\s*(\S+)$", _CPUINFO.read_text(), re.MULTILINE)
            return found is not None and found[1] == "AuthenticAMD"
    return "AuthenticAMD" in platform.processor()  # Windows


def _has_operator() -> bool:
    """Whether the operator is there and right; a version of torch may lack or change it."""
    operators: Any = torch.ops.mkldnn
    try:
        x, weight, bias = torch.ones(2, 3), torch.ones(4, 3), torch.ones(4)
        made = operators._linear_pointwise(x, weight, bias, "none", [], "")
        return bool(torch.equal(made, F.linear(x, weight, bias)))
    except Exception:  # noqa: BLE001 - whatever it is, torch's own way is there
        return False
