"""What threads that run Python do for the window."""

from __future__ import annotations

import os
import sys
import threading

import pytest

from wurstdesk.session.qt_threads import step_back

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux knows such threads")


def test_a_thread_and_those_that_it_starts_stand_behind_the_window() -> None:
    found: list[int] = []

    def run() -> None:
        step_back()
        step_back()  # where the engine is made anew
        child = threading.Thread(target=lambda: found.append(niceness()))
        child.start()
        child.join()
        found.append(niceness())

    before = niceness()
    thread = threading.Thread(target=run)
    thread.start()
    thread.join()

    assert found == [min(before + 5, 19)] * 2
    assert niceness() == before


def niceness() -> int:
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
