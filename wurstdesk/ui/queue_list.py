"""The queue as a list of cards: what runs, what waits, then what is over, the newest first."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Slot,
)
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from wurstdesk.session.jobs import Job, JobState
from wurstdesk.session.runner import JobRunner
from wurstdesk.ui.i18n import DOT
from wurstdesk.ui.job_words import job_line, prompt_of, running_fraction
from wurstdesk.ui.theme import Colours, colours_of

_GAP = 8
_PAD = 10
_BAR = 5
_LINES = {JobState.WAITING: 2, JobState.FAILED: 4}
"""Lines under the prompt, at most; one for the others."""
_WRAPS = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
_Index = QModelIndex | QPersistentModelIndex


class QueueModel(QAbstractListModel):
    """Jobs as rows; a job that moves is the same row. Rows that wait can be moved."""

    def __init__(self, runner: JobRunner) -> None:
        super().__init__()
        self._runner = runner
        self._jobs: list[Job] = self._wanted()
        runner.queue.changed.connect(self._show)
        runner.times_changed.connect(self._on_times)
        runner.activity_changed.connect(self._on_activity)

    def rowCount(self, parent: _Index | None = None) -> int:
        """How many jobs there are."""
        return 0 if parent is not None and parent.isValid() else len(self._jobs)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The prompt, a tip and what is read aloud; the job itself as user role."""
        job = self.job(index)
        if job is None:
            return None
        if role == Qt.ItemDataRole.UserRole:
            return job
        if role == Qt.ItemDataRole.DisplayRole:
            return prompt_of(job)
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._words(job, 600).replace(DOT, "\n", 1)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._words(job, 120)
        return None

    def flags(self, index: _Index) -> Qt.ItemFlag:
        """What waits can be dragged; between the rows there is room to drop."""
        if not index.isValid():
            return Qt.ItemFlag.ItemIsDropEnabled
        flags = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled
        job = self.job(index)
        if job is not None and job.state is JobState.WAITING:
            flags |= Qt.ItemFlag.ItemIsDragEnabled
        return flags

    def supportedDropActions(self) -> Qt.DropAction:
        """Rows are moved, never copied."""
        return Qt.DropAction.MoveAction

    def moveRows(
        self,
        sourceParent: _Index,  # noqa: N803 - Qt's names
        sourceRow: int,  # noqa: N803
        count: int,
        destinationParent: _Index,  # noqa: N803
        destinationChild: int,  # noqa: N803
    ) -> bool:
        """Move a waiting job before the row ``destinationChild``, as the view does on a drop."""
        del sourceParent, destinationParent
        job = self._jobs[sourceRow] if 0 <= sourceRow < len(self._jobs) else None
        if count != 1 or job is None or job.state is not JobState.WAITING:
            return False
        above = self._jobs[:destinationChild]
        position = sum(other.state is JobState.WAITING and other is not job for other in above)
        self._runner.queue.move(job, position)
        return True

    def job(self, index: _Index) -> Job | None:
        """That of a row."""
        return self._jobs[index.row()] if index.isValid() else None

    def index_of(self, job: Job) -> QModelIndex:
        """Where a job is; no index where it is not."""
        return self.index(self._jobs.index(job)) if job in self._jobs else QModelIndex()

    def _wanted(self) -> list[Job]:
        queue = self._runner.queue
        running = [] if queue.running is None else [queue.running]
        return [*running, *queue.waiting, *reversed(queue.finished)]

    def _words(self, job: Job, limit: int) -> str:
        prompt = prompt_of(job)
        prompt = prompt if len(prompt) <= limit else f"{prompt[:limit]}…"
        hint = job.failure.hint if job.failure is not None else ""
        return DOT.join(filter(None, (prompt, job_line(job, self._runner), hint)))

    @Slot()
    def _show(self) -> None:
        """Take, move and put rows one by one, so that the view keeps its place."""
        wanted, root = self._wanted(), QModelIndex()
        there, known = set(wanted), set(self._jobs)
        for row in reversed(range(len(self._jobs))):
            if self._jobs[row] not in there:
                self.beginRemoveRows(root, row, row)
                del self._jobs[row]
                self.endRemoveRows()
        for row, job in enumerate(wanted):
            if row < len(self._jobs) and self._jobs[row] is job:
                continue
            if job in known:
                before = self._jobs.index(job, row)
                self.beginMoveRows(root, before, before, root, row)  # only ever upwards
                self._jobs.insert(row, self._jobs.pop(before))
                self.endMoveRows()
            else:
                self.beginInsertRows(root, row, row)
                self._jobs.insert(row, job)
                self.endInsertRows()
        self._on_times()

    @Slot()
    def _on_times(self) -> None:
        """All words may be others now."""
        if self._jobs:
            self.dataChanged.emit(self.index(0), self.index(len(self._jobs) - 1))

    @Slot()
    def _on_activity(self) -> None:
        """Only the one that runs, if one does, goes on by itself; it is the first."""
        if self._jobs and self._jobs[0].state is JobState.RUNNING:
            self.dataChanged.emit(self.index(0), self.index(0))


