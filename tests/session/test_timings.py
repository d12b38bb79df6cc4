"""What is remembered of how long work takes, and what a damaged or foreign file can do to it."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import pytest

from wurstdesk.paths import Home
from wurstdesk.session import timings
from wurstdesk.session.timings import MAX_BYTES, MAX_KEYS, TimingsFile


@pytest.fixture
def path(home: Home) -> Path:
    return home.timings_file


def test_what_was_measured_is_there_at_the_next_start(path: Path) -> None:
    # Given a first run that measures
    first = TimingsFile(path)
    first.rates("dackel | cpu | 384x384").update({"prior": 0.25, "decoder": 0.5})
    first.rates("dackel | cpu | 512x512")["vqgan"] = 2
    # When it is kept, and another run asks
    first.keep()
    second = TimingsFile(path)
    # Then it knows
    assert second.rates("dackel | cpu | 384x384") == {"prior": 0.25, "decoder": 0.5}
    assert second.rates("dackel | cpu | 512x512") == {"vqgan": 2.0}
    assert second.rates("something else") == {}


def test_the_rates_are_live(path: Path) -> None:
    # Given rates that were asked for once and are changed after they were kept
    store = TimingsFile(path)
    rates = store.rates("key")
    rates["prior"] = 1.0
    store.keep()
    rates["prior"] = 3.0
    # When they are kept again
    store.keep()
    # Then the same dict was meant all along
    assert store.rates("key") is rates
    assert TimingsFile(path).rates("key") == {"prior": 3.0}


def test_a_copy_of_all_that_is_known(path: Path) -> None:
    store = TimingsFile(path)
    store.rates("key").update({"prior": 1.0, "loading": 3.0, "rest": 0.5})
    store.keep()
    again = TimingsFile(path)
    copy = again.known()
    assert copy == {"key": {"prior": 1.0, "loading": 3.0, "rest": 0.5}}
    copy["key"]["prior"] = 9.0
    assert again.rates("key")["prior"] == 1.0


def test_two_processes_do_not_undo_each_others_work(path: Path) -> None:
    # Given two that have read the same file and measure different things
    start = TimingsFile(path)
    start.rates("shared")["prior"] = 1.0
    start.keep()
    window, command = TimingsFile(path), TimingsFile(path)
    window.rates("window")["prior"] = 2.0
    command.rates("command")["prior"] = 3.0
    command.rates("shared")["prior"] = 4.0
    # When both keep
    command.keep()
    window.keep()
    # Then all of it is there, and the window has not brought an old value back
    found = TimingsFile(path)
    assert [found.rates(key)["prior"] for key in ("window", "command", "shared")] == [2, 3, 4]


def test_only_so_many_are_remembered_and_the_oldest_is_forgotten(path: Path) -> None:
    # Given as many as there may be, the very first of them in use again
    store = TimingsFile(path)
    for number in range(MAX_KEYS):
        store.rates(f"key {number}")["prior"] = 1.0
    store.keep()
    again = TimingsFile(path)
    again.rates("key 0")["prior"] = 2.0
    # When one more comes
    again.rates("one more")["prior"] = 1.0
    again.keep()
    # Then what was unused for longest has gone
    kept = json.loads(path.read_text("ascii"))["rates"]
    assert len(kept) == MAX_KEYS
    assert "key 1" not in kept
    assert {"key 0", "key 2", "one more"} <= kept.keys()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe\x00",
        b"{",
        b"[]",
        b"[" * 100_000,
        b'{"version": 1}',
        b'{"version": 1, "rates": [1]}',
        b'{"version": 2, "rates": {"key": {"prior": 1}}}',
        b'{"version": 1, "rates": {"key": "x", "other": {"prior": NaN}}}',
        b'{"version": 1, "rates": {"key": {"prior": -1, "decoder": true, "vqgan": 1e400}}}',
        b'{"version": 1, "rates": {}}' + b" " * MAX_BYTES,
    ],
)
def test_a_damaged_file_is_ignored_and_written_anew(path: Path, content: bytes) -> None:
    # Given a file that is none of ours, or not any more
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    # When rates are asked for and kept
    store = TimingsFile(path)
    assert store.rates("key") == {}
    store.rates("key")["decoder"] = 0.5
    store.keep()
    # Then it is a whole file again
    assert TimingsFile(path).rates("key") == {"decoder": 0.5}


def test_what_is_sound_in_a_file_is_used(path: Path) -> None:
    # Given entries of which some are nonsense
    path.parent.mkdir(parents=True)
    rates = {"key": {"prior": 0.5, "decoder": "fast", "stage d": 1}, "k" * 501: {"prior": 1}}
    path.write_text(json.dumps({"version": 1, "rates": rates}))
    # When they are read
    store = TimingsFile(path)
    # Then the rest is there
    assert store.rates("key") == {"prior": 0.5}
    assert store.rates("k" * 501) == {}


def test_what_is_no_time_is_not_written(path: Path) -> None:
    store = TimingsFile(path)
    store.rates("key").update({"prior": float("nan"), "decoder": 1.0, "vqgan": 0.0})
    store.rates("nothing measured")

    store.keep()

    assert json.loads(path.read_text("ascii"))["rates"] == {"key": {"decoder": 1.0}}


def test_nothing_is_written_where_nothing_changed(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = TimingsFile(path)
    store.keep()
    assert not path.exists()
    store.rates("key")["prior"] = 1.0
    store.keep()
    monkeypatch.setattr(timings, "write_atomically", lambda *_: pytest.fail("written again"))

    store.keep()


def test_a_place_that_cannot_be_written_costs_nothing(tmp_path: Path) -> None:
    # Given a folder that is a file
    (tmp_path / "file").touch()
    store = TimingsFile(tmp_path / "file" / "timings.json")
    store.rates("key")["prior"] = 1.0
    # When it is to be kept
    store.keep()
    # Then nothing fails, and this run still knows
    assert store.rates("key") == {"prior": 1.0}


def test_it_can_be_handed_to_another_process(path: Path) -> None:
    first = TimingsFile(path)
    first.rates("key")["prior"] = 1.0
    first.keep()

    assert pickle.loads(pickle.dumps(TimingsFile(path))).rates("key") == {"prior": 1.0}
