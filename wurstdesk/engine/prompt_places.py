"""Where in a prompt each character of Compel's fragments comes from.

Compel's grammar tells no places. But most characters mean nothing to it: a letter is as good as
any other. So each of those is replaced by a character of Unicode's private planes that names its
place (``marked``), the grammar reads that, and what it makes of it says for every fragment where
it comes from (``unmarked``). Only signs, and words and numbers that may belong to an operator,
stay as they are; where several of those could be the one, the place is unknown, never a guess.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

UNKNOWN = -1
_FIRST_MARK = 0xF0000
_SIGNS = frozenset('()",.+-=\\ ')
_NAME = r"\.(?:attend|swap|blend|and|add)"
_OPERATOR = re.compile(rf"{_NAME}(?=(\s*\([^()\"]*)?)")
_WITH_ARGUMENTS = re.compile(rf"{_NAME}\s*(?:\([^()\"]*\)?)?")
_LORA = re.compile(r"(?:use|with)Lora(?=(\s*\([^()\"]*)?)")
_WEIGHT = re.compile(r"(?<=[)\"])(?:\++|-+|\d+\.\d*|\.\d+|\d+)")
_ESCAPED = re.compile(r"(?<=\\).")
_IN_SWAP = re.compile(r",[\w\s.,=+-]*\)", re.ASCII)
_STRENGTH = re.compile(r"(?<=[^\s(,.=+-])(?:\++|-+)(?=$|[\s()\",.=+-])")
_ESCAPE = re.compile(r"\\(?=[()\"])")
BRACKETS = '()"'
BARE_BRACKET = re.compile(r"(?<!\\)[()\"]")


@dataclass(frozen=True)
class Piece:
    """A fragment's text with the index of each character, or ``UNKNOWN``; spaces have none."""

    text: str
    places: tuple[int, ...]


def marked(text: str) -> str:
    """``text``, its spaces folded, with marks in place of what the grammar does not care about."""
    kept = _within(text, _OPERATOR, _LORA, _WEIGHT, _ESCAPED)
    if ".swap" in text:
        kept |= _within(text, _IN_SWAP)
    return "".join(
        character
        if index in kept or character in _SIGNS or character.isspace()
        else chr(_FIRST_MARK + index)
        for index, character in enumerate(text)
    )


def _within(text: str, *patterns: re.Pattern[str]) -> set[int]:
    """Where each of the patterns matches, with what its lookahead holds; matches may overlap.

    In “"1.attend(2)"” the dot may be the weight's or the operator's.
    """
    return {
        index
        for pattern in patterns
        for match in pattern.finditer(text)
        for index in range(match.start(), max(match.end(), match.end(pattern.groups)))
    }


def place_of(character: str) -> int:
    """The place that a marked character names, or ``UNKNOWN``."""
    return ord(character) - _FIRST_MARK if ord(character) >= _FIRST_MARK else UNKNOWN


def first_place(text: str) -> int:
    """The place of the first marked character, or ``UNKNOWN``."""
    return next((place for place in map(place_of, text) if place != UNKNOWN), UNKNOWN)


def unmarked(fragments: Sequence[str], source: str) -> list[Piece]:
    """What the marked ``fragments`` say, which are all that was made of ``source``, in order."""
    characters = [character for fragment in fragments for character in fragment]
    places = [place_of(character) for character in characters]
    _place_between_marks(characters, places, source)
    pieces = []
    begin = 0
    for fragment in fragments:
        end = begin + len(fragment)
        text = "".join(
            source[place] if place_of(character) != UNKNOWN else character
            for character, place in zip(characters[begin:end], places[begin:end], strict=True)
        )
        pieces.append(Piece(text, tuple(places[begin:end])))
        begin = end
    return pieces


def loose_brackets(source: str) -> set[int]:
    """Brackets and quotation marks that stand without a partner, escaped ones aside."""
    opened: list[int] = []
    loose: list[int] = []
    quotes: list[int] = []
    for match in BARE_BRACKET.finditer(source):
        sign, place = match.group(), match.start()
        if sign == '"':
            quotes.append(place)
        elif sign == "(":
            opened.append(place)
        elif sign == ")" and opened:
            opened.pop()
        elif sign == ")":
            loose.append(place)
    return {*opened, *loose, *quotes[len(quotes) // 2 * 2 :]}


def _place_between_marks(characters: list[str], places: list[int], source: str) -> None:
    """Find the signs between each two marks among those that stand there in the source."""
    known = [i for i, place in enumerate(places) if place != UNKNOWN]
    used = {places[i] for i in known}
    signs = _Signs(source)
    for before, after in zip([-1, *known], [*known, len(characters)], strict=True):
        gap = [i for i in range(before + 1, after) if not characters[i].isspace()]
        if not gap:
            continue
        low = places[before] if before >= 0 else -1
        high = places[after] if after < len(characters) else len(source)
        there = [i for i in range(low + 1, high) if i not in used and source[i] != " "]
        wanted = [characters[i] for i in gap]
        for i, place in zip(gap, signs.places_of(wanted, there), strict=True):
            places[i] = place


def _weights(source: str) -> set[int]:
    """Where weights seem to stand: right after a bracket or quotation mark that closes."""
    quotes = [match.start() for match in BARE_BRACKET.finditer(source) if match.group() == '"']
    opening = set(quotes[::2])
    return {
        index
        for match in _WEIGHT.finditer(source)
        if match.start() - 1 not in opening
        for index in range(*match.span())
    }


class _Signs:
    """What is left in the source after marking, and how likely each is to be text."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._loose = loose_brackets(source)
        self._dropped = _within(source, _ESCAPE, _WITH_ARGUMENTS, _STRENGTH, BARE_BRACKET)
        self._dropped |= _weights(source)

    def places_of(self, wanted: list[str], there: list[int]) -> list[int]:
        """For each wanted character its place among ``there``, or ``UNKNOWN``."""
        likely = [i for i in there if i not in self._dropped]
        possible = [i for i in there if i not in self._dropped or i in self._loose]
        brackets = sum(character in BRACKETS for character in wanted)
        for places in (likely, possible, there):
            if places is not there and brackets != sum(self._source[i] in BRACKETS for i in places):
                continue
            first = self._embedded(wanted, places)
            last = self._embedded(wanted[::-1], places[::-1])
            if first is not None and last is not None:
                pairs = zip(first, reversed(last), strict=True)
                return [one if one == other else UNKNOWN for one, other in pairs]
        return [UNKNOWN] * len(wanted)

    def _embedded(self, wanted: Iterable[str], places: Iterable[int]) -> list[int] | None:
        """The first places at which the wanted characters stand in order."""
        left = iter(places)
        found = []
        for character in wanted:
            place = next((i for i in left if self._source[i] == character), None)
            if place is None:
                return None
            found.append(place)
        return found
