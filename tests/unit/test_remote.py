"""Credentials that are elsewhere, on a server on loopback."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import provkit
from interop import identities
from provkit import BlockedError, Fetcher, FetchError, FetchRules, MalformedError, Origin
from provkit.carriers.carried import Carriage
from provkit.remote import follow, verify_url
from support import misbehaving
from support.misbehaving import Server, redirect, response

if TYPE_CHECKING:
    from collections.abc import Iterator

SIGNER = "ES256"
TRUST = identities.trust(SIGNER)
PAGE = b"<!DOCTYPE html><html><head><title>T</title></head><body><p>Text.</body></html>"


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        yield running


def fetcher(server: Server, **rules: object) -> Fetcher:
    merged = {"allow_private": True, "ports": (server.port,), **rules}
    return Fetcher(FetchRules(**merged), lambda _host, _port: ["127.0.0.1"], misbehaving.authority().pem)  # type: ignore[arg-type]


def at(server: Server, path: str, host: str = "one.test") -> str:
    return f"https://{host}:{server.port}{path}"


def linked(reference: str, data: bytes = PAGE, media_type: str = "text/html") -> tuple[bytes, bytes]:
    signed = provkit.sign_detailed(
        data,
        Origin.human(),
        identities.signer(SIGNER),
        media_type=media_type,
        carriage=Carriage.LINK,
        reference=reference,
    )
    assert signed.manifest is not None
    return signed.data, signed.manifest


def test_a_page_with_a_credential_in_it(server: Server) -> None:
    server.answer("/a", response(provkit.sign(PAGE, Origin.human(), identities.signer(SIGNER))))
    assert verify_url(at(server, "/a"), fetcher(server), trust=TRUST).state == "trusted"
    assert len(server.requests) == 1


def test_a_page_that_names_its_credential(server: Server) -> None:
    page, store = linked("credentials/a.c2pa")
    server.answer("/p/a.html", response(page))
    server.answer("/p/credentials/a.c2pa", response(store, "Content-Type: application/c2pa"))
    verdict = verify_url(at(server, "/p/a.html"), fetcher(server), trust=TRUST)
    assert (verdict.state, verdict.carrier, verdict.remote) == ("trusted", "sidecar", "credentials/a.c2pa")
    assert verdict.warnings[0].startswith("remote-manifest: the credential was fetched from https://one.test")


def test_a_server_that_names_the_credential(server: Server) -> None:
    data = b'{"a": 1}'
    store = provkit.sign_detailed(
        data, Origin.human(), identities.signer(SIGNER), media_type="application/json"
    ).manifest
    assert store is not None
    server.answer("/a.json", response(data, 'Link: </a.c2pa>; rel="c2pa-manifest"'))
    server.answer("/a.c2pa", response(store))
    assert verify_url(at(server, "/a.json"), fetcher(server), trust=TRUST).state == "trusted"
    server.answer("/b.json", response(b'{"a": 2}', 'Link: </a.c2pa>; rel="c2pa-manifest"'))
    assert verify_url(at(server, "/b.json"), fetcher(server), trust=TRUST).state == "invalid"


def test_a_link_into_the_asset_itself_asks_for_nothing(server: Server) -> None:
    server.answer("/a", response(b"Text.", 'Link: <#jumbf=c2pa>; rel="c2pa-manifest"'))
    assert verify_url(at(server, "/a"), fetcher(server), trust=TRUST).state == "unsigned"
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "reference",
    ["https://two.test:{port}/a.c2pa", "http://one.test:{port}/a.c2pa", "https://169.254.169.254/x"],
)
def test_a_credential_that_the_rules_put_out_of_reach(server: Server, reference: str) -> None:
    page, store = linked(reference.format(port=server.port))
    server.answer("/a", response(page))
    server.answer("/a.c2pa", response(store))
    with pytest.raises(BlockedError):
        verify_url(at(server, "/a"), fetcher(server), trust=TRUST)
    assert len(server.requests) == 1


def test_one_hop_and_no_more(server: Server) -> None:
    page, _ = linked("a.c2pa")
    server.answer("/a", response(page))
    server.answer("/a.c2pa", response(page))
    with pytest.raises(MalformedError, match="sidecar"):
        verify_url(at(server, "/a"), fetcher(server), trust=TRUST)
    assert len(server.requests) == 2


def test_a_server_that_has_it_no_more_is_no_finding(server: Server) -> None:
    page, _ = linked("a.c2pa")
    server.answer("/a", response(page))
    with pytest.raises(FetchError, match="404"):
        verify_url(at(server, "/a"), fetcher(server), trust=TRUST)
    with pytest.raises(FetchError, match="404"):
        verify_url(at(server, "/none"), fetcher(server), trust=TRUST)


def test_a_redirect_stays_within_the_rules(server: Server) -> None:
    page, store = linked("a.c2pa")
    server.answer("/a", response(page))
    server.answer("/a.c2pa", redirect("/b.c2pa"))
    server.answer("/b.c2pa", response(store))
    assert verify_url(at(server, "/a"), fetcher(server), trust=TRUST).state == "trusted"
    server.answer("/a.c2pa", redirect(at(server, "/b.c2pa", "two.test")))
    with pytest.raises(BlockedError):
        verify_url(at(server, "/a"), fetcher(server), trust=TRUST)


def test_a_file_that_names_a_web_address(server: Server) -> None:
    page, store = linked(at(server, "/a.c2pa"), b"a = 1\n", "text/x-python")
    server.answer("/a.c2pa", response(store))
    alone = provkit.verify(page, trust=TRUST)
    assert (alone.state, alone.remote) == ("unsigned", at(server, "/a.c2pa"))
    assert server.hits == 0
    assert follow(page, alone, fetcher(server), trust=TRUST).state == "trusted"


def test_what_has_its_credential_is_left_alone(server: Server) -> None:
    signed = provkit.sign(PAGE, Origin.human(), identities.signer(SIGNER))
    verdict = provkit.verify(signed, trust=TRUST)
    assert follow(signed, verdict, fetcher(server)) is verdict
    assert server.hits == 0
