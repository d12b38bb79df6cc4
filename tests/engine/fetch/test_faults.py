"""A hub and a network that err: what passes is lived through, what does not is a sentence."""

from __future__ import annotations

import shutil
import subprocess
import threading
import time
from collections.abc import Callable
from email.utils import formatdate
from pathlib import Path

import pytest

from fetch_bench import DECODER, PAIR, Fetcher
from hub_server import (
    API,
    Cut,
    Fault,
    HubServer,
    Length,
    NoRange,
    Page,
    Slow,
    Status,
    Wrong,
)
from wurstdesk.engine.fetch.process import FetchProcess
from wurstdesk.generation.fetching import FetchedAgain, FetchEvent, Waiting

SMALL = "tokenizer/vocab.json"


def same(fetch: Fetcher, tiny_folder: Path, path: str = DECODER) -> bool:
    made, original = fetch.folder / "wuerstchen" / path, tiny_folder / "wuerstchen" / path
    return made.read_bytes() == original.read_bytes()


def test_a_connection_cut_in_the_middle_goes_on_there(
    fetch: Fetcher, hub: HubServer, tiny_folder: Path
) -> None:
    hub.fault(DECODER, Cut(after=270_000))

    fetch.fetched()

    assert same(fetch, tiny_folder)
    first, second = hub.asked_for(DECODER)
    assert first.range == ""
    assert second.range == "bytes=262144-"  # in whole pieces


def test_a_connection_that_is_cut_again_and_again(
    fetch: Fetcher, hub: HubServer, tiny_folder: Path
) -> None:
    fetch.waits = (0.02, 0.02)
    hub.fault(DECODER, *[Cut(after=0)] * 2, *[Cut(after=262_144)] * 1, Cut(after=0))

    fetch.fetched()

    assert same(fetch, tiny_folder)


def test_a_server_that_gives_the_whole_instead_of_the_rest(
    fetch: Fetcher, hub: HubServer, tiny_folder: Path
) -> None:
    hub.fault(DECODER, Cut(after=270_000), NoRange())

    fetch.fetched()

    assert same(fetch, tiny_folder)


@pytest.mark.parametrize("fault", [Wrong(), Length(by=10), Length(by=-10)])
@pytest.mark.parametrize("path", [DECODER, SMALL])
def test_what_is_wrong_is_fetched_again(
    fetch: Fetcher, hub: HubServer, tiny_folder: Path, fault: Fault, path: str
) -> None:
    # Where the length is wrong and something came, the rest is asked for first, in vain.
    in_vain = fault == Length(by=-10) or (fault == Length(by=10) and path == DECODER)
    hub.fault(path, *[fault] * (1 + in_vain))

    events = fetch()

    again = [event for event in events if isinstance(event, FetchedAgain)]
    assert [event.file for event in again] == [f"wuerstchen/{path}"]
    assert events[-1].kind == "fetched"
    assert same(fetch, tiny_folder, path)


@pytest.mark.parametrize("fault", [Wrong(), Length(by=10), Length(by=-10)])
def test_what_stays_wrong_is_reported(fetch: Fetcher, hub: HubServer, fault: Fault) -> None:
    hub.always(DECODER, fault)

    failed = fetch.failed()

    assert f"{DECODER} of {PAIR[0]} arrived wrong twice" in failed.message
    assert "kept" in failed.hint
    assert not (fetch.folder / "wuerstchen").exists()
    assert not [p for p in fetch.folder.rglob(f"{Path(DECODER).name}*.part") if "decoder" in str(p)]


@pytest.mark.parametrize("header", ["1", lambda: formatdate(time.time() + 1.5, usegmt=True)])
def test_a_busy_hub_is_waited_for(
    fetch: Fetcher, hub: HubServer, header: str | Callable[[], str]
) -> None:
    after = header if isinstance(header, str) else header()
    hub.fault(DECODER, Status(429, {"Retry-After": after}))

    events = fetch()

    assert events[-1].kind == "fetched"
    (waiting,) = [event for event in events if isinstance(event, Waiting)]
    assert 0 <= waiting.seconds <= 2.5
    assert "too many requests" in waiting.message


def test_a_busy_hub_is_waited_for_a_few_times(fetch: Fetcher, hub: HubServer) -> None:
    hub.always(API, Status(429, {"Retry-After": "0"}))

    failed = fetch.failed()

    assert "asks to wait" in failed.message
    assert len(hub.requests) == 6


def test_a_hub_that_asks_for_an_hour_is_told_of(fetch: Fetcher, hub: HubServer) -> None:
    hub.always(DECODER, Status(429, {"RateLimit": '"resolvers";r=0;t=3600'}))

    failed = fetch.failed()

    assert "60 minutes" in failed.hint


@pytest.mark.parametrize("path", [API, DECODER, SMALL])
def test_a_hub_in_trouble_is_tried_again(fetch: Fetcher, hub: HubServer, path: str) -> None:
    hub.fault(path, Status(503), Status(500, body=b"<html>oops</html>"))

    events = fetch()

    assert events[-1].kind == "fetched"
    assert ["trouble" in event.message for event in events if isinstance(event, Waiting)] == [
        True,
        True,
    ]


def test_a_hub_that_stays_in_trouble_is_reported(fetch: Fetcher, hub: HubServer) -> None:
    hub.always(DECODER, Status(502))

    failed = fetch.failed()

    assert "trouble of its own (error 502)" in failed.message
    assert "kept" in failed.hint


