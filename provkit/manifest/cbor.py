"""CBOR as C2PA needs it: strict when reading, deterministic when writing (RFC 8949 §4.2.1).

``cbor2`` does the work.  Its defaults accept trailing bytes, duplicate keys and
indefinite lengths, and *execute* tags (regular expressions, cyclic references): all of
that is switched off here, in the only module that imports it.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

import cbor2

from provkit.errors import MalformedError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Tag = cbor2.CBORTag

MAPS: Final = (dict, cbor2.frozendict)
"""Types a decoded map can have; a check against them costs a tenth of one against ``Mapping``."""

LISTS: Final = (list, tuple)
"""Types a decoded array can have."""

TAG_DATE_TIME: Final = 0
TAG_COSE_SIGN1: Final = 18

# Every tag cbor2 would act on.  Each stays an inert Tag; sharing (28, 29) and string
# references (25, 256) are refused, because they make a value differ from its bytes.
_ACTIVE_TAGS: Final = (
    0, 1, 2, 3, 4, 5, 25, 28, 29, 30, 35, 36, 37, 100, 256, 258, 260, 261, 1004, 43000, 55799,
)  # fmt: skip
_REFUSED_TAGS: Final = frozenset({25, 28, 29, 256})


def _inert(tag: int) -> Callable[[Any, bool], Any]:
    def keep(value: Any, _immutable: bool) -> Any:
        if tag in _REFUSED_TAGS:
            raise MalformedError(f"CBOR tag {tag} (shared or referenced values) is not allowed")
        return cbor2.CBORTag(tag, value)

    return keep


_DECODERS: Final = {tag: _inert(tag) for tag in _ACTIVE_TAGS}


def items(value: Any) -> Sequence[Any]:
    """The items of a decoded array; none of anything else."""
    return value if isinstance(value, LISTS) else ()


def decode(data: bytes, *, max_depth: int = 32, allow_indefinite: bool = True) -> Any:
    """Decode exactly one item that fills ``data``.

    Tags are returned as inert :data:`Tag` values; maps below a tag come back as
    read-only mappings and arrays as tuples.

    Args:
        data: the bytes.
        max_depth: nesting of arrays and maps.
        allow_indefinite: accept indefinite lengths, which writers of assertions in the
            field use; claims are core deterministic (C2PA 2.4 §10.1) and must not.

    Raises:
        MalformedError: not well-formed, a duplicate key, or trailing bytes.
    """
    stream = BytesIO(data)
    try:
        value = cbor2.load(
            stream,
            semantic_decoders=_DECODERS,
            max_depth=max_depth,
            allow_indefinite=allow_indefinite,
            allow_duplicate_keys=False,
        )
    except MalformedError:
        raise
    except (cbor2.CBORError, ValueError, TypeError, RecursionError, OverflowError) as error:
        raise MalformedError(f"CBOR: {_first_line(error)}") from error
    if stream.tell() != len(data):
        raise MalformedError(f"CBOR: {len(data) - stream.tell()} bytes follow the item")
    return value


def decode_claim(data: bytes, *, max_depth: int = 32) -> dict[str, Any]:
    """Decode a claim: one map of text keys, definite lengths, shortest encodings (§10.1).

    Key order is read as it stands: the reference engine writes fields in its own order,
    so nearly every claim in the field has it (see spec/decisions/0002).

    Raises:
        MalformedError: as :func:`decode`, or not in shortest form, or not a map.
    """
    value = decode(data, max_depth=max_depth, allow_indefinite=False)
    if not isinstance(value, dict):
        raise MalformedError("CBOR: the claim is not a map")
    if cbor2.dumps(value) != data and not _same_but_for_floats(value, data):
        raise MalformedError("CBOR: the claim is not in its shortest (core deterministic) form")
    return value


def _same_but_for_floats(value: Any, data: bytes) -> bool:
    # cbor2 writes 64-bit floats unless canonical, and canonical also sorts keys: only a
    # claim whose keys are sorted can be compared that way.
    return _canonical(value) == data


def _canonical(value: Any) -> bytes:
    return cbor2.dumps(value, canonical=True)


def encode(value: Any) -> bytes:
    """Encode deterministically (RFC 8949 §4.2.1).

    Keys of one map must be all text or all integers of the same sign: there the
    length-first order of ``cbor2`` and the bytewise order of RFC 8949 agree.
    """
    return _canonical(value)


def encode_as_is(value: Any) -> bytes:
    """Encode in shortest form, keys in the order they have."""
    return cbor2.dumps(dict(value) if isinstance(value, cbor2.frozendict) else value)


def _first_line(error: Exception) -> str:
    text = str(error) or type(error).__name__
    return text.splitlines()[0][:200]
