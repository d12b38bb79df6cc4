"""A prompt's tokens: how many there may be, and how they are dealt into chunks; without torch.

For the text encoder and for the window alike; each brings its own way to make tokens.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from wurstdesk.engine.prompt_places import UNKNOWN
from wurstdesk.engine.prompt_syntax import Clause, ParsedPrompt, Part, Parts, span_of
from wurstdesk.generation import PromptProblem

MAX_CHUNKS = 8

Tokens = tuple[Sequence[int], Sequence[tuple[int, int]]]
"""Token ids of a piece of text, and from which character to which each stands for."""
Tokenize = Callable[[str], Tokens]

_MAX_UNKNOWN = 100
_SENTENCE_ENDS = frozenset({".</w>"})
_PHRASE_ENDS = _SENTENCE_ENDS | {",</w>", ";</w>", ":</w>"}


def shortened(
    parsed: ParsedPrompt, tokenize: Tokenize, chunk: int
) -> tuple[ParsedPrompt, list[PromptProblem]]:
    """The prompt within ``MAX_CHUNKS`` chunks, without parts that have no tokens."""
    left = MAX_CHUNKS
    clauses: list[Clause] = []
    problems: list[PromptProblem] = []
    for clause in parsed.clauses:
        if not left:
            break
        cut = [_cut(parts, left * chunk, tokenize) for parts in clause.branches]
        longest = max(tokens for _, tokens, _ in cut)
        left -= max(1, -(-longest // chunk))
        clauses.append(replace(clause, branches=tuple(parts for parts, _, _ in cut)))
        problems += [problem for _, _, problem in cut if problem]
    if len(clauses) < len(parsed.clauses):
        dropped = [b for clause in parsed.clauses[len(clauses) :] for b in clause.branches]
        said = f"Only the first {len(clauses)} parts of “.and()” were used."
        problems.append(_problem([part for parts in dropped for part in parts], said))
    return replace(parsed, clauses=tuple(clauses), weights=parsed.weights[: len(clauses)]), problems


def _cut(parts: Parts, budget: int, tokenize: Tokenize) -> tuple[Parts, int, PromptProblem | None]:
    """Parts within a budget of tokens, how many tokens they are, and a problem with the rest."""
    kept: list[Part] = []
    used = 0
    for index, part in enumerate(parts):
        ends = [end for _, end in tokenize(part.text)[1]]
        if used + len(ends) > budget:
            end = ends[budget - used - 1] if used < budget else 0
            kept += [_piece(part, 0, end)] if end else []
            words = " ".join(part.text[:end].split()[-3:])[-40:] or "the part before it"
            said = f"The prompt was cut off after “… {words}”: it is long."
            rest = [_piece(part, end, len(part.text)), *parts[index + 1 :]]
            return tuple(kept), budget, _problem(rest, said)
        if ends:
            kept.append(part)
        used += len(ends)
    return tuple(kept) or (Part(""),), used, None


def _piece(part: Part, start: int, end: int) -> Part:
    return replace(part, text=part.text[start:end], places=part.places[start:end])


def _problem(parts: Sequence[Part], said: str) -> PromptProblem:
    return PromptProblem(*(span_of(parts) or (0, 0)), said)


def unknown_characters(
    parsed: ParsedPrompt, tokenize: Tokenize, unknown_id: int | None
) -> list[PromptProblem]:
    """Where there are characters that the tokenizer has no token for; one sentence for all."""
    characters: dict[str, None] = {}
    found: list[Part] = []
    parts = [p for clause in parsed.clauses for branch in clause.branches for p in branch]
    for part in parts:
        for token, (start, end) in zip(*tokenize(part.text), strict=True):
            piece = part.text[start:end].strip()
            if token == unknown_id and not piece.startswith("<|"):
                characters.update(dict.fromkeys(piece))
                found.append(_piece(part, start, end))
    if not characters:
        return []
    shown = " ".join(list(characters)[:12]) + (" …" if len(characters) > 12 else "")
    said = f"This checkpoint’s tokenizer has no token for: {shown}"
    return list(dict.fromkeys(_problem([part], said) for part in found))[:_MAX_UNKNOWN]


def chunk_lengths(tokens: Sequence[str], longest: int) -> tuple[int, ...]:
    """How many tokens Compel puts into each chunk: up to the end of a sentence where there is
    one, else of a phrase, else of a word. ``tokens`` are as in the vocabulary."""
    lengths = []
    begin = 0
    while len(tokens) - begin > longest:
        lengths.append(_split_point(tokens[begin : begin + longest]))
        begin += lengths[-1]
    return (*lengths, len(tokens) - begin)


def _split_point(tokens: Sequence[str]) -> int:
    word_ends = [i for i, token in enumerate(tokens, 1) if token.endswith("</w>")]
    for ends in (_SENTENCE_ENDS, _PHRASE_ENDS):
        if found := [i for i in word_ends if tokens[i - 1] in ends]:
            return found[-1]
    return word_ends[-1] if word_ends else len(tokens)


def place_in(part: Part, start: int, end: int) -> tuple[int, int] | None:
    """From where to where a piece of a part was typed, if that is known of all its characters."""
    places = part.places[start:end]
    lost = any(
        place == UNKNOWN and not character.isspace()
        for character, place in zip(part.text[start:end], places, strict=False)
    )
    known = [place for place in places if place != UNKNOWN]
    return (min(known), max(known) + 1) if known and not lost else None
