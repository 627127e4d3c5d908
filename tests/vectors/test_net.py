"""The rows ``net::`` of the catalogue: what names an address, and who is asked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import pytest
from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID

import provkit
from provkit import BlockedError, Fetcher, FetchRules, Origin, TrustStore
from provkit.remote import follow
from provkit.signers.base import Signer
from support import containers, misbehaving, pki
from support.misbehaving import Line, Server, redirect
from vectors.image_forge import png
from vectors.media_forge import plain_page

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW: Final = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        yield running


def naming(server: Server) -> bytes:
    """A PNG whose XMP names a store on the server."""
    url = f"https://one.test:{server.port}/a.c2pa"
    packet = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:dcterms="http://purl.org/dc/terms/" '
        f'dcterms:provenance="{url}"/></rdf:RDF></x:xmpmeta>'
    )
    return b"".join(png(containers.chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + packet.encode())))


def fetcher(server: Server, **rules: float) -> Fetcher:
    merged = FetchRules(allow_private=True, ports=(server.port,), **rules)  # type: ignore[arg-type]
    return Fetcher(merged, lambda _host, _port: ["127.0.0.1"], misbehaving.authority().pem)


def test_default_off(server: Server) -> None:
    data = naming(server)
    verdict = provkit.verify(data)
    assert verdict.state == "unsigned"
    assert verdict.remote is not None
    assert [one.partition(":")[0] for one in verdict.warnings] == ["remote-manifest"]
    with pytest.raises(BlockedError):
        follow(data, verdict, Fetcher())
    assert server.hits == 0


def test_redirect(server: Server) -> None:
    """Fetching is on, for public addresses: the second step is refused, not only the first."""
    data = naming(server)
    server.answer("/a.c2pa", redirect("https://127.0.0.1/a.c2pa"))
    with pytest.raises(BlockedError):
        follow(data, provkit.verify(data), fetcher(server))
    assert len(server.requests) == 1


def test_slow(server: Server) -> None:
    def drip(line: Line) -> None:
        line.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        line.drip(b"x")

    data = naming(server)
    server.answer("/a.c2pa", drip)
    with pytest.raises(BlockedError):
        follow(data, provkit.verify(data), fetcher(server, total_seconds=0.3))


def test_aia_and_ocsp(server: Server) -> None:
    """A certificate that names where its issuer and its state are found: nobody is asked."""
    url = x509.UniformResourceIdentifier(f"http://127.0.0.1:{server.port}/")
    places = x509.AuthorityInformationAccess(
        [
            x509.AccessDescription(AuthorityInformationAccessOID.OCSP, url),
            x509.AccessDescription(AuthorityInformationAccessOID.CA_ISSUERS, url),
        ]
    )
    points = x509.CRLDistributionPoints([x509.DistributionPoint([url], None, None, None)])
    made = pki.Pki.make(
        start=NOW - timedelta(days=1), end=NOW + timedelta(days=30), extra=[(places, False), (points, False)]
    )
    signer = Signer.from_pem(made.chain_pem, made.key_pem)
    trust = TrustStore.empty().with_anchors(made.root_pem, name="house")
    for plain, media_type in (
        (b"".join(png()), "image/png"),
        (plain_page(), "text/html"),
        (b"answer = 42\n", "text/x-python"),
    ):
        signed = provkit.sign(plain, Origin.human(), signer, media_type=media_type)
        assert provkit.verify(signed, trust=trust).state == "trusted"
        assert provkit.verify(signed).state == "valid"
    assert server.hits == 0
