from __future__ import annotations

import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from command_line import CommandLine
from fakes import DACKEL, PUBLISHED, picture_of
from wurstdesk.errors import StorageError, UserError
from wurstdesk.gallery.image_metadata import read_metadata
from wurstdesk.gallery.store import Gallery
from wurstdesk.generation import (
    DEFAULT_STAGE_C_TIMESTEPS,
    GeneratedPicture,
    GenerationRequest,
    Note,
    PictureReady,
    SavedPicture,
)
from wurstdesk.paths import Home
from wurstdesk.settings import Settings, save_settings

DOG = "a long red sausage dog"


def test_a_picture_is_saved_and_its_path_is_all_that_stands_on_stdout(
    command: CommandLine, home: Home
) -> None:
    ended = command("generate", DOG, "--seed", "7")

    (path,) = ended.paths
    assert (ended.code, ended.err) == (0, "")
    assert path.parent == home.pictures
    assert read_metadata(path).request == command.generator.requests[0]
    assert command.generator.is_closed
    with closing(Gallery.open(home.gallery_file, home.pictures)) as gallery:
        assert [picture.path for picture in gallery.recent(9)] == [path]


def test_what_is_left_open_is_the_checkpoints(command: CommandLine) -> None:
    schedule = (1.0, 0.5, 0.0)
    command.catalogue.infos = (
        replace(DACKEL, prior_timesteps=schedule, prior_guidance_scale=2.5),
        PUBLISHED,
    )

    command("generate", DOG)
    command("generate", DOG, "--checkpoint", "wuerstchen")

    builtin, published = command.generator.requests
    assert (builtin.checkpoint, builtin.width, builtin.height) == ("dackel", 384, 384)
    assert (builtin.prior_timesteps, builtin.prior_guidance_scale) == (schedule, 2.5)
    assert (published.checkpoint, published.width, published.height) == ("wuerstchen", 1024, 1024)
    assert published.prior_timesteps == DEFAULT_STAGE_C_TIMESTEPS
    assert (published.prior_guidance_scale, published.decoder_guidance_scale) == (4, 0)
    assert published.decoder_num_inference_steps == 12


@pytest.mark.parametrize(
    ("typed", "fields"),
    [
        (["--negative", "a cat"], {"negative_prompt": "a cat"}),
        (["--seed", "4294967295"], {"seed": 2**32 - 1}),
        (["--count", "3"], {"num_images": 3}),
        (["--size", "512x256"], {"width": 512, "height": 256}),
        (["--size", "512×256"], {"width": 512, "height": 256}),
        (["--prior-steps", "9"], {"prior_num_inference_steps": 9, "prior_timesteps": None}),
        (["--prior-timesteps", "1,0.5,0"], {"prior_timesteps": (1.0, 0.5, 0.0)}),
        (["--prior-guidance", "6.5"], {"prior_guidance_scale": 6.5}),
        (["--decoder-steps", "20"], {"decoder_num_inference_steps": 20}),
        (["--decoder-guidance", "1.5"], {"decoder_guidance_scale": 1.5}),
        (["--decoder-seed", "0"], {"decoder_seed": 0}),
        (["--checkpoint", "wuerstchen"], {"checkpoint": "wuerstchen"}),
    ],
)
def test_each_option_shapes_the_request(
    command: CommandLine, typed: list[str], fields: dict[str, object]
) -> None:
    ended = command("generate", DOG, *typed)

    assert ended.code == 0
    request = command.generator.requests[0].model_dump()
    assert {name: request[name] for name in fields} == fields


def test_device_and_precision_come_before_the_settings(command: CommandLine, home: Home) -> None:
    save_settings(home.settings_file, Settings(device="cuda", dtype="bfloat16", cpu_threads=3))

    command("generate", DOG)
    command("generate", DOG, "--device", "cpu", "--dtype", "float32")

    assert [(o.device, o.dtype, o.threads) for o in command.options] == [
        ("cuda", "bfloat16", 3),
        ("cpu", "float32", 3),
    ]


def test_how_the_model_is_kept_comes_before_the_settings(command: CommandLine, home: Home) -> None:
    chosen = Settings(offload="model", compile_model=True, fp8_weights=True, memory_limit_mb=4000)
    save_settings(home.settings_file, chosen)

    command("generate", DOG)
    command("generate", DOG, "--offload", "group", "--no-compile")

    assert [(o.offload, o.compile, o.fp8, o.memory_limit) for o in command.options] == [
        ("model", True, True, 4_000_000_000),
        ("group", False, True, 4_000_000_000),
    ]


def test_a_seed_that_was_not_given_is_drawn_and_told(command: CommandLine) -> None:
    first, second = command("generate", DOG), command("generate", DOG)

    seeds = [request.seed for request in command.generator.requests]
    assert seeds[0] != seeds[1]
    assert [first.err, second.err] == [f"Seed: {seed}\n" for seed in seeds]


