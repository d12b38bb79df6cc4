"""The checkpoints on the disk as the window knows them, and the work on them."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from fake_shelf import BUILT_IN, GB, WHOLE, partial_item, prior_item, with_prior
from fakes import DACKEL, PUBLISHED
from studio import Studio
from wurstdesk.errors import StorageError
from wurstdesk.generation.shelf import ImportPiece, ImportPlan, VerifyReport
from wurstdesk.session.checkpoint_shelf import CheckpointShelf
from wurstdesk.session.shelf_work import Task, fitting, free_bytes


@pytest.fixture
def shelf(studio: Studio) -> CheckpointShelf:
    """With a whole checkpoint, a partial one and a prior, looked at."""
    studio.shelf.found = [BUILT_IN, WHOLE, partial_item(), prior_item()]
    studio.read_catalogue(DACKEL, PUBLISHED, with_prior(prior_item()))
    shelf = studio.state.checkpoints.shelf
    with studio.qtbot.waitSignal(shelf.changed):
        shelf.look()
    return shelf


def end(studio: Studio, shelf: CheckpointShelf) -> None:
    studio.qtbot.waitUntil(lambda: not shelf.is_busy)


def test_what_is_there_and_what_is_free(studio: Studio, shelf: CheckpointShelf) -> None:
    assert shelf.items == tuple(studio.shelf.found)
    assert shelf.is_known
    assert shelf.free_bytes > 0
    assert shelf.chosen == BUILT_IN, "the one that draws is looked at first"
    assert shelf.found_elsewhere() == (WHOLE,)


def test_what_can_be_used(shelf: CheckpointShelf) -> None:
    assert [shelf.can_use(item) for item in shelf.items] == [True, True, False, True]
    assert not shelf.can_use(prior_item(fits=()))
    assert [shelf.is_used(item) for item in shelf.items] == [True, False, False, False]


def test_a_checkpoint_and_a_prior_are_used(studio: Studio, shelf: CheckpointShelf) -> None:
    form = studio.state.form
    shelf.use(WHOLE)
    assert form.checkpoint == PUBLISHED
    assert shelf.is_used(WHOLE)

    shelf.use(prior_item())
    assert form.checkpoint == with_prior(prior_item())
    assert shelf.is_used(prior_item())


def test_verifying_tells_how_far_it_is_and_what_came_of_it(
    studio: Studio, shelf: CheckpointShelf
) -> None:
    studio.shelf.gate = threading.Event()
    shelf.verify(WHOLE)
    studio.qtbot.waitUntil(lambda: shelf.done == 1)
    assert (shelf.what, shelf.total, shelf.is_busy) == ("Reading Würstchen v2", 4, True)

    with studio.qtbot.waitSignal(shelf.verified):
        studio.shelf.gate.set()

    assert not shelf.is_busy
    assert not shelf.outcome.is_problem
    assert "each of its 8 files" in shelf.outcome.text
    assert shelf.report_of(WHOLE) == VerifyReport(WHOLE, 8, WHOLE.bytes_on_disk, (), (), ())
    assert shelf.report_of(replace(WHOLE, bytes_on_disk=1)) is None, "of what it was"


def test_one_work_at_a_time(studio: Studio, shelf: CheckpointShelf) -> None:
    studio.shelf.gate = threading.Event()
    shelf.verify(WHOLE)
    shelf.remove(WHOLE)
    studio.shelf.gate.set()
    end(studio, shelf)
    assert studio.shelf.asked == [("verify", "wuerstchen")]


def test_a_work_is_called_off(studio: Studio, shelf: CheckpointShelf) -> None:
    studio.shelf.gate = threading.Event()
    shelf.convert(WHOLE, "float16")
    studio.qtbot.waitUntil(lambda: shelf.done == 1)
    shelf.cancel()
    end(studio, shelf)
    assert shelf.outcome.text == "Cancelled. Nothing was changed."
    assert WHOLE in studio.shelf.found
    assert len(studio.shelf.found) == 4


def test_a_copy_in_half_precision_is_looked_at(studio: Studio, shelf: CheckpointShelf) -> None:
    with studio.qtbot.waitSignals([shelf.disk_changed, shelf.changed]):
        shelf.convert(WHOLE, "bfloat16")
    assert shelf.chosen_name == "wuerstchen-fp16"
    assert shelf.chosen is not None
    assert shelf.chosen.dtype == "bfloat16"


def test_removing_frees_the_disk_and_nobody_holds_the_files(
    studio: Studio, shelf: CheckpointShelf
) -> None:
    studio.state.prepare()
    studio.qtbot.waitUntil(lambda: bool(studio.generator.warmed))
    with studio.qtbot.waitSignals([shelf.disk_changed, shelf.changed]):
        shelf.remove(WHOLE)
    assert shelf.outcome.text == "Removed. 12.5 GB are free again."
    assert WHOLE not in shelf.items
    studio.qtbot.waitUntil(lambda: studio.generator.released == 1)


def test_what_was_brought_is_recognised_then_taken(studio: Studio, shelf: CheckpointShelf) -> None:
    piece = ImportPiece(Path("/usb/a"), Path("/models/a"), GB, "the decoder")
    studio.shelf.plan = ImportPlan((piece,), ("half-way",), ("the folder of the prior",))
    told: list[ImportPlan] = []
    shelf.recognised.connect(told.append)
    shelf.recognise([Path("/usb/a")])
    studio.qtbot.waitUntil(lambda: told == [studio.shelf.plan])

    end(studio, shelf)
    with studio.qtbot.waitSignals([shelf.disk_changed, shelf.changed]):
        shelf.take(told[0], "link")

    assert studio.shelf.asked == [("recognise", (Path("/usb/a"),)), ("take", "link")]
    assert shelf.chosen_name == "half-way"
    assert shelf.outcome.text == "half-way is here."
    assert shelf.outcome.hint.startswith("Still missing: the weights of the decoder")


def test_a_failure_is_said_in_its_place(studio: Studio, shelf: CheckpointShelf) -> None:
    studio.shelf.failure = StorageError("The disk is full.", "Make room.")
    shelf.verify(WHOLE)
    end(studio, shelf)
    outcome = shelf.outcome
    assert (outcome.text, outcome.hint, outcome.is_problem) == (
        "The disk is full.",
        "Make room.",
        True,
    )
    assert studio.state.messages.all == ()


def test_a_bug_becomes_a_report(studio: Studio, shelf: CheckpointShelf) -> None:
    studio.shelf.failure = ValueError("odd")
    with studio.qtbot.waitSignal(studio.state.crashed):
        shelf.verify(WHOLE)


def test_the_end_calls_off_the_work(studio: Studio, shelf: CheckpointShelf) -> None:
    studio.shelf.gate = threading.Event()  # never opened
    shelf.verify(WHOLE)
    studio.qtbot.waitUntil(lambda: shelf.done == 1)
    studio.state.shutdown()


def test_a_new_folder_is_looked_at_at_once(studio: Studio, shelf: CheckpointShelf) -> None:
    with studio.qtbot.waitSignal(shelf.changed):
        studio.state.change_settings(checkpoint_folders=(Path("/more"),))


# -- the parts ------------------------------------------------------------------------------------


def test_a_work_is_told_of_sparingly() -> None:
    told: list[object] = []

    def work(tell: object, is_cancelled: object) -> int:
        del is_cancelled
        assert callable(tell)
        for done in range(100_000):
            tell(done, 100_000)
        return 1

    answer = Task(work, lambda done, total: told.append(done), threading.Event())()

    assert answer == 1
    assert len(told) == 200


def test_free_room_of_a_folder_that_is_not_there_yet(tmp_path: Path) -> None:
    assert free_bytes(tmp_path / "a" / "b" / "c") == free_bytes(tmp_path) > 0


def test_which_checkpoint_is_meant_by_folders() -> None:
    base = with_prior(prior_item())
    other = replace(PUBLISHED, name="other", path=Path("models/other"))
    with_other = with_prior(prior_item(), other)
    infos = (DACKEL, base, PUBLISHED, other, with_other)
    pair = frozenset({PUBLISHED.path, PUBLISHED.prior_path})
    alone = frozenset({prior_item().info.path})

    assert fitting(infos, pair, DACKEL) == PUBLISHED
    assert fitting(infos, alone, other) == with_other
    assert fitting(infos, alone, PUBLISHED) == base
    assert fitting(infos, frozenset({Path("nowhere")}), None) is None
    assert fitting((replace(PUBLISHED, complete=False),), pair, None) is None
