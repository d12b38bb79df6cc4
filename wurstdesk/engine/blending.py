"""Two priors of the same configuration as one: the blend that a request may ask for.

The published prior was made that way: half of ``base`` and half of ``finetuned``. What is blended
is weights, tensor by tensor while they are loaded (``components``), so that of the second prior
never more than one weight is held in memory; whatever is folded or converted comes after.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from wurstdesk.engine.checkpoint_checks import PRIOR, can_take_the_prior, said_shape
from wurstdesk.engine.file_hashes import HASHES
from wurstdesk.engine.model_files import HASHED_BYTES, fingerprint
from wurstdesk.errors import CheckpointError
from wurstdesk.generation import (
    CheckpointCatalogue,
    CheckpointInfo,
    GenerationRequest,
    PriorBlend,
)

if TYPE_CHECKING:
    from torch import Tensor


def checkpoint_for(catalogue: CheckpointCatalogue, request: GenerationRequest) -> CheckpointInfo:
    """What a request is to be made with, its ``blend`` set.

    Raises ``CheckpointError`` where a checkpoint is not there, or its prior does not fit.
    """
    info = catalogue.find(request.checkpoint)
    if not request.prior_blend:
        return info
    return blended(info, find_other(catalogue, info, request.blend_prior), request.prior_blend)


def find_other(
    catalogue: CheckpointCatalogue, info: CheckpointInfo, name_or_folder: str
) -> CheckpointInfo:
    """The checkpoint whose prior is to be blended into that of ``info``.

    Of ``wuerstchen+base`` also ``base`` will do, for who blends with ``wuerstchen``.
    """
    whole = info.name.partition("+")[0]
    known = {each.name for each in catalogue.checkpoints()}
    combined = f"{whole}+{name_or_folder}"
    is_short = name_or_folder not in known and combined in known
    return catalogue.find(combined if is_short else name_or_folder)


def blended(info: CheckpointInfo, other: CheckpointInfo, weight: float) -> CheckpointInfo:
    """``info`` with the other's prior blended in; ``CheckpointError`` if the two do not fit."""
    if not can_take_the_prior(info, other.prior_folder):
        raise CheckpointError(
            f"The prior of “{other.title}” cannot be blended with that of “{info.title}”: it is "
            f"of another configuration ({said_shape(other.prior_folder)} instead of "
            f"{said_shape(info.prior_folder)}).",
            "Choose another prior, or none.",
        )
    return replace(info, blend=PriorBlend(other.name, other.prior_folder, weight))


def mixed(own: Tensor, other: Tensor, weight: float) -> Tensor:
    """One weight of the blend, in float32 whatever the two are in.

    Each of the three operations rounds by itself, so that the result is the same on every
    processor and with any number of threads, which a fused one would not promise.
    """
    return own.float().mul(1 - weight).add_(other.float().mul(weight))


def rest_mark(info: CheckpointInfo) -> object:
    """Changes when anything of a checkpoint does but its prior."""
    files = fingerprint(info)
    rest = tuple(mark for mark in files if Path(mark[0]).parent != info.prior_folder)
    return info.path, info.prior_path, rest


def prior_mark(info: CheckpointInfo) -> object:
    """Changes when its prior does, or what is blended into it, or how much of that."""
    own = tuple(mark for mark in fingerprint(info) if Path(mark[0]).parent == info.prior_folder)
    if info.blend is None:
        return own
    stats = [(path, path.stat()) for path in _files(info.blend.folder)]
    other = tuple((str(path), stat.st_size, stat.st_mtime_ns) for path, stat in stats)
    return own, other, info.blend.weight


def prior_hash(folder: Path) -> str:
    """SHA-256 over the names and hashes of a prior's own files; "" for large ones not yet read."""
    whole = hashlib.sha256()
    try:
        files = _files(folder)
        is_small = sum(path.stat().st_size for path in files) <= HASHED_BYTES
        for path in files:
            digest = HASHES.known(path) or (HASHES.calculate(path) if is_small else "")
            if not digest:
                return ""
            whole.update(f"{path.name} {digest}\n".encode())
    except OSError:  # it vanishes just now; who loads it will say so
        return ""
    return whole.hexdigest()


def _files(folder: Path) -> list[Path]:
    weights = (path for path in folder.glob(f"{PRIOR.weights}*") if path.suffix == ".safetensors")
    return sorted([*folder.glob(PRIOR.config), *weights])
