"""Weighing in passes of many processes that meet in a folder: records first, exact caps over all of them then.

    job = begin("weighed", policy="balanced", about={"tasks": 2})
    made = record(job, document)                       # first pass, anywhere
    count(tally, made["metadata"])
    note_counts(job.journal, rank, tasks, tally)       # a note for each process
    plan_caps(job.journal)                             # once, after all of them
    thinning = Thinning.of(job.journal, tasks)         # second pass, anywhere
    thinning.thin(made["metadata"])
    thinning.note(job.journal, rank)                   # a note for each process
    write_blend(job)                                   # once, after all of them

Every note is written whole and takes the place of the one before, so what was killed is done again.
"""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from provkit.crawl import records, results, rows, strata
from provkit.crawl.adapting import policy_of
from provkit.crawl.caps import Plan, Tally, domain_of, sum_of
from provkit.crawl.extract import Extractor
from provkit.crawl.journal import Journal, Sites, all_of, spelled
from provkit.crawl.model import Action, Decision
from provkit.crawl.reading import Reader
from provkit.crawl.sites import under_site
from provkit.crawl.tokens import Counter
from provkit.crawl.weigh import Job, item_of, thinned
from provkit.errors import ConfigurationError, MalformedError
from provkit.files import write_atomic

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractContextManager

    from provkit.crawl.documents import Document
    from provkit.crawl.policy import Policy

_TASKS: Final = "the number of tasks must not change between the steps of a job"
_SITES: Final = "sites.db"
_SILENT: Final[Mapping[str, bytes]] = {}


def begin(
    out: str,
    *,
    policy: Policy | str = "balanced",
    reader: Reader | None = None,
    extract: str = "visible",
    tokens: str = "bytes/4",
    about: Mapping[str, Any] | None = None,
) -> Job:
    """Begin a job in a folder, or go on with it.

    Args:
        out: the folder, which every machine of the job sees.
        policy: one, or the name of a preset or of a file.
        reader: with the lists that are trusted; certificates are judged at its moment, or at that of the
            first call for this folder.
        extract: as ``provkit weigh --extract``.
        tokens: as ``provkit weigh --tokens``.
        about: what else the results depend on, in JSON: inputs, number of tasks.

    Raises:
        ConfigurationError: the folder holds something else.
        FileAccessError: it cannot be written.
    """
    from provkit import __version__

    reader = reader or Reader()
    policy = policy_of(policy) if isinstance(policy, str) else policy
    job = Job(reader, policy, Extractor(extract), Counter(tokens), Journal(out))
    order = results.Order((), policy, reader.store, job.extract, job.count, out, reader.at)
    at = reader.at or results.begun_at(job.journal) or datetime.now(UTC).replace(microsecond=0)
    plan = results.plan_of(order, __version__) | {"about": about, "at": at.isoformat()}
    if job.journal.begin(plan) is not None:
        raise ConfigurationError(f"the folder holds a finished run of provkit weigh: {out}")
    if not Path(job.journal.path(_SITES)).exists():
        Sites(job.journal.path(_SITES)).write(())
    return replace(job, reader=replace(reader, at=at))


def document_of(name: str, text: str, metadata: Mapping[str, Any]) -> Document:
    """The document that another reader than ours has taken out of something.

    Args:
        name: identifies it.
        text: of it, markup and all.
        metadata: what columns hold beside it in rows of ``provkit weigh``.

    Raises:
        MalformedError: a column is of another type.
    """
    try:
        return rows.document({"text": text, **metadata, "id": name})
    except ValueError as error:
        raise MalformedError(f"the document {name} cannot be read: {error}") from error


def record(job: Job, document: Document, words: Mapping[str, bytes] = _SILENT) -> dict[str, Any]:
    """The record of a document as the policy alone has it: ``{id, text, metadata}``.

    Beside what ``provkit weigh`` writes, the metadata hold the ``key`` that :class:`Thinning` takes out again.

    Args:
        job: what is asked for.
        document: as it was captured.
        words: files of its host by kind, see :func:`provkit.crawl.sites.under_site`.
    """
    item, text = item_of(job, document)
    item = replace(item, reading=under_site(item.reading, words, item.url))
    decision = job.policy.decide(item.reading, item.url)
    made = records.record(item, text, decision, job.policy.standing(item.reading))
    made["metadata"]["key"] = f"{item.key:016x}"
    return made


def count(tally: Tally, metadata: dict[str, Any]) -> tuple[bool, str]:
    """Count a record for the caps.

    Returns:
        Whether the policy keeps it, and the code of the deciding reason.

    Raises:
        ConfigurationError: it was not made by :func:`record`.
    """
    decision, key = _decision(metadata)
    amount = {"tokens": metadata["tokens"], "bytes": metadata["bytes"]}.get(tally.caps.by, 1)
    tally.add(domain_of(metadata["url"]), decision, key, amount)
    if decision.action is Action.EXCLUDE:
        del metadata["key"]
    return decision.action is Action.KEEP, _code(metadata)


