"""Reads prompts for the window while somebody types, in a thread beside it and the worker's."""

from __future__ import annotations

import time
from collections.abc import Callable
from queue import Empty, SimpleQueue

from PySide6.QtCore import QObject, QThread, Signal, Slot

from wurstdesk.errors import PromptError
from wurstdesk.generation import CheckpointInfo, PromptProblem, PromptReader, PromptReading
from wurstdesk.session.failures import Failure
from wurstdesk.session.form import RequestForm
from wurstdesk.session.prompt_outcome import read_outcome
from wurstdesk.session.qt_threads import forget_this_thread

ReaderFactory = Callable[[CheckpointInfo], PromptReader]

PAUSE = 0.06
"""Seconds without a keystroke after which a text is read."""
LONGEST_PAUSE = 0.3
"""Seconds after which it is read although the keystrokes go on."""

_Asked = tuple[str, str] | CheckpointInfo


class PromptReadings(QThread):
    """Reads what is asked for as the form's checkpoint will.

    ``make_reader`` is called in this thread, on first need; without one nothing is read. Of
    several texts under one key only the newest is answered, and when another checkpoint is chosen
    all are read anew. The methods are for the thread that made this. End it with ``close()``.
    """

    read = Signal(str, object, object)
    """Key, text, ``PromptReading``, or None where nothing reads for this checkpoint."""
    failed = Signal(object)
    """``Failure``: once for each checkpoint, for what is no matter of the text."""

    _answered = Signal(str, object, object, object)

    def __init__(
        self, make_reader: ReaderFactory | None, form: RequestForm, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("wurstdesk-readings")
        self._make_reader = make_reader
        self._form = form
        self._inbox: SimpleQueue[_Asked | None] = SimpleQueue()
        self._asked: dict[str, str] = {}
        self._checkpoint: CheckpointInfo | None = None
        self._is_closed = False
        self._reader: PromptReader | None = None  # in this thread only, as the next two
        self._reads_for: CheckpointInfo | None = None
        self._has_failed = False
        self._answered.connect(self._on_answered)
        form.checkpoint_changed.connect(self._take_checkpoint)
        self._take_checkpoint()

    def ask(self, key: str, text: str) -> None:
        """Have ``text`` read, instead of what was asked under this key before."""
        self._asked[key] = text
        if self._checkpoint is not None:
            self._send((key, text))

    def close(self) -> None:
        """Return when the thread has ended; what is not yet read is not read any more."""
        if self._is_closed:
            return
        self._is_closed = True
        if self.isRunning():
            self._inbox.put(None)
            self.wait()

    def _send(self, asked: _Asked) -> None:
        if self._is_closed:
            return
        self._inbox.put(asked)
        if not self.isRunning():
            self.start()

    @Slot()
    def _take_checkpoint(self) -> None:
        info = self._form.checkpoint
        info = info if info is not None and info.complete and self._make_reader else None
        if info == self._checkpoint:
            return
        self._checkpoint = info
        for key, text in self._asked.items():
            self.read.emit(key, text, None)
        if info is not None:
            self._inbox.put(info)
            for asked in self._asked.items():
                self._send(asked)

    @Slot(str, object, object, object)
    def _on_answered(
        self, key: str, text: str, reading: PromptReading | None, info: CheckpointInfo
    ) -> None:
        if not self._is_closed and info == self._checkpoint and self._asked[key] == text:
            self.read.emit(key, text, reading)

    # -- in the thread of the readings ------------------------------------------------------

    def run(self) -> None:
        """Wait for texts, let the typing pause, and read the newest of each key."""
        try:
            while (first := self._inbox.get()) is not None:
                texts: dict[str, str] = {}
                self._note(first, texts)
                if not self._gather(texts):
                    return
                for key, text in texts.items():
                    self._answer(key, text)
        finally:
            forget_this_thread()

    def _gather(self, texts: dict[str, str]) -> bool:
        """Take what comes until nothing comes any more; False where this is to end."""
        until = time.monotonic() + LONGEST_PAUSE
        while time.monotonic() < until:
            try:
                asked = self._inbox.get(timeout=PAUSE)
            except Empty:
                break
            if asked is None:
                return False
            self._note(asked, texts)
        return True

    def _note(self, asked: _Asked, texts: dict[str, str]) -> None:
        if isinstance(asked, CheckpointInfo):
            self._reads_for = asked
            self._reader = None
            self._has_failed = False
        else:
            texts[asked[0]] = asked[1]

    def _answer(self, key: str, text: str) -> None:
        info = self._reads_for
        if info is None:
            return
        reading: PromptReading | None = None
        try:
            reading = read_outcome(self._ready_reader(info), text)
        except PromptError as error:
            problem = PromptProblem(0, len(text), error.message)
            reading = PromptReading((), (), problems=(problem,))
        except BaseException as error:  # noqa: BLE001 - nothing escapes a thread
            if not self._has_failed:
                self._has_failed = True
                self.failed.emit(Failure.of(error, private=[text]))
        self._answered.emit(key, text, reading, info)

    def _ready_reader(self, info: CheckpointInfo) -> PromptReader:
        if self._reader is None:
            assert self._make_reader is not None
            self._reader = self._make_reader(info)
        return self._reader
