"""The thread that holds the generator: commands go in, typed signals come out, nothing escapes.

Life of the thread: the first command starts it; generator and sink are made in it on first need
(torch is imported there) and closed in it; ``close()`` cancels, waits for it to end, and after
that the object may be dropped. There is no other way to end it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import assert_never

from PySide6.QtCore import QObject, QThread, Signal
from PySide6.QtGui import QImage

from wurstdesk.errors import GenerationCancelled, UserError
from wurstdesk.generation import (
    CancelToken,
    GeneratedPicture,
    GenerationRequest,
    GeneratorEvent,
    ImageGenerator,
    Loading,
    Note,
    PictureReady,
    PictureSink,
    Preview,
    SavedPicture,
    StageProgress,
)
from wurstdesk.session.failures import Failure
from wurstdesk.session.pictures import FinishedPicture
from wurstdesk.session.previews import PreviewMailbox, image_of
from wurstdesk.session.progress import ProgressPace
from wurstdesk.session.qt_threads import STACK_SIZE, forget_this_thread
from wurstdesk.session.worker_commands import (
    Command,
    Generate,
    Prepare,
    Quit,
    Rebuild,
    Release,
    Save,
    Work,
)

PREVIEWS_PER_SECOND = 15.0

GeneratorFactory = Callable[[], ImageGenerator]
SinkFactory = Callable[[], PictureSink]


class GenerationWorker(QThread):
    """Runs one job after the other. Its methods are for the thread that made it.

    Of each job come ``loading``, ``planned``, ``progress``, ``preview``, ``picture_finished`` and
    ``note`` as often as there is something to tell, then exactly one of ``done``, ``failed`` and
    ``cancelled``, then ``idle``.
    """

    loading = Signal(object)
    """``Loading``: a part of the program or of the checkpoint is being read."""
    planned = Signal(object)
    """``Plan``: where the job runs."""
    forecast_made = Signal(object)
    """``Forecast``: what is known by now of the cost of work."""
    progress = Signal(object)
    """``StageProgress``: the first and last step of each stage, and others while there is time."""
    preview = Signal(int, QImage)
    """Index in the batch and the newest preview: at most ``previews_per_second`` of each."""
    picture_finished = Signal(object)
    """``FinishedPicture``, saved or with the reason why it could not be."""
    note = Signal(str)
    done = Signal()
    failed = Signal(object)
    """``Failure``"""
    cancelled = Signal()
    idle = Signal()
    """The worker has come to the end of a job or of ``prepare`` and waits."""
    prepare_failed = Signal(object)
    """``Failure`` of ``prepare``, which is no job."""
    released = Signal()
    """Memory was given back; the next job loads again."""
    picture_saved = Signal(int, object)
    """The key given to ``save`` and the ``SavedPicture``."""
    save_failed = Signal(int, object)
    """The key given to ``save`` and the ``Failure``."""

    def __init__(
        self,
        generator_factory: GeneratorFactory,
        sink_factory: SinkFactory,
        previews_per_second: float = PREVIEWS_PER_SECOND,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("wurstdesk-worker")
        self.setStackSize(STACK_SIZE)
        self._generator_factory = generator_factory
        self._sink_factory = sink_factory
        self.shows_previews = True
        """Whether previews are handed on; may change in the middle of a job."""
        self._inbox: SimpleQueue[Command] = SimpleQueue()
        self._token = CancelToken()
        self._warming = CancelToken()
        self._is_closed = False
        # Used in the worker's thread only.
        self._postponed: deque[Command] = deque()
        self._generator: ImageGenerator | None = None
        self._sink: PictureSink | None = None
        self._previews_work = True
        self._pace = ProgressPace()
        # For both threads.
        self._mailbox = PreviewMailbox(previews_per_second, self)
        self._mailbox.delivered.connect(self.preview)

    # -- for the thread that made the worker ------------------------------------------------

    def generate(self, request: GenerationRequest) -> None:
        """Make the request's pictures and save them. One at a time: wait for ``idle``."""
        self._token = CancelToken()
        self._send(Generate(request, self._token))

    def prepare(self, request: GenerationRequest) -> None:
        """Say where ``request`` would run, and load ahead of it what it will need."""
        self._warming = CancelToken()
        self._send(Prepare(request, self._warming))

    def consider(self, request: GenerationRequest) -> None:
        """Say where ``request`` would run and what is known of its cost; loads nothing."""
        self._send(Prepare(request, self._warming, loads=False))

    def release(self) -> None:
        """Give the memory of everything that is loaded back, after the job that runs."""
        self._send(Release())

    def rebuild(self) -> None:
        """Make the generator anew, by the settings of then, for what comes after this job."""
        self._send(Rebuild())

    def save(self, key: int, picture: GeneratedPicture, target: Path | None = None) -> None:
        """Save a picture again, or elsewhere; also in the middle of a job, at its next step."""
        self._send(Save(key, picture, target))

    def stop(self) -> None:
        """Cancel the job that runs or was last asked for; it ends at its next step."""
        self._token.cancel()

    def close(self) -> None:
        """Cancel, do what was asked to be saved, and return when the thread has ended."""
        if self._is_closed:
            return
        self._is_closed = True
        self._token.cancel()
        self._warming.cancel()
        if self.isRunning():
            self._inbox.put(Quit())
            self.wait()
        self._mailbox.close()

    def _send(self, command: Command) -> None:
        if self._is_closed:
            return
        self._inbox.put(command)
        if not self.isRunning():
            self.start()

    # -- in the worker's thread -------------------------------------------------------------

    def run(self) -> None:
        """Take commands until the last one; close what was made."""
        try:
            while not isinstance(command := self._next_command(), Quit):
                self._obey(command)
                del command  # a picture or a request must not outlive its command
        finally:
            self._postponed.clear()
            self._drop_generator()
            self._drop_sink()
            forget_this_thread()

    def _next_command(self) -> Command:
        return self._postponed.popleft() if self._postponed else self._inbox.get()

    def _obey(self, command: Work) -> None:
        match command:
            case Generate():
                self._run_job(command.request, command.cancel)
                self._tell_forecast()
                self.idle.emit()
            case Prepare():
                self._run_preparation(command)
                self._tell_forecast()
                self.idle.emit()
            case Release():
                self._run_release()
                self._tell_forecast()
            case Rebuild():
                self._drop_generator()
            case Save():
                self._run_save(command)
            case _:
                assert_never(command)

    def _run_job(self, request: GenerationRequest, cancel: CancelToken) -> None:
        try:
            cancel.check()
            generator = self._ready_generator()
            cancel.check()
            self.planned.emit(generator.plan(request))
            self._previews_work = True
            generator.generate(request, cancel, self._tell)
        except GenerationCancelled:
            self._mailbox.clear()
            self.cancelled.emit()
        except BaseException as error:  # noqa: BLE001 - nothing escapes a thread
            failure = Failure.of(error, (request.prompt, request.negative_prompt))
            self._mailbox.clear()
            if not isinstance(error, UserError):
                self._drop_generator()  # a bug or exhausted memory: who knows what it left
            self.failed.emit(failure)
        else:
            self._mailbox.clear()
            self.done.emit()

    def _run_preparation(self, command: Prepare) -> None:
        request = command.request
        try:
            generator = self._ready_generator()
            command.cancel.check()
            self.planned.emit(generator.plan(request))
            if command.loads:
                generator.warm_up(request, command.cancel, self._tell)
        except GenerationCancelled:
            return
        except BaseException as error:  # noqa: BLE001 - nothing escapes a thread
            failure = Failure.of(error, (request.prompt, request.negative_prompt))
            self.prepare_failed.emit(failure)

    def _run_release(self) -> None:
        try:
            if self._generator is not None:
                self._generator.release()
        except BaseException:  # noqa: BLE001 - what cannot be let go properly goes as a whole
            self._drop_generator()
        self.released.emit()

    def _ready_generator(self) -> ImageGenerator:
        if self._generator is None:
            self.loading.emit(Loading("engine", 0, 1))
            self._generator = self._generator_factory()
        return self._generator

    def _tell(self, event: GeneratorEvent) -> None:
        """The generator's ``emit``."""
        match event:
            case Loading():
                self.loading.emit(event)
            case StageProgress():
                if self._pace.is_due(event):
                    self.progress.emit(event)
                if event.step in {0, event.steps}:
                    self._tell_forecast()
            case Preview():
                self._post_preview(event)
            case Note():
                if not event.is_advice:  # that stands beside the fields already
                    self.note.emit(event.text)
            case PictureReady():
                self._finish_picture(event.picture)
            case _:
                assert_never(event)
        self._do_waiting_saves()

    def _tell_forecast(self) -> None:
        with suppress(Exception):  # an estimate is never worth a picture
            if self._generator is not None:
                self.forecast_made.emit(self._generator.forecast())

    def _post_preview(self, preview: Preview) -> None:
        if not (self._previews_work and self.shows_previews):
            return
        try:
            image = image_of(preview.pixels)
        except Exception:  # noqa: BLE001 - a preview is never worth a picture
            self._previews_work = False
            return
        self._mailbox.put(preview.index, image)

    def _finish_picture(self, picture: GeneratedPicture) -> None:
        self._mailbox.discard(picture.index)
        saved, failure = self._try_to_save(picture, None)
        self.picture_finished.emit(FinishedPicture.of(picture, saved, failure))

    def _do_waiting_saves(self) -> None:
        """Saves do not wait for the end of a long job; all else does."""
        while True:
            try:
                command = self._inbox.get_nowait()
            except Empty:
                return
            if isinstance(command, Save):
                self._obey(command)
            else:
                self._postponed.append(command)

    def _run_save(self, command: Save) -> None:
        saved, failure = self._try_to_save(command.picture, command.target)
        if saved is not None:
            self.picture_saved.emit(command.key, saved)
        else:
            self.save_failed.emit(command.key, failure)

    def _try_to_save(
        self, picture: GeneratedPicture, target: Path | None
    ) -> tuple[SavedPicture | None, Failure | None]:
        """Exactly one of the two: whatever happens while saving, the picture itself is safe."""
        try:
            if self._sink is None:
                self._sink = self._sink_factory()
            return self._sink.save(picture, target), None
        except BaseException as error:  # noqa: BLE001 - a full disk must not cost the picture
            return None, Failure.of(
                error, (picture.request.prompt, picture.request.negative_prompt)
            )

    def _drop_generator(self) -> None:
        generator, self._generator = self._generator, None
        if generator is not None:
            _close_quietly(generator)

    def _drop_sink(self) -> None:
        sink, self._sink = self._sink, None
        if sink is not None:
            _close_quietly(sink)


def _close_quietly(part: ImageGenerator | PictureSink) -> None:
    """What fails while it goes away has nobody left to tell."""
    try:
        part.close()
    except BaseException:  # noqa: BLE001, S110, RUF100
        return
