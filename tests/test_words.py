"""Which words a small checkpoint does not know."""

from __future__ import annotations

import pytest

from fakes import WORDS
from wurstdesk.words import Span, is_beginning, unknown_words


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("a long red sausage dog on snow at night", []),
        ("A LONG Red Dog", []),
        ("a zebra and a spaceship", ["zebra", "spaceship"]),
        ("the dog's house", []),
        ("the zebra’s house", ["zebra’s"]),
        ("red++ dog- (very long)1.3 zebra+", ["zebra"]),
        ('("red dog", "blue zebra").blend(1, 0.8)', ["zebra"]),
        ("ein Dackel über 🐶 Schnee", ["ein", "Dackel", "über", "🐶", "Schnee"]),
        ("3 dogs: red, “long” & very-long… ❤️", ["dogs", "❤"]),
        ("", []),
    ],
)
def test_unknown_words(text: str, unknown: list[str]) -> None:
    assert [span.word for span in unknown_words(text, WORDS)] == unknown


def test_places_are_counted_from_the_beginning() -> None:
    assert unknown_words("a red zebra", WORDS) == (Span(6, "zebra"),)


def test_a_checkpoint_without_bounds_marks_nothing() -> None:
    assert unknown_words("a zebra in a spaceship", frozenset()) == ()


def test_somebody_may_still_be_typing() -> None:
    assert is_beginning("Saus", WORDS)
    assert not is_beginning("zeb", WORDS)
