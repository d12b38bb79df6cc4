"""One training loop for every part: resumable, seeded, with a moving average of the weights."""

import math
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

SAVE_EVERY_SECONDS = 90.0
REPORT_EVERY_STEPS = 50


@dataclass(frozen=True)
class Recipe:
    """How long and how fast to learn; the rate rises over ``warmup`` steps then falls
    as a cosine."""

    steps: int
    learning_rate: float
    batch: int
    warmup: int = 100
    ema: float = 0.998
    seed: int = 0
    weight_decay: float = 0.01
    muon: bool = False

    def rate_at(self, step: int) -> float:
        rise = min(1.0, (step + 1) / self.warmup)
        fall = 0.5 * (1 + math.cos(math.pi * min(1.0, step / self.steps)))
        return self.learning_rate * rise * (0.01 + 0.99 * fall)


LossFunction = Callable[[random.Random], Tensor]


def device() -> torch.device:
    """The card if there is one: training then takes minutes instead of hours."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


class Run:
    """Trains some modules together and leaves the average of their weights in ``NAME.pt``.

    Its whole state goes to ``NAME.state.pt`` every minute and a half; a run that was broken off
    goes on from there, and one whose recipe got more steps goes on learning. Without a state, the
    weights of an earlier result are where it starts.
    """

    def __init__(self, name: str, work: Path, module: nn.Module, recipe: Recipe) -> None:
        self.name, self.module, self.recipe = name, module, recipe
        self._state_file = work / f"{name}.state.pt"
        self.result_file = work / f"{name}.pt"
        self._average = {k: v.detach().clone() for k, v in module.state_dict().items()}
        self._optimizers = _optimizers(module, recipe)
        self._step = 0
        self._mean_loss: float | None = None
        self._rng = random.Random(recipe.seed)
        if self._state_file.exists():
            self._load()
        elif self.result_file.exists():
            self._begin_with(torch.load(self.result_file, weights_only=True))

    def train(self, loss_of_batch: LossFunction) -> dict[str, Tensor]:
        """Run to the recipe's end, write the result and return it."""
        torch.manual_seed(self.recipe.seed + self._step)
        begun, saved, first = time.monotonic(), time.monotonic(), self._step
        while self._step < self.recipe.steps:
            self._one_step(loss_of_batch)
            if self._step % REPORT_EVERY_STEPS == 0 or self._step == self.recipe.steps:
                each = (time.monotonic() - begun) / (self._step - first)
                left = each * (self.recipe.steps - self._step) / 60
                print(
                    f"{self.name}: step {self._step} of {self.recipe.steps}, "
                    f"loss {self._mean_loss:.5f}, {each:.2f} s a step, {left:.0f} min left",
                    flush=True,
                )
            if time.monotonic() - saved > SAVE_EVERY_SECONDS:
                self._save()
                saved = time.monotonic()
        self._save()
        return self._average

    def _one_step(self, loss_of_batch: LossFunction) -> None:
        rate = self.recipe.rate_at(self._step)
        for optimizer in self._optimizers:
            for group in optimizer.param_groups:
                group["lr"] = rate
            optimizer.zero_grad()
        loss = loss_of_batch(self._rng)
        if not torch.isfinite(loss):
            raise SystemExit(f"{self.name}: the loss is {loss.item()} at step {self._step}")
        loss.backward()
        nn.utils.clip_grad_norm_(self.module.parameters(), 1.0)
        for optimizer in self._optimizers:
            optimizer.step()
        self._step += 1
        decay = min(self.recipe.ema, (1 + self._step) / (10 + self._step))
        for key, value in self.module.state_dict().items():
            if value.is_floating_point():
                self._average[key].lerp_(value.detach(), 1 - decay)
            else:
                self._average[key].copy_(value)
        now = loss.item()
        self._mean_loss = now if self._mean_loss is None else 0.98 * self._mean_loss + 0.02 * now

    def _save(self) -> None:
        state = {
            "step": self._step,
            "module": self.module.state_dict(),
            "average": self._average,
            "optimizers": [o.state_dict() for o in self._optimizers],
            "random": list(self._rng.getstate()[1]),
            "loss": self._mean_loss,
        }
        for path, content in ((self._state_file, state), (self.result_file, self._average)):
            temporary = path.with_suffix(".new")
            torch.save(content, temporary)
            temporary.replace(path)

    def _begin_with(self, weights: dict[str, Tensor]) -> None:
        """Start from weights that came without a state: a checkpoint's, say."""
        fitting = self.module.state_dict() | weights
        self.module.load_state_dict({key: fitting[key] for key in self._average})
        self._average = {k: v.detach().clone() for k, v in self.module.state_dict().items()}
        print(f"{self.name}: starts from the weights in {self.result_file.name}", flush=True)

    def _load(self) -> None:
        state = torch.load(self._state_file, weights_only=True, map_location=device())
        self.module.load_state_dict(state["module"])
        self._average = state["average"]
        for optimizer, kept in zip(self._optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(kept)
        self._step, self._mean_loss = state["step"], state["loss"]
        self._rng.setstate((3, tuple(state["random"]), None))
        print(f"{self.name}: goes on from step {self._step}", flush=True)


def _optimizers(module: nn.Module, recipe: Recipe) -> list[torch.optim.Optimizer]:
    """Muon for the matrices of linear layers, where asked for, and AdamW for all the rest."""
    matrices = [
        m.weight for m in module.modules() if isinstance(m, nn.Linear) and m.weight.requires_grad
    ]
    if not recipe.muon:
        matrices = []
    chosen = {id(p) for p in matrices}
    rest = [p for p in module.parameters() if p.requires_grad and id(p) not in chosen]
    adamw: torch.optim.Optimizer = torch.optim.AdamW(
        rest, recipe.learning_rate, betas=(0.9, 0.98), weight_decay=recipe.weight_decay
    )
    if not matrices:
        return [adamw]
    muon = torch.optim.Muon(
        matrices,
        lr=recipe.learning_rate,
        weight_decay=recipe.weight_decay,
        adjust_lr_fn="match_rms_adamw",
    )
    return [adamw, muon]
