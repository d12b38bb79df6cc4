"""Paints the little world that Dackel, the built-in checkpoint, is trained to draw.

The art is made for a very small model, which sees it through a grid of 42.67-pixel cells and has
half an hour on a processor to learn it: few, large, flat shapes and little variation that a
prompt could not ask for. It is also made to be judged by rules (`measure.py`), so that no two
things that may touch have colours which blur into each other.
"""

import hashlib
import math
import random
from dataclasses import dataclass
from typing import Literal

from PIL import Image, ImageDraw

Rgb = tuple[int, int, int]
Point = tuple[float, float]
Box = tuple[float, float, float, float]
Sky = Literal["day", "sunset", "night"]
Ground = Literal["grass", "snow", "sand"]
Length = Literal["short", "long", "very long"]
Facing = Literal["left", "right"]

COLOURS: dict[str, Rgb] = {
    "red": (210, 48, 46),
    "blue": (44, 104, 220),
    "yellow": (252, 210, 40),
    "green": (22, 158, 92),
    "brown": (134, 82, 46),
    "black": (38, 36, 44),
    "white": (252, 250, 244),
    "purple": (134, 68, 192),
    "orange": (242, 126, 28),
    "pink": (248, 136, 186),
}
SKIES: tuple[Sky, ...] = ("day", "sunset", "night")
GROUNDS: tuple[Ground, ...] = ("grass", "snow", "sand")
LENGTHS: tuple[Length, ...] = ("short", "long", "very long")
FACINGS: tuple[Facing, ...] = ("left", "right")

SKY_TOP: dict[Sky, Rgb] = {"day": (84, 166, 234), "sunset": (96, 66, 146), "night": (16, 22, 58)}
SKY_BOTTOM: dict[Sky, Rgb] = {
    "day": (170, 216, 246),
    "sunset": (252, 176, 112),
    "night": (52, 66, 124),
}
GROUND: dict[Ground, Rgb] = {
    "grass": (150, 204, 98),
    "snow": (212, 227, 246),
    "sand": (230, 206, 158),
}
LIGHT: dict[Sky, float] = {"day": 1.0, "sunset": 0.9, "night": 0.72}
"""How much of their daylight colours the ground, trees and mountains keep."""
PAINT_LIGHT: dict[Sky, float] = {"day": 1.0, "sunset": 0.95, "night": 0.86}
"""How much all that has a named colour keeps: at 0.72 an orange dog would be a brown one."""

FOLIAGE: Rgb = (72, 112, 44)
TRUNK: Rgb = (104, 74, 52)
ROOF: Rgb = (118, 40, 62)
DOOR: Rgb = (84, 60, 48)
WINDOW: Rgb = (255, 226, 120)
ROCK: Rgb = (124, 132, 162)
PEAK: Rgb = (240, 244, 252)
SUN: Rgb = (255, 222, 84)
LOW_SUN: Rgb = (255, 236, 158)
MOON: Rgb = (250, 246, 214)

BODY_RADIUS = 0.095
"""Half the thickness of a dog's body, of the picture's short side."""
BODY_LENGTH: dict[Length, float] = {"short": 0.24, "long": 0.42, "very long": 0.64}
"""A body from rump to breast, of the short side of a square picture."""
STRETCH: dict[Length, float] = {"short": 0.0, "long": 0.5, "very long": 1.0}
"""How far a body follows the width of a wide picture: a short dog not, a very long one wholly."""
HEAD_OVERHANG = 0.15
TAIL_OVERHANG = 0.06
BALL_RADIUS = 0.055


@dataclass(frozen=True)
class Scene:
    """Everything that a picture shows; `layout` seeds the small variations that no word names."""

    sky: Sky
    ground: Ground
    colour: str
    length: Length
    facing: Facing
    collar: str | None = None
    house: str | None = None
    ball: str | None = None
    tree: bool = False
    mountains: bool = False
    colour_strength: float = 1.0
    layout: int = 0


