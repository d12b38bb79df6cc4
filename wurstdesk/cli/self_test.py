"""``wurstdesk --self-test``: the whole path once, from a sentence to a picture that is read back.

In a home of its own that is gone afterwards, on the built-in checkpoint, with every connection to
anywhere refused, and with an eye on what libraries print.
"""

from __future__ import annotations

import sys
import tempfile
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from wurstdesk.cli import drawing, output, parts
from wurstdesk.cli.trying import (
    Wrong,
    check_files,
    check_gallery,
    is_of_one_colour,
    network_refused,
    none_of,
    prints_caught,
    try_part,
)
from wurstdesk.generation import (
    CancelToken,
    CheckpointCatalogue,
    CheckpointInfo,
    GeneratedPicture,
    GeneratorEvent,
    PictureReady,
    SavedPicture,
)
from wurstdesk.log import Logging
from wurstdesk.paths import Home
from wurstdesk.settings import Settings

_PROMPT = "a long red sausage dog on snow at night"
_SEED = 7
_PICTURES = 2


def self_test() -> int:
    """Try everything and print a line for each part; 0 if all of it works, else 1."""
    terminal = sys.stdout
    with (
        tempfile.TemporaryDirectory(prefix="wurstdesk-", ignore_cleanup_errors=True) as folder,
        Logging(Home.inside(Path(folder)).logs),
        network_refused() as refused,
        prints_caught() as printed,
    ):
        trial = _Trial(parts.Base(Home.inside(Path(folder)), Settings()))
        parts_to_try = (
            ("checkpoint", trial.find_checkpoint),
            ("pictures", trial.make_pictures),
            ("gallery", trial.keep_in_gallery),
            ("metadata", trial.read_back),
            ("network", lambda: none_of(refused, "Refused and not needed", "Somebody wanted it")),
            ("output", lambda: none_of(printed(), "Libraries kept quiet", "A library printed")),
        )
        passed = all(try_part(name, part, terminal).passed for name, part in parts_to_try)
    output.result("Everything works." if passed else "This installation does not work.")
    return 0 if passed else 1


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
            raise Wrong("Other pictures were drawn than were asked for.")
        if len({picture.pixels.data for picture in self.made}) < _PICTURES:
            raise Wrong("Different seeds gave the same picture.")
        if any(is_of_one_colour(picture.pixels) for picture in self.made):
            raise Wrong("A picture is empty.")
        took = sum(sum(picture.seconds.values()) for picture in self.made) / _PICTURES
        size = f"{request.width}x{request.height}"
        return f"{_PICTURES} of {size} on {plan.device} in {plan.dtype}, {took:.1f} s each"

    def keep_in_gallery(self) -> str:
        """They are saved, and a gallery that is opened anew knows them."""
        with closing(parts.open_gallery(self.base)) as gallery:
            self.saved = [gallery.save(picture) for picture in self.made]
        return check_gallery(self.base, self.saved)

    def read_back(self) -> str:
        """The files hold the same pixels, and say how to make them again."""
        return check_files(self.made, self.saved)

    def _take(self, event: GeneratorEvent) -> None:
        if isinstance(event, PictureReady):
            self.made.append(event.picture)
