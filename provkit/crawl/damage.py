"""Why a credential that was there says nothing (READ-7 to READ-11).

Text goes through many hands before a crawler sees it.  What they take apart is *damaged*, what was cut
off is *truncated*, what cannot be judged is *unverifiable*; only a credential that is whole and does not
hold is *invalid*.  None of them looks unsigned, and none but *invalid* counts against a document:
whoever wants to be rid of a credential can simply take it off.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from provkit.carriers import nfc, text
from provkit.carriers.html import notices
from provkit.codes import StatusCode
from provkit.crawl.codes import ReasonCode as Code
from provkit.crawl.model import Damage
from provkit.errors import LimitError, MalformedError, ProvkitError
from provkit.verdict import State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from provkit.limits import Limits
    from provkit.verdict import Verdict

_BOM: Final = b"\xef\xbb\xbf"
_TEXT: Final = ("text/", "application/xhtml+xml")
_TAKEN_APART: Final = frozenset(
    {
        StatusCode.MANIFEST_TEXT_CORRUPTED_WRAPPER,
        StatusCode.MANIFEST_STRUCTURED_TEXT_EMPTY_REFERENCE,
        StatusCode.MANIFEST_STRUCTURED_TEXT_MALFORMED_REFERENCE,
        StatusCode.MANIFEST_STRUCTURED_TEXT_NO_MANIFEST,
        # Without a manifest, this is about the element of a page: moved, cut, wrapped into lines.
        StatusCode.ASSERTION_DATA_HASH_MISMATCH,
    }
)
"""Codes of a carrier that holds no manifest any more."""
_OTHER_BYTES: Final = frozenset(
    {StatusCode.ASSERTION_DATA_HASH_MISMATCH, StatusCode.ASSERTION_DATA_HASH_MALFORMED}
)
"""Codes of a manifest that is about other bytes, or about the same at another place."""
_ELSEWHERE: Final = frozenset(
    {StatusCode.MANIFEST_INACCESSIBLE, StatusCode.MANIFEST_STRUCTURED_TEXT_NO_RESOLUTION_PATH}
)
_EMPTIED: Final = re.compile(rb"application/c2pa[\"']?[ \t\r\n]*+>[ \t\r\n]*+</script", re.IGNORECASE)
_MARKS: Final = (b"c2pa", b"C2PA", b"jumb")


class Finding(NamedTuple):
    """What is the matter with a credential; no damage where it holds or where there is none."""

    damage: Damage | None = None
    note: str | None = None
    """``code: sentence``."""


def of_verdict(
    verdict: Verdict,
    body: bytes,
    *,
    truncated: bool,
    limits: Limits,
    again: Callable[[bytes], Verdict],
) -> Finding:
    """What a verdict means for a body that a crawler stored.

    Args:
        verdict: of the body.
        body: as stored.
        truncated: it was cut off while it was captured.
        limits: bounds on what is read.
        again: verifies other bytes in the same way.
    """
    match verdict.state:
        case State.TRUSTED | State.VALID:
            return Finding()
        case _ if truncated:
            return cut_off()
        case State.UNSIGNED:
            return _absent(verdict, body, limits)
        case State.INVALID:
            return _broken(verdict, body, limits, again)


def of_error(error: ProvkitError, body: bytes, *, truncated: bool, apart: bool = False) -> Finding:
    """What it means that a body could not be verified, or not by a store that is `apart` from it."""
    if truncated:
        return cut_off()
    if apart:
        return Finding(Damage.UNVERIFIABLE, Code.CREDENTIAL_UNVERIFIABLE.says(error.message))
    view = body.replace(b"\0", b"")  # as UTF-16 spells ASCII
    there = any(mark in view for mark in _MARKS) or text.names_magic(body)
    if not there:
        return Finding(None, Code.BODY_MALFORMED.says(error.message))
    if isinstance(error, MalformedError):
        sentence = f"what is left of a credential stands in something broken: {error.message}"
        return Finding(Damage.DAMAGED, Code.CREDENTIAL_DAMAGED.says(sentence))
    return Finding(Damage.UNVERIFIABLE, Code.CREDENTIAL_UNVERIFIABLE.says(error.message))


def cut_off() -> Finding:
    """The body is a beginning: no hash over it can hold, and a credential may have been cut off."""
    sentence = "the body was cut off while it was captured, so nothing signed in it can be checked"
    return Finding(Damage.TRUNCATED, Code.CREDENTIAL_TRUNCATED.says(sentence))


def remote(reference: str) -> Finding:
    """The credential is kept elsewhere; a reader fetches nothing."""
    sentence = f"the credential is kept at {reference[:200]}, which was not fetched"
    return Finding(Damage.UNVERIFIABLE, Code.CREDENTIAL_REMOTE.says(sentence))


def encoded(problem: str) -> Finding:
    """The body still has a content coding that cannot be undone."""
    sentence = f"the body is still encoded as it was sent: {problem}"
    return Finding(Damage.UNVERIFIABLE, Code.BODY_ENCODED.says(sentence))


def _absent(verdict: Verdict, body: bytes, limits: Limits) -> Finding:
    """Nothing that speaks for the document: perhaps elsewhere, perhaps inside a page's text."""
    if verdict.remote is not None:
        return remote(verdict.remote)
    if not any(warning.startswith("quoted-credential:") for warning in verdict.warnings):
        return Finding()
    try:
        located = text.locate(body, limits)
    except LimitError as error:
        return Finding(Damage.UNVERIFIABLE, Code.CREDENTIAL_UNVERIFIABLE.says(error.message))
    if located.wrappers:
        sentence = "a text with a credential was put into a page, where its hash cannot be checked"
        return Finding(Damage.UNVERIFIABLE, Code.CREDENTIAL_QUOTED.says(sentence))
    sentence = f"inside the page: {located.damaged[0].reason}" if located.damaged else "inside the page"
    return Finding(Damage.DAMAGED, Code.CREDENTIAL_DAMAGED.says(sentence))


