"""Work that lets other programs go first does so, and nothing else does."""

from __future__ import annotations

import os
import platform
import threading

import psutil
import pytest

from wurstdesk.engine.priority import priority


def _in_a_thread(*, low: bool) -> int:
    """How nice a thread is while it works."""
    seen: list[int] = []

    def work() -> None:
        with priority(low=low):
            seen.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    return seen[0]


@pytest.mark.skipif(platform.system() != "Linux", reason="threads have priorities on Linux only")
def test_only_the_thread_that_works_steps_back() -> None:
    before = os.getpriority(os.PRIO_PROCESS, 0)
    assert _in_a_thread(low=False) == before
    assert _in_a_thread(low=True) >= 10
    assert os.getpriority(os.PRIO_PROCESS, 0) == before


@pytest.mark.parametrize("less", [True, False])
def test_elsewhere_the_process_steps_back_and_forward_again(
    monkeypatch: pytest.MonkeyPatch, less: bool
) -> None:
    # Given a system where only processes have a priority
    monkeypatch.setattr(platform, "system", lambda: "Windows")
    set_to: list[int] = []

    def nice(_: psutil.Process, value: int | None = None) -> int:
        if value is not None:
            set_to.append(value)
        return 0

    monkeypatch.setattr(psutil.Process, "nice", nice)
    # When work is to be done with less urgency, or not
    with priority(low=less):
        during = list(set_to)
    # Then the process steps back for that time only
    assert bool(during) == less
    assert set_to[-1:] == ([0] if less else [])
