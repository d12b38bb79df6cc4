"""The inspector: everything about the picture in view."""

# mypy: disable-error-code="no-untyped-call"
# pytest-qt's keys and clicks have no types.
from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from fakes import Gate, full_disk, picture_of
from studio import Studio
from wurstdesk.generation import PictureReady
from wurstdesk.ui.inspector import Inspector
from wurstdesk.ui.value_label import ValueLabel, breakable

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def inspector(qtbot: QtBot, studio: Studio) -> Inspector:
    """Shown alone, with the checkpoints known."""
    made = Inspector(studio.state)
    qtbot.addWidget(made)
    made.resize(264, 700)
    with qtbot.waitExposed(made):
        made.show()
    studio.read_catalogue()
    return made


def texts(inspector: Inspector) -> dict[str, str]:
    return {name: v.value for name, v in inspector.values.items() if v.isVisible()}


def test_nothing_in_view_is_said(studio: Studio, inspector: Inspector) -> None:
    assert inspector.empty.isVisible()
    studio.generate(num_images=2)
    assert inspector.empty.isVisible(), "several pictures are none in particular"


def test_everything_about_a_picture(studio: Studio, inspector: Inspector) -> None:
    studio.generate(prompt="a dog", negative_prompt="a cat", width=512, decoder_seed=4)
    assert studio.state.pictures.find(1) is not None
    shown = texts(inspector)
    made = shown.pop("made")
    assert made
    assert shown == {
        "prompt": "a dog",
        "negative_prompt": "a cat",
        "seed": "1001",
        "size": "512 × 384",
        "prior_schedule": "published, 29 steps",
        "prior_guidance_scale": "4",
        "decoder_num_inference_steps": "12",
        "decoder_guidance_scale": "0",
        "decoder_seed": "4",
        "checkpoint": "Dackel",
        "device": "cpu · float32 · 2 threads",
        "took": "2.1 s\nStage C 1.5 s\nStage B 0.5 s\nStage A 0.1 s",
        "file": str(studio.sink.saved[0].path),
    }


def test_what_is_not_there_has_no_line(studio: Studio, inspector: Inspector) -> None:
    studio.sink.failures.append(full_disk())
    studio.generate()
    shown = texts(inspector)
    assert "negative_prompt" not in shown
    assert "decoder_seed" not in shown
    assert "made" not in shown
    assert shown["prompt"] == "(no prompt)"
    assert shown["file"] == "not saved"
    assert not inspector.show_file.isEnabled()

    studio.state.saving.save_again()
    studio.qtbot.waitUntil(inspector.show_file.isEnabled)
    assert texts(inspector)["file"].endswith(".png")


def test_it_follows_the_picture_in_view(studio: Studio, inspector: Inspector) -> None:
    studio.generate(prompt="one")
    gate = Gate()
    studio.generator.script = lambda r: [PictureReady(picture_of(r)), gate]
    studio.state.form.edit(prompt="two")
    studio.state.generate()
    studio.qtbot.waitUntil(lambda: texts(inspector).get("prompt") == "two")  # the job still runs
    studio.state.showing.show_picture(1)
    assert texts(inspector)["prompt"] == "one"
    gate.open()
    studio.wait_until_idle()
    assert texts(inspector)["prompt"] == "one"


def test_settings_are_taken_all_or_one(qtbot: QtBot, studio: Studio, inspector: Inspector) -> None:
    studio.generate(prompt="one", width=512)
    form = studio.state.form
    form.edit(prompt="two", width=256, seed=5)
    qtbot.mouseClick(inspector.use_prompt, LEFT)
    assert (form.request.prompt, form.request.width, form.request.seed) == ("one", 256, 5)
    qtbot.mouseClick(inspector.use_seed, LEFT)
    assert (form.request.width, form.request.seed) == (256, 1001)
    qtbot.mouseClick(inspector.use_all, LEFT)
    assert form.request.width == 512


def test_the_file_is_asked_for(qtbot: QtBot, studio: Studio, inspector: Inspector) -> None:
    studio.generate()
    with qtbot.waitSignal(inspector.show_file_asked):
        qtbot.mouseClick(inspector.show_file, LEFT)


def test_values_are_copied_by_keyboard(qtbot: QtBot, studio: Studio, inspector: Inspector) -> None:
    studio.generate(prompt="a dog")
    label = inspector.values["seed"]
    label.setFocus()
    qtbot.keyClick(label, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.clipboard().text() == "1001"


def test_a_selection_is_copied_without_invisible_signs(qtbot: QtBot) -> None:
    label = ValueLabel("File")
    qtbot.addWidget(label)
    long = "/home/anna/Pictures/" + "x" * 60 + ".png"
    label.show_value(long)
    assert "\u200b" in label.text()
    label.setSelection(0, len(label.text()))
    label.copy()
    assert QApplication.clipboard().text() == long


def test_long_words_can_be_broken_and_others_stay() -> None:
    assert breakable("a long red dog") == "a long red dog"
    word = "x" * 50
    assert max(len(part) for part in breakable(word).split("\u200b")) <= 20
    assert breakable(word).replace("\u200b", "") == word


def test_names_stand_above_their_values_where_it_is_narrow(
    studio: Studio, inspector: Inspector
) -> None:
    studio.generate()
    inspector.resize(180, 700)
    QApplication.processEvents()
    seed, label = inspector.values["seed"], inspector._labels["seed"]
    assert seed.y() > label.y()
    inspector.resize(400, 700)
    QApplication.processEvents()
    assert seed.x() > label.x()


@pytest.mark.usefixtures("window")  # it brings the style sheet
def test_what_fits_a_line_takes_one(qtbot: QtBot) -> None:
    label = ValueLabel("Device")
    qtbot.addWidget(label)
    label.show_value("cpu · float32 · 2 threads")
    label.ensurePolished()
    height = label.fontMetrics().height()
    width = label.fontMetrics().horizontalAdvance(label.value) + 4  # and its frame
    assert label.heightForWidth(width) < 1.5 * height
    assert label.heightForWidth(width - 10) > 1.5 * height
