"""The long work on the gallery beside the window: export, import, the trash, backups.

One thing at a time, in a thread of its own: painting, searching and saving do not wait for it.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Event
from typing import Any

from PySide6.QtCore import QCoreApplication, QFile, QObject, QTimer, Signal, Slot

from wurstdesk.errors import StorageError
from wurstdesk.gallery.chores import Chores
from wurstdesk.gallery.exporting import ExportOptions, ExportReport
from wurstdesk.gallery.image_files import is_there
from wurstdesk.gallery.importing import ImportReport
from wurstdesk.gallery.trash import EmptiedTrash
from wurstdesk.session.failures import Failure
from wurstdesk.session.keeper import AnyKeeper
from wurstdesk.session.messages import MessageKind, MessageList

_SECONDS_BETWEEN_WORDS = 0.05
_FIRST_TIDYING = 30_000
_SOON = 60_000
_BETWEEN_TIDYINGS = 3_600_000
"""Milliseconds."""
_FEW = 5
"""Of files that failed this many are named; the rest is counted."""

ChoresFactory = Callable[[], Chores]


class _ChoresKeeper(AnyKeeper[Chores]):
    """The thread in which chores are done."""


def to_system_trash(path: Path) -> None:
    """Bring a file to the system's trash; ``StorageError`` where there is none for it."""
    moved, _ = QFile.moveToTrash(str(path)) if is_there(path) else (True, "")
    if not moved:
        raise StorageError(
            f"“{path.name}” could not be moved to the system's trash.",
            "Delete the file by hand, or empty the trash again later.",
        )


class GalleryChores(QObject):
    """What is being done, how far it is, and what came of it in words."""

    changed = Signal()
    """What is being done, or how far it is."""
    gallery_changed = Signal()
    """Pictures came or went."""
    told = Signal(str)
    """A passing remark about what was done."""
    failed = Signal(object)
    """``Failure``: a chore that could not be done at all."""

    _counted = Signal(int, int)

    def __init__(
        self, open_chores: ChoresFactory, messages: MessageList, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._keeper = _ChoresKeeper(open_chores, self)
        self._messages = messages
        self._under_way: deque[tuple[str, Event]] = deque()  # in the order of the keeper's work
        self._end_of_tidying = Event()
        self.what = ""
        """What is being done, in words; "" for nothing."""
        self.done = self.total = 0
        self._is_idle: Callable[[], bool] = bool
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self.tidy)
        self._counted.connect(self._on_counted)

    @property
    def is_busy(self) -> bool:
        """Whether somebody waits for something."""
        return bool(self.what)

    def export(self, ids: Sequence[int], options: ExportOptions) -> None:
        """Write copies of these pictures."""
        line = self._begin(self.tr("Exporting"))
        self._keeper.ask(_Export(tuple(ids), options, line), self._on_exported, self._on_failed)

    def take(self, paths: Sequence[Path], *, in_place: bool = False) -> None:
        """Take pictures and folders of them into the gallery."""
        line = self._begin(self.tr("Importing"))
        self._keeper.ask(_Take(tuple(paths), in_place, line), self._on_taken, self._on_failed)

    def empty_trash(self) -> None:
        """All of the gallery's trash goes to the system's."""
        line = self._begin(self.tr("Emptying the trash"))
        self._keeper.ask(_EmptyTrash(line), self._on_emptied, self._on_failed)

    def start(self, is_idle: Callable[[], bool]) -> None:
        """From now on tidy up by itself, now and then, while ``is_idle`` says that nobody works."""
        self._is_idle = is_idle
        self._timer.start(_FIRST_TIDYING)

    @Slot()
    def tidy(self) -> None:
        """Today's backup, files that came or went, what was in the trash for 30 days."""
        if self.is_busy or not self._is_idle():
            self._timer.start(_SOON)
            return
        self._timer.start(_BETWEEN_TIDYINGS)
        line = _Line(self._counted.emit, self._end_of_tidying)
        self._keeper.ask(_Tidy(line), self._on_tidied, self._on_not_tidied)

    def cancel(self) -> None:
        """End what is being done after the file in hand; what is done stays."""
        if self._under_way:
            self._under_way[0][1].set()

    def close(self) -> None:
        """End it, make the last backup of the day, and wait."""
        self._end_of_tidying.set()
        for _, end in self._under_way:
            end.set()
        if self._timer.isActive():
            self._timer.stop()
            self._keeper.ask(_back_up)
        self._keeper.close()

    # -- the way of all chores --------------------------------------------------------------

    def _begin(self, what: str) -> _Line:
        end = Event()
        self._under_way.append((what, end))
        if len(self._under_way) == 1:
            self._tell_what()
        return _Line(self._counted.emit, end)

    def _finish(self) -> None:
        self._under_way.popleft()
        self._tell_what()

    def _tell_what(self) -> None:
        self.what = self._under_way[0][0] if self._under_way else ""
        self.done = self.total = 0
        self.changed.emit()

    @Slot(int, int)
    def _on_counted(self, done: int, total: int) -> None:
        if self.is_busy:
            self.done, self.total = done, total
            self.changed.emit()

    @Slot(object)
    def _on_failed(self, failure: Failure) -> None:
        self._finish()
        self.failed.emit(failure)

    # -- what came of them ------------------------------------------------------------------

    @Slot(object)
    def _on_exported(self, report: ExportReport) -> None:
        self._finish()
        count = len(report.written)
        folder = report.written[0].parent.name if report.written else ""
        if count == 1:
            self.told.emit(self.tr("Exported as {0}").format(report.written[0].name))
        elif count:
            self.told.emit(self.tr("{0} pictures are in “{1}”.").format(count, folder))
        elif report.is_cancelled:
            self.told.emit(self.tr("Nothing was exported."))
        self._tell_failed(
            self.tr("A picture was not exported."),
            self.tr("{0} pictures were not exported."),
            [self.tr("Picture {0}: {1}").format(number, why) for number, why in report.failed],
        )

    @Slot(object)
    def _on_taken(self, report: ImportReport) -> None:
        self._finish()
        self.told.emit(import_words(report))
        self._tell_failed(
            self.tr("A file was not taken."),
            self.tr("{0} files were not taken."),
            [f"{file.name}: {why}" for file, why in report.failed],
        )
        if report.added or report.found_again:
            self.gallery_changed.emit()

    @Slot(object)
    def _on_emptied(self, emptied: EmptiedTrash) -> None:
        self._finish()
        if emptied.count:
            self.gallery_changed.emit()
        if emptied.count == 1:
            self.told.emit(self.tr("A picture went to the system's trash."))
        else:
            self.told.emit(
                self.tr("{0} pictures went to the system's trash.").format(emptied.count)
            )
        self._tell_failed(
            self.tr("A picture stays in the trash."),
            self.tr("{0} pictures stay in the trash."),
            [why for _, why in emptied.failed],
        )

    @Slot(bool)
    def _on_tidied(self, is_changed: bool) -> None:
        if is_changed:
            self.gallery_changed.emit()

    @Slot(object)
    def _on_not_tidied(self, failure: Failure) -> None:
        """Nobody asked for it, so a busy moment is no news; a bug is."""
        if failure.is_bug:
            self.failed.emit(failure)

    def _tell_failed(self, one: str, many: str, reasons: Sequence[str]) -> None:
        if not reasons:
            return
        hint = reasons[0] if len(reasons) == 1 else ""
        details = "\n".join(reasons[:_FEW])
        if len(reasons) > _FEW:
            details += "\n" + self.tr("… and {0} more").format(len(reasons) - _FEW)
        text = one if len(reasons) == 1 else many.format(len(reasons))
        self._messages.post(MessageKind.PROBLEM, text, hint, details=details)


