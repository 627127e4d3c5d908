"""Extended key usages that matter here, dotted (C2PA 2.4 §14.4.1, RFC 5280 §4.2.1.12)."""

from __future__ import annotations

from typing import Final

CLAIM_SIGNING: Final = "1.3.6.1.4.1.62558.2.1"
"""``c2pa-kp-claimSigning``."""
EMAIL_PROTECTION: Final = "1.3.6.1.5.5.7.3.4"
DOCUMENT_SIGNING: Final = "1.3.6.1.5.5.7.3.36"
MICROSOFT_C2PA: Final = "1.3.6.1.4.1.311.76.59.1.9"
"""Microsoft's own, in use before the C2PA one was assigned."""
TIME_STAMPING: Final = "1.3.6.1.5.5.7.3.8"
OCSP_SIGNING: Final = "1.3.6.1.5.5.7.3.9"
ANY: Final = "2.5.29.37.0"
"""``anyExtendedKeyUsage``."""

CLAIM_SIGNER_EKUS: Final = frozenset({CLAIM_SIGNING, EMAIL_PROTECTION, DOCUMENT_SIGNING, MICROSOFT_C2PA})
"""Usages accepted of a claim signer, as in the store configuration of the public verifier."""
