"""What the self-tests are made of: parts that are tried one by one, nothing of it unheard."""

from __future__ import annotations

import logging
import os
import socket
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass
from typing import Any, NoReturn, TextIO

from PIL import Image

from wurstdesk.cli import output, parts
from wurstdesk.errors import UserError
from wurstdesk.gallery.image_metadata import read_metadata
from wurstdesk.generation import GeneratedPicture, Pixels, SavedPicture

_MOST_SHOWN = 300
_log = logging.getLogger(__name__)


class Wrong(Exception):  # noqa: N818 - a finding, not a failure of ours
    """Something went through, but not as it should; the message is a sentence."""


@dataclass(frozen=True)
class Tried:
    """How a part went, and what is to be said of it."""

    name: str
    passed: bool
    seconds: float
    said: str


def try_part(name: str, part: Callable[[], str], terminal: TextIO) -> Tried:
    """Run one part and print how it went. The rest stands on it, so the first failure ends it."""
    began = time.perf_counter()
    try:
        state, said = "ok", part()
    except (UserError, Wrong) as error:
        state, said = "FAILED", str(error)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what was looked for
        _log.exception("the self-test failed")
        text = " ".join(str(error).split())[:_MOST_SHOWN]
        state, said = "FAILED", f"{type(error).__name__}: {text}"
    seconds = time.perf_counter() - began
    line = f"{state:<6}  {name:<10}  {seconds:5.1f} s  {output.printable(said)}"
    terminal.write(f"{line.rstrip()}\n")
    terminal.flush()
    return Tried(name, state == "ok", seconds, said)


def is_of_one_colour(pixels: Pixels) -> bool:
    """Whether a picture is empty."""
    return pixels.data == pixels.data[:3] * (pixels.width * pixels.height)


def none_of(found: list[str], good: str, bad: str) -> str:
    """A part that is well where nothing was found."""
    if found:
        raise Wrong(f"{bad}: {' '.join(found)[:_MOST_SHOWN]}")
    return good


@contextmanager
def network_refused() -> Iterator[list[str]]:
    """Refuse every connection and every look-up of a name; gives what was wanted."""
    wanted: list[str] = []

    def refuse(*address: Any, **options: Any) -> NoReturn:
        del options
        wanted.append(str(address[-1] if address else ""))
        raise OSError("the self-test allows no network")

    places: tuple[tuple[Any, str], ...] = (
        (socket.socket, "connect"),
        (socket.socket, "connect_ex"),
        (socket, "create_connection"),
        (socket, "getaddrinfo"),
    )
    before = [getattr(owner, name) for owner, name in places]
    for owner, name in places:
        setattr(owner, name, refuse)
    try:
        yield wanted
    finally:
        for (owner, name), original in zip(places, before, strict=True):
            setattr(owner, name, original)


@contextmanager
def prints_caught() -> Iterator[Callable[[], list[str]]]:
    """Catch what is printed, also below Python; gives a way to ask for its lines."""
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as file:
        terminal = None
        with suppress(OSError):  # a windowed program has no such stream
            terminal = os.dup(2)
            os.dup2(file.fileno(), 2)

        def lines() -> list[str]:
            file.flush()
            file.seek(0)
            return file.read().split("\n")[:-1]

        try:
            with redirect_stderr(file), redirect_stdout(file):
                yield lines
        finally:
            if terminal is not None:
                os.dup2(terminal, 2)
                os.close(terminal)


def check_gallery(base: parts.Base, saved: Sequence[SavedPicture]) -> str:
    """A gallery that is opened anew knows the pictures."""
    with closing(parts.open_gallery(base)) as gallery:
        known = {picture.path: picture.request for picture in gallery.recent(len(saved) + 1)}
    if known != {picture.path: picture.request for picture in saved}:
        raise Wrong("The gallery does not know the pictures that were saved.")
    return f"{len(saved)} saved and found again"


def check_files(made: Sequence[GeneratedPicture], saved: Sequence[SavedPicture]) -> str:
    """The files hold the same pixels, and say how to make them again."""
    for picture, kept in zip(made, saved, strict=True):
        if read_metadata(kept.path).request != picture.request:
            raise Wrong("A file does not say how its picture was made.")
        with Image.open(kept.path, formats=("PNG",)) as image:
            if image.convert("RGB").tobytes() != picture.pixels.data:
                raise Wrong("A file does not hold the picture that was drawn.")
    return "the files hold the pictures and how to make them again"
