"""The two files beside the gallery's database: negatives and thumbnails.

Both hold what is found by its content's hash, so they fit any state of the database: an older one
from a backup, and one that was rebuilt from the picture files. Negatives cannot be made again;
thumbnails can, and are written without waiting for the disk.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import apsw

from wurstdesk.errors import StorageError
from wurstdesk.gallery.transactions import immediate

_NEGATIVES = """
CREATE TABLE negatives.latents (
    hash TEXT PRIMARY KEY,                  -- SHA-256 of data, hexadecimal
    created TEXT NOT NULL,                  -- UTC, ISO 8601 with milliseconds
    channels INTEGER NOT NULL,
    height INTEGER NOT NULL,
    width INTEGER NOT NULL,
    dtype TEXT NOT NULL CHECK (dtype IN ('float32', 'float16', 'bfloat16')),
    data BLOB NOT NULL,                     -- C order, little endian, in x_C units
    preview BLOB                            -- a WebP file of its Stage C preview
) STRICT;
"""
_THUMBNAILS = """
CREATE TABLE thumbnails.images (
    content_hash TEXT NOT NULL,             -- of the picture's file
    side INTEGER NOT NULL,                  -- the longer one in pixels, at most
    image BLOB NOT NULL,                    -- a WebP file
    PRIMARY KEY (content_hash, side)
) STRICT;
"""


@dataclass(frozen=True, slots=True)
class SideFile:
    """A database beside the gallery's, attached to it as ``name``; ``tables`` makes it."""

    name: str
    application_id: int
    synchronous: str
    tables: str
    version: int = 1

    def beside(self, database: Path) -> Path:
        """Where it is."""
        return database.with_name(f"{database.stem}-{self.name}{database.suffix}")

    def attach(self, connection: apsw.Connection, database: Path) -> None:
        """Open it; made where missing. ``StorageError`` for a stranger's or a newer version's."""
        file = self.beside(database)
        connection.execute(f"ATTACH ? AS {self.name}", (str(file),))
        if not self._is_ours(connection):
            with immediate(connection):
                self._refuse_strangers(connection, file)
            connection.execute(f"PRAGMA {self.name}.journal_mode = wal")
            with immediate(connection):
                self._make(connection)
        connection.execute(f"PRAGMA {self.name}.synchronous = {self.synchronous}")

    def _make(self, connection: apsw.Connection) -> None:
        if not self._is_ours(connection):  # another process may have been faster
            connection.execute(self.tables)
            connection.execute(f"PRAGMA {self.name}.application_id = {self.application_id}")
            connection.execute(f"PRAGMA {self.name}.user_version = {self.version}")

    def _is_ours(self, connection: apsw.Connection) -> bool:
        return self._marks(connection) == (self.application_id, self.version)

    def _marks(self, connection: apsw.Connection) -> tuple[int, int]:
        application: int = connection.execute(f"PRAGMA {self.name}.application_id").get
        version: int = connection.execute(f"PRAGMA {self.name}.user_version").get
        return application, version

    def _refuse_strangers(self, connection: apsw.Connection, file: Path) -> None:
        """Refuse what another program or a newer version made; within ``immediate``."""
        application, version = self._marks(connection)
        is_empty = f"SELECT NOT EXISTS (SELECT 1 FROM {self.name}.sqlite_schema)"
        if (application, version) == (0, 0) and connection.execute(is_empty).get:
            return
        if application != self.application_id:
            raise StorageError(
                f"“{file}” is no file of Wurstdesk's gallery but another program's database.",
                "Move it away, or start with another --home.",
            )
        if version > self.version:
            raise StorageError(
                f"The gallery's file “{file}” was written by a newer version of Wurstdesk.",
                "Update Wurstdesk, or start with another --home. Nothing was changed.",
            )


NEGATIVES = SideFile("negatives", 0x5755524E, "full", _NEGATIVES)  # "WURN"
THUMBNAILS = SideFile("thumbnails", 0x57555254, "off", _THUMBNAILS)  # "WURT"
SIDE_FILES = (NEGATIVES, THUMBNAILS)


def attach(connection: apsw.Connection, database: Path) -> None:
    """Open both beside the database, as ``negatives`` and ``thumbnails``."""
    for side in SIDE_FILES:
        side.attach(connection, database)


def move_negatives_out(connection: apsw.Connection) -> None:
    """Copy the negatives of an older schema, which had them in the database, into their file.

    Within ``immediate``, and in another transaction than the migration that drops them: one over
    two files could be cut in half by a power cut. Done twice it does nothing more.
    """
    is_old = "SELECT EXISTS (SELECT 1 FROM main.sqlite_schema WHERE name = 'negatives')"
    if connection.execute(is_old).get:
        connection.execute(
            "INSERT OR IGNORE INTO negatives.latents"
            " (hash, created, channels, height, width, dtype, data)"
            " SELECT sha256(data), created, channels, height, width, dtype, data"
            " FROM main.negatives ORDER BY id"
        )
