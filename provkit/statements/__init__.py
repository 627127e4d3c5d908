"""What a manifest that holds states beside the origin: terms of use, models, parts, records, identities.

The rules are those of spec/statements.md.  Nothing here changes the state of a credential or who is
said to have signed it.  Most manifests state none of this, so the readers are loaded when one does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from provkit.manifest import assertions as kinds
from provkit.manifest import cbor
from provkit.manifest import store as stores

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from provkit.limits import Limits
    from provkit.manifest.validation import CredentialJudge, Validation
    from provkit.verdict import TimeFact

LABEL_IDENTITY: Final = "cawg.identity"
LABELS_USAGE: Final = frozenset({kinds.LABEL_TRAINING_MINING, "c2pa.training-mining"})
"""C2PA 2.0 gave its own up; files with it are around."""
_LABELS: Final = LABELS_USAGE | {LABEL_IDENTITY, kinds.LABEL_AI_DISCLOSURE, kinds.LABEL_ORIGIN}


class Statements(NamedTuple):
    """What is stated, for the verdict that is being made."""

    fields: Mapping[str, Any]
    """Fields of a :class:`provkit.Verdict`; those of which nothing is stated are left out."""
    warnings: tuple[str, ...]


NOTHING: Final = Statements({}, ())


def of(
    run: Validation, time: TimeFact | None, judge: CredentialJudge, at: datetime, limits: Limits
) -> Statements:
    """What a manifest that holds states beside the origin.

    Args:
        run: the manifest; the caller has seen that it holds.
        time: when its claim was signed.
        judge: judges whoever signed an identity assertion.
        at: moment to judge them at, aware, unless a time stamp gives a better one.
        limits: bounds on what is read.
    """
    stated = [label for label in run.contents if stores.base_label(label) in _LABELS]
    parts = [label for label in run.actions if _has_parts(run.contents[label])]
    if not stated and not parts:
        return NOTHING
    from provkit.statements.reading import read

    return read(run, stated, parts, time, judge, at, limits)


def _has_parts(content: object) -> bool:
    """An actions assertion has an action that says which parts it changed (C2PA 2.4 §18.15.4.5)."""
    entries = content.get("actions") if isinstance(content, cbor.MAPS) else None
    for entry in entries if isinstance(entries, cbor.LISTS) else ():
        if isinstance(entry, cbor.MAPS) and "changes" in entry:
            return True
    return False


__all__ = ["LABELS_USAGE", "LABEL_IDENTITY", "NOTHING", "Statements", "of"]
