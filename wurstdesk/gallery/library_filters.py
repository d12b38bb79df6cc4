"""The filters of a search as SQL conditions."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import apsw

from wurstdesk.gallery.search_text import Condition, Value
from wurstdesk.gallery.search_values import Name, Sides, Size, Span

_KINDS = {
    "favourite": "favourite = 1",
    "missing": "missing IS NOT NULL",
    "kept": "verdict = 1",
    "rejected": "verdict = -1",
    "rated": "rating > 0",
    "unrated": "rating = 0",
    "imported": "source <> 'wurstdesk'",
    "tagged": "EXISTS (SELECT 1 FROM picture_tags WHERE picture = pictures.id)",
    "untagged": "NOT EXISTS (SELECT 1 FROM picture_tags WHERE picture = pictures.id)",
}
_SHAPES = {"wide": "width > height", "tall": "width < height", "square": "width = height"}
_COLUMNS = {"seed": "seed", "rating": "rating", "date": "day"}
_MEMBERS = {
    "tag": "pictures.id IN (SELECT picture FROM picture_tags WHERE tag IN ({}))",
    "album": "pictures.id IN (SELECT picture FROM album_pictures WHERE album IN ({}))",
}
# Nothing simpler: where SQLite sees that nothing can be found it does not find the index that it is
# told to use either, and complains.
_NEVER, _ALWAYS = "day < ''", "day >= ''"


@dataclass(slots=True)
class Where:
    """Conditions that all must hold, and the values for their question marks."""

    texts: list[str] = field(default_factory=list)
    values: list[str | int] = field(default_factory=list)

    def add(self, text: str, *values: str | int) -> None:
        """One more."""
        self.texts.append(text)
        self.values.extend(values)

    @property
    def text(self) -> str:
        """To stand after another condition."""
        return "".join(f" AND {text}" for text in self.texts)


def where(
    connection: apsw.Connection,
    conditions: Iterable[Condition],
    checkpoints: Callable[[], Iterable[str]],
    *,
    in_trash: bool,
) -> Where:
    """What the filters ask of a row of ``pictures``."""
    whole = Where()
    for condition in conditions:
        one = Where()
        if condition.field == "checkpoint":
            _add_checkpoint(one, condition.value, checkpoints())
        elif condition.field in _MEMBERS:
            _add_member(one, connection, condition)
        else:
            _add(one, condition, in_trash=in_trash)
        text = " AND ".join(one.texts)
        whole.add(f"({text}) IS NOT TRUE" if condition.is_excluded else f"({text})", *one.values)
    return whole


def _add(one: Where, condition: Condition, *, in_trash: bool) -> None:
    match condition.value:
        case Span() as span:
            _add_span(one, _COLUMNS[condition.field], span)
        case Size(width, height):
            one.add("width = ? AND height = ?", width, height)
        case Sides(span, is_area):
            _add_span(one, "width * height" if is_area else "max(width, height)", span)
        case "trashed":  # not by its column, which the small index has not got
            one.add(_ALWAYS if in_trash else _NEVER)
        case str() as word if condition.field == "source":
            one.add("source = ?", word)
        case str() as word:
            one.add((_SHAPES if condition.field == "size" else _KINDS)[word])


def _add_span(one: Where, column: str, span: Span[int] | Span[str]) -> None:
    one.add(f"{column} IS NOT NULL")
    if span.low is not None:
        one.add(f"{column} >= ?", span.low)
    if span.high is not None:
        one.add(f"{column} <= ?", span.high)


def _add_checkpoint(one: Where, value: Value, checkpoints: Iterable[str]) -> None:
    assert isinstance(value, Name)
    names = [name for name in checkpoints if value.fits(name)]
    one.add(f"checkpoint_name IN ({', '.join('?' * len(names))})" if names else _NEVER, *names)


def _add_member(one: Where, connection: apsw.Connection, condition: Condition) -> None:
    assert isinstance(condition.value, Name)
    found = connection.execute(f"SELECT id, name FROM {condition.field}s")
    fitting = [str(number) for number, name in found if condition.value.fits(name)]
    one.add(_MEMBERS[condition.field].format(", ".join(fitting)) if fitting else _NEVER)
