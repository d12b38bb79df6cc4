"""How the gallery's databases are written: in short transactions that take their lock at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import apsw


@contextmanager
def immediate(connection: apsw.Connection) -> Iterator[None]:
    """One write transaction that takes its lock at once, so that it never fails half-way.

    The lock is one over the files beside the database as well.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
