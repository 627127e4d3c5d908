"""Whom a fetcher asks: addresses, redirects, certificates."""

from __future__ import annotations

import socket

import pytest

from provkit import BlockedError, ConfigurationError, FetchError, fetch
from provkit.fetch import Fetcher, FetchRules
from support.fetching import PUBLIC, Names, at, internet, intranet
from support.misbehaving import Line, Server, redirect, response


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
