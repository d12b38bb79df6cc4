"""What a prompt says, in Compel's grammar, without torch.

``parse_prompt`` never raises and never takes long: whatever cannot be read as weighted text is
taken literally, with a problem that says so and where. Both the text encoder and the window read
by it, so that what is shown is what is done.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import islice
from types import ModuleType
from typing import Any

from wurstdesk.engine.prompt_grammar import UnreadableError, parse_marked
from wurstdesk.engine.prompt_places import (
    BARE_BRACKET,
    BRACKETS,
    UNKNOWN,
    loose_brackets,
    unmarked,
)
from wurstdesk.engine.prompt_source import Source, fold, suggestions
from wurstdesk.generation import PromptProblem, PromptSuggestion

MAX_CHARACTERS = 10_000
"""More than eight chunks of 75 tokens hold, unless it is mostly spaces."""
MAX_PARSED = 2000
"""Characters with weights; the parser needs up to a second for them, whatever they are."""
MAX_WEIGHT = 10.0
MAX_CLAUSES = 8
MAX_LOWERED = 64
"""Parts weighted below 1; each costs one more run of the text encoder."""

_SIGNS = re.compile(r'[()"\\+]|-(?:$|[\s().,+\-"=])')
_OPERATOR = re.compile(r"\.(?:attend|swap|blend|and|add)\b(?=\s?\()")
_ARGUMENTS = re.compile(r"\s?\([^()]*\)?")
_LORA = re.compile(r"(?:use|with)Lora\s?\([^()]*\)?")
_SWAP = re.compile(r"\.swap\s?\([^()]*\)?")
_EMPTY = re.compile(r"(?P<operator>\.(?:attend|swap|blend|and|add)\s?)?(?<!\\)\(\s*\)")
_IN_WORDS = re.compile(r"\w[^\s()\"]*\(")
"""As in “dog(s)”, or after an operator that was read as words."""


@dataclass(frozen=True)
class Part:
    """A piece of text and how strongly it counts (1 is plain).

    ``places`` has for every character where it was typed, or ``UNKNOWN``.
    """

    text: str
    weight: float = 1.0
    places: tuple[int, ...] = field(default=(), compare=False, repr=False)


Parts = tuple[Part, ...]


@dataclass(frozen=True)
class Clause:
    """What is encoded as one: a row of parts, or several rows whose embeddings are blended."""

    branches: tuple[Parts, ...]
    blend_weights: tuple[float, ...] = (1.0,)
    normalize: bool = True


@dataclass(frozen=True)
class ParsedPrompt:
    """Clauses whose embeddings are set one after the other (usually one), with their weights.

    ``problems`` say what could not be followed.
    """

    clauses: tuple[Clause, ...]
    weights: tuple[float, ...] = (1.0,)
    problems: tuple[PromptProblem, ...] = ()
    suggestions: tuple[PromptSuggestion, ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        """The sentences of the problems, each once."""
        return tuple(dict.fromkeys(problem.text for problem in self.problems))

    @property
    def plain(self) -> str | None:
        """The text, where it bears no weights and no operators."""
        if len(self.clauses) == 1 and self.weights == (1.0,):
            clause = self.clauses[0]
            if clause.blend_weights == (1.0,) and [p.weight for p in clause.branches[0]] == [1]:
                return clause.branches[0][0].text
        return None


def span_of(parts: Iterable[Part]) -> tuple[int, int] | None:
    """From where to where some parts were typed, as far as that is known."""
    places = [place for part in parts for place in part.places if place != UNKNOWN]
    return (min(places), max(places) + 1) if places else None


@lru_cache(maxsize=64)
def parse_prompt(text: str) -> ParsedPrompt:
    """Read ``text`` by Compel's grammar, or literally where that is not possible."""
    source, cut = fold(text).first(MAX_CHARACTERS)
    problems = [cut] if cut else []
    if not _SIGNS.search(source.text):
        return _literal(source, problems)
    source, cut = source.first(MAX_PARSED)
    problems += [cut] if cut else []
    foreign = tuple(suggestions(source))
    problems += [
        PromptProblem(
            first.start,
            first.end,
            f"“{_shown(text[first.start : first.end])}” is another program’s spelling; here it is "
            f"“{_shown(first.replacement)}”.",
        )
        for first in foreign[:1]
    ]
    try:
        parsed = _Reading(source).read()
    except UnreadableError as reason:
        start, end = source.typed(reason.start, reason.end)
        why = str(reason).format(start + 1)
        problems.append(PromptProblem(start, end, f"The prompt was taken literally: {why}."))
        return replace(_literal(source, problems), suggestions=foreign)
    problems += parsed.problems
    only = parsed.plain
    if only is not None and _letters(only) == _letters(source.text):
        parsed = _literal(source)
    return replace(parsed, problems=tuple(dict.fromkeys(problems)), suggestions=foreign)


