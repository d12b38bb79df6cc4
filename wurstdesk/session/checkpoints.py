"""Everything about checkpoints beside drawing with them: what is here, what is fetched, what can
be had."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from wurstdesk.generation.fetching import Offer, StartFetch
from wurstdesk.generation.shelf import Shelf
from wurstdesk.session.checkpoint_hashes import CheckpointHashes
from wurstdesk.session.checkpoint_shelf import CheckpointShelf
from wurstdesk.session.fetching import DiscardFetch, FetchQueue, folders_of_key
from wurstdesk.session.form import RequestForm
from wurstdesk.session.keeper import Keeper
from wurstdesk.session.messages import MessageList
from wurstdesk.session.window_memory import WindowMemory

_WELCOMED = "welcomed"


@dataclass(frozen=True, slots=True)
class CheckpointServices:
    """What is on the disk, what can be fetched, and who fetches it into ``models_folder``.

    ``shelf`` is asked in threads of its own, ``start_fetch`` in that of each fetch, ``discard``
    in the keeper's. ``hub`` is the address that the environment names in place of the hub's own.
    """

    shelf: Shelf
    start_fetch: StartFetch
    discard: DiscardFetch
    offers: tuple[Offer, ...]
    models_folder: Path
    hub: str = ""


class Checkpoints(QObject):
    """Joins ``shelf`` and ``fetching``. End it with ``close()``."""

    disk_changed = Signal()
    """The catalogue has to be read anew."""
    release_wanted = Signal()
    """A checkpoint is about to go: nobody should hold its files."""
    told = Signal(str)
    failed = Signal(object)
    """``Failure``"""

    def __init__(
        self,
        services: CheckpointServices,
        form: RequestForm,
        memory: WindowMemory,
        messages: MessageList,
        keeper: Keeper,
        *,
        mirror: Callable[[], str],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._memory = memory
        self._messages = messages
        self._form = form
        self._mirror, self._hub = mirror, services.hub
        self.offers = services.offers
        self.models_folder = services.models_folder
        self.shelf = CheckpointShelf(services.shelf, services.models_folder, form, self)
        self.hashes = CheckpointHashes(services.shelf, form, self)
        self.fetching = FetchQueue(
            services.start_fetch,
            services.discard,
            services.models_folder,
            memory=memory,
            messages=messages,
            keeper=keeper,
            mirror=mirror,
            parent=self,
        )
        self.shelf.disk_changed.connect(self.disk_changed)
        self.shelf.release_wanted.connect(self.release_wanted)
        self.shelf.failed.connect(self.failed)
        self.shelf.changed.connect(self._adopt)
        form.checkpoint_changed.connect(self._on_checkpoint)
        self.fetching.fetched.connect(self._on_fetched)
        self.fetching.discarded.connect(self._on_discarded)
        self.fetching.told.connect(self.told)
        self.fetching.failed.connect(self.failed)

    @property
    def is_welcomed(self) -> bool:
        """Whether the person has chosen once what to begin with."""
        return self._memory.flag(_WELCOMED)

    def welcome(self) -> None:
        """It is chosen, and not asked again."""
        self._memory.keep(_WELCOMED, True)

    def is_fetching(self) -> bool:
        """Whether something is being fetched at this moment."""
        return self.fetching.is_running

    @property
    def source(self) -> str:
        """The address that checkpoints are fetched from; "" for the hub's own."""
        return self._mirror() or self._hub

    def use_fetched(self, key: str) -> None:
        """Draw with what a message of that key tells of."""
        self.shelf.use_folders(folders_of_key(key))

    @property
    def published(self) -> Offer | None:
        """The checkpoint that is offered first."""
        return next((offer for offer in self.offers if not offer.prior_alone), None)

    @Slot()
    def look(self) -> None:
        """Look at the disk."""
        self.shelf.look()

    def close(self) -> None:
        """End what is under way, and wait for that."""
        self.fetching.close()
        self.shelf.close()
        self.hashes.close()

    @Slot()
    def _on_checkpoint(self) -> None:
        """What was offered is in use: no need to offer it any more."""
        info = self._form.checkpoint
        if info is None:
            return
        for message in self._messages.all:
            if set(folders_of_key(message.key)) & {info.path, info.prior_path, info.prior_weights}:
                self._messages.dismiss(message.id)

    @Slot(object)
    def _on_fetched(self, folders: tuple[Path, ...]) -> None:
        self.shelf.point_at(folders)
        self.shelf.look_anew()
        self.disk_changed.emit()

    @Slot()
    def _on_discarded(self) -> None:
        if self.shelf.is_known:  # somebody has looked: the disk has more room by now
            self.shelf.look()

    @Slot()
    def _adopt(self) -> None:
        self.fetching.adopt(self.shelf.unfinished, self.offers)
