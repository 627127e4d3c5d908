"""Undoing the compression of cross-reference and object streams, within bounds.

These two hold the structure of a document, so they must be read.  No other stream ever is:
content, pictures and fonts stay as they are, whatever they would expand to.
"""

from __future__ import annotations

import zlib
from itertools import accumulate
from typing import Final

from provkit.carriers.pdf.syntax import Dict, Name, Value
from provkit.errors import LimitError, MalformedError

_PREDICTOR_NONE: Final = 1
_PREDICTOR_PNG: Final = 10
_PREDICTOR_LAST: Final = 15
_LONGEST_ROW: Final = 4096


def decode(raw: bytes, dictionary: Dict, limit: int) -> bytes:
    """The data of a structural stream.

    Args:
        raw: its bytes in the file, decrypted.
        dictionary: of the stream.
        limit: bytes that may come out.

    Raises:
        MalformedError: another filter than ``FlateDecode``, or damaged data.
        LimitError: more than ``limit`` bytes would come out.
    """
    names = _listed(dictionary.get("Filter"))
    if names not in ([], [Name("FlateDecode")]):
        raise MalformedError(
            f"a stream of the PDF's structure has the filter {names}, and FlateDecode alone is read"
        )
    if not names:
        return raw
    inflater = zlib.decompressobj()
    try:
        data = inflater.decompress(raw, limit + 1)
    except zlib.error:
        raise MalformedError("a compressed stream of the PDF's structure is damaged") from None
    if len(data) > limit:
        raise LimitError(f"a stream of the PDF's structure expands to more than {limit} bytes")
    if not inflater.eof:
        raise MalformedError("a compressed stream of the PDF's structure is cut off")
    parameters = _listed(dictionary.get("DecodeParms"))
    if not parameters or parameters == [None]:
        return data
    if len(parameters) != 1 or not isinstance(parameters[0], Dict):
        raise MalformedError("a stream of the PDF's structure has other parameters than filters")
    return _unpredicted(data, parameters[0])


def _listed(value: Value) -> list[Value]:
    if value is None:
        return []
    if isinstance(value, tuple):
        return [item.value for item in value]
    return [value]


def _number(dictionary: Dict, key: str, default: int) -> int:
    value = dictionary.get(key)
    if value is None:
        return default
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= _LONGEST_ROW:
        raise MalformedError(f"a stream of the PDF's structure has a parameter /{key} out of range")
    return value


def _unpredicted(data: bytes, parameters: Dict) -> bytes:
    """Undo the PNG prediction (§7.4.4.4)."""
    predictor = _number(parameters, "Predictor", _PREDICTOR_NONE)
    if predictor == _PREDICTOR_NONE:
        return data
    if not _PREDICTOR_PNG <= predictor <= _PREDICTOR_LAST:
        raise MalformedError(f"a stream of the PDF's structure has the predictor {predictor}")
    depth = _number(parameters, "Colors", 1) * _number(parameters, "BitsPerComponent", 8)
    row = (_number(parameters, "Columns", 1) * depth + 7) // 8
    back = max(1, depth // 8)
    if len(data) % (row + 1):
        raise MalformedError("a stream of the PDF's structure ends inside a row")
    kinds = data[:: row + 1]
    out = bytearray(len(data) - len(kinds))
    if not kinds.strip(b"\2"):  # every writer predicts from the row above
        for column in range(row):
            sums = accumulate(data[column + 1 :: row + 1])
            out[column::row] = bytes(map((0xFF).__and__, sums))
        return bytes(out)
    above = bytes(row)
    for index, kind in enumerate(kinds):
        start = index * (row + 1) + 1
        above = _row(kind, data[start : start + row], above, back)
        out[index * row : (index + 1) * row] = above
    return bytes(out)


def _row(kind: int, line: bytes, above: bytes, back: int) -> bytes:
    if kind == 0:
        return line
    out = bytearray(line)
    for i, value in enumerate(line):
        left = out[i - back] if i >= back else 0
        corner = above[i - back] if i >= back else 0
        match kind:
            case 1:
                guess = left
            case 2:
                guess = above[i]
            case 3:
                guess = (left + above[i]) // 2
            case 4:
                guess = _paeth(left, above[i], corner)
            case _:
                raise MalformedError(f"a row of the PDF's structure has the unknown predictor {kind}")
        out[i] = (value + guess) & 0xFF
    return bytes(out)


def _paeth(left: int, above: int, corner: int) -> int:
    estimate = left + above - corner
    distances = [(abs(estimate - one), rank, one) for rank, one in enumerate((left, above, corner))]
    return min(distances)[2]
