"""What a prompt says, as the window shows it while somebody types."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

TOKENS_PER_CHUNK = 75
"""What a CLIP text encoder reads at once, without the marks of the beginning and the end."""


@dataclass(frozen=True)
class PromptToken:
    """One token and the weight that is applied to it.

    ``start`` and ``end`` are characters (not UTF-16 units) of the text as it was typed; both are
    None where a token's place cannot be told for certain. ``text`` is what the token stands for,
    without Compel's signs. ``clause`` and ``branch`` name its ``PromptBranch``, ``chunk`` counts
    within that.
    """

    id: int
    text: str
    start: int | None
    end: int | None
    weight: float = 1.0
    clause: int = 0
    branch: int = 0
    chunk: int = 0


@dataclass(frozen=True)
class PromptBranch:
    """A text that is encoded by itself. A prompt without operators has one.

    Clauses are set one after the other (``.and()``), a clause's branches are mixed (``.blend()``).
    ``chunks`` are the tokens in each of its chunks, at least one number and none above 75.
    """

    clause: int
    branch: int
    chunks: tuple[int, ...]
    clause_weight: float = 1.0
    branch_weight: float = 1.0


@dataclass(frozen=True)
class PromptProblem:
    """A sentence for the person about the characters from ``start`` to ``end`` as typed."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class PromptSuggestion:
    """Another program's spelling from ``start`` to ``end``, and how Compel spells the same.

    One may lie within another: whoever takes one reads the text anew.
    """

    start: int
    end: int
    replacement: str


@dataclass(frozen=True)
class PromptReading:
    """What the text encoder will be given for a text.

    Several problems may stand at one place, and several share a sentence; they come in no order.
    ``first_chunk_end`` is where in the text as typed the first chunk ends: None where everything
    fits into it, or where the place is not certain.
    """

    tokens: tuple[PromptToken, ...]
    branches: tuple[PromptBranch, ...]
    first_chunk_end: int | None = None
    problems: tuple[PromptProblem, ...] = ()
    suggestions: tuple[PromptSuggestion, ...] = ()

    @property
    def chunks(self) -> tuple[int, ...]:
        """Tokens in every chunk that is encoded, by the longest branch of each clause."""
        longest: dict[int, tuple[int, ...]] = {}
        for branch in self.branches:
            known = longest.get(branch.clause, ())
            longest[branch.clause] = max(known, branch.chunks, key=lambda c: (len(c), sum(c)))
        return tuple(count for chunks in longest.values() for count in chunks)


class PromptReader(Protocol):
    """Reads prompts for one text encoder, in any one thread, without torch."""

    def read(self, text: str) -> PromptReading:
        """What ``text`` says. Raises ``PromptError``; takes at most two seconds."""
