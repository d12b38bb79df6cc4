from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from command_line import CommandLine
from fakes import PUBLISHED, Step, picture_of, usual_script
from wurstdesk.cli import parts
from wurstdesk.errors import UserError
from wurstdesk.gallery.store import Gallery
from wurstdesk.generation import GeneratedPicture, GenerationRequest, PictureReady
from wurstdesk.paths import Home


def drawn(request: GenerationRequest) -> list[Step]:
    """Pictures with something in them."""
    pictures = [picture_of(request, index) for index in range(request.num_images)]
    return [PictureReady(with_a_dot(picture)) for picture in pictures]


def with_a_dot(picture: GeneratedPicture) -> GeneratedPicture:
    pixels = picture.pixels
    return replace(picture, pixels=replace(pixels, data=b"\1\2\3" + pixels.data[3:]))


@pytest.fixture
def command(command: CommandLine) -> CommandLine:
    """With an engine that draws."""
    command.generator.script = drawn
    return command


def test_all_of_it_works(command: CommandLine, home: Home) -> None:
    ended = command("--self-test")

    lines = [line.split(maxsplit=2) for line in ended.out.splitlines()]
    assert (ended.code, ended.err) == (0, "")
    assert [line[:2] for line in lines] == [
        ["ok", "checkpoint"],
        ["ok", "pictures"],
        ["ok", "gallery"],
        ["ok", "metadata"],
        ["ok", "network"],
        ["ok", "output"],
        ["Everything", "works."],
    ]
    assert "2 of 384x384 on cpu in float32" in ended.out
    assert not home.data.exists(), "it has a home of its own"
    assert command.generator.is_closed


def test_it_works_with_the_real_engine(
    real_command: CommandLine, checkpoint: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "builtin_checkpoint", lambda: checkpoint)

    ended = real_command("--self-test")

    assert (ended.code, ended.err) == (0, "")
    assert ended.out.endswith("Everything works.\n")


def test_without_its_checkpoint_it_fails(command: CommandLine) -> None:
    command.catalogue.infos = (PUBLISHED,)

    ended = command("--self-test")

    assert ended.code == 1
    first, last = ended.out.splitlines()
    assert first.startswith("FAILED  checkpoint ")
    assert last == "This installation does not work."


def same_picture_twice(request: GenerationRequest) -> list[Step]:
    first, second = (with_a_dot(picture_of(request, index)) for index in range(2))
    return [PictureReady(first), PictureReady(replace(second, pixels=first.pixels))]


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (lambda request: [UserError("Too large.")], "Too large."),
        (lambda request: [OSError("broken\nlibrary")], "OSError: broken library"),
        (lambda request: [], "Other pictures were drawn"),
        (same_picture_twice, "Different seeds gave the same picture."),
        (usual_script, "A picture is empty."),
    ],
)
def test_an_engine_that_does_not_draw_is_found(
    command: CommandLine, script: Callable[[GenerationRequest], list[Step]], said: str
) -> None:
    command.generator.script = script

    ended = command("--self-test")

    assert ended.code == 1
    assert ended.out.splitlines()[1].startswith("FAILED  pictures ")
    assert said in ended.out


def test_a_gallery_that_forgets_is_found(
    command: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Gallery, "recent", lambda self, limit: [])

    ended = command("--self-test")

    assert ended.code == 1
    assert "FAILED  gallery " in ended.out


def test_who_wants_the_network_is_found_and_refused(command: CommandLine) -> None:
    def report_home() -> None:
        with suppress(OSError):
            socket.create_connection(("192.0.2.1", 443))

    connect = socket.socket.connect
    command.generator.script = lambda request: [report_home, *drawn(request)]

    ended = command("--self-test")

    assert ended.code == 1
    assert "FAILED  network " in ended.out
    assert "192.0.2.1" in ended.out
    assert socket.socket.connect is connect


def print_below_python() -> None:
    os.write(2, b"NNPACK is not there\n")


def print_to_stderr() -> None:
    sys.stderr.write("deprecated\n")


def print_to_stdout() -> None:
    print("Welcome")


@pytest.mark.parametrize("noise", [print_below_python, print_to_stderr, print_to_stdout])
def test_who_prints_is_found(command: CommandLine, noise: Callable[[], None]) -> None:
    command.generator.script = lambda request: [noise, *drawn(request)]

    ended = command("--self-test")

    assert ended.code == 1
    assert "FAILED  output " in ended.out
    assert ended.err == ""
