"""A key in a token: a smart card, an HSM, a key service with a PKCS #11 module.  The key never leaves it.

A key is named by a URI (RFC 7512)::

    pkcs11:token=newsroom;object=signing?module-path=/usr/lib/softhsm/libsofthsm2.so

``token`` is the label of the token; ``object`` the label of the key, ``id`` its identifier.  The PIN is not part of
the URI: it comes from a variable, as the password of a key file does.
"""

from __future__ import annotations

import hashlib
import os
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote, unquote_to_bytes

from provkit.errors import ConfigurationError, CredentialError
from provkit.signers.base import Signer
from provkit.signers.callback import cose_signature
from provkit.signers.chain import Scheme, prepare_chain, scheme_for

if TYPE_CHECKING:
    from provkit.trust.credential import Credential

PREFIX: Final = "pkcs11:"
_EXAMPLE: Final = "for example: pkcs11:token=newsroom;object=signing?module-path=/usr/lib/libpkcs11.so"
_SECRET: Final = ("pin-value", "pin-source")


@dataclass(frozen=True, slots=True)
class KeyAddress:
    """Where a key is."""

    module: str
    """Path of the library of the token's maker."""
    token: str
    """Label of the token."""
    label: str | None
    """Label of the key."""
    identifier: bytes | None
    """Identifier of the key (``CKA_ID``)."""


def parse(uri: str) -> KeyAddress:
    """A key's URI.

    Raises:
        ConfigurationError: it is none, names no key, or holds a secret.
    """
    if not uri.startswith(PREFIX):
        raise ConfigurationError("the URI of a key in a token begins with pkcs11:", hint=_EXAMPLE)
    path, _, query = uri.removeprefix(PREFIX).partition("?")
    named = dict(part.partition("=")[::2] for part in path.split(";") if part)
    asked = dict(part.partition("=")[::2] for part in query.split("&") if part)
    if any(name in named or name in asked for name in _SECRET):
        raise ConfigurationError(
            "a PIN does not belong into the URI, where everybody sees it",
            hint="put it into a variable: password_env",
        )
    unknown = sorted({*named, *asked} - {"token", "object", "id", "type", "module-path"})
    if unknown:
        raise ConfigurationError(f"the URI of a key has no attribute {unknown[0]!r} here", hint=_EXAMPLE)
    if "module-path" not in asked or "token" not in named or not ({"object", "id"} & named.keys()):
        raise ConfigurationError("the URI of a key names a module, a token and a key", hint=_EXAMPLE)
    return KeyAddress(
        unquote(asked["module-path"]),
        unquote(named["token"]),
        unquote(named["object"]) if "object" in named else None,
        unquote_to_bytes(named["id"]) if "id" in named else None,
    )


class TokenSigner(Signer):
    """Signs in a token.  Safe between threads; a process that was forked opens a session of its own.

    Raises:
        ConfigurationError: the package python-pkcs11 or the module is not there.
        CredentialError: no such token or key, or a wrong PIN.
    """

    def __init__(self, credential: Credential, scheme: Scheme, address: KeyAddress, pin: str | None) -> None:
        super().__init__(credential, scheme.algorithm, deterministic=scheme.family == "ed25519")
        self._scheme = scheme
        self._address = address
        self._pin = pin
        self._lock = threading.Lock()
        self._process = 0
        self._key: Any = None
        with self._lock:
            self._open()

    @staticmethod
    def load(uri: str, chain: bytes, *, pin: str | None = None, algorithm: str | None = None) -> TokenSigner:
        """A signer for the key of a URI.

        Args:
            uri: see :func:`parse`.
            chain: PEM certificates: the signer's first, then each one's issuer.
            pin: of the token.
            algorithm: for example ``PS384``; the key decides when left out.
        """
        credential = prepare_chain(chain)
        return TokenSigner(credential, scheme_for(credential.public_key, algorithm), parse(uri), pin)

    def _open(self) -> None:
        try:
            import pkcs11
            from pkcs11 import exceptions
        except ImportError:
            raise ConfigurationError(
                "keys in tokens need the package python-pkcs11",
                hint='install provkit with its extra "pkcs11"',
            ) from None
        address = self._address
        try:
            library = pkcs11.lib(address.module)
        except (exceptions.PKCS11Error, RuntimeError, OSError):
            raise ConfigurationError(
                f"the PKCS #11 module cannot be loaded: {address.module}",
                hint="module-path is the path of a library",
            ) from None
        try:
            if self._process:
                library.reinitialize()
            session = library.get_token(token_label=address.token).open(user_pin=self._pin)
            self._key = session.get_key(
                object_class=pkcs11.ObjectClass.PRIVATE_KEY, label=address.label, id=address.identifier
            )
        except exceptions.PKCS11Error as error:
            raise CredentialError(
                f"the token {address.token!r} gives no key: {_said(error)}",
                hint="check token, object and PIN; the module's own tool lists what it has",
            ) from None
        self._process = os.getpid()

    def sign(self, data: bytes) -> bytes:
        from pkcs11 import MGF, Mechanism
        from pkcs11.exceptions import PKCS11Error

        scheme = self._scheme
        with self._lock:
            if self._process != os.getpid():
                self._open()
            try:
                if scheme.family == "ed25519":
                    raw = self._key.sign(data, mechanism=Mechanism.EDDSA)
                elif scheme.hash_name is None:
                    raise CredentialError(f"algorithm {scheme.algorithm!r} does not go with this key")
                elif scheme.family == "ecdsa":
                    # Not every token hashes, and every one signs a hash.
                    digest = hashlib.new(scheme.hash_name, data).digest()
                    raw = self._key.sign(digest, mechanism=Mechanism.ECDSA)
                else:
                    width = hashlib.new(scheme.hash_name).digest_size
                    parameters = (Mechanism[scheme.hash_name], MGF[scheme.hash_name], width)
                    mechanism = Mechanism[f"{scheme.hash_name}_RSA_PKCS_PSS"]
                    raw = self._key.sign(data, mechanism=mechanism, mechanism_param=parameters)
            except PKCS11Error as error:
                raise CredentialError(f"the token cannot sign: {_said(error)}") from None
        return cose_signature(raw, scheme)


def _said(error: Exception) -> str:
    """The name of what a token answered; never its words, which may quote what it was given."""
    return type(error).__name__
