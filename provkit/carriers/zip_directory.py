"""The directory of a ZIP archive, and whether the archive is nothing but its files and the directory.

Readers of archives differ in what they go by: the directory at the end, or the headers before the
files, one behind the other.  Where both tell the same and nothing stands in between, they cannot
differ.  Nothing is unpacked.
"""

from __future__ import annotations

from struct import Struct
from typing import TYPE_CHECKING, Final, NamedTuple

from provkit.carriers.found import too_many
from provkit.errors import MalformedError, UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Collection

    from provkit.carriers.source import Source
    from provkit.limits import Limits

LOCAL: Final = b"PK\x03\x04"
CENTRAL: Final = b"PK\x01\x02"
END: Final = b"PK\x05\x06"
DESCRIPTOR: Final = b"PK\x07\x08"
END_BYTES: Final = 22
LOCAL_BYTES: Final = 30
RECORD: Final = Struct("<4s4H2x2xIII3HH4x2xI")
"""Signature, versions, flags, method, CRC, sizes, lengths of name, extra and comment, disk, offset."""
LATE_SIZES: Final = 0x08
"""Flag: sizes and CRC follow the data."""
UNICODE: Final = 0x800
ENCRYPTED: Final = 0x2041
"""Flags: encrypted, strongly encrypted, local header masked."""
_LONGEST_COMMENT: Final = 0xFFFF
_WIDE: Final = 0xFFFFFFFF
"""A value that stands in a ZIP64 record instead."""
_WIDE_LOCATOR: Final = b"PK\x06\x07"
_WIDE_LOCATOR_BYTES: Final = 20


class Entry(NamedTuple):
    """What the directory says of one file."""

    name: bytes
    flags: int
    method: int
    crc: int
    packed: int
    plain: int
    offset: int
    """Of the local header."""
    record: bytes
    """In the directory, whole."""


class Directory(NamedTuple):
    """The directory of an archive."""

    entries: tuple[Entry, ...]
    start: int
    end: int
    """Of the end record."""


class Header(NamedTuple):
    """The header before a file."""

    fixed: bytes
    """Its bytes 4 to 30; empty when there is none."""
    name: bytes
    data: int
    """Where the content begins."""

    @property
    def extra(self) -> bool:
        """Whether there is an extra field."""
        return self.fixed[24:26] != bytes(2)


class CutOffError(MalformedError):
    """The archive has no end record."""


def read(source: Source, limits: Limits) -> Directory:
    """The files of an archive, in the order of the directory; only its end is read.

    Raises:
        CutOffError: it has no end record.
        MalformedError: not an archive, or one whose directory is not where and what it has to be.
        UnsupportedError: ZIP64, for more than 4 GB or 65,535 files.
        LimitError: too many files.
    """
    if not source.read(0, 4).startswith((LOCAL, END)):
        raise MalformedError("not a ZIP archive")
    base = max(0, source.size - END_BYTES - _LONGEST_COMMENT)
    tail = source.read(base, source.size - base)
    at = tail.rfind(END)
    if at < 0 or at + END_BYTES > len(tail):
        raise CutOffError("the archive has no directory")
    end = base + at
    disk, first, here, count = (int.from_bytes(tail[at + n : at + n + 2], "little") for n in (4, 6, 8, 10))
    size, start = (int.from_bytes(tail[at + n : at + n + 4], "little") for n in (12, 16))
    before = source.read(max(0, end - _WIDE_LOCATOR_BYTES), 4) if end >= _WIDE_LOCATOR_BYTES else b""
    if _WIDE in {size, start} or count == 0xFFFF or before == _WIDE_LOCATOR:
        raise UnsupportedError("the archive is of the large kind (ZIP64)")
    if disk or first or here != count or start + size != end:
        raise _damaged()
    if count > limits.container_parts:
        raise too_many(limits)
    return Directory(_entries(source.read(start, size), count), start, end)


