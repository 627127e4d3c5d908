"""Finding the one block of a structured text, in any comment syntax (C2PA 2.4 §A.9.3, §A.9.5).

Documents about C2PA quote the delimiters, so a pair of them is a block only if it is plausible:
something stands between that can be a reference, or the place and the comment around it are
those of a block.  See spec/structured-text.md for each choice.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Final, NamedTuple

from provkit.carriers.carried import Problem
from provkit.carriers.structured.syntaxes import SPELLINGS
from provkit.codes import StatusCode as Code
from provkit.errors import LimitError
from provkit.limits import Limits  # noqa: TC001 # the docstrings name it

BEGIN: Final = b"-----BEGIN C2PA MANIFEST-----"
END: Final = b"-----END C2PA MANIFEST-----"
DATA_URI: Final = b"data:application/c2pa;base64,"
BOM: Final = b"\xef\xbb\xbf"

_AROUND: Final = 12
"""Bytes looked at on both sides of a block: a byte order mark and the longest prefix, and more."""
_LONG: Final = re.compile(rb"[A-Za-z0-9+/]{40}")
"""Base64 as no prose has it; with the head of the data URI changed it still tells a store."""
_STORE_HEAD: Final = 16
"""Base64 characters that hold the type of the first box of a store."""
_URL: Final = re.compile(rb"[A-Za-z][A-Za-z0-9+.\-]*://")
WEB: Final = re.compile(
    rb"https?://(?:\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9])(?:[A-Za-z0-9._~:/?#@+=,-]|%[0-9A-Fa-f]{2})*+",
    re.IGNORECASE,
)
"""An address as it may stand in a block: a host, and characters that no host language acts on.

Nothing signs it, so it must not be able to end any comment, nor to be code outside one: there is no
``! $ & ' ( ) * ;`` of RFC 3986, and brackets only around an IPv6 address.
"""
COOKIE: Final = re.compile(rb"coding[:=]", re.IGNORECASE)
"""In a comment on the first line it sets how Python and others decode the rest (PEP 263)."""
_FENCE: Final = re.compile(rb"(?:---|\+\+\+)[ \t]{0,16}\r?\n")
_LOOSE: Final = tuple(
    re.compile(rb"-----" + word + rb"[ \t\r\n]{1,4}C2PA[ \t\r\n]{1,4}MANIFEST-----")
    for word in (b"BEGIN", b"END")
)
_SPACES: Final = b" \t\r\n"


@dataclass(frozen=True, slots=True)
class Block:
    """The one block of a text; ``start`` to ``end`` are its lines, without the last line's end."""

    start: int
    """Offset of the first byte of its first line; of the byte behind a byte order mark."""
    end: int
    """Offset of the line end behind it, or of the end of the file."""
    reference: bytes
    """What stands between the delimiters, without the white space around it."""
    problem: Problem | None
    """Why it is none that could hold."""
    whole_lines: bool
    """Whether its lines hold nothing but a known comment, or nothing, around it."""
    prefix: bytes = b""
    """The sign of the comment; empty for none (§A.9.3.2)."""
    suffix: bytes = b""


class _Pair(NamedTuple):
    begin: int
    end: int
    """Offset of END."""


def find(data: bytes, limits: Limits) -> Block | Problem | None:
    """The block in ``data``; a problem when there is none and remains of one; None for neither.

    Linear in ``data``: each pair of delimiters is judged by what stands between and a few bytes
    around, and there may be at most ``limits.carriers`` pairs.

    Raises:
        LimitError: more pairs, or a longer reference, than the limits allow.
    """
    if b"MANIFEST-----" not in data:
        return None
    seen = 0
    end = 0
    while True:
        begin = data.find(BEGIN, end)
        end = data.find(END, begin) if begin >= 0 else -1
        if end < 0:
            break
        seen += 1
        if seen > limits.carriers:
            raise LimitError(f"the text holds more than {limits.carriers} candidates for a credential")
        found = _judged(data, _Pair(data.rfind(BEGIN, begin, end), end), limits)
        if found is not None:
            return found
    return _remains(data, limits)


