"""An authority for time stamps that makes every token, good and bad, part by part.

Other than :mod:`support.stamps`, which makes the same good tokens for vectors, this one signs with
any key and lets every part be replaced::

    Tsa.make("Ed25519").token(b"message", at)
    Tsa.make().token(b"message", at, info={"version": 2}, certificates=())
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from asn1crypto import algos, cms, core, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

from support.pki import DER, TIME_STAMPING, Authority, PrivateKey, make_ca, make_leaf

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

_HASHES: Final[dict[str, hashes.HashAlgorithm]] = {
    "sha1": hashes.SHA1(),
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}


def for_stamps(*more: str, critical: bool = True) -> tuple[x509.ExtensionType, bool]:
    """The extended key usage of an authority for time stamps, for `extra` of a certificate."""
    usage = x509.ExtendedKeyUsage([x509.ObjectIdentifier(oid) for oid in (TIME_STAMPING, *more)])
    return usage, critical


@dataclass(frozen=True)
class Tsa:
    """Certificate, key, and who issued it."""

    root: Authority
    issuer: Authority
    certificate: x509.Certificate
    key: PrivateKey

    @classmethod
    def make(cls, algorithm: str = "PS256", *, intermediate: bool = True, **leaf: Any) -> Tsa:
        """Root, intermediate, authority; `leaf` goes to :func:`support.pki.make_leaf`."""
        root = make_ca("Time Root", algorithm="ES256")
        issuer = make_ca("Time CA", issuer=root, algorithm="ES256") if intermediate else root
        options = {"common_name": "Time Stamper", "ekus": None, "extra": [for_stamps()], **leaf}
        certificate, key = make_leaf(issuer, algorithm=algorithm, **options)
        return cls(root, issuer, certificate, key)

    def with_certificate(self, certificate: x509.Certificate) -> Tsa:
        """The same key under another certificate."""
        return replace(self, certificate=certificate)

    def chain(self) -> tuple[bytes, ...]:
        """What tokens carry: DER, without the root."""
        own = self.certificate.public_bytes(DER)
        return (own,) if self.issuer is self.root else (own, self.issuer.der)

    def token(
        self,
        message: bytes,
        at: datetime,
        *,
        digest: str = "sha256",
        imprint: str = "sha256",
        pss: bool = False,
        named: str | None = None,
        info: Mapping[str, Any] | None = None,
        edit_attributes: Callable[[dict[str, Any]], dict[str, Any]] = lambda one: one,
        edit_signature: Callable[[bytes], bytes] = lambda one: one,
        signer: Mapping[str, Any] | None = None,
        signed: Mapping[str, Any] | None = None,
        certificates: Sequence[bytes] | None = None,
    ) -> bytes:
        """A bare TimeStampToken, DER.

        Args:
            message: what is stamped.
            at: ``genTime``, aware.
            digest: hash algorithm of the signature.
            imprint: hash algorithm of the imprint.
            pss: sign with PSS (RSA keys).
            named: signature algorithm as the token names it.
            info: fields of the TSTInfo to replace.
            edit_attributes: of the signed attributes, by name, before they are signed.
            edit_signature: after signing.
            signer: fields of the SignerInfo to replace.
            signed: fields of the SignedData to replace.
            certificates: DER, in place of :meth:`chain`.
        """
        stated = tsp.TSTInfo(
            {
                "version": "v1",
                "policy": "1.2.3.4",
                "message_imprint": {
                    "hash_algorithm": {"algorithm": imprint},
                    "hashed_message": hashlib.new(imprint, message).digest(),
                },
                "serial_number": 7,
                "gen_time": at,
                **(info or {}),
            }
        ).dump()
        own = asn1_x509.Certificate.load(self.certificate.public_bytes(DER))
        values = edit_attributes(
            {
                "content_type": "tst_info",
                "message_digest": hashlib.new(digest, stated).digest(),
                "signing_certificate_v2": {"certs": [{"cert_hash": hashlib.sha256(own.dump()).digest()}]},
            }
        )
        attributes = cms.CMSAttributes(
            [cms.CMSAttribute({"type": kind, "values": [value]}) for kind, value in values.items()]
        )
        content = cms.SignedData(
            {
                "version": "v3",
                "digest_algorithms": [{"algorithm": digest}],
                "encap_content_info": {
                    "content_type": "tst_info",
                    "content": core.ParsableOctetString(stated),
                },
                "certificates": [
                    asn1_x509.Certificate.load(der)
                    for der in (self.chain() if certificates is None else certificates)
                ],
                "signer_infos": [
                    {
                        "version": "v1",
                        "sid": cms.SignerIdentifier(
                            "issuer_and_serial_number",
                            {"issuer": own.issuer, "serial_number": own.serial_number},
                        ),
                        "digest_algorithm": {"algorithm": digest},
                        "signed_attrs": attributes,
                        "signature_algorithm": self._algorithm(digest, named, pss=pss),
                        "signature": edit_signature(self._sign(attributes.dump(), digest, pss=pss)),
                        **(signer or {}),
                    }
                ],
                **(signed or {}),
            }
        )
        return bytes(cms.ContentInfo({"content_type": "signed_data", "content": content}).dump())

    def _algorithm(self, digest: str, named: str | None, *, pss: bool) -> algos.SignedDigestAlgorithm:
        if pss:
            parameters = algos.RSASSAPSSParams(
                {
                    "hash_algorithm": {"algorithm": digest},
                    "mask_gen_algorithm": {"algorithm": "mgf1", "parameters": {"algorithm": digest}},
                    "salt_length": _HASHES[digest].digest_size,
                }
            )
            return algos.SignedDigestAlgorithm({"algorithm": "rsassa_pss", "parameters": parameters})
        if isinstance(self.key, ec.EllipticCurvePrivateKey):
            name = f"{digest}_ecdsa"
        else:
            name = "ed25519" if isinstance(self.key, ed25519.Ed25519PrivateKey) else f"{digest}_rsa"
        return algos.SignedDigestAlgorithm({"algorithm": named or name})

    def _sign(self, message: bytes, digest: str, *, pss: bool) -> bytes:
        hashed = _HASHES[digest]
        if isinstance(self.key, ec.EllipticCurvePrivateKey):
            return self.key.sign(message, ec.ECDSA(hashed))
        if isinstance(self.key, rsa.RSAPrivateKey):
            scheme = padding.PSS(padding.MGF1(hashed), hashed.digest_size) if pss else padding.PKCS1v15()
            return self.key.sign(message, scheme, hashed)
        if isinstance(self.key, ed25519.Ed25519PrivateKey):
            return self.key.sign(message)
        raise TypeError(type(self.key).__name__)


def response(token: bytes, **status: Any) -> bytes:
    """The TimeStampResp around a token; `status` are fields of the PKIStatusInfo."""
    return bytes(
        tsp.TimeStampResp(
            {"status": {"status": "granted", **status}, "time_stamp_token": cms.ContentInfo.load(token)}
        ).dump()
    )
