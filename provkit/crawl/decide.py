"""From a reading to a decision, by the rules POLICY-1 to POLICY-10 of spec/policy.md.

The asymmetry is here, in the engine, and not in what a policy says: whatever the file holds, human
work that no listed signer and no date vouches for weighs no more than what says nothing.
"""

from __future__ import annotations

import fnmatch
import re
from datetime import UTC, datetime, time
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from provkit.crawl.codes import ReasonCode as Code
from provkit.crawl.model import Action, Assurance, Damage, Decision, Permission, Reading
from provkit.verdict import OriginClass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provkit.crawl.policy_file import Exclusion, PolicyFile

LONGEST_URL: Final = 8192
"""Characters of an address that patterns are held against."""

_VERIFIED: Final = (Assurance.VERIFIED_TRUSTED, Assurance.VERIFIED_UNTRUSTED)
_HOW: Final = {
    Assurance.VERIFIED_TRUSTED: "signed by a listed signer",
    Assurance.VERIFIED_UNTRUSTED: "signed by somebody on no list",
    Assurance.DECLARED: "stated without a signature",
    Assurance.DATED: "captured early enough",
    Assurance.DETECTED: "suspected by a detector",
    Assurance.NONE: "stated by nobody",
}


class Standing(NamedTuple):
    """What a policy counts a document as, before anything excludes it."""

    cls: OriginClass
    assurance: Assurance
    weight: float
    stratum: str
    reasons: tuple[str, ...]
    """``code: sentence``, the one that gave the weight first."""


def decide(policy: PolicyFile, reading: Reading, url: str | None = None) -> Decision:
    """What a policy makes of a reading.

    Args:
        policy: the policy.
        reading: what is known about the document.
        url: its address, for the rules that look at it.
    """
    stands = standing(policy, reading)
    if stands.weight and not reading.preferences and not policy.exclude:
        return _kept(stands)
    against = (*_usage(policy, reading), *_rules(policy, reading, stands, url))
    noted = () if policy.usage.honour else tuple(_not_honoured(reading))
    if against:
        return Decision(Action.EXCLUDE, 0.0, (*against, *stands.reasons, *noted), stands.stratum)
    if stands.weight == 0:
        sentence = f"the policy gives {stands.cls} documents, {_HOW[stands.assurance]}, no weight"
        if reading.damage is Damage.INVALID:
            sentence = "the policy gives documents whose credential does not hold no weight"
        reasons = (Code.EXCLUDED_WEIGHT.says(sentence), *stands.reasons, *noted)
        return Decision(Action.EXCLUDE, 0.0, reasons, stands.stratum)
    return _kept(stands, noted)


@lru_cache(maxsize=4096)
def _kept(stands: Standing, noted: tuple[str, ...] = ()) -> Decision:
    # Nearly every document of a crawl gets one of a few decisions, and they are immutable.
    return Decision(Action.KEEP, stands.weight, (*stands.reasons, *noted), stands.stratum)


def standing(policy: PolicyFile, reading: Reading) -> Standing:
    """Class, assurance, weight and stratum, before usage and exclusions."""
    if reading.damage is Damage.INVALID:
        return _invalid(policy, reading)
    if reading.assurance in _VERIFIED and _distrusts(policy, reading):
        return _distrusted(policy, reading)
    if _is_dated(policy, reading) and not _vouches(policy, reading):
        weight = policy.weight(OriginClass.HUMAN, Assurance.DATED)
        reason = Code.WEIGHT_DATED.says(
            f"an archive captured it on {_day(reading)}, before the policy's date"
        )
        return Standing(OriginClass.HUMAN, Assurance.DATED, weight, "dated-human", (reason,))
    if reading.cls is OriginClass.HUMAN:
        return _human(policy, reading)
    if reading.cls is OriginClass.UNKNOWN or reading.assurance is Assurance.NONE:
        return _unknown(policy, reading)
    return _generated(policy, reading)


def _invalid(policy: PolicyFile, reading: Reading) -> Standing:
    """POLICY-3: a credential that does not hold never helps, and a statement against interest stands."""
    unknown = policy.weights.unknown
    weight = min(policy.weights.invalid, unknown)
    reasons = (Code.WEIGHT_INVALID.says("a credential is there and does not hold"),)
    admits = any(
        signal.whole and signal.cls is OriginClass.SYNTHETIC and signal.assurance is Assurance.DECLARED
        for signal in reading.signals
    )
    if not admits:
        return Standing(OriginClass.UNKNOWN, Assurance.NONE, weight, "unknown", reasons)
    synthetic, declared = OriginClass.SYNTHETIC, Assurance.DECLARED
    weight = min(weight, policy.weight(synthetic, declared))
    return Standing(synthetic, declared, weight, "declared-synthetic", reasons)


