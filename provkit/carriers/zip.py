"""ZIP, EPUB, OOXML, ODF: a manifest store as a file of its own in the archive (C2PA 2.4 §A.6).

It is called ``META-INF/content_credential.c2pa``, stored and not encrypted.  The hash of an
archive goes file by file (``c2pa.hash.collection.data``), each with its local header, and over the
directory.  What is between files no hash covers, so nothing may stand there.
"""

from __future__ import annotations

import zlib
from bisect import bisect_right
from typing import TYPE_CHECKING, Final

from provkit.carriers import zip_directory as directories
from provkit.carriers.found import Found, broken, check_size, check_store, cut_off, only
from provkit.carriers.source import Memory
from provkit.errors import LimitError, MalformedError, UnsupportedError
from provkit.limits import DEFAULT_LIMITS, Limits

if TYPE_CHECKING:
    from collections.abc import Iterable

    from provkit.carriers.source import Source
    from provkit.carriers.zip_directory import Directory, Entry

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

_MIMETYPE: Final = b"mimetype"
_LONGEST_TYPE: Final = 100
_ODD: Final = frozenset("\\:\0\ufffd")
"""In a name, separators of other systems, its end, and what is no UTF-8; the engine drops some of them."""
_REPACK: Final = (
    "unpack it into a folder, and pack it there anew without compression: zip -X -0 -r NEW FIRST . "
    "(FIRST is mimetype or [Content_Types].xml); or leave it as it is, and sign with --sidecar"
)


