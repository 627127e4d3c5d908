"""Signed texts that vectors start from, and small edits of them."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

from support import forge as f
from vectors.keys import credential

HOST: Final = b"The quick brown fox\njumps over the lazy dog.\nA third line, written by hand.\n"
ACCENTS: Final = "Crème brûlée à la façon d’Élodie.\n"


def signed(host: bytes = HOST, **changes: Any) -> bytes:
    """A text signed as it should be, or with changes."""
    return f.Forge(host, credential("es256"), **changes).text()


@lru_cache(maxsize=1)
def base() -> bytes:
    """The text most vectors start from."""
    return signed()


def wrapper() -> bytes:
    """The wrapper of :func:`base`."""
    return base()[len(HOST) :]


def rewrapped(**changes: Any) -> bytes:
    """:func:`base` with its store in another wrapper."""
    return HOST + f.wrap(f.find_store(base())[2], **changes)


def patched(old: bytes, new: bytes, count: int = -1) -> bytes:
    """:func:`base` with bytes of its store exchanged for as many others, and nothing resealed."""
    store = f.find_store(base())[2]
    if len(old) != len(new) or old not in store:
        raise ValueError(old)
    return HOST + f.wrap(store.replace(old, new, count))


def gathered(value: f.Box) -> f.Box:
    """The same, not attributed to the signer."""
    return f.Box(**{**value.__dict__, "listed": "gathered"})
