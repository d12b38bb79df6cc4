"""What the commands of ``wurstdesk models`` do and print."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import typer

from wurstdesk.cli import output, parts, waiting
from wurstdesk.cli.start import CANCELLED
from wurstdesk.engine.checkpoint_shelf import CheckpointShelf
from wurstdesk.engine.fetch.process import FetchProcess
from wurstdesk.engine.fetch.published import PUBLISHED
from wurstdesk.errors import StorageError, UserError
from wurstdesk.generation.fetching import (
    Cancelled,
    Failed,
    Fetched,
    FetchedAgain,
    FetchEvent,
    FetchOrder,
    FetchRepository,
    HalfPrecision,
    Offer,
    Planned,
    Progressed,
    Waiting,
)
from wurstdesk.generation.shelf import ImportPlan, ShelfItem, VerifyReport

_DONE, _NOT_DONE = 0, 1


@dataclass(frozen=True, slots=True)
class FetchWish:
    """``models fetch`` as it was typed."""

    names: tuple[str, ...]
    half: HalfPrecision | None
    revision: str
    mirror: str


def find(base: parts.Base, folders: Sequence[Path], *, as_json: bool) -> None:
    """Print everything that lies on this machine, whole or not."""
    shelf = _shelf(base)
    items = shelf.items(*(_folder(folder) for folder in folders))
    if as_json:
        output.json_result([_as_dict(item) for item in items])
        return
    if items:
        output.result("\n\n".join(_as_text(item) for item in items))
    for left in shelf.unfinished():
        output.note(
            f"{left.repo} is not fetched to its end ({_size(left.bytes_on_disk)} are there): "
            f"“wurstdesk models fetch {left.repo}” goes on."
        )
    output.remark(f"{_size(sum(item.bytes_on_disk for item in items))} in all. Looked through:")
    for folder in (*shelf.searched(), *folders):
        output.remark(f"  {output.printable(str(folder))}")


def fetch(base: parts.Base, wish: FetchWish, *, as_json: bool) -> int:
    """Fetch what was asked for, or print what there is; the exit code."""
    if not wish.names:
        _print_offers(as_json=as_json)
        return _DONE
    repositories = tuple(dict.fromkeys(r for name in wish.names for r in _repositories(name, wish)))
    return _fetch(base, FetchOrder(repositories, base.home.models, wish.half, wish.mirror), as_json)


def import_models(
    base: parts.Base, paths: Sequence[Path], *, link: bool, name: str, as_json: bool
) -> int:
    """Bring files and folders; the exit code."""
    shelf = _shelf(base)
    plan = shelf.recognise([_folder(path) for path in paths], name)
    for refusal in plan.refused:
        output.note(f"“{refusal.path.name}” was left out: {refusal.reason}.")
    if not plan.pieces:
        output.remark("All of it is here already.")
        if as_json:
            output.json_result(_import_dict(plan, (), ()))
        return _DONE
    what = "Linking" if link else "Copying"
    with waiting.ctrl_c() as token, waiting.progress(what, in_bytes=True) as tell:
        report = shelf.take(plan, "link" if link else "copy", tell, lambda: token.cancelled)
    for refusal in report.damaged:
        output.note(f"“{refusal.path.name}” was not taken: {refusal.reason}.")
    if as_json:
        damaged = tuple(refusal.path for refusal in report.damaged)
        output.json_result(_import_dict(plan, report.items, damaged))
    else:
        for item in report.items:
            output.result(output.printable(_line(item)))
    return _NOT_DONE if report.damaged else _DONE


def verify(base: parts.Base, name: str | None, *, repair: bool, as_json: bool) -> int:
    """Verify one or all, and fetch again what is wrong if that is wanted; the exit code."""
    shelf = _shelf(base)
    items = (shelf.find(name),) if name is not None else shelf.items()
    reports = []
    for item in items:
        what = f"Reading {item.info.title}"
        with waiting.ctrl_c() as token, waiting.progress(what, in_bytes=True) as tell:
            report = shelf.verify(item, tell, lambda: token.cancelled)
        reports.append(report)
        if not as_json:
            _print_report(report)
    if as_json:
        output.json_result([_report_dict(report) for report in reports])
    orders = [report.repair for report in reports if report.repair is not None]
    if not repair:
        if orders:
            output.remark("“wurstdesk models verify NAME --repair” fetches it again.")
        return _DONE if all(report.is_good for report in reports) else _NOT_DONE
    bad = [report for report in reports if not report.is_good]
    for report in bad:
        if report.repair is None:
            output.note(f"Where {report.item.info.title} came from is not known.")
    codes = [_fetch(base, order, as_json) for order in orders]
    codes += [_NOT_DONE] * any(report.repair is None for report in bad)
    return max(codes, default=_DONE)


def remove(base: parts.Base, name: str, *, yes: bool, as_json: bool) -> int:
    """Delete one after asking; the exit code."""
    shelf = _shelf(base)
    item = shelf.find(name)
    if not item.keep_reason and not yes and not _is_agreed(item):
        output.remark("Nothing was removed.")
        return _NOT_DONE
    freed = shelf.remove(item)
    if as_json:
        folders = [str(folder) for folder in item.folders]
        output.json_result({"name": item.info.name, "folders": folders, "freed": freed})
    output.remark(f"Removed {item.info.title}: {_size(freed)} are free again.")
    return _DONE


def _shelf(base: parts.Base) -> CheckpointShelf:
    return parts.shelf_of(lambda: base)


def _repositories(name: str, wish: FetchWish) -> tuple[FetchRepository, ...]:
    for offer in PUBLISHED:
        if name in {offer.name, offer.repositories[0].repo_id}:
            if wish.revision and len(offer.repositories) > 1:
                raise UserError(
                    "--revision is a version of one repository, and this checkpoint has two.",
                    f"Fetch {' and '.join(r.repo_id for r in offer.repositories)} one by one.",
                )
            return tuple(
                FetchRepository(repository.repo_id, wish.revision)
                for repository in offer.repositories
            )
    if "/" not in name:
        names = ", ".join(offer.name for offer in PUBLISHED)
        raise UserError(
            f"“{name[:100]}” is not offered.", f"There are {names}, or OWNER/REPOSITORY of the hub."
        )
    return (FetchRepository(name, wish.revision),)


def _fetch(base: parts.Base, order: FetchOrder, as_json: bool) -> int:
    what = "Fetching " + ", ".join(repository.repo_id for repository in order.repositories)
    with FetchProcess(order) as process:
        with waiting.ctrl_c(process.cancel), waiting.progress(what, in_bytes=True) as tell:
            last = _follow(process, tell)
        if isinstance(last, Failed):
            raise UserError(last.message, last.hint)
        if isinstance(last, Cancelled):
            output.remark("Cancelled. What was fetched is kept: the same command goes on from it.")
            return CANCELLED
    assert isinstance(last, Fetched)
    folders = {Path(folder) for folder in last.folders}
    items = [item for item in _shelf(base).items() if folders & set(item.folders)]
    if as_json:
        output.json_result([_as_dict(item) for item in items])
    else:
        for folder in last.folders:
            output.result(folder)
        for item in items:
            output.remark(output.printable(_line(item)))
    return _DONE


def _follow(process: FetchProcess, tell: waiting.Tell) -> FetchEvent:
    last: FetchEvent = Cancelled()
    for event in process.events():
        last = event
        if isinstance(event, Planned | Progressed):
            tell(event.done, event.total)
        elif isinstance(event, Waiting):
            output.note(f"{event.message} Waiting {event.seconds:.0f} seconds.")
        elif isinstance(event, FetchedAgain):
            output.note(f"{event.file} is fetched again: {event.reason}.")
    return last


def _print_offers(*, as_json: bool) -> None:
    if as_json:
        output.json_result([_offer_dict(offer) for offer in PUBLISHED])
        return
    rows = [
        (offer.name, f"{_size(offer.size)}, {offer.licence}\n{offer.sentence}")
        for offer in PUBLISHED
    ]
    output.result(output.aligned(rows))
    output.remark("Any other of the same layout can be named as OWNER/REPOSITORY.")


def _offer_dict(offer: Offer) -> dict[str, object]:
    return {
        "name": offer.name,
        "title": offer.title,
        "sentence": offer.sentence,
        "repositories": [repository.repo_id for repository in offer.repositories],
        "size": offer.size,
        "licence": offer.licence,
        "prior_alone": offer.prior_alone,
    }


def _is_agreed(item: ShelfItem) -> bool:
    if not sys.stdin.isatty():
        raise UserError("Nothing is removed without being asked for.", "Add --yes.")
    shared = " Other programs may use it, too." if item.place == "hub cache" else ""
    question = f"Delete {item.info.title} ({_size(item.bytes_on_disk)}) from the disk?{shared}"
    return typer.confirm(output.printable(question), err=True)


def _print_report(report: VerifyReport) -> None:
    output.result(output.printable(report.sentence))
    for finding in report.findings:
        output.result(f"  {output.printable(str(finding.path))}: {finding.problem}")
    for part in report.missing:
        output.result(f"  missing: {output.printable(part)}")


def _report_dict(report: VerifyReport) -> dict[str, object]:
    return {
        "name": report.item.info.name,
        "good": report.is_good,
        "certain": report.is_certain,
        "checked": report.checked,
        "checked_bytes": report.checked_bytes,
        "findings": [
            {"file": str(finding.path), "problem": finding.problem} for finding in report.findings
        ],
        "missing": list(report.missing),
        "unknown": [str(path) for path in report.unknown],
        "repairable": report.repair is not None,
    }


def _import_dict(
    plan: ImportPlan, items: Sequence[ShelfItem], damaged: Sequence[Path]
) -> dict[str, object]:
    return {
        "items": [_as_dict(item) for item in items],
        "missing": list(plan.missing),
        "refused": [
            {"file": str(refusal.path), "reason": refusal.reason} for refusal in plan.refused
        ],
        "there_already": [str(path) for path in plan.there_already],
        "damaged": [str(path) for path in damaged],
    }


def _as_dict(item: ShelfItem) -> dict[str, object]:
    return {
        "name": item.info.name,
        "title": item.info.title,
        "kind": item.kind,
        "state": item.state,
        "missing": list(item.missing),
        "problem": item.problem,
        "place": item.place,
        "folders": [str(folder) for folder in item.folders],
        "bytes_on_disk": item.bytes_on_disk,
        "dtype": item.dtype,
        "repo": item.repo,
        "commit": item.commit,
        "fits": list(item.fits),
        "linked": item.is_linked,
        "can_remove": item.can_remove,
    }


def _as_text(item: ShelfItem) -> str:
    state = f"{item.state}, {item.place}" + (", linked" if item.is_linked else "")
    source = f"{item.repo} {item.commit[:12]}".strip()
    rows = [
        ("kind", "prior (Stage C) by itself" if item.kind == "prior" else "checkpoint"),
        ("state", state),
        ("missing", "\n".join(item.missing)),
        ("problem", item.problem),
        ("goes with", ", ".join(item.fits)),
        ("on disk", f"{_size(item.bytes_on_disk)}{f', {item.dtype}' if item.dtype else ''}"),
        ("from", source),
        ("folder", "\n".join(str(folder) for folder in item.folders)),
    ]
    shown = [(label, value) for label, value in rows if value]
    return output.printable(f"{item.info.name}\n{output.aligned(shown, indent='  ')}")


def _line(item: ShelfItem) -> str:
    """One of them in a line."""
    return " ".join(_words(item))


def _words(item: ShelfItem) -> Iterator[str]:
    yield f"{item.info.name}:"
    if item.missing:
        yield f"still missing: {', '.join(item.missing)}"
    elif item.state == "broken":
        yield item.problem
    elif item.kind == "prior":
        yield f"goes with {', '.join(item.fits)}" if item.fits else item.problem
    else:
        yield "ready"


def _size(count: int) -> str:
    return output.gigabytes(count) if count >= 1e8 else f"{count / 1e6:.1f} MB"


def _folder(path: Path) -> Path:
    try:
        return path.expanduser().absolute()
    except RuntimeError as error:  # nobody's “~”
        raise StorageError(f"“{path}” is no usable path.", "Choose another.") from error
