"""The normalised answer of every metadata reader."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from wurstdesk.generation import GenerationRequest, LatentsBlob, Provenance

Source = Literal[
    "wurstdesk",
    "a1111",
    "forge",
    "invokeai",
    "comfyui",
    "fooocus",
    "swarmui",
    "drawthings",
    "novelai",
    "stabilitymatrix",
    "easydiffusion",
    "mochi",
    "unknown",
]

SOURCE_NAMES: Mapping[Source, str] = {
    "wurstdesk": "Wurstdesk",
    "a1111": "AUTOMATIC1111",
    "forge": "Forge",
    "invokeai": "InvokeAI",
    "comfyui": "ComfyUI",
    "fooocus": "Fooocus",
    "swarmui": "SwarmUI",
    "drawthings": "Draw Things",
    "novelai": "NovelAI",
    "stabilitymatrix": "Stability Matrix",
    "easydiffusion": "Easy Diffusion",
    "mochi": "Mochi Diffusion",
}
"""What the programs call themselves; ``unknown`` has no name."""

PromptSyntax = Literal["compel", "a1111", "novelai", "plain"]
"""How weights are written in a prompt: ``(dog)1.2 cat++``, ``(dog:1.2) [cat]``, ``{dog} [cat]``,
or not at all."""


@dataclass(frozen=True)
class ImageMetadata:
    """How a picture was made, as far as its file says.

    ``request`` is there only for our own pictures, from which they can be made again, and
    ``latents`` only where the negative was written into the file, too. ``parameters`` are named as
    A1111 names them (``Steps``, ``Seed``, ``Size-1`` for the width, ``Size-2`` for the height),
    whoever wrote the file. ``text`` is what was found, as it stood. All of it is a stranger's
    text: show it plainly, never open or run anything it names.
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
    prompt_syntax: PromptSyntax = "plain"
    latents: LatentsBlob | None = None
    negative_hash: str = ""
    """``LatentsBlob.name`` of our own picture's negative, wherever that is kept; else ""."""

    @property
    def program(self) -> str:
        """The name of the program that wrote it; "" where nobody knows."""
        return SOURCE_NAMES.get(self.source, "")

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready; ``request`` as ``GenerationRequest.to_dict`` writes it, and of the negative
        its shape and dtype (its bytes stand in ``text``)."""
        latents = self.latents
        return {
            "source": self.source,
            "prompt": self.prompt,
            "negative_prompt": self.negative_prompt,
            "prompt_syntax": self.prompt_syntax,
            "parameters": dict(self.parameters),
            "request": self.request.to_dict() if self.request else None,
            "provenance": self.provenance.to_dict() if self.provenance else None,
            "latents": {"shape": list(latents.shape), "dtype": latents.dtype} if latents else None,
            "negative_hash": self.negative_hash,
            "seconds": dict(self.seconds),
            "created": self.created,
            "notes": list(self.notes),
            "text": self.text,
        }
