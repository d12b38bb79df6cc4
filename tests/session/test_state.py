"""The truth of the window: from *Generate* to the strip, through every failure."""

from __future__ import annotations

from pathlib import Path

import pytest

from fakes import (
    DACKEL,
    PUBLISHED,
    Gate,
    UntilCancelled,
    damaged,
    full_disk,
    picture_of,
    plain,
)
from studio import Studio
from wurstdesk.errors import CheckpointError, StorageError
from wurstdesk.generation import (
    CheckpointInfo,
    GenerationRequest,
    Loading,
    Note,
    PictureReady,
    Preview,
    StageProgress,
)
from wurstdesk.session.jobs import JobState
from wurstdesk.session.messages import MessageAction, MessageKind


def texts(studio: Studio) -> list[str]:
    return [message.text for message in studio.state.messages.all]


def states(studio: Studio) -> list[JobState]:
    return [job.state for job in studio.state.queue]


def test_pictures_come_into_strip_and_round(studio: Studio) -> None:
    studio.generate(prompt="a dog", num_images=2, width=128, height=128)

    pictures = list(studio.state.pictures)
    assert [p.request.seed for p in pictures] == [1001, 1002]
    assert all(p.request.prompt == "a dog" and p.saved for p in pictures)
    assert [cell.picture_id for cell in studio.state.round.cells] == [p.id for p in pictures]
    assert states(studio) == [JobState.DONE]
    assert studio.state.messages.all == ()


def test_the_seed_that_is_shown_is_the_one_that_was_used(studio: Studio) -> None:
    studio.generate()
    assert studio.state.form.request.seed == studio.generator.requests[-1].seed

    studio.state.form.set_seed_random(False)
    studio.generate()
    assert studio.generator.requests[0].seed == studio.generator.requests[1].seed


def test_generate_while_one_runs_queues_another(studio: Studio) -> None:
    gate = Gate()
    studio.generator.script = lambda r: [gate, PictureReady(picture_of(r))]
    for prompt in ("one", "two", "three"):
        studio.state.form.edit(prompt=prompt)
        studio.state.generate()
    assert states(studio) == [JobState.RUNNING, JobState.WAITING, JobState.WAITING]

    gate.open()
    studio.wait_until_idle()

    assert [r.prompt for r in studio.generator.requests] == ["one", "two", "three"]
    assert states(studio) == [JobState.DONE] * 3


def test_the_queue_survives_every_failure(studio: Studio) -> None:
    failures = iter([CheckpointError("No prior."), ZeroDivisionError("bug"), MemoryError(), None])

    def script(request: GenerationRequest) -> list[BaseException | PictureReady]:
        return [next(failures) or PictureReady(picture_of(request))]

    studio.generator.script = script
    for _ in range(4):
        studio.state.generate()
    studio.wait_until_idle()

    assert states(studio) == [*[JobState.FAILED] * 3, JobState.DONE]
    assert len(studio.state.pictures) == 1


def test_a_failure_of_the_environment_is_a_message(studio: Studio) -> None:
    studio.generator.script = lambda _: [CheckpointError("No prior.", "Install it again.")]
    with studio.qtbot.assertNotEmitted(studio.state.crashed):
        studio.generate()

    (message,) = studio.state.messages.all
    assert (message.kind, message.text) == (MessageKind.PROBLEM, "No prior.")
    assert message.hint == "Install it again."
    assert message.actions == ()


def test_a_bug_is_a_crash_report(studio: Studio) -> None:
    studio.generator.script = lambda _: [ZeroDivisionError("bug")]
    with studio.qtbot.waitSignal(studio.state.crashed) as blocker:
        studio.state.generate()
    studio.wait_until_idle()

    assert "ZeroDivisionError: bug" in blocker.args[0].report
    (message,) = studio.state.messages.all
    assert message.actions == (MessageAction.SHOW_REPORT,)


def test_stop_ends_what_runs_and_the_next_begins(studio: Studio) -> None:
    endless = UntilCancelled()
    scripts = iter([[endless], None])

    def script(request: GenerationRequest) -> list[UntilCancelled | PictureReady]:
        first = next(scripts)
        return [*first] if first else [PictureReady(picture_of(request))]

    studio.generator.script = script
    studio.state.generate()
    studio.state.generate()
    endless.wait_until_reached()

    with studio.qtbot.waitSignal(studio.state.told):
        studio.state.runner.stop()
        assert studio.state.runner.is_stopping
    studio.wait_until_idle()

    assert states(studio) == [JobState.CANCELLED, JobState.DONE]
    assert not studio.state.runner.is_stopping


