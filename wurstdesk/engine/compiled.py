"""``torch.compile`` for the two stages, as an offer: where it fails, work goes on without it."""

from __future__ import annotations

import importlib
import logging
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from wurstdesk.engine.memory import is_out_of_memory

SIZES = 64
"""Sizes that one stage may be compiled for; torch's own limit of 8 would end in silence."""

_log = logging.getLogger(__name__)


class Compilable:
    """A stage (an ``nn.Module``) whose ``predict`` is its ``forward``, compiled if asked for."""

    _compiled: Callable[..., Tensor] | None = None
    _title = ""
    _tell: Callable[[str], None]
    _shapes: frozenset[torch.Size] = frozenset()

    @property
    def is_compiled(self) -> bool:
        """Whether it runs compiled, as far as is known."""
        return self._compiled is not None

    def compile_steps(self, title: str, tell: Callable[[str], None]) -> None:
        """Compile from now on, anew for every size; ``tell`` is given sentences about it."""
        this: Any = self
        self._title, self._tell = title, tell
        try:
            importlib.import_module("torch._dynamo").config.recompile_limit = SIZES
            self._compiled = torch.compile(this.forward, dynamic=False)
        except Exception as error:  # noqa: BLE001 - a bundle may leave the compiler out
            self._give_up(error)

    def predict(self, latents: Tensor, *inputs: Any, **more: Any) -> Tensor:
        """``forward``; the first call at a size says that it compiles."""
        if self._compiled is None:
            return self._forward(latents, *inputs, **more)
        if latents.shape not in self._shapes:
            self._tell(f"{self._title} is being compiled for this size, which takes minutes, once.")
        try:
            result = self._compiled(latents, *inputs, **more)
        except Exception as error:  # a compiler that is missing or that fails, in any of its ways
            if is_out_of_memory(error):
                raise
            self._give_up(error)
        else:
            self._shapes |= {latents.shape}
            return result
        return self._forward(latents, *inputs, **more)

    def _forward(self, *inputs: Any, **more: Any) -> Tensor:
        this: Any = self
        result: Tensor = this(*inputs, **more)
        return result

    def _give_up(self, error: Exception) -> None:
        _log.warning("%s is not compiled: %s", self._title, type(error).__name__)
        self._compiled = None
        self._tell(
            f"{self._title} could not be compiled on this computer, so it goes on without; "
            f"the setting “Compile the model” saves nothing here."
        )
