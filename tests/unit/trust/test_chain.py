from __future__ import annotations

import asyncio
import hashlib
import pickle
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network
from typing import Any

import pytest
from cryptography import x509

from provkit.errors import MalformedError
from provkit.trust import ChainFinding, Purpose, TrustList, TrustStore, judge, load_credential
from provkit.trust.store import ListKind
from support.pki import (
    CLAIM_SIGNING,
    EMAIL,
    NOW,
    PEM,
    SERVER_AUTH,
    TIME_STAMPING,
    Authority,
    Pki,
    key_for,
    make_ca,
    make_leaf,
    name,
)
from support.shared import shared

CA_ALGORITHMS = ["ES256", "ES384", "ES512", "PS256", "Ed25519"]


def anchored(*anchors: Any, **options: Any) -> Any:
    return TrustStore.empty().with_anchors(b"".join(a.pem for a in anchors), name="mine", **options)


def ask(pki: Any, store: TrustStore, at: datetime = NOW, **options: Any) -> Any:
    chain = pki.chain if isinstance(pki, Pki) else tuple(pki)
    return judge(load_credential(chain), store, at, **options)


def der(certificate: x509.Certificate) -> Any:
    from support.pki import DER

    return certificate.public_bytes(DER)


@pytest.mark.parametrize("ca_algorithm", CA_ALGORITHMS)
@pytest.mark.parametrize("algorithm", CA_ALGORITHMS)
def test_trusted_for_every_pair_of_keys(ca_algorithm: str, algorithm: str) -> None:
    pki = Pki.make(algorithm, ca_algorithm=ca_algorithm)
    found = ask(pki, anchored(pki.root))
    assert found.trusted
    assert (found.list_name, found.via) == ("mine", "anchor")
    assert found.anchor == pki.root.certificate.subject.rfc4514_string()
    assert pickle.loads(pickle.dumps(found)) == found


def test_pss_signed_certificates() -> None:
    pki = Pki.make("PS256", pss=True)
    assert ask(pki, anchored(pki.root)).trusted


def test_no_list_and_no_matching_list() -> None:
    pki = Pki.make()
    assert ask(pki, TrustStore.empty()).reason == "no trust list is loaded"
    found = ask(pki, TrustStore.bundled())
    assert not found.trusted
    assert not found.distrusted
    assert "issued by a listed anchor" in found.reason


def test_another_root_of_the_same_name() -> None:
    pki = Pki.make()
    other = make_ca("Imposter", algorithm="ES256")
    assert not ask(pki, anchored(other)).trusted
    key = key_for("ES256", "imposter key")
    root_name = pki.root.certificate.subject
    leaf, _ = make_leaf(type(pki.root)(pki.root.certificate, key))  # right names, wrong key
    assert leaf.issuer == root_name
    assert not ask((der(leaf),), anchored(pki.root)).trusted
    silent, _ = make_leaf(
        type(pki.root)(pki.root.certificate, key), aki=False
    )  # no key identifier to compare
    found = ask((der(silent),), anchored(pki.root))
    assert not found.trusted
    assert "does not hold" in found.reason


def test_an_intermediate_may_be_the_anchor() -> None:
    pki = Pki.make()
    assert ask(pki, anchored(pki.intermediate)).trusted
    assert ask(pki.chain[:1], anchored(pki.intermediate)).trusted


def test_root_in_the_chain_is_harmless() -> None:
    pki = Pki.make()
    assert ask((*pki.chain, pki.root.der), anchored(pki.root)).trusted


def test_missing_intermediate() -> None:
    pki = Pki.make(missing_intermediate=True)
    assert not ask(pki, anchored(pki.root)).trusted


def test_a_chain_out_of_order_still_finds_its_issuers() -> None:
    pki: Any = Pki.make()
    stranger = make_ca("Stranger")
    assert ask((pki.chain[0], stranger.der, pki.intermediate.der), anchored(pki.root)).trusted


