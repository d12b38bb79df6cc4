"""The benchmark's findings as tables for a person."""

from __future__ import annotations

from collections.abc import Sequence
from io import StringIO
from typing import TYPE_CHECKING

from wurstdesk.cli import output
from wurstdesk.cli.bench_results import Difference, Line, Trial
from wurstdesk.generation import CheckpointInfo

if TYPE_CHECKING:
    from rich.table import Table

_WIDTH = 160
"""Columns that a table may take; it takes no more than it needs."""


def costs(info: CheckpointInfo, trials: Sequence[Trial]) -> str:
    """What each size costs."""
    table = _table(
        "size", "load", "picture", "same prompt", "Stage C", "Stage B", "Stage A", "peak"
    )
    for trial in trials:
        (line,) = trial.lines
        stages, pictures = line.stage_seconds(), trial.request.num_images
        table.add_row(
            _size(trial),
            _seconds(line.ready.load_seconds),
            _seconds(line.median(lambda one: one.first) / pictures),
            _seconds(line.median(lambda one: one.again) / pictures),
            f"{_seconds(stages['prior'])} a step",
            f"{_seconds(stages['decoder'])} a step",
            _seconds(stages["vqgan"]),
            _memory(line),
        )
    return f"{_heading(info, trials)}\n\n{_drawn(table)}"


def comparison(info: CheckpointInfo, trials: Sequence[Trial]) -> str:
    """Ours beside the stock pipelines, size by size."""
    tables = "\n\n".join(_comparison(trial) for trial in trials)
    return (
        f"{_heading(info, trials)}\n\n{tables}\n\n"
        "Each × is ours divided by stock’s, the median of the rounds; previews are on for ours. "
        "Memory is the\nmost that the process held, and what of it came after everything was "
        "imported."
    )


def _comparison(trial: Trial) -> str:
    on_device = any(line.memory.device_peak is not None for line in trial.lines)
    table = _table(
        _size(trial),
        "dtype",
        "new prompt",
        "×",
        "same prompt",
        "×",
        "peak memory",
        "×",
        "after imports",
        "×",
        *(("on the device", "×") if on_device else ()),
        "its picture",
    )
    stock = trial.lines[0]
    for line in trial.lines:
        ratios = line.ratios(stock)
        memory = line.memory
        cells = [
            (_seconds(line.median(lambda one: one.first)), ratios["new_prompt"]),
            (_seconds(line.median(lambda one: one.again)), ratios["same_prompt"]),
            (output.gigabytes(memory.peak), ratios["peak_memory"]),
            (output.gigabytes(line.above_imports), ratios["peak_memory_above_imports"]),
        ]
        if on_device:
            peak = output.gigabytes(memory.device_peak or 0)
            cells.append((peak, ratios["device_peak_memory"]))
        flat = [text for value, ratio in cells for text in (value, _ratio(ratio, line, stock))]
        picture = "" if line is stock else _picture(line.difference)
        table.add_row(line.name, line.ready.plan.dtype, *flat, picture)
    alike = "".join(f"\n“{name}” would be the same as “ours”." for name in trial.alike)
    return _drawn(table) + alike


def _heading(info: CheckpointInfo, trials: Sequence[Trial]) -> str:
    """What was measured, and on what."""
    trial = trials[0]
    plan, request = trial.lines[0].ready.plan, trial.request
    where = f"{plan.device_name} ({plan.device})"
    if plan.threads:
        where += f", {_counted(plan.threads, 'thread')}"
    what = f"{request.prior_steps} steps of Stage C, {request.decoder_num_inference_steps} of B"
    if request.num_images > 1:
        what += f", {request.num_images} pictures at once"
    rounds = _counted(len(trial.lines[0].rounds), "round")
    return f"{info.title} on {where}\n{plan.dtype}, {what}, {rounds}"


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'s' * (count != 1)}"


def _size(trial: Trial) -> str:
    return f"{trial.request.width}×{trial.request.height}"


def _seconds(seconds: float) -> str:
    return f"{seconds:.3f} s" if seconds < 1 else f"{seconds:.1f} s"


def _memory(line: Line) -> str:
    text = output.gigabytes(line.memory.peak)
    if line.memory.device_peak is not None:
        text += f", {output.gigabytes(line.memory.device_peak)} on the device"
    return text


def _ratio(ratio: float | None, line: Line, stock: Line) -> str:
    return "" if line is stock or ratio is None else f"{ratio:.2f}"


def _picture(difference: Difference | None) -> str:
    if difference is None:
        return ""
    if difference.is_rounding:
        return "the same, but for rounding"
    return f"{difference.mean:.1f} levels off, {difference.most} at most"


def _table(*columns: str) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for number, column in enumerate(columns):
        table.add_column(column, justify="right" if number else "left", no_wrap=True)
    return table


def _drawn(table: Table) -> str:
    """As text, the same on a terminal and in a file."""
    from rich.console import Console

    text = StringIO()
    Console(file=text, width=_WIDTH, color_system=None).print(table)
    return "\n".join(row.rstrip() for row in text.getvalue().splitlines())
