"""The model card of the built-in checkpoint, with what the evaluation measured."""

from pathlib import Path

from safetensors import safe_open

from captions import CAN_DRAW

CARD = """# Dackel

The checkpoint that Wurstdesk ships with: a small Würstchen of the published model's classes and
folder layout, {size:.1f} MB in half precision, so that the program shows what it does without a
download. {can_draw}

## What it is

| part | class | weights |
|---|---|---|
{parts}

Sides of 256 to 512 pixels in steps of 128, best at 384x384. The same compression as the published
model (42.67), the same 29 calls of Stage C and 12 steps of Stage B. Everything was learnt from
scenes painted by `packaging/dackel/scenes.py` and worded by `captions.py`; no picture or text of
anybody else went into it. MIT licence, like the program.

## What it can do

`python packaging/dackel/evaluate.py --write-card` draws {count} pictures from prompts whose
combination of the dog's colour and length, sky and ground was kept out of the training, and judges
each from its pixels by the rules of `packaging/dackel/measure.py`.

{table}

Prompt weights are understood for the dog's colour: it was trained on paler and stronger dogs worded
with a weight, put there as Compel does.

## What it cannot do

It knows about a hundred words and one kind of picture: always one dog, always from the side, always
this style. Other words change nothing on purpose and sometimes something by accident. "No house"
is understood, but the negative prompt is the surer way. What the words leave open (which way the
dog faces, on which side a tree stands) it sometimes draws both ways at once, in about one picture
of twenty; more guidance than its own 2 makes that more frequent. Far beyond 512 pixels a side it
repeats itself. Stage A's codebook is filled but used by nothing, as in the published model's
pipelines.

## How it was made

    python packaging/dackel/train.py --work build/dackel
"""


def _parts(checkpoint: Path) -> str:
    rows = []
    for path in sorted(checkpoint.rglob("*.safetensors")):
        count = 0
        with safe_open(path, "pt") as file:
            for key in file.keys():  # noqa: SIM118 - no mapping
                size = 1
                for side in file.get_slice(key).get_shape():
                    size *= side
                count += size
        part = path.parent.relative_to(checkpoint)
        rows.append(f"| {part.as_posix()} | {_CLASSES[part.name]} | {count:,} |")
    return "\n".join(rows)


_CLASSES = {
    "decoder": "`WuerstchenDiffNeXt` (Stage B)",
    "vqgan": "`PaellaVQModel` (Stage A)",
    "prior": "`WuerstchenPrior` (Stage C)",
    "text_encoder": "`CLIPTextModel`",
    "previewer": "Wurstdesk's `ConvPreviewer`",
}


def write_card(checkpoint: Path, table: list[str], count: int) -> None:
    """Write `README.md` beside the checkpoint's two folders."""
    size = sum(f.stat().st_size for f in checkpoint.rglob("*") if f.is_file()) / 1e6
    text = CARD.format(
        size=size,
        can_draw=CAN_DRAW,
        parts=_parts(checkpoint),
        table="\n".join(table),
        count=count,
    )
    (checkpoint / "README.md").write_text(text, "utf-8")
