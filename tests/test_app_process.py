"""The real program in a process of its own: how it starts and ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from wurstdesk.paths import Home

PATIENCE = 120

WATCHES_THE_PAINT = """
import sys
from pathlib import Path
from wurstdesk import log
log.prepare_environment()
from wurstdesk import app, torch_libraries
from wurstdesk.paths import find_home
application = app.make_application()
studio = app.Studio(find_home())
def loaded():
    names = {name.partition('.')[0] for name in sys.modules}
    return sorted(names & {'torch', 'diffusers', 'transformers', 'accelerate', 'compel'})
prepare = studio.state.prepare
def painted():
    print('painted', loaded(), flush=True)
    prepare()
studio.state.prepare = painted
studio.state.plan_changed.connect(lambda: print('planned', 'torch' in loaded(), flush=True))
studio.state.plan_changed.connect(application.quit)
print('built', loaded(), flush=True)
studio.show()
code = application.exec()
studio.close()
sys.exit(code)
"""


def test_the_window_is_painted_before_torch_is_imported() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WATCHES_THE_PAINT],
        check=False,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )

    assert done.stderr == ""
    assert done.stdout.splitlines() == ["built []", "painted []", "planned True"]
    assert done.returncode == 0


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly_in_the_middle_of_the_start(
    home: Home, number: signal.Signals
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "wurstdesk"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    deadline = time.monotonic() + PATIENCE
    log = home.logs / "window.log"
    while not (log.exists() and "the window is open" in log.read_text(encoding="utf-8")):
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.02)

    process.send_signal(number)

    assert process.communicate(timeout=PATIENCE) == (b"", b"")
    assert process.returncode == 0
    assert not (home.data / "window.lock").exists()
    assert (home.logs / "window-crash.txt").stat().st_size == 0


def test_without_a_display_it_says_so(home: Home) -> None:
    hidden = {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM", "XDG_SESSION_TYPE"}
    done = subprocess.run(
        [sys.executable, "-m", "wurstdesk"],
        check=False,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        env={name: value for name, value in os.environ.items() if name not in hidden},
    )

    if sys.platform.startswith("linux"):
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith("Error: There is no display")
        assert done.stderr.count("\n") == 1


def test_a_display_that_cannot_be_used_is_a_sentence_and_no_crash() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "wurstdesk"],
        check=False,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        env={**os.environ, "QT_QPA_PLATFORM": "nonsense"},
    )

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("Error: The window cannot be opened: ")
    assert done.stderr.endswith("“wurstdesk generate” works without.\n")
    assert done.stderr.count("\n") == 1
