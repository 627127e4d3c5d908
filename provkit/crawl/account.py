"""The account of a run: every share as an interval, because unknown is unknown.

With K known to be synthetic and U about which nobody who can be held to it says anything, the
synthetic share lies in [K, K + U].  A human claim by an unlisted signer belongs to U: anybody can
make one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from provkit.crawl import account_model as model
from provkit.crawl import harm
from provkit.crawl.strata import strata
from provkit.crawl.tally import OTHERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from provkit.crawl.policy import Policy
    from provkit.crawl.strata import Stratum
    from provkit.crawl.weigh import Outcome

_LISTED: Final = 1000
_KNOWN_SYNTHETIC: Final = frozenset({"verified-trusted", "verified-untrusted", "declared"})
_VOUCHED: Final = frozenset({"human|verified-trusted", "human|dated"})
_CAP_CODE: Final = "cap.thinned"


@dataclass(frozen=True, slots=True)
class About:
    """What the results depend on beside the inputs."""

    provkit: str
    run: str
    policy: Policy
    trust_sha256: str
    trust_lists: tuple[tuple[str, str | None], ...]
    """Name and date."""
    tokens: str
    tokens_estimated: bool
    extract: str
    judged_at: str
    budget: int | None = None
    """Tokens."""


def account(outcome: Outcome, about: About) -> model.Account:
    """The report of a run."""
    tally, plan = outcome.tally, outcome.plan
    assert plan is not None  # noqa: S101 - a run that ended has one
    cells = _cells(tally.cells.values())
    total, kept = _amounts(cells.values(), 0), _amounts(cells.values(), 3)
    caps = about.policy.caps
    found = strata(tally.strata, outcome.files, about.policy, about.budget)
    mix = _mix(tally.mixed, found)
    budget = None if about.budget is None else _budget(about.budget, kept.tokens, found)
    gone = sorted(name for name, rows in tally.cells.items() if not sum(row[3] for row in rows.values()))
    thinned = tally.reasons.get(_CAP_CODE, 0)
    domains = [_domain(name, rows) for name, rows in tally.cells.items()]
    domains.sort(key=lambda entry: (-entry.read.tokens, -entry.read.bytes, entry.domain))
    shares = _units(cells, 0)
    facts = harm.Facts(
        tokens=total.tokens,
        kept_tokens=kept.tokens,
        human=(shares.tokens if total.tokens else shares.bytes).human.lower,
        synthetic=(shares.tokens if total.tokens else shares.bytes).synthetic.lower,
        signers=sum(bool(entry[4]) for name, entry in tally.signers.items() if name != OTHERS),
        domains=len(tally.cells),
        anchored=sum(any(cell in _VOUCHED for cell in rows) for rows in tally.cells.values()),
        vanished=len(gone),
        budget=None if budget is None else (budget.tokens, budget.reached, budget.epochs, budget.most_epochs),
    )
    return model.Account(
        provkit=about.provkit,
        run=about.run,
        policy=model.PolicyPart(name=about.policy.name, sha256=about.policy.digest()),
        trust=model.TrustPart(
            sha256=about.trust_sha256, lists=[{"name": name, "date": day} for name, day in about.trust_lists]
        ),
        tokens=about.tokens,
        tokens_estimated=about.tokens_estimated,
        extract=about.extract,
        judged_at=about.judged_at,
        inputs=[model.InputPart(**entry) for entry in outcome.inputs],
        total=total,
        kept=kept,
        funnel=model.Funnel(
            records=outcome.records,
            documents=total.documents,
            excluded_by_policy=total.documents - kept.documents - thinned,
            thinned_by_caps=thinned,
            kept=kept.documents,
        ),
        cells=[_cell(name, row, total, mix) for name, row in sorted(cells.items())],
        shares=shares,
        kept_shares=_units(cells, 3),
        strata=[_stratum(entry) for entry in found],
        budget=budget,
        caps=model.CapPart(
            by=caps.by,
            overall=caps.overall,
            domain=caps.domain,
            with_purpose=caps.with_purpose,
            kept=plan.kept,
            thinned=plan.dropped,
            share=float(plan.share),
            problems=list(plan.problems),
        ),
        states=_ordered(tally.states),
        damage=_ordered(tally.damage),
        excluded=_ordered(tally.reasons),
        usage=_ordered(tally.usage),
        sources=_ordered(tally.sources),
        media_types=_ordered(tally.media),
        conflicts=tally.conflicts,
        truncated=outcome.truncated,
        skipped=_ordered(outcome.skipped),
        site_files=outcome.sites,
        signers=_signers(tally.signers),
        signer_count=len(tally.signers),
        domains=domains[:_LISTED],
        domain_count=len(domains),
        vanished=gone[:_LISTED],
        vanished_count=len(gone),
        warnings=[*about.policy.warnings(), *harm.warnings(about.policy, facts)],
        problems=[
            model.ProblemPart(input=p.path, code=p.code, message=p.message, position=p.position)
            for p in outcome.problems[:_LISTED]
        ],
        problem_count=outcome.problem_count,
    )


def _ordered(counts: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(counts.items()))


def _cells(domains: Iterable[Mapping[str, Sequence[int]]]) -> dict[str, list[int]]:
    total: dict[str, list[int]] = {}
    for rows in domains:
        for name, row in rows.items():
            sums = total.setdefault(name, [0] * 6)
            for column, amount in enumerate(row):
                sums[column] += amount
    return total


def _amounts(rows: Iterable[Sequence[int]], start: int) -> model.Amounts:
    held = list(rows)
    documents, size, tokens = (sum(row[start + column] for row in held) for column in range(3))
    return model.Amounts(documents=documents, bytes=size, tokens=tokens)


def _mix(mixed: Mapping[str, Sequence[float]], found: Sequence[Stratum]) -> dict[str, float]:
    """Share of each cell in the mix: that of its strata, each by the weights in it."""
    column = 1 if any(entry.tokens for entry in found) else 0
    share = {entry.name: entry.token_share if column else entry.example_share for entry in found}
    whole = dict.fromkeys(share, 0.0)
    for name, sums in mixed.items():
        whole[name.rpartition("|")[2]] += sums[column]
    mix: dict[str, float] = {}
    for name, sums in sorted(mixed.items()):
        cell, _, stratum = name.rpartition("|")
        if whole[stratum]:
            mix[cell] = mix.get(cell, 0.0) + share[stratum] * sums[column] / whole[stratum]
    return {cell: min(part, 1.0) for cell, part in mix.items()}


def _budget(wanted: int, kept: int, found: Sequence[Stratum]) -> model.BudgetPart:
    return model.BudgetPart(
        tokens=wanted,
        # Rounded first: sums of fractions of a token are no shortage.
        reached=min(wanted, round(sum(entry.epochs * entry.tokens for entry in found))),
        epochs=_ratio(wanted, kept),
        most_epochs=max((entry.epochs for entry in found if entry.tokens), default=0.0),
    )


def _cell(name: str, row: Sequence[int], total: model.Amounts, mix: Mapping[str, float]) -> model.Cell:
    cls, _, assurance = name.partition("|")
    read = _amounts([row], 0)
    return model.Cell(
        **{"class": cls},
        assurance=assurance,
        read=read,
        kept=_amounts([row], 3),
        share={
            "documents": _ratio(read.documents, total.documents),
            "bytes": _ratio(read.bytes, total.bytes),
            "tokens": _ratio(read.tokens, total.tokens),
        },
        mix=mix.get(name, 0.0),
    )


def kind_of(cell: str) -> str:
    """What a cell is worth for the account: ``synthetic``, ``human``, ``ai-assisted`` or ``open``.

    ``open`` is everything that may be synthetic and need not be.
    """
    cls, _, assurance = cell.partition("|")
    if cls == "synthetic" and assurance in _KNOWN_SYNTHETIC:
        return "synthetic"
    if cell in _VOUCHED:
        return "human"
    return "ai-assisted" if cell == "ai-assisted|verified-trusted" else "open"


def _shares(cells: Mapping[str, Sequence[int]], column: int) -> model.Shares:
    amount = dict.fromkeys(("synthetic", "human", "ai-assisted", "open"), 0)
    for name, row in cells.items():
        amount[kind_of(name)] += row[column]
    total = sum(amount.values())
    known, human, possible = amount["synthetic"], amount["human"], amount["open"]
    if not total:
        return model.Shares(
            synthetic=model.Interval(lower=0, upper=0), human=model.Interval(lower=0, upper=0)
        )
    return model.Shares(
        synthetic=model.Interval(lower=known / total, upper=(known + possible) / total),
        human=model.Interval(lower=human / total, upper=(human + possible) / total),
    )


def _units(cells: Mapping[str, Sequence[int]], start: int) -> model.Units:
    documents, size, tokens = (_shares(cells, start + column) for column in range(3))
    return model.Units(documents=documents, bytes=size, tokens=tokens)


def _domain(name: str, rows: Mapping[str, Sequence[int]]) -> model.Domain:
    read, kept = _amounts(rows.values(), 0), _amounts(rows.values(), 3)
    tokens = dict.fromkeys(("human", "ai-assisted", "synthetic", "open"), 0)
    for cell, row in rows.items():
        tokens[kind_of(cell)] += row[2]
    return model.Domain(
        domain=name,
        read=read,
        kept=kept,
        tokens=tokens,
        synthetic=_shares(rows, 2 if read.tokens else 1).synthetic,
        kept_synthetic=_shares(rows, 5 if kept.tokens else 4).synthetic,
    )


def _stratum(entry: Stratum) -> model.StratumPart:
    return model.StratumPart(
        name=entry.name,
        documents=entry.documents,
        bytes=entry.bytes,
        tokens=entry.tokens,
        weight=entry.weight,
        epochs=entry.epochs,
        most_epochs=entry.most_epochs,
        token_share=min(entry.token_share, 1.0),
        example_share=min(entry.example_share, 1.0),
    )


def _signers(found: Mapping[str, Sequence[object]]) -> list[model.SignerPart]:
    parts = [
        model.SignerPart(
            sha256=name,
            name=str(who)[:200],
            listed=bool(listed),
            documents=int(str(documents)),
            tokens=int(str(tokens)),
        )
        for name, (who, listed, documents, tokens, _) in found.items()
    ]
    parts.sort(key=lambda part: (-part.tokens, -part.documents, part.sha256))
    return parts[:_LISTED]


def _ratio(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


__all__ = ["About", "account", "kind_of"]
