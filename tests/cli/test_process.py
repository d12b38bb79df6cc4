"""The real thing in a process of its own, with the real engine: slow to start, so there are few."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from command_line import CommandLine
from wurstdesk.gallery.image_metadata import read_metadata

WURSTDESK = [sys.executable, "-m", "wurstdesk"]
PATIENCE = 120


def test_nothing_but_the_path_is_printed_and_a_second_run_gives_the_same_pixels(
    checkpoint: Path, tmp_path: Path, real_command: CommandLine
) -> None:
    typed = ["generate", "a red dog", "--seed", "7", "--checkpoint", str(checkpoint)]
    target = tmp_path / "a.png"

    first = subprocess.run(
        [*WURSTDESK, *typed, "--out", target],
        check=False,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    second = real_command(*typed)

    assert (first.returncode, first.stdout, first.stderr) == (0, f"{target}\n", "")
    assert (second.code, second.err) == (0, "")
    (same,) = second.paths
    assert same.parent == tmp_path / "wurstdesk-home" / "pictures"
    assert pixels(same) == pixels(target)
    request = read_metadata(same).request
    assert request is not None
    assert (request.checkpoint, request.width, request.prior_steps) == ("pudel", 128, 3)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends Ctrl+C to a whole console")
def test_ctrl_c_ends_a_process_that_draws(checkpoint: Path) -> None:
    typed = ["generate", "a red dog", "--count", "64", "--checkpoint", str(checkpoint)]
    process = subprocess.Popen(
        [*WURSTDESK, *typed, "--seed", "7", "--decoder-steps", "40"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    first = process.stdout.readline().strip()

    process.send_signal(signal.SIGINT)
    rest, said = process.communicate(timeout=PATIENCE)

    assert process.returncode == 130
    assert said.startswith("Cancelled. Finished and saved: ")
    assert said.count("\n") == 1
    assert all(Path(path).is_file() for path in (first, *rest.split("\n")[:-1]))


def pixels(path: Path) -> bytes:
    from PIL import Image

    with Image.open(path) as image:
        return image.tobytes()
