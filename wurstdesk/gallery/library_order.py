"""The pictures outside the trash in every order, kept in memory until something changes.

Why not ask SQLite for each letter that is typed: of a hundred thousand pictures a word's first
letter finds most, and to join and sort those takes 200 ms there. Their numbers alone come out of
the index of words in 5 ms, as one text (row by row it takes twice that), and to put them in order
by what is known here takes as long again. It costs 2 MB, and 30 ms after a change.
"""

from __future__ import annotations

import json
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import pairwise

import apsw

from wurstdesk.gallery.records import DayGroup, Sort

LISTED = "FROM pictures INDEXED BY pictures_listed WHERE trashed IS NULL"
"""Reads an index of small rows alone. SQLite does not choose it by itself."""
BY_DAY = "FROM pictures INDEXED BY pictures_by_day WHERE trashed IS NULL"
"""The same of the smallest one, which knows the newest first and nothing else."""
_NEWEST = "day DESC, created DESC, id DESC"
ORDERS = {
    Sort.NEWEST: _NEWEST,
    Sort.MATCH: _NEWEST,
    Sort.OLDEST: "day, created, id",
    Sort.BEST: f"rating DESC, {_NEWEST}",
    Sort.LARGEST: f"width * height DESC, {_NEWEST}",
    Sort.SEED: f"seed IS NULL, seed, {_NEWEST}",
}


def numbers(
    connection: apsw.Connection, question: str, values: Sequence[str | int | float] = ()
) -> list[int]:
    """The answer to a question that asks for one whole number a row.

    As one text, which is the fastest way out of SQLite.
    """
    text = connection.execute(
        f"WITH answer (number) AS ({question}) SELECT json_group_array(number) FROM answer",
        values,
    ).get
    found: list[int] = json.loads(text)
    return found


class Order:
    """All pictures in one order."""

    def __init__(self, ids: array[int], size: int) -> None:
        """``size`` is larger than any id that may be asked for."""
        self.ids = ids
        self._ranks = array("l", [-1]) * size
        for rank, number in enumerate(ids):
            self._ranks[number] = rank

    def ranks(self, ids: Iterable[int]) -> list[int]:
        """At which places those of ``ids`` stand that are here, the first place first."""
        places = sorted(map(self._ranks.__getitem__, ids))
        return places[bisect_left(places, 0) :]

    def at(self, ranks: Iterable[int]) -> array[int]:
        """Who stands at these places."""
        return array("q", list(map(self.ids.__getitem__, ranks)))


class Orders:
    """Every order, made on first need; :meth:`refresh` forgets those that do not hold any more."""

    def __init__(self, connection: apsw.Connection) -> None:
        """Of the gallery on that connection."""
        self._connection = connection
        self._state: tuple[int, int] | None = None
        self._kept = _Kept(connection)

    def refresh(self) -> _Kept:
        """What holds now; within the transaction in which it is used."""
        changed_by_others: int = self._connection.execute("PRAGMA main.data_version").get
        state = (changed_by_others, self._connection.total_changes())
        if state != self._state:
            self._state, self._kept = state, _Kept(self._connection)
        return self._kept


class _Kept:
    """What was asked of one state of the database."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        self._orders: dict[Sort, Order] = {}

    def order(self, sort: Sort) -> Order:
        """That of ``sort``; of ``MATCH`` the newest first."""
        sort = Sort.NEWEST if sort is Sort.MATCH else sort
        if sort not in self._orders:
            place = BY_DAY if sort in {Sort.NEWEST, Sort.OLDEST} else LISTED
            question = f"SELECT id {place} ORDER BY {ORDERS[sort]}"
            ids = array("q", numbers(self._connection, question))
            size: int = self._connection.execute(
                "SELECT 1 + ifnull((SELECT seq FROM sqlite_sequence WHERE name = 'pictures'), 0)"
            ).get
            self._orders[sort] = Order(ids, size)
        return self._orders[sort]

    def days(self, ranks: Sequence[int] | None) -> tuple[DayGroup, ...]:
        """How many of the places, of all with None, are on each day; the newest day first."""
        if ranks is None:
            return tuple(DayGroup(day, last - first) for day, first, last in self._days)
        groups, before = [], 0
        for day, _, last in self._days:
            after = bisect_left(ranks, last, before)
            if after > before:
                groups.append(DayGroup(day, after - before))
            before = after
        return tuple(groups)

    @cached_property
    def _days(self) -> list[tuple[str, int, int]]:
        """Each day with the places where it begins and ends."""
        ends, days = [0], []
        for day, count in self._connection.execute(
            f"SELECT day, count(*) {BY_DAY} GROUP BY day ORDER BY day DESC"
        ):
            days.append(day)
            ends.append(ends[-1] + count)
        return [(day, *span) for day, span in zip(days, pairwise(ends), strict=True)]

    def leaders(self, ranks: Sequence[int]) -> list[int]:
        """Of the places, newest first, one for each stack: the best rated one, else the newest."""
        stack_of, backwards, wanted = self._stacks.__getitem__, ranks[::-1], set(ranks)
        leader = dict(zip(map(stack_of, backwards), backwards, strict=True))
        rated = [rank for rank in self._rated if rank in wanted]  # the best ones last
        leader.update(zip(map(stack_of, rated), rated, strict=True))
        return sorted(leader.values())

    @cached_property
    def _stacks(self) -> array[int]:
        """For each place a number that its stack has alone."""
        keys = json.loads(
            self._connection.execute(
                f"SELECT json_group_array(stack_key) FROM (SELECT stack_key {LISTED}"
                f" ORDER BY {_NEWEST})"
            ).get
        )
        known: dict[str, int] = {}
        return array(
            "q",
            [
                known.setdefault(key, len(known)) if key else -1 - rank
                for rank, key in enumerate(keys)
            ],
        )

    @cached_property
    def _rated(self) -> list[int]:
        """The places of rated pictures, the best last and of those alike the newest last."""
        ids = numbers(
            self._connection,
            f"SELECT id {LISTED} AND rating > 0 ORDER BY rating, day, created, id",
        )
        ranks = self.order(Sort.NEWEST)._ranks
        return [ranks[number] for number in ids]

    def checkpoints(self) -> tuple[str, ...]:
        """The names of all checkpoints."""
        return self._checkpoints

    @cached_property
    def _checkpoints(self) -> tuple[str, ...]:
        found = self._connection.execute(f"SELECT DISTINCT checkpoint_name {LISTED}")
        return tuple(name for (name,) in found)
