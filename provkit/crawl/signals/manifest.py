"""What a signed manifest says of use: its training-mining assertions, as preferences (READ-6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from provkit.crawl.model import Permission
from provkit.crawl.signals.vocabulary import AI_INPUT, TDM, TRAIN_AI, preference

if TYPE_CHECKING:
    from collections.abc import Iterable

    from provkit.crawl.model import Preference
    from provkit.statements.model import UsageTerm

_PURPOSES: Final = {
    "data_mining": TDM,
    "ai_inference": AI_INPUT,
    "ai_training": TRAIN_AI,
    "ai_generative_training": TRAIN_AI,
}
_PERMISSIONS: Final = {
    "allowed": Permission.ALLOWED,
    "notAllowed": Permission.DENIED,
    "constrained": Permission.CONSTRAINED,
}


def preferences(terms: Iterable[UsageTerm]) -> tuple[Preference, ...]:
    """Preferences of the terms of a manifest that holds; terms of somebody's own say nothing here."""
    found: list[Preference] = []
    for term in terms:
        permission = _PERMISSIONS.get(term.use)
        if term.purpose is None or permission is None:
            continue
        value = f"{term.key}={term.use}" + (f"; {term.constraint}" if term.constraint else "")
        source = term.where.rpartition("/")[2].partition(".")[0]
        found.append(preference(_PURPOSES[term.purpose], permission, source, value))
    return tuple(found)