def test_a_hub_that_falls_silent_is_asked_again(
    fetch: Fetcher, hub: HubServer, tiny_folder: Path
) -> None:
    fetch.environ["HF_HUB_DOWNLOAD_TIMEOUT"] = "1"
    let_go = threading.Event()
    hub.fault(DECODER, Slow(after=270_000, let_go=let_go))

    fetch.fetched()
    let_go.set()

    assert same(fetch, tiny_folder)


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (Status(401), "There is no public repository"),
        (Status(403, {"X-Error-Code": "GatedRepo"}), "agreed to its terms"),
        (Status(403), "agreed to its terms"),
        (Status(404, {"X-Error-Code": "RepoNotFound"}), "There is no public repository"),
        (Status(403, {"X-Error-Message": "Access to this resource is disabled."}), "closed by"),
        (Status(418), "refuses to give"),
    ],
)
@pytest.mark.parametrize("path", [API, DECODER])
def test_refusals_are_sentences(
    fetch: Fetcher, hub: HubServer, status: Status, sentence: str, path: str
) -> None:
    hub.always(path, status)

    failed = fetch.failed()

    assert sentence in failed.message
    assert PAIR[0] in failed.message
    assert failed.details


def test_a_file_that_is_gone(fetch: Fetcher, hub: HubServer) -> None:
    hub.always(DECODER, Status(404, {"X-Error-Code": "EntryNotFound"}))

    assert "is not on 127.0.0.1 any more" in fetch.failed().message


def test_a_name_that_is_not_known(fetch: Fetcher) -> None:
    failed = fetch.failed(fetch.order("warp-ai/wurstchen"))

    assert failed.message == "There is no public repository warp-ai/wurstchen on 127.0.0.1."
    assert "Check its name" in failed.hint


@pytest.mark.parametrize("name", ["wuerstchen", "../../etc", "a/b/c", "a/..", "a/b--c", "", "ä/b"])
def test_a_name_that_is_none(fetch: Fetcher, hub: HubServer, name: str) -> None:
    failed = fetch.failed(fetch.order(name))

    assert "is not the name of a repository" in failed.message
    assert not hub.requests
    assert not fetch.folder.exists()


def test_a_login_page_in_the_way(fetch: Fetcher, hub: HubServer) -> None:
    hub.always(API, Page())

    failed = fetch.failed()

    assert "is not the hub" in failed.message
    assert "login page" in failed.hint


def test_no_network(fetch: Fetcher) -> None:
    fetch.endpoint = "http://127.0.0.1:9"

    failed = fetch.failed()

    assert failed.message == "127.0.0.1 cannot be reached."
    assert "Check the network" in failed.hint


def test_a_proxy_that_is_not_there(fetch: Fetcher) -> None:
    fetch.endpoint = "https://hub.invalid"

    assert "cannot be reached" in fetch.failed().message


@pytest.mark.parametrize("endpoint", ["hub.example", "ftp://hub.example", "http://[oh/"])
def test_a_mirror_that_is_no_address(fetch: Fetcher, endpoint: str) -> None:
    fetch.endpoint = endpoint

    failed = fetch.failed()

    assert failed.message == f"“{endpoint}” is no address of a hub."


def test_proxies_come_from_the_environment(fetch: Fetcher, hub: HubServer) -> None:
    fetch.environ |= {"HTTP_PROXY": hub.endpoint, "NO_PROXY": ""}
    fetch.endpoint = "http://hub.invalid"

    fetch.fetched()

    assert hub.requests[0].headers["Host"] == "hub.invalid"


def test_the_mirror_comes_from_the_environment(fetch: Fetcher, hub: HubServer) -> None:
    fetch.environ["HF_ENDPOINT"] = hub.endpoint
    fetch.endpoint = ""

    fetch.fetched()

    assert hub.requests


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate that nobody knows, with its key."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("needs openssl to make a certificate")
    path = tmp_path / "certificate.pem"
    subprocess.run(
        [
            *(openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"),
            *("-keyout", path, "-out", f"{path}.only"),
        ],
        check=True,
        capture_output=True,
    )
    path.write_bytes(path.read_bytes() + Path(f"{path}.only").read_bytes())
    return path


def test_a_certificate_that_nobody_knows(
    fetch: Fetcher, tiny_folder: Path, certificate: Path
) -> None:
    with HubServer(certificate=certificate) as hub:
        fetch.endpoint = hub.endpoint

        failed = fetch.failed()

        assert "cannot be trusted" in failed.message
        assert "SSL_CERT_FILE" in failed.hint
        assert not hub.requests


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"])
def test_certificates_come_from_the_environment(
    fetch: Fetcher, tiny_folder: Path, certificate: Path, variable: str
) -> None:
    with HubServer(certificate=certificate) as hub:
        hub.add(PAIR[0], tiny_folder / "wuerstchen")
        fetch.endpoint = hub.endpoint
        fetch.environ |= {"SSL_CERT_FILE": "", "SSL_CERT_DIR": ""}
        fetch.environ[variable] = f"{certificate}.only"

        assert fetch.fetched(fetch.order(PAIR[0])) == [fetch.folder / "wuerstchen"]


def test_a_file_of_certificates_that_is_none(fetch: Fetcher, tmp_path: Path) -> None:
    fetch.environ["SSL_CERT_FILE"] = str(tmp_path / "nowhere.pem")

    assert "SSL_CERT_FILE" in fetch.failed().message


def test_broken_encryption(fetch: Fetcher, hub: HubServer) -> None:
    fetch.endpoint = hub.endpoint.replace("http:", "https:")

    assert "cannot be trusted" in fetch.failed().message


def test_calling_off_while_the_hub_is_busy(fetch: Fetcher, hub: HubServer) -> None:
    hub.always(API, Status(429, {"Retry-After": "200"}))

    def cancel(process: FetchProcess, event: FetchEvent) -> None:
        if isinstance(event, Waiting):
            process.cancel()

    assert fetch(on_event=cancel)[-1].kind == "cancelled"
