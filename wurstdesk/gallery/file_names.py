"""Names of picture files by a template: safe on every system, and never outside of their folder."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from string import Formatter
from typing import Self

from wurstdesk.generation import GenerationRequest
from wurstdesk.settings.name_template import DEFAULT_TEMPLATE

MAX_SLUG_CHARACTERS = 60
MAX_SLUG_BYTES = 100
MAX_NAME_BYTES = 128  # some encrypted file systems hold only 143 bytes, number and ending included
# Windows keeps these for devices, whatever ending follows.
_DEVICES = {"con", "prn", "aux", "nul", "conin$", "conout$"} | {
    f"{kind}{digit}" for kind in ("com", "lpt") for digit in "0123456789¹²³"
}


@dataclass(frozen=True, slots=True)
class NameFacts:
    """What a name can say of a picture; ``number`` is how many were made before, and one.

    ``moment`` is in local time, ``seed`` None where a picture has none that is known.
    """

    prompt: str
    seed: int | None
    checkpoint: str
    width: int
    height: int
    moment: datetime
    number: int = 1

    @classmethod
    def of(
        cls, request: GenerationRequest, moment: datetime, checkpoint: str = "", number: int = 1
    ) -> Self:
        """Those of a picture that a request makes."""
        return cls(
            prompt=request.prompt,
            seed=request.seed,
            checkpoint=checkpoint or request.checkpoint,
            width=request.width,
            height=request.height,
            moment=moment,
            number=number,
        )

    def values(self) -> Mapping[str, str]:
        """Each field of the template, as text that can stand in a name."""
        moment = self.moment
        return {
            "date": moment.date().isoformat(),
            "time": moment.strftime("%H-%M-%S"),
            "year": f"{moment.year:04}",
            "month": f"{moment.month:02}",
            "day": f"{moment.day:02}",
            "prompt": slug(self.prompt) or "picture",
            "seed": "no-seed" if self.seed is None else str(self.seed),
            "checkpoint": slug(self.checkpoint) or "checkpoint",
            "width": str(self.width),
            "height": str(self.height),
            "number": f"{self.number:05}",
        }


def needs_number(template: str) -> bool:
    """Whether a template counts: somebody has to look the number up."""
    return "{number}" in template


def file_stem(facts: NameFacts, template: str = DEFAULT_TEMPLATE) -> PurePosixPath:
    """The name without its ending, and the folders before it, if the template has some.

    Of the usual one: ``2026-11-23 a-long-red-sausage-dog 7``, which sorts by day, says what is
    in the file, and fits every system. ``template`` is one without a ``template_problem``.
    """
    return PurePosixPath(*(_part(part, facts.values()) for part in template.split("/")))


def _part(template: str, values: Mapping[str, str]) -> str:
    """One name: of a folder, or of the file."""
    name = _filled(template, values)
    too_long = len(name.encode()) - MAX_NAME_BYTES
    if too_long > 0 and "{prompt}" in template:
        # Better fewer words than no seed at the end.
        room = max(1, len(values["prompt"].encode()) - too_long)
        name = _filled(template, {**values, "prompt": slug(values["prompt"], room) or "picture"})
    name = name.encode()[:MAX_NAME_BYTES].decode("utf-8", "ignore").rstrip(" .")
    if name.split(".")[0].rstrip().lower() in _DEVICES:
        name = f"_{name}"
    return name


def _filled(template: str, values: Mapping[str, str]) -> str:
    filled = "".join(
        text + (values[field] if field is not None else "")
        for text, field, _, _ in Formatter().parse(template)
    )
    # As file systems compare them; and what is typed by hand may hold what a slug never does.
    return unicodedata.normalize("NFC", filled).strip()


def slug(text: str, room: int = MAX_SLUG_BYTES) -> str:
    """Letters and digits of any language in lower case, with single hyphens between words."""
    normal = unicodedata.normalize("NFKC", text[:1000]).lower()
    kept = "".join(c if unicodedata.category(c)[0] in "LNM" else " " for c in normal)
    words = [word for word in kept.split() if any(map(str.isalnum, word))]
    made = ""
    for word in words:
        longer = f"{made}-{word}" if made else word
        if len(longer) > MAX_SLUG_CHARACTERS or len(longer.encode()) > room:
            break
        made = longer
    if not made and words:  # one endless word, or a language without blanks
        first = words[0][:MAX_SLUG_CHARACTERS]
        made = first.encode()[:room].decode("utf-8", "ignore")
    return made
