"""Finds checkpoints on disk and says what they are, without torch.

A checkpoint is two folders, ``<x>`` (decoder, vqgan, text_encoder, tokenizer, scheduler) and
``<x>-prior`` (prior, text_encoder, tokenizer, scheduler; optionally previewer and
``wurstdesk.json``), side by side or each in its place in the Hugging Face cache. What the index
calls the library does not matter: each component is loaded by its class from its folder.

A prior that stands by itself (``config.json`` and its weights, no folders) makes one checkpoint
more of each that it fits: everything else comes from that one, and nothing is copied.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from wurstdesk.engine.checkpoint_checks import (
    PRIOR,
    can_take_the_prior,
    problem_of,
    said_shape,
)
from wurstdesk.engine.checkpoint_description import (
    DESCRIPTION,
    as_name,
    fields_of,
    is_number,
    line,
    with_usual_words,
)
from wurstdesk.engine.checkpoint_folders import Found, own_name, search
from wurstdesk.engine.file_hashes import HASHES
from wurstdesk.engine.weight_files import Unusable, read_json, said_by
from wurstdesk.errors import CheckpointError, GenerationCancelled, StorageError
from wurstdesk.generation import CheckpointInfo
from wurstdesk.generation.shelf import IsCancelled, Tell, never, tell_nobody

LEAST_SCALE = 1e-3
"""Of the numbers in an index that pictures are multiplied with or divided by."""
HASHED_BYTES = 200_000_000
"""Larger checkpoints are read in the background only: it takes longer than a picture."""

_HASHED = frozenset({".json", ".txt", ".safetensors"})


@dataclass(frozen=True)
class Indexes:
    """The numbers that stand in the two ``model_index.json``, with the published defaults."""

    latent_mean: float = 42.0
    latent_std: float = 1.0
    resolution_multiple: float = 42.67
    latent_dim_scale: float = 10.67


class LocalCatalogue:
    """The checkpoints of this machine: the built-in one and those in the person's folders.

    ``builtin`` holds ``wuerstchen`` and ``wuerstchen-prior``. Each of ``folders`` may hold
    checkpoints, be one half of one, a prior by itself, or a Hugging Face cache. ``caches`` are the
    hub's own: others fetched there, too, and what is not whole in them concerns nobody. Looks at
    the disk at every call.
    """

    def __init__(self, builtin: Path, folders: Sequence[Path], caches: Sequence[Path] = ()) -> None:
        self._builtin = builtin
        self._folders = tuple(folders)
        self._caches = tuple(cache for cache in caches if cache not in self._folders)

    def checkpoints(self) -> tuple[CheckpointInfo, ...]:
        """Every checkpoint found, the built-in one first; also those that cannot be used."""
        every = self.every()
        return tuple(info for info in every if info.complete or not self._is_cached(info))

    def every(self) -> tuple[CheckpointInfo, ...]:
        """The same with what is not whole in the caches."""
        builtin = [replace(info, built_in=True) for info in checkpoints_in(self._builtin)]
        places = (*self._folders, *self._caches)
        return tuple(_combined([search(folder) for folder in places], builtin))

    def _is_cached(self, info: CheckpointInfo) -> bool:
        return any(info.path.is_relative_to(cache) for cache in self._caches)

    def find(self, name_or_folder: str) -> CheckpointInfo:
        """The usable checkpoint of that name or in that folder, or ``CheckpointError``."""
        known = self.every()
        info = next((info for info in known if info.name == name_or_folder), None)
        if info is None:
            info = self._in_folder(name_or_folder, known)
        if not info.complete:
            raise CheckpointError(
                f"The checkpoint “{info.title}” cannot be used. {info.problem}",
                "Fetch the damaged or missing file again, or choose another checkpoint.",
            )
        return info

    def _in_folder(self, text: str, known: Sequence[CheckpointInfo]) -> CheckpointInfo:
        try:
            folder = Path(text).expanduser()
            found = checkpoints_in(folder, known) if text and folder.is_dir() else []
        except (OSError, ValueError, RuntimeError):  # no home, NUL, too long
            found = []
        same = {_place(info): info for info in known}
        found = [same.get(_place(info), info) for info in found]
        if found:
            return next((info for info in found if info.complete), found[0])
        names = ", ".join(info.name for info in known if info.complete) or "none"
        raise CheckpointError(
            f"There is no checkpoint “{text[:200]}”.",
            f"Known are: {names}. A folder that holds one will do as well.",
        )


def checkpoints_in(folder: Path, others: Sequence[CheckpointInfo] = ()) -> list[CheckpointInfo]:
    """The checkpoints in a folder, or whose half or prior it is, by name.

    A prior by itself is also combined with ``others``.
    """
    return list(_combined([search(folder)], beside=others))


def describe(
    decoder_folder: Path, prior_folder: Path, prior_weights: Path | None = None
) -> CheckpointInfo:
    """What a pair of folders is: checked, and with what its ``wurstdesk.json`` says of it.

    ``prior_weights`` is a prior by itself that takes the place of the pair's own.
    """
    name = line(own_name(decoder_folder), 64) or "checkpoint"
    info = CheckpointInfo(name=name, title=name, path=decoder_folder, prior_path=prior_folder)
    note, path = "", prior_folder / DESCRIPTION
    try:
        info = replace(info, **fields_of(read_json(path))) if path.exists() else info
    except (Unusable, OSError) as error:
        note = f"What {path} says was ignored: {error}"
    if prior_weights is not None:
        info = _with_prior(info, prior_weights)
    info = with_usual_words(info)
    problem, kind = problem_of(info), said_shape(info.prior_folder)
    return replace(info, complete=not problem, problem=problem or note, prior_kind=kind)


def read_indexes(info: CheckpointInfo) -> Indexes:
    """The checkpoint's own latent_mean, latent_std, resolution_multiple and latent_dim_scale."""
    given: dict[str, float] = {}
    places = {
        info.prior_path: ("latent_mean", "latent_std", "resolution_multiple"),
        info.path: ("latent_dim_scale",),
    }
    for folder, names in places.items():
        path = folder / "model_index.json"
        if not path.exists():
            continue
        try:
            index = read_json(path)
        except Unusable as error:
            raise CheckpointError(str(error)) from None
        for name in names:
            value = index.get(name)
            if value is None:
                continue
            if not is_number(value) or (value < LEAST_SCALE and name != "latent_std"):
                raise CheckpointError(f"In {path}, {name} is not a number that can be used.")
            given[name] = float(value)
    return Indexes(**given)


