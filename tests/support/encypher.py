"""encypher-c2pa, an independent verifier, asked offline and with our anchors only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from datetime import datetime


def ask(data: bytes, mime: str, *, anchors: bytes | None = None, at: datetime) -> str:
    """Its state: Trusted, Valid or Invalid.  The test is skipped when it is not installed."""
    peer: Any = pytest.importorskip("encypher_c2pa")
    report = peer.verify(
        data,
        mime,
        trust_pem=None if anchors is None else anchors.decode(),
        no_default_trust=True,
        telemetry=False,
        online=False,
        validation_time=at.isoformat(),
    )
    return str(report["validationState"] if "validationState" in report else report["validation_state"])
