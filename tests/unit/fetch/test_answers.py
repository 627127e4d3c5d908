"""What is fetched, and what a fetcher says of itself."""

from __future__ import annotations

import pickle
import ssl
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from provkit import BlockedError, ConfigurationError, fetch
from provkit.fetch import Fetcher, FetchRules
from support.fetching import Names, at, intranet
from support.misbehaving import Server, redirect, response

if TYPE_CHECKING:
    import socket


def test_what_is_there_is_fetched(server: Server) -> None:
    fetcher = intranet(server)
    found = fetcher.get(at(server, "/ok#jumbf=c2pa"), accept=("application/c2pa",))
    assert (found.url, found.status, found.body) == (at(server), 200, b"a store")
    assert found.media_type == "application/c2pa"
    assert found.headers.get_all("X-a") == ("1", "2")
    assert found.headers.get("x-A") == "1, 2"
    assert "x-a" in found.headers
    assert found.headers.get("etag") is None
    assert pickle.loads(pickle.dumps(found)) == found


def test_the_request_says_nothing_about_the_sender(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    intranet(server).get(at(server, "/ok?a=ü b"[:8]), accept=("application/c2pa",))
    assert server.requests[-1].decode().split("\r\n") == [
        "GET /ok?a=%C3%BC HTTP/1.1",
        f"Host: one.test:{server.port}",
        "User-Agent: provkit",
        "Accept: application/c2pa, */*;q=0.1",
        "Accept-Encoding: identity",
        "Connection: close",
        "",
        "",
    ]


def test_a_reference_relative_to_its_base(server: Server) -> None:
    assert intranet(server).get("ok", base=at(server, "/page.html?x#y")).url == at(server)


def test_something_is_sent(server: Server) -> None:
    fetcher = intranet(server)
    found = fetcher.post(at(server, "/ok#y"), b"a\r\n\0b", content_type="a/b", accept=("c/d",))
    assert (found.status, found.body) == (200, b"a store")
    head, _, body = server.requests[-1].partition(b"\r\n\r\n")
    assert head.decode().split("\r\n") == [
        "POST /ok HTTP/1.1",
        f"Host: one.test:{server.port}",
        "User-Agent: provkit",
        "Accept: c/d, */*;q=0.1",
        "Accept-Encoding: identity",
        "Content-Type: a/b",
        "Content-Length: 5",
        "Connection: close",
    ]
    assert body == b"a\r\n\0b"


def test_what_is_sent_to_one_address_is_not_sent_to_another(server: Server) -> None:
    server.answer("/moved", redirect("/ok"))
    with pytest.raises(BlockedError, match="not sent to another"):
        intranet(server).post(at(server, "/moved"), b"x", content_type="a/b")
    for url, content_type, error in (
        (at(server, host="127.0.0.1"), "a/b", BlockedError),
        (at(server), "a/b\r\nX: y", ConfigurationError),
    ):
        fetcher = intranet(server, allow_private=error is ConfigurationError)
        with pytest.raises(error):
            fetcher.post(url, b"x", content_type=content_type)
    with pytest.raises(BlockedError, match="limit is 3"):
        intranet(server).post(at(server), b"x", content_type="a/b", body_bytes=3)


def test_not_found_is_an_answer(server: Server) -> None:
    assert intranet(server).get(at(server, "/none")).status == 404


def test_a_literal_address_is_not_resolved(server: Server) -> None:
    names = Names()
    assert intranet(server, names).get(at(server, host="127.0.0.1")).status == 200
    assert names.asked == []


def test_plain_http_if_it_is_allowed() -> None:
    with Server(tls=False) as server:
        server.answer("/ok", response(b"plain", length=False))
        fetcher = intranet(server, schemes=("https", "http"))
        assert fetcher.get(at(server, scheme="http")).body == b"plain"


def test_one_redirect_is_followed(server: Server) -> None:
    names = Names()
    server.answer("/here", redirect("./there/../ok"))
    assert intranet(server, names).get(at(server, "/here")).url == at(server)
    assert names.asked == ["one.test", "one.test"]


def test_a_body_of_all_sorts(server: Server) -> None:
    server.answer(
        "/chunks",
        response(b"4;x=y\r\nab\r\n\r\n0\r\nT: 1\r\n\r\n", "transfer-encoding: chunked", length=False),
    )
    server.answer("/closed", response(b"abc", length=False))
    server.answer("/hinted", b"HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n" + response(b"abc"))
    server.answer("/nothing", response(b"", status="204 No Content", length=False))
    bodies = [
        intranet(server).get(at(server, path)).body for path in ("/chunks", "/closed", "/hinted", "/nothing")
    ]
    assert bodies == [b"ab\r\n", b"abc", b"abc", b""]


def test_the_second_address_is_tried_when_the_first_does_not_answer(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    dial = fetch._dial

    def refuse_the_first(address: str, port: int, seconds: float) -> socket.socket:
        if address == "127.0.0.2":
            raise ConnectionRefusedError
        return dial(address, port, seconds)

    monkeypatch.setattr(fetch, "_dial", refuse_the_first)
    assert intranet(server, Names(one_test=[["127.0.0.2", "127.0.0.1"]])).get(at(server)).status == 200


def test_a_fetcher_is_pickled_and_shared(server: Server) -> None:
    fetcher = pickle.loads(pickle.dumps(Fetcher(FetchRules(ports=(8443,)), roots=b"x")))
    assert fetcher == Fetcher(FetchRules(ports=(8443,)), roots=b"x")
    shared = intranet(server)
    bodies: list[bytes] = []
    threads = [threading.Thread(target=lambda: bodies.append(shared.get(at(server)).body)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert bodies == [b"a store"] * 8


def test_importing_the_package_imports_no_network() -> None:
    code = (
        "import sys, provkit; provkit.FetchRules; provkit.verify(b'A text.');"
        "print(sorted({'socket', 'ssl', 'provkit.fetch'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_tls_is_checked_and_recent() -> None:
    context = fetch._context(None)
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2
