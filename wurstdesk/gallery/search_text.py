"""What somebody types to find pictures, understood; no text is wrong.

Words find whatever has words that begin so, all of them: ``red do`` finds a red dog. ``"red dog"``
is just these words in a row, ``-cat`` what is without, ``cat OR dog`` either. Filters are a name
and a value: ``seed:7``, ``size:1024x768``, ``date:2026-11``, ``rating:>=4``, ``tag:beach``,
``checkpoint:fp16``, ``album:best``, ``source:comfyui``, ``is:favourite``; each may have a ``-``
before it, and names with spaces stand in quotation marks, which also make them exact.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import get_args

from wurstdesk.gallery import search_values
from wurstdesk.gallery.functions import search_text
from wurstdesk.gallery.image_metadata import Source
from wurstdesk.gallery.search_values import Name, Sides, Size, Span, plain

Value = Span[int] | Span[str] | Size | Sides | Name | str

SOURCES: tuple[str, ...] = get_args(Source)
KINDS = (
    "favourite", "missing", "trashed", "kept", "rejected", "rated", "unrated", "imported",
    "tagged", "untagged",
)  # fmt: skip
_SPELLINGS = {"favorite": "favourite"}
FIELDS = ("seed", "size", "date", "rating", "tag", "checkpoint", "album", "source", "is")
_CHOICES = {
    "is": KINDS,
    "date": search_values.DAYS,
    "size": (*search_values.SHAPES, "1024x1024"),
    "rating": ("5", ">=4", ">=3", ">=2", ">=1"),
    "source": SOURCES,
}

_MOST_CHARACTERS = 4_000  # beyond, it is a text pasted by mistake
_MOST_TERMS = 50
_TOKEN = re.compile(
    rf"""
    (?P<minus>-)?
    (?:
        (?P<field>{"|".join(FIELDS)}):(?:"(?P<quoted>[^"]*)"?|(?P<value>\S*))
      | "(?P<phrase>[^"]*)(?P<end>"?)
      | (?P<word>\S+)
    )
    """,
    re.VERBOSE | re.IGNORECASE,
)
_LIKE_A_FILTER = re.compile(r"([^\W\d_]{2,}):(?!//)\S")  # no address, no time of day, no C:\


@dataclass(frozen=True, slots=True)
class Term:
    """Words in a row; of the last one only its beginning with ``is_begun``."""

    text: str
    is_begun: bool = True

    @property
    def match(self) -> str:
        """As FTS5 takes it."""
        return f'"{self.text}"{"*" if self.is_begun else ""}'


@dataclass(frozen=True, slots=True)
class Condition:
    """What a filter asks for, or with ``is_excluded`` what must not be."""

    field: str
    value: Value
    is_excluded: bool = False


@dataclass(frozen=True, slots=True)
class Search:
    """What a text asks for: of each entry of ``required`` one term, none of ``excluded``, and
    every condition. ``remark`` says what was not taken for what it looked like.
    """

    required: tuple[tuple[Term, ...], ...] = ()
    excluded: tuple[Term, ...] = ()
    conditions: tuple[Condition, ...] = ()
    remark: str = ""

    @property
    def match(self) -> str:
        """What FTS5 is to find; "" where there are no words."""
        groups = (" OR ".join(term.match for term in group) for group in self.required)
        return " AND ".join(f"({group})" for group in groups)

    @property
    def exclusion(self) -> str:
        """What FTS5 finds shall be left out; "" for nothing."""
        return " OR ".join(term.match for term in self.excluded)

    @property
    def is_in_trash(self) -> bool:
        """Whether pictures in the trash are meant; otherwise those outside."""
        return Condition("is", "trashed") in self.conditions


@dataclass(frozen=True, slots=True)
class Choice:
    """``text`` as it may stand in place of what is being typed; ``count`` pictures have it."""

    text: str
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Completions:
    """What may stand for ``text[start:end]``, where the cursor is.

    Where ``field`` is set the choices are names that only the library knows: those that begin
    like ``prefix``, each as :func:`named` writes it after ``lead``.
    """

    start: int = 0
    end: int = 0
    choices: tuple[Choice, ...] = ()
    field: str = ""
    prefix: str = ""
    lead: str = ""


def parse(text: str, today: date | None = None) -> Search:
    """What ``text`` asks for on that day. Never raises."""
    search = _Reading(today or date.today())  # noqa: DTZ011 - the day where the person is
    for token in _TOKEN.finditer(text[:_MOST_CHARACTERS]):
        search.take(token)
    return search.result()


def complete(text: str, cursor: int) -> Completions:
    """How the word at the cursor may go on: filters, and those of their values that are known."""
    token = next((t for t in _TOKEN.finditer(text) if t.start() <= cursor <= t.end()), None)
    if token is None:
        return Completions(cursor, cursor, tuple(Choice(f"{field}:") for field in FIELDS))
    minus, field = token["minus"] or "", (token["field"] or "").lower()
    start, end = token.span()
    if field:
        lead = f"{minus}{field}:"
        typed = text[token.end("field") + 1 : cursor].strip('"').lower()
        if field in {"tag", "checkpoint", "album"}:
            return Completions(start, end, (), field, typed, lead)
        names = [name for name in _CHOICES.get(field, ()) if name.startswith(typed)]
        return Completions(start, end, tuple(Choice(lead + name) for name in names))
    typed = text[start + len(minus) : cursor].lower()
    fitting = [name for name in FIELDS if name.startswith(typed)]
    return Completions(start, end, tuple(Choice(f"{minus}{name}:") for name in fitting))


def named(lead: str, name: str) -> str:
    """The filter that finds just what is called so; ``lead`` is ``tag:``, say."""
    return f'{lead}"{plain(name)}"'


class _Reading:
    """A text as far as it was read."""

    def __init__(self, today: date) -> None:
        self._required: list[tuple[Term, ...]] = []
        self._excluded: list[Term] = []
        self._conditions: list[Condition] = []
        self._remark = ""
        self._today = today
        self._or = False  # whether the last word was OR, after a term that it may follow
        self._may_or = False

    def take(self, token: re.Match[str]) -> None:
        """Go on by a token."""
        if token["field"] is not None:
            self._take_filter(token)
        elif token["word"] == "OR" and token["minus"] is None and self._may_or:
            self._or, self._may_or = True, False
        elif token["word"] is not None:
            self._remark = self._remark or _remark_on(token["word"])
            self._take_words(token["word"], token["minus"], is_begun=True)
        else:
            self._take_words(token["phrase"], token["minus"], is_begun=not token["end"])

    def result(self) -> Search:
        """All of it."""
        return Search(
            tuple(self._required), tuple(self._excluded), tuple(self._conditions), self._remark
        )

    def _take_words(self, text: str, minus: str | None, *, is_begun: bool) -> None:
        words = _searched(text)
        if not words or len(self._required) + len(self._excluded) >= _MOST_TERMS:
            return
        term = Term(words, is_begun)
        if minus:
            self._excluded.append(term)
        elif self._or:
            self._required[-1] += (term,)
        else:
            self._required.append((term,))
        self._or, self._may_or = False, not minus

    def _take_filter(self, token: re.Match[str]) -> None:
        self._or = self._may_or = False
        field, quoted = token["field"].lower(), token["quoted"]
        typed = token["value"] if quoted is None else quoted
        try:
            value = self._value(field, typed.strip(), is_quoted=quoted is not None)
        except (ValueError, OverflowError):
            said = f"“{token[0]}” is no filter and was searched for as words."
            self._remark = self._remark or said
            self._take_words(f"{field} {typed}", token["minus"], is_begun=True)
            return
        if value is not None and len(self._conditions) < _MOST_TERMS:
            condition = Condition(field, value, token["minus"] is not None)
            self._conditions.append(condition)

    def _value(self, field: str, text: str, *, is_quoted: bool) -> Value | None:
        if not text:
            return None
        if field in {"tag", "checkpoint", "album"}:
            return Name(plain(text), is_quoted)
        if field == "date":
            return search_values.days(text, self._today)
        return _READERS[field](text)


def _remark_on(word: str) -> str:
    """What to say where a word looks like a filter of a name that there is not."""
    like = _LIKE_A_FILTER.match(word)
    if like is None:
        return ""
    said = f"There is no filter “{like[1]}”; it was searched for as words."
    near = difflib.get_close_matches(like[1].lower(), FIELDS, n=1)
    return f"{said} Did you mean “{near[0]}:”?" if near else said


def _kind(text: str) -> str | None:
    return search_values.one_of(KINDS, _SPELLINGS.get(text.lower(), text))


def _source(text: str) -> str | None:
    return search_values.one_of(SOURCES, text)


_READERS: dict[str, Callable[[str], Value | None]] = {
    "seed": search_values.whole_number,
    "size": search_values.size,
    "rating": search_values.numbers,
    "source": _source,
    "is": _kind,
}


def _searched(text: str) -> str:
    """``text`` as the index knows it; "" where nothing of it is indexed: signs alone."""
    spaced = search_text(plain(text))
    return spaced.strip() if any(map(_is_indexed, spaced)) else ""


def _is_indexed(letter: str) -> bool:
    category = unicodedata.category(letter)
    return category[0] in "LN" or category == "Co"
