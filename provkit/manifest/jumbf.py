"""JUMBF boxes (ISO 19566-5) as C2PA 2.4 §11.1 uses them: read, and write back byte for byte.

A store is a tree of superboxes (``jumb``), each with one description box (``jumd``)
and content boxes.  The reader keeps the exact bytes of every superbox, because a
hashed URI covers them (§8.4.2.3), and :func:`serialize` of what was read equals what
was read, or reading fails.
"""

from __future__ import annotations

import re
import struct
from typing import Final, NamedTuple

from provkit.errors import LimitError, MalformedError
from provkit.limits import DEFAULT_LIMITS, Limits

_HEADER: Final = struct.Struct(">I4s")
_UUID_TAIL: Final = bytes.fromhex("00110010800000aa00389b71")

TOGGLE_REQUESTABLE: Final = 0x01
TOGGLE_LABEL: Final = 0x02
TOGGLE_ID: Final = 0x04
TOGGLE_HASH: Final = 0x08
TOGGLE_PRIVATE: Final = 0x10
_TOGGLES_KNOWN: Final = 0x1F
_TOGGLES_ALLOWED: Final = frozenset(one for one in range(_TOGGLES_KNOWN + 1) if one & TOGGLE_LABEL)
_TOGGLES_PLAIN: Final = TOGGLE_REQUESTABLE | TOGGLE_LABEL
_HEADER_BYTES: Final = _HEADER.size
_DESCRIPTION: Final = struct.Struct(">I4s16sB")
"""Description box up to its label: length, type, type UUID, toggles."""
_DESCRIPTION_BYTES: Final = _HEADER_BYTES + _DESCRIPTION.size
_header_at: Final = _HEADER.unpack_from
_description_at: Final = _DESCRIPTION.unpack_from


def box_uuid(fourcc: bytes) -> bytes:
    """Type UUID of a C2PA or ISO box: four characters and the common tail (§11.1.4)."""
    return fourcc + _UUID_TAIL


UUID_STORE: Final = box_uuid(b"c2pa")
UUID_MANIFEST: Final = box_uuid(b"c2ma")
UUID_UPDATE_MANIFEST: Final = box_uuid(b"c2um")
UUID_COMPRESSED_MANIFEST: Final = box_uuid(b"c2cm")
UUID_MANIFEST_ALIAS: Final = box_uuid(b"c2md")
UUID_ASSERTIONS: Final = box_uuid(b"c2as")
UUID_CLAIM: Final = box_uuid(b"c2cl")
UUID_SIGNATURE: Final = box_uuid(b"c2cs")
UUID_DATA_BOXES: Final = box_uuid(b"c2db")
UUID_CREDENTIALS: Final = box_uuid(b"c2vc")
UUID_CBOR: Final = box_uuid(b"cbor")
UUID_JSON: Final = box_uuid(b"json")
UUID_UUID: Final = box_uuid(b"uuid")
UUID_EMBEDDED_FILE: Final = bytes.fromhex("40cb0c32bb8a489da70b2ad6f47f4369")


class ContentBox(NamedTuple):
    """A box that holds bytes and no label."""

    type: bytes
    """Four-character type, for example ``b"cbor"``."""
    payload: bytes


class SuperBox(NamedTuple):
    """A ``jumb`` box: description, then content boxes and superboxes in file order."""

    uuid: bytes
    """Type UUID of the description box, 16 bytes."""
    label: str
    toggles: int
    salt: bytes | None
    """Content of the private ``c2sh`` box (§8.4.2.3), None when unsalted."""
    superboxes: tuple[SuperBox, ...]
    contents: tuple[ContentBox, ...]
    raw: bytes
    """The whole superbox with its 8-byte header."""

    @property
    def hashed(self) -> bytes:
        """The bytes a hashed URI to this box covers: everything after the header (§8.4.2.3)."""
        return self.raw[8:]