def _judged(data: bytes, pair: _Pair, limits: Limits) -> Block | None:
    middle = data[pair.begin + len(BEGIN) : pair.end]
    reference = middle.strip(_SPACES)
    if b"\n" in middle:
        form = _lines_around(data, pair, middle)
        if form is not None:
            sign = data[form[0] : pair.begin]
            reference = middle.split(b"\n")[1].removeprefix(sign).strip(_SPACES)
    else:
        form = _line_around(data, pair)
    begins_store = _begins_store(reference)
    telling = begins_store or _URL.match(reference) is not None or _LONG.search(reference) is not None
    if form is None:
        if not telling:
            return None
        start, end = _rough_lines(data, pair)
    else:
        start, end = form
        if not (telling or _at_place(data, start, end)):
            return None
    prefix, suffix = data[start : pair.begin].rstrip(b" "), data[pair.end + len(END) : end].lstrip(b" ")
    problem = _problem(data, pair, middle, reference, form is not None, limits)
    if problem is None and not prefix and not (b"\n" in middle and _FENCE.fullmatch(data, 0, start)):
        problem = Problem(
            Code.ASSERTION_DATA_HASH_MISMATCH,
            f"the block at byte {pair.begin} stands in no comment, which it may only as three lines "
            "right behind the line that opens front matter",
        )
    return Block(start, end, reference, problem, form is not None, prefix, suffix)


def _problem(
    data: bytes, pair: _Pair, middle: bytes, reference: bytes, formed: bool, limits: Limits
) -> Problem | None:
    at = f"at byte {pair.begin}"
    begins, ends = data.count(BEGIN), data.count(END)
    if begins > 1 or ends > 1:
        return Problem(
            Code.MANIFEST_STRUCTURED_TEXT_MULTIPLE_REFERENCES,
            f"beside the block {at} the text holds further delimiters: {begins} begin and {ends} end one",
        )
    if not reference:
        return Problem(
            Code.MANIFEST_STRUCTURED_TEXT_EMPTY_REFERENCE, f"nothing stands between the delimiters {at}"
        )
    if not formed:
        return Problem(
            Code.ASSERTION_DATA_HASH_MISMATCH,
            f"the lines of the block {at} hold more than a comment with the block, or are broken: "
            "what stands there beside it is covered by no hash",
        )
    if b"\n" not in middle and middle != b" " + reference + b" ":
        return _malformed(f"the reference {at} is not set off by single spaces")
    if reference.startswith(DATA_URI):
        payload = len(reference) - len(DATA_URI)
        if payload // 4 * 3 > limits.store_bytes + 2:
            raise LimitError(
                f"the manifest store has about {payload // 4 * 3} bytes; the limit is {limits.store_bytes}"
            )
        if decoded(reference) is None or COOKIE.search(reference, len(reference) - 8):
            return _malformed(f"the data URI {at} is not strict base64 (RFC 4648 §4) of anything")
        return None
    if is_address(reference):
        return None
    if re.match(rb"(?:data|https?):", reference, re.IGNORECASE):
        return _malformed(f"the reference {at} is neither a web address nor a data URI of a manifest store")
    if _URL.match(reference) and not re.search(rb"[^!-~]", reference):
        return Problem(
            Code.MANIFEST_STRUCTURED_TEXT_NO_RESOLUTION_PATH,
            f"the reference {at} has a scheme that no manifest store is fetched by",
        )
    return _malformed(f"the reference {at} is neither a URL nor a data URI")


def _malformed(explanation: str) -> Problem:
    return Problem(Code.MANIFEST_STRUCTURED_TEXT_MALFORMED_REFERENCE, explanation)


def is_address(reference: bytes) -> bool:
    """Whether this is an address that can do no harm in a comment of any language."""
    return WEB.fullmatch(reference) is not None and COOKIE.search(reference) is None


def decoded(reference: bytes) -> bytes | None:
    """The store in a data URI; None unless it is base64 in its one canonical spelling, of at least a byte."""
    payload = reference.removeprefix(DATA_URI)
    if len(payload) == len(reference):
        return None
    try:
        store = binascii.a2b_base64(payload, strict_mode=True)
    except binascii.Error:
        return None
    # Bits behind the last byte could be set at will; no hash covers them.
    return store if store and base64.b64encode(store) == payload else None


def _line_around(data: bytes, pair: _Pair) -> tuple[int, int] | None:
    """Start and end of the line, if it holds a known comment with the block and nothing else."""
    after = pair.end + len(END)
    head = data[max(0, pair.begin - _AROUND) : pair.begin]
    cut = head.rfind(b"\n")
    if cut < 0 and pair.begin > _AROUND:
        return None
    head = head[cut + 1 :]
    start = pair.begin - len(head)
    if start == 0 and head.startswith(BOM):
        head, start = head[len(BOM) :], len(BOM)
    tail = _to_line_end(data, after)
    if tail is None or not _is_comment(head, tail):
        return None
    return start, after + len(tail)


