"""One outcome of a prompt's random choices, and where its characters were typed.

What the window shows of a prompt with choices it shows by the first option of each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from wurstdesk.generation import PromptReader, PromptReading
from wurstdesk.generation.choices import resolve

_FIRST_MARK = 0xF0000
_LONGEST = 60_000
"""Each character needs a mark of its own, and there is no prompt of this length."""


def read_outcome(reader: PromptReader, text: str) -> PromptReading:
    """What the first outcome of ``text`` says, in places of ``text``."""
    if not any(sign in text for sign in "{}") or len(text) > _LONGEST:
        return reader.read(text)
    outcome, places = _first_outcome(text)
    if outcome == text:
        return reader.read(text)
    return _moved(reader.read(outcome), places, len(text))


def _first_outcome(text: str) -> tuple[str, Sequence[int]]:
    """Every character is named by its place, all but the signs of choices."""
    marked = "".join(
        character if character in "{}|\\" else chr(_FIRST_MARK + place)
        for place, character in enumerate(text)
    )
    outcome: list[str] = []
    places: list[int] = []
    for character in resolve(marked, _first):
        place = ord(character) - _FIRST_MARK
        if place < 0:
            place = max(text.find(character, places[-1] + 1 if places else 0), 0)
        outcome.append(text[place])
        places.append(place)
    return "".join(outcome), places


def _first(count: int) -> int:
    del count
    return 0


def _moved(reading: PromptReading, places: Sequence[int], length: int) -> PromptReading:
    def start_of(at: int) -> int:
        return places[at] if at < len(places) else length

    def end_of(at: int) -> int:
        return places[at - 1] + 1 if at else 0

    tokens = tuple(
        token
        if token.start is None or token.end is None
        else replace(token, start=start_of(token.start), end=end_of(token.end))
        for token in reading.tokens
    )
    first_end = reading.first_chunk_end
    return replace(
        reading,
        tokens=tokens,
        first_chunk_end=None if first_end is None else end_of(first_end),
        problems=tuple(
            replace(p, start=start_of(p.start), end=max(start_of(p.start), end_of(p.end)))
            for p in reading.problems
        ),
        suggestions=tuple(
            replace(s, start=start_of(s.start), end=end_of(s.end)) for s in reading.suggestions
        ),
    )
