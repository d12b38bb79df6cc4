"""How the gallery does with a hundred thousand pictures.

    nice -n 5 .venv/bin/python tests/benchmarks/gallery_scale.py build/bench/gallery

Makes the gallery in that folder (700 MB, once: it is used again) and prints a table with the
targets. The rows are without files; those that a part needs it makes itself. Each part that
starts the gallery runs in a process of its own. ``--page`` measures the window's page besides, on
an offscreen screen; ``--only WORD`` parts whose names contain it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import psutil

from gallery_rows import fill
from measuring import markdown
from wurstdesk.gallery.records import Edit, EditKind, Query, Sort

SIDES = ("", "-thumbnails", "-negatives")
PAGE = 60
"""How many tiles a full page has."""
TYPED = (
    "a red dog in the rain", "castle at night", "portrait of an old woman", '"golden forest"',
    "dachshund -cat", "night OR day", "w", "dog rating:>=4", "tag:fox is:favourite",
    "date:2026 size:1024x768 river", "checkpoint:wuer is:rated -is:rejected", "source:a1111 sea",
)  # fmt: skip


@dataclass(frozen=True)
class Finding:
    """``value`` of ``unit`` where at most (or at least) ``target`` is wanted, if anything is."""

    name: str
    value: float
    unit: str = "ms"
    target: float | None = None
    at_least: bool = False

    @property
    def row(self) -> list[str]:
        """For the table."""
        sign = "≥" if self.at_least else "≤"
        wanted = "" if self.target is None else f"{sign} {self.target:g} {self.unit}"
        return [self.name, f"{self.value:.3g} {self.unit}", wanted]


Part = Callable[[Path], Iterator[Finding]]


def main() -> None:
    """Run what is asked for and print the table."""
    options = _options()
    if options.part:
        print(json.dumps([asdict(finding) for finding in PARTS[options.part](options.folder)]))
        return
    database = _gallery(options.folder.resolve(), options.count)
    names = [name for name in PARTS if options.only in name]
    if not options.page:
        names = [name for name in names if not name.startswith("page")]
    findings: list[Finding] = []
    for name in names:
        print(name, file=sys.stderr, flush=True)
        findings += _in_a_process(name, database)
    print(markdown(("what", "took", "target"), [finding.row for finding in findings]))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path, help="where the gallery is made and kept")
    parser.add_argument("--count", type=int, default=100_000, help="pictures in it")
    parser.add_argument("--only", default="", help="parts whose names contain this")
    parser.add_argument("--page", action="store_true", help="measure the window's page, too")
    parser.add_argument("--part", choices=PARTS, help=argparse.SUPPRESS)
    return parser.parse_args()


def _gallery(folder: Path, count: int) -> Path:
    """The database of the gallery in ``folder``; made where there is none of that size."""
    database, mark = folder / "data" / "gallery.sqlite", folder / "made"
    schema_file = files("wurstdesk.gallery") / "migrations" / "0003_library.sql"
    sources = Path(__file__).with_name("gallery_rows.py").read_text(), schema_file.read_text()
    wanted = f"{count} {hashlib.sha256(repr(sources).encode()).hexdigest()}"
    wal = database.with_name(database.name + "-wal")
    if not mark.exists() or mark.read_text() != wanted or wal.exists():
        print(f"making {count} pictures", file=sys.stderr, flush=True)
        for file in database.parent.glob("gallery*"):
            file.unlink()
        mark.unlink(missing_ok=True)
        fill(database, count)
        _pictures(database).mkdir(exist_ok=True)
        mark.write_text(wanted)
    return database


def _in_a_process(part: str, database: Path) -> list[Finding]:
    command = [sys.executable, __file__, str(database), "--part", part]
    ended = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
    return [Finding(**fields) for fields in json.loads(ended.stdout)]


# -- the parts, each in a process of its own ---------------------------------------------------


def _open(database: Path) -> Iterator[Finding]:
    from wurstdesk.gallery.desk import GalleryDesk

    for name, is_cold in (("after a restart of the computer", True), ("again", False)):
        if is_cold:
            _forget_files(database)
        yield Finding(f"open to first full page, {name}", _first_page(database), target=300)
    started = time.perf_counter()
    GalleryDesk.open(database, _pictures(database)).close()
    yield Finding("open of the studio's gallery, which looks for new files", _since(started))


def _first_page(database: Path) -> float:
    """From nothing to all ids, the cards of the first page and their thumbnails."""
    from wurstdesk.gallery.library import Library

    started = time.perf_counter()
    library = Library.open(database, _pictures(database))
    cards = library.cards(library.find(Query()).ids[:PAGE])
    assert all(library.thumbnail(card.content_hash, 256) for card in cards)
    took = _since(started)
    library.close()
    return took


def _type(database: Path) -> Iterator[Finding]:
    from wurstdesk.gallery.library import Library

    library = Library.open(database, _pictures(database))
    library.find(Query())  # the page was there before somebody types
    for name, options in (
        ("newest first", {}),
        ("best match first", {"sort": Sort.MATCH}),
        ("largest first", {"sort": Sort.LARGEST}),
        ("stacks", {"stacks": True}),
    ):
        times = sorted(_key_times(library, **options))
        late = times[int(len(times) * 0.95)]
        yield Finding(f"a key until its rows, {name}: median", times[len(times) // 2])
        yield Finding(f"… 95th percentile of {len(times)}", late, target=30)
        yield Finding("… worst", times[-1])
    library.close()


def _key_times(library: Any, **options: Any) -> Iterator[float]:
    for text in TYPED:
        for end in range(1, len(text) + 1):
            started = time.perf_counter()
            found = library.find(Query(text[:end], **options))
            library.cards(found.ids[:PAGE], stacks=found.query.stacks)
            yield _since(started)


def _find_all(database: Path) -> Iterator[Finding]:
    from wurstdesk.gallery.library import Library

    process = psutil.Process()
    before = process.memory_info().rss
    library = Library.open(database, _pictures(database))
    for sort in Sort:
        started = time.perf_counter()
        count = len(library.find(Query(sort=sort)).ids)
        yield Finding(f"all {count} ids for the first time, {sort}", _since(started))
    started = time.perf_counter()
    library.find(Query())
    yield Finding("all ids again", _since(started))
    started = time.perf_counter()
    library.shelves()
    yield Finding("the shelves beside the grid", _since(started))
    for text in TYPED:
        library.find(Query(text, stacks=True))
    after = process.memory_info().rss
    yield Finding("memory of the library with all its orders", (after - before) / 1e6, "MB")
    library.close()


def _edit(database: Path) -> Iterator[Finding]:
    from wurstdesk.gallery.library import Library

    library = Library.open(database, _pictures(database))
    ids = library.find(Query()).ids[:1000]
    kinds: dict[EditKind, tuple[str, Any]] = {
        "rating": ("are rated", 5),
        "favourite": ("become favourites", 1),
        "trashed": ("go to the trash", "2026-11-24T00:00:00.000+00:00"),
        "tag": ("get a tag", True),
    }
    for kind, (name, value) in kinds.items():
        started = time.perf_counter()
        inverse = library.edit(Edit(kind, dict.fromkeys(ids, value), "benchmark"))
        yield Finding(f"1000 pictures {name}", _since(started))
        library.edit(inverse)
    started = time.perf_counter()
    library.edit(library.edit(Edit("rating", {ids[0]: 3})))
    yield Finding("a picture is rated", _since(started) / 2)
    library.close()


def _save(database: Path) -> Iterator[Finding]:
    """New pictures of 1024x1024, of which only the encoding as PNG is left out."""
    from wurstdesk.gallery import formats
    from wurstdesk.gallery.desk import GalleryDesk

    desk = GalleryDesk.open(database, _pictures(database))
    pictures = [_picture(seed, 1024) for seed in range(30)]
    encode, waited = formats.encode, [0.0]

    def timed(*arguments: Any) -> bytes:
        started = time.perf_counter()
        try:
            return encode(*arguments)
        finally:
            waited[0] += _since(started)

    formats.encode = timed  # type: ignore[assignment]
    times, saved = [], []
    for picture in pictures:
        waited[0], started = 0.0, time.perf_counter()
        saved.append(desk.save(picture))
        times.append(_since(started) - waited[0])
    times.sort()
    yield Finding("a new picture of 1024×1024 without its encoding: median", times[15], target=15)
    yield Finding("… worst of 30", times[-1])
    yield Finding("… where one sync of the disk takes", _sync_time(database.parent))
    ids = [picture.id for picture in saved]
    desk.library.edit(Edit("trashed", dict.fromkeys(ids, "2026-11-24T00:00:00.000+00:00")))
    desk.library.forget(ids)
    for picture in saved:
        picture.path.unlink()
    desk.close()


def _rebuild(database: Path) -> Iterator[Finding]:
    from wurstdesk.gallery import checking
    from wurstdesk.gallery.desk import GalleryDesk

    place, count = database.parent.parent / "rebuild", 1000
    folder, mark = place / "pictures", place / "made"
    new = place / "data" / "gallery.sqlite"
    if not mark.exists():
        desk = GalleryDesk.open(new, folder)
        for seed in range(count):
            desk.save(_picture(seed, 384))
        desk.close()
        mark.touch()
    for file in new.parent.glob("gallery*"):
        if file.is_file():
            file.unlink()
    started = time.perf_counter()
    report = checking.rebuild(new, [folder])
    took = time.perf_counter() - started
    assert report.adopted == count, report
    yield Finding("rebuild from files of 384×384", count / took, "pictures/s", 300, at_least=True)


def _page(database: Path) -> Iterator[Finding]:
    import gallery_page_scale

    found = gallery_page_scale.times(_pictures(database))
    yield Finding("the page, until all that is seen is painted", found["open"], target=300)
    frames, work = (sorted(times) for times in zip(*found["frames"], strict=True))
    count = len(frames)
    yield Finding(f"… the window's work for a frame of scrolling, 99 % of {count}",
                  work[int(count * 0.99)], target=16)  # fmt: skip
    yield Finding("… the same with waiting for Python's lock and a processor",
                  frames[int(count * 0.99)])  # fmt: skip
    yield Finding("… worst", frames[-1])
    keys, work = (sorted(times) for times in zip(*found["keys"], strict=True))
    yield Finding("… a key until its tiles: median", keys[len(keys) // 2])
    yield Finding(f"… 95th percentile of {len(keys)}", keys[int(len(keys) * 0.95)])
    yield Finding("… the window's work for a key, 95 %", work[int(len(keys) * 0.95)])


def _page_memory(database: Path) -> Iterator[Finding]:
    import gallery_page_scale

    megabytes = gallery_page_scale.memory(_pictures(database))
    script = "import gallery_page_scale as page; print(page.memory(None))"
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    ended = subprocess.run([sys.executable, "-c", script], stdout=subprocess.PIPE, check=True,
                           text=True, env=environment)  # fmt: skip
    yield Finding("the page's memory above an empty one's", megabytes - float(ended.stdout),
                  "MB", 250)  # fmt: skip


def _picture(seed: int, side: int) -> Any:
    """A picture that weighs about what a real one does: smooth, with a little noise."""
    import random

    from PIL import Image, ImageChops, ImageFilter

    from wurstdesk.generation import (
        GeneratedPicture,
        LatentsBlob,
        Pixels,
        Provenance,
        make_request,
    )  # fmt: skip

    dice = random.Random(seed)
    coarse = Image.frombytes("RGB", (16, 16), dice.randbytes(3 * 16 * 16))
    smooth = coarse.resize((side, side), Image.Resampling.BICUBIC)
    noise = Image.effect_noise((side, side), 12).filter(ImageFilter.GaussianBlur(1)).convert("RGB")
    pixels = ImageChops.add(smooth, noise, 1, -128).tobytes()
    return GeneratedPicture(
        index=0,
        request=make_request(prompt=f"a benchmark {seed}", width=side, height=side, seed=seed),
        pixels=Pixels(side, side, pixels),
        latents=LatentsBlob((16, 24, 24), "float16", dice.randbytes(2 * 16 * 24 * 24)),
        provenance=Provenance("cpu", "float32", 2, "wuerstchen", "0123456789abcdef"),
        seconds={"prior": 1.0},
        notes=(),
    )


def _pictures(database: Path) -> Path:
    return database.parent.parent / "pictures"


def _since(started: float) -> float:
    return (time.perf_counter() - started) * 1000


def _sync_time(folder: Path) -> float:
    """The median of some: a new picture needs ten."""
    times = []
    with tempfile.TemporaryFile(dir=folder) as file:
        for _ in range(31):
            file.write(bytes(4096))
            file.flush()
            started = time.perf_counter()
            os.fsync(file.fileno())
            times.append(_since(started))
    return sorted(times)[15]


def _forget_files(database: Path) -> None:
    """Let the system drop what it holds of the files in memory, as after its start."""
    for side in SIDES:
        file = database.with_name(f"{database.stem}{side}{database.suffix}")
        with file.open("rb") as opened:
            os.fsync(opened.fileno())
            os.posix_fadvise(opened.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


PARTS: dict[str, Part] = {
    "open": _open,
    "type": _type,
    "find all": _find_all,
    "edit": _edit,
    "save": _save,
    "rebuild": _rebuild,
    "page": _page,
    "page memory": _page_memory,
}


if __name__ == "__main__":
    main()
