"""Machines that people have, and the published checkpoint's sizes, for tests of plans.

Memory is in gigabytes of 10⁹ bytes; what is free is what a desktop with a browser leaves.
"""

from __future__ import annotations

from wurstdesk.engine.component_sizes import ComponentSizes, StageBLevel, Weights
from wurstdesk.engine.machine import Device, Hardware, card

PUBLISHED_SIZES = ComponentSizes(
    prior_text=Weights(693_021_440, 63_242_240),
    prior=Weights(993_636_896, 9_443_328),
    decoder_text=Weights(352_984_064, 50_593_792),
    decoder=Weights(848_822_432, 13_194_240),
    vqgan=Weights(18_406_902, 1_180_032),
    previewer=Weights(),
    prior_text_channels=1280,
    decoder_text_channels=1024,
    prior_channels=1536,
    prior_heads=24,
    prior_blocks=32,
    decoder_levels=(
        StageBLevel(320, 0, 0),
        StageBLevel(640, 10, 8),
        StageBLevel(1280, 20, 28),
        StageBLevel(1280, 20, 8),
    ),
    decoder_patch=2,
    vqgan_channels=(384, 192),
    vqgan_scale=4,
    resolution_multiple=42.67,
)
"""warp-ai/wuerstchen and its prior, once Stage B's conditioning is folded."""


def size(gigabytes: float) -> int:
    """Bytes."""
    return round(gigabytes * 1e9)


def machine(
    memory: float, available: float, *devices: Device, fast_bfloat16: bool = False
) -> Hardware:
    """A computer with main memory, of which some is available, a processor and its cards."""
    processor = Device(
        "cpu",
        "Ryzen",
        memory=size(memory),
        free=size(available),
        bfloat16=True,
        fast_half=fast_bfloat16,
    )
    return Hardware((*devices, processor), 8, size(memory), size(available))


def nvidia(
    name: str, capability: tuple[int, int], memory: float, free: float, index: int = 0
) -> Device:
    """A card of NVIDIA's."""
    return card(name, index, size(memory), size(free), capability=capability)


def amd(name: str, memory: float, free: float) -> Device:
    """A card of AMD's under ROCm, which says “cuda”."""
    return card(name, 0, size(memory), size(free), capability=(11, 0), rocm=True)


def intel(name: str, memory: float, free: float, *, unified: bool = False) -> Device:
    """A card of Intel's, or the graphics in a processor."""
    return Device(
        "xpu", name, 0, size(memory), size(free), bfloat16=True, fast_half=True, unified=unified
    )


def apple(name: str, memory: float, available: float) -> Hardware:
    """A Mac; its graphics may use two thirds of main memory."""
    most = memory * 2 / 3
    graphics = Device(
        "mps",
        f"{name} graphics",
        memory=size(most),
        free=size(min(most, available)),
        bfloat16=True,
        fast_half=True,
        unified=True,
    )
    return machine(memory, available, graphics)


MACHINES: dict[str, Hardware] = {
    "2 GB card, old": machine(8, 5, nvidia("GT 1030", (6, 1), 2.1, 1.7)),
    "2 GB card": machine(16, 11, nvidia("RTX A400", (8, 6), 2.1, 1.7)),
    "2 GB card, 32 GB": machine(32, 25, nvidia("RTX A400", (8, 6), 2.1, 1.7)),
    "2 GB card, half of it taken": machine(16, 11, nvidia("RTX A400", (8, 6), 2.1, 1.14)),
    "2 GB card, taken": machine(16, 11, nvidia("RTX A400", (8, 6), 2.1, 0.6)),
    "3 GB card": machine(16, 11, nvidia("CMP 50HX", (7, 5), 3.2, 2.95)),
    "4 GB card, Pascal": machine(16, 11, nvidia("GTX 1050 Ti", (6, 1), 4.2, 3.5)),
    "4 GB card, Pascal, 32 GB": machine(32, 25, nvidia("GTX 1050 Ti", (6, 1), 4.2, 3.5)),
    "4 GB card, GTX 16": machine(32, 25, nvidia("GTX 1650", (7, 5), 4.2, 3.5)),
    "4 GB laptop": machine(16, 11, nvidia("RTX 3050 Laptop", (8, 6), 4.2, 3.6)),
    "4 GB laptop with 8 GB": machine(8, 4.5, nvidia("RTX 3050 Laptop", (8, 6), 4.2, 3.6)),
    "6 GB card": machine(16, 11, nvidia("RTX 2060", (7, 5), 6.4, 5.6)),
    "6 GB card, Pascal": machine(32, 25, nvidia("GTX 1060", (6, 1), 6.4, 5.6)),
    "8 GB card": machine(16, 11, nvidia("RTX 4060", (8, 9), 8.5, 7.6)),
    "8 GB card, busy": machine(16, 11, nvidia("RTX 4060", (8, 9), 8.5, 6.0)),
    "8 GB card, Pascal": machine(32, 25, nvidia("GTX 1080", (6, 1), 8.5, 7.6)),
    "10 GB card": machine(32, 25, nvidia("RTX 3080", (8, 6), 10.7, 9.7)),
    "12 GB card": machine(16, 11, nvidia("RTX 3060", (8, 6), 12.9, 11.8)),
    "16 GB card, Volta": machine(64, 52, nvidia("V100", (7, 0), 16.9, 16.4)),
    "16 GB card, P100": machine(64, 52, nvidia("P100", (6, 0), 17.0, 16.5)),
    "24 GB card": machine(64, 52, nvidia("RTX 4090", (8, 9), 25.7, 24.0)),
    "24 GB card, Pascal": machine(64, 52, nvidia("P40", (6, 1), 25.6, 25.0)),
    "80 GB card": machine(256, 230, nvidia("H100", (9, 0), 85.0, 84.0)),
    "two cards": machine(
        64,
        52,
        nvidia("P40", (6, 1), 25.6, 25.0),
        nvidia("RTX 3060", (8, 6), 12.9, 12.5, index=1),
    ),
    "8 GB card, AMD": machine(16, 11, amd("RX 6600", 8.6, 7.7)),
    "24 GB card, AMD": machine(32, 25, amd("RX 7900 XTX", 25.7, 24.0)),
    "16 GB card, Intel": machine(32, 25, intel("Arc A770", 17.0, 16.0)),
    "6 GB card, Intel": machine(16, 11, intel("Arc A380", 6.4, 5.6)),
    "16 GB laptop, Intel graphics": machine(16, 11, intel("Iris Xe", 7.6, 7.6, unified=True)),
    "32 GB laptop, Intel graphics": machine(32, 25, intel("Arc 140V", 17.0, 17.0, unified=True)),
    "8 GB Mac": apple("Apple M1", 8.6, 4.5),
    "16 GB Mac": apple("Apple M2", 17.2, 11),
    "64 GB Mac": apple("Apple M3 Max", 68.7, 52),
    "4 GB computer": machine(4.1, 2.2),
    "8 GB laptop": machine(8.2, 5.0),
    "8 GB laptop, bfloat16": machine(8.2, 5.0, fast_bfloat16=True),
    "16 GB computer": machine(16.5, 11),
    "16 GB computer, bfloat16": machine(16.5, 11, fast_bfloat16=True),
    "32 GB computer": machine(33, 25),
    "64 GB computer": machine(66, 55),
}