def fingerprint(info: CheckpointInfo) -> tuple[tuple[str, int, int], ...]:
    """Changes when a file of the checkpoint does: names, sizes and times."""
    marks = []
    for _, path in _files(info):
        with suppress(OSError):  # gone since its folder was read: that is a change as well
            status = path.stat()
            marks.append((str(path), status.st_size, status.st_mtime_ns))
    return tuple(marks)


def content_hash(info: CheckpointInfo) -> str:
    """SHA-256 over the names and hashes of all files, sorted; at once.

    "" for a large checkpoint that nobody has read since it changed (``calculate_content_hash``):
    that would take longer than a picture. A prior by itself counts as the file that it takes the
    place of.
    """
    try:
        files = list(_files(info))
        is_small = sum(path.stat().st_size for _, path in files) <= HASHED_BYTES
        known = {
            path: HASHES.known(path) or (HASHES.calculate(path) if is_small else "")
            for _, path in files
        }
    except OSError:  # it vanishes just now; who loads it next will say so
        return ""
    return _whole_hash(files, known) if all(known.values()) else ""


def calculate_content_hash(
    info: CheckpointInfo, tell: Tell = tell_nobody, is_cancelled: IsCancelled = never
) -> str:
    """The same for a checkpoint of any size: reads what is not known yet, and remembers it.

    Raises ``GenerationCancelled``, and ``StorageError`` where a file cannot be read.
    """
    done = 0

    def count(size: int) -> None:
        nonlocal done
        done += size
        tell(done, total)
        if is_cancelled():
            raise GenerationCancelled

    try:
        files = list(_files(info))
        known = {path: HASHES.known(path) for _, path in files}
        new = [path for path, sha256 in known.items() if not sha256]
        total = sum(path.stat().st_size for path in new)
        for path in new:
            known[path] = HASHES.calculate(path, count)
    except OSError as error:
        raise StorageError(
            f"{error.filename or info.path} cannot be read: {error.strerror or said_by(error)}.",
            "Check that its disk is there.",
        ) from error
    finally:
        HASHES.keep()
    return _whole_hash(files, known)


def _whole_hash(files: Sequence[tuple[str, Path]], known: Mapping[Path, str]) -> str:
    whole = hashlib.sha256()
    for name, path in files:
        whole.update(f"{name} {known[path]}\n".encode())
    return whole.hexdigest()


