"""The row under the canvas: how long all of it takes, what is loaded, and what compiles."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fakes import Gate
from queue_host import Host, add, fill, first_job_waits, open_host
from studio import Studio
from wurstdesk.generation import (
    Loading,
    Plan,
    StageProgress,
)


@pytest.fixture
def host(studio: Studio) -> Iterator[Host]:
    with open_host(studio) as window:
        yield window


@pytest.fixture
def gate(studio: Studio) -> Iterator[Gate]:
    with first_job_waits(studio) as made:
        yield made


def test_the_row_tells_the_time_of_all(studio: Studio, host: Host, gate: Gate) -> None:
    studio.state.runner.estimate = lambda r: 60.0
    jobs = fill(studio, gate, "a", "b")
    assert host.row.left.text() == "21 s left · all in 1 min 20 s"
    studio.state.queue.remove(jobs[1:])
    assert host.row.left.text() == "21 s left"


def test_the_row_shows_what_is_loaded_ahead_of_a_job(studio: Studio, host: Host) -> None:
    studio.state.runner._on_loading(Loading("prior", 1, 4))
    assert host.row.isVisible()
    assert host.row.label.text() == "Loading the prior…"
    assert host.row.bar.value() == 250
    assert not host.row.stop_button.isVisibleTo(host.row)
    with studio.qtbot.waitSignal(studio.state.activity_changed):
        studio.state.prepare()
    studio.qtbot.waitUntil(lambda: not host.row.isVisible())


def test_the_row_says_that_it_compiles_and_for_how_long(studio: Studio, host: Host) -> None:
    # Given a model that is compiled first
    now = [100.0]
    host.row._clock = lambda: now[0]
    gate = Gate()
    studio.generator.made_plan = Plan("cuda", "float16", "A card", compile=True)
    studio.generator.script = lambda r: [StageProgress("prior", 0, 29), gate]
    add(studio, "a dog")
    gate.wait_until_reached()

    # Then the bar is busy, for nobody knows how far it is
    studio.qtbot.waitUntil(lambda: "Compiling" in host.row.label.text())
    assert host.row.label.text() == "Compiling for this size (Stage C)…"
    assert host.row.bar.maximum() == 0
    assert host.row.left.text() == "0 s so far"

    # And the seconds go on by themselves
    assert host.row.ticking.isActive()
    now[0] += 75
    host.row.ticking.timeout.emit()
    assert host.row.left.text() == "1 min 15 s so far"
    gate.open()
    studio.wait_until_idle()
    assert not host.row.ticking.isActive()


def test_after_compiling_the_bar_tells_how_far_it_is(studio: Studio, host: Host) -> None:
    # Given a job that compiles, and then makes its first step
    compiled, second = Gate(), Gate()
    studio.generator.made_plan = Plan("cuda", "float16", "A card", compile=True)
    studio.generator.script = lambda r: [
        StageProgress("prior", 0, 2),
        compiled,
        StageProgress("prior", 1, 2),
        second,
    ]
    add(studio, "a dog")
    studio.qtbot.waitUntil(lambda: host.row.bar.maximum() == 0)
    compiled.open()
    second.wait_until_reached()

    # Then the bar fills, and no clock runs
    studio.qtbot.waitUntil(lambda: host.row.bar.maximum() > 0)
    assert host.row.bar.value() == 350
    assert "so far" not in host.row.left.text()
    assert not host.row.ticking.isActive()
    second.open()
    studio.wait_until_idle()


def test_a_job_that_is_stopped_while_it_compiles_leaves_no_clock(
    studio: Studio, host: Host
) -> None:
    gate = Gate()
    studio.generator.made_plan = Plan("cuda", "float16", "A card", compile=True)
    studio.generator.script = lambda r: [StageProgress("prior", 0, 29), gate]
    add(studio, "a dog")
    studio.qtbot.waitUntil(host.row.ticking.isActive)
    studio.state.runner.stop()
    assert not host.row.ticking.isActive()
    gate.open()
    studio.wait_until_idle()
    assert not host.row.ticking.isActive()


def test_long_words_give_way_to_the_rest_of_the_row(studio: Studio, host: Host, gate: Gate) -> None:
    studio.state.runner.estimate = lambda r: 9000.0
    fill(studio, gate, *(f"a dog {number}" for number in range(40)))
    assert host.row.left.text() == "21 s left · all in 97 h 30 min"
    assert host.row.minimumSizeHint().width() < 640, "there is a small window, and a panel beside"
    wide = host.row.label.sizeHint().width()
    studio.state.runner.stop()
    assert host.row.label.sizeHint().width() >= wide, "the bar begins where it began"


def test_the_time_left_is_never_cut_off(studio: Studio, host: Host, gate: Gate) -> None:
    studio.state.runner.estimate = lambda r: 60.0
    fill(studio, gate, "a", "b")
    left = host.row.left
    host.row.setFixedWidth(400)
    studio.qtbot.waitUntil(lambda: host.row.width() == 400)
    assert left.width() >= left.sizeHint().width()
    assert host.row.rect().contains(left.geometry())
