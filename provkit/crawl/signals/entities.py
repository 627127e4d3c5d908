"""Whose source type it is: that of the page, of a part of it, or of a picture in it.

JSON-LD and microdata describe many things in one page.  A statement about the page, or about the
one work that the page is, speaks for all of it; a statement about anything else does not.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from provkit.crawl.signals.vocabulary import of_source_type, signal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from provkit.crawl.model import Signal

SOURCE_TYPE: Final = "digitalSourceType"
MAIN: Final = frozenset({"mainEntity", "mainEntityOfPage"})
_MOST_CATEGORIES: Final = 32

_PAGES: Final = frozenset(
    (
        "WebPage", "AboutPage", "CheckoutPage", "CollectionPage", "ContactPage", "FAQPage", "ItemPage",
        "MedicalWebPage", "ProfilePage", "QAPage", "RealEstateListing", "SearchResultsPage", "WebContent",
    )
)  # fmt: skip
_WORKS: Final = frozenset(
    (
        "CreativeWork", "Article", "AdvertiserContentArticle", "NewsArticle", "AnalysisNewsArticle",
        "AskPublicNewsArticle", "BackgroundNewsArticle", "OpinionNewsArticle", "ReportageNewsArticle",
        "ReviewNewsArticle", "Report", "SatiricalArticle", "ScholarlyArticle", "MedicalScholarlyArticle",
        "SocialMediaPosting", "BlogPosting", "LiveBlogPosting", "DiscussionForumPosting", "TechArticle",
        "APIReference", "Book", "Chapter", "Thesis", "ShortStory", "HowTo", "Recipe", "LearningResource",
        "Course", "Message", "Conversation", "Manuscript", "Legislation", "Guide", "Play", "Quotation",
    )
)  # fmt: skip
_REMARKS: Final = frozenset(
    (
        "Review", "ClaimReview", "CriticReview", "EmployerReview", "MediaReview", "Recommendation",
        "UserReview", "Comment", "Answer", "CorrectionComment", "Question", "UserComments",
    )
)  # fmt: skip
_TIERS: Final = (_PAGES, _WORKS, _REMARKS)
_REMARK: Final = 2


@dataclass(slots=True)
class Node:
    """One thing that a page describes."""

    types: tuple[str, ...]
    """Types of schema.org, without the address."""
    role: str | None = None
    """The property of another thing that it is the value of, if any; empty for a part of a part."""
    identifier: str | None = None
    source_types: list[str] = field(default_factory=list)
    """As spelled."""

    @property
    def is_top(self) -> bool:
        """Whether it can be what the page is about."""
        return self.role is None or self.role in MAIN

    @property
    def tier(self) -> int | None:
        """0 for a page, 1 for a work, 2 for a remark on one; None for anything else."""
        # A picture is one whatever else it is called as well.
        if not self.types or not all(any(name in tier for tier in _TIERS) for name in self.types):
            return None
        return min(number for number, tier in enumerate(_TIERS) if not tier.isdisjoint(self.types))


def signals(nodes: Sequence[Node], source: str) -> tuple[Signal, ...]:
    """What the source types of the things in a page say."""
    speaking = {id(node) for node in _speaking(nodes)}
    found: list[Signal] = []
    for node in nodes:
        for value in node.source_types:
            cls = of_source_type(value)
            if cls is not None:
                found.append(signal(cls, source, value, whole=id(node) in speaking))
    return tuple(dict.fromkeys(found))


def categories(nodes: Sequence[Node]) -> tuple[str, ...]:
    """Types of the page and of the work it is."""
    names = sorted({name for node in _speaking(nodes) for name in node.types})
    return tuple(names[:_MOST_CATEGORIES])


def _speaking(nodes: Sequence[Node]) -> list[Node]:
    """The things that are the page: of each tier the only one, a remark only where there is no work."""
    tiers: dict[int, list[Node]] = {}
    for node in nodes:
        tier = node.tier
        if node.is_top and tier is not None:
            tiers.setdefault(tier, []).append(node)
    if len(tiers) > 1 and 1 in tiers:
        tiers.pop(_REMARK, None)
    return [one for found in tiers.values() if _is_one(found) for one in found]


def _is_one(nodes: list[Node]) -> bool:
    """Whether all are the same thing: a graph may describe it in several places."""
    first = nodes[0].identifier
    return len(nodes) == 1 or (first is not None and all(node.identifier == first for node in nodes))
