"""Picture files are whole or absent, and never in one another's way."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from gallery.pictures import finish, make_picture, start_python
from wurstdesk.errors import StorageError
from wurstdesk.gallery.formats import encode
from wurstdesk.gallery.image_files import save_as, save_new, sweep_temporary_file


def refuse(number: int) -> Callable[..., Any]:
    def failing(*_: object, **__: object) -> Any:
        raise OSError(number, os.strerror(number))

    return failing


def test_the_png_holds_exactly_the_pixels(tmp_path: Path) -> None:
    pixels = make_picture(side=256).pixels
    path = save_new(tmp_path, "a", encode(pixels))
    with Image.open(path) as image:
        assert image.mode == "RGB"
        assert image.size == (256, 256)
        assert image.tobytes() == pixels.data


def test_a_taken_name_gets_a_number(tmp_path: Path) -> None:
    paths = [save_new(tmp_path, "a", b"%d" % n) for n in range(3)]
    assert [path.name for path in paths] == ["a.png", "a (2).png", "a (3).png"]
    assert [path.read_bytes() for path in paths] == [b"0", b"1", b"2"]
    assert len(list(tmp_path.iterdir())) == 3


@pytest.mark.skipif(os.name == "nt", reason="there files are renamed")
def test_without_hard_links_it_works_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "link", refuse(errno.ENOTSUP))
    test_a_taken_name_gets_a_number(tmp_path)


def test_a_named_file_is_replaced_and_its_permissions_are_the_usual(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"old")
    save_as(path, b"new")
    assert path.read_bytes() == b"new"
    mask = os.umask(0)
    os.umask(mask)
    assert stat.S_IMODE(path.stat().st_mode) == 0o666 & ~mask
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(os.name == "nt", reason="there are no pipes with names")
def test_what_is_no_file_is_never_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.png"
    os.mkfifo(pipe)
    for path in (pipe, tmp_path):
        with pytest.raises(StorageError):
            save_as(path, b"x")
    assert stat.S_ISFIFO(pipe.stat().st_mode)


@pytest.mark.skipif(os.name == "nt", reason="there folders cannot be synced")
def test_bytes_reach_the_disk_before_the_name_and_the_folder_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    real_sync, real_link = os.fsync, os.link

    def sync(descriptor: int) -> None:
        order.append("folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file")
        real_sync(descriptor)

    def link(*names: Path) -> None:
        order.append("name")
        real_link(*names)

    monkeypatch.setattr(os, "fsync", sync)
    monkeypatch.setattr(os, "link", link)
    save_new(tmp_path, "a", b"x")
    assert order == ["file", "name", "folder"]


@pytest.mark.parametrize("step", ["open", "write", "fsync", "rename"])
@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "is full"),
        (errno.EROFS, "Nothing may be written"),
        (errno.EACCES, "Nothing may be written"),
        (errno.EIO, "Input/output error"),
    ],
)
def test_a_failing_step_is_a_sentence_and_leaves_everything_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, number: int, words: str
) -> None:
    named = tmp_path / "named.png"
    named.write_bytes(b"old")
    with monkeypatch.context() as patch:
        patch.setattr(os, step, refuse(number))
        patch.setattr(Path, "replace", refuse(number))
        with pytest.raises(StorageError, match=words) as failure:
            save_as(named, b"new")
    assert failure.value.hint
    assert named.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [named]
    assert save_new(tmp_path, "a", b"after").read_bytes() == b"after"


def test_a_write_that_takes_only_some_bytes_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real_write = os.write
    monkeypatch.setattr(os, "write", lambda fd, data: real_write(fd, bytes(data[:7])))
    assert save_new(tmp_path, "a", b"0123456789" * 5).read_bytes() == b"0123456789" * 5


@pytest.mark.skipif(os.name == "nt", reason="there files are renamed")
def test_a_full_disk_without_hard_links_leaves_no_empty_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "link", refuse(errno.ENOTSUP))
    monkeypatch.setattr(Path, "replace", refuse(errno.ENOSPC))
    with pytest.raises(StorageError, match="is full"):
        save_new(tmp_path, "a", b"x")
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_gone_is_named(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=f"{tmp_path}/gone” is not there"):
        save_new(tmp_path / "gone", "a", b"x")
    assert not (tmp_path / "gone").exists()


SAVE_MANY = """
import sys
from pathlib import Path
from wurstdesk.gallery.image_files import save_new
for _ in range(40):
    save_new(Path(sys.argv[1]), "same", sys.argv[2].encode() * 1000)
"""


def test_processes_that_save_under_one_name_keep_all_pictures(tmp_path: Path) -> None:
    finish(*(start_python(SAVE_MANY, tmp_path, letter) for letter in "ab"))
    contents = sorted(path.read_bytes() for path in tmp_path.iterdir())
    assert contents == [b"a" * 1000] * 40 + [b"b" * 1000] * 40


def test_forgotten_temporary_files_are_swept_and_young_ones_are_not(tmp_path: Path) -> None:
    old, young, foreign = (
        tmp_path / name for name in (".wurstdesk-1-a.part", ".wurstdesk-2-b.part", ".x.part")
    )
    for path in (old, young, foreign):
        path.write_bytes(b"x")
    for path in (old, foreign):
        os.utime(path, (0, 0))
    for path in (old, young, foreign):
        sweep_temporary_file(path)
    assert sorted(tmp_path.iterdir()) == sorted([young, foreign])


FULL_DISK = """
import os, sys
from pathlib import Path
from wurstdesk.errors import StorageError
from wurstdesk.gallery.image_files import save_new
folder = Path(sys.argv[1])
save_new(folder, "a", b"x" * 40_000)
try:
    save_new(folder, "b", b"x" * 80_000)
except StorageError as error:
    assert "is full" in error.message, error
else:
    raise SystemExit("it fitted")
assert os.listdir(folder) == ["a.png"], os.listdir(folder)
save_new(folder, "c", b"x" * 10_000)
"""


@pytest.mark.skipif(not shutil.which("unshare"), reason="needs a mount namespace of its own")
def test_a_disk_that_is_really_full(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = f"mount -t tmpfs -o size=64k none {disk}"
    trial = subprocess.run(["unshare", "-rm", "sh", "-c", mount], capture_output=True, check=False)
    if trial.returncode:
        pytest.skip("mounting is not allowed here")
    run = f'{mount} && exec "$0" -c "$1" {disk}'
    done = subprocess.run(
        ["unshare", "-rm", "sh", "-c", run, sys.executable, FULL_DISK],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    assert done.returncode == 0, done.stderr
