"""Failure codes of C2PA 2.4 §15.2.2 that many vectors ask for."""

from __future__ import annotations

from typing import Final

MISMATCH: Final = "assertion.dataHash.mismatch"
MALFORMED: Final = "assertion.dataHash.malformed"
ACTION: Final = "assertion.action.malformed"
HASHED: Final = "assertion.hashedURI.mismatch"
OUTSIDE_VALIDITY: Final = "claimSignature.outsideValidity"
SIGNATURE: Final = "claimSignature.mismatch"
CBOR: Final = "claim.cbor.invalid"
CLAIM: Final = "claim.malformed"
CREDENTIAL: Final = "signingCredential.invalid"
UNSUPPORTED: Final = "algorithm.unsupported"
GENERAL: Final = "general.error"
CORRUPTED: Final = "manifest.text.corruptedWrapper"
MULTIPLE: Final = "manifest.text.multipleWrappers"
P256: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Order of the curve: of a signature (r, s), (r, order - s) is one too."""
