"""Judges the checkpoint by its pictures, drawn by Wurstdesk's own engine.

    python packaging/dackel/evaluate.py --write-card

Draws pictures from prompts whose combinations were kept out of the training, judges each by the
rules of `measure.py` (themselves checked on painted scenes), and writes the table into the model
card beside the checkpoint.
"""

import argparse
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from diffusers.pipelines.deprecated.wuerstchen.modeling_paella_vq_model import PaellaVQModel
from PIL import Image

from captions import Said, caption_with_facts
from measure import measure, redness
from model_card import write_card
from scenes import Scene, is_held_out, paint, sample_scene
from wurstdesk.engine.generator import WuerstchenGenerator
from wurstdesk.engine.model_files import LocalCatalogue
from wurstdesk.generation import (
    CancelToken,
    EngineOptions,
    GeneratorEvent,
    PictureReady,
)

ROOT = Path(__file__).resolve().parents[2]
TARGETS = {
    "colour": 0.97, "sky": 0.99, "ground": 0.99, "length": 0.92, "facing": 0.95,
    "house": 0.92, "tree": 0.92, "ball": 0.92, "mountains": 0.92,
}  # fmt: skip
WEIGHT_TARGET = 0.90
SIDE = 384


class Artist:
    """Draws prompts with the engine, one picture a request as a person would."""

    def __init__(self, checkpoint: Path) -> None:
        options = EngineOptions(device="auto", dtype="float32", previews=False)
        catalogue = LocalCatalogue(checkpoint, ())
        (self._info,) = catalogue.checkpoints()
        self._generator = WuerstchenGenerator(catalogue, options)

    def draw(self, prompt: str, seed: int) -> Image.Image:
        """One picture at the default size and settings."""
        made: list[Image.Image] = []

        def keep(event: GeneratorEvent) -> None:
            if isinstance(event, PictureReady):
                pixels = event.picture.pixels
                size = (pixels.width, pixels.height)
                made.append(Image.frombytes("RGB", size, pixels.data))

        request = self._info.request(prompt=prompt, seed=seed)
        self._generator.generate(request, CancelToken(), keep)
        return made[0]


@dataclass
class Score:
    """How often each attribute came out as it was said."""

    right: Counter[str] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def judge(self, name: str, prompt: str, said: object, seen: object) -> None:
        self.asked[name] += 1
        if said == seen:
            self.right[name] += 1
        else:
            self.wrong.append(f"{name}: {prompt!r} gave {seen}")

    def rate(self, name: str) -> float:
        return self.right[name] / max(1, self.asked[name])


def held_out_prompts(count: int, seed: int) -> Iterator[tuple[Scene, str, Said]]:
    """Scenes of combinations that no training picture had, in words."""
    rng = random.Random(seed)
    while count:
        scene = sample_scene(rng)
        if is_held_out(scene) and scene.colour_strength == 1.0:
            yield scene, *caption_with_facts(scene, rng)
            count -= 1


def judge_picture(score: Score, prompt: str, said: Said, picture: Image.Image) -> None:
    """Compare what was said with what is seen; what was left open is not judged, except that
    things nobody spoke of should mostly stay away: they count as said to be absent."""
    seen = measure(picture)
    for name in ("colour", "sky", "ground", "length", "facing"):
        if name in said:
            score.judge(name, prompt, said[name], getattr(seen, name))
    for name in ("house", "tree", "ball", "mountains"):
        score.judge(name, prompt, bool(said.get(name)), bool(getattr(seen, name)))


