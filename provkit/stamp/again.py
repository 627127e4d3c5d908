"""A file that was stamped before and is signed again: what of it is signed, and what becomes its history."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from provkit.errors import AlreadySignedError, FileAccessError, MalformedError, ProvkitError, UnsupportedError
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
        FileAccessError: the copy of its original is not there any more.
        MalformedError, UnsupportedError, LimitError: what is left of its credential cannot be taken off.
    """
    if facts.digest == known.after and known.reverse == journal.COPY:
        content = _original(root, known)
    elif not _is_of_others(data, known):
        content = _without_ours(data, known)
    elif rule.signed == "keep":
        content = data
    else:
        raise AlreadySignedError("somebody else signed it after it was stamped")
    if rule.signed == "keep" and has_credential(content):
        return Start(content, resign=True)
    if digest_of(content) == known.before and known.terms == rule.terms:
        # Built anew, or the certificate has ended: nothing happened to the content that would be history.
        return Start(content)
    if known.store is None:
        return Start(content, note="nothing was kept of its earlier credential, so it is no history")
    history = recall_history(known.store, known.media_type, known.recorded(), known.title, DEFAULT_LIMITS)
    if len(history.manifests) > _GENERATIONS:
        return Start(content, note=f"it has {_GENERATIONS} earlier credentials: a new history begins")
    return Start(content, history=history)


def _original(root: str, known: Entry) -> bytes:
    """The copy of the original, where taking the credential off gives another thing.

    Without it nothing else becomes the original: a copy that cannot be read now may be there again tomorrow.
    """
    try:
        with inside.place_of(root, original_of(known.before)) as place:
            kept, facts = place.read()
    except FileAccessError as error:
        raise _lost(error.message) from error
    if facts.digest != known.before:
        raise _lost("it is damaged")
    return kept


def _lost(why: str) -> FileAccessError:
    return FileAccessError(
        f"the copy of its original in {journal.FOLDER} cannot be used: {why}; put it back, or take the credential "
        "off with provkit strip, and what is left becomes the original"
    )


def _is_of_others(data: bytes, known: Entry) -> bool:
    """Whether the last who signed a file was somebody else, also on top of what was stamped."""
    try:
        found = inspect(data)
    except (MalformedError, UnsupportedError):
        return False  # what an edit left of it
    if found is None:
        return False
    return found.store.active.label not in _labels(known)


def _labels(known: Entry) -> set[str]:
    """Manifests of ours: the one that was stamped, and those before it, because an earlier version may come back."""
    if known.store is None:
        return {known.manifest}
    store = stores.read(known.store, DEFAULT_LIMITS)
    who = _certificate_of(store.active)
    return {known.manifest, *(one.label for one in store.manifests if _certificate_of(one) == who)}


def _without_ours(data: bytes, known: Entry) -> bytes:
    """An edited file, without what is left of the credential it was stamped with."""
    try:
        is_bare = inspect(data) is None
    except MalformedError:
        is_bare = False  # what is left of it after the edit
    except UnsupportedError:
        is_bare = True
    if is_bare and (known.sidecar is None or known.reverse == journal.SIDECAR):
        return data
    return strip(data)  # a link, too, which is no credential by itself


def has_credential(data: bytes) -> bool:
    """Whether a file carries a credential that holds."""
    return verify(data).state in {State.TRUSTED, State.VALID}


def is_of(signer: Signer, history: History) -> bool:
    """Whether a signer alone made all of a history, with the certificate that he has now.

    What somebody else stated is never dropped: that would let a rule talk over it.
    """
    manifests = stores.read(history.store, DEFAULT_LIMITS).manifests
    return all(_certificate_of(one) == signer.chain[0] for one in manifests)


def _certificate_of(manifest: stores.Manifest) -> bytes | None:
    """Whose key signed a manifest; None where that cannot be seen."""
    try:
        return cose.parse(manifest.signatures[0].contents[0].payload, DEFAULT_LIMITS).chain[0]
    except (IndexError, ProvkitError):
        return None


def anew(start: Start, verdict: Verdict) -> Start:
    """The same without history: what the signer stated earlier, and takes back, would decide what is stated now.

    Args:
        start: what was signed.
        verdict: what it states with its history.
    """
    said = f"with its earlier credential it would state {verdict.origin.cls}, which the rules do not say any more"
    return Start(start.content, note=f"{said}: a new history begins")
