"""The left side: what shapes the picture, and the button that makes it."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from wurstdesk.generation import MAX_IMAGES
from wurstdesk.session.state import StudioState
from wurstdesk.ui.advanced import AdvancedSettings
from wurstdesk.ui.controls import Remark, SideScrollArea, dim_label, line, number_box, show_number
from wurstdesk.ui.i18n import word_list
from wurstdesk.ui.prompt_editor import PromptEditor
from wurstdesk.ui.seed_field import SeedField
from wurstdesk.ui.size_picker import SizePicker

_MARGIN = 14


class GenerationPanel(QWidget):
    """Edits ``state.form``; its button asks for the pictures."""

    generate_asked = Signal()

    def __init__(self, state: StudioState) -> None:
        super().__init__()
        self._state = state
        form = state.form
        self.prompt = PromptEditor(form, "prompt", (4, 10))
        self.prompt.setAccessibleName(self.tr("Prompt"))
        self.prompt.setPlaceholderText(self.tr("What shall it draw?"))
        self.negative_prompt = PromptEditor(form, "negative_prompt", (2, 4))
        self.negative_prompt.setAccessibleName(self.tr("Negative prompt"))
        self.negative_prompt.setPlaceholderText(self.tr("What shall not be in it?"))
        self.strange_words = Remark()
        self.size_picker = SizePicker(form)
        self.count = number_box(self.tr("Number of pictures"), 1, MAX_IMAGES)
        self.seed = SeedField(form)
        self.advanced = AdvancedSettings(form)
        self.checkpoint = QComboBox()
        self.checkpoint.setAccessibleName(self.tr("Checkpoint"))
        self.checkpoint.setSizeAdjustPolicy(  # a stranger's title does not widen the panel
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self._checkpoint_label = dim_label(self.tr("Checkpoint"), self.checkpoint)
        self.problem = Remark("problem")
        self.generate_button = QPushButton()
        self.generate_button.setObjectName("primary")
        self.generate_button.setToolTip(self.tr("Draw what the prompt says (Ctrl+Return)"))
        self._lay_out()
        self._connect()
        self._show_checkpoint()
        self._show_request()

    def commit(self) -> None:
        """Take what is typed in a number field but not finished."""
        self.size_picker.commit()

    def _lay_out(self) -> None:
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(_MARGIN, 12, _MARGIN, 12)
        column.setSpacing(6)
        column.addWidget(self._checkpoint_label)
        column.addWidget(self.checkpoint)
        column.addWidget(dim_label(self.tr("P&rompt"), self.prompt))
        column.addWidget(self.prompt, 3)
        column.addWidget(self.strange_words)
        column.addSpacing(6)
        column.addWidget(dim_label(self.tr("&Negative prompt"), self.negative_prompt))
        column.addWidget(self.negative_prompt, 1)
        column.addSpacing(6)
        column.addWidget(self.size_picker)
        column.addSpacing(6)
        column.addLayout(self._numbers())
        column.addSpacing(6)
        column.addWidget(self.advanced)
        column.addStretch()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(SideScrollArea(inner), 1)
        outer.addWidget(line())
        outer.addLayout(self._footer())

    def _numbers(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(6)
        grid.addWidget(dim_label(self.tr("P&ictures"), self.count), 0, 0)
        grid.addWidget(dim_label(self.tr("S&eed"), self.seed), 0, 1)
        grid.addWidget(self.count, 1, 0)
        grid.addWidget(self.seed, 1, 1)
        grid.setColumnStretch(0, 2)
        grid.setColumnStretch(1, 5)
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
        self.checkpoint.activated.connect(self._on_checkpoint)
        for prompt in (self.prompt, self.negative_prompt):
            prompt.strange_words_changed.connect(self._show_strange_words)
        form.changed.connect(self._show_request)
        form.checkpoint_changed.connect(self._show_checkpoint)
        self._state.activity_changed.connect(self._show_button)

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
        strange = ""
        if words and info is not None:
            strange = self.tr("{0} does not know {1}. {2}").format(
                info.title, word_list(tuple(words.values())), info.can_draw
            )
        self.strange_words.say(strange)

    @Slot()
    def _show_button(self) -> None:
        count = self._state.form.request.num_images
        if self._state.is_running:
            text = self.tr("Add to the queue") if count == 1 else self.tr("Add {0} to the queue")
        else:
            text = self.tr("Generate") if count == 1 else self.tr("Generate {0}")
        self.generate_button.setText(text.format(count))

    @Slot()
    def _show_checkpoint(self) -> None:
        form = self._state.form
        several = len(form.checkpoints) > 1
        self.checkpoint.setVisible(several)
        self._checkpoint_label.setVisible(several)
        self.checkpoint.clear()
        for info in form.checkpoints:
            self.checkpoint.addItem(info.title, info.name)
        self.checkpoint.setCurrentIndex(self.checkpoint.findData(form.request.checkpoint))

    @Slot(int)
    def _on_count(self, count: int) -> None:
        self._state.form.edit(num_images=count)

    @Slot(int)
    def _on_checkpoint(self, row: int) -> None:
        self._state.form.choose_checkpoint(str(self.checkpoint.itemData(row)))
