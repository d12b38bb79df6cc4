"""More or less weight for a word or a phrase of a prompt, cleanly spelled.

A word gets signs (``cat+``, ``cat++``), a phrase brackets with signs; from the fourth step on, and
where a number stands already, a number (``(cat)1.4``). At the weight 1 signs and brackets go.
Whatever comes out is read again before it is used: only what was meant may have changed.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from wurstdesk.generation import PromptSuggestion
from wurstdesk.generation.choices import choice_spans
from wurstdesk.ui.prompt_tree import LONGEST, Node, Piece, pieces, read_tree

MOST_SIGNS = 3
"""Beyond, a number is easier to read."""
STEP = 0.1
HEAVIEST = 10.0

_SPACES = (("", ""), ("", " "), (" ", ""), (" ", " "))
"""What may have to be set around a word that stands close to others."""
_EDGES = " \t\r\n\f\v,.;:!?…"
_BARE_BRACKET = re.compile(r"(?<!\\)[()\"]")
_CHOICE_SIGN = re.compile(r"\\[{}|]|[{}|]")
_FOREIGN_END = re.compile(r"\s*:[\s\d.]*\)$")


class Weighted(NamedTuple):
    """A text and what is selected in it, or where the cursor stands if both are one."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class _Target:
    """What gets another weight: the characters from ``start`` to ``end``, and their ``node``."""

    start: int
    end: int
    node: Node | None = None


def raise_weight(text: str, start: int, end: int, steps: int) -> Weighted:
    """Make what is selected, or the word at the cursor, heavier by so many steps, or lighter.

    What cannot have a weight, as a loose bracket, stays as it is.
    """
    weighted = Weighted(text, min(start, end), max(start, end))
    for _ in range(abs(steps)):
        changed = _one_step(weighted, 1 if steps > 0 else -1)
        if changed is None:
            break
        weighted = changed
    return weighted


def convert(text: str, suggestions: Iterable[PromptSuggestion]) -> str:
    """``text`` with other programs' weights spelled as they are here, one in another too."""
    for suggestion in sorted(suggestions, key=lambda one: one.end, reverse=True):
        inside = text[suggestion.start : suggestion.end]
        match = _FOREIGN_END.search(inside)
        if match is not None:
            ending = suggestion.replacement[suggestion.replacement.rfind(")") :]
            kept = suggestion.start + match.start()
            text = text[:kept] + ending + text[suggestion.end :]
    return text


def _one_step(now: Weighted, step: int) -> Weighted | None:
    head, tail = _readable(now.text)
    shown = _without_choices(head)
    tree = read_tree(shown) if now.end <= len(head) else None
    if tree is None:
        return None
    before = list(pieces(tree, shown))
    targets = list(_targets(tree, head, now.start, now.end))
    for spaces in _SPACES:
        for target in targets:
            for spelled in _spellings(head, target, step, spaces):
                if _is_as_meant(before, spelled.text, target, step):
                    start, end = _selection(now, target, spelled)
                    return Weighted(spelled.text + tail, start, end)
    return None


def _readable(text: str) -> tuple[str, str]:
    """What of a text may have weights, and the rest."""
    if len(text) <= LONGEST - 10:
        return text, ""
    cut = text.rfind(" ", 0, LONGEST - 10) + 1 or LONGEST - 10
    return text[:cut], text[cut:]


def _without_choices(text: str) -> str:
    """``text`` with spaces for the signs of random choices: each option is read like the others."""
    for start, end in choice_spans(text):
        text = text[:start] + _CHOICE_SIGN.sub(_spaces, text[start:end]) + text[end:]
    return text


def _spaces(match: re.Match[str]) -> str:
    return match.group() if len(match.group()) > 1 else " "


def _is_whole(text: str, start: int, end: int) -> bool:
    """Whether no choice begins or ends between two places, nor an option of one."""
    depth = 0
    for first, last in choice_spans(text):
        for match in _CHOICE_SIGN.finditer(text, max(first, start), min(last, end)):
            depth += {"{": 1, "}": -1}.get(match.group(), 0)
            if depth < 0 or (depth == 0 and match.group() == "|"):
                return False
    return depth == 0


