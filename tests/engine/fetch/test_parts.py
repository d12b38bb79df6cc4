"""The parts of a fetch by themselves: digests, speed, sentences, events, what is published."""

from __future__ import annotations

import ast
import errno
import hashlib
import json
import socket
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

import wurstdesk
from wurstdesk.engine.fetch import errors
from wurstdesk.engine.fetch.published import PUBLISHED, published_files
from wurstdesk.engine.fetch.records import FetchRecord, SourceRecord, StoredFile
from wurstdesk.engine.fetch.speed import Meter, seconds_left
from wurstdesk.engine.fetch.verify import Finding, digest_of, problem_of_file, verify_folder
from wurstdesk.generation import fetching
from wurstdesk.generation.fetching import FetchEvent, FetchFile, event_from_dict

HUB = "https://huggingface.co"


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_the_git_id_is_gits_own(tmp_path: Path) -> None:
    path = tmp_path / "vocab.json"
    path.write_bytes(b'{"a": 1}\n')
    told = subprocess.run(["git", "hash-object", path], capture_output=True, check=True, text=True)

    digest = digest_of(path, path.stat().st_size)

    assert digest.git_id == told.stdout.strip()
    assert digest.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert problem_of_file(path, 9, git_id=digest.git_id) == ""
    assert "content" in problem_of_file(path, 9, git_id="0" * 40)
    assert "9 bytes instead of 10" in problem_of_file(path, 10)
    assert problem_of_file(tmp_path / "none", 1) == "it is missing"


def test_a_folder_is_compared_with_its_record(tmp_path: Path) -> None:
    for name in ("good", "bad", "short"):
        (tmp_path / name).write_bytes(name.encode())
    sha256 = {name: hashlib.sha256(name.encode()).hexdigest() for name in ("good", "none")}
    files = {
        "good": StoredFile(4, sha256["good"]),
        "bad": StoredFile(3, sha256["good"]),
        "short": StoredFile(6, sha256["good"]),
        "none": StoredFile(4, sha256["none"]),
    }
    begun: list[str] = []

    found = verify_folder(tmp_path, files, begin=begun.append)

    assert begun == ["bad", "good", "none", "short"]
    assert found == (
        Finding("bad", "its content is not what the record says"),
        Finding("none", "it is missing"),
        Finding("short", "it has 5 bytes instead of 6"),
    )


def test_records_survive_the_disk(tmp_path: Path) -> None:
    record = FetchRecord("a/b", "0" * 40, HUB, "float16", {"x": StoredFile(1, "2", "3", "float16")})
    record.save(tmp_path)

    assert FetchRecord.of(tmp_path) == record
    assert SourceRecord.of(tmp_path) is None


@pytest.mark.parametrize("text", ["", "[]", '{"format": 2}', '{"format": 1, "files": {"x": {}}}'])
def test_a_record_that_cannot_be_read_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "wurstdesk-source.json").write_text(text)

    assert SourceRecord.of(tmp_path) is None


def test_speed_is_true_at_once_and_calm_later() -> None:
    clock = Clock()
    meter = Meter(clock)
    assert meter.look() == 0
    for _ in range(60):
        clock.now += 0.5
        meter.add(500)
        assert meter.look() == pytest.approx(1000)

    clock.now += 0.5
    meter.add(5000)  # one burst
    assert 1000 < meter.look() < 2000

    for _ in range(60):
        clock.now += 0.5
        meter.look()
    assert meter.look() < 50  # and it falls when nothing comes


def test_a_rest_counts_for_nothing() -> None:
    clock = Clock()
    meter = Meter(clock)
    clock.now += 1
    meter.add(1000)
    assert meter.look() == pytest.approx(1000)

    clock.now += 3600
    meter.rest()

    clock.now += 1
    meter.add(1000)
    assert meter.look() == pytest.approx(1000)


def test_seconds_left() -> None:
    assert seconds_left(1000, 100) == 10
    assert seconds_left(0, 0) == 0
    assert seconds_left(1000, 0) is None


