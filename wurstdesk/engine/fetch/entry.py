"""The process that fetches: ``wurstdesk --fetch-process``, started by ``FetchProcess`` alone.

A line of JSON on its standard input is the order, further ones say pause, resume or cancel; events
go out the same way. When the other end is gone, it ends: what is there is whole at any moment.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import traceback
from collections.abc import MutableMapping
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

from wurstdesk import log
from wurstdesk.engine.fetch.control import Control
from wurstdesk.engine.fetch.errors import FetchError, require_address
from wurstdesk.generation.fetching import Cancelled, Failed, FetchEvent, FetchOrder, Paused

OPTION = "--fetch-process"
_GRACE = 1.0
"""Seconds in which a fetch that was called off may end by itself."""
_CERTIFICATES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


def main() -> int:
    """Fetch what standard input orders; the exit code."""
    with suppress(ValueError):
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the one who started us
    # The streams may be missing in a windowed program; the descriptors are there.
    orders, events = os.fdopen(0, "rb", closefd=False), os.fdopen(os.dup(1), "wb", buffering=0)
    with suppress(OSError):
        os.dup2(2, 1)  # what a library prints must not get among the events
    out = _Out(events)
    try:
        order = FetchOrder.from_dict(json.loads(orders.readline()))
    except (ValueError, KeyError, TypeError):
        sys.stderr.write("This option is for Wurstdesk itself.\n")
        return 2
    set_environment(order.endpoint)
    control = Control()
    listener = threading.Thread(
        target=_listen, args=(orders, control, out), name="orders", daemon=True
    )
    listener.start()
    out.last(_fetch(order, out, control))
    return 0


def set_environment(endpoint: str, environ: MutableMapping[str, str] = os.environ) -> None:
    """Let the hub's client reach its hub and nothing else; before its import."""
    log.prepare_environment(environ)
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"):
        environ.pop(name, None)
    environ["HF_HUB_DISABLE_XET"] = "1"
    if endpoint:
        environ["HF_ENDPOINT"] = endpoint
    if not environ.get("SSL_CERT_FILE") and not environ.get("SSL_CERT_DIR"):
        for name in _CERTIFICATES:  # where other programs look for the same
            if Path(environ.get(name, "")).is_file():
                environ["SSL_CERT_FILE"] = environ[name]
                break


class _Out:
    """Events out, whole lines, from any thread; nothing after the last one."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._lock = threading.Lock()
        self._over = False

    def emit(self, event: FetchEvent) -> None:
        """Send an event. A reader that is gone is found out by its orders' end."""
        line = json.dumps(event.to_dict()).encode() + b"\n"
        with self._lock:
            if self._over:
                return
            self._over = event.is_last
            with suppress(OSError):
                rest = memoryview(line)
                while rest:
                    rest = rest[self._stream.write(rest) :]

    def last(self, event: FetchEvent) -> None:
        """Send the last event."""
        assert event.is_last
        self.emit(event)


def _fetch(order: FetchOrder, out: _Out, control: Control) -> FetchEvent:
    try:
        require_address(os.environ.get("HF_ENDPOINT") or "https://huggingface.co")
        from wurstdesk.engine.fetch.run import Fetch

        return Fetch(order, out.emit, control).run()
    except FetchError as error:
        return Failed(error.message, error.hint, error.details)
    except Exception as error:  # noqa: BLE001 - a bug of ours: said, and in the report
        return Failed(
            f"Something went wrong inside Wurstdesk ({type(error).__name__}).",
            "This is a mistake in the program.",
            "".join(traceback.format_exception(error))[-4000:],
        )


def _listen(orders: BinaryIO, control: Control, out: _Out) -> None:
    for line in orders:
        what: Any = None
        with suppress(ValueError, AttributeError):
            what = json.loads(line).get("do")
        if what == "pause":
            control.pause()
            out.emit(Paused())  # at once: nothing is written any more, whatever it waits for
        elif what == "resume":
            control.resume()
        elif what == "cancel":
            _call_off(control, out)
    _call_off(control, out)  # nobody is there any more


def _call_off(control: Control, out: _Out) -> None:
    control.cancel()
    timer = threading.Timer(_GRACE, _end_at_once, (out,))
    timer.daemon = True
    timer.start()


def _end_at_once(out: _Out) -> None:
    """Leave in the middle of a transfer that gets no answer: files are whole at any moment."""
    out.last(Cancelled())
    os._exit(0)
