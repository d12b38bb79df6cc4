"""How long the window may be deaf: the gaps between the beats of a timer on its thread.

    nice -n -15 .venv/bin/python tests/benchmarks/ui_latency.py --screen xvfb --runs 5

Starts the real program in a process and a home of its own for each run, with a timer of 10 ms
beside all else that the window's thread does; 10 ms from beat to beat is perfect. Two phases are
told apart: “loading”, from the first paint until the engine is warm, and “generating”, some jobs
with previews, asked for by the window's own button. In both somebody types into the prompt, a key
every 60 ms, unless it is ``--still``.

``--explain`` tells of the longest gaps what they were made of (work of the window's thread,
waiting for a processor, else waiting for Python's lock or for nothing at all) and what every
thread was at; where something kept Python's lock, that is where it was when it let go.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from measuring import markdown

TARGETS = {"loading": (60.0, 150.0), "generating": (16.0, 50.0)}
"""Milliseconds: the 99th percentile and the worst."""

_PATIENCE = 900

Run = dict[str, Any]
"""What one process found, as ``ui_latency_listener`` writes it."""


def main() -> None:
    """Measure as often as asked and print what was found."""
    options = _options()
    if options.watched is not None:
        sys.exit(_watch(options.watched, json.loads(options.task)))
    runs: list[Run] = []
    with _screen(options.screen) as environment:
        for number in range(options.runs):
            print(f"run {number + 1} of {options.runs}", file=sys.stderr, flush=True)
            runs.append(_measure(options, environment))
            for text in _explained(runs[-1], options.explain):
                print(text, flush=True)
    print(_table(runs))
    if options.json is not None:
        options.json.write_text(json.dumps(runs), encoding="utf-8")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=3)
    parser.add_argument("--pictures", type=int, default=4, help="of each job")
    parser.add_argument("--size", default="384x384")
    parser.add_argument("--screen", choices=("here", "xvfb", "offscreen"), default="here")
    parser.add_argument("--still", action="store_true", help="nobody types meanwhile")
    parser.add_argument("--explain", type=int, default=0, metavar="N", help="the N longest gaps")
    parser.add_argument("--json", type=Path, metavar="FILE", help="every gap, in milliseconds")
    parser.add_argument("--watched", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--task", help=argparse.SUPPRESS)
    return parser.parse_args()


@contextmanager
def _screen(kind: str) -> Iterator[dict[str, str]]:
    """The environment in which the window appears where it is wanted."""
    environment = dict(os.environ)
    if kind == "offscreen":
        environment["QT_QPA_PLATFORM"] = "offscreen"
    if kind != "xvfb":
        yield environment
        return
    command = ["Xvfb", "-displayfd", "1", "-screen", "0", "1440x900x24", "-nolisten", "tcp"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as server:
        assert server.stdout is not None
        display = f":{int(server.stdout.readline())}"
        try:
            yield environment | {"DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
        finally:
            server.terminate()


def _measure(options: argparse.Namespace, environment: dict[str, str]) -> Run:
    task = {
        "jobs": options.jobs,
        "pictures": options.pictures,
        "size": [int(side) for side in options.size.split("x")],
        "still": options.still,
        "explain": options.explain > 0,
    }
    with tempfile.TemporaryDirectory() as home:
        command = [sys.executable, __file__, "--watched", home, "--task", json.dumps(task)]
        subprocess.run(command, env=environment, check=True, timeout=_PATIENCE)
        found: Run = json.loads((Path(home) / "found.json").read_text(encoding="utf-8"))
    return found


def _watch(folder: Path, task: dict[str, Any]) -> int:
    """In a process of its own: do what ``__main__`` does, with a ``Studio`` that is listened to."""
    began = time.perf_counter()
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    from wurstdesk import __main__, log, torch_libraries
    from wurstdesk.paths import find_home

    log.prepare_environment()
    torch_libraries.load_before_qt()
    gc.disable()
    from ui_latency_listener import Listener
    from wurstdesk import app

    class Watched(app.Studio):
        def show(self) -> None:
            self._listener = Listener(self, task, began, folder / "found.json")
            super().show()

    app.Studio = Watched  # type: ignore[misc]
    return __main__.open_window(find_home(folder))


def _table(runs: Sequence[Run]) -> str:
    rows = []
    for phase, (often, worst) in TARGETS.items():
        for number, run in enumerate(runs, start=1):
            gaps = sorted(run["gaps"][phase])
            rows.append(
                [
                    f"{phase} {number}",
                    str(len(gaps)),
                    *(f"{_at(gaps, part):.1f} ms" for part in (0.5, 0.99, 1.0)),
                    f"{sum(gap > often for gap in gaps)}",
                    "yes" if _at(gaps, 0.99) < often and gaps[-1] < worst else "no",
                    f"{run['seconds'][phase]:.2f} s",
                ]
            )
    headings = ("phase", "beats", "p50", "p99", "worst", "above p99's target", "met", "took")
    starts = " ".join(f"{run['seconds']['painted']:.2f}" for run in runs)
    screens = ", ".join(sorted({run["screen"] for run in runs}))
    return f"{markdown(headings, rows)}\n\nOn {screens}. Seconds to the first paint: {starts}"


def _at(gaps: Sequence[float], part: float) -> float:
    """The gap that so large a part of all gaps does not exceed; they are sorted."""
    return gaps[min(len(gaps) - 1, int(part * len(gaps)))]


def _explained(run: Run, count: int) -> Iterator[str]:
    for late in sorted(run["late"], key=lambda late: -float(late["gap"]))[:count]:
        yield (
            f"=== {late['gap']:.1f} ms, at {late['at']:.2f} s: {late['own']:.1f} ms of "
            f"work, {late['runnable']:.1f} ms without a processor\n{late['seen']}"
        )


if __name__ == "__main__":
    main()
