"""``wurstdesk models list``: what there is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from wurstdesk.cli import output, parts
from wurstdesk.generation import CheckpointInfo


def list_models(base: parts.Base, *, as_json: bool) -> None:
    """Print every checkpoint that was found, whether it can be used or not."""
    checkpoints = parts.catalogue_of(base).checkpoints()
    if as_json:
        output.json_result([_as_dict(info) for info in checkpoints])
    elif checkpoints:
        output.result("\n\n".join(_as_text(info) for info in checkpoints))
    else:
        output.result(
            "No checkpoints were found, not even the built-in one: please install Wurstdesk again."
            f"\nOthers are looked for in {base.home.models}"
        )


def _as_dict(info: CheckpointInfo) -> dict[str, object]:
    return {
        "name": info.name,
        "title": info.title,
        "path": str(info.path),
        "prior_path": str(info.prior_path),
        "prior_weights": str(info.prior_weights) if info.prior_weights is not None else None,
        "built_in": info.built_in,
        "complete": info.complete,
        "problem": info.problem,
        "default_size": list(info.default_size),
        "trained_sides": list(info.trained_sides),
        "can_draw": info.can_draw,
        "examples": list(info.examples),
        "licence": info.licence,
        "copy_of": {
            "name": info.copy_of,
            "content_hash": info.copy_of_hash,
            "dtype": info.copy_dtype,
        }
        if info.copy_of
        else None,
    }


def _as_text(info: CheckpointInfo) -> str:
    width, height = info.default_size
    state = "complete" if info.complete else "cannot be used"
    rows = [
        ("state", f"{state}, built in" if info.built_in else state),
        ("problem", info.problem),
        ("draws", info.can_draw),
        (
            "size",
            f"{width}x{height}; sides from {info.trained_sides[0]} to {info.trained_sides[1]}",
        ),
        ("copy of", f"{info.copy_of}, in {info.copy_dtype}" if info.copy_of else ""),
        ("path", "\n".join(str(folder) for folder in _folders(info))),
        ("licence", info.licence),
    ]
    shown = [(label, value) for label, value in rows if value]
    title = f"{info.name} ({info.title})" if info.title != info.name else info.name
    return output.printable(f"{title}\n{output.aligned(shown, indent='  ')}")


def _folders(info: CheckpointInfo) -> Iterator[Path]:
    """Where its files are, each folder once."""
    yield from dict.fromkeys(
        folder for folder in (info.path, info.prior_path, info.prior_weights) if folder is not None
    )
