"""Codes of readings, decisions and caps in plain words: meaning, usual causes, what to do."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from provkit.crawl.codes import ReasonCode as C
from provkit.report.explanations import Explanation

if TYPE_CHECKING:
    from collections.abc import Mapping

_NOTHING: Final = "Nothing: this is how the policy wants it."
_ORIGINAL: Final = (
    "Read the response as it came, before text is extracted or repaired; nothing else brings it back."
)
_WEIGHT: Final = "To weigh it otherwise, change the number in the policy; see provkit policy explain."

_WORDS: Final = {
    C.CREDENTIAL_DAMAGED: (
        "What is left of a credential that a program took apart on the way.",
        "Text tools delete U+FEFF, minifiers wrap scripts into lines, editors add a byte order mark or a line end.",
        _ORIGINAL,
    ),
    C.CREDENTIAL_TRUNCATED: (
        "The body was cut off while it was captured, so nothing signed in it can be checked.",
        "The archive stores only the first megabytes of a response, or the connection broke.",
        "Fetch the document again if it matters; it counts as unknown.",
    ),
    C.CREDENTIAL_UNVERIFIABLE: (
        "A credential is there and cannot be judged.",
        "It needs something this version lacks, a limit was reached, or its link stands where none belongs.",
        "provkit verify on the file says more; it counts as unknown.",
    ),
    C.CREDENTIAL_INVALID: (
        "A credential is there, whole, and does not hold for these bytes.",
        "The page was changed after it was signed, or the credential belongs to another one.",
        "provkit verify on the file lists what failed; most policies leave such documents out.",
    ),
    C.CREDENTIAL_REMOTE: (
        "The document says that its credential is kept elsewhere.",
        "A Link header or a link in the page; a reader of crawls fetches nothing.",
        "Fetch it with the crawler, under its rules, and verify with provkit verify --manifest.",
    ),
    C.CREDENTIAL_QUOTED: (
        "A signed text stands inside a page, where its hash cannot be checked.",
        "A publishing system put a signed text into its template.",
        "Publishers: sign the finished page. A quoted text never speaks for the page around it.",
    ),
    C.BODY_ENCODED: (
        "The body is still compressed as it was sent, and could not be unpacked.",
        "The crawler stored it so, in a coding whose package is missing, or the data is broken.",
        "Install what the note names, or let the crawler undo codings before it stores.",
    ),
    C.BODY_MALFORMED: (
        "The file could not be looked at, and nothing suggests that it holds a credential.",
        "A broken or unusual picture or document.",
        "Nothing; it counts as unknown.",
    ),
    C.WEIGHT_HUMAN: (
        "A listed signer states that this is human work, in a credential that holds.",
        "The publisher signs its archive.",
        _NOTHING,
    ),
    C.WEIGHT_DATED: (
        "An archive captured it before the date of the policy, and nobody states another origin.",
        "The document is older than programs that write at scale.",
        "Be sure that the dates are those of an archive you trust; anybody can write a date.",
    ),
    C.WEIGHT_UNVOUCHED: (
        "It is stated as human work, and nobody on a list stands behind that.",
        "A credential by an unlisted signer, or a header or tag that anybody can write.",
        "It weighs at most as what says nothing; no policy can change that. If you know the signer, list it.",
    ),
    C.WEIGHT_AI_ASSISTED: (
        "It is stated as human work with generated parts.",
        "The publisher discloses it.",
        _WEIGHT,
    ),
    C.WEIGHT_SYNTHETIC: (
        "It is stated as generated. That is believed also without a signature.",
        "The generator or the publisher labels it; few have a reason to do so falsely.",
        _WEIGHT,
    ),
    C.WEIGHT_UNKNOWN: (
        "Nothing says where it comes from.",
        "Most of the web. It is no finding about the document.",
        _WEIGHT,
    ),
    C.WEIGHT_DAMAGED: (
        "A credential was there and says nothing any more, so the document counts as unknown.",
        "See the note of the reading: damaged, truncated or unverifiable.",
        _WEIGHT,
    ),
    C.WEIGHT_INVALID: (
        "A credential is there and does not hold, so nothing it states counts.",
        "The document was changed after signing, or a credential was moved to it.",
        _WEIGHT,
    ),
    C.SIGNER_TIER: (
        "The signer belongs to a tier of the policy, which has a weight of its own.",
        "The team lists signers that it knows.",
        _NOTHING,
    ),
    C.SIGNER_NOT_ALLOWED: (
        "The signer is on a trust list, and the policy does not let it vouch for human work.",
        "The policy has a list of signers that may, and this one is not on it.",
        "Add its SHA-256 to signers.allow or to a tier, if you know it.",
    ),
    C.SIGNER_INCOMPLETE: (
        "The signer does not state that all actions are listed, and the policy asks for that.",
        "An older program, or a part whose origin nobody knows.",
        "Set signers.complete to false to accept it.",
    ),
    C.SIGNER_DISTRUSTED: (
        "A distrust list names the signer, so that its word earns nothing.",
        "It was caught stating what is not so, or its key was stolen.",
        "Nothing. That it calls its own content synthetic is still believed.",
    ),
    C.EXCLUDED_RULE: (
        "A rule of the policy leaves the document out.",
        "Its class, categories and address are all those of the rule.",
        _WEIGHT,
    ),
    C.EXCLUDED_WEIGHT: (
        "The policy gives documents like this weight 0.",
        "See the reason that follows it.",
        _WEIGHT,
    ),
    C.USAGE_DENIED: (
        "The document, its server or its credential denies a use that the policy follows.",
        "Content-Usage, Content-Signal, tdm-reservation, noai, or the terms inside a credential.",
        "Respect it, or agree with the rights holder. It says nothing about origin.",
    ),
    C.USAGE_CONSTRAINED: (
        "The use is allowed under conditions that a person has to read.",
        "A licence is linked, or a credential names constraints.",
        'Read them; usage.constrained = "keep" keeps such documents.',
    ),
    C.USAGE_NOT_HONOURED: (
        "A use is denied, and the policy follows no such statements.",
        "usage.honour is empty, as in the preset label-only.",
        "Before anything is trained on this, use a policy that follows them.",
    ),
    C.CAP_THINNED: (
        "The document was left out so that a cap holds.",
        "More is known to be synthetic than the policy admits; which ones stay, their content decides.",
        _NOTHING,
    ),
    C.CAP_UNREACHABLE: (
        "Nothing stands beside what is capped, so the cap can only be met by keeping nothing.",
        "The input is synthetic as a whole, or everything else was excluded.",
        "Add documents of other classes, or raise the cap.",
    ),
    C.CAP_DOMAIN_VANISHES: (
        "All that would be kept of a domain is known to be synthetic, and the cap of each domain leaves none.",
        "A site that publishes generated text only.",
        "Leave caps.domain out to cap the whole mix alone.",
    ),
    C.HARM_COVERAGE: (
        "The policy leaves out so much that the loss of coverage costs more than what it keeps out.",
        "Only signed human work is kept while few publishers sign.",
        "Keep what is unknown at a lower weight; the preset balanced does.",
    ),
    C.HARM_WEIGHT: (
        "The weight of signed human work is high for so small a share: a few documents would be seen very often.",
        "Few publishers sign, or the weight was chosen for another crawl.",
        "Lower the weight or the epochs until more sign; about four is a good weight at a share of a third.",
    ),
    C.HARM_NARROW_SIGNERS: (
        "Few signers stand for all human work that counts more, so what they write about is what the mix learns.",
        "Few publishers sign yet.",
        "List more signers, or give human work less weight.",
    ),
    C.HARM_NARROW_DOMAINS: (
        "Human work that counts more comes from few of the domains.",
        "Few publishers sign yet.",
        "Look at the shares by domain in the report before training on it.",
    ),
    C.HARM_NO_ANCHOR: (
        "No human work is vouched for, so the weights of the policy change nothing.",
        "Nobody signs here, or the trust lists do not know the signers.",
        "Check --trust; without signers the caps on synthetic documents still help.",
    ),
    C.HARM_VANISHED: (
        "Of some domains nothing is kept.",
        "Exclusions and caps, or a policy that wants a signature.",
        "The report lists them; decide whether that is what you want.",
    ),
    C.BUDGET_SHORT: (
        "What is kept, repeated as often as the policy lets it, has fewer tokens than the training run is to see.",
        "The policy leaves out much of a crawl in which few publishers sign, or the crawl is small.",
        "Keep what is unknown at a lower weight, add documents, or lower the budget.",
    ),
    C.BUDGET_REPEATS: (
        "To fill the budget, some documents are seen more often than did good in simulation.",
        "A small share of the crawl is vouched for, and its weight or its limit on epochs is high.",
        "Set epochs.verified to 2 or less while few publishers sign, and keep what is unknown beside it.",
    ),
    C.POLICY_NARROW: (
        "The policy keeps only what somebody vouches for.",
        "The preset strict, or weights.unknown = 0.",
        "While few publishers sign, keep unknown documents at a lower weight: human-anchor does.",
    ),
    C.POLICY_KEEPS_ALL: (
        "The policy only labels: it drops and caps nothing.",
        "The preset label-only.",
        "Right for an account, not for a training mix.",
    ),
}

CRAWL_EXPLANATIONS: Final[Mapping[C, Explanation]] = MappingProxyType(
    {code: Explanation(*words) for code, words in _WORDS.items()}
)
"""An explanation for every code of a crawl."""
