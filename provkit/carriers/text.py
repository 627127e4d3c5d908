r"""Unstructured text: a manifest store as a run of variation selectors (C2PA 2.4 §A.8).

A wrapper is U+FEFF and then selectors that spell ``C2PATXT\0``, a version byte, a
big-endian length and the store.  Offsets count UTF-8 bytes of the text as stored, and a
wrapper reaches from the U+FEFF through its last selector (see spec/text.md).
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from provkit.carriers import hidden, selectors
from provkit.carriers.carried import Carried, Problem
from provkit.carriers.nfc import check_utf8, prepare
from provkit.codes import StatusCode
from provkit.errors import AlreadySignedError, LimitError
from provkit.limits import DEFAULT_LIMITS, Limits

if TYPE_CHECKING:
    from collections.abc import Callable

MAGIC: Final = b"C2PATXT\0"
VERSION: Final = 1
HEADER_LENGTH: Final = 13
"""Magic, version and length: bytes before the store."""
_LONGEST_PADDING: Final = 64
ZERO_COST: Final = 3
"""UTF-8 bytes that a zero byte of the store takes."""

PREFIX: Final = "\ufeff".encode()
_MAGIC_RUN: Final = selectors.encode(MAGIC)
_CUT: Final = PREFIX + selectors.encode(MAGIC[:1])

# Possessive, so that a run of twenty million selectors leaves no trail to backtrack.
_RUN: Final = re.compile(rb"(?:\xef\xb8[\x80-\x8f]|\xf3\xa0(?:[\x84-\x86][\x80-\xbf]|\x87[\x80-\xaf]))*+")


class Wrapper(NamedTuple):
    """One well-formed wrapper in a text."""

    start: int
    """Offset of the U+FEFF, UTF-8 bytes."""
    length: int
    """UTF-8 bytes from the U+FEFF through the last selector, padding included."""
    store: bytes
    """The manifest store."""

    @property
    def end(self) -> int:
        """Offset behind the last selector."""
        return self.start + self.length


class Damage(NamedTuple):
    """Something that was a wrapper, or would be one."""

    start: int
    """Offset, UTF-8 bytes."""
    reason: str


class Located(NamedTuple):
    """Every wrapper in a text, whole or damaged, in file order."""

    wrappers: tuple[Wrapper, ...]
    damaged: tuple[Damage, ...]


def locate(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Located:
    """Find every wrapper in UTF-8 text (§A.8.4.2).

    The search is for the magic, so runs of other schemes, emoji and a byte order mark
    cost nothing.  Time is linear in ``data``.

    Raises:
        LimitError: more candidates than ``limits.carriers``, or a declared store above
            ``limits.store_bytes`` that the text is long enough to hold.
    """
    wrappers: list[Wrapper] = []
    damaged: list[Damage] = []
    pos = data.find(_MAGIC_RUN)
    while pos >= 0:
        if len(wrappers) + len(damaged) >= limits.carriers:
            raise LimitError(f"the text holds more than {limits.carriers} candidates for a credential")
        found, pos = _candidate(data, pos, limits)
        if isinstance(found, Wrapper):
            wrappers.append(found)
        else:
            damaged.append(found)
        pos = data.find(_MAGIC_RUN, pos)
    if not wrappers:
        tail = _cut_magic(data)
        if tail is not None:
            damaged.append(tail)
    return Located(tuple(wrappers), tuple(damaged))


def _candidate(data: bytes, magic: int, limits: Limits) -> tuple[Wrapper | Damage, int]:
    """Judge the run whose magic starts at ``magic``; return it and where to search on."""
    start = magic - len(PREFIX)
    if start < 0 or data[start:magic] != PREFIX:
        reason = "the selectors of a credential stand without the U+FEFF that begins one"
        return Damage(magic, reason), _run_end(data, magic)
    # The usual place is the end (§A.8.4.1): then the whole rest is decoded at once.  Only
    # behind the last magic is that tried, so that the cost over a flood stays linear.
    end = len(data)
    run = None
    if end - magic <= _longest_run(limits) and data[-1] > 0x7F and data.find(_MAGIC_RUN, magic + 1) < 0:
        run = selectors.decode(data[magic:])
    header = run or selectors.decode(_first_characters(data, magic, HEADER_LENGTH)) or b""
    if len(header) < HEADER_LENGTH:
        return Damage(start, "the wrapper is cut off inside its header"), _run_end(data, magic)
    if header[8] != VERSION:
        return Damage(start, f"the wrapper has version {header[8]}, not {VERSION}"), _run_end(data, magic)
    declared = int.from_bytes(header[9:HEADER_LENGTH], "big")
    stop = HEADER_LENGTH + declared
    if declared > limits.store_bytes and 3 * stop <= end - magic:
        raise LimitError(f"the manifest store has {declared} bytes; the limit is {limits.store_bytes}")
    if run is None:
        end = _run_end(data, magic)
        run = selectors.decode(data[magic:end]) or b""
    if stop > len(run):
        reason = f"the wrapper declares a store of {declared} bytes and holds {len(run) - HEADER_LENGTH}"
        return Damage(start, reason), end
    if not _is_padding(run[stop:]):
        return Damage(start, "bytes that are neither store nor padding follow the store in the wrapper"), end
    return Wrapper(start, end - start, run[HEADER_LENGTH:stop]), end


def _longest_run(limits: Limits) -> int:
    return 4 * (HEADER_LENGTH + limits.store_bytes) + _LONGEST_PADDING


def _first_characters(data: bytes, pos: int, count: int) -> bytes:
    return data[pos : pos + 4 * count].decode("utf-8", "ignore")[:count].encode()


def _run_end(data: bytes, pos: int) -> int:
    match = _RUN.match(data, pos)
    return match.end() if match else pos


def _is_padding(rest: bytes) -> bool:
    """Whether ``rest`` is padding as its known writers fill it, and nothing else.

    C2PA 2.4 defines no padding; two writers pad a gap of g UTF-8 bytes, each in exactly
    one way: zeros then at most two 0x10, or as few zeros as possible then 0xFF.  Free
    padding would be room for content that nobody signed.
    """
    if not rest:
        return True
    zeros = rest[: len(rest) - len(rest.lstrip(b"\0"))]
    tail = rest[len(zeros) :]
    return tail in (b"", b"\x10", b"\x10\x10") or (len(zeros) < 4 and not tail.strip(b"\xff"))


def _cut_magic(data: bytes) -> Damage | None:
    """U+FEFF and a run of only the first one to seven selectors of the magic: a credential was cut there."""
    start = data.find(_CUT)
    while start >= 0:
        begin = start + len(PREFIX)
        end = _run_end(data, begin)
        if _MAGIC_RUN.startswith(data[begin:end]):
            return Damage(start, "a credential is cut off inside its first characters")
        # Editors end a file with a line feed, and a cut can fall inside a character.
        if end + 4 > len(data) and _MAGIC_RUN.startswith(data[begin:]):
            return Damage(start, "a credential is cut off inside its first characters")
        start = data.find(_CUT, end)
    return None


def read(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Carried:
    """What a text carries (§A.8.4.2, §15.5.2).

    Raises:
        MalformedError: nothing is carried, and it is not UTF-8.
        LimitError: as :func:`locate`.
    """
    return carried(data, locate(data, limits))


def carried(data: bytes, located: Located) -> Carried:
    """As :func:`read`, of a text in which the wrappers were located."""
    wrappers, damaged = located
    if len(wrappers) > 1:
        several = f"the text carries {len(wrappers)} credentials; one is allowed"
        return Carried(
            problem=Problem(StatusCode.MANIFEST_TEXT_MULTIPLE_WRAPPERS, several),
            warnings=_warnings(b"", beside=bool(damaged)),
        )
    if not wrappers and damaged:
        first = damaged[0]
        cut = f"{first.reason} (byte {first.start}); the text may be a fragment"
        return Carried(problem=Problem(StatusCode.MANIFEST_TEXT_CORRUPTED_WRAPPER, cut))
    if not wrappers:
        check_utf8(data)
        return Carried(warnings=(*_warnings(data, beside=False), *_cut_at_end(data)))
    wrapper = wrappers[0]
    parts = data[: wrapper.start], data[wrapper.end :]
    return Carried(
        (wrapper.store,),
        wrapper.start,
        wrapper.length,
        TextBinding(parts, wrapper),
        warnings=_warnings(*(() if damaged else parts), beside=bool(damaged)),
    )


def _warnings(*parts: bytes, beside: bool) -> tuple[str, ...]:
    found = []
    unseen = hidden.count(*parts)
    if unseen:
        found.append(
            f"hidden-characters: the text holds {unseen} characters (or more) that readers do not see "
            "or that reorder it"
        )
    if beside:
        found.append("decoy: something that only resembles a credential stands beside the credential")
    return tuple(found)


def _cut_at_end(data: bytes) -> tuple[str, ...]:
    if data.endswith(PREFIX) and len(data) > len(PREFIX):
        return ("cut-off: the text ends with U+FEFF, where a credential may have been cut off",)
    return ()


def names_magic(data: bytes) -> bool:
    """Whether the magic of a wrapper occurs, in bytes that need not be valid UTF-8."""
    return _MAGIC_RUN in data


@dataclass(slots=True)
class TextBinding:
    """How text with a wrapper is hashed (§A.8.7.3, §15.12.1.3.1)."""

    parts: tuple[bytes, bytes]
    """The text before the wrapper and behind it."""
    wrapper: Wrapper
    warnings: tuple[str, ...] = ()
    """Set by :meth:`feed`: the text is not in NFC, so other bytes were hashed than stand there."""
    exclusion_code: StatusCode = StatusCode.ASSERTION_DATA_HASH_MALFORMED

    def exclusion_problem(self, exclusions: tuple[tuple[int, int], ...]) -> str | None:
        """Exactly one exclusion, and it is the wrapper found in this text."""
        wrapper = self.wrapper
        if exclusions == ((wrapper.start, wrapper.length),):
            return None
        if len(exclusions) != 1:
            return (
                f"the data hash leaves out {len(exclusions)} ranges; in text it is one, the credential itself"
            )
        start, length = exclusions[0]
        if length == wrapper.length:
            return (
                f"the credential was signed at byte {start} and stands at byte {wrapper.start}: text before it "
                "was added, removed or put into another Unicode form, or the credential was moved"
            )
        return (
            f"the data hash leaves out bytes {start} to {start + length}; "
            f"the credential stands at {wrapper.start} to {wrapper.end}"
        )

    def feed(self, update: Callable[[bytes], None]) -> str | None:
        """Pass on the text without the wrapper, in NFC.

        Raises:
            MalformedError: the text is not UTF-8.
        """
        before, after = prepared = prepare(self.parts[0]), prepare(self.parts[1])
        if prepared != self.parts:
            self.warnings = (
                "not-nfc: the text is not in Unicode NFC; characters that NFC makes equal are not told apart",
            )
        if before and after and not after[:1].isascii() and prepare(before + after) != before + after:
            return (
                "characters on both sides of the credential compose, so the text signed is not the text shown"
            )
        update(before)
        update(after)
        return None


@dataclass(frozen=True, slots=True)
class TextPlacement:
    """The end of a text, for an unpadded wrapper (the only form all readers agree on)."""

    content: bytes
    """The text in the form that is signed, see :func:`prepare`."""
    hashed: bytes
    """SHA-256 of it."""

    @property
    def start(self) -> int:
        """Offset of the wrapper."""
        return len(self.content)

    @property
    def zero_cost(self) -> int:
        """Bytes that a zero byte of the store takes."""
        return ZERO_COST

    def length(self, store: bytes, /) -> int:
        """UTF-8 bytes of the wrapper of ``store``, without building it."""
        return wrapper_length(store)

    def digest(self, _length: int, /) -> bytes:
        """SHA-256 of the text, whatever the length of the wrapper."""
        return self.hashed

    def embed(self, store: bytes, /) -> bytes:
        """The text with the wrapper at its end."""
        return embed(self.content, store)


def place(data: bytes, limits: Limits = DEFAULT_LIMITS) -> TextPlacement:
    """A place at the end of a text, which is brought into Unicode NFC for it.

    Raises:
        AlreadySignedError: the text carries a credential, whole or damaged.
        MalformedError: not UTF-8.
        LimitError: as :func:`locate` and :func:`.nfc.prepare`.
    """
    located = locate(data, limits)
    if located.wrappers or located.damaged:
        raise AlreadySignedError(
            "the text carries a credential already"
            if located.wrappers
            else "the text carries a damaged credential",
            hint="keep it as history with --resign, or take it off first with: provkit strip",
        )
    content = prepare(data, limits)
    return TextPlacement(content, hashlib.sha256(content).digest())


def wrapper_length(store: bytes) -> int:
    """UTF-8 bytes of the wrapper of ``store``, without building it."""
    return len(PREFIX) + selectors.utf8_length(_header(store)) + selectors.utf8_length(store)


def _header(store: bytes) -> bytes:
    return MAGIC + bytes((VERSION,)) + len(store).to_bytes(4, "big")


def embed(data: bytes, store: bytes) -> bytes:
    """Append a wrapper, unpadded (the only form all readers agree on)."""
    return data + PREFIX + selectors.encode(_header(store) + store)


def remove(data: bytes, located: Located) -> bytes:
    """The text without its wrappers, whole or headless or damaged; every other byte stays."""
    spans = [(w.start, w.end) for w in located.wrappers]
    for damage in located.damaged:
        skip = len(PREFIX) if data.startswith(PREFIX, damage.start) else 0
        spans.append((damage.start, _run_end(data, damage.start + skip)))
    out = []
    pos = 0
    for start, end in sorted(spans):
        out.append(data[pos:start])
        pos = end
    out.append(data[pos:])
    return b"".join(out)
