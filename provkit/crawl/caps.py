"""Exact caps on what is known to be synthetic: count, plan, thin (POLICY-11 to POLICY-14).

    tally = Tally.of(policy)
    for document in documents:                      # first pass, in as many processes as there are
        tally.add(domain_of(url), decision, key_of(body), amount)
    plan = sum_of(tallies).plan()
    plan.keeps(domain_of(url), decision, key_of(body))     # second pass, in any order

Which documents stay is a matter of their content and of the seed, never of order, machine or worker.
Memory: about 200 bytes for each document of a capped class, none for the others.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from provkit.crawl.codes import ReasonCode as Code
from provkit.crawl.model import Action
from provkit.errors import ConfigurationError, MalformedError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from provkit.crawl.model import Decision
    from provkit.crawl.policy_file import Caps, PolicyFile

KEY_BYTES: Final = 8
_PERSON: Final = b"provkit crawl 1"
_PURPOSED: Final = "purposed-"
_HOST: Final = re.compile(
    r"[\x00-\x20]*+[A-Za-z][A-Za-z0-9+.-]*+://(?:[^/\\?#]*@)?(\[[^]/\\?#]*+\]|[^/\\?#:@]*+)"
)
"""The host of an address, as browsers find it: behind the last ``@``, and a backslash is a slash."""
_LONGEST_HOST: Final = 253
_LISTED: Final = 20


class Group(NamedTuple):
    """The documents of one capped stratum with the same content in the same domain: one draw."""

    key: int
    domain: str
    stratum: str


def key_of(content: bytes, seed: str = "") -> int:
    """What decides whether a document stays: 64 bits of BLAKE2b over its content.

    Args:
        content: the raw bytes, before any extraction.
        seed: ``caps.seed`` of the policy; without one a publisher could choose content that stays.
    """
    salt = hashlib.blake2b(seed.encode(), digest_size=hashlib.blake2b.SALT_SIZE).digest() if seed else b""
    digest = hashlib.blake2b(content, digest_size=KEY_BYTES, person=_PERSON, salt=salt)
    return int.from_bytes(digest.digest(), "big")


def domain_of(url: str | None) -> str:
    """The domain a document is counted under: its host, lower case, in ASCII, without a port and ``www.``.

    The empty name for what has no address; it is capped like any other.
    """
    match = None if url is None else _HOST.match(url)
    if match is None:
        return ""
    host = match[1].lower()
    return (host if host.isascii() else _plain(host)).rstrip(".").removeprefix("www.")


def _plain(host: str) -> str:
    """A host in letters of other scripts as registries spell it (RFC 3490), so that both spellings are one."""
    try:
        # Only what can be a name: the codec takes the square of the length.
        return host.encode("idna").decode() if len(host) <= _LONGEST_HOST else _encodable(host)
    except UnicodeError:
        return _encodable(host)


def _encodable(host: str) -> str:
    # JSON can spell a lone surrogate, which nothing that counts domains can keep.
    return host.encode("utf-8", "replace").decode()


def is_capped(caps: Caps, stratum: str) -> bool:
    """Whether documents of a stratum count against the caps of a policy."""
    return stratum in _strata(caps.classes, caps.detected)


@lru_cache(maxsize=16)
def _strata(classes: tuple[str, ...], detected: bool) -> frozenset[str]:
    prefixes = ("", "declared-", _PURPOSED, *(("detected-",) if detected else ()))
    return frozenset(prefix + cls for prefix in prefixes for cls in classes)


def exact(share: float) -> Fraction:
    """A share as somebody wrote it: 0.1 is one tenth, not the nearest binary fraction."""
    return Fraction(repr(share))


@dataclass(slots=True)
class Tally:
    """What the first pass counts.  Not safe between threads; each process has its own, see :func:`sum_of`."""

    caps: Caps
    others: dict[str, int] = field(default_factory=dict)
    """Amount of what is kept and not capped, by domain."""
    capped: dict[Group, int] = field(default_factory=dict)
    """Amount of what is kept and capped, by domain, stratum and key."""

    @classmethod
    def of(cls, policy: PolicyFile) -> Tally:
        """An empty tally for the caps of a policy."""
        return cls(policy.caps)

    def add(self, domain: str, decision: Decision, key: int, amount: int) -> None:
        """Count one document.

        Args:
            domain: of its address, see :func:`domain_of`; the empty name for what has none.
            decision: of the policy; what is excluded is not counted.
            key: see :func:`key_of`.
            amount: tokens, bytes, or 1, as ``caps.by`` of the policy says.

        Raises:
            ValueError: the amount is negative.
        """
        if amount < 0:
            raise ValueError("an amount cannot be negative")
        if decision.action is Action.EXCLUDE:
            return
        if not is_capped(self.caps, decision.stratum):
            self.others[domain] = self.others.get(domain, 0) + amount
            return
        group = Group(key, domain, decision.stratum)
        self.capped[group] = self.capped.get(group, 0) + amount

    def merge(self, other: Tally) -> None:
        """Take over what another process counted.

        Raises:
            ConfigurationError: it counted for other caps.
        """
        if other.caps != self.caps:
            raise ConfigurationError("these counts were made for other caps and cannot be joined")
        for domain, amount in other.others.items():
            self.others[domain] = self.others.get(domain, 0) + amount
        for group, amount in other.capped.items():
            self.capped[group] = self.capped.get(group, 0) + amount

    def as_json(self) -> dict[str, Any]:
        """The counts, for the process that puts all of them together."""
        capped = [[*group, amount] for group, amount in self.capped.items()]
        return {"caps": _spelled(self.caps), "others": self.others, "capped": capped}

    @classmethod
    def of_json(cls, value: Any) -> Tally:
        """What :meth:`as_json` gave.

        Raises:
            MalformedError: it is something else.
        """
        try:
            capped = {
                Group(int(key), str(domain), str(stratum)): int(amount)
                for key, domain, stratum, amount in value["capped"]
            }
            others = {str(domain): int(amount) for domain, amount in value["others"].items()}
            return cls(_caps_of(value["caps"]), others, capped)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise MalformedError(f"not counts for caps: {error}") from error

    def plan(self) -> Plan:
        """Which documents stay: every cap holds, and nothing that was left out would still fit."""
        return _Planner(self).plan()


def sum_of(tallies: Iterable[Tally]) -> Tally:
    """The tally of several processes together, in any order.

    Raises:
        ConfigurationError: there is none, or they were made for other caps.
    """
    total: Tally | None = None
    for tally in tallies:
        if total is None:
            total = Tally(tally.caps)
        total.merge(tally)
    if total is None:
        raise ConfigurationError("there are no counts to plan from")
    return total


@dataclass(frozen=True, slots=True)
class Plan:
    """Which documents of the capped classes stay.  Immutable, picklable."""

    caps: Caps
    first_out: dict[tuple[str, str], int]
    """By domain and stratum: the smallest key that is left out."""
    later: frozenset[Group]
    """What stays although its key is above that, because it is small enough."""
    others: int
    """Amount that is not capped, in the unit of the caps."""
    kept: int
    """Amount of capped classes that stays."""
    dropped: int
    """Amount of capped classes that is left out."""
    problems: tuple[str, ...] = ()
    """What could not be done as it was asked, ``code: sentence``."""

    def keeps(self, domain: str, decision: Decision, key: int) -> bool:
        """Whether a document that the policy keeps stays under the caps."""
        if not is_capped(self.caps, decision.stratum):
            return True
        first = self.first_out.get((domain, decision.stratum))
        return first is None or key < first or Group(key, domain, decision.stratum) in self.later

    @property
    def share(self) -> Fraction:
        """Exact share of the capped classes in what stays; 0 of nothing."""
        total = self.others + self.kept
        return Fraction(self.kept, total) if total else Fraction(0)

    def to_json(self) -> str:
        """The plan as text, the same for the same plan: for the second pass of another machine."""
        content = {
            "caps": _spelled(self.caps),
            "first_out": sorted([*where, key] for where, key in self.first_out.items()),
            "later": sorted([group.domain, group.stratum, group.key] for group in self.later),
            "others": self.others,
            "kept": self.kept,
            "dropped": self.dropped,
            "problems": list(self.problems),
        }
        return json.dumps(content, sort_keys=True, ensure_ascii=True)

    @classmethod
    def from_json(cls, text: str) -> Plan:
        """Read what :meth:`to_json` wrote.

        Raises:
            MalformedError: it is something else.
        """
        try:
            content: Any = json.loads(text)
            return cls(
                _caps_of(content["caps"]),
                {(str(domain), str(stratum)): int(key) for domain, stratum, key in content["first_out"]},
                frozenset(
                    Group(int(key), str(domain), str(stratum)) for domain, stratum, key in content["later"]
                ),
                int(content["others"]),
                int(content["kept"]),
                int(content["dropped"]),
                tuple(str(problem) for problem in content["problems"]),
            )
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise MalformedError(f"not a plan for caps: {error}") from error


def _spelled(caps: Caps) -> dict[str, Any]:
    return caps.model_dump(mode="json", by_alias=True)


def _caps_of(value: Any) -> Caps:
    from provkit.crawl.policy_file import Caps as Model

    return Model.model_validate(value)


class _Room(NamedTuple):
    """How much of something may stay beside a fixed amount: x <= share * (x + rest), in whole numbers."""

    share: Fraction

    def holds(self, amount: int, rest: int) -> bool:
        return amount * self.share.denominator <= self.share.numerator * (amount + rest)


class _Planner:
    """Draws documents in the order of their keys; each stays if every cap that it counts for still holds."""

    def __init__(self, tally: Tally) -> None:
        self.tally, caps = tally, tally.caps
        self.total = sum(tally.others.values())
        self.room = {
            name: None if share is None else _Room(exact(share))
            for name, share in (
                ("overall", caps.overall),
                ("domain", caps.domain),
                ("all", caps.with_purpose),
            )
        }
        self.taken: dict[str | None, int] = {}
        """Amount that stays, by domain, and overall under None."""
        self.first_out: dict[tuple[str, str], int] = {}
        self.later: set[Group] = set()

    def plan(self) -> Plan:
        # What states no purpose comes first: its share is taken of the mix without what does (POLICY-13),
        # so that nothing that is left out afterwards can break a cap that held before.
        groups = sorted(self.tally.capped)
        for group in groups:
            if not group.stratum.startswith(_PURPOSED):
                self._draw(group, purposed=False)
        for group in groups:
            if group.stratum.startswith(_PURPOSED):
                self._draw(group, purposed=True)
        kept = self.taken.get(None, 0)
        offered = sum(self.tally.capped.values())
        return Plan(
            self.tally.caps,
            self.first_out,
            frozenset(self.later),
            self.total,
            kept,
            offered - kept,
            tuple(self._problems()),
        )

    def _draw(self, group: Group, *, purposed: bool) -> None:
        amount = self.tally.capped[group]
        if self._fits(group.domain, amount, purposed=purposed):
            self.taken[group.domain] = self.taken.get(group.domain, 0) + amount
            self.taken[None] = self.taken.get(None, 0) + amount
            if (group.domain, group.stratum) in self.first_out:
                self.later.add(group)
        else:
            self.first_out.setdefault((group.domain, group.stratum), group.key)

    def _fits(self, domain: str, amount: int, *, purposed: bool) -> bool:
        overall, local, both = self.room["overall"], self.room["domain"], self.room["all"]
        if purposed and both is not None:
            overall, local = both, None if local is None else both
        beside = self.tally.others.get(domain, 0)
        for room, scope, rest in ((overall, None, self.total), (local, domain, beside)):
            if room is not None and not room.holds(self.taken.get(scope, 0) + amount, rest):
                return False
        # Without a cap of its own, what states no purpose is still a part of all of it.
        return purposed or both is None or both.holds(self.taken.get(None, 0) + amount, self.total)

    def _problems(self) -> Iterable[str]:
        offered: dict[str, int] = {}
        for group, amount in self.tally.capped.items():
            offered[group.domain] = offered.get(group.domain, 0) + amount
        if offered and self.total == 0 and self.taken.get(None, 0) == 0 and any(offered.values()):
            yield Code.CAP_UNREACHABLE.says(
                "everything that would be kept is of a capped class, so only nothing at all is under the cap"
            )
        gone = sorted(
            domain
            for domain, amount in offered.items()
            if amount and not self.taken.get(domain, 0) and not self.tally.others.get(domain, 0)
        )
        for domain in gone[:_LISTED]:
            yield Code.CAP_DOMAIN_VANISHES.says(f"nothing of {domain or '(no address)'} stays under the caps")
        if len(gone) > _LISTED:
            yield Code.CAP_DOMAIN_VANISHES.says(f"nothing of {len(gone) - _LISTED} further domains stays")
