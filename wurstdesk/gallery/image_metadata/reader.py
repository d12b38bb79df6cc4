"""Finds out how a picture was made.

A small reader for each program's format, asked in turn: the first that recognises its own wins.
Another program's format is one more function in ``_READERS`` or, where it is a JSON object that
may stand in several places, in ``_JSON_READERS``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from wurstdesk.errors import StorageError
from wurstdesk.gallery.image_metadata import a1111, keywords, own, sidecar
from wurstdesk.gallery.image_metadata.containers import texts_in
from wurstdesk.gallery.image_metadata.model import ImageMetadata
from wurstdesk.gallery.image_metadata.programs import (
    comfyui,
    drawthings,
    easydiffusion,
    fooocus,
    invokeai,
    mochi,
    novelai,
    stabilitymatrix,
    swarmui,
    values,
)

Reader = Callable[[Mapping[str, str]], ImageMetadata | None]
JsonReader = Callable[[values.Fields, str], ImageMetadata | None]

_COMMENTS = (
    keywords.USER_COMMENT,
    keywords.XMP_COMMENT,
    keywords.COMMENT,
    keywords.DESCRIPTION,
    keywords.CAPTION,
    keywords.XMP_DESCRIPTION,
)
_TELLING = frozenset({"Steps", "Seed", "Sampler"})


def _novelai_json(fields: values.Fields, _: str) -> ImageMetadata | None:
    return novelai.read_fields(fields)


_JSON_READERS: tuple[JsonReader, ...] = (
    swarmui.read,
    drawthings.read,
    _novelai_json,
    fooocus.read,
    easydiffusion.read_fields,
)


def read_json(text: str) -> ImageMetadata | None:
    """What a JSON object of whichever program says; None where it is none, or nobody's."""
    fields = values.fields_in(text)
    if fields is None:
        return None
    found = (reader(fields, text) for reader in _JSON_READERS)
    return next((metadata for metadata in found if metadata is not None), None)


def _parameters(texts: Mapping[str, str]) -> ImageMetadata | None:
    """What stands under the keyword that nearly all programs share."""
    text = texts.get(a1111.KEYWORD, "")
    metadata = a1111.read(texts)
    if metadata is None:
        return read_json(text)
    if stabilitymatrix.PROJECT_KEYWORD in texts or stabilitymatrix.KEYWORD in texts:
        return replace(metadata, source="stabilitymatrix")
    if fooocus.SCHEME_KEYWORD in texts:
        return replace(metadata, source="fooocus")
    return metadata


def _comments(texts: Mapping[str, str]) -> ImageMetadata | None:
    """What stands where people, too, write about a picture: only what is plainly a program's."""
    for keyword in _COMMENTS:
        text = texts.get(keyword, "")
        metadata = read_json(text) or read_plain(text)
        if metadata is None:
            continue
        # Fooocus leaves its mark in two other fields.
        marks = (texts.get(keywords.SOFTWARE, ""), texts.get(keywords.MAKER_NOTE, ""))
        is_fooocus = marks[0].startswith("Fooocus") and metadata.source == "a1111"
        return replace(metadata, source="fooocus") if is_fooocus else metadata
    return None


def read_plain(text: str) -> ImageMetadata | None:
    """What a text in A1111's way says, or in Mochi's; None for a text of a person."""
    metadata = a1111.read({a1111.KEYWORD: text})
    if metadata is not None and len(_TELLING & metadata.parameters.keys()) >= 2:
        return metadata
    return mochi.read(text)


_READERS: tuple[Reader, ...] = (
    own.read,
    invokeai.read,
    _parameters,
    stabilitymatrix.read,
    comfyui.read,
    novelai.read,
    easydiffusion.read,
    _comments,
)


def read_metadata(path: Path) -> ImageMetadata:
    """How the picture at ``path`` was made; source ``unknown`` where nobody says.

    Decodes no pixels. Where the file itself says nothing, a text of the same name beside it is
    asked. Raises ``StorageError`` for a file that cannot be read at all, and nothing for whatever
    may stand in it.
    """
    try:
        if path.is_dir():
            raise StorageError(f"“{path}” is no file but a folder.", "Name a picture file.")
        if path.exists() and not path.is_file():
            raise StorageError(f"“{path}” is no file.", "Name a picture file.")
        with path.open("rb") as file:
            texts = texts_in(file)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise StorageError(
            f"“{path}” cannot be read: {reason}.", "Check its name and its permissions."
        ) from error
    metadata = from_texts(texts)
    return metadata if metadata.source != "unknown" else _beside(path) or metadata


def from_texts(texts: Mapping[str, str]) -> ImageMetadata:
    """The same, from a file's texts by keyword."""
    for reader in _READERS:
        metadata = reader(texts)
        if metadata is not None:
            return metadata
    return ImageMetadata(text=next(filter(None, map(texts.get, (a1111.KEYWORD, *_COMMENTS))), ""))


def _beside(path: Path) -> ImageMetadata | None:
    """What a text or JSON beside the picture says."""
    for name, text in sidecar.texts_beside(path):
        metadata = read_json(text) or easydiffusion.read_text(text) or read_plain(text)
        if metadata is not None:
            note = f"This was read from “{name}”, which lies beside it."
            return replace(metadata, notes=(*metadata.notes, note))
    return None
