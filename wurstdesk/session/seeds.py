"""The seeds used before, with their little pictures: pinned ones first, then the newest."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QObject, QSize, Qt, Signal, Slot
from PySide6.QtGui import QImage, QImageWriter

from wurstdesk.gallery.image_metadata import utc_text
from wurstdesk.generation import Desk, SeedUse
from wurstdesk.session.failures import Failure
from wurstdesk.session.keeper import Keeper
from wurstdesk.session.pictures import SessionPicture, SessionPictures

LIMIT = 200
"""How many seeds are shown, besides the pinned ones."""
SMALL_SIDE = 128
"""Of a seed's little picture: sharp in a list on a screen of twice the density."""
_SMALL_KEPT = 400

_Key = tuple[int, str, Path | None]


class SeedHistory(QObject):
    """What was kept and what this session makes. Disk and images are the keeper's work.

    Call ``load`` when somebody looks; pictures of this session are there at once.
    """

    changed = Signal()
    """``uses``: which there are, their order, or what is known of one."""
    small_ready = Signal(object)
    """The seed whose little picture can be had now; Qt's int would not hold them all."""
    failed = Signal(object)
    """The ``Failure`` that kept a pin from being set or loosened; it is shown as it was again."""

    def __init__(
        self, keeper: Keeper, pictures: SessionPictures, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._keeper = keeper
        self._pictures = pictures
        self._pinned: dict[int, SeedUse] = {}
        self._newest: dict[int, SeedUse] = {}
        self._session: dict[int, int] = {}
        self._small: OrderedDict[_Key, QImage | None] = OrderedDict()
        self._unpinned: set[int] = set()
        self._held: set[int] = set()  # pinned on the disk, as far as is known
        self.was_loaded = False
        for picture in pictures:
            self._take_in(picture)
        pictures.added.connect(self._on_added)
        pictures.changed.connect(self._on_saved)

    @property
    def uses(self) -> tuple[SeedUse, ...]:
        """Each seed once: the pinned ones, the newest pin first, then the newest."""
        others = [use for seed, use in self._newest.items() if seed not in self._pinned]
        return (*self._pinned.values(), *others[:LIMIT])

    def find(self, seed: int) -> SeedUse | None:
        """What is known of a seed."""
        return self._pinned.get(seed) or self._newest.get(seed)

    def load(self) -> None:
        """Read what was kept, now or again."""
        self._keeper.ask(_read, self._on_loaded)

    def set_pinned(self, seed: int, is_pinned: bool) -> None:
        """Keep a seed at the top, from now on and for later, or let it go its way."""
        use = self.find(seed)
        if use is None or (seed in self._pinned) == is_pinned:
            return
        question: _Pin | _Unpin = _Unpin(seed)
        if is_pinned:
            question = _Pin(replace(use, is_pinned=True), self._session_image(use))
        kept = partial(self._on_kept, seed, is_pinned)
        self._keeper.ask(question, kept, partial(self._on_refused, use))
        self._show_pinned(use, is_pinned)

    def _show_pinned(self, use: SeedUse, is_pinned: bool) -> None:
        seed = use.seed
        if is_pinned:
            self._unpinned.discard(seed)
            self._pinned = {seed: replace(use, is_pinned=True), **self._pinned}
        else:
            del self._pinned[seed]
            self._unpinned.add(seed)
            if seed not in self._newest:
                self._newest = _by_age([*self._newest.values(), replace(use, is_pinned=False)])
        self.changed.emit()

    def small(self, use: SeedUse) -> QImage:
        """The little picture; a null one until ``small_ready``, or where there is none."""
        key = _key(use)
        if key in self._small:
            self._small.move_to_end(key)
            return self._small[key] or QImage()
        image = self._session_image(use)
        self._keep_small(key, None)
        if image is not None or use.thumbnail:
            self._keeper.do(_MakeSmall(key, image or use.thumbnail), self._on_small)
        return QImage()

    # -- this session's pictures ------------------------------------------------------------

    @Slot(int)
    def _on_added(self, picture_id: int) -> None:
        picture = self._pictures.find(picture_id)
        if picture is not None:
            self._take_in(picture)
            self.changed.emit()

    @Slot(int)
    def _on_saved(self, picture_id: int) -> None:
        """It has a file now, which a pin must know to find it again."""
        picture = self._pictures.find(picture_id)
        if picture is None or picture.saved is None:
            return
        seed = picture.request.seed
        if self._session.get(seed) == picture_id and seed in self._newest:
            self._newest[seed] = replace(self._newest[seed], path=picture.saved.path)
            self.changed.emit()

    def _take_in(self, picture: SessionPicture) -> None:
        request, saved = picture.request, picture.saved
        use = SeedUse(
            request.seed,
            request,
            saved.created if saved else utc_text(datetime.now(UTC)),
            path=saved.path if saved else None,
        )
        self._session[use.seed] = picture.id
        self._small.pop(_key(use), None)
        self._newest.pop(use.seed, None)
        self._newest = {use.seed: use, **self._newest}

    def _session_image(self, use: SeedUse) -> QImage | None:
        """The thumbnail of a use whose picture was made in this session."""
        picture = self._pictures.find(self._session.get(use.seed))
        if use.thumbnail or picture is None or picture.request != use.request:
            return None
        return picture.thumbnail

    # -- from the keeper --------------------------------------------------------------------

    @Slot(object)
    def _on_loaded(self, uses: tuple[SeedUse, ...]) -> None:
        """What was pinned or unpinned while this was on its way is newer than the answer."""
        self._held |= {use.seed for use in uses if use.is_pinned}
        pinned = [use for use in uses if use.is_pinned and use.seed not in self._unpinned]
        self._pinned = {**self._pinned, **{use.seed: use for use in pinned}}
        for use in uses:
            if not use.is_pinned:
                self._newest.setdefault(use.seed, use)
        self.was_loaded = True
        self.changed.emit()

    def _on_kept(self, seed: int, is_pinned: bool, answer: None) -> None:
        del answer
        (self._held.add if is_pinned else self._held.discard)(seed)

    def _on_refused(self, use: SeedUse, failure: Failure) -> None:
        """What the disk does not know is not shown: at the next start it would be gone."""
        is_held = use.seed in self._held
        if (use.seed in self._pinned) == is_held:
            return  # changed once more meanwhile, and so right
        self._show_pinned(use, is_held)
        if is_held:
            text = self.tr("Seed {0} is still pinned: this could not be kept.")
        else:
            text = self.tr("Seed {0} is not pinned: this could not be kept.")
        if failure.is_bug:
            self.failed.emit(failure)
        else:
            told = replace(failure, message=text.format(use.seed), hint=failure.message)
            self.failed.emit(told)

    @Slot(object)
    def _on_small(self, answer: tuple[_Key, QImage]) -> None:
        key, image = answer
        self._keep_small(key, image)
        self.small_ready.emit(key[0])

    def _keep_small(self, key: _Key, image: QImage | None) -> None:
        self._small[key] = image
        self._small.move_to_end(key)
        while len(self._small) > _SMALL_KEPT:
            self._small.popitem(last=False)


def _key(use: SeedUse) -> _Key:
    return use.seed, use.created, use.path


def _by_age(uses: Iterable[SeedUse]) -> dict[int, SeedUse]:
    newest = sorted(uses, key=lambda use: use.created, reverse=True)
    return {use.seed: use for use in newest}


# -- what the keeper does; it holds data only -----------------------------------------------


def _read(desk: Desk) -> tuple[SeedUse, ...]:
    return desk.seeds(LIMIT)


@dataclass(frozen=True, slots=True)
class _Pin:
    use: SeedUse
    image: QImage | None

    def __call__(self, desk: Desk) -> None:
        use = self.use
        if self.image is not None:
            use = replace(use, thumbnail=_webp(self.image))
        desk.pin_seed(use)


@dataclass(frozen=True, slots=True)
class _Unpin:
    seed: int

    def __call__(self, desk: Desk) -> None:
        desk.unpin_seed(self.seed)


@dataclass(frozen=True, slots=True)
class _MakeSmall:
    key: _Key
    source: QImage | bytes

    def __call__(self) -> tuple[_Key, QImage]:
        image = self.source if isinstance(self.source, QImage) else QImage.fromData(self.source)
        if not image.isNull():
            image = image.scaled(
                QSize(SMALL_SIDE, SMALL_SIDE),
                Qt.AspectRatioMode.KeepAspectRatioByExpanding,
                Qt.TransformationMode.SmoothTransformation,
            )
        return self.key, image


def _webp(image: QImage) -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QImageWriter(buffer, QByteArray(b"webp"))
    writer.setQuality(85)
    is_written = writer.write(image)
    buffer.close()
    return bytes(buffer.data().data()) if is_written else b""
