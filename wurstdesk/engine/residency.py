"""A checkpoint's components under a plan: loaded, at work, and where they wait in between.

Offloading itself is accelerate's (``sequential``) and diffusers' (``group``), as is keeping
weights in eight bits. A component that comes and goes as a whole (``model``) is moved, or, where
main memory is the device's own, dropped and loaded anew from its mapped file.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Literal

import torch
from torch import nn

from wurstdesk.engine import components
from wurstdesk.engine.blending import prior_hash
from wurstdesk.engine.colours import LatentColours, fit_colours
from wurstdesk.engine.layers import put
from wurstdesk.engine.linears import use_fast_linears
from wurstdesk.engine.model_files import content_hash, read_indexes
from wurstdesk.engine.prompt import PromptEncoder
from wurstdesk.engine.responses import fold_responses
from wurstdesk.engine.stage_a import StageA
from wurstdesk.engine.vqgan_shape import read_vqgan_shape
from wurstdesk.generation import CancelToken, CheckpointInfo, Plan

Part = Literal["prior_text", "prior", "previewer", "decoder_text", "decoder", "vqgan"]
PARTS: tuple[Part, ...] = (
    "prior_text", "prior", "decoder_text", "decoder", "vqgan", "previewer",
)  # fmt: skip
STAGE_C: tuple[Part, ...] = ("prior", "previewer")
STAGES_BA: tuple[Part, ...] = ("decoder", "vqgan")

_EIGHT_BIT: tuple[Part, ...] = ("prior", "decoder")
_KEPT_PRECISE = (
    "projection", "cond_mapper", "clip_mapper", "mapper", "out", "embedding", "clf", "norm",
)  # fmt: skip
"""What loses most by eight bits and weighs least: first, last and conditioning layers."""

Announce = Callable[[str], None]
Check = Callable[[], None]


class Residents:
    """The components of one checkpoint, in eval mode, on the plan's device and in its dtype.

    ``announce`` is called with a component's name before it is loaded, ``check`` between its
    weights (what it raises ends the loading), ``tell`` with sentences for the person. They are the
    running job's and are replaced with it.
    """

    def __init__(self, info: CheckpointInfo, plan: Plan) -> None:
        self.plan = plan
        self.device, self.dtype = torch.device(plan.device), getattr(torch, plan.dtype)
        self.indexes = read_indexes(info)
        self.vqgan_shape = read_vqgan_shape(info)
        self.info = info
        self.prior_scheduler = components.load_scheduler(info.prior_path)
        self.decoder_scheduler = components.load_scheduler(info.path)
        self.announce: Announce = lambda _: None
        self.check: Check = lambda: None
        self.tell: Announce = lambda _: None
        self.heard: dict[Any, Any] = {}
        """Embeddings of the last prompts, so that a second seed needs no text encoder."""
        self._colours: LatentColours | None = None
        self._parts: dict[Part, Any] = {}
        self._is_checked = False

    @property
    def content_hash(self) -> str:
        """Of the checkpoint, as far as somebody has read it by now."""
        return content_hash(self.info)

    @property
    def blend_hash(self) -> str:
        """Of the second prior, the same; "" where there is none."""
        return prior_hash(self.info.blend.folder) if self.info.blend else ""

    def change_prior(self, info: CheckpointInfo) -> None:
        """Go on with what differs from the checkpoint of before in nothing but the prior."""
        self._let_go("prior")
        self.info = info
        self._is_checked = False
        empty_caches()

    @property
    def in_turn(self) -> bool:
        """Whether bringing a stage in costs time, so that all work of Stage C should go first."""
        return self.plan.offload != "none"

    @property
    def reloads(self) -> bool:
        """Whether what is not at work is dropped: there is no other memory where it could wait."""
        return self.plan.offload == "model" and self.device.type in {"cpu", "mps"}

    @property
    def compiled(self) -> bool:
        """Whether any stage runs compiled."""
        return any(getattr(module, "is_compiled", False) for module in self._parts.values())

    def load(self) -> None:
        """Load everything that the plan keeps, or at least see that all of it can be loaded."""
        if not self.reloads:
            for part in PARTS:
                self._get(part)
        elif not self._is_checked:
            components.check_components(self.info, self.check)
            self._is_checked = True

    @contextmanager
    def at_work(self, *parts: Part) -> Iterator[list[Any]]:
        """The components, ready to calculate until the end of the ``with``."""
        modules = [self._get(part) for part in parts]
        moves = self.plan.offload == "model" and not self.reloads
        try:
            if moves:
                _move(modules, self.device)
            yield modules
        finally:
            if moves:
                _move(modules, torch.device("cpu"))
            del modules
            if self.reloads:
                for part in parts:
                    self._let_go(part)
            if self.in_turn:
                empty_caches()

    def colours(self, vqgan: StageA, cancel: CancelToken) -> LatentColours:
        """What Stage A's latents look like, found out once, by ``vqgan`` at work.

        These few numbers stay when Stage A goes.
        """
        if self._colours is None:
            self._colours = fit_colours(vqgan, cancel)
        return self._colours

    def drop(self) -> None:
        """Let go of every component."""
        for part in PARTS:
            self._let_go(part)
        self.heard.clear()
        empty_caches()

    def _let_go(self, part: Part) -> None:
        module = _module_of(self._parts.pop(part, None))
        if module is not None:
            _take_apart(module)

    def _get(self, part: Part) -> Any:
        if part not in self._parts:
            self.check()
            self.announce(part)
            self._parts[part] = self._load(part)
        return self._parts[part]

    def _load(self, part: Part) -> Any:
        waits = self.in_turn and not self.reloads
        target = (torch.device("cpu") if waits else self.device, self.dtype)
        folder = self.info.prior_path if part in _PRIOR_HALF else self.info.path
        if part in _TEXTS:
            encoder = components.load_text_encoder(folder, target, self.check)
            return PromptEncoder(
                components.load_tokenizer(folder), self._settled(part, encoder), self.device
            )
        source = self.info if part == "prior" else folder
        module = _LOADERS[part](source, target, self.check)
        return None if module is None else self._settled(part, module)

    def _settled(self, part: Part, module: nn.Module) -> nn.Module:
        """A module that will calculate on the device, wherever its weights wait."""
        put(module, self.device, self.dtype)
        plan = self.plan
        if part in _EIGHT_BIT:
            if plan.fp8:
                _keep_in_eight_bits(module, self.dtype)
            else:
                fold_responses(module)
        if self.device.type == "cpu":
            use_fast_linears(module)
        if plan.offload == "group" or (plan.offload == "sequential" and part in _TEXTS):
            # Compel asks where a text encoder is; accelerate leaves it nowhere ("meta").
            _offload_by_leaf(module, self.device, stream=plan.stream and part not in _TEXTS)
        elif plan.offload == "sequential":
            from accelerate import cpu_offload

            cpu_offload(module, self.device, offload_buffers=True)
        if plan.compile and part in _TITLES:
            self._compile(module, _TITLES[part])
        return module

    def _tell_now(self, text: str) -> None:
        """Whoever asks by then: a stage outlives the job that loaded it."""
        self.tell(text)

    def _compile(self, stage: Any, title: str) -> None:
        if self.plan.fp8 or self.plan.offload not in {"none", "model"}:
            self.tell(f"{title} is not compiled while its weights are kept elsewhere or in 8 bits.")
            return
        stage.compile_steps(title, self._tell_now)


_TEXTS = frozenset({"prior_text", "decoder_text"})
_PRIOR_HALF = frozenset({"prior_text", "prior", "previewer"})
_TITLES: dict[Part, str] = {"prior": "Stage C", "decoder": "Stage B"}
_LOADERS: dict[Part, Callable[..., Any]] = {
    "prior": components.load_prior,
    "previewer": components.load_previewer,
    "decoder": components.load_decoder,
    "vqgan": components.load_vqgan,
}


def empty_caches() -> None:
    """Give memory that torch keeps for later back to the device."""
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    if torch.backends.mps.is_available():
        torch.mps.empty_cache()
    if torch.xpu.is_available():
        torch.xpu.empty_cache()
    with suppress(OSError, AttributeError, TypeError):  # only glibc keeps memory and has this
        ctypes.CDLL(None).malloc_trim(0)


def _move(parts: list[Any], device: torch.device) -> None:
    for module in map(_module_of, parts):
        if module is not None:
            module.to(device)


def _module_of(part: Any) -> nn.Module | None:
    module: nn.Module | None = part.text_encoder if isinstance(part, PromptEncoder) else part
    return module


def _take_apart(module: nn.Module) -> None:
    """Free the tensors of a module that nobody will use again.

    What accelerate, diffusers and torch's compiler hang on it refers back to it, and only Python's
    collector would free that: which is the window's, at a time of its own (session.interpreter).
    """
    for each in list(module.modules()):
        for hook in getattr(getattr(each, "_diffusers_hook", None), "hooks", {}).values():
            vars(hook).clear()
        vars(each).clear()


def _keep_in_eight_bits(module: nn.Module, dtype: torch.dtype) -> None:
    from diffusers.hooks.layerwise_casting import apply_layerwise_casting

    apply_layerwise_casting(
        module,
        storage_dtype=torch.float8_e4m3fn,
        compute_dtype=dtype,
        skip_modules_pattern=_KEPT_PRECISE,
    )


def _offload_by_leaf(module: nn.Module, device: torch.device, *, stream: bool) -> None:
    from diffusers.hooks.group_offloading import apply_group_offloading

    apply_group_offloading(
        module,
        onload_device=device,
        offload_device=torch.device("cpu"),
        offload_type="leaf_level",
        use_stream=stream,
        record_stream=stream,
    )
