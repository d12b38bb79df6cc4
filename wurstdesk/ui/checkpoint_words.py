"""Checkpoints, and how far a fetch of one is, in words."""

from __future__ import annotations

from urllib.parse import urlsplit

from PySide6.QtCore import QCoreApplication

from wurstdesk.generation.fetching import HalfPrecision
from wurstdesk.generation.shelf import ShelfItem
from wurstdesk.session.checkpoint_shelf import bytes_words
from wurstdesk.session.checkpoints import Checkpoints
from wurstdesk.session.fetch_job import FetchJob
from wurstdesk.ui.i18n import DOT, rough_duration, time_left

_HUB = "huggingface.co"
PRECISIONS: tuple[HalfPrecision | None, ...] = (None, "float16", "bfloat16")


def precision_words(precision: HalfPrecision | None) -> str:
    """How weights can be stored."""
    return {
        None: _tr("As published (full precision)"),
        "float16": _tr("Half precision (float16)"),
        "bfloat16": _tr("Half precision, wide range (bfloat16)"),
    }[precision]


def state_words(item: ShelfItem) -> str:
    """How whole one is."""
    if item.state == "complete" and item.kind == "prior" and not item.fits:
        return _tr("Goes with no checkpoint here")
    return {
        "complete": _tr("Complete"),
        "partial": _tr("Incomplete"),
        "broken": _tr("Damaged"),
    }[item.state]


def place_words(item: ShelfItem) -> str:
    """Whose it is."""
    return {
        "built in": _tr("comes with Wurstdesk"),
        "ours": _tr("in Wurstdesk’s folder"),
        "yours": _tr("in a folder of yours"),
        "hub cache": _tr("in the hub’s cache, which other programs may share"),
    }[item.place]


def short_place_words(item: ShelfItem) -> str:
    """The same in a list."""
    return {
        "built in": _tr("built in"),
        "ours": _tr("fetched or brought"),
        "yours": _tr("in a folder of yours"),
        "hub cache": _tr("hub’s cache"),
    }[item.place]


def dtype_words(dtype: str) -> str:
    """How weights are stored."""
    return {
        "float32": _tr("full precision (float32)"),
        "float16": _tr("half precision (float16)"),
        "bfloat16": _tr("half precision, wide range (bfloat16)"),
    }.get(dtype, dtype)


def amount_words(done: int, total: int) -> str:
    """How much of how much."""
    if not total:
        return bytes_words(done) if done else ""
    return _tr("{0} of {1}").format(bytes_words(done), bytes_words(total))


def speed_words(speed: float) -> str:
    """How fast."""
    return _tr("{0}/s").format(bytes_words(round(speed)))


def job_state_words(job: FetchJob) -> str:
    """What a fetch does now, in a word or two; "" while bytes come."""
    if job.state == "running":
        return {
            "asking": _tr("Asking the hub…"),
            "fetching": "",
            "checking": _tr("Checking"),
            "converting": _tr("Converting"),
            "patience": _tr("Waiting"),
        }[job.step]
    return {
        "waiting": _tr("Waits for its turn"),
        "paused": _tr("Paused"),
        "stopped": _tr("Not finished"),
        "failed": _tr("Failed"),
    }[job.state]


def job_words(job: FetchJob) -> str:
    """How far a fetch is, in a line."""
    parts = [job_state_words(job), amount_words(job.done, job.total)]
    if job.state == "running" and job.step == "fetching" and job.speed:
        parts.append(speed_words(job.speed))
        if job.seconds_left is not None:
            parts.append(time_left(job.seconds_left))
    return DOT.join(filter(None, parts))


def file_words(job: FetchJob) -> str:
    """Which file is in hand, and how far that is; or what holds things up."""
    if job.failure is not None:
        return " ".join(filter(None, (job.failure.message, job.failure.hint)))
    if job.state == "stopped":
        return _tr("It goes on where it stopped.") if job.done else ""
    if job.state not in {"running", "paused"}:
        return ""
    amount = amount_words(job.file_done, job.file_total) if job.file_total else ""
    return DOT.join(filter(None, (job.note, job.file, amount)))


def estimate_words(seconds: float, speed: float, *, is_known: bool) -> str:
    """How long something will take, and by which connection that is thought."""
    if is_known:
        return _tr("about {0}, as fast as the last time").format(rough_duration(seconds))
    megabits = round(speed * 8 / 1e6)
    return _tr("about {0} at {1} Mbit/s").format(rough_duration(seconds), megabits)


def time_words(checkpoints: Checkpoints, size: int) -> str:
    """How long so many bytes will take to come."""
    fetching = checkpoints.fetching
    return estimate_words(
        fetching.seconds_for(size), fetching.usual_speed, is_known=fetching.knows_speed
    )


def source_words(address: str, repositories: str) -> str:
    """From where: the hub, or the address of a mirror of it."""
    host = (urlsplit(address).netloc if address else "") or _HUB
    return _tr("{0} on {1}").format(repositories, host) if repositories else host


def room_words(checkpoints: Checkpoints) -> str:
    """Into which folder, and what is free there."""
    folder, shelf = str(checkpoints.models_folder), checkpoints.shelf
    if not shelf.is_known:
        return folder
    return _tr("{0} ({1} are free there)").format(folder, bytes_words(shelf.free_bytes))


def lacks_words(needed: int, free: int) -> str:
    """The disk is too full."""
    return _tr("{0} are needed on that disk, and {1} are free. Make room, then try again.").format(
        bytes_words(needed), bytes_words(free)
    )


def _tr(text: str) -> str:
    return QCoreApplication.translate("CheckpointWords", text)
