from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wurstdesk import paths
from wurstdesk.errors import StorageError
from wurstdesk.paths import Home, ensure_folder, find_home, resources_dir, write_atomically

NOBODY_IS_REFUSED = hasattr(os, "geteuid") and os.geteuid() == 0


def test_a_chosen_folder_goes_before_the_environment(tmp_path: Path) -> None:
    chosen, named = tmp_path / "chosen", tmp_path / "named"

    home = find_home(chosen, environ={paths.HOME_VARIABLE: str(named)})

    assert home == Home.inside(chosen)
    assert find_home(environ={paths.HOME_VARIABLE: str(named)}) == Home.inside(named)


@pytest.mark.parametrize("environ", [{}, {paths.HOME_VARIABLE: ""}])
def test_without_a_choice_the_platform_decides(environ: dict[str, str]) -> None:
    home = find_home(environ=environ)

    assert home == Home.of_platform()
    assert "wurstdesk" in str(home.data).lower()
    assert home.pictures.name == "Wurstdesk"


def test_a_chosen_home_holds_everything_and_creates_nothing(tmp_path: Path) -> None:
    root = tmp_path / "portable"

    home = find_home(root)

    folders = {home.data, home.cache, home.pictures, home.logs, home.models}
    files = {home.settings_file, home.gallery_file}
    assert len(folders) == 5
    assert all(path.is_relative_to(root) for path in folders | files)
    assert not root.exists()


def test_a_relative_home_stays_where_it_was_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    home = find_home(Path("here"))

    monkeypatch.chdir("/")

    assert home.data == tmp_path / "here" / "data"


def test_tests_have_a_home_of_their_own(home: Home, tmp_path: Path) -> None:
    assert find_home() == home
    assert home.data.is_relative_to(tmp_path)


def test_a_folder_is_made_with_its_parents(tmp_path: Path) -> None:
    wanted = tmp_path / "a" / "b"

    assert ensure_folder(wanted) == wanted
    assert ensure_folder(wanted).is_dir()


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(StorageError, match="cannot be made") as caught:
        ensure_folder(tmp_path / "file" / "folder")

    assert caught.value.hint


@given(content=st.binary(max_size=4096))
def test_what_is_written_is_read(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("write") / "new" / "file"

    write_atomically(path, content)
    write_atomically(path, content + b"2")

    assert path.read_bytes() == content + b"2"
    assert list(path.parent.iterdir()) == [path]


def test_a_failed_write_keeps_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    write_atomically(path, b"old")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageError, match="No space left"):
        write_atomically(path, b"new")

    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_the_longest_name_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / ("n" * 250 + ".png")

    write_atomically(path, b"x")

    assert path.read_bytes() == b"x"


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_a_link_stays_a_link(tmp_path: Path) -> None:
    kept, link = tmp_path / "kept", tmp_path / "link"
    kept.write_bytes(b"old")
    link.symlink_to(kept)

    write_atomically(link, b"new")

    assert link.is_symlink()
    assert kept.read_bytes() == b"new"


@pytest.mark.skipif(NOBODY_IS_REFUSED, reason="root may write everywhere")
def test_a_folder_without_permission_is_a_sentence(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)

    with pytest.raises(StorageError, match="cannot be written"):
        write_atomically(tmp_path / "file", b"x")


def test_the_resources_of_this_checkout_are_found() -> None:
    assert (resources_dir() / "licences").is_dir()


def test_the_resources_of_a_wheel_and_of_a_bundle_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "site-packages" / "wurstdesk"
    (package / "_resources").mkdir(parents=True)
    monkeypatch.setattr(paths, "_PACKAGE", package)
    assert resources_dir() == package / "_resources"

    (tmp_path / "bundle" / "resources").mkdir(parents=True)
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path / "bundle"), raising=False)
    assert resources_dir() == tmp_path / "bundle" / "resources"


def test_missing_resources_are_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "_PACKAGE", tmp_path / "nowhere" / "wurstdesk")

    with pytest.raises(StorageError, match="missing"):
        resources_dir()
