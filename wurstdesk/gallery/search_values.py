"""The values of a search's filters: ``>=4``, ``1024x768``, ``2026-10..2026-11``, ``today``.

Each reader returns what the text means, None for a text that is only begun (somebody is typing),
and raises ``ValueError`` for one that means nothing.
"""

from __future__ import annotations

import calendar
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Generic, TypeVar

Bound = TypeVar("Bound", int, str)

SHAPES = ("wide", "tall", "square")
DAYS = ("today", "yesterday", "week", "month", "year")
_SPANS = {"week": 7, "month": 30, "year": 365}
_LARGEST = 2**63 - 1  # what SQLite can hold


@dataclass(frozen=True, slots=True)
class Span(Generic[Bound]):
    """From ``low`` to ``high``, both included; None is without end."""

    low: Bound | None = None
    high: Bound | None = None


@dataclass(frozen=True, slots=True)
class Size:
    """Just that wide and that high."""

    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Sides:
    """How long the longer side is, or with ``is_area`` how many pixels there are."""

    span: Span[int]
    is_area: bool = False


@dataclass(frozen=True, slots=True)
class Name:
    """A name one of whose words begins with ``text``; with ``is_whole`` just that name."""

    text: str
    is_whole: bool = False

    def fits(self, name: str) -> bool:
        """Whether it is meant; capital letters and small ones are alike."""
        wanted, have = plain(self.text).casefold(), plain(name).casefold()
        if self.is_whole:
            return have == wanted
        return re.search(rf"(?<![^\W_]){re.escape(wanted)}", have) is not None


def plain(text: str) -> str:
    """Without what a search cannot hold: quotation marks, control and broken characters."""
    return " ".join("".join(map(_harmless, text)).split())


def _harmless(letter: str) -> str:
    return " " if letter == '"' or unicodedata.category(letter) in {"Cc", "Cs"} else letter


def one_of(names: Iterable[str], text: str) -> str | None:
    """The one that is meant, in full or by its first letters."""
    begun = text.lower()
    fitting = [name for name in names if name.startswith(begun)]
    if begun in fitting or len(fitting) == 1:
        return begun if begun in fitting else fitting[0]
    if fitting:
        return None
    raise ValueError(text)


def whole_number(text: str) -> Span[int] | None:
    """``7`` is that number alone."""
    if text[:1] in {"<", ">"}:
        raise ValueError(text)
    return _span(text, _number, r"\d+")


def numbers(text: str) -> Span[int] | None:
    """``4``, ``>=4``, ``<3``, ``3..5``, ``3..``."""
    return _span(text, _number, r"\d+")


def size(text: str) -> Size | Sides | str | None:
    """``1024x768``, ``1024`` (the longer side), either with ``>`` and the like, or a shape."""
    if text[:1].isalpha():
        return one_of(SHAPES, text)
    if match := re.fullmatch(r"([<>]?=?)(\d+)[x×](\d*)", text, re.IGNORECASE):
        operator, width, height = match.groups()
        if not height:
            return None
        if operator in {"", "="}:
            return Size(_number(width).low or 0, _number(height).low or 0)
        pixels = str((_number(width).low or 0) * (_number(height).low or 0))
        span = numbers(operator + pixels)
        return Sides(span, is_area=True) if span else None
    longer = numbers(text)
    return Sides(longer) if longer else None


def days(text: str, today: date) -> Span[str] | None:
    """Days as ISO 8601: ``2026``, ``2026-11``, ``2026-11-24``, ``>2026-10-01``, ``2026-10..``.

    Or a word: ``week``, ``month`` and ``year`` end today and are 7, 30 and 365 days long.
    """
    if text[:1].isalpha():
        word = one_of(DAYS, text)
        return _days_of(word, today) if word else None
    return _span(text, _period, r"\d{4}(?:-\d{0,2})?(?:-\d{0,2})?")


def _days_of(word: str, today: date) -> Span[str]:
    if word == "yesterday":
        day = (today - timedelta(1)).isoformat()
        return Span(day, day)
    first = today - timedelta(_SPANS.get(word, 1) - 1)
    return Span(first.isoformat(), today.isoformat())


def _span(text: str, read: Callable[[str], Span[Bound]], pattern: str) -> Span[Bound] | None:
    """What ``read`` makes of one value, with an operator before it or dots between two."""
    if text in {"", "<", ">", "=", "<=", ">=", ".", ".."}:
        return None
    if match := re.fullmatch(rf"({pattern})?\.\.?({pattern})?", text):
        low, high = match.groups()
        return Span(read(low).low if low else None, read(high).high if high else None)
    match = re.fullmatch(rf"([<>]?=?)({pattern})", text)
    if match is None:
        raise ValueError(text)
    operator, value = match.groups()
    return _compared(operator, read(value))


def _compared(operator: str, value: Span[Bound]) -> Span[Bound]:
    if operator == ">=":
        return Span(value.low)
    if operator == "<=":
        return Span(None, value.high)
    if operator == ">":
        return Span(_next(value.high, 1))
    if operator == "<":
        return Span(None, _next(value.low, -1))
    return value


def _next(value: Bound | None, step: int) -> Bound | None:
    """The whole number or the day after it, or before."""
    if value is None:
        return None
    if isinstance(value, str):
        return (date.fromisoformat(value) + timedelta(step)).isoformat()
    return value + step


def _number(text: str) -> Span[int]:
    number = int(text) if len(text) < 20 else _LARGEST
    if number >= _LARGEST:
        raise ValueError(text)
    return Span(number, number)


def _period(text: str) -> Span[str]:
    """A year, a month or a day, from its first day to its last."""
    year, month, day = (*(int(part) for part in text.split("-") if part), 0, 0)[:3]
    first = date(year, month or 1, day or 1)
    last_day = day or calendar.monthrange(year, month or 12)[1]
    return Span(first.isoformat(), date(year, month or 12, last_day).isoformat())
