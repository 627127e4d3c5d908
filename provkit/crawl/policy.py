"""What a team makes of what a crawl reads: weights, exclusions, caps.  Not the policy of verdicts.

policy = Policy.preset("balanced")
decision = policy.decide(reader.read(body, headers, url), url)
decision.action, decision.weight, decision.reasons
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Self

from pydantic import ValidationError

from provkit.crawl import decide, policy_file, presets
from provkit.crawl.codes import ReasonCode as Code
from provkit.crawl.policy_file import PolicyFile
from provkit.errors import ConfigurationError
from provkit.verdict import OriginClass

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator

    from provkit.crawl.decide import Standing
    from provkit.crawl.model import Decision, Reading

_LARGEST_FILE = 4 * 1024 * 1024
"""Bytes of a policy file: lists of ten thousand signers fit many times."""


class Policy(PolicyFile):
    """A crawl policy.  Immutable, picklable, safe between threads and processes."""

    @classmethod
    def preset(cls, name: str = presets.DEFAULT) -> Self:
        """A policy that comes with provkit.

        Args:
            name: ``balanced``, ``human-anchor``, ``strict``, ``label-only`` or ``civic``.

        Raises:
            ConfigurationError: there is none of that name.
        """
        return cls.from_text(presets.text_of(name), what=f"the preset {name}")

    @classmethod
    def from_text(cls, text: str, *, what: str = "the policy") -> Self:
        """A policy from TOML.

        Args:
            text: of the file.
            what: the file, for messages.

        Raises:
            ConfigurationError: something in it cannot be used; nothing is ignored.
        """
        tables = policy_file.read_toml(text, what, presets.text_of)
        try:
            return cls.model_validate(tables)
        except ValidationError as error:
            raise policy_file.refused(error, what) from error

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """A policy from a TOML file.

        Raises:
            ConfigurationError: something in it cannot be used.
            FileAccessError: it cannot be read.
            LimitError: it has more than 4 MiB.
        """
        from provkit.files import read_file
        from provkit.limits import Limits

        data = read_file(path, Limits(file_bytes=_LARGEST_FILE))
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise ConfigurationError(f"not UTF-8 text: {path!s}") from error
        return cls.from_text(text, what=str(path))

    def decide(self, reading: Reading, url: str | None = None) -> Decision:
        """What happens to a document.

        Args:
            reading: what :meth:`provkit.crawl.reading.Reader.read` found.
            url: the document's address, for rules that look at it.
        """
        return decide.decide(self, reading, url)

    def standing(self, reading: Reading) -> Standing:
        """What the policy counts a document as, before anything excludes it."""
        return decide.standing(self, reading)

    def digest(self) -> str:
        """SHA-256 of everything the policy says, in one spelling; 64 hexadecimal digits."""
        content = self.model_dump(mode="json", by_alias=True)
        spelled = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        return hashlib.sha256(spelled.encode()).hexdigest()

    def warnings(self) -> tuple[str, ...]:
        """What somebody who uses the policy should know, ``code: sentence`` each."""
        return tuple(self._warnings())

    def _warnings(self) -> Iterator[str]:
        if self.weights.unknown == 0:
            yield Code.POLICY_NARROW.says(
                "documents about which nothing is known are left out: while few publishers sign, that loses "
                "more of the language than synthetic text does; compare the verified share with your budget"
            )
        synthetic = [weight for name, weight in self._rows(OriginClass.SYNTHETIC) if name != "detected"]
        uncapped = not self.caps.active and any(weight > 0 for weight in synthetic)
        if uncapped and not self.usage.honour:
            yield Code.POLICY_KEEPS_ALL.says("nothing is dropped or capped, also where its use is denied")

    def _rows(self, cls: OriginClass) -> Iterator[tuple[str, float]]:
        for how in policy_file.ORDINARY:
            yield str(how), self.weight(cls, how)
