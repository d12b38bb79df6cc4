"""``wurstdesk doctor``: what this installation stands on, for the person and for a bug report.

It answers also where torch cannot be imported: that is when it is asked.
"""

from __future__ import annotations

import importlib.metadata
import os
import platform
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import apsw

from wurstdesk import __version__
from wurstdesk.cli import output, parts
from wurstdesk.engine import device_planner
from wurstdesk.engine.component_sizes import read_sizes
from wurstdesk.engine.machine import Hardware
from wurstdesk.errors import UserError
from wurstdesk.generation import CheckpointInfo, GenerationRequest, Plan

_LIBRARIES = (
    "torch",
    "diffusers",
    "transformers",
    "accelerate",
    "compel",
    "tokenizers",
    "safetensors",
    "huggingface_hub",
    "numpy",
    "pillow",
    "PySide6_Essentials",
    "apsw",
    "pydantic",
    "typer",
    "rich",
)


_ENOUGH = 100_000_000
"""Bytes of room below which the next pictures may not fit."""


@dataclass(frozen=True)
class Report:
    """Everything that ``doctor`` found; ``problems`` are sentences about what does not work.

    ``plans`` say how each checkpoint would draw one picture of its usual size.
    """

    versions: dict[str, str | None]
    system: dict[str, Any]
    memory: dict[str, int | None]
    devices: list[dict[str, Any]]
    plans: dict[str, dict[str, Any]]
    folders: dict[str, dict[str, Any]]
    checkpoints: list[dict[str, Any]]
    problems: list[str]

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready; bytes where it counts memory or room."""
        return vars(self)


def doctor(base: parts.Base, *, as_json: bool) -> int:
    """Print the report; 0 if there is nothing to mend, else 1."""
    report = examine(base)
    if as_json:
        output.json_result(report.to_dict())
    else:
        output.result(output.printable(_text(report)))
    return 1 if report.problems else 0


def examine(base: parts.Base) -> Report:
    """Look at everything; nothing that is broken stops it."""
    problems: list[str] = []
    hardware = _hardware(problems)
    checkpoints = parts.catalogue_of(base).checkpoints()
    problems += _checkpoint_problems(checkpoints)
    folders = _folders(base)
    problems += _folder_problems(folders)
    return Report(
        versions=_versions(),
        system={
            "platform": platform.platform(),
            "machine": platform.machine(),
            "processors": os.cpu_count(),
        },
        memory=_memory(),
        devices=_devices(hardware),
        plans=_plans(base, hardware, checkpoints, problems),
        folders=folders,
        checkpoints=[
            {"name": info.name, "complete": info.complete, "path": str(info.path)}
            for info in checkpoints
        ],
        problems=problems,
    )


def _versions() -> dict[str, str | None]:
    """Of the program and of what it stands on; None for what is not installed."""
    found: dict[str, str | None] = {
        "wurstdesk": __version__,
        "python": platform.python_version(),
        "sqlite": apsw.sqlite_lib_version(),
    }
    for name in _LIBRARIES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = None
    return found


def _hardware(problems: list[str]) -> Hardware | None:
    try:
        return parts.detect_hardware()
    except Exception as error:  # noqa: BLE001 - a broken installation breaks in any way it likes
        said = " ".join(str(error).split())[:300] or "no reason given"
        problems.append(
            f"PyTorch cannot be used ({type(error).__name__}: {said}). "
            "Nothing can be drawn before it is installed again."
        )
        return None


def _devices(hardware: Hardware | None) -> list[dict[str, Any]]:
    if hardware is None:
        return []
    return [
        {
            "device": device.torch_name,
            "name": device.name,
            "memory": device.memory or None,
            "free": device.free or None,
            "unified": device.unified,
            "bfloat16": device.bfloat16,
            "fast_half": device.fast_half,
        }
        for device in hardware.devices
    ]


def _plans(
    base: parts.Base,
    hardware: Hardware | None,
    checkpoints: tuple[CheckpointInfo, ...],
    problems: list[str],
) -> dict[str, dict[str, Any]]:
    """How each checkpoint would draw by the settings; what none can is one problem."""
    plans: dict[str, dict[str, Any]] = {}
    refused: dict[str, list[str]] = {}
    for info in checkpoints:
        if hardware is None or not info.complete:
            continue
        request = info.request()
        try:
            plan = _plan(base, hardware, info, request)
        except UserError as error:
            refused.setdefault(str(error), []).append(info.name)
            continue
        plans[info.name] = {"width": request.width, "height": request.height, **vars(plan)}
    problems += [
        f"By the settings nothing can be drawn with {' and '.join(names)}: {error}"
        for error, names in refused.items()
    ]
    return plans


def _plan(
    base: parts.Base, hardware: Hardware, info: CheckpointInfo, request: GenerationRequest
) -> Plan:
    options = parts.engine_options(base.settings)
    return device_planner.plan(hardware, read_sizes(info), request, options)


def _checkpoint_problems(checkpoints: tuple[CheckpointInfo, ...]) -> list[str]:
    problems = [
        f"The checkpoint {info.name} cannot be used. {info.problem}"
        for info in checkpoints
        if not info.complete
    ]
    if not any(info.built_in for info in checkpoints):
        problems.append("The checkpoint that comes with Wurstdesk is missing: install it again.")
    return problems


def _folders(base: parts.Base) -> dict[str, dict[str, Any]]:
    home = base.home
    return {
        "settings and gallery": _folder(home.data),
        "pictures": _folder(base.pictures_folder),
        "checkpoints": _folder(home.models),
        "cache": _folder(home.cache),
        "logs": _folder(home.logs),
    }


def _folder_problems(folders: dict[str, dict[str, Any]]) -> list[str]:
    problems = [
        f"Nothing can be written to the folder of {name} ({found['path']})."
        for name, found in folders.items()
        if not found["writable"]
    ]
    full = [
        name
        for name, found in folders.items()
        if found["free"] is not None and found["free"] < _ENOUGH
    ]
    if full:
        problems.append(f"The disk is full, or nearly so, for: {', '.join(full)}.")
    return problems


def _folder(path: Path) -> dict[str, Any]:
    """Where it is, and the room there, without making it."""
    place = next(place for place in (path, *path.parents) if place.exists())
    try:
        free: int | None = shutil.disk_usage(place).free
    except OSError:
        free = None
    return {
        "path": str(path),
        "exists": path.is_dir(),
        "writable": place.is_dir() and os.access(place, os.W_OK),
        "free": free,
    }


def _memory() -> dict[str, int | None]:
    try:
        import psutil  # may be what is broken

        memory = psutil.virtual_memory()
    except Exception:  # noqa: BLE001
        return {"total": None, "available": None}
    return {"total": int(memory.total), "available": int(memory.available)}


def _text(report: Report) -> str:
    versions = [(name, version or "not installed") for name, version in report.versions.items()]
    sections = [
        ("Versions", versions),
        ("This machine", _machine_rows(report)),
        ("Folders", _folder_rows(report)),
        ("Checkpoints", _checkpoint_rows(report)),
        ("How pictures are drawn", _plan_rows(report)),
    ]
    sections = [(title, rows) for title, rows in sections if rows]
    text = "\n\n".join(f"{title}\n{output.aligned(rows, '  ')}" for title, rows in sections)
    if not report.problems:
        return f"{text}\n\nEverything that is needed is there."
    return text + "\n\nProblems\n" + "\n".join(f"  - {problem}" for problem in report.problems)


def _machine_rows(report: Report) -> list[tuple[str, str]]:
    total, available = report.memory["total"], report.memory["available"]
    memory = "unknown"
    if total is not None and available is not None:
        memory = f"{output.gigabytes(total)}, {output.gigabytes(available)} of it free"
    rows = [
        ("system", str(report.system["platform"])),
        ("processors", str(report.system["processors"])),
        ("memory", memory),
    ]
    for device in report.devices:
        about = ", ".join([device["name"], *_device_memory(device)])
        rows.append(("device", f"{device['device']} ({about})"))
    return rows


def _device_memory(device: dict[str, Any]) -> list[str]:
    """What is to be said of a device's memory, beside main memory."""
    if not device["memory"] or device["device"] == "cpu":
        return []
    text = output.gigabytes(device["memory"])
    if device["unified"]:
        text += " of main memory"
    return [text, f"{output.gigabytes(device['free'])} of it free"] if device["free"] else [text]


def _plan_rows(report: Report) -> list[tuple[str, str]]:
    """Each plan in a line of facts, its reason, and what would make it better."""
    rows = []
    for name, plan in report.plans.items():
        facts = (
            f"{plan['width']}×{plan['height']}: {plan['device']}, {plan['dtype']}, "
            f"{output.gigabytes(plan['needs'])} at the most"
        )
        lines = (facts, plan["reason"], plan["advice"])
        rows.append((name, "\n".join(line for line in lines if line)))
    return rows


def _folder_rows(report: Report) -> list[tuple[str, str]]:
    rows = []
    for name, found in report.folders.items():
        free = f"{output.gigabytes(found['free'])} free" if found["free"] is not None else ""
        state = "" if found["exists"] else "not there yet"
        about = ", ".join(text for text in (free, state) if text)
        rows.append((name, f"{found['path']}\n{about}"))
    return rows


def _checkpoint_rows(report: Report) -> list[tuple[str, str]]:
    return [
        (found["name"], ("complete" if found["complete"] else "cannot be used"))
        for found in report.checkpoints
    ] or [("none", "")]
