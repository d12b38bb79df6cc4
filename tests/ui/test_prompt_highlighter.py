"""What is marked in a prompt is what Compel does with it; nothing flickers while it is read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from compel.prompt_parser import PromptParser
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from PySide6.QtGui import QTextBlock, QTextCharFormat, QTextCursor, QTextDocument
from PySide6.QtWidgets import QApplication, QPlainTextDocumentLayout

from wurstdesk.engine.prompt_reading import CompelPromptReader
from wurstdesk.engine.prompt_syntax import parse_prompt
from wurstdesk.generation import PromptReader
from wurstdesk.paths import resources_dir
from wurstdesk.session.prompt_outcome import read_outcome
from wurstdesk.ui.prompt_highlighter import UNREAD, WEIGHT, PromptHighlighter, tint
from wurstdesk.ui.prompt_marks import Kind, Places
from wurstdesk.ui.theme import DARK, LIGHT

DACKEL = resources_dir() / "dackel" / "wuerstchen-prior" / "tokenizer"
WAVE = QTextCharFormat.UnderlineStyle.WaveUnderline


@pytest.fixture(scope="module")
def reader(qapp: QApplication) -> PromptReader:
    del qapp  # documents need it
    return CompelPromptReader(DACKEL)


@dataclass
class Shown:
    """One character of the document and how it is painted."""

    text: str
    format: QTextCharFormat

    @property
    def weight(self) -> float:
        return float(self.format.property(WEIGHT) or 1.0)

    @property
    def is_read(self) -> bool:
        return not self.format.property(UNREAD)

    @property
    def is_underlined(self) -> bool:
        return self.format.underlineStyle() == WAVE


class Page:
    """A document with its highlighter, without a window."""

    def __init__(self, reader: PromptReader) -> None:
        self.document = QTextDocument()
        self.document.setDocumentLayout(QPlainTextDocumentLayout(self.document))
        self.highlighter = PromptHighlighter(self.document, self.document, DARK)
        self.reader = reader

    def write(self, text: str) -> None:
        self.document.setPlainText(text)
        self.read()

    def read(self) -> None:
        text = self.document.toPlainText()
        self.highlighter.show_reading(read_outcome(self.reader, text), text)

    def type(self, at: int, text: str, instead_of: int = 0) -> None:
        cursor = QTextCursor(self.document)
        cursor.setPosition(at)
        cursor.setPosition(at + instead_of, QTextCursor.MoveMode.KeepAnchor)
        cursor.insertText(text)

    def shown(self) -> list[Shown]:
        """Every character as the formats that are really set have it."""
        return list(self._shown())

    def _shown(self) -> Iterator[Shown]:
        block = self.document.begin()
        while block.isValid():
            places = Places(block.text())
            spans = block.layout().formats()
            for index, character in enumerate(block.text()):
                at = places.qt(index)
                over = [s.format for s in spans if s.start <= at < s.start + s.length]
                assert len(over) < 2
                yield Shown(character, QTextCharFormat(over[0]) if over else QTextCharFormat())
            block = block.next()
            if block.isValid():
                yield Shown("\n", QTextCharFormat())

    def weights(self) -> list[tuple[str, float]]:
        """What is read, character for character."""
        return [
            (c.text, round(c.weight, 4)) for c in self.shown() if c.is_read and not c.text.isspace()
        ]


@pytest.fixture
def page(reader: PromptReader) -> Page:
    return Page(reader)


# -- the proof ------------------------------------------------------------------------------------

SYNTAX = [
    "a red dog",
    "red+ dog",
    "red++ dog-- sun---",
    "(red dog)1.3 sun",
    "(red dog).5 sun",
    "(red dog)2",
    "(red dog)+ sun, (sun)-",
    '"red dog"++ sun',
    '"red dog"1.4 sun',
    "red.attend(1.2) dog",
    "(red dog).attend(0.6) sun",
    "(red dog).attend(++) sun",
    '"red dog".attend(-) sun',
    "((red)1.2 dog)2",
    "(a (red (long)+ dog)1.2 sun)- end",
    '("a red dog", "sun").blend(1, 0.8)',
    '("a red+ dog", "(sun)1.5").blend(1, 0.8, no_normalize)',
    '("red dog", "sun+").and()',
    '("red dog", "sun").and(1, 0.5)',
    r"\(red\) dog",
    r"\(red+\) dog+",
    r"a \"red\" dog+",
    "(a:1.2) dog",
    "red.swap(dog) sun+",
    "a (red+).swap(dog) sun",
    "withLora(x, 1) dog+",
    "C++ dog",
    "50+ dogs",
    "a dog- sun",
    "well-lit dog+, half-open-",
    "(balanced brackets) vanish+",
    '"balanced quotes" vanish+',
    "a (loose+ dog",
    "a loose) dog+",
    'a 5" dog+',
    "dog(s)+ sun",
    "() dog+",
    "a () dog+",
    "cat--dog",
    "a.b+ c+",
    "red,dog+,sun",
    "(red, dog. sun)1.1",
    "🌭 (red 🌭)1.5 🌭+ dog",
    "a red+\ndog (on\nsnow)1.2",
    "(red)99",
    "('dog')+ it's+",
    '("a","b").and(1,1) and more',
    '("a","b").blend(1,1,1)',
    "a dog.blend(1)",
    "red++++++++++",
    "\u00e9t\u00e9+ H\u00fcndin-",
    "",
    "   ",
]


def letters(pairs: list[tuple[str, float]]) -> list[tuple[str, float]]:
    return [(letter, weight) for letter, weight in pairs if letter.isalnum()]


def said_by_compel(text: str) -> list[tuple[str, float]] | None:
    """By Compel's own parser, untouched; None where it refuses the text."""
    try:
        conjunction = PromptParser().parse_conjunction(" ".join(text.split()))
    except Exception:  # noqa: BLE001 - whatever it raises: see FACTS of the syntax
        return None
    found: list[tuple[str, float]] = []
    for prompt in conjunction.prompts:
        for branch in getattr(prompt, "prompts", [prompt]):
            for child in branch.children:
                for part in getattr(child, "original", [child]):
                    found += [(letter, round(min(part.weight, 10), 4)) for letter in part.text]
    return found


