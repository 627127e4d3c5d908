"""One file of an archive: what is to be done with it, and the signed bytes, ready to take its place.

Runs in workers.  Nothing in the archive is changed here: results go into ``ROOT/.provkit/work``, and copies of
originals into ``ROOT/.provkit/originals``, where only their content gives them a name.
"""

from __future__ import annotations

import errno
import json
import os
import stat
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import quote

from provkit import media
from provkit.assets import inspect_file
from provkit.carriers.carried import Carriage
from provkit.errors import (
    AlreadySignedError,
    BlockedError,
    CredentialError,
    FetchError,
    ProvkitError,
)
from provkit.history import results_of
from provkit.signing import sign_detailed
from provkit.stamp import again, inside, journal, statements
from provkit.stamp.again import Start, has_credential
from provkit.stamp.inside import digest_of
from provkit.stamp.journal import FOLDER, Entry, Journal, journal_of, original_of
from provkit.stamp.keys import end_of, is_stamped, signer_of, stamper_of
from provkit.trust.store import TrustStore
from provkit.verification import strip

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provkit.signing import Signed
    from provkit.stamp.inside import Facts, Place
    from provkit.stamp.journal import Held
    from provkit.stamp.rules import Rule, Rules


class Action(StrEnum):
    """What is done with a file, or why nothing is."""

    SIGN = "sign"
    AGAIN = "sign again"
    UNCHANGED = "unchanged"
    NO_STATEMENT = "states no origin"
    SIGNED = "carries a credential"
    OTHER_TYPE = "of another type"
    UNSUPPORTED = "cannot be signed"
    READ_ONLY = "read-only"
    FAILED = "failed"
    STALE = "stale"
    """Of a check: published, and not as the rules say."""
    FINE = "as the rules say"


CHANGES: Final = frozenset({Action.SIGN, Action.AGAIN})


class Task(NamedTuple):
    """One file that a rule matches."""

    path: str
    """Below the root, with ``/``."""
    rule: int
    """Number of the rule, from 0."""


@dataclass(frozen=True, slots=True)
class Job:
    """What every worker knows.  Picklable, and without keys: each worker loads them."""

    root: str
    rules: Rules
    has_journal: bool = True
    """Something was stamped here before."""
    plan_only: bool = False
    begun: str = field(default_factory=lambda: _stamp(datetime.now(UTC)))
    """When the run began, RFC 3339: a certificate that has ended by then is to be replaced."""
    trust: TrustStore | None = None
    """Whom a check expects to have signed; None for anybody."""


@dataclass(frozen=True, slots=True)
class Done:
    """What a worker answers about one file."""

    path: str
    action: Action
    detail: str = ""
    """Why, in one line."""
    entry: Entry | None = None
    facts: Facts | None = None
    asset: str | None = None
    """Where the signed file is, to be moved to its place."""
    store: str | None = None
    """Where the store is that goes beside it."""
    note: str = ""
    """What the user should know although the file was signed."""
    copied: int = 0
    """Bytes that keeping the original took; of a plan, all the bytes it would take."""
    moved: Entry | None = None
    """What the journal has of the file under the name that it had when it was stamped."""
    stop: ProvkitError | None = None
    """Why no other file can be signed either."""
    unstamped: bool = False
    """The time-stamp authority failed, and may fail for the next file, too."""


@lru_cache(maxsize=1)
def _journal(root: str) -> Journal:
    """The journal, as workers read it."""
    return Journal(journal_of(root), read_only=True)


def let_go() -> None:
    """Let go of the journal that this process read last: another one may have its name by now."""
    _journal.cache_clear()


def kind_of(path: str, data: bytes) -> str:
    """Media type of a file: what its name says, else what its bytes say.

    Raises:
        MalformedError, UnsupportedError: no known type.
    """
    return media.type_of_name(path.rpartition("/")[2]) or media.sniff(data)


