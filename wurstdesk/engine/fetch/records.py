"""The two records of a fetched folder: of what is still being fetched, and of what was.

``wurstdesk-fetch.json`` stands beside the ``.part`` files and is gone in the end;
``wurstdesk-source.json`` says for good where the folder came from and what each file has to be.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self, TypeVar

from wurstdesk.engine.weight_files import Unusable, read_json
from wurstdesk.paths import write_atomically

FETCH_RECORD = "wurstdesk-fetch.json"
SOURCE_RECORD = "wurstdesk-source.json"
PART = ".part"

_FORMAT = 1


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file as it is on the disk. ``dtype`` is what it was converted to; ``source`` is the SHA-256
    of what was fetched for it, the same where nothing was converted."""

    size: int
    sha256: str
    source: str = ""
    dtype: str = ""


@dataclass
class _Record:
    repo: str
    commit: str
    endpoint: str = ""
    convert: str = ""
    files: dict[str, StoredFile] = field(default_factory=dict)

    @classmethod
    def _of(cls, data: Mapping[str, Any]) -> Self:
        if data.get("format") != _FORMAT:
            raise ValueError
        files = {str(path): StoredFile(**entry) for path, entry in data["files"].items()}
        texts = {name: str(data[name]) for name in ("repo", "commit", "endpoint", "convert")}
        return cls(**texts, files=files)

    def _write(self, path: Path) -> None:
        text = json.dumps({"format": _FORMAT, **asdict(self)}, indent=1, sort_keys=True)
        write_atomically(path, text.encode())


@dataclass
class FetchRecord(_Record):
    """What is being fetched into a folder; ``files`` are those that are whole and checked."""

    def save(self, folder: Path) -> None:
        """Write it. Raises ``StorageError``."""
        self._write(folder / FETCH_RECORD)

    @classmethod
    def of(cls, folder: Path) -> Self | None:
        """What stands in a folder, or None where there is nothing that can be used."""
        return _read(cls, folder / FETCH_RECORD)


@dataclass
class SourceRecord(_Record):
    """Where a folder came from, and its files by their paths with ``/``."""

    def save(self, folder: Path) -> None:
        """Write it. Raises ``StorageError``."""
        self._write(folder / SOURCE_RECORD)

    @classmethod
    def of(cls, folder: Path) -> Self | None:
        """What stands in a folder, or None where there is nothing that can be used."""
        return _read(cls, folder / SOURCE_RECORD)


_Any = TypeVar("_Any", bound=_Record)


def _read(kind: type[_Any], path: Path) -> _Any | None:
    with suppress(Unusable, OSError, KeyError, TypeError, ValueError, AttributeError):
        return kind._of(read_json(path))
    return None
