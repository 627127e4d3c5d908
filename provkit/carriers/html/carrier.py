"""HTML: a manifest store in a ``script`` element in the head, or a ``link`` to one (C2PA 2.4 §A.7).

The exclusion reaches from ``<script`` through ``</script>``; what is in it is not signed, so
there may be nothing in it but the store, see spec/html.md.  With a link nothing is left out.
"""

from __future__ import annotations

import binascii
import hashlib
import html
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from provkit.carriers import links
from provkit.carriers.carried import Carried, Problem, RangeBinding
from provkit.carriers.html import notices, second
from provkit.carriers.html.elements import MEDIA_TYPE, RELATION, Element, Where, attribute
from provkit.carriers.html.survey import may_carry, survey
from provkit.carriers.html.tokenizer import SPACE, attributes
from provkit.carriers.source import Memory
from provkit.codes import StatusCode
from provkit.errors import (
    AlreadySignedError,
    ConfigurationError,
    LimitError,
    MalformedError,
    UnsupportedError,
)

if TYPE_CHECKING:
    from provkit.limits import Limits

_OPEN: Final = f'<script type="{MEDIA_TYPE}">'.encode()
_CLOSE: Final = b"</script>"
_END_TAG: Final = re.compile(rb"</script[\t\n\f\r /]*+>", re.IGNORECASE)
_WIDE: Final = tuple(
    name.encode(codec)
    for name in (MEDIA_TYPE, RELATION)
    for codec in ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")
)
_PROBE: Final = b"provkit"
"""Stands for a store while a place is tried."""
_PRESCAN: Final = 1024
_TEMPLATE: Final = re.compile(rb"<\?(?:=|php(?![a-z0-9_-]))", re.IGNORECASE)
"""Where a program begins that runs on the server: PHP."""
_SPACE: Final = SPACE.decode()
_SCHEME: Final = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*+:")
_QUERY: Final = re.compile("[?#]")
_ADDRESS: Final = re.compile(r"https?://[^/?#\\]", re.IGNORECASE)
_STRANGE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_WEB: Final = frozenset({"http:", "https:"})
_NO_BASE: Final = frozenset({"data:", "javascript:"})
"""What a ``base`` element names in vain."""
_ROUNDS: Final = 16
"""What is left when carriers are taken out may spell another one; this often at most."""


def read(data: bytes, limits: Limits) -> Carried:
    """What a page carries.  Without the words in question it costs microseconds.

    Raises:
        LimitError: more candidates than ``limits.carriers``, a store above ``limits.store_bytes``,
            or a page that the second parser would take too long for.
    """
    carried = _carried(data, limits)
    if carried == Carried():
        return carried
    return replace(carried, warnings=notices.notices(data))


def _carried(data: bytes, limits: Limits) -> Carried:
    if notices.is_wide(data) and any(spelling in data for spelling in _WIDE):
        explanation = "the page is in UTF-16 or UTF-32, in which no credential can be read: it was converted"
        return Carried(problem=Problem(StatusCode.GENERAL_ERROR, explanation))
    if not may_carry(data):
        return Carried()
    found = survey(data, limits, has_candidates=True)
    if len(found.associations) > 1:
        first, other = found.associations[:2]
        explanation = (
            f"the page has {len(found.associations)} elements that carry a credential or link to one, "
            f"at bytes {first.start} and {other.start} for example; one is allowed"
        )
        return Carried(problem=Problem(StatusCode.MANIFEST_HTML_MULTIPLE_MANIFESTS, explanation))
    if found.doubt is not None:
        return Carried(problem=Problem(StatusCode.GENERAL_ERROR, found.doubt))
    if not found.associations:
        return Carried()
    element = found.associations[0]
    if element.is_link:
        return _linked(data, element, found.base)
    problem, store = _store(data, element, limits)
    span = element.start, element.end - element.start
    if problem is not None:
        return Carried((), *span, problem=problem)
    mismatch = StatusCode.ASSERTION_DATA_HASH_MISMATCH
    return Carried((store,), *span, RangeBinding(Memory(data), (span,), "the script element", mismatch))


def _linked(data: bytes, element: Element, base: str | None) -> Carried:
    href = (attribute(data, element.tag, b"href") or "").strip(_SPACE)
    if element.where is not Where.HEAD:
        explanation = (
            f"the link to a credential at byte {element.start} stands outside the head, where none belongs"
        )
    elif not href:
        explanation = f"the link to a credential at byte {element.start} does not say where that is"
    else:
        return Carried(reference=_from_base(base, href))
    return Carried(problem=Problem(StatusCode.MANIFEST_INACCESSIBLE, explanation))


