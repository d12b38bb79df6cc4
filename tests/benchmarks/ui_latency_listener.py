"""The stethoscope of ``ui_latency``: beats on the window's thread, and somebody who uses it."""

from __future__ import annotations

import faulthandler
import json
import tempfile
import threading
import time
from itertools import cycle, pairwise
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer, Slot
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from wurstdesk.app import Studio

BEAT = 10
"""Milliseconds."""
TYPES_EVERY = 60
"""Milliseconds: a fast typist's keys."""
PROMPTS = (
    "a long red sausage dog on snow at night",
    "a small blue house on grass at noon",
    "two green balls on sand at dusk",
)
_LATE = 0.015
"""Seconds after a beat from which on the threads are looked at, again and again."""


class Listener(QObject):
    """Counts beats from the first paint on, types, asks for pictures, and ends the program."""

    def __init__(self, studio: Studio, task: dict[str, Any], began: float, found: Path) -> None:
        super().__init__()
        self._state, self._window = studio.state, studio.window
        self._task, self._began, self._found = task, began, found
        self._beats: list[float] = []
        self._phases: dict[str, list[int]] = {}
        self._seconds: dict[str, float] = {}
        self._asked = 0
        self._prompts = cycle(PROMPTS)
        self._keys: list[str] = []
        self._witness = Witness(self._beats) if task["explain"] else None
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self._typist = QTimer(self)
        self._typist.timeout.connect(self._type)
        self._prepare = self._state.prepare
        self._state.prepare = self._on_painted  # type: ignore[method-assign]

    def _on_painted(self) -> None:
        """In place of ``state.prepare``, which comes right after the first paint."""
        self._seconds["painted"] = time.perf_counter() - self._began
        self._state.runner.activity_changed.connect(self._look)
        self._begin("loading")
        self._timer.start(BEAT)
        self._typist.start(TYPES_EVERY)
        self._beat()
        if self._witness is not None:
            self._witness.start()
        self._prepare()

    @Slot()
    def _beat(self) -> None:
        self._beats.append(time.perf_counter())
        if self._witness is not None:
            self._witness.note_costs()

    # -- phases -----------------------------------------------------------------------------

    @Slot()
    def _look(self) -> None:
        state, is_loading = self._state, "generating" not in self._phases
        if is_loading:
            if state.plan is not None and state.loading is None:
                self._end()
                self._begin("generating")
                self._set_numbers()
        elif self._asked == self._task["jobs"] and not (state.is_running or state.queue.waiting):
            state.runner.activity_changed.disconnect(self._look)
            self._end()
            QTimer.singleShot(0, self._finish)

    def _begin(self, phase: str) -> None:
        self._phases[phase] = [max(0, len(self._beats) - 1)]
        self._seconds[phase] = time.perf_counter()

    def _end(self) -> None:
        phase = list(self._phases)[-1]
        self._phases[phase].append(len(self._beats) - 1)
        self._seconds[phase] = time.perf_counter() - self._seconds[phase]

    # -- the person -------------------------------------------------------------------------

    def _set_numbers(self) -> None:
        width, height = self._task["size"]
        self._state.form.edit(width=width, height=height)
        self._window.panel.count.setValue(self._task["pictures"])
        self._keys.clear()

    @Slot()
    def _type(self) -> None:
        """Press the next key; behind the last one of a prompt, once the engine is warm, draw."""
        panel = self._window.panel
        if self._task["still"]:
            self._state.form.edit(prompt=PROMPTS[0])
        else:
            if not self._keys:
                self._keys = list(next(self._prompts))
                panel.prompt.selectAll()
            QTest.keyClicks(panel.prompt, self._keys.pop(0))
        if not self._keys and "generating" in self._phases and self._asked < self._task["jobs"]:
            panel.generate_button.click()
            self._asked += 1

    # -- the end ----------------------------------------------------------------------------

    def _finish(self) -> None:
        for timer in (self._timer, self._typist):
            timer.stop()
        gaps = [1000 * (after - before) for before, after in pairwise(self._beats)]
        found = {
            "gaps": {name: gaps[first:last] for name, (first, last) in self._phases.items()},
            "seconds": self._seconds,
            "late": self._witness.testimony(self._began) if self._witness is not None else [],
            "pictures": len(self._state.pictures),
            "screen": QApplication.platformName(),
        }
        self._found.write_text(json.dumps(found), encoding="utf-8")
        self._window.close()


class Witness(threading.Thread):
    """Sees what all threads are at while a beat is late. Costs a little, so only where asked."""

    def __init__(self, beats: list[float]) -> None:
        super().__init__(daemon=True)
        self._beats = beats
        self._paper = tempfile.TemporaryFile("w+")  # noqa: SIM115 - for the rest of the run
        self._schedule = _open_schedule()
        self._costs: list[tuple[float, float]] = []
        self._is_over = threading.Event()
        self._seen: dict[int, list[str]] = {}

    def note_costs(self) -> None:
        """In the window's thread, at each beat: its seconds on a processor, and without one."""
        waited = 0
        if self._schedule is not None:
            self._schedule.seek(0)
            waited = int(self._schedule.read(100).split()[1])
        self._costs.append((time.thread_time(), waited / 1e9))

    def run(self) -> None:
        """Look on."""
        while not self._is_over.wait(0.002):
            now, beat = time.perf_counter(), len(self._beats)
            if now - self._beats[beat - 1] < _LATE:
                continue
            # sys._current_frames() would be handier, but crashes Python 3.11 now and then.
            self._paper.seek(0)
            self._paper.truncate()
            faulthandler.dump_traceback(self._paper)
            self._paper.seek(0)
            told = f"-- {1000 * (now - self._beats[beat - 1]):.0f} ms after the beat before"
            self._seen.setdefault(beat - 1, []).append(f"{told}\n{self._paper.read()}\n")

    def testimony(self, began: float) -> list[dict[str, Any]]:
        """Every late beat: what its gap was made of, and what was seen."""
        self._is_over.set()
        self.join()
        found = []
        for beat, seen in self._seen.items():
            if beat + 1 < len(self._beats):
                before, after = self._costs[beat : beat + 2]
                late = {
                    "gap": 1000 * (self._beats[beat + 1] - self._beats[beat]),
                    "at": self._beats[beat] - began,
                    "own": 1000 * (after[0] - before[0]),
                    "runnable": 1000 * (after[1] - before[1]),
                    "seen": "".join(seen),
                }
                found.append(late)
        return found


def _open_schedule() -> Any:
    """Linux's account of this thread, where there is one."""
    try:
        return Path("/proc/thread-self/schedstat").open("rb", buffering=0)
    except OSError:
        return None
