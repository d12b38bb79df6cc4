"""A stranger's JSON as plain texts, under the names that A1111 gives them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from wurstdesk.gallery.image_metadata.png_chunks import MAX_TEXT_BYTES
from wurstdesk.gallery.json_text import clean_text, from_json

_MAX_VALUE = 2000

Fields = Mapping[str, Any]


def fields_in(text: object) -> Fields | None:
    """The JSON object in a text; None where it is anything else."""
    if not isinstance(text, str) or not text.lstrip().startswith("{"):
        return None
    found = from_json(text)
    return found if isinstance(found, dict) else None


def inner(fields: Fields, key: str) -> Fields:
    """An object within an object; empty where there is none."""
    found = fields.get(key)
    return found if isinstance(found, dict) else {}


def prompt(value: object) -> str:
    """A prompt: a string, or a list of strings that belong together."""
    if isinstance(value, list):
        return "\n".join(filter(None, map(prompt_line, value)))
    return prompt_line(value)


def prompt_line(value: object) -> str:
    """A string of any length that a file may have."""
    return clean_text(value, MAX_TEXT_BYTES)


def plain(value: object) -> str:
    """A number or a short string as text: ``4`` and not ``4.0``; "" for anything else."""
    if isinstance(value, bool) or value is None:
        return ""
    if isinstance(value, float):
        if not math.isfinite(value):
            return ""
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else str(value)
    if isinstance(value, int):
        return str(value) if value.bit_length() <= 128 else ""
    return " ".join(clean_text(value, _MAX_VALUE).split())


def renamed(fields: Fields, names: Mapping[str, str]) -> dict[str, str]:
    """The values that there are, by the name that ``names`` has for their key; the first counts."""
    found: dict[str, str] = {}
    for key, name in names.items():
        value = plain(fields.get(key))
        if value:
            found.setdefault(name, value)
    return found


def size(width: object, height: object) -> dict[str, str]:
    """``Size-1`` and ``Size-2``, if both are sides."""
    sides = [plain(width), plain(height)]
    if all(side.isascii() and side.isdigit() and len(side) <= 6 and int(side) for side in sides):
        return {"Size-1": sides[0], "Size-2": sides[1]}
    return {}
