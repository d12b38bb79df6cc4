"""What can go wrong while fetching, as sentences with what to do about it.

The libraries' own words go into ``details``; nothing here needs the hub's client until it is asked
about one of its errors.
"""

from __future__ import annotations

import errno
import ssl
from collections.abc import Iterator
from pathlib import Path
from socket import gaierror
from urllib.parse import urlsplit

from wurstdesk.engine.weight_files import said_by
from wurstdesk.errors import UserError

KEPT = "What has been fetched is kept."
CHECK_NETWORK = (
    f"Check the network connection (and HTTPS_PROXY, where one is used), then try again. {KEPT}"
)
CARRY = "It can be fetched with a browser on another computer and brought along as a folder."


class FetchError(UserError):
    """Ends a fetch. ``details`` is what a library said, for a report."""

    def __init__(self, message: str, hint: str = "", details: str = "") -> None:
        super().__init__(message, hint)
        self.details = details


class FetchCancelled(Exception):  # noqa: N818 - it is an outcome, not an error
    """Raised between two pieces of work after the fetch was called off."""


class Busy(Exception):  # noqa: N818 - the hub's answer, not an error of ours
    """The hub asks for patience (429); ``seconds`` is how much, where it says."""

    def __init__(self, seconds: float | None) -> None:
        super().__init__(f"429 Too Many Requests, Retry-After: {seconds}")
        self.seconds = seconds


class WrongLength(Exception):  # noqa: N818 - a finding about a file
    """More or fewer bytes came than the record says."""


def host_of(endpoint: str) -> str:
    """The name by which a person knows the hub or its mirror."""
    return urlsplit(endpoint).hostname or endpoint


def chain_of(error: BaseException | None) -> Iterator[BaseException]:
    """An error and those that led to it."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def is_untrusted(error: BaseException) -> bool:
    """Whether the other side's certificate or its encryption is at fault: trying again is vain."""
    return any(isinstance(cause, ssl.SSLError) for cause in chain_of(error)) or "SSL" in str(error)


def status_of(error: BaseException) -> int:
    """The status of the hub's answer that an error is about, or 0."""
    response = getattr(error, "response", None)
    return int(getattr(response, "status_code", 0) or 0)


def require_address(endpoint: str) -> None:
    """Raises ``FetchError`` where a mirror is no address; before the client reads it."""
    try:
        parts = urlsplit(endpoint)
        if parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0:
            return
    except ValueError:
        pass
    raise FetchError(
        f"“{endpoint[:200]}” is no address of a hub.",
        "Check the mirror in the settings, or HF_ENDPOINT: it begins with https://.",
    )


def of_certificates(error: OSError) -> FetchError:
    """The file of certificates cannot be read, or holds none."""
    return FetchError(
        "The certificates that SSL_CERT_FILE names cannot be used.",
        "Let it name a file with certificates (PEM), or unset it.",
        _details(error),
    )


def of_connection(error: Exception, endpoint: str) -> FetchError:
    """No connection, or one that breaks again and again."""
    host = host_of(endpoint)
    kinds = {type(cause).__name__ for cause in chain_of(error)}
    message, hint = f"The connection to {host} breaks again and again.", CHECK_NETWORK
    if is_untrusted(error):
        message = f"The connection to {host} cannot be trusted: its certificate is not accepted."
        hint = (
            "Check this computer's date. Where a company or school looks into connections, let "
            "SSL_CERT_FILE name the file with its certificates."
        )
    elif "ProxyError" in kinds:
        message = f"The proxy does not let the connection to {host} through."
        hint = "Check HTTPS_PROXY and HTTP_PROXY: address, name and password."
    elif any(isinstance(cause, gaierror) for cause in chain_of(error)):
        message = f"{host} cannot be found: there is no network, or the name is wrong."
    elif "ConnectError" in kinds:
        message = f"{host} cannot be reached."
    elif any(kind.endswith("Timeout") for kind in kinds):
        message = f"{host} does not answer."
    return FetchError(message, hint, _details(error))


def of_answer(error: Exception, repo: str, endpoint: str, revision: str = "") -> FetchError:
    """The hub answered, and not with what was asked for."""
    host, status, kind = host_of(endpoint), status_of(error), type(error).__name__
    message, hint = f"{host} refuses to give {repo} (error {status}).", f"Try again later. {KEPT}"
    if kind == "DisabledRepoError":
        message, hint = f"{repo} was closed by its owner or by {host}.", ""
    elif kind == "GatedRepoError" or status == 403:
        message = f"{repo} is given only to people who have agreed to its terms on {host}."
        hint = f"Open {endpoint.rstrip('/')}/{repo} in a browser and agree there. {CARRY}"
    elif kind == "RevisionNotFoundError":
        message = f"{repo} has no version “{revision}”."
        hint = "Leave it out to get the newest."
    elif kind == "RepositoryNotFoundError" or status == 401:
        message = f"There is no public repository {repo} on {host}."
        hint = f"Check its name (owner/name). If it is a private one: {CARRY[0].lower()}{CARRY[1:]}"
    elif status == 404:
        message = f"A file of {repo} is not on {host} any more."
        hint = "Try again: the newest version is then taken."
    elif status >= 500:
        message = f"{host} has trouble of its own (error {status})."
    return FetchError(message, hint, _details(error))


def of_busy(busy: Busy, endpoint: str) -> FetchError:
    """The hub asked for more patience than we have."""
    when = "later" if busy.seconds is None else f"in {_span(busy.seconds)}"
    return FetchError(
        f"{host_of(endpoint)} gets too many requests from here and asks to wait.",
        f"Try again {when}. {KEPT}",
        str(busy),
    )


def of_storage(error: OSError, path: Path) -> FetchError:
    """The disk, or the right to write on it."""
    details = _details(error)
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return FetchError(
            f"The disk with {path} is full.",
            f"Make room and try again, or choose another folder. {KEPT}",
            details,
        )
    if error.errno == errno.EFBIG:
        return FetchError(
            f"The disk with {path} cannot hold files of this size.",
            "Choose a folder on another disk: one in the format FAT32 is too old for this.",
            details,
        )
    reason = error.strerror or type(error).__name__
    return FetchError(
        f"{path} cannot be written: {reason}.",
        "Check that its disk is there and that you may write to it, or choose another folder.",
        details,
    )


def not_a_hub(error: Exception, endpoint: str) -> FetchError:
    """Something answered, but not as a hub does."""
    return FetchError(
        f"What answers at {host_of(endpoint)} is not the hub.",
        "A login page of the network may be in the way: open any page in a browser. "
        "If a mirror is set, check its address.",
        _details(error),
    )


def bad_name(repo: str) -> FetchError:
    """Not even the form of a repository's name."""
    return FetchError(
        f"“{repo[:100]}” is not the name of a repository.",
        "It has the form owner/name, for example warp-ai/wuerstchen.",
    )


def _details(error: BaseException) -> str:
    return " < ".join(f"{type(cause).__name__}: {said_by(cause)}" for cause in _few(error))[:1000]


def _few(error: BaseException) -> list[Exception]:
    return [cause for cause in chain_of(error) if isinstance(cause, Exception)][:4]


def _span(seconds: float) -> str:
    return f"{round(seconds / 60)} minutes" if seconds >= 90 else f"{round(seconds)} seconds"
