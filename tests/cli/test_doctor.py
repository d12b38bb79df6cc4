from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

import wurstdesk
from command_line import CommandLine
from fakes import DACKEL, PUBLISHED, damaged
from machines import MACHINES, PUBLISHED_SIZES, machine, nvidia
from wurstdesk.cli import doctor, parts
from wurstdesk.engine.component_sizes import ComponentSizes, read_sizes
from wurstdesk.engine.machine import Hardware
from wurstdesk.errors import CheckpointError
from wurstdesk.generation import CheckpointInfo
from wurstdesk.paths import Home
from wurstdesk.settings import Settings, save_settings

HARDWARE = machine(64, 52, nvidia("RTX 4090", (8, 9), 24, 22.5))


@pytest.fixture(autouse=True)
def hardware(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "detect_hardware", lambda: HARDWARE)


@pytest.fixture(autouse=True)
def sizes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The built-in checkpoint is there; of the published one there is only its sizes."""

    def read(info: CheckpointInfo) -> ComponentSizes:
        if info.name == PUBLISHED.name:
            return PUBLISHED_SIZES
        folder = parts.builtin_checkpoint()
        there = replace(info, path=folder / "wuerstchen", prior_path=folder / "wuerstchen-prior")
        return read_sizes(there)

    monkeypatch.setattr(doctor, "read_sizes", read)


def test_a_healthy_installation(command: CommandLine, home: Home) -> None:
    ended = command("doctor")

    assert (ended.code, ended.err) == (0, "")
    assert f"wurstdesk           {wurstdesk.__version__}" in ended.out
    assert "cuda:0 (RTX 4090, 24.0 GB, 22.5 GB of it free)" in ended.out
    assert "wuerstchen  1024×1024: cuda:0, float16, 6." in ended.out
    assert " GB at the most\n" in ended.out
    assert "The whole model stays on RTX 4090, because the 22.5 GB that are free" in ended.out
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
        "free": 22_500_000_000,
        "unified": False,
        "bfloat16": True,
        "fast_half": True,
    }
    assert report["memory"]["total"] > report["memory"]["available"] > 0
    assert list(report["plans"]) == [DACKEL.name, PUBLISHED.name]
    plan = report["plans"][PUBLISHED.name]
    assert (plan["device"], plan["offload"], plan["width"]) == ("cuda:0", "none", 1024)
    assert 6_000_000_000 < plan["needs"] < 7_000_000_000
    assert report["plans"][DACKEL.name]["width"] == 384
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
    assert (report["devices"], report["plans"]) == ([], {})
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
    assert (
        "By the settings nothing can be drawn with dackel and wuerstchen: "
        "No Apple graphics unit was found" in ended.out
    )


def test_what_would_make_it_faster_is_said(
    command: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "detect_hardware", lambda: MACHINES["6 GB card"])

    ended = command("doctor")

    assert ended.code == 0
    assert "Stage C and Stage B take turns on RTX 2060" in ended.out
    assert "On a graphics card with 8 GB the whole model would stay there" in ended.out


def test_the_settings_count(command: CommandLine, home: Home) -> None:
    save_settings(home.settings_file, Settings(offload="group"))

    (report,) = command("doctor", "--json").objects

    assert report["plans"][PUBLISHED.name]["offload"] == "group"


def test_a_checkpoint_too_large_for_this_computer_is_a_problem(
    command: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "detect_hardware", lambda: MACHINES["4 GB computer"])

    ended = command("doctor")

    assert ended.code == 1
    assert "By the settings nothing can be drawn with wuerstchen: There is not enough" in ended.out
    assert "dackel  384×384: cpu, float32" in ended.out


def test_a_checkpoint_whose_sizes_cannot_be_read_is_a_problem(
    command: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(info: CheckpointInfo) -> ComponentSizes:
        raise CheckpointError(f"{info.name} is damaged.")

    monkeypatch.setattr(doctor, "read_sizes", read)

    ended = command("doctor")

    assert ended.code == 1
    assert "By the settings nothing can be drawn with dackel: dackel is damaged." in ended.out


def test_memory_that_is_shared_with_the_processor_is_said_to_be(
    command: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "detect_hardware", lambda: MACHINES["16 GB Mac"])

    ended = command("doctor")

    assert "mps (Apple M2 graphics, 11.5 GB of main memory, 11.0 GB of it free)" in ended.out


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
