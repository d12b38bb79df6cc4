"""The sizes on offer."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from fakes import DACKEL, PUBLISHED
from studio import Studio
from wurstdesk.generation import CheckpointInfo, GenerationRequest
from wurstdesk.ui.size_picker import SizePicker
from wurstdesk.ui.sizes import is_trained, presets


@pytest.mark.parametrize("info", [DACKEL, PUBLISHED, None])
def test_the_first_is_the_default_and_all_can_be_drawn(info: CheckpointInfo | None) -> None:
    offered = presets(info)
    default = info.default_size if info else (1024, 1024)
    assert (offered[0].width, offered[0].height) == default
    assert len(offered) == 6
    assert len({(p.width, p.height) for p in offered}) == 6
    for preset in offered:
        GenerationRequest(width=preset.width, height=preset.height)
        across, down = map(int, preset.name.split(":"))
        assert preset.width / preset.height == pytest.approx(across / down, rel=0.08)


def test_the_published_checkpoint_is_not_asked_for_small_sides() -> None:
    assert all(min(p.width, p.height) >= 1024 for p in presets(PUBLISHED))


def test_the_trained_range_includes_its_ends() -> None:
    assert [is_trained(side, DACKEL) for side in (128, 256, 384, 512, 640)] == [
        False,
        True,
        True,
        True,
        False,
    ]
    assert is_trained(4096, None)


def test_shapes_are_drawn_anew_only_where_the_choice_changes(qtbot: QtBot, studio: Studio) -> None:
    studio.read_catalogue(DACKEL)
    picker = SizePicker(studio.state.form)
    qtbot.addWidget(picker)
    first, second, *others = picker.preset_buttons()
    before = [button.icon().cacheKey() for button in picker.preset_buttons()]

    studio.state.form.edit(prompt="a dog")
    assert [button.icon().cacheKey() for button in picker.preset_buttons()] == before

    second.click()
    after = [button.icon().cacheKey() for button in picker.preset_buttons()]
    assert [old == new for old, new in zip(before, after, strict=True)] == [
        button in others for button in (first, second, *others)
    ]
