"""What the headers of a response say of origin and of use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from provkit.carriers.links import parse_link_header
from provkit.crawl.model import Permission
from provkit.crawl.signals import aigc, fields
from provkit.crawl.signals.vocabulary import (
    AI_INPUT,
    SEARCH,
    TDM,
    TRAIN_AI,
    of_mode,
    preference,
    reservation,
    signal,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from provkit.crawl.model import Preference, Signal


LONGEST: Final = 64 * 1024
"""Characters of one header that are looked at; servers send 8 to 16 thousand at most."""
USAGE: Final = {"train-ai": TRAIN_AI, "train-genai": TRAIN_AI, "search": SEARCH, "tdm": TDM}
"""Categories of AIPREF; ``train-genai`` and ``tdm`` are of earlier drafts."""
CONTENT_SIGNALS: Final = {"ai-train": TRAIN_AI, "ai-input": AI_INPUT, "search": SEARCH}
_YES_NO: Final = {"y": Permission.ALLOWED, "n": Permission.DENIED}
_LONG_YES_NO: Final = {"yes": Permission.ALLOWED, "no": Permission.DENIED}
RSL: Final = "application/rsl+xml"

AI_AGENTS: Final = {
    "gptbot": TRAIN_AI,
    "claudebot": TRAIN_AI,
    "anthropic-ai": TRAIN_AI,
    "ccbot": TRAIN_AI,
    "google-extended": TRAIN_AI,
    "applebot-extended": TRAIN_AI,
    "meta-externalagent": TRAIN_AI,
    "bytespider": TRAIN_AI,
    "amazonbot": TRAIN_AI,
    "cohere-training-data-crawler": TRAIN_AI,
    "ai2bot": TRAIN_AI,
    "perplexitybot": AI_INPUT,
    "chatgpt-user": AI_INPUT,
    "claude-user": AI_INPUT,
    "oai-searchbot": SEARCH,
    "claude-searchbot": SEARCH,
}
"""Crawlers of model makers that say so themselves, in lower case, and what for."""


def values(headers: Sequence[tuple[str, str]], name: str) -> Iterator[str]:
    """The values of all headers of a name, which is given in lower case."""
    return (value for key, value in headers if key.lower() == name and len(value) <= LONGEST)


def signals(headers: Sequence[tuple[str, str]]) -> tuple[Signal, ...]:
    """``AI-Disclosure``, and ``AIGC`` of GB 45438."""
    found: list[Signal] = []
    for value in values(headers, "ai-disclosure"):
        # The draft calls it a dictionary and separates its members by semicolons: both are read.
        for key, mode in fields.pairs(value):
            cls = of_mode(mode) if key == "mode" else None
            if cls is not None:
                found.append(signal(cls, "header:ai-disclosure", value))
    for value in values(headers, "aigc"):
        found += aigc.signals(value)
    return tuple(found)


def preferences(headers: Sequence[tuple[str, str]], media_type: str | None = None) -> tuple[Preference, ...]:
    """``Content-Usage``, ``Content-Signal``, TDMRep, ``X-Robots-Tag`` and a link to RSL terms.

    Args:
        headers: names in any case, and values.
        media_type: of the body; ``noimageai`` speaks of pictures alone.
    """
    found = usage(", ".join(values(headers, "content-usage")), "header:content-usage")
    for value in values(headers, "content-signal"):
        found += content_signal(value, "header:content-signal")
    found += _reservation(headers)
    for value in values(headers, "x-robots-tag"):
        found += _robots(value, media_type)
    for value in values(headers, "link"):
        for target, parameters in fields.links(value):
            named = parameters.get("rel", "").lower().split()
            if "license" in named and parameters.get("type", "").strip().lower() == RSL:
                found += (preference(TDM, Permission.CONSTRAINED, "header:rsl", target),)
    return found


def credential_links(headers: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """What ``Link: rel="c2pa-manifest"`` names (C2PA 2.4 §15.5.3.2), as spelled; never fetched here."""
    return tuple(
        reference for value in values(headers, "link") for reference in parse_link_header(value) if reference
    )


def usage(value: str, source: str) -> tuple[Preference, ...]:
    """A usage expression of AIPREF: a dictionary of tokens ``y`` and ``n``; all else says nothing."""
    members = fields.dictionary(value)
    if not members:
        return ()
    return tuple(
        preference(USAGE[key], _YES_NO[token], source, f"{key}={token}")
        for key, token in members.items()
        if key in USAGE and token in _YES_NO
    )


def content_signal(value: str, source: str) -> tuple[Preference, ...]:
    """``search=yes, ai-input=yes, ai-train=no``; ``use=…`` has no purpose of ours and is left out."""
    return tuple(
        preference(CONTENT_SIGNALS[key], _LONG_YES_NO[said.lower()], source, f"{key}={said}")
        for key, said in fields.pairs(value)
        if key in CONTENT_SIGNALS and said.lower() in _LONG_YES_NO
    )


def _reservation(headers: Sequence[tuple[str, str]]) -> tuple[Preference, ...]:
    said = next((value for value in values(headers, "tdm-reservation") if value.strip() in {"0", "1"}), None)
    if said is None:
        return ()
    return reservation(said, next(values(headers, "tdm-policy"), None), "header:tdm-reservation")


def _robots(value: str, media_type: str | None) -> tuple[Preference, ...]:
    """``X-Robots-Tag``, with the name of a robot before it or without one."""
    agent: str | None = None
    for part in value.lower().split(","):
        name, colon, rest = part.strip().partition(":")
        directive = name.strip()
        if colon and " " not in directive and rest.strip().split("=")[0] in DIRECTIVES:
            agent, directive = directive, rest.strip()
        if agent is None or agent in AI_AGENTS or agent == "*":
            refused = directive == "noai" or (
                directive == "noimageai" and (media_type or "").startswith("image/")
            )
            if refused:
                return (preference(TRAIN_AI, Permission.DENIED, "header:x-robots-tag", value),)
    return ()


DIRECTIVES: Final = frozenset(
    ("all", "noindex", "nofollow", "none", "noarchive", "nosnippet", "noimageindex", "notranslate")
) | {"noai", "noimageai", "index", "follow", "nocache"}
"""What may stand behind the name of a robot, so that ``max-snippet: 20`` names none."""
