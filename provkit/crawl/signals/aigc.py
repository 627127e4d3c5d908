"""The label of GB 45438-2025: one JSON object, whatever metadata it stands in.

``Label`` 1 says that content is generated; 2 and 3 that it may be, or that somebody suspects it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from provkit.crawl.model import Assurance
from provkit.crawl.signals.vocabulary import signal
from provkit.verdict import OriginClass

if TYPE_CHECKING:
    from provkit.crawl.model import Signal

KEY: Final = "AIGC"
_LONGEST: Final = 64 * 1024
_ASSURANCES: Final = {"1": Assurance.DECLARED, "2": Assurance.DETECTED, "3": Assurance.DETECTED}


def signals(text: str, source: str = "aigc") -> tuple[Signal, ...]:
    """What a label says; nothing for what is none.  Total; the label is looked at up to 64 KiB."""
    if len(text) > _LONGEST:
        return ()
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return ()
    if isinstance(found, dict) and isinstance(found.get(KEY), dict):
        found = found[KEY]
    label = found.get("Label") if isinstance(found, dict) else None
    if isinstance(label, bool) or not isinstance(label, str | int):
        return ()
    assurance = _ASSURANCES.get(str(label).strip()) if isinstance(label, str) or 0 < label < 4 else None
    if assurance is None:
        return ()
    return (signal(OriginClass.SYNTHETIC, source, text.strip(), assurance=assurance),)
