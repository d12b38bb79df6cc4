"""Names by a template: they say what is in the file and fit every system."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallery.pictures import make_picture
from gallery.places import OpenGallery, pictures
from wurstdesk.gallery.file_names import NameFacts, file_stem
from wurstdesk.gallery.saving import SavingOptions
from wurstdesk.generation import make_request
from wurstdesk.settings.name_template import FIELDS, template_problem

MOMENT = datetime(2026, 11, 23, 14, 5, 9, tzinfo=UTC)


def facts(prompt: str = "a red dog", seed: int = 7, number: int = 12) -> NameFacts:
    request = make_request(prompt=prompt, seed=seed, width=384, height=256)
    return NameFacts.of(request, MOMENT, "Würstchen v2", number)


@pytest.mark.parametrize(
    ("prompt", "stem"),
    [
        ("a long red sausage dog", "2026-11-23 a-long-red-sausage-dog 7"),
        ("(Dog)1.2, big++ / ..\\<b>:\n*?", "2026-11-23 dog-1-2-big-b 7"),
        ("CON", "2026-11-23 con 7"),
        ("", "2026-11-23 picture 7"),
        ("🐕❤️", "2026-11-23 picture 7"),
        ("grüner Dackel im ﬁeld", "2026-11-23 grüner-dackel-im-field 7"),
        ("हिन्दी कुत्ता", "2026-11-23 हिन्दी-कुत्ता 7"),
        ("dog " * 40, "2026-11-23 " + "-".join(["dog"] * 15) + " 7"),
    ],
)
def test_names_say_what_is_in_the_file(prompt: str, stem: str) -> None:
    assert str(file_stem(facts(prompt))) == stem


@pytest.mark.parametrize(
    ("template", "name"),
    [
        ("{prompt}", "a-red-dog"),
        ("{number} {checkpoint}", "00012 würstchen-v2"),
        ("{year}/{month}/{day} {time} {width}x{height}", "2026/11/23 14-05-09 384x256"),
        ("dogs / {seed} ", "dogs/7"),
        ("{seed}...", "7"),
        ("nul", "_nul"),
        ("COM1.old/{seed}", "_COM1.old/7"),
    ],
)
def test_a_template_is_filled(template: str, name: str) -> None:
    assert template_problem(template) == ""
    assert file_stem(facts(), template) == PurePosixPath(name)


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("", "needs a name"),
        ("   ", "needs a name"),
        ("{seed", "needs its }"),
        ("seed}", "needs its }"),
        ("{{seed}}", "Braces"),
        ("{}", "no field “”"),
        ("{colour}", "no field “colour”; there are {date}, {time}"),
        ("{seed:04}", "only the name: {seed}"),
        ("{seed!r}", "only the name: {seed}"),
        ("{seed.real}", "no field"),
        ("a:b", "“:” cannot be"),
        ("a\\b", "cannot be"),
        ("a\tb", "can be seen"),
        ("/{seed}", "Before and after each /"),
        ("{seed}/", "Before and after each /"),
        ("a//b", "Before and after each /"),
        ("../{seed}", "Before and after each /"),
        (".hidden", "begin with a dot"),
        ("a/b/c/d/e/f", "At most 4 folders"),
        ("x" * 201, "at most 200"),
    ],
)
def test_what_is_wrong_with_a_template_is_said(template: str, words: str) -> None:
    assert words in template_problem(template)


def pieces() -> st.SearchStrategy[str]:
    fields = st.sampled_from([f"{{{name}}}" for name in FIELDS])
    return st.lists(fields | st.sampled_from("/ .-_con") | st.text(max_size=40)).map("".join)


@given(st.text(max_size=300), st.integers(0, 2**32 - 1), pieces())
def test_names_fit_every_file_system(prompt: str, seed: int, template: str) -> None:
    if template_problem(template):
        template = "{date} {prompt} {seed}"
    stem = file_stem(facts(prompt, seed, 2**31), template)
    assert not stem.is_absolute()
    for part in stem.parts:
        assert part not in {"", ".", ".."}
        assert not set(part) & set('<>:"/\\|?*\0')
        assert not any(character < " " for character in part)
        assert part[0] != "."
        assert part[-1] not in ". "
        assert part.split(".")[0].rstrip().lower() not in {"con", "nul", "aux", "prn", "com1"}
        assert len(f"{part} (99).avif".encode()) <= 143


def test_a_long_prompt_gives_way_and_not_the_seed() -> None:
    template = "w" * 90 + " {prompt} {seed}"
    stem = str(file_stem(facts("sausage " * 30), template))
    assert stem.endswith("-sausage 7")
    assert len(stem.encode()) <= 128


def test_folders_of_a_template_are_made_inside_the_pictures_folder(
    open_gallery: OpenGallery, place: Path
) -> None:
    gallery = open_gallery()
    gallery.configure(lambda: SavingOptions(template="dogs/{width}/{number} {prompt}"))
    saved = [gallery.save(make_picture("a red dog", seed)).path for seed in (1, 2)]
    folder = pictures(place) / "dogs" / "128"
    assert saved == [folder / "00001 a-red-dog.png", folder / "00002 a-red-dog.png"]
    assert [picture.path for picture in gallery.recent(2)] == saved[::-1]


def test_the_same_name_twice_gets_a_number(open_gallery: OpenGallery, place: Path) -> None:
    gallery = open_gallery()
    gallery.configure(lambda: SavingOptions(template="dog"))
    names = [gallery.save(make_picture(seed=seed)).path.name for seed in (1, 2)]
    assert names == ["dog.png", "dog (2).png"]


def test_pictures_in_a_template_s_folder_are_adopted(
    open_gallery: OpenGallery, place: Path
) -> None:
    gallery = open_gallery()
    gallery.configure(lambda: SavingOptions(template="{date}/{seed}"))
    saved = gallery.save(make_picture(seed=5))
    gallery.close()
    (place / "data" / "gallery.sqlite").unlink()
    (again,) = open_gallery().recent(5)
    assert again.path == saved.path
