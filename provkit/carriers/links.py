"""References to a manifest store elsewhere: the ``Link`` header of HTTP, and addresses relative to a page.

Nothing is fetched here, and nothing is decided about what may be: that is for
:class:`provkit.FetchRules`.  A reference is hostile text.
"""

from __future__ import annotations

import re
from typing import Final

from provkit.errors import MalformedError

RELATION: Final = "c2pa-manifest"
"""The link relation of C2PA 2.4 §15.5.3.2."""

LONGEST_URL: Final = 8192
"""Characters of an address; RFC 9110 §4.1 recommends to support 8000 octets."""

_OWS: Final = " \t"
# Possessive, so that no header makes the matcher go back; an open quotation ends with the header.
_PARAMETER: Final = re.compile(
    r"""[ \t]*+;[ \t]*+([^ \t=;,]*+)[ \t]*+(?:=[ \t]*+(?:"((?:[^"\\]|\\.)*+)"?|([^;,]*+)))?""", re.DOTALL
)
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)
# RFC 3986, appendix B.
_PARTS: Final = re.compile(
    r"(?:([A-Za-z][A-Za-z0-9+.-]*+):)?(?://([^/?#]*+))?([^?#]*+)(?:\?([^#]*+))?(?:#(.*+))?", re.DOTALL
)
_STRANGE: Final = re.compile(r'[\x00-\x20\x7f-\xa0\\<>"\ud800-\udfff]')
_BLANKS: Final = " \t\r\n\f"
_INSIDE: Final = re.compile(r"jumbf=/?c2pa(?:/.*)?", re.DOTALL)


def parse_link_header(value: str) -> tuple[str, ...]:
    """What a ``Link`` header (RFC 8288) names as manifest store, in the order of the header.

    Of a header that is sent several times each value is parsed by itself, so that a broken one does
    not swallow the next.  A link about something else (``anchor``) is left out, and what is no link at
    all is skipped.

    Args:
        value: of the header, of any content and length; time is linear in it.

    Returns:
        The references as they stand there, mostly relative: see :func:`resolve`.
    """
    found = []
    position = 0
    while (position := _skip(value, position)) < len(value):
        # What is no link ends at a comma; where the character sought is missing, no link follows.
        end = value.find(">" if value[position] == "<" else ",", position)
        if end < 0:
            break
        if value[position] != "<":
            position = end + 1
            continue
        reference = value[position + 1 : end].strip(_OWS)
        parameters: dict[str, str] = {}
        position = end + 1
        while match := _PARAMETER.match(value, position):
            position = match.end()
            # Of a parameter given twice the first counts (RFC 8288 §3.3).
            parameters.setdefault(match[1].lower(), _value(match))
        about_this = not parameters.get("anchor")
        if about_this and RELATION in parameters.get("rel", "").lower().split():
            found.append(reference)
    return tuple(found)


def _skip(value: str, position: int) -> int:
    while position < len(value) and value[position] in ", \t":
        position += 1
    return position


def _value(match: re.Match[str]) -> str:
    if match[2] is not None:
        return _ESCAPED.sub(r"\1", match[2])
    return (match[3] or "").strip(_OWS)


def resolve(reference: str, base: str | None = None) -> str:
    """The address that a reference means, by RFC 3986 §5.2.

    Args:
        reference: from a header, an attribute or a manifest; white space around it is dropped.
        base: address of the asset it stands in, absolute; None where it is not known.

    Returns:
        ``scheme://authority…``, the scheme in lower case, dot segments removed, with the fragment.

    Raises:
        MalformedError: it cannot be resolved, has characters no address has, or is none of the web.
    """
    reference = _checked(reference)
    scheme, authority, path, query, fragment = _split(reference)
    if scheme is None and base is not None:
        base_scheme, base_authority, base_path, base_query, _ = _split(_checked(base))
        scheme = base_scheme
        if authority is None:
            authority = base_authority
            if not path:
                path = base_path
                query = base_query if query is None else query
            elif not path.startswith("/"):
                # Where the base has no path, rpartition leaves an empty folder: §5.2.3.
                path = base_path.rpartition("/")[0] + "/" + path
    if scheme is None:
        raise MalformedError("a relative reference without the address of the asset that it stands in")
    if not authority:
        raise MalformedError(f"{reference[:80]!r} is no address on the web")
    found = f"{scheme.lower()}://{authority}{_without_dots(path)}"
    if query is not None:
        found += f"?{query}"
    return found if fragment is None else f"{found}#{fragment}"


def points_inside(reference: str, base: str | None = None) -> bool:
    """Whether a reference means the store in the asset itself, ``#jumbf=c2pa`` (C2PA 2.4 §15.5.3.2).

    Labels after ``c2pa`` are ignored, as the clause says.  Nothing needs to be fetched for it.

    Raises:
        MalformedError: as :func:`resolve` does.
    """
    reference = _checked(reference)
    address, mark, fragment = reference.partition("#")
    if not mark or not _INSIDE.fullmatch(fragment):
        return False
    if not address:
        return True
    return base is not None and resolve(address, base) == resolve(base.partition("#")[0])


def _checked(text: str) -> str:
    text = text.strip(_BLANKS)
    if len(text) > LONGEST_URL:
        raise MalformedError(f"an address of {len(text)} characters; the most is {LONGEST_URL}")
    # Programs disagree on what a backslash, a control character or a space in an address means.
    if strange := _STRANGE.search(text):
        raise MalformedError(f"an address with the character U+{ord(strange[0]):04X}")
    return text


def _split(text: str) -> tuple[str | None, str | None, str, str | None, str | None]:
    match = _PARTS.fullmatch(text)
    if match is None:  # unreachable: every string has such parts
        raise MalformedError(f"{text[:80]!r} is no address")
    return match[1], match[2], match[3], match[4], match[5]


def _without_dots(path: str) -> str:
    """RFC 3986 §5.2.4 for an absolute path; an empty one stays empty."""
    if not path:
        return ""
    kept: list[str] = []
    segments = path.split("/")[1:]
    for segment in segments:
        if segment == "..":
            if kept:
                kept.pop()
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in {".", ".."}:
        kept.append("")
    return "/" + "/".join(kept)
