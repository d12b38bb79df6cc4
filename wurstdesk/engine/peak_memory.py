"""The most memory that this process has held so far."""

from __future__ import annotations

import sys
from pathlib import Path


def memory_peak() -> int:
    """The most memory that this process ever held, in bytes.

    On Linux not by ``getrusage``, whose maximum is handed on from the process that started this
    one.
    """
    if sys.platform == "win32":
        import psutil

        return int(psutil.Process().memory_info().peak_wset)
    status = Path("/proc/self/status")
    if status.exists():
        for row in status.read_text(encoding="ascii", errors="replace").splitlines():
            if row.startswith("VmHWM:"):
                return int(row.split()[1]) * 1024
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


def device_peak() -> int | None:
    """The most of a graphics card's memory that was ever held, in bytes; None without one."""
    import torch

    if not torch.cuda.is_available() or not torch.cuda.is_initialized():
        return None
    return int(torch.cuda.max_memory_allocated())
