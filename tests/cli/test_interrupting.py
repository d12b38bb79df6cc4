"""Ctrl+C, and what is shown while one waits."""

from __future__ import annotations

import signal

import pytest

from command_line import CommandLine
from fakes import FakeForecast, Step, picture_of
from wurstdesk.cli import progress
from wurstdesk.generation import GenerationRequest, Loading, Note, PictureReady, StageProgress

COMPOSING = StageProgress("prior", 3, 29, 41.6, (0, 1, 2))
DEVELOPING = StageProgress("decoder", 2, 12, 130.0, (1,))


def press_ctrl_c() -> None:
    signal.raise_signal(signal.SIGINT)


def test_ctrl_c_ends_the_work_at_its_next_step_and_keeps_what_is_finished(
    command: CommandLine,
) -> None:
    went_on: list[bool] = []

    def script(request: GenerationRequest) -> list[Step]:
        after = lambda: went_on.append(True)  # noqa: E731
        first, second = (PictureReady(picture_of(request, index)) for index in range(2))
        return [COMPOSING, first, press_ctrl_c, after, second]

    command.generator.script = script
    handler = signal.getsignal(signal.SIGINT)

    ended = command("generate", "a dog", "--seed", "1", "--count", "2")

    assert ended.code == 130
    assert ended.err == "Cancelled. Finished and saved: 1 of 2 pictures.\n"
    assert [path.is_file() for path in ended.paths] == [True]
    assert not went_on
    assert command.generator.is_closed
    assert signal.getsignal(signal.SIGINT) is handler


def test_before_the_first_step_ctrl_c_does_not_wait(command: CommandLine) -> None:
    def imports() -> None:
        try:
            press_ctrl_c()
        except KeyboardInterrupt as interrupt:  # as numpy does in the middle of its import
            raise ImportError("numpy's extensions failed") from interrupt

    command.generator.script = lambda request: [Loading("engine", 0, 1), imports]

    ended = command("generate", "a dog", "--seed", "1")

    assert (ended.code, ended.out, ended.err) == (130, "", "Cancelled.\n")


def test_pressed_twice_it_does_not_wait_for_the_step(command: CommandLine) -> None:
    def long_step() -> None:
        press_ctrl_c()
        press_ctrl_c()
        raise AssertionError("it went on")

    command.generator.script = lambda request: [COMPOSING, long_step]

    ended = command("generate", "a dog", "--seed", "1")

    assert (ended.code, ended.out, ended.err) == (130, "", "Cancelled.\n")


@pytest.fixture
def at_a_terminal(monkeypatch: pytest.MonkeyPatch, command: CommandLine) -> CommandLine:
    monkeypatch.setattr(progress, "is_terminal", lambda: True)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "100")
    return command


def test_at_a_terminal_progress_is_shown_beside_the_results(at_a_terminal: CommandLine) -> None:
    at_a_terminal.generator.script = lambda request: [
        Loading("text_encoder", 1, 7),
        Note("It is long."),
        COMPOSING,
        PictureReady(picture_of(request, 0)),
        DEVELOPING,
        PictureReady(picture_of(request, 1)),
    ]

    ended = at_a_terminal("generate", "a dog", "--seed", "1", "--count", "3")

    assert [path.is_file() for path in ended.paths] == [True, True]
    assert "Note: It is long.\n" in ended.err
    assert "Composing (Stage C) 3/29" in ended.err
    assert "42 s left" in ended.err
    assert "Developing (Stage B) 2/12, picture 2 of 3" in ended.err
    assert "2 min left" in ended.err


def test_at_a_terminal_choices_count_as_one_request(at_a_terminal: CommandLine) -> None:
    # Given an open prompt whose pictures come out as several requests
    generator = at_a_terminal.generator
    generator.known_forecast = FakeForecast({"dackel": 30.0})
    generator.script = lambda request: [
        StageProgress("decoder", 1, 12, 10.0, (0,)),
        *(PictureReady(picture_of(request, index)) for index in range(request.num_images)),
    ]

    ended = at_a_terminal("generate", "a {red|blue} dog", "--seed", "7", "--count", "4")

    # Then the pictures are numbered through, and what is left is what all of them take
    assert len(generator.requests) > 1
    before = 0
    for request in generator.requests:
        assert f"Developing (Stage B) 1/12, picture {before + 1} of 4" in ended.err
        before += request.num_images
        left = 10 + 30 * (4 - before)
        assert (f"{left} s left" if left < 90 else f"{left / 60:.0f} min left") in ended.err


def test_ctrl_c_ends_all_requests_of_an_open_prompt(command: CommandLine) -> None:
    command.generator.script = lambda request: [
        COMPOSING,
        *(PictureReady(picture_of(request, index)) for index in range(request.num_images)),
        press_ctrl_c,
    ]

    ended = command("generate", "a {red|blue} dog", "--seed", "7", "--count", "8")

    drawn = command.generator.requests[0].num_images
    said = f"Cancelled. Finished and saved: {drawn} of 8 pictures.\n"
    assert (ended.code, ended.err) == (130, said)
    assert len(ended.paths) == drawn


def test_at_a_terminal_ctrl_c_is_answered_at_once(at_a_terminal: CommandLine) -> None:
    at_a_terminal.generator.script = lambda request: [COMPOSING, press_ctrl_c, COMPOSING]

    ended = at_a_terminal("generate", "a dog", "--seed", "1")

    assert ended.code == 130
    assert "Stopping at the next step" in ended.err
    assert ended.err.endswith("Cancelled.\n")


def test_who_ends_it_from_outside_leaves_a_whole_terminal(at_a_terminal: CommandLine) -> None:
    end = lambda: signal.raise_signal(signal.SIGTERM)  # noqa: E731
    at_a_terminal.generator.script = lambda request: [COMPOSING, end, COMPOSING]

    ended = at_a_terminal("generate", "a dog", "--seed", "1")

    assert ended.code == 130
    assert ended.err.endswith("Cancelled.\n")
    assert ended.err.count("\x1b[?25h") == ended.err.count("\x1b[?25l"), "the cursor is back"
    assert at_a_terminal.generator.is_closed


def test_elsewhere_no_progress_is_shown(command: CommandLine) -> None:
    command.generator.script = lambda request: [COMPOSING, PictureReady(picture_of(request))]

    assert command("generate", "a dog", "--seed", "1").err == ""
