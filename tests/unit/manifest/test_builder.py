"""What is written: claim version 2, everything attributed, the size right."""

from __future__ import annotations

import cbor2
import pytest

import provkit
from interop import identities
from provkit import Origin
from provkit.manifest import builder
from support import forge


class Counted(builder.Entropy):
    """Always the same identifiers and salts."""

    def uuid(self) -> str:
        return "00000000-0000-4000-8000-000000000000"

    def salt(self) -> bytes | None:
        return b"\x11" * 16


def claim_of(signed: bytes) -> dict[str, object]:
    store = forge.find_store(signed)[2]
    parts = forge.children(forge.children(store)[2][-1])[2]
    found: dict[str, object] = cbor2.loads(forge.children(parts[1])[2][0][8:])
    return found


def test_claim() -> None:
    signed = provkit.sign(b"Text.\n", Origin.synthetic(title="T"), identities.signer("ES256"))
    claim = claim_of(signed)
    assert claim["dc:title"] == "T"
    assert claim["alg"] == "sha256"
    info = claim["claim_generator_info"]
    assert isinstance(info, dict)
    assert info["name"] == "provkit"
    assert info["specVersion"] == "2.4.0"
    assert "gathered_assertions" not in claim
    created = claim["created_assertions"]
    assert isinstance(created, list)
    assert [entry["url"].rpartition("/")[2] for entry in created] == [
        "c2pa.actions.v2",
        "c2pa.ai-disclosure",
        "c2pa.hash.data",
    ]
    assert str(claim["signature"]).startswith("self#jumbf=/c2pa/urn:c2pa:")


@pytest.mark.parametrize("algorithm", identities.ALGORITHMS)
def test_exclusion_is_the_wrapper(algorithm: str) -> None:
    for length in range(0, 40, 3):
        host = b"x" * length
        signed = provkit.sign(host, Origin.human(), identities.signer(algorithm))
        start, size, store = forge.find_store(signed)
        assert (start, start + size) == (length, len(signed))
        assert signed == host + forge.wrap(store)


def test_salts_and_identifiers_differ() -> None:
    first, second = (
        provkit.sign(b"x", Origin.human(), identities.signer("Ed25519"), when=None) for _ in range(2)
    )
    assert first != second
    assert claim_of(first)["instanceID"] != claim_of(second)["instanceID"]


def test_the_same_entropy_gives_the_same_bytes() -> None:
    made = {
        provkit.sign(b"x", Origin.human(), identities.signer("Ed25519"), when=None, entropy=Counted())
        for _ in range(3)
    }
    assert len(made) == 1


def test_nothing_of_this_machine() -> None:
    import getpass
    import socket
    from pathlib import Path

    store = forge.find_store(provkit.sign(b"x", Origin.human(), identities.signer("ES256")))[2]
    for secret in (socket.gethostname(), str(Path.home()), str(Path.cwd())):
        assert len(secret) < 4 or secret.encode() not in store
    user = getpass.getuser()
    assert user in {"root", "user", "test"} or len(user) < 4 or user.encode() not in store
