"""Brings jobs from the queue to the worker, one at a time, and tells how far each is."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtGui import QImage

from wurstdesk.generation import GenerationRequest, Loading, Plan, StageProgress
from wurstdesk.session.failures import Failure
from wurstdesk.session.jobs import Job, JobQueue, JobState
from wurstdesk.session.keeper import Keeper
from wurstdesk.session.pictures import FinishedPicture, Round, SessionPictures
from wurstdesk.session.progress import JobProgress
from wurstdesk.session.queue_keeping import Found, QueueKeeping
from wurstdesk.session.queue_time import Estimate, QueueTime, sum_of, unknown
from wurstdesk.session.worker import GenerationWorker


class JobRunner(QObject):
    """What runs, how far it is, and what waits.

    A job is kept on the disk before it starts; a disk that fails does not hold it up. A picture
    that cannot be saved does: the queue pauses.
    ``release_after`` minutes without work give the model's memory back; 0 is never.
    """

    activity_changed = Signal()
    """What runs, how far it is, what waits."""
    times_changed = Signal()
    """How long what waits will take, as far as is known now."""
    plan_changed = Signal()
    told = Signal(str)
    """A passing remark, for the status line."""
    noted = Signal(str)
    """A sentence of the engine's that the person should see."""
    failed = Signal(object)
    """The ``Failure`` of a job, or of what was loaded ahead of one, or of keeping the queue."""
    picture_added = Signal(object, object)
    """The ``SessionPicture`` of a finished picture, and why it could not be saved, or None."""
    job_ended = Signal(object)
    """A ``Job`` that is over, one way or the other."""
    restored = Signal(object, bool)
    """The jobs that an earlier session left, now waiting in a paused queue, and whether it was cut
    off in the middle of work; once, and only where there is one or the other."""
    repeat_due = Signal()
    """Everything is done and it was asked to go on: add the next request now."""

    def __init__(
        self,
        worker: GenerationWorker,
        pictures: SessionPictures,
        parent: QObject | None = None,
        *,
        keeper: Keeper | None = None,
    ) -> None:
        super().__init__(parent)
        self.queue = JobQueue(self)
        self.keeping = QueueKeeping(self.queue, keeper, self)
        self.round = Round(self)
        self.plan: Plan | None = None
        self.loading: Loading | None = None
        self.job_progress: JobProgress | None = None
        self._estimate: Estimate = unknown
        self._waiting_time: tuple[float | None] | None = None  # asked of each job: not every step
        self.is_stopping = False
        self.is_stopping_after = False
        """Whether the job that runs ends with the picture in hand, and the queue then pauses."""
        self.is_repeating = False
        """Whether new pictures are made until somebody stops it."""
        self.release_after = 0
        self._loads_ahead = True
        self._starting: Job | None = None  # runs, but the worker has not heard of it
        self._made_before = 0  # pictures of the job that runs, in an earlier try
        self._compiled: set[tuple[object, ...]] = set()
        self._ended_well = False
        self._is_closed = False
        self._worker = worker
        self._pictures = pictures
        self._rest = QTimer(self)
        self._rest.setObjectName("rest")
        self._rest.setSingleShot(True)
        self._rest.timeout.connect(worker.release)
        self._connect_worker()
        self.queue.changed.connect(self._on_queue_changed)
        self.keeping.found.connect(self._on_found)
        self.keeping.failed.connect(self._on_not_kept)

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
        worker.forecast_made.connect(self._on_times)

    # -- what is shown ----------------------------------------------------------------------

    @property
    def is_running(self) -> bool:
        """Whether a job is being worked on."""
        return self.queue.running is not None

    @property
    def time(self) -> QueueTime:
        """How long the job that runs, and all of them, will take."""
        if self._waiting_time is None:
            self._waiting_time = (sum_of(self.queue.waiting, self._estimate),)
        progress = None if self.is_stopping else self.job_progress
        return QueueTime(self.queue.running, progress, self._estimate, self._waiting_time[0])

    @property
    def estimate(self) -> Estimate:
        """Says how long a request would take, as far as that is known."""
        return self._estimate

    @estimate.setter
    def estimate(self, estimate: Estimate) -> None:
        self._estimate = estimate
        self._on_times()

    @property
    def is_compiling(self) -> bool:
        """Whether the step that is under way compiles the model first, which takes minutes."""
        latest = self.job_progress.latest if self.job_progress else None
        if latest is None or latest.step or self.plan is None or not self.plan.compile:
            return False
        return latest.stage != "vqgan" and self._work(latest) not in self._compiled

    # -- actions ----------------------------------------------------------------------------

    def load(self) -> None:
        """Look for what an earlier session left. Call when somebody listens."""
        self.keeping.load()

    def prepare(self, request: GenerationRequest) -> None:
        """Load the model before it is needed, so that the first picture is quicker.

        Not after a session that was cut off: it may have been for want of memory.
        """
        if not self.is_running and not self._is_closed:
            self.keeping.set_ahead(request)
            self.keeping.when_kept(partial(self._load_ahead, request))

    def add(self, request: GenerationRequest) -> Job:
        """Put a request into the queue; it begins at once if nothing runs."""
        job = self.queue.add(request)
        if self.queue.is_paused:
            self.told.emit(self.tr("Added to the queue, which is paused."))
        self._start_next()
        return job

    def retry(self, job: Job) -> None:
        """Make what is missing of a job that failed or was stopped."""
        self.queue.retry(job)
        self._start_next()

    @Slot()
    def stop(self) -> None:
        """End the job that runs, at its next step, and no repeating. What waits comes next."""
        self.set_repeating(False)
        if not self.is_running or self.is_stopping:
            return
        if self._starting is not None:
            self._starting = None
            self._on_cancelled()
            self._start_next()
            return
        self.is_stopping = True
        self._worker.stop()
        self.activity_changed.emit()

    @Slot(bool)
    def set_stopping_after(self, is_wanted: bool) -> None:
        """End after the picture in hand: the job with it, and nothing else starts. Or not."""
        is_wanted = is_wanted and self.is_running
        if is_wanted:
            self.set_repeating(False)
        if is_wanted != self.is_stopping_after:
            self.is_stopping_after = is_wanted
            self.activity_changed.emit()

    @Slot(bool)
    def set_paused(self, is_paused: bool) -> None:
        """Let what runs come to its end and nothing else start; or go on."""
        self.queue.set_paused(is_paused)
        self._start_next()

    @Slot(bool)
    def set_repeating(self, is_wanted: bool) -> None:
        """Go on with new seeds whenever everything is done, until it is stopped."""
        if is_wanted != self.is_repeating:
            self.is_repeating = is_wanted
            self.activity_changed.emit()

    def release_memory(self) -> None:
        """Give the model's memory back to other programs; the next picture loads it again."""
        self._rest.stop()
        self._worker.release()

    @Slot()
    def clear_waiting(self) -> None:
        """Take everything out of the queue that has not begun."""
        self.queue.cancel_waiting()

    def close(self) -> None:
        """Cancel what runs and wait for the worker; nothing can be asked for afterwards.

        What runs and what waits is there again at the next start.
        """
        self._is_closed = True
        self._rest.stop()
        self.keeping.close()
        self._worker.close()

    # -- the life of a job ------------------------------------------------------------------

    def _start_next(self) -> None:
        if self._is_closed:
            return
        job = self.queue.start_next()
        if job is None:
            return
        request = job.rest
        self._rest.stop()
        self.is_stopping = self.is_stopping_after = False
        self._starting = job
        self._made_before = job.request.num_images - request.num_images
        self.job_progress = JobProgress(request)
        self.round.begin(request)
        self.keeping.when_kept(partial(self._hand_over, job, request))
        self.activity_changed.emit()

    def _hand_over(self, job: Job, request: GenerationRequest) -> None:
        if job is self._starting and not self._is_closed:
            self._starting = None
            self._worker.generate(request)

    def _load_ahead(self, request: GenerationRequest) -> None:
        if self.is_running or self._is_closed or not self._loads_ahead:
            self.keeping.set_ahead(None)
        else:
            self._worker.prepare(request)

    def _end_job(self, state: JobState, failure: Failure | None = None) -> None:
        pauses = self.is_stopping_after and bool(self.queue.waiting)
        self.loading = None
        self.is_stopping = self.is_stopping_after = False
        self._ended_well = state is JobState.DONE
        if not self._ended_well:
            self.set_repeating(False)
        if pauses:
            self.queue.set_paused(True)
            self.told.emit(self.tr("Stopped after the picture; the queue is paused."))
        job = self.queue.finish(state, failure)
        self.round.end()
        if job is not None:
            self.job_ended.emit(job)
        self.activity_changed.emit()

    @Slot()
    def _on_times(self) -> None:
        self._waiting_time = None
        self.times_changed.emit()

    @Slot()
    def _on_queue_changed(self) -> None:
        queue = self.queue
        self._waiting_time = None
        if queue.is_paused and not queue.waiting and queue.running is None:
            queue.set_paused(False)  # so that the next request is not held back by a past pause
            return
        self.activity_changed.emit()

    @Slot(object)
    def _on_found(self, left: Found) -> None:
        self._loads_ahead = not left.was_cut_off
        jobs = self.queue.restore(left.jobs)
        if jobs:
            self.queue.set_paused(True)
        if jobs or left.was_cut_off:
            self.restored.emit(jobs, left.was_cut_off)

    @Slot(object)
    def _on_not_kept(self, failure: Failure) -> None:
        text = self.tr("The queue is not kept for the next start: {0}").format(failure.message)
        self.failed.emit(Failure(text, failure.hint, failure.report))

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
            if progress.step:
                self._compiled.add(self._work(progress))
            self.activity_changed.emit()

    def _work(self, progress: StageProgress) -> tuple[object, ...]:
        """What the model is compiled for: anew for each checkpoint, size and batch."""
        request = self.round.request
        if request is None:
            return ()
        size = (request.checkpoint, request.width, request.height)
        return (progress.stage, len(progress.indices), *size)

    @Slot(int, QImage)
    def _on_preview(self, index: int, image: QImage) -> None:
        if self.round.is_running:
            self.round.show_preview(index, image)

    @Slot(object)
    def _on_picture_finished(self, finished: FinishedPicture) -> None:
        index = finished.picture.index
        picture = self._pictures.add(finished)
        self.round.show_picture(index, picture.id, finished.image)
        self._count(index, finished)
        self.picture_added.emit(picture, finished.save_failure)

    def _count(self, index: int, finished: FinishedPicture) -> None:
        """Note that a picture is done, and stop there if that was asked for."""
        job = self.queue.running
        if finished.save_failure is not None:  # more of them would fill the memory
            self.set_repeating(False)
            self.queue.set_paused(True)
        if job is None:
            return
        if finished.saved is not None:
            job.finished.add(self._made_before + index)
            self.keeping.keep()
        has_more = any(cell.picture_id is None for cell in self.round.cells)
        if self.is_stopping_after and not self.is_stopping and has_more:
            self.is_stopping = True
            self._worker.stop()
            self.activity_changed.emit()

    @Slot()
    def _on_done(self) -> None:
        self._end_job(JobState.DONE)

    @Slot(object)
    def _on_failed(self, failure: Failure) -> None:
        self._end_job(JobState.FAILED, failure)
        self.failed.emit(failure)

    @Slot()
    def _on_cancelled(self) -> None:
        was_stopping_after = self.is_stopping_after
        self._end_job(JobState.CANCELLED)
        if not was_stopping_after:
            self.told.emit(self.tr("Stopped."))

    @Slot()
    def _on_idle(self) -> None:
        self.keeping.set_ahead(None)
        if self.loading is not None and not self.is_running:
            self.loading = None
            self.activity_changed.emit()
        ended_well, self._ended_well = self._ended_well, False
        self._start_next()
        if self._is_closed or self.is_running:
            return
        if self.release_after:
            self._rest.start(self.release_after * 60_000)
        if self.is_repeating and ended_well and not self.queue.is_paused:
            self.repeat_due.emit()

    @Slot()
    def _on_released(self) -> None:
        if not self.is_running:
            self.told.emit(self.tr("The model’s memory is free for other programs."))

    @Slot(object)
    def _on_prepare_failed(self, failure: Failure) -> None:
        if not self.is_running:  # the job that waits behind it will say the same
            self.failed.emit(failure)
