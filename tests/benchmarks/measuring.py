"""What both benchmarks share: running ``wurstdesk bench`` and writing its findings down."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

TESTS = Path(__file__).resolve().parent.parent
"""Where the makers of checkpoints are found."""

Report = dict[str, Any]
"""What ``wurstdesk bench --json`` prints."""

_HEADINGS = (
    "line", "size", "pictures", "dtype", "new prompt", "×", "same prompt", "×", "peak memory", "×",
    "above imports", "×", "on the device", "×", "picture",
)  # fmt: skip


def find_makers() -> None:
    """Let ``checkpoints`` be imported by a script that is started by its path."""
    sys.path.insert(0, str(TESTS))


def measure(work: Path, name: str, *arguments: str | Path) -> Report:
    """Run the command in a home of its own; the report is kept as ``<work>/<name>.json``."""
    typed = [str(argument) for argument in arguments]
    print("wurstdesk bench", *typed, flush=True)
    command = [sys.executable, "-m", "wurstdesk", "--home", str(work / "home"), "bench", *typed]
    ended = subprocess.run([*command, "--json"], stdout=subprocess.PIPE, check=True, text=True)
    report: Report = json.loads(ended.stdout)
    (work / f"{name}.json").write_text(json.dumps(report, indent=1), encoding="utf-8")
    return report


def table(reports: Sequence[Report]) -> str:
    """Every line of every report as a row of one Markdown table, for RESULTS.md."""
    rows = [row for report in reports for row in _rows(report)]
    trials = [trial for report in reports for trial in report["trials"]]
    alike = sorted({name for trial in trials for name in trial["same_as_ours"]})
    told = [f"\n“{name}” is the same as “ours” here." for name in alike]
    return "\n".join([markdown(_HEADINGS, rows), *told])


def markdown(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table."""
    lines = [headings, ["---", *(["---:"] * (len(headings) - 1))], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def where(report: Report) -> str:
    """Processor or card, threads and versions, in a line."""
    line = report["trials"][0]["lines"][0]
    threads = f", {line['threads']} threads" if line["threads"] else ""
    return (
        f"{line['device_name']} ({line['device']}{threads}); {report['system']}, "
        f"Python {report['python']}, Wurstdesk {report['wurstdesk']}"
    )


def _rows(report: Report) -> Iterator[list[str]]:
    for trial in report["trials"]:
        for line in trial["lines"]:
            ratios, memory = line.get("ratios", {}), line["memory"]
            seconds = line["seconds"]
            yield [
                line["name"],
                f"{trial['width']}×{trial['height']}",
                str(trial["pictures"]),
                line["dtype"],
                _median(seconds["new_prompt"]),
                _ratio(ratios.get("new_prompt")),
                _median(seconds["same_prompt"]),
                _ratio(ratios.get("same_prompt")),
                gigabytes(memory["peak"]),
                _ratio(ratios.get("peak_memory")),
                gigabytes(memory["above_imports"]),
                _ratio(ratios.get("peak_memory_above_imports")),
                gigabytes(memory["device_peak"]),
                _ratio(ratios.get("device_peak_memory")),
                _picture(line.get("picture")),
            ]


def gigabytes(count: int | None) -> str:
    """Bytes as a person counts them; nothing for None."""
    return "" if count is None else f"{count / 1e9:.2f} GB"


def _median(seconds: Sequence[float]) -> str:
    middle = sorted(seconds)[len(seconds) // 2]
    return f"{middle:.1f} s" if middle >= 10 else f"{middle:.3g} s"


def _ratio(ratio: float | None) -> str:
    return "" if ratio is None else f"{ratio:.2f}"


def _picture(picture: dict[str, Any] | None) -> str:
    if picture is None:
        return ""
    if picture["same_but_for_rounding"]:
        return "the same"
    return f"{picture['mean_levels']:.1f} levels off"