class JobDelegate(QStyledItemDelegate):
    """A card for each job: its prompt, where it stands, and a thin bar for the one that runs."""

    def __init__(self, runner: JobRunner, view: QListView) -> None:
        super().__init__(view)
        self._runner = runner
        self._view = view

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        """As wide as the list and as high as the words need."""
        job: Job = index.data(Qt.ItemDataRole.UserRole)
        width = self._view.viewport().width()
        height = QFontMetrics(_bold(option)).height() + 2
        height += self._line_height(option, job, width - 2 * (_GAP // 2 + _PAD))
        if job.state is JobState.RUNNING:
            height += _BAR + _PAD - 2
        return QSize(width, height + 2 * _PAD - 2 + _GAP)

    def _line_height(self, option: QStyleOptionViewItem, job: Job, width: int) -> int:
        most = _LINES.get(job.state, 1)
        if most == 1:
            return option.fontMetrics.height()
        words = self._wrapping(job)
        need = option.fontMetrics.boundingRect(QRect(0, 0, max(width, 1), 10_000), _WRAPS, words)
        return min(need.height(), most * option.fontMetrics.lineSpacing())

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Paint one card."""
        job: Job = index.data(Qt.ItemDataRole.UserRole)
        colours = colours_of(option.palette)
        half = _GAP // 2
        card = option.rect.adjusted(half, half, -half, -half)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(painter, QRectF(card), option, job, colours)
        inner = card.adjusted(_PAD, _PAD - 1, -_PAD, -_PAD + 1)
        self._paint_words(painter, inner, option, job, colours)
        if job.state is JobState.RUNNING:
            self._paint_bar(painter, inner, colours)
        painter.restore()

    def _paint_ground(
        self,
        painter: QPainter,
        card: QRectF,
        option: QStyleOptionViewItem,
        job: Job,
        colours: Colours,
    ) -> None:
        is_selected = bool(option.state & QStyle.StateFlag.State_Selected)
        has_focus = bool(option.state & QStyle.StateFlag.State_HasFocus)
        colour = colours.border
        if job.state is JobState.RUNNING:
            colour = colours.accent
        if is_selected or has_focus:
            colour = colours.text if has_focus else colours.dim
        painter.setPen(QPen(QColor(colour), 1.5 if is_selected or has_focus else 1))
        is_over = job.state.is_final
        ground = colours.raised if is_selected else colours.window if is_over else colours.field
        painter.setBrush(QColor(ground))
        painter.drawRoundedRect(card.adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)

    def _paint_words(
        self,
        painter: QPainter,
        inner: QRect,
        option: QStyleOptionViewItem,
        job: Job,
        colours: Colours,
    ) -> None:
        bold = _bold(option)
        metrics = QFontMetrics(bold)
        painter.setFont(bold)
        painter.setPen(QColor(colours.dim if job.state.is_final else colours.text))
        prompt = metrics.elidedText(prompt_of(job), Qt.TextElideMode.ElideRight, inner.width())
        first = QRect(inner.left(), inner.top(), inner.width(), metrics.height())
        painter.drawText(first, Qt.TextFlag.TextSingleLine, prompt)
        painter.setFont(option.font)
        painter.setPen(QColor(colours.problem if job.state is JobState.FAILED else colours.dim))
        rest = inner.adjusted(0, metrics.height() + 2, 0, 2)
        if _LINES.get(job.state, 1) > 1:
            painter.drawText(rest, _WRAPS, self._wrapping(job))
        else:
            words, right = job_line(job, self._runner), Qt.TextElideMode.ElideRight
            words = option.fontMetrics.elidedText(words, right, rest.width())
            painter.drawText(rest, Qt.TextFlag.TextSingleLine, words)

    def _wrapping(self, job: Job) -> str:
        """The line under the prompt; of one that waits each fact stays whole."""
        words = job_line(job, self._runner)
        if job.state is not JobState.WAITING:
            return words
        return DOT.join(fact.replace(" ", "\u00a0") for fact in words.split(DOT))

    def _paint_bar(self, painter: QPainter, inner: QRect, colours: Colours) -> None:
        bar = QRectF(inner.left(), inner.bottom() - _BAR + 1, inner.width(), _BAR)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.raised))
        painter.drawRoundedRect(bar, _BAR / 2, _BAR / 2)
        bar.setWidth(bar.width() * min(max(running_fraction(self._runner), 0.0), 1.0))
        painter.setBrush(QColor(colours.accent))
        painter.drawRoundedRect(bar, _BAR / 2, _BAR / 2)


def _bold(option: QStyleOptionViewItem) -> QFont:
    font = QFont(option.font)
    font.setBold(True)
    return font
