from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

import wurstdesk
from command_line import CommandLine
from fakes import DACKEL, PUBLISHED, damaged
from wurstdesk.cli import parts
from wurstdesk.engine.device_planner import Device, Hardware
from wurstdesk.paths import Home
from wurstdesk.settings import Settings, save_settings

CARD = Device("cuda", "RTX 4090", 0, 24_000_000_000, bfloat16=True)
HARDWARE = Hardware((CARD, Device("cpu", "x86_64", bfloat16=True)), threads=2)


@pytest.fixture(autouse=True)
def hardware(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "detect_hardware", lambda: HARDWARE)


def test_a_healthy_installation(command: CommandLine, home: Home) -> None:
    ended = command("doctor")

    assert (ended.code, ended.err) == (0, "")
    assert f"wurstdesk           {wurstdesk.__version__}" in ended.out
    assert "cuda:0 (RTX 4090, 24.0 GB)" in ended.out
    assert "Everything runs on RTX 4090 in float16" in ended.out
    assert str(home.pictures) in ended.out
    assert "not there yet" in ended.out
    assert ended.out.endswith("Everything that is needed is there.\n")


def test_the_same_as_json(command: CommandLine, home: Home) -> None:
    ended = command("doctor", "--json")

    (report,) = ended.objects
    assert ended.code == 0
    assert report["versions"]["wurstdesk"] == wurstdesk.__version__
    assert report["versions"]["torch"]
    assert report["devices"][0] == {
        "device": "cuda:0",
        "name": "RTX 4090",
        "memory": 24_000_000_000,
        "bfloat16": True,
    }
    assert report["memory"]["total"] > report["memory"]["available"] > 0
    assert report["plan"]["device"] == "cuda:0"
    assert report["folders"]["pictures"]["path"] == str(home.pictures)
    assert report["folders"]["pictures"]["exists"] is False
    assert report["folders"]["pictures"]["free"] > 0
    assert [found["name"] for found in report["checkpoints"]] == [DACKEL.name, PUBLISHED.name]
    assert report["problems"] == []


def test_it_looks_and_makes_nothing(command: CommandLine, home: Home) -> None:
    command("doctor")

    assert not home.data.exists()
    assert not home.pictures.exists()


@pytest.mark.parametrize(
    "broken", [ImportError("libcudart.so.13: cannot open\nshared object file"), OSError(1114)]
)
def test_a_broken_torch_is_what_it_is_for(
    command: CommandLine, monkeypatch: pytest.MonkeyPatch, broken: Exception
) -> None:
    def detect() -> Hardware:
        raise broken

    monkeypatch.setattr(parts, "detect_hardware", detect)

    text, objects = command("doctor"), command("doctor", "--json")

    assert (text.code, text.err, objects.code) == (1, "", 1)
    assert f"PyTorch cannot be used ({type(broken).__name__}: " in text.out
    (report,) = objects.objects
    assert (report["devices"], report["plan"]) == ([], None)
    assert "PyTorch cannot be used" in report["problems"][0]


def test_checkpoints_that_cannot_be_used_are_problems(command: CommandLine) -> None:
    command.catalogue.infos = (damaged(PUBLISHED),)

    ended = command("doctor")

    assert ended.code == 1
    assert "The checkpoint wuerstchen cannot be used. Its prior is missing." in ended.out
    assert "The checkpoint that comes with Wurstdesk is missing" in ended.out


def test_settings_that_ask_for_what_is_not_there_are_a_problem(
    command: CommandLine, home: Home
) -> None:
    save_settings(home.settings_file, Settings(device="mps"))

    ended = command("doctor")

    assert ended.code == 1
    assert "No Apple graphics unit was found" in ended.out


def test_a_folder_that_cannot_be_written_is_a_problem(
    command: CommandLine, home: Home, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    save_settings(home.settings_file, Settings(pictures_folder=tmp_path / "file" / "pictures"))

    ended = command("doctor")

    assert ended.code == 1
    assert "Nothing can be written to the folder of pictures" in ended.out


def test_a_full_disk_is_a_problem(command: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(free=0))

    ended = command("doctor")

    assert ended.code == 1
    assert "The disk is full, or nearly so, for: settings and gallery, pictures" in ended.out
