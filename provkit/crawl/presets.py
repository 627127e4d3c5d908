"""The policies that come with provkit, as a team would write them.

The numbers follow measurements of what weights do to a training mix: while few publishers sign,
keeping human work of listed signers only loses more coverage than it gains, so what is unknown
stays at a lower weight; a weight of 4 was best at 30 % of signing publishers, more repeats of few
documents made it worse; a cap of 10 % on synthetic text cost one per cent, 30 % cost six.
"""

from __future__ import annotations

from typing import Final

from provkit.errors import ConfigurationError

DEFAULT: Final = "balanced"

_BALANCED: Final = """\
version = 1
name = "balanced"
description = "Human work of listed signers counts four times, what is known to be synthetic is capped."

[weights]
unknown = 1
invalid = 0
distrusted = 0
human = { verified-trusted = 4 }

[usage]
honour = ["train-ai"]
constrained = "exclude"

[caps]
by = "tokens"
overall = 0.10
domain = 0.10
with-purpose = 0.30

[epochs]
verified = 2
"""

_HUMAN_ANCHOR: Final = """\
version = 1
name = "human-anchor"
description = "Human work of listed signers counts eight times, what is known to be synthetic is left out."

[weights]
unknown = 1
invalid = 0
distrusted = 0
human = { verified-trusted = 8 }
synthetic = { verified-trusted = 0, verified-untrusted = 0, declared = 0, detected = 0 }

[usage]
honour = ["train-ai"]
constrained = "exclude"

[epochs]
verified = 4
"""

_STRICT: Final = """\
version = 1
name = "strict"
description = "Nothing but human work of listed signers. Loses most of the web while few publishers sign."

[weights]
unknown = 0
invalid = 0
distrusted = 0
human = { verified-trusted = 1 }

[usage]
honour = ["train-ai"]
constrained = "exclude"

[epochs]
verified = 4
"""

_LABEL_ONLY: Final = """\
version = 1
name = "label-only"
description = "Drops nothing and weighs nothing: every document keeps weight 1 and gets its labels."

[weights]
unknown = 1
invalid = 1
distrusted = 1
human = { verified-trusted = 1 }

[usage]
honour = []
constrained = "keep"

[epochs]
verified = 1
"""

_CIVIC: Final = """\
version = 1
name = "civic"
extends = "balanced"
description = "As balanced, without reviews, comments and testimony that are stated to be synthetic."

[[exclude]]
because = "a review, comment or testimony that is stated to be synthetic"
classes = ["synthetic"]
assurances = ["verified-trusted", "verified-untrusted", "declared"]
categories = [
    "Review", "ClaimReview", "CriticReview", "EmployerReview", "MediaReview", "UserReview",
    "Recommendation", "Rating", "AggregateRating", "EndorsementRating",
    "Comment", "CorrectionComment", "DiscussionForumPosting", "Answer",
    "direct-human-record", "preference-label",
]
"""

PRESETS: Final = {
    "balanced": _BALANCED,
    "human-anchor": _HUMAN_ANCHOR,
    "strict": _STRICT,
    "label-only": _LABEL_ONLY,
    "civic": _CIVIC,
}
"""Text of each preset by name, the default first."""


def text_of(name: str) -> str:
    """The file of a preset.

    Raises:
        ConfigurationError: there is none of that name.
    """
    if name not in PRESETS:
        raise ConfigurationError(f"no policy {name!r}", hint=f"there are: {', '.join(PRESETS)}, or a file")
    return PRESETS[name]
