"""What the window knows of how long requests take, and from when on."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from pytestqt.qtbot import QtBot

from bench import REQUEST, Bench
from fakes import DACKEL, PUBLISHED, FakeForecast, Gate, damaged
from studio import Studio
from wurstdesk.generation import GenerationRequest, KeptJob, Plan, StageProgress
from wurstdesk.session.estimates import Estimates
from wurstdesk.session.form import RequestForm

FOUR = REQUEST.changed(num_images=4)


@dataclass
class Knowing:
    """Estimates over a worker on fakes, and the form that is written."""

    bench: Bench
    form: RequestForm
    estimates: Estimates

    def learn(self, **each: float) -> None:
        """From now on the engine knows so much."""
        self.bench.generator.known_forecast = FakeForecast(each)


@pytest.fixture
def knowing(bench: Bench) -> Knowing:
    form = RequestForm()
    return Knowing(bench, form, Estimates(bench.worker, form))


def test_before_anything_was_learned_nothing_is_said(knowing: Knowing) -> None:
    assert knowing.estimates.seconds(REQUEST) is None


def test_what_is_known_from_earlier_is_there_when_the_engine_is(
    qtbot: QtBot, knowing: Knowing
) -> None:
    knowing.learn(dackel=9.5)
    with qtbot.waitSignal(knowing.estimates.changed):
        knowing.bench.worker.prepare(REQUEST)
    assert knowing.estimates.seconds(REQUEST) == 9.5
    assert knowing.estimates.seconds(FOUR) == 38


def test_it_answers_in_the_middle_of_a_job(qtbot: QtBot, knowing: Knowing) -> None:
    # Given a job whose Stage C is done and who goes on
    gate = Gate()
    knowing.bench.play(
        StageProgress("prior", 1, 2),
        StageProgress("prior", 2, 2),
        gate,
        StageProgress("vqgan", 1, 1),
    )
    knowing.learn(dackel=5.0)
    with qtbot.waitSignal(knowing.estimates.changed):
        knowing.bench.worker.generate(REQUEST)
    # When the engine stands in the middle of it, what it learned so far is known
    gate.wait_until_reached()
    assert knowing.estimates.seconds(REQUEST) == 5
    with qtbot.waitSignal(knowing.bench.worker.idle):
        gate.open()


def test_each_job_makes_it_better(qtbot: QtBot, knowing: Knowing) -> None:
    knowing.bench.play()
    for seconds in (8.0, 6.0):
        knowing.learn(dackel=seconds)
        knowing.bench.run(qtbot)
        assert knowing.estimates.seconds(REQUEST) == seconds


def test_released_memory_changes_the_price(qtbot: QtBot, knowing: Knowing) -> None:
    knowing.learn(dackel=8.0)
    knowing.bench.run(qtbot)
    knowing.learn(dackel=20.0)
    with qtbot.waitSignal(knowing.estimates.changed):
        knowing.bench.worker.release()
    assert knowing.estimates.seconds(REQUEST) == 20


def test_choosing_a_checkpoint_makes_no_engine(knowing: Knowing) -> None:
    knowing.form.set_checkpoints((DACKEL, PUBLISHED))
    knowing.form.choose_checkpoint("wuerstchen")
    assert not knowing.bench.worker.isRunning()


def test_another_checkpoint_is_asked_about_once_and_not_loaded(
    qtbot: QtBot, knowing: Knowing
) -> None:
    # Given an engine that knows the first checkpoint
    knowing.form.set_checkpoints((DACKEL, PUBLISHED))
    knowing.learn(dackel=8.0)
    knowing.bench.run(qtbot)
    planned = [value for name, value in knowing.bench.said if name == "planned"]
    # When another is chosen
    knowing.learn(dackel=8.0, wuerstchen=100.0)
    knowing.form.choose_checkpoint("wuerstchen")
    # Then its price is known, and nothing was loaded for it
    qtbot.waitUntil(lambda: knowing.estimates.seconds(knowing.form.request) == 100)
    assert knowing.bench.generator.warmed == []
    knowing.form.choose_checkpoint("dackel")
    knowing.form.choose_checkpoint("wuerstchen")
    knowing.bench.run(qtbot)
    # And it was asked about once, besides the job
    assert len([v for n, v in knowing.bench.said if n == "planned"]) == len(planned) + 2


def test_a_queue_that_was_left_has_a_price_as_soon_as_there_is_an_engine(
    qtbot: QtBot, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given an engine that can price a checkpoint once it has planned for it
    state, prices = studio.state, {"dackel": 8.0, "wuerstchen": 100.0, "pudel": 50.0}
    planned: list[str] = []

    def plan(asked: GenerationRequest) -> Plan:
        planned.append(asked.checkpoint)
        studio.generator.known_forecast = FakeForecast({name: prices[name] for name in planned})
        return Plan("cpu", "float32", asked.checkpoint)

    monkeypatch.setattr(studio.generator, "plan", plan)
    # And a queue that was left for two checkpoints, while a third is chosen
    studio.desk.kept_jobs = tuple(
        KeptJob(name, REQUEST.changed(checkpoint=name, num_images=count))
        for name, count in (("wuerstchen", 2), ("pudel", 1))
    )
    studio.read_catalogue(DACKEL, PUBLISHED, replace(PUBLISHED, name="pudel"))
    qtbot.waitUntil(lambda: len(state.queue.waiting) == 2)
    assert state.runner.time.whole is None
    # When the chosen one is loaded ahead
    state.prepare()
    # Then the queue has its price, nothing else was loaded, and the plan is the chosen one's
    qtbot.waitUntil(lambda: state.runner.time.whole == 250)
    qtbot.waitUntil(lambda: planned[-1] == "dackel")
    qtbot.waitUntil(lambda: state.plan == Plan("cpu", "float32", "dackel"))
    assert [asked.checkpoint for asked in studio.generator.warmed] == ["dackel"]
    assert [name for name in planned if name != "dackel"] == ["wuerstchen", "pudel"]
    assert not state.messages.all


def test_a_checkpoint_that_is_gone_is_not_asked_about(qtbot: QtBot, knowing: Knowing) -> None:
    knowing.form.set_checkpoints((DACKEL,))
    knowing.learn(dackel=8.0)
    knowing.bench.run(qtbot)
    before = len(knowing.bench.said)
    assert knowing.estimates.seconds(REQUEST.changed(checkpoint="gone")) is None
    knowing.bench.worker.close()
    assert len(knowing.bench.said) == before


def test_one_that_cannot_be_used_is_not_asked_about(qtbot: QtBot, knowing: Knowing) -> None:
    knowing.form.set_checkpoints((DACKEL, damaged(PUBLISHED)))
    knowing.learn(dackel=8.0)
    knowing.bench.run(qtbot)
    before = len(knowing.bench.said)
    knowing.form.choose_checkpoint("wuerstchen")
    assert knowing.estimates.seconds(knowing.form.request) is None
    knowing.bench.worker.close()
    assert len(knowing.bench.said) == before


def test_an_estimate_is_never_worth_a_picture(
    qtbot: QtBot, knowing: Knowing, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> FakeForecast:
        raise ZeroDivisionError

    monkeypatch.setattr(knowing.bench.generator, "forecast", fail)
    knowing.bench.run(qtbot)
    assert knowing.bench.words()[-2:] == ["done", "idle"]
    assert knowing.estimates.seconds(REQUEST) is None


def test_a_key_in_the_prompt_is_no_new_question(qtbot: QtBot, knowing: Knowing) -> None:
    # Given a forecast that counts how often it is asked
    asked: list[GenerationRequest] = []

    class Counting(FakeForecast):
        def seconds(self, request: GenerationRequest) -> float | None:
            asked.append(request)
            return super().seconds(request)

    knowing.bench.generator.known_forecast = Counting({"dackel": 2.0})
    with qtbot.waitSignal(knowing.estimates.changed):
        knowing.bench.worker.prepare(REQUEST)
    knowing.estimates.seconds(REQUEST)
    asked.clear()

    # When only the words and the seed are others, the answer is known; when the work is, it is not
    for words in ("a", "a d", "a do"):
        assert knowing.estimates.seconds(REQUEST.changed(prompt=words, seed=len(words))) == 2
    assert not asked
    assert knowing.estimates.seconds(FOUR) == 8
    assert asked == [FOUR]