def _from_base(base: str | None, href: str) -> str:
    """An address as the page means it: relative to its ``base`` element, if it has one (HTML §2.4.3)."""
    base = "" if base is None else base.strip(_SPACE).replace("\\", "/")  # as browsers read it
    scheme = _SCHEME.match(base)
    name = scheme[0].lower() if scheme is not None else ""
    if not base or name in _NO_BASE or _SCHEME.match(href):
        return href
    if name in _WEB or base.startswith("//"):
        try:
            return links.resolve(href, base if name else "https:" + base).removeprefix(
                "" if name else "https:"
            )
        except MalformedError:
            return base + href  # no address: refused like any other that is none
    if name:
        return base + href  # whatever it means, it is no file beside the page
    folder = _QUERY.split(base, maxsplit=1)[0].rpartition("/")
    return href if href.startswith("/") else folder[0] + folder[1] + href


def _store(data: bytes, element: Element, limits: Limits) -> tuple[Problem | None, bytes]:
    """The store in a script element, or why nothing in it counts."""
    tag, end_tag = element.tag, element.end_tag
    mismatch = StatusCode.ASSERTION_DATA_HASH_MISMATCH
    if element.where is not Where.HEAD:
        explanation = (
            f"the script element that carries a credential, at byte {tag.start}, stands outside the head"
        )
        return Problem(mismatch, explanation), b""
    if end_tag is None:
        return Problem(
            mismatch, f"the script element of the credential, at byte {tag.start}, does not end"
        ), b""
    content = data[tag.end : end_tag.start].strip(SPACE)
    if not content:
        return Problem(StatusCode.GENERAL_ERROR, f"the script element at byte {tag.start} is empty"), b""
    if len(content) // 4 * 3 - 2 > limits.store_bytes:
        raise LimitError(
            f"the manifest store has about {len(content) // 4 * 3} bytes; the limit is {limits.store_bytes}"
        )
    names = [name for name, _ in attributes(data, tag)]
    if names != [b"type"]:
        explanation = (
            "the script element of the credential has other attributes than its type, which nobody signed"
        )
        return Problem(mismatch, explanation), b""
    if _END_TAG.fullmatch(data, end_tag.start, end_tag.end) is None:
        explanation = "the end tag of the script element of the credential holds more than its name"
        return Problem(mismatch, explanation), b""
    try:
        store = binascii.a2b_base64(content, strict_mode=True)
    except binascii.Error:
        store = b""
    if binascii.b2a_base64(store, newline=False) != content:
        explanation = (
            "the script element of the credential holds something else than one store in plain base64"
        )
        return Problem(mismatch, explanation), b""
    return None, store


@dataclass(frozen=True, slots=True)
class HtmlPlacement:
    """A place in the head of a page (see spec/html.md)."""

    before: bytes
    """The page up to the place."""
    after: bytes
    """The rest of it."""
    link: bytes | None
    """The element that names the store; None when the store itself is put in."""
    warnings: tuple[str, ...]
    """``rule: sentence``; what a signer should know about the page."""

    @property
    def start(self) -> int | None:
        """Offset of the script element; None with a link, which is hashed like everything else."""
        return len(self.before) if self.link is None else None

    @property
    def zero_cost(self) -> int:
        """Bytes that a zero byte of the store takes: four for three."""
        return 1

    def length(self, store: bytes) -> int:
        """Bytes of the script element of ``store``; 0 with a link."""
        if self.link is not None:
            return 0
        return len(_OPEN) + (len(store) + 2) // 3 * 4 + len(_CLOSE)

    def digest(self, _length: int, /) -> bytes:
        """SHA-256 of the signed page without the script element."""
        digest = hashlib.sha256(self.before)
        digest.update(self.link or b"")
        digest.update(self.after)
        return digest.digest()

    def embed(self, store: bytes) -> bytes:
        """The signed page.  With a link the store is not in it and has to be put where that points."""
        element = self.link
        if element is None:
            element = _OPEN + binascii.b2a_base64(store, newline=False) + _CLOSE
        return b"".join((self.before, element, self.after))


