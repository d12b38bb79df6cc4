"""Linear layers by oneDNN: the same numbers to rounding, and torch's own way everywhere else."""

from __future__ import annotations

import platform
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from wurstdesk.engine import linears


@pytest.fixture
def amd(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on an AMD processor, if torch has the operator."""
    if not linears._has_operator():
        pytest.skip("this torch has no such operator")
    monkeypatch.setattr(linears, "_prefers", True)


@pytest.mark.parametrize("shape", [(7, 24), (2, 5, 24), (1, 6, 4, 24)])
@pytest.mark.parametrize("bias", [True, False])
def test_it_is_the_same_to_rounding(amd: None, shape: tuple[int, ...], bias: bool) -> None:
    # Given a layer and cells, in order and turned as convolutions leave them
    layer = nn.Linear(24, 40, bias=bias)
    holder = nn.Sequential(layer)
    cells = torch.randn(shape)
    turned = torch.randn((*shape[:-2], 24, shape[-2])).transpose(-1, -2)
    expected = [layer(cells), layer(turned)]
    # When the faster way is taken, then the numbers are the same
    linears.use_fast_linears(holder)
    assert type(holder[0]) is linears.FastLinear
    for ours, theirs in zip((holder(cells), holder(turned)), expected, strict=True):
        assert torch.allclose(ours, theirs, atol=1e-5)


@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16])
def test_other_precisions_are_torchs_own(amd: None, dtype: torch.dtype) -> None:
    x, weight, bias = (torch.randn(s, dtype=dtype) for s in ((3, 8), (5, 8), (5,)))
    assert torch.equal(linears.linear(x, weight, bias), F.linear(x, weight, bias))


@pytest.mark.parametrize(
    ("vendor", "amd"), [("AuthenticAMD", True), ("GenuineIntel", False), ("", False)]
)
def test_the_processor_decides(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, vendor: str, amd: bool
) -> None:
    # Given a Linux machine of some maker
    information = tmp_path / "cpuinfo"
    information.write_text(f"processor\t: 0\nvendor_id\t: {vendor}\nflags\t: fpu\n")
    monkeypatch.setattr(linears, "_CPUINFO", information)
    monkeypatch.setattr(linears, "_prefers", None)
    monkeypatch.setattr(platform, "system", lambda: "Linux")
    monkeypatch.setattr(linears, "_has_operator", lambda: True)
    # When a module is prepared, then its layers change on AMD's processors only
    holder = nn.Sequential(nn.Linear(2, 2))
    linears.use_fast_linears(holder)
    assert (type(holder[0]) is linears.FastLinear) == amd


def test_a_torch_without_the_operator_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def changed(*_: Any) -> None:
        raise RuntimeError("expected 7 arguments")

    monkeypatch.setattr(torch.ops, "mkldnn", SimpleNamespace(_linear_pointwise=changed))
    assert not linears._has_operator()
