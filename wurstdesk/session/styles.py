"""The styles to choose from, and the one that is chosen.

Choosing a style puts its settings into the form, where they are seen and can be changed, and
leaving it puts back those that were not. Its texts are joined with the prompts when a request is
made, so that the person's prompt stays the person's, and what is recorded is what was drawn.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from wurstdesk.generation import GenerationRequest
from wurstdesk.generation.styles import SETTING_GROUPS, Style
from wurstdesk.session.form import RequestForm
from wurstdesk.session.keeper import Keeper
from wurstdesk.session.style_file import LoadedStyles, load_styles, save_styles


class StyleShelf(QObject):
    """The styles that come with the program and the person's own, by name.

    ``path`` is the file of the person's own; None keeps them for this session only. Nothing is
    there before ``load()``.
    """

    changed = Signal()
    """The styles, or which is chosen."""
    noted = Signal(str)
    """A sentence about what could not be used."""

    def __init__(
        self, form: RequestForm, keeper: Keeper, path: Path | None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._form = form
        self._keeper = keeper
        self._path = path
        self._is_loaded = False
        self._shipped: dict[str, Style] = {}
        self._own: dict[str, Style] = {}
        self._hidden: set[str] = set()
        self._chosen = ""
        self._before: dict[str, object] = {}

    # -- what there is ----------------------------------------------------------------------

    @property
    def styles(self) -> tuple[Style, ...]:
        """Those that come with the program in their order, then the person's by name."""
        shown = [self._own.get(name, style) for name, style in self._shipped.items()]
        others = [style for name, style in self._own.items() if name not in self._shipped]
        others.sort(key=lambda style: style.name.casefold())
        hidden = self._hidden - self._own.keys()
        return tuple(style for style in (*shown, *others) if style.name not in hidden)

    @property
    def chosen(self) -> Style | None:
        """The style of the next picture."""
        return self.find(self._chosen)

    @property
    def chosen_name(self) -> str:
        """Its name, also before the styles are loaded; "" where none is chosen."""
        return self._chosen

    @property
    def hides_some(self) -> bool:
        """Whether a style that comes with the program was deleted."""
        return bool(self._hidden & self._shipped.keys())

    def find(self, name: str) -> Style | None:
        """The style of that name, if it is shown."""
        return next((style for style in self.styles if style.name == name), None)

    def is_shipped(self, name: str) -> bool:
        """Whether a style of that name comes with the program."""
        return name in self._shipped

    def is_own(self, name: str) -> bool:
        """Whether the style of that name is the person's, perhaps in place of a shipped one."""
        return name in self._own

    # -- using them -------------------------------------------------------------------------

    def choose(self, name: str) -> None:
        """Use a style from now on; "" is none."""
        if name == self._chosen:
            return
        self._put_back()
        style = self.find(name)
        self._chosen = name if style is not None else ""
        if style is not None:
            self._set(style)
        self.changed.emit()

    def recall(self, name: str) -> None:
        """Choose what was chosen when the program ended; its settings are in the form already."""
        self._chosen = name
        self.changed.emit()

    def apply(self, request: GenerationRequest) -> GenerationRequest:
        """The request with the chosen style's texts."""
        style = self.chosen
        return request if style is None else style.apply(request)

    # -- changing them ----------------------------------------------------------------------

    def save(self, style: Style, replaces: str = "", *, choose: bool = True) -> None:
        """Keep a style of the person's own. ``replaces`` is its name until now.

        Whoever ``choose``s it puts its words round what is written.
        """
        if replaces in self._own and replaces != style.name:
            del self._own[replaces]
        self._own[style.name] = style
        self._hidden.discard(style.name)
        if choose:
            if self._chosen != style.name:
                self._put_back()
            self._chosen = style.name
        self._keep()

    def delete(self, name: str) -> None:
        """Drop one of the person's own (a shipped one of that name is back), or hide a shipped."""
        if self._own.pop(name, None) is None:
            self._hidden.add(name)
        if name == self._chosen and self.find(name) is None:
            self._put_back()
            self._chosen = ""
        self._keep()

    def show_hidden(self) -> None:
        """Bring those back that come with the program and were deleted."""
        self._hidden.clear()
        self._keep()

    # -- keeping them -----------------------------------------------------------------------

    def load(self) -> None:
        """Read them, beside the window's thread."""
        self._keeper.do(partial(load_styles, self._path), self._take)

    def _take(self, loaded: LoadedStyles) -> None:
        was_changed = bool(self._own or self._hidden)
        self._shipped = {style.name: style for style in loaded.shipped}
        self._own = {**{style.name: style for style in loaded.own}, **self._own}
        self._hidden |= set(loaded.hidden)
        self._is_loaded = True
        for note in loaded.notes:
            self.noted.emit(note)
        if was_changed:
            self._keep()
        else:
            self.changed.emit()

    def _keep(self) -> None:
        self.changed.emit()
        if self._is_loaded and self._path is not None:  # or what is there already would be lost
            own, hidden = tuple(self._own.values()), tuple(self._hidden)
            self._keeper.do(partial(save_styles, self._path, own, hidden))

    # -- its settings in the form -----------------------------------------------------------

    def _set(self, style: Style) -> None:
        request = self._form.request
        self._before = {field: getattr(request, field) for field in style.settings}
        if style.settings:
            self._form.edit(**style.settings)

    def _put_back(self) -> None:
        """What the style has set and nobody has changed since."""
        style, before, request = self.chosen, self._before, self._form.request
        self._before = {}
        if style is None:
            return
        back: dict[str, object] = {}
        for group in SETTING_GROUPS.values():
            fields = [field for field in group if field in before]
            if all(getattr(request, field) == style.settings.get(field) for field in fields):
                back |= {field: before[field] for field in fields}
        if back:
            self._form.edit(**back)
