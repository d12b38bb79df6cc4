"""All that is known of one checkpoint on the disk."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from wurstdesk.generation.shelf import ShelfItem, VerifyReport
from wurstdesk.session.checkpoint_shelf import CheckpointShelf, bytes_words
from wurstdesk.ui.checkpoint_words import dtype_words, place_words, state_words
from wurstdesk.ui.controls import Remark, dim_label, text_size
from wurstdesk.ui.value_label import ValueLabel, breakable

_FINDINGS = 6
"""Files that are not as they have to be are named up to so many."""


class CheckpointDetails(QWidget):
    """Shows the one that is looked at."""

    def __init__(self, shelf: CheckpointShelf) -> None:
        super().__init__()
        self._shelf = shelf
        self.title = QLabel()
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.title.setWordWrap(True)
        text_size(self.title, "title")
        self.sentence = QLabel()
        self.sentence.setTextFormat(Qt.TextFormat.PlainText)
        self.sentence.setWordWrap(True)
        self.problem = Remark("problem")
        self.rows: dict[str, tuple[QLabel, ValueLabel]] = {}
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        for name, label in self._labels().items():
            field = ValueLabel(label)
            head = dim_label(label)
            grid.addWidget(head, len(self.rows), 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(field, len(self.rows), 1)
            self.rows[name] = (head, field)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 4, 18, 8)
        column.setSpacing(10)
        for part in (self.title, self.sentence, self.problem):
            column.addWidget(part)
        column.addLayout(grid)
        column.addStretch()
        shelf.chosen_changed.connect(self.show_chosen)
        self.show_chosen()

    def _labels(self) -> dict[str, str]:
        return {
            "state": self.tr("State"),
            "missing": self.tr("Missing"),
            "findings": self.tr("Files"),
            "size": self.tr("On disk"),
            "where": self.tr("Where"),
            "source": self.tr("From"),
            "licence": self.tr("Licence"),
            "copy": self.tr("Copy of"),
            "draws": self.tr("Draws at"),
            "keep": self.tr("Removing"),
        }

    @Slot()
    def show_chosen(self) -> None:
        """Show it anew."""
        item = self._shelf.chosen
        facts = self._facts(item, self._shelf.report_of(item)) if item is not None else {}
        for name, (head, field) in self.rows.items():
            value = facts.get(name, "")
            field.show_value(value)
            for part in (head, field):
                part.setVisible(bool(value))
        if item is None:
            self.title.setText("")
            self.sentence.setText("" if self._shelf.is_known else self.tr("Looking at the disk…"))
            self.sentence.show()
            self.problem.say("")
            return
        self.title.setText(breakable(item.info.title))
        self.sentence.setText(self._sentence(item))
        self.sentence.setVisible(bool(self.sentence.text()))
        self.problem.say(item.problem)

    def text(self, name: str) -> str:
        """What is said under a name; "" where nothing is."""
        return self.rows[name][1].value

    def _sentence(self, item: ShelfItem) -> str:
        if item.kind == "prior":
            if item.fits:
                return self.tr("A prior (Stage C) by itself. It composes pictures for {0}.").format(
                    ", ".join(item.fits)
                )
            return self.tr("A prior (Stage C) by itself.")
        return item.info.can_draw

    def _facts(self, item: ShelfItem, report: VerifyReport | None) -> dict[str, str]:
        size = bytes_words(item.bytes_on_disk)
        if item.dtype:
            size = self.tr("{0}, {1}").format(size, dtype_words(item.dtype))
        folders = [str(folder) for folder in item.folders] or [str(item.info.path)]
        return {
            "state": self._state(item, report),
            "missing": "\n".join(item.missing),
            "findings": self._findings(report),
            "size": size,
            "where": "\n".join([self._place(item), *folders]),
            "source": " ".join(filter(None, (item.repo, item.commit[:12]))),
            "licence": item.info.licence,
            "copy": item.info.copy_of,
            "draws": self._sizes(item),
            "keep": item.keep_reason if item.place != "built in" else "",
        }

    def _place(self, item: ShelfItem) -> str:
        words = place_words(item)
        return f"{words[:1].upper()}{words[1:]}"

    def _state(self, item: ShelfItem, report: VerifyReport | None) -> str:
        words = state_words(item)
        if item.is_linked:
            words = self.tr("{0}, linked from elsewhere").format(words)
        if report is not None and report.is_certain:
            words = self.tr("{0}; every file is as it has to be").format(words)
        elif report is not None and report.is_good:
            words = self.tr("{0}; verified as far as it can be").format(words)
        return words

    def _findings(self, report: VerifyReport | None) -> str:
        if report is None:
            return ""
        lines = [f"{found.path.name}: {found.problem}" for found in report.findings[:_FINDINGS]]
        if len(report.findings) > _FINDINGS:
            lines.append(self.tr("… and {0} more").format(len(report.findings) - _FINDINGS))
        return "\n".join(lines)

    def _sizes(self, item: ShelfItem) -> str:
        if item.kind == "prior":
            return ""
        low, high = item.info.trained_sides
        return self.tr("{0} to {1} pixels a side").format(low, high)
