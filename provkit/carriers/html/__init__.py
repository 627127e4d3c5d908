"""HTML pages (C2PA 2.4 §A.7): what they carry, a place in their head, and taking it out again."""

from provkit.carriers.html.carrier import HtmlPlacement, place, read, remove

__all__ = ["HtmlPlacement", "place", "read", "remove"]
