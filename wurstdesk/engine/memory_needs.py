"""How much memory a way of running takes at its peak: formulas, without torch.

Weights are counted exactly. What a stage holds while it works is counted in tensors of the widest
layer; the factors were measured as the peak of live tensors of the published configuration (they
are the same at 1024, 1536 and 2048 pixels and at every batch) and compared with the resident set
of float32 and bfloat16 runs on a processor, which is up to 1.6 times that of Stage C, 1.3 times
that of Stage B and 1.5 times that of Stage A, for the copies in other layouts that oneDNN makes.
The estimates stay above both; tests/engine/test_memory_needs.py measures again.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from wurstdesk.engine.component_sizes import ComponentSizes, Weights
from wurstdesk.generation import GenerationRequest, Offload

NUMBER_BYTES = {"float32": 4, "float16": 2, "bfloat16": 2}

TEXT_TENSORS = 20.0
"""Of a text encoder's width, for each token: a layer is four times as wide inside."""
STAGE_C_TENSORS = 20.0
"""Of c channels: a residual block holds 4c-wide tensors three times in its response norm."""
STAGE_B_TENSORS = 20.0
"""Of a level's channels: the same, the features, and the outputs that wait for the way up."""
STAGE_A_TENSORS = 3.0
"""Of a level's channels: what a block takes, the same in another layout, and what it gives."""
STRIP_LAYERS = 3.0
"""Of a strip's widest layer: before and after the activation, and what is narrower."""
STRIP_BYTES_PROCESSOR = 4_000_000
STRIP_BYTES_GRAPHICS = 64_000_000
"""Size of that layer (``stage_a.STRIP_BYTES``); a whole level that is smaller is one strip."""
SLACK = 1.2
"""Allocators round up and leave gaps; also for what is small and not counted."""

TOKENS_A_CHUNK = 77
CHARACTERS_A_CHUNK = 225
"""Of a prompt, for each 75 tokens between begin and end: three characters a token."""
PREVIEW_TENSORS = 300
"""Channels of all that the previewer holds, at a quarter of the picture's side."""

KEPT_PRECISE = 0.16
"""Share of the prior's and decoder's weights that stays precise beside eight-bit ones: first,
last and conditioning layers and the outputs of attention (15 % and 14 % of the published)."""

GRAPHICS_OVERHEAD = 150_000_000
"""Workspaces of the libraries of matrix products and convolutions, a layer out of eight bits."""
PROCESSOR_OVERHEAD = 250_000_000
"""Libraries that are imported after the hardware was looked at (measured: 164 MB)."""
DRIVER_OVERHEAD = 1_000_000_000
"""Main memory that a graphics card's libraries take in this process."""


@dataclass(frozen=True)
class Way:
    """What memory depends on besides the request: see ``Plan``.

    ``fused`` is whether attention never holds all of its scores; ``shared`` whether the device's
    memory is the main memory.
    """

    offload: Offload
    dtype: str
    batch: int = 1
    stream: bool = False
    fp8: bool = False
    fused: bool = True
    on_processor: bool = False
    shared: bool = False


@dataclass(frozen=True)
class Needs:
    """Bytes at the peak: of the device's memory, and of main memory besides."""

    device: int
    main: int


def needs(sizes: ComponentSizes, request: GenerationRequest, way: Way) -> Needs:
    """What a request takes, run in this way."""
    held = _held(sizes, way)
    work = _work(sizes, request, way)
    if way.offload == "none":
        device = sum(held.values()) + max(work.values())
    elif way.offload == "model":
        device = max(_turns(held)[turn] + work[turn] for turn in work)
    else:
        leaves = _leaves(sizes, way)
        device = max(leaves[turn] + work[turn] for turn in work)
    if way.on_processor:
        return Needs(ceil(device + PROCESSOR_OVERHEAD), 0)
    device += GRAPHICS_OVERHEAD
    if way.shared:
        return Needs(ceil(device + PROCESSOR_OVERHEAD), 0)
    return Needs(ceil(device), ceil(_main_memory(held, way)))


def _held(sizes: ComponentSizes, way: Way) -> dict[str, float]:
    """Bytes of each component's weights."""
    whole = NUMBER_BYTES[way.dtype]
    small = KEPT_PRECISE * whole + (1 - KEPT_PRECISE) if way.fp8 else whole
    return {
        "prior_text": sizes.prior_text.count * whole,
        "prior": sizes.prior.count * small,
        "previewer": sizes.previewer.count * whole,
        "decoder_text": sizes.decoder_text.count * whole,
        "decoder": sizes.decoder.count * small,
        "vqgan": sizes.vqgan.count * whole,
    }


