"""ZIP, EPUB, OOXML, ODF: a manifest store as a file of its own in the archive (C2PA 2.4 §A.6).

It is called ``META-INF/content_credential.c2pa``, stored and not encrypted.  The hash of an
archive goes file by file (``c2pa.hash.collection.data``), each with its local header, and over the
directory.  What is between files no hash covers, so nothing may stand there.
"""

from __future__ import annotations

import zlib
from bisect import bisect_right
from struct import Struct
from typing import TYPE_CHECKING, Final, NamedTuple

from provkit.carriers.found import Found, broken, check_size, check_store, cut_off, only, too_many
from provkit.errors import MalformedError, UnsupportedError
from provkit.limits import DEFAULT_LIMITS, Limits

if TYPE_CHECKING:
    from collections.abc import Iterable

NAME: Final = b"META-INF/content_credential.c2pa"
FOLDER: Final = b"META-INF/"
PLAIN: Final = "application/zip"
"""An archive of no more telling type."""
OFFICE: Final = "application/vnd.openxmlformats-officedocument."
OPEN: Final = "application/vnd.oasis.opendocument."
EPUB: Final = "application/epub+zip"
DECLARED: Final = frozenset({EPUB, f"{OPEN}text", f"{OPEN}spreadsheet", f"{OPEN}presentation"})
"""Types that the first file of an archive, ``mimetype``, may name."""
MAIN_PARTS: Final = {
    b"word/document.xml": f"{OFFICE}wordprocessingml.document",
    b"xl/workbook.xml": f"{OFFICE}spreadsheetml.sheet",
    b"ppt/presentation.xml": f"{OFFICE}presentationml.presentation",
}
TYPES: Final = frozenset({PLAIN, *DECLARED, *MAIN_PARTS.values()})
"""Media types of archives."""

_LOCAL: Final = b"PK\x03\x04"
_CENTRAL: Final = b"PK\x01\x02"
_END: Final = b"PK\x05\x06"
_DESCRIPTOR: Final = b"PK\x07\x08"
_END_BYTES: Final = 22
_LONGEST_COMMENT: Final = 0xFFFF
_ENTRY: Final = Struct("<4s4H2x2xIII3H2x2x4xI")
"""Signature, versions, flags, method, CRC, sizes, lengths of name, extra and comment, offset."""
_LOCAL_BYTES: Final = 30
_LATE_SIZES: Final = 0x08
"""Flag: sizes and CRC follow the data."""
_UNICODE: Final = 0x800
_WIDE: Final = 0xFFFFFFFF
"""A value that stands in a ZIP64 record instead."""


class _Entry(NamedTuple):
    name: bytes
    flags: int
    method: int
    crc: int
    packed: int
    plain: int
    offset: int
    """Of the local header."""
    record: bytes
    """In the directory."""


class _Directory(NamedTuple):
    entries: list[_Entry]
    start: int
    end: int
    """Of the end record."""


class _DirectoryError(Exception):
    """The directory cannot be read."""


def _directory(data: bytes, limits: Limits) -> _Directory:
    """The files of an archive, in the order of the directory; names and places only.

    Raises:
        MalformedError: not an archive.
        LimitError: too many files.
        _DirectoryError: the directory is not there, large, or damaged.
    """
    if not data.startswith((_LOCAL, _END)):
        raise MalformedError("not a ZIP archive")
    end = data.rfind(_END, max(0, len(data) - _END_BYTES - _LONGEST_COMMENT))
    if end < 0 or end + _END_BYTES > len(data):
        raise _DirectoryError
    count = int.from_bytes(data[end + 10 : end + 12], "little")
    size = int.from_bytes(data[end + 12 : end + 16], "little")
    start = int.from_bytes(data[end + 16 : end + 20], "little")
    if _WIDE in {size, start} or count == 0xFFFF or start + size > end:
        raise _DirectoryError("the directory of the archive is large or damaged")
    entries: list[_Entry] = []
    pos = start
    for _ in range(limits.container_parts):
        if pos == start + size:
            return _Directory(entries, start, end)
        if pos + _ENTRY.size > end or not data.startswith(_CENTRAL, pos):
            raise _DirectoryError("the directory of the archive is damaged")
        (_, _, _, flags, method, crc, packed, plain, name, extra, comment, offset) = _ENTRY.unpack_from(
            data, pos
        )
        stop = pos + _ENTRY.size + name + extra + comment
        own = data[pos + _ENTRY.size : pos + _ENTRY.size + name]
        entries.append(_Entry(own, flags, method, crc, packed, plain, offset, data[pos:stop]))
        pos = stop
    raise too_many(limits)


