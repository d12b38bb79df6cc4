"""What a prompt is made of, by Compel's rules: words, groups, weights, and where each stands.

Compel's own grammar tells weights but no places, and what it makes of a prompt comes from a thread
of its own. Whoever changes a weight at a keystroke needs both at once. This is the same grammar,
read by hand; tests hold it to Compel's.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, replace

LONGEST = 2000
"""Characters of a prompt with weights that Compel is given."""
DEEPEST = 16
"""Brackets within brackets that Compel is given."""
MOST_QUOTES = 200

_SPACE = " \t\r\n\f\v"
_SPACES = re.compile(rf"[{_SPACE}]*")
_SYNTAX = r'()",.+\-='
_WORD = re.compile(rf"(?:\\[{_SYNTAX}]|[-+](?![{_SPACE}{_SYNTAX}]|$)|[^{_SPACE}{_SYNTAX}])+")
_FREE = re.compile(rf"[^{_SPACE}]+")
_QUOTED = re.compile(r'"(?:\\"|[^"])*"')
_SIGNS = re.compile(r"\++|-+")
_NUMBER = re.compile(r"\d+\.\d*|\.\d+|\d+", re.ASCII)
_ATTEND = re.compile(
    rf"[{_SPACE}]*\.attend[{_SPACE}]*\([{_SPACE}]*(\++|-+|\d+\.\d*|\.\d+|\d+)[{_SPACE}]*\)",
    re.ASCII,
)
_SWAP = re.compile(rf"[{_SPACE}]*\.swap[{_SPACE}]*\(")
_SWAP_END = re.compile(r"\s*(?:,[\w\s.,=+-]*)?\)", re.ASCII)
_LORA = re.compile(r"(?:use|with)Lora\s*\(\s*[\w-]+\s*(?:,\s*-?[\d.]+\s*)?\)", re.ASCII)
_LORAS = re.compile(rf"(?:\s*{_LORA.pattern})*\s*", re.ASCII)
_JOIN = re.compile(r"\s*\)\s*\.(blend|and|add)\s*\(([^()\"]*)\)\s*")
_BROKEN_JOIN = re.compile(r"\s*\)\s*\.(?:blend|and|add)\s*\(")
_FOREIGN = re.compile(r"\s*(?:(?<!\d):\s*(\d{1,3})|:\s*(\d{0,3}\.\d{1,4}))\s*$", re.ASCII)
_FOREIGN_LENGTH = 16
_PIECES = re.compile(r'[^\W\d_]+|\d|\\[()"]|[^\s]')


@dataclass(frozen=True)
class Node:
    """A word (no ``children``) or a group, from ``start`` to ``end`` with all that belongs to it.

    What it says stands from ``inner`` to ``inner_end``, its weight from ``sign`` to ``end``: none
    where the two are one. ``spelling`` is that weight as written: signs, a number, or nothing.
    """

    start: int
    inner: int
    inner_end: int
    sign: int
    end: int
    spelling: str = ""
    children: tuple[Node, ...] = ()
    is_group: bool = False
    is_foreign: bool = False
    """Weighted in another program's way: ``(cat:1.2)``."""

    @property
    def weight(self) -> float:
        """By which what it says is multiplied."""
        return weight_of(self.spelling)


@dataclass(frozen=True)
class Piece:
    """The smallest that has a weight: letters in a row, a digit or a sign."""

    start: int
    text: str
    weight: float


def weight_of(spelling: str) -> float:
    """What signs or a number stand for."""
    if not spelling:
        return 1.0
    if spelling[0] in "+-":
        return float((1.1 if spelling[0] == "+" else 0.9) ** len(spelling))
    return float(spelling)


def read_tree(text: str) -> tuple[Node, ...] | None:
    """What ``text`` is made of; None where Compel is not given it, or reads it as mere words."""
    if len(text) > LONGEST or _depth(text) > DEEPEST or text.count('"') > MOST_QUOTES:
        return None
    return _Reader(text).read()


def pieces(nodes: tuple[Node, ...], text: str, weight: float = 1.0) -> Iterator[Piece]:
    """Everything that is said, in order, with its weight."""
    for node in nodes:
        inside = weight * node.weight
        if node.is_group:
            yield from pieces(node.children, text, inside)
            continue
        for match in _PIECES.finditer(text, node.inner, node.inner_end):
            said = match.group()
            is_escaped = len(said) == 2 and said[0] == "\\"
            yield Piece(match.start(), said[1:] if is_escaped else said, inside)