def test_stop_when_nothing_runs_does_nothing(studio: Studio) -> None:
    studio.state.runner.stop()
    assert not studio.state.runner.is_stopping
    studio.generate()
    assert states(studio) == [JobState.DONE]


def test_what_waits_can_be_cleared(studio: Studio) -> None:
    gate = Gate()
    studio.generator.script = lambda r: [gate, PictureReady(picture_of(r))]
    for _ in range(3):
        studio.state.generate()

    studio.state.runner.clear_waiting()
    gate.open()
    studio.wait_until_idle()

    assert states(studio) == [JobState.DONE, JobState.CANCELLED, JobState.CANCELLED]


def test_progress_loading_plan_and_notes_are_shown(studio: Studio) -> None:
    loading, drawing = Gate(), Gate()
    studio.generator.script = lambda r: [
        Loading("prior", 1, 5),
        loading,
        StageProgress("prior", 10, 20, 7.0),
        Note("Two words were left out."),
        drawing,
        PictureReady(picture_of(r, notes=("Two words were left out.",))),
    ]
    state = studio.state
    state.generate()
    studio.qtbot.waitUntil(lambda: state.loading == Loading("prior", 1, 5))
    assert state.plan == studio.generator.made_plan
    loading.open()
    studio.qtbot.waitUntil(lambda: bool(state.job_progress and state.job_progress.latest))
    assert state.loading is None
    assert state.job_progress is not None
    assert state.job_progress.latest == StageProgress("prior", 10, 20, 7.0)
    drawing.open()
    studio.wait_until_idle()

    assert texts(studio) == ["Two words were left out."]


def test_a_note_that_was_read_does_not_come_back_with_the_next_picture(studio: Studio) -> None:
    note, gate = "Two words were left out.", Gate()
    studio.generator.script = lambda r: [
        Note(note),
        gate,
        PictureReady(picture_of(r, index=0, notes=(note,))),
        PictureReady(picture_of(r, index=1, notes=(note,))),
    ]
    studio.state.form.edit(num_images=2)
    studio.state.generate()
    studio.qtbot.waitUntil(lambda: texts(studio) == [note])

    studio.state.messages.dismiss_all()
    gate.open()
    studio.wait_until_idle()

    assert len(studio.state.pictures) == 2
    assert texts(studio) == []


def test_previews_fill_the_round(studio: Studio) -> None:
    gate = Gate()
    studio.generator.script = lambda _: [Preview(1, "prior", plain(6, 6, (9, 9, 9))), gate]
    studio.state.form.edit(num_images=2)
    with studio.qtbot.waitSignal(studio.state.round.cell_changed) as blocker:
        studio.state.generate()
    gate.open()
    studio.wait_until_idle()

    assert blocker.args == [1]
    assert studio.state.round.cells[0].image.isNull()
    assert studio.state.round.cells[1].image.width() == 6


def test_reuse_takes_the_whole_request_back(studio: Studio) -> None:
    studio.read_catalogue()
    studio.generate(prompt="a dog", num_images=2, prior_guidance_scale=6.0)
    studio.generate(prompt="a cat", num_images=1, prior_guidance_scale=4.0)
    second = list(studio.state.pictures)[1]

    studio.state.reuse(second.request)
    studio.generate()

    assert studio.generator.requests[-1] == second.request
    assert second.request.prompt == "a dog"


def test_reuse_without_its_checkpoint_says_so(studio: Studio) -> None:
    studio.read_catalogue(DACKEL, PUBLISHED)
    studio.state.form.choose_checkpoint("wuerstchen")
    studio.generate(prompt="a cat", width=128, height=128)
    studio.read_catalogue(DACKEL)

    studio.state.reuse(next(iter(studio.state.pictures)).request)

    assert studio.state.form.request.prompt == "a cat"
    assert studio.state.form.request.checkpoint == "dackel"
    assert texts(studio) == ["This picture was made with wuerstchen, which is not here."]


def test_looking_at_a_picture_while_another_is_made(studio: Studio) -> None:
    studio.generate()
    first = next(iter(studio.state.pictures))
    gate = Gate()
    studio.generator.script = lambda r: [gate, PictureReady(picture_of(r))]
    studio.state.generate()
    before = studio.state.showing.picture
    assert before is None, "what was asked for is shown"

    studio.state.showing.show_picture(first.id)
    studio.state.generate()
    gate.open()
    studio.wait_until_idle()
    assert studio.state.showing.picture is first, "a new picture does not take the canvas away"

    studio.state.showing.show_round()
    assert studio.state.showing.picture is None


