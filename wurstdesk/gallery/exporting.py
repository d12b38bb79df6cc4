"""Copies of many pictures for elsewhere: another format, another size, names by a template.

Each copy is written as every picture file is: whole or not at all, never in another's place.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from PIL import Image, ImageOps

from wurstdesk.errors import StorageError, UserError
from wurstdesk.gallery import file_names, formats, image_files
from wurstdesk.gallery.functions import local_moment
from wurstdesk.gallery.image_metadata import Texts, read_metadata
from wurstdesk.gallery.records import Card
from wurstdesk.paths import ensure_folder
from wurstdesk.settings import PictureFormat
from wurstdesk.settings.name_template import DEFAULT_TEMPLATE, template_problem

MAX_SIDE = 16_384
_READABLE = tuple(known.name.upper() for known in formats.FORMATS)
_BARS = "black"

Way = Literal["inside", "crop", "bars"]
"""How a picture comes to exact pixels: smaller where needed, cut at its edges, or with bars."""


@dataclass(frozen=True, slots=True)
class ExportSize:
    """``inside`` never enlarges; ``crop`` and ``bars`` give exactly these pixels."""

    width: int
    height: int
    way: Way = "inside"


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """Where copies go and what they are like. ``size`` None keeps each picture's own."""

    folder: Path
    format: PictureFormat = "png"
    quality: int = 90
    template: str = DEFAULT_TEMPLATE
    with_metadata: bool = True
    size: ExportSize | None = None

    def problem(self) -> str:
        """What is wrong with them, in a sentence; "" where they can be used."""
        size = self.size
        if size is not None and not (0 < size.width <= MAX_SIDE and 0 < size.height <= MAX_SIDE):
            return f"Sides go from 1 to {MAX_SIDE} pixels."
        return template_problem(self.template)


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What came of an export; ``failed`` holds a picture's id and why."""

    written: tuple[Path, ...] = ()
    failed: tuple[tuple[int, str], ...] = ()
    is_cancelled: bool = False


Tell = Callable[[int, int], None]
"""Told how many are done, of how many."""


def export(
    cards: Sequence[Card],
    options: ExportOptions,
    *,
    own_folder: Path | None = None,
    tell: Tell = lambda _done, _total: None,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> ExportReport:
    """Write a copy of each picture. One that cannot be copied does not end the others.

    ``own_folder`` is the gallery's, which would take the copies for further pictures. Raises
    ``StorageError`` where nothing can be written at all: the folder, a full disk.
    """
    _check(options, own_folder)
    ensure_folder(options.folder)
    written: list[Path] = []
    failed: list[tuple[int, str]] = []
    for done, card in enumerate(cards):
        tell(done, len(cards))
        if is_cancelled():
            return ExportReport(tuple(written), tuple(failed), is_cancelled=True)
        try:
            data = _copy_of(card, options)
        except UserError as error:
            failed.append((card.id, error.message))
            continue
        stem = file_names.file_stem(_facts(card, done + 1), options.template)
        file_format = formats.format_named(options.format)
        written.append(image_files.save_new(options.folder, stem, data, file_format))
    tell(len(cards), len(cards))
    return ExportReport(tuple(written), tuple(failed))


def _check(options: ExportOptions, own_folder: Path | None) -> None:
    problem = options.problem()
    if problem:
        raise StorageError(problem, "Change it and export again.")
    if own_folder is not None and options.folder.resolve().is_relative_to(own_folder.resolve()):
        raise StorageError(
            f"“{options.folder}” belongs to the gallery, which would take copies there for new "
            "pictures.",
            "Choose a folder elsewhere.",
        )


def _facts(card: Card, number: int) -> file_names.NameFacts:
    return file_names.NameFacts(
        prompt=card.prompt,
        seed=card.seed,
        checkpoint=card.request.checkpoint if card.request is not None else "",
        width=card.width,
        height=card.height,
        moment=local_moment(card.created) or datetime.fromtimestamp(0, UTC),
        number=number,
    )


def _copy_of(card: Card, options: ExportOptions) -> bytes:
    """The bytes of one copy: those of the file itself where nothing is to be changed."""
    if card.path is None:
        raise StorageError("The picture has no file any more: another one took its place.")
    content = image_files.content_of(card.path)
    file_format = formats.format_named(options.format)
    is_same_format = formats.format_of(card.path) == file_format
    if is_same_format and options.with_metadata and options.size is None:
        return content
    texts = Texts.again(read_metadata(card.path)) if options.with_metadata else None
    try:
        with Image.open(io.BytesIO(content), formats=_READABLE) as image:
            picture = ImageOps.exif_transpose(image).convert("RGB")
    except Exception as error:  # whatever Pillow makes of a stranger's file
        raise StorageError(f"“{card.path.name}” is no picture that can be read.") from error
    try:
        if options.size is not None:
            picture = _resized(picture, options.size)
        return formats.encode_image(picture, texts, file_format, options.quality)
    except (ValueError, OSError, MemoryError) as error:  # as of WebP beyond 16,383 pixels
        size = f"{picture.width} x {picture.height}"
        raise StorageError(f"It cannot be {file_format.label} of {size} pixels.") from error


def _resized(picture: Image.Image, size: ExportSize) -> Image.Image:
    box, smooth = (size.width, size.height), Image.Resampling.LANCZOS
    if size.way == "crop":
        return ImageOps.fit(picture, box, smooth)
    if size.way == "bars":
        inner = picture.resize(_inside(picture.size, box), smooth)
        framed = Image.new("RGB", box, _BARS)
        framed.paste(inner, ((box[0] - inner.width) // 2, (box[1] - inner.height) // 2))
        return framed
    is_smaller = picture.width <= size.width and picture.height <= size.height
    return picture if is_smaller else picture.resize(_inside(picture.size, box), smooth)


def _inside(size: tuple[int, int], box: tuple[int, int]) -> tuple[int, int]:
    """The largest size of the same shape in ``box``; a line keeps a pixel."""
    scale = min(box[0] / size[0], box[1] / size[1])
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))