def locate(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Found | None:
    """Find the store in the central directory, and look at what stands between the files.

    Raises:
        MalformedError: not an archive, cut off, a damaged, compressed, encrypted or doubled store.
        LimitError: too many files, or too large a store.
    """
    try:
        directory = _directory(data, limits)
    except _DirectoryError as error:
        if not error.args:
            return cut_off([], "the archive has no directory")
        return _unclear(data, str(error))
    stores = []
    for entry in directory.entries:
        if entry.name == NAME:
            if entry.flags or entry.method or entry.packed != entry.plain:
                raise MalformedError("the manifest store in the archive is compressed, encrypted or marked")
            stores.append((entry, _carrier(data, entry, limits)))
    found = only([store for _, store in stores])
    if found is None:
        if _left_over(data, directory):
            raise MalformedError("a manifest store is in the archive, and its directory does not name it")
        return None
    return found._replace(problems=(*found.problems, *_blemishes(data, directory, stores[0][0])))


def _left_over(data: bytes, directory: _Directory) -> bool:
    """Whether a store stands in the archive, and not in a file in it, that the directory does not name."""
    starts = sorted(entry.offset for entry in directory.entries)
    ends = {
        entry.offset: entry.offset + _LOCAL_BYTES + len(entry.name) + entry.packed
        for entry in directory.entries
    }
    at = data.find(NAME, 0, directory.start)
    while at >= 0:
        header = at - _LOCAL_BYTES
        if data.startswith(_LOCAL, max(header, 0)):
            before = bisect_right(starts, header) - 1
            inside = before >= 0 and starts[before] < header < ends[starts[before]]
            if not inside:
                return True
        at = data.find(NAME, at + 1, directory.start)
    return False


def _unclear(data: bytes, what: str) -> Found | None:
    if NAME in data:
        raise MalformedError(f"{what}, and what looks like a manifest store is in it")
    return broken(data, 0, [], what)


def _carrier(data: bytes, entry: _Entry, limits: Limits) -> Found:
    pos = entry.offset
    start, name, _ = _local(data, pos)
    if name != NAME:
        raise MalformedError("the archive has no manifest store where its directory says")
    if start + entry.plain > len(data):
        raise MalformedError("the archive ends inside the manifest store")
    check_size(entry.plain, limits)
    store = data[start : start + entry.plain]
    problems = check_store(store, limits)
    # No hash covers it, and the reference engine may leave it out.
    if entry.crc not in {0, zlib.crc32(store)}:
        problems += ("the CRC of the manifest store in the archive is wrong",)
    return Found(store, ((start, entry.plain),), problems)


def _local(data: bytes, pos: int) -> tuple[int, bytes, int]:
    """Where the data of a file begins, its name in the local header, and the length of the extra field."""
    if not data.startswith(_LOCAL, pos):
        return pos, b"", 0
    name = int.from_bytes(data[pos + 26 : pos + 28], "little")
    extra = int.from_bytes(data[pos + 28 : pos + 30], "little")
    start = pos + _LOCAL_BYTES
    return start + name + extra, data[start : start + name], extra


def _extent(data: bytes, entry: _Entry) -> int:
    """Where a file ends, with the descriptor that may follow its data."""
    start, name, _ = _local(data, entry.offset)
    if name != entry.name:
        raise MalformedError("the archive has no file where its directory says")
    end = start + entry.packed
    if entry.flags & _LATE_SIZES:
        end += 16 if data.startswith(_DESCRIPTOR, end) else 12
    return end


def _blemishes(data: bytes, directory: _Directory, store: _Entry) -> tuple[str, ...]:
    """What no hash covers and is not as it has to be (STRICT-IMG-15).

    The reference engine writes the store, and a folder for it, where the old directory ended, so
    that a copy of the directory's first records may stand before them, and nothing else anywhere.
    """
    problems: list[str] = []
    names = [entry.name for entry in directory.entries]
    if len(set(names)) != len(names):
        problems.append("two files of the archive have one name")
    before = {store.offset}
    for entry in directory.entries:
        if entry.name == FOLDER and entry.offset + _LOCAL_BYTES + len(FOLDER) == store.offset:
            before.add(entry.offset)
            problems += _spelling(data, entry)
    problems += _spelling(data, store)
    pos = 0
    for entry in sorted(directory.entries, key=lambda entry: entry.offset):
        if entry.offset < pos:
            problems.append("files of the archive overlap")
            break
        if entry.offset > pos and not (
            entry.offset == min(before) and data[pos : entry.offset] in _old_directories(data, directory)
        ):
            problems.append("bytes stand between the files of the archive")
        try:
            pos = _extent(data, entry)
        except MalformedError as error:
            problems.append(error.message)
            break
    else:
        if pos != directory.start:
            problems.append("bytes stand between the files of the archive and its directory")
    comment = int.from_bytes(data[directory.end + 20 : directory.end + 22], "little")
    if directory.end + _END_BYTES + comment != len(data):
        problems.append("bytes follow the archive")
    return tuple(dict.fromkeys(problems))


def _old_directories(data: bytes, directory: _Directory) -> tuple[bytes, ...]:
    """The directory before the store came, all that may be left of it.

    The engine writes the lowest version a file needs into the new one; before, it was what the
    local header says, which is hashed.
    """
    kept = _others(directory)
    return b"".join(entry.record for entry in kept), b"".join(_older(data, kept))


def _older(data: bytes, entries: list[_Entry]) -> list[bytes]:
    return [
        entry.record[:6] + data[entry.offset + 4 : entry.offset + 6] + entry.record[8:] for entry in entries
    ]


def _spelling(data: bytes, entry: _Entry) -> list[str]:
    """No hash covers this local header: it says what the directory says, which is hashed."""
    pos = entry.offset
    _, name, extra = _local(data, pos)
    if data[pos + 4 : pos + 26] != entry.record[6:28] or name != entry.name or extra:
        return ["the header of the manifest store, or of its folder, is not what the directory says"]
    return []


def members(data: bytes, limits: Limits = DEFAULT_LIMITS) -> frozenset[str]:
    """Names of the files and folders that a hash has to cover: all but the store and its own folder.

    Raises:
        MalformedError: not an archive, or its directory cannot be read.
        LimitError: too many files.
    """
    return frozenset(_text(entry) for entry in _others(_readable(data, limits)))


def _others(directory: _Directory) -> list[_Entry]:
    at = {entry.offset for entry in directory.entries if entry.name == NAME}
    own = _LOCAL_BYTES + len(FOLDER)
    return [
        entry
        for entry in directory.entries
        if entry.name != NAME and not (entry.name == FOLDER and entry.offset + own in at)
    ]


def _text(entry: _Entry) -> str:
    name = entry.name.decode("utf-8" if entry.flags & _UNICODE else "cp437", "replace")
    return name.removesuffix("/")


def _readable(data: bytes, limits: Limits) -> _Directory:
    try:
        return _directory(data, limits)
    except _DirectoryError as error:
        raise MalformedError(str(error) or "the archive has no directory") from None


def kind(data: bytes, limits: Limits = DEFAULT_LIMITS) -> str:
    """Media type of an archive: what its ``mimetype`` or its main part tells, else ``application/zip``."""
    try:
        directory = _readable(data, limits)
    except MalformedError:
        return PLAIN
    names = {entry.name: entry for entry in directory.entries}
    first = names.get(b"mimetype")
    if first is not None and first.offset == 0 and not first.method:
        start, _, _ = _local(data, 0)
        declared = data[start : start + min(first.plain, 100)].decode("ascii", "replace").strip()
        return declared if declared in DECLARED else PLAIN
    if b"[Content_Types].xml" in names:
        return next((found for part, found in MAIN_PARTS.items() if part in names), PLAIN)
    return PLAIN


def check_signable(data: bytes, limits: Limits = DEFAULT_LIMITS) -> None:
    """Refuse what the reference engine cannot write: it has no decompression.

    Raises:
        UnsupportedError: no file in it, or a compressed one; with the way out in the hint.
        MalformedError, LimitError: as :func:`members`.
    """
    entries = _readable(data, limits).entries
    if all(entry.name == NAME for entry in entries):
        raise UnsupportedError("an archive without files is not signed")
    compressed = next((entry for entry in entries if entry.method), None)
    if compressed is not None:
        raise UnsupportedError(
            f"an archive is signed only if its files are stored, and {_text(compressed)[:100]!r} is compressed",
            hint="unpack it into a folder, and pack it there anew without compression: zip -X -0 -r NEW FIRST . "
            "(FIRST is mimetype or [Content_Types].xml)",
        )


def remove(data: bytes, limits: Limits = DEFAULT_LIMITS) -> bytes:
    """The archive without its store; what stood between files goes too.

    Raises:
        MalformedError: its files cannot be told apart.
        LimitError: too many files.
    """
    directory = _readable(data, limits)
    kept = _others(directory)
    return data if len(kept) == len(directory.entries) else _packed(data, directory, kept, _older(data, kept))


def prepare(data: bytes, limits: Limits = DEFAULT_LIMITS) -> bytes:
    """The archive as the reference engine can sign it so that it holds.

    The engine leaves the old directory in the file, where no hash covers it, and drops the extra
    fields (times of files, owners) from the new one; so they go from the old one before.  A store
    that is there goes too.

    Raises:
        MalformedError, LimitError: as :func:`remove`.
    """
    directory = _readable(data, limits)
    kept = _others(directory)
    records = []
    for record in _older(data, kept):
        name, extra = (int.from_bytes(record[at : at + 2], "little") for at in (28, 30))
        end = _ENTRY.size + name
        records.append(record[:30] + bytes(2) + record[32:end] + record[end + extra :])
    return _packed(data, directory, kept, records)


def _packed(data: bytes, directory: _Directory, kept: list[_Entry], records: list[bytes]) -> bytes:
    """The files in their order, nothing between them, and their directory."""
    parts: list[bytes] = []
    moved: dict[int, int] = {}
    pos = end = 0
    for entry in sorted(kept, key=lambda entry: entry.offset):
        if entry.offset < end:
            raise MalformedError("files of the archive overlap")
        end = _extent(data, entry)
        moved[entry.offset] = pos
        parts.append(data[entry.offset : end])
        pos += end - entry.offset
    listed = b"".join(
        _moved(record, moved[entry.offset]) for entry, record in zip(kept, records, strict=True)
    )
    number = len(kept).to_bytes(2, "little")
    head = data[directory.end : directory.end + 8] + number * 2
    return b"".join((*parts, listed, head, *_words((len(listed), pos)), data[directory.end + 20 :]))


def _moved(record: bytes, offset: int) -> bytes:
    return record[:42] + offset.to_bytes(4, "little") + record[46:]


def _words(values: Iterable[int]) -> Iterable[bytes]:
    return (value.to_bytes(4, "little") for value in values)
