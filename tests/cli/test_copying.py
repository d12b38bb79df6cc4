"""``wurstdesk models copy``, with the real copying."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Any

import pytest

from checkpoints import copy_checkpoint, damage, make_single_prior
from command_line import CommandLine
from wurstdesk.cli import waiting
from wurstdesk.engine.weight_files import write_safetensors
from wurstdesk.paths import Home


def size_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*.safetensors"))


def test_a_copy_is_half_as_large_and_listed_from_then_on(
    real_command: CommandLine, checkpoint: Path, home: Home
) -> None:
    # Given a checkpoint; when it is copied to where models are looked for
    target = home.models / "half"
    ended = real_command("models", "copy", checkpoint, target)
    # Then the folder is the result, and the name is told
    assert (ended.code, ended.paths) == (0, [target])
    assert ended.err == "Its name is “pudel-fp16”; --checkpoint takes the folder as well.\n"
    assert size_of(target) < 0.6 * size_of(checkpoint)
    # And it is listed with its source
    listed = real_command("models", "list").out
    assert "pudel-fp16 (Pudel (float16))" in listed
    assert "copy of  pudel, in float16" in listed


def test_the_same_as_json(real_command: CommandLine, checkpoint: Path, tmp_path: Path) -> None:
    ended = real_command(
        "models", "copy", checkpoint, tmp_path / "half", "--dtype", "bfloat16", "--json"
    )
    (told,) = ended.objects
    assert (ended.code, ended.err) == (0, "")
    assert told == {
        "folder": str(tmp_path / "half"),
        "name": "pudel-bf16",
        "title": "Pudel (bfloat16)",
        "path": str(tmp_path / "half" / "pudel-bf16"),
        "prior_path": str(tmp_path / "half" / "pudel-bf16-prior"),
        "copy_of": "pudel",
        "dtype": "bfloat16",
    }


def test_a_prior_by_itself_is_copied_with_what_it_stands_beside(
    real_command: CommandLine, checkpoint: Path, home: Home
) -> None:
    copy_checkpoint(checkpoint / "wuerstchen", home.models)
    alone = make_single_prior(home.models)
    listed = real_command("models", "list")
    assert "pudel+prior-model-base (Pudel with prior-model-base)" in listed.out
    ended = real_command("models", "copy", alone, home.models / "half")
    assert ended.code == 0, ended.err
    assert "pudel+prior-model-base-fp16 (" in real_command("models", "list").out


def test_what_cannot_be_copied_is_one_sentence(
    real_command: CommandLine, checkpoint: Path, tmp_path: Path
) -> None:
    there = tmp_path / "there"
    there.mkdir()
    broken = copy_checkpoint(checkpoint / "wuerstchen", tmp_path / "broken")
    file = damage(broken / "vqgan" / "diffusion_pytorch_model.safetensors", "nan")
    for source, target, said in (
        (checkpoint, there, f"{there} is there already; a copy replaces nothing."),
        (broken, tmp_path / "half", f"In {file}, the weight"),
        ("nobody", tmp_path / "half", "There is no checkpoint “nobody”."),
        (checkpoint, "~there is nobody/half", "is no usable path"),
    ):
        ended = real_command("models", "copy", source, target)
        assert (ended.code, ended.out) == (1, "")
        assert said in ended.err
    assert not (tmp_path / "half").exists()


def test_another_dtype_is_a_mistake_in_the_command(
    real_command: CommandLine, checkpoint: Path, tmp_path: Path
) -> None:
    ended = real_command("models", "copy", checkpoint, tmp_path / "half", "--dtype", "float8")
    assert ended.code == 2
    assert "float16" in ended.err


@pytest.fixture
def ctrl_c_in_its_middle(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Ctrl+C as soon as the first weight is written; the sizes of what was written after it."""
    after: list[int] = []
    write = write_safetensors

    def pressed(path: Path, header: Any, bytes_of: Any) -> None:
        def watched(name: str) -> memoryview:
            data: memoryview = bytes_of(name)
            after.append(len(data))
            signal.raise_signal(signal.SIGINT)
            return data

        write(path, header, watched)

    monkeypatch.setattr("wurstdesk.engine.half_copy.write_safetensors", pressed)
    return after


def test_ctrl_c_ends_it_and_leaves_nothing(
    real_command: CommandLine, checkpoint: Path, tmp_path: Path, ctrl_c_in_its_middle: list[int]
) -> None:
    handler = signal.getsignal(signal.SIGINT)
    ended = real_command("models", "copy", checkpoint, tmp_path / "new" / "half")
    assert (ended.code, ended.out, ended.err) == (130, "", "Cancelled.\n")
    assert len(ctrl_c_in_its_middle) == 1
    assert not (tmp_path / "new").exists()
    assert signal.getsignal(signal.SIGINT) is handler


def test_at_a_terminal_progress_is_shown_beside_the_result(
    real_command: CommandLine, checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "is_terminal", lambda: True)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "120")
    ended = real_command("models", "copy", checkpoint, tmp_path / "half")
    assert ended.out == f"{tmp_path / 'half'}\n"
    assert "Copying Pudel to float16" in ended.err
    assert "kB" in ended.err
