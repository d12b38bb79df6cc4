"""Files of weights on disk, without torch: which they are, their headers, and writing one.

The format of safetensors: 8 bytes little endian with the header's length, the header as JSON, the
data (https://github.com/huggingface/safetensors#format).
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from math import prod
from pathlib import Path
from typing import Any

MAX_JSON = 32_000_000
MAX_HEADER = 100_000_000
"""Bytes; safetensors' own limit for its header."""

DTYPE_BYTES = {
    "F64": 8, "I64": 8, "U64": 8, "F32": 4, "I32": 4, "U32": 4, "F16": 2, "BF16": 2, "I16": 2,
    "U16": 2, "I8": 1, "U8": 1, "BOOL": 1, "F8_E4M3": 1, "F8_E5M2": 1,
}  # fmt: skip

Header = dict[str, tuple[str, tuple[int, ...]]]
"""The dtype, as safetensors spells it, and the shape of each tensor."""

_VARIANTS = ("", ".fp16", ".bf16")
"""What diffusers and transformers put into the names of files in other precisions."""
_PICKLES = ("*.bin", "*.pt", "*.pth", "*.ckpt")


class Unusable(Exception):  # noqa: N818 - it is a finding, not a failure of ours
    """A file is missing, damaged or of another kind; the message is a sentence."""


class Missing(Unusable):
    """It is not there, or not in a format that is ever opened."""


def said_by(error: Exception) -> str:
    """What a library's error says, on one line and not too long."""
    return " ".join(str(error).split())[:200] or type(error).__name__


def weight_files(folder: Path, stem: str) -> list[Path]:
    """The safetensors files of a component: one, or the shards that an index names.

    Full precision is taken before half where both are there.
    """
    for variant in _VARIANTS:
        single = folder / f"{stem}{variant}.safetensors"
        if single.exists():
            return [single]
        index = folder / f"{stem}.safetensors.index{variant}.json"
        if index.is_file():
            return _shards(index)
    wanted = folder / f"{stem}.safetensors"
    if wanted.is_symlink():
        raise Missing(f"{wanted} is missing: it is a link to a file that is not there any more.")
    pickled = sorted(path for pattern in _PICKLES for path in folder.glob(pattern))
    if pickled:
        raise Missing(
            f"{pickled[0]} is in a format that can run programs and is never opened here; "
            f"download {stem}.safetensors of the same model beside it, or convert the file."
        )
    raise Missing(f"{wanted} is missing.")


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object from a file of bounded size."""
    if not path.is_file():
        raise Missing(f"{path} is missing.")
    if path.stat().st_size > MAX_JSON:
        raise Unusable(f"{path} is too large to be what its name says.")
    try:
        data = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        raise Unusable(f"{path} is damaged: it is not JSON.") from None
    if not isinstance(data, dict):
        raise Unusable(f"{path} is not what is expected: it holds no JSON object.")
    return data


def read_header(path: Path) -> Header:
    """Names of a safetensors file's tensors with dtype and shape; checks the file's length."""
    if not path.is_file():
        raise Missing(f"{path} is missing.")
    size = path.stat().st_size
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if size < 10 or not 2 <= length <= min(size - 8, MAX_HEADER):
            raise Unusable(f"{path} is damaged: it does not begin like a safetensors file.")
        try:
            header = json.loads(file.read(length))
        except (ValueError, RecursionError):
            raise Unusable(f"{path} is damaged: its header cannot be read.") from None
    try:
        tensors = {name: _tensor(entry) for name, entry in header.items() if name != "__metadata__"}
    except (TypeError, ValueError, OverflowError, KeyError, AttributeError):
        raise Unusable(f"{path} is damaged: its header makes no sense.") from None
    end = 8 + length + max((stop for _, _, stop in tensors.values()), default=0)
    if size < end:
        raise Unusable(f"{path} is cut off: {end - size:,} of {end:,} bytes are missing.")
    if size > end:
        raise Unusable(f"{path} is damaged: it is longer than its header says.")
    return {name: (dtype, shape) for name, (dtype, shape, _) in tensors.items()}


def size_of(dtype: str, shape: tuple[int, ...]) -> int:
    """Bytes of a tensor."""
    return DTYPE_BYTES[dtype] * prod(shape)


def write_safetensors(
    path: Path, tensors: Header, bytes_of: Callable[[str], bytes | memoryview]
) -> None:
    """Write a new file tensor by tensor, so that never more than one stands in memory.

    ``bytes_of`` is asked once for each name and gives its values, little endian, in C order. The
    file is forced to the disk. Raises ``OSError``, and whatever ``bytes_of`` raises; what is then
    on the disk is of no use.
    """
    # Wide types first: so each tensor begins at a multiple of its own width.
    names = sorted(tensors, key=lambda name: (-DTYPE_BYTES[tensors[name][0]], name))
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    end = 0
    for name in names:
        dtype, shape = tensors[name]
        begin, end = end, end + size_of(dtype, shape)
        header[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [begin, end]}
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with path.open("xb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for name in names:
            data = bytes_of(name)
            assert len(data) == size_of(*tensors[name]), name
            file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _shards(index: Path) -> list[Path]:
    shards = read_json(index).get("weight_map")
    if not isinstance(shards, dict) or not shards:
        raise Unusable(f"{index} names no files.")
    # Only names: an index that names a path leads nowhere else.
    return [index.parent / name for name in sorted({Path(str(n)).name for n in shards.values()})]


def _tensor(entry: Mapping[str, Any]) -> tuple[str, tuple[int, ...], int]:
    dtype, shape = str(entry["dtype"]), tuple(int(side) for side in entry["shape"])
    start, stop = (int(offset) for offset in entry["data_offsets"])
    if dtype in DTYPE_BYTES and stop - start != size_of(dtype, shape):
        raise ValueError
    return dtype, shape, stop
