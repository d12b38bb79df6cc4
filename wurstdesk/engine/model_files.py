"""Finds checkpoints on disk and says what they are, without torch.

A checkpoint is two folders, ``<x>`` (decoder, vqgan, text_encoder, tokenizer, scheduler) and
``<x>-prior`` (prior, text_encoder, tokenizer, scheduler; optionally previewer and
``wurstdesk.json``), side by side or each in its place in the Hugging Face cache. What the index
calls the library does not matter: each component is loaded by its class from its folder.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from wurstdesk.engine.checkpoint_checks import Unusable, problem_of, read_json
from wurstdesk.errors import CheckpointError
from wurstdesk.generation import MAX_SIDE, SIZE_MULTIPLE, CheckpointInfo

DESCRIPTION = "wurstdesk.json"
LEAST_SCALE = 1e-3
"""Of the numbers in an index that pictures are multiplied with or divided by."""
HASHED_BYTES = 200_000_000
"""Larger checkpoints are not hashed: reading them would take longer than the picture."""

_SUFFIX = "-prior"
_NAME = re.compile(r"[\w][\w .+-]{0,63}")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


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
    checkpoints, be one half of one, or be a Hugging Face cache. Looks at the disk at every call.
    """

    def __init__(self, builtin: Path, folders: Sequence[Path]) -> None:
        self._builtin = builtin
        self._folders = tuple(folders)

    def checkpoints(self) -> tuple[CheckpointInfo, ...]:
        """Every checkpoint found, the built-in one first; also those that cannot be used."""
        found = [replace(info, built_in=True) for info in checkpoints_in(self._builtin)]
        seen = {info.path.resolve() for info in found}
        for folder in self._folders:
            for info in checkpoints_in(folder):
                if info.path.resolve() not in seen:
                    seen.add(info.path.resolve())
                    found.append(info)
        return tuple(_with_names_apart(found))

    def find(self, name_or_folder: str) -> CheckpointInfo:
        """The usable checkpoint of that name or in that folder, or ``CheckpointError``."""
        known = self.checkpoints()
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
            found = checkpoints_in(folder) if text and folder.is_dir() else []
        except (OSError, ValueError, RuntimeError):  # no home, NUL, too long
            found = []
        if found:
            best = next((info for info in found if info.complete), found[0])
            same = (info for info in known if info.path.resolve() == best.path.resolve())
            return next(same, best)
        names = ", ".join(info.name for info in known if info.complete) or "none"
        raise CheckpointError(
            f"There is no checkpoint “{text[:200]}”.",
            f"Known are: {names}. A folder that holds one will do as well.",
        )


def checkpoints_in(folder: Path) -> list[CheckpointInfo]:
    """The checkpoints in a folder, or whose half it is, by name."""
    pairs: dict[Path, tuple[Path, Path]] = {}
    for candidate in _candidates(folder.absolute()):
        with suppress(OSError):  # not for our eyes: lost+found, say
            pair = _pair(candidate)
            if pair is not None:
                pairs.setdefault(pair[0], pair)
    return [describe(*pair) for _, pair in sorted(pairs.items())]


def describe(decoder_folder: Path, prior_folder: Path) -> CheckpointInfo:
    """What a pair of folders is: checked, and with what its ``wurstdesk.json`` says of it."""
    name = _own_name(decoder_folder)
    info = CheckpointInfo(name=name, title=name, path=decoder_folder, prior_path=prior_folder)
    problem = problem_of(decoder_folder, prior_folder)
    if problem:
        info = replace(info, complete=False, problem=problem)
    path = prior_folder / DESCRIPTION
    try:
        return replace(info, **_described(read_json(path))) if path.exists() else info
    except (Unusable, OSError) as error:
        note = f"What {path} says was ignored: {error}"
        return replace(info, problem=info.problem or note)


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
            if not _is_number(value) or (value < LEAST_SCALE and name != "latent_std"):
                raise CheckpointError(f"In {path}, {name} is not a number that can be used.")
            given[name] = float(value)
    return Indexes(**given)


