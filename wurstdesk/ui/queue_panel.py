"""The queue beside the canvas: what runs, what waits and what is over, and all that can be done."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QSignalBlocker, Qt, Slot
from PySide6.QtGui import (
    QContextMenuEvent,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QListView,
    QMenu,
    QVBoxLayout,
    QWidget,
)

from wurstdesk.session.jobs import Job, JobState
from wurstdesk.session.state import StudioState
from wurstdesk.ui.commands import CommandBook
from wurstdesk.ui.controls import dim_label, line, quiet_button
from wurstdesk.ui.job_words import queue_words
from wurstdesk.ui.queue_list import JobDelegate, QueueModel

_REMOVING_KEYS = {Qt.Key.Key_Delete, Qt.Key.Key_Backspace}
_MOVING_MODIFIERS = Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.ShiftModifier


class QueueView(QListView):
    """The cards. Dragging reorders what waits; Delete takes jobs out."""

    def __init__(self, state: StudioState) -> None:
        super().__init__()
        self._state = state
        self.queue_model = QueueModel(state.runner)
        self._delegate = JobDelegate(state.runner, self)
        self.setModel(self.queue_model)
        self.setItemDelegate(self._delegate)
        self.setAccessibleName(self.tr("Queue"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSelectionMode(QListView.SelectionMode.ExtendedSelection)
        self.setDragDropMode(QListView.DragDropMode.InternalMove)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.setDragDropOverwriteMode(False)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setLayoutMode(QListView.LayoutMode.Batched)  # hundreds of cards, and no pause
        self.viewport().setAutoFillBackground(False)
        state.runner.queue.changed.connect(self.scheduleDelayedItemsLayout)
        self.queue_model.rowsMoved.connect(self._keep_in_sight)

    def chosen(self) -> list[Job]:
        """The selected jobs, from top to bottom."""
        indexes = sorted(self.selectionModel().selectedIndexes(), key=QModelIndex.row)
        return [job for index in indexes if (job := self.queue_model.job(index)) is not None]

    def choose(self, job: Job) -> None:
        """Select one."""
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect
        self.selectionModel().setCurrentIndex(self.queue_model.index_of(job), flags)

    def remove_chosen(self) -> None:
        """Take the selected jobs out of the queue; the one below is selected then."""
        jobs = self.chosen()
        if jobs:
            row = self.queue_model.index_of(jobs[0]).row()
            self._state.queue.remove(jobs)
            below = self.queue_model.index(min(row, self.queue_model.rowCount() - 1))
            job = self.queue_model.job(below)
            if job is not None:
                self.choose(job)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete takes jobs out; all else is a list's."""
        keys = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if event.key() in _REMOVING_KEYS and not keys:
            self.remove_chosen()
        elif keys == _MOVING_MODIFIERS:
            event.ignore()  # a job that can move no further: nothing else gets selected
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Cards are as wide as the list."""
        super().resizeEvent(event)
        self.scheduleDelayedItemsLayout()

    def changeEvent(self, event: QEvent) -> None:
        """Larger text needs higher cards."""
        super().changeEvent(event)
        if event.type() in {QEvent.Type.FontChange, QEvent.Type.StyleChange}:
            self.scheduleDelayedItemsLayout()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Say what will be here while nothing is."""
        super().paintEvent(event)
        if self.queue_model.rowCount():
            return
        painter = QPainter(self.viewport())
        painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
        room = self.viewport().rect().adjusted(16, 20, -16, -16)
        words = self.tr("Nothing waits. Generate again while a picture is made, and it lines up.")
        flags = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignHCenter
        painter.drawText(room, flags, words)
        painter.end()

    @Slot()
    def _keep_in_sight(self) -> None:
        if self.hasFocus():
            self.scrollTo(self.currentIndex())


