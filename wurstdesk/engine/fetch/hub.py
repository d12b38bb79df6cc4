"""The hub's own client as it has to be used: ``HfApi`` for records, ``http_get`` for files.

Importing this module imports the client, which reads the environment once: only ``entry`` does,
after it has set it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, BinaryIO, Protocol, cast

import httpx2
from huggingface_hub import HfApi, constants, hf_hub_url, set_client_factory
from huggingface_hub.errors import HfHubHTTPError, HFValidationError
from huggingface_hub.file_download import http_get
from huggingface_hub.hf_api import RepoFile
from huggingface_hub.utils._http import parse_ratelimit_headers

from wurstdesk import __version__
from wurstdesk.engine.fetch.errors import (
    Busy,
    WrongLength,
    is_untrusted,
    of_certificates,
    status_of,
)
from wurstdesk.generation.fetching import FetchFile

_PATIENCE = 30.0
"""Seconds without an answer from the hub's interface; files have HF_HUB_DOWNLOAD_TIMEOUT."""
_PIECE = 1 << 18
"""Bytes: how often a transfer can be paused, and what a break in the connection costs."""


@dataclass(frozen=True)
class HubRecord:
    """What the hub says of a repository at one commit."""

    commit: str
    files: tuple[FetchFile, ...]


class Target(Protocol):
    """What a file is written to; ``length`` is how much of it is there already."""

    @property
    def length(self) -> int: ...

    def write(self, data: bytes) -> int: ...
    def tell(self) -> int: ...
    def seek(self, place: int) -> int: ...
    def truncate(self) -> int: ...


class Hub:
    """The hub or a mirror of it. Nothing secret is ever sent: only what is public is fetched.

    Raises ``FetchError`` where the environment names certificates that are none.
    """

    def __init__(self, endpoint: str) -> None:
        constants.DOWNLOAD_CHUNK_SIZE = _PIECE
        set_client_factory(_client)
        try:
            _client().close()
        except OSError as error:
            raise of_certificates(error) from error
        self.endpoint = endpoint or constants.ENDPOINT
        self._api = HfApi(
            endpoint=self.endpoint,
            token=False,
            library_name="wurstdesk",
            library_version=__version__,
        )

    def record(self, repo: str, revision: str) -> HubRecord:
        """The newest record of a revision ("" for the main branch); raises what the client does."""
        info = self._api.model_info(
            repo, revision=revision or None, files_metadata=True, timeout=_PATIENCE
        )
        if not info.sha:
            raise ValueError("the record names no commit")
        files = tuple(
            _file(repo, sibling.rfilename, sibling.size, sibling.blob_id, sibling.lfs)
            for sibling in info.siblings or ()
        )
        if any(not file.sha256 and not file.git_id for file in files):  # a mirror that says less
            files = tuple(self._tree(repo, info.sha))
        return HubRecord(info.sha, files)

    def get(self, file: FetchFile, commit: str, target: Target) -> None:
        """Fetch what is still missing of a file.

        Raises ``WrongLength``, ``Busy``, what ``target`` does, and what the client does.
        """
        url = hf_hub_url(file.repo, file.path, revision=commit, endpoint=self.endpoint)
        headers = {
            "user-agent": f"wurstdesk/{__version__}",
            # Compressed text could neither be resumed nor measured.
            "accept-encoding": "identity",
        }
        try:
            http_get(
                url,
                cast("BinaryIO", target),
                resume_size=target.length,
                headers=headers,
                expected_size=file.size,
                displayed_filename=file.path,
            )
        except HfHubHTTPError as error:
            if status_of(error) == 416:
                raise WrongLength(str(error)) from error
            raise
        except OSError as error:
            if error.errno is None:  # the client's own check of the length
                raise WrongLength(str(error)) from error
            raise

    def _tree(self, repo: str, commit: str) -> Iterator[FetchFile]:
        for entry in self._api.list_repo_tree(repo, recursive=True, revision=commit):
            if isinstance(entry, RepoFile):
                yield _file(repo, entry.path, entry.size, entry.blob_id, entry.lfs)


def is_bad_name(error: Exception) -> bool:
    """Whether the client did not even ask, the name's form being impossible."""
    return isinstance(error, HFValidationError)


def is_answer(error: Exception) -> bool:
    """Whether the hub answered, with a refusal."""
    return isinstance(error, HfHubHTTPError)


def is_connection(error: Exception) -> bool:
    """Whether there was no answer, or none to its end."""
    return isinstance(error, httpx2.TransportError | httpx2.InvalidURL)


def may_pass(error: Exception) -> bool:
    """Whether the same may go well a little later."""
    if isinstance(error, HfHubHTTPError):
        return status_of(error) >= 500 or status_of(error) == 408
    vain = (httpx2.UnsupportedProtocol, httpx2.LocalProtocolError)
    return (
        isinstance(error, httpx2.TransportError)
        and not isinstance(error, vain)
        and not is_untrusted(error)
    )


def is_unreachable(error: Exception) -> bool:
    """Whether no connection was made at all: no network, a wrong address, a proxy."""
    return isinstance(error, httpx2.ConnectError | httpx2.ProxyError)


def asked_patience(error: Exception) -> float | None:
    """The seconds that a refusal asks to wait, where it does."""
    response = getattr(error, "response", None)
    return None if response is None else _patience_in(response.headers)


def _client() -> httpx2.Client:
    return httpx2.Client(
        event_hooks={"response": [_look_for_busy]}, follow_redirects=True, timeout=_PATIENCE
    )


def _look_for_busy(response: httpx2.Response) -> None:
    """Here, because the client would wait as long as it is told without a word."""
    if response.status_code == 429:
        raise Busy(_patience_in(response.headers))


def _patience_in(headers: httpx2.Headers) -> float | None:
    said = headers.get("retry-after", "").strip()
    if said.isdigit():
        return float(said)
    if said:
        try:
            return max(0.0, parsedate_to_datetime(said).timestamp() - time.time())
        except (ValueError, OverflowError):
            return None
    limit = parse_ratelimit_headers(headers)
    return float(limit.reset_in_seconds) if limit is not None else None


def _file(repo: str, path: str, size: int | None, blob: str | None, lfs: Any) -> FetchFile:
    if lfs is not None:
        return FetchFile(repo, path, int(lfs.size), sha256=str(lfs.sha256))
    return FetchFile(repo, path, int(size or 0), git_id=str(blob or "") if size is not None else "")