def sample_scene(rng: random.Random) -> Scene:
    """Draw a scene for training; held-out combinations occur too and are the caller's to skip."""
    colours = list(COLOURS)
    colour = rng.choice(colours)
    extras = [name for name in ("house", "ball", "tree", "mountains") if rng.random() < 0.3]
    if len(extras) > 3:
        extras.remove(rng.choice(extras))
    collar = rng.choice([c for c in colours if c != colour]) if rng.random() < 0.35 else None
    return Scene(
        sky=rng.choice(SKIES),
        ground=rng.choice(GROUNDS),
        colour=colour,
        length=rng.choice(LENGTHS),
        facing=rng.choice(FACINGS),
        collar=collar,
        house=rng.choice(colours) if "house" in extras else None,
        ball=rng.choice(colours) if "ball" in extras else None,
        tree="tree" in extras,
        mountains="mountains" in extras,
        colour_strength=1.0 if rng.random() < 0.8 else round(rng.uniform(0.5, 1.4), 2),
        layout=rng.getrandbits(30),
    )


def is_held_out(scene: Scene) -> bool:
    """Tell whether the scene's combination is kept from training, to test what was understood.

    The hash is SHA-256 and not `hash`, which differs from one run of Python to the next.
    """
    key = f"{scene.colour}/{scene.length}/{scene.sky}/{scene.ground}"
    return hashlib.sha256(key.encode()).digest()[0] % 20 == 7


def lit_paint(colour: Rgb, sky: Sky) -> Rgb:
    """Dim the colour of a dog, collar, house or ball as the sky's light does."""
    return scaled(colour, PAINT_LIGHT[sky])


def scaled(colour: Rgb, factor: float) -> Rgb:
    """Make a colour darker, or lighter."""
    red, green, blue = (min(255, round(value * factor)) for value in colour)
    return red, green, blue


def mixed(first: Rgb, second: Rgb, share: float) -> Rgb:
    """Go from the first colour (share 0) to the second (share 1), or beyond, within 0..255."""
    red, green, blue = (
        max(0, min(255, round(a + (b - a) * share))) for a, b in zip(first, second, strict=True)
    )
    return red, green, blue


def dog_colour(colour: str, strength: float = 1.0) -> Rgb:
    """Give the paint of a dog; weaker is nearer to the grey of the same lightness.

    Black and white have no hue to weaken and go towards a middle grey instead.
    """
    red, green, blue = COLOURS[colour]
    grey = round(0.299 * red + 0.587 * green + 0.114 * blue)
    if colour in ("black", "white"):
        grey = 128
    return mixed((grey, grey, grey), COLOURS[colour], strength)


def body_length(length: Length, width: float, height: float) -> float:
    """Give a body's length in pixels, from rump to breast."""
    short_side = min(width, height)
    stretch: float = (width / short_side) ** STRETCH[length]
    return BODY_LENGTH[length] * short_side * stretch


def paint(scene: Scene, width: int, height: int) -> Image.Image:
    """Paint a scene as RGB; the same scene and size give the same pixels.

    It is painted at twice the size and averaged down, which is the cheapest smooth edge.
    """
    canvas = _Canvas(scene, width * 2, height * 2)
    canvas.paint_sky()
    if scene.mountains:
        canvas.paint_mountains()
    canvas.paint_ground()
    if scene.tree:
        canvas.paint_tree()
    if scene.house is not None:
        canvas.paint_house(scene.house)
    canvas.paint_dog()
    if scene.ball is not None:
        canvas.paint_ball(scene.ball)
    return canvas.image.reduce(2)


