"""What the worker can be told to do; each crosses into its thread as one object."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from wurstdesk.generation import CancelToken, GeneratedPicture, GenerationRequest


@dataclass(frozen=True, slots=True)
class Generate:
    """Make the request's pictures."""

    request: GenerationRequest
    cancel: CancelToken


@dataclass(frozen=True, slots=True)
class Prepare:
    """Plan for a request and, if it ``loads``, load what it will need."""

    request: GenerationRequest
    cancel: CancelToken
    loads: bool = True


class Release:
    """Give memory back."""


class Rebuild:
    """Drop the generator: it was made by settings that no longer hold."""


@dataclass(frozen=True, slots=True)
class Save:
    """Save a picture again, or elsewhere; ``key`` is the sender's."""

    key: int
    picture: GeneratedPicture
    target: Path | None


class Quit:
    """The last command."""


Work = Generate | Prepare | Release | Rebuild | Save
Command = Work | Quit