def test_neighbours_of_the_picture_in_view(studio: Studio) -> None:
    studio.state.showing.show_neighbour(1)  # there is none
    for _ in range(3):
        studio.generate()
    seen = []
    for steps in (-1, -1, -1, 1):
        studio.state.showing.show_neighbour(steps)
        assert studio.state.showing.picture is not None
        seen.append(studio.state.showing.picture.id)
    assert seen == [2, 1, 1, 2]


def test_a_job_that_showed_nothing_leaves_the_last_picture(studio: Studio) -> None:
    studio.generate()
    studio.generator.script = lambda _: [CheckpointError("No.")]
    studio.generate()
    assert studio.state.showing.picture_in_view is next(iter(studio.state.pictures))


def test_a_full_disk_keeps_the_picture_until_it_is_saved(studio: Studio) -> None:
    studio.sink.failures += [full_disk(), full_disk()]
    studio.generate()
    (picture,) = studio.state.pictures
    (message,) = studio.state.messages.all
    assert message.text == "The disk is full."
    assert message.actions == (
        MessageAction.SAVE_AGAIN,
        MessageAction.SAVE_AS,
        MessageAction.CHOOSE_FOLDER,
    )
    assert states(studio) == [JobState.DONE]

    with studio.qtbot.waitSignal(studio.state.messages.changed):
        studio.state.saving.save_again()
    assert picture.unsaved is not None
    assert texts(studio) == ["The disk is full."]

    with studio.qtbot.waitSignal(studio.state.told):
        studio.state.saving.save_again()
    assert picture.saved is not None
    assert texts(studio) == []
    assert [p.request for p in studio.sink.pictures] == [picture.request]


def test_the_message_about_a_full_disk_outlives_the_next_picture(studio: Studio) -> None:
    studio.sink.failures += [full_disk(), full_disk()]
    studio.generate()
    studio.generate()
    (message,) = studio.state.messages.all
    assert "2 pictures stay here" in message.hint


def test_an_unsaved_picture_is_saved_elsewhere(studio: Studio, tmp_path: Path) -> None:
    studio.sink.failures.append(full_disk())
    studio.generate()
    (picture,) = studio.state.pictures

    with studio.qtbot.waitSignal(studio.state.told):
        studio.state.saving.save_as(picture, tmp_path / "other.png")

    assert picture.saved is not None
    assert picture.saved.path == tmp_path / "other.png"
    assert texts(studio) == []


def test_a_saved_picture_is_copied(studio: Studio, tmp_path: Path) -> None:
    studio.generate()
    (picture,) = studio.state.pictures
    assert picture.saved is not None
    picture.saved.path.parent.mkdir(parents=True)
    picture.saved.path.write_bytes(b"its file")
    folder = tmp_path / "else"
    folder.mkdir()

    with studio.qtbot.waitSignal(studio.state.told):
        studio.state.saving.save_as(picture, folder)

    assert (folder / picture.saved.path.name).read_bytes() == b"its file"


def test_a_copy_that_fails_says_so(studio: Studio, tmp_path: Path) -> None:
    studio.generate()
    (picture,) = studio.state.pictures
    with studio.qtbot.waitSignal(studio.state.messages.changed):
        studio.state.saving.save_as(picture, tmp_path / "copy.png")
    assert "cannot be read" in texts(studio)[0]


@pytest.mark.parametrize(
    ("infos", "text"),
    [
        ((), "No checkpoint was found, so nothing can be drawn."),
        ((damaged(),), "Dackel cannot be used."),
    ],
)
def test_a_missing_or_damaged_checkpoint_is_said_at_the_start(
    studio: Studio, infos: tuple[CheckpointInfo, ...], text: str
) -> None:
    studio.catalogue.infos = infos
    studio.read_catalogue()
    assert texts(studio) == [text]

    with studio.qtbot.waitSignal(studio.state.form.checkpoint_changed):
        studio.state.generate()  # looks again
    assert texts(studio) == [text], "once is enough"
    assert len(studio.state.queue) == 0

    studio.catalogue.infos = (DACKEL,)
    with studio.qtbot.waitSignal(studio.state.form.checkpoint_changed):
        studio.state.generate()
    assert texts(studio) == []
    studio.generate()
    assert states(studio) == [JobState.DONE]


def test_a_catalogue_that_fails_says_so(studio: Studio) -> None:
    studio.catalogue.failure = StorageError("The disk is asleep.")
    with studio.qtbot.waitSignal(studio.state.messages.changed):
        studio.state.start()
    assert texts(studio) == ["The disk is asleep."]
