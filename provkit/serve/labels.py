"""The disclosure for an upload: one label from a verdict, and the badge that shows it.  Pure.

Statements against interest count from anybody whose credential holds; that a camera or a person
made something counts only where a listed signer stands behind it (spec/origin.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from provkit.origin.vocabulary import lookup
from provkit.report.markup import ascii_only, safe
from provkit.verdict import OriginClass, State

if TYPE_CHECKING:
    from provkit.verdict import Verdict

LABEL_URN: Final = "urn:provkit:schema:label:1"


class LabelCode(StrEnum):
    """What readers are told about an upload."""

    AI_GENERATED = "ai-generated"
    AI_EDITED = "ai-edited"
    CAMERA_CAPTURED = "camera-captured"
    HUMAN_MADE = "human-made"
    NOT_STATED = "not-stated"
    BROKEN = "credential-broken"


class Reason(StrEnum):
    """Why it is that label."""

    STATED = "stated"
    """A credential that holds states it."""
    NO_CREDENTIAL = "no-credential"
    NO_ORIGIN = "no-origin"
    """The credential holds and says nothing of origin that counts."""
    UNLISTED_SIGNER = "unlisted-signer"
    """It states human work or a camera, and nobody vouches for who states it."""
    DOES_NOT_HOLD = "does-not-hold"


_WORDS: Final = {
    LabelCode.AI_GENERATED: "AI-generated",
    LabelCode.AI_EDITED: "AI-edited",
    LabelCode.CAMERA_CAPTURED: "Camera-captured",
    LabelCode.HUMAN_MADE: "Human-made, as stated",
    LabelCode.NOT_STATED: "Origin not stated",
    LabelCode.BROKEN: "Credential broken",
}
_CAPTURE: Final = frozenset({"digitalCapture", "computationalCapture"})
_REASONS: Final = {
    Reason.NO_CREDENTIAL: "No credential was found, which says nothing about the content.",
    Reason.NO_ORIGIN: "The credential holds, and does not state where the content comes from.",
    Reason.UNLISTED_SIGNER: "The credential states human work, but its signer is on no list used here; "
    "that statement counts from listed signers only.",
    Reason.DOES_NOT_HOLD: "There is a credential, and it does not hold for this file; what it states is not shown.",
}
_DONE: Final = {
    LabelCode.AI_GENERATED: "a model generated",
    LabelCode.AI_EDITED: "a model generated or changed a part of",
    LabelCode.CAMERA_CAPTURED: "a camera captured",
    LabelCode.HUMAN_MADE: "a person made",
}
_BY_ALGORITHM: Final = "an algorithm that was not trained on samples generated"
_ALGORITHM: Final = "algorithmicMedia"


@dataclass(frozen=True, slots=True)
class Label:
    """One label and what it rests on."""

    code: LabelCode
    reason: Reason
    signer: str | None = None
    """Who states it, raw; None where nothing is stated."""
    listed: bool = False
    """A trust list vouches for the signer."""
    complete: bool = False
    """The signer states that all that was done is listed."""
    statement: str = ""
    """What the signer does, after his name; empty where nothing is stated."""

    @property
    def words(self) -> str:
        return _WORDS[self.code]

    @property
    def sentence(self) -> str:
        """One sentence for readers.  Quotes the certificate: escape it."""
        if self.reason is not Reason.STATED:
            return _REASONS[self.reason]
        known = "" if self.listed else ", who is on no list used here,"
        rest = "" if self.complete else " Not all that was done to it is stated to be listed."
        return f"The signer, {self.signer or 'not named'}{known or ','} {self.statement}.{rest}"


def label_of(verdict: Verdict) -> Label:
    """The label for a verdict."""
    if verdict.state is State.INVALID:
        return Label(LabelCode.BROKEN, Reason.DOES_NOT_HOLD)
    if verdict.state is State.UNSIGNED:
        return Label(LabelCode.NOT_STATED, Reason.NO_CREDENTIAL)
    origin = verdict.origin
    listed = verdict.state is State.TRUSTED
    code = _code(verdict)
    if code is LabelCode.NOT_STATED:
        return Label(code, Reason.NO_ORIGIN, listed=listed)
    if origin.cls is OriginClass.HUMAN and not listed:
        return Label(LabelCode.NOT_STATED, Reason.UNLISTED_SIGNER)
    signer = verdict.signer.name if verdict.signer else None
    return Label(code, Reason.STATED, signer, listed, origin.complete, _statement(verdict, code))


def _statement(verdict: Verdict, code: LabelCode) -> str:
    """What is stated, and by whom: the signer does not say himself what a credential before his says."""
    origin = verdict.origin
    deciding = [one for one in origin.evidence if one.source_type == origin.source_type]
    own = not deciding or any(f"/{verdict.manifest}/" in one.where for one in deciding)
    if not own and deciding[0].cls is OriginClass.SYNTHETIC:
        code = LabelCode.AI_GENERATED
    algorithm = code is LabelCode.AI_GENERATED and _name(origin.source_type) == _ALGORITHM
    done = _BY_ALGORITHM if algorithm else _DONE[code]
    if own:
        return f"states that {done} this"
    return f"names a source whose credential states that {done} it"


def _code(verdict: Verdict) -> LabelCode:
    origin = verdict.origin
    match origin.cls:
        case OriginClass.SYNTHETIC:
            return LabelCode.AI_GENERATED
        case OriginClass.AI_ASSISTED:
            return LabelCode.AI_EDITED
        case OriginClass.HUMAN:
            captured = _name(origin.source_type) in _CAPTURE
            return LabelCode.CAMERA_CAPTURED if captured else LabelCode.HUMAN_MADE
        case OriginClass.UNKNOWN:
            return LabelCode.NOT_STATED


def _name(source_type: str | None) -> str | None:
    """The last word of a term that is known."""
    term = lookup(source_type)
    return None if term is None else term.uri.rpartition("/")[2]


def badge(label: Label) -> str:
    """The label as HTML to put beside the content: ASCII, inert, without style or script."""
    said = safe(label.sentence, 400)
    return ascii_only(
        f'<span class="provkit-badge provkit-{label.code}" data-label="{label.code}" title="{said}">'
        f'{safe(label.words)}<span class="provkit-why"> \u2013 {said}</span></span>'
    )


def label_data(label: Label) -> dict[str, Any]:
    """The label as plain data; every key is always there."""
    return {
        "code": str(label.code),
        "reason": str(label.reason),
        "words": label.words,
        "sentence": label.sentence,
        "signer": label.signer,
        "signer_listed": label.listed,
        "complete": label.complete,
        "badge_html": badge(label),
    }


__all__ = ["LABEL_URN", "Label", "LabelCode", "Reason", "badge", "label_data", "label_of"]
