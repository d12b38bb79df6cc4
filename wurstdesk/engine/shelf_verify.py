"""Compares the files of a checkpoint with what they have to be, and says what to fetch again.

What they have to be says the record in a fetched or imported folder; in the hub's cache the names
of the files there, which are their hashes; else the manifest of what was published.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from wurstdesk.engine.checkpoint_description import DESCRIPTION
from wurstdesk.engine.checkpoint_folders import repository_of
from wurstdesk.engine.fetch.records import FETCH_RECORD, SOURCE_RECORD, SourceRecord
from wurstdesk.engine.fetch.verify import problem_of_file
from wurstdesk.engine.file_hashes import HASHES
from wurstdesk.engine.shelf_items import HALVES, files_below, folders_of, source_of
from wurstdesk.engine.shelf_manifest import DECODER_REPO, PRIOR_REPO, Manifest
from wurstdesk.errors import GenerationCancelled, StorageError
from wurstdesk.generation.fetching import FetchOrder, FetchRepository
from wurstdesk.generation.shelf import FileFinding, IsCancelled, ShelfItem, Tell, VerifyReport

_PRIOR = "-prior"
_WORTH = frozenset({".safetensors", ".json", ".txt"})
_OWN = frozenset({SOURCE_RECORD, FETCH_RECORD, DESCRIPTION})


@dataclass(frozen=True)
class _Expected:
    """What a file has to be; without ``is_binding`` another content is no mistake: there may be
    other files of the same name and size than the published one."""

    path: Path
    size: int
    sha256: str = ""
    git_id: str = ""
    repo: str = ""
    is_binding: bool = True


def verify(
    item: ShelfItem, manifest: Manifest, ours: Path, tell: Tell, is_cancelled: IsCancelled
) -> VerifyReport:
    """Read every file of which it is known what it has to be.

    Raises ``GenerationCancelled``, and ``StorageError`` where a disk does not give a file.
    """
    folders = folders_of(item)
    expected = [one for folder in folders for one in _expected_in(folder, item, manifest)]
    work = _Work(expected, tell, is_cancelled)
    try:
        for one in expected:
            work.compare(one)
    except OSError as error:
        raise StorageError(
            f"{error.filename or item.info.path} cannot be read: {error.strerror or error}.",
            "Check that its disk is there.",
        ) from error
    finally:
        HASHES.keep()
    judged = {one.path for one in work.checked} | {finding.path for finding in work.findings}
    unknown = [
        file
        for folder in folders
        for file in files_below(folder)
        if file.suffix in _WORTH and file.name not in _OWN and file not in judged
    ]
    return VerifyReport(
        item=item,
        checked=len(work.checked),
        checked_bytes=sum(one.size for one in work.checked),
        findings=tuple(work.findings),
        unknown=tuple(unknown),
        missing=item.missing,
        published=sum(manifest.with_hash(one.sha256) is not None for one in work.checked),
        repair=_repair(item, work.findings, ours),
        repaired_files=tuple(finding.path for finding in work.findings if finding.repo),
    )


class _Work:
    def __init__(self, expected: list[_Expected], tell: Tell, is_cancelled: IsCancelled) -> None:
        self.checked: list[_Expected] = []
        self.findings: list[FileFinding] = []
        self._total = sum(one.size for one in expected)
        self._done = 0
        self._tell = tell
        self._is_cancelled = is_cancelled

    def compare(self, one: _Expected) -> None:
        """Read one file, and note what came of it."""
        before = self._done
        problem = self._problem(one)
        self._done = before + one.size
        self._tell(self._done, self._total)
        if not problem:
            self.checked.append(one)
        elif one.is_binding:
            self.findings.append(FileFinding(one.path, problem, one.repo))

    def _problem(self, one: _Expected) -> str:
        if not one.path.is_file():
            return "it is missing"
        size = one.path.stat().st_size
        if size != one.size:
            return f"it has {size:,} bytes instead of {one.size:,}"
        if not one.sha256:
            return problem_of_file(one.path, one.size, git_id=one.git_id, count=self._count)
        is_same = HASHES.calculate(one.path, self._count) == one.sha256.lower()
        return "" if is_same else "its content is not what it has to be"

    def _count(self, size: int) -> None:
        self._done += size
        self._tell(self._done, self._total)
        if self._is_cancelled():
            raise GenerationCancelled


def _expected_in(folder: Path, item: ShelfItem, manifest: Manifest) -> Iterator[_Expected]:
    record = SourceRecord.of(folder)
    if record is not None:
        for name, stored in sorted(record.files.items()):
            if _is_inside(name):
                path, sha256 = folder / name, stored.sha256
                yield _Expected(path, stored.size, sha256, repo=record.repo)
    elif repository_of(folder) is not None:
        yield from _expected_in_cache(folder)
    else:
        yield from _expected_by_manifest(folder, item, manifest)


def _expected_in_cache(snapshot: Path) -> Iterator[_Expected]:
    """The hub's cache names files by their hashes: SHA-256 for large ones, git's for small ones."""
    repo = source_of(snapshot).repo
    for file in files_below(snapshot):
        if not file.is_symlink():
            continue
        name = os.path.basename(os.path.realpath(file))  # noqa: PTH119 - realpath gives text
        if re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", name):
            size = file.stat().st_size if file.exists() else 0
            sha256, git_id = (name, "") if len(name) == 64 else ("", name)
            yield _Expected(file, size, sha256, git_id, repo)


def _expected_by_manifest(folder: Path, item: ShelfItem, manifest: Manifest) -> Iterator[_Expected]:
    repo = DECODER_REPO if folder == item.info.path else PRIOR_REPO
    known = manifest.files(repo) if item.kind == "checkpoint" else {}
    for file in files_below(folder):
        name = file.relative_to(folder).as_posix()
        published = known.get(name)
        size = file.stat().st_size if file.is_file() else 0
        if item.kind == "prior" and file.suffix == ".safetensors":
            for other in manifest.of_size(size):
                yield _Expected(file, size, other.sha256, is_binding=False)
        elif published is not None and published.size in {0, size}:
            yield _Expected(file, size, published.sha256, is_binding=False)


def _repair(item: ShelfItem, findings: list[FileFinding], ours: Path) -> FetchOrder | None:
    """Fetches the repositories again whose files are wrong or not there; what is right is kept."""
    wrong = {finding.repo for finding in findings}
    repositories, convert, endpoint = [], "", ""
    for folder in folders_of(item):
        source, record = source_of(folder), SourceRecord.of(folder)
        if record is not None:
            convert, endpoint = record.convert, record.endpoint
        if source.repo and (source.repo in wrong or _lacks(item, folder)):
            repositories.append(FetchRepository(source.repo, source.commit))
    repositories += _other_half(item)
    if not repositories:
        return None
    return FetchOrder(tuple(repositories), ours, HALVES.get(convert), endpoint)


def _other_half(item: ShelfItem) -> list[FetchRepository]:
    """The repository of a half that is not there at all, by the name of the one that is."""
    folders = folders_of(item)
    repo = source_of(folders[0]).repo if len(folders) == 1 and item.kind == "checkpoint" else ""
    if not repo:
        return []
    other = repo.removesuffix(_PRIOR) if folders[0] == item.info.prior_path else f"{repo}{_PRIOR}"
    return [FetchRepository(other)] if other != repo else []


def _lacks(item: ShelfItem, folder: Path) -> bool:
    """Whether a part of a folder is not there."""
    half = "decoder" if folder == item.info.path else "prior"
    if item.kind == "prior":
        return bool(item.missing)
    return any(half in part or (half == "decoder" and "Stage A" in part) for part in item.missing)


def _is_inside(name: str) -> bool:
    """Whether a path of a record stays in its folder."""
    parts = name.split("/")
    return bool(name) and not any(
        part in {"", ".", ".."} or "\\" in part or ":" in part for part in parts
    )
