"""Judges by plain rules what a picture of Dackel's world shows, from its pixels alone.

Nothing here is learned, so that a checkpoint's score cannot be the judge's own mistake: each rule
looks at the part of the picture where the painter puts a thing, and asks for enough pixels of the
paint that the painter would use under the sky that was found. The rules take the blur, the ragged
edges and the drifting colours of a generated picture.

    python packaging/dackel/measure.py

prints how often the rules are right about painted scenes.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

from scenes import (
    BODY_RADIUS,
    COLOURS,
    FOLIAGE,
    GROUND,
    GROUNDS,
    LENGTHS,
    LIGHT,
    PAINT_LIGHT,
    PEAK,
    ROCK,
    ROOF,
    SKY_BOTTOM,
    SKY_TOP,
    TRUNK,
    WINDOW,
    Facing,
    Ground,
    Length,
    Rgb,
    Scene,
    Sky,
    body_length,
    lit_paint,
    mixed,
    paint,
    sample_scene,
    scaled,
)

Pixels = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]
Name = TypeVar("Name", bound=str)

SHORT_SIDE = 192
"""Pictures are judged at this size: averaging down to it takes noise and ragged edges away."""
SPINE = 0.675
"""Where the painter puts the middle of a dog's body, of the picture's height."""
HORIZON = 0.5
UNLIKE_GROUND = 22.0
"""From this distance of colours on a pixel is not ground; white paint on snow is at about 40."""
BALL_DOWN = 0.252
"""How far a ball's centre lies below the spine, of the short side."""
_LAND: dict[str, Rgb] = {
    "foliage": FOLIAGE, "roof": ROOF, "rock": ROCK, "peak": PEAK, "trunk": TRUNK
}  # fmt: skip
_HIGHEST = 0.36
"""How far above the horizon roofs, crowns and peaks may reach, of the short side."""


@dataclass(frozen=True)
class Measured:
    """What a picture shows, named as in `Scene`; what is on no dog is None if there is no dog."""

    sky: Sky
    ground: Ground
    colour: str | None
    length: Length | None
    facing: Facing | None
    collar: str | None
    house: str | None
    ball: str | None
    tree: bool
    mountains: bool


def measure(image: Image.Image) -> Measured:
    """Judge a picture of any size; the whole of it is taken to be one scene."""
    picture = _Picture(image)
    body = picture.body()
    colour = picture.dog_colour(body) if body else None
    return Measured(
        sky=picture.sky,
        ground=picture.ground,
        colour=colour,
        length=picture.length(body) if body else None,
        facing=picture.facing(body) if body else None,
        collar=picture.collar(body, colour) if body and colour else None,
        house=picture.house(),
        ball=picture.ball(),
        tree=picture.tree(),
        mountains=picture.mountains(),
    )


def redness(image: Image.Image) -> float:
    """Tell how strongly red the dog is: 0 is grey, 0.64 the painter's red, 0 without a dog.

    It is the red of the body's middle colour above the mean of its green and blue, which grows
    in proportion to `Scene.colour_strength`, with the dimming of the sky that was found undone.
    """
    picture = _Picture(image)
    body = picture.body()
    if body is None:
        return 0.0
    red, green, blue = np.median(picture.body_pixels(body), axis=0) / PAINT_LIGHT[picture.sky]
    return float(red - (green + blue) / 2) / 255


@dataclass(frozen=True)
class _Run:
    """A stretch of columns, from `start` up to before `end`, in pixels."""

    start: int
    end: int

    @property
    def length(self) -> int:
        return self.end - self.start


