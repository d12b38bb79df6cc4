"""Brings jobs from the queue to the worker, one at a time, and tells how far each is."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtGui import QImage

from wurstdesk.generation import GenerationRequest, Loading, Plan, StageProgress
from wurstdesk.session.failures import Failure
from wurstdesk.session.jobs import Job, JobQueue, JobState
from wurstdesk.session.pictures import FinishedPicture, Round, SessionPictures
from wurstdesk.session.progress import JobProgress
from wurstdesk.session.worker import GenerationWorker


class JobRunner(QObject):
    """What runs, how far it is, and what waits.

    ``release_after`` minutes without work give the model's memory back; 0 is never.
    """

    activity_changed = Signal()
    """What runs, how far it is, what waits."""
    plan_changed = Signal()
    told = Signal(str)
    """A passing remark, for the status line."""
    noted = Signal(str)
    """A sentence of the engine's that the person should see."""
    failed = Signal(object)
    """The ``Failure`` of a job, or of what was loaded ahead of one."""
    picture_added = Signal(object, object)
    """The ``SessionPicture`` of a finished picture, and why it could not be saved, or None."""
    job_ended = Signal(object)
    """A ``Job`` that is over, one way or the other."""

    def __init__(
        self,
        worker: GenerationWorker,
        pictures: SessionPictures,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.queue = JobQueue()
        self.round = Round(self)
        self.plan: Plan | None = None
        self.loading: Loading | None = None
        self.is_stopping = False
        self.job_progress: JobProgress | None = None
        self.release_after = 0
        self._is_closed = False
        self._worker = worker
        self._pictures = pictures
        self._rest = QTimer(self)
        self._rest.setObjectName("rest")
        self._rest.setSingleShot(True)
        self._rest.timeout.connect(worker.release)
        self._connect_worker()

    def _connect_worker(self) -> None:
        worker = self._worker
        worker.loading.connect(self._on_loading)
        worker.planned.connect(self._on_planned)
        worker.progress.connect(self._on_progress)
        worker.preview.connect(self._on_preview)
        worker.picture_finished.connect(self._on_picture_finished)
        worker.note.connect(self.noted)
        worker.done.connect(self._on_done)
        worker.failed.connect(self._on_failed)
        worker.cancelled.connect(self._on_cancelled)
        worker.idle.connect(self._on_idle)
        worker.prepare_failed.connect(self._on_prepare_failed)
        worker.released.connect(self._on_released)

    @property
    def is_running(self) -> bool:
        """Whether a job is being worked on."""
        return self.queue.running is not None

    # -- actions ----------------------------------------------------------------------------

    def prepare(self, request: GenerationRequest) -> None:
        """Load the model before it is needed, so that the first picture is quicker."""
        if not self.is_running:
            self._worker.prepare(request)

    def add(self, request: GenerationRequest) -> Job:
        """Put a request into the queue; it begins at once if nothing runs."""
        job = self.queue.add(request)
        self._start_next()
        return job

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

    def close(self) -> None:
        """Cancel what runs and wait for the worker; nothing can be asked for afterwards."""
        self._is_closed = True
        self._rest.stop()
        self.queue.cancel_waiting()
        self._worker.close()

    # -- the life of a job ------------------------------------------------------------------

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
        job = self.queue.finish(state, failure)
        self.loading = None
        self.is_stopping = False
        self.round.end()
        if job is not None:
            self.job_ended.emit(job)
        self.activity_changed.emit()

    # -- from the worker --------------------------------------------------------------------

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
        picture = self._pictures.add(finished)
        self.round.show_picture(finished.picture.index, picture.id, finished.image)
        for note in picture.notes:
            self.noted.emit(note)
        self.picture_added.emit(picture, finished.save_failure)

    @Slot()
    def _on_done(self) -> None:
        self._end_job(JobState.DONE)

    @Slot(object)
    def _on_failed(self, failure: Failure) -> None:
        self._end_job(JobState.FAILED, failure)
        self.failed.emit(failure)

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
        if not self.is_running and self.release_after and not self._is_closed:
            self._rest.start(self.release_after * 60_000)

    @Slot()
    def _on_released(self) -> None:
        if not self.is_running:
            self.told.emit(self.tr("The model’s memory is free for other programs."))

    @Slot(object)
    def _on_prepare_failed(self, failure: Failure) -> None:
        if not self.is_running:  # the job that waits behind it will say the same
            self.failed.emit(failure)
