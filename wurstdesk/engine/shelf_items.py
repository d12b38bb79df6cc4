"""Checkpoints and priors as they lie on the disk: how whole, how large, whose, and from where."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from wurstdesk.engine.checkpoint_checks import (
    DECODER,
    PRIOR,
    Component,
    PartFinding,
    findings_of,
    prior_findings,
)
from wurstdesk.engine.checkpoint_description import line
from wurstdesk.engine.checkpoint_folders import own_name, repository_of
from wurstdesk.engine.fetch.places import staging_folders
from wurstdesk.engine.fetch.records import FetchRecord, SourceRecord
from wurstdesk.engine.weight_files import Unusable, read_header, weight_files
from wurstdesk.generation import CheckpointInfo
from wurstdesk.generation.fetching import FetchOrder, FetchRepository, HalfPrecision
from wurstdesk.generation.shelf import (
    ShelfItem,
    ShelfPlace,
    ShelfState,
    UnfinishedFetch,
    is_folder,
)

BUILT_IN = "It comes with the program."
YOURS = "It lies in a folder of your own. Delete it there if you do not need it."
READ_ONLY = "Its folder may not be written to."

HALVES: dict[str, HalfPrecision] = {"float16": "float16", "bfloat16": "bfloat16"}
"""The precisions that a record may name, in the words of an order."""

_DTYPES = {"F64": "float64", "F32": "float32", "F16": "float16", "BF16": "bfloat16"}
_HALVES = {"prior": "the folder of the prior", "decoder": "the folder of the decoder"}
_ORDER: dict[ShelfState, int] = {"complete": 0, "partial": 1, "broken": 2}


@dataclass(frozen=True)
class Source:
    """Where a folder came from, as far as anybody noted it."""

    repo: str = ""
    commit: str = ""


def items_of(infos: Sequence[CheckpointInfo], ours: Path) -> Iterator[ShelfItem]:
    """What the catalogue's entries are on the disk; combinations are told of as what fits."""
    whole = [info for info in infos if info.prior_weights is None]
    items = [_checkpoint(info, ours) for info in whole]
    yield from sorted(items, key=lambda item: (not item.info.built_in, _ORDER[item.state]))
    taken = {info.name for info in infos if not _is_alone(info)}
    for prior in _priors(infos):
        item = _prior(prior, infos, ours)
        name, number = item.info.name, 2
        while name in taken:
            name, number = f"{item.info.name}-{number}", number + 1
        taken.add(name)
        yield replace(item, info=replace(item.info, name=name))


def unfinished_in(ours: Path) -> Iterator[UnfinishedFetch]:
    """What fetches have left in our folder that are not over."""
    for folder in staging_folders(ours):
        record = FetchRecord.of(folder)
        if record is not None:
            order = FetchOrder(
                (FetchRepository(record.repo),), ours, HALVES.get(record.convert), record.endpoint
            )
            size = _bytes_on_disk([folder])
            yield UnfinishedFetch(order, record.repo, line(record.commit, 64), folder, size)


def folders_of(item: ShelfItem) -> tuple[Path, ...]:
    """The folders that are its own, also where one is a link that leads nowhere."""
    info = item.info
    named = (info.path,) if item.kind == "prior" else (info.path, info.prior_path)
    return tuple(path for path in dict.fromkeys(named) if os.path.lexists(path))


def source_of(folder: Path) -> Source:
    """By the record in a fetched folder, or the place in the hub's cache."""
    record = SourceRecord.of(folder)
    if record is not None:
        return Source(line(record.repo, 200), line(record.commit, 64))
    repository = repository_of(folder)
    if repository is None:
        return Source()
    name = "/".join(repository.name.split("--")[1:])
    return Source(line(name, 200), folder.name if re.fullmatch(r"[0-9a-f]+", folder.name) else "")


def files_below(folder: Path) -> Iterator[Path]:
    """Every file of a folder and its folders; links to folders are not followed."""
    for root, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            yield Path(root) / name


def place_of(folder: Path, ours: Path) -> ShelfPlace:
    """Whose a folder is. What a link in our folder leads to is somebody else's."""
    if repository_of(folder) is not None:
        return "hub cache"
    parent = Path(os.path.realpath(folder.parent))
    return "ours" if parent.is_relative_to(os.path.realpath(ours)) else "yours"


