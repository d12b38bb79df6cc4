"""How Python's own collector, lock and imports are kept from holding up the window."""

from __future__ import annotations

import gc
import importlib
import linecache
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from wurstdesk.session.interpreter import GarbageCollector, considerate_threads


class Cycle:
    """Garbage that only a collector finds."""

    alive = 0

    def __init__(self) -> None:
        Cycle.alive += 1
        self.itself = self

    def __del__(self) -> None:
        Cycle.alive -= 1


@pytest.fixture
def collector(qtbot: QtBot) -> Iterator[GarbageCollector]:
    """A collector that has nothing to do yet."""
    gc.collect()
    collector = GarbageCollector()
    yield collector
    collector.stop()
    gc.collect()
    assert Cycle.alive == 0


def make_garbage_in_another_thread() -> None:
    worker = threading.Thread(target=lambda: [Cycle() for _ in range(2000)])
    worker.start()
    worker.join()


def test_garbage_is_collected_by_the_main_thread_when_enough_has_gathered(
    collector: GarbageCollector,
) -> None:
    Cycle()
    collector.collect()
    make_garbage_in_another_thread()
    assert Cycle.alive > 1900

    collector.collect()

    assert Cycle.alive == 0


def test_while_much_is_made_that_will_stay_nothing_is_looked_through(
    collector: GarbageCollector,
) -> None:
    with collector.waiting():
        make_garbage_in_another_thread()

        collector.collect()

        assert Cycle.alive > 1900
    # And what is there by then is never looked through again.
    assert gc.get_freeze_count() > 1900
    assert gc.get_count()[0] < 1900


def test_afterwards_it_collects_again_also_where_that_failed(collector: GarbageCollector) -> None:
    with pytest.raises(ZeroDivisionError), collector.waiting():
        raise ZeroDivisionError
    make_garbage_in_another_thread()

    collector.collect()

    assert Cycle.alive == 0


def test_an_import_does_not_read_a_modules_source_a_second_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "freshly_written_module.py"
    source.write_text("answer = 42\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)

    with considerate_threads():
        module = __import__(source.stem)  # what the statement calls, and PySide looks at

    assert module.answer == 42
    assert str(source) not in linecache.cache
    del sys.modules[source.stem]


def test_afterwards_everything_is_as_it_was() -> None:
    feature = importlib.import_module("shibokensupport.feature")
    before = (sys.getswitchinterval(), feature.feature_imported)

    with considerate_threads():
        assert sys.getswitchinterval() < before[0]

    assert (sys.getswitchinterval(), feature.feature_imported) == before
