"""The checkpoints on this machine, and the work on them: find, bring in, verify, convert, remove.

Without Qt, and without torch but for ``convert``. Nothing here opens a connection: what a repair
would fetch is said as an order (``engine.fetch`` carries it out).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from wurstdesk.engine.checkpoint_description import as_name
from wurstdesk.engine.checkpoint_folders import hub_caches
from wurstdesk.engine.fetch.places import discard
from wurstdesk.engine.half_copy import copy_to_half, usual_place
from wurstdesk.engine.model_files import LocalCatalogue, calculate_content_hash
from wurstdesk.engine.shelf_items import items_of, unfinished_in
from wurstdesk.engine.shelf_loose import plan_files
from wurstdesk.engine.shelf_manifest import Manifest
from wurstdesk.engine.shelf_plan import Draft, loose_files, plan_folder
from wurstdesk.engine.shelf_remove import remove
from wurstdesk.engine.shelf_take import take
from wurstdesk.engine.shelf_verify import verify
from wurstdesk.errors import CheckpointError, GenerationCancelled
from wurstdesk.generation import CheckpointInfo
from wurstdesk.generation.fetching import HalfPrecision
from wurstdesk.generation.shelf import (
    ImportPlan,
    ImportReport,
    ImportWay,
    IsCancelled,
    ShelfItem,
    Tell,
    UnfinishedFetch,
    VerifyReport,
    never,
    tell_nobody,
)


class CheckpointShelf:
    """A ``generation.shelf.Shelf``. Looks at the disk at every call, in any thread.

    ``ours`` is the models folder; ``yours`` gives the person's folders at the moment it is asked.
    """

    def __init__(
        self,
        builtin: Path,
        ours: Path,
        yours: Callable[[], Sequence[Path]] = tuple,
        *,
        environ: Mapping[str, str] = os.environ,
        manifest: Manifest | None = None,
    ) -> None:
        self._builtin = builtin
        self._ours = ours.absolute()
        self._yours = yours
        self._environ = environ
        self._manifest = manifest

    @property
    def ours(self) -> Path:
        """The folder into which checkpoints are fetched and brought."""
        return self._ours

    def searched(self) -> tuple[Path, ...]:
        """The folders that are looked through, whether they are there or not."""
        return (self._ours, *self._yours(), *hub_caches(self._environ))

    def items(self, *further: Path) -> tuple[ShelfItem, ...]:
        """Everything found, also in ``further`` folders: the built-in checkpoint, whole ones,
        partial and broken ones, then priors by themselves."""
        return tuple(items_of(self._catalogue(*further).every(), self._ours))

    def find(self, name_or_folder: str) -> ShelfItem:
        """One of them by its name or any of its folders. Raises ``CheckpointError``."""
        items = self.items()
        for item in items:
            if item.info.name == name_or_folder:
                return item
        with suppress(OSError, ValueError, RuntimeError):  # no home, NUL, too long
            folder = Path(name_or_folder).expanduser().absolute()
            if name_or_folder and folder.is_dir():
                place = os.path.realpath(folder)
                for item in (*items, *self.items(folder)):
                    named = {os.path.realpath(own) for own in item.folders}
                    if place in named or place in {os.path.dirname(own) for own in named}:  # noqa: PTH120
                        return item
        names = ", ".join(item.info.name for item in items) or "none"
        raise CheckpointError(
            f"There is no checkpoint “{name_or_folder[:200]}”.",
            f"Known are: {names}. A folder that holds one will do as well.",
        )

    def unfinished(self) -> tuple[UnfinishedFetch, ...]:
        """The fetches that are not over, whether they are under way or were broken off."""
        return tuple(unfinished_in(self._ours))

    def discard(self, unfinished: UnfinishedFetch) -> int:
        """Throw one away; gives how many bytes that freed.

        Raises ``UserError`` where it is under way just now or cannot be removed.
        """
        discard(unfinished.order)
        return unfinished.bytes_on_disk

    def recognise(self, paths: Sequence[Path], name: str = "") -> ImportPlan:
        """What files and folders that somebody brought are; writes nothing.

        ``name`` is what the checkpoint or prior is to be called. Raises ``CheckpointError``.
        """
        draft = Draft(self._ours)
        wanted = as_name(name) if name else ""
        loose: list[Path] = []
        for given in paths:
            path = given.absolute()
            if path.is_dir():
                if not plan_folder(path, draft, wanted):
                    loose += loose_files(path, draft)
            elif path.is_file():
                loose.append(path)
            else:
                draft.refuse(path, "it is not there")
        if loose:
            plan_files(loose, draft, wanted, self.items())
        return draft.finished()

    def take(
        self,
        plan: ImportPlan,
        way: ImportWay = "copy",
        tell: Tell = tell_nobody,
        is_cancelled: IsCancelled = never,
    ) -> ImportReport:
        """Copy or link what was recognised. A file that is not what its record says stays away.

        Raises ``StorageError`` and ``GenerationCancelled``; then nothing of it is there.
        """
        taken = take(plan, self._ours, self._known(), way, tell, is_cancelled)
        folders = {self._ours / piece.target.parts[0] for piece in plan.pieces}
        items = tuple(
            item
            for item in self.items()
            if folders & {item.info.path, item.info.prior_path, item.info.prior_weights}
        )
        return ImportReport(items, tuple(taken.paths), tuple(taken.damaged))

    def verify(
        self, item: ShelfItem, tell: Tell = tell_nobody, is_cancelled: IsCancelled = never
    ) -> VerifyReport:
        """Compare every file with what it has to be. Raises ``StorageError`` and
        ``GenerationCancelled``."""
        return verify(item, self._known(), self._ours, tell, is_cancelled)

    def convert(
        self,
        item: ShelfItem,
        dtype: HalfPrecision = "float16",
        target: Path | None = None,
        tell: Tell = tell_nobody,
        is_cancelled: IsCancelled = never,
    ) -> ShelfItem:
        """Copy a whole checkpoint in half precision; gives the copy.

        Raises ``StorageError``, ``CheckpointError`` and ``GenerationCancelled``. Imports torch.
        """

        def check() -> None:
            if is_cancelled():
                raise GenerationCancelled

        if item.kind == "prior" or item.state != "complete":
            raise CheckpointError(
                f"“{item.info.title}” cannot be converted. {item.problem}".strip(),
                "Only a whole checkpoint can be; a prior is converted together with one.",
            )
        folder = target or usual_place(item.info, self._ours, dtype)
        copy = copy_to_half(item.info, folder, dtype, check=check, tell=tell)
        return next(made for made in self.items(folder) if made.info.path == copy.path)

    def remove(self, item: ShelfItem) -> int:
        """Delete an item from the disk; gives how many bytes that freed.

        In the hub's cache its own client does it. Raises ``StorageError``, also where the item
        is not ours to remove (``keep_reason``).
        """
        return remove(item, self._ours)

    def content_hash(
        self, info: CheckpointInfo, tell: Tell = tell_nobody, is_cancelled: IsCancelled = never
    ) -> str:
        """SHA-256 over all files of a checkpoint; read once, then remembered.

        Raises ``StorageError`` and ``GenerationCancelled``.
        """
        return calculate_content_hash(info, tell, is_cancelled)

    def _catalogue(self, *further: Path) -> LocalCatalogue:
        folders = (self._ours, *self._yours(), *further)
        return LocalCatalogue(self._builtin, folders, hub_caches(self._environ))

    def _known(self) -> Manifest:
        if self._manifest is None:
            self._manifest = Manifest.published()
        return self._manifest
