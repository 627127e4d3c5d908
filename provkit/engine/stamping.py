"""A time stamp, and a stapled OCSP response, for what the reference engine has signed.

The engine would fetch a time stamp by itself, past our rules.  So it signs without one, and leaves ten
kilobytes of padding beside the signature (C2PA 2.4 §10.4.2), which nothing signs and no hash covers: what
goes beside a signature takes the place of as much of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from provkit.carriers import containers
from provkit.carriers.exchange import exchange
from provkit.errors import MalformedError, UnsupportedError
from provkit.manifest import cbor, cose
from provkit.manifest import store as stores

if TYPE_CHECKING:
    from collections.abc import Callable

    from provkit.limits import Limits


def stamped(
    data: bytes,
    media_type: str,
    stamp: Callable[[bytes], bytes],
    revocation: tuple[bytes, ...],
    limits: Limits,
) -> bytes:
    """A freshly signed container with a time stamp over its active signature.

    Args:
        data: the asset, as the engine signed it.
        media_type: as sniffed.
        stamp: gives a bare TimeStampToken over the bytes it gets; called once.
        revocation: OCSP responses about the signer's certificate, DER.
        limits: bounds on what is read.

    Raises:
        UnsupportedError: the time stamp is larger than the padding.
        MalformedError, LimitError: what the engine wrote is not of its usual form.
    """
    found = containers.locate(data, media_type, limits)
    if found is None:
        raise MalformedError("the reference engine signed the file, and no credential is found in it")
    active = stores.read(found.store, limits).active
    payload = active.signatures[0].contents[0].payload
    signature = cose.parse(payload, limits)
    token = stamp(cose.to_be_stamped(signature.protected, cbor.encode(signature.signature)))
    beside = cose.Beside(time_stamp=token, revocation=revocation)
    box = _padded(signature, beside, len(payload))
    if box is None or found.store.count(payload) != 1:
        raise UnsupportedError(
            "the time stamp does not fit beside the signature",
            hint="ask an authority that sends fewer certificates, or sign with a sidecar (--sidecar)",
        )
    return exchange(data, media_type, found, found.store.replace(payload, box), limits)


def _padded(signature: cose.CoseSign1, beside: cose.Beside, length: int) -> bytes | None:
    """The signature with what goes beside it, padded to so many bytes; None if there is no room."""

    def box(pad: int, pad2: int | None = None) -> bytes:
        padded = beside._replace(pad=pad, pad2=pad2)
        return cose.encode(signature.protected, signature.signature, padded)

    # A length field grows at some numbers, and jumps over one length: a second padding makes up for it.
    for pad2 in (None, 0):
        gap = length - len(box(0, pad2))
        for pad in range(max(gap - 3, 0), gap + 1):
            found = box(pad, pad2)
            if len(found) == length:
                return found
    return None