def _depth(text: str) -> int:
    deepest = depth = 0
    for match in re.finditer(r"(?<!\\)[()]", text):
        depth = max(depth + (1 if match.group() == "(" else -1), 0)
        deepest = max(deepest, depth)
    return deepest


Nodes = list[Node]


class _Reader:
    """Reads one text as Compel does: each rule takes a place and gives what it found, or None."""

    def __init__(self, text: str) -> None:
        characters: list[str] = []
        places: list[int] = []
        inserted = {match.end() - 1 for match in re.finditer(rf",[^{_SPACE}]", text)}
        for place, character in enumerate(text):
            if place in inserted:  # Compel sets a space behind each comma that lacks one
                characters.append(" ")
                places.append(place)
            characters.append(" " if character in _SPACE else character)
            places.append(place)
        self._text = "".join(characters)
        self._places = places
        self._groups: dict[tuple[int, int], Node | None] = {}

    def read(self) -> tuple[Node, ...] | None:
        end = len(self._text)
        joined = self._joined(self._skip(0, end), end)
        loras = _LORAS.match(self._text)
        if joined is None and loras and loras.group().strip():
            joined = self._joined(loras.end(), end, is_blend=True)
        if joined is not None:
            return joined[0]
        return tuple(self._prompt(0, end))

    # -- rules ------------------------------------------------------------------------------

    def _joined(
        self, at: int, end: int, is_blend: bool = False
    ) -> tuple[tuple[Node, ...] | None] | None:
        """``("a", "b").blend(1, 2)``; within, None where it cannot be carried out."""
        if not self._text.startswith("(", at):
            return None
        targets: Nodes = []
        at += 1
        while True:
            at = self._skip(at, end)
            target = self._group(at, end) or self._word(at, end) or self._quoted_prompt(at, end)
            if target is None:
                return None
            targets.append(target)
            at = self._skip(self._after(target), end)
            if not self._text.startswith(",", at):
                break
            at += 1
        match = _JOIN.match(self._text, at, end)
        if match is None:
            return (None,) if _BROKEN_JOIN.match(self._text, at, end) else None
        if is_blend and match[1] != "blend":
            return None
        return (tuple(targets) if self._can_join(match, len(targets)) else None,)

    def _can_join(self, match: re.Match[str], count: int) -> bool:
        """Whether the weights of an operator are as many as its prompts, and nothing follows."""
        numbers = [part.strip() for part in match[2].split(",")]
        is_blend = match[1] == "blend"
        if is_blend and numbers[-1] == "no_normalize":
            numbers.pop()
        rest = self._text[match.end() :]
        if is_blend and (loras := _LORAS.match(rest)):
            rest = rest[loras.end() :]
        return not rest.strip() and (len(numbers) == count or (not is_blend and numbers == [""]))

    def _prompt(self, at: int, end: int) -> Nodes:
        """Anything: what no rule fits is a word up to the next space."""
        found: Nodes = []
        while (at := self._skip(at, end)) < end:
            if lora := _LORA.match(self._text, at, end):
                at = lora.end()
                continue
            node = self._swap(at, end) or self._weighted(at, end) or self._group(at, end)
            if node is None:
                free = _FREE.match(self._text, at, end)
                assert free is not None
                node = self._leaf(*free.span())
            found.append(node)
            at = self._after(node)
        return found

    def _fragment(self, at: int, end: int, signs: str = ",.") -> tuple[Nodes, int]:
        """What may stand in brackets, and where it ends."""
        found: Nodes = []
        while (at := self._skip(at, end)) < end:
            if lora := _LORA.match(self._text, at, end):
                at = lora.end()
                continue
            node = self._weighted(at, end) or self._swap(at, end)
            node = node or self._group(at, end) or self._word(at, end)
            if node is None and self._text[at] in signs:
                node = self._leaf(at, at + 1)
            if node is None:
                break
            found.append(node)
            at = self._after(node)
        return found, at

    def _weighted(self, at: int, end: int) -> Node | None:
        target = self._group(at, end) or self._word(at, end)
        if target is None or target.is_foreign:
            return None
        after = self._after(target)
        if attend := _ATTEND.match(self._text, after, end):
            return self._with_weight(target, after, attend.end(), attend[1])
        match = _SIGNS.match(self._text, after, end)
        if match is None and target.is_group:
            match = _NUMBER.match(self._text, after, end)
        if match is None:
            return None
        return self._with_weight(target, after, match.end(), match.group())

    def _swap(self, at: int, end: int) -> Node | None:
        """``.swap()``, which has no effect: what stands before it stays."""
        target = self._group(at, end) or self._word(at, end)
        match = target and _SWAP.match(self._text, self._after(target), end)
        if not target or not match:
            return None
        _, inside = self._fragment(match.end(), end, signs="")
        closing = _SWAP_END.match(self._text, inside, end)
        if closing is None:
            return None
        place = self._typed_end(closing.end())
        return Node(target.start, target.start, target.end, place, place, "", (target,), True)

    def _group(self, at: int, end: int) -> Node | None:
        """In brackets or quotation marks, without its weight."""
        key = (at, end)
        if key not in self._groups:
            self._groups[key] = self._bracketed(at, end) or self._quoted(at, end)
        return self._groups[key]

    def _bracketed(self, at: int, end: int) -> Node | None:
        if not self._text.startswith("(", at) or at >= end:
            return None
        children, after = self._fragment(at + 1, end)
        if after >= end or self._text[after] != ")":
            return None
        node = self._made(at, at + 1, after, after + 1, tuple(children))
        return self._foreign(at, after, node) or node

    def _foreign(self, at: int, closing: int, node: Node) -> Node | None:
        """Another program's way to write a weight, unless Compel's own follows."""
        lowest = max(at + 1, closing - _FOREIGN_LENGTH)
        match = _FOREIGN.search(self._text, lowest, closing)
        follows = self._text[closing + 1 : closing + 2]
        if match is None or not node.children or (follows and follows in "+-.0123456789"):
            return None
        said = self._typed_end(match.start())
        kept = [child for child in node.children if child.end <= said]
        cut = node.children[len(kept)]
        if cut.start < said:
            if cut.is_group or cut.spelling:
                return None
            kept.append(replace(cut, inner_end=said, sign=said, end=said))
        if not kept:
            return None
        return replace(
            node,
            inner_end=said,
            sign=said,
            spelling=match[1] or match[2],
            children=tuple(kept),
            is_foreign=True,
        )

    def _quoted(self, at: int, end: int) -> Node | None:
        match = _QUOTED.match(self._text, at, end)
        if match is None:
            return None
        children, after = self._fragment(at + 1, match.end() - 1)
        if after != match.end() - 1:
            return None
        return self._made(at, at + 1, after, match.end(), tuple(children))

    def _quoted_prompt(self, at: int, end: int) -> Node | None:
        match = _QUOTED.match(self._text, at, end)
        if match is None:
            return None
        children = tuple(self._prompt(at + 1, match.end() - 1))
        return self._made(at, at + 1, match.end() - 1, match.end(), children)

    def _word(self, at: int, end: int) -> Node | None:
        match = _WORD.match(self._text, at, end)
        return self._leaf(*match.span()) if match else None

    # -- places -----------------------------------------------------------------------------

    def _skip(self, at: int, end: int) -> int:
        match = _SPACES.match(self._text, at, end)
        return match.end() if match else at

    def _typed_end(self, at: int) -> int:
        return self._places[at - 1] + 1

    def _made(
        self, at: int, inner: int, inner_end: int, end: int, children: tuple[Node, ...]
    ) -> Node:
        closed = self._typed_end(end)
        content = self._typed_end(inner_end)
        return Node(
            self._places[at], self._typed_end(inner), content, closed, closed, "", children, True
        )

    def _leaf(self, at: int, end: int) -> Node:
        start, close = self._places[at], self._typed_end(end)
        return Node(start, start, close, close, close)

    def _with_weight(self, target: Node, at: int, end: int, spelling: str) -> Node:
        sign, close = self._typed_end(at), self._typed_end(end)
        return replace(target, sign=sign, end=close, spelling=spelling)

    def _after(self, node: Node) -> int:
        """Where reading goes on behind a node."""
        return bisect_left(self._places, node.end)
