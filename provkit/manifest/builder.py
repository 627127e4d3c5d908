"""Writing a manifest store: claim version 2 with a data hash over the content (C2PA 2.4 §10).

The data hash names the byte range of the carrier, and in text the length of the carrier
depends on the *values* of the bytes it carries: hashes, the signature, length fields.
Everything but the signature is known before signing.  So :func:`build` declares a length
that fits the most expensive signature; a cheaper one leaves a gap, which zero bytes of
the unsigned COSE ``pad`` fill.  A zero byte of text fills three bytes, so a gap of another
remainder takes another signature: about three in text, one where length is plain.

A time stamp is over the signature, and an authority is not to be asked three times.  So with one
there is room for more zero bytes in two paddings, whose own length fields cost more or less by their
values: with :data:`_FREE_ZEROS` of them some division reaches every remainder.
"""

from __future__ import annotations

import hashlib
import secrets
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

from provkit.errors import ProvkitError
from provkit.manifest import assertions as kinds
from provkit.manifest import cbor, cose, jumbf
from provkit.manifest import store as stores

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from provkit.carriers.carried import Placement

SPEC_VERSION: Final = "2.4.0"
GENERATOR_NAME: Final = "provkit"
HASH_ALGORITHM: Final = "sha256"
_ATTEMPTS: Final = 300
_SALT_BYTES: Final = 16
_SIGNATURE_BYTES: Final = {"ES256": 64, "ES384": 96, "ES512": 132, "Ed25519": 64}
_RSA_SIGNATURE_BYTES: Final = 256
_STAMP_BYTES: Final = 6400
"""Room for a time-stamp token that has not been seen yet, bytes; most take 2 to 6 KB."""
_STAMPS: Final = 4
"""How often a time stamp is asked for: once, and again only if the token was larger than that."""
_FREE_ZEROS: Final = 4608
"""Zero bytes over which two paddings can be divided so that the carrier takes any number of bytes."""
_FEW_ZEROS: Final = 64
"""The same where one byte of the store is one byte of the carrier, about."""
_NEAR: Final[tuple[int, ...]] = (0, -1, -2, 1)
_FAR: Final = (0, -1, 1, -2, 2, -3, 3, -4, 4)


class ClaimSigner(Protocol):
    """The part of a signer that building needs; :class:`provkit.Signer` has it."""

    @property
    def algorithm(self) -> str: ...
    @property
    def chain(self) -> tuple[bytes, ...]: ...
    @property
    def deterministic(self) -> bool: ...
    def sign(self, data: bytes, /) -> bytes: ...


class Draft(Protocol):
    """An assertion to write."""

    @property
    def label(self) -> str: ...
    @property
    def content(self) -> Any: ...


@dataclass(frozen=True, slots=True)
class Reference:
    """Stands in the content of a draft for the hashed URI of an earlier draft."""

    label: str


class Entropy:
    """Where identifiers and salts come from; replaced for vectors and tests only."""

    def uuid(self) -> str:
        """A fresh UUID version 4, lower case."""
        return str(uuid.uuid4())

    def salt(self) -> bytes | None:
        """Salt of one assertion box, 16 bytes (§8.4.2.3); None writes it unsalted."""
        return secrets.token_bytes(_SALT_BYTES)


class SettleError(ProvkitError):
    """No signature made the carrier as long as the manifest says."""

    kind = "internal"


class _Plan(NamedTuple):
    """A manifest laid out for one declared carrier length, ready to be signed."""

    claim: bytes
    body: bytes
    """Serialised assertion store and claim box."""