# -- what is meant --------------------------------------------------------------------------------


def _targets(tree: Sequence[Node], typed: str, start: int, end: int) -> Iterator[_Target]:
    """What the cursor or the selection may mean, the likeliest first."""
    text = _without_choices(typed)
    if start == end:
        node = _at_cursor(tree, text, start)
        if node is not None:
            yield from _of_node(node, text)
        return
    found = _selected(tree, text, *_trimmed(text, start, end))
    if len(found) == 1:
        yield from _of_node(found[0], text)
    elif found:
        first, last = found[0], found[-1]
        yield _Target(_core(first, text)[0], _core(last, text)[1])
        yield _Target(first.start, last.end)
        yield _Target(*_trimmed(typed, start, end))  # a choice with its braces


def _of_node(node: Node, text: str) -> Iterator[_Target]:
    if node.is_group or node.spelling:
        yield _Target(node.inner, node.inner_end, node)
        return
    core = _core(node, text)
    yield _Target(*core)
    if core != (node.start, node.end):
        yield _Target(node.start, node.end)


def _core(node: Node, text: str) -> tuple[int, int]:
    """A word without the punctuation around it; of anything else, all."""
    start, end = node.start, node.end
    if node.is_group or node.spelling:
        return start, end
    while start < end and _is_punctuation(text[start]):
        start += 1
    while end > start and _is_punctuation(text[end - 1]) and text[end - 2 : end - 1] != "\\":
        end -= 1
    return (start, end) if start < end else (node.start, node.end)


def _is_punctuation(character: str) -> bool:
    return character in _EDGES or unicodedata.category(character) in {"Pi", "Pf", "Po"} - {"\\"}


def _at_cursor(nodes: Sequence[Node], text: str, at: int) -> Node | None:
    """The word at a place; its group, if it says nothing else or the place is in no word."""
    touched = [node for node in nodes if node.start <= at <= node.end and _is_word(node, text)]
    close = [node for node in touched if _core(node, text)[0] <= at <= _core(node, text)[1]]
    # The first of two: what ends at the cursor has just been written.
    node = next(iter(close or touched), None)
    if node is None or not node.is_group or not node.inner <= at <= node.inner_end:
        return node
    inside = _at_cursor(node.children, text, at)
    if inside is None or _is_all(node, text, inside, inside):
        return node
    return inside


def _is_all(group: Node, text: str, first: Node, last: Node) -> bool:
    """Whether a group's brackets hold these and what is between them, and nothing weighs them."""
    words = [child for child in group.children if _is_word(child, text)]
    if not words or group.inner == group.start:
        return False
    if not _is_phrase(text[group.inner : group.inner_end]):  # as f/1.8, which is three to Compel
        return not any(word.is_group or word.spelling for word in words)
    if (words[0], words[-1]) != (first, last):
        return False
    return first is not last or not (first.is_group or first.spelling)


def _selected(nodes: Sequence[Node], text: str, start: int, end: int) -> Sequence[Node]:
    """The nodes beside each other that a selection touches, within the innermost group."""
    touched = [node for node in nodes if node.start < end and node.end > start]
    words = [node for node in touched if _is_word(node, text)]
    if len(words) != 1 or not words[0].is_group:
        return _between(touched, words)
    node = words[0]
    if start < node.inner or end > node.inner_end:
        return [node]
    inside = _selected(node.children, text, start, end)
    return [node] if not inside or _is_all(node, text, inside[0], inside[-1]) else inside


def _between(touched: Sequence[Node], words: Sequence[Node]) -> Sequence[Node]:
    if not words:
        return []
    return touched[touched.index(words[0]) : touched.index(words[-1]) + 1]


def _is_word(node: Node, text: str) -> bool:
    """Whether it is more than a comma or a full stop."""
    return node.is_group or bool(text[node.start : node.end].strip(_EDGES))


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """A selection without the spaces and the punctuation at its ends."""
    selected = text[start:end]
    left = len(selected) - len(selected.lstrip(_EDGES))
    right = len(selected.rstrip(_EDGES))
    return (start + left, start + right) if left < right else (start, end)


