"""Every status code in plain words: what it means, what usually causes it, what to do.

The table of failures is in :mod:`.explained_failures`; :data:`EXPLANATIONS` has all of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from provkit.codes import StatusCode as C
from provkit.report.explained_failures import FAILURES

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Explanation:
    """What is known about one code."""

    meaning: str
    """What the check found."""
    causes: str
    """How files come to be like that."""
    action: str
    """What whoever meets it can do."""


_NOTHING: Final = "Nothing: this is how it should be."
_STAPLE: Final = "Nothing, unless your policy asks for proof; then ask the signer to staple an OCSP response."
_STAMP: Final = "The time stays a claim of the signer; ask the signer for a time stamp of a listed authority."

_SUCCESS: Final = {
    C.ASSERTION_ACCESSIBLE: (
        "An assertion that is kept elsewhere could be fetched.",
        "The signer put a large assertion on a server and it is still there.",
        _NOTHING,
    ),
    C.ASSERTION_ALTERNATIVE_CONTENT_REPRESENTATION_MATCH: (
        "Another rendition of the content has the hash the manifest gives for it.",
        "The signer bound several renditions, and this one is unchanged.",
        _NOTHING,
    ),
    C.ASSERTION_BMFF_HASH_MATCH: (
        "The boxes of the video or image file are as they were signed.",
        "Nothing covered by the hash was changed.",
        _NOTHING,
    ),
    C.ASSERTION_BOXES_HASH_MATCH: (
        "The listed parts of the file are as they were signed.",
        "Nothing covered by the hash was changed.",
        _NOTHING,
    ),
    C.ASSERTION_COLLECTION_HASH_MATCH: (
        "Every file of the collection is as it was signed.",
        "No file was changed, added or lost.",
        _NOTHING,
    ),
    C.ASSERTION_DATA_HASH_MATCH: (
        "The content is, byte for byte, the content that was signed.",
        "Nothing outside the credential was changed.",
        _NOTHING,
    ),
    C.ASSERTION_HASHED_URI_MATCH: (
        "An assertion is the one the claim lists.",
        "Nobody changed the statement after it was signed.",
        _NOTHING,
    ),
    C.ASSERTION_MULTI_ASSET_HASH_MATCH: (
        "Each part of a file made of several assets is as it was signed.",
        "Nothing covered by the hash was changed.",
        _NOTHING,
    ),
    C.CLAIM_SIGNATURE_INSIDE_VALIDITY: (
        "The signer's certificate was within its dates at the time that counts.",
        "That time is the time stamp where a trusted one is there, else now.",
        _NOTHING,
    ),
    C.CLAIM_SIGNATURE_VALIDATED: (
        "The claim was signed with the key that belongs to the certificate.",
        "Nobody changed the claim after it was signed.",
        _NOTHING,
    ),
    C.INGREDIENT_CLAIM_SIGNATURE_VALIDATED: (
        "The signature box of an ingredient's manifest has the hash that was recorded.",
        "The ingredient's manifest travelled along unchanged.",
        _NOTHING,
    ),
    C.INGREDIENT_MANIFEST_VALIDATED: (
        "The manifest of an ingredient has the hash that was recorded.",
        "The ingredient's manifest travelled along unchanged.",
        _NOTHING,
    ),
    C.SIGNING_CREDENTIAL_OCSP_NOT_REVOKED: (
        "The certification authority said that the certificate was not revoked.",
        "An OCSP response came with the signature, or was fetched.",
        _NOTHING,
    ),
    C.SIGNING_CREDENTIAL_TRUSTED: (
        "A trust list vouches for the signer.",
        "The certificate chains to a listed authority, or is itself on an allowed list.",
        "Nothing. It says who signed, not that what was stated is true.",
    ),
    C.TIME_STAMP_TRUSTED: (
        "A listed time-stamp authority vouches for the time of signing.",
        "The signer had the signature stamped when it was made.",
        _NOTHING,
    ),
    C.TIME_STAMP_VALIDATED: (
        "The time stamp belongs to this signature and is intact.",
        "The stamp covers these bytes and its own signature holds.",
        _NOTHING,
    ),
}

_INFORMATIONAL: Final = {
    C.ALGORITHM_DEPRECATED: (
        "An algorithm was used that the standard no longer wants to see in new files.",
        "The file is old, or was made with an old program.",
        "It still counts. Signers: choose a current algorithm.",
    ),
    C.ASSERTION_BMFF_HASH_ADDITIONAL_EXCLUSIONS_PRESENT: (
        "The hash leaves out boxes beyond those that must be left out.",
        "Some programs exclude boxes that they change later.",
        "Remember that what is left out is not covered by the signature.",
    ),
    C.ASSERTION_BOXES_HASH_ADDITIONAL_EXCLUSIONS_PRESENT: (
        "The hash leaves out parts of the file beyond the credential.",
        "Some programs exclude metadata that they change later.",
        "Remember that what is left out is not covered by the signature.",
    ),
    C.ASSERTION_DATA_HASH_ADDITIONAL_EXCLUSIONS_PRESENT: (
        "The hash leaves out byte ranges beyond the credential.",
        "Some programs exclude metadata that they change later.",
        "Remember that what is left out is not covered by the signature.",
    ),
    C.INGREDIENT_UNKNOWN_PROVENANCE: (
        "An ingredient came without a credential of its own.",
        "Most content in the world has none.",
        "Nothing. It is no finding about the ingredient.",
    ),
    C.SIGNING_CREDENTIAL_OCSP_INACCESSIBLE: (
        "The authority could not be asked whether the certificate is revoked.",
        "No network, or the responder did not answer.",
        _STAPLE,
    ),
    C.SIGNING_CREDENTIAL_OCSP_SKIPPED: (
        "Nobody looked whether the certificate is revoked.",
        "No OCSP response came with the signature, and provkit opens no connection.",
        _STAPLE,
    ),
    C.SIGNING_CREDENTIAL_OCSP_UNKNOWN: (
        "The authority's OCSP answer says nothing about this certificate.",
        "The responder does not know the certificate, or the response is for another time.",
        _STAPLE,
    ),
    C.TIME_OF_SIGNING_INSIDE_VALIDITY: (
        "The time the signer states lies within the dates of the certificate.",
        "The usual case.",
        _NOTHING,
    ),
    C.TIME_OF_SIGNING_OUTSIDE_VALIDITY: (
        "The time the signer states lies outside the dates of the certificate.",
        "A wrong clock, or a time that somebody made up.",
        "Do not rely on the stated time.",
    ),
    C.TIME_STAMP_CREDENTIAL_INVALID: (
        "The certificate of the time-stamp authority may not be used for time stamps.",
        "It lacks the usage for time-stamping, or breaks another rule for such certificates.",
        _STAMP,
    ),
    C.TIME_STAMP_MALFORMED: (
        "The time stamp cannot be read.",
        "It was damaged, or the program that wrote it made a mistake.",
        _STAMP,
    ),
    C.TIME_STAMP_MISMATCH: (
        "The time stamp was made for other bytes.",
        "It was copied from another file, or the claim was signed again without a new stamp.",
        _STAMP,
    ),
    C.TIME_STAMP_OUTSIDE_VALIDITY: (
        "The time in the stamp lies outside the dates of the authority's certificate.",
        "The authority stamped with an expired certificate, or its clock was wrong.",
        _STAMP,
    ),
    C.TIME_STAMP_UNTRUSTED: (
        "The time stamp is intact, but its authority is on no list that was consulted.",
        "A free or private authority, or a list that is out of date.",
        "If you know the authority, add its certificate with --tsa-trust.",
    ),
}

EXPLANATIONS: Final[Mapping[C, Explanation]] = MappingProxyType(
    {code: Explanation(*words) for code, words in {**_SUCCESS, **_INFORMATIONAL, **FAILURES}.items()}
)
"""An explanation for every status code of C2PA 2.4."""

__all__ = ["EXPLANATIONS", "Explanation"]
