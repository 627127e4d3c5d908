"""What the adapters for frameworks of rows share: a row of a table in, what ``provkit weigh`` says of it out.

    step = annotator("balanced", trust=store)
    step({"url": "https://example.org/", "content": b"..."})["action"]

Knows no framework.  A row has the columns that :mod:`provkit.crawl.rows` reads; it may have ``robots`` and
``tdmrep``, the files of its host, and ``problem``, for what an input could not give.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Final

from provkit.crawl import rows
from provkit.crawl.adapting import policy_of, record_of
from provkit.crawl.caps import Plan, Tally, domain_of, is_capped, key_of
from provkit.crawl.extract import VISIBLE, Extractor
from provkit.crawl.model import Action, Decision
from provkit.crawl.policy import Policy
from provkit.crawl.presets import DEFAULT
from provkit.crawl.reading import Reader
from provkit.crawl.sites import under_site
from provkit.crawl.tokens import ESTIMATE, Counter
from provkit.crawl.weigh import read_document, thinned
from provkit.errors import ConfigurationError
from provkit.trust.store import TrustList, TrustStore

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from provkit.crawl.documents import Document
    from provkit.crawl.signals.detectors import Detector

SITE_KINDS: Final = ("robots", "tdmrep")
_EVIDENCE: Final = dict.fromkeys(("source", "class", "value", "attributed", "whole"))


@dataclass(frozen=True, slots=True)
class Annotator:
    """Makes the columns of one row.  Immutable, and pickled to the same bytes in every process."""

    policy: Policy
    reader: Reader
    extract: Extractor
    count: Counter

    def __call__(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """The columns of :func:`arrow_fields`, as Python values.

        A row that is no document is excluded, with the reason, and has no provenance.

        Raises:
            ConfigurationError: an extractor or a tokenizer of the user's does not do what it has to.
        """
        found = {name: value for name, value in row.items() if value is not None}
        if "problem" in found:
            return _no_document(str(found["problem"]))
        try:
            document, words = _document(found)
        except ValueError as error:
            return _no_document(f"row: no document: {error}"[:300])
        reading = read_document(self.reader, document)
        text = _whole(self.extract(document, reading))
        reading = under_site(reading, words, document.url)
        record = record_of(reading, self.policy, document.url)
        provenance = record["provenance"]
        provenance["evidence"] = [_EVIDENCE | entry for entry in provenance["evidence"]]
        capped = is_capped(self.policy.caps, record["stratum"])
        # In hexadecimal: no table has whole numbers of 64 bits without a sign.
        key = f"{key_of(document.body, self.policy.caps.seed):016x}" if capped else None
        return {
            "text": text,
            "domain": domain_of(document.url),
            "bytes": len(document.body),
            "tokens": self.count(text),
            "cap_key": key,
            **_whole(record),
        }

    def __reduce__(self) -> tuple[Callable[..., Annotator], tuple[Any, ...]]:
        # Sets have another order in each process, and datasets finds its cache by the pickled form.
        reader, policy = self.reader, self.policy.model_dump_json(by_alias=True)
        trust = _parts(reader.trust) if isinstance(reader.trust, TrustStore) else reader.trust
        rest = (reader.limits, reader.detectors, reader.at, self.extract.spec, self.count.spec)
        return _rebuilt, (policy, trust, *rest)


def _rebuilt(policy: str, trust: Any, limits: Any, detectors: Any, at: Any, *specs: str) -> Annotator:
    if isinstance(trust, tuple):
        trust = TrustStore(tuple(TrustList(**{k: _unordered(v) for k, v in entry}) for entry in trust))
    reader = Reader(trust, limits, detectors, at)
    return Annotator(Policy.model_validate_json(policy), reader, Extractor(specs[0]), Counter(specs[1]))


def _parts(store: TrustStore) -> tuple[Any, ...]:
    return tuple(
        tuple((field.name, _ordered(getattr(entry, field.name))) for field in fields(entry))
        for entry in store.lists
    )


def _ordered(value: Any) -> Any:
    return sorted(value) if isinstance(value, frozenset) else value


def _unordered(value: Any) -> Any:
    return frozenset(value) if isinstance(value, list) else value


def annotator(
    policy: Policy | str | os.PathLike[str] = DEFAULT,
    trust: TrustStore | Callable[[], TrustStore] | None = None,
    *,
    at: datetime | None = None,
    extract: str = VISIBLE,
    tokens: str = ESTIMATE,
    detectors: tuple[Detector, ...] = (),
) -> Annotator:
    """What an adapter calls for every row; the arguments are those of ``provkit weigh``.

    Args:
        policy: or the name of a preset, or a file.
        trust: who may sign, see :class:`provkit.crawl.reading.Reader`; the bundled lists when left out.
        at: moment to judge certificates at, aware; now when left out.
        extract: ``visible``, ``none`` or ``module:function``.
        tokens: ``bytes/4``, a tokenizer file or ``module:function``.
        detectors: what suspects documents that say nothing of themselves.

    Raises:
        ConfigurationError: one of them cannot be used.
    """
    reader = Reader(trust, detectors=detectors, at=at)
    return Annotator(_policy(policy), reader, Extractor(extract), Counter(tokens))


def _policy(policy: Policy | str | os.PathLike[str]) -> Policy:
    return policy if isinstance(policy, Policy) else policy_of(policy)


def _document(row: dict[str, Any]) -> tuple[Document, dict[str, bytes]]:
    """The document of a row, and what its host says."""
    document = rows.document(row)
    words = {}
    for kind in SITE_KINDS:
        said = row.get(kind, b"")
        if not isinstance(said, bytes | str):
            raise ValueError(f"{kind} is of another type")  # noqa: TRY004 - as for every other column
        if said:
            words[kind] = said.encode("utf-8", "replace") if isinstance(said, str) else said
    return replace(document, converted=row.get("converted") is True), words


def _no_document(why: str) -> dict[str, Any]:
    return {
        **dict.fromkeys(("domain", "stratum", "cap_key", "provenance")),
        "text": "",
        "bytes": 0,
        "tokens": 0,
        "action": str(Action.EXCLUDE),
        "sample_weight": 0.0,
        "reasons": [why],
    }


def _whole(value: Any) -> Any:
    """Without lone surrogates, which JSON of a page can spell and Arrow does not take."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "replace").decode()
    return json.loads(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))


