"""The long work on a gallery: export, import, moving, emptying the trash."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import apsw

from wurstdesk.gallery import backups, checking, exporting, importing, moving, schema, trash
from wurstdesk.gallery.library import Library
from wurstdesk.gallery.saving import resolved

Tell = Callable[[int, int], None]
"""Told how much is done, of how much."""
IsCancelled = Callable[[], bool]


def _silent(_done: int, _total: int) -> None:
    """Nobody asked how far it is."""


def _never() -> bool:
    """Nobody can end it."""
    return False


class Chores:
    """On a desk's connection and in its thread; ``folder`` is the pictures folder."""

    def __init__(self, database: Path, connection: apsw.Connection, folder: Path) -> None:
        self._database = database
        self._connection = connection
        self._folder = folder

    @classmethod
    def open(cls, database: Path, pictures_folder: Path) -> Chores:
        """With a connection of its own, for another thread; end it with ``close()``."""
        database, folder = resolved(database), resolved(pictures_folder)
        return cls(database, schema.connect(database), folder)

    def close(self) -> None:
        """End the connection; not of chores that a desk lent."""
        self._connection.close()

    def export(
        self,
        ids: Iterable[int],
        options: exporting.ExportOptions,
        tell: Tell = _silent,
        is_cancelled: IsCancelled = _never,
    ) -> exporting.ExportReport:
        """As ``exporting.export``, of the pictures of these ids."""
        cards = Library(self._database, self._connection).cards(ids)
        return exporting.export(
            cards, options, own_folder=self._folder, tell=tell, is_cancelled=is_cancelled
        )

    def take(
        self,
        paths: Sequence[Path],
        tell: Tell = _silent,
        is_cancelled: IsCancelled = _never,
        *,
        in_place: bool = False,
    ) -> importing.ImportReport:
        """As ``Importer.take``."""
        importer = importing.Importer(
            self._connection, self._database, self._folder, in_place=in_place
        )
        report = importer.take(paths, tell=tell, is_cancelled=is_cancelled)
        schema.fold_in(self._connection)
        return report

    def move_pictures(
        self, new: Path, tell: Tell = _silent, is_cancelled: IsCancelled = _never
    ) -> moving.MoveReport:
        """As ``moving.move_pictures``; the settings are for whoever asks."""
        report = moving.move_pictures(
            self._connection,
            self._database,
            self._folder,
            new,
            tell=tell,
            is_cancelled=is_cancelled,
        )
        schema.fold_in(self._connection)
        return report

    def check(
        self,
        elsewhere: Sequence[Path] = (),
        tell: Tell = _silent,
        is_cancelled: IsCancelled = _never,
        *,
        quick: bool = False,
    ) -> checking.CheckReport:
        """As ``checking.check``, of the pictures folder."""
        report = checking.check(
            self._connection,
            self._database,
            [self._folder],
            elsewhere=elsewhere,
            quick=quick,
            tell=tell,
            is_cancelled=is_cancelled,
        )
        schema.fold_in(self._connection)
        return report

    def back_up(self, *, refresh: bool = False) -> None:
        """Today's copy of the gallery, as ``backups.back_up``, to its end."""
        for _ in backups.back_up(self._database, datetime.now(UTC), refresh=refresh):
            pass

    def empty_trash(
        self, move: trash.Move, is_cancelled: IsCancelled = _never, *, all_of_it: bool = False
    ) -> trash.EmptiedTrash:
        """As ``trash.empty_trash``."""
        library = Library(self._database, self._connection)
        return trash.empty_trash(library, move, all_of_it=all_of_it, is_cancelled=is_cancelled)