class _Layout:
    """The parts of a manifest that stay the same whatever length is declared."""

    def __init__(
        self,
        drafts: Sequence[Draft],
        place: Placement,
        signer: ClaimSigner,
        generator: dict[str, str],
        title: str | None,
        entropy: Entropy,
        ancestors: Sequence[bytes],
    ) -> None:
        self.place = place
        self.ancestors = b"".join(ancestors)
        self.urn = f"urn:c2pa:{entropy.uuid()}"
        self.protected = cose.encode_protected(signer.algorithm, signer.chain)
        uris: dict[str, dict[str, Any]] = {}
        boxes = []
        for draft in drafts:
            boxes.append(_assertion(draft.label, _resolved(draft.content, uris), entropy.salt()))
            uris[draft.label] = _hashed_uri(draft.label, boxes[-1])
        self.boxes = b"".join(boxes)
        self.uris = list(uris.values())
        self.salt = entropy.salt()
        self.claim: dict[str, Any] = {
            "instanceID": f"xmp:iid:{entropy.uuid()}",
            "claim_generator_info": generator,
            "signature": f"{stores.URI_PREFIX}/{stores.LABEL_STORE}/{self.urn}/{stores.LABEL_SIGNATURE}",
            "alg": HASH_ALGORITHM,
        }
        if title is not None:
            self.claim["dc:title"] = title

    def plan(self, length: int) -> _Plan:
        """Lay out for a carrier of ``length`` bytes."""
        data_hash: dict[str, Any] = {
            "alg": HASH_ALGORITHM,
            "hash": self.place.digest(length),
            "pad": b"",
        }
        if self.place.start is not None:
            data_hash["exclusions"] = [{"start": self.place.start, "length": length}]
        box = _assertion(kinds.LABEL_DATA_HASH, data_hash, self.salt)
        uris = [*self.uris, _hashed_uri(kinds.LABEL_DATA_HASH, box)]
        claim = cbor.encode({**self.claim, "created_assertions": uris})
        return _Plan(
            claim,
            jumbf.superbox(jumbf.UUID_ASSERTIONS, stores.LABEL_ASSERTIONS, self.boxes + box)
            + jumbf.superbox(jumbf.UUID_CLAIM, stores.LABEL_CLAIM, jumbf.content_box(b"cbor", claim)),
        )

    def assemble(self, plan: _Plan, signature: bytes, beside: cose.Beside) -> bytes:
        """The whole store."""
        cose_box = jumbf.content_box(b"cbor", cose.encode(self.protected, signature, beside))
        signature_box = jumbf.superbox(jumbf.UUID_SIGNATURE, stores.LABEL_SIGNATURE, cose_box)
        manifest = jumbf.superbox(jumbf.UUID_MANIFEST, self.urn, plan.body + signature_box)
        return jumbf.superbox(jumbf.UUID_STORE, stores.LABEL_STORE, self.ancestors + manifest)

    def roomy(self, length: int, signature_bytes: int, beside: cose.Beside) -> tuple[_Plan, int]:
        """The least length from ``length`` on that holds its own plan, whatever the signature is."""
        while True:
            plan = self.plan(length)
            needed = self.place.length(self.assemble(plan, b"\xff" * signature_bytes, beside))
            if needed <= length:
                return plan, length
            length = needed

    def fit(self, plan: _Plan, signature: bytes, beside: cose.Beside, length: int) -> bytes | None:
        """The store whose carrier takes exactly ``length`` bytes, or None."""

        def taken(pad: int, pad2: int | None = None) -> tuple[bytes, int]:
            store = self.assemble(plan, signature, beside._replace(pad=pad, pad2=pad2))
            return store, self.place.length(store)

        stamped = beside.time_stamp is not None
        zeros = (length - taken(0)[1]) // self.place.zero_cost if stamped else 0
        for division in _divisions(zeros) if stamped else (None,):
            store, least = taken(0, division)
            gap = length - least
            if gap == 0:
                return store
            if gap < 0:
                continue
            # Length fields on the way out cost more or less as they grow: look a little around.
            around, reach = gap // self.place.zero_cost, _NEAR
            if stamped and around:
                # Over thousands of zero bytes "about" is not good enough: measure.
                around, reach = gap * around // (taken(around, division)[1] - least), _FAR
            for pad in (around + step for step in reach):
                if pad > 0:
                    store, length_now = taken(pad, division)
                    if length_now == length:
                        return store
        return None


