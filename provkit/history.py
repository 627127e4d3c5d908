"""The credential of what an asset was made from, kept as its ``parentOf`` ingredient (C2PA 2.4 §18.16)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from provkit.codes import StatusKind
from provkit.errors import ConfigurationError
from provkit.manifest import store as stores
from provkit.verdict import State
from provkit.verification import inspect, verify

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from provkit.carriers.source import Source
    from provkit.limits import Limits
    from provkit.manifest.jumbf import SuperBox
    from provkit.verdict import Status, Verdict


@dataclass(frozen=True, slots=True)
class History:
    """What a new manifest takes over from an old one; empty for an asset without history."""

    manifests: tuple[bytes, ...] = ()
    """Manifest superboxes, oldest first, byte for byte."""
    ingredient: dict[str, Any] | None = None
    """Content of the ingredient assertion (version 3)."""
    store: bytes = b""
    """The manifest store of the parent, whole, for the reference engine, which copies from it itself."""


def read_history(
    parent: bytes | Source,
    media_type: str,
    at: datetime,
    limits: Limits,
    *,
    manifest: bytes | None = None,
    password: str | None = None,
) -> History:
    """The history that an asset made from `parent` has.

    Args:
        parent: a signed asset, whole.
        media_type: written as ``dc:format`` of the ingredient.
        at: moment the parent is judged at, aware.
        limits: bounds on what is read.
        manifest: a store that is kept apart from the parent.
        password: of an encrypted PDF.

    Raises:
        ConfigurationError: the parent has no credential, or one that does not hold.
    """
    verdict = verify(parent, at=at, limits=limits, manifest=manifest, password=password)
    if verdict.state is State.UNSIGNED:
        raise ConfigurationError(
            "there is no credential to keep as history", hint="sign it without --resign or --parent"
        )
    holds = verdict.state in (State.TRUSTED, State.VALID)
    found = inspect(parent, limits=limits, manifest=manifest, password=password) if holds else None
    if found is None:
        raise ConfigurationError(
            "the credential to keep as history does not hold, and a signature would cover that up",
            hint="see: provkit verify -v; to start anew, take it off with: provkit strip",
        )
    return _history(found.data, found.store, media_type, results_of(verdict), verdict.title)


def recall_history(
    store: bytes, media_type: str, results: Mapping[str, Any], title: str | None, limits: Limits
) -> History:
    """The history that an asset has whose parent is gone, from what was kept of it.

    Args:
        store: the manifest store of the parent.
        media_type: of the parent.
        results: what validation said while the parent was there, as :func:`results_of` gave it.
        title: of the parent, if it had one.
        limits: bounds on what is read.

    Raises:
        MalformedError: `store` is none.
    """
    return _history(store, stores.read(store, limits), media_type, results, title)


def _history(
    data: bytes, store: stores.ManifestStore, media_type: str, results: Mapping[str, Any], title: str | None
) -> History:
    active = store.active
    ingredient = {
        "relationship": "parentOf",
        "dc:format": media_type,
        "activeManifest": _hashed_uri(active.uri(), active.box),
        "claimSignature": _hashed_uri(active.uri(stores.LABEL_SIGNATURE), active.signatures[0]),
        "validationResults": {"activeManifest": dict(results)},
    }
    if title is not None:
        ingredient["dc:title"] = title
    kept = (*store.elsewhere, *store.manifests)
    return History(tuple(one.box.raw for one in kept), ingredient, data)


def _hashed_uri(url: str, box: SuperBox) -> dict[str, Any]:
    return {"url": url, "alg": "sha256", "hash": hashlib.sha256(box.hashed).digest()}


def results_of(verdict: Verdict) -> dict[str, Any]:
    """What validation said when the parent was opened, as an ingredient records it (§18.16.12)."""
    statuses = verdict.statuses
    return {
        "success": [_status(status) for status in statuses.success],
        "informational": [_status(status) for status in statuses.informational],
        "failure": [_status(status) for status in statuses.failure],
    }


def _status(status: Status) -> dict[str, str]:
    """The URI only where somebody will look for it: in text every byte of it costs four."""
    code = {"code": str(status.code)}
    if status.kind is StatusKind.FAILURE and status.url is not None:
        return {**code, "url": status.url}
    return code
