"""What is found of a machine, asked through a torch that says what the test wants."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import psutil
import pytest
import torch

from wurstdesk.engine import hardware
from wurstdesk.engine.hardware import detect, has_native_bfloat16, is_integrated
from wurstdesk.engine.machine import Device, card


@pytest.fixture(autouse=True)
def nothing_but_a_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    for backend in (torch.cuda, torch.backends.mps, torch.xpu):
        monkeypatch.setattr(backend, "is_available", lambda: False)


def cards(monkeypatch: pytest.MonkeyPatch, *found: Any, rocm: str | None = None) -> None:
    """Let torch see cards of these properties, the first with 1 GB free, the second with 2."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: len(found))
    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda index: found[index])
    monkeypatch.setattr(torch.cuda, "get_arch_list", lambda: ["sm_60", "sm_75", "compute_120"])
    monkeypatch.setattr(torch.version, "hip", rocm)
    monkeypatch.setattr(
        torch.cuda,
        "mem_get_info",
        lambda index: ((index + 1) * 10**9, found[index].total_memory),
    )


def properties(name: str, major: int, minor: int, memory: int, **more: Any) -> SimpleNamespace:
    return SimpleNamespace(name=name, major=major, minor=minor, total_memory=memory, **more)


def test_this_machine() -> None:
    found = detect()

    (processor,) = found.devices
    assert (processor.kind, processor.bfloat16) == ("cpu", True)
    assert processor.name
    assert found.threads == torch.get_num_threads()
    assert 0 < found.available < found.memory
    assert (processor.memory, processor.free) == (found.memory, found.available)


def test_cards_with_what_is_free_of_their_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    cards(
        monkeypatch,
        properties("RTX 3060", 8, 6, 12 * 10**9),
        properties("Orin", 8, 7, 16 * 10**9, is_integrated=1),
    )

    first, second, processor = detect().devices
    assert first == card("RTX 3060", 0, 12 * 10**9, 10**9, capability=(8, 6))
    assert (first.bfloat16, first.fast_half, first.unified) == (True, True, False)
    assert (second.torch_name, second.free, second.unified) == ("cuda:1", 2 * 10**9, True)
    assert processor.kind == "cpu"


def test_a_card_that_torch_has_no_kernels_for_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    cards(
        monkeypatch,
        properties("GTX 980", 5, 2, 4 * 10**9),
        properties("GTX 1080", 6, 1, 8 * 10**9),
    )
    assert [device.torch_name for device in detect().devices] == ["cuda:1", "cpu"]


def test_a_card_whose_driver_does_not_answer_is_there_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cards(monkeypatch, properties("RTX 3060", 8, 6, 12 * 10**9))

    def fail(index: int) -> tuple[int, int]:
        raise RuntimeError("CUDA error: unknown error")

    monkeypatch.setattr(torch.cuda, "mem_get_info", fail)
    assert (detect().devices[0].memory, detect().devices[0].free) == (12 * 10**9, 0)


def test_a_card_that_is_full_is_not_one_of_which_nothing_is_known(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cards(monkeypatch, properties("RTX 3060", 8, 6, 12 * 10**9))
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda index: (0, 12 * 10**9))
    assert detect().devices[0].free == 1


def test_amd_cards_are_good_at_half_precision(monkeypatch: pytest.MonkeyPatch) -> None:
    cards(monkeypatch, properties("RX 6600", 10, 3, 8 * 10**9), rocm="6.4")

    device = detect().devices[0]
    assert (device.fast_half, device.bfloat16, device.capability) == (True, True, (0, 0))


@pytest.mark.parametrize(
    ("name", "capability", "fast"),
    [
        ("GTX 1080", (6, 1), False),
        ("P100", (6, 0), True),
        ("V100", (7, 0), True),
        ("GTX 1650", (7, 5), False),
        ("NVIDIA GeForce MX450", (7, 5), False),
        ("Quadro T1000", (7, 5), False),
        ("RTX 2060", (7, 5), True),
        ("Tesla T4", (7, 5), True),
        ("RTX 4000", (7, 5), True),
    ],
)
def test_which_cards_are_good_at_half_precision(
    name: str, capability: tuple[int, int], fast: bool
) -> None:
    assert card(name, 0, 10**9, 10**9, capability=capability).fast_half is fast


