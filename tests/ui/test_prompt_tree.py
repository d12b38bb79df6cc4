"""What a prompt is made of is what Compel makes of it, with places."""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from wurstdesk.engine import prompt_grammar, prompt_syntax
from wurstdesk.engine.prompt_syntax import parse_prompt
from wurstdesk.ui import prompt_tree
from wurstdesk.ui.prompt_tree import pieces, read_tree

PIECE = re.compile(r"[^\W\d_]+|\d|[^\s]")

SIGNS = ["(", ")", '"', "+", "-", ".", ",", " ", " ", "\n"]
PARTS = [
    *(".attend(", ".swap(", "dog", "red", "é", "🌭", ")1.2", ")+", "\\(", "1", "1.5", "!", "="),
    *('("a", "b").blend(1,2)', '("a", "b").and()', "(dog)", "(red dog)++", '"a b-"'),
    *("withLora(x,1)", ".attend(++)", ".swap(cat)", "no_normalize"),
]
ANYTHING = st.lists(st.sampled_from([*SIGNS, *PARTS]), max_size=14).map("".join)


def said_by_compel(text: str) -> list[tuple[str, float]]:
    parts = (p for c in parse_prompt(text).clauses for branch in c.branches for p in branch)
    return [(m.group(), round(part.weight, 4)) for part in parts for m in PIECE.finditer(part.text)]


@given(ANYTHING)
@hypothesis_settings(max_examples=500)
def test_any_text_is_taken_apart_as_compel_does_it(text: str) -> None:
    assume(not re.search(r"[)\"]\s?\d+\.(?:attend|swap)", text))  # a weight, or a number as text?
    tree = read_tree(text)
    if tree is None or any("taken literally" in note for note in parse_prompt(text).notes):
        return
    found = [(piece.text, round(min(piece.weight, 10), 4)) for piece in pieces(tree, text)]
    assert found == said_by_compel(text)


@given(ANYTHING)
@hypothesis_settings(max_examples=100)
def test_every_piece_is_where_it_says(text: str) -> None:
    for piece in pieces(read_tree(text) or (), text):
        assert text[piece.start :].lstrip("\\").startswith(piece.text)


@pytest.mark.parametrize(
    "text", ["(" * 17 + "dog" + ")" * 17, '("a", "b").blend(1)', "dog " * 600, '"' * 201]
)
def test_what_compel_does_not_weigh_has_no_tree(text: str) -> None:
    assert read_tree(text) is None


def test_the_limits_are_the_engines() -> None:
    assert prompt_tree.LONGEST == prompt_syntax.MAX_PARSED
    assert prompt_tree.DEEPEST == prompt_grammar.MAX_NESTING
    assert prompt_tree.MOST_QUOTES == prompt_grammar.MAX_QUOTES


def test_another_programs_weight_is_a_group_of_that_weight() -> None:
    (group,) = read_tree("(a red cat:1.2)") or ()
    assert (group.is_foreign, group.weight, group.inner, group.inner_end) == (True, 1.2, 1, 10)
