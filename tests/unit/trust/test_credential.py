from __future__ import annotations

import hashlib
import pickle
import random
from typing import Any

import pytest
from cryptography import x509
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import NameOID

from provkit.errors import LimitError, MalformedError
from provkit.limits import Limits
from provkit.trust import load_credential
from support.pki import DER, Pki, make_ca, make_leaf


def test_facts() -> None:
    pki = Pki.make(unit="FOR DEVELOPMENT ONLY")
    credential = load_credential(pki.chain)
    facts = credential.facts
    assert (facts.name, facts.organization, facts.algorithm) == ("Test Signer", "Test Org", "ES256")
    assert facts.issuer == pki.leaf.issuer.rfc4514_string()
    assert facts.serial == f"{pki.leaf.serial_number:x}"
    assert facts.fingerprint == hashlib.sha256(pki.chain[0]).hexdigest()
    assert facts.development
    assert facts.trust_list is None
    assert credential.profile_problems == ()
    assert credential.valid_at(credential.not_before)
    assert credential.valid_at(credential.not_after)
    added = credential.signer_facts(algorithm="ES384", trust_list="list")
    assert (added.algorithm, added.trust_list, added.name) == ("ES384", "list", facts.name)


def test_cached_and_picklable() -> None:
    pki = Pki.make()
    credential = load_credential(pki.chain)
    assert load_credential(tuple(bytes(bytearray(der)) for der in pki.chain)) is credential
    assert pickle.loads(pickle.dumps(credential)).facts == credential.facts


@pytest.mark.parametrize("unit", ["FOR TESTING ONLY", "for development only", None])
def test_other_units_are_no_development_identity(unit: str | None) -> None:
    assert not load_credential(Pki.make(unit=unit).chain).facts.development


@pytest.mark.parametrize(
    "chain",
    [
        (),
        (b"",),
        (b"\x30\x00",),
        (b"garbage",),
        lambda p: (p.chain[0] + b"\0", p.chain[1]),
        lambda p: (p.chain[0][:-1], p.chain[1]),
        lambda p: (p.chain[0], b"\x30\x03\x02\x01\x01"),
    ],
)
def test_malformed(chain: Any) -> None:
    with pytest.raises(MalformedError):
        load_credential(chain(Pki.make()) if callable(chain) else chain)


@pytest.mark.parametrize("serial", [b"\x00", b"\xff"])
def test_serials_that_are_not_positive(serial: bytes) -> None:
    leaf, _ = make_leaf(make_ca(), serial=0x55)
    assert load_credential((leaf.public_bytes(DER),)).facts.serial == "55"
    bad = leaf.public_bytes(DER).replace(b"\x02\x01\x55", b"\x02\x01" + serial, 1)
    with pytest.raises(MalformedError, match="serial"):
        load_credential((bad,))


def test_limits() -> None:
    der = Pki.make().chain[0]
    with pytest.raises(LimitError):
        load_credential((der,) * 17)
    with pytest.raises(LimitError):
        load_credential((der,), Limits(certificate_bytes=10))


def test_names_fall_back() -> None:
    def facts(*attributes: Any) -> Any:
        subject = x509.Name([x509.NameAttribute(oid, value) for oid, value in attributes])
        leaf, _ = make_leaf(make_ca(), subject=subject)
        return load_credential((leaf.public_bytes(DER),)).facts

    assert facts((NameOID.ORGANIZATION_NAME, "Org")).name == "Org"
    assert facts((NameOID.COUNTRY_NAME, "DE")).name == "C=DE"
    assert facts((NameOID.COUNTRY_NAME, "DE")).organization is None


def test_an_odd_name_is_text_anyway() -> None:
    odd = x509.NameAttribute(NameOID.X500_UNIQUE_IDENTIFIER, b"\x00\xff", _ASN1Type.BitString)
    leaf, _ = make_leaf(make_ca(), subject=x509.Name([odd]))
    assert load_credential((leaf.public_bytes(DER),)).facts.name


def test_damaged_certificates_never_raise_anything_else() -> None:
    pki = Pki.make()
    rng = random.Random(7)
    for _ in range(3000):
        der = bytearray(pki.chain[0])
        for _ in range(rng.choice((1, 1, 2, 5))):
            der[rng.randrange(len(der))] = rng.randrange(256)
        try:
            credential = load_credential((bytes(der),))
        except MalformedError:
            continue
        assert isinstance(credential.facts.name, str)