def locate(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Found | None:
    """Find the store in the directory, and look at what stands between the files.

    Raises:
        MalformedError: not an archive, cut off, a damaged, compressed, encrypted or doubled store.
        LimitError: too many files, or too large a store.
    """
    if not data.startswith((directories.LOCAL, directories.END)):
        raise MalformedError("not a ZIP archive")
    try:
        directory = directories.read(Memory(data), limits)
    except directories.CutOffError as error:
        return cut_off([], error.message)
    except (MalformedError, UnsupportedError) as error:
        if NAME in data:
            message = f"{error.message}, and what looks like a manifest store is in it"
            raise MalformedError(message) from error
        return broken(data, 0, [], error.message)
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


def _left_over(data: bytes, directory: Directory) -> bool:
    """Whether a store stands in the archive, and not in a file in it, that the directory does not name."""
    starts = sorted(entry.offset for entry in directory.entries)
    ends = {
        entry.offset: entry.offset + directories.LOCAL_BYTES + len(entry.name) + entry.packed
        for entry in directory.entries
    }
    at = data.find(NAME, 0, directory.start)
    while at >= 0:
        header = at - directories.LOCAL_BYTES
        if data.startswith(directories.LOCAL, max(header, 0)):
            before = bisect_right(starts, header) - 1
            inside = before >= 0 and starts[before] < header < ends[starts[before]]
            if not inside:
                return True
        at = data.find(NAME, at + 1, directory.start)
    return False


def _carrier(data: bytes, entry: Entry, limits: Limits) -> Found:
    local = directories.header(data, entry.offset)
    if local.name != NAME:
        raise MalformedError("the archive has no manifest store where its directory says")
    if local.data + entry.plain > len(data):
        raise MalformedError("the archive ends inside the manifest store")
    check_size(entry.plain, limits)
    store = data[local.data : local.data + entry.plain]
    problems = check_store(store, limits)
    # No hash covers it, and the reference engine may leave it out.
    if entry.crc not in {0, zlib.crc32(store)}:
        problems += ("the CRC of the manifest store in the archive is wrong",)
    return Found(store, ((local.data, entry.plain),), problems)


def _blemishes(data: bytes, directory: Directory, store: Entry) -> tuple[str, ...]:
    """What no hash covers and is not as it has to be (STRICT-IMG-16).

    The reference engine writes the store, and a folder for it, where the old directory ended, so
    that a copy of the old directory's records may stand before them, and nothing else anywhere.
    """
    own = [store]
    own += [entry for entry in directory.entries if _is_own_folder(entry, {store.offset})]
    problems = [problem for entry in own for problem in _spelling(data, entry)]
    kept = _others(directory)
    # The engine writes the lowest version and the fewest flags a file needs into the new one, and
    # a date that there is; before, they were what the local header says, which is hashed.
    fillings = (b"".join(entry.record for entry in kept), b"".join(_older(data, kept)))
    problems += directories.blemishes(data, directory, min(entry.offset for entry in own), fillings)
    return tuple(dict.fromkeys(problems))


def _is_own_folder(entry: Entry, stores: set[int]) -> bool:
    """Whether the engine has made this folder for the store right behind it."""
    return entry.name == FOLDER and entry.offset + directories.LOCAL_BYTES + len(FOLDER) in stores


def _older(data: bytes, entries: Iterable[Entry]) -> list[bytes]:
    """Records with version, flags and time as the local headers have them."""
    return [
        entry.record[:6] + data[entry.offset + 4 : entry.offset + 14] + entry.record[16:] for entry in entries
    ]


def _spelling(data: bytes, entry: Entry) -> list[str]:
    """No hash covers this local header: it says what the directory says, which is hashed."""
    local = directories.header(data, entry.offset)
    if local.fixed[:22] != entry.record[6:28] or local.name != entry.name or local.extra:
        return ["the header of the manifest store, or of its folder, is not what the directory says"]
    return []


def members(data: bytes, limits: Limits = DEFAULT_LIMITS) -> frozenset[str] | None:
    """Names of the files and folders that a hash has to cover: all but the store and its own folder.

    None when the directory cannot be read, which :func:`locate` has said.

    Raises:
        LimitError: too many files.
    """
    try:
        directory = directories.read(Memory(data), limits)
    except (MalformedError, UnsupportedError):
        return None
    return frozenset(_text(entry) for entry in _others(directory))


def _others(directory: Directory) -> list[Entry]:
    at = {entry.offset for entry in directory.entries if entry.name == NAME}
    return [entry for entry in directory.entries if entry.name != NAME and not _is_own_folder(entry, at)]


def _text(entry: Entry) -> str:
    name = entry.name.decode("utf-8" if entry.flags & directories.UNICODE else "cp437", "replace")
    return name.removesuffix("/")


def kind(source: Source, limits: Limits = DEFAULT_LIMITS) -> str:
    """Media type of an archive: what its ``mimetype`` or its main part tells, else ``application/zip``.

    Only the first file and the directory are read.
    """
    head = source.read(0, directories.LOCAL_BYTES + len(_MIMETYPE) + _LONGEST_TYPE)
    first = directories.header(head, 0)
    if first.name == _MIMETYPE and first.fixed[4:6] == bytes(2):
        size = int.from_bytes(first.fixed[18:22], "little")
        declared = source.read(first.data, min(size, _LONGEST_TYPE)).decode("ascii", "replace").strip()
        return declared if declared in DECLARED else PLAIN
    try:
        names = {entry.name for entry in directories.read(source, limits).entries}
    except (MalformedError, UnsupportedError, LimitError):
        return PLAIN  # the locator says what is wrong with it
    if b"[Content_Types].xml" in names:
        return next((found for part, found in MAIN_PARTS.items() if part in names), PLAIN)
    return PLAIN


def check_signable(data: bytes, limits: Limits = DEFAULT_LIMITS) -> None:
    """Refuse what the reference engine cannot write, as it has no decompression, and what readers differ about.

    Raises:
        UnsupportedError: no file in it, a compressed or encrypted one, or one that is not where the
            directory says; with the way out in the hint.
        MalformedError, LimitError: as :func:`provkit.carriers.zip_directory.read`.
    """
    directory = directories.read(Memory(data), limits)
    kept = _others(directory)
    if not kept:
        raise UnsupportedError("an archive without files is not signed")
    for entry in kept:
        shown = f"{_text(entry)[:100]!r}"
        if entry.flags & directories.ENCRYPTED:
            raise UnsupportedError(
                f"an archive is signed only if anybody can read it, and {shown} is encrypted",
                hint="take the password off first",
            )
        if entry.method:
            raise UnsupportedError(
                f"an archive is signed only if its files are stored, and {shown} is compressed", hint=_REPACK
            )
        if not _is_plain(entry):
            raise UnsupportedError(f"the archive holds a file of an odd name: {shown}", hint=_REPACK)
    if len(kept) == len(directory.entries):  # else what is kept is put together anew
        problems = directories.blemishes(data, directory, -1, ())
        if problems:
            raise UnsupportedError(f"not signed, as readers could differ: {problems[0]}", hint=_REPACK)


def _is_plain(entry: Entry) -> bool:
    """Whether a name leads to one place below the folder an archive is unpacked into, on every system."""
    name = entry.name.decode("utf-8", "replace").removesuffix("/")
    return not (set(name) & _ODD or {"", ".", ".."}.intersection(name.split("/")))


def remove(data: bytes, limits: Limits = DEFAULT_LIMITS) -> bytes:
    """The archive without its store; what stood between files goes too.

    Raises:
        MalformedError: its files cannot be told apart.
        UnsupportedError, LimitError: as :func:`provkit.carriers.zip_directory.read`.
    """
    directory = directories.read(Memory(data), limits)
    kept = _others(directory)
    return data if len(kept) == len(directory.entries) else _packed(data, directory, kept, _older(data, kept))


def prepare(data: bytes, limits: Limits = DEFAULT_LIMITS) -> bytes:
    """The archive as the reference engine can sign it so that it holds.

    The engine leaves the old directory in the file, where no hash covers it, and drops the extra
    fields (times of files, owners) and the mark of a text from the new one; so they go from the old
    one before.  Names in UTF-8 are marked as such.  A store that is there goes too.

    Raises:
        MalformedError, UnsupportedError, LimitError: as :func:`remove`.
    """
    directory = directories.read(Memory(data), limits)
    kept = [
        entry._replace(flags=entry.flags | (0 if entry.name.isascii() else directories.UNICODE))
        for entry in _others(directory)
    ]
    marked = bytearray(data)
    for entry in kept:
        # STRICT-IMG-16 compares both, so nothing else is written but what readers of either see.
        if data.startswith(directories.LOCAL, entry.offset):
            marked[entry.offset + 6 : entry.offset + 8] = entry.flags.to_bytes(2, "little")
    data = bytes(marked)
    records = []
    for record in _older(data, kept):
        name, extra = (int.from_bytes(record[at : at + 2], "little") for at in (28, 30))
        end = directories.RECORD.size + name
        records.append(
            record[:30] + bytes(2) + record[32:36] + bytes(2) + record[38:end] + record[end + extra :]
        )
    return _packed(data, directory, kept, records)


def _packed(data: bytes, directory: Directory, kept: list[Entry], records: list[bytes]) -> bytes:
    """The files in their order, nothing between them, and their directory."""
    parts: list[bytes] = []
    moved: dict[int, int] = {}
    pos = end = 0
    for entry in sorted(kept, key=lambda entry: entry.offset):
        if entry.offset < end:
            raise MalformedError("files of the archive overlap")
        end = directories.extent(data, entry)
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
