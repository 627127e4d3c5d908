"""How many tokens a text has: an estimate unless a tokenizer is named."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from typing import Any, Final

from provkit.crawl.extract import load_function
from provkit.errors import ConfigurationError

ESTIMATE: Final = "bytes/4"


@dataclass(frozen=True, slots=True)
class Counter:
    """Counts tokens.  Picklable: a tokenizer is loaded where it is used, once per process."""

    spec: str = ESTIMATE
    """``bytes/4``, a ``tokenizer.json``, or ``module:function``."""

    def __post_init__(self) -> None:
        """Refuse at once what could only fail later, in a worker.

        Raises:
            ConfigurationError: no such counter.
        """
        if self.spec != ESTIMATE:
            _load(self.spec)

    @property
    def estimated(self) -> bool:
        """The count is a rule of thumb: UTF-8 bytes over four, rounded up."""
        return self.spec == ESTIMATE

    def __call__(self, text: str) -> int:
        """Tokens of `text`.

        Raises:
            ConfigurationError: a function of the user's gave something else than a number from 0.
        """
        if self.spec == ESTIMATE:
            return -(-(len(text) if text.isascii() else len(text.encode("utf-8", "replace"))) // 4)
        count = _load(self.spec)(text)
        if isinstance(count, bool) or not isinstance(count, int) or count < 0:
            raise ConfigurationError(f"--tokens {self.spec} gave {count!r}, not a number of tokens")
        return count


@lru_cache(maxsize=4)
def _load(spec: str) -> Any:
    if not os.path.isfile(spec):  # noqa: PTH113
        return load_function(spec, "--tokens")
    try:
        tokenizers = import_module("tokenizers")
    except ImportError as error:
        raise ConfigurationError(
            f"reading {spec} needs the package tokenizers", hint="pip install tokenizers"
        ) from error
    try:
        tokenizer = tokenizers.Tokenizer.from_file(spec)
    except Exception as error:  # the package raises bare Exception
        raise ConfigurationError(f"not a tokenizer file: {spec}: {error}"[:300]) from error
    return lambda text: len(tokenizer.encode(text, add_special_tokens=False).ids)


__all__ = ["ESTIMATE", "Counter"]
