"""What every signer is, and the ways to get one."""

from __future__ import annotations

import abc
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import os
    from collections.abc import Callable
    from datetime import datetime

    from provkit.trust.credential import Credential


class Signer(abc.ABC):
    """Signs claims with one key, under one certificate chain (C2PA 2.4 §13.2).

    A subclass calls ``super().__init__(credential, algorithm)`` with what
    :func:`provkit.signers.chain.prepare_chain` returns, and implements :meth:`sign`.  Signers made
    here are safe between threads and are not picklable: a key stays in its process.
    """

    def __init__(
        self,
        credential: Credential,
        algorithm: str,
        *,
        deterministic: bool = False,
        warnings: tuple[str, ...] = (),
    ) -> None:
        self._credential = credential
        self._algorithm = algorithm
        self._deterministic = deterministic
        self._warnings = warnings

    @property
    def algorithm(self) -> str:
        """COSE algorithm (C2PA 2.4 §13.2.1): ES256, ES384, ES512, PS256, PS384, PS512 or Ed25519."""
        return self._algorithm

    @property
    def chain(self) -> tuple[bytes, ...]:
        """DER certificates for ``x5chain``: end-entity first, self-signed root left out."""
        return self._credential.chain

    @property
    def deterministic(self) -> bool:
        """The same message always gives the same signature."""
        return self._deterministic

    @property
    def credential(self) -> Credential:
        """The parsed chain."""
        return self._credential

    @property
    def not_before(self) -> datetime:
        """Start of the certificate's validity, UTC."""
        return self._credential.not_before

    @property
    def not_after(self) -> datetime:
        """End of the certificate's validity, UTC.  Nothing here looks at a clock: compare it."""
        return self._credential.not_after

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the owner of the key should know, one line each."""
        return self._warnings

    @abc.abstractmethod
    def sign(self, data: bytes) -> bytes:
        """Sign `data` (the ``Sig_structure``); returns the signature as COSE wants it (RFC 9053 §2).

        ECDSA gives ``r || s`` of fixed width, RSA-PSS has a salt as long as its hash.

        Raises:
            CredentialError: the key could not be used.
        """

    def __repr__(self) -> str:
        subject = self._credential.certificates[0].subject.rfc4514_string()
        return f"<{type(self).__name__} {self._algorithm} {subject!r}>"

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("a Signer cannot be pickled: build it in the process that signs")

    @staticmethod
    def from_files(
        cert_chain: str | os.PathLike[str],
        key: str | os.PathLike[str],
        *,
        password: bytes | None = None,
        algorithm: str | None = None,
    ) -> Signer:
        """A signer whose chain and key are PEM files.

        Args:
            cert_chain: PEM certificates, the signer's first.
            key: PEM private key; see :meth:`from_pem`.
            password: of an encrypted key.
            algorithm: for example ``PS384``; the key decides when left out.

        Raises:
            FileAccessError: a file that cannot be read.
            CredentialError: as :meth:`from_pem`.
        """
        from provkit.signers.files import key_file_warnings, read_pem
        from provkit.signers.local import LocalSigner

        return LocalSigner.load(
            read_pem(cert_chain, "certificate chain"),
            read_pem(key, "key"),
            password=password,
            algorithm=algorithm,
            warnings=key_file_warnings(key),
        )

    @staticmethod
    def from_pem(
        chain: bytes,
        key: bytes,
        *,
        password: bytes | None = None,
        algorithm: str | None = None,
        deterministic_ecdsa: bool = False,
    ) -> Signer:
        """A signer with its key in this process.

        Args:
            chain: PEM certificates: the signer's first, then each one's issuer.  A self-signed root
                at the end is left out (C2PA 2.4 §14.5).
            key: PEM private key: PKCS #8, encrypted PKCS #8, ``EC PRIVATE KEY`` or ``RSA PRIVATE KEY``.
            password: of an encrypted key.
            algorithm: None lets the key decide: P-256 ES256, P-384 ES384, P-521 ES512, RSA PS256.
            deterministic_ecdsa: RFC 6979 nonces.  For test vectors: a fault during signing can then
                give the key away.

        Raises:
            CredentialError: a key or chain that cannot sign; the message names the rule.
        """
        from provkit.signers.local import LocalSigner

        return LocalSigner.load(
            chain, key, password=password, algorithm=algorithm, deterministic_ecdsa=deterministic_ecdsa
        )

    @staticmethod
    def from_callback(
        callback: Callable[[bytes], bytes], chain: bytes, algorithm: str | None = None
    ) -> Signer:
        """A signer whose key is elsewhere: in a token, a key service, another process.

        Args:
            callback: takes the message (not its hash), returns the signature.  ECDSA may be raw
                ``r || s`` or DER.  Called from whatever thread signs.
            chain: as in :meth:`from_pem`.
            algorithm: as in :meth:`from_pem`; has to be what the callback does.

        Raises:
            CredentialError: a chain that cannot sign.  Later, from ``sign``: the callback failed
                (its error is the cause) or returned something that cannot be a signature.
        """
        from provkit.signers.callback import CallbackSigner

        return CallbackSigner.load(callback, chain, algorithm=algorithm)
