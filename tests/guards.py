"""How the test suite notices what a test leaves behind; conftest.py makes fixtures of it.

QThreads and QTimers are noted when they are made, because Qt has no list of them: only their
constructors are wrapped, so that ``start`` stays Qt's own slot.
"""

from __future__ import annotations

import gc
import ipaddress
import socket
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QThread, QThreadPool, QTimer
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

from wurstdesk.paths import Home

Fingerprint = dict[Path, tuple[int, int]]


class _Made:
    """Every living object of one Qt class that Python has made."""

    def __init__(self, cls: type[QObject]) -> None:
        self._objects: weakref.WeakSet[Any] = weakref.WeakSet()
        make: Callable[..., None] = cls.__init__

        def init(instance: QObject, *args: Any, **keywords: Any) -> None:
            make(instance, *args, **keywords)
            self._objects.add(instance)

        cls.__init__ = init  # type: ignore[method-assign]

    def __iter__(self) -> Iterator[Any]:
        return (instance for instance in list(self._objects) if isValid(instance))


_threads = _Made(QThread)
_timers = _Made(QTimer)


def _qthreads() -> set[QThread]:
    return {thread for thread in _threads if thread.isRunning()}


def _qtimers() -> set[QTimer]:
    return {timer for timer in _timers if timer.isActive()}


def _windows() -> set[QWidget]:
    if not isinstance(QCoreApplication.instance(), QApplication):
        return set()
    return {window for window in QApplication.topLevelWidgets() if isValid(window)}


class Census:
    """What was there before a test, against which ``leftovers`` counts what is there after."""

    def __init__(self) -> None:
        self._before: set[Any] = {*threading.enumerate(), *_qthreads(), *_qtimers(), *_windows()}

    def leftovers(self, patience: float = 2.0) -> list[str]:
        """Names of what is new; waits ``patience`` seconds for it to end by itself."""
        deadline = time.monotonic() + patience
        _let_qt_delete()
        while self._new() and time.monotonic() < deadline:
            gc.collect()  # windows that only a reference cycle keeps are no leak
            _let_qt_delete()
            time.sleep(0.01)
        busy = _pool_is_busy(deadline)
        return sorted([str(thing) for thing in self._new()] + ["QThreadPool at work"] * busy)

    def clear_away(self) -> None:
        """Take away what can be, so that the next test is judged by what it does itself."""
        for thing in self._new():
            if isinstance(thing, QTimer):
                thing.stop()
            elif isinstance(thing, QWidget):
                thing.hide()
                thing.deleteLater()
        _let_qt_delete()

    def _new(self) -> set[Any]:
        now: set[Any] = {*threading.enumerate(), *_qthreads(), *_qtimers(), *_windows()}
        return now - self._before


def _let_qt_delete() -> None:
    if QCoreApplication.instance() is not None:
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        QCoreApplication.processEvents()


def _pool_is_busy(deadline: float) -> bool:
    milliseconds = max(0, round((deadline - time.monotonic()) * 1000))
    return not QThreadPool.globalInstance().waitForDone(milliseconds)


def fingerprint(home: Home) -> Fingerprint:
    """Change times and sizes of everything under the folders of a home."""
    found: Fingerprint = {}
    for folder in {home.data, home.cache, home.pictures, home.logs, home.models}:
        for path in [folder, *folder.rglob("*")]:
            try:
                status = path.stat()
            except OSError:
                continue
            found[path] = (status.st_mtime_ns, status.st_size)
    return found


def differences(before: Fingerprint, after: Fingerprint) -> list[str]:
    """Paths that came, went or changed."""
    paths = before.keys() | after.keys()
    return sorted(str(path) for path in paths if before.get(path) != after.get(path))


def forbid_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let Python's sockets connect to this machine only."""
    connect = socket.socket.connect

    def connect_here(self: socket.socket, address: Any) -> None:
        if self.family in {socket.AF_INET, socket.AF_INET6} and not _is_here(address[0]):
            raise AssertionError(f"a test wants the network: {address}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect_here)


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
