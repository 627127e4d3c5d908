"""Asking for a time stamp (RFC 3161 §2.4): the request, and the token in the answer.

Pure: who sends it is :class:`provkit.signers.authorities.TimeStampAuthority`.  The answer is only taken
out of its wrapping here; whether the token holds is for :mod:`.timestamp` to say.
"""

from __future__ import annotations

import hashlib
from typing import Any, ClassVar, Final

from asn1crypto import cms, core, tsp

from provkit.errors import FetchError
from provkit.trust.asn1_errors import ASN1_ERRORS

QUERY: Final = "application/timestamp-query"
REPLY: Final = "application/timestamp-reply"
_GRANTED: Final = frozenset({"granted", "granted_with_mods"})
_SAID: Final = 120
"""Characters of what an authority says that an error repeats."""


class _Reply(core.Sequence):  # type: ignore[misc]
    """TimeStampResp; asn1crypto's own wants a token also in a refusal."""

    _fields: ClassVar = [
        ("status", tsp.PKIStatusInfo),
        ("time_stamp_token", cms.ContentInfo, {"optional": True}),
    ]


def request(message: bytes, nonce: int) -> bytes:
    """A TimeStampReq for the SHA-256 of a message, DER; the answer has to bring its certificates (§10.3.2.5)."""
    return bytes(
        tsp.TimeStampReq(
            {
                "version": "v1",
                "message_imprint": {
                    "hash_algorithm": {"algorithm": "sha256"},
                    "hashed_message": hashlib.sha256(message).digest(),
                },
                "nonce": nonce,
                "cert_req": True,
            }
        ).dump()
    )


def opened(reply: bytes, nonce: int) -> bytes:
    """The bare token of a TimeStampResp that answers a request with this nonce.

    Raises:
        FetchError: the authority refuses, or answers something else than was asked.
    """
    try:
        response = _Reply.load(reply, strict=True)
        status = response["status"]
        if status["status"].native not in _GRANTED:
            raise FetchError(f"the time-stamp authority refuses: {_reason(status)}")
        content = response["time_stamp_token"]
        info = content["content"]["encap_content_info"]["content"]
        stated = tsp.TSTInfo.load(bytes(info), strict=True)["nonce"].native
        token: bytes = content.dump()
    except ASN1_ERRORS:
        raise FetchError("the time-stamp authority does not answer in the form of RFC 3161") from None
    if stated != nonce:
        raise FetchError("the time-stamp authority answers another request: its nonce differs")
    return token


def _reason(status: Any) -> str:
    texts = status["status_string"].native or ()
    failure = status["fail_info"].native or ()
    said = "; ".join([str(status["status"].native), *sorted(map(str, failure)), *map(str, texts)])
    return "".join(one if one.isprintable() else "?" for one in said)[:_SAID]
