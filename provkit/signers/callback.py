"""A key elsewhere, behind a function."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from provkit.errors import CredentialError
from provkit.signers.base import Signer
from provkit.signers.chain import Scheme, prepare_chain, scheme_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from provkit.trust.credential import Credential


class CallbackSigner(Signer):
    """Signs by calling a function.  As safe between threads as the function is."""

    def __init__(self, credential: Credential, scheme: Scheme, callback: Callable[[bytes], bytes]) -> None:
        # Whether the function is deterministic cannot be known, but Ed25519 is.
        super().__init__(credential, scheme.algorithm, deterministic=scheme.family == "ed25519")
        self._scheme = scheme
        self._callback = callback

    @staticmethod
    def load(
        callback: Callable[[bytes], bytes], chain: bytes, *, algorithm: str | None = None
    ) -> CallbackSigner:
        """See :meth:`Signer.from_callback`."""
        credential = prepare_chain(chain)
        return CallbackSigner(credential, scheme_for(credential.public_key, algorithm), callback)

    def sign(self, data: bytes) -> bytes:
        try:
            signature = self._callback(data)
        except CredentialError:
            raise
        except Exception as error:
            # Whatever the caller's function raises has to reach him, as one of our errors.
            raise CredentialError(f"the signing callback failed: {type(error).__name__}") from error
        return cose_signature(signature, self._scheme)


def cose_signature(signature: object, scheme: Scheme) -> bytes:
    """A signature from elsewhere as COSE wants it: DER ECDSA becomes ``r || s`` (RFC 9053 §2.1).

    Raises:
        CredentialError: it cannot be a signature of this scheme.
    """
    if not isinstance(signature, bytes | bytearray | memoryview):
        raise CredentialError(f"the signing callback returned {type(signature).__name__}, not bytes")
    raw = bytes(signature)
    if scheme.family == "ecdsa" and len(raw) != scheme.signature_bytes:
        raw = _from_der(raw, scheme.signature_bytes // 2)
    if len(raw) != scheme.signature_bytes:
        raise CredentialError(
            f"the signing callback returned {len(bytes(signature))} bytes, which is no {scheme.algorithm} signature",
            hint=f"{scheme.signature_bytes} bytes are expected; the callback gets the message, not its hash",
        )
    return raw


def _from_der(signature: bytes, width: int) -> bytes:
    """``r || s``, or nothing when `signature` is not DER of numbers of that width."""
    try:
        r, s = decode_dss_signature(signature)
        return r.to_bytes(width, "big") + s.to_bytes(width, "big")
    except (ValueError, OverflowError):
        return b""
