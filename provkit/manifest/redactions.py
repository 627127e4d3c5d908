"""Which assertions later manifests took out of earlier ones (C2PA 2.4 §6.8, §15.10.2).

A claim names what it redacted in the manifests of its ingredients, near or far.  So before any
manifest is held against its claim it has to be known who redacted what in it.  That needs only
the claims and the ingredient assertions, which are read here as far as they can be: what is
wrong with them the steps say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from provkit.errors import LimitError, MalformedError
from provkit.manifest import assertions as kinds
from provkit.manifest import cbor, jumbf
from provkit.manifest import store as stores
from provkit.manifest.assertions import Ingredient

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from provkit.limits import Limits
    from provkit.manifest.jumbf import SuperBox
    from provkit.manifest.store import Manifest

_FIELD: Final = b"redacted_assertions"
_MARK: Final = bytes.fromhex("caa98eee9d4df80e86ad4dffca263973")
"""The C2PA Redaction UUID, which begins what stands in the place of an assertion (§6.8)."""
_PLAIN: Final = jumbf.TOGGLE_REQUESTABLE | jumbf.TOGGLE_LABEL


def collect(manifests: Mapping[str, Manifest], active: str, limits: Limits) -> dict[str, frozenset[str]]:
    """Labels of the redacted assertions of each manifest that has any, by label of the manifest.

    A redaction counts in manifests that the redacting one has as an ingredient, directly or through
    others, as the active manifest has the redacting one.  It never counts for actions and hard
    bindings: nobody may take those out.

    Raises:
        LimitError: ingredients nest deeper than the limit.
    """
    if not any(_may_redact(box) for manifest in manifests.values() for box in manifest.claims):
        return {}
    family = _Family(manifests, limits)
    found: dict[str, set[str]] = {}
    for label, manifest in manifests.items():
        if label != active and not family.descends(active, label):
            continue
        for target in _redacted(manifest, limits):
            if family.descends(label, target[0]):
                found.setdefault(target[0], set()).add(target[1])
    return {label: frozenset(labels) for label, labels in found.items()}


def target_of(uri: str) -> tuple[str, str] | None:
    """Labels of the manifest and the assertion that a URI in ``redacted_assertions`` names.

    None if it names no assertion of a manifest by its absolute URI.
    """
    target = stores.parse_uri(uri)
    if target is None or target.manifest is None or len(target.path) != 2:
        return None
    return (target.manifest, target.path[1]) if target.path[0] == stores.LABEL_ASSERTIONS else None


def is_protected(label: str) -> bool:
    """Whether an assertion of this label may never be redacted (§6.8)."""
    base = stores.base_label(label)
    return base in kinds.ACTIONS_LABELS or base.startswith("c2pa.hash.")


def is_blank(box: SuperBox) -> bool:
    """Whether nothing but zeros is left of a redacted assertion (§6.8, §15.11.3.3.1)."""
    if box.superboxes or not box.contents:
        return False
    return all(_is_zero(content) for content in box.contents)


def is_plain(box: SuperBox) -> bool:
    """Whether it is blank, and its description says no more than a label: there is no hash over it."""
    return box.toggles == _PLAIN and box.uuid == jumbf.UUID_UUID and len(box.contents) == 1 and is_blank(box)


def _is_zero(content: jumbf.ContentBox) -> bool:
    data = content.payload
    if content.type == b"uuid" and data.startswith(_MARK):
        data = data[len(_MARK) :]
    return data.count(0) == len(data)


def _may_redact(claim: SuperBox) -> bool:
    """Whether the field can stand in a claim: plainly, or as a string in parts, which older engines wrote."""
    return _FIELD in claim.raw or b"\x7f" in claim.raw


def _redacted(manifest: Manifest, limits: Limits) -> Iterator[tuple[str, str]]:
    for box in manifest.claims:
        if not _may_redact(box) or len(box.contents) != 1:
            continue
        try:
            fields = cbor.decode(box.contents[0].payload, max_depth=limits.cbor_depth)
        except MalformedError:
            continue  # step 4 will say so
        listed = fields.get(_FIELD.decode()) if isinstance(fields, cbor.MAPS) else None
        for uri in listed if isinstance(listed, cbor.LISTS) else ():
            target = target_of(uri) if isinstance(uri, str) else None
            if target is not None and not is_protected(target[1]):
                yield target


class _Family:
    """Who is an ingredient of whom.  One bit for each manifest, so that asking costs nothing."""

    def __init__(self, manifests: Mapping[str, Manifest], limits: Limits) -> None:
        self._manifests, self._limits = manifests, limits
        self._bits = {label: 1 << number for number, label in enumerate(manifests)}
        self._below: dict[str, int] = {}

    def descends(self, later: str, earlier: str) -> bool:
        """Whether `later` has `earlier` among its ingredients, or theirs."""
        bit = self._bits.get(earlier, 0)
        return later != earlier and bool(self._under(later, 1) & bit)

    def _under(self, label: str, depth: int) -> int:
        if label in self._below:
            return self._below[label]
        if depth > self._limits.ingredient_depth:
            raise LimitError(f"ingredients nest deeper than {self._limits.ingredient_depth}")
        self._below[label] = 0  # a way back to itself leads nowhere
        found = 0
        for named in self._ingredients(self._manifests[label]):
            found |= self._bits[named] | self._under(named, depth + 1)
        self._below[label] = found
        return found

    def _ingredients(self, manifest: Manifest) -> Iterator[str]:
        for assertion in manifest.assertions:
            if assertion.base_label not in kinds.INGREDIENT_LABELS:
                continue
            try:
                content = kinds.decode(assertion, self._limits.cbor_depth)
                ingredient = Ingredient.read(content, assertion.base_label)
            except MalformedError:
                continue  # steps 7 and 9 will say so
            target = stores.parse_uri(ingredient.manifest.url) if ingredient.manifest else None
            label = target.manifest if target is not None else None
            if label is not None and label in self._manifests:
                yield label