# -- how it is spelled ----------------------------------------------------------------------------


class _Spelled(NamedTuple):
    """A new text; what was meant stands from ``start`` to ``end``, with its weight to ``close``."""

    text: str
    start: int
    end: int
    close: int


def _spellings(
    text: str, target: _Target, step: int, spaces: tuple[str, str]
) -> Iterator[_Spelled]:
    """Ways to write a target with its next weight, the cleanest first."""
    node = target.node
    weight = _next_weight(node.spelling if node else "", step)
    if weight is None or not _is_whole(text, target.start, target.end):
        return
    start, end = (node.start, node.end) if node else (target.start, target.end)
    before, after = spaces
    for opening, said, closing in _ways(text, target, weight):
        inner = start + len(before) + len(opening)
        yield _Spelled(
            text[:start] + before + opening + said + closing + after + text[end:],
            inner,
            inner + len(said),
            inner + len(said) + len(closing),
        )


def _ways(text: str, target: _Target, weight: str) -> Iterator[tuple[str, str, str]]:
    """What stands before, what is said, and what stands behind it."""
    node, said = target.node, text[target.start : target.end]
    is_number = weight[:1] not in {"+", "-", ""}
    if node is not None and node.is_foreign:
        yield ("(", said.rstrip(), ")" + weight) if weight else ("", said, "")
    elif node is not None and node.is_group:
        opening, closing = text[node.start : node.inner], text[node.inner_end : node.sign]
        sign = text[node.sign : node.end]
        if not weight:
            yield "", said, ""
        elif ".attend" in sign:
            weight = f".attend({weight})"
        yield opening, said, closing + weight
    else:
        is_attended = node is not None and ".attend" in text[node.sign : node.end]
        if is_attended and weight:
            yield "", said, f".attend({weight})"
        if not is_number and not _is_phrase(said):
            yield "", said, weight
        if weight:
            yield "(", said, ")" + weight
            yield "(", _BARE_BRACKET.sub(r"\\\g<0>", said), ")" + weight


def _is_phrase(said: str) -> bool:
    return any(character.isspace() for character in said)


def _next_weight(spelling: str, step: int) -> str | None:
    """The spelling one step further; empty at the weight 1, None where there is no further."""
    if spelling and spelling[0] not in "+-":
        number = round(float(spelling) + step * STEP, 4)
        return _number(number) if 0 <= number <= HEAVIEST else None
    signs = (1 if spelling.startswith("+") else -1) * len(spelling) + step
    if abs(signs) == MOST_SIGNS + 1 and abs(signs) > len(spelling):
        return _number(1 + STEP * signs)
    if signs > 0 and math.pow(1.1, signs) > HEAVIEST:
        return None
    return ("+" if signs > 0 else "-") * abs(signs)


def _number(number: float) -> str:
    """With a decimal point, or a full stop behind it would become part of it."""
    if number == 1:
        return ""
    text = f"{number:.4f}".rstrip("0")
    return text + "0" if text.endswith(".") else text


# -- whether it is so -----------------------------------------------------------------------------


def _is_as_meant(before: Sequence[Piece], text: str, target: _Target, step: int) -> bool:
    """Whether a new text says the same, and what was meant, and only that, has another weight."""
    shown = _without_choices(text)
    tree = read_tree(shown)
    if tree is None:
        return False
    after = list(pieces(tree, shown))
    if [piece.text for piece in after] != [piece.text for piece in before]:
        return False
    has_changed = False
    for old, new in zip(before, after, strict=True):
        change = new.weight - old.weight
        if not target.start <= old.start < target.end:
            if not math.isclose(new.weight, old.weight):
                return False
        elif change * step > 0:
            has_changed = True
        elif change or old.weight:
            return False
    return has_changed


def _selection(now: Weighted, target: _Target, spelled: _Spelled) -> tuple[int, int]:
    """The words that were selected, or a cursor as far in its word, or behind it, as before."""
    if now.start != now.end:
        return spelled.start, spelled.end
    at = spelled.close
    if now.start < target.end:
        at = min(spelled.start + max(now.start - target.start, 0), spelled.end)
    return at, at
