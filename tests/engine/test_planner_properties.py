"""What holds for the plans of every machine."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from machines import PUBLISHED_SIZES, apple, intel, machine, nvidia, size
from wurstdesk.engine.device_planner import ladder, plan
from wurstdesk.engine.machine import Device, Hardware
from wurstdesk.errors import UserError
from wurstdesk.generation import EngineOptions, GenerationRequest, Plan, make_request

FREE = st.integers(min_value=size(0.2), max_value=size(90))


@st.composite
def computers(draw: st.DrawFn) -> Hardware:
    available = draw(FREE) / 1e9
    memory = available * draw(st.floats(1, 3))
    free = draw(FREE) / 1e9
    if draw(st.booleans()):
        return apple("Apple M9", memory, available)
    devices: list[Device] = []
    kind = draw(st.sampled_from(["none", "cuda", "xpu", "shared"]))
    if kind == "cuda":
        capability = draw(st.sampled_from([(6, 1), (7, 5), (8, 6)]))
        devices.append(nvidia("card", capability, free * draw(st.floats(1, 2)), free))
    elif kind != "none":
        devices.append(intel("card", free, free, unified=kind == "shared"))
    return machine(memory, available, *devices, fast_bfloat16=draw(st.booleans()))


OPTIONS = st.builds(
    EngineOptions,
    device=st.sampled_from(["auto", "cpu"]),
    offload=st.sampled_from(["auto", "none", "model", "group", "sequential"]),
    fp8=st.booleans(),
    memory_limit=st.sampled_from([0, size(1), size(3), size(7)]),
)
REQUESTS = st.builds(
    lambda width, height, pictures, guidance: make_request(
        width=width * 128,
        height=height * 128,
        num_images=pictures,
        decoder_guidance_scale=guidance,
    ),
    st.integers(1, 16),
    st.integers(1, 16),
    st.integers(1, 6),
    st.sampled_from([0.0, 2.0]),
)


def attempt(
    hardware: Hardware,
    request: GenerationRequest,
    options: EngineOptions,
    below: Plan | None = None,
) -> Plan | None:
    try:
        return plan(hardware, PUBLISHED_SIZES, request, options, below)
    except UserError:
        return None


def usable(hardware: Hardware, options: EngineOptions, made: Plan) -> float:
    """What may be used of the plan's device: all that is free less the margin."""
    device = next(device for device in hardware.devices if device.torch_name == made.device)
    margin = 500_000_000 if made.device == "cpu" else 300_000_000
    most = 0.95 * min(device.free, hardware.available if device.unified else device.free) - margin
    limit = options.memory_limit if made.device != "cpu" else 0
    return min(most, limit) if limit else most


@settings(max_examples=60, deadline=None)
@given(computers(), REQUESTS, OPTIONS)
def test_no_plan_goes_past_free_memory_and_each_has_a_reason(
    hardware: Hardware, request: GenerationRequest, options: EngineOptions
) -> None:
    made = attempt(hardware, request, options)
    assume(made is not None)
    assert made is not None

    assert 0 < made.needs <= usable(hardware, options, made) + 1
    assert made.reason.endswith(".")
    assert made.device_name in made.reason
    assert 1 <= made.batch <= min(4, request.num_images)
    rungs = ladder(hardware, PUBLISHED_SIZES, request, options)
    assert replace(made, reason="", advice="") in [replace(r, reason="", advice="") for r in rungs]
    assert all(rung.reason and rung.needs for rung in rungs)


@settings(max_examples=60, deadline=None)
@given(computers(), REQUESTS, OPTIONS)
def test_after_a_failure_a_plan_is_strictly_leaner_or_elsewhere(
    hardware: Hardware, request: GenerationRequest, options: EngineOptions
) -> None:
    made = attempt(hardware, request, options)
    while made is not None:
        leaner = attempt(hardware, request, options, below=made)
        if leaner is not None:
            assert leaner.device != made.device or leaner.needs < made.needs
            assert made.device != "cpu" or leaner.device == "cpu"
        made = leaner


@settings(max_examples=60, deadline=None)
@given(computers(), REQUESTS, OPTIONS, st.floats(1, 4), st.floats(1, 4))
def test_more_memory_never_gives_a_worse_plan(
    hardware: Hardware,
    request: GenerationRequest,
    options: EngineOptions,
    more: float,
    more_main: float,
) -> None:
    larger = Hardware(
        tuple(
            replace(device, memory=int(device.memory * more), free=int(device.free * more))
            for device in hardware.devices
        ),
        hardware.threads,
        int(hardware.memory * more_main),
        int(hardware.available * more_main),
    )
    before = attempt(hardware, request, options)
    assume(before is not None)
    after = attempt(larger, request, options)

    assert before is not None
    assert after is not None
    ways = [
        replace(rung, reason="", advice="")
        for rung in ladder(hardware, PUBLISHED_SIZES, request, options)
    ]
    places = [ways.index(replace(made, reason="", advice="")) for made in (before, after)]
    assert places[1] <= places[0]
