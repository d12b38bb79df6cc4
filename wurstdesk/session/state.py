"""The observable truth of one window: widgets show it and call its actions, nothing else.

``StudioState`` joins the parts, each observable by itself: ``form`` (the request being written),
``runner`` (the queue, what runs, the round that is drawn), ``showing`` (what the canvas shows),
``pictures`` (what this session made), ``saving`` and ``messages``.
"""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from wurstdesk.errors import RequestError, UserError
from wurstdesk.generation import (
    SEED_COUNT,
    CheckpointInfo,
    GenerationRequest,
    Loading,
    OffloadChoice,
    Plan,
)
from wurstdesk.generation.choices import literal, requests_of
from wurstdesk.session.boots import was_restarted
from wurstdesk.session.catalogue import CatalogueReader
from wurstdesk.session.checkpoints import Checkpoints
from wurstdesk.session.chores import GalleryChores
from wurstdesk.session.estimates import Estimates
from wurstdesk.session.failures import Failure
from wurstdesk.session.form import RequestForm
from wurstdesk.session.gallery_view import GalleryView
from wurstdesk.session.gallery_work import GalleryWork
from wurstdesk.session.jobs import JobQueue
from wurstdesk.session.keeper import Keeper
from wurstdesk.session.messages import MessageAction, MessageKind, MessageList
from wurstdesk.session.pictures import Round, SessionPicture, SessionPictures
from wurstdesk.session.progress import JobProgress
from wurstdesk.session.prompt_history import PromptHistory
from wurstdesk.session.prompt_readings import PromptReadings
from wurstdesk.session.runner import JobRunner
from wurstdesk.session.saving import PictureSaving
from wurstdesk.session.seeds import SeedHistory
from wurstdesk.session.services import Services
from wurstdesk.session.showing import Showing
from wurstdesk.session.styles import StyleShelf
from wurstdesk.session.unfinished import Unfinished
from wurstdesk.session.wakefulness import Wakefulness
from wurstdesk.session.window_memory import WindowMemory
from wurstdesk.session.worker import GenerationWorker
from wurstdesk.settings import Settings, differs_for_engine

_CHECKPOINT = "checkpoint"
_LEAST_MEMORY: OffloadChoice = "sequential"