def arrow_fields() -> Any:
    """The columns that an :class:`Annotator` makes, as a ``pyarrow.Schema``."""
    import pyarrow as pa

    text, flag = pa.string(), pa.bool_()

    def struct(*names: str, **others: Any) -> Any:
        return pa.struct([*((name, text) for name in names), *others.items()])

    provenance = struct(
        *("class", "assurance", "stated_class", "state", "damage"),
        signer=struct("name", "sha256", "trust_list"),
        evidence=pa.list_(struct("source", "class", "value", attributed=flag, whole=flag)),
        usage=pa.list_(struct("purpose", "permission", "source", "value")),
        conflicts=pa.list_(text),
        notes=pa.list_(text),
    )
    return pa.schema(
        {
            "text": text,
            "domain": text,
            "bytes": pa.int64(),
            "tokens": pa.int64(),
            "stratum": text,
            "cap_key": text,
            "action": text,
            "sample_weight": pa.float64(),
            "reasons": pa.list_(text),
            "provenance": provenance,
        }
    )


def plan_of(
    policy: Policy | str | os.PathLike[str],
    sums: Iterable[tuple[str | None, str | None, str | None, int, int, int]],
) -> Plan:
    """The plan of the caps, out of what is kept of an annotated table.

    Args:
        policy: the one that annotated it.
        sums: by ``domain``, ``stratum`` and ``cap_key``: documents, bytes and tokens; any may come twice.

    Raises:
        ConfigurationError: the table was annotated under other caps.
    """
    tally = Tally.of(_policy(policy))
    unit = ("documents", "bytes", "tokens").index(tally.caps.by)
    for domain, stratum, key, *amounts in sums:
        decision = _kept(stratum or "")
        if is_capped(tally.caps, decision.stratum) is (key is None):
            raise ConfigurationError(
                "the table was annotated under other caps", hint="give the policy that annotated it"
            )
        tally.add(domain or "", decision, int(key or "0", 16), amounts[unit])
    return tally.plan()


def stays(plan: Plan, domain: str | None, stratum: str | None, key: str | None) -> bool:
    """Whether a document that the policy keeps stays under the caps."""
    return key is None or plan.keeps(domain or "", _kept(stratum or ""), int(key, 16))


THINNED: Final = thinned(Decision(Action.KEEP, 1.0, (), "")).reasons[0]
"""Why a document that a cap leaves out is excluded."""


def _kept(stratum: str) -> Decision:
    return Decision(Action.KEEP, 1.0, (), stratum)


__all__ = [
    "SITE_KINDS", "THINNED", "Annotator", "annotator", "arrow_fields", "plan_of", "stays",
]  # fmt: skip