def _files(info: CheckpointInfo) -> Iterator[tuple[str, Path]]:
    """What the pictures depend on: the components' files and the indexes, by name, sorted."""
    for half, folder in (("decoder", info.path), ("prior", info.prior_path)):
        named = {
            path.relative_to(folder).as_posix(): path
            for path in (*folder.glob("model_index.json"), *folder.glob("*/*"))
        }
        if half == "prior" and info.prior_weights is not None:
            own = f"{PRIOR.folder}/"
            named = {name: path for name, path in named.items() if not name.startswith(own)}
            files = (*info.prior_weights.glob(PRIOR.config), *_weights_in(info.prior_weights))
            named |= {own + path.name: path for path in files}
        for name in sorted(named):
            if named[name].suffix in _HASHED and named[name].is_file():
                yield f"{half}/{name}", named[name]


def _weights_in(prior_weights: Path) -> Iterator[Path]:
    yield from prior_weights.glob(f"{PRIOR.weights}*")


def _combined(
    founds: Sequence[Found],
    known: Sequence[CheckpointInfo] = (),
    beside: Sequence[CheckpointInfo] = (),
) -> Iterator[CheckpointInfo]:
    """What is known and what was found, each once and under a name of its own; then what the
    priors by themselves make of that, and of what stands ``beside``."""
    seen: set[object] = set()

    def new(infos: Iterable[CheckpointInfo]) -> Iterator[CheckpointInfo]:
        for info in infos:
            if _place(info) not in seen:
                seen.add(_place(info))
                yield info

    pairs = [pair for found in founds for pair in found.pairs]
    whole = list(_with_names_apart(new((*known, *(describe(*pair) for pair in pairs)))))
    further = [describe(*pair) for found in founds for pair in found.beside]
    bases = (*whole, *beside, *further)
    for prior in (prior for found in founds for prior in found.priors):
        whole += new(list(_made_with(prior, bases)))
    return _with_names_apart(whole)


def _made_with(prior: Path, whole: Sequence[CheckpointInfo]) -> Iterator[CheckpointInfo]:
    """The checkpoints that a prior by itself makes, or one that says what it lacks."""
    # The built-in one is a world of its own, whatever its shape.
    usual = [info for info in whole if info.prior_weights is None and not info.built_in]
    fitting = [info for info in usual if can_take_the_prior(info, prior)]
    # A copy of a checkpoint takes it only where the checkpoint itself is gone.
    fitting = [info for info in fitting if not info.copy_of] or fitting
    for info in fitting:
        combined = replace(_with_prior(info, prior), built_in=False, complete=True, problem="")
        problem = problem_of(combined)
        kind = said_shape(prior)
        yield replace(combined, complete=not problem, problem=problem, prior_kind=kind)
    if fitting:
        return
    name = line(own_name(prior), 64) or "prior"
    lacks = "it needs a whole checkpoint beside it, with decoder, text encoders and tokenizers"
    if usual:
        lacks += f", of the same configuration ({said_shape(prior)})"
    yield CheckpointInfo(
        name=name,
        title=name,
        path=prior,
        prior_path=prior,
        prior_weights=prior,
        complete=False,
        problem=f"{prior} holds a prior (Stage C) and nothing else: {lacks}.",
    )


def _with_prior(info: CheckpointInfo, prior: Path) -> CheckpointInfo:
    """A checkpoint with another prior than its own, under a name that says so."""
    name = own_name(prior)
    for own in filter(None, (info.name, info.copy_of, own_name(info.path))):
        name = name.removeprefix(f"{own}-")
    name = as_name(name)
    return replace(
        info,
        name=line(f"{info.name}+{name}", 64),
        title=line(f"{info.title} with {name}", 100),
        prior_weights=prior,
        copy_of="",
        copy_of_hash="",
        copy_dtype="",
    )


def _place(info: CheckpointInfo) -> tuple[Path | None, ...]:
    """What two infos of the same checkpoint have in common."""
    weights = info.prior_weights
    # Not Path.resolve: it raises for a link that leads to itself.
    return tuple(
        Path(os.path.realpath(path)) if path is not None else None
        for path in (info.path, info.prior_path, weights)
    )


def _with_names_apart(found: Iterable[CheckpointInfo]) -> Iterator[CheckpointInfo]:
    taken: set[str] = set()
    for info in found:
        name, number = info.name, 2
        while name in taken:
            name, number = f"{info.name}-{number}", number + 1
        taken.add(name)
        yield replace(info, name=name)
