"""Ours beside the stock pipelines, and SDXL beside both, on an NVIDIA card at the published size.

    .venv/bin/python tests/benchmarks/gpu_against_stock.py --work build/benchmarks

Makes the published checkpoint in float16 with random weights once (6.2 GB), then measures three
things, which ``--part`` chooses from: ``stock`` (1024 and 1536 pixels, 1 and 4 pictures at once,
eager and compiled, against stock eager), ``ours`` and ``sdxl`` (1024 pixels, 1, 2, 4 and 8 at
once). Each result is also kept in the work folder. ``--quick`` tries all of it on the processor,
in very small: only to see that it works.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterator
from dataclasses import asdict
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

from measuring import Report, find_makers, gigabytes, markdown, measure, table, where

if TYPE_CHECKING:
    from sdxl import Cost

PARTS = ("stock", "ours", "sdxl")
SIDES = (1024, 1536)
AGAINST_STOCK = (1, 4)
BESIDE_SDXL = (1, 2, 4, 8)


def main() -> None:
    """Measure what was asked for and print tables for RESULTS.md."""
    options = _parser().parse_args()
    find_makers()
    options.work.mkdir(parents=True, exist_ok=True)
    parts = options.part or PARTS
    if "stock" in parts:
        reports = list(_against_stock(options))
        print(f"\n{where(reports[0])}\n\n{table(reports)}\n", flush=True)
    if "ours" in parts:
        reports = list(_ours(options))
        print(f"\n{where(reports[0])}\n\n{table(reports)}\n", flush=True)
    if "sdxl" in parts:
        print(f"\n{_sdxl(options)}\n", flush=True)


def _against_stock(options: argparse.Namespace) -> Iterator[Report]:
    """Every size and number of pictures, each in new processes."""
    counts = options.count or AGAINST_STOCK
    for side, count in product(options.side or _sides(options), counts):
        how = ["--against-stock", *_how(options, side, count)]
        if not options.eager_only:
            how.append("--compile")
        yield measure(options.work, f"{_kind(options)}-stock-{side}-{count}", *how)


def _ours(options: argparse.Namespace) -> Iterator[Report]:
    """Ours alone: eager, and compiled."""
    side = (options.side or _sides(options))[0]
    ways: list[list[str]] = [[]] if options.eager_only else [[], ["--compile"]]
    for count, way in product(options.count or BESIDE_SDXL, ways):
        name = f"{_kind(options)}-ours{'-compiled' * bool(way)}-{side}-{count}"
        yield measure(options.work, name, *_how(options, side, count), *way)


def _how(options: argparse.Namespace, side: int, count: int) -> list[str]:
    how = ["--checkpoint", str(_checkpoint(options)), "--size", f"{side}x{side}"]
    how += ["--count", str(count), "--rounds", str(1 if options.quick else options.rounds)]
    if options.quick:
        few = ["--prior-steps", "2", "--decoder-steps", "1", "--threads", "1"]
        return [*how, "--device", "cpu", *few]
    return [*how, "--device", "cuda", "--dtype", "float16"]


def _sdxl(options: argparse.Namespace) -> str:
    """SDXL in this process, which then holds nothing else."""
    os.environ.update(HF_HUB_OFFLINE="1", DIFFUSERS_VERBOSITY="error")
    import torch

    import sdxl

    side = (options.side or _sides(options))[0]
    steps, rounds = (2, 1) if options.quick else (sdxl.STEPS, options.rounds)
    if options.quick:
        torch.set_num_threads(1)
        pipeline = sdxl.build(sdxl.tiny(), "cpu", torch.float32)
        card = "a trial on the processor, in very small"
    else:
        pipeline = sdxl.build(sdxl.PUBLISHED, "cuda", torch.float16)
        card = torch.cuda.get_device_name()
    costs = []
    for count in options.count or BESIDE_SDXL:
        costs.append(sdxl.measure(pipeline, side, count, steps, rounds))
        found = json.dumps([asdict(cost) for cost in costs], indent=1)
        (options.work / f"{_kind(options)}-sdxl-{side}.json").write_text(found)
    heading = f"SDXL, {side}×{side}, {steps} steps, eager, on {card}, torch {torch.__version__}"
    return f"{heading}\n\n{_costs(costs)}"


def _costs(costs: list[Cost]) -> str:
    headings = ("pictures", "together", "each", "on the device")
    rows = [
        [
            str(cost.pictures),
            f"{cost.seconds:.2f} s",
            f"{cost.seconds / cost.pictures:.2f} s",
            gigabytes(cost.device_peak),
        ]
        for cost in costs
    ]
    return markdown(headings, rows)


def _checkpoint(options: argparse.Namespace) -> Path:
    """The folder with the checkpoint in it, made at the first need."""
    import torch

    from checkpoints import make_checkpoint

    folder: Path = options.work / ("tiny" if options.quick else "published")
    finished = folder / "finished"
    if not finished.exists():
        print("making the checkpoint", flush=True)
        if options.quick:
            make_checkpoint(folder, size="tiny", name="quick")
        else:
            make_checkpoint(folder, size="published", name="published", dtype=torch.float16)
        finished.touch()
    return folder


def _kind(options: argparse.Namespace) -> str:
    return "quick" if options.quick else "gpu"


def _sides(options: argparse.Namespace) -> tuple[int, ...]:
    return (128,) if options.quick else SIDES


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=_Formatter)
    parser.add_argument("--work", type=Path, default=Path("build/benchmarks"), help="a folder")
    parser.add_argument("--part", action="append", choices=PARTS, help="once for each; else all")
    parser.add_argument("--side", type=int, action="append", help="once for each")
    parser.add_argument("--count", type=int, action="append", help="of pictures; once for each")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--eager-only", action="store_true", help="do not compile")
    parser.add_argument("--quick", action="store_true", help="very small, on the processor")
    return parser


_Formatter = argparse.RawDescriptionHelpFormatter

if __name__ == "__main__":
    main()
