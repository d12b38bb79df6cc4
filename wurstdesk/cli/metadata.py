"""``wurstdesk metadata``: how pictures were made, whichever program made them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from wurstdesk.cli import options, output
from wurstdesk.cli.start import base_of
from wurstdesk.errors import StorageError
from wurstdesk.gallery.image_metadata import ImageMetadata, read_metadata

_UNKNOWN = "This file does not say how it was made."
_SYNTAXES = {
    "compel": "Compel, as here",
    "a1111": "AUTOMATIC1111’s",
    "novelai": "NovelAI’s",
}


def metadata(
    context: typer.Context,
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE", show_default=False, help="Pictures.")
    ],
    as_json: options.Json = False,
    home: options.Home = None,
) -> None:
    """Print how pictures were made.

    It reads what Wurstdesk and a dozen other programs write into their pictures, or beside them.
    With --json each picture is one line. For example: wurstdesk metadata dog.png
    """
    with base_of(context, home):
        show(files, as_json=as_json)


def show(files: list[Path], *, as_json: bool) -> None:
    """Print how each was made, as far as its file says.

    A file that cannot be read is a sentence and no obstacle for the others; then it ends with 1.
    """
    has_failed = False
    for number, file in enumerate(files):
        try:
            found = read_metadata(file)
        except StorageError as error:
            output.error(str(error))
            has_failed = True
            continue
        if as_json:
            output.json_result({"file": str(file), "program": found.program, **found.to_dict()})
            continue
        title = f"{'' if number == 0 else chr(10)}{file}\n" if len(files) > 1 else ""
        indent = "  " if len(files) > 1 else ""
        output.result(output.printable(f"{title}{_text_of(found, indent)}"))
    if has_failed:
        raise typer.Exit(1)


def _text_of(found: ImageMetadata, indent: str) -> str:
    if found.source == "unknown":
        text = f"\nIt says: {found.text}" if found.text else ""
        return f"{indent}{_UNKNOWN}{text}".replace("\n", f"\n{indent}")
    rows = [("Program", found.program), ("Prompt", found.prompt or "(empty)")]
    if found.negative_prompt:
        rows.append(("Negative", found.negative_prompt))
    rows += _with_size(found.parameters)
    if found.prompt_syntax in _SYNTAXES and "Prompt syntax" not in found.parameters:
        rows.append(("Prompt syntax", _SYNTAXES[found.prompt_syntax]))
    if found.provenance is not None:
        made = found.provenance
        rows.append(("Device", f"{made.device}, {made.dtype}"))
    if found.latents is not None:
        channels, height, width = found.latents.shape
        rows.append(("Draft", f"{channels}x{height}x{width}, {found.latents.dtype}"))
    if found.seconds:
        rows.append(("Seconds", f"{sum(found.seconds.values()):.1f}"))
    if found.created:
        rows.append(("Made", found.created))
    rows += [("Note", text) for text in found.notes]
    return output.aligned(rows, indent)


def _with_size(parameters: dict[str, str]) -> list[tuple[str, str]]:
    """The parameters with ``Size-1`` and ``Size-2`` as the one size that people know."""
    rows = []
    for key, value in parameters.items():
        stem, _, number = key.rpartition("-")
        if number == "1" and f"{stem}-2" in parameters:
            rows.append((stem, f"{value}x{parameters[f'{stem}-2']}"))
        elif not (number == "2" and f"{stem}-1" in parameters):
            rows.append((key, value))
    return rows
