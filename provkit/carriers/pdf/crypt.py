"""Encrypted PDFs (ISO 32000-2 §7.6): the standard security handler, as far as a store needs it.

The store itself is never encrypted (C2PA 2.4 §A.4.1).  What is needed is to read a catalog that
stands in an encrypted object stream, and to write strings of our own so that other readers can
decrypt them.  RC4 is understood just enough to tell a right password from a wrong one.
"""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.decrepit.ciphers.algorithms import ARC4
from cryptography.hazmat.primitives.ciphers import Cipher as _Cipher
from cryptography.hazmat.primitives.ciphers import algorithms, modes

from provkit.carriers.pdf.syntax import Dict, Name
from provkit.errors import MalformedError, UnsupportedError

_PADDING: Final = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")
_BLOCK: Final = 16
_IDENTITY: Final = "Identity"


class LockedError(UnsupportedError):
    """The document opens with a password that was not given."""


@dataclass(frozen=True, slots=True)
class Handler:
    """What the encryption dictionary of a document says."""

    version: int
    revision: int
    key_bytes: int
    owner: bytes
    user: bytes
    owner_key: bytes
    user_key: bytes
    permissions: int
    metadata: bool
    identifier: bytes
    """First element of ``/ID``."""
    strings: str
    """Method for strings: ``Identity``, ``V2`` (RC4), ``AESV2`` or ``AESV3``."""
    streams: str
    """Method for streams."""
    files: str
    """Method for embedded files that name none."""

    @property
    def old(self) -> bool:
        """RC4 somewhere, or a version before crypt filters: nothing can be left unencrypted, or should be."""
        return self.version < 4 or "V2" in {self.strings, self.streams, self.files}


@dataclass(frozen=True, slots=True)
class Cipher:
    """A handler and the key of the document."""

    handler: Handler
    key: bytes

    def decrypt_stream(self, data: bytes, number: int, generation: int) -> bytes:
        """A stream without a filter of its own for encryption.

        Raises:
            MalformedError: it was not encrypted with this key.
        """
        return self._decrypt(self.handler.streams, data, number, generation)

    def decrypt_string(self, data: bytes, number: int, generation: int) -> bytes:
        """A string of the object with this number; as :meth:`decrypt_stream`."""
        return self._decrypt(self.handler.strings, data, number, generation)

    def encrypt_string(self, data: bytes, number: int, generation: int) -> bytes:
        """A string for the object with this number.

        The initialisation vector comes from the content.  That hides less than chance would: two
        equal strings of one object look equal.  What is written so is no secret, and the same
        input gives the same output.
        """
        method = self.handler.strings
        if method == _IDENTITY:
            return data
        if method == "V2":
            return _rc4(self._key(method, number, generation), data)
        vector = hashlib.sha256(
            b"provkit" + self.key + number.to_bytes(4, "big") + generation.to_bytes(4, "big") + data
        ).digest()[:_BLOCK]
        fill = _BLOCK - len(data) % _BLOCK
        encryptor = _Cipher(
            algorithms.AES(self._key(method, number, generation)), modes.CBC(vector)
        ).encryptor()
        return vector + encryptor.update(data + bytes((fill,)) * fill) + encryptor.finalize()

    def _decrypt(self, method: str, data: bytes, number: int, generation: int) -> bytes:
        if method == _IDENTITY or not data:
            return data
        key = self._key(method, number, generation)
        if method == "V2":
            return _rc4(key, data)
        if len(data) % _BLOCK or len(data) < 2 * _BLOCK:
            raise MalformedError("an encrypted part of the PDF is damaged")
        plain = _cbc(key, data[:_BLOCK], data[_BLOCK:])
        if not 1 <= plain[-1] <= _BLOCK:
            raise MalformedError("an encrypted part of the PDF is damaged")
        return plain[: -plain[-1]]

    def _key(self, method: str, number: int, generation: int) -> bytes:
        """Key of one object (§7.6.3.2 and §7.6.3.3)."""
        if method == "AESV3":
            return self.key
        salted = self.key + number.to_bytes(4, "little")[:3] + generation.to_bytes(4, "little")[:2]
        salted += b"sAlT" if method == "AESV2" else b""
        return _md5(salted)[: min(len(self.key) + 5, 16)]


