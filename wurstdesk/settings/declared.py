"""What a declaration is made of: pages, kinds, and what is said beside each field."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator

from wurstdesk.settings.name_template import template_problem

Theme = Literal["system", "light", "dark"]
Language = Literal["system", "en"]
PictureFormat = Literal["png", "webp", "jpeg", "avif"]
Kind = Literal["switch", "number", "choice", "folder", "folders", "text"]
Page = Literal[
    "folders", "checkpoints", "device", "previews", "saving", "appearance", "notifications"
]

PAGE_TITLES: dict[Page, str] = {
    "folders": "Folders",
    "checkpoints": "Checkpoints",
    "device": "Device and memory",
    "previews": "Previews",
    "saving": "Saving",
    "appearance": "Language and appearance",
    "notifications": "Notifications",
}
PAGES: tuple[Page, ...] = tuple(PAGE_TITLES)
"""In the order in which they are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """What a setting is called, what it is for, and when a change takes effect.

    That is at once, unless ``needs_restart``. One that is ``for_engine`` is read when the engine
    is made: the engine is made anew, and the next picture follows it. Of a number, ``zero`` says
    what 0 means, ``unit`` stands behind it and ``step`` is how far one press of an arrow goes.
    """

    page: Page
    label: str
    help: str
    needs_restart: bool = False
    for_engine: bool = False
    unit: str = ""
    zero: str = ""
    step: int = 1


def _whole_path(path: Path) -> Path:
    """Settings are read wherever the program is started from, so a path must say it all."""
    try:
        path = path.expanduser()
    except RuntimeError:
        raise ValueError("there is no such home folder") from None
    if not path.is_absolute():
        raise ValueError("a folder must be given with its whole path")
    return path


def _usable_template(template: str) -> str:
    problem = template_problem(template)
    if problem:
        raise ValueError(problem)
    return template


def _web_address(address: str) -> str:
    address = address.strip().rstrip("/")
    parts = urlsplit(address)
    if address and (parts.scheme not in {"http", "https"} or not parts.hostname):
        raise ValueError("an address begins with https:// and names a computer")
    return address


Folder = Annotated[Path, AfterValidator(_whole_path)]
NameTemplate = Annotated[str, AfterValidator(_usable_template)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
"""Of a computer, or empty."""
