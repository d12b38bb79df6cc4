"""JSON as the gallery stores it, and JSON from files that anybody may have written."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any


def to_json(value: Any) -> str:
    """Compact JSON, readable in any language, that always encodes as UTF-8.

    A folder's name can hold bytes that are no text (lone surrogates in Python); such a value is
    written with escapes throughout and reads back the same.
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    try:
        text.encode()
    except UnicodeEncodeError:
        text = json.dumps(value, allow_nan=False, separators=(",", ":"))
    return text


def from_json(text: str) -> Any:
    """What ``text`` holds, or None where it is no JSON, or nested without end."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def clean_text(value: object, limit: int = 10_000) -> str:
    """A stranger's string as plain text: no lone surrogates, not endless; "" for anything else."""
    if not isinstance(value, str):
        return ""
    return value[:limit].encode("utf-8", "replace").decode("utf-8")


def finite_numbers(value: object) -> dict[str, float]:
    """The entries of a mapping that are real, finite numbers."""
    if not isinstance(value, Mapping):
        return {}
    return {
        clean_text(key): float(number)
        for key, number in value.items()
        if isinstance(number, int | float) and _is_finite(number)
    }


def _is_finite(number: float) -> bool:
    try:
        return math.isfinite(number)
    except OverflowError:  # an integer of 400 digits
        return False
