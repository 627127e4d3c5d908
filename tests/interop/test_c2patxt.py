"""c2patxt accepts what we sign as synthetic with Ed25519, and we accept what it marks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import provkit
from interop import identities
from provkit import Origin, OriginClass, State, TrustStore
from support.peers import C2paTxt, Signing, c2patxt_or_skip

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.interop
TEXTS = pytest.mark.parametrize("path", identities.inputs(), ids=lambda path: path.name)


@pytest.fixture(scope="module")
def peer() -> Iterator[C2paTxt]:
    with c2patxt_or_skip() as started:
        yield started


@TEXTS
def test_it_accepts_our_synthetic_text(peer: C2paTxt, path: Path) -> None:
    signed = provkit.sign(
        path.read_bytes(), Origin.synthetic(model="acme/writer"), identities.signer("Ed25519")
    )
    text = signed.decode()
    root = identities.identity("Ed25519").root_pem
    found = peer.verify(text, anchors_pem=root, now=identities.NOW)
    assert found.state == "trusted", found.explanations
    assert peer.verify(text, now=identities.NOW).state == "valid"
    inspected = provkit.inspect(signed)
    assert inspected is not None
    assert found.span == (inspected.start, inspected.start + inspected.length)
    extracted = peer.extract(text)
    assert extracted is not None
    assert extracted.raw == inspected.data
    assert peer.strip(text).encode() == provkit.strip(signed)


@TEXTS
def test_we_accept_its_text(peer: C2paTxt, path: Path) -> None:
    made = identities.identity("Ed25519")
    marked = peer.embed(
        path.read_text(encoding="utf-8"), Signing(made.chain_pem, made.key_pem, when=identities.NOW)
    ).encode()
    verdict = provkit.verify(marked, trust=identities.trust("Ed25519"))
    assert verdict.state is State.TRUSTED, verdict.statuses.failure
    assert verdict.origin.cls is OriginClass.SYNTHETIC
    assert provkit.verify(marked, trust=TrustStore.empty()).state is State.VALID
    assert (
        provkit.verify(marked.replace(b"e", b"a", 1), trust=identities.trust("Ed25519")).state
        is State.INVALID
    )


def test_neither_accepts_a_changed_text(peer: C2paTxt) -> None:
    signed = provkit.sign(b"The quick fox.\n", Origin.synthetic(), identities.signer("Ed25519"))
    changed = signed.replace(b"quick", b"quack")
    root = identities.identity("Ed25519").root_pem
    assert peer.verify(changed.decode(), anchors_pem=root, now=identities.NOW).state == "invalid"
    assert provkit.verify(changed, trust=identities.trust("Ed25519")).state is State.INVALID
