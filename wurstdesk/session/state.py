"""The observable truth of one window: widgets show it and call its actions, nothing else.

``StudioState`` joins the parts, each observable by itself: ``form`` (the request being written),
``runner`` (the queue, what runs, the round that is drawn), ``showing`` (what the canvas shows),
``pictures`` (what this session made), ``saving`` and ``messages``.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from wurstdesk.errors import UserError
from wurstdesk.generation import CheckpointCatalogue, CheckpointInfo, Loading, Plan
from wurstdesk.session.catalogue import CatalogueReader
from wurstdesk.session.failures import Failure
from wurstdesk.session.form import RequestForm, SeedSource, random_seed
from wurstdesk.session.jobs import JobQueue
from wurstdesk.session.messages import MessageAction, MessageKind, MessageList
from wurstdesk.session.pictures import Round, SessionPicture, SessionPictures
from wurstdesk.session.progress import JobProgress
from wurstdesk.session.runner import JobRunner
from wurstdesk.session.saving import PictureSaving
from wurstdesk.session.showing import Showing
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
        self._knows_checkpoints = False
        self._save_settings = save_settings
        rate = float(self.settings.preview_max_per_second)
        worker = GenerationWorker(generator_factory, sink_factory, rate, self)
        self._reader = CatalogueReader(catalogue, self)
        self.form = RequestForm(choose_seed, self)
        self.pictures = SessionPictures(self)
        self.messages = MessageList(self)
        self.runner = JobRunner(worker, self.pictures, self)
        self.showing = Showing(self.pictures, self.round, self)
        self.saving = PictureSaving(worker, self.pictures, self.messages, self)
        self._connect()
        self._apply_settings()

    def _connect(self) -> None:
        runner = self.runner
        runner.activity_changed.connect(self.activity_changed)
        runner.plan_changed.connect(self.plan_changed)
        runner.told.connect(self.told)
        runner.noted.connect(self._on_note)
        runner.failed.connect(self._tell_failure)
        runner.picture_added.connect(self._on_picture)
        self.showing.changed.connect(self.shown_changed)
        self.saving.told.connect(self.told)
        self.saving.failed.connect(self._tell_failure)
        self._reader.found.connect(self._on_checkpoints)
        self._reader.failed.connect(self._tell_failure)

    # -- what is shown ----------------------------------------------------------------------

    @property
    def queue(self) -> JobQueue:
        return self.runner.queue

    @property
    def round(self) -> Round:
        return self.runner.round

    @property
    def plan(self) -> Plan | None:
        return self.runner.plan

    @property
    def loading(self) -> Loading | None:
        return self.runner.loading

    @property
    def job_progress(self) -> JobProgress | None:
        return self.runner.job_progress

    @property
    def is_running(self) -> bool:
        """Whether a job is being worked on."""
        return self.runner.is_running

    # -- actions ----------------------------------------------------------------------------

    def start(self) -> None:
        """Look for checkpoints, now or again. Call when somebody listens."""
        self._reader.ask()

    def prepare(self) -> None:
        """Load the model before it is needed, so that the first picture is quicker."""
        self.runner.prepare(self.form.request)

    @Slot()
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
        if not self.is_running:
            self.messages.sweep()
            self.showing.show_round()
        self.runner.add(self.form.request)

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
            self._apply_settings()
            self.settings_changed.emit()
            if self._save_settings is not None:
                self._save_settings(self.settings)
        except UserError as error:
            self.messages.post(MessageKind.PROBLEM, error.message, error.hint)

    def shutdown(self) -> None:
        """Cancel what runs and wait for all threads; nothing can be asked for afterwards."""
        self.runner.close()
        self._reader.close()

    def _apply_settings(self) -> None:
        self.runner.release_after = self.settings.release_memory_after

    # -- from the parts ---------------------------------------------------------------------

    @Slot(object, object)
    def _on_picture(self, picture: SessionPicture, save_failure: Failure | None) -> None:
        del picture
        if save_failure is not None:
            self.saving.tell_not_saved(save_failure)

    @Slot(str)
    def _on_note(self, text: str) -> None:
        self.messages.post(MessageKind.NOTE, text)

    @Slot(object)
    def _on_checkpoints(self, checkpoints: tuple[CheckpointInfo, ...]) -> None:
        self.form.set_checkpoints(checkpoints)
        self._knows_checkpoints = True
        self._has_checkpoint()

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

    @Slot(object)
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
