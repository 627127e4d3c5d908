"""Fetching, against a server on loopback that misbehaves."""

from __future__ import annotations

import pickle
import socket
import ssl
import subprocess
import sys
import threading
from contextlib import contextmanager
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from provkit import BlockedError, ConfigurationError, FetchError, fetch
from provkit.fetch import Fetcher, FetchRules
from support import misbehaving
from support.misbehaving import Line, Server, redirect, response

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

PUBLIC = "93.184.215.14"
SHORT = 0.3
"""Seconds: a deadline that a server which does not end runs into."""


class Names:
    """A resolver with a protocol; what it says for a name may change from call to call."""

    def __init__(self, **answers: Sequence[Sequence[str]]) -> None:
        self.answers = {name.replace("_", "."): list(found) for name, found in answers.items()}
        self.asked: list[str] = []

    def __call__(self, host: str, port: int) -> Sequence[str]:  # noqa: ARG002 - the interface has it
        self.asked.append(host)
        answers = self.answers.get(host, [["127.0.0.1"]])
        return answers[min(self.asked.count(host), len(answers)) - 1]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server() as running:
        running.answer("/ok", response(b"a store", "Content-Type: Application/C2PA; x=y", "X-A: 1", "x-a: 2"))
        yield running


@pytest.fixture
def dialled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Connections to public addresses arrive on loopback; a list of the addresses meant."""
    seen: list[str] = []
    dial = fetch._dial

    def divert(address: str, port: int, seconds: float) -> socket.socket:
        seen.append(address)
        return dial("127.0.0.1", port, seconds)

    monkeypatch.setattr(fetch, "_dial", divert)
    return seen


def intranet(server: Server, names: Names | None = None, **rules: object) -> Fetcher:
    """One that may ask the server."""
    merged = {"allow_private": True, "ports": (server.port,), **rules}
    return Fetcher(FetchRules(**merged), names or Names(), misbehaving.authority().pem)  # type: ignore[arg-type]


def internet(server: Server, names: Names, **rules: object) -> Fetcher:
    """One with the rules for addresses as they are by default."""
    return intranet(server, names, allow_private=False, **rules)


def at(server: Server, path: str = "/ok", host: str = "one.test", scheme: str = "https") -> str:
    return f"{scheme}://{host}:{server.port}{path}"


# What works


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


# Addresses


@pytest.mark.parametrize(
    "host", ["one.test", "127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]"]
)
def test_by_default_a_server_on_loopback_is_not_asked(server: Server, host: str) -> None:
    hits = server.hits
    with pytest.raises(BlockedError, match="not a public one"):
        internet(server, Names()).get(at(server, host=host))
    assert server.hits == hits


def test_one_private_address_among_public_ones_refuses_all(server: Server, dialled: list[str]) -> None:
    names = Names(one_test=[[PUBLIC, "10.0.0.1"]])
    with pytest.raises(BlockedError, match=r"10\.0\.0\.1, which is not a public one"):
        internet(server, names).get(at(server))
    assert dialled == []


def test_a_name_that_changes_its_address_is_resolved_once(server: Server, dialled: list[str]) -> None:
    names = Names(one_test=[[PUBLIC], ["127.0.0.1"]])
    assert internet(server, names).get(at(server)).body == b"a store"
    assert names.asked == ["one.test"]
    assert dialled == [PUBLIC]


def test_a_redirect_to_a_name_that_has_changed_its_address(server: Server, dialled: list[str]) -> None:
    names = Names(one_test=[[PUBLIC], ["127.0.0.1"]])
    server.answer("/again", redirect("/ok"))
    with pytest.raises(BlockedError, match="not a public one"):
        internet(server, names).get(at(server, "/again"))
    assert dialled == [PUBLIC]


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "169.254.169.254", "[::1]", "10.0.0.1", "[fe80::1]", "two.test"]
)
def test_a_redirect_to_a_private_address(server: Server, dialled: list[str], host: str) -> None:
    server.answer("/in", redirect(at(server, host=host)))
    names = Names(one_test=[[PUBLIC]], two_test=[["192.168.0.1"]])
    with pytest.raises(BlockedError, match="not a public one"):
        internet(server, names, same_origin=False).get(at(server, "/in"))
    assert dialled == [PUBLIC]


def test_even_an_intranet_does_not_ask_the_metadata_of_a_cloud(server: Server, dialled: list[str]) -> None:
    with pytest.raises(BlockedError, match="not a public one"):
        intranet(server, Names(one_test=[["169.254.169.254"]])).get(at(server))
    assert dialled == []


@pytest.mark.parametrize("found", [[], ["1.1.1.1"] * 65, ["one.test"], ["127.1"], ["2606:4700::1%eth0"]])
def test_a_resolver_that_answers_oddly(server: Server, dialled: list[str], found: list[str]) -> None:
    with pytest.raises(BlockedError):
        intranet(server, Names(one_test=[found])).get(at(server))
    assert dialled == []


def test_a_name_that_does_not_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(FetchError, match=r"one\.test could not be resolved: Name or service not known"):
        Fetcher().get("https://one.test/")


def test_the_resolver_of_the_system() -> None:
    assert set(fetch.system_resolver("127.0.0.1", 443)) == {"127.0.0.1"}


# Rules


def test_another_origin_is_not_asked(server: Server) -> None:
    hits = server.hits
    for base in (at(server, host="two.test"), "https://one.test/", at(server, scheme="http")):
        with pytest.raises(BlockedError, match="not of the same origin"):
            intranet(server).get(at(server), base=base)
    assert server.hits == hits
    assert intranet(server, same_origin=False).get(at(server), base=at(server, host="two.test")).status == 200


def test_a_redirect_to_another_origin(server: Server) -> None:
    server.answer("/away", redirect(at(server, host="two.test"), "308 Permanent Redirect"))
    names = Names()
    with pytest.raises(BlockedError, match="not of the same origin"):
        intranet(server, names).get(at(server, "/away"))
    assert names.asked == ["one.test"]
    found = intranet(server, same_origin=False).get(at(server, "/away"))
    assert found.url == at(server, host="two.test")


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("http://one.test/ok", "http is not fetched"),
        ("file:///etc/passwd", "no address on the web"),
        ("ftp://one.test/ok", "is not fetched"),
        ("//one.test:22/ok", "port 22 is not asked"),
        ("//user@one.test/ok", "user name"),
        ("//one.test\\@two.test/ok", "U\\+005C"),
        ("/a b", "U\\+0020"),
    ],
)
def test_a_redirect_that_breaks_a_rule(server: Server, location: str, reason: str) -> None:
    server.answer("/bad", redirect(location))
    hits = server.hits
    with pytest.raises(BlockedError, match=reason):
        intranet(server, same_origin=False).get(at(server, "/bad"))
    assert server.hits == hits + 1


@pytest.mark.parametrize("headers", [[], ["Location: /ok", "Location: /"], ["Location: /\xfc"]])
def test_a_redirect_to_nowhere(server: Server, headers: list[str]) -> None:
    server.answer("/nowhere", response(b"", *headers, status="301 Moved Permanently"))
    with pytest.raises(FetchError, match="redirect to nowhere"):
        intranet(server).get(at(server, "/nowhere"))


@pytest.mark.parametrize("redirects", [0, 1, 3])
def test_a_loop_of_redirects(server: Server, redirects: int) -> None:
    server.answer("/loop", redirect("/loop"))
    hits = server.hits
    with pytest.raises(BlockedError, match=f"more than {redirects} redirects"):
        intranet(server, redirects=redirects).get(at(server, "/loop"))
    assert server.hits == hits + redirects + 1


def test_a_base_that_is_no_address(server: Server) -> None:
    for base in ("file:///home/x.html", "x.html", "", "https://u:p@one.test/"):
        with pytest.raises(BlockedError):
            intranet(server).get("ok", base=base)


def test_media_types_are_not_a_way_into_the_request(server: Server) -> None:
    with pytest.raises(ConfigurationError):
        intranet(server).get(at(server), accept=("x\r\nCookie: a=b",))


# TLS


def test_a_certificate_for_another_name(server: Server) -> None:
    with pytest.raises(FetchError, match="certificate: Hostname mismatch"):
        intranet(server).get(at(server, host="three.test"))
    assert not any(b"three.test" in request for request in server.requests)


def test_a_certificate_of_an_unknown_authority(server: Server) -> None:
    fetcher = Fetcher(FetchRules(allow_private=True, ports=(server.port,)), Names())
    with pytest.raises(FetchError, match="certificate: unable to get local issuer"):
        fetcher.get(at(server))


def test_a_server_without_tls() -> None:
    def greet(line: Line) -> None:
        line.send(response(b"", status="400 Bad Request"))

    with Server(greet=greet) as server, pytest.raises(FetchError):
        intranet(server).get(at(server))


@pytest.mark.parametrize("roots", [b"", b"no PEM", b"\xff"])
def test_roots_that_are_none(server: Server, roots: bytes) -> None:
    with pytest.raises(ConfigurationError, match="root certificates"):
        Fetcher(FetchRules(), Names(one_test=[[PUBLIC]]), roots).get("https://one.test/")


def test_the_keys_of_a_session_are_not_written_down(
    server: Server, tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSLKEYLOGFILE", f"{tmp_path}/keys")
    assert intranet(server).get(at(server)).status == 200
    assert fetch._context(None).keylog_filename is None


# Size


def flood(line: Line) -> None:
    line.send(response(b"", length=False))
    line.flood(b"x" * 65536)


def flood_of_chunks(line: Line) -> None:
    line.send(response(b"", "Transfer-Encoding: chunked", length=False))
    line.flood(b"1\r\nx\r\n" * 1000)


def flood_of_trailers(line: Line) -> None:
    line.send(response(b"0\r\n", "Transfer-Encoding: chunked", length=False))
    line.flood(b"a: b\r\n" * 1000)


def flood_of_headers(line: Line) -> None:
    line.send(b"HTTP/1.1 200 OK\r\n")
    line.flood(b"a: b\r\n" * 1000)


def flood_of_one_header(line: Line) -> None:
    line.send(b"HTTP/1.1 200 OK\r\na: ")
    line.flood(b"b" * 1000)


def flood_of_hints(line: Line) -> None:
    line.flood(b"HTTP/1.1 103 Early Hints\r\n\r\n")


def flood_of_nothing(line: Line) -> None:
    line.flood(b"\x00" * 1000)


@pytest.mark.parametrize(
    "answer",
    [
        flood,
        flood_of_chunks,
        flood_of_trailers,
        flood_of_headers,
        flood_of_one_header,
        flood_of_hints,
        flood_of_nothing,
        response(b"x" * 100_001),
        response(b"", "Content-Length: 999999999999", length=False),
        response(b"FFFFFFFFFFFF\r\n", "Transfer-Encoding: chunked", length=False),
        response(b"\x1f\x8b", "Content-Encoding: gzip"),
        response(b"x", "Content-Encoding: identity", "Content-Encoding: br"),
    ],
)
def test_too_much(server: Server, answer: bytes | Callable[[Line], None]) -> None:
    server.answer("/much", answer)
    with pytest.raises(BlockedError, match=r"^https://one\.test:[0-9]+/much: .*(more than|limit|compressed)"):
        intranet(server, body_bytes=100_000).get(at(server, "/much"))


def test_a_limit_may_be_lowered_for_one_request_and_not_raised(server: Server) -> None:
    server.answer("/ten", response(b"0123456789"))
    assert intranet(server).get(at(server, "/ten"), body_bytes=10).body == b"0123456789"
    for rule, asked in ((100, 9), (9, 100)):
        with pytest.raises(BlockedError, match="10 bytes; the limit is 9"):
            intranet(server, body_bytes=rule).get(at(server, "/ten"), body_bytes=asked)


# Time


def silent(line: Line) -> None:
    line.wait()


def silent_body(line: Line) -> None:
    line.send(response(b"", "Content-Length: 5", length=False))
    line.wait()


def slow_head(line: Line) -> None:
    line.send(b"HTTP/1.1 200 OK\r\na: ")
    line.drip(b"x")


def slow_body(line: Line) -> None:
    line.send(response(b"", "Content-Length: 100000", length=False))
    line.drip(b"x")


def slow_chunks(line: Line) -> None:
    line.send(response(b"", "Transfer-Encoding: chunked", length=False))
    line.drip(b"1\r\nx\r\n")


SLOW = [silent, silent_body, slow_head, slow_body, slow_chunks]


@pytest.mark.parametrize("answer", SLOW)
def test_too_slow_in_all(server: Server, answer: Callable[[Line], None]) -> None:
    server.answer("/slow", answer)
    with pytest.raises(BlockedError, match="took too long"):
        intranet(server, total_seconds=SHORT).get(at(server, "/slow"))


@pytest.mark.parametrize("answer", [silent, silent_body])
def test_too_long_a_silence(server: Server, answer: Callable[[Line], None]) -> None:
    server.answer("/slow", answer)
    with pytest.raises(BlockedError, match="took too long"):
        intranet(server, read_seconds=SHORT).get(at(server, "/slow"))


def test_one_deadline_covers_the_redirects(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]
    monkeypatch.setattr(fetch, "time", SimpleNamespace(monotonic=lambda: clock[0]))

    def resolver(host: str, port: int) -> Sequence[str]:
        clock[0] += 20
        return ["127.0.0.1"]

    server.answer("/here", redirect("/ok"))
    rules = FetchRules(allow_private=True, ports=(server.port,), total_seconds=30)
    fetcher = Fetcher(rules, resolver, misbehaving.authority().pem)
    assert fetcher.get(at(server)).status == 200
    with pytest.raises(BlockedError, match="took too long"):
        fetcher.get(at(server, "/here"))


def test_a_handshake_that_does_not_end() -> None:
    def greet(line: Line) -> None:
        line.send(b"\x16\x03\x03\x3f\xff")  # a record of TLS, 16 KB long
        line.drip(b"x")

    with Server(greet=greet) as server, pytest.raises(BlockedError, match="took too long"):
        intranet(server, total_seconds=SHORT).get(at(server))


def test_a_connection_that_is_not_made(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []

    def time_out(address: str, port: int, seconds: float) -> socket.socket:
        waited.append(seconds)
        raise TimeoutError

    monkeypatch.setattr(fetch, "_dial", time_out)
    names = Names(one_test=[["127.0.0.1", "127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.5"]])
    with pytest.raises(BlockedError, match="took too long"):
        intranet(server, names, connect_seconds=2).get(at(server))
    assert waited == [2, 2, 2, 2]  # not more than four addresses, each once


def test_a_name_that_takes_too_long() -> None:
    over = threading.Event()

    def resolver(host: str, port: int) -> Sequence[str]:
        over.wait(20)
        return [PUBLIC]

    with pytest.raises(BlockedError, match="took too long to resolve"):
        Fetcher(FetchRules(total_seconds=SHORT), resolver).get("https://one.test/")
    over.set()


# Broken answers


@contextmanager
def cut(server: Server, answer: bytes) -> Iterator[str]:
    def abort(line: Line) -> None:
        line.send(answer)
        line.cut()

    server.answer("/cut", abort)
    yield at(server, "/cut")


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 200",
        response(b"abc", "Content-Length: 4", length=False),
        response(b"4\r\nabc", "Transfer-Encoding: chunked", length=False),
        response(b"3\r\nabc\r\n", "Transfer-Encoding: chunked", length=False),
        response(b"a body that may have gone on", length=False),
    ],
)
def test_a_connection_that_is_cut(server: Server, answer: bytes) -> None:
    with cut(server, answer) as url, pytest.raises(FetchError):
        intranet(server).get(url)


def test_a_body_shorter_than_said(server: Server) -> None:
    server.answer("/short", response(b"abc", "Content-Length: 4", length=False))
    with pytest.raises(FetchError, match="closed the connection too early"):
        intranet(server).get(at(server, "/short"))


def test_nobody_listens() -> None:
    with Server() as server:
        pass
    with pytest.raises(FetchError, match="refused"):
        intranet(server).get(at(server))


# The module


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