def _literal(source: Source, problems: Iterable[PromptProblem] = ()) -> ParsedPrompt:
    part = Part(source.text, places=source.places)
    return ParsedPrompt((Clause(((part,),)),), problems=tuple(problems))


def _shown(text: str) -> str:
    """A piece of text for a sentence: on one line, and its middle left out if it is long."""
    line = " ".join(text.split())
    return line if len(line) <= 60 else f"{line[:35]} … {line[-15:]}"


def _letters(text: str) -> str:
    return "".join(text.split())


@dataclass
class _Rows:
    """What stands in Compel's conjunction: marked fragments with weights, not yet parts."""

    branches: list[list[tuple[str, float]]]
    weights: tuple[float, ...] = (1.0,)
    normalize: bool = True


class _Reading:
    """One text being read by Compel's grammar; raises ``UnreadableError``."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._text = source.text
        self._problems: list[PromptProblem] = []
        self._has_swaps = False

    def read(self) -> ParsedPrompt:
        grammar, conjunction = parse_marked(self._text)
        rows = [self._rows(prompt, grammar) for prompt in conjunction.prompts]
        clauses = self._placed(rows)
        if not clauses:
            raise UnreadableError("nothing is left of it", 0, len(self._text))
        weights = [self._bounded(w, self._operator(".and", ".add")) for w in conjunction.weights]
        self._say_what_has_no_effect(clauses, bool(conjunction.lora_weights))
        if len(clauses) > MAX_CLAUSES:
            left_out = [p for clause in clauses[MAX_CLAUSES:] for b in clause.branches for p in b]
            span = span_of(left_out) or self._source.typed(0, len(self._text))
            said = f"Only the first {MAX_CLAUSES} parts of “.and()” were used."
            self._problems.append(PromptProblem(*span, said))
        return ParsedPrompt(
            tuple(clauses[:MAX_CLAUSES]), tuple(weights[:MAX_CLAUSES]), tuple(self._problems)
        )

    # -- from Compel's objects --------------------------------------------------------------

    def _rows(self, prompt: Any, grammar: ModuleType) -> _Rows:
        if not isinstance(prompt, grammar.Blend):
            return _Rows([list(self._fragments(prompt, grammar))])
        span = self._operator(".blend")
        if len(prompt.prompts) > MAX_CLAUSES:
            start, end = 0, len(self._text)
            raise UnreadableError(f"“.blend()” takes at most {MAX_CLAUSES} prompts", start, end)
        weights = tuple(self._bounded(weight, span, -MAX_WEIGHT) for weight in prompt.weights)
        normalize = bool(prompt.normalize_weights)
        if normalize and abs(sum(weights)) < 0.05:
            said = "The weights of “.blend()” add up to nothing, so they were used as such."
            self._problems.append(PromptProblem(*span, said))
            normalize = False
        branches = [list(self._fragments(branch, grammar)) for branch in prompt.prompts]
        return _Rows(branches, weights, normalize)

    def _fragments(self, prompt: Any, grammar: ModuleType) -> Iterator[tuple[str, float]]:
        """A flattened prompt's fragments; of ``.swap()`` the original, as it has no effect here."""
        for child in prompt.children:
            if isinstance(child, grammar.CrossAttentionControlSubstitute):
                self._has_swaps = True
                originals = [f for f in child.original if isinstance(f, grammar.Fragment)]
                yield from ((fragment.text, fragment.weight) for fragment in originals)
            else:
                yield child.text, child.weight

    def _placed(self, rows: Sequence[_Rows]) -> list[Clause]:
        """Clauses of parts that know their places; they are in the order of the text."""
        fragments = [text for row in rows for branch in row.branches for text, _ in branch]
        pieces = iter(unmarked(fragments, self._text))
        clauses = []
        for row in rows:
            branches = []
            for branch in row.branches:
                parts = [
                    Part(piece.text, weight, self._source.typed_places(piece.places))
                    for (_, weight), piece in zip(branch, islice(pieces, len(branch)), strict=True)
                ]
                branches.append(self._weighed(parts))
            clauses.append(Clause(tuple(branches), row.weights, row.normalize))
        return clauses

    def _weighed(self, parts: Sequence[Part]) -> Parts:
        """A branch's parts with weights that can be applied, without those that are blank."""
        everything = self._source.typed(0, len(self._text))
        weighed = [
            replace(part, weight=self._bounded(part.weight, span_of([part]) or everything))
            for part in parts
            if part.text.strip()
        ]
        lowered = [index for index, part in enumerate(weighed) if part.weight < 1]
        if len(lowered) > MAX_LOWERED:
            span = span_of(weighed[index] for index in lowered[MAX_LOWERED:]) or everything
            said = f"Only the first {MAX_LOWERED} lowered words were lowered."
            self._problems.append(PromptProblem(*span, said))
            for index in lowered[MAX_LOWERED:]:
                weighed[index] = replace(weighed[index], weight=1.0)
        return tuple(weighed) or (Part(""),)

    def _bounded(self, weight: float, span: tuple[int, int], least: float = 0.0) -> float:
        number = 0.0 if math.isnan(weight) else float(weight)
        bounded = min(max(number, least), MAX_WEIGHT)
        if bounded != weight:
            said = f"Weights are held between {least:g} and {MAX_WEIGHT:g}."
            self._problems.append(PromptProblem(*span, said))
        return bounded

    def _operator(self, *names: str) -> tuple[int, int]:
        """Where the last operator of these names was typed, with what is in its brackets."""
        start = max(0, *map(self._text.rfind, names))
        arguments = _ARGUMENTS.match(self._text, start + len(names[0]))
        return self._source.typed(start, arguments.end() if arguments else len(self._text))

    # -- what has another effect than it may seem -------------------------------------------

    def _say_what_has_no_effect(self, clauses: Sequence[Clause], loras: bool) -> None:
        parts = [part for clause in clauses for branch in clause.branches for part in branch]
        read = {place for part in parts for place in part.places}
        if loras:
            self._say(_LORA, read, "“withLora(…)” has no effect here and was left out.")
        if self._has_swaps:
            said = "“.swap()” has no effect here; what it would replace was kept."
            self._say(_SWAP, read, said)
        self._say_which_operators_are_words(parts, read)
        self._problems += [
            self._source.problem(*match.span(), "Brackets with nothing in them were left out.")
            for match in _EMPTY.finditer(self._text)
            if not match["operator"] and self._source.places[match.start()] not in read
        ]
        self._say_which_brackets_are_text(parts, read)

    def _say(self, pattern: re.Pattern[str], read: set[int], said: str) -> None:
        """A sentence about each match that was not read as text; about all if that is unknown."""
        matches = list(pattern.finditer(self._text))
        left_out = [m for m in matches if self._source.places[m.start()] not in read]
        spans = [m.span() for m in left_out or matches] or [(0, len(self._text))]
        self._problems += [self._source.problem(*span, said) for span in spans]

    def _say_which_operators_are_words(self, parts: Sequence[Part], read: set[int]) -> None:
        for name in dict.fromkeys(_OPERATOR.findall(self._text)):
            if not any(name in part.text for part in parts):
                continue
            said = f"“{name}(…)” does not fit what stands before it and was read as words."
            starts = [m.start() for m in re.finditer(re.escape(name), self._text)]
            sure = [start for start in starts if self._source.places[start] in read]
            self._problems += [
                self._source.problem(start, start + len(name), said) for start in sure or starts
            ]

    def _say_which_brackets_are_text(self, parts: Sequence[Part], read: set[int]) -> None:
        """Brackets that nothing escaped, and that are characters for want of a partner."""
        bare = [match.start() for match in BARE_BRACKET.finditer(self._text)]
        sure = {place for place in bare if self._source.places[place] in read}
        escaped = sum(sign in BRACKETS for sign in self._text) - len(bare)
        shown = sum(sign in BRACKETS for part in parts for sign in part.text)
        loose = loose_brackets(self._text)
        if shown > escaped + len(sure):  # and nobody knows for certain which
            sure |= loose or set(bare)
        for place in sorted(sure):
            said = "Brackets that could not be followed were read as characters."
            if place in loose:
                said = f"“{self._text[place]}” has no partner and was read as a character."
            elif _IN_WORDS.match(self._text, self._text.rfind(" ", 0, place) + 1):
                continue
            self._problems.append(self._source.problem(place, place + 1, said))