def connect_error(cause: Exception) -> Exception:
    class ConnectError(Exception):
        pass

    error = ConnectError(str(cause))
    error.__cause__ = cause
    return error


def test_a_name_that_cannot_be_found() -> None:
    error = errors.of_connection(connect_error(socket.gaierror(-2, "Name not known")), HUB)

    assert error.message.startswith("huggingface.co cannot be found")
    assert "gaierror" in error.details


def test_an_expired_certificate() -> None:
    error = errors.of_connection(connect_error(ssl.SSLCertVerificationError("expired")), HUB)

    assert "cannot be trusted" in error.message
    assert "date" in error.hint


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (errno.ENOSPC, "is full"),
        (errno.EDQUOT, "is full"),
        (errno.EFBIG, "cannot hold files of this size"),
        (errno.EROFS, "cannot be written: Read-only"),
    ],
)
def test_disks_are_sentences(number: int, sentence: str) -> None:
    said = {errno.EROFS: "Read-only file system"}.get(number, "x")

    assert sentence in errors.of_storage(OSError(number, said), Path("/models")).message


def test_every_event_survives_json() -> None:
    kinds = [
        kind
        for kind in vars(fetching).values()
        if isinstance(kind, type) and issubclass(kind, FetchEvent) and kind is not FetchEvent
    ]
    file = FetchFile("a/b", "c", 1, "2")
    events = [
        fetching.Planned((file,), 1, 0, {"a/b": "0"}, ("/x",), 1, 2),
        fetching.Progressed(1, 2, 3.5, None, "c", 1, 2),
        fetching.Checking("c"),
        fetching.FetchedAgain("c", "it is wrong"),
        fetching.Converting("c", 1, 2),
        fetching.Waiting(1.5, "huggingface.co does not answer."),
        fetching.Paused(),
        fetching.Fetched(("/x", "/ü")),
        fetching.Failed("m", "h", "d"),
        fetching.Cancelled(),
    ]

    assert {type(event) for event in events} == set(kinds)
    assert [event_from_dict(json.loads(json.dumps(e.to_dict()))) for e in events] == events
    assert [event.kind for event in events if event.is_last] == ["fetched", "failed", "cancelled"]


def test_what_is_offered_is_what_is_known() -> None:
    assert [offer.name for offer in PUBLISHED] == [
        "wuerstchen",
        "interpolated",
        "base",
        "finetuned",
    ]
    for offer in PUBLISHED:
        assert offer.sentence.endswith(".")
        assert offer.licence == "MIT"
        known = [published_files(repository.repo_id) for repository in offer.repositories]
        assert all(known)
        size = sum(file.size for files in known for file in files.values())
        assert size == 0 or abs(size - offer.size) < 0.01 * offer.size
    assert PUBLISHED[0].size_as("float16") == PUBLISHED[0].size // 2


def test_hashes_that_are_known_are_hashes() -> None:
    for offer in PUBLISHED:
        for repository in offer.repositories:
            for file in published_files(repository.repo_id).values():
                assert len(file.sha256) in {0, 64}
                assert set(file.sha256) <= set("0123456789abcdef")
    assert published_files("any/other") == {}


def test_nothing_else_in_the_program_knows_the_network() -> None:
    networked = {
        "aiohttp", "ftplib", "http", "httpx", "httpx2", "huggingface_hub", "requests", "smtplib",
        "telnetlib", "urllib.request", "urllib3", "xmlrpc",
    }  # fmt: skip
    looks_only = {"huggingface_hub.scan_cache_dir", "huggingface_hub.errors.CacheNotFound"}
    package = Path(wurstdesk.__file__).parent
    found = {
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        for name in imported(path)
        if name not in looks_only and any(f"{name}.".startswith(f"{n}.") for n in networked)
    }

    assert found == {"engine/fetch/hub.py"}


def imported(path: Path) -> Iterator[str]:
    """The full names of what a file imports, anywhere in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
