"""Which files of a repository are fetched: safetensors and the small files of a checkpoint.

Never a ``.bin``, ``.ckpt`` or ``.py``, whatever the repository holds; and never a name that would
lead out of its folder or that some system cannot write.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path, PurePosixPath
from typing import Literal

from wurstdesk.engine.checkpoint_checks import (
    DECODER,
    PREVIEWER,
    PRIOR,
    SCHEDULER,
    TEXT_ENCODER,
    TOKENIZER,
    VQGAN,
    Component,
    class_of,
)
from wurstdesk.engine.fetch.errors import CARRY, FetchError
from wurstdesk.engine.weight_files import MAX_JSON, Unusable, read_json
from wurstdesk.generation.fetching import FetchFile

Kind = Literal["decoder", "prior", "prior alone"]

WEIGHTS = ".safetensors"
_COMPONENTS = (TEXT_ENCODER, SCHEDULER, PRIOR, DECODER, VQGAN, PREVIEWER)
_STEMS = {component.folder: component.weights for component in _COMPONENTS if component.weights}
_FOLDERS = {component.folder for component in _COMPONENTS} | {TOKENIZER}
_SMALL = frozenset({".json", ".txt"})
_PAPERS = ("license", "licence", "notice", "readme")
_FORBIDDEN = re.compile(r"[\x00-\x1f<>:\"|?*\\]")
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")
_VARIANT = re.compile(r"\.(fp16|bf16)(-\d+-of-\d+)?\.safetensors$")


def kind_of(paths: Iterable[str]) -> Kind | None:
    """What a repository holds, by the names of its files."""
    names = set(paths)
    if f"{DECODER.folder}/{DECODER.config}" in names:
        return "decoder"
    if f"{PRIOR.folder}/{PRIOR.config}" in names:
        return "prior"
    if PRIOR.config in names and any(name.startswith(f"{PRIOR.weights}.") for name in names):
        return "prior alone"
    return None


def wanted_files(repo: str, files: Iterable[FetchFile]) -> tuple[FetchFile, ...]:
    """What to fetch, small files first and then the largest. Raises ``FetchError``."""
    every = tuple(files)
    kind = kind_of(file.path for file in every)
    if kind is None:
        raise FetchError(
            f"{repo} holds no Würstchen checkpoint: neither a decoder nor a prior.",
            "Check the name; warp-ai/wuerstchen is the published one.",
        )
    wanted = [file for file in every if is_safe(file.path) and _is_wanted(file, kind)]
    whole = {file.path for file in wanted}
    wanted = [file for file in wanted if not _is_spare(file.path, whole)]
    _require_weights(repo, kind, wanted)
    taken: set[str] = set()
    for file in wanted:  # two names that are one where capitals do not count
        if file.path.casefold() in taken:
            raise FetchError(f"{repo} holds two files whose names differ only in capitals.")
        taken.add(file.path.casefold())
    return tuple(sorted(wanted, key=lambda file: (is_weights(file.path), -file.size, file.path)))


def is_weights(path: str) -> bool:
    """Whether a file holds weights, and is not small."""
    return path.endswith(WEIGHTS)


def is_safe(path: str) -> bool:
    """Whether a name stays in its folder, on every system."""
    parts = PurePosixPath(path).parts
    return (
        bool(parts)
        and "/".join(parts) == path
        and not _FORBIDDEN.search(path)
        and not any(
            part in {".", ".."} or part != part.strip(" .") or _RESERVED.fullmatch(part)
            for part in parts
        )
        and all(len(part.encode("utf-8", "surrogatepass")) <= 200 for part in parts)
    )


def require_classes(repo: str, kind: Kind, open_path: Callable[[str], Path]) -> None:
    """Look at the configs, before the weights are fetched. Raises ``FetchError``."""
    places: dict[Kind, tuple[str, Component]] = {
        "decoder": (f"{DECODER.folder}/{DECODER.config}", DECODER),
        "prior": (f"{PRIOR.folder}/{PRIOR.config}", PRIOR),
        "prior alone": (PRIOR.config, PRIOR),
    }
    path, component = places[kind]
    wanted = sorted(component.classes)[0]
    try:
        named = class_of(read_json(open_path(path)))
    except Unusable:
        named = "something else"
    if named not in component.classes:
        raise FetchError(
            f"{repo} is not a Würstchen checkpoint: its {path} is for {named or 'nothing known'}, "
            f"where {wanted} belongs.",
            "Check the name; warp-ai/wuerstchen is the published one.",
        )


def _is_wanted(file: FetchFile, kind: Kind) -> bool:
    path = PurePosixPath(file.path)
    folder = path.parent.as_posix() if len(path.parts) > 1 else ""
    if len(path.parts) > 2 or (folder and (kind == "prior alone" or folder not in _FOLDERS)):
        return False
    if is_weights(file.path):
        stem = PRIOR.weights if kind == "prior alone" else _STEMS.get(folder, "")
        return bool(stem) and re.match(rf"{stem}[.-]", path.name) is not None
    name = path.name.casefold()
    small = path.suffix in _SMALL and ".bin." not in name and not name.startswith("wurstdesk-")
    paper = not folder and name.startswith(_PAPERS) and path.suffix in {"", ".md", ".txt"}
    return (small or paper) and file.size <= MAX_JSON


def _is_spare(path: str, whole: set[str]) -> bool:
    """Whether a half-precision variant lies beside the full weights, which are then taken."""
    stem = _VARIANT.sub("", path)
    return stem != path and {f"{stem}{WEIGHTS}", f"{stem}{WEIGHTS}.index.json"} & whole != set()


def _require_weights(repo: str, kind: Kind, wanted: list[FetchFile]) -> None:
    weights = {
        PurePosixPath(file.path).parent.as_posix() for file in wanted if is_weights(file.path)
    }
    needed = {
        "decoder": (DECODER.folder, VQGAN.folder, TEXT_ENCODER.folder),
        "prior": (PRIOR.folder, TEXT_ENCODER.folder),
        "prior alone": (".",),
    }[kind]
    missing = [folder for folder in needed if folder not in weights]
    if missing:
        where = "it" if missing == ["."] else f"its {missing[0]}"
        raise FetchError(
            f"{repo} has no weights of {where} in the format safetensors, and no other format is "
            "fetched: the others can run programs.",
            f"Convert them elsewhere. {CARRY}" if kind != "prior alone" else "",
        )
