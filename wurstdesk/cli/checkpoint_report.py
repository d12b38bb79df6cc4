"""The report that a test of a checkpoint leaves: ``report.txt`` to be read, ``report.json``.

To be attached to an issue by whoever made it: there is nothing in it about the person or where
things are on their machine.
"""

from __future__ import annotations

import getpass
import json
import platform
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from wurstdesk.cli import output
from wurstdesk.cli.trying import Tried
from wurstdesk.generation import CheckpointInfo, GeneratedPicture, GenerationRequest, Plan
from wurstdesk.paths import write_atomically

_SOMEWHERE = "…"
_SHORTEST_NAME = 3
"""Letters: a shorter name of a person is taken for a part of another word too easily."""


@dataclass(frozen=True)
class Measured:
    """``loading`` in seconds until the first step; peaks in bytes; ``apart`` is how far a picture
    that was made again is from the first one, in parts of its latents' spread."""

    loading: float = 0.0
    peak: int = 0
    device_peak: int | None = None
    apart: float | None = None


@dataclass(frozen=True)
class Report:
    """All that a test found out; what it did not come to is None or empty."""

    tried: tuple[Tried, ...]
    checkpoint: CheckpointInfo | None
    checkpoint_hash: str
    request: GenerationRequest | None
    plan: Plan | None
    pictures: tuple[GeneratedPicture, ...]
    previews: Mapping[int, int]
    notes: tuple[str, ...]
    measured: Measured

    def to_dict(self) -> dict[str, Any]:
        """As it stands in ``report.json``."""
        return {
            "passed": all(part.passed for part in self.tried),
            "parts": [asdict(part) | {"seconds": round(part.seconds, 3)} for part in self.tried],
            "machine": {
                "system": platform.system(),
                "release": platform.release(),
                "processor": platform.machine(),
                "python": platform.python_version(),
            },
            "versions": self.pictures[0].provenance.versions if self.pictures else {},
            "checkpoint": self._checkpoint(),
            "plan": asdict(self.plan) if self.plan is not None else None,
            "request": self.request.to_dict() if self.request is not None else None,
            "loading_seconds": round(self.measured.loading, 3),
            "peak_memory": self.measured.peak,
            "peak_device_memory": self.measured.device_peak,
            "made_again_apart": self.measured.apart,
            "pictures": [self._picture(picture) for picture in self.pictures],
            "notes": list(self.notes),
        }

    def _checkpoint(self) -> dict[str, object] | None:
        info = self.checkpoint
        if info is None:
            return None
        return {
            "name": info.name,
            "title": info.title,
            "content_hash": self.checkpoint_hash,
            "prior": info.prior_kind,
            "prior_by_itself": info.prior_weights is not None,
            "copy_of": info.copy_of,
            "copy_dtype": info.copy_dtype,
        }

    def _picture(self, picture: GeneratedPicture) -> dict[str, object]:
        made = picture.provenance
        return {
            "file": f"picture-{picture.index + 1}.png",
            "seed": picture.request.seed,
            "seconds": {stage: round(took, 3) for stage, took in picture.seconds.items()},
            "previews": self.previews.get(picture.index, 0),
            "pixels_sha256": sha256(picture.pixels.data).hexdigest(),
            "latents_sha256": picture.latents.name,
            "device": made.device,
            "dtype": made.dtype,
            "threads": made.threads,
        }


def write_report(folder: Path, report: Report, private: Sequence[Path] = ()) -> None:
    """Leave both files in the folder. Raises ``StorageError``."""
    hidden = _Hidden(private)
    data = hidden.of(report.to_dict())
    text = json.dumps(data, indent=2, ensure_ascii=False)
    write_atomically(folder / "report.json", f"{text}\n".encode())
    lines = "\n".join(_lines(data))
    write_atomically(folder / "report.txt", f"{lines}\n".encode())


def _lines(data: Mapping[str, Any]) -> Iterator[str]:
    yield f"Wurstdesk’s test of a checkpoint: {'passed' if data['passed'] else 'NOT passed'}"
    yield ""
    for part in data["parts"]:
        state = "ok" if part["passed"] else "FAILED"
        yield f"{state:<6}  {part['name']:<10}  {part['seconds']:7.1f} s  {part['said']}"
    yield ""
    yield output.aligned(list(_facts(data)))
    if data["pictures"]:
        yield ""
        yield "seconds          Stage C   Stage B   Stage A   previews"
    for picture in data["pictures"]:
        spent = picture["seconds"]
        stages = "".join(f"{spent.get(stage, 0):10.1f}" for stage in ("prior", "decoder", "vqgan"))
        yield f"{picture['file']:<14}{stages}{picture['previews']:11}"
    for note in data["notes"]:
        yield ""
        yield note


def _facts(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    machine, plan, checkpoint = data["machine"], data["plan"], data["checkpoint"]
    yield "machine", f"{machine['system']} {machine['release']}, {machine['processor']}"
    versions = ", ".join(f"{name} {version}" for name, version in data["versions"].items())
    yield "versions", versions or f"python {machine['python']}"
    if checkpoint:
        yield "checkpoint", f"{checkpoint['title']} ({checkpoint['name']})"
        yield "its hash", checkpoint["content_hash"] or "not known"
    if plan:
        yield "device", plan["device_name"]
        yield "plan", f"{plan['dtype']}, offload {plan['offload']}, {plan['batch']} together"
        yield "because", plan["reason"]
        yield "estimated", output.gigabytes(plan["needs"])
    yield "loading", f"{data['loading_seconds']:.1f} s"
    yield "peak memory", output.gigabytes(data["peak_memory"])
    if data["peak_device_memory"] is not None:
        yield "on the device", output.gigabytes(data["peak_device_memory"])


class _Hidden:
    """Takes out of every text where things are on this machine, and who works at it."""

    def __init__(self, places: Sequence[Path]) -> None:
        known = {str(place) for place in places} | {tempfile.gettempdir()}
        known |= {str(Path(place).resolve()) for place in places}
        with suppress(RuntimeError):  # nobody has a home
            known.add(str(Path.home()))
        longest_first = sorted((place for place in known if len(place) > 1), key=len, reverse=True)
        self._places = re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")
        user = ""
        with suppress(OSError, KeyError, ImportError):  # a process without a name
            user = getpass.getuser()
        named = rf"\b{re.escape(user)}\b" if len(user) >= _SHORTEST_NAME else r"(?!)"
        self._user = re.compile(named)

    def of(self, value: Any) -> Any:
        """The same with every text cleaned."""
        if isinstance(value, str):
            return self._user.sub(_SOMEWHERE, self._places.sub(_SOMEWHERE, value))
        if isinstance(value, dict):
            return {key: self.of(each) for key, each in value.items()}
        return [self.of(each) for each in value] if isinstance(value, list | tuple) else value
