"""Certificates in a header that nothing signs: each has a part, or nobody is trusted by them (STRICT-SIG-5)."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import pytest
from cryptography import x509

import provkit
from provkit import ProvkitError, Purpose, TrustStore
from provkit.trust import load_credential
from provkit.trust.accounted import unaccounted
from support import forge, pki
from vectors.case import PRESENT
from vectors.keys import KEYS, TRUST, credential
from vectors.text_forge import signed

AT: Final = datetime.fromisoformat(PRESENT)
ROOT: Final = (TRUST / "root.pem").read_bytes()
LISTS: Final = TrustStore.empty().with_anchors(ROOT, name="root")
ANCHOR: Final = x509.load_pem_x509_certificate(ROOT).public_bytes(pki.DER)
CHAIN: Final = credential("es256").chain
STRANGER: Final = credential("stranger").chain[0]


def why(*chain: bytes, lists: TrustStore = LISTS) -> str | None:
    return unaccounted(load_credential(chain), lists, Purpose.CLAIM_SIGNING)


def test_who_has_a_part() -> None:
    assert why(*CHAIN) is None
    assert why(*CHAIN, ANCHOR) is None
    assert "no part" in str(why(*CHAIN, STRANGER))
    assert "nobody listed" in str(why(CHAIN[0]))
    assert "nobody listed" in str(why(*CHAIN, lists=TrustStore.empty()))


def test_an_allowed_signer_needs_nobody_above() -> None:
    lists = TrustStore.empty().with_allowed((KEYS / "stranger.chain.pem").read_bytes(), name="allowed")
    assert why(STRANGER, lists=lists) is None
    assert "no part" in str(why(STRANGER, *CHAIN[:1], lists=lists))
    data = signed(edit_protected=lambda _: {1: -7}, unprotected={33: [*CHAIN, ANCHOR]})
    own = TrustStore.empty().with_allowed((TRUST / "leaf.pem").read_bytes(), name="allowed")
    assert provkit.verify(data, trust=own, at=AT).state == "trusted"


@pytest.mark.slow
@pytest.mark.parametrize("last", [ANCHOR, CHAIN[-1]], ids=["root", "issuer"])
def test_no_changed_byte_of_an_unsigned_chain_stays_trusted(last: bytes) -> None:
    chain = [*CHAIN[:-1], last] if last == CHAIN[-1] else [*CHAIN, last]
    data = signed(edit_protected=lambda _: {1: -7}, unprotected={33: chain})
    start, length, store = forge.find_store(data)
    begin = store.index(last)
    assert provkit.verify(data, trust=LISTS, at=AT).state == "trusted"
    for at in range(begin, begin + len(last), 5):
        changed = store[:at] + bytes((store[at] ^ 1,)) + store[at + 1 :]
        try:
            found = provkit.verify(
                data[:start] + forge.wrap(changed) + data[start + length :], trust=LISTS, at=AT
            )
        except ProvkitError:
            continue
        assert found.state != "trusted", at - begin