def _checkpoint(info: CheckpointInfo, ours: Path) -> ShelfItem:
    findings = tuple(findings_of(info))
    folders = [folder for folder in (info.path, info.prior_path) if is_folder(folder)]
    place: ShelfPlace = "built in"
    if not info.built_in:
        place = place_of(folders[0] if folders else info.path, ours)
    source = _first_source(folders)
    return ShelfItem(
        info=info,
        kind="checkpoint",
        state=_state(findings),
        missing=_missing(findings),
        bytes_on_disk=_bytes_on_disk(folders),
        place=place,
        repo=source.repo,
        commit=source.commit,
        dtype=_dtype(info.prior_folder, PRIOR) or _dtype(info.path / DECODER.folder, DECODER),
        problem=findings[0].sentence if findings else info.problem,
        keep_reason=_keep_reason(place, folders, ours),
        is_linked=_is_linked(folders),
    )


def _prior(prior: Path, infos: Sequence[CheckpointInfo], ours: Path) -> ShelfItem:
    findings = tuple(prior_findings(prior))
    combined = [info for info in infos if info.prior_weights == prior and not _is_alone(info)]
    bases = {(info.path, info.prior_path) for info in combined}
    fits = [i.name for i in infos if i.prior_weights is None and (i.path, i.prior_path) in bases]
    alone = next((info.problem for info in infos if info.path == prior), "")
    name = line(own_name(prior), 64) or "prior"
    problem = findings[0].sentence if findings else ("" if fits else alone)
    place, source = place_of(prior, ours), source_of(prior)
    return ShelfItem(
        info=CheckpointInfo(
            name=name,
            title=name,
            path=prior,
            prior_path=prior,
            prior_weights=prior,
            complete=not problem,
            problem=problem,
        ),
        kind="prior",
        state=_state(findings),
        missing=_missing(findings),
        bytes_on_disk=_bytes_on_disk([prior]),
        place=place,
        repo=source.repo,
        commit=source.commit,
        dtype=_dtype(prior, PRIOR),
        problem=problem,
        fits=tuple(fits),
        keep_reason=_keep_reason(place, [prior], ours),
        is_linked=_is_linked([prior]),
    )


def _priors(infos: Iterable[CheckpointInfo]) -> Iterator[Path]:
    yield from dict.fromkeys(info.prior_weights for info in infos if info.prior_weights is not None)


def _is_alone(info: CheckpointInfo) -> bool:
    """Whether it is a prior that goes with nothing."""
    return info.path == info.prior_weights


def _state(findings: Sequence[PartFinding]) -> ShelfState:
    if not findings:
        return "complete"
    return "partial" if all(finding.is_missing for finding in findings) else "broken"


def _missing(findings: Sequence[PartFinding]) -> tuple[str, ...]:
    parts = (_HALVES.get(f.part, f.part) for f in findings if f.is_missing)
    return tuple(dict.fromkeys(parts))


def _first_source(folders: Sequence[Path]) -> Source:
    sources = [source_of(folder) for folder in folders]
    return next((source for source in sources if source.repo), Source())


def _bytes_on_disk(folders: Sequence[Path]) -> int:
    """Each file once; of links only those that lead to another place in the same repository."""
    sizes: dict[tuple[int, int], int] = {}
    for folder in folders:
        own = Path(os.path.realpath(repository_of(folder) or folder))
        for file in files_below(folder):
            with suppress(OSError):
                if file.is_symlink() and not Path(os.path.realpath(file)).is_relative_to(own):
                    continue
                status = file.stat()
                sizes[status.st_dev, status.st_ino] = status.st_size
    return sum(sizes.values())


def _is_linked(folders: Sequence[Path]) -> bool:
    """Whether any of it is a link to somewhere else."""
    for folder in folders:
        own = Path(os.path.realpath(repository_of(folder) or folder))
        if folder.is_symlink():
            return True
        for file in files_below(folder):
            if file.is_symlink() and not Path(os.path.realpath(file)).is_relative_to(own):
                return True
    return False


def _keep_reason(place: ShelfPlace, folders: Sequence[Path], ours: Path) -> str:
    if place == "built in":
        return BUILT_IN
    places = {place_of(folder, ours) for folder in folders} | {place}
    if "yours" in places:
        return YOURS
    parents = {(repository_of(folder) or folder).parent for folder in folders}
    return "" if all(os.access(parent, os.W_OK) for parent in parents) else READ_ONLY


def _dtype(folder: Path, component: Component) -> str:
    """How most of a component's weights are stored."""
    with suppress(Unusable, OSError):
        file = weight_files(folder, component.weights)[0]
        dtypes = [dtype for dtype, _ in read_header(file).values() if dtype in _DTYPES]
        return _DTYPES[max(set(dtypes), key=dtypes.count)] if dtypes else ""
    return ""
