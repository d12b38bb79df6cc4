"""Fetches as the window knows them: one at a time, paused, called off, and after a restart."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from fake_shelf import GB, OFFERS, FakeFetch
from fake_shelf import WHOLE as ITEM
from fakes import DACKEL, PUBLISHED
from studio import Studio, open_studio
from wurstdesk.generation.fetching import (
    Cancelled,
    Checking,
    Converting,
    Failed,
    Fetched,
    FetchedAgain,
    FetchOrder,
    FetchRepository,
    Planned,
    Progressed,
    Waiting,
)
from wurstdesk.generation.shelf import UnfinishedFetch
from wurstdesk.session.fetching import FetchQueue
from wurstdesk.session.messages import MessageAction

WHOLE, BASE = OFFERS


def fetching(studio: Studio) -> FetchQueue:
    return studio.state.checkpoints.fetching


def started(studio: Studio, count: int = 1) -> FakeFetch:
    """The newest process, once there were so many."""
    studio.qtbot.waitUntil(lambda: len(studio.fetches.started) == count)
    return studio.fetches.last


def progressed(done: int, total: int = 12 * GB, speed: float = 25e6) -> Progressed:
    return Progressed(done, total, speed, 330.0, "a/b: model.safetensors", 1, 2)


def planned(total: int = 12 * GB) -> Planned:
    return Planned((), total, 0, {}, (), 0, 0)


def wait_for(studio: Studio, state: str, number: int = 1) -> None:
    studio.qtbot.waitUntil(
        lambda: next(j.state for j in fetching(studio).jobs if j.number == number) == state
    )


def test_an_offer_becomes_an_order(studio: Studio) -> None:
    studio.state.change_settings(hub_mirror="https://mirror.example/")

    job = fetching(studio).get(WHOLE, "float16")

    folder = studio.state.checkpoints.models_folder
    order = FetchOrder(WHOLE.repositories, folder, "float16", "https://mirror.example")
    assert started(studio).order == order == job.order
    assert (job.title, job.state, job.step) == ("Würstchen", "running", "asking")
    fetching(studio).cancel(job.number)


def test_how_far_it_is(studio: Studio) -> None:
    job = fetching(studio).get(WHOLE)
    fetch = started(studio)

    fetch.say(planned(), progressed(4 * GB))
    studio.qtbot.waitUntil(lambda: job.done == 4 * GB)
    assert (job.total, job.speed, job.seconds_left) == (12 * GB, 25e6, 330.0)
    assert job.step == "fetching"

    fetch.say(Waiting(2.0, "The connection broke."))
    studio.qtbot.waitUntil(lambda: job.step == "patience")
    assert (job.note, job.speed) == ("The connection broke.", 0.0)

    fetch.say(FetchedAgain("b", "it is too short"), Checking("b"))
    studio.qtbot.waitUntil(lambda: job.step == "checking")
    assert job.note == "b is fetched again: it is too short."

    fetch.say(Converting("b", 3, 4))
    studio.qtbot.waitUntil(lambda: job.step == "converting")
    assert (job.file, job.file_done, job.file_total) == ("b", 3, 4)
    fetching(studio).cancel(job.number)


def test_what_came_is_offered_and_the_catalogue_is_read_again(studio: Studio) -> None:
    studio.read_catalogue()
    job = fetching(studio).get(WHOLE)
    fetch = started(studio)

    with (
        studio.qtbot.waitSignal(studio.state.form.checkpoint_changed),
        studio.qtbot.waitSignal(studio.state.checkpoints.shelf.changed),
    ):
        fetch.say(Fetched(("/models/wuerstchen", "/models/wuerstchen-prior")))

    assert fetching(studio).jobs == []
    (message,) = studio.state.messages.all
    assert message.text == "Würstchen is here, checked and ready."
    assert message.actions == (MessageAction.USE_CHECKPOINT,)
    assert fetch.is_closed
    assert fetching(studio).job(job.number) is None


def test_what_was_offered_is_used_as_soon_as_it_is_known(studio: Studio) -> None:
    studio.read_catalogue()
    fetching(studio).get(WHOLE)
    fetch = started(studio)
    studio.catalogue.infos = (DACKEL, PUBLISHED)
    with studio.qtbot.waitSignal(fetching(studio).fetched):
        fetch.say(Fetched((str(PUBLISHED.path), str(PUBLISHED.prior_path))))
    (message,) = studio.state.messages.all

    studio.state.checkpoints.use_fetched(message.key)

    studio.qtbot.waitUntil(lambda: studio.state.form.checkpoint == PUBLISHED)
    assert studio.state.messages.all == ()


def test_one_after_the_other(studio: Studio) -> None:
    queue = fetching(studio)
    first, second = queue.get(WHOLE), queue.get(BASE)
    assert (first.state, second.state) == ("running", "waiting")

    started(studio).say(Fetched(("/models/a",)))

    assert started(studio, 2).order == second.order
    assert second.state == "running"
    queue.cancel(second.number)


def test_the_same_is_not_fetched_twice(studio: Studio) -> None:
    queue = fetching(studio)
    assert queue.get(WHOLE) is queue.get(WHOLE)
    assert len(queue.jobs) == 1
    started(studio)
    queue.cancel(1)


def test_pause_and_resume(studio: Studio) -> None:
    queue = fetching(studio)
    job = queue.get(WHOLE)
    fetch = started(studio)
    fetch.say(planned(), progressed(GB))
    studio.qtbot.waitUntil(lambda: job.done == GB)

    queue.pause(job.number)
    wait_for(studio, "paused")
    assert (fetch.heard, job.speed, job.seconds_left) == (["pause"], 0.0, None)
    assert not queue.is_running

    queue.resume(job.number)
    assert (fetch.heard, job.state) == (["pause", "resume"], "running")
    queue.cancel(job.number)


def test_what_is_called_off_can_go_on_or_be_thrown_away(studio: Studio) -> None:
    queue = fetching(studio)
    job = queue.get(WHOLE)
    started(studio).say(planned(), progressed(GB))
    studio.qtbot.waitUntil(lambda: job.done == GB)

    queue.cancel(job.number)
    wait_for(studio, "stopped")
    studio.qtbot.waitUntil(lambda: studio.fetches.last.is_closed)
    assert studio.fetches.discarded == []

    queue.resume(job.number)
    assert started(studio, 2).order == job.order
    queue.cancel(job.number)
    wait_for(studio, "stopped")
    queue.throw_away(job.number)
    assert queue.jobs == []
    with studio.qtbot.waitSignal(queue.discarded):
        pass
    assert studio.fetches.discarded == [job.order]


def test_of_what_was_called_off_at_once_nothing_stays(studio: Studio) -> None:
    queue = fetching(studio)
    job = queue.get(WHOLE)
    started(studio)

    queue.cancel(job.number)

    studio.qtbot.waitUntil(lambda: queue.jobs == [])
    studio.qtbot.waitUntil(lambda: studio.fetches.discarded == [job.order])


def test_what_waits_is_called_off_without_a_process(studio: Studio) -> None:
    queue = fetching(studio)
    queue.get(WHOLE)
    second = queue.get(BASE)
    started(studio)
    queue.cancel(second.number)
    assert [job.title for job in queue.jobs] == ["Würstchen"]
    queue.cancel(1)
    studio.qtbot.waitUntil(lambda: queue.jobs == [])
    assert len(studio.fetches.started) == 1


def test_a_failure_is_said_with_what_to_do_and_can_be_tried_again(studio: Studio) -> None:
    queue = fetching(studio)
    job = queue.get(WHOLE)
    started(studio).say(planned(), progressed(GB))
    started(studio).say(Failed("huggingface.co is not reached.", "Check the cable.", "errno 101"))
    wait_for(studio, "failed")

    (message,) = studio.state.messages.all
    assert (message.text, message.hint) == ("huggingface.co is not reached.", "Check the cable.")
    assert (message.details, message.actions) == ("errno 101", (MessageAction.SHOW_CHECKPOINTS,))

    studio.state.change_settings(hub_mirror="https://mirror.example")
    queue.resume(job.number)
    assert started(studio, 2).order.endpoint == "https://mirror.example"
    assert not job.failure
    queue.cancel(job.number)


def test_a_failure_does_not_hold_up_what_waits(studio: Studio) -> None:
    queue = fetching(studio)
    queue.get(WHOLE)
    queue.get(BASE)
    started(studio).say(Failed("No."))
    assert started(studio, 2).order.repositories == BASE.repositories
    queue.cancel(2)


def test_a_repair_goes_to_where_the_checkpoint_came_from(studio: Studio) -> None:
    studio.state.change_settings(hub_mirror="https://mirror.example")
    order = FetchOrder((FetchRepository("a/b"),), Path("/models"), endpoint="https://origin")

    job = fetching(studio).add("Repair", order)
    started(studio).say(planned(), progressed(GB), Failed("No."))
    wait_for(studio, "failed")
    fetching(studio).resume(job.number)

    assert started(studio, 2).order.endpoint == "https://origin"
    fetching(studio).cancel(job.number)


def test_a_process_that_cannot_be_started_is_a_bug(studio: Studio) -> None:
    studio.fetches.failure = RuntimeError("no such thing")
    with studio.qtbot.waitSignal(studio.state.crashed):
        fetching(studio).get(WHOLE)
    wait_for(studio, "failed")


def test_the_same_estimate_until_something_was_fetched(studio: Studio) -> None:
    queue = fetching(studio)
    assert queue.seconds_for(625_000_000) == pytest.approx(100)
    assert not queue.knows_speed
    queue.get(WHOLE)
    started(studio).say(progressed(GB, speed=50e6))
    studio.qtbot.waitUntil(lambda: queue.knows_speed)
    assert queue.seconds_for(5 * GB) == pytest.approx(100)
    queue.cancel(1)


# -- from one start to the next -------------------------------------------------------------------


def test_after_a_restart_it_waits_to_be_asked_and_goes_on(qtbot: QtBot, tmp_path: Path) -> None:
    memory = tmp_path / "window.json"
    with open_studio(qtbot, tmp_path / "pictures", memory) as studio:
        job = fetching(studio).get(WHOLE, "bfloat16")
        fetch = started(studio)
        fetch.say(planned(), progressed(GB))
        qtbot.waitUntil(lambda: job.done == GB)
        order = job.order
    assert fetch.is_closed

    with open_studio(qtbot, tmp_path / "pictures", memory) as studio:
        studio.read_catalogue()
        (job,) = fetching(studio).jobs
        assert (job.state, job.title, job.order) == ("stopped", "Würstchen", order)
        assert (job.done, job.total) == (GB, 12 * GB)
        assert fetching(studio).knows_speed
        assert studio.fetches.started == []

        fetching(studio).resume(job.number)
        assert started(studio).order == order


@pytest.mark.parametrize(
    "kept", ['{"fetches": 1}', '{"fetches": {"orders": [1, {}, {"title": "x"}], "speed": "fast"}}']
)
def test_whatever_is_wrong_with_what_was_remembered(
    qtbot: QtBot, tmp_path: Path, kept: str
) -> None:
    memory = tmp_path / "window.json"
    memory.write_text(kept)
    with open_studio(qtbot, tmp_path / "pictures", memory) as studio:
        assert fetching(studio).jobs == []
        assert not fetching(studio).knows_speed


def test_what_others_have_begun_is_shown_once_the_halves_as_one(studio: Studio) -> None:
    folder = studio.state.checkpoints.models_folder
    repos = [repo.repo_id for repo in WHOLE.repositories]
    for repo in (*repos, "some/one"):
        order = FetchOrder((FetchRepository(repo),), folder, "float16")
        studio.shelf.left.append(UnfinishedFetch(order, repo, "abc", folder / "x", GB))

    for _ in range(2):
        with studio.qtbot.waitSignal(studio.state.checkpoints.shelf.changed):
            studio.state.checkpoints.look()

    jobs = fetching(studio).jobs
    assert [(job.title, job.state, job.done) for job in jobs] == [
        ("Würstchen", "stopped", 2 * GB),
        ("some/one", "stopped", GB),
    ]
    assert jobs[0].order == replace(jobs[0].order, repositories=WHOLE.repositories)
    assert jobs[0].order.convert == "float16"

    # What one was asked to go on with stays, the others only as long as they are on the disk
    fetching(studio).resume(jobs[0].number)
    started(studio)
    studio.shelf.left.clear()
    with studio.qtbot.waitSignal(studio.state.checkpoints.shelf.changed):
        studio.state.checkpoints.look()
    assert fetching(studio).jobs == [jobs[0]]
    fetching(studio).cancel(jobs[0].number)


def test_the_end_calls_off_what_runs(qtbot: QtBot, tmp_path: Path) -> None:
    with open_studio(qtbot, tmp_path / "pictures") as studio:
        fetching(studio).get(WHOLE)
        fetch = started(studio)
    assert fetch.heard == ["cancel"]
    assert fetch.is_closed
    fetch.say(Cancelled())


def test_the_computer_stays_awake_while_something_is_fetched(studio: Studio) -> None:
    awake = studio.state.wakefulness
    fetching(studio).get(WHOLE)
    started(studio).say(progressed(GB))
    assert awake.is_held
    fetching(studio).pause(1)
    studio.qtbot.waitUntil(lambda: not awake.is_held)
    fetching(studio).cancel(1)


def test_what_came_is_looked_at_and_no_longer_offered_when_it_is_used(studio: Studio) -> None:
    shelf = studio.state.checkpoints.shelf
    studio.read_catalogue(DACKEL, PUBLISHED)
    with studio.qtbot.waitSignal(shelf.changed):
        shelf.look()
    assert shelf.chosen_name == "dackel"
    fetching(studio).get(WHOLE)
    studio.shelf.found.append(ITEM)
    with studio.qtbot.waitSignal(shelf.changed):
        started(studio).say(Fetched((str(PUBLISHED.path), str(PUBLISHED.prior_path))))
    assert shelf.chosen_name == "wuerstchen"
    assert studio.state.messages.all

    studio.state.form.choose_checkpoint("wuerstchen")

    assert not list(studio.state.messages.all)