def prepare(job: Job, task: Task) -> Done:
    """What is to be done with one file; signed, unless only a plan is wanted.  Never raises for what is in it."""
    try:
        with inside.place_of(job.root, task.path) as place:
            return _prepare(job, task, place)
    except AlreadySignedError as error:
        return Done(task.path, Action.SIGNED, error.message)
    except ProvkitError as error:
        action = Action.UNSUPPORTED if error.kind in {"unsupported", "malformed"} else Action.FAILED
        stop = error if _stops(error) else None
        return Done(
            task.path,
            action,
            error.message,
            stop=stop,
            unstamped=isinstance(error, FetchError | BlockedError),
        )
    except Exception as error:  # noqa: BLE001 - one file must not end the run for the others
        said = f"unexpected {type(error).__name__}: {error}"[:500]
        return Done(task.path, Action.FAILED, f"{said}; please report it with the file")


def _stops(error: ProvkitError) -> bool:
    """Whether the next file would meet the same: a key that does not sign, a full disk."""
    cause = error.__cause__
    full = isinstance(cause, OSError) and cause.errno in {errno.ENOSPC, errno.EDQUOT}
    return full or isinstance(error, CredentialError)


def _prepare(job: Job, task: Task, place: Place) -> Done:
    rule = job.rules.rule[task.rule]
    data, facts = place.read()
    held = _journal(job.root).held(task.path) if job.has_journal else None
    if held is not None and _holds(held, place, facts, job, rule):
        return Done(task.path, Action.UNCHANGED)
    has_beside = place.beside.exists()
    beside = place.beside.digest() if has_beside else None
    known = None if held is None else _journal(job.root).entry(task.path)
    moved = _moved(job, facts, beside, known)
    if moved is not None:
        known = replace(moved, path=task.path)
    kind = kind_of(task.path, data)
    if rule.media_types and kind not in rule.media_types:
        return Done(task.path, Action.OTHER_TYPE, kind)
    cls = statements.class_of(data, kind, rule)
    if cls is None:
        carries = "" if known is None else "it carries a credential from before it was edited"
        return Done(task.path, Action.NO_STATEMENT, carries)
    if rule.read_only == "leave" and not facts.mode & stat.S_IWUSR:
        return Done(task.path, Action.READ_ONLY)
    if has_beside and not (job.has_journal and beside is not None and _journal(job.root).wrote(beside)):
        return Done(task.path, Action.SIGNED, "a store that was not written here stands beside it")
    if known is None:
        start = Start(data, resign=rule.signed == "keep" and has_credential(data))
        if not start.resign and _shares_store(job, task, place):
            return Done(task.path, Action.SIGNED, "a store stands beside it")
    else:
        start = again.begin(job.root, data, facts, known, rule)
    if moved is not None and known is not None and _suits(known, beside, job, rule):
        return Done(task.path, Action.UNCHANGED, entry=known, facts=facts, moved=moved)
    place.require_room(job.root)
    signed, start = _signed(job, task, rule, kind, cls, start)
    if signed.manifest is not None:
        place.beside.require_room(job.root)
    done = Done(task.path, Action.SIGN if known is None else Action.AGAIN, facts=facts, moved=moved)
    notes = "; ".join(_notes(job, rule, facts, start, signed))
    return _ready(job, replace(done, note=notes), rule, cls, data, start.content, signed)


def _moved(job: Job, facts: Facts, beside: str | None, known: Entry | None) -> Entry | None:
    """The entry of a stamped file that came here from another name, perhaps over one that was stamped, too."""
    if not job.has_journal or (known is not None and facts.digest == known.after):
        return None
    return _journal(job.root).stamped_as(facts.digest, beside)


def _signed(job: Job, task: Task, rule: Rule, kind: str, cls: str, start: Start) -> tuple[Signed, Start]:
    """A file as it is signed, and from what: without its history, if that would decide what is stated now."""
    identity = job.rules.identity[rule.identity]
    signer = signer_of(identity)
    reference = rule.reference
    sign = partial(
        sign_detailed,
        origin=rule.declares(cls),
        signer=signer,
        media_type=kind,
        carriage=Carriage(rule.carriage) if rule.carriage else None,
        reference=None if reference is None else reference.replace("{name}", _address(task.path)),
        trust=TrustStore.bundled(),
        time_stamper=None if job.plan_only else stamper_of(identity),
    )
    signed = sign(start.content, resign=start.resign, history=start.history)
    if start.history is not None and signed.verdict.origin.cls != cls and again.is_of(signer, start.history):
        start = again.anew(start, signed.verdict)
        signed = sign(start.content, resign=start.resign, history=start.history)
    return signed, start


