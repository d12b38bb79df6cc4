"""``wurstdesk --self-test --checkpoint NAME|DIR``: anybody may try it with a checkpoint of theirs.

Makes the four pictures of the model's announcement with its caption and its settings, looks
whether everything about them is as it should be, and leaves a folder with the pictures and a
report (``checkpoint_report``) that can be attached to an issue. The person's own gallery is left
alone, and every connection to anywhere is refused.
"""

from __future__ import annotations

import struct
import sys
import tempfile
import time
from array import array
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime
from math import sqrt
from pathlib import Path
from typing import TextIO

from wurstdesk.cli import drawing, output, parts
from wurstdesk.cli.checkpoint_report import Measured, Report, write_report
from wurstdesk.cli.trying import (
    Tried,
    Wrong,
    check_files,
    check_gallery,
    is_of_one_colour,
    network_refused,
    none_of,
    prints_caught,
    try_part,
)
from wurstdesk.engine.model_files import content_hash
from wurstdesk.engine.peak_memory import device_peak, memory_peak
from wurstdesk.errors import StorageError
from wurstdesk.gallery.image_metadata import read_metadata
from wurstdesk.generation import (
    DEFAULT_STAGE_C_TIMESTEPS,
    CancelToken,
    CheckpointCatalogue,
    CheckpointInfo,
    GeneratedPicture,
    GenerationRequest,
    GeneratorEvent,
    ImageGenerator,
    LatentsBlob,
    Note,
    PictureReady,
    Plan,
    Preview,
    SavedPicture,
    Stage,
    StageProgress,
)
from wurstdesk.paths import Home, ensure_folder
from wurstdesk.settings import Settings

CAPTION = "Anthropomorphic cat dressed as a fire fighter"
SIZE = (1536, 1024)
PICTURES = 4
SEED = 1
_PREVIEWED: tuple[Stage, ...] = ("prior", "decoder")
MOST_APART = 0.1
"""Of the latents' own spread: how far a picture that is made again alone may be from the one that
was made with others, where numbers are coarse. Equal to the last bit is usual."""


def try_checkpoint(
    base: parts.Base,
    checkpoint: str,
    out: Path | None = None,
    *,
    size: tuple[int, int] = SIZE,
) -> int:
    """Try everything, print a line for each part, leave the report; 0 if all is well, else 1.

    ``size`` is for tests of the test. Raises ``StorageError`` where no report can be left.
    """
    terminal, folder = sys.stdout, _new_folder(out)
    with (
        tempfile.TemporaryDirectory(prefix="wurstdesk-", ignore_cleanup_errors=True) as home,
        network_refused() as refused,
        prints_caught() as printed,
    ):
        trial = _Trial(base, checkpoint, folder, Home.inside(Path(home)), size, terminal)
        parts_to_try = (
            ("checkpoint", trial.find_checkpoint),
            ("plan", trial.make_plan),
            ("pictures", trial.make_pictures),
            ("previews", trial.look_at_previews),
            ("gallery", trial.keep_in_gallery),
            ("metadata", trial.read_back),
            ("again", trial.make_one_again),
            ("network", lambda: none_of(refused, "Refused and not needed", "Somebody wanted it")),
            ("output", lambda: none_of(printed(), "Libraries kept quiet", "A library printed")),
        )
        tried = []
        for name, part in parts_to_try:
            tried.append(try_part(name, part, terminal))
            if not tried[-1].passed:
                break
        report = trial.report(tuple(tried))
    write_report(folder, report, private=trial.private_places())
    passed = all(part.passed for part in tried)
    output.result("Everything works." if passed else "Something is wrong; the report says what.")
    output.result(f"The report and the pictures are in {folder}")
    return 0 if passed else 1


