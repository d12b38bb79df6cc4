"""What is marked in a prompt, and where: made of a reading, moved along while somebody types."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto

from wurstdesk.generation import PromptReading
from wurstdesk.generation.choices import choice_spans

OPEN_END = 1 << 30
"""The end of a mark that goes on to the end of the text."""

_SYNTAX = re.compile(
    r"(?:[()\"+\-\\,.\d]|attend|blend|and|add|swap|no_normalize|withLora|useLora)+"
)
_RUN = re.compile(r"\S+")
_CHOICE_PART = re.compile(r"[{}|]+|[^{}|]+")


class Kind(Enum):
    """What a mark says."""

    WEIGHT = auto()
    """Words that count more or less than others."""
    SIGN = auto()
    """Brackets, signs and numbers that are no text."""
    LEFT_OUT = auto()
    """What is not read."""
    BEYOND = auto()
    """What the first chunk has no room for."""
    PROBLEM = auto()


@dataclass(frozen=True, slots=True)
class Mark:
    """``start`` and ``end`` are Qt's places: units of UTF-16 from the beginning of the text."""

    start: int
    end: int
    kind: Kind
    weight: float = 1.0
    text: str = ""


def units(text: str) -> int:
    """How long a text is to Qt, to which an emoji is two characters."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


class Places:
    """Turns places in characters into Qt's, and back."""

    def __init__(self, text: str) -> None:
        self._wide = [i for i, character in enumerate(text) if character > "\uffff"]
        self._wide_units = [place + n for n, place in enumerate(self._wide)]

    def qt(self, place: int) -> int:
        """In units of UTF-16."""
        return place + bisect_right(self._wide, place - 1) if self._wide else place

    def python(self, place: int) -> int:
        """In characters."""
        return place - bisect_right(self._wide_units, place - 1) if self._wide else place


def marks_of(reading: PromptReading, text: str) -> tuple[Mark, ...]:
    """Everything that is to be seen of a reading of ``text``."""
    places = Places(text)
    found = [*_weights(reading, text), *_unread(reading, text)]
    for problem in reading.problems:
        start = min(problem.start, max(len(text) - 1, 0))
        found.append(Mark(start, max(problem.end, start + 1), Kind.PROBLEM, text=problem.text))
    made = [replace(mark, start=places.qt(mark.start), end=places.qt(mark.end)) for mark in found]
    if reading.first_chunk_end is not None:
        made.append(Mark(places.qt(reading.first_chunk_end), OPEN_END, Kind.BEYOND))
    return tuple(made)


def moved(marks: Iterable[Mark], at: int, removed: int, added: int) -> tuple[Mark, ...]:
    """The marks after an edit; what was typed inside one belongs to it."""
    behind, more = at + removed, added - removed
    kept = []
    for mark in marks:
        start, end = mark.start, mark.end
        if end <= at:
            kept.append(mark)
            continue
        if start >= behind:
            start += more
        elif start > at:
            start = at + added
        if end != OPEN_END:
            end = end + more if end >= behind else at
        if start < end:
            kept.append(mark if (start, end) == (mark.start, mark.end) else _at(mark, start, end))
    return tuple(kept)


def _at(mark: Mark, start: int, end: int) -> Mark:
    return Mark(start, end, mark.kind, mark.weight, mark.text)


def _weights(reading: PromptReading, text: str) -> Iterator[Mark]:
    """Tokens beside each other with the same weight are one mark."""
    last: Mark | None = None
    for token in reading.tokens:
        if token.start is None or token.end is None or token.weight == 1:
            continue
        joins = last is not None and last.weight == token.weight and last.end <= token.start
        if last is not None and joins and not text[last.end : token.start].strip():
            last = replace(last, end=token.end)
            continue
        if last is not None:
            yield last
        last = Mark(token.start, token.end, Kind.WEIGHT, token.weight)
    if last is not None:
        yield last


def _unread(reading: PromptReading, text: str) -> Iterator[Mark]:
    """What stands between the tokens, where all of those between two places are known."""
    choices = choice_spans(text)
    read = 0
    is_sure = True
    for token in (*reading.tokens, None):
        start = len(text) if token is None else token.start
        if start is None:
            is_sure = False
            continue
        if is_sure and start > read:
            yield from _between_tokens(text, read, start, choices)
        is_sure = True
        if token is not None:
            read = max(read, token.end or 0)


def _between_tokens(
    text: str, start: int, end: int, choices: Sequence[tuple[int, int]]
) -> Iterator[Mark]:
    for run in _RUN.finditer(text, start, end):
        if not any(first < run.end() and run.start() < last for first, last in choices):
            yield Mark(*run.span(), _kind_of(run.group()))
            continue
        for part in _CHOICE_PART.finditer(text, *run.span()):
            if part.group()[0] in "{}|" or _SYNTAX.fullmatch(part.group()):
                yield Mark(*part.span(), Kind.SIGN)  # the other options are not left out


def _kind_of(run: str) -> Kind:
    return Kind.SIGN if _SYNTAX.fullmatch(run) else Kind.LEFT_OUT
