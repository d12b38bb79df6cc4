from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from command_line import CommandLine
from fakes import DACKEL, PUBLISHED, damaged
from wurstdesk.paths import Home


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
