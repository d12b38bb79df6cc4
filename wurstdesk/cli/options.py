"""The options of ``generate`` as the person types them, and how their text is read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from wurstdesk.generation import (
    MAX_IMAGES,
    MAX_STEPS,
    SEED_COUNT,
    DeviceChoice,
    DtypeChoice,
    OffloadChoice,
)
from wurstdesk.paths import HOME_VARIABLE

_SIZE = re.compile(r"\s*(\d{1,6})\s*[x×X*]\s*(\d{1,6})\s*")


def read_size(text: str) -> tuple[int, int]:
    """Width and height from ``384x384``; whether they can be drawn the request says."""
    match = _SIZE.fullmatch(text)
    if match is None:
        raise typer.BadParameter(
            f"“{text}” is no size; write it like 1024x1024.", param_hint="--size"
        )
    return int(match[1]), int(match[2])


def read_timesteps(text: str) -> tuple[float, ...]:
    """Numbers from ``1,0.5,0``; whether they make a schedule the request says."""
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError:
        raise typer.BadParameter(
            f"“{text}” is no list of numbers; write it like 1,0.75,0.5,0.",
            param_hint="--prior-timesteps",
        ) from None


Prompt = Annotated[
    str,
    typer.Argument(
        metavar="PROMPT",
        show_default=False,
        help="What to draw, in quotes. Of {red|blue} each picture gets one, by its seed.",
    ),
]
Negative = Annotated[
    str, typer.Option("--negative", metavar="TEXT", show_default=False, help="What not to draw.")
]
Seed = Annotated[
    int | None,
    typer.Option(
        "--seed",
        min=0,
        max=SEED_COUNT - 1,
        metavar="N",
        help="Same seed, same picture; without it a new one, which is printed.",
    ),
]
Count = Annotated[
    int,
    typer.Option(
        "--count",
        min=1,
        max=MAX_IMAGES,
        metavar="N",
        help=f"How many pictures, up to {MAX_IMAGES}; each has the seed of the one before + 1.",
    ),
]
Size = Annotated[
    str | None,
    typer.Option(
        "--size",
        metavar="WxH",
        help="In pixels, multiples of 128; without it what suits the checkpoint.",
    ),
]
PriorSteps = Annotated[
    int | None,
    typer.Option(
        "--prior-steps",
        min=1,
        max=MAX_STEPS,
        metavar="N",
        help="Even steps of Stage C; without it the checkpoint’s own schedule.",
    ),
]
PriorTimesteps = Annotated[
    str | None,
    typer.Option(
        "--prior-timesteps", metavar="T,T,…", help="A schedule for Stage C, falling from 1 to 0."
    ),
]
PriorGuidance = Annotated[
    float | None,
    typer.Option(
        "--prior-guidance",
        min=0,
        max=100,
        metavar="X",
        help="How closely Stage C obeys: 4 without it, or what suits the checkpoint.",
    ),
]
DecoderSteps = Annotated[
    int,
    typer.Option("--decoder-steps", min=1, max=MAX_STEPS, metavar="N", help="Steps of Stage B."),
]
DecoderGuidance = Annotated[
    float,
    typer.Option(
        "--decoder-guidance", min=0, max=100, metavar="X", help="Guidance of Stage B; 0 is none."
    ),
]
DecoderSeed = Annotated[
    int | None,
    typer.Option(
        "--decoder-seed",
        min=0,
        max=SEED_COUNT - 1,
        metavar="N",
        help="Another seed for Stage B: same composition, other detail.",
    ),
]
Checkpoint = Annotated[
    str | None,
    typer.Option(
        "--checkpoint",
        metavar="NAME|DIR",
        show_default=False,
        help="A name from “models list” or a folder; without it the built-in one.",
    ),
]
TestedCheckpoint = Annotated[
    str | None,
    typer.Option(
        "--checkpoint",
        metavar="NAME|DIR",
        show_default=False,
        help="With --self-test: make the announcement’s four pictures with this checkpoint, and "
        "leave a report to attach to an issue.",
    ),
]
TestReport = Annotated[
    Path | None,
    typer.Option(
        "--out",
        file_okay=False,
        metavar="DIR",
        show_default=False,
        help="With --self-test --checkpoint: the report’s folder, new or empty.",
    ),
]
BlendPrior = Annotated[
    str,
    typer.Option(
        "--blend-prior",
        metavar="NAME|DIR",
        show_default=False,
        help="Blend another prior into the checkpoint’s: a name from “models list” or a folder.",
    ),
]
Blend = Annotated[
    float | None,
    typer.Option(
        "--blend",
        min=0,
        max=1,
        metavar="X",
        show_default=False,
        help="How much of --blend-prior: 0 is none, 1 is all; half of it without this.",
    ),
]
Device = Annotated[
    DeviceChoice | None,
    typer.Option("--device", help="What to run on; without it as the settings say."),
]
Dtype = Annotated[
    DtypeChoice | None,
    typer.Option("--dtype", help="How exactly to compute; without it as the settings say."),
]
Offload = Annotated[
    OffloadChoice | None,
    typer.Option(
        "--offload",
        help="How much stays in graphics memory: all (none), one stage (model), or single layers "
        "(group, sequential); without it as the settings say.",
    ),
]
Compile = Annotated[
    bool | None,
    typer.Option(
        "--compile/--no-compile",
        show_default=False,
        help="Compile the model: minutes at first, quicker pictures afterwards.",
    ),
]
Out = Annotated[
    str | None,
    typer.Option(
        "--out",
        metavar="FILE|DIR",
        show_default=False,
        help="A .png, .webp, .jpg or .avif file, which is replaced, or a folder; without it the "
        "pictures folder.",
    ),
]
Home = Annotated[
    Path | None,
    typer.Option(
        "--home",
        file_okay=False,
        metavar="DIR",
        show_default=False,
        help="Keep settings, gallery, pictures, logs and checkpoints in this folder, as "
        f"{HOME_VARIABLE} does.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for other programs to read.")]
