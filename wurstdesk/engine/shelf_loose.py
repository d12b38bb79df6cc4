"""Finds a place for single files: to which half of which checkpoint each of them belongs."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from wurstdesk.engine.checkpoint_checks import (
    DECODER,
    PRIOR,
    SCHEDULER,
    TEXT_ENCODER,
    TOKENIZER,
    part_words,
)
from wurstdesk.engine.shelf_items import files_below
from wurstdesk.engine.shelf_plan import HALVES, SUFFIXES, Draft, free_prior_name, lacking
from wurstdesk.engine.shelf_recognise import Half, Known, recognise
from wurstdesk.engine.weight_files import Unusable, read_header, read_json, weight_files
from wurstdesk.generation.shelf import ImportPiece, ShelfItem

_PUBLISHED: dict[Half, int] = {"prior": 1280, "decoder": 1024}
_DEFAULT = "wuerstchen"
_NO_NAMES = frozenset({"downloads", "desktop", "prior", "tmp", "models", "diffusion_pytorch_model"})
_EITHER = frozenset({TOKENIZER, SCHEDULER.folder})


def plan_files(files: Sequence[Path], draft: Draft, name: str, items: Sequence[ShelfItem]) -> None:
    """Take single files; what cannot be placed is refused with a reason."""
    known = list(_recognised(files, draft))
    if not known:
        return
    partial = _partial(items, draft)
    if _is_a_prior_by_itself(known, partial):
        _take_prior(known, draft, name, items)
        return
    name = name or (partial.info.name if partial is not None else "") or _DEFAULT
    target = _target(name, partial, draft)
    draft.names.append(target)
    widths = _widths(known, partial)
    # What says of itself to which half it belongs goes first: the others then fill gaps.
    for one in sorted(known, key=lambda one: _half(one, widths) is None):
        half = _half(one, widths)
        if half is not None:
            draft.put(_piece(one, half, target))
        elif one.folder in _EITHER:
            _fill(one, target, draft)
        else:
            draft.refuse(
                one.source,
                "it is a text encoder, and it cannot be told of which half; bring it together "
                "with the prior or the decoder",
            )


def _recognised(files: Iterable[Path], draft: Draft) -> Iterator[Known]:
    for file in files:
        try:
            yield recognise(file)
        except Unusable as error:
            draft.refuse(file, str(error))
        except OSError as error:
            draft.refuse(file, f"it cannot be read ({error.strerror or type(error).__name__})")


def _partial(items: Sequence[ShelfItem], draft: Draft) -> ShelfItem | None:
    """A checkpoint of ours that is not complete, and so may have been waiting for this."""
    for item in items:
        at_top = (item.info.path.parent, item.info.prior_path.parent) == (draft.ours, draft.ours)
        if item.kind == "checkpoint" and item.place == "ours" and item.missing and at_top:
            return item
    return None


def _is_a_prior_by_itself(known: Sequence[Known], partial: ShelfItem | None) -> bool:
    if any(one.folder != PRIOR.folder for one in known):
        return False
    return partial is None or not any(PRIOR.folder in part for part in partial.missing)


def _take_prior(
    known: Sequence[Known], draft: Draft, name: str, items: Sequence[ShelfItem]
) -> None:
    target = free_prior_name(name or _prior_name(known), draft)
    draft.names.append(target)
    draft.priors.append(target)
    words = part_words("prior", PRIOR.folder)
    for one in known:
        draft.put(ImportPiece(one.source, Path(target) / one.name, one.size, words))
    if not any(one.name == PRIOR.config for one in known):
        config = _config_of_the_same(known, items)
        if config is not None:
            place = Path(target) / PRIOR.config
            draft.put(ImportPiece(config, place, config.stat().st_size, words))


def _prior_name(known: Sequence[Known]) -> str:
    weights = next((one.source for one in known if one.header is not None), known[0].source)
    for text in (weights.stem, weights.parent.name):
        plain = text.split("-0000")[0].removesuffix(".fp16").partition(" (")[0]
        if plain.casefold() not in _NO_NAMES:
            return plain
    return "prior"


def _config_of_the_same(known: Sequence[Known], items: Sequence[ShelfItem]) -> Path | None:
    """The config of a prior that is here and has weights of the same names and shapes: it fits."""
    shapes = {key: shape for one in known if one.header for key, (_, shape) in one.header.items()}
    for item in items:
        folder = item.info.prior_folder
        with suppress(Unusable, OSError):
            files = weight_files(folder, PRIOR.weights)
            own = {key: shape for file in files for key, (_, shape) in read_header(file).items()}
            if own == shapes and (folder / PRIOR.config).is_file():
                return folder / PRIOR.config
    return None


def _target(name: str, partial: ShelfItem | None, draft: Draft) -> str:
    if partial is not None:
        own = partial.info.path.name or partial.info.prior_path.name.removesuffix("-prior")
        if name in {partial.info.name, own}:
            return own
    wanted, number, target = name, 2, name
    while any(os.path.lexists(draft.ours / f"{target}{suffix}") for suffix in SUFFIXES.values()):
        if any(list(_lacks(draft, target, half)) for half in HALVES):
            return target  # it is not whole yet
        target, number = f"{wanted}-{number}", number + 1
    return target


def _lacks(draft: Draft, target: str, half: Half) -> Iterator[str]:
    folder = draft.ours / f"{target}{SUFFIXES[half]}"
    return lacking({file.relative_to(folder).as_posix() for file in files_below(folder)}, half)


def _widths(known: Sequence[Known], partial: ShelfItem | None) -> dict[Half, int]:
    """How wide the text encoder of each half has to be, as far as anything says so."""
    widths: dict[Half, int] = {}
    halves: dict[str, Half] = {PRIOR.folder: "prior", DECODER.folder: "decoder"}
    for one in known:
        if one.folder in halves and one.width:
            widths.setdefault(halves[one.folder], one.width)
    if partial is not None:
        for half, path, key in (
            ("prior", partial.info.prior_folder / PRIOR.config, "c_cond"),
            ("decoder", partial.info.path / DECODER.folder / DECODER.config, "clip_embd"),
        ):
            with suppress(Unusable, OSError):
                width = read_json(path).get(key)
                if isinstance(width, int):
                    widths.setdefault(half, width)  # type: ignore[arg-type]
    return {**_PUBLISHED, **widths}


def _half(one: Known, widths: dict[Half, int]) -> Half | None:
    if one.half is not None:
        return one.half
    beside = _half_beside(one.source)
    if beside is not None:
        return beside
    if one.folder == TEXT_ENCODER.folder and one.width:
        fitting = [half for half, width in widths.items() if width == one.width]
        return fitting[0] if len(fitting) == 1 else None
    return None


def _half_beside(source: Path) -> Half | None:
    """By the folders that stand beside that of a file."""
    with suppress(OSError):
        folder = source.parent.parent
        if source.parent.name in {TEXT_ENCODER.folder, *_EITHER}:
            for half, component in (("decoder", DECODER), ("prior", PRIOR)):
                if (folder / component.folder).is_dir():
                    return half  # type: ignore[return-value]
    return None


def _piece(one: Known, half: Half, target: str) -> ImportPiece:
    place = Path(f"{target}{SUFFIXES[half]}") / one.place
    return ImportPiece(one.source, place, one.size, part_words(half, one.folder))


def _fill(one: Known, target: str, draft: Draft) -> None:
    """Put a tokenizer's or a scheduler's file where it is missing: both halves' are alike."""
    for half, suffix in SUFFIXES.items():
        place = draft.ours / f"{target}{suffix}" / one.place
        planned = place.relative_to(draft.ours) in draft.pieces
        if not planned and not os.path.lexists(place):
            draft.put(_piece(one, half, target))
