"""Knowing when a failure is a lack of memory; without torch."""

from __future__ import annotations

_SAYINGS = (
    "out of memory",  # CUDA, MPS, XPU
    "not enough memory",  # torch's allocator on the CPU, Windows
    "can't allocate memory",  # the same, Linux
    "cannot allocate memory",  # the system's own words, where a file is mapped
    "alloc_failed",  # cuBLAS, cuDNN
    "bad allocation",
    "std::bad_alloc",
)


def is_out_of_memory(error: BaseException) -> bool:
    """Whether ``error`` says that memory ran out, on whatever device.

    ``torch.OutOfMemoryError`` is a RuntimeError; the CPU's allocator raises plain ones.
    """
    if isinstance(error, MemoryError):
        return True
    said = str(error).lower()
    return isinstance(error, RuntimeError) and any(saying in said for saying in _SAYINGS)