def _notes(job: Job, rule: Rule, facts: Facts, start: Start, signed: Signed) -> Iterator[str]:
    """What its owner should know of a file that is signed."""
    if start.note:
        yield start.note
    if signed.normalized:
        yield "the text was put into Unicode NFC, so it differs from what it was; the original is kept"
    has_stamper = stamper_of(job.rules.identity[rule.identity]) is not None
    if has_stamper and not job.plan_only and not is_stamped(signed.verdict):
        yield "the authority of the time stamp is on none of the lists that readers have: they do not count it"
    if facts.links > 1:
        yield "the file has other names (hard links); those keep what it was"


def _holds(held: Held, place: Place, facts: Facts, job: Job, rule: Rule) -> bool:
    """Whether a file is as it was stamped, and would be stamped so again."""
    return (
        facts.digest == held.after
        and held.terms == rule.terms
        and held.expires > job.begun
        and (held.sidecar is None or place.beside.digest() == held.sidecar)
    )


def _suits(known: Entry, beside: str | None, job: Job, rule: Rule) -> bool:
    """Whether a file that has another name now would be stamped as it is: not where it holds its name in a link."""
    return (
        known.terms == rule.terms
        and known.expires > job.begun
        and known.sidecar == beside
        and (known.sidecar is None or known.reverse == journal.SIDECAR)
    )


def _stamp(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def _address(path: str) -> str:
    return quote(os.fsencode(path.rpartition("/")[2]))


def _shares_store(job: Job, task: Task, place: Place) -> bool:
    """Whether ``NAME.c2pa`` stands beside ``NAME.EXT`` and is about it."""
    stem, dot, _ = place.name.rpartition(".")
    if not stem or not dot or not inside.Place(place.folder, f"{stem}.c2pa").exists():
        return False
    return inspect_file(os.path.join(job.root, task.path)) is not None  # noqa: PTH118


def _ready(job: Job, done: Done, rule: Rule, cls: str, data: bytes, content: bytes, signed: Signed) -> Done:
    """The entry of a signed file, and its bytes where they can be moved from."""
    apart, after = signed.manifest, signed.data
    before = digest_of(content)
    is_sidecar = apart is not None and after == data == content
    reverse = journal.SIDECAR if is_sidecar else _reverse(after, before)
    entry = Entry(
        path=done.path,
        before=before,
        after=digest_of(after),
        reverse=reverse,
        manifest=signed.verdict.manifest or "",
        origin=cls,
        identity=rule.identity,
        terms=rule.terms,
        expires=end_of(signer_of(job.rules.identity[rule.identity]), signed.verdict),
        media_type=signed.media_type,
        at=_stamp(datetime.now(UTC)),
        sidecar=None if apart is None else digest_of(apart),
        title=signed.verdict.title,
        results=json.dumps(results_of(signed.verdict)),
        store=signed.store,
    )
    copied = len(content) if reverse == journal.COPY else 0
    if job.plan_only:
        grown = len(after) - len(data) + len(apart or b"") + len(journal.packed(entry.store) or b"")
        return replace(done, entry=entry, copied=copied + grown)
    if copied:
        with inside.place_of(job.root, original_of(before), make=True) as kept:
            kept.keep(put(job.root, content), before)
    return replace(
        done,
        entry=entry,
        asset=None if after == data else put(job.root, after),  # a page keeps the link it has
        store=None if apart is None else put(job.root, apart),
        copied=copied,
    )


def _reverse(after: bytes, before: str) -> str:
    try:
        return journal.STRIP if digest_of(strip(after)) == before else journal.COPY
    except ProvkitError:
        return journal.COPY


def put(root: str, data: bytes) -> str:
    """Bytes that are to take the place of a file, in a file of their own; returns where.

    :func:`provkit.stamp.inside.flush` comes before they do.

    Raises:
        FileAccessError: they cannot be written.
    """
    place = os.path.join(root, FOLDER, "work", os.urandom(8).hex())  # noqa: PTH118
    inside.write_new(place, data)
    return place
