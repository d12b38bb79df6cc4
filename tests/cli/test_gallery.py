"""``wurstdesk gallery``: what it prints, writes and says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from command_line import CommandLine
from gallery.pictures import make_picture
from wurstdesk.gallery.store import Gallery
from wurstdesk.paths import Home
from wurstdesk.settings import load_settings

Make = Callable[..., list[Path]]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path.resolve() / "home with ü"


@pytest.fixture
def make(home: Path) -> Make:
    """Puts pictures of these prompts into the gallery of the home."""

    def make_them(*prompts: str) -> list[Path]:
        place = Home.inside(home)
        gallery = Gallery.open(place.gallery_file, place.pictures)
        paths = [
            gallery.save(make_picture(prompt, seed)).path for seed, prompt in enumerate(prompts)
        ]
        gallery.close()
        return paths

    return make_them


def test_the_newest_come_first(command: CommandLine, home: Path, make: Make) -> None:
    make("a red dog", "a blue cat")
    ended = command("gallery", "list", "--home", home)
    assert ended.code == 0
    first, second = ended.out.splitlines()
    assert (first.split()[0], first.endswith("a blue cat")) == ("2", True)
    assert (second.split()[0], second.endswith("a red dog")) == ("1", True)
    assert ended.err == "2 pictures\n"


def test_an_empty_gallery_says_so(command: CommandLine, home: Path) -> None:
    ended = command("gallery", "list", "--home", home)
    assert (ended.code, ended.out, ended.err) == (0, "", "0 pictures\n")


def test_a_limit_tells_how_many_more(command: CommandLine, home: Path, make: Make) -> None:
    make("one", "two", "three")
    ended = command("gallery", "list", "--limit", "2", "--home", home)
    assert len(ended.out.splitlines()) == 2
    assert ended.err == "3 pictures, 1 more with --limit\n"


def test_a_search_finds_by_words_and_filters(command: CommandLine, home: Path, make: Make) -> None:
    paths = make("a red dog at night", "a blue dog", "a red cat")
    ended = command("gallery", "search", "dog red", "--paths", "--home", home)
    assert ended.paths == [paths[0]]
    (found,) = command("gallery", "search", "seed:2", "--json", "--home", home).objects
    assert (found["prompt"], found["seed"], found["request"]["seed"]) == ("a red cat", 2, 2)


def test_text_that_is_no_filter_still_searches_and_says_so(
    command: CommandLine, home: Path, make: Make
) -> None:
    make("a red dog")
    ended = command("gallery", "search", "rating:lots", "--home", home)
    assert ended.code == 0
    assert ended.err.startswith("Note: ")
    assert "rating:lots" in ended.err


def test_a_prompt_cannot_command_the_terminal(command: CommandLine, home: Path, make: Make) -> None:
    make("a dog \x1b[31m red\nand more", "x" * 500)
    ended = command("gallery", "list", "--home", home)
    assert "\x1b" not in ended.out
    assert max(map(len, ended.out.splitlines())) < 120


def test_export_writes_copies(command: CommandLine, home: Path, make: Make, tmp_path: Path) -> None:
    make("a red dog", "a blue cat")
    ended = command(
        *("gallery", "export", "dog", "--out", tmp_path / "out", "--format", "webp"),
        *("--size", "64x32", "--fit", "crop", "--name", "{prompt}", "--home", home),
    )
    assert ended.code == 0
    assert ended.paths == [tmp_path / "out" / "a-red-dog.webp"]
    with Image.open(ended.paths[0]) as image:
        assert image.size == (64, 32)
    assert ended.err == "Exported 1 picture.\n"


def test_an_export_that_misses_a_file_says_which(
    command: CommandLine, home: Path, make: Make, tmp_path: Path
) -> None:
    gone, _ = make("a red dog", "a blue cat")
    gone.unlink()
    ended = command("gallery", "export", "", "--out", tmp_path / "out", "--json", "--home", home)
    assert ended.code == 1
    (report,) = ended.objects
    assert len(report["files"]) == 1
    assert [failure["id"] for failure in report["failed"]] == [1]
    assert "Picture 1 was not exported" in ended.err


def test_a_bad_template_is_one_sentence(
    command: CommandLine, home: Path, make: Make, tmp_path: Path
) -> None:
    make("a red dog")
    arguments = ("--out", tmp_path / "out", "--name", "{lens}", "--home", home)
    ended = command("gallery", "export", "", *arguments)
    assert ended.code == 1
    assert ended.err.startswith("Error: There is no field “lens”")


def test_import_takes_folders_and_knows_duplicates(
    command: CommandLine, home: Path, make: Make, tmp_path: Path
) -> None:
    (known,) = make("a red dog")
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "copy.png").write_bytes(known.read_bytes())
    Image.new("RGB", (20, 10)).save(outside / "new.jpg")
    (outside / "bad.png").write_bytes(b"nothing")
    ended = command("gallery", "import", outside, "--json", "--home", home)
    assert ended.code == 1
    (report,) = ended.objects
    assert (len(report["added"]), report["duplicates"]) == (1, 1)
    assert [Path(failure["file"]).name for failure in report["failed"]] == ["bad.png"]
    assert ended.err.endswith("1 picture added, 1 in the gallery already.\n")


def test_what_is_not_there_cannot_be_imported(command: CommandLine, home: Path) -> None:
    ended = command("gallery", "import", "nowhere.png", "--home", home)
    assert (ended.code, ended.out) == (1, "")
    assert "nowhere.png” is not there" in ended.err


def test_the_gallery_moves_and_is_found_again(
    command: CommandLine, home: Path, make: Make, tmp_path: Path
) -> None:
    make("a red dog", "a blue cat")
    ended = command("gallery", "move", tmp_path / "new", "--home", home)
    assert (ended.code, ended.err) == (0, f"Moved 2 pictures to {tmp_path / 'new'}.\n")
    settings = load_settings(Home.inside(home).settings_file).settings
    assert settings.pictures_folder == tmp_path / "new"
    found = command("gallery", "list", "--paths", "--home", home).paths
    assert all(path.is_file() and path.parent == tmp_path / "new" for path in found)
    assert len(found) == 2


def test_a_check_finds_what_is_gone_and_finds_it_again(
    command: CommandLine, home: Path, make: Make, tmp_path: Path
) -> None:
    gone, _ = make("a red dog", "a blue cat")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    gone.rename(elsewhere / "renamed.png")
    first = command("gallery", "check", "--json", "--home", home)
    assert first.code == 1
    (report,) = first.objects
    assert (report["pictures"], report["missing"]) == (2, 1)
    assert "missing" in first.err
    second = command("gallery", "check", "--search", elsewhere, "--home", home)
    assert second.code == 0
    assert "found again" in second.err
    found = command("gallery", "list", "--paths", "--home", home).paths
    assert elsewhere / "renamed.png" in found


def test_a_rebuild_brings_back_what_the_files_say(
    command: CommandLine, home: Path, make: Make
) -> None:
    make("a red dog", "a blue cat")
    database = Home.inside(home).gallery_file
    for file in database.parent.glob(f"{database.stem}*"):
        file.unlink()
    ended = command("gallery", "rebuild", "--home", home)
    assert ended.code == 0
    assert ended.err.endswith("2 pictures looked at.\n")
    found = command("gallery", "search", "dog", "--json", "--home", home).objects
    assert [picture["prompt"] for picture in found] == ["a red dog"]
