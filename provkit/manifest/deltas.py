"""What an ingredient assertion records about its ingredient, beside what is found today (C2PA 2.4 §15.11.3.3).

Whoever took an ingredient in wrote down what validation said then, also about its content, which
is not at hand any more.  What was wrong then is wrong today; what is wrong only today is worth a
word.  Other entries (``ingredientDeltas``) are about manifests that are validated here themselves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from provkit.codes import StatusCode, StatusKind
from provkit.manifest import cbor
from provkit.verdict import Status

if TYPE_CHECKING:
    from provkit.manifest.findings import Findings

JUDGED_ANEW: Final = frozenset(
    {
        StatusCode.SIGNING_CREDENTIAL_UNTRUSTED,
        StatusCode.SIGNING_CREDENTIAL_INVALID,
        StatusCode.CLAIM_SIGNATURE_OUTSIDE_VALIDITY,
    }
)
"""What is answered about a signer here, whatever others found with their lists, at their time."""
CHANGED_CONTENT: Final = frozenset(
    {
        StatusCode.ASSERTION_DATA_HASH_MISMATCH,
        StatusCode.ASSERTION_BMFF_HASH_MISMATCH,
        StatusCode.ASSERTION_BOXES_HASH_MISMATCH,
        StatusCode.ASSERTION_COLLECTION_HASH_MISMATCH,
    }
)
"""What is said of a content that does not fit its hash, in several wordings."""
CODES: Final = {code.value: code for code in StatusCode} | {
    # Written by c2pa-rs, and in no edition of the standard since 2.2.
    "signingCredential.expired": StatusCode.CLAIM_SIGNATURE_OUTSIDE_VALIDITY,
    "signingCredential.revoked": StatusCode.SIGNING_CREDENTIAL_OCSP_REVOKED,
    "signingCredential.ocsp.notRevoked": StatusCode.SIGNING_CREDENTIAL_OCSP_NOT_REVOKED,
    "claim.required.missing": StatusCode.CLAIM_MALFORMED,
    "assertion.required.missing": StatusCode.ASSERTION_MISSING,
    # Older spellings, kept in the results that ingredients carry.
    "claimSignature.outsideValidityPeriod": StatusCode.CLAIM_SIGNATURE_OUTSIDE_VALIDITY,
    "timestamp.mismatch": StatusCode.TIME_STAMP_MISMATCH,
    "timestamp.untrusted": StatusCode.TIME_STAMP_UNTRUSTED,
}
"""Status codes as others write them."""
_EXPLANATION_LENGTH: Final = 300
_NAMED: Final = 3


def recorded(ingredient: Any) -> tuple[Status, ...]:
    """Failures that an ingredient assertion itself records (C2PA 2.4 §18.16).

    Args:
        ingredient: content of the assertion, of any version.
    """
    fields = ingredient if isinstance(ingredient, cbor.MAPS) else {}
    results = fields.get("validationResults")
    active = results.get("activeManifest") if isinstance(results, cbor.MAPS) else None
    listed = active.get("failure") if isinstance(active, cbor.MAPS) else fields.get("validationStatus")
    found: list[Status] = []
    for entry in listed if isinstance(listed, cbor.LISTS) else ():
        written = entry.get("code") if isinstance(entry, cbor.MAPS) else None
        code = CODES.get(written, StatusCode.GENERAL_ERROR) if isinstance(written, str) else None
        if code is not None and code.kind is StatusKind.FAILURE:
            why = (
                "the content was changed before it was taken in"
                if code in CHANGED_CONTENT
                else one_line(str(written))
            )
            url = entry.get("url")
            found.append(Status(code, url if isinstance(url, str) else None, f"recorded: {why}"))
    return tuple(found)


def carry_over(ingredient: Any, findings: Findings) -> str | None:
    """Add what was recorded to what was found; what was found and not recorded, as one sentence.

    Args:
        ingredient: content of the ingredient assertion.
        findings: what validation of its manifest found, which grows.
    """
    then = recorded(ingredient)
    codes_then = {status.code for status in then}
    new = sorted(findings.failed - codes_then - JUDGED_ANEW)
    for status in then:
        if status.code not in JUDGED_ANEW and status.code not in findings.failed:
            findings.add(status.code, status.url, status.explanation)
    if not new:
        return None
    more = f" and {len(new) - _NAMED} more" if len(new) > _NAMED else ""
    return f"{', '.join(new[:_NAMED])}{more}, which was not recorded when it was taken in"


def one_line(text: str) -> str:
    """The first line of what somebody else wrote, cut to a length one can read."""
    if not text.isprintable():
        text = (text.splitlines() or [""])[0]
    return text[:_EXPLANATION_LENGTH]
