"""What is said about plans: why, what would be better, and what to do where nothing fits."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from machines import MACHINES, PUBLISHED_SIZES, nvidia, size
from machines import machine as computer
from wurstdesk.engine.device_planner import ladder, plan
from wurstdesk.engine.machine import Hardware
from wurstdesk.errors import UserError
from wurstdesk.generation import EngineOptions, make_request

FOUR = make_request(num_images=4)
AUTO = EngineOptions()

SAID = {
    "24 GB card": """
        The whole model stays on RTX 4090, because the 24.0 GB that are free there hold all of
        it.""",
    "6 GB card": """
        Stage C and Stage B take turns on RTX 2060, because the 5.6 GB that are free hold only one
        of them. On a graphics card with 8 GB the whole model would stay there, which is
        faster.""",
    "8 GB card, busy": """
        Stage C and Stage B take turns on RTX 4060, because the 6.0 GB that are free hold only one
        of them. With 1.1 GB more of free graphics memory the whole model would stay on RTX 4060,
        which is faster: close other programs.""",
    "2 GB card": """
        Single layers take turns on RTX A400, because 11.0 GB of free main memory are too few for a
        faster way. With 2.8 GB more of free main memory layers would come over while others work,
        which is faster: close other programs.""",
    "2 GB card, 32 GB": """
        Single layers take turns on RTX A400, the next one coming while one works, because the
        1.7 GB that are free hold no whole stage. On a graphics card with 4 GB whole stages would
        take turns there, which is faster.""",
    "4 GB card, Pascal": """
        The processor (Ryzen) draws, with one stage at a time in memory, because 11.0 GB of free
        main memory are too few for what waits beside GTX 1050 Ti. With the precision “float16”
        pictures would be drawn on GTX 1050 Ti, which is many times as fast.""",
    "4 GB card, GTX 16": """
        Single layers take turns on GTX 1650, because 25.0 GB of free main memory are too few for a
        faster way. With “Eight-bit weights” whole stages would take turns on GTX 1650, which is
        faster; pictures change a little.""",
    "2 GB card, taken": """
        The processor (Ryzen) draws, with one stage at a time in memory, because the 0.6 GB that
        are free on RTX A400 are too few. With 3.0 GB more of free main memory the whole model
        would stay in memory, and nothing would be loaded twice: close other programs.""",
    "8 GB Mac": """
        Stage C and Stage B take turns on Apple M1 graphics, because the 4.5 GB that are free hold
        only one of them. On a computer with 16 GB of memory the whole model would stay there,
        which is faster.""",
    "16 GB computer": """
        The processor (Ryzen) draws, with one stage at a time in memory, because the 11.0 GB of
        main memory that are free hold no more. With 3.0 GB more of free main memory the whole
        model would stay in memory, and nothing would be loaded twice: close other programs.""",
    "64 GB computer": """
        The processor (Ryzen) draws, with the whole model in memory, because no graphics card was
        found that can be used.""",
}


def in_a_line(text: str) -> str:
    return " ".join(text.split())


def without_amounts(text: str) -> str:
    """Sentences whose amounts of memory are left to other tests."""
    return re.sub(r"\d[\d.,]* (GB|megabytes)", r"N \1", in_a_line(text))


def amounts(text: str) -> list[float]:
    """The amounts of memory that are named, in their order."""
    return [float(found.replace(",", "")) for found in re.findall(r"(\d[\d.,]*) (?:GB|meg)", text)]


@pytest.mark.parametrize("name", SAID)
def test_the_reason_and_the_advice(name: str) -> None:
    made = plan(MACHINES[name], PUBLISHED_SIZES, FOUR, AUTO)
    said = f"{made.reason} {made.advice}".strip()
    assert without_amounts(said) == without_amounts(SAID[name])


def test_what_is_advised_to_free_is_enough_and_not_too_much() -> None:
    hardware = MACHINES["8 GB card, busy"]
    card = hardware.devices[0]
    advised = plan(hardware, PUBLISHED_SIZES, FOUR, AUTO).advice
    (more,) = amounts(advised)

    def offload(free: int) -> str:
        freed = replace(hardware, devices=(replace(card, free=free), hardware.devices[1]))
        return plan(freed, PUBLISHED_SIZES, FOUR, AUTO).offload

    assert offload(card.free + size(more + 0.05)) == "none"
    assert offload(card.free + size(more - 0.1)) == "model"


def test_the_card_that_is_named_would_hold_it() -> None:
    advised = plan(MACHINES["6 GB card"], PUBLISHED_SIZES, FOUR, AUTO).advice
    (gigabytes,) = amounts(advised)
    assert gigabytes == 8
    assert plan(MACHINES["8 GB card"], PUBLISHED_SIZES, FOUR, AUTO).offload == "none"


def test_the_limit_that_is_named_allows_it() -> None:
    hardware, limited = MACHINES["24 GB card"], EngineOptions(memory_limit=size(4))
    (megabytes,) = amounts(plan(hardware, PUBLISHED_SIZES, FOUR, limited).advice)
    raised = EngineOptions(memory_limit=int(megabytes) * 1_000_000)
    assert plan(hardware, PUBLISHED_SIZES, FOUR, raised).offload == "none"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            EngineOptions(device="cpu"),
            """The processor (Ryzen) draws, with the whole model in memory, as you chose.
            With the device “auto”, RTX 4090 would draw, which is faster.""",
        ),
        (
            EngineOptions(offload="model"),
            """Stage C and Stage B take turns on RTX 4090, as you chose with “Keep in graphics
            memory”: model. With “Keep in graphics memory” on “auto”, what fits would stay
            there.""",
        ),
        (
            EngineOptions(memory_limit=size(4)),
            """Stage C and Stage B take turns on RTX 4090, because you allow 4.0 GB of its memory.
            If “Graphics memory to use” allowed 6,500 megabytes, the whole model would stay on RTX
            4090, which is faster.""",
        ),
        (
            EngineOptions(memory_limit=size(0.1)),
            """The processor (Ryzen) draws, with the whole model in memory, because you allow only
            0.1 GB of RTX 4090. If “Graphics memory to use” allowed 700 megabytes, pictures would
            be drawn on RTX 4090, which is many times as fast.""",
        ),
    ],
)
def test_a_setting_that_costs_is_named(options: EngineOptions, said: str) -> None:
    made = plan(MACHINES["24 GB card"], PUBLISHED_SIZES, FOUR, options)
    assert without_amounts(f"{made.reason} {made.advice}".strip()) == without_amounts(said)


def test_the_ladder_says_of_no_rung_that_it_fits_where_it_does_not() -> None:
    rungs = ladder(MACHINES["6 GB card"], PUBLISHED_SIZES, make_request(), AUTO)
    said = {(rung.device, rung.offload, rung.stream): rung.reason for rung in rungs}

    assert said["cuda:0", "none", False].endswith("for which too little memory is free.")
    assert said["cuda:0", "model", False].endswith("hold only one of them.")
    assert said["cuda:0", "group", False].endswith("a faster way.")
    assert said["cuda:0", "sequential", False].endswith("which takes less memory.")


@pytest.mark.parametrize(
    ("hardware", "options", "said"),
    [
        (
            MACHINES["8 GB laptop"],
            AUTO,
            """even the leanest way needs 5.2 GB of free main memory, and 5.0 GB are free. Close
            other programs.""",
        ),
        (
            MACHINES["4 GB computer"],
            AUTO,
            """even the leanest way needs 5.2 GB of free main memory, and 2.2 GB are free. Choose a
            smaller checkpoint.""",
        ),
        (
            MACHINES["2 GB card, taken"],
            EngineOptions(device="cuda"),
            """even the leanest way needs 1.1 GB of free graphics memory, and 0.6 GB are free.
            Close other programs or choose the device “auto”.""",
        ),
        (
            computer(16, 11, nvidia("RTX A400", (8, 6), 2.1, 1.0)),
            EngineOptions(device="cuda"),
            """even the leanest way needs 1.1 GB of free graphics memory, and 1.0 GB are free.
            Close other programs, choose a smaller size or choose the device “auto”.""",
        ),
        (
            MACHINES["24 GB card"],
            EngineOptions(device="cuda", memory_limit=size(0.1)),
            """even the leanest way needs 0.6 GB and “Graphics memory to use” allows 0.1 GB. Raise
            “Graphics memory to use” in the settings or choose the device “auto”.""",
        ),
    ],
)
def test_what_does_not_fit_is_told_before_anything_is_loaded(
    hardware: Hardware, options: EngineOptions, said: str
) -> None:
    with pytest.raises(UserError) as caught:
        plan(hardware, PUBLISHED_SIZES, make_request(), options)
    beginning = "There is not enough memory for a picture of 1024×1024 pixels: "
    assert without_amounts(str(caught.value)) == beginning + without_amounts(said)
    assert caught.value.hint
