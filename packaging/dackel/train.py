"""Makes Dackel, the built-in checkpoint, from nothing: paint, train, export, evaluate.

    python packaging/dackel/train.py --work build/dackel

Every part goes on from where it was broken off. On two cores the whole takes some hours, on a
graphics card minutes. Parts can be run on their own (``--only stage_b``, say), side by side once
those before them are done. To make a checkpoint of another little world, replace the painter
(`scenes.py`), the wording (`captions.py`) and the rules (`measure.py`).
"""

import argparse
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from dataset import Pictures
from encoder import train_encoder
from evaluate import evaluate
from export import export
from model_card import write_card
from polish import train_polish
from previewer import train_previewer
from stage_a import train_stage_a
from stage_b import new_decoder_text_encoder, train_stage_b
from stage_c import new_prior_text_encoder, train_stage_c
from text_model import load_tokenizer, train_text
from training import Recipe
from unpack import keep_encoder, unpack

TARGET = Path(__file__).resolve().parents[2] / "resources" / "dackel"

RECIPES = {
    "stage_a": Recipe(steps=2000, learning_rate=2e-3, batch=16, seed=1),
    "encoder": Recipe(steps=1500, learning_rate=1.5e-3, batch=24, seed=2),
    "text_b": Recipe(steps=600, learning_rate=2e-3, batch=128, seed=3),
    "text_c": Recipe(steps=900, learning_rate=1e-3, batch=128, seed=4),
    "previewer": Recipe(steps=350, learning_rate=1.5e-3, batch=24, seed=7),
    "polish": Recipe(steps=400, learning_rate=1e-3, batch=16, seed=8),
    "stage_b": Recipe(steps=4000, learning_rate=1.5e-3, batch=16, warmup=200, seed=5),
    "stage_c": Recipe(steps=8000, learning_rate=1e-3, batch=48, warmup=200, seed=6),
}


@dataclass(frozen=True)
class Workplace:
    """Where the work lies, how many pictures to paint, and where the checkpoint goes."""

    work: Path
    scenes: int
    target: Path
    steps: int | None
    rate: float | None

    def pictures(self) -> Pictures:
        """The painted pictures, made on first need."""
        return Pictures(self.work / "pictures", self.scenes)

    def recipe(self, part: str) -> Recipe:
        """A part's recipe, with other steps and another rate if they were asked for."""
        recipe = RECIPES[part]
        return replace(
            recipe,
            steps=self.steps or recipe.steps,
            learning_rate=self.rate or recipe.learning_rate,
        )

    def text(self, part: str) -> None:
        """Teach one of the two text encoders what captions say."""
        recipe = self.recipe(part)
        torch.manual_seed(recipe.seed)
        new = new_decoder_text_encoder if part == "text_b" else new_prior_text_encoder
        train_text(self.work, part, new(load_tokenizer(self.work / "tokenizer")), recipe)

    def stage_c(self) -> None:
        """Stage C learns from five times as many scenes: those more are only encoded."""
        train_stage_c(self.work, self.pictures(), self.scenes * 5, self.recipe("stage_c"))

    def export(self) -> None:
        """Write the checkpoint, and the encoder beside this program."""
        export(self.work, self.target)
        keep_encoder(self.work)

    def evaluate(self) -> None:
        """Judge the checkpoint and write its card."""
        report = evaluate(self.target, pictures=300, pairs=50, sheets=self.work / "sheets")
        write_card(self.target, report.lines(), report.pictures)


PARTS: dict[str, Callable[[Workplace], None]] = {
    "unpack": lambda at: unpack(at.target, at.work),
    "stage_a": lambda at: train_stage_a(at.work, at.pictures(), at.recipe("stage_a")),
    "encoder": lambda at: train_encoder(at.work, at.pictures(), at.recipe("encoder")),
    "text_b": lambda at: at.text("text_b"),
    "text_c": lambda at: at.text("text_c"),
    "previewer": lambda at: train_previewer(at.work, at.pictures(), at.recipe("previewer")),
    "stage_b": lambda at: train_stage_b(at.work, at.pictures(), at.recipe("stage_b")),
    "stage_c": Workplace.stage_c,
    "polish": lambda at: train_polish(at.work, at.pictures(), at.recipe("polish")),
    "export": Workplace.export,
    "evaluate": Workplace.evaluate,
}


def main() -> None:
    """Read the command line and run the parts in order."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--work", type=Path, default=Path("build/dackel"), help="working folder")
    parser.add_argument("--scenes", type=int, default=6000, help="pictures to paint")
    parser.add_argument("--target", type=Path, default=TARGET, help="where the checkpoint goes")
    parser.add_argument("--only", nargs="+", choices=list(PARTS), default=list(PARTS)[1:])
    parser.add_argument("--steps", type=int, help="steps of each part, instead of the recipe's")
    parser.add_argument("--rate", type=float, help="learning rate, instead of the recipe's")
    parser.add_argument("--threads", type=int, default=0, help="threads of the processor to use")
    given = parser.parse_args()
    if given.threads:
        torch.set_num_threads(given.threads)
    given.work.mkdir(parents=True, exist_ok=True)
    place = Workplace(given.work, given.scenes, given.target, given.steps, given.rate)
    for part in given.only:
        PARTS[part](place)


if __name__ == "__main__":
    main()