def _turns(held: dict[str, float]) -> dict[str, float]:
    """What is there together where components take turns."""
    return {
        "prior_text": held["prior_text"],
        "prior": held["prior"] + held["previewer"],
        "decoder_text": held["decoder_text"],
        "decoder": held["decoder"] + held["vqgan"],
    }


def _leaves(sizes: ComponentSizes, way: Way) -> dict[str, float]:
    """What is there of each where single layers come and go.

    With a stream the next layer comes while one works and the last is not gone yet; without, the
    last one's memory is often not of the size that the next one asks for.
    """
    together = {"group": 3 if way.stream else 2}.get(way.offload, 1)

    def layers(*parts: Weights) -> float:
        return together * NUMBER_BYTES[way.dtype] * max(part.largest_layer for part in parts)

    return {
        "prior_text": layers(sizes.prior_text),
        "prior": layers(sizes.prior, sizes.previewer),
        "decoder_text": layers(sizes.decoder_text),
        "decoder": layers(sizes.decoder, sizes.vqgan),
    }


def _main_memory(held: dict[str, float], way: Way) -> float:
    """A stream reads from pinned memory, into which every weight is copied once more."""
    if way.offload == "none":
        return DRIVER_OVERHEAD
    return DRIVER_OVERHEAD + sum(held.values()) * (2 if way.stream else 1)


def _work(sizes: ComponentSizes, request: GenerationRequest, way: Way) -> dict[str, float]:
    """Bytes that each turn takes besides its weights."""
    number = NUMBER_BYTES[way.dtype] * SLACK
    tokens = _tokens(request)
    return {
        "prior_text": number * TEXT_TENSORS * sizes.prior_text_channels * tokens,
        "prior": number * stage_c_numbers(sizes, request, way, tokens),
        "decoder_text": number * TEXT_TENSORS * sizes.decoder_text_channels * tokens,
        "decoder": number
        * max(stage_b_numbers(sizes, request, way, tokens), stage_a_numbers(sizes, request, way)),
    }


def _tokens(request: GenerationRequest) -> int:
    longest = max(len(request.prompt), len(request.negative_prompt))
    return TOKENS_A_CHUNK * max(1, ceil(longest / CHARACTERS_A_CHUNK))


def stage_c_numbers(
    sizes: ComponentSizes, request: GenerationRequest, way: Way, tokens: int
) -> float:
    """Numbers that Stage C holds for a batch, which guidance doubles; or its previews, later."""
    rows = way.batch * (2 if request.prior_guidance_scale > 1 else 1)
    cells = ceil(request.height / sizes.resolution_multiple) * ceil(
        request.width / sizes.resolution_multiple
    )
    blocks = rows * cells * STAGE_C_TENSORS * sizes.prior_channels
    if not way.fused:
        blocks = max(blocks, rows * _scores(sizes.prior_heads, cells, tokens))
    previews = way.batch * PREVIEW_TENSORS * (request.width // 4) * (request.height // 4)
    text = 2 * rows * sizes.prior_blocks * tokens * sizes.prior_channels
    return text + max(blocks, previews if sizes.previewer.count else 0)


def stage_b_numbers(
    sizes: ComponentSizes, request: GenerationRequest, way: Way, tokens: int
) -> float:
    """Numbers that Stage B holds for one picture, at the level where it holds most."""
    rows = 2 if request.decoder_guidance_scale > 1 else 1
    side = sizes.vqgan_scale * sizes.decoder_patch
    cells = (request.width / side) * (request.height / side)
    most = waiting = text = 0.0
    for level in sizes.decoder_levels:
        blocks = STAGE_B_TENSORS * level.channels * cells
        if level.heads > 0 and not way.fused:
            blocks = max(blocks, _scores(level.heads, cells, tokens))
        most = max(most, waiting + blocks)
        waiting += level.channels * cells
        text += 2 * level.attentions * tokens * level.channels
        cells /= 4
    return rows * (text + most)


def stage_a_numbers(sizes: ComponentSizes, request: GenerationRequest, way: Way) -> float:
    """Numbers that Stage A holds for one picture, at the level where it holds most."""
    cells = (request.width / sizes.vqgan_scale) * (request.height / sizes.vqgan_scale)
    strip_bytes = STRIP_BYTES_PROCESSOR if way.on_processor else STRIP_BYTES_GRAPHICS
    most = 0.0
    for channels in sizes.vqgan_channels:
        widest = min(4 * channels * cells, strip_bytes / NUMBER_BYTES[way.dtype])
        most = max(most, STAGE_A_TENSORS * channels * cells + STRIP_LAYERS * widest)
        cells *= 4
    return most


def _scores(heads: int, cells: float, tokens: int) -> float:
    """Attention's scores, where they are held as a whole: before, in and after the softmax."""
    return 3 * heads * cells * (cells + tokens)
