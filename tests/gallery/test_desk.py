"""What the window keeps in the gallery's database: the queue, seeds, prompts, pages of pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import apsw
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gallery.pictures import finish, make_picture, picture_of, requests, start_python
from gallery.places import ask, damage_the_tables, database, pictures
from wurstdesk.errors import StorageError
from wurstdesk.gallery import desk_rows, schema
from wurstdesk.gallery.desk import GalleryDesk
from wurstdesk.generation import Desk, GenerationRequest, KeptJob, SeedUse, make_request

OpenDesk = Callable[[], GalleryDesk]


@pytest.fixture
def open_desk(place: Path) -> Iterator[OpenDesk]:
    """Opens the desk of this test, as often as asked; all are closed at the end."""
    opened: list[GalleryDesk] = []

    def open_it() -> GalleryDesk:
        opened.append(GalleryDesk.open(database(place), pictures(place)))
        return opened[-1]

    yield open_it
    for desk in opened:
        desk.close()


def job(key: str, prompt: str = "a dog", **fields: object) -> KeptJob:
    return KeptJob(key, make_request(prompt=prompt, **fields))


def use_of(seed: int) -> SeedUse:
    return SeedUse(seed, make_request(seed=seed, prompt="a cat"), "2024-05-01T12:00:00.000+00:00")


def test_it_is_a_desk(open_desk: OpenDesk) -> None:
    desk: Desk = open_desk()
    assert desk.notices == ()


def test_the_queue_outlives_the_program_in_its_order(open_desk: OpenDesk) -> None:
    kept = [replace(job("b"), state="running"), job("c", "a cat", seed=5), job("a", num_images=9)]
    first = open_desk()
    first.keep_jobs(kept)
    first.close()

    assert open_desk().jobs() == tuple(kept)


def test_what_is_kept_takes_the_place_of_what_was(open_desk: OpenDesk) -> None:
    desk = open_desk()
    desk.keep_jobs([job("a"), job("b"), job("c")])
    desk.keep_jobs([job("c"), job("a")])
    assert [kept.key for kept in desk.jobs()] == ["c", "a"]
    desk.keep_jobs([])
    assert desk.jobs() == ()


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(request=requests(), count=st.integers(1, 64))
def test_a_request_comes_back_as_it_was(
    open_desk: OpenDesk, request: GenerationRequest, count: int
) -> None:
    desk = open_desk()
    kept = KeptJob("a", request.changed(num_images=count))
    desk.keep_jobs([kept])
    assert desk.jobs() == (kept,)
    desk.close()


def test_a_write_that_fails_keeps_what_was_kept(
    open_desk: OpenDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = open_desk()
    desk.keep_jobs([job("a")])

    def fill(connection: apsw.Connection, kept: object) -> None:
        connection.execute("DELETE FROM jobs")
        raise apsw.FullError("no room")

    monkeypatch.setattr(desk_rows, "replace_jobs", fill)
    with pytest.raises(StorageError, match="is full"):
        desk.keep_jobs([job("b")])
    assert [kept.key for kept in desk.jobs()] == ["a"]


def test_a_job_of_another_version_is_left_out(open_desk: OpenDesk, place: Path) -> None:
    desk = open_desk()
    desk.keep_jobs([job("a"), job("b")])
    ask(place, "UPDATE jobs SET request = '{\"schema\": 99}' WHERE key = 'a'")
    assert [kept.key for kept in desk.jobs()] == ["b"]


def test_seeds_are_each_there_once_the_last_used_first(open_desk: OpenDesk) -> None:
    desk = open_desk()
    for seed in (1, 2, 3, 1):
        desk.save(make_picture(f"a dog of {seed}", seed))

    uses = desk.seeds(10)

    assert [use.seed for use in uses] == [1, 3, 2]
    assert uses[0].path == desk.recent(1)[0].path, "the newest picture stands for its seed"
    assert all(use.thumbnail.startswith(b"RIFF") and not use.is_pinned for use in uses)
    assert uses[1].request == make_picture("a dog of 3", 3).request
    assert [use.seed for use in desk.seeds(2)] == [1, 3]


def test_pinned_seeds_come_first_and_only_once(open_desk: OpenDesk, place: Path) -> None:
    desk = open_desk()
    for seed in (1, 2, 3):
        desk.save(make_picture(seed=seed))
    (oldest,) = (use for use in desk.seeds(10) if use.seed == 1)
    ask(place, "DELETE FROM pictures WHERE seed = 1")

    desk.pin_seed(oldest)
    desk.pin_seed(use_of(9))

    assert {use.seed for use in desk.seeds(10)[:2]} == {9, 1}
    assert [use.seed for use in desk.seeds(10)[2:]] == [3, 2]
    assert replace(oldest, is_pinned=True) in desk.seeds(10), "picture and all, though it is gone"
    assert [use.is_pinned for use in desk.seeds(2)] == [True, True]

    desk.unpin_seed(9)
    desk.unpin_seed(77)
    assert [use.seed for use in desk.seeds(10)] == [1, 3, 2]


def test_a_seed_pinned_again_becomes_the_newest_pin(
    open_desk: OpenDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = open_desk()
    moments = iter("abc")
    monkeypatch.setattr("wurstdesk.gallery.desk.utc_text", lambda _: next(moments))
    for seed in (1, 2, 1):
        desk.pin_seed(use_of(seed))
    assert [use.seed for use in desk.seeds(10)] == [1, 2]


def test_prompts_are_each_there_once_and_none_is_empty(open_desk: OpenDesk) -> None:
    desk = open_desk()
    for number, prompt in enumerate(("a dog", "a cat", " ", "a dog", "", "a cow")):
        desk.save(make_picture(prompt, number))
    assert desk.prompts(10) == ("a cow", "a dog", "a cat")
    assert desk.prompts(1) == ("a cow",)


def test_a_gallery_of_the_first_version_gets_a_desk(open_desk: OpenDesk, place: Path) -> None:
    database(place).parent.mkdir()
    schema.connect(database(place), steps=schema.migrations()[:1]).close()
    desk = open_desk()
    desk.keep_jobs([job("a")])
    assert [kept.key for kept in desk.jobs()] == ["a"]


def test_a_damaged_database_is_mended_as_any_gallery(open_desk: OpenDesk, place: Path) -> None:
    desk = open_desk()
    desk.save(picture_of(make_request(width=128, height=128, seed=4)))
    desk.keep_jobs([job("a")])
    desk.close()
    damage_the_tables(place)
    database(place).with_name("gallery.sqlite.suspect").touch()

    mended = open_desk()

    assert "was damaged" in mended.notices[0]
    assert [use.seed for use in mended.seeds(10)] == [4]
    assert mended.jobs() == ()


def test_beside_the_gallery_of_another_thread(open_desk: OpenDesk) -> None:
    sink, desk = open_desk(), open_desk()
    sink.save(make_picture(seed=3))
    desk.keep_jobs([job("a")])
    assert [use.seed for use in desk.seeds(1)] == [3]
    assert [kept.key for kept in sink.jobs()] == ["a"]


KILLED = """
import sys
from pathlib import Path
from wurstdesk.gallery.desk import GalleryDesk
from wurstdesk.generation import KeptJob, make_request
desk = GalleryDesk.open(Path(sys.argv[1]), Path(sys.argv[2]))
desk.keep_jobs([KeptJob("a", make_request(prompt="a dog"), "running")])
print("kept", flush=True)
sys.stdin.read()
"""


def test_a_process_that_is_killed_leaves_its_queue_and_a_clean_database(
    open_desk: OpenDesk, place: Path
) -> None:
    process = start_python(KILLED, database(place), pictures(place))
    assert process.stdout is not None
    assert process.stdout.readline() == "kept\n"
    process.kill()
    process.communicate(timeout=60)

    wal = database(place).with_name("gallery.sqlite-wal")
    assert not wal.exists() or wal.stat().st_size == 0, "the next start need not check it all"
    (kept,) = open_desk().jobs()
    assert (kept.state, kept.request.prompt) == ("running", "a dog")


TOGETHER = """
import sys
from pathlib import Path
from wurstdesk.gallery.desk import GalleryDesk
from wurstdesk.generation import KeptJob, make_request
desk = GalleryDesk.open(Path(sys.argv[1]), Path(sys.argv[2]))
for number in range(20):
    desk.keep_jobs([KeptJob(f"{sys.argv[3]}-{at}", make_request(seed=at)) for at in range(5)])
desk.close()
"""


def test_processes_that_keep_at_the_same_time_never_mix(open_desk: OpenDesk, place: Path) -> None:
    open_desk()
    finish(*(start_python(TOGETHER, database(place), pictures(place), name) for name in "xy"))
    keys = [kept.key for kept in open_desk().jobs()]
    assert len(keys) == 5
    assert len({key[0] for key in keys}) == 1
