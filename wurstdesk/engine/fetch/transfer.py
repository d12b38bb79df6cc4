"""Brings one file into its ``.part``, however often the connection breaks on the way."""

from __future__ import annotations

import os
from collections.abc import Callable
from io import SEEK_END, FileIO
from pathlib import Path

from wurstdesk.engine.fetch import errors
from wurstdesk.engine.fetch.control import Control, Interrupted
from wurstdesk.engine.fetch.errors import Busy, FetchError, WrongLength
from wurstdesk.engine.fetch.hub import (
    Hub,
    asked_patience,
    is_answer,
    is_connection,
    is_unreachable,
    may_pass,
)
from wurstdesk.engine.fetch.verify import Digest, digest_for
from wurstdesk.generation.fetching import FetchFile

Count = Callable[[int], None]
"""Told how many bytes came; fewer than none where some were in vain."""
Stand = Callable[[], None]
"""Waits out a pause."""
Tell = Callable[[float, str], None]
"""Told how long it waits, and why."""

_PIECE = 1 << 20
_MOST_BUSY = 5
_LONGEST_WAIT = 300.0
"""Seconds. Who is told to wait longer is better told so."""


class Part:
    """A file that arrives: the hub's client writes to it, and every byte is digested on the way.

    What is there already is read first. Unbuffered, so that nothing is lost with the process.
    """

    def __init__(self, path: Path, file: FetchFile, control: Control, count: Count) -> None:
        self._raw = FileIO(path, "r+" if path.exists() else "x+")
        self._file = file
        self._control = control
        self._count = count
        self.digest: Digest = digest_for(file.size, file.sha256)
        self.length = 0

    def take_what_is_there(self) -> None:
        """Read what came before. Raises ``OSError``, ``Interrupted``, ``FetchCancelled``."""
        if self._raw.seek(0, SEEK_END) > self._file.size:
            self.begin_anew()
        self._raw.seek(self.length)
        while piece := self._raw.read(_PIECE):
            self._control.check()
            self._took(piece)

    def begin_anew(self) -> None:
        """Forget what came."""
        self._raw.truncate(0)
        self._raw.seek(0)
        self._count(-self.length)
        self.digest, self.length = digest_for(self._file.size, self._file.sha256), 0

    def write(self, data: bytes) -> int:
        """Take the next piece from the network. Raises ``Interrupted``, ``WrongLength`` ..."""
        self._control.check()
        if self.length + len(data) > self._file.size:
            raise WrongLength(f"more than {self._file.size} bytes come")
        rest = memoryview(data)
        while rest:  # a disk that is nearly full takes less than it is given, and says so then
            written = self._raw.write(rest) or 0
            self._took(rest[:written])
            rest = rest[written:]
        return len(data)

    def tell(self) -> int:
        """How far it is."""
        return self.length

    def seek(self, place: int) -> int:
        """Only to the beginning, when a server gives the whole instead of the rest."""
        assert place == 0, place
        return place

    def truncate(self) -> int:
        """What the client does after ``seek``."""
        self.begin_anew()
        return 0

    def close(self, *, force: bool = False) -> None:
        """Close it; forced to the disk where it is whole."""
        if force:
            os.fsync(self._raw.fileno())
        self._raw.close()

    def _took(self, data: bytes | memoryview) -> None:
        self.digest.update(data)
        self.length += len(data)
        self._count(len(data))


class Patience:
    """How long is waited for a connection to come back, and for a hub that is busy.

    ``repo`` and ``revision`` are what is asked for, for the sentences.
    """

    def __init__(
        self, hub: Hub, waits: tuple[float, ...], control: Control, tell: Tell, repo: str
    ) -> None:
        self._hub = hub
        self._waits = waits
        self._control = control
        self._tell = tell
        self._repo = repo
        self._failures = 0
        self._busy = 0

    def renew(self) -> None:
        """Something came: what failed before counts no more."""
        self._failures = self._busy = 0

    def after(self, error: Exception, *, begun: bool = True, revision: str = "") -> None:
        """Wait a while, or raise ``FetchError`` where that would be in vain.

        Where nothing has ``begun``, a hub that cannot be reached is not waited for: somebody sits
        before it and can look after the network.
        """
        host = errors.host_of(self._hub.endpoint)
        if isinstance(error, Busy):
            self._busy += 1
            seconds = 5.0 * self._busy if error.seconds is None else error.seconds
            if self._busy > _MOST_BUSY or seconds > _LONGEST_WAIT:
                raise errors.of_busy(error, self._hub.endpoint) from error
            self._wait(seconds, f"{host} gets too many requests and asks to wait.")
            return
        vain = not may_pass(error) or (not begun and is_unreachable(error))
        if vain or self._failures >= len(self._waits):
            raise said(error, self._hub, self._repo, revision) from error
        seconds = max(self._waits[self._failures], min(asked_patience(error) or 0, _LONGEST_WAIT))
        self._failures += 1
        said_so = "has trouble of its own" if is_answer(error) else "does not answer"
        self._wait(seconds, f"{host} {said_so}.")

    def _wait(self, seconds: float, message: str) -> None:
        self._tell(seconds, message)
        self._control.wait(seconds)


def said(error: Exception, hub: Hub, repo: str, revision: str = "") -> FetchError:
    """What went wrong with the hub, as a sentence; raises what is a mistake of ours again."""
    if is_answer(error):
        return errors.of_answer(error, repo, hub.endpoint, revision)
    if is_connection(error):
        return errors.of_connection(error, hub.endpoint)
    raise error


def bring(
    hub: Hub, file: FetchFile, commit: str, part: Part, patience: Patience, *, stand: Stand
) -> str:
    """Fetch the rest of a file; gives what is wrong with it, half a sentence, or nothing.

    ``stand`` waits out a pause. Raises ``FetchError``, ``FetchCancelled`` and ``OSError``.
    """
    while True:
        before = part.length
        try:
            part.take_what_is_there()
            before = part.length
            stand()
            hub.get(file, commit, part)
        except Interrupted:
            stand()
        except WrongLength as error:
            if before < part.length < file.size:
                continue  # it may only have ended early: the rest will tell
            return f"it has another length than the record says ({error})"
        except Exception as error:
            if not (isinstance(error, Busy) or is_answer(error) or is_connection(error)):
                raise
            if part.length > before:
                patience.renew()
            patience.after(error)
            stand()
        else:
            return part.digest.problem(file.sha256, file.git_id)
