"""A file that was stamped before and is signed again: what of it is signed, and what becomes its history."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from provkit.errors import AlreadySignedError, FileAccessError, MalformedError, ProvkitError
from provkit.history import recall_history
from provkit.limits import DEFAULT_LIMITS
from provkit.manifest import cose
from provkit.manifest import store as stores
from provkit.stamp import inside, journal
from provkit.stamp.inside import digest_of
from provkit.stamp.journal import original_of
from provkit.verdict import State
from provkit.verification import inspect, strip, verify

if TYPE_CHECKING:
    from provkit.history import History
    from provkit.signers import Signer
    from provkit.stamp.inside import Facts
    from provkit.stamp.journal import Entry
    from provkit.stamp.rules import Rule
    from provkit.verdict import Verdict

_GENERATIONS: Final = 16
"""Earlier credentials that a file carries as its history; then a new history begins.  In text each takes room."""


@dataclass(frozen=True, slots=True)
class Start:
    """What is signed."""

    content: bytes
    resign: bool = False
    history: History | None = None
    note: str = ""


def begin(root: str, data: bytes, facts: Facts, known: Entry, rule: Rule) -> Start:
    """What is signed of a file that was stamped before and is not as it was, or was stamped by other rules.

    Raises:
        AlreadySignedError: somebody else signed it meanwhile.
        MalformedError, UnsupportedError, LimitError: what is left of its credential cannot be taken off.
    """
    content = _original(root, known) if facts.digest == known.after else None
    if content is not None and rule.signed == "keep" and has_credential(content):
        return Start(content, resign=True)
    if content is None:
        content = _without_ours(data, known)
    if digest_of(content) == known.before and known.terms == rule.terms:
        # Built anew, or the certificate has ended: nothing happened to the content that would be history.
        return Start(content)
    if known.store is None:
        return Start(content, note="nothing was kept of its earlier credential, so it is no history")
    history = recall_history(known.store, known.media_type, known.recorded(), known.title, DEFAULT_LIMITS)
    if len(history.manifests) > _GENERATIONS:
        return Start(content, note=f"it has {_GENERATIONS} earlier credentials: a new history begins")
    return Start(content, history=history)


def _original(root: str, known: Entry) -> bytes | None:
    """The copy of the original, where taking the credential off gives another thing."""
    if known.reverse != journal.COPY:
        return None
    try:
        with inside.place_of(root, original_of(known.before)) as place:
            kept, facts = place.read()
    except FileAccessError:
        return None
    return kept if facts.digest == known.before else None


def _without_ours(data: bytes, known: Entry) -> bytes:
    """An edited file, without what is left of the credential it was stamped with."""
    if known.reverse == journal.SIDECAR:
        return data
    try:
        found = inspect(data)
    except MalformedError:
        return strip(data)  # what is left of it after the edit
    if found is None:
        return strip(data) if known.sidecar is not None else data  # a link is no credential by itself
    if known.manifest not in {one.label for one in found.store.manifests}:
        raise AlreadySignedError("somebody else signed it after it was stamped")
    return strip(data)


def has_credential(data: bytes) -> bool:
    """Whether a file carries a credential that holds."""
    return verify(data).state in {State.TRUSTED, State.VALID}


def is_of(signer: Signer, history: History) -> bool:
    """Whether a signer alone made all of a history, with the certificate that he has now.

    What somebody else stated is never dropped: that would let a rule talk over it.
    """
    try:
        signatures = [one.signatures[0] for one in stores.read(history.store, DEFAULT_LIMITS).manifests]
        return all(
            cose.parse(one.contents[0].payload, DEFAULT_LIMITS).chain[0] == signer.chain[0]
            for one in signatures
        )
    except (IndexError, ProvkitError):
        return False


def anew(start: Start, verdict: Verdict) -> Start:
    """The same without history: what the signer stated earlier, and takes back, would decide what is stated now.

    Args:
        start: what was signed.
        verdict: what it states with its history.
    """
    said = f"with its earlier credential it would state {verdict.origin.cls}, which the rules do not say any more"
    return Start(start.content, note=f"{said}: a new history begins")
