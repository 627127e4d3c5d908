"""What a file says, made harmless for HTML, SVG and XML."""

from __future__ import annotations

from html import escape as _entities

from provkit.report.escape import escape


def safe(text: str, limit: int | None = 200) -> str:
    """`text` on one line, everything invisible spelled out, without a character that means something.

    Fit for the content of elements and for attributes in quotes, and for XML 1.0, which has no way
    to write control characters: none is left.

    Args:
        text: anything.
        limit: longest text in characters, before entities.
    """
    return _entities(escape(text, limit=limit))


def ascii_only(page: str) -> str:
    """A page whose bytes are the same in every encoding: what is not ASCII as a character reference."""
    return page.encode("ascii", "xmlcharrefreplace").decode("ascii")


__all__ = ["ascii_only", "safe"]