def test_a_listed_leaf_does_not_vouch_for_itself() -> None:
    leaf, _ = make_leaf(None, aki=False)
    # The loader refuses it; a list made by hand must not help either.
    store = TrustStore((TrustList("hand", ListKind.ANCHORS, Purpose.CLAIM_SIGNING, (der(leaf),)),))
    assert not ask((der(leaf),), store).trusted
    pki = Pki.make()
    store = TrustStore((TrustList("hand", ListKind.ANCHORS, Purpose.CLAIM_SIGNING, (pki.chain[0],)),))
    assert not ask(pki, store).trusted


def test_path_length_of_the_anchor() -> None:
    pki = Pki.make(pathlen_violation=True)
    found = ask(pki, anchored(pki.root))
    assert not found.trusted
    assert "path length" in found.reason


def test_path_length_of_an_intermediate() -> None:
    root = make_ca("Root L")
    first = make_ca("Sub 1", issuer=root, path_length=0)
    second = make_ca("Sub 2", issuer=first)
    leaf, _ = make_leaf(second)
    assert not ask((der(leaf), second.der, first.der), anchored(root)).trusted
    first = make_ca("Sub 1", issuer=root, path_length=1)
    second = make_ca("Sub 2", issuer=first)
    leaf, _ = make_leaf(second)
    assert ask((der(leaf), second.der, first.der), anchored(root)).trusted
    assert ask((der(leaf), second.der, first.der), anchored(make_ca("Root L", path_length=2))).trusted


def test_a_leaf_cannot_issue() -> None:
    pki = Pki.make()
    forged, _ = make_leaf(type(pki.root)(pki.leaf, pki.key), common_name="Forged")
    assert not ask((der(forged), *pki.chain), anchored(pki.root)).trusted


def test_sha1_below_the_anchor() -> None:
    root = make_ca("Root S")
    middle = make_ca("Sub S", issuer=root, sha1=True)
    leaf, _ = make_leaf(middle)
    assert not ask((der(leaf), middle.der), anchored(root)).trusted


def test_times() -> None:
    pki = Pki.make()
    store = anchored(pki.root)
    credential = load_credential(pki.chain)
    second = timedelta(seconds=1)
    assert judge(credential, store, credential.not_before).trusted
    assert judge(credential, store, credential.not_after).trusted
    late = judge(credential, store, credential.not_after + second)
    assert not late.trusted
    assert "valid at that time" in late.reason
    assert not judge(credential, store, credential.not_before - second).trusted


def test_an_expired_anchor_vouches_only_for_its_time() -> None:
    root = make_ca("Old", end=NOW - timedelta(days=100))
    leaf, _ = make_leaf(root, start=NOW - timedelta(days=300))
    assert not ask((der(leaf),), anchored(root)).trusted
    assert ask((der(leaf),), anchored(root), at=NOW - timedelta(days=200)).trusted


def test_a_route_through_a_living_anchor_is_found_beside_a_dead_one() -> None:
    root = make_ca("Root R")
    middle = make_ca("Sub R", issuer=root)
    dead = make_ca("Sub R", issuer=root, end=NOW - timedelta(days=10))  # same key, same name, expired
    leaf, _ = make_leaf(middle)
    assert not ask((der(leaf),), anchored(dead)).trusted
    assert ask((der(leaf), middle.der), anchored(dead, root)).trusted


@pytest.mark.parametrize("eku", [EMAIL, CLAIM_SIGNING, "1.3.6.1.5.5.7.3.36", "1.3.6.1.4.1.311.76.59.1.9"])
def test_each_usage_is_tried_alone(eku: str) -> None:
    pki = Pki.make(ekus=[eku])
    assert ask(pki, anchored(pki.root)).trusted


