"""Where a caller plugs in what can tell more than is written: watermark readers, classifiers.

None is part of provkit.  What a detector says is *detected*, which is weaker than what the
document declares, and never more.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from provkit.crawl.model import Assurance
from provkit.crawl.signals.vocabulary import LONGEST

if TYPE_CHECKING:
    from collections.abc import Sequence

    from provkit.crawl.model import Signal


class Detector(Protocol):
    """Something that judges one body.  It has to be picklable where the reader is."""

    def __call__(self, body: bytes, media_type: str | None, /) -> Signal | None:
        """What it finds, or None.  It may raise: that is the caller's own error and is passed on."""
        ...


def detect(detectors: Sequence[Detector], body: bytes, media_type: str | None) -> tuple[Signal, ...]:
    """What the detectors find; whatever assurance one claims, it is *detected*."""
    found = (detector(body, media_type) for detector in detectors)
    return tuple(
        replace(signal, assurance=Assurance.DETECTED, value=signal.value[:LONGEST])
        for signal in found
        if signal is not None
    )