def request_of(info: CheckpointInfo, size: tuple[int, int] = SIZE) -> GenerationRequest:
    """The announcement's: its caption, its size and its settings."""
    return info.request(
        prompt=CAPTION,
        width=size[0],
        height=size[1],
        seed=SEED,
        num_images=PICTURES,
        prior_timesteps=DEFAULT_STAGE_C_TIMESTEPS,
        prior_guidance_scale=4.0,
        decoder_num_inference_steps=12,
        decoder_guidance_scale=0.0,
    )


def _new_folder(out: Path | None) -> Path:
    """The report's folder, empty and writable."""
    name = f"wurstdesk-self-test-{datetime.now().astimezone():%Y%m%d-%H%M%S}"
    folder = (out or Path.cwd() / name).expanduser().absolute()
    if folder.is_dir() and any(folder.iterdir()):
        raise StorageError(f"The folder “{folder}” is not empty.", "Name another with --out.")
    return ensure_folder(folder)


@dataclass
class _Trial:
    """The path of the pictures; each part uses what the one before has made."""

    base: parts.Base
    checkpoint: str
    folder: Path
    home: Home
    size: tuple[int, int]
    terminal: TextIO
    found: tuple[CheckpointCatalogue, CheckpointInfo] | None = None
    request: GenerationRequest | None = None
    plan: Plan | None = None
    generator: ImageGenerator | None = None
    made: list[GeneratedPicture] = field(default_factory=list)
    saved: list[SavedPicture] = field(default_factory=list)
    previews: list[Preview] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    measured: Measured = field(default_factory=Measured)
    _began: float = 0.0

    def find_checkpoint(self) -> str:
        """The checkpoint is there and whole."""
        self.found = drawing.find_checkpoint(self.base, self.checkpoint)
        self.request = request_of(self.found[1], self.size)
        return self.found[1].title

    def make_plan(self) -> str:
        """There is a way to run it here."""
        assert self.found is not None
        assert self.request is not None
        options = parts.engine_options(self.base.settings, previews=True)
        self.generator = parts.make_generator(self.found[0], options)
        self.plan = plan = self.generator.plan(self.request)
        if not plan.device or not plan.reason:
            raise Wrong("The plan does not say where the checkpoint runs and why.")
        return f"{plan.device_name or plan.device}, {plan.dtype}, offload {plan.offload}"

    def make_pictures(self) -> str:
        """The engine loads and draws four different pictures."""
        assert self.request is not None
        self._generate(self.request)
        if [picture.request for picture in self.made] != [
            self.request.for_picture(index) for index in range(PICTURES)
        ]:
            raise Wrong("Other pictures were drawn than were asked for.")
        if len({picture.pixels.data for picture in self.made}) < PICTURES:
            raise Wrong("Different seeds gave the same picture.")
        if any(is_of_one_colour(picture.pixels) for picture in self.made):
            raise Wrong("A picture is empty.")
        took = sum(sum(picture.seconds.values()) for picture in self.made) / PICTURES
        width, height = self.size
        return f"{PICTURES} of {width}x{height}, {took:.1f} s each"

    def look_at_previews(self) -> str:
        """Each picture was seen while it was made, in its own shape."""
        last = {(preview.index, preview.stage): preview.pixels for preview in self.previews}
        for index in range(PICTURES):
            for stage in _PREVIEWED:
                if (index, stage) not in last:
                    raise Wrong(f"Picture {index + 1} had no preview of the {stage}.")
        width, height = self.size
        for preview in self.previews:
            pixels = preview.pixels
            if abs(pixels.width / pixels.height - width / height) > 0.1 * width / height:
                raise Wrong("A preview has another shape than its picture.")
        if any(is_of_one_colour(pixels) for pixels in last.values()):
            raise Wrong("A preview is empty.")
        return f"{len(self.previews)} of them"

    def keep_in_gallery(self) -> str:
        """They are saved, and a gallery that is opened anew knows them."""
        own = parts.Base(self.home, Settings())
        with closing(parts.open_gallery(own)) as gallery:
            for number, picture in enumerate(self.made, start=1):
                target = self.folder / f"picture-{number}.png"
                self.saved.append(gallery.save(picture, target))
        return check_gallery(own, self.saved)

    def read_back(self) -> str:
        """The files hold the same pixels, and say how to make them again."""
        return check_files(self.made, self.saved)

    def make_one_again(self) -> str:
        """From what the first file says, its picture is made once more."""
        request = read_metadata(self.saved[0].path).request
        assert request is not None
        first, self.made = self.made, []
        try:
            self._generate(request)
            (again,) = self.made
        finally:
            self.made = first
        distance = apart(first[0].latents, again.latents)
        self.measured = replace(self.measured, apart=distance)
        if distance > MOST_APART:
            raise Wrong(f"Made again, its latents are {distance:.3g} of their spread away.")
        if distance:
            return f"the same but for rounding ({distance:.2g} of the latents’ spread)"
        return "the same latents to the last bit"

    def report(self, tried: tuple[Tried, ...]) -> Report:
        """All that was found out."""
        if self.generator is not None:
            self.generator.close()
        info = self.found[1] if self.found is not None else None
        self.measured = replace(self.measured, peak=memory_peak(), device_peak=device_peak())
        return Report(
            tried=tried,
            checkpoint=info,
            checkpoint_hash=content_hash(info) if info is not None else "",
            request=self.request,
            plan=self.plan,
            pictures=tuple(self.made),
            previews=Counter(preview.index for preview in self.previews),
            notes=tuple(dict.fromkeys(self.notes)),
            measured=self.measured,
        )

    def private_places(self) -> tuple[Path, ...]:
        """Folders of this machine that are nobody else's business."""
        places = [self.folder, self.home.data.parent, self.base.home.data, self.base.home.models]
        places += [Path.cwd(), Path(self.checkpoint).expanduser().absolute()]
        if self.found is not None:
            info = self.found[1]
            places += [info.path, info.prior_path, *info.prior_folders]
        return tuple(places)

    def _generate(self, request: GenerationRequest) -> None:
        assert self.generator is not None
        self._began = time.perf_counter()
        self.generator.generate(request, CancelToken(), self._take)

    def _take(self, event: GeneratorEvent) -> None:
        if isinstance(event, PictureReady):
            self.made.append(event.picture)
            seconds = sum(event.picture.seconds.values())
            self.terminal.write(f"        picture {event.picture.index + 1}: {seconds:.1f} s\n")
            self.terminal.flush()
        elif isinstance(event, Preview) and not self.saved:
            self.previews.append(event)
        elif isinstance(event, Note):
            self.notes.append(event.text)
        elif isinstance(event, StageProgress) and not self.measured.loading:
            took = time.perf_counter() - self._began
            self.measured = replace(self.measured, loading=took)


def apart(one: LatentsBlob, other: LatentsBlob) -> float:
    """How far two latents are from each other, in parts of the first one's spread; 0 is equal."""
    if one == other:
        return 0.0
    if one.shape != other.shape or one.dtype != other.dtype:
        return float("inf")
    left, right = _numbers(one), _numbers(other)
    mean = sum(left) / len(left)
    spread = sqrt(sum((value - mean) ** 2 for value in left) / len(left))
    away = sqrt(sum((a - b) ** 2 for a, b in zip(left, right, strict=True)) / len(left))
    return away / spread if spread else float("inf")


def _numbers(blob: LatentsBlob) -> list[float]:
    if blob.dtype == "bfloat16":  # the upper half of a float32
        wide = bytearray(2 * len(blob.data))
        wide[2::4], wide[3::4] = blob.data[::2], blob.data[1::2]
        return _numbers(replace(blob, dtype="float32", data=bytes(wide)))
    if blob.dtype == "float16":
        return [value for (value,) in struct.iter_unpack("<e", blob.data)]
    numbers = array("f")
    numbers.frombytes(blob.data)
    if sys.byteorder == "big":
        numbers.byteswap()
    return list(numbers)
