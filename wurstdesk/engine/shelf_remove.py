"""Deletes a checkpoint from the disk: only what is ours to delete, and never through a link.

A folder gets a hidden name first and is deleted then, so that what is listed is whole at every
moment. In the hub's cache its own client deletes, which knows what other versions still need.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from wurstdesk.engine.checkpoint_folders import repository_of
from wurstdesk.engine.shelf_items import files_below, folders_of, place_of
from wurstdesk.errors import StorageError
from wurstdesk.generation.shelf import ShelfItem

_REMOVED = ".wurstdesk-removed-"
_BY_HAND = "Remove it with the hub's own program (hf cache), which knows this cache."


def remove(item: ShelfItem, ours: Path) -> int:
    """Delete an item; gives how many bytes that freed. Raises ``StorageError``."""
    if item.keep_reason:
        raise StorageError(f"“{item.info.title}” is not removed from here.", item.keep_reason)
    folders = folders_of(item)
    if not folders:
        raise StorageError(f"“{item.info.title}” is not there any more.")
    cached = [folder for folder in folders if repository_of(folder) is not None]
    own = [folder for folder in folders if folder not in cached]
    for folder in own:  # looked at once more: it may have been moved since it was listed
        if place_of(folder, ours) != "ours":
            raise StorageError(f"{folder} is not in Wurstdesk's own folder and stays.")
    strategies = [_strategy(folder) for folder in cached]
    freed = item.bytes_on_disk
    if strategies:
        freed = sum(strategy.expected_freed_size for strategy in strategies)
        _execute(strategies, item)
    _delete(own, ours)
    return freed


def _delete(folders: Sequence[Path], ours: Path) -> None:
    _sweep(folders)
    hidden: list[tuple[Path, Path]] = []
    try:
        for folder in folders:
            if folder.is_symlink():
                folder.unlink()  # the link; what it leads to is somebody else's
                continue
            place = folder.with_name(f"{_REMOVED}{secrets.token_hex(6)}")
            folder.rename(place)
            hidden.append((folder, place))
    except OSError as error:
        for folder, place in hidden:
            with suppress(OSError):
                place.rename(folder)
        raise _failed(error, folders[0]) from error
    for folder, place in hidden:
        try:
            shutil.rmtree(place)
        except OSError as error:
            raise _failed(error, folder) from error
    for parent in {folder.parent for folder in folders}:
        if Path(os.path.realpath(parent)) != Path(os.path.realpath(ours)):
            with suppress(OSError):  # what held both halves, where nothing else is in it
                parent.rmdir()


def _sweep(folders: Sequence[Path]) -> None:
    """What an earlier removal could not finish."""
    for parent in {folder.parent for folder in folders}:
        with suppress(OSError):
            for left in [path for path in parent.iterdir() if path.name.startswith(_REMOVED)]:
                shutil.rmtree(left, ignore_errors=True)


def _failed(error: OSError, folder: Path) -> StorageError:
    return StorageError(
        f"{error.filename or folder} cannot be removed: {error.strerror or type(error).__name__}.",
        "Close what uses it, check that you may write to its folder, then try again.",
    )


def _strategy(snapshot: Path) -> Any:
    """The hub's client's own plan to delete one version of one repository."""
    from huggingface_hub import scan_cache_dir
    from huggingface_hub.errors import CacheNotFound

    repository = repository_of(snapshot)
    assert repository is not None
    _require_own_links(repository)
    try:
        cache = scan_cache_dir(repository.parent)
    except (CacheNotFound, ValueError, OSError) as error:
        raise StorageError(f"{repository.parent} cannot be read.", _BY_HAND) from error
    for repo in cache.repos:
        if repo.repo_path.name == repository.name:
            # Of this one alone: another repository may have a version of the same name.
            return replace(cache, repos=frozenset({repo})).delete_revisions(snapshot.name)
    raise StorageError(f"{repository} is damaged, and files of it may be missing.", _BY_HAND)


def _require_own_links(repository: Path) -> None:
    """The client deletes what links lead to: they have to lead into the repository."""
    own = repository.absolute()
    for file in files_below(repository / "snapshots"):
        if file.is_symlink():
            first = Path(os.path.normpath(file.parent.absolute() / file.readlink()))
            if not first.is_relative_to(own):
                raise StorageError(
                    f"{file} is a link that leaves its place in the hub's cache.", _BY_HAND
                )


def _execute(strategies: Sequence[Any], item: ShelfItem) -> None:
    try:
        for strategy in strategies:
            strategy.execute()
    except OSError as error:
        raise _failed(error, item.info.path) from error
    left = [repo for strategy in strategies for repo in strategy.repos if repo.exists()]
    if left:
        raise StorageError(f"{left[0]} could not be removed as a whole.", _BY_HAND)
