"""What the unsigned part of a COSE signature may hold: rules 4 and 5 of spec/containers.md.

Nothing covers that part, so it has one spelling and known entries (C2PA 2.4 §10.3.2, §15.12.1.1).
What honest older writers left there is told, and caps the state where it could be other bytes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from provkit.codes import StatusCode
from provkit.errors import MalformedError, UnsupportedError
from provkit.manifest import cbor, cose
from provkit.manifest.cose import CoseSign1

if TYPE_CHECKING:
    from provkit.limits import Limits

_LEGACY_TIME: Final = "temp_signing_time"
_ISO_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)")


class Remark(NamedTuple):
    """One thing about an envelope."""

    rule: int
    sentence: str
    code: StatusCode | None = None
    """Set when the credential does not hold because of it."""
    cap: bool = False
    """The state is *valid* at most."""


def remarks(
    signature: CoseSign1 | MalformedError | UnsupportedError, payload: bytes, limits: Limits, *, v1: bool
) -> list[Remark]:
    """Hold one signature against the rules.

    Args:
        signature: what :func:`.reading.parse_signature` made of it.
        payload: the content of its box.
        limits: bounds on what is read.
        v1: the manifest has a claim of version 1, whose writers had habits of their own.
    """
    found: list[Remark] = []
    stray: str | None = None
    if isinstance(signature, CoseSign1):
        stray = signature.stray
        if stray is None:
            return found
        header = signature.unprotected
    elif isinstance(signature, cose.CriticalError):
        return [Remark(5, signature.message, StatusCode.CLAIM_SIGNATURE_MISMATCH)]
    elif isinstance(signature, cose.ChainError | UnsupportedError):
        return found  # the engine has judged the algorithm and the chain
    else:
        lenient = _unprotected(payload, limits)
        if lenient is None:
            return [Remark(5, signature.message, StatusCode.CLAIM_SIGNATURE_MISMATCH)]
        header = lenient
        sentence = "a signature is not in its shortest form, so its bytes could be others"
        found.append(Remark(5, sentence, cap=True))
    blemish = _blemish(header)
    if blemish is not None:
        return [*found, Remark(4, blemish, StatusCode.ASSERTION_DATA_HASH_MISMATCH)]
    if _LEGACY_TIME in header:
        if not v1:
            return [*found, Remark(4, stray or "a stray entry", StatusCode.ASSERTION_DATA_HASH_MISMATCH)]
        sentence = "an early writer left a time in the unsigned part of the signature"
        found.append(Remark(4, sentence, cap=True))
    if b"" in _responses(header):
        found.append(Remark(4, "an empty revocation response is stapled to the signature"))
    return found


def _unprotected(payload: bytes, limits: Limits) -> Mapping[Any, Any] | None:
    """Unsigned header of one tagged COSE_Sign1 of definite lengths, whatever the width of its numbers."""
    try:
        tag = cbor.decode(payload, max_depth=limits.cbor_depth, allow_indefinite=False)
    except MalformedError:
        return None
    match tag:
        case cbor.Tag(tag=cbor.TAG_COSE_SIGN1, value=(bytes(), Mapping() as header, None, bytes())):
            return header
        case _:
            return None


def _responses(header: Mapping[Any, Any]) -> tuple[Any, ...]:
    values = header.get("rVals")
    listed = values.get("ocspVals") if isinstance(values, Mapping) else ()
    return tuple(listed) if isinstance(listed, cbor.LISTS) else ()


def _blemish(header: Mapping[Any, Any]) -> str | None:
    """What the unsigned header holds that no rule allows, legacy shapes left out; or None.

    The judgement is that of :mod:`provkit.manifest.cose`, which reads an envelope as a whole: what
    is tolerated here is taken out first.
    """
    kept = dict(header)
    time = kept.pop(_LEGACY_TIME, None)
    if time is not None and not (isinstance(time, str) and _ISO_TIME.fullmatch(time)):
        return f"the unsigned {_LEGACY_TIME!r} of the signature is not a time"
    responses = _responses(kept)
    if b"" in responses:
        values = dict(kept.pop("rVals"))
        full = [response for response in responses if response != b""]
        if full:
            kept["rVals"] = {**values, "ocspVals": full}
        elif len(values) != 1:
            return "the unsigned 'rVals' of the signature is not of its form"
    return cose.stray_entries(kept)