def _lines_around(data: bytes, pair: _Pair, middle: bytes) -> tuple[int, int] | None:
    """The same for the form of three lines (§A.9.3.2), each alone or behind the same line comment."""
    if middle.count(b"\n") != 2:
        return None
    first, second, third = middle.split(b"\n")
    crlf = first == b"\r"
    if first not in {b"", b"\r"} or second.endswith(b"\r") != crlf:
        return None
    line = _line_around(data, pair)
    after = pair.end + len(END)
    if line is None or line[1] != after or not second.startswith(third):
        return None
    head = data[line[0] : pair.begin]
    reference = second[len(third) :].removesuffix(b"\r")
    if head != third or reference != reference.strip(_SPACES):
        return None
    return line


def _to_line_end(data: bytes, after: int) -> bytes | None:
    """What stands behind END on its line; None if that is more than a suffix."""
    window = data[after : after + _AROUND + 2]
    stop = window.find(b"\n")
    if stop < 0:
        return window if after + len(window) == len(data) and len(window) <= _AROUND else None
    return window[:stop].removesuffix(b"\r")


def _is_comment(head: bytes, tail: bytes) -> bool:
    if not head and not tail:
        return True  # no comment; nothing can hide in it
    if not head.endswith(b" ") or (tail and not tail.startswith(b" ")):
        return False
    prefix, suffix = head[:-1], tail[1:]
    return (prefix, suffix) in SPELLINGS and (not tail or suffix != b"")


def _at_place(data: bytes, start: int, end: int) -> bool:
    """Whether the lines stand where §A.9.3 puts a block: first, last, or first in front matter."""
    before = data[:start] if start <= 8 else b""
    if start == 0 or before in {BOM, b"---\n", b"+++\n", b"---\r\n", b"+++\r\n"}:
        return True
    return data[end : end + 3] in {b"", b"\n", b"\r\n"}


def _rough_lines(data: bytes, pair: _Pair) -> tuple[int, int]:
    start = data.rfind(b"\n", 0, pair.begin) + 1
    end = data.find(b"\n", pair.end)
    return start, len(data) if end < 0 else end


def _begins_store(reference: bytes) -> bool:
    """Whether a data URI of a manifest store begins here; white space in it is passed over."""
    if not reference.startswith(DATA_URI):
        return False
    at = len(DATA_URI)
    head = b"".join(reference[at : at + 4 * _STORE_HEAD].split())[:_STORE_HEAD]
    try:
        return base64.b64decode(head, validate=True)[4:8] == b"jumb"
    except binascii.Error:
        return False


def _remains(data: bytes, limits: Limits) -> Problem | None:
    """No block, but a delimiter and the store of one: cut, or broken over lines."""
    begins, ends = (loose.search(data) is not None for loose in _LOOSE)
    if not (begins or ends):
        return None
    store = _store_at(data, limits)
    if store is None:
        store = _cut_line(data)
    if store is None:
        return None
    if begins and ends:
        return Problem(
            Code.ASSERTION_DATA_HASH_MISMATCH,
            f"the reference at byte {store} belongs to a block whose lines were changed or broken",
        )
    missing = "end" if begins else "begin"
    return Problem(
        Code.MANIFEST_STRUCTURED_TEXT_NO_MANIFEST,
        f"the reference at byte {store} belongs to a block whose {missing} is missing or damaged",
    )


def _store_at(data: bytes, limits: Limits) -> int | None:
    at = data.find(DATA_URI)
    seen = 0
    while at >= 0:
        if _begins_store(data[at : at + len(DATA_URI) + 4 * _STORE_HEAD]):
            return at
        seen += 1
        if seen > limits.carriers:
            raise LimitError(f"the text holds more than {limits.carriers} candidates for a credential")
        at = data.find(DATA_URI, at + 1)
    return None


def _cut_line(data: bytes) -> int | None:
    """A first or last line that is a known comment with BEGIN and an address, or the beginning of a store, behind it."""
    for start in (0, data.rstrip(b"\r\n").rfind(b"\n") + 1):
        begin = data.find(BEGIN, start, start + _AROUND + len(BEGIN))
        at = begin + len(BEGIN) + 1
        if begin >= 0 and (_URL.match(data, at) or _is_begun(data[at : at + len(DATA_URI) + 1])):
            head = data[start:begin].removeprefix(BOM)
            if head.endswith(b" ") and any(prefix == head[:-1] for prefix, _ in SPELLINGS):
                return at
    return None


def _is_begun(rest: bytes) -> bool:
    """Whether a data URI of a store, or as much of one as a cut left, begins here."""
    return rest != b"" and (rest.startswith(DATA_URI) or DATA_URI.startswith(rest))
