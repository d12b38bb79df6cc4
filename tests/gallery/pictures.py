"""Finished pictures for the gallery's tests, made without an engine."""

from __future__ import annotations

import os
import random
import struct
import subprocess
import sys
import zlib
from pathlib import Path

from hypothesis import strategies as st

from wurstdesk.gallery.image_metadata.png_chunks import END_CHUNK, SIGNATURE
from wurstdesk.generation import (
    DEFAULT_STAGE_C_TIMESTEPS,
    SEED_COUNT,
    GeneratedPicture,
    GenerationRequest,
    LatentsBlob,
    Pixels,
    Provenance,
    make_request,
)

ROOT = Path(__file__).parents[2]


def start_python(script: str, *arguments: object) -> subprocess.Popen[str]:
    """Another process of the program, which knows these helpers too."""
    path = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    return subprocess.Popen(
        [sys.executable, "-c", script, *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(*processes: subprocess.Popen[str]) -> list[str]:
    """What each process said; all must have ended well."""
    ended = [(process.communicate(timeout=120), process.returncode) for process in processes]
    assert all(code == 0 for _, code in ended), "\n".join(errors for (_, errors), _ in ended)
    return [said for (said, _), _ in ended]


def make_picture(prompt: str = "a red dog", seed: int = 7, side: int = 128) -> GeneratedPicture:
    """A picture of noise, different for each seed."""
    request = make_request(prompt=prompt, seed=seed, width=side, height=side, negative_prompt="cat")
    return picture_of(request)


def picture_of(request: GenerationRequest) -> GeneratedPicture:
    """A picture of noise that claims to come from ``request``."""
    noise = random.Random(request.seed)
    width, height = request.width, request.height
    return GeneratedPicture(
        index=0,
        request=request,
        pixels=Pixels(width, height, noise.randbytes(3 * width * height)),
        latents=LatentsBlob((16, 6, 6), "float32", noise.randbytes(4 * 16 * 6 * 6)),
        provenance=Provenance(
            device="cpu",
            dtype="float32",
            threads=2,
            checkpoint_name="dackel",
            checkpoint_hash="0123456789abcdef",
            versions={"wurstdesk": "0.1.0", "torch": "2.9.0"},
            fp8=True,
            compiled=True,
            copy_of="wuerstchen",
            copy_of_hash="fedcba9876543210",
        ),
        seconds={"prior": 1.25, "decoder": 2.5, "vqgan": 0.125},
        notes=("Two words were left out.",),
    )


def requests() -> st.SearchStrategy[GenerationRequest]:
    """Requests with prompts made to be misread."""
    tricky = st.sampled_from(
        [
            "\n", ", ", ": ", '"', "\\", "Negative prompt:", "\nNegative prompt: x", "Steps: 30",
            "Size: 512x512", "Model: a, Seed: 1", "🐕‍🦺", "ü", "Ã©", "\x1c", "\x85", "\u2028",
            "\r\n", "(dog)++", "{", '{"prompt": 1}', "Raw prompt: ", "\t ",
            '{"sui_image_params": {}}',
        ]
    )  # fmt: skip
    prompts = st.lists(tricky | st.text(max_size=12), max_size=8).map("".join)
    sides = st.integers(1, 4).map(lambda n: 128 * n)
    falling = st.lists(st.floats(0, 1), min_size=2, max_size=5, unique=True)
    timesteps = st.just(DEFAULT_STAGE_C_TIMESTEPS) | falling.map(
        lambda steps: tuple(sorted(steps, reverse=True))
    )
    schedules = timesteps.map(lambda t: (t, None)) | st.integers(1, 1000).map(lambda n: (None, n))
    return st.builds(
        lambda schedule, **fields: make_request(
            prior_timesteps=schedule[0], prior_num_inference_steps=schedule[1], **fields
        ),
        schedules,
        prompt=prompts,
        negative_prompt=prompts,
        width=sides,
        height=sides,
        seed=st.integers(0, SEED_COUNT - 1),
        prior_guidance_scale=st.floats(0, 100),
        decoder_num_inference_steps=st.integers(1, 1000),
        decoder_guidance_scale=st.floats(0, 100),
        decoder_seed=st.none() | st.integers(0, SEED_COUNT - 1),
        checkpoint=st.sampled_from(["dackel", "/models/würst, v2: new", "C:\\models\\a"]),
    )


def png_chunk(kind: bytes, body: bytes) -> bytes:
    """One chunk with its right checksum."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def write_png(path: Path, *chunks: bytes) -> Path:
    """A PNG of one black pixel with ``chunks`` before the pixel."""
    head = png_chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
    body = png_chunk(b"IDAT", zlib.compress(b"\0\0\0\0"))
    path.write_bytes(SIGNATURE + head + b"".join(chunks) + body + END_CHUNK)
    return path
