"""What a credential that holds says beside the origin: use, category and purpose (READ-6).

A verdict names the assertions of a manifest and not what is in them, so they are read here, and only
where a verdict says that the manifest holds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from provkit import verification
from provkit.crawl.signals import manifest as usage
from provkit.errors import MalformedError
from provkit.manifest import assertions as kinds
from provkit.manifest import claim as claims
from provkit.manifest import store as stores
from provkit.verdict import State

if TYPE_CHECKING:
    from provkit.crawl.model import Preference
    from provkit.limits import Limits
    from provkit.manifest.store import Manifest
    from provkit.verdict import Verdict

LONGEST: Final = 200
"""Characters of a value that a reading keeps."""

_MOST: Final = 100
_WANTED: Final = frozenset({kinds.LABEL_ORIGIN, *usage.LABELS})


class Statements(NamedTuple):
    """What the assertions of one manifest state."""

    preferences: tuple[Preference, ...] = ()
    categories: tuple[str, ...] = ()
    purpose: str | None = None
    """Only where a listed signer stands behind it: it buys a larger share of a mix."""


NOTHING: Final = Statements()


def read(
    body: bytes, verdict: Verdict | None, limits: Limits, manifest_store: bytes | None = None
) -> Statements:
    """The statements of a credential.

    Args:
        body: the asset that `verdict` is about.
        verdict: of it.
        limits: bounds on what is read.
        manifest_store: the one that `verdict` is about, where it is kept apart from the body.

    Raises:
        MalformedError, UnsupportedError, LimitError: as :func:`provkit.inspect`.
    """
    if verdict is None or verdict.state not in (State.VALID, State.TRUSTED):
        return NOTHING
    if _WANTED.isdisjoint(stores.base_label(label) for label in verdict.assertions):
        return NOTHING
    found = verification.inspect(body, limits=limits, manifest=manifest_store)
    if found is None or found.store.active.label != verdict.manifest:
        return NOTHING
    manifest = found.store.active
    mining: dict[str, Any] = {}
    categories: list[str] = []
    purpose = None
    for assertion in manifest.assertions[: limits.assertions]:
        label = stores.base_label(assertion.label)
        if label not in _WANTED or assertion.label not in verdict.assertions:
            continue
        content = kinds.decode(assertion, limits.cbor_depth)
        if label in usage.LABELS:
            mining[assertion.label] = content
        elif isinstance(content, dict):
            categories += [value[:LONGEST] for value in (content.get("category"),) if isinstance(value, str)]
            stated = content.get("purpose")
            behind = verdict.state is State.TRUSTED and assertion.label in _created(manifest, limits)
            if isinstance(stated, str) and stated.strip() and behind:
                purpose = stated.strip()[:LONGEST]
    return Statements(usage.preferences(mining)[:_MOST], tuple(categories[:_MOST]), purpose)


def _created(manifest: Manifest, limits: Limits) -> frozenset[str]:
    """Labels of the assertions that the signer stands behind (C2PA 2.4 §10.2.2)."""
    box = manifest.claims[0]
    version = 2 if box.label == stores.LABEL_CLAIM else 1
    try:
        claim = claims.read(box.contents[0].payload, version, limits.cbor_depth)
    except MalformedError:  # a claim that held a moment ago; whatever it is, nobody stands behind it
        return frozenset()
    targets = (stores.parse_uri(uri.url) for uri in claim.created)
    return frozenset(target.path[-1] for target in targets if target is not None and target.path)
