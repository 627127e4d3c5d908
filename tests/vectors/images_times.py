"""``ct::``: time, time stamps and stapled revocation responses of pictures.

Certificates of these signers are judged at a moment at which some have run out.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import cbor2

from support import forge as f
from support import stamps
from vectors import image_keys
from vectors.case import invalid, trusted, valid
from vectors.image_forge import created, signed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from vectors.image_forge import Row

OUTSIDE: Final = "claimSignature.outsideValidity"
REVOKED: Final = "signingCredential.ocsp.revoked"
SIGNED: Final = datetime(2026, 1, 15, tzinfo=UTC)
UPDATES: Final = (datetime(2026, 1, 10, tzinfo=UTC), image_keys.END)
LISTS: Final = "second"
WITH_TIME: Final = "second-time"


def stamped(
    *times: datetime, over: Callable[[bytes], bytes] = lambda message: message
) -> Callable[[bytes], bytes]:
    """Puts time stamps (``sigTst2``, §10.3.2.5) into a signature: they cover it, so they come last."""

    def edit(raw: bytes) -> bytes:
        protected, header, payload, signature = cbor2.loads(raw).value
        message = f.canonical(["CounterSignature", protected, b"", cbor2.dumps(signature)])
        tokens = [
            {"val": stamps.token(image_keys.stamper("stamper"), over(message), at, serial=number)}
            for number, at in enumerate(times, 1)
        ]
        header = {**header, "sigTst2": {"tstTokens": tokens}}
        return cbor2.dumps(cbor2.CBORTag(18, [protected, header, payload, signature]))

    return edit


def stapled(name: str, about: str = "second", *, revoked: bool = False) -> dict[str, Any]:
    """A revocation response for the unsigned header; it says when it was made, so it is made once."""

    def make() -> bytes:
        leaf, issuer = image_keys.certificates(about)[:2]
        responder = image_keys.stamper("responder")
        since = datetime(2026, 1, 5, tzinfo=UTC) if revoked else None
        return stamps.response(responder, leaf, issuer, UPDATES, revoked=since)

    return {"rVals": {"ocspVals": [image_keys.once(f"{name}.ocsp.der", make)]}}


def times() -> Iterator[Row]:
    """Certificates out of their time, and what vouches for the time of signing."""
    yield (
        "ct::png-expired",
        signed(who="short"),
        invalid(OUTSIDE),
        "15.7, 15.8",
        "The certificate has run out, and nothing vouches for the time of signing.",
        LISTS,
    )
    yield (
        "ct::png-not-yet",
        signed(who="not-yet"),
        invalid(OUTSIDE),
        "15.7, 15.8",
        "The certificate is not valid yet.",
        LISTS,
    )
    yield (
        "ct::png-backdate",
        signed(
            who="second",
            boxes=[f.actions(created(when=cbor2.CBORTag(0, "1999-01-01T00:00:00Z"))), f.data_hash()],
        ),
        trusted(),
        "18.15.4.4",
        "The signer says that the picture was made long ago: that is claimed, and changes no verdict.",
        LISTS,
    )
    yield (
        "ct::png-backdate-expired",
        signed(
            who="short",
            boxes=[f.actions(created(when=cbor2.CBORTag(0, "2026-01-15T00:00:00Z"))), f.data_hash()],
        ),
        invalid(OUTSIDE),
        "15.8",
        "A claimed time inside the validity does not help a certificate that has run out.",
        LISTS,
    )
    yield (
        "ct::png-stamped",
        signed(who="second", edit_cose=stamped(SIGNED)),
        trusted(),
        "15.8",
        "A time stamp by a listed authority.",
        WITH_TIME,
    )
    yield (
        "ct::png-expired-tsa",
        signed(who="short", edit_cose=stamped(SIGNED)),
        trusted(),
        "15.8",
        "The certificate has run out, and a listed authority vouches that it was signed before.",
        WITH_TIME,
    )
    yield (
        "ct::png-expired-late",
        signed(who="short", edit_cose=stamped(datetime(2026, 3, 1, tzinfo=UTC))),
        invalid(OUTSIDE),
        "15.8",
        "The time stamp says that it was signed after the certificate had run out.",
        WITH_TIME,
    )
    yield (
        "ct::png-tsa-untrusted",
        signed(who="short", edit_cose=stamped(SIGNED)),
        invalid(OUTSIDE),
        "15.8",
        "The certificate has run out, and the authority of the time stamp is on no list.",
        LISTS,
    )
    yield (
        "ct::png-tsa-wrong",
        signed(who="short", edit_cose=stamped(SIGNED, over=lambda message: message + b"!")),
        invalid(OUTSIDE),
        "15.8",
        "The time stamp is over other bytes, so its time does not count.",
        WITH_TIME,
    )
    yield (
        "ct::png-tsa-wrong-valid",
        signed(who="second", edit_cose=stamped(SIGNED, over=lambda message: message + b"!")),
        trusted(),
        "15.8",
        "The same over a certificate that is valid now: the time does not count, and is not needed.",
        WITH_TIME,
    )
    yield (
        "ct::png-tsa-two",
        signed(who="short", edit_cose=stamped(SIGNED, SIGNED)),
        invalid(),
        "10.3.2.5, 15.8",
        "Two time stamps are none.",
        WITH_TIME,
    )
    yield (
        "ct::png-tsa-no-signer",
        signed(),
        valid(),
        "14.4",
        "An authority for time stamps vouches for no signer.",
        "time-only",
    )


def revocations() -> Iterator[Row]:
    """Stapled responses."""
    yield (
        "ct::png-good-staple",
        signed(who="second", unprotected=stapled("good")),
        trusted(),
        "15.9",
        "A stapled response says that the certificate is good.",
        LISTS,
    )
    yield (
        "ct::png-revoked-staple",
        signed(who="second", unprotected=stapled("revoked", revoked=True)),
        invalid(REVOKED),
        "15.9",
        "A stapled response says that the certificate was revoked.",
        LISTS,
    )
    yield (
        "ct::png-other-staple",
        signed(who="second", unprotected=stapled("other", "not-yet", revoked=True)),
        trusted(),
        "15.9",
        "The response is about another certificate: it says nothing about this one.",
        LISTS,
    )


def cases() -> Iterator[Row]:
    """All of them."""
    yield from times()
    yield from revocations()
