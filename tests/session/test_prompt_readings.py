"""Prompts are read beside the window: newest first, for the chosen checkpoint, whatever fails."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pytest
from pytestqt.qtbot import QtBot

from fakes import DACKEL, PUBLISHED, Gate, damaged
from wurstdesk.errors import CheckpointError, PromptError
from wurstdesk.generation import (
    CheckpointInfo,
    PromptBranch,
    PromptProblem,
    PromptReading,
    PromptSuggestion,
    PromptToken,
)
from wurstdesk.session.form import RequestForm
from wurstdesk.session.prompt_outcome import read_outcome
from wurstdesk.session.prompt_readings import PromptReadings


def words_of(text: str) -> PromptReading:
    """A token for each word."""
    tokens, at = [], 0
    for word in text.split():
        at = text.index(word, at)
        tokens.append(PromptToken(1, word, at, at + len(word)))
        at += len(word)
    return PromptReading(tuple(tokens), (PromptBranch(0, 0, (len(tokens),)),))


@dataclass
class FakeReader:
    """Counts words; raises what it is given."""

    info: CheckpointInfo
    failure: BaseException | None = None
    gate: Gate | None = None
    read_texts: list[str] = field(default_factory=list)
    thread: int = 0

    def read(self, text: str) -> PromptReading:
        """Each word is a token."""
        self.thread = threading.get_ident()
        self.read_texts.append(text)
        if self.gate is not None:
            self.gate.pass_through()
        if self.failure is not None:
            raise self.failure
        return words_of(text)


class Desk:
    """Readings on fake readers, and what they said."""

    def __init__(self) -> None:
        self.form = RequestForm()
        self.readers: list[FakeReader] = []
        self.failure: BaseException | None = None
        self.gate: Gate | None = None
        self.said: list[tuple[str, str, int | None]] = []
        self.failed: list[object] = []
        self.readings = PromptReadings(self._make, self.form)
        self.readings.read.connect(self._on_read)
        self.readings.failed.connect(self.failed.append)

    def _make(self, info: CheckpointInfo) -> FakeReader:
        if isinstance(self.failure, CheckpointError):
            raise self.failure
        self.readers.append(FakeReader(info, self.failure, self.gate))
        return self.readers[-1]

    def _on_read(self, key: str, text: str, reading: PromptReading | None) -> None:
        self.said.append((key, text, None if reading is None else len(reading.tokens)))


@pytest.fixture
def desk(qtbot: QtBot) -> Iterator[Desk]:
    opened = Desk()
    yield opened
    opened.readings.close()


def test_texts_are_read_in_a_thread_of_its_own(qtbot: QtBot, desk: Desk) -> None:
    desk.form.set_checkpoints((DACKEL,))
    desk.readings.ask("prompt", "a red dog")
    desk.readings.ask("negative_prompt", "fog")
    qtbot.waitUntil(lambda: len(desk.said) == 2)
    assert set(desk.said) == {("prompt", "a red dog", 3), ("negative_prompt", "fog", 1)}
    assert desk.readers[0].thread != threading.get_ident()


def test_only_the_newest_text_is_read_while_somebody_types(qtbot: QtBot, desk: Desk) -> None:
    desk.form.set_checkpoints((DACKEL,))
    for end in range(1, 10):
        desk.readings.ask("prompt", "a red dog"[:end])
    qtbot.waitUntil(lambda: bool(desk.said))
    assert desk.said == [("prompt", "a red dog", 3)]
    assert desk.readers[0].read_texts == ["a red dog"]


def test_what_is_read_too_late_is_not_told(qtbot: QtBot, desk: Desk) -> None:
    # Given a text that is being read
    desk.gate = Gate()
    desk.form.set_checkpoints((DACKEL,))
    desk.readings.ask("prompt", "a red")
    desk.gate.wait_until_reached()
    # When another takes its place
    desk.readings.ask("prompt", "a red dog")
    desk.gate.open()
    # Then only that is told
    qtbot.waitUntil(lambda: bool(desk.said))
    assert desk.said == [("prompt", "a red dog", 3)]


def test_another_checkpoint_reads_everything_anew(qtbot: QtBot, desk: Desk) -> None:
    desk.form.set_checkpoints((DACKEL, PUBLISHED))
    desk.readings.ask("prompt", "a red dog")
    desk.readings.ask("negative_prompt", "fog")
    qtbot.waitUntil(lambda: len(desk.said) == 2)
    desk.said.clear()

    desk.form.choose_checkpoint("wuerstchen")

    assert {said[2] for said in desk.said} == {None}, "what the other said holds no more"
    qtbot.waitUntil(lambda: len(desk.said) == 4)
    assert [reader.info.name for reader in desk.readers] == ["dackel", "wuerstchen"]
    assert set(desk.said[2:]) == {("prompt", "a red dog", 3), ("negative_prompt", "fog", 1)}


def test_what_was_asked_before_the_catalogue_was_read_is_read_then(
    qtbot: QtBot, desk: Desk
) -> None:
    desk.readings.ask("prompt", "a red dog")
    assert not desk.readings.isRunning()
    desk.form.set_checkpoints((DACKEL,))
    qtbot.waitUntil(lambda: ("prompt", "a red dog", 3) in desk.said)


def test_a_damaged_checkpoint_reads_nothing(qtbot: QtBot, desk: Desk) -> None:
    desk.form.set_checkpoints((damaged(),))
    desk.readings.ask("prompt", "a red dog")
    assert not desk.readings.isRunning()
    assert desk.said == []


def test_without_a_reader_nothing_is_read(qtbot: QtBot) -> None:
    form = RequestForm()
    readings = PromptReadings(None, form)
    form.set_checkpoints((DACKEL,))
    readings.ask("prompt", "a red dog")
    assert not readings.isRunning()
    readings.close()


def test_a_text_without_tokens_is_a_problem_of_the_text(qtbot: QtBot, desk: Desk) -> None:
    desk.failure = PromptError("It makes no tokens.")
    desk.form.set_checkpoints((DACKEL,))
    with qtbot.waitSignal(desk.readings.read) as told:
        desk.readings.ask("prompt", "a red dog")
    assert told.args is not None
    assert told.args[2].problems == (PromptProblem(0, 9, "It makes no tokens."),)
    assert desk.failed == []


@pytest.mark.parametrize("failure", [RuntimeError("a red dog"), CheckpointError("No vocabulary.")])
def test_a_failure_is_told_once_and_reading_goes_on(
    qtbot: QtBot, desk: Desk, failure: Exception
) -> None:
    desk.failure = failure
    desk.form.set_checkpoints((DACKEL, replace(PUBLISHED)))
    for text in ("a red dog", "a red dog on"):
        desk.said.clear()
        desk.readings.ask("prompt", text)
        qtbot.waitUntil(lambda: bool(desk.said))
        assert desk.said == [("prompt", text, None)]
    assert len(desk.failed) == 1
    assert "a red dog" not in str(desk.failed)
    desk.failure = None
    desk.form.choose_checkpoint("wuerstchen")
    qtbot.waitUntil(lambda: ("prompt", "a red dog on", 4) in desk.said)


def test_closing_ends_the_thread_and_nothing_is_told_after_it(qtbot: QtBot, desk: Desk) -> None:
    desk.form.set_checkpoints((DACKEL,))
    desk.readings.ask("prompt", "a red dog")
    desk.readings.close()
    desk.readings.ask("prompt", "a red dog on")
    assert not desk.readings.isRunning()
    assert desk.said == []


# -- random choice ------------------------------------------------------------------------------


class Spanning:
    """Marks the whole text."""

    def read(self, text: str) -> PromptReading:
        """One token, problem and suggestion over everything."""
        self.text = text
        end = len(text)
        return PromptReading(
            (PromptToken(1, text, 0, end), PromptToken(2, "x", None, None)),
            (PromptBranch(0, 0, (2,)),),
            end,
            (PromptProblem(0, end, "Bad."),),
            (PromptSuggestion(0, end, "better"),),
        )


@pytest.mark.parametrize(
    ("text", "outcome", "start", "end"),
    [
        ("a {red|blue} dog", "a red dog", 0, 16),
        ("{red|blue}", "red", 1, 4),
        ("{{red|green} dog|cat}!", "red dog!", 2, 22),
        (r"\{a\} {b", "{a} {b", 1, 8),
        ("a dog", "a dog", 0, 5),
        ("a {dog}", "a {dog}", 0, 7),
        ("🌭 {|x}", "🌭 ", 0, 2),
    ],
)
def test_the_first_outcome_is_read_in_places_of_the_text(
    text: str, outcome: str, start: int, end: int
) -> None:
    reader = Spanning()
    reading = read_outcome(reader, text)
    assert reader.text == outcome
    token, nowhere = reading.tokens
    assert (token.start, token.end) == (start, end)
    assert (nowhere.start, nowhere.end) == (None, None)
    assert reading.first_chunk_end == end
    assert (reading.problems[0].start, reading.problems[0].end) == (start, end)
    assert (reading.suggestions[0].start, reading.suggestions[0].end) == (start, end)