@dataclass(slots=True)
class Thinning:
    """The second pass of one process: holds what the policy keeps against the caps, and sums up what stays."""

    plan: Plan
    sums: dict[str, list[float]] = field(default_factory=dict)
    """By stratum, as :func:`provkit.crawl.strata.strata` takes them."""

    @classmethod
    def of(cls, journal: Journal, tasks: int) -> Self:
        """Under the plan that :func:`plan_caps` left.

        Raises:
            ConfigurationError: there is none, or it was made by another number of tasks.
        """
        note = journal.note("caps")
        if note is None or note["tasks"] != tasks:
            raise ConfigurationError(f"there is no plan for the caps of {tasks} tasks", hint=_TASKS)
        return cls(Plan.from_json(note["plan"]))

    def thin(self, metadata: dict[str, Any]) -> tuple[bool, str]:
        """Hold one record against the caps; one that is left out says why afterwards.

        Returns:
            Whether it stays, and the code of the deciding reason.

        Raises:
            ConfigurationError: it was not made by :func:`record`.
        """
        decision, key = _decision(metadata)
        del metadata["key"]
        if self.plan.keeps(domain_of(metadata["url"]), decision, key):
            tokens, weight = metadata["tokens"], decision.weight
            row = self.sums.setdefault(decision.stratum, [0, 0, 0, 0.0, 0.0])
            for column, part in enumerate((1, metadata["bytes"], tokens, weight, weight * tokens)):
                row[column] += part
            return True, _code(metadata)
        final = thinned(decision)
        metadata |= {"sample_weight": final.weight, "reasons": list(final.reasons)}
        return False, _code(metadata)

    def note(self, journal: Journal, rank: int) -> None:
        """Leave the sums, in place of what was left before."""
        journal.write(f"{rank:05d}.kept", self.sums)


def _code(metadata: Mapping[str, Any]) -> str:
    code: str = metadata["reasons"][0].partition(":")[0]
    return code


def _decision(metadata: Mapping[str, Any]) -> tuple[Decision, int]:
    try:
        weight, key = metadata["sample_weight"], int(metadata["key"], 16)
        action = Action.KEEP if weight else Action.EXCLUDE
        return Decision(action, weight, tuple(metadata["reasons"]), metadata["stratum"]), key
    except KeyError as error:
        raise ConfigurationError(
            f"a record without {error}: it was not weighed, or thinned already"
        ) from error


def words_of(journal: Journal) -> AbstractContextManager[Callable[[str], Mapping[str, bytes]]]:
    """What a host says, by kind, for the asking; of nobody before :func:`join_sites`."""
    return Sites(journal.path(_SITES)).spoken()


def left_over(folder: str, rank: int) -> Iterator[dict[str, Any]]:
    """The records that one process of the first pass left in a folder, in their order."""
    path = Path(folder, f"{rank:05d}.jsonl.gz")
    if path.exists():  # a process of which everything was excluded left none
        with gzip.open(path) as lines:
            yield from map(json.loads, lines)


def note_counts(journal: Journal, rank: int, tasks: int, tally: Tally) -> None:
    """Leave what one process counted, in place of what it left before."""
    journal.write(f"{rank:05d}.count", {"tasks": tasks, "counts": tally.as_json()})


def plan_caps(journal: Journal, *_: object) -> None:
    """Put the counts of all processes together into one plan, and leave it for the second pass.

    Raises:
        ConfigurationError: some have not counted, or for something else.
    """
    notes = [journal.note(path.stem) for path in sorted(Path(journal.folder).glob("*.count.json"))]
    if {note["tasks"] for note in notes} != {len(notes)}:
        asked = sorted({note["tasks"] for note in notes})
        raise ConfigurationError(f"{len(notes)} tasks have counted, of {asked}", hint=_TASKS)
    plan = sum_of(Tally.of_json(note["counts"]) for note in notes).plan()
    journal.write("caps", {"tasks": len(notes), "plan": plan.to_json()})


def write_blend(job: Job, *_: object) -> None:
    """``blend.json``, as ``provkit weigh`` writes it, out of the sums of all processes."""
    sums: dict[str, list[float]] = {}
    files: dict[str, list[str]] = {}
    for path in sorted(Path(job.journal.folder).glob("*.kept.json")):
        for stratum, row in job.journal.note(path.stem).items():
            known = sums.get(stratum, [0] * len(row))
            sums[stratum] = [a + b for a, b in zip(known, row, strict=True)]
            files.setdefault(stratum, []).append(f"kept/{stratum}.{path.name.partition('.')[0]}.jsonl.gz")
    blend = strata.blend(strata.strata(sums, files, job.policy))
    write_atomic(Path(job.journal.out, "blend.json"), spelled(blend), force=True)


def join_sites(journal: Journal, *_: object) -> None:
    """Put together what all processes left in ``*.sites.db``; the last word of a host counts, by file name."""
    parts = sorted(Path(journal.folder).glob("*.sites.db"))
    Sites(journal.path(_SITES)).write(word for part in parts for word in all_of(str(part)))


__all__ = [
    "Thinning", "begin", "count", "document_of", "join_sites", "left_over", "note_counts", "plan_caps", "record", "words_of",
    "write_blend",
]  # fmt: skip
