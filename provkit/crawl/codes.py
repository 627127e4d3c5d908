"""Codes of what a reading notes and of why a policy decided; ``provkit explain CODE`` knows each."""

from __future__ import annotations

from enum import StrEnum


class ReasonCode(StrEnum):
    """One code; the comment lines group them by where they are said."""

    # Notes of a reading.
    CREDENTIAL_DAMAGED = "credential.damaged"
    CREDENTIAL_TRUNCATED = "credential.truncated"
    CREDENTIAL_UNVERIFIABLE = "credential.unverifiable"
    CREDENTIAL_INVALID = "credential.invalid"
    CREDENTIAL_REMOTE = "credential.remote"
    CREDENTIAL_QUOTED = "credential.quoted"
    BODY_ENCODED = "body.encoded"
    BODY_MALFORMED = "body.malformed"
    # Why a document has its weight.
    WEIGHT_HUMAN = "weight.human"
    WEIGHT_DATED = "weight.dated"
    WEIGHT_UNVOUCHED = "weight.unvouched"
    WEIGHT_AI_ASSISTED = "weight.ai-assisted"
    WEIGHT_SYNTHETIC = "weight.synthetic"
    WEIGHT_UNKNOWN = "weight.unknown"
    WEIGHT_DAMAGED = "weight.damaged"
    WEIGHT_INVALID = "weight.invalid"
    SIGNER_TIER = "signer.tier"
    SIGNER_NOT_ALLOWED = "signer.not-allowed"
    SIGNER_INCOMPLETE = "signer.incomplete"
    SIGNER_DISTRUSTED = "signer.distrusted"
    # Why a document is excluded, or might have been.
    EXCLUDED_RULE = "excluded.rule"
    EXCLUDED_WEIGHT = "excluded.weight"
    USAGE_DENIED = "usage.denied"
    USAGE_CONSTRAINED = "usage.constrained"
    USAGE_NOT_HONOURED = "usage.not-honoured"
    # Caps.
    CAP_THINNED = "cap.thinned"
    CAP_UNREACHABLE = "cap.unreachable"
    CAP_DOMAIN_VANISHES = "cap.domain-vanishes"
    HARM_COVERAGE = "harm.coverage"
    HARM_WEIGHT = "harm.weight"
    HARM_NARROW_SIGNERS = "harm.narrow-signers"
    HARM_NARROW_DOMAINS = "harm.narrow-domains"
    HARM_NO_ANCHOR = "harm.no-anchor"
    HARM_VANISHED = "harm.vanished"
    BUDGET_SHORT = "budget.short"
    BUDGET_REPEATS = "budget.repeats"
    # What is said about a policy as a whole.
    POLICY_NARROW = "policy.narrow"
    POLICY_KEEPS_ALL = "policy.keeps-all"

    def says(self, sentence: str) -> str:
        """``code: sentence``."""
        return f"{self.value}: {sentence}"
