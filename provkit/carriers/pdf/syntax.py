"""PDF objects as they are spelled (ISO 32000-2 §7.3): values with the place where each stands.

The reader of a dictionary remembers the bytes of every value, so that an object can be written
again with one entry changed and every other byte kept.  Nothing is corrected: what a strict
reader and a lenient one would take for different things is a
:class:`~provkit.errors.MalformedError`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from provkit.errors import LimitError, MalformedError

if TYPE_CHECKING:
    from collections.abc import Iterator

DEPTH: Final = 64
"""Nesting of arrays and dictionaries; catalogs need about 6."""
MOST_VALUES: Final = 200_000
"""Values in one object: the names of a hundred thousand attachments.  A value takes microseconds and 200 bytes."""
_WHITE: Final = rb"\0\t\n\f\r "
SPACE: Final = re.compile(rb"(?:[" + _WHITE + rb"]++|%[^\r\n]*+)*+")
_REGULAR: Final = rb"[^" + _WHITE + rb"()<>\[\]{}/%]"
_TOKEN: Final = re.compile(
    rb"(?P<space>[" + _WHITE + rb"]*+)(?:(?P<open><<|\[)|(?P<close>>>|\])|/(?P<name>" + _REGULAR + rb"*+)"
    rb"|(?P<number>\d{1,10})[" + _WHITE + rb"]++(?P<generation>\d{1,5})[" + _WHITE + rb"]++R(?!" + _REGULAR
    + rb")|(?P<integer>[+-]?\d++)(?!" + _REGULAR
    + rb")|(?P<real>[+-]?(?:\d++\.\d*+|\.\d++))(?!" + _REGULAR
    + rb")|(?P<word>true|false|null)(?!" + _REGULAR
    + rb")|<(?P<hex>[0-9A-Fa-f" + _WHITE + rb"]*+)>|\((?P<plain>[^()\\\r]*+)\)|(?P<string>\())"
)  # fmt: skip
_STRING_RUN: Final = re.compile(rb"[^()\\]*+")
_ESCAPE: Final = re.compile(rb"\\(?:([0-7]{1,3})|(\r\n|\r|\n)|(.))|(\r\n?)", re.DOTALL)
_ESCAPED: Final = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_NAME_ESCAPE: Final = re.compile(rb"#([0-9A-Fa-f]{2})")
_LONGEST_INTEGER: Final = 20
"""Digits; file offsets have ten."""


class Name(str):
    """A name, its ``#`` escapes resolved, one character for each byte."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Ref:
    """A reference to an indirect object."""

    number: int
    generation: int

    def __str__(self) -> str:
        return f"{self.number} {self.generation} R"


@dataclass(frozen=True, slots=True, eq=False)
class Dict:
    """A dictionary, the same only as itself.  Entries whose value is null are left out, as if they were absent."""

    entries: dict[str, Item]
    repeated: frozenset[str]
    """Keys that occur twice; which of the values counts, readers decide differently."""

    def item(self, key: str) -> Item | None:
        """The value under ``key`` with its place, None if there is none.

        Raises:
            MalformedError: the key occurs twice.
        """
        if key in self.repeated:
            raise MalformedError(f"a dictionary of the PDF has two entries /{key}")
        return self.entries.get(key)

    def get(self, key: str) -> Value:
        """The value under ``key``, None if there is none; as :meth:`item`."""
        item = self.item(key)
        return None if item is None else item.value


class Item(NamedTuple):
    """A value and where it stands in the buffer it was read from."""

    value: Value
    start: int
    end: int


Value: TypeAlias = "bool | int | float | Name | bytes | Ref | tuple[Item, ...] | Dict | None"


def skip_space(data: bytes, pos: int, end: int | None = None) -> int:
    """Offset of the first byte before ``end`` that is neither white space nor a comment."""
    match = SPACE.match(data, pos, len(data) if end is None else end)
    return match.end() if match else pos


