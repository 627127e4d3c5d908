"""Validation status codes of C2PA 2.4 §15.2.2.3, spelled as in its tables."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class StatusKind(StrEnum):
    """The three kinds of §15.2.1."""

    SUCCESS = "success"
    INFORMATIONAL = "informational"
    FAILURE = "failure"


class StatusCode(StrEnum):
    """One code; the comment lines group them by kind."""

    kind: StatusKind

    # success
    ASSERTION_ACCESSIBLE = "assertion.accessible"
    ASSERTION_ALTERNATIVE_CONTENT_REPRESENTATION_MATCH = "assertion.alternativeContentRepresentation.match"
    ASSERTION_BMFF_HASH_MATCH = "assertion.bmffHash.match"
    ASSERTION_BOXES_HASH_MATCH = "assertion.boxesHash.match"
    ASSERTION_COLLECTION_HASH_MATCH = "assertion.collectionHash.match"
    ASSERTION_DATA_HASH_MATCH = "assertion.dataHash.match"
    ASSERTION_HASHED_URI_MATCH = "assertion.hashedURI.match"
    ASSERTION_MULTI_ASSET_HASH_MATCH = "assertion.multiAssetHash.match"
    CLAIM_SIGNATURE_INSIDE_VALIDITY = "claimSignature.insideValidity"
    CLAIM_SIGNATURE_VALIDATED = "claimSignature.validated"
    INGREDIENT_CLAIM_SIGNATURE_VALIDATED = "ingredient.claimSignature.validated"
    INGREDIENT_MANIFEST_VALIDATED = "ingredient.manifest.validated"
    SIGNING_CREDENTIAL_OCSP_NOT_REVOKED = "signingCredential.ocsp.notRevoked"
    SIGNING_CREDENTIAL_TRUSTED = "signingCredential.trusted"
    TIME_STAMP_TRUSTED = "timeStamp.trusted"
    TIME_STAMP_VALIDATED = "timeStamp.validated"
    # informational
    ALGORITHM_DEPRECATED = "algorithm.deprecated"
    ASSERTION_BMFF_HASH_ADDITIONAL_EXCLUSIONS_PRESENT = "assertion.bmffHash.additionalExclusionsPresent"
    ASSERTION_BOXES_HASH_ADDITIONAL_EXCLUSIONS_PRESENT = "assertion.boxesHash.additionalExclusionsPresent"
    ASSERTION_DATA_HASH_ADDITIONAL_EXCLUSIONS_PRESENT = "assertion.dataHash.additionalExclusionsPresent"
    INGREDIENT_UNKNOWN_PROVENANCE = "ingredient.unknownProvenance"
    SIGNING_CREDENTIAL_OCSP_INACCESSIBLE = "signingCredential.ocsp.inaccessible"
    SIGNING_CREDENTIAL_OCSP_SKIPPED = "signingCredential.ocsp.skipped"
    SIGNING_CREDENTIAL_OCSP_UNKNOWN = "signingCredential.ocsp.unknown"
    TIME_OF_SIGNING_INSIDE_VALIDITY = "timeOfSigning.insideValidity"
    TIME_OF_SIGNING_OUTSIDE_VALIDITY = "timeOfSigning.outsideValidity"
    TIME_STAMP_CREDENTIAL_INVALID = "timeStamp.credentialInvalid"
    TIME_STAMP_MALFORMED = "timeStamp.malformed"
    TIME_STAMP_MISMATCH = "timeStamp.mismatch"
    TIME_STAMP_OUTSIDE_VALIDITY = "timeStamp.outsideValidity"
    TIME_STAMP_UNTRUSTED = "timeStamp.untrusted"
    # failure
    ALGORITHM_UNSUPPORTED = "algorithm.unsupported"
    ASSERTION_ACTION_INGREDIENT_MISMATCH = "assertion.action.ingredientMismatch"
    ASSERTION_ACTION_MALFORMED = "assertion.action.malformed"
    ASSERTION_ACTION_REDACTED = "assertion.action.redacted"
    ASSERTION_ACTION_REDACTION_MISMATCH = "assertion.action.redactionMismatch"
    ASSERTION_ACTION_SOFT_BINDING_MISSING = "assertion.action.softBindingMissing"
    ASSERTION_BMFF_HASH_MALFORMED = "assertion.bmffHash.malformed"
    ASSERTION_BMFF_HASH_MISMATCH = "assertion.bmffHash.mismatch"
    ASSERTION_BOXES_HASH_MALFORMED = "assertion.boxesHash.malformed"
    ASSERTION_BOXES_HASH_MISMATCH = "assertion.boxesHash.mismatch"
    ASSERTION_BOXES_HASH_UNKNOWN_BOX = "assertion.boxesHash.unknownBox"
    ASSERTION_CBOR_INVALID = "assertion.cbor.invalid"
    ASSERTION_CLOUD_DATA_ACTIONS = "assertion.cloud-data.actions"
    ASSERTION_CLOUD_DATA_HARD_BINDING = "assertion.cloud-data.hardBinding"
    ASSERTION_CLOUD_DATA_LABEL_MISMATCH = "assertion.cloud-data.labelMismatch"
    ASSERTION_CLOUD_DATA_MALFORMED = "assertion.cloud-data.malformed"
    ASSERTION_COLLECTION_HASH_INCORRECT_FILE_COUNT = "assertion.collectionHash.incorrectFileCount"
    ASSERTION_COLLECTION_HASH_INVALID_URI = "assertion.collectionHash.invalidURI"
    ASSERTION_COLLECTION_HASH_MALFORMED = "assertion.collectionHash.malformed"
    ASSERTION_COLLECTION_HASH_MISMATCH = "assertion.collectionHash.mismatch"
    ASSERTION_DATA_HASH_MALFORMED = "assertion.dataHash.malformed"
    ASSERTION_DATA_HASH_MISMATCH = "assertion.dataHash.mismatch"
    ASSERTION_DATA_HASH_REDACTED = "assertion.dataHash.redacted"
    ASSERTION_EXTERNAL_REFERENCE_CREATED = "assertion.external-reference.created"
    ASSERTION_EXTERNAL_REFERENCE_HASH_MISMATCH = "assertion.external-reference.hashMismatch"
    ASSERTION_EXTERNAL_REFERENCE_LABEL_MISMATCH = "assertion.external-reference.labelMismatch"
    ASSERTION_EXTERNAL_REFERENCE_MALFORMED = "assertion.external-reference.malformed"
    ASSERTION_HARD_BINDING_REDACTED = "assertion.hardBinding.redacted"
    ASSERTION_HASHED_URI_MISMATCH = "assertion.hashedURI.mismatch"
    ASSERTION_INACCESSIBLE = "assertion.inaccessible"
    ASSERTION_INGREDIENT_MALFORMED = "assertion.ingredient.malformed"
    ASSERTION_JSON_INVALID = "assertion.json.invalid"
    ASSERTION_MISSING = "assertion.missing"
    ASSERTION_MULTI_ASSET_HASH_MALFORMED = "assertion.multiAssetHash.malformed"
    ASSERTION_MULTI_ASSET_HASH_MISSING_PART = "assertion.multiAssetHash.missingPart"
    ASSERTION_MULTI_ASSET_HASH_MISMATCH = "assertion.multiAssetHash.mismatch"
    ASSERTION_MULTIPLE_HARD_BINDINGS = "assertion.multipleHardBindings"
    ASSERTION_NOT_REDACTED = "assertion.notRedacted"
    ASSERTION_OUTSIDE_MANIFEST = "assertion.outsideManifest"
    ASSERTION_SELF_REDACTED = "assertion.selfRedacted"
    ASSERTION_TIMESTAMP_MALFORMED = "assertion.timestamp.malformed"
    ASSERTION_UNDECLARED = "assertion.undeclared"
    CLAIM_CBOR_INVALID = "claim.cbor.invalid"
    CLAIM_HARD_BINDINGS_MISSING = "claim.hardBindings.missing"
    CLAIM_MALFORMED = "claim.malformed"
    CLAIM_MISSING = "claim.missing"
    CLAIM_MULTIPLE = "claim.multiple"
    CLAIM_SIGNATURE_MISMATCH = "claimSignature.mismatch"
    CLAIM_SIGNATURE_MISSING = "claimSignature.missing"
    CLAIM_SIGNATURE_OUTSIDE_VALIDITY = "claimSignature.outsideValidity"
    GENERAL_ERROR = "general.error"
    HASHED_URI_MISMATCH = "hashedURI.mismatch"
    HASHED_URI_MISSING = "hashedURI.missing"
    INGREDIENT_CLAIM_SIGNATURE_MISMATCH = "ingredient.claimSignature.mismatch"
    INGREDIENT_CLAIM_SIGNATURE_MISSING = "ingredient.claimSignature.missing"
    INGREDIENT_MANIFEST_MISMATCH = "ingredient.manifest.mismatch"
    INGREDIENT_MANIFEST_MISSING = "ingredient.manifest.missing"
    MANIFEST_COMPRESSED_INVALID = "manifest.compressed.invalid"
    MANIFEST_HTML_MULTIPLE_MANIFESTS = "manifest.html.multipleManifests"
    MANIFEST_INACCESSIBLE = "manifest.inaccessible"
    MANIFEST_MULTIPLE_PARENTS = "manifest.multipleParents"
    MANIFEST_STRUCTURED_TEXT_EMPTY_REFERENCE = "manifest.structuredText.emptyReference"
    MANIFEST_STRUCTURED_TEXT_MALFORMED_REFERENCE = "manifest.structuredText.malformedReference"
    MANIFEST_STRUCTURED_TEXT_MULTIPLE_REFERENCES = "manifest.structuredText.multipleReferences"
    MANIFEST_STRUCTURED_TEXT_NO_MANIFEST = "manifest.structuredText.noManifest"
    MANIFEST_STRUCTURED_TEXT_NO_RESOLUTION_PATH = "manifest.structuredText.noResolutionPath"
    MANIFEST_TEXT_CORRUPTED_WRAPPER = "manifest.text.corruptedWrapper"
    MANIFEST_TEXT_MULTIPLE_WRAPPERS = "manifest.text.multipleWrappers"
    MANIFEST_TIMESTAMP_INVALID = "manifest.timestamp.invalid"
    MANIFEST_TIMESTAMP_WRONG_PARENTS = "manifest.timestamp.wrongParents"
    MANIFEST_UPDATE_INVALID = "manifest.update.invalid"
    MANIFEST_UPDATE_WRONG_PARENTS = "manifest.update.wrongParents"
    SIGNING_CREDENTIAL_INVALID = "signingCredential.invalid"
    SIGNING_CREDENTIAL_OCSP_REVOKED = "signingCredential.ocsp.revoked"
    SIGNING_CREDENTIAL_UNTRUSTED = "signingCredential.untrusted"


_SUCCESS: Final = frozenset(
    {
        StatusCode.ASSERTION_ACCESSIBLE,
        StatusCode.ASSERTION_ALTERNATIVE_CONTENT_REPRESENTATION_MATCH,
        StatusCode.ASSERTION_BMFF_HASH_MATCH,
        StatusCode.ASSERTION_BOXES_HASH_MATCH,
        StatusCode.ASSERTION_COLLECTION_HASH_MATCH,
        StatusCode.ASSERTION_DATA_HASH_MATCH,
        StatusCode.ASSERTION_HASHED_URI_MATCH,
        StatusCode.ASSERTION_MULTI_ASSET_HASH_MATCH,
        StatusCode.CLAIM_SIGNATURE_INSIDE_VALIDITY,
        StatusCode.CLAIM_SIGNATURE_VALIDATED,
        StatusCode.INGREDIENT_CLAIM_SIGNATURE_VALIDATED,
        StatusCode.INGREDIENT_MANIFEST_VALIDATED,
        StatusCode.SIGNING_CREDENTIAL_OCSP_NOT_REVOKED,
        StatusCode.SIGNING_CREDENTIAL_TRUSTED,
        StatusCode.TIME_STAMP_TRUSTED,
        StatusCode.TIME_STAMP_VALIDATED,
    }
)

_INFORMATIONAL: Final = frozenset(
    {
        StatusCode.ALGORITHM_DEPRECATED,
        StatusCode.ASSERTION_BMFF_HASH_ADDITIONAL_EXCLUSIONS_PRESENT,
        StatusCode.ASSERTION_BOXES_HASH_ADDITIONAL_EXCLUSIONS_PRESENT,
        StatusCode.ASSERTION_DATA_HASH_ADDITIONAL_EXCLUSIONS_PRESENT,
        StatusCode.INGREDIENT_UNKNOWN_PROVENANCE,
        StatusCode.SIGNING_CREDENTIAL_OCSP_INACCESSIBLE,
        StatusCode.SIGNING_CREDENTIAL_OCSP_SKIPPED,
        StatusCode.SIGNING_CREDENTIAL_OCSP_UNKNOWN,
        StatusCode.TIME_OF_SIGNING_INSIDE_VALIDITY,
        StatusCode.TIME_OF_SIGNING_OUTSIDE_VALIDITY,
        StatusCode.TIME_STAMP_CREDENTIAL_INVALID,
        StatusCode.TIME_STAMP_MALFORMED,
        StatusCode.TIME_STAMP_MISMATCH,
        StatusCode.TIME_STAMP_OUTSIDE_VALIDITY,
        StatusCode.TIME_STAMP_UNTRUSTED,
    }
)


for _code in StatusCode:
    _code.kind = (
        StatusKind.SUCCESS
        if _code in _SUCCESS
        else StatusKind.INFORMATIONAL
        if _code in _INFORMATIONAL
        else StatusKind.FAILURE
    )
