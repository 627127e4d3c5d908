"""``ct::``: who signed, under which certificate, and on which list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from support import forge as f
from vectors.case import AFTER, UNLISTED, Case, error, invalid, trusted, valid
from vectors.codes import MISMATCH
from vectors.keys import credential
from vectors.text_forge import HOST, base

if TYPE_CHECKING:
    from collections.abc import Iterator

INVALID: Final = "signingCredential.invalid"
OUTSIDE: Final = "claimSignature.outsideValidity"
BEFORE: Final = "2020-01-01T00:00:00Z"


def by(name: str, algorithm: str | None = None) -> bytes:
    """The usual text, signed by one of the stored credentials."""
    return f.Forge(HOST, credential(name, algorithm)).text()


def cases() -> Iterator[Case]:
    """All vectors of certificates."""
    for name, algorithm in (
        ("es256", "ES256"),
        ("es384", "ES384"),
        ("es512", "ES512"),
        ("rsa", "PS256"),
        ("rsa", "PS384"),
        ("rsa", "PS512"),
        ("ed25519", "Ed25519"),
    ):
        yield Case(
            f"ct::alg-{algorithm.lower()}",
            by(name, algorithm),
            trusted(),
            "13.2.1",
            f"{algorithm}, the chain leads to a listed root.",
        )
    yield Case(
        "ct::ed25519-ca", by("ed25519-ca"), trusted(), "13.2.1", "Ed25519 all the way up.", trust="ed25519"
    )
    yield Case(
        "ct::pss-signed",
        by("pss-signed"),
        trusted(),
        "14.5.1.1",
        "Certificates signed with RSA-PSS.",
        trust="pss",
    )
    good = base()
    yield Case(
        "ct::unknown-root",
        by("stranger"),
        valid(),
        "14.4",
        "The chain leads to an unlisted root: intact, signer unknown.",
    )
    yield Case(
        "ct::own-root", by("stranger"), trusted(), "14.4", "The same with that root listed.", trust="stranger"
    )
    yield Case("ct::no-anchors", good, valid(), "14.4", "No list at all.", trust="none")
    yield Case("ct::other-anchor", good, valid(), "14.4", "A list without this root.", trust="stranger")
    yield Case(
        "ct::no-intermediate",
        by("no-intermediate"),
        valid(),
        "14.5",
        "The chain lacks the intermediate, and nothing is fetched.",
    )
    yield Case(
        "ct::inter-anchor",
        good,
        trusted(),
        "14.4.1",
        "An intermediate may be the anchor, as in the official list.",
        trust="intermediate",
    )
    yield Case(
        "ct::inter-anchor-bare",
        by("no-intermediate"),
        trusted(),
        "14.4.1",
        "With the intermediate as anchor the chain needs no more than the leaf.",
        trust="intermediate",
    )
    yield Case(
        "ct::pathlen",
        by("pathlen"),
        valid(),
        "RFC 5280 6.1",
        "An intermediate with path length 0 issued another authority.",
    )
    yield Case(
        "ct::self-signed",
        by("self-signed"),
        valid(),
        "14.5.1.1",
        "A self-signed certificate: intact, vouched for by nobody.",
    )
    yield Case(
        "ct::wrong-order",
        by("wrong-order"),
        invalid("claimSignature.mismatch", INVALID, UNLISTED),
        "14.5",
        "The authority stands first in the chain: its key did not sign.",
    )
    for name, codes, why in (
        ("rsa1024", (INVALID,), "RSA of 1024 bits."),
        ("sha1", (INVALID, UNLISTED), "The certificate is signed with SHA-1."),
        ("no-ku", (INVALID,), "No key usage."),
        ("no-ds", (INVALID,), "Key usage without digitalSignature."),
        ("cert-sign", (INVALID,), "Key usage with keyCertSign."),
        ("no-eku", (INVALID, UNLISTED), "No extended key usage."),
        ("any-eku", (INVALID,), "Extended key usage for any purpose."),
        ("server-eku", (INVALID, UNLISTED), "Extended key usage for servers only."),
        ("tsa-eku", (INVALID,), "Extended key usage mixed with time stamping."),
        ("ca-leaf", (INVALID,), "The signer is an authority."),
        ("no-aki", (INVALID,), "No authority key identifier."),
        ("critical", (INVALID, UNLISTED), "A critical extension nobody knows."),
        ("secp256k1", (INVALID, "algorithm.unsupported"), "A curve that is not on the list."),
    ):
        yield Case(f"ct::{name}", by(name), invalid(*codes), "14.5.1.1", why)
    yield Case(
        "ct::expired",
        by("expired"),
        invalid(OUTSIDE, UNLISTED),
        "15.8",
        "The certificate has expired and no time stamp tells when it was used.",
    )
    yield Case(
        "ct::not-yet", by("not-yet"), invalid(OUTSIDE, UNLISTED), "15.8", "The certificate is not valid yet."
    )
    yield Case(
        "ct::expired-later", good, invalid(OUTSIDE, UNLISTED), "15.8", "The same text years later.", at=AFTER
    )
    yield Case(
        "ct::before-issue",
        good,
        invalid(OUTSIDE, UNLISTED),
        "15.8",
        "Judged at a moment before the certificate existed.",
        at=BEFORE,
    )
    yield Case(
        "ct::expired-in-time",
        by("expired"),
        trusted(),
        "15.8",
        "Judged while the certificate was valid.",
        at="2026-05-01T00:00:00Z",
    )
    yield Case(
        "ct::expired-tampered",
        by("expired").replace(b"quick", b"quack"),
        invalid(OUTSIDE, UNLISTED, MISMATCH),
        "15.12.1",
        "Expired and changed: both are said.",
    )
    yield Case(
        "ct::leaf-anchor",
        good,
        error("configuration"),
        "14.4",
        "The signer's own certificate listed as an authority: an error in the list, not a verdict.",
        trust="leaf-as-anchor",
    )
    yield Case(
        "ct::bad-trust-file",
        good,
        error("configuration"),
        "14.4",
        'A list that holds no certificate: never a silent "untrusted".',
        trust="garbage",
    )
    yield Case(
        "ct::allowed",
        good,
        trusted(),
        "14.4.3",
        "The signer is on the list of allowed signers.",
        trust="allowed",
    )
    yield Case(
        "ct::allowed-stranger",
        by("stranger"),
        trusted(),
        "14.4.3",
        "A signer without a listed root, allowed as such.",
        trust="allowed-stranger",
    )
    yield Case(
        "ct::allowed-other",
        by("es384"),
        valid(),
        "14.4.3",
        "Another signer than the allowed one.",
        trust="allowed",
    )
    yield Case(
        "ct::allowed-tampered",
        good.replace(b"quick", b"quack"),
        invalid(MISMATCH),
        "15.12.1",
        "An allowed signer, and changed text.",
        trust="allowed",
    )
    yield Case(
        "ct::allowed-expired",
        good,
        invalid(OUTSIDE),
        "15.8",
        "An allowed signer whose certificate has expired.",
        trust="allowed",
        at=AFTER,
    )
    yield Case(
        "ct::distrust",
        good,
        valid(),
        "none",
        "Distrusted by issuer and serial number, although the root is listed.",
        trust="distrust",
    )
    yield Case(
        "ct::distrust-other",
        by("es384"),
        trusted(),
        "none",
        "The rule names another certificate.",
        trust="distrust",
    )
    yield Case(
        "ct::distrust-leaf", good, valid(), "none", "Distrusted by certificate.", trust="distrust-leaf"
    )
    yield Case(
        "ct::distrust-authority",
        good,
        valid(),
        "none",
        "An authority in the chain is distrusted.",
        trust="distrust-authority",
    )
    yield Case(
        "ct::distrust-allowed",
        good,
        valid(),
        "none",
        "Distrust beats the allowed list.",
        trust="distrust-allowed",
    )