class _Picture:
    """A picture at the judging size, with the sky and the ground found."""

    def __init__(self, image: Image.Image) -> None:
        scale = SHORT_SIDE / min(image.size)
        size = round(image.width * scale), round(image.height * scale)
        small = image.convert("RGB").resize(size, Image.Resampling.BOX)
        self.pixels: Pixels = np.asarray(small, dtype=np.float32)
        self.width, self.height = size
        self.sky: Sky = self._nearest_of(
            np.median(self.pixels[: round(0.08 * self.height)], axis=(0, 1)), SKY_TOP
        )
        # The front of the picture, below the dog: a ball there is too small to move the median.
        front = self.pixels[self._row(0.21) :]
        self.ground_colour = np.median(front.reshape(-1, 3), axis=0)
        grounds = {name: scaled(GROUND[name], LIGHT[self.sky]) for name in GROUNDS}
        self.ground: Ground = self._nearest_of(self.ground_colour, grounds)
        self.paints = {name: lit_paint(colour, self.sky) for name, colour in COLOURS.items()}
        self.not_ground: Mask = _distance(self.pixels, self.ground_colour) > UNLIKE_GROUND

    @staticmethod
    def _nearest_of(colour: Pixels, references: dict[Name, Rgb]) -> Name:
        return min(references, key=lambda name: float(_distance(colour, references[name])))

    def _row(self, below_spine: float) -> int:
        """Give the row that lies this part of the short side below the spine (or above it)."""
        return round(SPINE * self.height + below_spine * SHORT_SIDE)

    def body(self) -> _Run | None:
        """Find the dog's body: the longest stretch that is not ground, in the body's lower half.

        There the head, the tail, the ball and all that stands on the horizon are out of the way.
        """
        band = self.not_ground[self._row(-0.015) : self._row(0.075)]
        run = _longest_run(band.mean(axis=0) > 0.5, gap=round(0.03 * SHORT_SIDE))
        return run if run is not None and run.length >= 0.12 * SHORT_SIDE else None

    def body_pixels(self, body: _Run) -> Pixels:
        """Give the body's own pixels (n x 3), away from its outline, its ear and its ends."""
        inset = min(round(0.03 * SHORT_SIDE), body.length // 4)
        rows = slice(self._row(-0.02), self._row(0.07))
        columns = slice(body.start + inset, body.end - inset)
        return _rgb(self.pixels[rows, columns], self.not_ground[rows, columns])

    def dog_colour(self, body: _Run) -> str | None:
        """Name the colour that most of the body's pixels are nearest to."""
        return self._paint_of(self.body_pixels(body))

    def _paint_of(self, pixels: Pixels) -> str | None:
        if not len(pixels):
            return None
        names = list(self.paints)
        votes = np.bincount(_nearest(pixels, [self.paints[name] for name in names]))
        return names[int(votes.argmax())]

    def length(self, body: _Run) -> Length:
        """Name the length whose painted body, with its outline, is nearest by proportion."""
        outline = 0.024 * SHORT_SIDE

        def how_far(name: Length) -> float:
            expected = body_length(name, self.width, self.height) + outline
            return abs(float(np.log(body.length / expected)))

        return min(LENGTHS, key=how_far)

    def facing(self, body: _Run) -> Facing:
        """Look for the snout: it reaches far out over the ground, where the tail does not."""
        rows = self.not_ground[self._row(-0.085) : self._row(-0.03)]
        reach = round(0.14 * SHORT_SIDE)
        left = rows[:, max(0, body.start - reach) : body.start].sum()
        right = rows[:, body.end : body.end + reach].sum()
        return "left" if left > right else "right"

    def collar(self, body: _Run, dog: str) -> str | None:
        """Name the colour of the stripe behind the head, where it is not the dog's own."""
        near, far = round(1.28 * BODY_RADIUS * SHORT_SIDE), round(0.008 * SHORT_SIDE)
        outline = round(0.012 * SHORT_SIDE)
        middle = (
            body.end - outline - near
            if self.facing(body) == "right"
            else body.start + outline + near
        )
        rows, columns = (
            slice(self._row(0.0), self._row(0.07)),
            slice(middle - far, middle + far + 1),
        )
        found = self._paint_of(_rgb(self.pixels[rows, columns], self.not_ground[rows, columns]))
        return found if found != dog else None

    def ball(self) -> str | None:
        """Name the colour of a ball: something of a ball's width on the ground in front."""
        rows = slice(self._row(BALL_DOWN - 0.025), self._row(BALL_DOWN + 0.025))
        run = _longest_run(self.not_ground[rows].mean(axis=0) > 0.5, gap=1)
        if run is None or not 0.05 * SHORT_SIDE < run.length < 0.19 * SHORT_SIDE:
            return None
        columns = slice(run.start + run.length // 4, run.end - run.length // 4)
        return self._paint_of(self.pixels[rows, columns].reshape(-1, 3))

    @cached_property
    def _land(self) -> npt.NDArray[np.intp]:
        """Give each pixel from the highest roof down to the horizon the thing it looks like.

        Numbers below `len(_LAND)` are its things; the rest are the ten paints and the sky.
        """
        light = LIGHT[self.sky]
        references = [scaled(colour, light) for colour in _LAND.values()]
        references += [WINDOW, *self.paints.values()]
        top, bottom = SKY_TOP[self.sky], SKY_BOTTOM[self.sky]
        references += [mixed(top, bottom, step / 8) for step in range(9)]
        return _nearest(self.pixels[self._up(_HIGHEST) : self._up(0.02)], references)

    def _up(self, up: float) -> int:
        return max(0, round(HORIZON * self.height - up * SHORT_SIDE))

    def _looks_like(self, thing: str, lowest: float) -> Mask:
        """Mark where a thing is seen, from `_land`'s top down to this far above the horizon."""
        rows = self._up(lowest) - self._up(_HIGHEST)
        seen: Mask = self._land[:rows] == list(_LAND).index(thing)
        return seen

    def _sees(self, thing: str, lowest: float, enough: float) -> bool:
        """Tell whether a thing is seen on this much area, in squared short sides."""
        return bool(self._looks_like(thing, lowest).sum() > enough * SHORT_SIDE**2)

    def tree(self) -> bool:
        """Look for the tree's crown, above all dogs; the painter's covers 0.043 at least."""
        return self._sees("foliage", lowest=0.04, enough=0.018)

    def mountains(self) -> bool:
        """Look for the mountains' rock, of which house, tree and dog leave 0.032 at least."""
        return self._sees("rock", lowest=0.02, enough=0.016)

    def house(self) -> str | None:
        """Look for the roof; the wall right below its eaves names the house's colour."""
        if not self._sees("roof", lowest=0.08, enough=0.008):
            return None
        rows, columns = np.nonzero(self._looks_like("roof", lowest=0.08))
        eaves = self._up(_HIGHEST) + int(np.quantile(rows, 0.97)) + 1
        middle = int(np.median(columns))
        first, last = round(0.012 * SHORT_SIDE), round(0.045 * SHORT_SIDE)
        half = round(0.1 * SHORT_SIDE)
        wall = self.pixels[eaves + first : eaves + last, max(0, middle - half) : middle + half]
        return self._paint_of(wall.reshape(-1, 3))


def _distance(pixels: Pixels, reference: Sequence[float] | Pixels) -> Pixels:
    """Give the distances of colours: lightness counts half, for light is what drifts most."""
    difference = np.asarray(pixels, dtype=np.float32) - np.asarray(reference, dtype=np.float32)
    luma = difference @ np.array((0.299, 0.587, 0.114), dtype=np.float32)
    chroma = difference - luma[..., None]
    distance: Pixels = np.sqrt((chroma * chroma).sum(axis=-1) + 1.5 * luma * luma)
    return distance


def _nearest(pixels: Pixels, references: Sequence[Rgb]) -> npt.NDArray[np.intp]:
    """Give the number of the nearest reference for each pixel."""
    chosen: npt.NDArray[np.intp] = np.argmin(
        np.stack([_distance(pixels, colour) for colour in references]), axis=0
    )
    return chosen


def _rgb(pixels: Pixels, mask: Mask) -> Pixels:
    """Give the chosen pixels, or all where none was chosen."""
    return pixels[mask] if mask.any() else pixels.reshape(-1, 3)


def _longest_run(columns: Mask, gap: int) -> _Run | None:
    """Find the longest stretch of set columns; gaps up to `gap` columns are bridged."""
    (places,) = np.nonzero(columns)
    if not len(places):
        return None
    cuts = np.nonzero(np.diff(places) > gap + 1)[0] + 1
    parts = np.split(places, cuts)
    longest = max(parts, key=lambda part: int(part[-1] - part[0]))
    return _Run(int(longest[0]), int(longest[-1]) + 1)


def accuracy(scenes: Sequence[Scene], draw: Callable[[Scene], Image.Image]) -> dict[str, float]:
    """Give, for each attribute, the share of the scenes that the rules measure as they are."""
    right = dict.fromkeys((field.name for field in fields(Measured)), 0)
    for scene in scenes:
        found = measure(draw(scene))
        for name in right:
            right[name] += getattr(found, name) == getattr(scene, name)
    return {name: count / len(scenes) for name, count in right.items()}


def spoiled(image: Image.Image, seed: int, blur: float = 1.5, noise: float = 4.0) -> Image.Image:
    """Blur a picture and add noise to it, as a generated one might be."""
    soft = np.asarray(image.filter(ImageFilter.GaussianBlur(blur)), dtype=np.float32)
    grain = np.random.default_rng(seed).normal(0.0, noise, soft.shape)
    return Image.fromarray((soft + grain).clip(0, 255).astype(np.uint8))


def main() -> None:
    """Print how often the rules are right about 300 painted scenes, clean and spoiled."""
    rng = random.Random(20)
    scenes = [replace(sample_scene(rng), colour_strength=1.0) for _ in range(300)]
    sizes = [(512, 256), (256, 512), (512, 384), (384, 512), (256, 256), (512, 512)]
    columns = {
        "clean": accuracy(scenes, lambda scene: paint(scene, 384, 384)),
        "blur 1.5, noise 4": accuracy(
            scenes, lambda scene: spoiled(paint(scene, 384, 384), scene.layout)
        ),
        "other sizes": accuracy(scenes, lambda scene: paint(scene, *sizes[scene.layout % 6])),
        "blur 4, noise 12": accuracy(
            scenes, lambda scene: spoiled(paint(scene, 384, 384), scene.layout, 4.0, 12.0)
        ),
    }
    print(f"{'':10}" + "".join(f"{title:>20}" for title in columns))
    for name in next(iter(columns.values())):
        print(f"{name:10}" + "".join(f"{found[name]:20.1%}" for found in columns.values()))


if __name__ == "__main__":
    main()
