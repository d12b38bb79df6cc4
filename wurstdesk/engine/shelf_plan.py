"""Plans what becomes of files and folders that somebody brought: which parts they are, where they
go in our folder of checkpoints, and what is then still missing. Writes nothing.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from wurstdesk.engine.checkpoint_checks import (
    DECODER,
    PREVIEWER,
    PRIOR,
    SCHEDULER,
    TEXT_ENCODER,
    TOKENIZER,
    VQGAN,
    Component,
    part_words,
)
from wurstdesk.engine.checkpoint_description import DESCRIPTION, as_name
from wurstdesk.engine.checkpoint_folders import is_prior_by_itself, own_name, repository_of, search
from wurstdesk.engine.fetch.layout import is_safe
from wurstdesk.engine.fetch.records import FETCH_RECORD, SOURCE_RECORD, SourceRecord
from wurstdesk.engine.shelf_items import files_below, source_of
from wurstdesk.engine.shelf_recognise import UNSAFE, Half
from wurstdesk.engine.weight_files import Unusable, weight_files
from wurstdesk.errors import CheckpointError
from wurstdesk.generation.shelf import ImportPiece, ImportPlan, ImportRefusal

HALVES: dict[Half, tuple[Component, ...]] = {
    "prior": (TEXT_ENCODER, PRIOR, SCHEDULER),
    "decoder": (TEXT_ENCODER, DECODER, VQGAN, SCHEDULER),
}
SUFFIXES: dict[Half, str] = {"prior": "-prior", "decoder": ""}
MOST_FILES = 2000
"""Of a folder without a checkpoint in it: nobody means to bring more."""

_PAPERS = ("license", "licence", "notice", "readme")
_SMALL = frozenset({".json", ".txt"})


@dataclass
class Draft:
    """A plan that is being made. ``targets`` are the folders in ours, each with what it is to be
    in it: paths relative to it."""

    ours: Path
    pieces: dict[Path, ImportPiece] = field(default_factory=dict)
    there: list[Path] = field(default_factory=list)
    refused: list[ImportRefusal] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    priors: list[str] = field(default_factory=list)

    def put(self, piece: ImportPiece) -> None:
        """Take a file, unless one is in its place already."""
        before = self.pieces.get(piece.target)
        place = self.ours / piece.target
        if os.path.lexists(place):
            same = place.is_file() and place.stat().st_size == piece.size
            if same:
                self.there.append(piece.source)
            else:
                self.refuse(piece.source, f"another file is in its place already: {place}")
        elif before is not None and before.size != piece.size:
            self.refuse(piece.source, f"{before.source.name} is for the same place")
        elif before is None:
            self.pieces[piece.target] = piece

    def refuse(self, path: Path, reason: str) -> None:
        """Leave something out."""
        self.refused.append(ImportRefusal(path, reason))

    def files_in(self, folder: str) -> set[str]:
        """What a folder of ours will hold."""
        planned = {
            target.relative_to(folder).as_posix()
            for target in self.pieces
            if target.parts[0] == folder
        }
        there = self.ours / folder
        found = (file.relative_to(there).as_posix() for file in files_below(there))
        return planned | set(found)

    def finished(self) -> ImportPlan:
        """The plan. Raises ``CheckpointError`` where there is nothing in it."""
        if not self.pieces and not self.there:
            reasons = [f"{refusal.path.name}: {refusal.reason}." for refusal in self.refused[:3]]
            raise CheckpointError(
                "Nothing of this is part of a Würstchen checkpoint.",
                " ".join(reasons) or "Give the folder or the files of one.",
            )
        names = list(dict.fromkeys(self.names))
        missing = [f"{name}: {part}" for name in names for part in self._missing(name)]
        return ImportPlan(
            pieces=tuple(self.pieces[target] for target in sorted(self.pieces)),
            names=tuple(names),
            missing=tuple(missing),
            refused=tuple(self.refused),
            there_already=tuple(self.there),
        )

    def _missing(self, name: str) -> Iterator[str]:
        if name in self.priors:
            yield from lacking_component(self.files_in(name), PRIOR, "", "prior (Stage C)")
            return
        for half, suffix in SUFFIXES.items():
            files = self.files_in(f"{name}{suffix}")
            if not files:
                yield f"the folder of the {half}"
                continue
            yield from lacking(files, half)


def plan_folder(folder: Path, draft: Draft, name: str) -> bool:
    """Take the checkpoints and priors in a folder; whether there were any."""
    found = search(folder)
    for decoder, prior in found.pairs:
        halves: dict[Half, Path] = {"prior": prior, "decoder": decoder}
        there: dict[Half, Path] = {h: path for h, path in halves.items() if path.is_dir()}
        base = own_name(decoder) if decoder.is_dir() else own_name(prior).removesuffix("-prior")
        _plan_pair(there, draft, _folder_name(name or base))
    for prior in found.priors:
        if _is_ours(prior, draft.ours):
            draft.there.append(prior)
            continue
        target = _free_name(_folder_name(name or own_name(prior)), draft, [(prior, "")])
        draft.names.append(target)
        draft.priors.append(target)
        for piece in _prior_pieces(prior, target):
            draft.put(piece)
    return bool(found.pairs or found.priors)


def loose_files(folder: Path, draft: Draft) -> Iterator[Path]:
    """The files of a folder that holds no checkpoint as it should."""
    for number, file in enumerate(files_below(folder)):
        if number == MOST_FILES:
            draft.refuse(folder, "it holds too many files")
            return
        if not file.name.startswith(".") and (file.suffix in {*_SMALL, ".safetensors", *UNSAFE}):
            yield file


def lacking(files: set[str], half: Half) -> Iterator[str]:
    """The parts of a half of which files are missing."""
    for component in HALVES[half]:
        words = part_words(half, component.folder)
        yield from lacking_component(files, component, f"{component.folder}/", words)
    vocabulary = {f"{TOKENIZER}/vocab.json", f"{TOKENIZER}/merges.txt"}
    if not vocabulary <= files and f"{TOKENIZER}/tokenizer.json" not in files:
        lost = [name.rpartition("/")[2] for name in sorted(vocabulary - files)]
        yield f"{part_words(half, TOKENIZER)}: {', '.join(lost)}"


def lacking_component(
    files: Iterable[str], component: Component, prefix: str, words: str
) -> Iterator[str]:
    """The same of one component whose files are called ``prefix`` and their names."""
    names = {file.removeprefix(prefix) for file in files if file.startswith(prefix)}
    if component.config not in names:
        yield f"{words}: {component.config}"
    if component.weights and not any(
        name.startswith(component.weights) and name.endswith(".safetensors") for name in names
    ):
        yield f"{words}: {component.weights}.safetensors"


def free_prior_name(wanted: str, draft: Draft) -> str:
    """A name for a prior of ours that is not taken."""
    name, number = _folder_name(wanted), 2
    while os.path.lexists(draft.ours / name):
        name, number = f"{_folder_name(wanted)}-{number}", number + 1
    return name


def _plan_pair(halves: dict[Half, Path], draft: Draft, wanted: str) -> None:
    outside = {half: path for half, path in halves.items() if not _is_ours(path, draft.ours)}
    if not outside:
        draft.there.extend(halves.values())
        return
    parts = [(path, SUFFIXES[half]) for half, path in outside.items()]
    name = _free_name(wanted, draft, parts)
    draft.names.append(name)
    for half, path in outside.items():
        for piece in _half_pieces(half, path, f"{name}{SUFFIXES[half]}"):
            draft.put(piece)


def _free_name(wanted: str, draft: Draft, parts: Sequence[tuple[Path, str]]) -> str:
    """The first name under which nothing else is in the way of these folders' files."""
    name, number = wanted, 2
    while any(_clashes(path, draft.ours / f"{name}{suffix}") for path, suffix in parts):
        name, number = f"{wanted}-{number}", number + 1
    return name


