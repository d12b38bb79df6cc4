"""A blend of two priors on the command line."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from checkpoints import make_checkpoint, make_single_prior
from command_line import CommandLine
from fakes import PUBLISHED
from wurstdesk.gallery.image_metadata import read_metadata

BASE = replace(PUBLISHED, name="wuerstchen+base", prior_weights=Path("priors/base"))
DOG = "a dog"


@pytest.fixture
def command(command: CommandLine) -> CommandLine:
    command.catalogue.infos = (*command.catalogue.infos, BASE)
    return command


@pytest.mark.parametrize("name", ["base", "wuerstchen+base"])
def test_a_blend_is_asked_for_by_name_and_share(command: CommandLine, name: str) -> None:
    chosen = ("--checkpoint", "wuerstchen", "--blend-prior", name)
    ended = command("generate", DOG, *chosen, "--blend", "0.35")
    (request,) = command.generator.requests
    assert (request.prior_blend, request.blend_prior) == (0.35, "wuerstchen+base")
    assert read_metadata(ended.paths[0]).request == request


def test_without_a_share_it_is_half(command: CommandLine) -> None:
    command("generate", DOG, "--checkpoint", "wuerstchen", "--blend-prior", "base")
    assert command.generator.requests[0].prior_blend == 0.5


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--blend", "0.5"], 2, "--blend-prior"),
        (["--blend-prior", "base", "--blend", "1.5"], 2, "--blend"),
        (["--blend-prior", "nobody"], 1, "nobody"),
    ],
)
def test_what_cannot_be_is_said(
    command: CommandLine, arguments: list[str], code: int, said: str
) -> None:
    ended = command("generate", DOG, "--checkpoint", "wuerstchen", *arguments)
    assert ended.code == code
    assert said in ended.err
    assert not command.generator.requests


def test_a_folder_with_a_prior_is_recorded_by_its_name(
    real_command: CommandLine, tmp_path: Path
) -> None:
    # Given a checkpoint and, elsewhere, a prior by itself
    decoder = make_checkpoint(tmp_path / "models")
    alone = make_single_prior(tmp_path / "elsewhere")
    few = ("--size", "128x128", "--prior-steps", "2", "--decoder-steps", "1", "--seed", "3")
    chosen = ("--checkpoint", decoder, "--blend-prior", alone)
    # When a picture is made of both, and again by what it says
    ended = real_command("generate", DOG, *few, *chosen, "--out", tmp_path / "out.png")
    # Then it says which prior that was, and not where on this machine
    assert ended.code == 0
    metadata = read_metadata(tmp_path / "out.png")
    assert metadata.request is not None
    assert metadata.provenance is not None
    assert metadata.request.blend_prior == "wuerstchen+prior-model-base"
    assert metadata.provenance.blend_name == "wuerstchen+prior-model-base"
    assert str(tmp_path) not in str(metadata)


def test_another_configuration_is_refused_before_the_engine_starts(
    real_command: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoder = make_checkpoint(tmp_path / "one")
    other = make_checkpoint(tmp_path / "two", name="larger", size="small")
    monkeypatch.setattr("wurstdesk.cli.parts.make_generator", None)
    ended = real_command("generate", DOG, "--checkpoint", decoder, "--blend-prior", other)
    assert ended.code == 1
    assert "of another configuration" in ended.err
