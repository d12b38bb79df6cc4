"""What a prompt says, in Compel's grammar, without torch.

``parse_prompt`` never raises and never takes long: whatever cannot be read as weighted text is
taken literally, with a note that says so. Compel's own parser does the reading; it needs only
pyparsing, but its package imports torch and diffusers, so the one file is loaded by itself.
"""

from __future__ import annotations

import importlib.machinery
import importlib.util
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from types import ModuleType
from typing import Any

import pyparsing

MAX_CHARACTERS = 10_000
"""More than eight chunks of 75 tokens hold, unless it is mostly spaces."""
MAX_PARSED = 2000
"""Characters with weights; the parser needs up to a second for them, whatever they are."""
LONGEST_WORD = 100
MAX_NESTING = 16
MAX_QUOTES = 200
MAX_WEIGHT = 10.0
MAX_CLAUSES = 8
MAX_LOWERED = 64
"""Parts weighted below 1; each costs one more run of the text encoder."""

_SIGNS = re.compile(r'[()"\\+]|-(?:$|[\s().,+\-"=])')
_FOREIGN_WEIGHT = re.compile(r"\(([^()]{1,80}):\s*(\d{1,3}(?:\.\d{1,4})?)\s*\)")
_OPERATOR = re.compile(r"\.(?:attend|swap|blend|and|add)\b(?=\s?\()")
_SPACES = re.compile(r"[ \t\r\n\f\v]+")


@dataclass(frozen=True)
class Part:
    """A piece of text and how strongly it counts (1 is plain)."""

    text: str
    weight: float = 1.0


@dataclass(frozen=True)
class Clause:
    """What is encoded as one: a row of parts, or several rows whose embeddings are blended."""

    branches: tuple[tuple[Part, ...], ...]
    blend_weights: tuple[float, ...] = (1.0,)
    normalize: bool = True


@dataclass(frozen=True)
class ParsedPrompt:
    """Clauses whose embeddings are set one after the other (usually one), with their weights.

    ``notes`` are sentences for the person about what could not be followed.
    """

    clauses: tuple[Clause, ...]
    weights: tuple[float, ...] = (1.0,)
    notes: tuple[str, ...] = ()

    @property
    def plain(self) -> str | None:
        """The text, where it bears no weights and no operators."""
        if len(self.clauses) == 1 and self.weights == (1.0,):
            branches = self.clauses[0].branches
            if len(branches) == 1 and len(branches[0]) == 1 and branches[0][0].weight == 1:
                return branches[0][0].text
        return None


class _UnreadableError(Exception):
    """Compel's grammar does not take this text; the message says why."""


@lru_cache(maxsize=64)
def parse_prompt(text: str) -> ParsedPrompt:
    """Read ``text`` by Compel's grammar, or literally where that is not possible."""
    notes: list[str] = []
    short = _first(_SPACES.sub(" ", text), MAX_CHARACTERS, notes)
    if not _SIGNS.search(short):
        return _literal(short, notes)
    short = _first(short, MAX_PARSED, notes)
    if foreign := _FOREIGN_WEIGHT.search(short):
        inner, weight = foreign.groups()
        notes.append(
            f"“{foreign.group()}” is another program’s spelling; here it is “({inner}){weight}”."
        )
    try:
        parsed = _read(short, notes)
    except _UnreadableError as reason:
        notes.append(f"The prompt was taken literally: {reason}.")
        return _literal(short, notes)
    only = parsed.plain
    if only is not None and _letters(only) == _letters(short):
        return _literal(short, parsed.notes)
    return parsed


def _first(text: str, most: int, notes: list[str]) -> str:
    """The text up to ``most`` characters, with a note if that is not all.

    Cut between words, in a language that sets spaces between them.
    """
    if len(text) <= most:
        return text
    notes.append(f"Of the prompt’s {len(text):,} characters the first {most:,} were read.")
    head, _, begun = text[:most].rpartition(" ")
    return head if len(begun) < LONGEST_WORD else text[:most]


def _literal(text: str, notes: Iterable[str]) -> ParsedPrompt:
    return ParsedPrompt((Clause(((Part(text),),)),), notes=tuple(notes))


def _letters(text: str) -> str:
    return "".join(text.split())


