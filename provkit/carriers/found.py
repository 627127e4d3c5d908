"""What every locator of a container answers, and how it looks at the store it found.

A locator walks the structure of its container and nothing else: it decodes no picture and
parses no manifest.  It says where the one manifest store is, or that there certainly is none;
whatever is in between, a carrier that is damaged or doubled or a container too broken to walk,
is a :class:`~provkit.errors.MalformedError`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from provkit.errors import LimitError, MalformedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from provkit.limits import Limits

LABEL: Final = b"c2pa\0"
TYPE_UUID: Final = b"c2pa\x00\x11\x00\x10\x80\x00\x00\xaa\x008\x9bq"
SIGNATURE: Final = b"jumd" + TYPE_UUID
"""Type of the description box of a manifest store and its type UUID (C2PA 2.4 §11.1.4).  The
bytes stand together in every raw carrier, 12 bytes behind the start of the store."""
SIGNATURE_OFFSET: Final = 12
STORE_HEADER: Final = 38
"""Bytes of a store before its first manifest: box header, description box, type, toggles, label."""


_INNER: Final = ((b"caBX", 4), (b"JP", 8), (b"C2PA", 8))
"""How the carriers of PNG, JPEG and RIFF begin, and how far before the store."""


class Found(NamedTuple):
    """The one manifest store of a container."""

    store: bytes
    """Exactly what the carrier holds, put together again where the container splits it."""
    ranges: tuple[tuple[int, int], ...]
    """Start and length, in bytes of the asset and in file order, of what a data hash has to
    leave out for this carrier; for BMFF, the extent of the box."""
    problems: tuple[str, ...] = ()
    """What is wrong with the carrier and does not keep the store from being read.  A strict
    reader refuses each: the bytes concerned are inside the exclusion, so no hash covers them."""


def check_store(store: bytes, limits: Limits) -> tuple[str, ...]:
    """Look at the head of what a carrier holds.

    Returns:
        Problems: bytes behind the end of the store.

    Raises:
        MalformedError: not a C2PA manifest store, or cut off.
        LimitError: more than ``limits.store_bytes``.
    """
    check_size(len(store), limits)
    declared = int.from_bytes(store[:4], "big")
    if (
        len(store) < STORE_HEADER
        or store[4:8] != b"jumb"
        or not store.startswith(SIGNATURE, SIGNATURE_OFFSET)
        or store[33:STORE_HEADER] != LABEL
    ):
        raise MalformedError("the place for a manifest store holds something else, or a damaged one")
    if declared < STORE_HEADER or declared > len(store):
        raise MalformedError(
            f"the manifest store declares {declared} bytes and its carrier holds {len(store)}",
            hint="the file is damaged or was cut off",
        )
    if declared < len(store):
        return (f"{len(store) - declared} bytes follow the manifest store in its carrier",)
    return ()


def check_size(length: int, limits: Limits) -> None:
    """Refuse a store that is larger than allowed, before it is copied.

    Raises:
        LimitError: more than ``limits.store_bytes``.
    """
    if length > limits.store_bytes:
        raise LimitError(f"the manifest store has {length} bytes; the limit is {limits.store_bytes}")


def hides_store(data: bytes, start: int) -> bool:
    """Whether a manifest store begins at ``start``, whatever its surroundings are called.

    A carrier whose type marker was damaged is found so; two slices, so that asking it of
    every part of a container costs next to nothing.
    """
    return data[start + SIGNATURE_OFFSET : start + SIGNATURE_OFFSET + 8] == b"jumdc2pa"


def left_over(data: bytes, start: int = 0, stop: int | None = None, own: bytes = b"") -> bool:
    """Whether a manifest store stands between ``start`` and ``stop`` that belongs to no picture inside.

    A thumbnail, a cover or a preview may be a signed file of its own, with a store in a carrier
    of its own: that says nothing about what it is in.  Asked only of a container whose structure
    is doubtful, because the search is linear: about 0.25 ms per mebibyte.  ``own`` is the mark of
    the container's own carrier, if it is one of :data:`_INNER`.
    """
    end = len(data) if stop is None else stop
    at = data.find(SIGNATURE, start, end)
    while at >= 0:
        if not _is_inner(data, at - SIGNATURE_OFFSET, own):
            return True
        at = data.find(SIGNATURE, at + 1, end)
    return False


def _is_inner(data: bytes, start: int, own: bytes) -> bool:
    return start >= 8 and any(
        mark != own and data.startswith(mark, start - distance) for mark, distance in _INNER
    )


def only(stores: Sequence[Found]) -> Found | None:
    """The one store, None for none.

    Raises:
        MalformedError: more than one; which of them counts, readers decide differently.
    """
    if len(stores) > 1:
        raise MalformedError("the file carries more than one manifest store")
    return stores[0] if stores else None


def broken(data: bytes, pos: int, stores: Sequence[Found], what: str, own: bytes = b"") -> Found | None:
    """The answer when a container cannot be walked past ``pos`` although nothing is missing.

    The damage may be before ``pos``, a length that made the walk step over a carrier: when no
    store was found yet, the whole file is searched for one.  Where it holds nothing that looks
    like a manifest store, there is none.  ``own`` is as for :func:`left_over`.

    Raises:
        MalformedError: something there looks like one.
    """
    if left_over(data, pos if stores else 0, own=own):
        raise MalformedError(
            f"{what} at byte {pos}, and what looks like a manifest store is in the file",
            hint="the file was damaged after it was signed: look for the original",
        )
    return only(stores)


def cut_off(stores: Sequence[Found], what: str) -> Found:
    """The answer when a container ends before its end: the store found so far, with a problem.

    Raises:
        MalformedError: none was found, and there may have been one in what is missing.
    """
    found = only(stores)
    if found is None:
        raise MalformedError(f"{what}: the file was cut off", hint="get the whole file and try again")
    return found._replace(problems=(*found.problems, f"{what}: the file was cut off"))


def cut(data: bytes, spans: Iterable[tuple[int, int]]) -> bytes:
    """The data without some spans: start and end of each, in order and apart."""
    pos, kept = 0, []
    for start, end in spans:
        kept.append(data[pos:start])
        pos = end
    if not kept:
        return data
    kept.append(data[pos:])
    return b"".join(kept)


def too_many(limits: Limits) -> LimitError:
    """The error for a container of too many parts."""
    return LimitError(f"the file has more than {limits.container_parts} parts")
