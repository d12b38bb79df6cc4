"""``--self-test --checkpoint``: four pictures, every part of them looked at, and a report."""

from __future__ import annotations

import getpass
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from command_line import CommandLine
from fakes import Step, picture_of
from wurstdesk.cli import parts
from wurstdesk.cli.checkpoint_trial import CAPTION, apart, request_of, try_checkpoint
from wurstdesk.errors import UserError
from wurstdesk.gallery.image_metadata import read_metadata
from wurstdesk.gallery.store import Gallery
from wurstdesk.generation import (
    DEFAULT_STAGE_C_TIMESTEPS,
    GenerationRequest,
    LatentsBlob,
    PictureReady,
    Pixels,
    Preview,
)
from wurstdesk.paths import Home

SMALL = (256, 128)


def base_of(home: Home) -> parts.Base:
    return parts.Base.of(home)


def drawn(request: GenerationRequest) -> list[Step]:
    """Pictures with something in them, and previews of both stages."""
    steps: list[Step] = []
    for index in range(request.num_images):
        picture = picture_of(request, index)
        pixels = replace(picture.pixels, data=b"\1\2\3" + picture.pixels.data[3:])
        seen = Pixels(12, 8, bytes(range(12 * 8 * 3 % 256)) + bytes(12 * 8 * 3 - 12 * 8 * 3 % 256))
        steps += [Preview(index, "prior", seen), Preview(index, "decoder", seen)]
        steps.append(PictureReady(replace(picture, pixels=pixels)))
    return steps


@pytest.fixture
def command(command: CommandLine) -> CommandLine:
    command.generator.script = drawn
    return command


def test_it_asks_for_the_announcements_pictures(command: CommandLine, tmp_path: Path) -> None:
    ended = command("--self-test", "--checkpoint", "wuerstchen", "--out", tmp_path / "report")
    assert (ended.code, ended.err) == (0, "")
    asked, again = command.generator.requests
    assert (asked.prompt, asked.width, asked.height) == (CAPTION, 1536, 1024)
    assert (asked.num_images, asked.checkpoint) == (4, "wuerstchen")
    assert asked.prior_timesteps == DEFAULT_STAGE_C_TIMESTEPS
    assert (asked.prior_guidance_scale, asked.decoder_guidance_scale) == (4, 0)
    assert asked.decoder_num_inference_steps == 12
    assert again == asked.for_picture(0)
    assert command.options[0].previews
    assert command.generator.is_closed


