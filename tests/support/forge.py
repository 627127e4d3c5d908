"""A workshop for manifest stores that no honest writer writes.

Nothing here uses provkit: JUMBF, CBOR, COSE and the text wrapper are written once more, so
that what provkit reads was not written by provkit.  Every layer can be replaced::

    forge = Forge(b"A text.\\n", credential)
    forge.boxes.append(Box("org.example.note", {"a": 1}))        # one more assertion
    forge.edit_claim = lambda claim: {**claim, "alg": "md5"}      # before signing
    forge.edit_signature = lambda raw: raw[:-1] + b"\\0"           # after signing
    signed = forge.text()

:meth:`Forge.text` seals whatever came out: hashes of all boxes are recomputed, the claim is
signed, and the data hash names the range the wrapper takes, which in text depends on the
values of the bytes in it.  The same input gives the same bytes: ECDSA as in RFC 6979, PSS with
a salt derived from the message.

:func:`unpack` goes the other way: it takes a signed text apart into a `Forge` that seals it
again under another key (the ``reseal`` of the attack catalogue).
"""

from __future__ import annotations

import hashlib
import unicodedata
import uuid
from collections.abc import Callable, Mapping, Sequence  # noqa: TC003 - dataclass fields
from dataclasses import dataclass, field, replace
from typing import Any, Final

import cbor2
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

BASE: Final = "http://cv.iptc.org/newscodes/digitalsourcetype/"
C2PA_BASE: Final = "http://c2pa.org/digitalsourcetype/"
MAGIC: Final = b"C2PATXT\0"
FEFF: Final = "\ufeff"
_TAIL: Final = bytes.fromhex("00110010800000aa00389b71")
_ALGORITHMS: Final = {
    "ES256": -7,
    "ES384": -35,
    "ES512": -36,
    "PS256": -37,
    "PS384": -38,
    "PS512": -39,
    "Ed25519": -8,
}
_HASHES: Final[dict[str, Callable[[], hashes.HashAlgorithm]]] = {
    "256": hashes.SHA256,
    "384": hashes.SHA384,
    "512": hashes.SHA512,
}
_ATTEMPTS: Final = 200


def type_uuid(fourcc: str) -> bytes:
    """Type UUID of a box: four characters and the common tail."""
    return fourcc.encode("ascii") + _TAIL


# ------------------------------------------------------------------ boxes


def box(kind: bytes, payload: bytes) -> bytes:
    """One box with its header."""
    return (len(payload) + 8).to_bytes(4, "big") + kind + payload


def superbox(
    uuid_: bytes,
    label: str | bytes,
    body: bytes,
    *,
    salt: bytes | None = None,
    toggles: int | None = None,
    private: bytes = b"",
) -> bytes:
    """One superbox; `private` is put at the end of the description as it is."""
    name = label.encode("utf-8") if isinstance(label, str) else label
    flags = (0x13 if salt is not None else 0x03) if toggles is None else toggles
    extra = (box(b"c2sh", salt) if salt is not None else b"") + private
    return box(b"jumb", box(b"jumd", uuid_ + bytes([flags]) + name + b"\0" + extra) + body)


def canonical(value: Any) -> bytes:
    """Core deterministic CBOR."""
    return cbor2.dumps(value, canonical=True)


@dataclass(frozen=True)
class Frame:
    """What a data hash has to say about the text it stands in."""

    start: int
    """Offset of the wrapper, bytes."""
    length: int
    """Length of the wrapper, bytes."""
    digest: bytes
    """SHA-256 of the text outside, in NFC."""
    content: bytes
    """The text outside, in NFC."""