def _distrusts(policy: PolicyFile, reading: Reading) -> bool:
    if reading.signer is not None and reading.signer in policy.signers.distrust:
        return True
    signer = None if reading.verdict is None else reading.verdict.signer
    return signer is not None and signer.distrusted is not None


def _distrusted(policy: PolicyFile, reading: Reading) -> Standing:
    """POLICY-6: a distrusted signer earns nothing; that he says *synthetic* is still believed."""
    reason = Code.SIGNER_DISTRUSTED.says("a distrust list names the signer")
    cls, untrusted = reading.cls, Assurance.VERIFIED_UNTRUSTED
    if cls is OriginClass.SYNTHETIC:
        return Standing(cls, untrusted, policy.weight(cls, untrusted), f"declared-{cls}", (reason,))
    weight = min(policy.weights.distrusted, policy.weights.unknown)
    stratum = "unknown" if cls is OriginClass.UNKNOWN else f"declared-{cls}"
    return Standing(cls, untrusted, weight, stratum, (reason,))


def _is_dated(policy: PolicyFile, reading: Reading) -> bool:
    """POLICY-7: captured early, and nobody states that it is anything but human work."""
    captured = reading.captured_at
    if policy.vintage is None or captured is None or captured.tzinfo is None:
        return False
    states_nothing_else = reading.cls in (OriginClass.HUMAN, OriginClass.UNKNOWN)
    if not states_nothing_else and reading.assurance is not Assurance.DETECTED:
        return False
    return captured < datetime.combine(policy.vintage.before, time(), UTC)


def _day(reading: Reading) -> str:
    return "" if reading.captured_at is None else f"{reading.captured_at.astimezone(UTC):%Y-%m-%d}"


def _vouches(policy: PolicyFile, reading: Reading) -> bool:
    """Whether somebody whom the policy accepts stands behind *human*."""
    trusted = reading.cls is OriginClass.HUMAN and reading.assurance is Assurance.VERIFIED_TRUSTED
    return trusted and _objection(policy, reading) is None


def _objection(policy: PolicyFile, reading: Reading) -> str | None:
    """POLICY-5: why a listed signer's word on human work does not count here."""
    signers = policy.signers
    if signers.allow:
        # Tiers alone only grade; a list of those allowed shuts everybody else out.
        tiers = (tier.sha256 for tier in signers.tiers)
        if reading.signer is None or not any(reading.signer in known for known in (signers.allow, *tiers)):
            return Code.SIGNER_NOT_ALLOWED.says("the policy does not let this signer vouch for human work")
    if signers.complete and not (reading.verdict is not None and reading.verdict.origin.complete):
        return Code.SIGNER_INCOMPLETE.says("the signer does not state that all actions are listed")
    return None


def _human(policy: PolicyFile, reading: Reading) -> Standing:
    cls, how = OriginClass.HUMAN, reading.assurance
    unknown = policy.weights.unknown
    if how is Assurance.VERIFIED_TRUSTED:
        objection = _objection(policy, reading)
        if objection is None:
            return _vouched(policy, reading)
        weight = min(policy.weight(cls, Assurance.VERIFIED_UNTRUSTED), unknown)
        return Standing(cls, Assurance.VERIFIED_UNTRUSTED, weight, "declared-human", (objection,))
    # POLICY-2.  Only `standing` makes a document *dated*, by the policy's own date.
    how = Assurance.DECLARED if how in (Assurance.DATED, Assurance.NONE) else how
    weight = min(policy.weight(cls, how), unknown)
    reason = Code.WEIGHT_UNVOUCHED.says(f"human work, {_HOW[how]}: nobody on a list vouches for it")
    return Standing(cls, how, weight, _stratum(cls, how), (reason,))


def _vouched(policy: PolicyFile, reading: Reading) -> Standing:
    cls, how = OriginClass.HUMAN, Assurance.VERIFIED_TRUSTED
    for tier in policy.signers.tiers:
        if reading.signer is not None and reading.signer in tier.sha256:
            reason = Code.SIGNER_TIER.says(f"human work, by a listed signer of the tier {tier.name!r}")
            return Standing(cls, how, tier.weight, "human", (reason,))
    reason = Code.WEIGHT_HUMAN.says("human work, as a listed signer states")
    return Standing(cls, how, policy.weight(cls, how), "human", (reason,))


