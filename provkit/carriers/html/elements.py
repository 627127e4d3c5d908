"""Which elements associate a page with a manifest store, and whether a page can hold one at all.

C2PA 2.4 §A.7.1 names two: a script with the media type of a store, and a link to one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import Final

from provkit.carriers.html.tokenizer import Token, attributes, text_of
from provkit.errors import LimitError

MEDIA_TYPE: Final = "application/c2pa"
RELATION: Final = "c2pa-manifest"
_SPACE: Final = "\t\n\f\r "


def _references(characters: str) -> bytes:
    """A pattern of all character references to these characters; only `/` of them has a name."""
    points = sorted({ord(one) for character in characters for one in (character.lower(), character.upper())})
    decimal = "|".join(map(str, points))
    hexadecimal = "|".join(f"{point:x}" for point in points)
    return (rf"&(?:#(?:0*+(?:{decimal})(?![0-9])|[xX]0*+(?i:{hexadecimal})(?![0-9a-fA-F]))|sol;)").encode()


_SPELLED: Final = re.compile(rb"2[pP][aA](?:(?<=(?i:application/c2pa))|-(?i:manifest))")
"""The digit comes first because the search for one byte is fast."""
_ENCODED: Final = re.compile(_references(MEDIA_TYPE + RELATION))


def may_occur(data: bytes) -> bool:
    """Whether some attribute in ``data`` could have one of the two values; microseconds if none can.

    A value is spelled out, in letters of any case, or at least one of its characters is a
    character reference: pages have next to none of those to letters.
    """
    return _SPELLED.search(data) is not None or (b"&" in data and _ENCODED.search(data) is not None)


class Budget:
    """How many parts of a page may still be looked at one by one; text between them costs next to nothing."""

    __slots__ = ("_left", "_most")

    def __init__(self, most: int) -> None:
        self._most = self._left = most

    def spend(self) -> None:
        """Take one part into account.

        Raises:
            LimitError: that was one too many.
        """
        self._left -= 1
        if self._left < 0:
            raise LimitError(
                f"the page has more than {self._most} tags and comments in places where each of them counts"
            )


class Where(Enum):
    """Where an element stands."""

    HEAD = "in the head"
    TEMPLATE = "in a template"
    """Nothing in a template is part of the page until a script puts it there."""
    ELSEWHERE = "outside the head"


@dataclass(frozen=True, slots=True)
class Element:
    """A script or a link that associates the page with a store."""

    tag: Token
    """Its start tag."""
    end_tag: Token | None
    """Of a script that ends."""
    where: Where

    @property
    def start(self) -> int:
        """Offset of the ``<``."""
        return self.tag.start

    @property
    def is_link(self) -> bool:
        """Whether it names the store instead of holding it."""
        return self.tag.name == b"link"

    @property
    def end(self) -> int:
        """Offset behind it; behind its start tag if it is a script without an end."""
        return self.tag.end if self.end_tag is None else self.end_tag.end


def is_association(data: bytes, tag: Token) -> bool:
    """Whether the start tag of a script or a link is that of a carrier."""
    if not may_occur(data[tag.start : tag.end]):
        return False
    if tag.name == b"script":
        return is_type(attribute(data, tag, b"type"))
    return is_relation(attribute(data, tag, b"rel"))


def is_type(value: str | None) -> bool:
    """Whether this is how a script says that it holds a store, in any letters (HTML §4.12.1.1)."""
    return value is not None and value.strip(_SPACE).lower() == MEDIA_TYPE


def is_relation(value: str | None) -> bool:
    """Whether the kinds of a link, separated by white space, include the one to a store."""
    return value is not None and RELATION in value.lower().split()


def attribute(data: bytes, tag: Token, name: bytes) -> str | None:
    """The value of an attribute, the first if there are several."""
    return next((text_of(value) for key, value in attributes(data, tag) if key == name), None)
