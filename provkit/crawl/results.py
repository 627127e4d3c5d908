"""A whole run: begin it or go on with it, do the steps, write what belongs to the folder as a whole."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from provkit.crawl import parts, weigh
from provkit.crawl.account import About, account
from provkit.crawl.account_page import page
from provkit.crawl.croissant import croissant
from provkit.crawl.journal import REPORT, Journal, spelled
from provkit.crawl.reading import Reader
from provkit.crawl.strata import blend, strata
from provkit.errors import ConfigurationError
from provkit.files import write_atomic

if TYPE_CHECKING:
    from collections.abc import Callable

    from provkit.crawl.extract import Extractor
    from provkit.crawl.inputs import Input
    from provkit.crawl.policy import Policy
    from provkit.crawl.tokens import Counter
    from provkit.crawl.weigh import Each
    from provkit.trust.store import TrustStore


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked for."""

    sources: tuple[Input, ...]
    policy: Policy
    trust: TrustStore
    extract: Extractor
    count: Counter
    out: str
    at: datetime | None = None
    """Moment to judge certificates at; when the run begins, when left out."""
    budget: int | None = None
    """Tokens of the training run that the mix is for; as many as are kept, when left out."""
    force: bool = False
    """Replace what an earlier run left in the folder."""


def weigh_all(
    order: Order, each: Each = weigh.in_turn, on_step: Callable[[str, int, int], None] | None = None
) -> tuple[dict[str, Any], bool]:
    """Do what is not done yet of a run.

    Returns:
        The report, and whether it was there already.

    Raises:
        ConfigurationError: the folder holds something else.
        FileAccessError: an input is gone, or something cannot be written.
    """
    from provkit import __version__

    journal = Journal(order.out)
    plan = plan_of(order, __version__)
    at = order.at or (None if order.force else begun_at(journal)) or datetime.now(UTC).replace(microsecond=0)
    finished = journal.begin(plan | {"at": at.isoformat()}, force=order.force)
    if finished is not None:
        journal.end()
        return finished, True
    job = weigh.Job(Reader(trust=order.trust, at=at), order.policy, order.extract, order.count, journal)
    outcome = weigh.run(parts.split(order.sources), job, each, on_step)
    about = About(
        __version__,
        plan["run"],
        order.policy,
        order.trust.digest.hex(),
        tuple((entry.name, entry.date.isoformat() if entry.date else None) for entry in order.trust.lists),
        os.path.basename(order.count.spec),  # noqa: PTH119 - never a path of this machine
        order.count.estimated,
        order.extract.spec,
        at.isoformat(),
        order.budget,
    )
    found = account(outcome, about)
    layers = strata(outcome.tally.strata, outcome.files, order.policy, order.budget)
    report = found.model_dump(mode="json", by_alias=True)
    folder = Path(order.out)
    write_atomic(folder / "blend.json", spelled(blend(layers)), force=True)
    write_atomic(folder / "croissant.json", spelled(croissant(found, layers)), force=True)
    write_atomic(folder / "report.html", page(found).encode("utf-8", "replace"), force=True)
    # The report last: it says that the run is finished.
    write_atomic(folder / REPORT, spelled(report), force=True)
    journal.end()
    return report, False


def begun_at(journal: Journal) -> datetime | None:
    """The moment an unfinished run in this folder judges at."""
    with contextlib.suppress(ConfigurationError, ValueError, TypeError, KeyError):
        return datetime.fromisoformat(journal.note("plan")["at"])
    return None


def plan_of(order: Order, version: str) -> dict[str, Any]:
    """Everything the results depend on, and one digest of it."""
    spec = order.count.spec
    held = hashlib.sha256(Path(spec).read_bytes()).hexdigest() if os.path.isfile(spec) else spec  # noqa: PTH113
    content = {
        "provkit": version,
        # Sizes, not times: a copy of the inputs is the same input.
        "inputs": [[entry.kind, entry.name, len(entry.paths), entry.size] for entry in order.sources],
        "policy": order.policy.digest(),
        "trust": order.trust.digest.hex(),
        "extract": order.extract.spec,
        "tokens": held,
        "budget": order.budget,
        "given_at": None if order.at is None else order.at.isoformat(),
    }
    spelling = json.dumps(content, sort_keys=True, ensure_ascii=True)
    return content | {"run": hashlib.sha256(spelling.encode()).hexdigest()}


__all__ = ["Order", "begun_at", "plan_of", "weigh_all"]
