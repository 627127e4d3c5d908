"""What a signed manifest says of use: ``cawg.training-mining`` and the assertion it came from.

The caller passes the content of an assertion whose manifest holds; nothing is verified here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from provkit.crawl.model import Permission
from provkit.crawl.signals.vocabulary import AI_INPUT, TDM, TRAIN_AI, preference

if TYPE_CHECKING:
    from provkit.crawl.model import Preference

LABELS: Final = {"cawg.training-mining": "cawg", "c2pa.training-mining": "c2pa"}
"""Labels and the prefix of their entries; C2PA 2.0 gave its own up."""
_PURPOSES: Final = {
    "data_mining": TDM,
    "ai_inference": AI_INPUT,
    "ai_training": TRAIN_AI,
    "ai_generative_training": TRAIN_AI,
}
_PERMISSIONS: Final = {
    "allowed": Permission.ALLOWED,
    "notallowed": Permission.DENIED,
    "constrained": Permission.CONSTRAINED,
}


def preferences(assertions: Mapping[str, Any]) -> tuple[Preference, ...]:
    """Preferences of all training-mining assertions.

    Args:
        assertions: decoded contents by label; a label may end in ``__2`` and so on (C2PA 2.4 §6.4).
    """
    found: list[Preference] = []
    for label, content in assertions.items():
        source = LABELS.get(label.partition("__")[0])
        entries = content.get("entries") if source and isinstance(content, Mapping) else None
        if source is None or not isinstance(entries, Mapping):
            continue
        for name, entry in entries.items():
            prefix, _, purpose = name.partition(".") if isinstance(name, str) else ("", "", "")
            use = entry.get("use") if isinstance(entry, Mapping) else None
            # Writers use the prefix of either label; some spell the value in another case.
            if prefix not in {"cawg", "c2pa"} or purpose not in _PURPOSES or not isinstance(use, str):
                continue
            permission = _PERMISSIONS.get(use.lower())
            if permission is None:
                continue
            info = entry.get("constraint_info", entry.get("constraints_info"))
            value = f"{name}={use}" + (f"; {info}" if isinstance(info, str) and info else "")
            found.append(preference(_PURPOSES[purpose], permission, source, value))
    return tuple(found)
