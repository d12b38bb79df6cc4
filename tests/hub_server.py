"""A small hub on this machine that speaks the Hugging Face hub's protocol, and errs when told to.

    with HubServer() as hub:
        hub.add("warp-ai/wuerstchen", folder)
        hub.fault("decoder/diffusion_pytorch_model.safetensors", Cut(after=5000))

Faults are used up one a request, in the order they were given, and only by requests for the bytes
of that file (or, for the path "api", for a record). Large files are redirected to a path of their
own, as the hub redirects to where it keeps them.
"""

from __future__ import annotations

import hashlib
import json
import re
import ssl
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qs, quote, unquote, urlsplit

API = "api"
"""The path for faults of records."""

_PIECE = 1 << 16


@dataclass(frozen=True)
class Cut:
    """The connection ends after so many bytes."""

    after: int


@dataclass(frozen=True)
class Wrong:
    """The bytes are others than the record says."""


@dataclass(frozen=True)
class Length:
    """The file is longer, or shorter, than the record says; by so many bytes."""

    by: int


@dataclass(frozen=True)
class Status:
    """A refusal, with headers."""

    code: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True)
class Slow:
    """After so many bytes nothing comes until ``let_go`` is set."""

    after: int
    let_go: threading.Event


@dataclass(frozen=True)
class Elsewhere:
    """The file lies on another host: that of another server."""

    endpoint: str


@dataclass(frozen=True)
class NoRange:
    """The whole file comes, whatever part was asked for."""


@dataclass(frozen=True)
class Page:
    """A page comes where the hub's answer should be, as from a network's login."""


Fault = Cut | Wrong | Length | Status | Slow | Elsewhere | NoRange | Page


@dataclass(frozen=True)
class Request:
    """What was asked for."""

    method: str
    path: str
    range: str
    headers: dict[str, str]


@dataclass
class _Blob:
    data: bytes
    lfs: bool

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()

    @property
    def git_id(self) -> str:
        pointer = (
            f"version https://git-lfs.github.com/spec/v1\noid sha256:{self.sha256}\n"
            f"size {len(self.data)}\n"
        ).encode()
        data = pointer if self.lfs else self.data
        return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


