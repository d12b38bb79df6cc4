"""What is to be done for one repository of an order, and what of it is done."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from wurstdesk.engine.checkpoint_description import COPIED_FROM, DESCRIPTION, as_name, line
from wurstdesk.engine.fetch.layout import Kind, is_weights
from wurstdesk.engine.fetch.places import Place, own_name
from wurstdesk.engine.fetch.records import PART, FetchRecord, SourceRecord, StoredFile
from wurstdesk.engine.fetch.room import Coming
from wurstdesk.engine.weight_files import Unusable, read_json
from wurstdesk.generation.fetching import FetchFile, HalfPrecision
from wurstdesk.paths import write_atomically


@dataclass
class Job:
    """One repository: its record at the hub, and the folder's own record of what is whole."""

    place: Place
    kind: Kind
    files: tuple[FetchFile, ...]
    record: FetchRecord
    convert: HalfPrecision | None
    before: dict[str, StoredFile] = field(default_factory=dict)
    """What the folder should hold by an earlier fetch that was finished; not yet looked at."""

    @classmethod
    def of(
        cls,
        place: Place,
        kind: Kind,
        files: tuple[FetchFile, ...],
        commit: str,
        endpoint: str,
        convert: HalfPrecision | None,
    ) -> Job:
        """The job, with what an earlier attempt left of it."""
        record = FetchRecord(place.repo, commit, endpoint, convert or "")
        earlier = FetchRecord.of(place.work)
        if earlier is not None and earlier.repo == place.repo and earlier.convert == record.convert:
            record.files = {
                file.path: earlier.files[file.path]
                for file in files
                if file.path in earlier.files
                and _is_same(file, earlier.files[file.path], same_commit=earlier.commit == commit)
            }
        source = SourceRecord.of(place.work)
        before = source.files if source is not None and source.repo == place.repo else {}
        return cls(place, kind, files, record, convert, dict(before))

    @property
    def small(self) -> tuple[FetchFile, ...]:
        return tuple(file for file in self.files if not is_weights(file.path))

    @property
    def weights(self) -> tuple[FetchFile, ...]:
        return tuple(file for file in self.files if is_weights(file.path))

    def is_whole(self, file: FetchFile) -> bool:
        """Whether a file was checked before, and is still of that size."""
        stored = self.record.files.get(file.path)
        return stored is not None and _size_of(self.place.path_of(file.path)) == stored.size

    def part_of(self, file: FetchFile) -> Path:
        """Where a file arrives."""
        return self.place.part_of(file.path, file.sha256 or file.git_id)

    def there(self, file: FetchFile) -> int:
        """How many of a file's bytes need not be fetched, by the look of it."""
        before = self.before.get(file.path)
        found = _size_of(self.place.path_of(file.path))
        if self.is_whole(file) or (before is not None and before.size == found):
            return file.size
        if found == file.size:
            return file.size
        return min(max(_size_of(self.part_of(file)), 0), file.size)

    def coming(self, files: Iterable[FetchFile]) -> tuple[Coming, ...]:
        """What the disk will have to take."""
        converts = self.convert is not None
        return tuple(
            Coming(file.size, file.size - self.there(file), converts and is_weights(file.path))
            for file in files
            if not self.is_whole(file)
        )

    def mark(self, file: FetchFile, stored: StoredFile) -> None:
        """A file is whole and checked. Raises ``StorageError``."""
        self.record.files[file.path] = stored
        self.record.save(self.place.work)

    def finish(self) -> None:
        """Write where the folder came from and clear up. Raises ``StorageError``, ``OSError``."""
        self._describe()
        kept = {path: self.record.files[path] for path in sorted(self.record.files)}
        record = self.record
        SourceRecord(record.repo, record.commit, record.endpoint, record.convert, kept).save(
            self.place.work
        )
        for left in self.place.work.rglob(f"*{PART}"):
            left.unlink(missing_ok=True)
        for path in self.before.keys() - kept.keys():  # no part of the newer version
            self.place.path_of(path).unlink(missing_ok=True)

    def _describe(self) -> None:
        """Say of a converted checkpoint what it is a copy of."""
        if self.convert is None or self.kind != "prior":
            return
        path = self.place.path_of(DESCRIPTION)
        about: dict[str, Any] = {}
        with suppress(Unusable):
            about = read_json(path)
        name = as_name(self.place.final.name.removesuffix("-prior"))
        original = as_name(own_name(self.place.repo).removesuffix("-prior"))
        about |= {
            "name": name,
            "title": line(f"{original} ({self.convert})", 100),
            COPIED_FROM: {"name": original, "content_hash": "", "dtype": self.convert},
        }
        text = json.dumps(about, indent=2, ensure_ascii=False).encode()
        write_atomically(path, text)
        fetched = self.record.files.get(DESCRIPTION)
        if fetched is not None:
            digest = sha256(text).hexdigest()
            self.record.files[DESCRIPTION] = replace(fetched, size=len(text), sha256=digest)


def _is_same(file: FetchFile, stored: StoredFile, *, same_commit: bool) -> bool:
    if file.sha256:
        return stored.source == file.sha256
    return same_commit


def _size_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return -1
