"""Where a repository is put: its folder, the hidden one it arrives in, and the lock on both.

A folder gets its name when everything in it is there, so that the checkpoints that are found are
whole. One that was fetched before is brought up to date where it is.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from filelock import FileLock, Timeout

from wurstdesk.engine.fetch.errors import FetchError, of_storage
from wurstdesk.engine.fetch.records import FETCH_RECORD, PART, FetchRecord, SourceRecord
from wurstdesk.generation.fetching import FetchOrder, FetchRepository, HalfPrecision
from wurstdesk.paths import TEMPORARY_PREFIX, ensure_folder

STAGING = f"{TEMPORARY_PREFIX}fetch-"
"""How the hidden folders begin in which repositories arrive."""

_LOCKS = f"{TEMPORARY_PREFIX}locks"
_SHORT = {"float16": "-fp16", "bfloat16": "-bf16"}
_PRIOR = "-prior"


@dataclass(frozen=True)
class Place:
    """``work`` is where files are written, ``final`` the folder's name in the end."""

    repo: str
    work: Path
    final: Path

    @property
    def in_place(self) -> bool:
        """Whether the folder was there before."""
        return self.work == self.final

    def path_of(self, path: str) -> Path:
        """A file's path in the folder it is written to."""
        return self.work / PurePosixPath(path)

    def part_of(self, path: str, content: str) -> Path:
        """Where a file arrives. Named by its content, so that another version's is never taken."""
        target = self.path_of(path)
        return target.with_name(f"{target.name}.{content[:12]}{PART}")


def find_places(order: FetchOrder) -> tuple[Place, ...]:
    """The place of each repository of an order. Raises ``FetchError``."""
    folder, convert = order.models_folder, order.convert
    repos = list(dict.fromkeys(repository.repo_id for repository in order.repositories))
    there = {repo: _there(folder, repo, convert) for repo in repos}
    # Halves find each other by their names: either all bear their owner's, or none does.
    by_owner = any(
        path is not None and path.name == _name(repo, convert, by_owner=True)
        for repo, path in there.items()
    ) or any(
        path is None and _is_taken(folder / _name(repo, convert)) for repo, path in there.items()
    )
    return tuple(_place(folder, repo, there[repo], convert, by_owner=by_owner) for repo in repos)


def staging_folders(models_folder: Path) -> tuple[Path, ...]:
    """The hidden folders of fetches that are not over (each with a ``FetchRecord``)."""
    with suppress(OSError):
        found = models_folder.glob(f"{STAGING}*")
        return tuple(sorted(path for path in found if (path / FETCH_RECORD).is_file()))
    return ()


def discard(order: FetchOrder) -> None:
    """Throw away what an order has left unfinished; what was whole before stays as it is.

    Raises ``FetchError`` where it is being fetched just now, and ``StorageError``.
    """
    places = find_places(order)
    with locked(order.models_folder, places):
        for place in places:
            if not place.in_place:
                shutil.rmtree(place.work, ignore_errors=True)
                continue
            for part in place.work.rglob(f"*{PART}"):
                part.unlink(missing_ok=True)
            if SourceRecord.of(place.work) is not None:
                (place.work / FETCH_RECORD).unlink(missing_ok=True)


@contextmanager
def locked(models_folder: Path, places: Sequence[Place]) -> Iterator[None]:
    """Nobody else fetches into these places meanwhile. Raises ``FetchError``."""
    with ExitStack() as locks:
        folder = ensure_folder(models_folder / _LOCKS)
        for place in places:
            lock = FileLock(folder / f"{place.repo.replace('/', '--')}.lock", timeout=0)
            try:
                lock.acquire()
            except Timeout:
                raise FetchError(
                    f"{place.repo} is being fetched already, by another window or command.",
                    "Wait until that is done, or cancel it there.",
                ) from None
            except NotImplementedError:  # a file system without locks
                continue
            except OSError as error:
                raise of_storage(error, models_folder) from error
            locks.callback(lock.release)
        yield


def make_parent(place: Place, path: Path) -> None:
    """Make the folder that a file of a place goes into. Raises ``FetchError``, ``OSError``."""
    for folder in (path.parent, *path.parent.parents):
        if folder == place.work:
            break
        if folder.is_symlink():
            raise FetchError(
                f"{folder} is a link to another place; files are fetched only into real folders.",
                "Remove the link, or choose another folder.",
            )
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_symlink() and path.name.endswith(PART):
        path.unlink()  # the link, not what it leads to


def reveal(places: Sequence[Place]) -> None:
    """Give finished folders their names. Raises ``FetchError``."""
    for place in places:
        try:
            if not place.in_place:
                with suppress(OSError):
                    place.final.rmdir()  # an empty one
                place.work.rename(place.final)
            (place.final / FETCH_RECORD).unlink(missing_ok=True)
        except OSError as error:
            raise of_storage(error, place.final) from error


def own_name(repo: str) -> str:
    """A repository's name without its owner's."""
    return repo.rpartition("/")[2]


def half_name(name: str, convert: HalfPrecision | None) -> str:
    """A folder's name, with the precision where it belongs so that halves find each other."""
    if convert is None:
        return name
    ending = _PRIOR if name.endswith(_PRIOR) else ""
    return f"{name.removesuffix(_PRIOR)}{_SHORT[convert]}{ending}"


def _place(
    folder: Path, repo: str, there: Path | None, convert: HalfPrecision | None, *, by_owner: bool
) -> Place:
    if there is not None:
        return Place(repo, there, there)
    final = folder / _name(repo, convert, by_owner=by_owner)
    if _is_taken(final):
        raise FetchError(
            f"{final} is there already and is not from {repo}.", "Move it away or rename it."
        )
    return Place(repo, folder / (STAGING + _name(repo, convert, by_owner=True)), final)


def _there(folder: Path, repo: str, convert: HalfPrecision | None) -> Path | None:
    """The folder into which the repository was fetched before."""
    for by_owner in (False, True):
        path = folder / _name(repo, convert, by_owner=by_owner)
        for record in (SourceRecord.of(path), FetchRecord.of(path)):
            if record is not None and (record.repo, record.convert) == (repo, convert or ""):
                return path
    return None


def _name(repo: str, convert: HalfPrecision | None, *, by_owner: bool = False) -> str:
    return half_name(repo.replace("/", "--") if by_owner else own_name(repo), convert)


def _is_taken(path: Path) -> bool:
    try:
        return path.is_symlink() or next(path.iterdir(), None) is not None
    except FileNotFoundError:
        return False
    except OSError:
        return True


def repositories_of(*repo_ids: str) -> tuple[FetchRepository, ...]:
    """Repositories by their names, in their newest versions."""
    return tuple(FetchRepository(repo_id) for repo_id in repo_ids)
