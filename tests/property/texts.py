"""Signed texts that the properties are tried on, made once per process."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

import provkit
from provkit import ProvkitError, State
from provkit.carriers import text
from provkit.trust import TrustStore
from support import forge
from vectors.keys import TRUST, credential

AT: Final = datetime(2026, 6, 1, 12, 0, 30, tzinfo=UTC)
HOST: Final = "Grüße, 世界 \u2714\ufe0f\nZweite Zeile.\n".encode()
ALGORITHMS: Final = {"ES256": "es256", "Ed25519": "ed25519", "PS256": "rsa"}
MAGIC: Final = forge.selectors(forge.MAGIC).encode()


@lru_cache(maxsize=1)
def trust() -> TrustStore:
    """The intermediate is the anchor, so that chains can be short."""
    return TrustStore.empty().with_anchors((TRUST / "intermediate.pem").read_bytes(), name="test")


@lru_cache(maxsize=8)
def signed(algorithm: str = "ES256") -> bytes:
    """A signed text with the leaf alone in its chain: every byte costs a sweep time."""
    whole = credential(ALGORITHMS[algorithm], algorithm)
    short = forge.Credential(whole.chain[:1], whole.key, algorithm)
    return forge.Forge(HOST, short).text()


def outcome(data: bytes) -> str:
    """State of a verdict, or the kind of the error; anything else is raised."""
    try:
        return str(provkit.verify(data, trust=trust(), at=AT).state)
    except ProvkitError as error:
        return f"error {error.kind}"


def broken(data: bytes) -> str | None:
    """Why the outcome for changed bytes breaks the law, or None.

    A changed text is never trusted or valid, and never unsigned while its magic is whole; but for a change that
    makes a page of it, in which a credential for text is a quotation and told as one (spec/html.md).
    """
    found = outcome(data)
    if found in {State.TRUSTED, State.VALID}:
        return found
    if found == State.UNSIGNED and text.names_magic(data):
        verdict = provkit.verify(data, trust=trust(), at=AT)
        told = any(warning.startswith("quoted-credential") for warning in verdict.warnings)
        return None if told and verdict.media_type == "text/html" else found
    return None