def test_a_usage_no_list_vouches_for() -> None:
    pki = Pki.make(ekus=[SERVER_AUTH])
    found = ask(pki, anchored(pki.root))
    assert not found.trusted
    assert "extended key usage" in found.reason


def test_a_list_for_claim_signing_alone() -> None:
    pki = Pki.make(ekus=[EMAIL])
    official = TrustList(
        "only", ListKind.ANCHORS, Purpose.CLAIM_SIGNING, (pki.root.der,), ekus=frozenset({CLAIM_SIGNING})
    )
    assert not ask(pki, TrustStore((official,))).trusted
    assert ask(Pki.make(), TrustStore((official,))).trusted
    both = TrustStore((official,)).with_anchors(pki.root_pem, name="wide")
    assert ask(pki, both).list_name == "wide"


def test_purposes_are_not_mixed() -> None:
    pki = Pki.make()
    assert not ask(pki, anchored(pki.root, purpose=Purpose.TIME_STAMPING)).trusted
    tsa = Pki.make(ekus=[TIME_STAMPING])
    store = anchored(tsa.root, purpose=Purpose.TIME_STAMPING)
    assert ask(tsa, store, purpose=Purpose.TIME_STAMPING).trusted
    assert not ask(tsa, anchored(tsa.root), purpose=Purpose.TIME_STAMPING).trusted


def test_an_authority_restricted_to_time_stamps_vouches_for_no_signer() -> None:
    root = make_ca("TSA Root", ekus=[TIME_STAMPING])
    leaf, _ = make_leaf(root)
    found = ask((der(leaf),), anchored(root))
    assert not found.trusted
    assert "another purpose" in found.reason
    signer_root = make_ca("Signer Root", ekus=[EMAIL])
    stamper, _ = make_leaf(signer_root, ekus=[TIME_STAMPING])
    store = anchored(signer_root, purpose=Purpose.TIME_STAMPING)
    assert not ask((der(stamper),), store, purpose=Purpose.TIME_STAMPING).trusted


def test_allowed() -> None:
    pki = Pki.make()
    store = TrustStore.empty().with_allowed(pki.leaf_pem, name="friends")
    found = ask(pki, store)
    assert (found.trusted, found.via, found.list_name) == (True, "allowed", "friends")
    assert not ask(Pki.make(), store).trusted  # another certificate of the same key
    assert not ask(pki, store, purpose=Purpose.TIME_STAMPING).trusted


@pytest.mark.parametrize("position", [0, 1])
@pytest.mark.parametrize("form", ["pem", "fingerprint", "serial"])
def test_distrust_beats_everything(position: int, form: str) -> None:
    pki: Any = Pki.make()
    certificate = [pki.leaf, pki.intermediate.certificate][position]
    if form == "pem":
        data = certificate.public_bytes(PEM)
    elif form == "fingerprint":
        from cryptography.hazmat.primitives.hashes import SHA256

        digits = certificate.fingerprint(SHA256()).hex(":").upper()
        data = f'[[distrust]]\nfingerprint = "{digits}"\nreason = "leaked"'.encode()
    else:
        issuer = certificate.issuer.rfc4514_string().lower()
        data = f'[[distrust]]\nissuer = "{issuer}"\nserial = "0x{certificate.serial_number:X}"'.encode()
    store = anchored(pki.root).with_allowed(pki.leaf_pem, name="friends").with_distrust(data, name="never")
    found = ask(pki, store)
    assert found.distrusted
    assert not found.trusted
    assert "never" in found.reason
    if form == "fingerprint":
        assert "leaked" in found.reason
    another = ask(Pki.make(), anchored(pki.root).with_distrust(data, name="never"))
    assert another.trusted  # neither its leaf nor its intermediate is the one that was named


