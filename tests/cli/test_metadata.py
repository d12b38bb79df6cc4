"""``wurstdesk metadata``: how pictures were made, whichever program made them."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from command_line import CommandLine
from fakes import picture_of
from wurstdesk.gallery.store import Gallery
from wurstdesk.generation import make_request
from wurstdesk.paths import Home


@pytest.fixture
def picture(home: Home) -> Path:
    """A picture of ours."""
    request = make_request(
        prompt="a dog\nat night", negative_prompt="a cat", seed=7, width=256, height=128
    )
    with closing(Gallery.open(home.gallery_file, home.pictures)) as gallery:
        return gallery.save(picture_of(request)).path


def foreign(path: Path, **texts: str) -> Path:
    info = PngInfo()
    for keyword, text in texts.items():
        info.add_text(keyword, text)
    Image.new("RGB", (8, 8)).save(path, pnginfo=info)
    return path


def test_a_picture_tells_how_it_was_made(command: CommandLine, picture: Path) -> None:
    ended = command("metadata", picture)

    assert (ended.code, ended.err) == (0, "")
    lines = [line.split(maxsplit=1) for line in ended.out.splitlines()]
    assert lines[0] == ["Program", "Wurstdesk"]
    assert lines[1] == ["Prompt", "a dog"]
    assert lines[2] == ["at", "night"]
    assert ["Negative", "a cat"] in lines
    assert ["Seed", "7"] in lines
    assert ["Size", "256x128"] in lines
    assert ["Device", "cpu, float32"] in lines
    assert ["Seconds", "2.1"] in lines


def test_the_same_as_json(command: CommandLine, picture: Path) -> None:
    (told,) = command("metadata", picture, "--json").objects

    assert told["file"] == str(picture)
    assert told["source"] == "wurstdesk"
    assert (told["prompt"], told["negative_prompt"]) == ("a dog\nat night", "a cat")
    assert told["request"]["seed"] == 7
    assert told["parameters"]["Size-1"] == "256"


def test_another_programs_picture_is_read_too(command: CommandLine, tmp_path: Path) -> None:
    text = "a cat\nNegative prompt: a dog\nSteps: 20, Sampler: Euler a, Seed: 5, Size: 512x640"

    ended = command("metadata", foreign(tmp_path / "cat.png", parameters=text))

    assert [line[:15].rstrip() for line in ended.out.splitlines()] == [
        *("Program", "Prompt", "Negative", "Steps", "Sampler", "Seed", "Size", "Prompt syntax")
    ]
    lines = [line.split(maxsplit=1) for line in ended.out.splitlines()]
    assert lines[:-1] == [
        ["Program", "AUTOMATIC1111"],
        ["Prompt", "a cat"],
        ["Negative", "a dog"],
        ["Steps", "20"],
        ["Sampler", "Euler a"],
        ["Seed", "5"],
        ["Size", "512x640"],
    ]


def test_a_strangers_text_commands_no_terminal(command: CommandLine, tmp_path: Path) -> None:
    file = foreign(tmp_path / "evil.png", parameters="\x1b]0;title\x07 \u202egnp.evil\r")

    ended = command("metadata", file)

    assert ended.code == 0
    assert not {"\x1b", "\x07", "\r", "\u202e"} & set(ended.out)


def test_a_file_that_says_nothing_is_no_failure(command: CommandLine, tmp_path: Path) -> None:
    file = foreign(tmp_path / "plain.png")

    text, objects = command("metadata", file), command("metadata", file, "--json")

    assert (text.code, text.out) == (0, "This file does not say how it was made.\n")
    assert objects.objects[0]["source"] == "unknown"


def test_a_file_that_cannot_be_read_is_a_sentence(command: CommandLine, tmp_path: Path) -> None:
    missing, folder = command("metadata", tmp_path / "x.png"), command("metadata", tmp_path)

    assert (missing.code, missing.out) == (1, "")
    assert "cannot be read: No such file or directory." in missing.err
    assert folder.code == 1
    assert "is no file but a folder" in folder.err


def test_several_pictures_each_under_its_name(
    command: CommandLine, picture: Path, tmp_path: Path
) -> None:
    # Given a picture of ours, one of another program, and one that is not there
    other = foreign(tmp_path / "cat.png", parameters="a cat\nSteps: 2, Seed: 5, Model: x")
    files = (picture, tmp_path / "gone.png", other)
    # When all are asked
    text, objects = command("metadata", *files), command("metadata", *files, "--json")
    # Then two answer, and the missing one is a sentence and makes it end with 1
    assert (text.code, objects.code) == (1, 1)
    assert "gone.png” cannot be read" in text.err
    blocks = text.out.split("\n\n")
    assert [block.splitlines()[0] for block in blocks] == [str(picture), str(other)]
    assert all(line.startswith("  ") for line in blocks[1].splitlines()[1:])
    assert [told["program"] for told in objects.objects] == ["Wurstdesk", "AUTOMATIC1111"]
    assert [told["file"] for told in objects.objects] == [str(picture), str(other)]


def test_a_graph_that_cannot_be_followed_says_so(command: CommandLine, tmp_path: Path) -> None:
    file = foreign(tmp_path / "graph.png", workflow='{"nodes": [], "links": []}')

    ended = command("metadata", file)

    assert ended.code == 0
    assert "its prompt was not recovered" in ended.out
