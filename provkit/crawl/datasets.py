"""Hugging Face datasets: columns of provenance, exact caps, and the mix that ``blend.json`` describes.

    weighed = annotate(dataset, "balanced", trust)
    kept = keep(weighed, plan_of(weighed, "balanced"))

Works on a Dataset and on an IterableDataset.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from datasets import Dataset, Features, IterableDataset, Value, interleave_datasets, load_dataset

from provkit.crawl import tables
from provkit.crawl.caps import Plan
from provkit.crawl.model import Action
from provkit.crawl.strata import VERSION
from provkit.errors import MalformedError
from provkit.files import read_file

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator

    from provkit.crawl.policy import Policy

    Table: TypeAlias = Dataset | IterableDataset

FEATURES: Final = Features.from_arrow_schema(tables.arrow_fields())
"""Types of the columns that :func:`annotate` makes."""
RECORD: Final = Features(
    {
        "id": Value("string"),
        "text": Value("string"),
        "metadata": {
            "url": Value("string"),
            "media_type": Value("string"),
            # Readers of JSON make moments of what looks like one.
            "captured_at": Value("timestamp[us, tz=UTC]"),
            **{name: FEATURES[name] for name in ("bytes", "tokens", "stratum", "sample_weight", "reasons")},
            "provenance": FEATURES["provenance"],
        },
    }
)
"""Types of what ``provkit weigh`` writes into ``kept``."""
_COUNTED: Final = ("action", "domain", "stratum", "cap_key", "bytes", "tokens")


@dataclass(frozen=True, slots=True)
class Columns:
    """What ``map`` calls with a batch.  Its pickled form is the same in every process, so caches are found."""

    step: tables.Annotator

    def __call__(self, batch: dict[str, list[Any]]) -> dict[str, list[Any]]:
        columns = {name: batch[name] for name in batch}
        rows = (dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True))
        made = [self.step(row) for row in rows]
        return {name: [row[name] for row in made] for name in FEATURES}


@dataclass(frozen=True, slots=True)
class _Kept:
    plan: str | None

    def __call__(self, actions: list[str], *where: list[str | None]) -> list[bool]:
        plan = None if self.plan is None else _plan(self.plan)
        return [
            action == Action.KEEP and (plan is None or tables.stays(plan, *place))
            for action, *place in zip(actions, *where, strict=True)
        ]


@lru_cache(maxsize=4)
def _plan(text: str) -> Plan:
    return Plan.from_json(text)


def annotate(
    dataset: Table,
    policy: Policy | str | os.PathLike[str] = "balanced",
    trust: Any = None,
    *,
    batch_size: int = 256,
    num_proc: int | None = None,
    **options: Any,
) -> Table:
    """The dataset with the columns of :data:`FEATURES`; a column ``text`` becomes the text for training.

    Args:
        dataset: with ``content`` (bytes), ``html`` or ``text`` and, where there are such, ``url``, ``headers``,
            ``media_type``, ``truncated``, ``date``, and ``robots`` and ``tdmrep`` of the host.
        policy: or the name of a preset, or a file.
        trust: who may sign; the bundled lists when left out.
        batch_size: rows at once.
        num_proc: processes, for a Dataset.
        options: as for :func:`provkit.crawl.tables.annotator`.

    Raises:
        ConfigurationError: one of them cannot be used.
    """
    step = Columns(tables.annotator(policy, trust, **options))
    known = None if dataset.features is None else Features({**dataset.features, **FEATURES})
    spread = {} if num_proc is None else {"num_proc": num_proc}
    # Types are given, because a batch without a single signer would make a column of nothing.
    return dataset.map(step, batched=True, batch_size=batch_size, features=known, **spread)


def plan_of(dataset: Table, policy: Policy | str | os.PathLike[str] = "balanced") -> Plan:
    """Count what :func:`annotate` made, and plan the caps: one pass, 200 bytes for each capped row.

    Raises:
        ConfigurationError: it was annotated under other caps.
    """
    return tables.plan_of(policy, _sums(dataset))


def _sums(dataset: Table) -> Iterator[tuple[str | None, str | None, str | None, int, int, int]]:
    for row in dataset.select_columns(list(_COUNTED)):
        if row["action"] == Action.KEEP:
            yield row["domain"], row["stratum"], row["cap_key"], 1, row["bytes"], row["tokens"]


def keep(dataset: Table, plan: Plan | None = None) -> Table:
    """What the policy keeps of what :func:`annotate` made, and the caps leave in where a plan is given."""
    step = _Kept(None if plan is None else plan.to_json())
    return dataset.filter(step, batched=True, input_columns=list(_COUNTED[:4]))


def interleave(folder: str | os.PathLike[str], *, streaming: bool = False, **options: Any) -> Table:
    """The mix of what ``provkit weigh`` kept, each stratum drawn as ``blend.json`` says.

    Args:
        folder: the results of a run.
        streaming: read as it is drawn, and give an IterableDataset.
        options: of ``interleave_datasets``: ``seed``, ``stopping_strategy``.

    Raises:
        FileAccessError: there is no ``blend.json``.
        MalformedError: it is something else.
    """
    blend = json.loads(read_file(Path(folder, "blend.json")))
    if not isinstance(blend, dict) or blend.get("schema") != VERSION:
        raise MalformedError(f"not a {VERSION} file: {Path(folder, 'blend.json')}")
    parts = [
        load_dataset(
            "json",
            data_files=[str(Path(folder, name)) for name in stratum["files"]],
            features=RECORD,
            split="train",
            streaming=streaming,
        )
        for stratum in blend["strata"]
    ]
    return interleave_datasets(parts, probabilities=blend["probabilities"], **options)


__all__ = ["FEATURES", "RECORD", "Columns", "annotate", "interleave", "keep", "plan_of"]
