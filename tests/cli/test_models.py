"""``wurstdesk models``, with real checkpoints and a hub on this machine."""

from __future__ import annotations

import io
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import pytest
from PIL import Image

from checkpoints import copy_checkpoint, make_checkpoint, make_single_prior, prior_of
from command_line import CommandLine
from hub_server import Cut, HubServer
from wurstdesk.cli import models_work
from wurstdesk.generation.fetching import Cancelled, FetchEvent, FetchOrder, Waiting
from wurstdesk.paths import Home

WEIGHTS = "diffusion_pytorch_model.safetensors"
LFS = (".safetensors",)


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[HubServer]:
    """The published repositories in small; what the environment calls the hub."""
    decoder = make_checkpoint(tmp_path / "at the hub")
    with HubServer() as server:
        server.add("warp-ai/wuerstchen", decoder, lfs=LFS)
        server.add("warp-ai/wuerstchen-prior", prior_of(decoder), lfs=LFS)
        monkeypatch.setenv("HF_ENDPOINT", server.endpoint)
        yield server


@pytest.fixture(autouse=True)
def no_hub_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    monkeypatch.setenv("HOME", str(tmp_path / "person"))
    for name in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)


def test_what_lies_here_is_found_whole_and_not(
    real_command: CommandLine, checkpoint: Path, home: Home, tmp_path: Path
) -> None:
    # Given a partial one of ours, one in the hub's cache, and one in a folder of the person's
    decoder = copy_checkpoint(checkpoint / "wuerstchen", home.models)
    shutil.rmtree(decoder / "vqgan")
    make_checkpoint(tmp_path / "hf" / "hub", layout="hub_cache")
    make_single_prior(tmp_path / "mine")
    # When they are looked for
    text = real_command("models", "find", tmp_path / "mine")
    (items,) = real_command("models", "find", tmp_path / "mine", "--json").objects
    # Then each says what it is
    assert [(i["name"], i["kind"], i["state"], i["place"]) for i in items] == [
        ("dackel", "checkpoint", "complete", "built in"),
        ("wuerstchen", "checkpoint", "complete", "hub cache"),
        ("pudel", "checkpoint", "partial", "ours"),
        ("wuerstchen-prior-model-base", "prior", "complete", "yours"),
    ]
    assert items[2]["missing"] == ["image decoder (Stage A)"]
    assert set(items[3]["fits"]) == {"pudel", "wuerstchen"}
    assert items[1]["repo"] == "warp-ai/wuerstchen"
    assert "missing  image decoder (Stage A)" in text.out
    assert str(home.models) in text.err
    # And pictures can be made with the one in the cache, by its name
    assert "wuerstchen" in real_command("models", "list").out


def test_the_offer_is_printed_and_nothing_fetched(
    real_command: CommandLine, hub: HubServer, home: Home
) -> None:
    text, objects = real_command("models", "fetch"), real_command("models", "fetch", "--json")
    assert "12.5 GB, MIT" in text.out
    names = [offer["name"] for offer in objects.objects[0]]
    assert names == ["wuerstchen", "interpolated", "base", "finetuned"]
    assert hub.requests == []
    assert not home.models.exists()


def test_from_nothing_to_a_whole_checkpoint_with_a_cut_in_the_middle(
    real_command: CommandLine, hub: HubServer, home: Home
) -> None:
    # Given a hub whose connection breaks
    hub.fault(f"decoder/{WEIGHTS}", Cut(after=100_000))
    # When the published checkpoint is fetched
    ended = real_command("models", "fetch", "wuerstchen")
    # Then it is there, and told so
    assert (ended.code, ended.paths) == (
        0,
        [home.models / "wuerstchen", home.models / "wuerstchen-prior"],
    )
    assert "wuerstchen: ready" in ended.err
    # And it can be verified, converted, and removed
    assert "is whole" in real_command("models", "verify", "wuerstchen").out
    assert real_command("models", "convert", "wuerstchen").paths == [
        home.models / "wuerstchen-fp16"
    ]
    (report,) = real_command("models", "verify", "wuerstchen", "--json").objects[0]
    assert (report["good"], report["certain"], report["findings"]) == (True, True, [])
    # And what was converted draws
    drawn = real_command(
        *("generate", "a red dog", "--checkpoint", "wuerstchen-fp16", "--size", "256x128"),
        *("--prior-steps", "3", "--decoder-steps", "2", "--device", "cpu"),
    )
    assert drawn.code == 0, drawn.err
    with Image.open(drawn.paths[0]) as picture:
        assert picture.size == (256, 128)
    removed = real_command("models", "remove", "wuerstchen", "--yes", "--json")
    assert removed.objects[0]["freed"] > 500_000
    assert [path.name for path in home.models.iterdir() if path.name[0] != "."] == [
        "wuerstchen-fp16"
    ]