@dataclass
class Box:
    """One assertion.  `content` may be a function of the :class:`Frame`."""

    label: str
    content: Any = None
    kind: bytes = b"cbor"
    """Type of the content box."""
    payload: bytes | None = None
    """Payload of the content box, instead of `content` as CBOR."""
    uuid: bytes = type_uuid("cbor")
    salt: bytes | None = b"\x5a" * 16
    toggles: int | None = None
    private: bytes = b""
    more: bytes = b""
    """More boxes behind the content box."""
    listed: str | None = "created"
    """``created``, ``gathered``, or None: not listed in the claim."""
    url: str | None = None
    """URI in the claim, instead of the relative one."""
    alg: str | None = None
    """``alg`` beside the hash in the claim."""
    digest: bytes | None = None
    """Hash in the claim, instead of the right one."""
    raw: bytes | None = None
    """The whole superbox, instead of everything above that makes it."""

    def build(self, frame: Frame) -> bytes:
        """The superbox."""
        if self.raw is not None:
            return self.raw
        content = self.content(frame) if callable(self.content) else self.content
        payload = canonical(content) if self.payload is None else self.payload
        return superbox(
            self.uuid,
            self.label,
            box(self.kind, payload) + self.more,
            salt=self.salt,
            toggles=self.toggles,
            private=self.private,
        )

    def entry(self, raw: bytes) -> dict[str, Any]:
        """Its hashed URI."""
        found: dict[str, Any] = {
            "url": self.url or f"self#jumbf=c2pa.assertions/{self.label}",
            "hash": hash_of(raw[8:], self.alg) if self.digest is None else self.digest,
        }
        if self.alg is not None:
            found["alg"] = self.alg
        return found


def hash_of(data: bytes, alg: str | None = None) -> bytes:
    """Digest by any algorithm hashlib has; SHA-256 for names it does not know."""
    try:
        return hashlib.new(alg or "sha256", data).digest()
    except ValueError:
        return hashlib.sha256(data).digest()


def data_hash(**changes: Any) -> Box:
    """The hard binding, with fields replaced; a field of None is left out."""

    def content(frame: Frame) -> dict[str, Any]:
        fields: dict[str, Any] = {
            "exclusions": [{"start": frame.start, "length": frame.length}],
            "alg": "sha256",
            "hash": frame.digest,
            "pad": b"",
        }
        fields.update({name: value(frame) if callable(value) else value for name, value in changes.items()})
        return {name: value for name, value in fields.items() if value is not None}

    return Box("c2pa.hash.data", content)


def created(source: str | None = "digitalCreation", **fields: Any) -> dict[str, Any]:
    """A ``c2pa.created`` action; a bare term of IPTC gets its base."""
    action: dict[str, Any] = {"action": "c2pa.created", "parameters": {"dc:format": "text/plain"}, **fields}
    if source is not None:
        action["digitalSourceType"] = source if set(source) & set(":/.") else BASE + source
    return action


def actions(*entries: Mapping[str, Any], label: str = "c2pa.actions.v2", **fields: Any) -> Box:
    """An actions assertion; ``allActionsIncluded`` is true unless given."""
    return Box(label, {"actions": list(entries), "allActionsIncluded": True, **fields})


# ------------------------------------------------------------------ keys


@dataclass(frozen=True)
class Credential:
    """A key, the chain it is shown under, and a COSE algorithm."""

    chain: tuple[bytes, ...]
    """DER, leaf first."""
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey
    algorithm: str

    @classmethod
    def load(cls, chain_pem: bytes, key_pem: bytes, algorithm: str) -> Credential:
        """From PEM; the key is not encrypted."""
        key = serialization.load_pem_private_key(key_pem, None)
        if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey):
            raise TypeError(type(key).__name__)
        ders = tuple(
            certificate.public_bytes(serialization.Encoding.DER)
            for certificate in x509.load_pem_x509_certificates(chain_pem)
        )
        return cls(ders, key, algorithm)

    def sign(self, message: bytes) -> bytes:
        """A raw COSE signature; always the same for the same message."""
        if isinstance(self.key, ed25519.Ed25519PrivateKey):
            return self.key.sign(message)
        digest = _HASHES[self.algorithm[-3:]]()
        if isinstance(self.key, rsa.RSAPrivateKey):
            return _pss(self.key, message, digest.name)
        der = self.key.sign(message, ec.ECDSA(digest, deterministic_signing=True))
        width = (self.key.curve.key_size + 7) // 8
        r, s = decode_dss_signature(der)
        return r.to_bytes(width, "big") + s.to_bytes(width, "big")

    def as_(self, algorithm: str) -> Credential:
        """The same key and chain under another algorithm name."""
        return replace(self, algorithm=algorithm)


