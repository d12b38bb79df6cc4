"""The real program around its window, from the start to the end."""

from __future__ import annotations

import gc
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PySide6.QtCore import QtMsgType, qWarning
from pytestqt.qtbot import QtBot

from fakes import DACKEL, FakeCatalogue, ScriptedGenerator
from wurstdesk import app, torch_libraries
from wurstdesk.cli import parts
from wurstdesk.errors import StorageError
from wurstdesk.gallery.image_metadata import read_metadata
from wurstdesk.generation import EngineOptions
from wurstdesk.paths import Home
from wurstdesk.session.messages import MessageAction
from wurstdesk.ui.error_reporting import CrashDialog

PATIENCE = 120


@dataclass
class Engine(ScriptedGenerator):
    """A scripted engine that remembers how it was to run."""

    options: list[EngineOptions] = field(default_factory=list)
    niceness: int | None = None
    """Of the thread that made it."""


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    """A scripted engine in place of the real one, and Dackel in place of what is on disk."""
    generator = Engine()

    def make(catalogue: object, options: EngineOptions, timings: object) -> Engine:
        del catalogue, timings
        generator.options.append(options)
        if sys.platform == "linux":
            generator.niceness = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
        return generator

    monkeypatch.setattr(parts, "make_generator", make)
    monkeypatch.setattr(parts, "catalogue_of", lambda base: FakeCatalogue((DACKEL,)))
    monkeypatch.setattr(torch_libraries, "load_before_torch", lambda: None)
    return generator


@pytest.fixture
def studio(qtbot: QtBot, home: Home, engine: Engine) -> Iterator[app.Studio]:
    """The program, started and not yet shown."""
    with app.Studio(home) as studio:
        yield studio


def texts(studio: app.Studio) -> list[str]:
    return [message.text for message in studio.state.messages.all]


def written(home: Home) -> str:
    return (home.logs / "window.log").read_text(encoding="utf-8")


def test_from_the_typed_words_to_the_file(
    studio: app.Studio, qtbot: QtBot, home: Home, engine: Engine
) -> None:
    with qtbot.waitSignals([studio.state.plan_changed, studio.state.form.checkpoint_changed]):
        studio.show()
    studio.window.panel.prompt.setPlainText("a red dog")

    with qtbot.waitSignal(studio.state.pictures.added, timeout=20_000):
        studio.window.book["generate"].trigger()
    qtbot.waitUntil(lambda: not studio.state.is_running)

    (file,) = home.pictures.iterdir()
    request = read_metadata(file).request
    assert request is not None
    assert request.prompt == "a red dog"
    assert request == engine.requests[0]
    assert engine.thread != threading.get_ident()


def test_the_engine_is_made_for_a_window(studio: app.Studio, qtbot: QtBot, engine: Engine) -> None:
    studio.state.change_settings(cpu_threads=3)

    with qtbot.waitSignal(studio.state.plan_changed):
        studio.show()

    (options,) = engine.options
    assert options.previews
    assert options.threads == 3


def test_settings_that_are_changed_are_kept(studio: app.Studio, qtbot: QtBot, home: Home) -> None:
    studio.state.change_settings(theme="dark")

    qtbot.waitUntil(lambda: parts.Base.of(home).settings.theme == "dark")


def test_what_was_odd_at_the_start_waits_in_the_window(
    qtbot: QtBot, home: Home, engine: Engine
) -> None:
    home.data.mkdir(parents=True)
    home.settings_file.write_text("{", encoding="utf-8")

    with app.Studio(home) as studio:
        assert any(text.startswith("The settings were damaged") for text in texts(studio))


def test_a_crash_is_told_at_the_next_start_and_once(
    qtbot: QtBot, home: Home, engine: Engine
) -> None:
    home.logs.mkdir(parents=True)
    (home.logs / "window-crash.txt").write_text("Fatal Python error: Segmentation fault")

    with app.Studio(home) as studio:
        (message,) = studio.state.messages.all
        assert message.text == "Wurstdesk ended unexpectedly last time."
        assert message.actions == (MessageAction.SHOW_REPORT,)
        assert message.report.startswith("Fatal Python error")
    with app.Studio(home) as studio:
        assert texts(studio) == []


def test_what_the_gallery_found_is_told(studio: app.Studio, qtbot: QtBot, home: Home) -> None:
    home.data.mkdir(parents=True)
    home.gallery_file.write_bytes(b"this is no database" * 100)
    studio.show()
    qtbot.waitUntil(lambda: studio.state.plan is not None)

    with qtbot.waitSignal(studio.state.pictures.added, timeout=20_000):
        studio.state.generate()

    qtbot.waitUntil(lambda: any("database was damaged" in text for text in texts(studio)))