def _entries(records: bytes, count: int) -> tuple[Entry, ...]:
    entries: list[Entry] = []
    pos = 0
    for _ in range(count):
        if pos + RECORD.size > len(records) or not records.startswith(CENTRAL, pos):
            raise _damaged()
        (_, _, _, flags, method, crc, packed, plain, name, extra, comment, disk, offset) = RECORD.unpack_from(
            records, pos
        )
        if _WIDE in {packed, plain, offset}:
            raise UnsupportedError("a file in the archive is of the large kind (ZIP64)")
        stop = pos + RECORD.size + name + extra + comment
        if disk or stop > len(records):
            raise _damaged()
        own = records[pos + RECORD.size : pos + RECORD.size + name]
        entries.append(Entry(own, flags, method, crc, packed, plain, offset, records[pos:stop]))
        pos = stop
    if pos != len(records):
        raise _damaged()
    return tuple(entries)


def _damaged() -> MalformedError:
    return MalformedError("the directory of the archive is damaged, or bytes stand before or behind it")


def header(data: bytes, offset: int) -> Header:
    """The local header at an offset; one of no bytes where there is none."""
    if not data.startswith(LOCAL, offset) or offset + LOCAL_BYTES > len(data):
        return Header(b"", b"", offset)
    fixed = data[offset + 4 : offset + LOCAL_BYTES]
    name, extra = (int.from_bytes(fixed[at : at + 2], "little") for at in (22, 24))
    start = offset + LOCAL_BYTES
    return Header(fixed, data[start : start + name], start + name + extra)


def extent(data: bytes, entry: Entry) -> int:
    """Where a file ends, with the descriptor that may follow its content.

    Raises:
        MalformedError: header, descriptor and directory do not tell the same about it.
    """
    local = header(data, entry.offset)
    if not local.fixed or local.name != entry.name:
        raise MalformedError("the archive has no file where its directory says")
    if entry.flags & ENCRYPTED:
        raise MalformedError("a file in the archive is encrypted")
    flags = int.from_bytes(local.fixed[2:4], "little")
    # The engine sets the flag for UTF-8 in the directory only where a name needs it, and none
    # that says how a file was compressed.
    odd = (flags ^ entry.flags) & (ENCRYPTED | LATE_SIZES | (0 if entry.name.isascii() else UNICODE))
    told, listed = local.fixed[10:22], entry.record[16:28]
    late = entry.flags & LATE_SIZES and told in {bytes(12), listed[:4] + bytes(8)}
    if odd or local.fixed[4:6] != entry.record[10:12] or (told != listed and not late):
        raise MalformedError("the header of a file in the archive is not what the directory says")
    end = local.data + entry.packed
    if not entry.flags & LATE_SIZES:
        return end
    # No hash covers it, and it may stand with its signature or without.
    for mark in (DESCRIPTOR, b""):
        if data.startswith(mark + listed, end):
            return end + len(mark) + len(listed)
    raise MalformedError("what follows a file in the archive is not what the directory says")


def blemishes(data: bytes, directory: Directory, gap: int, fillings: Collection[bytes]) -> tuple[str, ...]:
    """Whether the archive is its files, each with one name, one behind the other, and the directory.

    Args:
        data: the archive, whole.
        directory: as read from it.
        gap: offset of the one file before which something may stand; -1 for none.
        fillings: what that may be.
    """
    problems: list[str] = []
    names = [entry.name for entry in directory.entries]
    if len(set(names)) != len(names):
        problems.append("two files of the archive have one name")
    pos = 0
    for entry in sorted(directory.entries, key=lambda entry: entry.offset):
        if entry.offset < pos:
            problems.append("files of the archive overlap")
            break
        if entry.offset > pos and not (entry.offset == gap and data[pos : entry.offset] in fillings):
            problems.append("bytes stand between the files of the archive")
        try:
            pos = extent(data, entry)
        except MalformedError as error:
            problems.append(error.message)
            break
    else:
        if pos != directory.start:
            problems.append("bytes stand between the files of the archive and its directory")
    comment = int.from_bytes(data[directory.end + 20 : directory.end + END_BYTES], "little")
    if directory.end + END_BYTES + comment != len(data):
        problems.append("bytes follow the archive")
    return tuple(problems)
