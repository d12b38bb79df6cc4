"""The request that is being written, and the checkpoint that it is written for.

What a checkpoint is good at belongs to the checkpoint: its size and its schedule are the defaults
here, and a value that is still the default follows when another checkpoint is chosen.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal

from wurstdesk.errors import RequestError
from wurstdesk.generation import SEED_COUNT, CheckpointInfo, GenerationRequest

SeedSource = Callable[[], int]

_TOGETHER = (
    ("width", "height"),
    ("prior_timesteps", "prior_num_inference_steps"),
    ("prior_guidance_scale",),
)
"""Fields whose defaults are the checkpoint's; each group is the person's own as soon as one is."""
_BY_CHECKPOINT = tuple(field for group in _TOGETHER for field in group)


def random_seed() -> int:
    """Any of the seeds that a request may have."""
    return secrets.randbelow(SEED_COUNT)


class RequestForm(QObject):
    """One ``GenerationRequest``, always a valid one, edited field by field."""

    changed = Signal()
    """Some field of the request, or whether its seed is drawn anew."""
    checkpoint_changed = Signal()
    """The chosen checkpoint, or what there is to choose from."""

    def __init__(
        self, choose_seed: SeedSource = random_seed, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._choose_seed = choose_seed
        self._request = GenerationRequest(seed=choose_seed())
        self._seed_is_random = True
        self._checkpoints: tuple[CheckpointInfo, ...] = ()
        self._checkpoint: CheckpointInfo | None = None
        self._problems: dict[str, RequestError] = {}
        self._restored_for = ""

    @property
    def request(self) -> GenerationRequest:
        return self._request

    @property
    def seed_is_random(self) -> bool:
        """Whether the next picture gets a new seed."""
        return self._seed_is_random

    @property
    def checkpoints(self) -> tuple[CheckpointInfo, ...]:
        return self._checkpoints

    @property
    def checkpoint(self) -> CheckpointInfo | None:
        """The chosen one; None until the catalogue is read, or where there is none."""
        return self._checkpoint

    @property
    def problem(self) -> RequestError | None:
        """Why what was entered last is not in the request; None where all of it is."""
        return next(iter(self._problems.values()), None)

    def edit(self, **fields: object) -> None:
        """Replace fields. What no request can have is kept out and becomes the ``problem``."""
        try:
            request = self._blended_as_it_can_be(self._request.changed(**fields))
        except RequestError as error:
            self._problems[_key(fields)] = error
            self.changed.emit()
            return
        had_problem = self._problems.pop(_key(fields), None) is not None
        if request != self._request or had_problem:
            self._request = request
            self.changed.emit()

    def default(self, field: str) -> Any:
        """What a field is unless the person changes it, with the chosen checkpoint."""
        return _defaults(self._checkpoint).get(field, GenerationRequest.model_fields[field].default)

    def reset(self, *fields: str) -> None:
        """Give fields their defaults."""
        self.edit(**{field: self.default(field) for field in fields})

    def set_seed_random(self, is_random: bool) -> None:
        """Draw a new seed for each request, or use the one that is shown again."""
        if is_random != self._seed_is_random:
            self._seed_is_random = is_random
            self._problems.pop("seed", None)  # the field shows the request's again
            self.changed.emit()

    def draw_seed(self) -> None:
        """Give the request that is about to be made its seed, if that is to be a new one."""
        if self._seed_is_random:
            self.edit(seed=self._choose_seed())

    def take_seed(self, seed: int) -> None:
        """Use a seed, now and until told otherwise."""
        self._seed_is_random = False
        self.edit(seed=seed)
        self.changed.emit()

    def take(self, request: GenerationRequest) -> bool:
        """Take over a whole request. False where something that it names is not here
        (``lacking``): then our checkpoint stays, or its prior is not blended."""
        info = self._named(request.checkpoint)
        is_whole = not self.lacking(request)
        if info is not None and info is not self._checkpoint:
            self._checkpoint = info
            self.checkpoint_changed.emit()
        if info is None and self._checkpoint is not None:
            request = request.changed(checkpoint=self._checkpoint.name, prior_blend=0.0)
        self._request = self._blended_as_it_can_be(request)
        self._problems.clear()
        self._seed_is_random = False
        self.changed.emit()
        return is_whole

    def lacking(self, request: GenerationRequest) -> str:
        """The name of the checkpoint, or else of the prior to blend with, that a request asks for
        and that is not here; "" where all is."""
        names = (request.checkpoint, request.blend_prior)
        return next((name for name in names if name and self._named(name) is None), "")

    def blendable(self) -> tuple[CheckpointInfo, ...]:
        """The checkpoints whose prior can be blended with the chosen one's, each prior once."""
        chosen = self._checkpoint
        if chosen is None:
            return ()
        fitting = (info for info in self._checkpoints if chosen.can_blend_with(info))
        return tuple({info.prior_folder: info for info in reversed(tuple(fitting))}.values())[::-1]

    def restore(self, request: GenerationRequest, seed_is_random: bool) -> None:
        """Take what was being written when the program ended; call before checkpoints are known.

        What is in it was chosen: it does not give way to the defaults of its own checkpoint.
        """
        self._request = request
        self._seed_is_random = seed_is_random
        self._restored_for = request.checkpoint
        self.changed.emit()

    def set_checkpoints(self, checkpoints: tuple[CheckpointInfo, ...]) -> None:
        """What the catalogue has found. The chosen one is kept where it is still there."""
        self._checkpoints = checkpoints
        chosen = self._named(self._request.checkpoint)
        if chosen is None or (self._checkpoint is None and not chosen.complete):
            chosen = next((c for c in checkpoints if c.complete), chosen or _first(checkpoints))
        self._choose(chosen)

    def choose_checkpoint(self, name: str) -> None:
        """Write for another checkpoint; values that were its predecessor's defaults follow."""
        info = self._named(name)
        if info is not None and info is not self._checkpoint:
            self._choose(info)

    def _named(self, name: str) -> CheckpointInfo | None:
        return next((info for info in self._checkpoints if info.name == name), None)

    def _choose(self, info: CheckpointInfo | None) -> None:
        restored, self._restored_for = self._restored_for, ""
        if info is not None and info.name != restored:
            before, after = _defaults(self._checkpoint), _defaults(info)
            current = self._request.model_dump()
            follows = {f: after[f] for f in _BY_CHECKPOINT if _same(f, current, before)}
            self._request = self._request.changed(**follows, checkpoint=info.name)
        self._checkpoint = info
        self._request = self._blended_as_it_can_be(self._request)
        self.checkpoint_changed.emit()
        self.changed.emit()

    def _blended_as_it_can_be(self, request: GenerationRequest) -> GenerationRequest:
        """Without the blend where the other prior is not here, or is none for this checkpoint."""
        other, chosen = self._named(request.blend_prior), self._checkpoint
        fits = other is not None and chosen is not None and chosen.can_blend_with(other)
        if not request.prior_blend or fits or not self._checkpoints:
            return request
        return request.changed(prior_blend=0.0)


def _defaults(info: CheckpointInfo | None) -> dict[str, Any]:
    fields = GenerationRequest.model_fields
    if info is None:
        return {field: fields[field].default for field in _BY_CHECKPOINT}
    width, height = info.default_size
    return {
        "width": width,
        "height": height,
        "prior_timesteps": info.prior_timesteps,
        "prior_num_inference_steps": None,
        "prior_guidance_scale": info.prior_guidance_scale,
    }


def _same(field: str, current: dict[str, Any], before: dict[str, Any]) -> bool:
    """Whether a value, with all that belong together with it, is its default."""
    group = next(group for group in _TOGETHER if field in group)
    return all(current[name] == before[name] for name in group)


def _first(checkpoints: tuple[CheckpointInfo, ...]) -> CheckpointInfo | None:
    return checkpoints[0] if checkpoints else None


def _key(fields: dict[str, object]) -> str:
    return ",".join(sorted(fields))
