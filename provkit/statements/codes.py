"""Status codes of identity assertions (CAWG identity 1.2 and 1.3), spelled as there.

They stand beside those of C2PA, never among them: what becomes of an identity changes no state.
"""

from __future__ import annotations

from enum import StrEnum

from provkit.codes import StatusKind


class IdentityCode(StrEnum):
    """One code; the comment lines group them by kind."""

    kind: StatusKind

    # success
    WELL_FORMED = "cawg.identity.well-formed"
    SIGNATURE_VALIDATED = "cawg.x509.signature.validated"
    INSIDE_VALIDITY = "cawg.x509.signature.inside_validity"
    CREDENTIAL_TRUSTED = "cawg.x509.credential.trusted"
    # informational
    NETWORK_BLOCKED = "cawg.identity.network_traffic_blocked"
    SIG_TYPE_UNKNOWN = "cawg.identity.sig_type.unknown"
    CREDENTIAL_UNTRUSTED = "cawg.x509.credential.untrusted"
    # failure
    CBOR_INVALID = "cawg.identity.cbor.invalid"
    PAD_INVALID = "cawg.identity.pad.invalid"
    ASSERTION_MISMATCH = "cawg.identity.assertion.mismatch"
    ASSERTION_DUPLICATE = "cawg.identity.assertion.duplicate"
    HARD_BINDING_MISSING = "cawg.identity.hard_binding_missing"
    CREDENTIAL_REVOKED = "cawg.identity.credential_revoked"
    EXPECTED_CLAIM_MISMATCH = "cawg.identity.expected_partial_claim.mismatch"
    EXPECTED_GENERATOR_MISMATCH = "cawg.identity.expected_claim_generator.mismatch"
    EXPECTED_COUNTERSIGNER_MISSING = "cawg.identity.expected_countersigner.missing"
    UNEXPECTED_COUNTERSIGNER = "cawg.identity.unexpected_countersigner"
    ALGORITHM_UNSUPPORTED = "cawg.x509.algorithm.unsupported"
    SIGNATURE_MISMATCH = "cawg.x509.signature.mismatch"
    OUTSIDE_VALIDITY = "cawg.x509.signature.outside_validity"
    CREDENTIAL_INVALID = "cawg.x509.credential.invalid"


for _code in IdentityCode:
    _code.kind = StatusKind.FAILURE
for _code in (
    IdentityCode.WELL_FORMED,
    IdentityCode.SIGNATURE_VALIDATED,
    IdentityCode.INSIDE_VALIDITY,
    IdentityCode.CREDENTIAL_TRUSTED,
):
    _code.kind = StatusKind.SUCCESS
for _code in (IdentityCode.NETWORK_BLOCKED, IdentityCode.SIG_TYPE_UNKNOWN, IdentityCode.CREDENTIAL_UNTRUSTED):
    _code.kind = StatusKind.INFORMATIONAL
