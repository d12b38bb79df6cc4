"""Copies a checkpoint to half precision: half the disk, half the time to load.

The copy is a folder with both halves in it, written under a hidden name beside its place and
renamed at the end, so that it is whole or not there. Weights go through memory one tensor at a
time. Importing this module does not import torch; copying does.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from wurstdesk.engine.checkpoint_checks import PREVIEWER, TOKENIZER, placed_components
from wurstdesk.engine.checkpoint_description import COPIED_FROM, DESCRIPTION, as_name, line
from wurstdesk.engine.model_files import content_hash, describe
from wurstdesk.engine.weight_files import (
    DTYPE_BYTES,
    MAX_JSON,
    Header,
    Unusable,
    read_header,
    read_json,
    said_by,
    size_of,
    weight_files,
    write_safetensors,
)
from wurstdesk.errors import CheckpointError, StorageError
from wurstdesk.generation import CheckpointInfo
from wurstdesk.paths import TEMPORARY_PREFIX, TEMPORARY_SUFFIX, ensure_folder

if TYPE_CHECKING:
    from torch import Tensor

HalfDtype = Literal["float16", "bfloat16"]
Tell = Callable[[int, int], None]
"""Called with the bytes that are written and those of the whole copy."""
Check = Callable[[], None]
"""Called between two weights; what it raises ends the copying, and nothing is left of it."""

_SHORT: dict[HalfDtype, str] = {"float16": "fp16", "bfloat16": "bf16"}
_STORED: dict[HalfDtype, str] = {"float16": "F16", "bfloat16": "BF16"}
_CONVERTED = frozenset({"F64", "F32", "F16", "BF16"})
_PAPERS = ("license", "licence", "notice", "readme")
_SPARE = 20_000_000
"""Bytes that are left free on the disk: no copy fills it to the last block."""


class _Weight(NamedTuple):
    """One tensor: the file it comes from, and how it will be stored."""

    file: Path
    dtype: str
    shape: tuple[int, ...]

    @property
    def size(self) -> int:
        return size_of(self.dtype, self.shape)


@dataclass
class _Work:
    """All that a copy consists of; targets are relative to its folder."""

    dtype: HalfDtype
    weights: dict[Path, dict[str, _Weight]] = field(default_factory=dict)
    files: dict[Path, Path] = field(default_factory=dict)
    changes: bool = False

    @property
    def size(self) -> int:
        weights = (w.size for tensors in self.weights.values() for w in tensors.values())
        return sum(weights) + sum(file.stat().st_size for file in self.files.values())


def usual_place(info: CheckpointInfo, models_folder: Path, dtype: HalfDtype) -> Path:
    """Where a copy goes if nobody says otherwise: a folder that holds both halves."""
    return models_folder / f"{as_name(info.name, 58)}-{_SHORT[dtype]}"


def copy_to_half(
    info: CheckpointInfo,
    target: Path,
    dtype: HalfDtype = "float16",
    *,
    check: Check = lambda: None,
    tell: Tell = lambda _done, _total: None,
) -> CheckpointInfo:
    """Copy a checkpoint into the new folder ``target``; gives the copy.

    A prior that stood by itself becomes the copy's own. The copy's ``wurstdesk.json`` says what
    the source's does, under another name, and of what it is a copy. Raises ``StorageError`` where
    it cannot be written and ``CheckpointError`` where the source cannot be used.
    """
    target = target.absolute()
    if os.path.lexists(target):
        raise StorageError(
            f"{target} is there already; a copy replaces nothing.", "Choose another place."
        )
    name = f"{as_name(info.name, 58)}-{_SHORT[dtype]}"
    try:
        work = _work(info, name, dtype)
        _require_room(work, target)
        about = _description(info, name, dtype)
    except Unusable as error:
        raise CheckpointError(str(error)) from None
    except OSError as error:
        raise _unreadable(error, info.path) from error
    with _new_folder(target) as folder:
        _write(work, folder, check, tell)
        text = json.dumps(about, indent=2, ensure_ascii=False)
        (folder / f"{name}-prior" / DESCRIPTION).write_text(text, encoding="utf-8")
    return describe(target / name, target / f"{name}-prior")


def file_to_half(
    source: Path,
    target: Path,
    dtype: HalfDtype = "float16",
    *,
    tell: Tell = lambda _done, _total: None,
) -> bool:
    """Write the weights of one safetensors file in half precision to the new file ``target``.

    False, and nothing written, where they are stored so already. ``tell`` may raise; then, as after
    any error, nothing of the new file is left. Raises ``CheckpointError`` and ``OSError``.
    """
    try:
        header = read_header(source)
        weights = _weights_of(source, header, dtype)
    except Unusable as error:
        raise CheckpointError(str(error)) from None
    if all(weights[name].dtype == header[name][0] for name in header):
        return False
    done, total = 0, sum(weight.size for weight in weights.values())
    tell(done, total)
    with ExitStack() as files:
        undo = files.enter_context(ExitStack())
        undo.callback(target.unlink, missing_ok=True)
        sources = _Sources(dtype, weights, files)

        def bytes_of(name: str) -> memoryview:
            nonlocal done
            data = sources.bytes_of(name)
            done += len(data)
            tell(done, total)
            return data

        write_safetensors(
            target, {name: (w.dtype, w.shape) for name, w in weights.items()}, bytes_of
        )
        undo.pop_all()
    return True


def _work(info: CheckpointInfo, name: str, dtype: HalfDtype) -> _Work:
    work = _Work(dtype)
    folders = {"prior": Path(f"{name}-prior"), "decoder": Path(name)}
    for half, component, source in placed_components(info):
        _take_folder(work, source, folders[half] / component.folder)
        if component.weights:
            _take_weights(work, source, folders[half] / component.folder, component.weights)
    for half, source in (("prior", info.prior_path), ("decoder", info.path)):
        _take_folder(work, source / TOKENIZER, folders[half] / TOKENIZER)
        for file in source.iterdir():
            paper = file.name.casefold().startswith(_PAPERS)
            if file.is_file() and (paper or file.name == "model_index.json"):
                work.files[folders[half] / file.name] = file
    previewer = info.prior_path / PREVIEWER.folder
    with suppress(Unusable):  # previews then go another way, as with the source
        _take_weights(work, previewer, folders["prior"] / PREVIEWER.folder, PREVIEWER.weights)
        _take_folder(work, previewer, folders["prior"] / PREVIEWER.folder)
    if not work.changes:
        raise CheckpointError(
            f"“{info.title}” is stored in {dtype} as it is: a copy saves nothing."
        )
    return work


def _take_folder(work: _Work, source: Path, target: Path) -> None:
    """Configs and vocabularies; the indexes of weights in several files are not needed."""
    for file in source.iterdir():
        wanted = file.suffix in {".json", ".txt"} and ".safetensors." not in file.name
        if wanted and ".bin." not in file.name and file.is_file():
            if file.stat().st_size > MAX_JSON:
                raise Unusable(f"{file} is too large to be what its name says.")
            work.files[target / file.name] = file


def _take_weights(work: _Work, source: Path, target: Path, stem: str) -> None:
    tensors: dict[str, _Weight] = {}
    for file in weight_files(source, stem):
        header = read_header(file)
        weights = _weights_of(file, header, work.dtype)
        work.changes |= any(weights[name].dtype != header[name][0] for name in header)
        tensors |= weights
    work.weights[target / f"{stem}.safetensors"] = tensors


def _weights_of(file: Path, header: Header, half: HalfDtype) -> dict[str, _Weight]:
    weights: dict[str, _Weight] = {}
    for name, (dtype, shape) in header.items():
        if dtype not in DTYPE_BYTES:
            raise Unusable(f"In {file}, the weight {name} is of the unknown type {dtype[:20]}.")
        weights[name] = _Weight(file, _STORED[half] if dtype in _CONVERTED else dtype, shape)
    return weights


def _require_room(work: _Work, target: Path) -> None:
    there = next(folder for folder in target.parents if folder.exists())
    needed, free = work.size + _SPARE, shutil.disk_usage(there).free
    if needed > free:
        raise StorageError(
            f"There is not enough room in {there}: the copy takes {_size(needed)}, and "
            f"{_size(free)} are free.",
            "Make room on its disk, or choose a folder on another one.",
        )


def _description(info: CheckpointInfo, name: str, dtype: HalfDtype) -> dict[str, Any]:
    about: dict[str, Any] = {}
    with suppress(Unusable):  # what the source says is then not known here either
        about = read_json(info.prior_path / DESCRIPTION)
    source = {"name": info.name, "content_hash": content_hash(info), "dtype": dtype}
    title = line(f"{info.title[:88]} ({dtype})", 100)
    return {**about, "name": name, "title": title, COPIED_FROM: source}


def _write(work: _Work, folder: Path, check: Check, tell: Tell) -> None:
    total, done = work.size, 0
    tell(done, total)
    for where, source in work.files.items():
        check()
        (folder / where).parent.mkdir(parents=True, exist_ok=True)
        data = _content(source)
        (folder / where).write_bytes(data)
        done += len(data)
    for where, tensors in work.weights.items():
        header: Header = {name: (weight.dtype, weight.shape) for name, weight in tensors.items()}
        with ExitStack() as files:
            sources = _Sources(work.dtype, tensors, files)

            def bytes_of(name: str, sources: _Sources = sources) -> memoryview:
                nonlocal done
                check()
                data = sources.bytes_of(name)
                done += len(data)
                tell(done, total)
                return data

            write_safetensors(folder / where, header, bytes_of)


def _content(source: Path) -> bytes:
    try:
        return source.read_bytes()
    except OSError as error:
        raise _unreadable(error, source) from error


class _Sources:
    """A component's files, open until ``files`` closes them; gives one tensor after the other."""

    def __init__(self, dtype: HalfDtype, tensors: dict[str, _Weight], files: ExitStack) -> None:
        self._dtype = dtype
        self._tensors = tensors
        self._files = files
        self._opened: dict[Path, Any] = {}

    def bytes_of(self, name: str) -> memoryview:
        """A tensor's values as they will be stored. Raises ``CheckpointError``."""
        import torch

        weight = self._tensors[name]
        tensor = self._tensor(name, weight.file)
        if weight.dtype == _STORED[self._dtype]:
            half = tensor.to(getattr(torch, self._dtype))
            if not torch.isfinite(half.sum(dtype=torch.float32)):
                raise self._not_held(name, weight.file, tensor)
            tensor = half
        array: Any = tensor.contiguous().reshape(-1).view(torch.uint8).numpy()
        return memoryview(array)

    def _tensor(self, name: str, file: Path) -> Tensor:
        from safetensors import SafetensorError, safe_open

        try:
            if file not in self._opened:
                opened = safe_open(file, framework="pt")
                self._opened[file] = self._files.enter_context(opened)
            tensor: Tensor = self._opened[file].get_tensor(name)
        except (SafetensorError, OSError) as error:
            raise _unreadable(error, file) from error
        return tensor

    def _not_held(self, name: str, file: Path, tensor: Tensor) -> CheckpointError:
        largest = tensor.abs().max().item()
        if largest - largest != 0:
            return CheckpointError(
                f"In {file}, the weight {name} holds values that are no numbers (NaN or infinity)."
            )
        hint = "Copy to bfloat16 instead." if self._dtype == "float16" else ""
        return CheckpointError(
            f"In {file}, the weight {name} holds the value {largest:.4g}, which is beyond what "
            f"{self._dtype} can hold.",
            hint,
        )


@contextmanager
def _new_folder(target: Path) -> Iterator[Path]:
    """A hidden folder beside ``target`` that becomes it at the end, or is gone without a trace."""
    made = [parent for parent in target.parents if not parent.exists()]
    folder = target.parent / (
        f"{TEMPORARY_PREFIX}{os.getpid()}-{secrets.token_hex(6)}{TEMPORARY_SUFFIX}"
    )
    try:
        ensure_folder(target.parent)
        folder.mkdir()
        yield folder
        folder.rename(target)
    except BaseException as error:  # Ctrl+C too
        shutil.rmtree(folder, ignore_errors=True)
        for parent in made:
            with suppress(OSError):
                parent.rmdir()
        if isinstance(error, OSError):
            raise StorageError(
                f"{target} cannot be written: {error.strerror or type(error).__name__}.",
                "Make room on its disk, or choose another folder.",
            ) from error
        raise


def _unreadable(error: Exception, path: Path) -> CheckpointError:
    file = getattr(error, "filename", None) or path
    return CheckpointError(f"{file} cannot be read: {said_by(error)}.")


def _size(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 5e8 else f"{count / 1e6:.0f} MB"
