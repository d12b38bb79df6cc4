from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from command_line import CommandLine
from fakes import DACKEL, PUBLISHED, damaged, picture_of
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


def test_models_are_listed_the_built_in_one_first(command: CommandLine) -> None:
    ended = command("models", "list")

    first, second = ended.out.split("\n\n")
    assert (ended.code, ended.err) == (0, "")
    assert first.splitlines()[0] == "dackel (Dackel)"
    assert "complete, built in" in first
    assert "384x384; sides from 256 to 512" in first
    assert str(DACKEL.prior_path) in first
    assert second.splitlines()[0] == "wuerstchen (Würstchen v2)"
    assert "built in" not in second


def test_a_model_that_cannot_be_used_says_why(command: CommandLine) -> None:
    command.catalogue.infos = (damaged(),)

    text, objects = command("models", "list"), command("models", "list", "--json")

    assert "cannot be used" in text.out
    assert "Its prior is missing." in text.out
    (listed,) = objects.objects[0]
    assert (listed["complete"], listed["problem"]) == (False, "Its prior is missing.")


def test_models_as_json_are_one_list(command: CommandLine) -> None:
    (listed,) = command("models", "list", "--json").objects

    assert [(m["name"], m["path"], m["built_in"], m["complete"]) for m in listed] == [
        ("dackel", str(DACKEL.path), True, True),
        ("wuerstchen", str(PUBLISHED.path), False, True),
    ]
    assert listed[0]["default_size"] == [384, 384]


def test_a_model_with_a_prior_of_its_own_says_where_that_is(command: CommandLine) -> None:
    alone = Path("models/wuerstchen-prior-model-base")
    command.catalogue.infos = (
        replace(
            PUBLISHED,
            name="wuerstchen+prior-model-base",
            title="Würstchen v2 with prior-model-base",
            prior_weights=alone,
        ),
    )

    text, objects = command("models", "list"), command("models", "list", "--json")

    lines = text.out.splitlines()
    assert lines[0] == "wuerstchen+prior-model-base (Würstchen v2 with prior-model-base)"
    folders = [line.split()[-1] for line in lines if "models" in line]
    assert folders == [str(PUBLISHED.path), str(PUBLISHED.prior_path), str(alone)]
    assert objects.objects[0][0]["prior_weights"] == str(alone)


def test_a_copy_says_of_what_it_is_one(command: CommandLine) -> None:
    command.catalogue.infos = (
        replace(DACKEL, copy_of="pudel", copy_of_hash="ab" * 32, copy_dtype="float16"),
        PUBLISHED,
    )

    text, objects = command("models", "list"), command("models", "list", "--json")

    first, second = text.out.split("\n\n")
    assert "copy of  pudel, in float16" in first
    assert "copy of" not in second
    (listed,) = objects.objects
    source = {"name": "pudel", "content_hash": "ab" * 32, "dtype": "float16"}
    assert [model["copy_of"] for model in listed] == [source, None]


def test_without_any_model_the_person_is_told_where_to_put_one(
    command: CommandLine, home: Home
) -> None:
    command.catalogue.infos = ()

    text, objects = command("models", "list"), command("models", "list", "--json")

    assert text.code == 0
    assert str(home.models) in text.out
    assert objects.objects == [[]]


def test_a_picture_tells_how_it_was_made(command: CommandLine, picture: Path) -> None:
    ended = command("metadata", picture)

    assert (ended.code, ended.err) == (0, "")
    lines = [line.split(maxsplit=1) for line in ended.out.splitlines()]
    assert lines[0] == ["Prompt", "a dog"]
    assert lines[1] == ["at", "night"]
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

    lines = [line.split(maxsplit=1) for line in ended.out.splitlines()]
    assert lines == [
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
    assert "is no file" in folder.err
