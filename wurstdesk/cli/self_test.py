"""``wurstdesk --self-test``: the whole path once, from a sentence to a picture that is read back.

In a home of its own that is gone afterwards, on the built-in checkpoint, with every connection to
anywhere refused, and with an eye on what libraries print.
"""

from __future__ import annotations

import logging
import os
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn, TextIO

from PIL import Image

from wurstdesk.cli import drawing, output, parts
from wurstdesk.errors import UserError
from wurstdesk.gallery.image_metadata import read_metadata
from wurstdesk.generation import (
    CancelToken,
    CheckpointCatalogue,
    CheckpointInfo,
    GeneratedPicture,
    GeneratorEvent,
    PictureReady,
    Pixels,
    SavedPicture,
)
from wurstdesk.log import Logging
from wurstdesk.paths import Home
from wurstdesk.settings import Settings

_PROMPT = "a long red sausage dog on snow at night"
_SEED = 7
_PICTURES = 2
_MOST_SHOWN = 300
_log = logging.getLogger(__name__)


class _Wrong(Exception):  # noqa: N818 - a finding, not a failure of ours
    """Something went through, but not as it should; the message is a sentence."""


def self_test() -> int:
    """Try everything and print a line for each part; 0 if all of it works, else 1."""
    terminal = sys.stdout
    with (
        tempfile.TemporaryDirectory(prefix="wurstdesk-", ignore_cleanup_errors=True) as folder,
        Logging(Home.inside(Path(folder)).logs),
        _network_refused() as refused,
        _prints_caught() as printed,
    ):
        trial = _Trial(parts.Base(Home.inside(Path(folder)), Settings()))
        parts_to_try = (
            ("checkpoint", trial.find_checkpoint),
            ("pictures", trial.make_pictures),
            ("gallery", trial.keep_in_gallery),
            ("metadata", trial.read_back),
            ("network", lambda: _none(refused, "Refused and not needed", "Somebody wanted it")),
            ("output", lambda: _none(printed(), "Libraries kept quiet", "A library printed")),
        )
        passed = all(_try(name, part, terminal) for name, part in parts_to_try)
    output.result("Everything works." if passed else "This installation does not work.")
    return 0 if passed else 1


def _try(name: str, part: Callable[[], str], terminal: TextIO) -> bool:
    """Run one part and print how it went. The rest stands on it, so the first failure ends it."""
    began = time.perf_counter()
    try:
        state, said = "ok", part()
    except (UserError, _Wrong) as error:
        state, said = "FAILED", str(error)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what was looked for
        _log.exception("the self-test failed")
        text = " ".join(str(error).split())[:_MOST_SHOWN]
        state, said = "FAILED", f"{type(error).__name__}: {text}"
    seconds = time.perf_counter() - began
    line = f"{state:<6}  {name:<10}  {seconds:5.1f} s  {output.printable(said)}"
    terminal.write(f"{line.rstrip()}\n")
    terminal.flush()
    return state == "ok"


@dataclass
class _Trial:
    """The path of the pictures; each part uses what the one before has made."""

    base: parts.Base
    found: tuple[CheckpointCatalogue, CheckpointInfo] | None = None
    made: list[GeneratedPicture] = field(default_factory=list)
    saved: list[SavedPicture] = field(default_factory=list)

    def find_checkpoint(self) -> str:
        """The built-in checkpoint is there and whole."""
        self.found = drawing.find_checkpoint(self.base, None)
        return self.found[1].title

    def make_pictures(self) -> str:
        """The engine loads and draws two different pictures."""
        assert self.found is not None
        catalogue, info = self.found
        order = drawing.Order(prompt=_PROMPT, seed=_SEED, count=_PICTURES)
        request = drawing.request_of(order, info)
        options = parts.engine_options(self.base.settings)
        with closing(parts.make_generator(catalogue, options)) as generator:
            plan = generator.plan(request)
            generator.generate(request, CancelToken(), self._take)
        if [picture.request for picture in self.made] != [
            request.for_picture(index) for index in range(_PICTURES)
        ]:
            raise _Wrong("Other pictures were drawn than were asked for.")
        if len({picture.pixels.data for picture in self.made}) < _PICTURES:
            raise _Wrong("Different seeds gave the same picture.")
        if any(_is_of_one_colour(picture.pixels) for picture in self.made):
            raise _Wrong("A picture is empty.")
        took = sum(sum(picture.seconds.values()) for picture in self.made) / _PICTURES
        size = f"{request.width}x{request.height}"
        return f"{_PICTURES} of {size} on {plan.device} in {plan.dtype}, {took:.1f} s each"

    def keep_in_gallery(self) -> str:
        """They are saved, and a gallery that is opened anew knows them."""
        with closing(parts.open_gallery(self.base)) as gallery:
            self.saved = [gallery.save(picture) for picture in self.made]
        with closing(parts.open_gallery(self.base)) as gallery:
            known = {saved.path: saved.request for saved in gallery.recent(_PICTURES + 1)}
        if known != {saved.path: saved.request for saved in self.saved}:
            raise _Wrong("The gallery does not know the pictures that were saved.")
        return f"{len(self.saved)} saved and found again"

    def read_back(self) -> str:
        """The files hold the same pixels, and say how to make them again."""
        for picture, saved in zip(self.made, self.saved, strict=True):
            if read_metadata(saved.path).request != picture.request:
                raise _Wrong("A file does not say how its picture was made.")
            with Image.open(saved.path, formats=("PNG",)) as image:
                if image.convert("RGB").tobytes() != picture.pixels.data:
                    raise _Wrong("A file does not hold the picture that was drawn.")
        return "the files hold the pictures and how to make them again"

    def _take(self, event: GeneratorEvent) -> None:
        if isinstance(event, PictureReady):
            self.made.append(event.picture)


def _is_of_one_colour(pixels: Pixels) -> bool:
    return pixels.data == pixels.data[:3] * (pixels.width * pixels.height)


def _none(found: list[str], good: str, bad: str) -> str:
    if found:
        raise _Wrong(f"{bad}: {' '.join(found)[:_MOST_SHOWN]}")
    return good


@contextmanager
def _network_refused() -> Iterator[list[str]]:
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
def _prints_caught() -> Iterator[Callable[[], list[str]]]:
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