def test_an_exception_that_nobody_caught_is_shown_and_logged_without_words(
    studio: app.Studio, home: Home
) -> None:
    studio.state.form.edit(prompt="a very secret dog")

    error = ValueError("cannot draw a very secret dog")
    sys.excepthook(ValueError, error, None)

    dialog = studio.window.findChild(CrashDialog)
    assert dialog is not None
    report = dialog.text.toPlainText()
    assert "ValueError" in report
    assert "secret" not in report + written(home)
    assert "nobody caught this" in written(home)
    assert "builtins.ValueError" in written(home)


def test_what_qt_says_goes_to_the_log(
    studio: app.Studio, home: Home, capfd: pytest.CaptureFixture[str]
) -> None:
    qWarning("the sky is falling")

    assert "wurstdesk.qt: default: the sky is falling" in written(home)
    assert capfd.readouterr() == ("", "")


def test_what_ends_qt_is_also_said(studio: app.Studio, capsys: pytest.CaptureFixture[str]) -> None:
    class Context:
        category = "qt.qpa"

    app.log_qt_message(QtMsgType.QtFatalMsg, Context(), "no plugin")  # type: ignore[arg-type]

    assert capsys.readouterr().err == "Error: The window cannot be shown: no plugin\n"


def test_the_end_gives_everything_back(qtbot: QtBot, home: Home, engine: Engine) -> None:
    before = (sys.excepthook, threading.excepthook, logging.getLogger().handlers[:])

    with app.Studio(home) as studio, qtbot.waitSignal(studio.state.plan_changed):
        assert not gc.isenabled()
        studio.show()

    assert gc.isenabled()
    assert gc.get_freeze_count() == 0
    assert (sys.excepthook, threading.excepthook, logging.getLogger().handlers) == before
    assert engine.is_closed


def test_a_start_that_fails_gives_everything_back(
    qtbot: QtBot, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone() -> Path:
        raise StorageError("Wurstdesk's own files are missing.")

    monkeypatch.setattr(parts, "builtin_checkpoint", gone)
    before = sys.excepthook

    with pytest.raises(StorageError):
        app.Studio(home)

    assert gc.isenabled()
    assert sys.excepthook is before
    assert "wurstdesk.errors.StorageError" in written(home)


def test_what_goes_wrong_after_the_start_stands_in_the_log_too(
    qtbot: QtBot, home: Home, engine: Engine
) -> None:
    with pytest.raises(ZeroDivisionError), app.Studio(home):
        raise ZeroDivisionError

    assert "builtins.ZeroDivisionError" in written(home)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux knows such threads")
def test_the_window_goes_before_the_engine(
    studio: app.Studio, engine: Engine, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(studio.state.plan_changed):
        studio.show()

    assert engine.niceness is not None
    assert engine.niceness > os.getpriority(os.PRIO_PROCESS, os.getpid())


# -- one window for one home -----------------------------------------------------------------------


def test_a_second_program_raises_the_first_ones_window(
    qtbot: QtBot, home: Home, engine: Engine
) -> None:
    first = app.SingleInstance(home)
    with app.Studio(home, first) as studio:
        studio.show()
        studio.window.hide()
        with qtbot.waitSignal(first.asked_to_show, timeout=PATIENCE * 1000):
            second = subprocess.Popen([sys.executable, "-m", "wurstdesk"], stderr=subprocess.PIPE)
        qtbot.waitUntil(lambda: second.poll() is not None, timeout=20_000)
        assert studio.window.isVisible()
    first.release()

    assert second.communicate()[1] == b""
    assert second.returncode == 0


def test_who_comes_after_the_end_is_the_first(qtbot: QtBot, home: Home) -> None:
    first = app.SingleInstance(home)
    second = app.SingleInstance(home)
    assert (first.is_first, second.is_first) == (True, False)

    first.release()

    third = app.SingleInstance(home)
    assert third.is_first
    third.release()


def test_another_home_has_its_own_window(qtbot: QtBot, home: Home, tmp_path: Path) -> None:
    first, other = app.SingleInstance(home), app.SingleInstance(Home.inside(tmp_path / "other"))

    assert first.is_first
    assert other.is_first
    first.release()
    other.release()


def test_a_home_that_cannot_be_written_does_not_keep_the_window_away(
    qtbot: QtBot, tmp_path: Path, engine: Engine
) -> None:
    (tmp_path / "file").touch()
    home = Home.inside(tmp_path / "file")

    instance = app.SingleInstance(home)
    with app.Studio(home, instance) as studio:
        studio.show()
        assert studio.window.isVisible()

    assert instance.is_first
    instance.release()