@pytest.mark.parametrize("brought", [True, False])
def test_a_distrusted_anchor_vouches_for_nobody(brought: bool) -> None:
    """The signer chooses what is in the chain, so leaving the authority out must not help."""
    pki: Any = Pki.make()
    chain = (der(pki.leaf), der(pki.intermediate.certificate)) if brought else (der(pki.leaf),)
    store = anchored(pki.intermediate)
    assert ask(chain, store).trusted
    found = ask(chain, store.with_distrust(pki.intermediate.certificate.public_bytes(PEM), name="never"))
    assert (found.trusted, found.distrusted) == (False, True)
    assert "never" in found.reason
    root = ask(pki, anchored(pki.root).with_distrust(pki.root_pem, name="never"))
    assert (root.trusted, root.distrusted) == (False, True)


def windowed(certificate: x509.Certificate, *lines: str) -> bytes:
    """A distrust file about a certificate, for a span of time."""
    digits = hashlib.sha256(der(certificate)).hexdigest()
    return "\n".join(("[[distrust]]", f'fingerprint = "{digits}"', *lines)).encode()


@pytest.mark.parametrize("who", ["leaf", "intermediate", "anchor"])
def test_distrust_for_a_span_of_time(who: str) -> None:
    pki: Any = Pki.make()
    certificate = {
        "leaf": pki.leaf,
        "intermediate": pki.intermediate.certificate,
        "anchor": pki.root.certificate,
    }
    span = windowed(certificate[who], "from = 2026-05-20", "until = 2026-05-25", 'reason = "the incident"')
    store = anchored(pki.root).with_distrust(span, name="never")
    credential = load_credential(pki.chain)

    def at(text: str, *, stamped: bool = True) -> ChainFinding:
        return judge(credential, store, datetime.fromisoformat(text), stamped=stamped)

    for inside in ("2026-05-20T00:00:00Z", "2026-05-25T23:59:59Z"):
        found = at(inside)
        assert (found.trusted, found.distrusted) == (False, True)
        assert (
            "'never' for what was signed from 2026-05-20 00:00 until 2026-05-25 23:59: the incident"
            in found.reason
        )
    for outside in ("2026-05-19T23:59:59Z", "2026-05-26T00:00:00Z"):
        assert at(outside).trusted
        # Without a time stamp nobody knows that it was not signed in between.
        assert at(outside, stamped=False).distrusted


def test_distrust_with_one_end_and_several_spans() -> None:
    pki = Pki.make()
    credential = load_credential(pki.chain)
    since = windowed(pki.leaf, 'from = "2026-05-25T12:00:00+02:00"')
    until = windowed(pki.leaf, "until = 2026-05-10T00:00:00Z")
    for data, good, bad in (
        (since, "05-25T09:59:59", "05-25T10:00:00"),
        (until, "05-10T00:00:01", "05-10T00:00:00"),
    ):
        for both in (data, since + b"\n" + until):
            store = anchored(pki.root).with_distrust(both, name="never")
            assert judge(credential, store, datetime.fromisoformat(f"2026-{good}Z"), stamped=True).trusted
            assert judge(credential, store, datetime.fromisoformat(f"2026-{bad}Z"), stamped=True).distrusted
    # An authority for time stamps states its time itself, so nothing vouches for it.
    assert judge(
        credential, anchored(pki.root).with_distrust(since, name="n"), NOW - timedelta(days=29)
    ).distrusted


def test_another_anchor_vouches_when_one_is_distrusted_for_a_time() -> None:
    pki: Any = Pki.make()
    span = windowed(pki.root.certificate, "from = 2026-05-01")
    store = anchored(pki.root, pki.intermediate).with_distrust(span, name="never")
    assert judge(load_credential(pki.chain), store, NOW, stamped=True).trusted


def test_an_official_list_is_named_before_a_list_of_friends() -> None:
    pki = Pki.make()
    store = (
        TrustStore.empty().with_allowed(pki.leaf_pem, name="friends").with_anchors(pki.root_pem, name="mine")
    )
    assert ask(pki, store).list_name == "mine"


