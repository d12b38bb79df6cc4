"""What the commands of ``wurstdesk gallery`` do and print."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from wurstdesk.cli import output, parts, waiting
from wurstdesk.cli.start import CANCELLED
from wurstdesk.errors import StorageError
from wurstdesk.gallery import checking
from wurstdesk.gallery.desk import GalleryDesk
from wurstdesk.gallery.exporting import ExportOptions, ExportSize, Way
from wurstdesk.gallery.records import Card, Query, Sort
from wurstdesk.paths import ensure_folder
from wurstdesk.settings import PictureFormat, save_settings

_PROMPT_WIDTH = 60
_DONE, _NOT_DONE = 0, 1


@dataclass(frozen=True, slots=True)
class ExportOrder:
    """``gallery export`` as it was typed."""

    text: str
    out: Path
    format: PictureFormat
    quality: int
    size: tuple[int, int] | None
    way: Way
    template: str
    with_metadata: bool
    limit: int
    as_json: bool


def search(
    base: parts.Base, text: str, sort: Sort, limit: int, *, only_paths: bool, as_json: bool
) -> None:
    """Print the pictures that answer a search, a line each."""
    with _desk(base) as desk:
        found = desk.library.find(Query(text, sort=sort))
        if found.remark:
            output.note(found.remark)
        cards = desk.library.cards(found.ids[:limit])
    if as_json:
        for card in cards:
            output.json_result(_as_dict(card))
        return
    if only_paths:
        for card in cards:
            if card.path is not None:
                output.result(str(card.path))
        return
    if cards:
        output.result("\n".join(_as_lines(cards)))
    count = len(found.ids)
    more = f", {count - len(cards):,} more with --limit" if count > len(cards) else ""
    output.remark(f"{count:,} {'picture' if count == 1 else 'pictures'}{more}")


def export(base: parts.Base, order: ExportOrder) -> int:
    """Write copies and print where they are; the exit code."""
    options = ExportOptions(
        folder=_folder(order.out),
        format=order.format,
        quality=order.quality,
        template=order.template,
        with_metadata=order.with_metadata,
        size=ExportSize(*order.size, order.way) if order.size is not None else None,
    )
    with (
        _desk(base) as desk,
        waiting.ctrl_c() as token,
        waiting.progress("Exporting") as tell,
    ):
        found = desk.library.find(Query(order.text))
        if found.remark:
            output.note(found.remark)
        ids = found.ids[: order.limit]
        report = desk.chores.export(ids, options, tell, lambda: token.cancelled)
    if order.as_json:
        output.json_result(
            {
                "files": [str(path) for path in report.written],
                "failed": [{"id": picture, "reason": why} for picture, why in report.failed],
            }
        )
    else:
        for path in report.written:
            output.result(str(path))
    for picture, why in report.failed:
        output.note(f"Picture {picture} was not exported: {why}")
    count = len(report.written)
    output.remark(f"Exported {count:,} {'picture' if count == 1 else 'pictures'}.")
    return _exit_code(report.is_cancelled, bool(report.failed))


def import_pictures(
    base: parts.Base, paths: Sequence[Path], *, in_place: bool, as_json: bool
) -> int:
    """Take files and folders into the gallery; the exit code."""
    for path in paths:
        if not path.exists():
            raise StorageError(f"“{path}” is not there.", "Check its name.")
    with (
        _desk(base) as desk,
        waiting.ctrl_c() as token,
        waiting.progress("Importing") as tell,
    ):
        report = desk.chores.take(paths, tell, lambda: token.cancelled, in_place=in_place)
    if as_json:
        output.json_result(
            {
                "added": list(report.added),
                "duplicates": report.duplicates,
                "found_again": report.found_again,
                "failed": [{"file": str(file), "reason": why} for file, why in report.failed],
            }
        )
    for file, why in report.failed:
        output.note(f"“{file}” was not taken: {why}")
    output.remark(import_words(len(report.added), report.duplicates, report.found_again))
    return _exit_code(report.is_cancelled, bool(report.failed))


def import_words(added: int, duplicates: int, found_again: int) -> str:
    """What came of an import, in a sentence."""
    words = [f"{added:,} {'picture' if added == 1 else 'pictures'} added"]
    if duplicates:
        words.append(f"{duplicates:,} in the gallery already")
    if found_again:
        words.append(f"{found_again:,} found again")
    return f"{', '.join(words)}."


def move(base: parts.Base, folder: Path, *, as_json: bool) -> int:
    """Move the pictures folder and note it in the settings; the exit code."""
    new = _folder(folder)
    with (
        _desk(base) as desk,
        waiting.ctrl_c() as token,
        waiting.progress("Moving") as tell,
    ):
        # Written first: a picture that is made meanwhile goes to the new place, too.
        save_settings(base.home.settings_file, base.settings.changed(pictures_folder=new))
        report = desk.chores.move_pictures(new, tell, lambda: token.cancelled)
    if as_json:
        output.json_result(
            {
                "folder": str(new),
                "moved": report.moved,
                "failed": [{"file": str(file), "reason": why} for file, why in report.failed],
            }
        )
    for file, why in report.failed:
        output.note(f"“{file}” was not moved: {why}")
    count = report.moved
    output.remark(f"Moved {count:,} {'picture' if count == 1 else 'pictures'} to {new}.")
    return _exit_code(report.is_cancelled, bool(report.failed))


def check(base: parts.Base, elsewhere: Sequence[Path], *, as_json: bool) -> int:
    """Compare rows and files and say what was found; the exit code."""
    with (
        _desk(base) as desk,
        waiting.ctrl_c() as token,
        waiting.progress("Checking") as tell,
    ):
        report = desk.chores.check(
            [_folder(path) for path in elsewhere], tell, lambda: token.cancelled
        )
    return _say_report(report, as_json=as_json)


def rebuild(base: parts.Base, *, as_json: bool) -> int:
    """Note what every file says; the exit code."""
    ensure_folder(base.home.gallery_file.parent)
    with waiting.ctrl_c() as token, waiting.progress("Reading") as tell:
        report = checking.rebuild(
            base.home.gallery_file,
            [base.pictures_folder],
            tell=tell,
            is_cancelled=lambda: token.cancelled,
        )
    return _say_report(report, as_json=as_json)


def _say_report(report: checking.CheckReport, *, as_json: bool) -> int:
    if as_json:
        output.json_result(
            {
                "pictures": report.pictures,
                "added": report.adopted,
                "missing": report.missing,
                "found_again": report.back,
                "changed": [str(path) for path in report.changed],
                "strangers": report.strangers,
                "lost_negatives": report.lost_negatives,
                "absent": [str(path) for path in report.absent],
                "problems": list(report.problems),
            }
        )
    for text in report.sentences():
        output.note(text)
    count = report.pictures
    words = f"{count:,} {'picture' if count == 1 else 'pictures'} looked at"
    missing = f", {report.missing:,} without a file" if report.missing else ""
    output.remark(f"{words}{missing}.")
    is_wrong = bool(report.missing or report.absent or report.problems or report.changed)
    return _exit_code(report.is_cancelled, is_wrong)


def _exit_code(is_cancelled: bool, has_failed: bool) -> int:
    if is_cancelled:
        output.remark("Cancelled.")
        return CANCELLED
    return _NOT_DONE if has_failed else _DONE


@contextmanager
def _desk(base: parts.Base) -> Iterator[GalleryDesk]:
    """The gallery of this home, and what opening it found, said."""
    desk = parts.open_desk(base)
    try:
        for text in desk.notices:
            output.note(text)
        yield desk
    finally:
        desk.close()


def _folder(path: Path) -> Path:
    try:
        return path.expanduser().absolute()
    except RuntimeError as error:  # nobody's “~”
        raise StorageError(f"“{path}” is no usable path.", "Choose another.") from error


def _as_lines(cards: Sequence[Card]) -> Iterator[str]:
    """A picture a line, in columns: id, day, rating, size, seed, prompt."""
    rows = [
        (
            str(card.id),
            card.created[:10],
            f"{'★' * card.rating:5}{'♥' if card.is_favourite else ' '}",
            f"{card.width}x{card.height}",
            "" if card.seed is None else str(card.seed),
            _prompt(card),
        )
        for card in cards
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    for number, day, stars, size, seed, prompt in rows:
        yield (
            f"{number:>{widths[0]}}  {day}  {stars}  {size:>{widths[3]}}  "
            f"{seed:>{widths[4]}}  {prompt}"
        ).rstrip()


def _prompt(card: Card) -> str:
    prompt = " ".join(output.printable(card.prompt).split())
    shown = prompt if len(prompt) <= _PROMPT_WIDTH else f"{prompt[: _PROMPT_WIDTH - 1]}…"
    return f"(missing) {shown}" if card.is_missing else shown


def _as_dict(card: Card) -> dict[str, object]:
    return {
        "id": card.id,
        "file": str(card.path) if card.path is not None else None,
        "created": card.created,
        "width": card.width,
        "height": card.height,
        "seed": card.seed,
        "prompt": card.prompt,
        "rating": card.rating,
        "favourite": card.is_favourite,
        "verdict": card.verdict,
        "missing": card.is_missing,
        "request": card.request.to_dict() if card.request is not None else None,
    }
