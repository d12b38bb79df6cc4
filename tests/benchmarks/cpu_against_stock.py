"""Ours beside the stock pipelines on a processor, at a size between the built-in and the published.

    .venv/bin/python tests/benchmarks/cpu_against_stock.py --work build/benchmarks

Makes a checkpoint with random weights once (1.8 GB), then measures at 1024 and at 1536 pixels. Let
the machine do nothing else meanwhile. ``--quick`` only shows that it works: few steps, one size.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from measuring import find_makers, measure, table, where

if TYPE_CHECKING:
    from checkpoints import Shapes

NAME = "mid"
SIZES = (1024, 1536)
SETTING = (
    "Prior c 768, depth 12, nhead 12; decoder c_hidden 160/320/480/480, nhead -1/5/8/8, all else "
    "(blocks 4/4/14/4, c_cond 1024) and the vqgan as published; the text encoders are of the sizes "
    "of CLIP ViT-L/14 (768 wide, 12 layers) and ViT-B/32 (512, 12), with the published vocabulary. "
    "Random weights, the published schedule, guidance 4 in the prior and none in the decoder."
)


def mid_size() -> Shapes:
    """Half the width of the published parts, which two cores can draw with in minutes."""
    from checkpoints import Shapes

    return Shapes(
        prior_text=_text(width=768, layers=12, heads=12),
        prior={"c": 768, "c_cond": 768, "depth": 12, "nhead": 12},
        decoder_text=_text(width=512, layers=12, heads=8),
        decoder={"c_hidden": [160, 320, 480, 480], "nhead": [-1, 5, 8, 8], "clip_embd": 512},
        vqgan={},
        words=49408,
    )


def _text(width: int, layers: int, heads: int) -> dict[str, Any]:
    return {
        "hidden_size": width,
        "intermediate_size": 4 * width,
        "num_hidden_layers": layers,
        "num_attention_heads": heads,
        "projection_dim": width,
    }


def make_once(folder: Path) -> Path:
    """The checkpoint's folder, with the checkpoint in it."""
    from checkpoints import make_checkpoint

    finished = folder / "finished"
    if not finished.exists():
        print("making the checkpoint", flush=True)
        description = {"name": NAME, "title": "Mid-size, random weights"}
        make_checkpoint(folder, name=NAME, shapes=mid_size(), description=description)
        finished.touch()
    return folder


def main() -> None:
    """Measure and print a table for RESULTS.md."""
    options = _parser().parse_args()
    find_makers()
    options.work.mkdir(parents=True, exist_ok=True)
    how = ["--against-stock", "--plan-dtype", "--device", "cpu", "--dtype", options.dtype]
    how += ["--rounds", str(options.rounds), "--threads", str(options.threads)]
    sizes = options.size or SIZES
    if options.quick:
        how += ["--prior-steps", "2", "--decoder-steps", "1", "--rounds", "1"]
        sizes = options.size or (512,)
    checkpoint = make_once(options.work / NAME)
    reports = [
        measure(
            options.work, f"cpu-{options.dtype}-{size}", *how, "--size", f"{size}x{size}",
            "--checkpoint", checkpoint,
        )
        for size in sizes
    ]  # fmt: skip
    print(f"\n{where(reports[0])}\n\n{SETTING}\n\n{table(reports)}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=_Formatter)
    parser.add_argument("--work", type=Path, default=Path("build/benchmarks"), help="a folder")
    parser.add_argument("--size", type=int, action="append", help="a side; once for each")
    parser.add_argument("--dtype", default="float32", help="for both")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=0, help="0 is as many as torch takes")
    parser.add_argument("--quick", action="store_true", help="few steps: only shows that it works")
    return parser


_Formatter = argparse.RawDescriptionHelpFormatter

if __name__ == "__main__":
    main()