class _Canvas:
    """One picture at its double size, with the places where things go."""

    def __init__(self, scene: Scene, width: int, height: int) -> None:
        # Every place is drawn at random here and always, so that an extra more or less does not
        # move the others: the picture of a scene with a house is the one without, plus a house.
        rng = random.Random(scene.layout)
        self.scene = scene
        self.width, self.height = width, height
        self.unit = min(width, height)
        self.horizon = height * rng.uniform(0.48, 0.52)
        self.house_is_left = rng.random() < 0.5
        self.tree_is_left = rng.random() < 0.5
        if scene.house is not None:
            self.tree_is_left = not self.house_is_left
        self.house_shift, self.tree_shift = rng.uniform(-0.02, 0.02), rng.uniform(-0.02, 0.02)
        self.light_x, self.light_y = rng.uniform(0.42, 0.58), rng.uniform(0.125, 0.155)
        self.peaks_are_mirrored = rng.random() < 0.5
        self.dog_shift = rng.uniform(-1.0, 1.0)
        self.dog_y = height * rng.uniform(0.665, 0.685)
        self.ball_x = rng.uniform(0.12, 0.88)
        self.stars = [(rng.random(), rng.random(), rng.uniform(0.7, 1.3)) for _ in range(12)]
        self.image = self._sky_gradient()
        self.draw = ImageDraw.Draw(self.image)

    def _sky_gradient(self) -> Image.Image:
        column = Image.new("RGB", (1, 2))
        column.putdata([SKY_TOP[self.scene.sky], SKY_BOTTOM[self.scene.sky]])
        # Resizing two pixels ramps between their centres: at twice the sky's height, half is it.
        sky = column.resize((1, round(self.horizon * 2)), Image.Resampling.BILINEAR)
        tall = Image.new("RGB", (1, self.height), SKY_BOTTOM[self.scene.sky])
        tall.paste(sky, (0, -round(self.horizon * 0.5)))
        return tall.resize((self.width, self.height), Image.Resampling.NEAREST)

    def disc(self, x: float, y: float, radius: float, fill: Rgb) -> None:
        """Paint a filled circle."""
        self.draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=fill)

    def lit(self, colour: Rgb) -> Rgb:
        """Dim a colour of the land as this scene's light does."""
        return scaled(colour, LIGHT[self.scene.sky])

    def lit_paint(self, colour: Rgb) -> Rgb:
        """Dim one of the ten colours as this scene's light does."""
        return lit_paint(colour, self.scene.sky)

    def ground_y(self, x: float) -> float:
        """Give the height of the gently rounded ground at a place."""
        across = (x - self.width / 2) / (1.4 * self.width)
        return self.horizon + (self.height - self.horizon) * (1 - math.sqrt(1 - across * across))

    def paint_sky(self) -> None:
        """Hang the sun, the low sun or the moon and its stars."""
        x, y, unit = self.light_x * self.width, self.light_y * self.height, self.unit
        sky = self.scene.sky
        if sky == "day":
            self.disc(x, y, 0.085 * unit, SUN)
        elif sky == "sunset":
            low = self.horizon - (0.2 if self.scene.mountains else 0.07) * unit
            self.disc(x, low, 0.14 * unit, LOW_SUN)
        else:
            for across, down, size in self.stars:
                radius = 0.0055 * unit * size
                self.disc(across * self.width, down * self.horizon * 0.8, radius, MOON)
            self._paint_moon(x, y, 0.085 * unit)

    def _paint_moon(self, x: float, y: float, radius: float) -> None:
        """Paint a crescent: a disc through which the sky is put back, shifted, as it was."""
        reach = round(radius * 1.5)
        bite = Image.new("L", (2 * reach, 2 * reach))
        near, far = reach - radius * 0.86, reach + radius * 0.86
        ImageDraw.Draw(bite).ellipse((near, near, far, far), fill=255)
        corner = round(x + radius * 0.45) - reach, round(y - radius * 0.16) - reach
        # Stars that would touch the moon go with the clean strip of sky that is kept.
        sky = self._sky_gradient().crop((*corner, corner[0] + 2 * reach, corner[1] + 2 * reach))
        self.disc(x, y, radius, MOON)
        self.image.paste(sky, corner, bite)

    def paint_mountains(self) -> None:
        """Raise three peaks with snow on them, the highest near the middle."""
        foot = self.horizon + 0.05 * self.unit
        for across, rise in ((0.8, 0.22), (0.22, 0.23), (0.52, 0.29)):
            x = (1 - across if self.peaks_are_mirrored else across) * self.width
            top = foot - rise * self.unit
            half = rise * self.unit * 0.95
            self.draw.polygon(((x - half, foot), (x, top), (x + half, foot)), fill=self.lit(ROCK))
            cap, wide = top + 0.36 * (foot - top), half * 0.36
            self.draw.polygon(((x - wide, cap), (x, top), (x + wide, cap)), fill=self.lit(PEAK))

    def paint_ground(self) -> None:
        """Lay the ground: a wide, gentle hill over the whole lower half."""
        middle, reach, depth = self.width / 2, 1.4 * self.width, self.height - self.horizon
        self.draw.ellipse(
            (middle - reach, self.horizon, middle + reach, self.horizon + 2 * depth),
            fill=self.lit(GROUND[self.scene.ground]),
        )

    def paint_tree(self) -> None:
        """Plant a round tree on the horizon."""
        unit = self.unit
        x = ((0.17 if self.tree_is_left else 0.83) + self.tree_shift) * self.width
        foot = self.ground_y(x) + 0.03 * unit
        self.draw.rectangle(
            (x - 0.022 * unit, foot - 0.16 * unit, x + 0.022 * unit, foot), fill=self.lit(TRUNK)
        )
        for across, up, radius in ((-0.055, 0.17, 0.085), (0.055, 0.17, 0.085), (0, 0.25, 0.095)):
            self.disc(x + across * unit, foot - up * unit, radius * unit, self.lit(FOLIAGE))

    def paint_house(self, colour: str) -> None:
        """Build a house with a door and a lit window on the horizon."""
        unit = self.unit
        x = ((0.19 if self.house_is_left else 0.81) + self.house_shift) * self.width
        foot = self.ground_y(x) + 0.03 * unit
        half, eaves = 0.12 * unit, foot - 0.18 * unit
        self.draw.rectangle((x - half, eaves, x + half, foot), fill=self.lit_paint(COLOURS[colour]))
        roof = ((x - half * 1.25, eaves), (x, eaves - 0.14 * unit), (x + half * 1.25, eaves))
        self.draw.polygon(roof, fill=self.lit(ROOF))
        self.draw.rectangle(
            (x - 0.085 * unit, foot - 0.125 * unit, x - 0.025 * unit, foot), fill=self.lit(DOOR)
        )
        self.draw.rectangle(
            (x + 0.02 * unit, foot - 0.135 * unit, x + 0.085 * unit, foot - 0.07 * unit),
            fill=WINDOW,
        )

    def paint_ball(self, colour: str) -> None:
        """Lay a ball in front, lower than the dog's feet, so that neither hides the other."""
        radius = BALL_RADIUS * self.unit
        x = self.ball_x * self.width
        y = self.dog_y + 0.252 * self.unit
        self.disc(x, y, radius, self.lit_paint(_outline(colour, COLOURS[colour])))
        self.disc(x, y, radius - 0.008 * self.unit, self.lit_paint(COLOURS[colour]))

    def paint_dog(self) -> None:
        """Paint the dog as one outlined shape, then its ear, face and collar."""
        length = body_length(self.scene.length, self.width, self.height)
        whole = length + (HEAD_OVERHANG + TAIL_OVERHANG) * self.unit
        room = (self.width - whole) / 2 - 0.03 * self.unit
        left = (self.width - whole) / 2 + self.dog_shift * min(room, 0.06 * self.unit)
        faces_right = self.scene.facing == "right"
        rump = left + (TAIL_OVERHANG if faces_right else HEAD_OVERHANG) * self.unit
        _Dog(self, rump if faces_right else rump + length, length).paint()


