"""Whether a picture would come out the same on this machine, by what is known of both."""

from __future__ import annotations

import importlib.metadata
import platform
from collections.abc import Iterable, Mapping
from functools import cache

from PySide6.QtCore import QCoreApplication

import wurstdesk
from wurstdesk.generation import Plan, Provenance
from wurstdesk.session.facts import device_text

_ITSELF, _PYTHON = "wurstdesk", "python"
_JOINT = " · "


def installed_versions(names: Iterable[str]) -> dict[str, str]:
    """The versions here of what a picture depends on; "" of what is not installed. Reads files."""
    return {name: _installed_version(name) for name in names}


@cache
def _installed_version(name: str) -> str:
    if name == _ITSELF:
        return wurstdesk.__version__
    if name == _PYTHON:
        return platform.python_version()
    try:
        return importlib.metadata.version(name)
    except (importlib.metadata.PackageNotFoundError, ValueError):
        return ""


def differs_here(made: Provenance, plan: Plan | None, versions: Mapping[str, str]) -> str:
    """A sentence about what was otherwise when a picture was made; "" where nothing was.

    Without a ``plan`` it is not known what this machine would do, and only ``versions`` count.
    Of what nothing is known on either side nothing is said.
    """
    there: list[str] = []
    here: list[str] = []
    if plan is not None:
        planned = _as_planned(made, plan)
        if (device := device_text(made)) != (device_here := device_text(planned)):
            there.append(device)
            here.append(device_here)
    for name, version in made.versions.items():
        known = versions.get(name)
        if known is not None and version and known != version:
            there.append(f"{name} {version}")
            here.append(f"{name} {known}" if known else _tr("no {0}").format(name))
    if not there:
        return ""
    text = _tr("Made with {0}; here it would be {1}, and may come out a little different.")
    return text.format(_JOINT.join(there), _JOINT.join(here))


def _as_planned(made: Provenance, plan: Plan) -> Provenance:
    """What would be noted of the same picture here.

    Threads matter on the processor alone, and a plan of 0 is about as many as there are.
    """
    threads = made.threads
    if made.device == plan.device == "cpu" and plan.threads and made.threads:
        threads = plan.threads
    return Provenance(
        plan.device,
        plan.dtype,
        threads,
        made.checkpoint_name,
        fp8=plan.fp8,
        compiled=plan.compile,
    )


def _tr(text: str) -> str:
    return QCoreApplication.translate("MadeHere", text)
