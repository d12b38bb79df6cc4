from __future__ import annotations

import errno
import io
import sys
from pathlib import Path

import pytest

from command_line import CommandLine
from wurstdesk import __main__, log
from wurstdesk.paths import HOME_VARIABLE, Home


def test_without_a_command_the_window_opens(command: CommandLine, home: Home) -> None:
    command.window_code = 3

    ended = command()

    assert command.opened == [home]
    assert (ended.code, ended.out, ended.err) == (3, "", "")


def test_the_home_is_chosen_before_the_command(command: CommandLine, tmp_path: Path) -> None:
    chosen = tmp_path / "another home"

    command("--home", chosen)
    ended = command("--home", chosen, "generate", "a dog")

    assert command.opened == [Home.inside(chosen)]
    assert [path.parent for path in ended.paths] == [chosen / "pictures"]


@pytest.mark.parametrize("typed", [["generate", "a dog"], ["models", "list"], ["doctor"]])
def test_the_home_may_also_stand_behind_the_command(
    command: CommandLine, home: Home, tmp_path: Path, typed: list[str]
) -> None:
    other, chosen = tmp_path / "other", tmp_path / "chosen"

    command("--home", other, *typed, "--home", chosen)

    assert (chosen / "logs").is_dir()
    assert not other.exists()
    assert not home.logs.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="anybody has a folder there")
def test_a_home_that_nobody_has_is_a_sentence(
    command: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    nobody = "~nobody-of-this-name"

    chosen = [command("--home", nobody), command("models", "list", "--home", nobody)]
    monkeypatch.setenv(HOME_VARIABLE, nobody)
    named = command("models", "list")

    for ended in (*chosen, named):
        assert (ended.code, ended.out) == (1, "")
        assert ended.err.startswith("Error: There is no home folder")
        assert ended.err.endswith("Name a folder with --home or WURSTDESK_HOME.\n")
    assert not command.opened


def test_a_home_that_is_a_file_is_wrong_usage(command: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    ended = command("--home", tmp_path / "file")

    assert ended.code == 2
    assert "is a file" in ended.err
    assert not command.opened


@pytest.mark.parametrize(
    "typed",
    [
        ["--help"],
        ["generate", "--help"],
        ["models", "--help"],
        ["models", "list", "--help"],
        ["metadata", "--help"],
        ["doctor", "--help"],
    ],
)
def test_help_goes_to_stdout(command: CommandLine, typed: list[str]) -> None:
    ended = command(*typed)

    assert ended.code == 0
    assert ended.out.startswith("Usage: wurstdesk ")
    assert "..." not in ended.out.partition("Commands:")[2], "a sentence was cut off"
    assert ended.err == ""


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["paint"], "No such command 'paint'"),
        (["--bogus"], "--bogus"),
        (["models"], "Missing command"),
        (["metadata"], "Missing argument"),
        (["generate"], "Missing argument"),
        (["generate", "a", "dog"], "dog"),
        (["generate", "a dog", "--size", "large"], "write it like 1024x1024"),
        (["generate", "a dog", "--size", "384"], "write it like 1024x1024"),
        (["generate", "a dog", "--seed", "-1"], "--seed"),
        (["generate", "a dog", "--seed", str(2**32)], "--seed"),
        (["generate", "a dog", "--count", "0"], "--count"),
        (["generate", "a dog", "--count", "two"], "--count"),
        (["generate", "a dog", "--prior-steps", "0"], "--prior-steps"),
        (["generate", "a dog", "--prior-timesteps", "1,half,0"], "write it like 1,0.75,0.5,0"),
        (["generate", "a dog", "--prior-guidance", "-1"], "--prior-guidance"),
        (["generate", "a dog", "--device", "abacus"], "--device"),
        (["generate", "a dog", "--dtype", "float8"], "--dtype"),
        (["generate", "a dog", "--prior-steps", "2", "--prior-timesteps", "1,0"], "not both"),
    ],
)
def test_wrong_usage_ends_with_2_and_says_where(
    command: CommandLine, typed: list[str], said: str
) -> None:
    ended = command(*typed)

    assert ended.code == 2
    assert ended.out == ""
    assert ended.err.startswith("Usage: wurstdesk ")
    assert said in ended.err.splitlines()[-1]
    assert not command.generator.requests


def test_damaged_settings_are_a_note_and_no_obstacle(command: CommandLine, home: Home) -> None:
    home.data.mkdir(parents=True)
    home.settings_file.write_text("{", encoding="utf-8")

    ended = command("models", "list")

    assert ended.code == 0
    assert ended.err.startswith("Note: The settings were damaged")


def test_a_mistake_of_ours_is_a_sentence_and_stands_in_the_log(
    command: CommandLine, home: Home
) -> None:
    command.catalogue.failure = ZeroDivisionError("a secret prompt")

    ended = command("models", "list")

    assert ended.code == 1
    assert ended.out == ""
    assert "inside Wurstdesk (ZeroDivisionError)" in ended.err
    written = (home.logs / "command-line.log").read_text(encoding="utf-8")
    assert "builtins.ZeroDivisionError" in written
    assert "secret" not in written + ended.err


@pytest.mark.parametrize("typed", [["models", "list"], ["generate", "a dog", "--seed", "1"]])
def test_a_result_that_cannot_be_written_is_no_mistake_of_ours(
    command: CommandLine, monkeypatch: pytest.MonkeyPatch, typed: list[str]
) -> None:
    class Full(io.StringIO):
        def flush(self) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(sys, "stdout", Full())

    ended = command(*typed)

    assert ended.code == 1
    assert ended.err == "Error: The result cannot be written: No space left on device.\n"


def test_a_crash_of_the_last_command_is_told_once(command: CommandLine, home: Home) -> None:
    home.logs.mkdir(parents=True)
    (home.logs / "command-line-crash.txt").write_text("Fatal Python error: Segmentation fault")

    told, silent = command("models", "list"), command("models", "list")

    assert told.err == f"Note: The last command crashed. A report of where lies in {home.logs}.\n"
    assert (told.code, silent.err) == (0, "")


def test_no_room_in_memory_is_a_sentence(command: CommandLine) -> None:
    command.generator.script = lambda request: [MemoryError()]

    ended = command("generate", "a dog", "--seed", "1")

    assert ended.code == 1
    assert ended.err == (
        "Error: There was not enough memory. Try a smaller size or fewer pictures.\n"
    )


def test_the_entry_prepares_and_hands_on(
    command: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared: list[str] = []
    monkeypatch.setattr(log, "prepare_environment", lambda: prepared.append("environment"))
    monkeypatch.setattr(sys, "argv", ["wurstdesk", "models", "list", "--json"])

    assert __main__.main() == 0

    assert prepared == ["environment"]