def test_apples_graphics_use_a_part_of_main_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    monkeypatch.setattr(torch.mps, "recommended_max_memory", lambda: 11 * 10**9)
    monkeypatch.setattr(torch.mps, "driver_allocated_memory", lambda: 2 * 10**9)
    memory = SimpleNamespace(total=16 * 10**9, available=12 * 10**9)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: memory)

    device = detect().devices[0]
    assert (device.torch_name, device.unified, device.fast_half) == ("mps", True, True)
    assert (device.memory, device.free) == (11 * 10**9, 9 * 10**9)

    memory.available = 4 * 10**9
    assert detect().devices[0].free == 4 * 10**9


def test_intels_cards(monkeypatch: pytest.MonkeyPatch) -> None:
    found = SimpleNamespace(
        name="Arc A770", total_memory=16 * 10**9, has_fp16=True, is_integrated_gpu=False
    )
    monkeypatch.setattr(torch.xpu, "is_available", lambda: True)
    monkeypatch.setattr(torch.xpu, "device_count", lambda: 1)
    monkeypatch.setattr(torch.xpu, "get_device_properties", lambda index: found)
    monkeypatch.setattr(torch.xpu, "mem_get_info", lambda index: (15 * 10**9, 16 * 10**9))

    assert detect().devices[0] == Device(
        "xpu", "Arc A770", 0, 16 * 10**9, 15 * 10**9, bfloat16=True, fast_half=True
    )


@pytest.mark.parametrize(
    ("name", "integrated"),
    [
        ("Intel(R) Arc(TM) A770 Graphics", False),
        ("Intel(R) Arc(TM) B580 Graphics", False),
        ("Intel(R) Data Center GPU Max 1550", False),
        ("Intel(R) Iris(R) Xe Graphics", True),
        ("Intel(R) Arc(TM) Graphics", True),
        ("Intel(R) Arc(TM) 140V GPU (16GB)", True),
    ],
)
def test_what_older_versions_of_torch_do_not_say_is_in_the_name(
    name: str, integrated: bool
) -> None:
    assert is_integrated(SimpleNamespace(name=name)) is integrated
    assert is_integrated(SimpleNamespace(name=name, is_integrated_gpu=not integrated)) is (
        not integrated
    )


@pytest.mark.parametrize(
    ("answers", "native"),
    [
        ({"_is_avx512_bf16_supported": True, "_is_amx_tile_supported": False}, True),
        ({"_is_avx512_bf16_supported": False, "_is_amx_tile_supported": True}, True),
        ({"_is_avx512_bf16_supported": False, "_is_amx_tile_supported": False}, False),
        ({}, False),
    ],
)
def test_native_bfloat16_is_what_torch_says_where_it_says_it(
    monkeypatch: pytest.MonkeyPatch, answers: dict[str, bool], native: bool
) -> None:
    for name in ("_is_avx512_bf16_supported", "_is_amx_tile_supported"):
        monkeypatch.delattr(torch.cpu, name, raising=False)
    for name, answer in answers.items():
        monkeypatch.setattr(torch.cpu, name, lambda answer=answer: answer, raising=False)

    assert has_native_bfloat16() is native
    assert detect().devices[-1].fast_half is native


def test_without_psutil_main_memory_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise OSError("/proc is not there")

    monkeypatch.setattr(psutil, "virtual_memory", fail)
    assert (detect().memory, detect().available) == (0, 0)


def test_the_processor_is_called_as_people_know_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    information = tmp_path / "cpuinfo"
    information.write_text("processor\t: 0\nmodel name\t: AMD  Ryzen 7\nflags\t: fpu\n")
    monkeypatch.setattr(hardware, "_CPUINFO", information)
    monkeypatch.setattr("platform.system", lambda: "Linux")
    assert detect().devices[-1].name == "AMD Ryzen 7"

    information.unlink()
    assert detect().devices[-1].name
