"""A manifest store in a file of its own, beside the asset or elsewhere (C2PA 2.4 §11.4).

Nothing of the asset is left out of its hash, so the asset stays as it is, byte for byte.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from provkit.carriers import found
from provkit.carriers.carried import Carried, RangeBinding
from provkit.carriers.source import feed
from provkit.codes import StatusCode
from provkit.errors import MalformedError
from provkit.limits import DEFAULT_LIMITS, Limits

if TYPE_CHECKING:
    from provkit.carriers.source import Source

SUFFIX: Final = ".c2pa"
MEDIA_TYPE: Final = "application/c2pa"


def read(store: bytes, asset: Source, limits: Limits = DEFAULT_LIMITS) -> Carried:
    """The store of a sidecar, for the asset it is said to belong to.

    Raises:
        MalformedError: not a manifest store.
        LimitError: larger than ``limits.store_bytes``.
    """
    try:
        rest = found.check_store(store, limits)
    except MalformedError as error:
        raise MalformedError(f"the sidecar: {error.message}", hint=error.hint) from error
    if rest:
        raise MalformedError(f"the sidecar: {rest[0]}")
    # A store made to be embedded leaves its own place out of the hash; beside an asset it has none.
    binding = RangeBinding(
        asset,
        (None,),
        "the manifest store, which is in a file of its own,",
        StatusCode.ASSERTION_DATA_HASH_MISMATCH,
    )
    return Carried((store,), 0, len(store), binding)


@dataclass(frozen=True, slots=True)
class SidecarPlacement:
    """A file beside the asset."""

    hashed: bytes
    """SHA-256 of the whole asset."""
    start: None = None
    zero_cost: int = 1

    def length(self, _store: bytes, /) -> int:
        """Nothing is left out of the hash."""
        return 0

    def digest(self, _length: int, /) -> bytes:
        """SHA-256 of the whole asset."""
        return self.hashed

    def embed(self, store: bytes, /) -> bytes:
        """The content of the sidecar."""
        return store


def place(asset: Source) -> SidecarPlacement:
    """A place beside an asset, which is hashed whole."""
    state = hashlib.sha256()
    feed(asset, 0, asset.size, state.update)
    return SidecarPlacement(state.digest())
