"""Which device, precision and offload a machine gets, and what is said about it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from machines import MACHINES, PUBLISHED_SIZES, size
from wurstdesk.engine.component_sizes import ComponentSizes, read_sizes
from wurstdesk.engine.device_planner import ladder, plan
from wurstdesk.engine.machine import Device, Hardware
from wurstdesk.engine.model_files import LocalCatalogue
from wurstdesk.errors import UserError
from wurstdesk.generation import (
    DeviceChoice,
    DtypeChoice,
    EngineOptions,
    GenerationRequest,
    make_request,
)
from wurstdesk.paths import resources_dir

FOUR = make_request(num_images=4)
AUTO = EngineOptions()

Expected = tuple[str, str, str, int] | None
"""Device, dtype, offload (with its stream or its eight bits), batch; None where nothing fits."""

PUBLISHED: dict[str, Expected] = {
    "2 GB card, old": None,
    "2 GB card": ("cuda:0", "float16", "group", 4),
    "2 GB card, 32 GB": ("cuda:0", "float16", "group stream", 4),
    "2 GB card, half of it taken": ("cuda:0", "float16", "sequential", 4),
    "2 GB card, taken": ("cpu", "float32", "model", 4),
    "3 GB card": ("cuda:0", "float16", "model", 2),
    "4 GB card, Pascal": ("cpu", "float32", "model", 4),
    "4 GB card, Pascal, 32 GB": ("cuda:0", "float32", "group", 4),
    "4 GB card, GTX 16": ("cuda:0", "float32", "group", 4),
    "4 GB laptop": ("cuda:0", "float16", "model", 4),
    "4 GB laptop with 8 GB": None,
    "6 GB card": ("cuda:0", "float16", "model", 4),
    "6 GB card, Pascal": ("cuda:0", "float32", "model", 2),
    "8 GB card": ("cuda:0", "float16", "none", 4),
    "8 GB card, busy": ("cuda:0", "float16", "model", 4),
    "8 GB card, Pascal": ("cuda:0", "float32", "model", 4),
    "10 GB card": ("cuda:0", "float16", "none", 4),
    "12 GB card": ("cuda:0", "float16", "none", 4),
    "16 GB card, Volta": ("cuda:0", "float16", "none", 4),
    "16 GB card, P100": ("cuda:0", "float16", "none", 4),
    "24 GB card": ("cuda:0", "float16", "none", 4),
    "24 GB card, Pascal": ("cuda:0", "float32", "none", 4),
    "80 GB card": ("cuda:0", "float16", "none", 4),
    "two cards": ("cuda:1", "float16", "none", 4),
    "8 GB card, AMD": ("cuda:0", "float16", "none", 4),
    "24 GB card, AMD": ("cuda:0", "float16", "none", 4),
    "16 GB card, Intel": ("xpu:0", "float16", "none", 4),
    "6 GB card, Intel": ("xpu:0", "float16", "model", 4),
    "16 GB laptop, Intel graphics": ("cpu", "float32", "model", 4),
    "32 GB laptop, Intel graphics": ("xpu:0", "float16", "none", 4),
    "8 GB Mac": ("mps", "float16", "model", 1),
    "16 GB Mac": ("mps", "float16", "none", 1),
    "64 GB Mac": ("mps", "float16", "none", 1),
    "4 GB computer": None,
    "8 GB laptop": None,
    "8 GB laptop, bfloat16": ("cpu", "bfloat16", "model", 4),
    "16 GB computer": ("cpu", "float32", "model", 4),
    "16 GB computer, bfloat16": ("cpu", "bfloat16", "none", 4),
    "32 GB computer": ("cpu", "float32", "none", 4),
    "64 GB computer": ("cpu", "float32", "none", 4),
}

EIGHT_BITS: dict[str, Expected] = {
    "4 GB card, Pascal": ("cuda:0", "float32", "model fp8", 4),
    "4 GB card, Pascal, 32 GB": ("cuda:0", "float32", "model fp8", 4),
    "4 GB card, GTX 16": ("cuda:0", "float32", "model fp8", 4),
}
"""Where allowing eight-bit weights changes the plan for the published checkpoint."""


@pytest.fixture(scope="module")
def built_in() -> ComponentSizes:
    (info,) = LocalCatalogue(resources_dir() / "dackel", []).checkpoints()
    return read_sizes(info)


def planned(
    hardware: Hardware,
    sizes: ComponentSizes = PUBLISHED_SIZES,
    request: GenerationRequest = FOUR,
    options: EngineOptions = AUTO,
) -> Expected:
    try:
        made = plan(hardware, sizes, request, options)
    except UserError:
        return None
    how = f"{made.offload}{' stream' * made.stream}{' fp8' * made.fp8}"
    return made.device, made.dtype, how, made.batch


@pytest.mark.parametrize("name", MACHINES)
def test_the_published_checkpoint(name: str) -> None:
    assert planned(MACHINES[name]) == PUBLISHED[name]


@pytest.mark.parametrize("name", MACHINES)
def test_the_published_checkpoint_where_eight_bits_are_allowed(name: str) -> None:
    expected = EIGHT_BITS.get(name, PUBLISHED[name])
    assert planned(MACHINES[name], options=EngineOptions(fp8=True)) == expected


@pytest.mark.parametrize("name", MACHINES)
def test_the_built_in_checkpoint_fits_everywhere_as_a_whole(
    name: str, built_in: ComponentSizes
) -> None:
    request = make_request(width=384, height=384, num_images=4)
    hardware = MACHINES[name]
    best = next(
        hardware.best(kind) for kind in ("cuda", "mps", "xpu", "cpu") if hardware.best(kind)
    )
    assert best is not None
    dtype = "float16" if best.fast_half and best.kind != "cpu" else "float32"
    batch = 1 if best.kind == "mps" else 4

    assert planned(hardware, built_in, request) == (best.torch_name, dtype, "none", batch)


def test_only_so_many_pictures_at_once_as_are_asked_for() -> None:
    assert planned(MACHINES["24 GB card"], request=make_request(num_images=3)) == (
        "cuda:0", "float16", "none", 3,
    )  # fmt: skip


def test_a_larger_picture_needs_more_and_may_need_another_way() -> None:
    hardware = MACHINES["8 GB card"]
    assert planned(hardware) == ("cuda:0", "float16", "none", 4)
    large = make_request(width=2048, height=2048, num_images=4)
    assert planned(hardware, request=large) == ("cuda:0", "float16", "model", 4)


def test_long_prompts_count() -> None:
    short, long = (
        ladder(MACHINES["24 GB card"], PUBLISHED_SIZES, make_request(prompt=text), AUTO)[0].needs
        for text in ("a dog", "a dog " * 2000)
    )
    assert long > short + 500_000_000


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (EngineOptions(device="cpu"), ("cpu", "float32", "none", 4)),
        (EngineOptions(dtype="bfloat16"), ("cuda:0", "bfloat16", "none", 4)),
        (EngineOptions(dtype="float32"), ("cuda:0", "float32", "none", 4)),
        (EngineOptions(offload="model"), ("cuda:0", "float16", "model", 4)),
        (EngineOptions(offload="group"), ("cuda:0", "float16", "group stream", 4)),
        (EngineOptions(offload="sequential"), ("cuda:0", "float16", "sequential", 4)),
        (EngineOptions(offload="group", device="cpu"), ("cpu", "float32", "model", 4)),
        (EngineOptions(memory_limit=size(4)), ("cuda:0", "float16", "model", 4)),
        (EngineOptions(memory_limit=size(2), fp8=True), ("cuda:0", "float16", "model fp8", 4)),
        (EngineOptions(memory_limit=size(0.1)), ("cpu", "float32", "none", 4)),
        (EngineOptions(memory_limit=size(0.1), device="cuda"), None),
    ],
)
def test_the_persons_settings_on_a_large_machine(
    options: EngineOptions, expected: Expected
) -> None:
    assert planned(MACHINES["24 GB card"], options=options) == expected


@pytest.mark.parametrize(
    ("device", "dtype"), [("mps", "auto"), ("xpu", "auto"), ("cuda", "bfloat16")]
)
def test_what_the_machine_has_not_is_a_sentence(device: DeviceChoice, dtype: DtypeChoice) -> None:
    options = EngineOptions(device=device, dtype=dtype)
    with pytest.raises(UserError) as caught:
        plan(MACHINES["6 GB card"], PUBLISHED_SIZES, FOUR, options)
    assert caught.value.hint


def test_threads_are_the_processors() -> None:
    hardware = MACHINES["24 GB card"]
    on_cpu = EngineOptions(device="cpu")
    assert plan(hardware, PUBLISHED_SIZES, FOUR, on_cpu).threads == 8
    assert plan(hardware, PUBLISHED_SIZES, FOUR, replace(on_cpu, threads=2)).threads == 2
    assert plan(hardware, PUBLISHED_SIZES, FOUR, AUTO).threads == 0


def test_memory_that_nobody_knows_is_taken_for_enough() -> None:
    bare = Hardware((Device("cuda", "card", fast_half=True), Device("cpu", "processor")))
    assert planned(bare) == ("cuda:0", "float16", "none", 4)


def test_every_failure_leads_one_rung_down_until_nothing_is_left() -> None:
    hardware, options = MACHINES["12 GB card"], EngineOptions(fp8=True)
    made, tried = plan(hardware, PUBLISHED_SIZES, FOUR, options), []
    for _ in range(len(ladder(hardware, PUBLISHED_SIZES, FOUR, options))):
        tried.append((made.device, made.offload, made.fp8, made.batch))
        try:
            made = plan(hardware, PUBLISHED_SIZES, FOUR, options, below=made)
        except UserError:
            break
        assert "ran out" in made.reason

    assert tried == [
        ("cuda:0", "none", False, 4),
        ("cuda:0", "model", False, 4),
        ("cuda:0", "model", False, 2),
        ("cuda:0", "model", True, 4),
        ("cuda:0", "model", True, 2),
        ("cuda:0", "group", False, 4),
        ("cuda:0", "sequential", False, 4),
        ("cpu", "model", False, 4),
        ("cpu", "model", False, 2),
        ("cpu", "model", False, 1),
    ]


def test_a_device_that_was_chosen_stays_after_a_failure() -> None:
    hardware, options = MACHINES["24 GB card"], EngineOptions(device="cuda", offload="sequential")
    last = ladder(hardware, PUBLISHED_SIZES, make_request(), options)[-1]
    with pytest.raises(UserError, match="nothing leaner fits") as caught:
        plan(hardware, PUBLISHED_SIZES, make_request(), options, below=last)
    assert "choose the device “auto”" in caught.value.hint.lower()