class StudioState(QObject):
    """Everything the studio's window shows, and everything that can be done in it.

    ``services`` are used from ``start()`` on. End with ``shutdown()``.
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
        services: Services,
        settings: Settings | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.settings = settings or Settings()
        self._usual_folder = services.pictures_folder
        self._knows_checkpoints = False
        self._save_settings = services.save_settings
        worker = GenerationWorker(services.make_generator, services.open_sink, parent=self)
        self._reader = CatalogueReader(services.catalogue, self)
        self.keeper = Keeper(services.open_desk, self)
        self.memory = WindowMemory(services.memory_file, self.keeper, self)
        self.form = RequestForm(services.choose_seed, self)
        self.readings = PromptReadings(services.make_reader, self.form, self)
        self.prompts = PromptHistory(self)
        self.styles = StyleShelf(self.form, self.keeper, services.styles_file, self)
        self.pictures = SessionPictures(self, keeper=self.keeper)
        self.seeds = SeedHistory(self.keeper, self.pictures, self)
        self.messages = MessageList(self)
        self.estimates = Estimates(worker, self.form, self)
        self.runner = JobRunner(worker, self.pictures, self, keeper=self.keeper)
        self.runner.estimate = self.estimates.seconds
        self.unfinished = Unfinished(self.runner, self.messages, self)
        self.unfinished.was_restarted = was_restarted(self.memory)
        self.wakefulness = Wakefulness(self.runner, self.keeper, services.make_lock, self)
        self.showing = Showing(self.pictures, self.round, self)
        self.saving = PictureSaving(
            worker, self.pictures, self.messages, self.keeper, self, queue=self.queue
        )
        self.gallery = GalleryView(services.open_library, self.memory, self.keeper, self)
        self.gallery_work = GalleryWork(self.gallery, services.open_library, self)
        self.chores = GalleryChores(services.open_chores, self.messages, self)
        self.checkpoints = self._make_checkpoints(services)
        self._worker = worker
        self._recall()
        self._connect()
        self._apply_settings()

    def _make_checkpoints(self, services: Services) -> Checkpoints:
        return Checkpoints(
            services.checkpoints,
            self.form,
            self.memory,
            self.messages,
            self.keeper,
            mirror=self._hub_mirror,
            parent=self,
        )

    def _hub_mirror(self) -> str:
        return self.settings.hub_mirror

    def _connect(self) -> None:
        runner = self.runner
        runner.activity_changed.connect(self.activity_changed)
        runner.activity_changed.connect(self.checkpoints.hashes.give_way)
        runner.plan_changed.connect(self.plan_changed)
        runner.told.connect(self.told)
        runner.noted.connect(self._on_note)
        runner.picture_added.connect(self._on_picture)
        runner.repeat_due.connect(self._repeat)
        self.showing.changed.connect(self.shown_changed)
        self.saving.told.connect(self.told)
        self.styles.noted.connect(self._on_note)
        self.chores.told.connect(self.told)
        self.gallery_work.told.connect(self.told)
        self.chores.gallery_changed.connect(self.gallery.read_anew)
        self.keeper.opened.connect(self._on_gallery_opened)
        for changed in (self.pictures.added, self.pictures.changed, self.keeper.opened):
            changed.connect(self.gallery.read_anew)
        self.checkpoints.disk_changed.connect(self.look_for_checkpoints)
        self.checkpoints.release_wanted.connect(runner.release_memory)
        self.checkpoints.told.connect(self.told)
        self.wakefulness.also_while(self.checkpoints.is_fetching)
        self.checkpoints.fetching.changed.connect(self.wakefulness.follow)
        self._reader.found.connect(self._on_checkpoints)
        for part in (
            runner,
            self.saving,
            self.keeper,
            self.readings,
            self._reader,
            self.gallery,
            self.gallery_work,
            self.chores,
            self.seeds,
            self.checkpoints,
        ):
            part.failed.connect(self._tell_failure)
        self.form.changed.connect(self._remember)
        self.styles.changed.connect(self._remember)

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
    def pictures_folder(self) -> Path | None:
        """Where pictures go by now."""
        return self.settings.pictures_folder or self._usual_folder

    @property
    def is_running(self) -> bool:
        """Whether a job is being worked on."""
        return self.runner.is_running

    # -- actions ----------------------------------------------------------------------------

    def start(self) -> None:
        """Look for checkpoints and for what earlier sessions left. Call when somebody listens."""
        self.look_for_checkpoints()
        self.runner.load()
        self.styles.load()
        self.prompts.load(self.keeper)
        self.seeds.load()
        self.chores.start(self._is_idle)
        self.checkpoints.hashes.start(self._is_idle)

    @Slot()
    def look_for_checkpoints(self) -> None:
        """Now, or again."""
        self._reader.ask()

    def _is_idle(self) -> bool:
        """Whether no picture is made and none waits."""
        return not self.is_running and not self.queue.waiting

    def prepare(self) -> None:
        """Load the model before it is needed, so that the first picture is quicker."""
        self.runner.prepare(self.form.request)

    @Slot()
    def generate(self) -> None:
        """Put the request that is written into the queue; it begins at once if nothing runs."""
        was_running = self.is_running
        if self._make() and not was_running:
            self.showing.show_round()  # the person asked for it now

    @Slot()
    def _repeat(self) -> None:
        """Once more what is written now, with seeds that were not used for it yet."""
        request = self.form.request
        if not self.form.seed_is_random:
            self.form.edit(seed=(request.seed + request.num_images) % SEED_COUNT)
        if not self._make():
            self.runner.set_repeating(False)

    def _make(self) -> bool:
        """Queue what is written; where that cannot be, say why. Whether it could."""
        if self.form.problem is not None:
            return self._refuse(self.form.problem)
        if self._knows_checkpoints and not self._has_checkpoint():
            self.look_for_checkpoints()  # perhaps it was mended meanwhile
            return False
        self.form.draw_seed()
        written = self.form.request
        try:  # with the chosen style and settled choices: what is kept is what is drawn
            requests = requests_of(self.styles.apply(written))
        except RequestError as error:
            return self._refuse(error)
        self.prompts.add(written.prompt, written.negative_prompt)
        if not self.is_running:
            self.messages.sweep()
        for request in requests:
            self.runner.add(request)
        return True

    def _refuse(self, error: UserError) -> bool:
        self.messages.post(MessageKind.PROBLEM, error.message, error.hint)
        return False

    def reuse(self, request: GenerationRequest) -> None:
        """Take a picture's whole request back into the form; braces in it are no choices."""
        prompts = (request.prompt, request.negative_prompt)
        prompt, negative = map(literal, prompts)
        self.styles.choose("")  # the picture's prompts hold theirs
        if self.form.take(request.changed(prompt=prompt, negative_prompt=negative)):
            self.told.emit(self.tr("These settings are taken over."))
        else:
            wanted = self.form.lacking(request)
            self.messages.post(
                MessageKind.NOTE,
                self.tr("This picture was made with {0}, which is not here.").format(wanted),
                self.tr("The other settings were taken over."),
            )

    def change_settings(self, **values: object) -> None:
        """Put settings into force and keep them."""
        before = self.settings
        try:
            self.settings = before.changed(**values)
            self._apply_settings()
            if differs_for_engine(before, self.settings):
                self._worker.rebuild()
            if before.checkpoint_folders != self.settings.checkpoint_folders:
                self.look_for_checkpoints()
                self.checkpoints.look()
            self.settings_changed.emit()
            if self._save_settings is not None and before != self.settings:
                self.keeper.do(partial(self._save_settings, self.settings))
        except UserError as error:
            self._refuse(error)

    def private_texts(self) -> tuple[str, ...]:
        """The prompts that no report may quote unasked."""
        requests = [self.form.request, *(job.request for job in self.queue)]
        texts = [(request.prompt, request.negative_prompt) for request in requests]
        return tuple(dict.fromkeys(text for pair in texts for text in pair if text))

    def save_memory(self) -> None:
        """Low-memory mode: slower, with the least that the model can do with."""
        self.change_settings(offload=_LEAST_MEMORY)
        self.unfinished.forget_explanation()
        self.told.emit(self.tr("Low-memory mode is on."))

    def shutdown(self) -> None:
        """Cancel what runs and wait for all threads; nothing can be asked for afterwards."""
        self.runner.close()
        self.checkpoints.close()
        self._reader.close()
        self.readings.close()
        self.wakefulness.close()
        self.memory.flush()
        self.gallery_work.close()
        self.gallery.close()
        self.chores.close()
        self.keeper.close()

    def _apply_settings(self) -> None:
        self._worker.shows_previews = self.settings.preview_enabled
        self.runner.release_after = self.settings.release_memory_after
        self.wakefulness.set_wanted(self.settings.keep_awake)
        self.unfinished.saves_memory = self.settings.offload == _LEAST_MEMORY

    # -- from one start to the next ---------------------------------------------------------

    def _recall(self) -> None:
        """What was being written when the program ended."""
        kept = self.memory.mapping("request")
        if kept:
            with suppress(RequestError):  # of a newer version: then there is a fresh one
                request = GenerationRequest.from_dict(kept)
                self.form.restore(request, self.memory.flag("seed_is_random", True))
        self.styles.recall(self.memory.text("style"))

    @Slot()
    def _remember(self) -> None:
        self.memory.keep("request", self.form.request.to_dict())
        self.memory.keep("seed_is_random", self.form.seed_is_random)
        self.memory.keep("style", self.styles.chosen_name)

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
    def _on_gallery_opened(self, notices: tuple[str, ...]) -> None:
        for text in notices:  # whatever is begun meanwhile, it is to be read
            self.messages.post(MessageKind.NOTE, text, stays=True)

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
            details=failure.details,
        )
        if failure.is_bug:
            self.crashed.emit(failure)
