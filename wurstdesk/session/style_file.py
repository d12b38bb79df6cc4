"""The file that keeps a person's styles: JSON to be read and edited by hand, if anybody likes.

Nothing in it can keep the program from starting, and nothing in it is lost by it: a file that
cannot be used whole is kept beside its place before a new one is written.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from PySide6.QtCore import QCoreApplication

from wurstdesk.errors import StorageError
from wurstdesk.generation.styles import Style
from wurstdesk.paths import resources_dir, write_atomically

VERSION = 1
MAX_BYTES = 5_000_000
"""Of a file that is read at all."""
MAX_STYLES = 1000


@dataclass(frozen=True, slots=True)
class LoadedStyles:
    """``shipped`` come with the program; of them ``hidden`` are not shown. ``own`` are the
    person's, and one with the name of a shipped one takes its place. ``notes`` are sentences
    about what could not be used."""

    shipped: tuple[Style, ...] = ()
    own: tuple[Style, ...] = ()
    hidden: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def load_styles(path: Path | None) -> LoadedStyles:
    """The styles that come with the program, and those in the person's file."""
    shipped, bad = _usable(_parsed(_shipped_content()))
    notes = [_tr("A style that comes with Wurstdesk is damaged.")] if bad else []
    try:
        content = path.read_bytes() if path is not None else b""
    except FileNotFoundError:
        content = b""
    except OSError as error:
        reason = error.strerror or type(error).__name__
        notes.append(_tr("Your styles cannot be read: {0}.").format(f"{path}: {reason}"))
        content = b""
    if path is None or not content.strip():
        return LoadedStyles(shipped, notes=tuple(notes))
    data = _parsed(content)
    own, bad = _usable(data)
    hidden = data.get("hidden", []) if data else []
    if data is None or bad:
        notes.append(_kept_beside(path, content, bad))
    names = tuple(name for name in hidden if isinstance(name, str))
    return LoadedStyles(shipped, own, names, tuple(notes))


def save_styles(path: Path, own: Sequence[Style], hidden: Sequence[str]) -> None:
    """Write the person's own and which of the shipped are hidden; raises ``StorageError``."""
    data: dict[str, Any] = {"version": VERSION, "styles": [_as_dict(style) for style in own]}
    if hidden:
        data["hidden"] = sorted(hidden)
    text = json.dumps(data, indent=2, ensure_ascii=False)
    write_atomically(path, f"{text}\n".encode("utf-8", "replace"))


def _as_dict(style: Style) -> dict[str, Any]:
    fields = style.model_dump(mode="json", exclude_defaults=True)
    settings = {key: value for key, value in style.settings.items() if value is not None}
    return {**fields, "settings": settings} if settings else fields


def _shipped_content() -> bytes:
    try:
        return (resources_dir() / "styles.json").read_bytes()
    except (OSError, StorageError):
        return b""


def _parsed(content: bytes) -> dict[str, Any] | None:
    """The file's object, if it is one that this version can read."""
    try:
        data = json.loads(content.decode("utf-8-sig")) if len(content) <= MAX_BYTES else None
    except (ValueError, RecursionError):
        return None
    if not isinstance(data, dict) or data.get("version") != VERSION:
        return None
    is_whole = isinstance(data.get("styles"), list) and isinstance(data.get("hidden", []), list)
    return data if is_whole else None


def _usable(data: dict[str, Any] | None) -> tuple[tuple[Style, ...], int]:
    """The styles that can be used, each name once, and how many cannot."""
    listed = data["styles"] if data else []
    found: dict[str, Style] = {}
    for item in listed[:MAX_STYLES]:
        try:
            style = Style.model_validate(item)
        except (ValidationError, RecursionError):
            continue
        found.setdefault(style.name, style)
    return tuple(found.values()), len(listed) - len(found)


def _kept_beside(path: Path, content: bytes, bad: int) -> str:
    """Keep a copy of what the next save would lose; the sentence that says so."""
    number = 1
    while (aside := path.with_name(f"{path.stem}.broken-{number}{path.suffix}")).exists():
        number += 1
    if bad:
        said = _tr("{0} of your styles could not be used.").format(bad)
    else:
        said = _tr("Your styles could not be read.")
    try:
        if bad:
            write_atomically(aside, content)
        else:
            path.replace(aside)
    except (OSError, StorageError):
        return said
    return f"{said} {_tr('The file as it was is now {0}.').format(aside)}"


def _tr(text: str) -> str:
    return QCoreApplication.translate("Styles", text)
