"""A prompt as it is read, and where each of its characters was typed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from wurstdesk.engine.prompt_places import UNKNOWN
from wurstdesk.generation import PromptProblem, PromptSuggestion

LONGEST_WORD = 100

_SPACES = " \t\r\n\f\v"
_BRACKET = re.compile(r"(?<!\\)[()]")
_FOREIGN_WEIGHT = re.compile(r"(?:(?<!\d):\s*(\d{1,3})|:\s*(\d{0,3}\.\d{1,4}))\s*$")
_LONGEST_FOREIGN_WEIGHT = 16


@dataclass(frozen=True)
class Source:
    """``text`` is what is read; ``places[i]`` is where its character i stands as typed."""

    text: str
    places: tuple[int, ...]

    def typed(self, start: int, end: int) -> tuple[int, int]:
        """From where to where the characters from ``start`` to ``end`` were typed."""
        if not self.places:
            return 0, 0
        if start >= len(self.places):
            start = end = len(self.places)
        if start >= end:
            at = self.places[start] if start < len(self.places) else self.places[-1] + 1
            return at, at
        return self.places[start], self.places[end - 1] + 1

    def problem(self, start: int, end: int, text: str) -> PromptProblem:
        """A sentence about the characters from ``start`` to ``end`` of what is read."""
        return PromptProblem(*self.typed(start, end), text)

    def typed_places(self, places: Iterable[int]) -> tuple[int, ...]:
        """The same for single characters, of which some may be unknown."""
        return tuple(UNKNOWN if place == UNKNOWN else self.places[place] for place in places)

    def first(self, most: int) -> tuple[Source, PromptProblem | None]:
        """The text up to ``most`` characters, with a problem if that is not all.

        Cut between words, in a language that sets spaces between them.
        """
        if len(self.text) <= most:
            return self, None
        head, _, begun = self.text[:most].rpartition(" ")
        end = len(head) if len(begun) < LONGEST_WORD else most
        said = f"Of the prompt’s {len(self.text):,} characters the first {most:,} were read."
        problem = self.problem(end, len(self.text), said)
        return Source(self.text[:end], self.places[:end]), problem


def fold(text: str) -> Source:
    """The text with every run of spaces as one, and without halves of characters."""
    characters: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        if "\ud800" <= character <= "\udfff":
            continue
        if character in _SPACES:
            if characters and characters[-1] == " ":
                continue
            characters.append(" ")
        else:
            characters.append(character)
        places.append(place)
    return Source("".join(characters), tuple(places))


def suggestions(source: Source) -> Iterator[PromptSuggestion]:
    """``(word:1.2)`` of other programs, and ``(word)1.2``, which is the same here.

    A time of day or a ratio in brackets is none.
    """
    opened: list[int] = []
    for match in _BRACKET.finditer(source.text):
        place = match.start()
        if match.group() == "(":
            opened.append(place)
        elif opened:
            start = opened.pop()
            lowest = max(start + 1, place - _LONGEST_FOREIGN_WEIGHT)
            weight = _FOREIGN_WEIGHT.search(source.text[lowest:place])
            if weight is not None:
                yield from _suggestion(source, start, lowest + weight.start(), place)


def _suggestion(source: Source, start: int, colon: int, end: int) -> Iterator[PromptSuggestion]:
    inner = source.text[start + 1 : colon].strip()
    if not inner or inner.endswith("\\"):
        return
    number = source.text[colon + 1 : end].strip()
    number += "" if "." in number else ".0"  # or a full stop that follows becomes part of it
    after = source.text[end + 1 : end + 2]
    if after.isdecimal():
        number += " "
    yield PromptSuggestion(*source.typed(start, end + 1), f"({inner}){number}")
