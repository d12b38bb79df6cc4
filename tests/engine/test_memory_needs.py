"""The estimates of memory at work, against the peak of what is really held.

The peak is counted on torch's “meta” device, where a model runs in no time and no memory: every
storage that an operation makes is counted until it is gone.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_iter

from checkpoints import SHAPES
from machines import PUBLISHED_SIZES
from wurstdesk.engine import memory_needs, stage_a
from wurstdesk.engine.component_sizes import ComponentSizes, StageBLevel, Weights
from wurstdesk.engine.decoder import StageB
from wurstdesk.engine.memory_needs import Way, needs
from wurstdesk.engine.prior import StageC, latent_size
from wurstdesk.engine.stage_a import StageA, StripBlock
from wurstdesk.generation import CancelToken, make_request

META = torch.device("meta")
BUILT_IN_SIZES = replace(
    PUBLISHED_SIZES,
    prior_channels=256,
    prior_heads=4,
    prior_blocks=6,
    decoder_levels=(
        StageBLevel(64, 0, 0),
        StageBLevel(128, 0, 0),
        StageBLevel(208, 0, 0),
        StageBLevel(128, 4, 2),
    ),
    vqgan_channels=(96, 48),
)
DECODER: dict[str, Any] = {
    "c_hidden": [64, 128, 208, 128],
    "nhead": [-1, -1, -1, 4],
    "blocks": [2, 2, 3, 1],
    "level_config": ["CT", "CT", "CT", "CTA"],
    "c_cond": 48,
    "clip_embd": 64,
}


class HeldStorages(TorchDispatchMode):
    """Counts the bytes that are held, and the most that ever were."""

    def __init__(self, known: Iterator[Tensor]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.now = self.peak = 0
        self._seen = {tensor.untyped_storage()._cdata for tensor in known}

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        for tensor in tree_iter(result):
            if isinstance(tensor, Tensor):
                self._count(tensor.untyped_storage())
        return result

    def _count(self, storage: torch.UntypedStorage) -> None:
        key, size = storage._cdata, storage.nbytes()
        if key in self._seen:
            return
        self._seen.add(key)
        self.now += size
        self.peak = max(self.peak, self.now)
        weakref.finalize(storage, self._gone, key, size)

    def _gone(self, key: int, size: int) -> None:
        self._seen.discard(key)
        self.now -= size


@pytest.fixture(autouse=True)
def fused_attention(monkeypatch: pytest.MonkeyPatch) -> None:
    """On “meta” attention would hold all of its scores."""
    monkeypatch.setattr(F, "scaled_dot_product_attention", lambda q, k, v: torch.empty_like(q))


@contextmanager
def counted(module: nn.Module) -> Iterator[HeldStorages]:
    tensors = [*module.parameters(), *module.buffers()]
    with torch.inference_mode(False), torch.no_grad(), HeldStorages(iter(tensors)) as held:
        yield held


def on_meta(make: Callable[[], nn.Module]) -> Any:
    with META:
        return make().eval()


def empty(*shape: int) -> Tensor:
    return torch.empty(*shape, device=META)


def request(side: int, pictures: int = 1, decoder_guidance: float = 0.0) -> Any:
    return make_request(
        width=side, height=side, num_images=pictures, decoder_guidance_scale=decoder_guidance
    )


def assert_just_above(estimate: float, measured: int) -> None:
    """Numbers of float32: enough, and not far too many."""
    assert measured / 4 <= estimate <= 1.5 * measured / 4


CASES = [
    (sizes, side, batch)
    for sizes in (PUBLISHED_SIZES, BUILT_IN_SIZES)
    for side, batch in ((384, 4), (1024, 1), (1024, 4), (2048, 1))
]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("sizes", "side", "batch"), CASES)
def test_stage_c(sizes: ComponentSizes, side: int, batch: int) -> None:
    sizes = replace(sizes, prior_blocks=3)
    shape = {"c": sizes.prior_channels, "nhead": sizes.prior_heads, "depth": 3, "c_cond": 128}
    prior = on_meta(lambda: StageC(**shape))
    rows = 2 * batch
    with counted(prior) as held:
        text = prior.project_text(empty(rows, 77, 128))
        prior(empty(rows, 16, *latent_size(side, side)), empty(rows, 64), text)

    way = Way("none", "float32", batch=batch)
    estimate = memory_needs.stage_c_numbers(sizes, request(side, batch), way, 77)
    assert_just_above(estimate, held.peak)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("sizes", "shape"), [(PUBLISHED_SIZES, {}), (BUILT_IN_SIZES, DECODER)])
@pytest.mark.parametrize(("side", "guidance"), [(384, 0.0), (1024, 0.0), (1024, 2.0)])
def test_stage_b(sizes: ComponentSizes, shape: dict[str, Any], side: int, guidance: float) -> None:
    decoder = on_meta(lambda: StageB(**shape))
    decoder.fold_conditioning(torch.float32)
    rows, cells = (2 if guidance else 1), side // 4
    with counted(decoder) as held:
        text = decoder.project_text(empty(rows, 77, decoder.config.clip_embd))
        features = [
            empty(rows, 16, cells // 2 >> level, cells // 2 >> level) if level else None
            for level in range(4)
        ]
        decoder(empty(rows, 4, cells, cells), empty(rows, 64), text, features)

    estimate = memory_needs.stage_b_numbers(
        sizes, request(side, decoder_guidance=guidance), Way("none", "float32"), 77
    )
    assert_just_above(estimate, held.peak)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("sizes", "width"), [(PUBLISHED_SIZES, 384), (BUILT_IN_SIZES, 96)])
@pytest.mark.parametrize("side", [384, 1024, 2048])
@pytest.mark.parametrize("on_processor", [False, True])
def test_stage_a(
    monkeypatch: pytest.MonkeyPatch,
    sizes: ComponentSizes,
    width: int,
    side: int,
    on_processor: bool,
) -> None:
    strip = memory_needs.STRIP_BYTES_GRAPHICS
    if on_processor:
        strip = memory_needs.STRIP_BYTES_PROCESSOR
    monkeypatch.setitem(stage_a.STRIP_BYTES, "meta", strip)
    vqgan = on_meta(lambda: StageA(embed_dim=width, bottleneck_blocks=2))
    monkeypatch.setattr(StripBlock, "read_mods", lambda block: setattr(block, "mods", (0.1,) * 6))
    vqgan.work_in_strips()
    latents = empty(1, 4, side // 4, side // 4)
    with counted(vqgan) as held:
        for picture in stage_a.decode_vqgan(vqgan, latents, CancelToken()):
            del picture

    way = Way("none", "float32", on_processor=on_processor)
    assert_just_above(memory_needs.stage_a_numbers(sizes, request(side), way), held.peak)


def test_the_strips_are_as_large_as_stage_a_makes_them() -> None:
    assert stage_a.STRIP_BYTES == {"cpu": memory_needs.STRIP_BYTES_PROCESSOR}
    assert stage_a.STRIP_BYTES_ELSEWHERE == memory_needs.STRIP_BYTES_GRAPHICS


def test_attention_that_is_not_fused_holds_its_scores() -> None:
    fused, whole = (
        memory_needs.stage_b_numbers(
            PUBLISHED_SIZES, request(1024), Way("none", "float16", fused=fused), 77
        )
        for fused in (True, False)
    )
    assert whole > fused + 2 * 10 * 4096 * 4096


def test_each_way_needs_less_than_the_one_above_it() -> None:
    ways = [
        Way("none", "float16"),
        Way("model", "float16"),
        Way("model", "float16", fp8=True),
        Way("group", "float16", stream=True),
        Way("group", "float16"),
        Way("sequential", "float16"),
    ]
    found = [needs(PUBLISHED_SIZES, request(1024), way) for way in ways]

    assert sorted((need.device for need in found), reverse=True) == [n.device for n in found]
    waits, pinned = found[1].main, found[3].main
    assert waits > 2 * PUBLISHED_SIZES.count
    assert pinned == pytest.approx(waits + 2 * PUBLISHED_SIZES.count, abs=2)
    assert found[2].main < waits - 1_400_000_000


def test_what_is_kept_on_a_device_is_every_weight() -> None:
    bare = replace(PUBLISHED_SIZES, prior=Weights(), decoder=Weights())
    for dtype, number in (("float32", 4), ("float16", 2)):
        way = Way("none", dtype)
        more = needs(PUBLISHED_SIZES, request(1024), way).device
        less = needs(bare, request(1024), way).device
        assert more - less == pytest.approx(number * (993_636_896 + 848_822_432), abs=2)


def test_where_memory_is_shared_nothing_is_needed_besides() -> None:
    for way in (Way("none", "float16", shared=True), Way("none", "float32", on_processor=True)):
        assert needs(PUBLISHED_SIZES, request(1024), way).main == 0


def test_the_shapes_here_are_the_published_ones() -> None:
    assert SHAPES["published"].decoder == SHAPES["published"].vqgan == {}
    assert SHAPES["published"].prior["c"] == PUBLISHED_SIZES.prior_channels
