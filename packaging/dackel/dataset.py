"""The pictures that Dackel learns from: painted once, kept as plain arrays on disk.

Scenes are numbered and each number always gives the same scene, so that nothing but the number
needs to be kept to word a picture anew. Pictures of one size lie together in one array that is
mapped, not read: a training process holds only the pages that it touches.
"""

import json
import multiprocessing
import random
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from scenes import Scene, is_held_out, paint, sample_scene

SIZES: tuple[tuple[int, int, float], ...] = (
    (384, 384, 0.60),
    (256, 256, 0.12),
    (512, 384, 0.06),
    (384, 512, 0.06),
    (384, 256, 0.06),
    (256, 384, 0.04),
    (512, 512, 0.06),
)
"""Width, height and share of the pictures; the default size of the checkpoint comes first."""

REFERENCE_AREA = 384 * 384


def scene_at(index: int) -> Scene:
    """Give the training scene of that number; held-out combinations never come up."""
    rng = random.Random(index)
    while True:
        scene = sample_scene(rng)
        if not is_held_out(scene):
            return scene


@dataclass(frozen=True)
class Bucket:
    """All pictures of one size: scene numbers ``first`` to ``first + count``."""

    width: int
    height: int
    first: int
    count: int

    @property
    def name(self) -> str:
        return f"{self.width}x{self.height}"

    def batch_size(self, at_reference: int) -> int:
        """As many pictures as cost what ``at_reference`` of 384x384 do."""
        return max(2, round(at_reference * REFERENCE_AREA / (self.width * self.height)))


def buckets(total: int, first: int = 0) -> list[Bucket]:
    """Share ``total`` scenes out among the sizes, numbering them from ``first``."""
    result = []
    for width, height, share in SIZES:
        count = max(2, round(total * share))
        result.append(Bucket(width, height, first, count))
        first += count
    return result


def choose(among: list[Bucket], rng: random.Random) -> Bucket:
    """Draw a size as often as the cost of its pictures allows: each in its share."""
    return rng.choices(among, weights=[b.count for b in among])[0]


def painted(index: int, width: int, height: int) -> NDArray[np.uint8]:
    """Paint scene ``index`` as an array of height x width x 3."""
    return np.asarray(paint(scene_at(index), width, height), dtype=np.uint8)


def _paint_many(task: tuple[Path, Bucket, int, int]) -> int:
    path, bucket, start, stop = task
    shape = (bucket.count, bucket.height, bucket.width, 3)
    array = np.memmap(path, dtype=np.uint8, mode="r+", shape=shape)
    for row in range(start, stop):
        array[row] = painted(bucket.first + row, bucket.width, bucket.height)
    return stop - start


def _tasks(folder: Path, among: list[Bucket]) -> Iterator[tuple[Path, Bucket, int, int]]:
    for bucket in among:
        for start in range(0, bucket.count, 100):
            stop = min(start + 100, bucket.count)
            yield folder / f"{bucket.name}.u8", bucket, start, stop


class Pictures:
    """The painted pictures of every size; arrays of count x height x width x 3 bytes."""

    def __init__(self, folder: Path, total: int) -> None:
        self.buckets = buckets(total)
        self._arrays: dict[str, NDArray[np.uint8]] = {}
        marker = folder / "painted.json"
        done = json.dumps({"total": total, "sizes": SIZES})
        if not marker.exists() or marker.read_text() != done:
            self._paint(folder)
            marker.write_text(done)
        for b in self.buckets:
            shape = (b.count, b.height, b.width, 3)
            path = folder / f"{b.name}.u8"
            self._arrays[b.name] = np.memmap(path, dtype=np.uint8, mode="r", shape=shape)

    def _paint(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for b in self.buckets:
            with (folder / f"{b.name}.u8").open("wb") as file:
                file.truncate(b.count * b.height * b.width * 3)
        total, done = sum(b.count for b in self.buckets), 0
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(mp_context=context) as pool:
            for count in pool.map(_paint_many, _tasks(folder, self.buckets)):
                done += count
                if done % 1000 < 100:
                    print(f"painting: {done} of {total}", flush=True)

    def batch(self, bucket: Bucket, rows: list[int]) -> torch.Tensor:
        """Pictures as B x 3 x H x W floats in [0, 1]."""
        array = self._arrays[bucket.name][sorted(rows)]
        return torch.from_numpy(array).permute(0, 3, 1, 2).float().div_(255)

    def crops(self, rng: random.Random, count: int, side: int) -> torch.Tensor:
        """Square crops, half of them from the lower middle where the detail is."""
        result = []
        for _ in range(count):
            bucket = choose(self.buckets, rng)
            array = self._arrays[bucket.name]
            row = rng.randrange(bucket.count)
            x_room, y_room = bucket.width - side, bucket.height - side
            y_low = round(0.4 * y_room) if rng.random() < 0.6 else 0
            x, y = rng.randint(0, x_room), rng.randint(y_low, y_room)
            result.append(torch.from_numpy(np.array(array[row, y : y + side, x : x + side])))
        return torch.stack(result).permute(0, 3, 1, 2).float().div_(255)