@pytest.mark.parametrize("member", [0, 1])
def test_damaged_chains_are_untrusted_or_malformed_and_nothing_else(member: int) -> None:
    pki = Pki.make()
    store = anchored(pki.root)
    rng = random.Random(11)
    for _ in range(400):
        chain = [bytearray(one) for one in pki.chain]
        one = chain[member]
        one[rng.randrange(len(one))] ^= 1 << rng.randrange(8)
        try:
            credential = load_credential(tuple(bytes(one) for one in chain))
        except MalformedError:
            continue
        assert not judge(credential, store, NOW).trusted


def test_a_long_chain_is_judged_but_not_remembered() -> None:
    padding = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), bytes(40_000))
    pki = Pki.make(extra=[(padding, False)])
    assert ask(pki, anchored(pki.root)).trusted
    assert load_credential(pki.chain) is not load_credential(pki.chain)


def test_inside_an_event_loop_and_in_threads() -> None:
    pki = Pki.make(common_name="loop")
    store = anchored(pki.root)

    async def inside() -> Any:
        return ask(pki, store)

    assert asyncio.run(inside()).trusted
    many = [Pki.make(common_name=f"thread {n}") for n in range(16)]
    with ThreadPoolExecutor(8) as pool:
        assert all(found.trusted for found in pool.map(lambda p: ask(p, store), many))


def test_many_certificates_of_one_name_stay_cheap() -> None:
    crowd = [make_ca("Crowd", issuer=make_ca("Crowd")) for _ in range(8)]
    leaf, _ = make_leaf(crowd[0], aki=False)
    chain = (der(leaf), *(one.der for one in crowd))
    roots = [make_ca("Crowd", start=NOW - timedelta(days=n + 1)) for n in range(20)]
    assert ask(chain, anchored(*roots)).trusted


@pytest.mark.parametrize(
    "constraints",
    [
        x509.NameConstraints([x509.DirectoryName(name("x", organization="Elsewhere"))], None),
        x509.NameConstraints(None, [x509.DNSName("example.org")]),
        x509.NameConstraints(None, [x509.IPAddress(ip_network("192.0.2.0/24"))]),
    ],
    ids=["directory", "dns", "a kind that cannot be judged"],
)
def test_name_constraints_of_an_authority_hold(constraints: x509.NameConstraints) -> None:
    root = make_ca("Root N")
    key = key_for("ES256", "constrained")
    names = [x509.DNSName("news.example.org"), x509.IPAddress(ip_address("198.51.100.1"))]
    from support import pki as support

    def middle(*more: x509.NameConstraints) -> Authority:
        subject = (name("Sub N"), root.certificate.subject, key)
        builder = support._builder(*subject, NOW - timedelta(9), NOW + timedelta(9), None)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        builder = builder.add_extension(support.key_usage(cert_sign=True), critical=True)
        for extension in more:
            builder = builder.add_extension(extension, critical=True)
        return Authority(support.sign(builder, root.key), key)

    for authority, trusted in ((middle(), True), (middle(constraints), False)):
        leaf, _ = make_leaf(authority, extra=[(x509.SubjectAlternativeName(names), False)])
        assert ask((der(leaf), authority.der), anchored(root)).trusted is trusted


def test_unlisted_chains_do_not_load_the_path_validator() -> None:
    pki = Pki.make()
    code = (
        "import sys, datetime; from provkit.trust import *;"
        f"c = load_credential({pki.chain!r});"
        "f = judge(c, TrustStore.bundled(), datetime.datetime.now(datetime.UTC));"
        "sys.exit('loaded' if 'pyhanko_certvalidator' in sys.modules or f.trusted else 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_engines_test_signers_chain_to_their_roots() -> None:
    roots = shared("trust", "test", "test_cert_root_bundle.pem").read_bytes()
    store = TrustStore.empty().with_anchors(roots, name="test")
    assert store.lists[0].entries == 8
