"""The prompts that were used before, and the way back through them, as in a shell."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QObject, Signal

from wurstdesk.generation import Desk
from wurstdesk.generation.choices import literal
from wurstdesk.session.keeper import Keeper

MAX_PROMPTS = 200

Prompts = tuple[str, ...]


class PromptHistory(QObject):
    """Past prompts, newest first, each once.

    Prompts of earlier sessions come from the gallery after ``load()``; of negative prompts only
    those of this session are known.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._used: dict[str, Prompts] = {"prompt": (), "negative_prompt": ()}
        self._kept: Prompts = ()

    def load(self, keeper: Keeper) -> None:
        """Ask for those of earlier sessions."""
        keeper.ask(_kept_prompts, self._take)

    def add(self, prompt: str, negative_prompt: str = "") -> None:
        """Remember what is used now, as it was written."""
        used = {"prompt": prompt, "negative_prompt": negative_prompt}
        for field, text in used.items():
            self._used[field] = _each_once((text, *self._used[field]))
        self.changed.emit()

    def past(self, field: str) -> Prompts:
        """Past texts of ``prompt`` or ``negative_prompt``."""
        kept = self._kept if field == "prompt" else ()
        return _each_once((*self._used[field], *kept))

    def _take(self, prompts: Prompts) -> None:
        self._kept = prompts
        self.changed.emit()


class HistoryWalk:
    """One editor's place in the past; what was being written waits at its newer end."""

    def __init__(self, past: Callable[[], Prompts]) -> None:
        self._past = past
        self._draft = ""
        self._shown: str | None = None

    def older(self, current: str) -> str | None:
        """The text before ``current``, which the editor holds; None at the end."""
        texts, place = self._stand_at(current)
        return self._show(texts[place + 1]) if place + 1 < len(texts) else None

    def newer(self, current: str) -> str | None:
        """The text after ``current``: at last what was being written; None where that is it."""
        texts, place = self._stand_at(current)
        return self._show(texts[place - 1]) if place else None

    def _stand_at(self, current: str) -> tuple[Prompts, int]:
        """The draft with the past behind it, and where in that the editor is.

        What is neither was written since: it becomes the draft.
        """
        texts = self._texts()
        if current != self._shown or current not in texts:
            self._draft = current
            texts = self._texts()
        return texts, texts.index(current)

    def _texts(self) -> Prompts:
        return (self._draft, *(text for text in self._past() if text != self._draft))

    def _show(self, text: str) -> str:
        self._shown = text
        return text


def _kept_prompts(desk: Desk) -> Prompts:
    """Those that pictures were made from: what was chosen in them is not chosen again."""
    return tuple(map(literal, desk.prompts(MAX_PROMPTS)))


def _each_once(texts: Iterable[str]) -> Prompts:
    return tuple(dict.fromkeys(text for text in texts if text.strip()))[:MAX_PROMPTS]