def test_with_the_real_engine_it_leaves_pictures_and_a_report(
    checkpoint: Path, home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # Given a checkpoint of the published layout with random weights
    out = tmp_path / "a report of mine"
    # When it is tried
    code = try_checkpoint(base_of(home), str(checkpoint), out, size=SMALL)
    # Then all of it works
    said = capsys.readouterr().out
    assert code == 0, said
    assert "FAILED" not in said
    names = [f"picture-{number}.png" for number in range(1, 5)]
    assert sorted(path.name for path in out.iterdir()) == [*names, "report.json", "report.txt"]
    report = json.loads((out / "report.json").read_text(encoding="utf-8"))
    assert report["passed"]
    assert [part["name"] for part in report["parts"]] == [
        "checkpoint", "plan", "pictures", "previews", "gallery", "metadata", "again", "network",
        "output",
    ]  # fmt: skip
    # And the report says what it cost, on what, and how to compare it
    assert report["checkpoint"]["name"] == "pudel"
    assert len(report["checkpoint"]["content_hash"]) == 64
    assert report["plan"]["device"] == "cpu"
    assert report["peak_memory"] > 50_000_000
    assert report["loading_seconds"] > 0
    assert {"wurstdesk", "torch", "diffusers"} <= report["versions"].keys()
    assert len({picture["latents_sha256"] for picture in report["pictures"]}) == 4
    for picture in report["pictures"]:
        assert picture["seconds"].keys() == {"prior", "decoder", "vqgan"}
        assert picture["previews"] >= 2
        with Image.open(out / picture["file"]) as image:
            assert image.size == SMALL
        metadata = read_metadata(out / picture["file"])
        assert metadata.request is not None
        assert metadata.request.seed == picture["seed"]
    text = (out / "report.txt").read_text(encoding="utf-8")
    assert "Pudel (pudel)" in text
    assert "picture-4.png" in text


def test_nothing_private_is_in_the_report(
    checkpoint: Path, home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(getpass, "getuser", lambda: "henriette")
    out = tmp_path / "henriette" / "report"
    assert try_checkpoint(base_of(home), str(checkpoint), out, size=SMALL) == 0
    broken = tmp_path / "henriette" / "models"
    (broken / "w" / "decoder").mkdir(parents=True)
    failed = tmp_path / "henriette" / "failed"
    assert try_checkpoint(base_of(home), str(broken), failed, size=SMALL) == 1
    for file in (*out.glob("report.*"), *failed.glob("report.*")):
        text = file.read_text(encoding="utf-8")
        for secret in (str(tmp_path), str(home.data), str(checkpoint), "henriette", "/tmp"):
            assert secret not in text, file
    assert "FAILED  checkpoint" in (failed / "report.txt").read_text(encoding="utf-8")
    for picture in out.glob("*.png"):
        assert str(tmp_path).encode() not in picture.read_bytes()
        assert b"henriette" not in picture.read_bytes()


def test_the_persons_gallery_is_left_alone(checkpoint: Path, home: Home, tmp_path: Path) -> None:
    try_checkpoint(base_of(home), str(checkpoint), tmp_path / "out", size=SMALL)
    assert not home.gallery_file.exists()
    assert not home.pictures.exists()


def without_previews(request: GenerationRequest) -> list[Step]:
    return [step for step in drawn(request) if not isinstance(step, Preview)]


def with_square_previews(request: GenerationRequest) -> list[Step]:
    square = Pixels(2, 2, bytes(range(12)))
    return [replace(s, pixels=square) if isinstance(s, Preview) else s for s in drawn(request)]


def never_the_same(request: GenerationRequest) -> list[Step]:
    steps = drawn(request)
    if request.num_images > 1:
        return steps
    other = LatentsBlob((1, 1, 2), "float32", b"\0\0\0\0\0\0\x80\x3f")
    return [
        PictureReady(replace(step.picture, latents=other))
        if isinstance(step, PictureReady)
        else step
        for step in steps
    ]


@pytest.mark.parametrize(
    ("script", "part", "said"),
    [
        (lambda request: [UserError("Too large.")], "pictures", "Too large."),
        (lambda request: [], "pictures", "Other pictures were drawn"),
        (without_previews, "previews", "had no preview of the prior"),
        (with_square_previews, "previews", "another shape"),
        (never_the_same, "again", "of their spread away"),
    ],
)
def test_what_is_wrong_is_found_and_reported(
    command: CommandLine,
    tmp_path: Path,
    script: Callable[[GenerationRequest], list[Step]],
    part: str,
    said: str,
) -> None:
    command.generator.script = script
    out = tmp_path / "report"
    ended = command("--self-test", "--checkpoint", "wuerstchen", "--out", out)
    assert ended.code == 1
    assert f"FAILED  {part} " in ended.out
    assert said in ended.out
    report = json.loads((out / "report.json").read_text(encoding="utf-8"))
    assert not report["passed"]
    assert [each["name"] for each in report["parts"] if not each["passed"]] == [part]


def test_a_gallery_that_forgets_is_found(
    command: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Gallery, "recent", lambda self, limit: [])
    ended = command("--self-test", "--checkpoint", "wuerstchen", "--out", tmp_path / "report")
    assert ended.code == 1
    assert "FAILED  gallery " in ended.out


def test_a_folder_that_holds_something_is_not_written_into(
    command: CommandLine, tmp_path: Path
) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "mine.txt").write_text("mine", encoding="utf-8")
    ended = command("--self-test", "--checkpoint", "wuerstchen", "--out", folder)
    assert ended.code == 1
    assert "is not empty" in ended.err
    assert [path.name for path in folder.iterdir()] == ["mine.txt"]


def test_the_options_go_with_the_self_test_alone(command: CommandLine, tmp_path: Path) -> None:
    out = ("--out", tmp_path / "out")
    for arguments in (("--checkpoint", "wuerstchen"), ("--self-test", *out), out):
        assert command(*arguments).code == 2
    assert not command.opened


def test_how_far_latents_are_apart_whatever_their_dtype() -> None:
    import struct

    values = (0.0, 1.0, 2.0, 3.0)
    moved = (0.5, 1.5, 2.5, 3.5)
    spread = 1.25**0.5
    single = [LatentsBlob((1, 2, 2), "float32", struct.pack("<4f", *v)) for v in (values, moved)]
    half = [LatentsBlob((1, 2, 2), "float16", struct.pack("<4e", *v)) for v in (values, moved)]
    brain = [
        LatentsBlob((1, 2, 2), "bfloat16", b"".join(struct.pack("<f", x)[2:] for x in v))
        for v in (values, moved)
    ]
    for one, other in (single, half, brain):
        assert apart(one, other) == pytest.approx(0.5 / spread)
        assert apart(one, one) == 0
    assert apart(single[0], half[0]) == float("inf")


def test_the_request_is_of_the_full_size_unless_a_test_says_otherwise() -> None:
    from fakes import PUBLISHED

    assert (request_of(PUBLISHED).width, request_of(PUBLISHED).height) == (1536, 1024)