def _clashes(source: Path, target: Path) -> bool:
    """Whether any file would have to take the place of another one."""
    if not os.path.lexists(target):
        return False
    if not target.is_dir():
        return True
    if is_prior_by_itself(source) != is_prior_by_itself(target):
        return True
    for file in files_below(source):
        place = target / file.relative_to(source)
        if place.name in {SOURCE_RECORD, DESCRIPTION}:
            continue
        with suppress(OSError):
            if place.stat().st_size != file.stat().st_size:
                return True
    return False


def _half_pieces(half: Half, folder: Path, target: str) -> Iterator[ImportPiece]:
    take = _Taker(folder, target)
    for component in (*HALVES[half], *([PREVIEWER] if half == "prior" else [])):
        words = part_words(half, component.folder)
        yield from take.component(folder / component.folder, component, words)
    yield from take.small(folder / TOKENIZER, part_words(half, TOKENIZER))
    yield from take.small(folder, "description")


def _prior_pieces(folder: Path, target: str) -> Iterator[ImportPiece]:
    yield from _Taker(folder, target).component(folder, PRIOR, part_words("prior", PRIOR.folder))


class _Taker:
    """Makes pieces of a folder's files, with what they have to be where the folder says so."""

    def __init__(self, folder: Path, target: str) -> None:
        self._folder = folder
        self._target = Path(target)
        self._source = source_of(folder)
        self._record = SourceRecord.of(folder)
        self._is_cached = repository_of(folder) is not None

    def component(self, folder: Path, component: Component, words: str) -> Iterator[ImportPiece]:
        """Weights and small files; what is missing is left out."""
        yield from self.small(folder, words)
        if component.weights:
            with suppress(Unusable, OSError):
                for file in weight_files(folder, component.weights):
                    yield from self._piece(file, words)

    def small(self, folder: Path, words: str) -> Iterator[ImportPiece]:
        """Configs, vocabularies, and papers."""
        with suppress(OSError):
            for file in sorted(folder.iterdir()):
                name = file.name.casefold()
                paper = name.startswith(_PAPERS) and file.suffix in {"", ".md", ".txt"}
                small = file.suffix in _SMALL and ".bin." not in name
                if (small or paper) and name not in {SOURCE_RECORD, FETCH_RECORD}:
                    yield from self._piece(file, words)

    def _piece(self, file: Path, words: str) -> Iterator[ImportPiece]:
        name = file.relative_to(self._folder).as_posix()
        if not file.is_file() or not is_safe(name):
            return
        sha256 = ""
        if self._record is not None and name in self._record.files:
            sha256 = self._record.files[name].sha256
        elif self._is_cached and file.is_symlink():
            blob = file.readlink().name
            sha256 = blob if re.fullmatch(r"[0-9a-f]{64}", blob) else ""
        size, target = file.stat().st_size, self._target / name
        yield ImportPiece(file, target, size, words, sha256, self._source.repo, self._source.commit)


def _is_ours(folder: Path, ours: Path) -> bool:
    return Path(os.path.realpath(folder)).is_relative_to(os.path.realpath(ours))


def _folder_name(text: str) -> str:
    """Any text as the name of a folder, with room for what is put behind it."""
    name = as_name(text)
    while len(name.encode()) > 180:
        name = name[:-1]
    name = name.rstrip(" .")
    return name if name and is_safe(name) else "checkpoint"
