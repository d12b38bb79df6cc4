"""The observable truth of one window: widgets show it and call its actions, nothing else.

``StudioState`` joins the parts, each observable by itself: ``form`` (the request being written),
``queue``, ``round`` (what is being drawn), ``pictures`` (what this session made), ``saving`` and
``messages``.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtGui import QImage

from wurstdesk.errors import UserError
from wurstdesk.generation import (
    CheckpointCatalogue,
    CheckpointInfo,
    Loading,
    Plan,
    StageProgress,
)
from wurstdesk.session.catalogue import CatalogueReader
from wurstdesk.session.failures import Failure
from wurstdesk.session.form import RequestForm, SeedSource, random_seed
from wurstdesk.session.jobs import JobQueue, JobState
from wurstdesk.session.messages import MessageAction, MessageKind, MessageList
from wurstdesk.session.pictures import FinishedPicture, Round, SessionPicture, SessionPictures
from wurstdesk.session.progress import JobProgress
from wurstdesk.session.saving import PictureSaving
from wurstdesk.session.worker import GenerationWorker, GeneratorFactory, SinkFactory
from wurstdesk.settings import Settings

SaveSettings = Callable[[Settings], None]

_CHECKPOINT = "checkpoint"


class StudioState(QObject):
    """Everything the studio's window shows, and everything that can be done in it.

    ``generator_factory`` and ``sink_factory`` are called in the worker's thread, on first need.
    ``catalogue`` is asked in a thread of its own, from ``start()`` on. ``save_settings`` keeps
    settings that were changed. End with ``shutdown()``.
    """

    activity_changed = Signal()
    """What runs, how far it is, what waits."""
    plan_changed = Signal()
    shown_changed = Signal()
    """Which picture the canvas shows."""
    settings_changed = Signal()
    told = Signal(str)
    """A passing remark, for the status line."""
    crashed = Signal(object)
    """A ``Failure`` that is a bug, with its report."""

    def __init__(
        self,
        generator_factory: GeneratorFactory,
        sink_factory: SinkFactory,
        catalogue: CheckpointCatalogue,
        settings: Settings | None = None,
        *,
        save_settings: SaveSettings | None = None,
        pictures_folder: Path | None = None,
        choose_seed: SeedSource = random_seed,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.settings = settings or Settings()
        self.pictures_folder = pictures_folder
        self.form = RequestForm(choose_seed, self)
        self.queue = JobQueue()
        self.round = Round(self)
        self.pictures = SessionPictures(self)
        self.messages = MessageList(self)
        self.plan: Plan | None = None
        self.loading: Loading | None = None
        self.is_stopping = False
        self.job_progress: JobProgress | None = None
        self._shown: int | None = None
        self._is_closed = False
        self._knows_checkpoints = False
        self._save_settings = save_settings
        rate = float(self.settings.preview_max_per_second)
        self._worker = GenerationWorker(generator_factory, sink_factory, rate, self)
        self._reader = CatalogueReader(catalogue, self)
        self.saving = PictureSaving(self._worker, self.pictures, self.messages, self)
        self._rest = QTimer(self)
        self._rest.setObjectName("rest")
        self._rest.setSingleShot(True)
        self._rest.timeout.connect(self._worker.release)
        self._connect_worker()

    def _connect_worker(self) -> None:
        worker = self._worker
        worker.loading.connect(self._on_loading)
        worker.planned.connect(self._on_planned)
        worker.progress.connect(self._on_progress)
        worker.preview.connect(self._on_preview)
        worker.picture_finished.connect(self._on_picture_finished)
        worker.note.connect(self._on_note)
        worker.done.connect(self._on_done)
        worker.failed.connect(self._on_failed)
        worker.cancelled.connect(self._on_cancelled)
        worker.idle.connect(self._on_idle)
        worker.prepare_failed.connect(self._on_prepare_failed)
        worker.released.connect(self._on_released)
        self.saving.told.connect(self.told)
        self.saving.failed.connect(self._on_side_failure)
        self._reader.found.connect(self._on_checkpoints)
        self._reader.failed.connect(self._on_side_failure)

    # -- what is shown ----------------------------------------------------------------------

    @property
    def is_running(self) -> bool:
        """Whether a job is being worked on."""
        return self.queue.running is not None

    @property
    def shown(self) -> SessionPicture | None:
        """The picture that was chosen to be looked at; None where the round is shown."""
        return self.pictures.find(self._shown)

    @property
    def picture_in_view(self) -> SessionPicture | None:
        """The one picture on the canvas: the chosen one, or that of a round of one."""
        return self.shown or self.pictures.find(self.round.only_picture)

    # -- actions ----------------------------------------------------------------------------

    def start(self) -> None:
        """Look for checkpoints, now or again. Call when somebody listens."""
        self._reader.ask()

    def prepare(self) -> None:
        """Load the model before it is needed, so that the first picture is quicker."""
        if not self.is_running:
            self._worker.prepare(self.form.request)

    def generate(self) -> None:
        """Put the request that is written into the queue; it begins at once if nothing runs."""
        if self.form.problem is not None:
            problem = self.form.problem
            self.messages.post(MessageKind.PROBLEM, problem.message, problem.hint)
            return
        if self._knows_checkpoints and not self._has_checkpoint():
            self.start()  # perhaps it was mended meanwhile
            return
        self.form.draw_seed()
        self.queue.add(self.form.request)
        if not self.is_running:
            self.messages.sweep()
            self.show_round()
        self._start_next()

    def stop(self) -> None:
        """End the job that runs, at its next step. What waits comes next."""
        if self.is_running and not self.is_stopping:
            self.is_stopping = True
            self._worker.stop()
            self.activity_changed.emit()

    def release_memory(self) -> None:
        """Give the model's memory back to other programs; the next picture loads it again."""
        self._rest.stop()
        self._worker.release()

    def clear_waiting(self) -> None:
        """Take everything out of the queue that has not begun."""
        if self.queue.cancel_waiting():
            self.activity_changed.emit()

    def show_picture(self, picture_id: int) -> None:
        """Look at one picture of this session."""
        self._show(picture_id if self.pictures.find(picture_id) else None)

    def show_round(self) -> None:
        """Look at what is being drawn, or was drawn last."""
        self._show(None)

    def show_neighbour(self, steps: int) -> None:
        """Look at the picture made after (1) or before (-1) the one in view."""
        ids = [picture.id for picture in self.pictures]
        if not ids:
            return
        now = self.picture_in_view
        if now is None:
            self.show_picture(ids[-1])
        else:
            self.show_picture(ids[min(max(ids.index(now.id) + steps, 0), len(ids) - 1)])

    def reuse(self, picture: SessionPicture) -> None:
        """Take a picture's whole request back into the form."""
        wanted = picture.request.checkpoint
        if self.form.take(picture.request):
            self.told.emit(self.tr("These are the settings that made this picture."))
        else:
            self.messages.post(
                MessageKind.NOTE,
                self.tr("This picture was made with {0}, which is not here.").format(wanted),
                self.tr("The other settings were taken over."),
            )

    def change_settings(self, **values: object) -> None:
        """Put settings into force and keep them."""
        try:
            self.settings = self.settings.changed(**values)
            self.settings_changed.emit()
            if self._save_settings is not None:
                self._save_settings(self.settings)
        except UserError as error:
            self.messages.post(MessageKind.PROBLEM, error.message, error.hint)

    def shutdown(self) -> None:
        """Cancel what runs and wait for both threads; nothing can be asked for afterwards."""
        self._is_closed = True
        self._rest.stop()
        self.queue.cancel_waiting()
        self._worker.close()
        self._reader.close()

    # -- from the worker --------------------------------------------------------------------

    def _start_next(self) -> None:
        if self._is_closed:
            return
        job = self.queue.start_next()
        if job is not None:
            self._rest.stop()
            self.is_stopping = False
            self.job_progress = JobProgress(job.request)
            self.round.begin(job.request)
            self._worker.generate(job.request)
        self.activity_changed.emit()

    def _end_job(self, state: JobState, failure: Failure | None = None) -> None:
        self.queue.finish(state, failure)
        self.loading = None
        self.is_stopping = False
        self.round.end()
        if self.round.is_empty and self._shown is None and len(self.pictures):
            self.show_neighbour(0)  # better the last picture than an empty canvas
        self.activity_changed.emit()

    def _show(self, picture_id: int | None) -> None:
        if picture_id != self._shown:
            self._shown = picture_id
            self.shown_changed.emit()

    @Slot(object)
    def _on_loading(self, loading: Loading) -> None:
        self.loading = loading
        self.activity_changed.emit()

    @Slot(object)
    def _on_planned(self, plan: Plan) -> None:
        if plan != self.plan:
            self.plan = plan
            self.plan_changed.emit()

    @Slot(object)
    def _on_progress(self, progress: StageProgress) -> None:
        if self.job_progress is not None:
            self.loading = None
            self.job_progress.take(progress)
            self.activity_changed.emit()

    @Slot(int, QImage)
    def _on_preview(self, index: int, image: QImage) -> None:
        if self.round.is_running:
            self.round.show_preview(index, image)

    @Slot(object)
    def _on_picture_finished(self, finished: FinishedPicture) -> None:
        picture = self.pictures.add(finished)
        self.round.show_picture(finished.picture.index, picture.id, finished.image)
        for note in picture.notes:
            self._on_note(note)
        if finished.save_failure is not None:
            self.saving.tell_not_saved(finished.save_failure)

    @Slot(str)
    def _on_note(self, text: str) -> None:
        self.messages.post(MessageKind.NOTE, text)

    @Slot()
    def _on_done(self) -> None:
        self._end_job(JobState.DONE)

    @Slot(object)
    def _on_failed(self, failure: Failure) -> None:
        self._end_job(JobState.FAILED, failure)
        self._tell_failure(failure)

    @Slot()
    def _on_cancelled(self) -> None:
        self._end_job(JobState.CANCELLED)
        self.told.emit(self.tr("Stopped."))

    @Slot()
    def _on_idle(self) -> None:
        if self.loading is not None and not self.is_running:
            self.loading = None
            self.activity_changed.emit()
        self._start_next()
        if not self.is_running and self.settings.release_memory_after and not self._is_closed:
            self._rest.start(self.settings.release_memory_after * 60_000)

    @Slot()
    def _on_released(self) -> None:
        if not self.is_running:
            self.told.emit(self.tr("The model’s memory is free for other programs."))

    @Slot(object)
    def _on_prepare_failed(self, failure: Failure) -> None:
        if not self.is_running:  # the job that waits behind it will say the same
            self._tell_failure(failure)

    @Slot(object)
    def _on_checkpoints(self, checkpoints: tuple[CheckpointInfo, ...]) -> None:
        self.form.set_checkpoints(checkpoints)
        self._knows_checkpoints = True
        self._has_checkpoint()

    @Slot(object)
    def _on_side_failure(self, failure: Failure) -> None:
        """Of the catalogue or of a copy: no job's."""
        self._tell_failure(failure)

    # -- saying it --------------------------------------------------------------------------

    def _has_checkpoint(self) -> bool:
        """Whether there is one to draw with; where there is none a message says why."""
        info = self.form.checkpoint
        if info is not None and info.complete:
            self.messages.dismiss_key(_CHECKPOINT)
            return True
        if info is None:
            text = self.tr("No checkpoint was found, so nothing can be drawn.")
            hint = self.tr("One comes with Wurstdesk: installing it again brings it back.")
        else:
            text, hint = self.tr("{0} cannot be used.").format(info.title), info.problem
        self.messages.post(MessageKind.PROBLEM, text, hint, key=_CHECKPOINT, stays=True)
        return False

    def _tell_failure(self, failure: Failure) -> None:
        actions = (MessageAction.SHOW_REPORT,) if failure.is_bug else ()
        self.messages.post(
            MessageKind.PROBLEM,
            failure.message,
            failure.hint,
            actions=actions,
            report=failure.report,
        )
        if failure.is_bug:
            self.crashed.emit(failure)
