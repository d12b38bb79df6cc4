"""Carries out an order: plans it, brings file after file, checks, converts, names the folders."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path

from wurstdesk.engine.fetch import errors, layout, room
from wurstdesk.engine.fetch.control import Control, Interrupted
from wurstdesk.engine.fetch.errors import Busy, FetchCancelled, FetchError
from wurstdesk.engine.fetch.hub import Hub, HubRecord, is_answer, is_bad_name, is_connection
from wurstdesk.engine.fetch.jobs import Job
from wurstdesk.engine.fetch.places import Place, find_places, locked, make_parent, reveal
from wurstdesk.engine.fetch.progress import Progress, named
from wurstdesk.engine.fetch.records import FetchRecord, StoredFile
from wurstdesk.engine.fetch.transfer import Part, Patience, bring
from wurstdesk.engine.fetch.verify import Digest, digest_of
from wurstdesk.engine.half_copy import file_to_half
from wurstdesk.errors import UserError
from wurstdesk.generation.fetching import (
    Cancelled,
    Checking,
    Converting,
    Failed,
    Fetched,
    FetchedAgain,
    FetchEvent,
    FetchFile,
    FetchOrder,
    Planned,
    Waiting,
)
from wurstdesk.paths import ensure_folder

Emit = Callable[[FetchEvent], None]
_NAME = re.compile(r"[A-Za-z0-9_][\w.-]{0,95}/[A-Za-z0-9_][\w.-]{0,95}", re.ASCII)
_HALF = ".half"
_EVERY = 0.2


class Fetch:
    """One order under way. ``emit`` may be called from two threads."""

    def __init__(self, order: FetchOrder, emit: Emit, control: Control) -> None:
        self._order = replace(order, models_folder=order.models_folder.absolute())
        self._emit = emit
        self._control = control
        self._hub = Hub(order.endpoint)
        self._progress = Progress(emit, control)

    def run(self) -> FetchEvent:
        """Do all of it; gives the last event, which is not emitted yet."""
        try:
            return self._run()
        except FetchCancelled:
            return Cancelled()
        except UserError as error:
            return Failed(error.message, error.hint, getattr(error, "details", ""))
        except OSError as error:
            return _failed(errors.of_storage(error, Path(error.filename or self._folder)))
        except ImportError as error:
            return Failed(
                "PyTorch cannot be used to convert the weights.",
                "Install Wurstdesk again, or fetch without converting.",
                repr(error),
            )
        finally:
            self._progress.stop()

    @property
    def _folder(self) -> Path:
        return self._order.models_folder

    def _run(self) -> FetchEvent:
        for repository in self._order.repositories:
            name = repository.repo_id
            if not _NAME.fullmatch(name) or ".." in name or "--" in name:
                raise errors.bad_name(name)
        places = find_places(self._order)
        with ExitStack() as held:
            held.enter_context(locked(self._folder, places))
            jobs = [self._job(place) for place in places]
            self._plan(jobs)
            for job in jobs:
                self._open(job)
                for file in job.small:
                    self._bring(job, file)
                layout.require_classes(job.place.repo, job.kind, job.place.path_of)
            for job in jobs:
                for file in job.weights:
                    self._bring(job, file)
            self._progress.stop()
            for job in jobs:
                job.finish()
            reveal(places)
        return Fetched(tuple(str(place.final) for place in places))

    # --- the plan ----------------------------------------------------------------------------

    def _job(self, place: Place) -> Job:
        repository = next(r for r in self._order.repositories if r.repo_id == place.repo)
        earlier = FetchRecord.of(place.work)
        record = None
        if earlier is not None and earlier.repo == place.repo and not repository.revision:
            with suppress(_Gone):  # what was begun is ended in the same version
                record = self._record(place.repo, earlier.commit, must_be=False)
        record = record or self._record(place.repo, repository.revision)
        files = layout.wanted_files(place.repo, record.files)
        kind = layout.kind_of(file.path for file in record.files)
        assert kind is not None
        return Job.of(place, kind, files, record.commit, self._hub.endpoint, self._order.convert)

    def _record(self, repo: str, revision: str, *, must_be: bool = True) -> HubRecord:
        patience = self._patience(repo)
        while True:
            self._stand()
            try:
                return self._hub.record(repo, revision)
            except Exception as error:
                if not must_be and type(error).__name__ == "RevisionNotFoundError":
                    raise _Gone from error
                if is_bad_name(error):
                    raise errors.bad_name(repo) from error
                if isinstance(error, Busy) or is_answer(error) or is_connection(error):
                    patience.after(error, begun=False, revision=revision)
                elif isinstance(error, ValueError | TypeError | KeyError | AttributeError):
                    raise errors.not_a_hub(error, self._hub.endpoint) from error
                else:
                    raise

    def _plan(self, jobs: list[Job]) -> None:
        small = [entry for job in jobs for entry in job.coming(job.small)]
        weights = [entry for job in jobs for entry in job.coming(job.weights)]
        files = tuple(file for job in jobs for file in job.files)
        needed, free = room.room_needed([*small, *weights]), room.free_disk(self._folder)
        done = sum(job.there(file) for job in jobs for file in job.files)
        total = sum(file.size for file in files)
        self._emit(
            Planned(
                files=files,
                total=total,
                done=done,
                commits={job.place.repo: job.record.commit for job in jobs},
                folders=tuple(str(job.place.final) for job in jobs),
                needed_disk=needed,
                free_disk=free,
            )
        )
        room.require_room(self._folder, needed, free)
        there = {id(file): job.there(file) for job in jobs for file in job.files}
        self._progress.begin(total, there)

    def _open(self, job: Job) -> None:
        if job.place.work.is_symlink() and not job.place.in_place:
            raise FetchError(f"{job.place.work} is a link to another place.", "Remove the link.")
        ensure_folder(job.place.work)
        job.record.save(job.place.work)

    # --- a file ------------------------------------------------------------------------------

    def _bring(self, job: Job, file: FetchFile) -> None:
        """Have a file in its place, whole and checked."""
        self._stand()
        target = job.place.path_of(file.path)
        if job.is_whole(file):
            return
        make_parent(job.place, target)
        stored = self._kept(job, file, target)
        if stored is None:
            self._progress.file(file, 0)
            digest = self._fetch(job, file, target)
            stored = StoredFile(file.size, digest.sha256, digest.sha256)
            if job.convert is not None and layout.is_weights(file.path):
                stored = self._to_half(job, file, target, stored)
        job.mark(file, stored)
        self._progress.file_is_done(file)

    def _kept(self, job: Job, file: FetchFile, target: Path) -> StoredFile | None:
        """What is there from before, if it is what it has to be."""
        before = job.before.get(file.path)
        if not target.is_file():
            return None
        size = target.stat().st_size
        is_known = before is not None and file.sha256 and before.source == file.sha256
        if before is not None and is_known and size == before.size:
            found = self._digest(target, before.size, before.sha256, file)
            if not found.problem(before.sha256):
                return before
        if size != file.size:
            return None
        found = self._digest(target, file.size, file.sha256, file)
        if found.problem(file.sha256, file.git_id):
            return None
        stored = StoredFile(file.size, found.sha256, found.sha256)
        if job.convert is not None and layout.is_weights(file.path):
            return self._to_half(job, file, target, stored)
        return stored

    def _fetch(self, job: Job, file: FetchFile, target: Path) -> Digest:
        path = job.part_of(file)
        make_parent(job.place, path)
        patience = self._patience(file.repo)
        problem = ""
        for attempt in range(2):
            problem, part = "", Part(path, file, self._control, self._progress.count)
            try:
                if path.stat().st_size:
                    self._progress.rest()
                    self._emit(Checking(named(file)))
                problem = bring(
                    self._hub, file, job.record.commit, part, patience, stand=self._stand_by
                )
                if not problem:
                    part.close(force=True)
                    path.replace(target)
                    return part.digest
            finally:
                part.close()
                if problem:
                    path.unlink(missing_ok=True)
                    self._progress.count(-part.length)
            if attempt == 0:
                self._emit(FetchedAgain(named(file), problem))
        raise FetchError(
            f"{file.path} of {file.repo} arrived wrong twice: {problem}.",
            f"Try again later{', or without the mirror' if self._order.endpoint else ''}. "
            f"{errors.KEPT}",
        )

    def _to_half(self, job: Job, file: FetchFile, target: Path, fetched: StoredFile) -> StoredFile:
        """Put a half copy in a file's place; what was fetched goes when the copy is whole."""
        assert job.convert is not None
        half = target.with_name(f"{target.name}{_HALF}.part")
        half.unlink(missing_ok=True)
        self._progress.rest()

        told = 0.0

        def tell(done: int, total: int) -> None:
            nonlocal told
            self._stand()
            if done in {0, total} or time.monotonic() - told >= _EVERY:
                told = time.monotonic()
                self._emit(Converting(named(file), done, total))

        self._stand()
        if not file_to_half(target, half, job.convert, tell=tell):
            return fetched
        size = half.stat().st_size
        digest = self._digest(half, size, "0" * 64, file)
        stored = StoredFile(size, digest.sha256, fetched.sha256, job.convert)
        job.mark(file, stored)  # before: it counts only when a file of this size is in place
        half.replace(target)
        return stored

    def _digest(self, path: Path, size: int, sha256: str, file: FetchFile) -> Digest:
        self._emit(Checking(named(file)))
        self._progress.rest()
        return digest_of(path, size, sha256, lambda _count: self._stand())

    # --- waiting -----------------------------------------------------------------------------

    def _patience(self, repo: str) -> Patience:
        return Patience(self._hub, self._order.waits, self._control, self._tell_waiting, repo)

    def _tell_waiting(self, seconds: float, message: str) -> None:
        self._progress.rest()
        self._emit(Waiting(seconds, message))

    def _stand(self) -> None:
        """Wait out a pause, if there is one. Raises ``FetchCancelled``."""
        try:
            self._control.check()
        except Interrupted:
            self._progress.rest()
            self._control.stand()

    def _stand_by(self) -> None:
        self._stand()
        self._progress.go_on()


class _Gone(Exception):  # noqa: N818 - a finding
    """The version that was begun is not at the hub any more."""


def _failed(error: FetchError) -> Failed:
    return Failed(error.message, error.hint, error.details)