@pytest.mark.parametrize("prompt", ["", "x" * 10_000, "🌭 im Schnee\n「犬」", "-- \x1b[31m \udc80"])
def test_any_prompt_is_taken(command: CommandLine, prompt: str) -> None:
    ended = command("generate", "--seed", "1", "--", prompt)

    assert (ended.code, ended.err) == (0, "")
    assert ended.paths[0].is_file()


def test_with_json_each_picture_is_an_object_on_a_line(command: CommandLine) -> None:
    command.generator.script = lambda request: [
        PictureReady(picture_of(request, index, notes=("It is long.",)))
        for index in range(request.num_images)
    ]

    ended = command("generate", DOG, "--seed", str(2**32 - 1), "--count", "2", "--json")

    first, second = ended.objects
    assert (first["seed"], second["seed"]) == (2**32 - 1, 0)
    assert Path(first["file"]).is_file()
    assert first["file"] != second["file"]
    request = GenerationRequest.from_dict(second["request"])
    assert request == command.generator.requests[0].for_picture(1)
    assert first["seconds"] == pytest.approx(2.1)
    assert first["stage_seconds"] == {"prior": 1.5, "decoder": 0.5, "vqgan": 0.1}
    assert first["notes"] == ["It is long."]
    assert ended.err == "Note: It is long.\n"


def test_notes_go_to_stderr_each_once(command: CommandLine) -> None:
    command.generator.script = lambda request: [
        Note("The prompt was cut off after “… \x1b[31m”."),
        PictureReady(picture_of(request, 0, ("The prompt was cut off after “… \x1b[31m”.",))),
    ]

    ended = command("generate", DOG, "--seed", "1")

    assert ended.err == "Note: The prompt was cut off after “… \N{REPLACEMENT CHARACTER}[31m”.\n"
    assert len(ended.paths) == 1


# -- prompts with a choice -----------------------------------------------------------------------


def test_choices_are_settled_for_each_picture_and_recorded(
    command: CommandLine, tmp_path: Path
) -> None:
    # When several pictures of an open prompt are asked for
    typed = ("a {red|blue} dog", "--negative", r"{cat|fog} \{x\}", "--seed", "7", "--count", "8")
    ended = command("generate", *typed, "--out", tmp_path / "dog.png")

    # Then each is one of those prompts, saved under its own number with its own seed
    assert (ended.code, ended.err) == (0, "")
    assert [path.name for path in ended.paths] == [f"dog-{n}.png" for n in range(1, 9)]
    recorded = [request for path in ended.paths if (request := read_metadata(path).request)]
    assert [request.seed for request in recorded] == list(range(7, 15))
    assert {request.prompt for request in recorded} == {"a red dog", "a blue dog"}
    assert {request.negative_prompt for request in recorded} == {"cat {x}", "fog {x}"}
    drawn = [r.for_picture(i) for r in command.generator.requests for i in range(r.num_images)]
    assert drawn == recorded


def test_the_same_seed_makes_the_same_choice(command: CommandLine) -> None:
    for seed, count in ((7, 8), (7, 8), (10, 1)):
        command("generate", "a {red|blue|green} dog", "--seed", str(seed), "--count", str(count))

    drawn = [r.for_picture(i) for r in command.generator.requests for i in range(r.num_images)]
    assert drawn[:8] == drawn[8:16]
    assert drawn[16] == drawn[3]


# -- where pictures go ---------------------------------------------------------------------------


def test_out_names_a_file_which_is_replaced(command: CommandLine, tmp_path: Path) -> None:
    target = tmp_path / "not there yet" / "dog.PNG"

    for seed in (1, 2):
        ended = command("generate", DOG, "--seed", str(seed), "--out", target)
        assert (ended.code, ended.paths) == (0, [target])

    request = read_metadata(target).request
    assert request is not None
    assert request.seed == 2
    assert [path.name for path in target.parent.iterdir()] == ["dog.PNG"]


def test_a_file_for_several_pictures_is_numbered(command: CommandLine, tmp_path: Path) -> None:
    ended = command("generate", DOG, "--count", "3", "--out", tmp_path / "dog.png")

    assert [path.name for path in ended.paths] == ["dog-1.png", "dog-2.png", "dog-3.png"]
    assert all(path.is_file() for path in ended.paths)
    assert not (tmp_path / "dog.png").exists()


@pytest.mark.parametrize("name", ["there", "not there", "version 1.5/"])
def test_out_names_a_folder_in_which_nothing_is_replaced(
    command: CommandLine, tmp_path: Path, name: str
) -> None:
    (tmp_path / "there").mkdir()
    typed = ("generate", DOG, "--seed", "1", "--out", f"{tmp_path}/{name}")

    first, second = command(*typed), command(*typed)

    assert {first.code, second.code} == {0}
    assert len({*first.paths, *second.paths}) == 2
    assert {path.parent for path in (*first.paths, *second.paths)} == {tmp_path / name}