def fingerprint(info: CheckpointInfo) -> tuple[tuple[str, int, int], ...]:
    """Changes when a file of the checkpoint does: names, sizes and times."""
    return tuple((str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in _files(info))


def content_hash(info: CheckpointInfo) -> str:
    """SHA-256 over the names and hashes of all files, sorted; "" for a large checkpoint."""
    files = list(_files(info))
    if sum(path.stat().st_size for path in files) > HASHED_BYTES:
        return ""
    whole = hashlib.sha256()
    for path in files:
        half = "prior" if path.is_relative_to(info.prior_path) else "decoder"
        base = info.prior_path if half == "prior" else info.path
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        whole.update(f"{half}/{path.relative_to(base).as_posix()} {digest}\n".encode())
    return whole.hexdigest()


def _files(info: CheckpointInfo) -> Iterator[Path]:
    """What the pictures depend on: the components' files and the indexes, sorted."""
    for folder in (info.path, info.prior_path):
        yield from sorted(
            path
            for path in (*folder.glob("model_index.json"), *folder.glob("*/*"))
            if path.suffix in {".json", ".txt", ".safetensors"} and path.is_file()
        )


def _candidates(folder: Path) -> Iterator[Path]:
    """Folders that may be one half of a checkpoint."""
    try:
        if not folder.is_dir():
            return
        yield folder
        for child in sorted(child for child in folder.iterdir() if child.is_dir()):
            yield child
            if child.name.startswith("models--"):
                yield from _snapshot(child)
        if folder.name.startswith("models--"):
            yield from _snapshot(folder)
    except OSError:
        return


def _snapshot(repository: Path) -> Iterator[Path]:
    """The commit that the Hugging Face cache has checked out, or else its newest."""
    snapshots = repository / "snapshots"
    named = repository / "refs" / "main"
    if named.is_file():
        commit = named.read_text(encoding="ascii", errors="replace").strip()
        if re.fullmatch(r"[0-9a-f]{7,64}", commit) and (snapshots / commit).is_dir():
            yield snapshots / commit
            return
    if snapshots.is_dir():
        commits = (commit for commit in snapshots.iterdir() if commit.is_dir())
        yield from sorted(commits, key=lambda commit: commit.stat().st_mtime)[-1:]


def _pair(folder: Path) -> tuple[Path, Path] | None:
    """(decoder folder, prior folder) if ``folder`` is one of the two; the other may be missing."""
    if (folder / "prior").is_dir() and not (folder / "decoder").is_dir():
        return _sibling(folder, wants_prior=False), folder
    if (folder / "decoder").is_dir():
        return folder, _sibling(folder, wants_prior=True)
    return None


def _sibling(folder: Path, *, wants_prior: bool) -> Path:
    repository = folder.parent.parent
    cached = folder.parent.name == "snapshots" and repository.name.startswith("models--")
    own = repository if cached else folder
    if wants_prior:
        other = own.with_name(own.name + _SUFFIX)
    else:
        other = own.with_name(own.name.removesuffix(_SUFFIX))
        if other == own:  # a prior by another name: say what was looked for
            other = own.with_name(own.name + "-decoder")
    return next(_snapshot(other), other) if cached else other


def _own_name(decoder_folder: Path) -> str:
    name = decoder_folder.name
    repository = decoder_folder.parent.parent.name
    if decoder_folder.parent.name == "snapshots" and repository.startswith("models--"):
        name = repository.split("--")[-1]
    return _line(name, 64) or "checkpoint"


def _with_names_apart(found: Iterable[CheckpointInfo]) -> Iterator[CheckpointInfo]:
    taken: set[str] = set()
    for info in found:
        name, number = info.name, 2
        while name in taken:
            name, number = f"{info.name}-{number}", number + 1
        taken.add(name)
        yield replace(info, name=name)


def _described(data: dict[str, Any]) -> dict[str, Any]:
    """The fields of ``wurstdesk.json`` that can be used; raises ``Unusable`` for a bad one."""
    readers: dict[str, Callable[[object], object]] = {
        "name": _name,
        "title": lambda value: _text(value, 100),
        "default_size": _sides,
        "trained_sides": _sides,
        "prior_timesteps": _timesteps,
        "can_draw": lambda value: _text(value, 2000),
        "examples": lambda value: _texts(value, 50, 500),
        "vocabulary": lambda value: frozenset(_texts(value, 20_000, 100)),
        "licence": lambda value: _text(value, 200),
    }
    fields: dict[str, Any] = {}
    for name, read in readers.items():
        value = data.get(name)
        if value is None:
            continue
        try:
            fields[name] = read(value)
        except (TypeError, ValueError, OverflowError):
            raise Unusable(f"its “{name}” is not what belongs there.") from None
    if "name" in fields:
        fields.setdefault("title", fields["name"])
    return fields


def _name(value: object) -> str:
    name = _text(value, 64)
    if not _NAME.fullmatch(name):
        raise ValueError
    return name


def _text(value: object, longest: int) -> str:
    if not isinstance(value, str):
        raise TypeError
    return _line(value, longest)


def _texts(value: object, most: int, longest: int) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise TypeError
    return tuple(_text(item, longest) for item in value[:most])


def _line(text: str, longest: int) -> str:
    printable = text.encode("utf-8", "ignore").decode("utf-8")
    return _UNPRINTABLE.sub("", printable)[:longest].strip()


def _sides(value: object) -> tuple[int, int]:
    if not isinstance(value, list) or len(value) != 2:
        raise TypeError
    for side in value:
        if type(side) is not int or side % SIZE_MULTIPLE or not SIZE_MULTIPLE <= side <= MAX_SIDE:
            raise ValueError
    return value[0], value[1]


def _timesteps(value: object) -> tuple[float, ...]:
    if not isinstance(value, list) or not 2 <= len(value) <= 1001:
        raise TypeError
    if not all(_is_number(time) and 0 <= time <= 1 for time in value):
        raise ValueError
    if any(later >= now for now, later in pairwise(value)):
        raise ValueError
    return tuple(float(time) for time in value)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e30
