"""The reader: what one stored response says about its own origin and use.  Fetches nothing.

    reader = Reader(trust=TrustStore.bundled())
    reading = reader.read(body, headers, url)
    reading.cls, reading.assurance, reading.damage

It wants the bytes as they came, before any extraction: tools that make text of pages delete some of
the characters that a credential in text is made of.  The steps are those of spec/policy.md.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from provkit import verification
from provkit.carriers.links import parse_link_header
from provkit.crawl import codings, damage, evidence, signals, statements
from provkit.crawl import probe as probing
from provkit.crawl.model import Damage, Preference, Reading, Signal
from provkit.crawl.signals.detectors import Detector, detect
from provkit.errors import ConfigurationError, ProvkitError
from provkit.limits import DEFAULT_LIMITS, Limits
from provkit.trust.store import TrustStore
from provkit.verdict import State

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

    from provkit.crawl.probe import Probe
    from provkit.verdict import Verdict

Headers = Sequence[tuple[str, str]]

_UNDAMAGED: Final = damage.Finding()


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads provenance off stored responses.  Immutable, picklable, safe between threads and processes."""

    trust: TrustStore | Callable[[], TrustStore] | None = None
    """Who may sign: a store, or a function of a module that builds one, called once in each process.
    The bundled lists when left out."""
    limits: Limits = DEFAULT_LIMITS
    """Bounds on what is read."""
    detectors: tuple[Detector, ...] = ()
    """What suspects documents that say nothing of themselves; picklable if the reader is to be."""
    at: datetime | None = None
    """Moment to judge certificates at, aware; now when left out."""

    def __post_init__(self) -> None:
        if self.at is not None and self.at.tzinfo is None:
            raise ConfigurationError("the moment to judge at has no time zone")

    @property
    def store(self) -> TrustStore:
        """The lists that are consulted.

        Raises:
            ConfigurationError: they cannot be loaded.
        """
        if isinstance(self.trust, TrustStore):
            return self.trust
        return TrustStore.bundled() if self.trust is None else _built(self.trust)

    def read(
        self,
        body: bytes,
        headers: Headers = (),
        url: str | None = None,  # noqa: ARG002 - every adapter has one; what is said of it comes with robots rules
        *,
        media_type: str | None = None,
        truncated: bool = False,
        captured_at: datetime | None = None,
        manifest: bytes | None = None,
    ) -> Reading:
        """What a response says about its own origin and use.

        Total over bytes: a body that is broken gives a reading that says so.

        Args:
            body: of the response, before any extraction.
            headers: of the response: names in any case, and values.
            url: its address.
            media_type: as the server said; counts only where the bytes do not say.
            truncated: the body was cut off while it was captured (``WARC-Truncated``).
            captured_at: when an archive captured it, aware.
            manifest: the manifest store that the response names, fetched by the caller.

        Raises:
            ConfigurationError: `captured_at` has no time zone, or the trust lists cannot be loaded.
        """
        if captured_at is not None and captured_at.tzinfo is None:
            raise ConfigurationError("the moment of capture has no time zone")
        found = _UNDAMAGED
        told = probing.heard(headers) if headers else probing.NOTHING_HEARD
        if probing.CODED in told:
            plain = codings.undo(body, headers, self.limits.text_bytes)
            if plain.problem is not None:
                found = damage.encoded(plain.problem)
            body, truncated = plain.body, truncated or not plain.whole
        probe = probing.probe(body, headers, told)
        if manifest is None and (probe is probing.NOTHING_IN_A_PAGE or not probe.anything):
            if truncated and found.damage is None:
                found = damage.cut_off()
            suspected = detect(self.detectors, body, probe.media_type) if self.detectors else ()
            if suspected:
                return self._reading(probe, None, found, suspected, (), (), captured_at)
            if found.damage is None:
                return _silent(probe.media_type, captured_at, captured_at and captured_at.tzinfo)
            notes = () if found.note is None else (found.note,)
            return Reading(probe.media_type, damage=found.damage, notes=notes, captured_at=captured_at)
        verdict, found = self._credential(body, headers, probe, found, manifest, truncated=truncated)
        stated, preferences, categories = signals.read(
            body,
            headers,
            probe.media_type or media_type,
            probe,
            signed=verdict is not None or (probe.credential and found.damage is not None),
            limits=self.limits,
            detectors=self.detectors,
        )
        reading = self._reading(probe, verdict, found, stated, preferences, categories, captured_at)
        return _with_statements(reading)

    def _credential(
        self,
        body: bytes,
        headers: Headers,
        probe: Probe,
        found: damage.Finding,
        manifest: bytes | None,
        *,
        truncated: bool,
    ) -> tuple[Verdict | None, damage.Finding]:
        """The verdict, and what is the matter where there is a credential that says nothing."""

        def again(data: bytes) -> Verdict:
            return verification.verify(
                data, trust=self.store, at=self.at, limits=self.limits, manifest=manifest
            )

        verdict = None
        if (probe.credential or manifest is not None) and found.damage is None:
            try:
                verdict = again(body)
            except ProvkitError as error:
                found = damage.of_error(error, body, truncated=truncated, apart=manifest is not None)
            else:
                found = damage.of_verdict(verdict, body, truncated=truncated, limits=self.limits, again=again)
        elif truncated and found.damage is None:
            found = damage.cut_off()
        if verdict is not None and verdict.state is State.UNSIGNED and verdict.remote is None:
            verdict = None
        if found.damage is None and verdict is None and probe.linked:
            references = (parse_link_header(value) for name, value in headers if name.lower() == "link")
            named = next((links[0] for links in references if links), None)
            found = found if named is None else damage.remote(named)
        return verdict, found

    @staticmethod
    def _reading(
        probe: Probe,
        verdict: Verdict | None,
        found: damage.Finding,
        stated: tuple[Signal, ...],
        preferences: tuple[Preference, ...],
        categories: tuple[str, ...],
        captured_at: datetime | None,
    ) -> Reading:
        invalid = found.damage is Damage.INVALID
        whole = evidence.assess(verdict, stated, invalid=invalid)
        holds = verdict is not None and verdict.state in (State.TRUSTED, State.VALID)
        signer = verdict.signer.fingerprint if verdict is not None and holds and verdict.signer else None
        return Reading(
            media_type=verdict.media_type if verdict is not None else probe.media_type,
            cls=whole.cls,
            assurance=whole.assurance,
            damage=found.damage,
            verdict=verdict,
            signals=stated,
            preferences=preferences,
            conflicts=whole.conflicts,
            notes=() if found.note is None else (found.note,),
            signer=signer,
            categories=categories,
            captured_at=captured_at,
        )


def _with_statements(reading: Reading) -> Reading:
    found = statements.of(reading.verdict)
    if found == statements.NOTHING:
        return reading
    return replace(
        reading,
        preferences=(*reading.preferences, *found.preferences),
        categories=tuple(dict.fromkeys((*reading.categories, *found.categories))),
        purpose=found.purpose,
    )


@lru_cache(maxsize=256)
def _silent(media_type: str | None, captured_at: datetime | None, zone: tzinfo | None) -> Reading:  # noqa: ARG001
    """The reading of nearly every page: it is immutable, and crawlers capture several in a second.

    The zone is asked for so that a moment keeps the one it was given: equal moments may differ in it.
    """
    return Reading(media_type, captured_at=captured_at)


@lru_cache(maxsize=16)
def _built(make: Callable[[], TrustStore]) -> TrustStore:
    return make()
