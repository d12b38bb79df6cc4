from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wurstdesk.errors import StorageError, UserError
from wurstdesk.paths import Home
from wurstdesk.settings import (
    PAGE_TITLES,
    PAGES,
    USUAL,
    Settings,
    declarations,
    differs_for_engine,
    load_settings,
    save_settings,
)

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    # Lone surrogates too: JSON can spell them, UTF-8 cannot.
    | st.text(st.characters(exclude_categories=()), max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


def test_every_setting_says_what_it_is_for() -> None:
    table = {row.key: row for row in declarations()}

    assert list(table) == list(Settings.model_fields)
    for row in table.values():
        assert row.label
        assert row.help.endswith(".")
        assert row.help.count(".") == 1, "one sentence"


def test_the_table_knows_kinds_ranges_and_choices() -> None:
    table = {row.key: row for row in declarations()}

    assert table["theme"].choices == ("system", "light", "dark")
    assert table["device"].choices == ("auto", "cpu", "cuda", "mps", "xpu")
    previews = table["preview_max_per_second"]
    assert (previews.kind, previews.minimum, previews.maximum) == ("number", 1, 15)
    assert {row.kind for row in table.values()} == {
        "switch",
        "number",
        "choice",
        "folder",
        "folders",
        "text",
    }


def test_every_setting_has_a_page_and_every_page_a_setting() -> None:
    pages = [row.page for row in declarations()]

    assert list(dict.fromkeys(pages)) == list(PAGES), "and they stand in the pages' order"
    assert pages == sorted(pages, key=PAGES.index)
    assert all(PAGE_TITLES[page] for page in PAGES)


def test_an_engine_is_made_anew_for_what_it_was_made_by() -> None:
    settings = Settings()

    assert differs_for_engine(settings, settings.changed(dtype="float32"))
    assert differs_for_engine(settings, settings.changed(checkpoint_folders=("/models",)))
    assert not differs_for_engine(settings, settings.changed(theme="dark", picture_format="webp"))
    assert not differs_for_engine(settings, settings.changed(dtype="auto"))


def test_what_is_reset_counts_as_never_chosen() -> None:
    settings = Settings().changed(theme="dark", dtype="float32").changed(theme=USUAL)

    assert settings.theme == "system"
    assert settings.model_fields_set == {"dtype"}


@pytest.mark.parametrize(
    ("key", "value", "sentence"),
    [
        ("pictures_folder", "dogs", "A folder must be given with its whole path."),
        ("file_name_template", "a:b", "“:” cannot be in a file name."),
        ("file_name_template", "{date} {seed}", ""),
        ("picture_quality", 101, "Input should be less than or equal to 100."),
    ],
)
def test_what_is_wrong_with_a_value_is_a_sentence(key: str, value: object, sentence: str) -> None:
    assert Settings().problem_with(key, value) == sentence


def test_defaults_are_what_the_table_says() -> None:
    settings = Settings()

    assert {row.key: row.default for row in declarations()} == dict(settings)


def test_without_a_file_the_defaults_hold(home: Home) -> None:
    loaded = load_settings(home.settings_file)

    assert loaded.settings == Settings()
    assert loaded.notes == ()
    assert not home.data.exists()


def test_what_is_saved_is_loaded(home: Home, tmp_path: Path) -> None:
    changed = Settings().changed(
        theme="dark", cpu_threads=3, pictures_folder=tmp_path, checkpoint_folders=(tmp_path,)
    )

    save_settings(home.settings_file, changed)

    assert load_settings(home.settings_file).settings == changed


@pytest.mark.skipif(sys.platform != "linux", reason="names elsewhere are always text")
def test_a_folder_whose_name_is_not_text_is_kept(home: Home) -> None:
    folder = Path(os.fsdecode(b"/pictures/w\xfcrste"))

    save_settings(home.settings_file, Settings().changed(pictures_folder=folder))

    loaded = load_settings(home.settings_file)
    assert loaded.settings.pictures_folder == folder


def test_only_what_was_chosen_is_written(home: Home) -> None:
    save_settings(home.settings_file, Settings().changed(theme="system"))

    assert json.loads(home.settings_file.read_text()) == {"theme": "system"}


def test_keys_of_a_newer_version_are_kept(home: Home) -> None:
    home.data.mkdir(parents=True)
    home.settings_file.write_text('{"theme": "dark", "sausage_length": [1, {"very": "long"}]}')

    loaded = load_settings(home.settings_file)
    save_settings(home.settings_file, loaded.settings.changed(theme="light"))

    assert loaded.notes == ()
    assert json.loads(home.settings_file.read_text()) == {
        "theme": "light",
        "sausage_length": [1, {"very": "long"}],
    }


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("theme", "sepia"),
        ("preview_max_per_second", 16),
        ("cpu_threads", -1),
        ("preview_enabled", "perhaps"),
        ("pictures_folder", "relative/folder"),
        pytest.param(
            "pictures_folder",
            "~nobody-of-this-name/dogs",
            marks=pytest.mark.skipif(sys.platform == "win32", reason="anybody has a folder there"),
        ),
        ("checkpoint_folders", "/not/a/list"),
        ("file_name_template", "../{seed}"),
        ("file_name_template", "{colour}"),
        ("picture_format", "gif"),
        ("language", "tlh"),
    ],
)
def test_one_bad_value_costs_only_itself(home: Home, key: str, value: object) -> None:
    home.data.mkdir(parents=True)
    home.settings_file.write_text(json.dumps({"dtype": "float32", key: value}))

    loaded = load_settings(home.settings_file)

    assert loaded.settings.dtype == "float32"
    assert getattr(loaded.settings, key) == Settings.model_fields[key].default
    assert len(loaded.notes) == 1
    assert key in loaded.notes[0]


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b'{"a": NaN}', b'{"a": 1e999}', b"\xff\xfe\x00", b"[" * 10**5],
    ids=lambda content: repr(content[:10]),
)
def test_a_broken_file_is_set_aside(home: Home, content: bytes) -> None:
    home.data.mkdir(parents=True)
    for _ in range(2):
        home.settings_file.write_bytes(content)

        loaded = load_settings(home.settings_file)

        assert loaded.settings == Settings()
        assert len(loaded.notes) == 1
        assert not home.settings_file.exists()
    kept = sorted(path.name for path in home.data.iterdir())
    assert kept == ["settings.broken-1.json", "settings.broken-2.json"]
    assert {path.read_bytes() for path in home.data.iterdir()} == {content}


