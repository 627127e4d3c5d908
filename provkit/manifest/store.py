"""A manifest store as C2PA sees it: manifests, claims, assertions, and how URIs reach them.

This is the layer between boxes (:mod:`.jumbf`) and meaning (:mod:`.claim`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from provkit.errors import LimitError, MalformedError, UnsupportedError
from provkit.limits import DEFAULT_LIMITS, Limits
from provkit.manifest import compressed, items, jumbf

if TYPE_CHECKING:
    from collections.abc import Sequence

    from provkit.manifest.jumbf import SuperBox

URI_PREFIX: Final = "self#jumbf="
LABEL_STORE: Final = "c2pa"
LABEL_ASSERTIONS: Final = "c2pa.assertions"
LABEL_SIGNATURE: Final = "c2pa.signature"
LABEL_CLAIM: Final = "c2pa.claim.v2"
LABEL_CLAIM_V1: Final = "c2pa.claim"

_MANIFESTS: Final = {
    jumbf.UUID_MANIFEST: "standard",
    jumbf.UUID_MANIFEST_ALIAS: "standard",
    jumbf.UUID_UPDATE_MANIFEST: "update",
    jumbf.UUID_COMPRESSED_MANIFEST: "compressed",
}
_PARTS: Final = frozenset(
    {
        jumbf.UUID_ASSERTIONS,
        jumbf.UUID_CLAIM,
        jumbf.UUID_SIGNATURE,
        jumbf.UUID_DATA_BOXES,
        jumbf.UUID_CREDENTIALS,
    }
)
_LABELS_OF_OTHERS: Final = {
    jumbf.UUID_DATA_BOXES: "c2pa.databoxes",
    jumbf.UUID_CREDENTIALS: "c2pa.credentials",
}
_PLAIN_TOGGLES: Final = jumbf.TOGGLE_REQUESTABLE | jumbf.TOGGLE_LABEL


class Assertion(NamedTuple):
    """One assertion superbox."""

    label: str
    base_label: str
    """Label without the instance suffix ``__2`` (§6.4)."""
    box: SuperBox

    @property
    def content(self) -> jumbf.ContentBox | None:
        """The single content box, None if the assertion is of several parts."""
        return self.box.contents[0] if len(self.box.contents) == 1 and not self.box.superboxes else None


class Manifest(NamedTuple):
    """One manifest superbox, taken apart."""

    label: str
    kind: str
    """``standard``, ``update`` or ``compressed``: what the superbox in the store is."""
    claims: tuple[SuperBox, ...]
    assertions: tuple[Assertion, ...]
    assertion_stores: tuple[SuperBox, ...]
    signatures: tuple[SuperBox, ...]
    others: tuple[SuperBox, ...]
    """Data boxes and credential stores of older versions."""
    box: SuperBox
    """The superbox as it stands in the store; what a hash of the manifest covers (§11.1.3.2)."""
    base_uri: str
    """Absolute JUMBF URI of the manifest."""
    parts: SuperBox
    """The superbox that holds claim, assertions and signature: another one if they are compressed."""
    sealed: MalformedError | UnsupportedError | None = None
    """Why a compressed manifest cannot be looked into, which leaves it without parts."""

    @property
    def role(self) -> str:
        """``standard`` or ``update``, compressed or not."""
        return "update" if self.parts.uuid == jumbf.UUID_UPDATE_MANIFEST else "standard"

    def uri(self, *path: str) -> str:
        """Absolute JUMBF URI of a part of this manifest (§8.4)."""
        return "/".join((self.base_uri, *path))

    def assertion_uri(self, label: str) -> str:
        """Absolute JUMBF URI of an assertion."""
        return f"{self.base_uri}/{LABEL_ASSERTIONS}/{label}"

    def stray(self) -> str | None:
        """What in this manifest no hash and no signature covers, or None.

        Descriptions of the manifest, its claim box, assertion store and signature box are
        hashed by nothing.  They must be plain, or they are room for unsigned content.
        """
        own = (self.parts, *self.claims, *self.signatures, *self.assertion_stores, *self.others)
        for box in own if self.parts is self.box else (self.box, *own):
            if box.toggles != _PLAIN_TOGGLES:
                return f"the description of box {box.label!r} carries more than a type and a label"
        if self.sealed is not None:
            return f"the manifest is compressed and cannot be looked into: {self.sealed.message}"
        if self.parts.contents or any(box.contents for box in (*self.assertion_stores, *self.others)):
            return "a content box stands between the parts of the manifest"
        if self.box.uuid == jumbf.UUID_MANIFEST_ALIAS:
            # §11.1.4: readable in old files, written by nobody, one byte away from the type in use.
            return "the manifest is of a type that is no longer written"
        for box in self.parts.superboxes:
            if box.uuid not in _PARTS:
                return f"box {box.label!r} is of a type this standard does not define"
        for box in (*self.claims, *self.signatures):
            if box.superboxes or len(box.contents) != 1 or box.contents[0].type != b"cbor":
                return f"box {box.label!r} holds more than one CBOR box"
        if len(self.assertion_stores) > 1:
            return "the manifest has two assertion stores"
        if len({box.uuid for box in self.others}) != len(self.others):
            return "the manifest has two stores of one kind"
        for box in self.others:
            # Hashed URIs cover what stands in them, and nothing covers their labels.
            if box.label != _LABELS_OF_OTHERS[box.uuid] or not box.superboxes:
                return f"box {box.label[:80]!r} has another label than its type, or is empty"
        if any(box.label != LABEL_ASSERTIONS for box in self.assertion_stores):
            return "the assertion store has another label"
        return None


class ManifestStore(NamedTuple):
    """A parsed store; the last manifest is the active one (§15.5.1)."""

    manifests: tuple[Manifest, ...]
    box: SuperBox
    elsewhere: tuple[Manifest, ...] = ()
    """Manifests of older stores of the same asset, which ingredients may refer to (§A.4.2.1)."""

    @property
    def active(self) -> Manifest:
        return self.manifests[-1]

    def stray(self) -> str | None:
        """What in the store itself belongs to no manifest, or None."""
        if self.box.toggles != _PLAIN_TOGGLES or self.box.contents:
            return "the manifest store carries more than manifests"
        if len(self.manifests) != len(self.box.superboxes):
            return "the manifest store holds a box that is no manifest"
        return None


def read(data: bytes, limits: Limits = DEFAULT_LIMITS) -> ManifestStore:
    """Take a manifest store apart.

    Raises:
        MalformedError: not a store, no manifest in it, or two manifests of one label.
        LimitError: too large, too deep, too many boxes or assertions.
    """
    box = jumbf.parse(data, limits)
    if box.uuid != jumbf.UUID_STORE or box.label != LABEL_STORE:
        raise MalformedError("the JUMBF superbox is not a C2PA manifest store")
    unpacker = None
    if any(child.uuid == jumbf.UUID_COMPRESSED_MANIFEST for child in box.superboxes):
        unpacker = compressed.Unpacker(box, limits)
    manifests = tuple(
        _manifest(child, limits, unpacker) for child in box.superboxes if child.uuid in _MANIFESTS
    )
    if not manifests:
        raise MalformedError("the manifest store holds no manifest")
    if len(data) > limits.cbor_items or unpacker is not None:  # fewer bytes hold no more values
        items.check((manifest.parts for manifest in manifests), limits)
    # §8.4: an ambiguous label does not resolve, so a repeated one makes every URI void.
    if len({manifest.label for manifest in manifests}) != len(manifests):
        raise MalformedError("two manifests in the store have the same label")
    return ManifestStore(manifests, box)


def join(older: Sequence[ManifestStore], active: ManifestStore, limits: Limits) -> ManifestStore:
    """The stores of one asset as one logical store, the last being active (§A.4.2.1).

    Raises:
        MalformedError: two different manifests with one label.
        LimitError: together they hold too much.
    """
    if not older:
        return active
    items.check((manifest.parts for store in (*older, active) for manifest in store.manifests), limits)
    known = {manifest.label: manifest.box.raw for manifest in active.manifests}
    elsewhere = []
    for store in older:
        for manifest in store.manifests:
            raw = known.setdefault(manifest.label, manifest.box.raw)
            if raw != manifest.box.raw:
                raise MalformedError("two manifest stores of the file have different manifests of one label")
            if raw is manifest.box.raw:
                elsewhere.append(manifest)
    return active._replace(elsewhere=tuple(elsewhere))


def _manifest(box: SuperBox, limits: Limits, unpacker: compressed.Unpacker | None) -> Manifest:
    by_type: dict[bytes, list[SuperBox]] = {}
    parts, sealed = box, None
    if unpacker is not None and box.uuid == jumbf.UUID_COMPRESSED_MANIFEST:
        try:
            parts = unpacker.unpack(box)
        except (MalformedError, UnsupportedError) as error:
            sealed = error.with_traceback(None)  # else its frames would hold on to all of this
    for child in () if sealed else parts.superboxes:
        by_type.setdefault(child.uuid, []).append(child)
    stores = by_type.get(jumbf.UUID_ASSERTIONS, [])
    assertions = [
        Assertion(child.label, base_label(child.label), child)
        for store in stores
        for child in store.superboxes
    ]
    if len(assertions) > limits.assertions:
        raise LimitError(f"the manifest has {len(assertions)} assertions; the limit is {limits.assertions}")
    return Manifest(
        label=box.label,
        kind=_MANIFESTS[box.uuid],
        claims=tuple(by_type.get(jumbf.UUID_CLAIM, ())),
        assertions=tuple(assertions),
        assertion_stores=tuple(stores),
        signatures=tuple(by_type.get(jumbf.UUID_SIGNATURE, ())),
        others=tuple(
            child
            for kind in (jumbf.UUID_DATA_BOXES, jumbf.UUID_CREDENTIALS)
            for child in by_type.get(kind, ())
        ),
        box=box,
        base_uri=f"{URI_PREFIX}/{LABEL_STORE}/{box.label}",
        parts=parts,
        sealed=sealed,
    )


def base_label(label: str) -> str:
    """Label of an assertion without its instance suffix ``__2`` (§6.4)."""
    if "__" not in label:
        return label
    head, _, tail = label.rpartition("__")
    return head if tail.isascii() and tail.isdigit() else label


_UUID: Final = r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
_URN: Final = re.compile(rf"urn:c2pa:{_UUID}(?::[!-9;-~]{{0,32}}(?::[0-9]{{1,9}}_[0-9]{{1,9}})?)?")
_OLDER_NAME: Final = re.compile(rf"(?:[0-9A-Za-z_.-]{{1,32}}:)?(?:urn:uuid:)?{_UUID}")


def is_name(label: str, version: int) -> bool:
    """Whether the label of a manifest has the form of its time, so that it says nothing else (§8.1).

    Args:
        label: of the manifest.
        version: of its claim; those of version 1 have a UUID with or without words before it.
    """
    return bool(_URN.fullmatch(label) or (version == 1 and _OLDER_NAME.fullmatch(label)))


class Target(NamedTuple):
    """What a JUMBF URI names: a manifest and the path of labels inside it."""

    manifest: str | None
    """Label of the manifest; None for the one the URI stands in."""
    path: tuple[str, ...]


_NO_LABELS: Final = frozenset({"", ".", ".."})


def parse_uri(uri: Any) -> Target | None:
    """Split a JUMBF URI (§8.4); None if it is not one.

    Accepts the absolute form, the relative form, and the form without the leading
    slash that older writers used (``self#jumbf=c2pa/urn:…``).
    """
    if not isinstance(uri, str) or not uri.startswith(URI_PREFIX):
        return None
    rest = uri[len(URI_PREFIX) :]
    absolute = rest.startswith("/")
    labels = rest[absolute:].split("/")
    if not _NO_LABELS.isdisjoint(labels):
        return None
    if labels[0] == LABEL_STORE and (absolute or len(labels) > 1):
        return Target(labels[1], tuple(labels[2:])) if len(labels) > 1 else None
    return None if absolute else Target(None, tuple(labels))


def resolve(manifest: Manifest, path: tuple[str, ...]) -> SuperBox | None:
    """The superbox a path of labels names inside a manifest; None if absent or ambiguous (§8.4)."""
    box = manifest.parts
    for label in path:
        found = [child for child in box.superboxes if child.label == label]
        if len(found) != 1:
            return None
        box = found[0]
    return box
