"""A small public-key infrastructure for tests: root, intermediate, leaf, and every way to get it wrong.

    pki = Pki.make()                              # ES256 throughout, valid
    pki = Pki.make(algorithm="Ed25519", expired=True)
    pki.chain_pem, pki.key_pem, pki.root_pem      # what a signer and a store take
    pki.chain                                     # DER, leaf first

Keys are made once per process and kind: tests need many certificates and few keys.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, padding, rsa
from cryptography.x509.oid import NameOID

if TYPE_CHECKING:
    from collections.abc import Sequence

NOW: Final = datetime(2026, 6, 1, 12, 0, 30, tzinfo=UTC)
"""The present in tests: inside the validity of everything that is not expired."""

EMAIL: Final = "1.3.6.1.5.5.7.3.4"
CLAIM_SIGNING: Final = "1.3.6.1.4.1.62558.2.1"
ANY_EKU: Final = "2.5.29.37.0"
SERVER_AUTH: Final = "1.3.6.1.5.5.7.3.1"
TIME_STAMPING: Final = "1.3.6.1.5.5.7.3.8"
OCSP_SIGNING: Final = "1.3.6.1.5.5.7.3.9"
PEM: Final = serialization.Encoding.PEM
DER: Final = serialization.Encoding.DER

PrivateKey = (
    ec.EllipticCurvePrivateKey
    | rsa.RSAPrivateKey
    | ed25519.Ed25519PrivateKey
    | ed448.Ed448PrivateKey
    | dsa.DSAPrivateKey
)


@lru_cache(maxsize=64)
def key_for(kind: str, owner: str = "leaf") -> PrivateKey:
    """A private key, the same for the same arguments.

    Args:
        kind: a COSE algorithm, or ``RSA1024``, ``P224``, ``secp256k1``, ``Ed448``, ``DSA``.
        owner: different owners have different keys.
    """
    curves: dict[str, ec.EllipticCurve] = {
        "ES256": ec.SECP256R1(),
        "ES384": ec.SECP384R1(),
        "ES512": ec.SECP521R1(),
        "P224": ec.SECP224R1(),
        "secp256k1": ec.SECP256K1(),
    }
    if kind in curves:
        return ec.generate_private_key(curves[kind])
    if kind in {"PS256", "PS384", "PS512"}:
        return rsa.generate_private_key(65537, 2048)
    if kind == "RSA1024":
        return rsa.generate_private_key(65537, 1024)
    if kind == "Ed25519":
        return ed25519.Ed25519PrivateKey.generate()
    if kind == "Ed448":
        return ed448.Ed448PrivateKey.generate()
    if kind == "DSA":
        return dsa.generate_private_key(2048)
    raise ValueError(kind)


def name(common_name: str, *, organization: str | None = "Test Org", unit: str | None = None) -> x509.Name:
    """A subject; O is left out when None."""
    parts = [(NameOID.COMMON_NAME, common_name)]
    if organization is not None:
        parts.append((NameOID.ORGANIZATION_NAME, organization))
    if unit is not None:
        parts.append((NameOID.ORGANIZATIONAL_UNIT_NAME, unit))
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in parts])


def key_usage(*, digital_signature: bool = False, cert_sign: bool = False) -> x509.KeyUsage:
    """Key usage; a combination of none allows key encipherment."""
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=False,
        key_encipherment=not (digital_signature or cert_sign),
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=cert_sign,
        crl_sign=cert_sign,
        encipher_only=False,
        decipher_only=False,
    )


@dataclass(frozen=True)
class Authority:
    """A certificate that issues others, and its key."""

    certificate: x509.Certificate
    key: PrivateKey

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(DER)

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(PEM)


def make_ca(
    common_name: str = "Test Root",
    *,
    issuer: Authority | None = None,
    algorithm: str = "ES256",
    path_length: int | None = None,
    start: datetime = NOW - timedelta(days=400),
    end: datetime = NOW + timedelta(days=4000),
    ca: bool = True,
    cert_sign: bool = True,
    ekus: Sequence[str] = (),
    pss: bool = False,
    sha1: bool = False,
    organization: str | None = "Test Org",
) -> Authority:
    """A root, or with `issuer` an intermediate."""
    key = key_for(algorithm, common_name)
    subject = name(common_name, organization=organization)
    issued_by = issuer.certificate.subject if issuer else subject
    builder = (
        _builder(subject, issued_by, key, start, end)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=path_length if ca else None), critical=True)
        .add_extension(key_usage(cert_sign=cert_sign, digital_signature=not cert_sign), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    if ekus:
        builder = builder.add_extension(_ekus(ekus), critical=False)
    if issuer:
        builder = builder.add_extension(_aki(issuer.key), critical=False)
    return Authority(sign(builder, issuer.key if issuer else key, pss=pss, sha1=sha1), key)


def make_leaf(
    issuer: Authority | None,
    *,
    algorithm: str = "ES256",
    common_name: str = "Test Signer",
    organization: str | None = "Test Org",
    unit: str | None = None,
    start: datetime = NOW - timedelta(days=30),
    end: datetime = NOW + timedelta(days=335),
    ekus: Sequence[str] | None = (EMAIL, CLAIM_SIGNING),
    usage: x509.KeyUsage | None = key_usage(digital_signature=True),  # noqa: B008 - immutable
    basic: x509.BasicConstraints | None = None,
    aki: bool = True,
    extra: Sequence[tuple[x509.ExtensionType, bool]] = (),
    pss: bool = False,
    sha1: bool = False,
    serial: int | None = None,
    subject: x509.Name | None = None,
) -> tuple[x509.Certificate, PrivateKey]:
    """An end-entity certificate and its key; self-signed when `issuer` is None."""
    key = key_for(algorithm, "leaf")
    whose = subject or name(common_name, organization=organization, unit=unit)
    issued_by = issuer.certificate.subject if issuer else whose
    issuer_key = issuer.key if issuer else key
    builder = _builder(whose, issued_by, key, start, end, serial)
    if basic is not None:
        builder = builder.add_extension(basic, critical=True)
    if usage is not None:
        builder = builder.add_extension(usage, critical=True)
    if ekus:
        builder = builder.add_extension(_ekus(ekus), critical=False)
    if aki and issuer:
        builder = builder.add_extension(_aki(issuer_key), critical=False)
    for extension, critical in extra:
        builder = builder.add_extension(extension, critical=critical)
    return sign(builder, issuer_key, pss=pss, sha1=sha1), key


@dataclass(frozen=True)
class Pki:
    """A root, an optional intermediate and a leaf."""

    root: Authority
    intermediate: Authority | None
    leaf: x509.Certificate
    key: PrivateKey
    send_intermediate: bool = True

    @classmethod
    def make(
        cls,
        algorithm: str = "ES256",
        *,
        ca_algorithm: str | None = None,
        leaf_algorithm: str | None = None,
        intermediate: bool = True,
        expired: bool = False,
        not_yet_valid: bool = False,
        ku: bool = True,
        ekus: Sequence[str] | None = (EMAIL, CLAIM_SIGNING),
        ca_leaf: bool = False,
        aki: bool = True,
        sha1: bool = False,
        pss: bool = False,
        pathlen_violation: bool = False,
        missing_intermediate: bool = False,
        common_name: str = "Test Signer",
        organization: str | None = "Test Org",
        unit: str | None = None,
        extra: Sequence[tuple[x509.ExtensionType, bool]] = (),
        start: datetime | None = None,
        end: datetime | None = None,
    ) -> Pki:
        """Root, intermediate, leaf.

        Args:
            algorithm: of all keys: a COSE algorithm name.
            ca_algorithm: of the authorities, if another.
            leaf_algorithm: of the leaf, if another; also ``RSA1024``, ``Ed448`` and so on.
            intermediate: False: the root issues the leaf.
            expired, not_yet_valid: the leaf, at :data:`NOW`.
            ku: False: the leaf has no key usage.
            ekus: of the leaf; None or empty: no such extension.
            ca_leaf: the leaf says that it is an authority.
            aki: False: the leaf has no authority key identifier.
            sha1: the leaf is signed with SHA-1.
            pss: certificates are signed with RSA-PSS (RSA authorities only).
            pathlen_violation: the root has path length 0 although there is an intermediate.
            missing_intermediate: the chain holds the leaf only.
            common_name, organization, unit: of the leaf's subject.
            extra: more extensions of the leaf, with their criticality.
            start, end: validity of the leaf.
        """
        authority = ca_algorithm or algorithm
        root = make_ca(
            f"Test Root {authority}",
            algorithm=authority,
            path_length=0 if pathlen_violation else None,
            pss=pss,
        )
        middle = (
            make_ca(f"Test CA {authority}", issuer=root, algorithm=authority, path_length=0, pss=pss)
            if intermediate
            else None
        )
        if expired:
            start, end = NOW - timedelta(days=300), NOW - timedelta(days=1)
        if not_yet_valid:
            start, end = NOW + timedelta(days=1), NOW + timedelta(days=300)
        leaf, key = make_leaf(
            middle or root,
            algorithm=leaf_algorithm or algorithm,
            common_name=common_name,
            organization=organization,
            unit=unit,
            start=start or NOW - timedelta(days=30),
            end=end or NOW + timedelta(days=335),
            ekus=ekus,
            usage=key_usage(digital_signature=True, cert_sign=ca_leaf) if ku else None,
            basic=x509.BasicConstraints(ca=True, path_length=None) if ca_leaf else None,
            aki=aki,
            extra=extra,
            pss=pss,
            sha1=sha1,
        )
        return cls(root, middle, leaf, key, send_intermediate=not missing_intermediate)

    @property
    def chain(self) -> tuple[bytes, ...]:
        """What goes into ``x5chain``: DER, leaf first, without the root."""
        leaf = self.leaf.public_bytes(DER)
        return (leaf, self.intermediate.der) if self.intermediate and self.send_intermediate else (leaf,)

    @property
    def chain_pem(self) -> bytes:
        leaf = self.leaf.public_bytes(PEM)
        return leaf + self.intermediate.pem if self.intermediate and self.send_intermediate else leaf

    @property
    def leaf_pem(self) -> bytes:
        return self.leaf.public_bytes(PEM)

    @property
    def root_pem(self) -> bytes:
        return self.root.pem

    @property
    def key_pem(self) -> bytes:
        """PKCS #8, not encrypted."""
        return key_pem(self.key)


