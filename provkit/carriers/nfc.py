"""UTF-8 text and its canonical form: what a wrapper in text signs is Unicode NFC (C2PA 2.4 §A.8.7.3)."""

from __future__ import annotations

import unicodedata
from typing import Final

from provkit.errors import LimitError, MalformedError
from provkit.limits import DEFAULT_LIMITS, Limits


def check_utf8(data: bytes) -> None:
    """Refuse bytes that are not UTF-8.

    Raises:
        MalformedError: with the offset of the first bad byte.
    """
    if not data.isascii():
        _decode(data)


def _decode(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise MalformedError(
            f"not UTF-8 text: byte {error.start} ({data[error.start]:#04x}) does not fit",
            hint="convert the file to UTF-8, for example with: iconv -t UTF-8",
        ) from None


# What stands in a run of combining characters: those of a class of their own, and four that
# have none but fall apart into such.
_FALL_APART: Final = frozenset("\u0344\u0f73\u0f75\u0f81")


def _combines(character: str) -> bool:
    return unicodedata.combining(character) != 0 or character in _FALL_APART


def _check_runs(text: str, limit: int) -> None:
    """Refuse a run of more than ``limit`` combining characters.

    Every run that long covers one of the characters looked at, so the cost is a fraction of
    the length of the text.
    """
    for sample in range(limit, len(text), limit):
        if not _combines(text[sample]):
            continue
        start = sample
        while start > sample - limit and _combines(text[start - 1]):
            start -= 1
        run = text[start : start + limit + 1]
        if len(run) > limit and all(map(_combines, run)):
            raise LimitError(f"the text has more than {limit} combining characters in a row")


def prepare(data: bytes, limits: Limits = DEFAULT_LIMITS) -> bytes:
    """The text in the form that is signed: Unicode NFC (§A.8.7.3 and §15.12.1.3.1 then agree).

    Raises:
        MalformedError: not UTF-8.
        LimitError: more combining characters in a row than ``limits.combining_run``.
    """
    if data.isascii():
        return data
    text = _decode(data)
    _check_runs(text, limits.combining_run)
    if unicodedata.is_normalized("NFC", text):
        return data
    return unicodedata.normalize("NFC", text).encode("utf-8")
