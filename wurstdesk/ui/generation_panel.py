"""The left side: what shapes the picture, and the button that makes it."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from wurstdesk.generation import MAX_IMAGES
from wurstdesk.session.state import StudioState
from wurstdesk.ui.advanced import AdvancedSettings
from wurstdesk.ui.checkpoint_row import CheckpointRow
from wurstdesk.ui.controls import (
    Remark,
    SideScrollArea,
    TightContent,
    dim_label,
    line,
    number_box,
    show_number,
)
from wurstdesk.ui.i18n import rough_duration, rough_duration_aloud, word_list
from wurstdesk.ui.long_remark import LongRemark
from wurstdesk.ui.price_button import PriceButton
from wurstdesk.ui.prompt_field import PromptField
from wurstdesk.ui.prompt_ideas import IdeasButton
from wurstdesk.ui.prompt_keys import PromptKeys
from wurstdesk.ui.reset_button import ResetButton, explain
from wurstdesk.ui.seed_field import SeedField
from wurstdesk.ui.size_picker import SizePicker
from wurstdesk.ui.style_row import StyleRow

_MARGIN = 14
_FOLDED, _OPEN = "negative_prompt_folded", "advanced_open"


class GenerationPanel(QWidget):
    """Edits ``state.form``; its button asks for the pictures."""

    generate_asked = Signal()
    settings_asked = Signal()
    """The person wants to change the device or the memory that is used."""

    def __init__(self, state: StudioState) -> None:
        super().__init__()
        self._state = state
        self._make_prompts()
        self._make_numbers()
        self._lay_out()
        self.negative_field.set_folded(state.memory.flag(_FOLDED))
        self.advanced.heading.setChecked(state.memory.flag(_OPEN))
        self._connect()
        self._show_request()

    def _make_prompts(self) -> None:
        state, form = self._state, self._state.form
        self.prompt_field = PromptField(
            form,
            state.readings,
            "prompt",
            self.tr("P&rompt"),
            (4, 10),
            placeholder=self.tr("What shall it draw?"),
        )
        self.prompt = self.prompt_field.editor
        self.ideas = IdeasButton(form)
        self.prompt_field.add_tool(self.ideas)
        self.negative_field = PromptField(
            form,
            state.readings,
            "negative_prompt",
            self.tr("&Negative prompt"),
            (2, 4),
            placeholder=self.tr("What shall not be in it?"),
            foldable=True,
        )
        self.negative_prompt = self.negative_field.editor
        past = state.prompts
        self.prompt_keys = PromptKeys(self.prompt, form, "prompt", past)
        self.negative_keys = PromptKeys(self.negative_prompt, form, "negative_prompt", past)
        self.strange_words = LongRemark()

    def _make_numbers(self) -> None:
        state, form = self._state, self._state.form
        self.size_picker = SizePicker(form)
        self.count = number_box(self.tr("Number of pictures"), 1, MAX_IMAGES)
        explain(self.count, self.tr("Each picture has a seed of its own: this one, then the next."))
        self.count_reset = ResetButton(form, self.count.accessibleName(), "num_images")
        self.seed = SeedField(form)
        self.style_row = StyleRow(state.styles, form)
        self.advanced = AdvancedSettings(state)
        self.checkpoint_row = CheckpointRow(form)
        self.checkpoint = self.checkpoint_row.combo
        self.problem = Remark("problem")
        self.generate_button = PriceButton()
        self.generate_button.setToolTip(self.tr("Draw what the prompt says (Ctrl+Return)"))

    def commit(self) -> None:
        """Take what is typed in a number field but not finished."""
        self.size_picker.commit()

    def _lay_out(self) -> None:
        inner = TightContent()
        column = QVBoxLayout(inner)
        column.setContentsMargins(_MARGIN, 12, _MARGIN, 12)
        column.setSpacing(6)
        column.addWidget(self.checkpoint_row)
        column.addSpacing(4)
        column.addWidget(self.prompt_field, 3)
        column.addWidget(self.strange_words)
        column.addSpacing(6)
        column.addWidget(self.negative_field, 1)
        column.addSpacing(6)
        column.addWidget(self.size_picker)
        column.addSpacing(6)
        column.addLayout(self._numbers())
        column.addSpacing(6)
        column.addWidget(self.style_row)
        column.addSpacing(6)
        column.addWidget(self.advanced)
        column.addStretch()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(SideScrollArea(inner), 1)
        outer.addWidget(line())
        outer.addLayout(self._footer())
        QWidget.setTabOrder(self.count, self.count_reset)

    def _numbers(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(3)
        # As wide as its heading, which leaves the seed room for all its digits.
        self.count.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        head = QHBoxLayout()
        head.addWidget(dim_label(self.tr("P&ictures"), self.count), 1)
        head.addWidget(self.count_reset)
        grid.addLayout(head, 0, 0)
        grid.addWidget(dim_label(self.tr("S&eed"), self.seed.edit), 0, 1)
        grid.addWidget(self.count, 1, 0)
        grid.addWidget(self.seed, 1, 1)
        grid.setColumnStretch(1, 1)
        return grid

    def _footer(self) -> QVBoxLayout:
        footer = QVBoxLayout()
        footer.setContentsMargins(_MARGIN, 10, _MARGIN, 12)
        footer.setSpacing(6)
        footer.addWidget(self.problem)
        row = QHBoxLayout()
        row.addWidget(self.generate_button, 1)
        footer.addLayout(row)
        return footer

    def _connect(self) -> None:
        form = self._state.form
        self.generate_button.clicked.connect(self.generate_asked)
        self.count.valueChanged.connect(self._on_count)
        for prompt in (self.prompt_field, self.negative_field):
            prompt.strange_words_changed.connect(self._show_strange_words)
        form.changed.connect(self._show_request)
        self.negative_field.folded_changed.connect(self._on_fold)
        self.advanced.heading.toggled.connect(self._on_fold)
        self.advanced.settings_asked.connect(self.settings_asked)
        self._state.activity_changed.connect(self._show_button)
        self._state.estimates.changed.connect(self._show_button)

    @Slot()
    def _show_request(self) -> None:
        form = self._state.form
        show_number(self.count, form.request.num_images)
        self.problem.say(str(form.problem or ""))
        self._show_button()

    @Slot()
    def _show_strange_words(self) -> None:
        info = self._state.form.checkpoint
        words: dict[str, str] = {}
        for word in (*self.prompt.strange_words, *self.negative_prompt.strange_words):
            words.setdefault(word.lower(), word)
        if not words or info is None:
            self.strange_words.explain("")
            return
        known = word_list(tuple(words.values()))
        self.strange_words.explain(
            self.tr("{0} does not know {1}.").format(info.title, known),
            self.tr("What {0} can draw").format(info.title),
            info.can_draw,
        )

    @Slot()
    def _show_button(self) -> None:
        request, queue = self._state.form.request, self._state.queue
        count, one = request.num_images, request.num_images == 1
        if self._state.is_running or (queue.is_paused and queue.waiting):
            text = self.tr("Add to the queue") if one else self.tr("Add {0} to the queue")
            aloud = (
                self.tr("Add a picture to the queue, {1}")
                if one
                else self.tr("Add {0} pictures to the queue, {1}")
            )
        else:
            text = self.tr("Generate") if one else self.tr("Generate {0}")
            aloud = (
                self.tr("Generate a picture, {1}") if one else self.tr("Generate {0} pictures, {1}")
            )
        seconds = self._state.estimates.seconds(request)
        price = price_aloud = self.tr("no estimate yet")
        if seconds is not None:
            about = self.tr("about {0}")
            price = about.format(rough_duration(seconds))
            price_aloud = about.format(rough_duration_aloud(seconds))
        self.generate_button.say(text.format(count), price, aloud.format(count, price_aloud))

    @Slot()
    def _on_fold(self) -> None:
        memory = self._state.memory
        memory.keep(_FOLDED, self.negative_field.is_folded)
        memory.keep(_OPEN, self.advanced.heading.isChecked())

    @Slot(int)
    def _on_count(self, count: int) -> None:
        self._state.form.edit(num_images=count)