def key_pem(key: PrivateKey, *, traditional: bool = False, password: bytes | None = None) -> bytes:
    """A private key as PEM: PKCS #8, or the traditional form (SEC1, PKCS #1)."""
    form = (
        serialization.PrivateFormat.TraditionalOpenSSL if traditional else serialization.PrivateFormat.PKCS8
    )
    return key.private_bytes(
        PEM,
        form,
        serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption(),
    )


def sign(
    builder: x509.CertificateBuilder, key: PrivateKey, *, pss: bool = False, sha1: bool = False
) -> x509.Certificate:
    """Issue a certificate: SHA-256, or SHA-1 (RSA and EC keys), or RSA-PSS."""
    if sha1:
        return _sign_sha1(builder, key)
    if isinstance(key, ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey):
        return builder.sign(key, None)
    if pss and isinstance(key, rsa.RSAPrivateKey):
        scheme = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=padding.PSS.DIGEST_LENGTH)
        return builder.sign(key, hashes.SHA256(), rsa_padding=scheme)
    return builder.sign(key, hashes.SHA256())


def _sign_sha1(builder: x509.CertificateBuilder, key: PrivateKey) -> x509.Certificate:
    """A certificate with a good SHA-1 signature, which cryptography does not make any more.

    ECDSA only: a SHA-256 one is taken apart, its two algorithm identifiers are exchanged (same
    length), and it is signed again.
    """
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError("SHA-1 certificates need an EC authority")
    sha256_oid, sha1_oid = bytes.fromhex("300a06082a8648ce3d040302"), bytes.fromhex("300906072a8648ce3d0401")
    tbs = builder.sign(key, hashes.SHA256()).tbs_certificate_bytes
    header = 4 if tbs[1] == 0x82 else 3
    body = tbs[header:].replace(sha256_oid, sha1_oid, 1)
    tbs = _der(0x30, body)
    signature = key.sign(tbs, ec.ECDSA(hashes.SHA1()))
    return x509.load_der_x509_certificate(_der(0x30, tbs + sha1_oid + _der(0x03, b"\0" + signature)))


def _der(tag: int, value: bytes) -> bytes:
    size = len(value)
    if size < 0x80:
        length = bytes([size])
    elif size < 0x100:
        length = bytes([0x81, size])
    else:
        length = b"\x82" + size.to_bytes(2, "big")
    return bytes([tag]) + length + value


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: PrivateKey,
    start: datetime,
    end: datetime,
    serial: int | None = None,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(serial or x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
    )


def _ekus(ekus: Sequence[str]) -> x509.ExtendedKeyUsage:
    return x509.ExtendedKeyUsage([x509.ObjectIdentifier(oid) for oid in ekus])


def _aki(key: PrivateKey) -> x509.AuthorityKeyIdentifier:
    if isinstance(key, dsa.DSAPrivateKey):
        raise TypeError("no authority here has a DSA key")
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())
