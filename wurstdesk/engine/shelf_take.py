"""Carries an import out: files are copied (and compared on the way) or linked, first into a hidden
folder, so that nothing half is ever listed, and a folder is given its name at the end.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from wurstdesk.engine.fetch.records import SourceRecord, StoredFile
from wurstdesk.engine.file_hashes import HASHES, PIECE
from wurstdesk.engine.shelf_manifest import Manifest
from wurstdesk.errors import GenerationCancelled, StorageError
from wurstdesk.generation.shelf import (
    ImportPiece,
    ImportPlan,
    ImportRefusal,
    ImportWay,
    IsCancelled,
    Tell,
)
from wurstdesk.paths import TEMPORARY_PREFIX, TEMPORARY_SUFFIX, ensure_folder

_SPARE = 20_000_000
"""Bytes that are left free on the disk."""


@dataclass
class Taken:
    """What was taken: paths in ours; and files that were damaged on their way."""

    paths: list[Path] = field(default_factory=list)
    damaged: list[ImportRefusal] = field(default_factory=list)


def take(
    plan: ImportPlan,
    ours: Path,
    manifest: Manifest,
    way: ImportWay,
    tell: Tell,
    is_cancelled: IsCancelled,
) -> Taken:
    """Copy or link the files of a plan. Raises ``StorageError`` and ``GenerationCancelled``."""
    ensure_folder(ours)
    if way == "copy":
        _require_room(plan.size, ours)
    taken = Taken()
    with _staging(ours) as staging:
        work = _Work(staging, plan.size, tell, is_cancelled)
        whole = [piece for piece in plan.pieces if work.bring(piece, way, taken)]
        if way == "copy":
            _record(whole, work.hashes, staging, ours, manifest)
        _reveal(staging, ours)
        taken.paths = [ours / piece.target for piece in whole]
        for piece in whole:
            if piece.target in work.hashes:
                HASHES.note(ours / piece.target, work.hashes[piece.target])
        HASHES.keep()
    return taken


class _Work:
    """Brings one file after the other; what is on the disk is not yet to be seen."""

    def __init__(self, staging: Path, total: int, tell: Tell, is_cancelled: IsCancelled) -> None:
        self.hashes: dict[Path, str] = {}
        self._staging = staging
        self._total = total
        self._done = 0
        self._tell = tell
        self._is_cancelled = is_cancelled

    def bring(self, piece: ImportPiece, way: ImportWay, taken: Taken) -> bool:
        """Bring a file; whether it arrived as it has to be."""
        target = self._staging / piece.target
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            if way == "link":
                self._check(piece.size)
                _link(piece.source, target)
                return True
            sha256 = self._copy(piece.source, target)
        except OSError as error:
            raise _failed(error, piece.source) from error
        if piece.sha256 and sha256 != piece.sha256.lower():
            target.unlink()
            reason = "its content is not what its record says: it was damaged on its way"
            taken.damaged.append(ImportRefusal(piece.source, reason))
            return False
        self.hashes[piece.target] = sha256
        return True

    def _copy(self, source: Path, target: Path) -> str:
        digest = hashlib.sha256()
        with source.open("rb") as file, target.open("xb") as copy:
            while data := file.read(PIECE):
                digest.update(data)
                copy.write(data)
                self._check(len(data))
            copy.flush()
            os.fsync(copy.fileno())
        return digest.hexdigest()

    def _check(self, size: int) -> None:
        self._done += size
        self._tell(self._done, self._total)
        if self._is_cancelled():
            raise GenerationCancelled


def _link(source: Path, target: Path) -> None:
    try:
        target.symlink_to(os.path.realpath(source))
    except (OSError, NotImplementedError) as error:
        raise StorageError(
            "Links to files cannot be made here.",
            "Copy them instead, or add their folder to those that are looked through.",
        ) from error


def _record(
    pieces: list[ImportPiece],
    hashes: dict[Path, str],
    staging: Path,
    ours: Path,
    manifest: Manifest,
) -> None:
    """Note what the files are, so that damage is found later. A fetched folder has its record."""
    folders: dict[str, list[ImportPiece]] = {}
    for piece in pieces:
        folders.setdefault(piece.target.parts[0], []).append(piece)
    for name, own in folders.items():
        record = SourceRecord.of(ours / name)
        if record is not None and record.repo:
            continue
        files = dict(record.files) if record is not None else {}
        for piece in own:
            path = piece.target.relative_to(name).as_posix()
            files[path] = StoredFile(piece.size, hashes[piece.target], hashes[piece.target])
        sources = {(piece.repo, piece.commit) for piece in own}
        repo, commit = sources.pop() if len(sources) == 1 else ("", "")
        repo = repo or _published_repo(files, manifest)
        SourceRecord(repo, commit, files=files).save(staging / name)


def _published_repo(files: dict[str, StoredFile], manifest: Manifest) -> str:
    """The published repository whose weights these are, all of them."""
    weights = [f.sha256 for path, f in files.items() if path.endswith(".safetensors")]
    found = [manifest.with_hash(sha256) for sha256 in weights]
    repos = {published.repo if published is not None else "" for published in found}
    return repos.pop() if len(repos) == 1 else ""


@contextmanager
def _staging(ours: Path) -> Iterator[Path]:
    """A hidden folder that is gone at the end, whatever happens."""
    folder = ours / f"{TEMPORARY_PREFIX}{os.getpid()}-{secrets.token_hex(6)}{TEMPORARY_SUFFIX}"
    try:
        folder.mkdir()
        yield folder
    except OSError as error:
        raise _failed(error, ours) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _reveal(staging: Path, ours: Path) -> None:
    """Give folders their names, or files theirs where a folder is there already."""
    for folder in sorted(staging.iterdir()):
        target = ours / folder.name
        if not os.path.lexists(target):
            folder.rename(target)
            continue
        for root, _, names in os.walk(folder):
            place = target / Path(root).relative_to(folder)
            place.mkdir(parents=True, exist_ok=True)
            for name in names:
                (Path(root) / name).replace(place / name)


def _require_room(size: int, ours: Path) -> None:
    with suppress(OSError):
        free = shutil.disk_usage(ours).free
        if size + _SPARE > free:
            raise StorageError(
                f"There is not enough room in {ours}: {size / 1e9:.1f} GB are needed, and "
                f"{free / 1e9:.1f} GB are free.",
                "Make room on its disk, or link the files instead of copying them.",
            )


def _failed(error: OSError, path: Path) -> StorageError:
    return StorageError(
        f"{error.filename or path} cannot be brought in: {error.strerror or type(error).__name__}.",
        "Make room on the disk, check that both places are there, then try again.",
    )
