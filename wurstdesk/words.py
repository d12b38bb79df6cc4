"""Which words of a prompt a checkpoint of a small world does not know."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

# Letters of any script, with an apostrophe inside ("dog's"), or a single sign. A name after a dot
# is Compel's (.blend, .and, .attend) and no word of the picture.
_WORD = re.compile(r"(?<!\.)\b[^\W\d_]+(?:['’][^\W\d_]+)*|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Span:
    """A word and where it stands: ``start`` in characters from the beginning of the text."""

    start: int
    word: str


def unknown_words(text: str, vocabulary: frozenset[str]) -> tuple[Span, ...]:
    """Words and symbols that ``vocabulary`` (lower case) lacks.

    None where it is empty, that is, unbounded. An emoji is a symbol, punctuation is none.
    """
    if not vocabulary:
        return ()
    return tuple(
        Span(match.start(), match.group())
        for match in _WORD.finditer(text)
        if not _knows(vocabulary, match.group().lower()) and not _is_punctuation(match.group())
    )


def is_beginning(word: str, vocabulary: frozenset[str]) -> bool:
    """Whether more letters could make ``word`` a known one: somebody may still be typing it."""
    word = word.lower()
    return any(known.startswith(word) for known in vocabulary)


def _knows(vocabulary: frozenset[str], word: str) -> bool:
    word = word.replace("’", "'")
    return word in vocabulary or word.removesuffix("'s") in vocabulary


def _is_punctuation(text: str) -> bool:
    return not text[0].isalpha() and unicodedata.category(text[0]) != "So"
