"""Which device and precision a machine gets."""

from __future__ import annotations

import pytest

from wurstdesk.engine.device_planner import Device, Hardware, plan
from wurstdesk.errors import UserError
from wurstdesk.generation import DeviceChoice, DtypeChoice, EngineOptions

CPU = Device("cpu", "processor", bfloat16=True)
SMALL = Device("cuda", "small card", 0, 4 * 2**30)
LARGE = Device("cuda", "large card", 1, 24 * 2**30, bfloat16=True)
APPLE = Device("mps", "Apple graphics", bfloat16=True)
INTEL = Device("xpu", "Intel card", 0, 16 * 2**30, bfloat16=True)


@pytest.mark.parametrize(
    ("devices", "options", "device", "dtype"),
    [
        ((CPU,), EngineOptions(), "cpu", "float32"),
        ((SMALL, LARGE, CPU), EngineOptions(), "cuda:1", "float16"),
        ((APPLE, CPU), EngineOptions(), "mps", "float16"),
        ((INTEL, CPU), EngineOptions(), "xpu:0", "float16"),
        ((LARGE, CPU), EngineOptions(device="cpu"), "cpu", "float32"),
        ((LARGE, CPU), EngineOptions(dtype="bfloat16"), "cuda:1", "bfloat16"),
        ((LARGE, CPU), EngineOptions(dtype="float32"), "cuda:1", "float32"),
    ],
)
def test_choice(
    devices: tuple[Device, ...], options: EngineOptions, device: str, dtype: str
) -> None:
    chosen = plan(Hardware(devices, threads=2), options)
    assert (chosen.device, chosen.dtype) == (device, dtype)
    assert chosen.device_name in chosen.reason


@pytest.mark.parametrize(
    ("device", "dtype"), [("mps", "auto"), ("xpu", "auto"), ("cuda", "bfloat16")]
)
def test_what_the_machine_has_not_is_a_sentence(device: DeviceChoice, dtype: DtypeChoice) -> None:
    with pytest.raises(UserError) as caught:
        plan(Hardware((SMALL, CPU)), EngineOptions(device=device, dtype=dtype))
    assert caught.value.hint


def test_threads() -> None:
    assert plan(Hardware((CPU,), threads=6), EngineOptions()).threads == 6
    assert plan(Hardware((CPU,), threads=6), EngineOptions(threads=2)).threads == 2