def test_the_settings_name_the_pictures_folder(
    command: CommandLine, home: Home, tmp_path: Path
) -> None:
    save_settings(home.settings_file, Settings(pictures_folder=tmp_path / "mine"))

    ended = command("generate", DOG)

    assert ended.paths[0].parent == tmp_path / "mine"


@pytest.mark.parametrize(
    ("out", "sentence"),
    [
        ("dog.gif", "Pictures are saved as PNG, WebP, JPEG or AVIF, and “dog.gif” has another"),
        ("file/dog.png", "cannot be made"),
        ("file", "Pictures are saved as PNG"),
        ("x" * 5000, "cannot be made"),
    ],
)
def test_a_place_that_cannot_be_used_is_found_before_anything_is_drawn(
    command: CommandLine, tmp_path: Path, out: str, sentence: str
) -> None:
    (tmp_path / "file").touch()

    ended = command("generate", DOG, "--out", f"{tmp_path}/{out}")

    assert (ended.code, ended.out) == (1, "")
    assert sentence in ended.err
    assert not command.generator.requests


@pytest.mark.skipif(sys.platform == "win32", reason="names are text and anybody has a folder there")
@pytest.mark.parametrize("out", ["~nobody-of-this-name/dog.png", "\udcff.png"])
def test_a_name_that_nothing_can_have_is_found_before_anything_is_drawn(
    command: CommandLine, out: str
) -> None:
    ended = command("generate", DOG, "--out", out)

    assert (ended.code, ended.out) == (1, "")
    assert "is no usable path" in ended.err
    assert not command.generator.requests


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="Linux only")
def test_a_folder_that_takes_no_files_is_found_before_anything_is_drawn(
    command: CommandLine,
) -> None:
    ended = command("generate", DOG, "--out", "/proc/dog.png")

    assert ended.code == 1
    assert ended.err.startswith("Error: In the folder “/proc” no picture can be saved:")
    assert not command.generator.requests


# -- what can go wrong -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (["--size", "400x384"], "A side must be a multiple of 128 pixels"),
        (["--prior-timesteps", "0,1"], "Prior timesteps must fall"),
        (["--checkpoint", "nobody"], "There is no checkpoint nobody."),
    ],
)
def test_what_no_request_can_have_is_one_sentence(
    command: CommandLine, typed: list[str], sentence: str
) -> None:
    ended = command("generate", DOG, *typed)

    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith(f"Error: {sentence}")
    assert ended.err.count("\n") == 1
    assert not command.options


def test_without_the_built_in_checkpoint_another_has_to_be_named(command: CommandLine) -> None:
    command.catalogue.infos = (PUBLISHED,)

    ended = command("generate", DOG)

    assert ended.code == 1
    assert ended.err.startswith("Error: The checkpoint that comes with Wurstdesk is missing.")


def test_what_is_odd_about_a_checkpoint_is_a_note(command: CommandLine) -> None:
    command.catalogue.infos = (replace(DACKEL, problem="What it says of itself was ignored."),)

    ended = command("generate", DOG, "--seed", "1")

    assert (ended.code, ended.err) == (0, "Note: What it says of itself was ignored.\n")


def test_the_engines_sentence_is_the_commands(command: CommandLine) -> None:
    command.generator.script = lambda request: [UserError("Too large.", "Choose a smaller one.")]

    ended = command("generate", DOG, "--seed", "1")

    assert (ended.code, ended.err) == (1, "Error: Too large. Choose a smaller one.\n")
    assert command.generator.is_closed


def test_a_full_disk_ends_it_with_what_was_saved_and_the_seed_of_what_was_not(
    command: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    save = Gallery.save

    def save_one(
        self: Gallery, picture: GeneratedPicture, target: Path | None = None
    ) -> SavedPicture:
        if picture.index:
            raise StorageError("The disk is full.", "Make some room.")
        return save(self, picture, target)

    monkeypatch.setattr(Gallery, "save", save_one)

    ended = command("generate", DOG, "--seed", "41", "--count", "3")

    assert ended.code == 1
    assert len(ended.paths) == 1
    assert ended.paths[0].is_file()
    assert ended.err == ("Error: The disk is full. Make some room. The picture’s seed is 42.\n")


def test_a_damaged_checkpoint_is_a_sentence_that_names_the_file(
    real_command: CommandLine, checkpoint: Path, tmp_path: Path
) -> None:
    from checkpoints import copy_checkpoint, damage

    broken = copy_checkpoint(checkpoint / "wuerstchen", tmp_path)
    damage(broken / "vqgan" / "diffusion_pytorch_model.safetensors", "truncate")

    ended = real_command("generate", DOG, "--checkpoint", broken)

    assert ended.code == 1
    assert "vqgan/diffusion_pytorch_model.safetensors is cut off" in ended.err
    assert ended.err.count("\n") == 1
