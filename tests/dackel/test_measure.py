"""The rules that judge what a picture of Dackel's world shows."""

from __future__ import annotations

import random
from dataclasses import fields, replace

import pytest
from PIL import Image

from measure import Measured, accuracy, measure, redness, spoiled
from scenes import SKIES, Scene, Sky, paint, sample_scene

SCENE = Scene("day", "grass", "red", "long", "left", layout=3)


def full_strength_scenes(count: int) -> list[Scene]:
    """Sample scenes whose dogs have the plain colours, the same in each run."""
    rng = random.Random(11)
    return [replace(sample_scene(rng), colour_strength=1.0) for _ in range(count)]


@pytest.mark.parametrize("size", [(384, 384), (512, 256), (256, 512)])
def test_the_rules_are_right_about_painted_scenes(size: tuple[int, int]) -> None:
    right = accuracy(full_strength_scenes(60), lambda scene: paint(scene, *size))

    assert set(right) == {field.name for field in fields(Measured)}
    assert min(right.values()) >= 0.99, right


def test_the_rules_take_blur_and_noise() -> None:
    def draw(scene: Scene) -> Image.Image:
        return spoiled(paint(scene, 384, 384), scene.layout, blur=2.0, noise=6.0)

    right = accuracy(full_strength_scenes(60), draw)

    assert min(right.values()) >= 0.98, right


@pytest.mark.slow
def test_the_rules_are_right_about_many_scenes() -> None:
    right = accuracy(full_strength_scenes(600), lambda scene: paint(scene, 384, 384))

    assert min(right.values()) >= 0.99, right


def test_a_picture_without_a_dog_has_none() -> None:
    empty = paint(SCENE, 384, 384)
    ground = empty.crop((0, 370, 384, 384)).resize((384, 184))
    empty.paste(ground, (0, 200))

    found = measure(empty)

    assert (found.colour, found.length, found.facing, found.collar) == (None, None, None, None)
    assert (found.sky, found.ground) == ("day", "grass")
    assert redness(empty) == 0


def test_a_wrong_picture_is_told_from_the_right_one() -> None:
    found = measure(paint(replace(SCENE, colour="blue", facing="right"), 384, 384))

    assert (found.colour, found.facing) == ("blue", "right")
    assert not any((found.house, found.tree, found.ball, found.mountains, found.collar))


@pytest.mark.parametrize("sky", SKIES)
def test_redness_grows_with_the_strength_of_a_red_dog_under_every_sky(sky: Sky) -> None:
    scene = replace(SCENE, sky=sky)

    strengths = (0.5, 0.75, 1.0, 1.25)
    found = [
        redness(paint(replace(scene, colour_strength=strength), 384, 384)) for strength in strengths
    ]

    assert found == sorted(found)
    assert found[0] == pytest.approx(found[2] / 2, rel=0.1)
    assert redness(paint(replace(scene, colour="blue"), 384, 384)) < 0