class QueuePanel(QWidget):
    """The list, how much there is to do, and what holds for all of it."""

    def __init__(self, state: StudioState, book: CommandBook) -> None:
        super().__init__()
        self._state = state
        self._runner = state.runner
        self._book = book
        self.view = QueueView(state)
        self.summary = dim_label()
        self.pause_button = quiet_button("")
        self.clear_button = quiet_button(
            self.tr("Clear"), self.tr("Take everything out that has not begun")
        )
        self.after_box = QCheckBox(self.tr("Stop after this picture"))
        self.repeat_box = QCheckBox(self.tr("Repeat until stopped"))
        self.setFocusProxy(self.view)
        self._lay_out()
        self._add_commands()
        self._connect()
        self._show()

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.pause_button, 1)
        buttons.addWidget(self.clear_button, 1)
        foot = QVBoxLayout()
        foot.setContentsMargins(12, 8, 12, 10)
        foot.setSpacing(8)
        self.summary.setWordWrap(True)
        foot.addWidget(self.summary)
        foot.addLayout(buttons)
        foot.addWidget(self.after_box)
        foot.addWidget(self.repeat_box)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        inset = QVBoxLayout()
        inset.setContentsMargins(8, 6, 8, 4)
        inset.addWidget(self.view)
        column.addLayout(inset, 1)
        column.addWidget(line())
        column.addLayout(foot)

    def _add_commands(self) -> None:
        add, runner = self._book.add, self._runner
        after = add(
            "stop_after",
            "generate",
            self.tr("Stop &after this picture"),
            "Shift+Esc",
            enabled=self._can_stop_after,
            checkable=True,
            tip=self.tr("Finish the picture in hand, then end the job and pause the queue"),
        )
        after.triggered.connect(runner.set_stopping_after)
        pause = add(
            "pause",
            "generate",
            self.tr("Pa&use the queue"),
            "Ctrl+Shift+P",
            enabled=self._can_pause,
            checkable=True,
            tip=self.tr("Let what runs come to its end, and nothing else start"),
        )
        pause.triggered.connect(runner.set_paused)
        repeat = add(
            "repeat",
            "generate",
            self.tr("Repea&t until stopped"),
            "Ctrl+Shift+Return",
            checkable=True,
            tip=self.tr("When all is done, make what is written again with a new seed"),
        )
        repeat.triggered.connect(runner.set_repeating)
        self._add_job_commands()
        for box, action in ((self.after_box, after), (self.repeat_box, repeat)):
            box.setToolTip(action.toolTip())
            box.clicked.connect(action.trigger)
        self.pause_button.setToolTip(pause.toolTip())
        self.pause_button.clicked.connect(pause.trigger)

    def _add_job_commands(self) -> None:
        add, sub = self._book.add, self.tr("&Job in the queue")
        for name, text, key, run, enabled in (
            ("job_up", self.tr("Move &up"), "Alt+Shift+Up", self.move_up, self._can_move_up),
            ("job_down", self.tr("Move &down"), "Alt+Shift+Down", self.move_down, self._can_sink),
            ("job_first", self.tr("Make &next"), "", self.move_first, self._can_move_up),
            ("retry", self.tr("&Try again"), "", self.retry, self._can_retry),
            ("job_settings", self.tr("Use these &settings"), "", self.reuse, self._is_one),
            ("job_remove", self.tr("&Remove"), "", self.view.remove_chosen, self._can_remove),
            ("forget", self.tr("Remove &what is over"), "", self.forget, self._can_forget),
        ):
            keys = (key,) if key else ()
            add(name, "generate", text, *keys, run=run, enabled=enabled, section=2, submenu=sub)

    def _connect(self) -> None:
        self.clear_button.clicked.connect(self._runner.clear_waiting)
        self._runner.activity_changed.connect(self._show)
        self._runner.times_changed.connect(self._show)
        self.view.selectionModel().selectionChanged.connect(self._on_selection)

    # -- commands ---------------------------------------------------------------------------

    @Slot()
    def move_up(self) -> None:
        """The selected job one place up."""
        self._move(-1)

    @Slot()
    def move_down(self) -> None:
        """The selected job one place down."""
        self._move(1)

    @Slot()
    def move_first(self) -> None:
        """The selected job before all that wait."""
        self._move(-len(self._runner.queue.waiting))

    @Slot()
    def retry(self) -> None:
        """Make what is missing of the selected jobs."""
        for job in self.view.chosen():
            self._runner.retry(job)

    @Slot()
    def reuse(self) -> None:
        """Take the settings of the selected job into the panel."""
        for job in self.view.chosen()[:1]:
            self._state.reuse(job.request)

    @Slot()
    def forget(self) -> None:
        """Take everything out of the list that is over."""
        self._runner.queue.forget_finished()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """What can be done with the selected jobs."""
        self._book.refresh()
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for names in (
            ("retry", "job_first", "job_up", "job_down"),
            ("job_settings",),
            ("job_remove", "forget"),
        ):
            menu.addActions([self._book[name] for name in names])
            menu.addSeparator()
        menu.popup(event.globalPos())

    def _move(self, places: int) -> None:
        job = self._one_waiting()
        if job is not None:
            position = self._runner.queue.waiting.index(job) + places
            self._runner.queue.move(job, max(position, 0))

    # -- what can be done -------------------------------------------------------------------

    def _one(self) -> Job | None:
        jobs = self.view.chosen()
        return jobs[0] if len(jobs) == 1 else None

    def _one_waiting(self) -> Job | None:
        job = self._one()
        return job if job is not None and job.state is JobState.WAITING else None

    def _is_one(self) -> bool:
        return self._one() is not None

    def _can_move_up(self) -> bool:
        job = self._one_waiting()
        return job is not None and self._runner.queue.waiting[0] is not job

    def _can_sink(self) -> bool:
        job = self._one_waiting()
        return job is not None and self._runner.queue.waiting[-1] is not job

    def _can_retry(self) -> bool:
        return any(job.can_retry for job in self.view.chosen())

    def _can_remove(self) -> bool:
        return any(job.state is not JobState.RUNNING for job in self.view.chosen())

    def _can_forget(self) -> bool:
        return bool(self._runner.queue.finished)

    def _can_stop_after(self) -> bool:
        return self._runner.is_running and not self._runner.is_stopping

    def _can_pause(self) -> bool:
        queue = self._runner.queue
        return queue.is_paused or queue.running is not None or bool(queue.waiting)

    # -- showing ----------------------------------------------------------------------------

    @Slot()
    def _on_selection(self) -> None:
        self._book.refresh()

    @Slot()
    def _show(self) -> None:
        runner, queue = self._runner, self._runner.queue
        words = queue_words(runner)
        self.summary.setText(words)
        self.summary.setVisible(bool(words))
        self.pause_button.setText(self.tr("Resume") if queue.is_paused else self.tr("Pause"))
        self.pause_button.setEnabled(self._can_pause())
        self.clear_button.setEnabled(bool(queue.waiting))
        self.after_box.setEnabled(self._can_stop_after())
        for name, is_on in (
            ("pause", queue.is_paused),
            ("stop_after", runner.is_stopping_after),
            ("repeat", runner.is_repeating),
        ):
            self._book[name].setChecked(is_on)
        for box, is_on in (
            (self.after_box, runner.is_stopping_after),
            (self.repeat_box, runner.is_repeating),
        ):
            with QSignalBlocker(box):
                box.setChecked(is_on)