def test_a_file_that_cannot_be_read_is_left_alone(home: Home) -> None:
    home.settings_file.mkdir(parents=True)  # a folder in its place: readable to nobody

    loaded = load_settings(home.settings_file)

    assert loaded.settings == Settings()
    assert "cannot be read" in loaded.notes[0]
    assert home.settings_file.is_dir()


def test_a_file_from_an_editor_that_writes_a_mark_is_read(home: Home) -> None:
    home.data.mkdir(parents=True)
    home.settings_file.write_bytes(b'\xef\xbb\xbf{"theme": "dark"}')

    assert load_settings(home.settings_file).settings.theme == "dark"


@given(values=st.dictionaries(st.sampled_from([*Settings.model_fields, "other"]), JSON))
def test_no_content_keeps_the_program_from_starting(
    tmp_path_factory: pytest.TempPathFactory, values: dict[str, Any]
) -> None:
    path = tmp_path_factory.mktemp("settings") / "settings.json"
    path.write_text(json.dumps(values), encoding="utf-8")

    loaded = load_settings(path)

    save_settings(path, loaded.settings)
    again = load_settings(path)
    assert again.settings == loaded.settings
    assert again.notes == ()


def test_a_change_out_of_range_is_a_sentence() -> None:
    with pytest.raises(UserError, match=r"^Previews a second: .*15\.$"):
        Settings().changed(preview_max_per_second=100)


def test_a_full_disk_keeps_the_old_settings(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    save_settings(home.settings_file, Settings().changed(theme="dark"))

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageError):
        save_settings(home.settings_file, Settings().changed(theme="light"))

    assert load_settings(home.settings_file).settings.theme == "dark"


def test_a_home_sign_in_a_folder_is_understood() -> None:
    assert Settings().changed(pictures_folder="~/dogs").pictures_folder == Path.home() / "dogs"
