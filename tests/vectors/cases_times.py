"""``ts::``: what a time stamp vouches for, what a stapled OCSP response says, and when distrust counts.

The certificate ``expired`` was valid from August 2025 to May 31, 2026; vectors are judged on June 1.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import cbor2
from cryptography import x509

from support import forge as f
from support import stamps
from vectors.case import UNLISTED, Case, Expected, invalid, trusted, valid
from vectors.codes import MISMATCH
from vectors.keys import KEYS, credential, once, stamper
from vectors.text_forge import HOST

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

OUTSIDE: Final = "claimSignature.outsideValidity"
REVOKED: Final = "signingCredential.ocsp.revoked"
CLAIMED: Final = "time-stamp"
"""The warning that the time shown is claimed."""
TIMED: Final = "root-time"
IN_TIME: Final = datetime(2026, 1, 15, tzinfo=UTC)
FEBRUARY: Final = datetime(2026, 2, 14, tzinfo=UTC)
TOO_LATE: Final = datetime(2026, 5, 31, 18, tzinfo=UTC)
"""After the certificate had run out."""
UPDATES: Final = (datetime(2026, 1, 14, tzinfo=UTC), datetime(2026, 1, 18, tzinfo=UTC))


def stamped(
    *times: datetime,
    by: str = "stamper",
    under: tuple[str, ...] = ("sigTst2",),
    over: Callable[[bytes], bytes] = lambda message: message,
    change: Callable[[bytes], bytes] = lambda token: token,
) -> Callable[[bytes], bytes]:
    """Puts time stamps over the signature into headers."""

    def edit(raw: bytes) -> bytes:
        protected, header, payload, signature = cbor2.loads(raw).value
        message = f.canonical(["CounterSignature", protected, b"", cbor2.dumps(signature)])
        tokens = [
            {"val": change(stamps.token(stamper(by), over(message), at, serial=number))}
            for number, at in enumerate(times, 1)
        ]
        header = {**header, **{name: {"tstTokens": tokens} for name in under}}
        return cbor2.dumps(cbor2.CBORTag(18, [protected, header, payload, signature]))

    return edit


class EarlyForge(f.Forge):
    """Stamps the claim before it is signed, in the way of version 1."""

    def cose(self, claim: bytes, pad: int = 0) -> bytes:
        protected, header, payload, signature = cbor2.loads(super().cose(claim, pad)).value
        message = f.canonical(["CounterSignature", protected, b"", claim])
        header = {
            **header,
            "sigTst": {"tstTokens": [{"val": stamps.token(stamper("stamper"), message, IN_TIME)}]},
        }
        return cbor2.dumps(cbor2.CBORTag(18, [protected, header, payload, signature]))


def older(claim: dict[str, Any]) -> dict[str, Any]:
    """A claim as version 1 has it."""
    listed = claim.pop("created_assertions")
    claim.pop("claim_generator_info")
    return {**claim, "assertions": listed, "claim_generator": "forge/1", "dc:format": "text/plain"}


def text(who: str = "expired", make: type[f.Forge] = f.Forge, **changes: Any) -> bytes:
    """The usual text, with changes."""
    return make(HOST, credential(who), **changes).text()


def stapled(name: str, about: str = "expired", by: str = "responder", **options: Any) -> dict[str, Any]:
    """An OCSP response for the unsigned header; it says when it was made, so it is made once."""

    def make() -> bytes:
        leaf, issuer = x509.load_pem_x509_certificates((KEYS / f"{about}.chain.pem").read_bytes())[:2]
        return stamps.response(stamper(by), leaf, issuer, options.pop("updates", UPDATES), **options)

    return {"rVals": {"ocspVals": [once(f"{name}.ocsp.der", make)]}}


def flip(position: int) -> Callable[[bytes], bytes]:
    """One bit of a token."""
    return lambda token: token[:position] + bytes((token[position] ^ 1,)) + token[position + 1 :]


NOT_USED: Final = invalid(OUTSIDE, UNLISTED, warnings=(CLAIMED,))
STILL: Final = trusted("human", CLAIMED)
Row = tuple[str, bytes, Expected, str, str]


def times() -> Iterator[Row]:
    """Time stamps: over an expired certificate they decide, over a valid one they are a fact or none."""
    yield "expired", text(edit_cose=stamped(IN_TIME)), trusted(), "15.8", "The certificate has run out, and a listed authority saw the signature before."  # fmt: skip
    yield "valid", text("es256", edit_cose=stamped(datetime(2026, 5, 20, tzinfo=UTC))), trusted(), "15.8", "A time stamp over a certificate that is valid still."  # fmt: skip
    yield "late", text(edit_cose=stamped(TOO_LATE)), invalid(OUTSIDE, UNLISTED), "15.8", "The time stamp says that it was signed after the certificate had run out."  # fmt: skip
    yield "early", text("es256", edit_cose=stamped(IN_TIME)), invalid(OUTSIDE, UNLISTED), "15.8", "The time stamp says that it was signed before the certificate was valid; it is valid now."  # fmt: skip
    bad: tuple[tuple[str, Callable[[bytes], bytes], str], ...] = (
        ("unlisted", stamped(IN_TIME, by="unlisted-stamper"), "The authority is on no list."),
        ("imprint", stamped(IN_TIME, over=lambda message: message + b"!"), "The time stamp is over other bytes."),
        ("both-headers", stamped(IN_TIME, under=("sigTst", "sigTst2")), "A time stamp in both headers."),
        ("own", stamped(IN_TIME, by="rsa"), "The time stamp is made by a signer of claims."),
        ("old-name", stamped(IN_TIME, under=("sigTst",)), "Over the signature, under the name for those over the claim."),
        ("empty", stamped(IN_TIME, change=lambda _: b"0\0"), "Nothing in the place of the time stamp."),
        ("flip-imprint", stamped(IN_TIME, change=flip(120)), "One bit of what the authority signed is another."),
        ("flip-signature", stamped(IN_TIME, change=flip(-4)), "One bit of its signature is another."),
        ("flip-certificate", stamped(IN_TIME, change=flip(600)), "One bit of a certificate in it is another."),
        ("longer", stamped(IN_TIME, change=lambda token: token + b"\0"), "A byte follows the time stamp."),
    )  # fmt: skip
    for name, edit, why in bad:
        if name == "longer":
            yield f"{name}-valid", text("es256", edit_cose=edit), invalid(MISMATCH, warnings=(CLAIMED,)), "10.3.2.5, 15.12.1.1", why  # fmt: skip
            continue
        yield name, text(edit_cose=edit), NOT_USED, "15.8", f"{why} The certificate has run out."
        yield f"{name}-valid", text("es256", edit_cose=edit), STILL, "15.8", f"{why} The certificate is valid, and the time is not used."  # fmt: skip
    yield "two", text("es256", edit_cose=stamped(IN_TIME, IN_TIME)), invalid(MISMATCH, warnings=(CLAIMED,)), "10.3.2.5", "Two tokens are none, and content that no form allows."  # fmt: skip
    yield "version-1", text(make=EarlyForge, claim_label="c2pa.claim", edit_claim=older), trusted(), "10.3.2.5, 15.8", "A claim of version 1, stamped before it was signed."  # fmt: skip


def revocations() -> Iterator[Row]:
    """Stapled responses, beside a time stamp of January 15."""
    stamp = stamped(IN_TIME)

    def beside(name: str, **options: Any) -> bytes:
        return text(unprotected=stapled(name, **options), edit_cose=stamp)

    before, after = datetime(2026, 1, 5, tzinfo=UTC), datetime(2026, 3, 5, tzinfo=UTC)
    yield "ocsp-good", beside("good"), trusted(), "15.9", "The issuer says, for the time stamped, that the certificate is good."  # fmt: skip
    yield "ocsp-revoked", beside("revoked", revoked=before), invalid(REVOKED), "15.9", "It was revoked before it signed."  # fmt: skip
    yield "ocsp-revoked-after", beside("revoked-after", revoked=after), trusted(), "15.9", "It was revoked after the time stamped."  # fmt: skip
    yield "ocsp-revoked-unstamped", text("es256", unprotected=stapled("revoked-es256", about="es256", revoked=datetime(2026, 5, 30, tzinfo=UTC))), invalid(REVOKED), "15.9", "Revoked, and no time stamp shows that it was signed before."  # fmt: skip
    yield "ocsp-lifted", beside("lifted", revoked=before, reason=x509.ReasonFlags.remove_from_crl), trusted(), "15.9", "The revocation was lifted."  # fmt: skip
    yield "ocsp-other", beside("other", about="es256", revoked=before), trusted(), "15.9", "The response is about another certificate."  # fmt: skip
    yield "ocsp-stranger", beside("stranger", by="other-responder", revoked=before), trusted(), "15.9", "The responder is none of the issuer's: anybody could have added that."  # fmt: skip
    yield "ocsp-stale", beside("stale", updates=(datetime(2025, 12, 1, tzinfo=UTC), datetime(2025, 12, 5, tzinfo=UTC))), trusted(), "15.9", "Good, but about other days: no fact, and no failure."  # fmt: skip
    damaged = stapled("revoked", revoked=before)
    response = damaged["rVals"]["ocspVals"][0]
    yield "ocsp-flip", text(unprotected={"rVals": {"ocspVals": [response[:-9] + bytes((response[-9] ^ 1,)) + response[-8:]]}}, edit_cose=stamp), trusted(), "15.9", "A damaged response is none."  # fmt: skip
    both = [stapled(name)["rVals"]["ocspVals"][0] for name in ("good", "revoked")]
    yield "ocsp-both", text(unprotected={"rVals": {"ocspVals": both}}, edit_cose=stamp), invalid(REVOKED), "15.9", "One says good and one says revoked: a signer who is revoked would add the other."  # fmt: skip


def distrust() -> Iterator[Case]:
    """The certificate is not believed for what it signed in February."""

    def case(name: str, data: bytes, expected: Expected, reason: str, at: str | None = None) -> Case:
        made = Case(f"ts::distrust-{name}", data, expected, "none", reason, trust="distrust-february")
        return made if at is None else replace(made, at=at)

    yield case("within", text(edit_cose=stamped(FEBRUARY)), valid(), "Signed in February, by the word of a listed authority.")  # fmt: skip
    yield case("before", text(edit_cose=stamped(IN_TIME)), trusted(), "Signed in January.")
    yield case("unstamped", text(), valid(), "Nobody knows when it was signed, so it may have been then.", "2026-05-01T00:00:00Z")  # fmt: skip
    yield case("unlisted", text(edit_cose=stamped(IN_TIME, by="unlisted-stamper")), valid("human", CLAIMED), "January by the word of an authority on no list.", "2026-05-01T00:00:00Z")  # fmt: skip
    yield case("other", text("es256"), trusted(), "Another certificate.")


def cases() -> Iterator[Case]:
    """All of them."""
    for name, data, expected, clause, reason in (*times(), *revocations()):
        yield Case(f"ts::{name}", data, expected, clause, reason, trust=TIMED)
    yield Case(
        "ts::no-time-list",
        text(edit_cose=stamped(IN_TIME)),
        NOT_USED,
        "14.4.1",
        "A list of signers vouches for no authority of time stamps.",
    )
    yield from distrust()
