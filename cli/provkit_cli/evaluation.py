"""The verdict on one file, as every process of a run finds it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from provkit.errors import ProvkitError
from provkit.limits import DEFAULT_LIMITS, Limits
from provkit.report.document import Failure, Result
from provkit_cli.inputs import STDIN, Source, load

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from provkit.fetch import Fetcher
    from provkit.trust.store import TrustStore
    from provkit.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Job:
    """What every worker knows."""

    trust: TrustStore
    limits: Limits = DEFAULT_LIMITS
    password: str | None = None
    """Of encrypted PDFs."""
    fetcher: Fetcher | None = None
    """For credentials that are elsewhere; None fetches nothing."""
    at: datetime | None = None
    """Moment to judge certificates at, aware; now when None."""
    cross_check: bool = False
    """Add what our own engine says about containers."""


def evaluate(source: Source, job: Job) -> Result:
    """The verdict on one file, or why there is none.  Never raises for what is in the file."""
    try:
        return Result(source.path, _verdict(source, job))
    except ProvkitError as error:
        return Result(source.path, None, Failure.of(error))
    except Exception as error:  # noqa: BLE001 - one file must not end the run for the others
        failure = Failure(
            "internal", f"unexpected {type(error).__name__}: {error}"[:500], "please report it with the file"
        )
        return Result(source.path, None, failure)


def _verdict(source: Source, job: Job) -> Verdict:
    if source.path == STDIN:
        from provkit.verification import verify

        data = load(source, job.limits)
        verdict = verify(data, trust=job.trust, at=job.at, limits=job.limits, password=job.password)
        return _cross_checked(verdict, data, job)
    if source.problem is not None:
        raise source.problem
    if source.is_url:
        from provkit.remote import verify_url

        assert job.fetcher is not None  # noqa: S101 - `expand` makes URLs of nothing else
        return verify_url(source.path, job.fetcher, trust=job.trust, at=job.at, limits=job.limits)
    from provkit.assets import verify_file

    verdict = verify_file(source.path, trust=job.trust, at=job.at, limits=job.limits, password=job.password)
    if job.fetcher is None or verdict.remote is None:
        return _cross_checked(verdict, load(source, job.limits), job) if job.cross_check else verdict
    from provkit.remote import follow

    data = load(source, job.limits)
    return follow(data, verdict, job.fetcher, trust=job.trust, at=job.at, limits=job.limits)


def _cross_checked(verdict: Verdict, data: bytes, job: Job) -> Verdict:
    if not job.cross_check:
        return verdict
    from provkit.verification import cross_checked

    return cross_checked(verdict, data, trust=job.trust, at=job.at, limits=job.limits)


def is_shared(sources: Sequence[Source], workers: int) -> bool:
    """Whether the files are worth several processes.  Standard input belongs to this one."""
    return workers > 1 and len(sources) > 1 and not any(source.path == STDIN for source in sources)