def place(data: bytes, limits: Limits, *, link: str | None = None) -> HtmlPlacement:
    """A place for a store in the head of a page, or for a link to one; no other byte changes.

    Args:
        data: the page.  Any text is one: what has no tags has an empty head at its start.
        limits: bounds the carriers looked at.
        link: where the store is kept, if outside: a URL of the web, or a reference relative to the page.

    Raises:
        AlreadySignedError: the page carries a credential, whole or broken.
        ConfigurationError: a link that names no place on the web.
        UnsupportedError: an encoding that is not supported, a template in PHP, or a page whose head not
            all readers would see in the same place.
        MalformedError: a page that ends inside its head, in the middle of something.
        LimitError: more candidates than ``limits.carriers``.
    """
    if link is not None:
        _check_link(link)
    if notices.is_wide(data):
        raise UnsupportedError(
            "the page is in UTF-16 or UTF-32, in which readers do not find a credential",
            hint="convert it to UTF-8, for example with: iconv -t UTF-8",
        )
    program = _TEMPLATE.search(data)
    if program is not None:
        raise UnsupportedError(
            f"the page is a template: a program in PHP begins at byte {program.start()}, and what a server "
            "makes of it is another page each time",
            hint="sign what the server sends; or write the credential beside the file: --sidecar",
        )
    found = survey(data, limits, has_candidates=link is not None or may_carry(data))
    _check_unsigned(found.associations)
    if found.doubt is not None:
        raise UnsupportedError(found.doubt, hint="take what looks like a credential out of the page first")
    pos = min(head.place for head in found.heads)
    if any(head.is_cut and head.place == len(data) for head in found.heads):
        raise MalformedError("the page ends inside its head, in the middle of a tag, a comment or an element")
    if any(head.is_unclear for head in found.heads):
        raise UnsupportedError(
            "a template in the head holds markup that readers end at different places",
            hint="move the template into the body",
        )
    if notices.is_shifted(data, pos):
        raise UnsupportedError(
            "an escape sequence in the head changes the encoding, so what is put there may not be read",
            hint="convert the page to UTF-8",
        )
    if not data.isascii() and _declares_later(data, pos):
        raise UnsupportedError(
            "the page declares its encoding behind its head, and a credential would move that out of the "
            f"first {_PRESCAN} bytes, where browsers look for it",
            hint='put <meta charset="utf-8"> first in the head',
        )
    element = None
    if link is not None:
        element = f'<link rel="{RELATION}" href="{html.escape(link)}" type="{MEDIA_TYPE}"/>'.encode()
    placement = HtmlPlacement(data[:pos], data[pos:], element, notices.notices(data))
    if second.in_xml(data) is not None and second.in_xml(placement.embed(_PROBE)) is None:
        raise UnsupportedError(
            "the page is well-formed XML, and with a credential where HTML has its head it would not be",
            hint="write html and head without a namespace prefix, and head with an end tag",
        )
    _try(placement, limits, None if link is None else _from_base(found.base, link))
    return placement


def _check_link(link: str) -> None:
    """Refuse what is no reference to a store, or one that programs read in different ways."""
    scheme = _SCHEME.match(link)
    problem = None
    if not link or link != link.strip() or _STRANGE.search(link):
        problem = "is empty, or holds characters that no address has"
    elif len(link) > links.LONGEST_URL:
        problem = f"has {len(link)} characters; the most is {links.LONGEST_URL}"
    elif scheme is not None and not _ADDRESS.match(link):
        problem = f"begins with {scheme[0][:40]}, which is no http:// or https:// with a host"
    if problem is not None:
        raise ConfigurationError(
            f"the link to the credential {problem}",
            hint="give an http or https URL, or a reference relative to the page, such as page.c2pa",
        )


def _check_unsigned(associations: tuple[Element, ...]) -> None:
    if any(element.where is Where.HEAD for element in associations):
        raise AlreadySignedError(
            f"the page carries a credential at byte {associations[0].start}",
            hint="provkit strip takes it out",
        )
    if associations:
        first = associations[0]
        raise UnsupportedError(
            f"an element at byte {first.start} looks like a credential and stands {first.where.value}: "
            "some readers would take it for a second one",
            hint="remove it, or write its < as &lt; if it is an example",
        )


def _declares_later(data: bytes, pos: int) -> bool:
    """Whether the prescan of a browser finds an encoding, and at or behind ``pos``."""
    return notices.declared_encoding(data[:pos]) is None and notices.declared_encoding(data) is not None


def _try(placement: HtmlPlacement, limits: Limits, link: str | None) -> None:
    """Make sure that what is put there is found there."""
    carried = _carried(placement.embed(_PROBE), limits)
    if link is None:
        is_found = carried.stores == (_PROBE,) and carried.start == placement.start
    else:
        is_found = carried.reference == link
    if not is_found:
        reason = carried.problem.explanation if carried.problem else "it is not found again"
        raise UnsupportedError(
            f"there is no place in the head of the page that all readers agree on: {reason}",
            hint="begin the page with <!DOCTYPE html>, <html> and <head>, and end its head with </head>",
        )


def remove(data: bytes, limits: Limits) -> bytes:
    """The page without what carries or names a credential, wherever it stands; templates stay.

    Raises:
        MalformedError: a script that does not end, so that what belongs to it cannot be told.
        LimitError: more candidates than ``limits.carriers``, or new ones each time some are gone.
    """
    for _ in range(_ROUNDS):
        if not may_carry(data):
            return data
        elements = survey(data, limits, has_candidates=True).associations
        if not elements:
            return data
        kept = []
        pos = 0
        for element in elements:
            if not element.is_link and element.end_tag is None and data[element.tag.end - 2] != 0x2F:
                raise MalformedError(
                    f"the script element of the credential, at byte {element.start}, does not end",
                    hint="delete it by hand",
                )
            kept.append(data[pos : max(pos, element.start)])
            pos = max(pos, element.end)
        kept.append(data[pos:])
        data = b"".join(kept)
    raise LimitError("taking credentials out of the page leaves others each time")