def _unknown(policy: PolicyFile, reading: Reading) -> Standing:
    unknown = policy.weights.unknown
    if reading.damage is None:
        return _nothing_known(unknown, reading.assurance)
    stated = policy.weights.damaged
    weight = unknown if stated is None else min(stated, unknown)
    reason = Code.WEIGHT_DAMAGED.says(f"a credential was there and says nothing: {reading.damage}")
    return Standing(OriginClass.UNKNOWN, reading.assurance, weight, "unknown", (reason,))


@lru_cache(maxsize=256)
def _nothing_known(weight: float, how: Assurance) -> Standing:
    reason = Code.WEIGHT_UNKNOWN.says("nothing says where it comes from")
    return Standing(OriginClass.UNKNOWN, how, weight, "unknown", (reason,))


def _generated(policy: PolicyFile, reading: Reading) -> Standing:
    """Synthetic, or human work with generated parts."""
    cls, how = reading.cls, reading.assurance
    weight = policy.weight(cls, how)
    code = Code.WEIGHT_SYNTHETIC
    if cls is OriginClass.AI_ASSISTED:
        code = Code.WEIGHT_AI_ASSISTED
        if how is not Assurance.VERIFIED_TRUSTED:
            weight = min(weight, policy.weights.unknown)
    stratum = _stratum(cls, how)
    sentence = f"{cls}, {_HOW[how]}"
    if stratum == "synthetic" and reading.purpose is not None:
        stratum, sentence = "purposed-synthetic", f"{sentence}, for a stated purpose"
    return Standing(cls, how, weight, stratum, (code.says(sentence),))


def _stratum(cls: OriginClass, how: Assurance) -> str:
    if how is Assurance.VERIFIED_TRUSTED:
        return str(cls)
    return f"detected-{cls}" if how is Assurance.DETECTED else f"declared-{cls}"


def _usage(policy: PolicyFile, reading: Reading) -> Iterator[str]:
    """POLICY-8: a denial wins over any permission, and never says anything about origin."""
    honoured = policy.usage.honour
    if not honoured:
        return
    for wanted, code in (
        (Permission.DENIED, Code.USAGE_DENIED),
        (Permission.CONSTRAINED, Code.USAGE_CONSTRAINED),
    ):
        if wanted is Permission.CONSTRAINED and policy.usage.constrained == "keep":
            continue
        for preference in reading.preferences:
            if preference.permission is wanted and preference.purpose in (*honoured, "tdm"):
                what = "denied" if wanted is Permission.DENIED else "bound to conditions"
                yield code.says(f"{preference.purpose} is {what} ({preference.source})")


def _not_honoured(reading: Reading) -> Iterator[str]:
    for preference in reading.preferences:
        if preference.permission is Permission.DENIED:
            sentence = (
                f"{preference.purpose} is denied ({preference.source}), which the policy does not follow"
            )
            yield Code.USAGE_NOT_HONOURED.says(sentence)


def _rules(policy: PolicyFile, reading: Reading, stands: Standing, url: str | None) -> Iterator[str]:
    for rule in policy.exclude:
        if _applies(rule, reading, stands, url):
            yield Code.EXCLUDED_RULE.says(rule.because)


def _applies(rule: Exclusion, reading: Reading, stands: Standing, url: str | None) -> bool:
    """POLICY-9: by what the document states and by its address; nothing is guessed."""
    if rule.classes and stands.cls not in rule.classes:
        return False
    if rule.assurances and stands.assurance not in rule.assurances:
        return False
    if rule.categories:
        stated = {_term(category) for category in reading.categories}
        if stated.isdisjoint(_term(category) for category in rule.categories):
            return False
    return not rule.urls or (
        url is not None and _patterns(rule.urls).fullmatch(url[:LONGEST_URL]) is not None
    )


def _term(category: str) -> str:
    """The last part of a type's address, in any letter case."""
    return re.split(r"[/#:]", category.strip().rstrip("/"))[-1].casefold()


@lru_cache(maxsize=64)
def _patterns(urls: tuple[str, ...]) -> re.Pattern[str]:
    # The standard library spells every star as an atomic group, so no address makes the matcher go far back.
    return re.compile("|".join(fnmatch.translate(url) for url in urls), re.IGNORECASE)