def _outline(name: str, colour: Rgb) -> Rgb:
    if name == "black":
        return mixed(colour, (255, 255, 255), 0.4)
    return scaled(colour, 0.58 if name == "white" else 0.62)


class _Dog:
    """One dog in its own coordinates: forwards from the rump, down from the spine, in radii."""

    def __init__(self, canvas: _Canvas, rump: float, length: float) -> None:
        self.draw = canvas.draw
        self.radius = BODY_RADIUS * canvas.unit
        self.rump, self.spine = rump, canvas.dog_y
        self.forwards = 1 if canvas.scene.facing == "right" else -1
        self.end = length / self.radius
        self.name, self.collar = canvas.scene.colour, canvas.scene.collar
        colour = dog_colour(self.name, canvas.scene.colour_strength)
        self.colour = canvas.lit_paint(colour)
        self.outline = canvas.lit_paint(_outline(self.name, colour))
        self.lit_paint = canvas.lit_paint

    def _box(self, x: float, y: float, x_end: float, y_end: float) -> Box:
        """Place a box: the picture's corners, in order, of one given in the dog's radii."""
        ends = sorted(self.rump + self.forwards * value * self.radius for value in (x, x_end))
        return ends[0], self.spine + y * self.radius, ends[1], self.spine + y_end * self.radius

    def _oval(self, x: float, y: float, half: Point, fill: Rgb) -> None:
        self.draw.ellipse(self._box(x - half[0], y - half[1], x + half[0], y + half[1]), fill=fill)

    def paint(self) -> None:
        """Paint the silhouette twice, first grown into the outline, then everything on it."""
        self._silhouette(self.outline, 0.13)
        self._silhouette(self.colour, 0.0)
        if self.collar is not None:
            self._collar(self.lit_paint(COLOURS[self.collar]))
        self._face(mixed(self.colour, self.outline, 0.6))

    def _silhouette(self, fill: Rgb, grow: float) -> None:
        end = self.end
        far = fill if grow else mixed(self.colour, self.outline, 0.6)
        for start, colour in ((0.72, far), (end - 1.12, far), (0.14, fill), (end - 0.6, fill)):
            leg = self._box(start - grow, 0, start + 0.46 + grow, 1.85 + grow)
            self.draw.rectangle(leg, fill=colour)
        self._tail(fill, grow)
        body = self._box(-grow, -1 - grow, end + grow, 1 + grow)
        self.draw.rounded_rectangle(body, radius=(1 + grow) * self.radius, fill=fill)
        self._oval(end + 0.62, -0.85, (0.8 + grow, 0.5 + grow), fill)
        self._oval(end - 0.3, -1.05, (0.9 + grow, 0.84 + grow), fill)

    def _tail(self, fill: Rgb, grow: float) -> None:
        thick = (0.21 + grow) * self.radius
        tip = self._box(-0.34, -1.6, -0.34, -1.6)[:2]
        root = self._box(0.4, -0.45, 0.4, -0.45)[:2]
        self.draw.line((root, tip), fill=fill, width=round(2 * thick))
        x, y = tip
        self.draw.ellipse((x - thick, y - thick, x + thick, y + thick), fill=fill)

    def _collar(self, colour: Rgb) -> None:
        """Buckle a band round the breast, where the body is thickest and the head is clear."""
        self.draw.rectangle(self._box(self.end - 1.52, -0.99, self.end - 1.04, 0.99), fill=colour)

    def _face(self, shade: Rgb) -> None:
        end = self.end
        nose = (150, 120, 124) if self.name == "black" else (30, 26, 30)
        self._oval(end + 1.32, -1.0, (0.21, 0.2), nose)
        self._oval(end - 0.72, -0.72, (0.36, 0.72), shade)
        self._oval(end + 0.08, -1.3, (0.2, 0.22), (250, 250, 250))
        self._oval(end + 0.13, -1.29, (0.12, 0.14), (20, 18, 22))