class _Reader:
    __slots__ = ("data", "depth", "left", "limits")

    def __init__(self, data: bytes, limits: Limits) -> None:
        self.data = data
        self.limits = limits
        self.depth = limits.jumbf_depth
        self.left = limits.jumbf_boxes

    def header(self, pos: int, end: int) -> tuple[int, bytes]:
        """End offset and type of the box at ``pos``.

        Extended (``LBox`` 1) and open-ended (``LBox`` 0) lengths are refused: no C2PA
        writer needs them, and an open end would let bytes join the store unseen.
        """
        self.left -= 1
        if self.left < 0:
            raise LimitError(f"the manifest store has more than {self.limits.jumbf_boxes} boxes")
        if end - pos < _HEADER_BYTES:
            raise MalformedError(f"JUMBF box header cut off at byte {pos}")
        length, kind = _header_at(self.data, pos)
        stop = pos + length
        if length < _HEADER_BYTES or stop > end:
            raise MalformedError(f"JUMBF box length {length} does not fit at byte {pos}")
        return stop, kind

    def superbox(self, start: int, end: int, depth: int) -> SuperBox:
        """Read the superbox from ``start`` to ``end``; its own header was read already."""
        if depth > self.depth:
            raise LimitError(f"JUMBF boxes nest deeper than {self.depth}")
        if end - start < _DESCRIPTION_BYTES:
            raise MalformedError(f"JUMBF superbox at byte {start} is too short for a description")
        data = self.data
        length, kind, uuid, toggles = _description_at(data, start + _HEADER_BYTES)
        pos = start + _HEADER_BYTES + length
        if kind != b"jumd" or length < _DESCRIPTION.size or pos > end:
            raise MalformedError(f"JUMBF superbox at byte {start} does not begin with a description box")
        # §11.1.4.1.2: C2PA boxes are requestable and labelled, and salted ones private.
        # Any other toggle would let bytes differ without changing what is read.
        if toggles not in _TOGGLES_ALLOWED:
            raise MalformedError(f"JUMBF description box has toggles {toggles:#04x}")
        begin = start + _DESCRIPTION_BYTES
        rest = data.find(b"\0", begin, pos) + 1
        if not rest:
            raise MalformedError(f"JUMBF label is not terminated at byte {begin}")
        raw = data[begin : rest - 1]
        label = _KNOWN_LABELS.get(raw) or _label(raw, begin)
        salt = None
        if toggles > _TOGGLES_PLAIN:
            rest += 4 * bool(toggles & TOGGLE_ID) + 32 * bool(toggles & TOGGLE_HASH)
            if toggles & TOGGLE_PRIVATE:
                stop, kind = self.header(rest, pos)
                salt = data[rest + _HEADER_BYTES : stop] if kind == b"c2sh" else None
                rest = stop
        if rest != pos:
            raise MalformedError(f"JUMBF description box at byte {start} does not end where it says")
        superboxes: list[SuperBox] = []
        contents: list[ContentBox] = []
        while pos < end:
            begin = pos
            pos, kind = self.header(begin, end)
            if kind == b"jumb":
                superboxes.append(self.superbox(begin, pos, depth + 1))
            else:
                contents.append(ContentBox(kind, data[begin + _HEADER_BYTES : pos]))
        return SuperBox(uuid, label, toggles, salt, tuple(superboxes), tuple(contents), data[start:end])


def _label(raw: bytes, begin: int) -> str:
    """The label that stands at ``begin``."""
    try:
        label = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise MalformedError(f"JUMBF label is not UTF-8 at byte {begin}") from None
    if not label or _is_forbidden(label):
        raise MalformedError(f"JUMBF label {label[:80]!r} is empty or has a forbidden character")
    return label


# C2PA 2.4 §11.1.4.1.1; the UTF-8 decoder has refused surrogates already.
_FORBIDDEN: Final = re.compile("[\x00-\x1f\x7f-\x9f/;?#\ufeff\uffff]")
_KNOWN_LABELS: Final = {
    label.encode(): label
    for label in (
        "c2pa",
        "c2pa.actions.v2",
        "c2pa.ai-disclosure",
        "c2pa.assertions",
        "c2pa.claim.v2",
        "c2pa.hash.data",
        "c2pa.signature",
    )
}
"""Labels of nearly every manifest, which need no check."""
_FORBIDDEN_ASCII: Final = frozenset("/;?#")


def _is_forbidden(label: str) -> bool:
    if label.isascii():  # nearly always, and much faster
        return not label.isprintable() or not _FORBIDDEN_ASCII.isdisjoint(label)
    return _FORBIDDEN.search(label) is not None


def parse(data: bytes, limits: Limits = DEFAULT_LIMITS) -> SuperBox:
    """Read one superbox that fills ``data`` exactly.

    Raises:
        MalformedError: the bytes are not one well-formed superbox.
        LimitError: too large, too deep or too many boxes.
    """
    if len(data) > limits.store_bytes:
        raise LimitError(f"the manifest store has {len(data)} bytes; the limit is {limits.store_bytes}")
    reader = _Reader(data, limits)
    end, kind = reader.header(0, len(data))
    if kind != b"jumb":
        raise MalformedError("the manifest store does not begin with a JUMBF superbox")
    if end != len(data):
        raise MalformedError(f"{len(data) - end} bytes follow the manifest store")
    return reader.superbox(0, end, 1)


def content_box(kind: bytes, payload: bytes) -> bytes:
    """Bytes of one content box."""
    return _HEADER.pack(len(payload) + 8, kind) + payload


def superbox(uuid: bytes, label: str, body: bytes, *, salt: bytes | None = None) -> bytes:
    """Bytes of one superbox; ``body`` is its serialised children (§11.1.4.1.2 toggles)."""
    toggles = TOGGLE_REQUESTABLE | TOGGLE_LABEL
    description = label.encode("utf-8") + b"\0"
    if salt is not None:
        toggles |= TOGGLE_PRIVATE
        description += content_box(b"c2sh", salt)
    description = content_box(b"jumd", uuid + bytes((toggles,)) + description)
    return _HEADER.pack(8 + len(description) + len(body), b"jumb") + description + body