def parse(data: bytes, pos: int, end: int | None = None) -> Item:
    """Read one value.

    Args:
        data: the buffer.
        pos: where the value stands; white space and comments before it are skipped.
        end: where the buffer is taken to end, if before its end.

    Raises:
        MalformedError: no value stands there, or the buffer ends inside it.
        LimitError: more than :data:`MOST_VALUES` are in it.
    """
    end = len(data) if end is None else end
    waiting: list[tuple[int, list[Item]]] = []
    left = MOST_VALUES
    while True:
        match = _TOKEN.match(data, pos, end)
        if match is None:
            past = skip_space(data, pos, end)
            if past == pos or past >= end:
                raise MalformedError(f"no PDF object can be read at byte {pos}: {data[pos : pos + 12]!r}")
            pos = past
            continue
        start, pos = match.end("space"), match.end()
        if match.lastgroup == "open":
            if len(waiting) >= DEPTH:
                raise MalformedError(f"an object of the PDF nests deeper than {DEPTH} levels")
            waiting.append((start, []))
            continue
        if match.lastgroup == "close":
            if not waiting:
                raise MalformedError(f"no PDF object can be read at byte {start}: {match['close']!r}")
            start, inner = waiting.pop()
            item = _closed(data, start, pos, inner)
        elif match.lastgroup == "string":
            item = _string(data, start, end)
            pos = item.end
        else:
            item = Item(_simple(match), start, pos)
        if not waiting:
            return item
        left -= 1
        if left < 0:
            raise LimitError(f"an object of the PDF has more than {MOST_VALUES} values")
        waiting[-1][1].append(item)


def _simple(match: re.Match[bytes]) -> Value:
    match match.lastgroup:
        case "name":
            return _name(match["name"])
        case "generation":
            return Ref(int(match["number"]), int(match["generation"]))
        case "integer":
            return _integer(match["integer"])
        case "real":
            return float(match["real"])
        case "word":
            return {b"true": True, b"false": False, b"null": None}[match["word"]]
        case "hex":
            digits = match["hex"].translate(None, b"\0\t\n\f\r ")
            return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii"))
        case _:
            return match["plain"]


def _integer(digits: bytes) -> int:
    if len(digits) > _LONGEST_INTEGER:
        raise MalformedError("a number in the PDF is too long")
    return int(digits)


def _name(raw: bytes) -> Name:
    if b"#" in raw:
        raw = _NAME_ESCAPE.sub(lambda m: bytes((int(m[1], 16),)), raw)
    return Name(raw.decode("latin-1"))


def _closed(data: bytes, start: int, end: int, inner: list[Item]) -> Item:
    """An array or dictionary, its closing bracket read."""
    if data.startswith(b"[", start):
        if data[end - 1 : end] != b"]":
            raise MalformedError(f"an array of the PDF that begins at byte {start} ends as a dictionary does")
        return Item(tuple(inner), start, end)
    if data[end - 1 : end] != b">" or len(inner) % 2:
        raise MalformedError(f"a dictionary of the PDF that begins at byte {start} is no list of pairs")
    entries: dict[str, Item] = {}
    seen: set[str] = set()
    repeated: set[str] = set()
    for key, item in zip(inner[::2], inner[1::2], strict=True):
        if not isinstance(key.value, Name):
            raise MalformedError(f"a dictionary of the PDF has a key that is no name, at byte {key.start}")
        name = str(key.value)
        if name in seen:
            repeated.add(name)
        elif item.value is not None:
            entries[name] = item
        seen.add(name)
    return Item(Dict(entries, frozenset(repeated)), start, end)


def _string(data: bytes, pos: int, end: int) -> Item:
    at, level = pos + 1, 1
    while level:
        run = _STRING_RUN.match(data, at, end)
        at = run.end() if run else at
        match data[at : min(at + 1, end)]:
            case b"\\":
                at += 2
            case b"(":
                level += 1
                at += 1
            case b")":
                level -= 1
                at += 1
            case _:
                raise MalformedError(f"a string of the PDF that begins at byte {pos} does not end")
    raw = data[pos + 1 : at - 1]
    if b"\\" in raw or b"\r" in raw:
        raw = _ESCAPE.sub(_unescape, raw)
    return Item(raw, pos, at)


def _unescape(match: re.Match[bytes]) -> bytes:
    if match[1]:
        return bytes((int(match[1], 8) & 0xFF,))
    if match[2]:
        return b""
    if match[3]:
        return _ESCAPED.get(match[3], match[3])
    return b"\n"


def hex_string(value: bytes) -> bytes:
    """A string in hexadecimal spelling."""
    return b"<" + value.hex().encode("ascii") + b">"


def strings(item: Item) -> Iterator[Item]:
    """All strings in a value, in the order they stand, keys apart."""
    value = item.value
    if isinstance(value, bytes):
        yield item
    elif isinstance(value, tuple):
        for inner in value:
            yield from strings(inner)
    elif isinstance(value, Dict):
        if value.repeated:
            raise MalformedError(f"a dictionary of the PDF has two entries /{min(value.repeated)}")
        for inner in value.entries.values():
            yield from strings(inner)
