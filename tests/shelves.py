"""Shelves of checkpoints for the tests, and damage to what lies on them."""

from __future__ import annotations

from pathlib import Path

from wurstdesk.engine.checkpoint_shelf import CheckpointShelf
from wurstdesk.engine.shelf_manifest import Manifest


def shelf_with(
    tmp_path: Path, ours: Path, *yours: Path, manifest: Manifest | None = None
) -> CheckpointShelf:
    environ = {"HF_HOME": str(tmp_path / "hf")}
    return CheckpointShelf(
        tmp_path / "none", ours, lambda: yours, environ=environ, manifest=manifest or Manifest()
    )


def flip_a_bit(path: Path) -> None:
    """Damage that neither the size nor the header shows."""
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