def test_what_is_damaged_is_fetched_again(
    real_command: CommandLine, hub: HubServer, home: Home
) -> None:
    assert real_command("models", "fetch", "warp-ai/wuerstchen").code == 0
    path = home.models / "wuerstchen" / "vqgan" / WEIGHTS
    good = path.read_bytes()
    path.write_bytes(good[:-1] + bytes([good[-1] ^ 1]))
    ended = real_command("models", "verify", "wuerstchen")
    assert ended.code == 1
    assert f"{path}: its content is not what it has to be" in ended.out
    assert "--repair" in ended.err
    asked = len(hub.asked_for(f"decoder/{WEIGHTS}"))
    ended = real_command("models", "verify", "wuerstchen", "--repair")
    assert ended.code == 0, ended.err
    assert path.read_bytes() == good
    assert len(hub.asked_for(f"decoder/{WEIGHTS}")) == asked
    assert real_command("models", "verify", "wuerstchen").code == 0


def test_a_fetch_that_cannot_be_is_a_sentence(
    real_command: CommandLine, hub: HubServer, home: Home
) -> None:
    for arguments, said in (
        (("nobody",), "is not offered"),
        (("some/thing",), "There is no public repository some/thing"),
        (("wuerstchen", "--revision", "abc"), "one by one"),
    ):
        ended = real_command("models", "fetch", *arguments)
        assert (ended.code, ended.out) == (1, "")
        assert said in ended.err
    assert not home.models.exists() or not list(home.models.glob("[!.]*"))


class Interrupted:
    """Stands in for the process that fetches; Ctrl+C is pressed twice while it waits."""

    def __init__(self, order: FetchOrder) -> None:
        self.cancelled = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self.cancelled == 1

    def cancel(self) -> None:
        self.cancelled += 1

    def events(self) -> Iterator[FetchEvent]:
        yield Waiting(30, "The hub asks for patience.")
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        yield Cancelled()


def test_ctrl_c_calls_a_fetch_off(
    real_command: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models_work, "FetchProcess", Interrupted)
    ended = real_command("models", "fetch", "base")
    assert (ended.code, ended.out) == (130, "")
    assert "The hub asks for patience. Waiting 30 seconds." in ended.err
    assert "the same command goes on from it" in ended.err


def test_files_are_brought_by_hand(
    real_command: CommandLine, checkpoint: Path, home: Home, tmp_path: Path
) -> None:
    # Given single files and one of no use
    note = tmp_path / "note.txt"
    note.write_text("hello", encoding="utf-8")
    half = checkpoint / "wuerstchen-prior"
    ended = real_command("models", "import", half / "prior" / WEIGHTS, note, half / "text_encoder")
    # Then what is of use is taken and what is missing named
    assert ended.code == 0
    assert "“note.txt” was left out: it is no part of a checkpoint." in ended.err
    assert "still missing: " in ended.out
    assert "the folder of the decoder" in ended.out
    # And the whole folder under another name makes a whole one, once
    ended = real_command("models", "import", checkpoint, "--name", "my own", "--json")
    assert [item["state"] for item in ended.objects[0]["items"]] == ["complete"]
    assert (home.models / "my own-prior").is_dir()
    again = real_command("models", "import", checkpoint, "--name", "my own")
    assert "All of it is here already." in again.err
    nothing = real_command("models", "import", note)
    assert (nothing.code, nothing.out) == (1, "")
    assert "Nothing of this is part of a Würstchen checkpoint." in nothing.err


def test_a_folder_can_be_linked(real_command: CommandLine, checkpoint: Path, home: Home) -> None:
    ended = real_command("models", "import", checkpoint, "--link", "--json")
    (item,) = ended.objects[0]["items"]
    assert (item["state"], item["linked"], item["bytes_on_disk"]) == ("complete", True, 0)


def test_removing_asks_first(
    real_command: CommandLine, checkpoint: Path, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoder = copy_checkpoint(checkpoint / "wuerstchen", home.models)
    # Without a terminal nobody can be asked
    ended = real_command("models", "remove", "pudel")
    assert (ended.code, ended.out) == (1, "")
    assert "Add --yes." in ended.err
    # At one, no means no
    typed = io.StringIO("n\n")
    monkeypatch.setattr(typed, "isatty", lambda: True)
    monkeypatch.setattr("sys.stdin", typed)
    ended = real_command("models", "remove", "pudel")
    assert ended.code == 1
    assert "Nothing was removed." in ended.err
    assert decoder.is_dir()
    # What is not ours to remove says why, without a question
    ended = real_command("models", "remove", "dackel", "--yes")
    assert "It comes with the program." in ended.err
    assert real_command("models", "remove", decoder, "--yes").code == 0
    assert not decoder.exists()


def test_all_are_verified_where_none_is_named(
    real_command: CommandLine, checkpoint: Path, home: Home
) -> None:
    decoder = copy_checkpoint(checkpoint / "wuerstchen", home.models)
    assert real_command("models", "verify").code == 0
    (decoder / "vqgan" / "config.json").unlink()
    ended = real_command("models", "verify")
    assert ended.code == 1
    assert "Dackel looks whole" in ended.out
    assert "missing: image decoder (Stage A): config.json" in ended.out
