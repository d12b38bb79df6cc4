"""Fixtures of the command line's tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from command_line import CommandLine
from fakes import ScriptedGenerator
from wurstdesk.cli import parts
from wurstdesk.generation import EngineOptions


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """The command line with a scripted engine, two known checkpoints and the real gallery."""
    line = CommandLine(capsys.readouterr)

    def make_generator(
        catalogue: object, options: EngineOptions, timings: object = None
    ) -> ScriptedGenerator:
        del catalogue
        line.options.append(options)
        return line.generator

    monkeypatch.setattr(parts, "catalogue_of", lambda base, *further: line.catalogue)
    monkeypatch.setattr(parts, "make_generator", make_generator)
    return line


@pytest.fixture
def real_command(capsys: pytest.CaptureFixture[str]) -> CommandLine:
    """The same with the real engine; its checkpoints are those that the test makes."""
    return CommandLine(capsys.readouterr)


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a tiny checkpoint, beside which the built-in one is known too."""
    from checkpoints import make_checkpoint

    folder = tmp_path_factory.mktemp("checkpoint")
    make_checkpoint(
        folder,
        description={
            "name": "pudel",
            "title": "Pudel",
            "default_size": [128, 128],
            "trained_sides": [128, 256],
            "prior_timesteps": [1.0, 0.6, 0.3, 0.0],
        },
    )
    return folder
