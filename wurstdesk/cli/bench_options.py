"""The options that only ``bench`` has."""

from __future__ import annotations

from typing import Annotated

import typer

from wurstdesk.generation import MAX_IMAGES

Sizes = Annotated[
    list[str] | None,
    typer.Option(
        "--size",
        metavar="WxH",
        show_default=False,
        help="In pixels, as often as you like; without it what suits the checkpoint.",
    ),
]
Threads = Annotated[
    int | None,
    typer.Option(
        "--threads", min=0, max=1024, metavar="N", help="Of the processor; 0 is automatic."
    ),
]
Together = Annotated[
    int,
    typer.Option(
        "--count", min=1, max=MAX_IMAGES, metavar="N", help="How many pictures at a time."
    ),
]
Rounds = Annotated[
    int,
    typer.Option(
        "--rounds", min=1, max=1000, metavar="N", help="How often to measure; the median counts."
    ),
]
AgainstStock = Annotated[
    bool,
    typer.Option(
        "--against-stock",
        help="Also draw by diffusers’ own pipelines, in turn, and print ratios of time and memory.",
    ),
]
PlanDtype = Annotated[
    bool,
    typer.Option(
        "--plan-dtype",
        help="With --against-stock: also draw in the precision that would be chosen here.",
    ),
]
Compiled = Annotated[
    bool, typer.Option("--compile", help="Draw with a compiled model; beside stock, also with it.")
]