def _broken(verdict: Verdict, body: bytes, limits: Limits, again: Callable[[bytes], Verdict]) -> Finding:
    failures = verdict.statuses.failure
    first = failures[0].explanation if failures else "it does not hold"
    codes = {status.code for status in failures}
    if verdict.manifest is None:
        if codes & _TAKEN_APART or _is_converted(body, codes):
            return Finding(Damage.DAMAGED, Code.CREDENTIAL_DAMAGED.says(first))
        if codes & _ELSEWHERE:
            return Finding(Damage.UNVERIFIABLE, Code.CREDENTIAL_UNVERIFIABLE.says(first))
    elif codes & _OTHER_BYTES and verdict.media_type.startswith(_TEXT):
        for what, before in _undone(body, limits):
            if _holds(before, again):
                sentence = f"it holds once {what} is undone: a program changed the file on the way"
                return Finding(Damage.DAMAGED, Code.CREDENTIAL_DAMAGED.says(sentence))
    return Finding(Damage.INVALID, Code.CREDENTIAL_INVALID.says(first))


def _is_converted(body: bytes, codes: set[StatusCode]) -> bool:
    """A page that was put into another encoding, or whose element was emptied."""
    if StatusCode.GENERAL_ERROR not in codes:
        return False
    return notices.is_wide(body) or _EMPTIED.search(body) is not None


def _undone(body: bytes, limits: Limits) -> Iterator[tuple[str, bytes]]:
    """The body before each thing that editors and converters are known to do to it, one at a time."""
    if body.startswith(_BOM):
        yield "a byte order mark at the start", body[len(_BOM) :]
    if body.endswith(b"\n"):
        end = 2 if body.endswith(b"\r\n") else 1
        yield "a line end at the end", body[:-end]
    if b"\r\n" in body:
        yield "a change of line ends", body.replace(b"\r\n", b"\n")
    try:
        composed = nfc.prepare(body, limits)
    except (MalformedError, LimitError):
        return  # no text that could have been decomposed
    if composed != body:
        yield "another Unicode form", composed


def _holds(body: bytes, again: Callable[[bytes], Verdict]) -> bool:
    try:
        return again(body).state in (State.TRUSTED, State.VALID)
    except ProvkitError:
        return False  # undoing it makes no credential that holds, which is all that is asked