@pytest.mark.parametrize("text", SYNTAX)
def test_every_letter_is_marked_with_the_weight_that_compel_gives_it(page: Page, text: str) -> None:
    # Given a prompt with any of Compel's syntax; when it is read
    page.write(text)
    # Then what is painted as text, and how heavy, is what Compel makes of it
    said = said_by_compel(text)
    if said is None or any("literally" in note for note in parse_prompt(text).notes):
        said = [(letter, 1.0) for letter in text]
    assert letters(page.weights()) == letters(said)
    # And what weighs more or less has a tint, and nothing else has
    for character in page.shown():
        has_tint = character.format.hasProperty(QTextCharFormat.Property.BackgroundBrush)
        assert has_tint == (character.weight != 1)


def places_are_known(reader: PromptReader, text: str) -> bool:
    return all(token.start is not None for token in reader.read(text).tokens)


SIGNS = ["(", ")", '"', "+", "-", ".", ",", " ", " "]
PARTS = ["dog", "é", "🌭", ")1.2", ")+", "\\(", "1", "1.5", "(red)", "(a b)++", ".attend(1.5)"]
OPERATORS = ['("a", "b+").blend(1,2)', '("a", "b").and()', ".swap(dog)", "withLora(x,1)"]
ANYTHING = st.lists(st.sampled_from([*SIGNS, *PARTS, *OPERATORS]), max_size=14).map("".join)


@given(ANYTHING)
@hypothesis_settings(max_examples=200)
def test_any_text_is_marked_as_it_is_read(reader: PromptReader, text: str) -> None:
    page = Page(reader)
    page.write(text)
    if not places_are_known(reader, text):
        return
    weights: dict[int, float] = {}
    for token in reader.read(text).tokens:
        weights |= dict.fromkeys(range(token.start or 0, token.end or 0), round(token.weight, 4))
    painted = [(round(c.weight, 4), c.is_read) for c in page.shown()]
    expected = [(weights.get(i, 1.0), i in weights) for i in range(len(text))]
    assert [(text[i], *painted[i]) for i in range(len(text)) if text[i].isalnum()] == [
        (text[i], *expected[i]) for i in range(len(text)) if text[i].isalnum()
    ]


def test_what_is_wrong_is_underlined_with_its_reason(page: Page) -> None:
    page.write("a (red) dog) 🌭 (sun:1.2)")
    underlined = "".join(c.text for c in page.shown() if c.is_underlined)
    assert underlined == ")(sun:1.2)"
    reasons = [m.text for m in page.highlighter.marks_at(11) if m.kind is Kind.PROBLEM]
    assert len(reasons) == 1
    assert "no partner" in reasons[0]