def sharpness(picture: Image.Image) -> float:
    """The mean of the strongest 2 % of the steps between neighbouring pixels, in levels of 255."""
    grey = np.asarray(picture.convert("L"), dtype=np.float32)
    steps = np.abs(np.diff(grey, axis=1)).ravel()
    return float(np.sort(steps)[-len(steps) // 50 :].mean())


def grid(picture: Image.Image) -> float:
    """How much a pixel differs from its four neighbours' mean where the picture is flat, in
    levels of 255: a checker pattern of one level gives 2."""
    values = np.asarray(picture, dtype=np.float32).mean(2)
    inner = values[1:-1, 1:-1]
    around = np.stack([values[:-2, 1:-1], values[2:, 1:-1], values[1:-1, :-2], values[1:-1, 2:]])
    flat = (around.max(0) - around.min(0)) < 8
    return float(np.abs(inner - around.mean(0))[flat].mean())


def felt_weights(artist: Artist, pairs: int) -> float:
    """In how many pairs, same seed, "red++" makes a redder dog than "red--"."""
    rng = random.Random(11)
    redder = 0
    for number in range(pairs):
        ground = rng.choice(("on grass", "in the snow", "on sand"))
        sky = rng.choice(("on a sunny day", "at sunset", "at night"))
        length = rng.choice(("short", "long", "very long"))
        strong, weak = (
            redness(artist.draw(f"a {length} red{weight} sausage dog {ground} {sky}", number))
            for weight in ("++", "--")
        )
        redder += strong > weak
    return redder / pairs


@dataclass
class Report:
    """Everything that was measured."""

    score: Score
    pictures: int
    weights: float
    pairs: int
    sharp: float
    reference_sharp: float
    grid: float
    reference_grid: float

    def lines(self) -> list[str]:
        """The table in Markdown."""
        lines = ["| what | reached | target | asked |", "|---|---|---|---|"]
        for name, target in TARGETS.items():
            asked = self.score.asked[name]
            lines.append(f"| {name} | {self.score.rate(name):.1%} | {target:.0%} | {asked} |")
        lines.append(
            f"| `red++` redder than `red--` | {self.weights:.1%} | {WEIGHT_TARGET:.0%} "
            f"| {self.pairs} |"
        )
        edges = f"{self.sharp:.1f} and {self.reference_sharp:.1f}"
        flats = f"{self.grid:.2f} and {self.reference_grid:.2f}"
        lines.append(
            f"\nIn levels of 255, these pictures and painted ones after Stage A alone: edges (the "
            f"strongest 2 % of the steps between neighbours) {edges}; unevenness of flat areas "
            f"{flats}."
        )
        return lines


def references(checkpoint: Path, scenes: list[Scene]) -> tuple[float, float]:
    """Sharpness and evenness of painted scenes after Stage A alone."""
    vqgan = PaellaVQModel.from_pretrained(checkpoint / "wuerstchen" / "vqgan").float().eval()
    sharp, even = [], []
    for scene in scenes:
        real = torch.from_numpy(np.asarray(paint(scene, SIDE, SIDE)).copy()).permute(2, 0, 1)[None]
        with torch.no_grad():
            made = vqgan.decode(vqgan.encode(real.float() / 255).latents).sample.clamp(0, 1)[0]
        picture = Image.fromarray((made * 255).round().byte().permute(1, 2, 0).numpy())
        sharp.append(sharpness(picture))
        even.append(grid(picture))
    return float(np.mean(sharp)), float(np.mean(even))


def evaluate(checkpoint: Path, pictures: int, pairs: int, sheets: Path | None) -> Report:
    """Draw and judge; contact sheets of 32 go to the folder ``sheets``."""
    artist, score = Artist(checkpoint), Score()
    prompts = list(held_out_prompts(pictures, seed=5))
    drawn: list[Image.Image] = []
    for number, (_, prompt, said) in enumerate(prompts):
        drawn.append(artist.draw(prompt, 1000 + number))
        judge_picture(score, prompt, said, drawn[-1])
        if number % 25 == 24:
            print(f"drawn {number + 1} of {pictures}", flush=True)
    if sheets is not None:
        save_sheets(drawn, sheets)
    sharp, even = references(checkpoint, [scene for scene, _, _ in prompts[:60]])
    return Report(
        score,
        pictures,
        felt_weights(artist, pairs),
        pairs,
        float(np.mean([sharpness(p) for p in drawn])),
        sharp,
        float(np.mean([grid(p) for p in drawn])),
        even,
    )


def save_sheets(drawn: list[Image.Image], folder: Path) -> None:
    """Contact sheets to look at: 8 x 4 pictures each."""
    folder.mkdir(parents=True, exist_ok=True)
    for start in range(0, len(drawn), 32):
        sheet = Image.new("RGB", (8 * 192, 4 * 192))
        for place, picture in enumerate(drawn[start : start + 32]):
            sheet.paste(picture.resize((192, 192)), (place % 8 * 192, place // 8 * 192))
        sheet.save(folder / f"sheet-{start // 32:02}.png")


def main() -> None:
    """Read the command line, evaluate, print, and write the card where asked."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--checkpoint", type=Path, default=ROOT / "resources" / "dackel")
    parser.add_argument("--pictures", type=int, default=300)
    parser.add_argument("--pairs", type=int, default=50)
    parser.add_argument("--sheets", type=Path, help="folder for contact sheets")
    parser.add_argument("--write-card", action="store_true", help="put the table into the card")
    arguments = parser.parse_args()
    report = evaluate(arguments.checkpoint, arguments.pictures, arguments.pairs, arguments.sheets)
    print("\n".join(report.lines()))
    print("\n".join(report.score.wrong[:30]))
    if arguments.write_card:
        write_card(arguments.checkpoint, report.lines(), report.pictures)


if __name__ == "__main__":
    main()
