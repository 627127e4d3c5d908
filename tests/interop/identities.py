"""Identities of the seven algorithms, valid now: other programs look at the clock too."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Final

from provkit import Signer, TrustStore
from support import pki
from support.shared import SHARED

ALGORITHMS: Final = ("ES256", "ES384", "ES512", "PS256", "PS384", "PS512", "Ed25519")
DATA: Final = Path(__file__).resolve().parents[1] / "data"
NOW: Final = datetime.now(UTC).replace(microsecond=0)


@lru_cache(maxsize=8)
def identity(algorithm: str) -> pki.Pki:
    """Root, intermediate, leaf."""
    # P-521 authorities that sign with SHA-256 are not known to every peer.
    authority = "ES256" if algorithm == "ES512" else algorithm
    return pki.Pki.make(
        algorithm, ca_algorithm=authority, start=NOW - timedelta(days=1), end=NOW + timedelta(days=30)
    )


@lru_cache(maxsize=8)
def signer(algorithm: str) -> Signer:
    """Signs by that algorithm."""
    made = identity(algorithm)
    return Signer.from_pem(made.chain_pem, made.key_pem, algorithm=algorithm)


def trust(algorithm: str) -> TrustStore:
    """A store whose only anchor is the root of that identity."""
    return TrustStore.empty().with_anchors(identity(algorithm).root_pem, name="interop")


def inputs() -> list[Path]:
    """Our own small texts, and those of ``../shared`` where they are."""
    beside = SHARED / "inputs" / "text"
    return [
        DATA / "alice.txt",
        DATA / "languages.txt",
        *(sorted(beside.iterdir()) if beside.is_dir() else []),
    ]
