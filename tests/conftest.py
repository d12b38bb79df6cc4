"""What holds for every test: no screen, no network, a home of its own, and nothing left behind.

The environment is set at import, before Qt or any model library is, by the program's own code.
"""

from __future__ import annotations

import faulthandler
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

import guards
from wurstdesk.log import prepare_environment
from wurstdesk.paths import HOME_VARIABLE, Home, find_home

prepare_environment()
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

# Slow machines are no bug, a failing example is printed, not kept, and who tests a change of their
# own is not surprised by somebody else's bug: --hypothesis-profile=explore looks for new ones.
settings.register_profile("explore", deadline=None, database=None, print_blob=True)
settings.register_profile("wurstdesk", settings.get_profile("explore"), derandomize=True)
settings.load_profile("wurstdesk")

_FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    report: pytest.TestReport = yield  # type: ignore[misc, assignment, unused-ignore]
    if report.failed:
        item.stash[_FAILED] = True
    return report  # type: ignore[return-value]


@pytest.fixture(scope="session", autouse=True)
def platform_folders_untouched() -> Iterator[None]:
    """The person who runs the tests finds their own settings and pictures as they were."""
    platform = Home.of_platform()
    before = guards.fingerprint(platform)
    yield
    changed = guards.differences(before, guards.fingerprint(platform))
    if changed:
        pytest.fail(f"outside the temporary home (or by Wurstdesk running beside): {changed}")


@pytest.fixture(autouse=True)
def nothing_left_behind(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that leaves a thread, a QThread, an active QTimer or a window."""
    census = guards.Census()
    yield
    # A failed test is held alive by its traceback; its own message is the one to read.
    leftovers = census.leftovers(patience=0.2 if request.node.stash.get(_FAILED, False) else 2.0)
    census.clear_away()
    if not faulthandler.is_enabled() and sys.__stderr__ is not None:
        faulthandler.enable(sys.__stderr__)  # a test of the log has taken it from pytest
    if leftovers and not request.node.stash.get(_FAILED, False):
        pytest.fail("left behind: " + ", ".join(leftovers))


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sockets reach this machine only."""
    guards.forbid_network(monkeypatch)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """The program's folders for this test, and for processes it starts; made on first use."""
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "wurstdesk-home"))
    # The hub's cache of whoever runs the tests is not to be found either.
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hub"))
    for name in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    return find_home()