def read_handler(dictionary: Dict, identifier: bytes) -> Handler:
    """Read an encryption dictionary.

    Args:
        dictionary: the value of ``/Encrypt``.
        identifier: first element of ``/ID``, empty if there is none.

    Raises:
        UnsupportedError: another handler than the standard one, or a version not known.
        MalformedError: entries missing.
    """
    if dictionary.get("Filter") != "Standard":
        raise UnsupportedError("the PDF is encrypted by other means than a password")
    version = _integer(dictionary, "V", 0)
    revision = _integer(dictionary, "R", 0)
    if version not in {1, 2, 4, 5} or revision not in {2, 3, 4, 5, 6}:
        raise UnsupportedError(
            f"the PDF is encrypted in version {version} revision {revision}, which is unknown"
        )
    methods = ("V2", "V2", "V2")
    if version >= 4:
        strings = _method(dictionary, dictionary.get("StrF"))
        streams = _method(dictionary, dictionary.get("StmF"))
        files = dictionary.get("EFF")
        methods = (strings, streams, streams if files is None else _method(dictionary, files))
    bits = _integer(dictionary, "Length", 40)
    key_bytes = {1: 5, 4: 16, 5: 32}.get(version, bits // 8)
    if not 5 <= key_bytes <= 32:
        raise MalformedError("the PDF has an encryption key of an impossible length")
    metadata = dictionary.get("EncryptMetadata")
    return Handler(
        version,
        revision,
        key_bytes,
        _string(dictionary, "O"),
        _string(dictionary, "U"),
        _string(dictionary, "OE", required=version == 5),
        _string(dictionary, "UE", required=version == 5),
        _integer(dictionary, "P", 0) & 0xFFFFFFFF,
        metadata is not False,
        identifier,
        *methods,
    )


def unlock(handler: Handler, password: str | None) -> Cipher:
    """Find the key of the document.

    Args:
        handler: see :func:`read_handler`.
        password: of a reader or of the owner; None tries the empty one, which most documents have.

    Raises:
        LockedError: the password does not open the document.
    """
    text = password or ""
    if handler.version == 5:
        key = _key_of_version_5(handler, unicodedata.normalize("NFKC", text).encode()[:127])
    else:
        key = _key_of_older(handler, text.encode("latin-1", "replace"))
    if key is not None:
        return Cipher(handler, key)
    if password is None:
        raise LockedError(
            "the PDF is encrypted and opens with a password only", hint="give the password: --password"
        )
    raise LockedError("the password does not open the PDF", hint="try the password of its owner")


def opens_freely(handler: Handler) -> bool:
    """Whether a document opens without a password, as most encrypted ones do."""
    try:
        unlock(handler, None)
    except LockedError:
        return False
    return True


def _integer(dictionary: Dict, key: str, default: int) -> int:
    value = dictionary.get(key)
    if value is None:
        return default
    if not isinstance(value, int):
        raise MalformedError(f"the encryption dictionary of the PDF has an unusable /{key}")
    return value


def _string(dictionary: Dict, key: str, *, required: bool | None = None) -> bytes:
    value = dictionary.get(key)
    if value is None and required is False:
        return b""
    least = 48 if len(key) == 1 and dictionary.get("V") == 5 else 32
    if not isinstance(value, bytes) or not least <= len(value) <= 127:
        raise MalformedError(f"the encryption dictionary of the PDF has an unusable /{key}")
    return value


def _method(dictionary: Dict, name: object) -> str:
    if name is None or name == _IDENTITY:
        return _IDENTITY
    crypt_filters = dictionary.get("CF")
    found = (
        crypt_filters.get(str(name)) if isinstance(crypt_filters, Dict) and isinstance(name, Name) else None
    )
    method = found.get("CFM") if isinstance(found, Dict) else None
    if method == "None":
        return _IDENTITY
    if method not in {"V2", "AESV2", "AESV3"}:
        raise UnsupportedError("the PDF is encrypted by a method that is unknown")
    return str(method)


def _md5(data: bytes) -> bytes:
    return hashlib.md5(data, usedforsecurity=False).digest()


def _rc4(key: bytes, data: bytes) -> bytes:
    return _Cipher(ARC4(key), None).encryptor().update(data)


def _cbc(key: bytes, vector: bytes, data: bytes) -> bytes:
    decryptor = _Cipher(algorithms.AES(key), modes.CBC(vector)).decryptor()
    return decryptor.update(data) + decryptor.finalize()


def _key_of_older(handler: Handler, password: bytes) -> bytes | None:
    """Algorithms 2, 6 and 7, revisions 2 to 4."""
    key = _user_key(handler, password)
    if key is not None:
        return key
    digest = _md5((password + _PADDING)[:32])
    if handler.revision >= 3:
        for _ in range(50):
            digest = _md5(digest)
    digest = digest[: handler.key_bytes]
    found = handler.owner[:32]
    for turn in range(19 if handler.revision >= 3 else 0, -1, -1):
        found = _rc4(bytes(b ^ turn for b in digest), found)
    return _user_key(handler, found)


def _user_key(handler: Handler, password: bytes) -> bytes | None:
    seed = (password + _PADDING)[:32] + handler.owner[:32] + handler.permissions.to_bytes(4, "little")
    seed += handler.identifier
    if handler.revision >= 4 and not handler.metadata:
        seed += b"\xff" * 4
    key = _md5(seed)[: handler.key_bytes]
    if handler.revision == 2:
        return key if _rc4(key, _PADDING) == handler.user[:32] else None
    for _ in range(50):
        key = _md5(key)[: handler.key_bytes]
    check = _md5(_PADDING + handler.identifier)
    for turn in range(20):
        check = _rc4(bytes(b ^ turn for b in key), check)
    return key if check == handler.user[:16] else None


def _key_of_version_5(handler: Handler, password: bytes) -> bytes | None:
    """Algorithm 2.A, revisions 5 and 6."""
    user, owner = handler.user, handler.owner
    if _hash(handler, password, user[32:40], b"") == user[:32]:
        return _cbc(_hash(handler, password, user[40:48], b""), bytes(_BLOCK), handler.user_key[:32])
    if _hash(handler, password, owner[32:40], user[:48]) == owner[:32]:
        between = _hash(handler, password, owner[40:48], user[:48])
        return _cbc(between, bytes(_BLOCK), handler.owner_key[:32])
    return None


def _hash(handler: Handler, password: bytes, salt: bytes, extra: bytes) -> bytes:
    """Algorithm 2.B; revision 5 has its first step alone."""
    digest = hashlib.sha256(password + salt + extra).digest()
    if handler.revision == 5:
        return digest
    turn = 0
    while True:
        block = (password + digest + extra) * 64
        encryptor = _Cipher(algorithms.AES(digest[:16]), modes.CBC(digest[16:32])).encryptor()
        mixed = encryptor.update(block) + encryptor.finalize()
        name = ("sha256", "sha384", "sha512")[sum(mixed[:16]) % 3]
        digest = hashlib.new(name, mixed).digest()
        turn += 1
        # A byte is 255 at most, so this ends after 287 turns.
        if turn >= 64 and mixed[-1] <= turn - 32:
            return digest[:32]
