"""The process that fetches, seen from the program: an order in, events out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from types import TracebackType
from typing import Self

from wurstdesk.engine.fetch.entry import OPTION
from wurstdesk.generation.fetching import (
    Failed,
    FetchEvent,
    FetchOrder,
    event_from_dict,
)

_PATIENCE = 5.0
"""Seconds for a process that has said its last word."""


class FetchProcess:
    """A fetch under way (``generation.fetching.Fetching``); begins when it is made.

    ``environ`` is the environment of the process, for proxies and certificates.
    """

    def __init__(self, order: FetchOrder, environ: Mapping[str, str] = os.environ) -> None:
        self._lock = threading.Lock()
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed by close()
        self._process: subprocess.Popen[bytes] | None = None
        self._problem = ""
        try:
            self._process = subprocess.Popen(
                _command(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                env=dict(environ),
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except OSError as error:
            self._problem = str(error)
        self._say(order.to_dict())

    def events(self) -> Iterator[FetchEvent]:
        """Every event, waiting for the next, to the last; by one thread, once."""
        process = self._process
        if process is None or process.stdout is None:
            yield Failed("The fetch could not be started.", "Try again.", self._problem)
            return
        with suppress(ValueError):  # closed by another thread
            for line in process.stdout:
                event = _event(line)
                if event is not None:
                    yield event
                    if event.is_last:
                        return
        yield self._unexpected(process)

    def pause(self) -> None:
        """Stand still; ``Paused`` comes."""
        self._say({"do": "pause"})

    def resume(self) -> None:
        """Go on after a pause."""
        self._say({"do": "resume"})

    def cancel(self) -> None:
        """Call it off; ``Cancelled`` comes within seconds. What is there is kept."""
        self._say({"do": "cancel"})

    def close(self) -> None:
        """End it, at once if it does not do so by itself; may be called twice, from any thread."""
        process = self._process
        if process is None:
            self._errors.close()
            return
        if process.stdin is not None:
            with suppress(OSError), self._lock:
                process.stdin.close()  # which calls it off
        try:
            process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()
        self._errors.close()

    @property
    def process_id(self) -> int:
        """Of the process, 0 where there is none."""
        return self._process.pid if self._process is not None else 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _say(self, what: Mapping[str, object]) -> None:
        process = self._process
        if process is None or process.stdin is None:
            return
        with self._lock, suppress(OSError, ValueError):  # it has ended already
            process.stdin.write(json.dumps(what).encode() + b"\n")
            process.stdin.flush()

    def _unexpected(self, process: subprocess.Popen[bytes]) -> Failed:
        with suppress(subprocess.TimeoutExpired):
            process.wait(_PATIENCE)
        said = ""
        with suppress(OSError, ValueError):
            self._errors.seek(0)
            said = self._errors.read()[-4000:].decode("utf-8", "replace")
        return Failed(
            "The fetch ended without a word.",
            "Try again: it goes on where it stopped.",
            f"exit code {process.returncode}\n{said}",
        )


def _command() -> list[str]:
    if getattr(sys, "frozen", False):  # a bundle's program is its own interpreter
        return [sys.executable, OPTION]
    return [sys.executable, "-m", "wurstdesk", OPTION]


def _event(line: bytes) -> FetchEvent | None:
    try:
        return event_from_dict(json.loads(line))
    except (ValueError, KeyError, TypeError):
        return None