def _read(text: str, notes: list[str]) -> ParsedPrompt:
    _refuse_what_takes_too_long(text)
    grammar, parser = _compel_grammar()
    try:
        conjunction = parser.parse_conjunction(text)
    except (RecursionError, pyparsing.ParseBaseException, ArithmeticError, LookupError) as error:
        raise _UnreadableError(_why(error)) from None
    except (ValueError, TypeError, AssertionError, AttributeError) as error:
        raise _UnreadableError(_why(error)) from None
    except grammar.PromptParser.ParsingException:
        raise _UnreadableError("its operators do not fit together") from None
    if conjunction.lora_weights:
        notes.append("“withLora(…)” has no effect here and was left out.")
    clauses = [_clause(prompt, grammar, notes) for prompt in conjunction.prompts]
    words = [part.text for clause in clauses for parts in clause.branches for part in parts]
    notes += [
        f"“{operator}(…)” does not fit what stands before it and was read as words."
        for operator in _OPERATOR.findall(text)
        if any(operator in piece for piece in words)
    ]
    weights = [_bounded(weight, notes) for weight in conjunction.weights]
    if len(clauses) > MAX_CLAUSES:
        notes.append(f"Only the first {MAX_CLAUSES} parts of “.and()” were used.")
    if not clauses:
        raise _UnreadableError("nothing is left of it")
    return ParsedPrompt(
        tuple(clauses[:MAX_CLAUSES]), tuple(weights[:MAX_CLAUSES]), tuple(dict.fromkeys(notes))
    )


def _refuse_what_takes_too_long(text: str) -> None:
    depth = deepest = 0
    for before, character in zip(" " + text, text, strict=False):
        if before != "\\":
            depth += (character == "(") - (character == ")")
            depth = max(depth, 0)
            deepest = max(deepest, depth)
    if deepest > MAX_NESTING:
        raise _UnreadableError(f"its brackets are nested more than {MAX_NESTING} deep")
    if text.count('"') > MAX_QUOTES:
        raise _UnreadableError(f"it has more than {MAX_QUOTES} quotation marks")


def _why(error: BaseException) -> str:
    if isinstance(error, pyparsing.ParseBaseException):
        return f"it makes no sense from character {error.loc + 1} on"
    if isinstance(error, RecursionError):
        return "its brackets are nested too deep"
    if isinstance(error, IndexError):
        return "a pair of brackets has nothing in it"
    return "its brackets and operators do not fit together"


def _clause(prompt: Any, grammar: ModuleType, notes: list[str]) -> Clause:
    if isinstance(prompt, grammar.Blend):
        branches = [_parts(branch, grammar, notes) for branch in prompt.prompts]
        if len(branches) > MAX_CLAUSES:
            raise _UnreadableError(f"“.blend()” takes at most {MAX_CLAUSES} prompts")
        weights = tuple(_bounded(weight, notes, -MAX_WEIGHT) for weight in prompt.weights)
        normalize = bool(prompt.normalize_weights)
        if normalize and abs(sum(weights)) < 0.05:
            notes.append("The weights of “.blend()” add up to nothing, so they were used as such.")
            normalize = False
        return Clause(tuple(branches), weights, normalize)
    return Clause((_parts(prompt, grammar, notes),))


def _parts(prompt: Any, grammar: ModuleType, notes: list[str]) -> tuple[Part, ...]:
    """A flattened prompt's fragments; of ``.swap()`` the original, as it has no effect here."""
    parts: list[Part] = []
    for child in prompt.children:
        if isinstance(child, grammar.CrossAttentionControlSubstitute):
            notes.append("“.swap()” has no effect here; what it would replace was kept.")
            originals = [f for f in child.original if isinstance(f, grammar.Fragment)]
            parts += [Part(f.text, _bounded(f.weight, notes)) for f in originals]
        else:
            parts.append(Part(child.text, _bounded(child.weight, notes)))
    parts = [part for part in parts if part.text.strip()]
    lowered = [index for index, part in enumerate(parts) if part.weight < 1]
    if len(lowered) > MAX_LOWERED:
        notes.append(f"Only the first {MAX_LOWERED} lowered words were lowered.")
        for index in lowered[MAX_LOWERED:]:
            parts[index] = Part(parts[index].text)
    return tuple(parts) or (Part(""),)


def _bounded(weight: float, notes: list[str], least: float = 0.0) -> float:
    bounded = min(max(float(weight), least), MAX_WEIGHT)
    if bounded != weight:
        notes.append(f"Weights are held between {least:g} and {MAX_WEIGHT:g}.")
    return bounded


@cache
def _compel_grammar() -> tuple[ModuleType, Any]:
    """Compel's ``prompt_parser`` and one parser. Without the packrat cache the time doubles with
    every open bracket: seven take 19 seconds."""
    pyparsing.ParserElement.enable_packrat()  # for the whole process; it changes no result
    package = importlib.util.find_spec("compel")
    assert package is not None
    found = importlib.machinery.PathFinder.find_spec(
        "compel.prompt_parser", package.submodule_search_locations
    )
    assert found is not None
    assert found.loader is not None
    grammar = importlib.util.module_from_spec(found)
    found.loader.exec_module(grammar)
    parser = grammar.PromptParser()
    parser.conjunction += pyparsing.StringEnd()  # or what follows “.and()” is dropped in silence
    return grammar, parser
