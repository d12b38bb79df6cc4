"""Where checkpoints lie on a disk: pairs of folders, priors by themselves, the hub's cache.

Nothing here opens more than a ``config.json``.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from wurstdesk.engine.checkpoint_checks import DECODER, PRIOR, class_of
from wurstdesk.engine.weight_files import Unusable, read_json

Pair = tuple[Path, Path]
"""A decoder folder and its prior folder; one of the two may be missing."""

_SUFFIX = "-prior"
_REPOSITORY = "models--"
_PASSED_OVER = (".", "datasets--", "spaces--", "kernels--")
_PUBLISHED_PRIOR = "wuerstchen-prior-model"
_DEPTH = 2
"""How far below a folder is looked: so that ``huggingface/hub`` and ``models/copies`` are found."""


@dataclass(frozen=True)
class Found:
    """What a folder holds.

    ``beside`` are the checkpoints that stand next to a prior that was named by itself; they are
    only what it is combined with.
    """

    pairs: tuple[Pair, ...] = ()
    priors: tuple[Path, ...] = ()
    beside: tuple[Pair, ...] = ()


def hub_caches(environ: Mapping[str, str] = os.environ) -> tuple[Path, ...]:
    """Where the hub's own client keeps what it fetched: by the environment, and by default.

    What was fetched before somebody set a variable still lies in the default place.
    """
    named = [environ.get("HF_HUB_CACHE"), environ.get("HUGGINGFACE_HUB_CACHE")]
    homes = [environ.get("HF_HOME")]
    if environ.get("XDG_CACHE_HOME"):
        homes.append(f"{environ['XDG_CACHE_HOME']}/huggingface")
    homes.append("~/.cache/huggingface")
    named += [f"{place}/hub" for place in homes if place]
    caches = []
    for text in filter(None, named):
        with suppress(OSError, RuntimeError, ValueError):  # nobody's “~”, NUL, too long
            path = Path(os.path.expandvars(text)).expanduser().absolute()
            if path.is_dir():
                caches.append(path)
    return tuple(dict.fromkeys(caches))


def search(folder: Path) -> Found:
    """The checkpoints in a folder, or whose half it is, sorted by their paths."""
    folder = folder.absolute()
    found = _walk(folder)
    if found.priors and not found.pairs and _is_one_prior(folder, found):
        return Found(priors=found.priors, beside=_walk(_surroundings(folder)).pairs)
    return found


def own_name(folder: Path) -> str:
    """A folder's name, or that of its repository in the hub's cache."""
    repository = repository_of(folder)
    return repository.name.split("--")[-1] if repository else folder.name


def is_prior_by_itself(folder: Path) -> bool:
    """Whether a folder holds Stage C and nothing else: a config and a file of weights.

    By its name if need be, so that a published one whose config is damaged is not passed over.
    """
    if _is_half(folder) or _is_half(folder.parent):
        return False
    with suppress(Unusable):
        if class_of(read_json(folder / PRIOR.config)) in PRIOR.classes:
            return True
    named = own_name(folder).startswith(_PUBLISHED_PRIOR)
    return named and any(folder.glob(f"{PRIOR.weights}*"))


def _walk(folder: Path) -> Found:
    pairs: dict[Path, Pair] = {}
    priors: dict[Path, Path] = {}
    for candidate in _candidates(folder, _DEPTH):
        with suppress(OSError):  # not for our eyes: lost+found, say
            pair = _pair(candidate)
            if pair is not None:
                pairs.setdefault(pair[0], pair)
            elif is_prior_by_itself(candidate):
                priors.setdefault(candidate, candidate)
    return Found(tuple(pairs[key] for key in sorted(pairs)), tuple(sorted(priors)))


def _candidates(folder: Path, depth: int) -> Iterator[Path]:
    """Folders that may be a half of a checkpoint or a prior."""
    yield folder
    if folder.name.startswith(_REPOSITORY):
        with suppress(OSError):
            yield from _snapshot(folder)
    elif depth and not _is_whole(folder):
        for child in _subfolders(folder):
            yield from _candidates(child, depth - 1)


def _is_whole(folder: Path) -> bool:
    """Whether there is nothing more to be found below."""
    try:
        return _is_half(folder) or is_prior_by_itself(folder)
    except OSError:
        return True


def _subfolders(folder: Path) -> list[Path]:
    found = []
    with suppress(OSError):
        for child in folder.iterdir():
            with suppress(OSError):
                # Hidden ones are caches' locks, and copies that are still being written.
                if not child.name.startswith(_PASSED_OVER) and child.is_dir():
                    found.append(child)
    return sorted(found)


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


def _is_half(folder: Path) -> bool:
    return (folder / DECODER.folder).is_dir() or (folder / PRIOR.folder).is_dir()


def _pair(folder: Path) -> Pair | None:
    """(decoder folder, prior folder) if ``folder`` is one of the two; the other may be missing."""
    if (folder / DECODER.folder).is_dir():
        return folder, _sibling(folder, wants_prior=True)
    if (folder / PRIOR.folder).is_dir():
        return _sibling(folder, wants_prior=False), folder
    return None


def _sibling(folder: Path, *, wants_prior: bool) -> Path:
    repository = repository_of(folder)
    own = repository or folder
    if wants_prior:
        other = own.with_name(own.name + _SUFFIX)
    else:
        other = own.with_name(own.name.removesuffix(_SUFFIX))
        if other == own:  # a prior by another name: say what was looked for
            other = own.with_name(own.name + "-decoder")
    return next(_snapshot(other), other) if repository else other


def repository_of(folder: Path) -> Path | None:
    """The repository in the hub's cache whose snapshot a folder is."""
    repository = folder.parent.parent
    cached = folder.parent.name == "snapshots" and repository.name.startswith(_REPOSITORY)
    return repository if cached else None


def _is_one_prior(folder: Path, found: Found) -> bool:
    """Whether a folder was named for a prior and not for what else may lie in it."""
    return found.priors == (folder,) or folder.name.startswith(_REPOSITORY)


def _surroundings(prior: Path) -> Path:
    return (repository_of(prior) or prior).parent