def _pss(key: rsa.RSAPrivateKey, message: bytes, name: str) -> bytes:
    """RSASSA-PSS (RFC 8017 §8.1.1) whose salt is derived from the message: for test vectors only."""
    numbers = key.private_numbers()
    modulus = numbers.public_numbers.n
    digest = hashlib.new(name, message).digest()
    size = len(digest)
    salt = hashlib.new(name, b"provkit test salt" + message).digest()
    bits = modulus.bit_length() - 1
    length = (bits + 7) // 8
    hashed = hashlib.new(name, bytes(8) + digest + salt).digest()
    block = bytes(length - 2 * size - 2) + b"\x01" + salt
    mask = b"".join(
        hashlib.new(name, hashed + counter.to_bytes(4, "big")).digest()
        for counter in range(length // size + 1)
    )
    masked = bytearray(a ^ b for a, b in zip(block, mask, strict=False))
    masked[0] &= 0xFF >> (8 * length - bits)
    encoded = int.from_bytes(bytes(masked) + hashed + b"\xbc", "big")
    return pow(encoded, numbers.d, modulus).to_bytes((modulus.bit_length() + 7) // 8, "big")


# ------------------------------------------------------------------ text


def selectors(data: bytes) -> str:
    """Bytes as variation selectors, one by one as §A.8.3.1 says."""
    return "".join(chr(0xFE00 + b) if b < 16 else chr(0xE0100 + b - 16) for b in data)


def wrap(
    store: bytes,
    *,
    magic: bytes = MAGIC,
    version: int = 1,
    length: int | None = None,
    prefix: str = FEFF,
    padding: bytes = b"",
) -> bytes:
    """A wrapper, UTF-8; every part of it can be wrong."""
    head = magic + bytes([version]) + (len(store) if length is None else length).to_bytes(4, "big")
    return (prefix + selectors(head + store + padding)).encode("utf-8")


def padding_c2pa_text(gap: int) -> bytes:
    """Padding of `gap` UTF-8 bytes as c2pa-text fills it: zeros, then as many 0xFF as fit."""
    for zeros in range(gap // 3 + 1):
        if (gap - 3 * zeros) % 4 == 0:
            return bytes(zeros) + b"\xff" * ((gap - 3 * zeros) // 4)
    raise ValueError(gap)


def padding_writerslogic(gap: int) -> bytes:
    """Padding as c2pa-unstructured-text fills it: zeros, then at most two 0x10."""
    tens = gap % 3
    return bytes((gap - 4 * tens) // 3) + b"\x10" * tens


def worst_case(store: bytes) -> int:
    """The size both writers pad to: every byte dear, and six bytes more."""
    return 3 + (13 + len(store)) * 4 + 6


def wrap_padded(store: bytes, fill: Callable[[int], bytes] = padding_c2pa_text) -> bytes:
    """A wrapper padded to :func:`worst_case`, as other writers make it."""
    return wrap(store, padding=fill(worst_case(store) - len(wrap(store))))


def nfc(text: bytes) -> bytes:
    """UTF-8 text in NFC."""
    return unicodedata.normalize("NFC", text.decode("utf-8")).encode("utf-8")


# ------------------------------------------------------------------ the forge


def _same(value: Any) -> Any:
    return value


@dataclass
class Forge:
    """A signed text in the making.  The defaults make a good one: human, created, trusted key."""

    host: bytes
    """Text before the wrapper."""
    credential: Credential
    tail: bytes = b""
    """Text behind the wrapper."""
    seed: str = "forge"
    """Identifiers are derived from it."""
    boxes: list[Box] = field(default_factory=lambda: [actions(created()), data_hash()])
    fields: dict[str, Any] = field(default_factory=dict)
    """Claim fields to add or replace; None removes one."""
    claim_label: str = "c2pa.claim.v2"
    urn: str | None = None
    """Label of the manifest; derived from `seed` when None."""
    manifest_uuid: bytes = type_uuid("c2ma")
    unprotected: dict[Any, Any] = field(default_factory=dict)
    """More entries of the COSE unprotected header."""
    fill: bool = True
    """Reach the size with zero bytes in the COSE ``pad``; False leaves `pad` out."""
    edit_claim: Callable[[dict[str, Any]], Any] = _same
    encode_claim: Callable[[Any], bytes] = canonical
    edit_protected: Callable[[dict[Any, Any]], Any] = _same
    """May return bytes."""
    sign: Callable[[bytes], bytes] | None = None
    """Signs instead of the credential."""
    edit_signature: Callable[[bytes], bytes] = _same
    edit_cose: Callable[[bytes], bytes] = _same
    """The encoded COSE_Sign1."""
    edit_parts: Callable[[list[bytes]], Sequence[bytes]] = _same
    """Children of the manifest: assertion store, claim, signature."""
    edit_manifests: Callable[[list[bytes]], Sequence[bytes]] = _same
    """Children of the store."""
    edit_store: Callable[[bytes], bytes] = _same
    wrap: Callable[[bytes], bytes] = wrap

    def text(self) -> bytes:
        """The signed text.

        Raises:
            RuntimeError: the size did not settle.
        """
        for nonce in range(_ATTEMPTS):
            middle = len(self._wrapped(nonce, 0x7FFF, 0)) + (24 + nonce if self.fill else 0)
            for step in range(3 if self.fill else 24):
                # Around the middle: 0, 1, -1, 2, -2 and so on.
                found = self._fit(nonce, middle + (step + 1) // 2 * (1 if step % 2 else -1))
                if found is not None:
                    return self.host + found + self.tail
        raise RuntimeError("the size did not settle")

    def _fit(self, nonce: int, length: int) -> bytes | None:
        found = self._wrapped(nonce, length, 0)
        gap = length - len(found)
        if gap == 0:
            return found
        if gap < 0 or not self.fill:
            return None
        for pad in range(max(1, gap // 3 - 2), gap // 3 + 2):
            found = self._wrapped(nonce, length, pad)
            if len(found) == length:
                return found
        return None

    def _wrapped(self, nonce: int, length: int, pad: int) -> bytes:
        return self.wrap(self._store(nonce, length, pad))

    def _name(self, what: str, nonce: int = 0) -> str:
        return str(
            uuid.UUID(bytes=hashlib.sha256(f"{self.seed}/{what}/{nonce}".encode()).digest()[:16], version=4)
        )

    def label(self) -> str:
        """Label of the manifest."""
        return self.urn or f"urn:c2pa:{self._name('manifest')}"

    def _store(self, nonce: int, length: int, pad: int) -> bytes:
        content = nfc(self.host + self.tail)
        frame = Frame(len(self.host), length, hashlib.sha256(content).digest(), content)
        raws = [entry.build(frame) for entry in self.boxes]
        claim = self.encode_claim(self.edit_claim(self._claim(raws, nonce)))
        parts = [
            superbox(type_uuid("c2as"), "c2pa.assertions", b"".join(raws)),
            superbox(type_uuid("c2cl"), self.claim_label, box(b"cbor", claim)),
            superbox(type_uuid("c2cs"), "c2pa.signature", box(b"cbor", self.cose(claim, pad))),
        ]
        manifest = superbox(self.manifest_uuid, self.label(), b"".join(self.edit_parts(parts)))
        return self.edit_store(superbox(type_uuid("c2pa"), "c2pa", b"".join(self.edit_manifests([manifest]))))

    def _claim(self, raws: list[bytes], nonce: int) -> dict[str, Any]:
        claim: dict[str, Any] = {
            "instanceID": f"xmp:iid:{self._name('instance', nonce)}",
            "claim_generator_info": {"name": "provkit test forge", "version": "1", "specVersion": "2.4.0"},
            "signature": f"self#jumbf=/c2pa/{self.label()}/c2pa.signature",
            "alg": "sha256",
        }
        for listed in ("created", "gathered"):
            entries = [b.entry(raw) for b, raw in zip(self.boxes, raws, strict=True) if b.listed == listed]
            if entries:
                claim[f"{listed}_assertions"] = entries
        claim.update(self.fields)
        return {name: value for name, value in claim.items() if value is not None}

    def cose(self, claim: bytes, pad: int = 0) -> bytes:
        """COSE_Sign1 over a claim."""
        chain = self.credential.chain
        header = self.edit_protected(
            {
                1: _ALGORITHMS.get(self.credential.algorithm, 0),
                33: chain[0] if len(chain) == 1 else list(chain),
            }
        )
        protected = header if isinstance(header, bytes) else canonical(header)
        message = canonical(["Signature1", protected, b"", claim])
        signature = self.edit_signature((self.sign or self.credential.sign)(message))
        unprotected = {**({"pad": bytes(pad)} if self.fill else {}), **self.unprotected}
        return self.edit_cose(cbor2.dumps(cbor2.CBORTag(18, [protected, unprotected, None, signature])))


def find_store(signed: bytes) -> tuple[int, int, bytes]:
    """Offset and length of the one wrapper in a signed text, UTF-8 bytes, and its store."""
    text = signed.decode("utf-8")
    at = text.index(FEFF + selectors(MAGIC))
    end = at + 1
    while end < len(text) and _byte(text[end]) is not None:
        end += 1
    data = bytes(b for c in text[at + 1 : end] if (b := _byte(c)) is not None)
    size = int.from_bytes(data[9:13], "big")
    start = len(text[:at].encode("utf-8"))
    return start, len(text[at:end].encode("utf-8")), data[13 : 13 + size]


def _byte(character: str) -> int | None:
    point = ord(character)
    if 0xFE00 <= point <= 0xFE0F:
        return point - 0xFE00
    return point - 0xE0100 + 16 if 0xE0100 <= point <= 0xE01EF else None


def children(raw: bytes) -> tuple[bytes, str, list[bytes]]:
    """Type UUID, label and the boxes of a superbox."""
    boxes = []
    position = 8
    while position < len(raw):
        size = int.from_bytes(raw[position : position + 4], "big")
        boxes.append(raw[position : position + size])
        position += size
    description = boxes[0][8:]
    return description[:16], description[17 : description.index(b"\0", 17)].decode("utf-8"), boxes[1:]


def unpack(signed: bytes, credential: Credential) -> Forge:
    """A signed text as a `Forge` that seals it again under `credential`.

    Assertions keep their bytes; the data hash is made anew, unless it is replaced in
    :attr:`Forge.boxes`.  Only the active manifest is kept.
    """
    start, length, store = find_store(signed)
    manifest_uuid, label, parts = children(children(store)[2][-1])
    by_type = {children(part)[0]: part for part in parts}
    claim_box = by_type[type_uuid("c2cl")]
    claim = cbor2.loads(children(claim_box)[2][0][8:])
    listing: dict[str, tuple[str, dict[str, Any]]] = {
        entry["url"].rpartition("/")[2]: (listed, entry)
        for listed in ("created", "gathered")
        for entry in claim.pop(f"{listed}_assertions", [])
    }
    forge = Forge(
        signed[:start], credential, tail=signed[start + length :], urn=label, manifest_uuid=manifest_uuid
    )
    forge.claim_label = children(claim_box)[1]
    forge.boxes = []
    for raw in children(by_type[type_uuid("c2as")])[2]:
        name = children(raw)[1]
        listed, entry = listing[name] if name in listing else (None, dict[str, Any]())
        made = data_hash() if name == "c2pa.hash.data" else Box(name, raw=raw)
        made.listed, made.url, made.alg = listed, entry.get("url"), entry.get("alg")
        forge.boxes.append(made)
    claim.pop("instanceID", None)
    forge.fields = claim
    return forge