def build(
    drafts: Sequence[Draft],
    place: Placement,
    signer: ClaimSigner,
    *,
    version: str,
    title: str | None = None,
    entropy: Entropy | None = None,
    ancestors: Sequence[bytes] = (),
    stamp: Callable[[bytes], bytes] | None = None,
    revocation: tuple[bytes, ...] = (),
) -> bytes:
    """Build and sign a manifest store.

    Args:
        drafts: assertions to list as created, before the data hash.
        place: where the store will stand, and how the rest is hashed.
        signer: signs the claim; called once or a few times.
        version: version of the claim generator.
        title: ``dc:title``.
        entropy: source of identifiers and salts.
        ancestors: manifest superboxes of ingredients, oldest first; the new one becomes the last
            and so the active one (§15.5.1).
        stamp: gives a bare TimeStampToken over the bytes it gets; called once, unless its token is
            larger than anybody's.
        revocation: OCSP responses about the signer's certificate, DER, to be stapled.

    Returns:
        The store; ``place.length`` of it equals the exclusion in it.

    Raises:
        SettleError: if no length fitted after many attempts.
    """
    generator = {"name": GENERATOR_NAME, "version": version, "specVersion": SPEC_VERSION}
    layout = _Layout(drafts, place, signer, generator, title, entropy or Entropy(), ancestors)
    signature_bytes = _SIGNATURE_BYTES.get(signer.algorithm, _RSA_SIGNATURE_BYTES)
    room = beside = cose.Beside(revocation=revocation)
    if stamp is not None:
        zeros = _FEW_ZEROS if place.zero_cost == 1 else _FREE_ZEROS
        room = room._replace(time_stamp=b"\xff" * _STAMP_BYTES, pad=zeros)
    plan, length = layout.roomy(0, signature_bytes, room)
    for _ in range(_ATTEMPTS if stamp is None else _STAMPS):
        signature = signer.sign(cose.to_be_signed(layout.protected, plan.claim))
        if len(signature) != signature_bytes:
            signature_bytes = len(signature)
            plan, length = layout.roomy(length, signature_bytes, room)
            continue
        if stamp is not None:
            token = stamp(cose.to_be_stamped(layout.protected, cbor.encode(signature)))
            beside = beside._replace(time_stamp=token)
            # Should it not fit, there is more room for the next one.
            room = room._replace(time_stamp=b"\xff" * (len(token) + _FEW_ZEROS))
        store = layout.fit(plan, signature, beside, length)
        if store is not None:
            return store
        if signer.deterministic or stamp is not None:
            # The same claim would get the same signature: declare another length.
            plan, length = layout.roomy(length + 1, signature_bytes, room)
    raise SettleError("the length of the carrier did not settle", hint="please report this with the input")


def _divisions(zeros: int) -> Iterator[int | None]:
    """Lengths to try for a second padding, of about so many zero bytes in all.

    A length field takes another byte at 24, 256 and 65536, and a byte below 16 costs less in text: so
    both paddings are tried on either side of these, and of 4096.
    """
    yield from (None, 0, 24)
    for begin in (max(zeros, 0) // 2 & ~0xFF, 4096):
        yield from (begin, begin + 16, *range(begin + 24, begin + 256, 8))


def _resolved(content: Any, uris: dict[str, dict[str, Any]]) -> Any:
    if isinstance(content, Reference):
        return uris[content.label]
    if isinstance(content, dict):
        return {key: _resolved(value, uris) for key, value in content.items()}
    if isinstance(content, list):
        return [_resolved(value, uris) for value in content]
    return content


def _assertion(label: str, content: Any, salt: bytes | None) -> bytes:
    body = jumbf.content_box(b"cbor", cbor.encode(content))
    return jumbf.superbox(jumbf.UUID_CBOR, label, body, salt=salt)


def _hashed_uri(label: str, box: bytes) -> dict[str, Any]:
    """§8.4.2.3: the hash leaves out the 8-byte header of the superbox."""
    url = f"{stores.URI_PREFIX}{stores.LABEL_ASSERTIONS}/{label}"
    return {"url": url, "hash": hashlib.sha256(box[8:]).digest()}
