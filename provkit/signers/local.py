"""A key in this process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from provkit.errors import CredentialError
from provkit.signers.base import Signer
from provkit.signers.chain import Scheme, prepare_chain, scheme_for
from provkit.trust.profile import key_problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from provkit.trust.credential import Credential

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey
"""Keys that C2PA 2.4 §13.2.1 allows."""

_HASHES: Final[dict[str, Callable[[], hashes.HashAlgorithm]]] = {
    "SHA256": hashes.SHA256,
    "SHA384": hashes.SHA384,
    "SHA512": hashes.SHA512,
}
_CONVERT: Final = "openssl pkcs8 -topk8 -in key.pem writes a key in the common form"


class LocalSigner(Signer):
    """Signs with a key held in memory.  Safe between threads."""

    def __init__(
        self,
        credential: Credential,
        scheme: Scheme,
        key: PrivateKey,
        *,
        deterministic_ecdsa: bool = False,
        warnings: tuple[str, ...] = (),
    ) -> None:
        fixed = scheme.family == "ed25519" or (scheme.family == "ecdsa" and deterministic_ecdsa)
        super().__init__(credential, scheme.algorithm, deterministic=fixed, warnings=warnings)
        self._sign = raw_signer(key, scheme, deterministic_ecdsa=deterministic_ecdsa)

    def sign(self, data: bytes) -> bytes:
        return self._sign(data)

    @staticmethod
    def load(
        chain: bytes,
        key: bytes,
        *,
        password: bytes | None = None,
        algorithm: str | None = None,
        deterministic_ecdsa: bool = False,
        warnings: tuple[str, ...] = (),
    ) -> LocalSigner:
        """See :meth:`Signer.from_pem`."""
        credential = prepare_chain(chain)
        private = load_key(key, password=password)
        if private.public_key() != credential.public_key:
            raise CredentialError(
                "the key does not belong to the first certificate of the chain",
                hint="give the key that the certificate was requested with",
            )
        return LocalSigner(
            credential,
            scheme_for(credential.public_key, algorithm),
            private,
            deterministic_ecdsa=deterministic_ecdsa,
            warnings=warnings,
        )


def raw_signer(
    key: PrivateKey, scheme: Scheme, *, deterministic_ecdsa: bool = False
) -> Callable[[bytes], bytes]:
    """A function that signs as COSE wants it (RFC 9053 §2): everything that can be is decided here, once."""
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key.sign
    if scheme.hash_name is None:  # scheme_for pairs only Ed25519 with no hash
        raise CredentialError(f"algorithm {scheme.algorithm!r} does not go with this key")
    digest = _HASHES[scheme.hash_name]()
    if isinstance(key, rsa.RSAPrivateKey):
        pss = padding.PSS(mgf=padding.MGF1(digest), salt_length=padding.PSS.DIGEST_LENGTH)

        def sign_pss(data: bytes) -> bytes:
            return key.sign(data, pss, digest)

        return sign_pss
    width = scheme.signature_bytes // 2
    ecdsa = ec.ECDSA(digest, deterministic_signing=deterministic_ecdsa)

    def sign_ecdsa(data: bytes) -> bytes:
        r, s = decode_dss_signature(key.sign(data, ecdsa))
        return r.to_bytes(width, "big") + s.to_bytes(width, "big")

    return sign_ecdsa


def load_key(data: bytes, *, password: bytes | None = None) -> PrivateKey:
    """Read a PEM private key; blocks of other kinds around it are skipped.

    Raises:
        CredentialError: none there, a password that is missing or wrong, or a kind or size that
            C2PA 2.4 §13.2.1 does not allow.  Never quotes the file.
    """
    block = _key_block(data)
    encrypted = b"ENCRYPTED" in block
    if encrypted and password is None:
        raise CredentialError(
            "the key is encrypted", hint="give its password; on the command line: --password-env VAR"
        )
    try:
        key = load_pem_private_key(block, password if encrypted else None)
    except UnsupportedAlgorithm:
        raise CredentialError("the key is of a kind that cannot be read", hint=_CONVERT) from None
    except (ValueError, TypeError):
        if encrypted:
            raise CredentialError(
                "the key cannot be decrypted", hint="the password is wrong, or the file is damaged"
            ) from None
        raise CredentialError("the key cannot be read", hint=_CONVERT) from None
    if isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey):
        problem = key_problem(key.public_key())
        if problem is None:
            return key
    else:
        problem = f"{type(key).__name__.removesuffix('PrivateKey')} keys are not allowed"
    raise CredentialError(
        f"the key cannot be used: {problem}",
        hint="C2PA allows P-256, P-384, P-521, Ed25519, and RSA of 2048 bits or more",
    )


def _key_block(data: bytes) -> bytes:
    """The first PEM block that holds a private key.

    ``openssl ecparam -genkey`` puts an ``EC PARAMETERS`` block before it.
    """
    position = 0
    while (start := data.find(b"-----BEGIN ", position)) >= 0:
        label_end = data.find(b"-----", start + 11)
        label = data[start + 11 : label_end] if label_end > 0 else b""
        end_line = b"-----END " + label + b"-----"
        end = data.find(end_line, label_end) if label else -1
        if end < 0:
            break
        if label == b"OPENSSH PRIVATE KEY":
            raise CredentialError(
                "the key is in OpenSSH format", hint="ssh-keygen -p -m PKCS8 -f key.pem converts it"
            )
        if label.endswith(b"PRIVATE KEY"):
            return data[start : end + len(end_line)] + b"\n"
        position = end
    if b"PRIVATE KEY" in data:
        raise CredentialError("the key is cut off", hint="its END line is missing")
    if data[:1] == b"\x30":
        raise CredentialError(
            "the key is binary (DER or PKCS #12), not PEM",
            hint="openssl pkey -inform DER -in key.der -out key.pem, or openssl pkcs12 -in key.p12 -nocerts -nodes",
        )
    found = "a certificate, but no private key" if b"BEGIN CERTIFICATE" in data else "no private key"
    raise CredentialError(f"{found} found where the key should be", hint="expected a PEM private key")