def import_words(report: ImportReport) -> str:
    """What came of an import, in a sentence."""
    added = len(report.added)
    words = [
        _tr("1 picture added") if added == 1 else _tr("{0} pictures added").format(added),
        _tr("{0} in the gallery already").format(report.duplicates) if report.duplicates else "",
        _tr("{0} found again").format(report.found_again) if report.found_again else "",
    ]
    return ", ".join(filter(None, words)) + "."


def _tr(text: str) -> str:
    return QCoreApplication.translate("GalleryChores", text)


class _Line:
    """How far a chore is, told from its thread, but not more often than somebody can see."""

    def __init__(self, tell: Callable[[int, int], Any], end: Event) -> None:
        self._tell = tell
        self._end = end
        self._last = 0.0

    def tell(self, done: int, total: int) -> None:
        now = time.monotonic()
        if done == total or now - self._last >= _SECONDS_BETWEEN_WORDS:
            self._last = now
            self._tell(done, total)

    def is_cancelled(self) -> bool:
        return self._end.is_set()


class _Export:
    def __init__(self, ids: tuple[int, ...], options: ExportOptions, line: _Line) -> None:
        self._ids, self._options, self._line = ids, options, line

    def __call__(self, chores: Chores) -> ExportReport:
        return chores.export(self._ids, self._options, self._line.tell, self._line.is_cancelled)


class _Take:
    def __init__(self, paths: tuple[Path, ...], in_place: bool, line: _Line) -> None:
        self._paths, self._in_place, self._line = paths, in_place, line

    def __call__(self, chores: Chores) -> ImportReport:
        return chores.take(
            self._paths, self._line.tell, self._line.is_cancelled, in_place=self._in_place
        )


class _Tidy:
    """The work of a quiet moment; whether pictures came or went by it."""

    def __init__(self, line: _Line) -> None:
        self._line = line

    def __call__(self, chores: Chores) -> bool:
        is_cancelled = self._line.is_cancelled
        chores.back_up()
        report = chores.check(is_cancelled=is_cancelled, quick=True)
        emptied = chores.empty_trash(to_system_trash, is_cancelled)
        return bool(report.adopted or report.gone or report.back or emptied.count)


def _back_up(chores: Chores) -> None:
    chores.back_up(refresh=True)


class _EmptyTrash:
    def __init__(self, line: _Line) -> None:
        self._line = line

    def __call__(self, chores: Chores) -> EmptiedTrash:
        return chores.empty_trash(to_system_trash, self._line.is_cancelled, all_of_it=True)
