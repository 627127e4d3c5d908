"""Time-stamp tokens and revocation responses for tests, good and bad, always the same bytes.

Both are signed by RSA with PKCS #1 v1.5 padding, which has no randomness.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from asn1crypto import algos, cms, core, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509 import ocsp

from support import pki

if TYPE_CHECKING:
    from collections.abc import Sequence

POLICY: Final = "1.3.6.1.4.1.58888.1"
_SHA256: Final = {"algorithm": "sha256"}


@dataclass(frozen=True)
class Stamper:
    """An authority for time stamps, or a responder: certificate, key, and what is sent along."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey
    more: tuple[x509.Certificate, ...] = ()
    """Certificates up the chain that tokens carry."""

    @classmethod
    def load(cls, chain_pem: bytes, key_pem: bytes) -> Stamper:
        """From PEM; the key is not encrypted."""
        key = serialization.load_pem_private_key(key_pem, None)
        if not isinstance(key, rsa.RSAPrivateKey):
            raise TypeError(type(key).__name__)
        first, *more = x509.load_pem_x509_certificates(chain_pem)
        return cls(first, key, tuple(more))

    def sign(self, message: bytes) -> bytes:
        """PKCS #1 v1.5 over SHA-256."""
        return self.key.sign(message, padding.PKCS1v15(), hashes.SHA256())


def token(stamper: Stamper, message: bytes, at: datetime, *, serial: int = 1) -> bytes:
    """A bare TimeStampToken (RFC 3161) over `message`, DER.

    Args:
        stamper: signs it.
        message: what is stamped; its SHA-256 goes into the token.
        at: time in the token, aware.
        serial: of the token.
    """
    info = tsp.TSTInfo(
        {
            "version": "v1",
            "policy": POLICY,
            "message_imprint": {
                "hash_algorithm": _SHA256,
                "hashed_message": hashlib.sha256(message).digest(),
            },
            "serial_number": serial,
            "gen_time": at.astimezone(UTC),
            "ordering": False,
        }
    ).dump()
    own = asn1_x509.Certificate.load(stamper.certificate.public_bytes(pki.DER))
    certificates = [
        own,
        *(asn1_x509.Certificate.load(more.public_bytes(pki.DER)) for more in stamper.more),
    ]
    attributes = cms.CMSAttributes(
        [
            _attribute("content_type", "tst_info"),
            _attribute("message_digest", hashlib.sha256(info).digest()),
            _attribute(
                "signing_certificate_v2",
                tsp.SigningCertificateV2({"certs": [{"cert_hash": hashlib.sha256(own.dump()).digest()}]}),
            ),
        ]
    )
    signer = cms.SignerInfo(
        {
            "version": "v1",
            "sid": cms.SignerIdentifier(
                "issuer_and_serial_number",
                cms.IssuerAndSerialNumber({"issuer": own.issuer, "serial_number": own.serial_number}),
            ),
            "digest_algorithm": _SHA256,
            "signed_attrs": attributes,
            "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": "sha256_rsa"}),
            "signature": stamper.sign(attributes.dump()),
        }
    )
    signed = cms.SignedData(
        {
            "version": "v3",
            "digest_algorithms": [_SHA256],
            "encap_content_info": {
                "content_type": "tst_info",
                "content": core.ParsableOctetString(info),
            },
            "certificates": sorted(certificates, key=lambda one: bytes(one.dump())),
            "signer_infos": [signer],
        }
    )
    return bytes(cms.ContentInfo({"content_type": "signed_data", "content": signed}).dump())


def _attribute(kind: str, value: Any) -> cms.CMSAttribute:
    return cms.CMSAttribute({"type": kind, "values": [value]})


def response(
    responder: Stamper,
    certificate: x509.Certificate,
    issuer: x509.Certificate,
    updates: Sequence[datetime],
    *,
    revoked: datetime | None = None,
    reason: x509.ReasonFlags | None = x509.ReasonFlags.key_compromise,
) -> bytes:
    """An OCSP response (RFC 6960) about a certificate, DER.

    Args:
        responder: signs it; delegated by the issuer.
        certificate: what it is about.
        issuer: of that certificate.
        updates: ``thisUpdate`` and ``nextUpdate``, aware.
        revoked: since when it is revoked; None says that it is good.
        reason: why it is revoked.
    """
    this, following = updates
    builder = (
        ocsp.OCSPResponseBuilder()
        .add_response(
            cert=certificate,
            issuer=issuer,
            algorithm=hashes.SHA1(),
            cert_status=ocsp.OCSPCertStatus.REVOKED if revoked else ocsp.OCSPCertStatus.GOOD,
            this_update=this,
            next_update=following,
            revocation_time=revoked,
            revocation_reason=reason if revoked else None,
        )
        .responder_id(ocsp.OCSPResponderEncoding.HASH, responder.certificate)
        .certificates([responder.certificate])
    )
    return builder.sign(responder.key, hashes.SHA256()).public_bytes(pki.DER)