class HubServer:
    """The hub; a context manager. ``host`` may be any name or address of this machine."""

    def __init__(self, host: str = "127.0.0.1", certificate: Path | None = None) -> None:
        self.requests: list[Request] = []
        self.brief = False  # whether records say nothing of files but their names
        self._commits: dict[str, dict[str, dict[str, _Blob]]] = {}
        self._newest: dict[str, str] = {}
        self._faults: dict[str, list[Fault]] = {}
        self._always: dict[str, Fault] = {}
        self._lock = threading.Lock()
        server = _Server((host, 0), _Handler)
        server.hub = self
        scheme = "http"
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            server.socket = context.wrap_socket(server.socket, server_side=True)
            scheme = "https"
        self._server = server
        self.endpoint = f"{scheme}://{host}:{server.server_address[1]}"
        self._thread = threading.Thread(
            target=server.serve_forever, kwargs={"poll_interval": 0.02}, name="hub"
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.end_connections()
        self._server.server_close()
        self._thread.join()

    def add(self, repo: str, files: Path | dict[str, bytes], *, lfs: tuple[str, ...] = ()) -> str:
        """A new commit of a repository; gives its id.

        Safetensors and ``.bin`` files are large ones, and those that ``lfs`` names.
        """
        if isinstance(files, Path):
            found = (path for path in files.rglob("*") if path.is_file())
            files = {path.relative_to(files).as_posix(): path.read_bytes() for path in found}
        blobs = {
            path: _Blob(data, path.endswith((".safetensors", ".bin")) or path in lfs)
            for path, data in files.items()
        }
        told = "".join(f"{path} {blobs[path].git_id}\n" for path in sorted(blobs))
        number = len(self._commits.get(repo, ()))
        commit = hashlib.sha1(f"{repo} {number} {told}".encode()).hexdigest()
        self._commits.setdefault(repo, {})[commit] = blobs
        self._newest[repo] = commit
        return commit

    def forget(self, repo: str, commit: str) -> None:
        """A commit is gone, as after a forced push."""
        del self._commits[repo][commit]

    def fault(self, path: str, *faults: Fault) -> None:
        """What the next requests for a file get instead of it."""
        self._faults.setdefault(path, []).extend(faults)

    def always(self, path: str, fault: Fault) -> None:
        """What every request for a file gets when no other fault is left."""
        self._always[path] = fault

    def asked_for(self, path: str) -> list[Request]:
        """The requests for the bytes of a file, redirects counted once."""
        ending = f"/{quote(path)}"
        return [r for r in self.requests if "/resolve/" in r.path and r.path.endswith(ending)]

    # --- for the handler ---------------------------------------------------------------------

    def take_fault(self, path: str) -> Fault | None:
        """The next fault of a path."""
        with self._lock:
            faults = self._faults.get(path)
            return faults.pop(0) if faults else self._always.get(path)

    def elsewhere(self, path: str) -> Elsewhere | None:
        """Where a file lies, if not here."""
        fault = self._always.get(path)
        return fault if isinstance(fault, Elsewhere) else None

    def note(self, request: Request) -> None:
        """Remember what was asked for."""
        with self._lock:
            self.requests.append(request)

    def commit_of(self, repo: str, revision: str) -> str | None:
        """The id of a revision, or None where there is none."""
        newest = self._newest.get(repo, "")
        commit = newest if revision in {"", "main"} else revision
        return commit if commit in self._commits.get(repo, {}) else None

    def knows(self, repo: str) -> bool:
        """Whether there is such a repository."""
        return repo in self._commits

    def blobs(self, repo: str, commit: str) -> dict[str, _Blob]:
        """The files of a commit."""
        return self._commits[repo][commit]

    def blob(self, sha256: str) -> _Blob | None:
        """A large file by its content."""
        for commits in self._commits.values():
            for blobs in commits.values():
                for blob in blobs.values():
                    if blob.lfs and blob.sha256 == sha256:
                        return blob
        return None


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    block_on_close = True
    hub: HubServer

    def __init__(self, address: tuple[str, int], handler: type[_Handler]) -> None:
        self._open: set[Any] = set()
        super().__init__(address, handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no error."""

    def end_connections(self) -> None:
        """Let no thread wait for a client that has nothing more to say."""
        for request in list(self._open):
            with suppress(OSError):
                request.shutdown(2)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Nothing on the terminal."""

    def do_GET(self) -> None:
        self._answer(body=True)

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def _answer(self, *, body: bool) -> None:
        hub, url = self.server.hub, urlsplit(self.path)
        hub.note(Request(self.command, url.path, self.headers.get("Range", ""), dict(self.headers)))
        path = unquote(url.path)
        if match := re.fullmatch(r"/api/models/(.+?)(?:/(revision|tree)/([^/]+))?", path):
            self._api(match[1], match[2] or "", match[3] or "", parse_qs(url.query))
        elif match := re.fullmatch(r"/(.+?)/resolve/([^/]+)/(.+)", path):
            self._resolve(match[1], match[2], match[3], body=body)
        elif match := re.fullmatch(r"/large/([0-9a-f]{64})/(.+)", path):
            blob = hub.blob(match[1])
            if blob is None:
                self._refuse(Status(404))
            else:
                self._send(match[2], blob, body=body)
        else:
            self._refuse(Status(404))

    def _api(self, repo: str, what: str, revision: str, query: dict[str, list[str]]) -> None:
        hub = self.server.hub
        fault = hub.take_fault(API)
        if isinstance(fault, Status):
            return self._refuse(fault)
        if isinstance(fault, Page):
            return self._refuse(Status(200, {"Content-Type": "text/html"}, b"<html>log in</html>"))
        if not hub.knows(repo):
            return self._refuse(Status(401, {"X-Error-Message": "Invalid username or password."}))
        commit = hub.commit_of(repo, revision)
        if commit is None:
            return self._refuse(Status(404, {"X-Error-Code": "RevisionNotFound"}))
        blobs = hub.blobs(repo, commit)
        if what == "tree":
            return self._json(list(_tree(blobs)))
        detailed = "blobs" in query and not hub.brief
        siblings = [_sibling(path, blob, detailed=detailed) for path, blob in blobs.items()]
        answer = {"_id": "0", "id": repo, "modelId": repo, "sha": commit, "siblings": siblings}
        return self._json({**answer, "private": False, "tags": [], "downloads": 0, "likes": 0})

    def _resolve(self, repo: str, revision: str, path: str, *, body: bool) -> None:
        hub = self.server.hub
        commit = hub.commit_of(repo, revision)
        if commit is None:
            return self._refuse(Status(404, {"X-Error-Code": "RevisionNotFound"}))
        blob = hub.blobs(repo, commit).get(path)
        if blob is None:
            return self._refuse(Status(404, {"X-Error-Code": "EntryNotFound"}))
        etag = blob.sha256 if blob.lfs else blob.git_id
        about = {"X-Repo-Commit": commit, "ETag": f'"{etag}"'}
        if not blob.lfs:
            return self._send(path, blob, body=body, headers=about)
        about |= {"X-Linked-Etag": f'"{blob.sha256}"', "X-Linked-Size": str(len(blob.data))}
        place = f"/large/{blob.sha256}/{quote(path)}"
        fault = hub.elsewhere(path)
        if fault is not None:
            place = fault.endpoint + place
        return self._refuse(Status(302, {**about, "Location": place}))

    def _send(
        self, path: str, blob: _Blob, *, body: bool, headers: dict[str, str] | None = None
    ) -> None:
        fault = self.server.hub.take_fault(path)
        if isinstance(fault, Status):
            return self._refuse(fault)
        data = blob.data
        if isinstance(fault, Wrong):
            data = bytes(byte ^ 0xFF for byte in data)
        if isinstance(fault, Length):
            data = data + b"x" * fault.by if fault.by > 0 else data[: fault.by]
        start = 0 if isinstance(fault, NoRange) else _start_of(self.headers.get("Range", ""))
        if start and start >= len(data):
            return self._refuse(Status(416, {"Content-Range": f"bytes */{len(data)}"}))
        self.send_response(206 if start else 200)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Length", str(len(data) - start))
        self.end_headers()
        return self._body(memoryview(data)[start:], fault) if body else None

    def _body(self, data: memoryview, fault: Fault | None) -> None:
        stop = fault.after if isinstance(fault, Cut | Slow) else len(data)
        for begin in range(0, min(stop, len(data)), _PIECE):
            self.wfile.write(data[begin : min(begin + _PIECE, stop)])
        self.wfile.flush()
        if isinstance(fault, Slow):
            fault.let_go.wait()
            with suppress(OSError):
                self.wfile.write(data[stop:])
        if isinstance(fault, Cut):
            self.close_connection = True

    def _json(self, answer: object) -> None:
        body = json.dumps(answer).encode()
        self._refuse(Status(200, {"Content-Type": "application/json"}, body))

    def _refuse(self, status: Status) -> None:
        self.send_response(status.code)
        for name, value in status.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(status.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(status.body)


def _sibling(path: str, blob: _Blob, *, detailed: bool) -> dict[str, Any]:
    if not detailed:
        return {"rfilename": path}
    entry: dict[str, Any] = {"rfilename": path, "size": len(blob.data), "blobId": blob.git_id}
    if blob.lfs:
        entry["lfs"] = {"sha256": blob.sha256, "size": len(blob.data), "pointerSize": 134}
    return entry


def _tree(blobs: dict[str, _Blob]) -> Iterator[dict[str, Any]]:
    for folder in {path.rpartition("/")[0] for path in blobs} - {""}:
        yield {"type": "directory", "path": folder, "oid": "0" * 40, "size": 0}
    for path, blob in blobs.items():
        entry = {"type": "file", "path": path, "size": len(blob.data), "oid": blob.git_id}
        if blob.lfs:
            entry["lfs"] = {"oid": blob.sha256, "size": len(blob.data), "pointerSize": 134}
        yield entry


def _start_of(header: str) -> int:
    match = re.fullmatch(r"bytes=(\d+)-", header)
    return int(match[1]) if match else 0