def test_what_the_first_chunk_has_no_room_for_is_dim(page: Page) -> None:
    page.write("dog " * 75 + "sun sun+")
    dim = "".join(c.text for c in page.shown() if c.format.foreground().color().name() == DARK.dim)
    assert re.sub(r"\s", "", dim) == "sun+"  # the other sun has a tint, on which dim is too faint
    page.write("dog " * 75)
    assert not any(m.kind is Kind.BEYOND for m in page.highlighter.marks)


def test_the_other_options_of_a_choice_are_not_left_out(page: Page) -> None:
    page.write("a {red|blue dog}+ (sun|moon)1.5")
    unread = "".join(c.text for c in page.shown() if not c.is_read)
    assert unread == "{|}+()1.5"


@pytest.mark.parametrize("colours", [DARK, LIGHT], ids=["dark", "light"])
def test_the_further_from_1_the_stronger_the_tint(colours: object) -> None:
    assert colours is DARK or colours is LIGHT
    ground = colours.field

    def distance(weight: float) -> int:
        mixed, plain = tint(colours, weight), tint(colours, weight).fromString(ground)
        return sum(
            abs(one - other)
            for one, other in zip(mixed.toTuple()[:3], plain.toTuple()[:3], strict=True)  # type: ignore[index]
        )

    heavier = [distance(weight) for weight in (1.1, 1.21, 1.5, 2.0)]
    lighter = [distance(weight) for weight in (0.9, 0.81, 0.5, 0.0)]
    assert heavier == sorted(set(heavier))
    assert lighter[:3] == sorted(set(lighter[:3]))
    assert distance(5.0) == distance(2.0)
    assert tint(colours, 1.21) != tint(colours, 1 / 1.21)


# -- while somebody types -------------------------------------------------------------------------


def test_marks_move_along_until_the_text_is_read_anew(page: Page) -> None:
    page.write("a red+ dog (on snow)1.2")
    before = page.weights()

    page.type(0, "🌭 ")

    assert page.weights() == [("🌭", 1.0), *before]
    page.type(0, "", instead_of=3)
    assert page.weights() == before


def test_what_is_typed_inside_a_weighted_word_has_its_tint(page: Page) -> None:
    page.write("a (red dog)1.5 sun")
    page.type(5, "dy")
    assert ("y", 1.5) in page.weights()
    page.type(0, "new", instead_of=page.document.characterCount() - 1)
    assert page.weights() == [("n", 1.0), ("e", 1.0), ("w", 1.0)]


def test_only_lines_that_look_different_are_drawn_again(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    page.write("\n".join(["a red+ dog (on snow)1.2"] * 12))
    drawn: list[str] = []
    draw = PromptHighlighter.rehighlightBlock

    def draw_and_tell(self: PromptHighlighter, block: QTextBlock) -> None:
        drawn.append(block.text())
        draw(self, block)

    monkeypatch.setattr(
        PromptHighlighter,
        "rehighlightBlock",
        draw_and_tell,
    )
    # When plain words are typed, then nothing is left to do
    page.type(0, "hi ")
    page.read()
    assert drawn == []
    # When a sign is typed, then its line is drawn
    page.type(2, "+")
    page.read()
    assert drawn == ["hi+ a red+ dog (on snow)1.2"]
    assert page.weights()[0] == ("h", 1.1)


def test_a_new_theme_draws_the_same_marks_in_its_colours(page: Page) -> None:
    page.write("a red++ dog")
    before = page.weights()
    page.highlighter.set_colours(LIGHT)
    assert page.weights() == before
    assert page.shown()[2].format.background().color() == tint(LIGHT, 1.1**2)


def test_reading_again_is_no_step_to_undo(page: Page) -> None:
    cursor = QTextCursor(page.document)
    cursor.insertText("a red+ dog")
    page.read()
    cursor.insertText("!")
    page.read()
    assert page.document.availableUndoSteps() <= 2
    page.document.undo()
    page.document.undo()
    assert page.document.toPlainText() == ""


@given(st.text(max_size=30), st.integers(0, 30))
@hypothesis_settings(max_examples=100)
def test_places_are_qts_and_back(text: str, at: int) -> None:
    at = min(at, len(text))
    places = Places(text)
    assert places.qt(at) == len(text[:at].encode("utf-16-le", "surrogatepass")) // 2
    assert places.python(places.qt(at)) == at
