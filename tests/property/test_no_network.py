"""Verifying opens no socket, whatever a file refers to: a listener that files name is never reached."""

from __future__ import annotations

import ast
import contextlib
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import provkit
from property import texts
from provkit import ProvkitError, TrustStore, UnsupportedError, media
from provkit.assets import verify_file
from provkit.carriers.carried import Carriage
from provkit.signers.base import Signer
from support import containers
from support.misbehaving import Server, response
from support.pki import Pki
from unit.carriers.pdf import making

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from provkit.signing import Signed

PACKAGE = Path(provkit.__file__).parent
NETWORK = (
    "socket",
    "ssl",
    "http.",
    "urllib.request",
    "urllib3",
    "requests",
    "httpx",
    "aiohttp",
    "asyncio",
    "ftplib",
    "smtplib",
    "_socket",
)
NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def listener() -> Iterator[Server]:
    with Server(tls=False) as server:
        server.answer("/store.c2pa", response(b"a store"))
        yield server


@pytest.fixture
def refused(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of what was called all the same."""
    called: list[str] = []

    def refuse(name: str) -> Callable[..., None]:
        def fail(*_: object, **__: object) -> None:
            called.append(name)
            raise AssertionError("the network was used")

        return fail

    for name in ("socket", "create_connection", "getaddrinfo", "gethostbyname"):
        monkeypatch.setattr(socket, name, refuse(name))
    return called


def xmp(url: str) -> bytes:
    packet = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:dcterms="http://purl.org/dc/terms/" '
        f'dcterms:provenance="{url}"/></rdf:RDF></x:xmpmeta>'
    )
    return packet.encode()


def marked_jpeg(url: str) -> bytes:
    plain = containers.picture("JPEG")
    return plain[:2] + containers.segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + xmp(url)) + plain[2:]


def texts_that_refer(url: str) -> list[bytes]:
    return [
        f"A text. {url}\n".encode(),
        f'<!DOCTYPE html><html><head><link rel="c2pa-manifest" href="{url}"></head><body></body></html>'.encode(),
        f"# -----BEGIN C2PA MANIFEST----- {url} -----END C2PA MANIFEST-----\nprint()\n".encode(),
        f"---\nc2pa: {url}\n---\n# Title\n".encode(),
        b'<svg xmlns="http://www.w3.org/2000/svg"><metadata>' + xmp(url) + b"</metadata></svg>",
        texts.signed(),
    ]


def running(tree: ast.AST) -> Iterator[ast.AST]:
    """Every node but those that only a type checker sees."""
    for node in ast.iter_child_nodes(tree):
        if not (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"):
            yield node
            yield from running(node)


def test_one_module_alone_can_open_a_socket() -> None:
    users = set()
    for path in PACKAGE.rglob("*.py"):
        for node in running(ast.parse(path.read_text(encoding="utf-8"))):
            names: list[str] = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            if any(name.startswith(NETWORK) or name == "http" for name in names):
                users.add(str(path.relative_to(PACKAGE)))
    assert users == {"fetch.py"}


def test_text(listener: Server, refused: list[str]) -> None:
    for data in texts_that_refer(f"http://127.0.0.1:{listener.port}/store.c2pa"):
        with contextlib.suppress(ProvkitError):  # a fine answer; a connection is not
            provkit.verify(data, trust=texts.trust(), at=texts.AT)
    assert refused == []
    assert listener.hits == 0


def test_pictures(listener: Server, refused: list[str]) -> None:
    """The engine for containers is native code: the listener sees what a patched socket does not."""
    made = Pki.make(start=NOW - timedelta(days=1), end=NOW + timedelta(days=30))
    signer = Signer.from_pem(made.chain_pem, made.key_pem)
    trust = TrustStore.empty().with_anchors(made.root_pem, name="house")
    marked = marked_jpeg(f"http://127.0.0.1:{listener.port}/store.c2pa")
    unsigned = provkit.verify(marked, trust=trust)
    assert unsigned.state == "unsigned"
    assert any(str(listener.port) in warning for warning in unsigned.warnings)
    signed = provkit.sign(marked, provkit.Origin.human(), signer)
    assert provkit.verify(signed, trust=trust).state == "trusted"
    assert refused == []
    assert listener.hits == 0


@pytest.mark.parametrize("carriage", [None, Carriage.LINK, Carriage.SIDECAR], ids=str)
@pytest.mark.parametrize(
    "name", ["page.html", "page.xhtml", "code.py", "text.md", "data.xml", "file.pdf", "data.json"]
)
def test_signing_and_verifying(
    name: str, carriage: Carriage | None, listener: Server, refused: list[str], tmp_path: Path
) -> None:
    """Whatever the asset names: a base, styles, a document type, an action, and where its store is."""
    url = f"http://127.0.0.1:{listener.port}/store.c2pa"
    media_type = media.type_of_name(name) or media.PDF
    if carriage is Carriage.LINK and media_type in {media.PDF, media.JSON}:
        with pytest.raises(UnsupportedError):
            sign_with(naming(name, url), media_type, carriage, url)
        return
    signed, trust = sign_with(naming(name, url), media_type, carriage, url)
    asset = tmp_path / name
    asset.write_bytes(signed.data)
    alone = provkit.verify(signed.data, trust=trust)
    beside = verify_file(asset, trust=trust)
    if signed.manifest is None:
        assert alone.state == beside.state == "trusted"
    else:
        assert alone.state == beside.state == "unsigned"
        assert alone.remote == (url if carriage is Carriage.LINK else None)
        assert provkit.verify(signed.data, trust=trust, manifest=signed.manifest).state == "trusted"
        sidecar = tmp_path / f"{name}.c2pa"
        sidecar.write_bytes(signed.manifest)
        assert verify_file(asset, trust=trust).state == "trusted"
    assert refused == []
    assert listener.hits == 0


def sign_with(data: bytes, media_type: str, carriage: Carriage | None, url: str) -> tuple[Signed, TrustStore]:
    made = Pki.make(start=NOW - timedelta(days=1), end=NOW + timedelta(days=30))
    signer = Signer.from_pem(made.chain_pem, made.key_pem)
    signed = provkit.sign_detailed(
        data,
        provkit.Origin.human(),
        signer,
        media_type=media_type,
        carriage=carriage,
        reference=url if carriage is Carriage.LINK else None,
    )
    return signed, TrustStore.empty().with_anchors(made.root_pem, name="house")


def naming(name: str, url: str) -> bytes:
    """An unsigned asset that names an address wherever its format has a place for one."""
    address = url.encode()
    doctype = b'<!DOCTYPE %s SYSTEM "' + address + b'">'
    match name.partition(".")[2]:
        case "html":
            return b'<!DOCTYPE html><base href="%s"><link rel=stylesheet href="%s"><p><img src="%s">' % (
                address,
                address,
                address,
            )
        case "xhtml":
            xmlns = b'<html xmlns="http://www.w3.org/1999/xhtml">'
            return (
                b'<?xml version="1.0"?>'
                + doctype % b"html"
                + xmlns
                + b"<head><title>T</title></head><body/></html>"
            )
        case "xml":
            style = b'<?xml version="1.0"?><?xml-stylesheet href="%s"?>' % address
            return style + doctype % b"a" + b"<a/>"
        case "pdf":
            action = b"/OpenAction << /S /URI /URI (%s) >>" % address
            return making.plain(o1=b"<< /Type /Catalog /Pages 2 0 R %s >>" % action)
        case "json":
            return b'{"$schema": "%s"}' % address
        case _:
            return b"x = '%s'\n" % address


def test_the_listener_can_be_reached(listener: Server) -> None:
    """Or the tests above would show nothing."""
    rules = provkit.FetchRules(schemes=("http",), ports=(listener.port,), allow_private=True)
    found = provkit.Fetcher(rules).get(f"http://127.0.0.1:{listener.port}/store.c2pa")
    assert found.body == b"a store"
