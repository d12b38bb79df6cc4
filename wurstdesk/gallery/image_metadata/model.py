"""The normalised answer of every metadata reader."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from wurstdesk.generation import GenerationRequest, Provenance

Source = Literal["wurstdesk", "a1111", "unknown"]


@dataclass(frozen=True)
class ImageMetadata:
    """How a picture was made, as far as its file says.

    ``request`` is there only for our own pictures, from which they can be made again.
    ``parameters`` are named as A1111 names them (``Steps``, ``Seed``, ``Size-1`` for the width,
    ``Size-2`` for the height), whoever wrote the file. ``text`` is what was found, as it stood.
    All of it is a stranger's text: show it plainly, never open or run anything it names.
    """

    source: Source = "unknown"
    prompt: str = ""
    negative_prompt: str = ""
    parameters: dict[str, str] = field(default_factory=dict)
    request: GenerationRequest | None = None
    provenance: Provenance | None = None
    seconds: dict[str, float] = field(default_factory=dict)
    created: str = ""
    notes: tuple[str, ...] = ()
    text: str = ""

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready, every field; ``request`` as ``GenerationRequest.to_dict`` writes it."""
        return {
            "source": self.source,
            "prompt": self.prompt,
            "negative_prompt": self.negative_prompt,
            "parameters": dict(self.parameters),
            "request": self.request.to_dict() if self.request else None,
            "provenance": self.provenance.to_dict() if self.provenance else None,
            "seconds": dict(self.seconds),
            "created": self.created,
            "notes": list(self.notes),
            "text": self.text,
        }
