"""``provkit policy``: check and explain what a team makes of a crawl."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from provkit.crawl.harm import counted
from provkit.crawl.model import Assurance
from provkit.crawl.presets import PRESETS
from provkit.verdict import OriginClass
from provkit_cli import console, exits, inputs
from provkit_cli.app import new_app

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provkit.crawl.policy import Policy

app = new_app("Check and explain a crawl policy: weights, exclusions, caps.")

_Which = Annotated[str, typer.Argument(metavar="FILE|NAME", help=f"A TOML file, or {', '.join(PRESETS)}.")]
_CLASSES = (OriginClass.HUMAN, OriginClass.AI_ASSISTED, OriginClass.SYNTHETIC)
_ROWS = (
    Assurance.VERIFIED_TRUSTED,
    Assurance.VERIFIED_UNTRUSTED,
    Assurance.DECLARED,
    Assurance.DATED,
    Assurance.DETECTED,
)


def load(which: str) -> Policy:
    """The policy of a name or a file; a file of that name counts more when the name has a dot or a slash.

    Raises:
        ConfigurationError: there is none, or it cannot be used.
    """
    from provkit.crawl.adapting import policy_of

    return inputs.as_configuration(lambda: policy_of(which))


@app.command(epilog=exits.told("the policy can be used", usage="it cannot"))
def check(which: _Which) -> None:
    """Say whether a policy can be used, and what its users should know.

    \b
    provkit policy check my-policy.toml
    """  # noqa: D301 - typer's mark for lines that are kept as they are
    policy = load(which)
    console.out(f"{console.shown(policy.name)}: usable, SHA-256 {policy.digest()}\n")
    for warning in policy.warnings():
        console.say("warning", warning)


@app.command(epilog=exits.told("the policy can be used", usage="it cannot"))
def explain(
    which: _Which = "balanced",
    toml: Annotated[
        bool, typer.Option("--toml", help="The file of a preset, to start your own from.")
    ] = False,
) -> None:
    """Show what a policy does: weights, exclusions, usage, signers, caps.

    \b
    provkit policy explain balanced
    provkit policy explain balanced --toml > my-policy.toml
    """  # noqa: D301
    policy = load(which)
    if toml:
        from provkit.crawl import presets

        console.out(presets.text_of(which) if which in PRESETS else _file(which))
        return
    console.out_lines(_lines(policy))
    for warning in policy.warnings():
        console.say("warning", warning)


def _file(which: str) -> str:
    from provkit.files import read_file

    return inputs.as_configuration(lambda: read_file(which)).decode("utf-8-sig")


def _lines(policy: Policy) -> Iterator[str]:
    yield f"{console.shown(policy.name)} (SHA-256 {policy.digest()})"
    if policy.description:
        yield f"  {console.shown(policy.description)}"
    yield ""
    yield f"weights                {'human':>9}{'ai-assisted':>13}{'synthetic':>11}"
    for how in _ROWS:
        human, assisted, synthetic = (_cell(policy, cls, how) for cls in _CLASSES)
        yield f"  {how:<20} {human:>9}{assisted:>13}{synthetic:>11}"
    weights = policy.weights
    damaged = weights.unknown if weights.damaged is None else weights.damaged
    yield f"  unknown {weights.unknown:g}, damaged {damaged:g}, invalid {weights.invalid:g}"
    yield f"  signed by somebody distrusted {weights.distrusted:g}; 0 leaves a document out"
    yield "  human work that neither a listed signer nor its date vouches for weighs at most as unknown"
    yield from _signers(policy)
    yield from _usage(policy)
    yield from _caps(policy)
    for rule in policy.exclude:
        yield f"left out: {console.shown(rule.because)}"
        for name in ("classes", "assurances", "categories", "urls"):
            values = getattr(rule, name)
            if values:
                yield f"  {name}: {console.shown(', '.join(str(value) for value in values))}"


def _cell(policy: Policy, cls: OriginClass, how: Assurance) -> str:
    if how is Assurance.DATED and (cls is not OriginClass.HUMAN or policy.vintage is None):
        return "-"
    return f"{policy.weight(cls, how):g}"


def _signers(policy: Policy) -> Iterator[str]:
    signers = policy.signers
    if signers.allow:
        yield f"human work counts only by {counted(len(signers.allow), 'listed signer')} and those of the tiers"
    for tier in signers.tiers:
        yield f"tier {console.shown(tier.name)}: {counted(len(tier.sha256), 'signer')}, weight {tier.weight:g}"
    if signers.distrust:
        are = "is" if len(signers.distrust) == 1 else "are"
        yield f"{counted(len(signers.distrust), 'signer')} {are} distrusted"
    if signers.complete:
        yield "human work counts only if its signer states that all actions are listed"
    if policy.vintage is not None:
        yield f"captured before {policy.vintage.before} and stated as nothing else: human, dated"


def _usage(policy: Policy) -> Iterator[str]:
    usage = policy.usage
    if usage.honour:
        conditions = "and where it has" if usage.constrained == "exclude" else "not where it only has"
        yield f"left out where {', '.join(usage.honour)} is denied, {conditions} conditions"
    else:
        yield "no statement about use is followed"


def _caps(policy: Policy) -> Iterator[str]:
    caps = policy.caps
    if not caps.active:
        yield "no caps"
    named = ((caps.overall, "of the whole mix"), (caps.domain, "of each domain"))
    for share, where in named:
        if share is not None:
            yield f"known {' and '.join(caps.classes)}: at most {share:.4g} {where}, in {caps.by}"
    if caps.with_purpose is not None:
        yield f"  with what a listed signer made for a stated purpose: at most {caps.with_purpose:.4g}"
    epochs = policy.epochs
    yield f"repeated at most {epochs.verified:g} times where somebody vouches, {epochs.other:g} elsewhere"
