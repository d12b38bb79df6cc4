"""What is said of jobs, in the queue and in the row that shows the one that runs."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from wurstdesk.generation import Stage, StageProgress
from wurstdesk.session.jobs import Job, JobState
from wurstdesk.session.runner import JobRunner
from wurstdesk.ui.i18n import (
    DOT,
    duration,
    loading_words,
    rough_duration,
    size_text,
    stage_name,
    time_left,
)


def prompt_of(job: Job) -> str:
    """The prompt in one line."""
    return " ".join(job.request.prompt.split()) or _tr("(no prompt)")


def pictures_text(count: int) -> str:
    """How many pictures."""
    return _tr("1 picture") if count == 1 else _tr("{0} pictures").format(count)


def jobs_text(count: int) -> str:
    """How many jobs."""
    return _tr("1 job") if count == 1 else _tr("{0} jobs").format(count)


def job_line(job: Job, runner: JobRunner) -> str:
    """Where a job stands, in one line."""
    match job.state:
        case JobState.RUNNING:
            return running_words(runner, is_short=True)
        case JobState.WAITING:
            return _waiting_words(job, runner)
        case JobState.DONE:
            return _tr("Done") + DOT + pictures_text(job.request.num_images)
        case JobState.FAILED:
            reason = job.failure.message if job.failure is not None else ""
            return _made_of(job, _tr("Failed")) + (f": {reason}" if reason else "")
        case JobState.CANCELLED:
            return _made_of(job, _tr("Stopped") if job.has_begun else _tr("Cleared"))


def running_words(runner: JobRunner, *, is_short: bool = False) -> str:
    """What the job that runs is about."""
    if runner.is_stopping:
        return _tr("Stopping…") if is_short else _tr("Stopping after this step…")
    if runner.loading is not None:
        return loading_words(runner.loading.what)
    latest = runner.job_progress.latest if runner.job_progress else None
    if latest is None:
        return _tr("Starting…")
    if runner.is_compiling:
        words = _tr("Compiling ({0})…") if is_short else _tr("Compiling for this size ({0})…")
        return words.format(_short_name(latest.stage))
    return _step_words(latest, runner, is_short=is_short)


def running_fraction(runner: JobRunner) -> float:
    """How far that is, from 0 to 1: loading has a course of its own."""
    loading = runner.loading
    if loading is not None:
        return loading.done / loading.total if loading.total else 0.0
    return runner.job_progress.fraction if runner.job_progress else 0.0


def left_words(runner: JobRunner) -> str:
    """How long the job that runs will take, and with it all that waits; nothing if unknown."""
    time = runner.time
    running, whole = time.running, time.whole
    if running is None:
        return ""
    words = time_left(running)
    if runner.queue.waiting and whole is not None:
        words += DOT + _tr("all in {0}").format(rough_duration(whole))
    return words


def elapsed_words(seconds: float) -> str:
    """How long something has taken whose end nobody knows: whole seconds, which do not flicker."""
    whole = int(seconds)
    return _tr("{0} so far").format(duration(whole) if whole >= 10 else _tr("{0} s").format(whole))


def queue_words(runner: JobRunner) -> str:
    """How much there is to do, and how long it will take as far as that is known."""
    queue = runner.queue
    count = len(queue.waiting) + (queue.running is not None)
    if not count:
        return ""
    words = [jobs_text(count)]
    whole = runner.time.whole
    if whole is not None:
        words.append(_tr("about {0}").format(rough_duration(whole)))
    if queue.is_paused:
        words.append(_tr("paused"))
    return DOT.join(words)


def _waiting_words(job: Job, runner: JobRunner) -> str:
    request = job.rest
    words = [pictures_text(request.num_images), size_text(request.width, request.height)]
    seconds = runner.time.of(job)
    if seconds is not None:
        words.append(_tr("about {0}").format(rough_duration(seconds)))
    return DOT.join(words)


def _made_of(job: Job, what: str) -> str:
    """What became of a job, and how many of its pictures there are."""
    if not job.finished:
        return what
    made = _tr("{0} of {1} pictures").format(len(job.finished), job.request.num_images)
    return what + DOT + made


def _step_words(progress: StageProgress, runner: JobRunner, *, is_short: bool) -> str:
    words = [_short_name(progress.stage) if is_short else stage_name(progress.stage)]
    if progress.steps > 1:
        words.append(_tr("step {0} of {1}").format(progress.step, progress.steps))
    count = len(runner.round.cells)
    if count > 1 and len(progress.indices) == count:
        words.append(pictures_text(count))
    elif count > 1:
        first, last = progress.indices[0] + 1, progress.indices[-1] + 1
        if first == last:
            words.append(_tr("picture {0} of {1}").format(first, count))
        else:
            words.append(_tr("pictures {0}–{1} of {2}").format(first, last, count))
    return DOT.join(words)


def _short_name(stage: Stage) -> str:
    return {"prior": _tr("Stage C"), "decoder": _tr("Stage B"), "vqgan": _tr("Stage A")}[stage]


def _tr(text: str) -> str:
    return QCoreApplication.translate("Jobs", text)
