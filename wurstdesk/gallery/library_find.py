"""Which pictures answer a query, in order."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import groupby
from typing import Any

import apsw

from wurstdesk.gallery.library_filters import Where, where
from wurstdesk.gallery.library_order import LISTED, ORDERS, Orders, numbers
from wurstdesk.gallery.records import DayGroup, Found, Query, Sort
from wurstdesk.gallery.search_text import Search, parse

_MOST_RANKED = 4_000  # to weigh a match takes a microsecond, and words this common tell little
_WEIGHTS = "1.0, 3.0"  # of a word in the prompt, and of one in the tags
_WORDS = "SELECT rowid FROM picture_texts WHERE picture_texts MATCH ?"
_BY_DAY = {Sort.NEWEST, Sort.OLDEST}


def find(connection: apsw.Connection, orders: Orders, query: Query) -> Found:
    """All pictures that answer it, in its order."""
    search = parse(query.text)
    with _one_state(connection):
        if search.is_in_trash:
            return _find_in_trash(connection, query, search)
        return _Finding(connection, orders, query, search).found()


@contextmanager
def _one_state(connection: apsw.Connection) -> Iterator[None]:
    """What is read within belongs together, whatever others write meanwhile."""
    connection.execute("BEGIN")
    try:
        yield
    finally:
        if connection.in_transaction:
            connection.execute("COMMIT")


class _Finding:
    """One query on its way."""

    def __init__(
        self, connection: apsw.Connection, orders: Orders, query: Query, search: Search
    ) -> None:
        self._connection = connection
        self._kept = orders.refresh()
        self._query = query
        self._search = search
        is_by_match = query.sort is Sort.MATCH and search.required
        self._sort = query.sort if is_by_match or query.sort is not Sort.MATCH else Sort.NEWEST

    def found(self) -> Found:
        """The answer."""
        chosen = self._chosen()
        if self._sort not in _BY_DAY and self._sort is not Sort.MATCH and not self._query.stacks:
            ids = self._in_order(self._sort, chosen)
            return Found(self._query, ids, _one_group(ids), self._search.remark)
        newest = self._kept.order(Sort.NEWEST)
        ranks = None if chosen is None else newest.ranks(chosen)
        if self._query.stacks:
            ranks = self._kept.leaders(range(len(newest.ids)) if ranks is None else ranks)
        ids = newest.ids[:] if ranks is None else newest.at(ranks)
        groups = self._kept.days(ranks) if self._sort in _BY_DAY else _one_group(ids)
        if self._sort is Sort.OLDEST:
            ids.reverse()
            groups = groups[::-1]
        elif self._sort is Sort.MATCH:
            ids = self._by_match(ids)
        elif self._sort is not Sort.NEWEST:
            ids = self._in_order(self._sort, ids)
        return Found(self._query, ids, groups, self._search.remark)

    def _in_order(self, sort: Sort, chosen: Iterable[int] | None) -> array[int]:
        order = self._kept.order(sort)
        return order.ids[:] if chosen is None else order.at(order.ranks(chosen))

    def _chosen(self) -> list[int] | None:
        """Those that meet the words and the filters, in any order; None for all."""
        chosen: list[int] | None = None
        if self._search.required:
            chosen = self._with_words(self._search.match)
        filters = _filters(self._connection, self._query, self._search, self._kept.checkpoints)
        if filters.texts:
            met = numbers(self._connection, f"SELECT id {LISTED}{filters.text}", filters.values)
            chosen = met if chosen is None else list(set(chosen).intersection(met))
        if self._search.excluded:
            unwanted = set(self._with_words(self._search.exclusion))
            everybody = self._kept.order(Sort.NEWEST).ids if chosen is None else chosen
            chosen = [number for number in everybody if number not in unwanted]
        return chosen

    def _with_words(self, match: str) -> list[int]:
        # Falling numbers are the newest first nearly everywhere, so that little is to be sorted.
        return numbers(self._connection, f"{_WORDS} ORDER BY rowid DESC", (match,))

    def _by_match(self, ids: array[int]) -> array[int]:
        """The best matches first; of many only the newest are weighed."""
        found: list[Any] = self._connection.execute(
            f"SELECT rowid, bm25(picture_texts, {_WEIGHTS}) FROM picture_texts"
            " WHERE picture_texts MATCH ? ORDER BY rowid DESC LIMIT ?",
            (self._search.match, _MOST_RANKED),
        ).fetchall()
        scores: dict[int, float] = dict(found)  # the better the lower, all below 0
        return array("q", sorted(ids, key=lambda number: scores.get(number, 0.0)))


def _one_group(ids: array[int]) -> tuple[DayGroup, ...]:
    return (DayGroup("", len(ids)),) if ids else ()


def _find_in_trash(connection: apsw.Connection, query: Query, search: Search) -> Found:
    """As SQL has it: there are few, and they are looked at seldom."""

    def checkpoints() -> list[str]:
        found = connection.execute(
            "SELECT DISTINCT checkpoint_name FROM pictures WHERE trashed IS NOT NULL"
        )
        return [name for (name,) in found]

    filters = _filters(connection, query, search, checkpoints)
    if search.required:
        filters.add(f"id IN ({_WORDS})", search.match)
    if search.excluded:
        filters.add(f"id NOT IN ({_WORDS})", search.exclusion)
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT id, day FROM pictures WHERE trashed IS NOT NULL{filters.text}"
        f" ORDER BY {ORDERS[query.sort]}",
        filters.values,
    ).fetchall()
    ids = array("q", [row[0] for row in rows])
    groups = _one_group(ids)
    if query.sort in {*_BY_DAY, Sort.MATCH}:
        days = groupby(row[1] for row in rows)
        groups = tuple(DayGroup(day, len(list(alike))) for day, alike in days)
    return Found(query, ids, groups, search.remark)


def _filters(
    connection: apsw.Connection,
    query: Query,
    search: Search,
    checkpoints: Callable[[], Iterable[str]],
) -> Where:
    filters = where(connection, search.conditions, checkpoints, in_trash=search.is_in_trash)
    if query.album is not None:
        filters.add("id IN (SELECT picture FROM album_pictures WHERE album = ?)", query.album)
    return filters
