from __future__ import annotations

import logging
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from wurstdesk import log
from wurstdesk.paths import Home

PROMPT = "a long red sausage dog on snow at night"
own = logging.getLogger("wurstdesk.test")
stranger = logging.getLogger("a_library.pipelines")


@pytest.fixture
def running(home: Home) -> Iterator[log.Logging]:
    with log.Logging(home.logs) as running:
        yield running


def written(home: Home, name: str = "window") -> str:
    return (home.logs / f"{name}.log").read_text(encoding="utf-8")


def test_the_promises_overrule_the_shell() -> None:
    environ = {"HF_HUB_OFFLINE": "0", "DO_NOT_TRACK": "", "PATH": "/bin"}

    log.prepare_environment(environ)

    assert environ["HF_HUB_OFFLINE"] == environ["DO_NOT_TRACK"] == "1"
    assert environ["HF_HUB_DISABLE_TELEMETRY"] == environ["HF_HUB_DISABLE_UPDATE_CHECK"] == "1"
    assert environ["PATH"] == "/bin"


@pytest.mark.usefixtures("running")
def test_our_words_are_written(home: Home) -> None:
    own.info("loaded %d components", 6)

    assert "loaded 6 components" in written(home)


@pytest.mark.usefixtures("running")
def test_a_private_text_is_only_counted(home: Home) -> None:
    own.warning("encoding %s", log.Private(PROMPT))

    assert "encoding <39 characters>" in written(home)
    assert PROMPT not in written(home)


@pytest.mark.usefixtures("running")
def test_of_strangers_only_the_place_is_kept(home: Home, capfd: pytest.CaptureFixture[str]) -> None:
    stranger.warning(f"truncated: {PROMPT}")  # as libraries do
    stranger.info(PROMPT)
    try:
        raise ValueError(PROMPT)
    except ValueError:
        stranger.exception("%s", PROMPT)

    text = written(home)
    assert text.count("a_library.pipelines: (words left out) at test_log.py:") == 2
    assert PROMPT not in text
    assert capfd.readouterr() == ("", "")


@pytest.mark.usefixtures("running")
def test_an_exception_keeps_its_kind_and_way_but_not_its_words(home: Home) -> None:
    try:
        try:
            raise KeyError(PROMPT)
        except KeyError as error:
            raise ValueError(f"cannot parse {PROMPT}") from error
    except ValueError:
        own.exception("a job failed")

    text = written(home)
    assert "a job failed" in text
    assert text.index("builtins.ValueError") < text.index("caused by")
    assert text.index("caused by") < text.index("builtins.KeyError")
    assert "in test_an_exception_keeps" in text
    assert PROMPT not in text


@pytest.mark.filterwarnings("default")
@pytest.mark.usefixtures("running")
def test_warnings_go_to_the_log_without_words(
    home: Home, capfd: pytest.CaptureFixture[str]
) -> None:
    with warnings.catch_warnings():
        # pytest records warnings; this is how one arrives without it.
        warnings.showwarning = log._log_warning
        warnings.simplefilter("always")
        warnings.warn(PROMPT, DeprecationWarning, stacklevel=1)

    assert "DeprecationWarning at tests/test_log.py:" in written(home)
    assert PROMPT not in written(home)
    assert capfd.readouterr() == ("", "")


def test_stopping_gives_back_what_was_there(home: Home) -> None:
    root = logging.getLogger()
    before = (list(root.handlers), root.level, warnings.showwarning)

    running = log.Logging(home.logs)
    running.stop()
    running.stop()

    assert (list(root.handlers), root.level, warnings.showwarning) == before


def test_the_file_does_not_grow_without_bound(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "_FILE_SIZE", 2000)

    with log.Logging(home.logs, "cli"):
        for number in range(500):
            own.info("line %d", number)

    names = sorted(path.name for path in home.logs.glob("*.log*"))
    assert names == ["cli.log", "cli.log.1", "cli.log.2", "cli.log.3"]
    assert "line 499" in written(home, "cli")
    assert all(path.stat().st_size <= 2000 for path in home.logs.iterdir())


def test_a_file_that_cannot_be_renamed_is_written_on(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "_FILE_SIZE", 200)

    def in_use(self: object, source: str, target: str) -> None:
        raise PermissionError(13, "in use")

    monkeypatch.setattr(logging.handlers.RotatingFileHandler, "rotate", in_use)
    with log.Logging(home.logs):
        for number in range(50):
            own.info("line %d", number)

    assert "line 0\n" in written(home)
    assert "line 49\n" in written(home)


def test_a_folder_that_cannot_be_written_costs_only_the_log(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("in the way")

    with log.Logging(tmp_path / "file" / "logs"):
        own.error("nowhere to go")

    assert capfd.readouterr() == ("", "")


def test_a_crash_is_told_once_at_the_next_start(home: Home) -> None:
    program = (
        "import ctypes, sys; from pathlib import Path; from wurstdesk import log\n"
        "log.Logging(Path(sys.argv[1])); ctypes.string_at(0)"
    )
    assert log.take_crash_report(home.logs) is None

    died = subprocess.run(
        [sys.executable, "-c", program, str(home.logs)], check=False, capture_output=True
    )

    assert died.returncode != 0
    report = log.take_crash_report(home.logs)
    assert report is not None
    assert "string_at" in report
    assert log.take_crash_report(home.logs) is None
    assert len(list(home.logs.glob("window-crash-*.txt"))) == 1


def test_a_clean_end_leaves_nothing_to_tell(home: Home) -> None:
    with log.Logging(home.logs):
        pass

    assert log.take_crash_report(home.logs) is None


def test_a_program_without_a_terminal_can_print(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)

    log.ensure_standard_streams()

    print("nobody reads this")
    assert sys.stdout is not None
    sys.stdout.close()


@pytest.mark.slow
def test_the_libraries_are_silent() -> None:
    program = (
        "from wurstdesk.log import prepare_environment; prepare_environment()\n"
        "import torch, compel, a_library.pipelines.deprecated.wuerstchen\n"
        "from transformers import CLIPTextModel, CLIPTokenizer"
    )

    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)

    assert (done.stdout, done.stderr) == (b"", b"")
