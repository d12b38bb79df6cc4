"""The checkpoints on this machine as the window shows them, and the long work on them.

The disk is looked at in one thread and worked on in another: what is there can be seen while files
are compared, copied or converted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any

from PySide6.QtCore import QLocale, QObject, Signal, Slot

from wurstdesk.generation.fetching import HalfPrecision
from wurstdesk.generation.shelf import (
    ImportPlan,
    ImportReport,
    ImportWay,
    Shelf,
    ShelfItem,
    UnfinishedFetch,
    VerifyReport,
)
from wurstdesk.session.failures import Failure
from wurstdesk.session.form import RequestForm
from wurstdesk.session.keeper import WorkKeeper
from wurstdesk.session.shelf_work import (
    Convert,
    Look,
    Recognise,
    Remove,
    Seen,
    Take,
    Task,
    Verify,
    Work,
    fitting,
    holds,
)


def _forget(_answer: Any) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a work, in words."""

    text: str
    hint: str = ""
    is_problem: bool = False
    details: str = ""


class CheckpointShelf(QObject):
    """What lies on the disk, what is chosen of it, and one work on it at a time."""

    changed = Signal()
    """What is there."""
    chosen_changed = Signal()
    """Which one is looked at, or what is known of it."""
    work_changed = Signal()
    """What is being done, how far it is, and what came of it."""
    recognised = Signal(object)
    """``ImportPlan``: what was brought, before it is taken."""
    verified = Signal(object)
    """``VerifyReport``"""
    disk_changed = Signal()
    """Checkpoints came, went or changed: the catalogue has to be read anew."""
    release_wanted = Signal()
    """A checkpoint is about to go: nobody should hold its files."""
    failed = Signal(object)
    """``Failure``, a bug."""

    _told = Signal(object, object)

    def __init__(
        self, shelf: Shelf, models_folder: Path, form: RequestForm, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._shelf = shelf
        self._form = form
        self.models_folder = models_folder
        self._looker, self._worker = WorkKeeper(self), WorkKeeper(self)
        self._end = Event()
        self._then: Callable[[Any], None] = _forget
        self._is_looking = self._look_again = False
        self._wanted: frozenset[Path] = frozenset()
        self._pointed_at: frozenset[Path] = frozenset()
        self._reports: dict[str, VerifyReport] = {}
        self.items: tuple[ShelfItem, ...] = ()
        self.unfinished: tuple[UnfinishedFetch, ...] = ()
        self.is_known = False
        self.free_bytes = 0
        self.chosen_name = ""
        self.what = ""
        """What is being done, in words; "" for nothing."""
        self.done = self.total = 0
        self.outcome = Outcome("")
        self._told.connect(self._on_told)
        form.checkpoint_changed.connect(self._on_checkpoints)
        self._looker.failed.connect(self.failed)

    # -- what is there ----------------------------------------------------------------------

    @property
    def chosen(self) -> ShelfItem | None:
        """The one that is looked at."""
        return next((item for item in self.items if item.info.name == self.chosen_name), None)

    @property
    def is_busy(self) -> bool:
        """Whether something is being done."""
        return bool(self.what)

    def report_of(self, item: ShelfItem) -> VerifyReport | None:
        """What came of verifying it, in this session and since it last changed."""
        report = self._reports.get(item.info.name)
        return report if report is not None and report.item == item else None

    @Slot()
    def look(self) -> None:
        """Look at the disk, or once more after this time."""
        if self._is_looking:
            self._look_again = True
            return
        self._is_looking = True
        self._looker.do(Look(self._shelf, self.models_folder), self._on_seen, self._on_unseen)

    @Slot()
    def look_anew(self) -> None:
        """Look at it, and forget what was known of files: they may be others by now."""
        self._reports.clear()
        self.look()

    def choose(self, name: str) -> None:
        """Look at one of them."""
        if name != self.chosen_name:
            self.chosen_name = name
            self.chosen_changed.emit()

    def point_at(self, folders: Sequence[Path]) -> None:
        """Choose what is in these folders when the disk is looked at the next time."""
        self._pointed_at = frozenset(folders)

    def is_used(self, item: ShelfItem) -> bool:
        """Whether the next picture is drawn with it."""
        info = self._form.checkpoint
        return info is not None and holds(info, item)

    def can_use(self, item: ShelfItem) -> bool:
        """Whether pictures can be drawn with it."""
        return item.state == "complete" and (item.kind == "checkpoint" or bool(item.fits))

    def use(self, item: ShelfItem) -> None:
        """Draw with it from now on."""
        self.use_folders((item.info.path,))

    def use_folders(self, folders: Sequence[Path]) -> None:
        """Draw with what lies in these folders, as soon as the catalogue knows it."""
        self._wanted = frozenset(folders)
        self._on_checkpoints()
        if self._wanted:
            self.disk_changed.emit()  # it may have come just now

    def found_elsewhere(self) -> tuple[ShelfItem, ...]:
        """Whole checkpoints that are neither built in nor were fetched by us."""
        return tuple(
            item
            for item in self.items
            if item.kind == "checkpoint" and item.state == "complete" and not item.info.built_in
        )

    # -- work -------------------------------------------------------------------------------

    def verify(self, item: ShelfItem) -> None:
        """Compare every file with what it has to be."""
        self._begin(
            self.tr("Reading {0}").format(item.info.title),
            Verify(self._shelf, item),
            self._on_verified,
        )

    def convert(self, item: ShelfItem, dtype: HalfPrecision) -> None:
        """Make a copy in half precision."""
        self._begin(
            self.tr("Converting {0}").format(item.info.title),
            Convert(self._shelf, item, dtype),
            self._on_converted,
        )

    def remove(self, item: ShelfItem) -> None:
        """Delete it from the disk."""
        self.release_wanted.emit()
        self._begin(
            self.tr("Removing {0}").format(item.info.title),
            Remove(self._shelf, item),
            self._on_removed,
        )

    def recognise(self, paths: Sequence[Path]) -> None:
        """Find out what was brought; ``recognised`` tells it."""
        self._begin(
            self.tr("Looking at the files"), Recognise(self._shelf, tuple(paths)), self._on_plan
        )

    def take(self, plan: ImportPlan, way: ImportWay) -> None:
        """Copy or link what was recognised."""
        what = self.tr("Copying") if way == "copy" else self.tr("Linking")
        self._begin(what, Take(self._shelf, plan, way), self._on_taken)

    def cancel(self) -> None:
        """Call off what is being done; nothing of it stays."""
        self._end.set()

    def say(self, outcome: Outcome) -> None:
        """Show a sentence where the outcome of works is shown."""
        self.outcome = outcome
        self.work_changed.emit()

    def close(self) -> None:
        """Call off what is being done, and wait for that."""
        self._end.set()
        self._worker.close()
        self._looker.close()

    def _begin(self, what: str, work: Work, then: Callable[[Any], None]) -> None:
        if self.is_busy:
            return
        self._end = Event()
        self.what, self.done, self.total = what, 0, 0
        self.outcome = Outcome("")
        self.work_changed.emit()
        self._then = then
        task = Task(work, self._told.emit, self._end)
        self._worker.do(task, self._on_done, self._on_failed)

    @Slot(object)
    def _on_done(self, answer: Any) -> None:
        self.what = ""
        if answer is None:
            self.outcome = Outcome(self.tr("Cancelled. Nothing was changed."))
        else:
            self._then(answer)
        self.work_changed.emit()

    @Slot(object, object)
    def _on_told(self, done: int, total: int) -> None:
        if self.is_busy:
            self.done, self.total = done, total
            self.work_changed.emit()

    # -- what came of it --------------------------------------------------------------------

    @Slot(object)
    def _on_seen(self, seen: Seen) -> None:
        self._is_looking = False
        self.items, self.unfinished = seen.items, seen.unfinished
        self.free_bytes, self.is_known = seen.free, True
        for item in self.items:
            if self._pointed_at & {item.info.path, item.info.prior_path}:
                self.chosen_name, self._pointed_at = item.info.name, frozenset()
        if self.chosen is None:
            used = next((item for item in self.items if self.is_used(item)), None)
            first = used or next(iter(self.items), None)
            self.chosen_name = first.info.name if first is not None else ""
        self.changed.emit()
        self.chosen_changed.emit()
        self._if_asked_again()

    @Slot(object)
    def _on_unseen(self, failure: Failure) -> None:
        self._is_looking, self.is_known = False, True
        self._show_failure(failure)
        self.changed.emit()
        self._if_asked_again()

    def _if_asked_again(self) -> None:
        if self._look_again:
            self._look_again = False
            self.look()

    @Slot()
    def _on_checkpoints(self) -> None:
        if self._wanted:
            info = fitting(self._form.checkpoints, self._wanted, self._form.checkpoint)
            if info is not None:
                self._wanted = frozenset()
                self._form.choose_checkpoint(info.name)
        self.chosen_changed.emit()

    def _on_verified(self, report: VerifyReport) -> None:
        self._reports[report.item.info.name] = report
        self.outcome = Outcome(report.sentence, is_problem=not report.is_good)
        self.chosen_changed.emit()
        self.verified.emit(report)

    def _on_converted(self, copy: ShelfItem) -> None:
        self.outcome = Outcome(self.tr("{0} is made.").format(copy.info.title))
        self.chosen_name = copy.info.name
        self._tell_disk_changed()

    def _on_removed(self, freed: int) -> None:
        words = bytes_words(freed)
        self.outcome = Outcome(self.tr("Removed. {0} are free again.").format(words))
        self._tell_disk_changed()

    def _on_plan(self, plan: ImportPlan) -> None:
        self.recognised.emit(plan)

    def _on_taken(self, report: ImportReport) -> None:
        names = ", ".join(item.info.title for item in report.items)
        damaged = "\n".join(f"{file.path.name}: {file.reason}" for file in report.damaged)
        text = self.tr("{0} is here.").format(names) if names else self.tr("Nothing was taken.")
        missing = [part for item in report.items for part in item.missing]
        hint = self.tr("Still missing: {0}").format(", ".join(missing)) if missing else ""
        if damaged:
            hint = self.tr("Some files are not as they have to be and were left out.")
        self.outcome = Outcome(text, hint, bool(damaged), damaged)
        if report.items:
            self.chosen_name = report.items[0].info.name
        self._tell_disk_changed()

    @Slot(object)
    def _on_failed(self, failure: Failure) -> None:
        self.what = ""
        self._show_failure(failure)
        self.look()

    def _show_failure(self, failure: Failure) -> None:
        self.outcome = Outcome(failure.message, failure.hint, True, failure.details)
        self.work_changed.emit()
        if failure.is_bug:
            self.failed.emit(failure)

    def _tell_disk_changed(self) -> None:
        self.look_anew()
        self.disk_changed.emit()


def bytes_words(count: int) -> str:
    """A size on the disk, as people say it."""
    return QLocale().formattedDataSize(count, 1, QLocale.DataSizeFormat.DataSizeSIFormat)
