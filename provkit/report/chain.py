"""The manifests of a store as a chain of events: who signed what, and what it was made from.

Read from :mod:`.view`, so nothing here is judged.  The one exception: what a verdict found about
the ingredients of the active manifest stands beside what the signer recorded about them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from provkit.codes import StatusCode, StatusKind
from provkit.errors import MalformedError
from provkit.manifest import assertions as kinds
from provkit.manifest import store as stores
from provkit.origin import vocabulary
from provkit.verdict import State

if TYPE_CHECKING:
    from collections.abc import Iterable

    from provkit.report.view import ManifestView, Part, SignatureView
    from provkit.verdict import Verdict

_INGREDIENT: Final = "c2pa.ingredient"
_HOLD: Final = (State.TRUSTED, State.VALID)
_KINDS: Final = {code.value: code.kind for code in StatusCode}


@dataclass(frozen=True, slots=True)
class Step:
    """One action, as the manifest states it."""

    action: str
    source_type: str | None
    cls: str | None
    """Class that the source type alone stands for; None without a source type."""
    when: str | None
    agent: str | None
    """Program or model that did it."""
    media_type: str | None
    """``dc:format`` of the parameters."""
    attributed: bool
    """The signer stands behind it."""


@dataclass(frozen=True, slots=True)
class Link:
    """One ingredient assertion."""

    label: str
    relationship: str | None
    """``parentOf``, ``componentOf``, ``inputTo``; None when it cannot be read."""
    title: str | None
    media_type: str | None
    source_type: str | None
    """For an ingredient without a credential of its own."""
    manifest: str | None
    """Label of the ingredient's manifest; None if it has none."""
    present: bool
    """That manifest is in this store."""
    recorded: str | None
    """State that the signer recorded when it was added: trusted, valid, invalid; None: nothing recorded."""
    recorded_failures: tuple[str, ...]
    failures: tuple[str, ...] | None
    """Codes of failures found now; None where this was not looked at."""


@dataclass(frozen=True, slots=True)
class Event:
    """One manifest."""

    number: int
    """From 1, in the order in which somebody who starts with the active one meets them."""
    label: str
    kind: str
    active: bool
    referenced: bool
    """The active manifest, or an ingredient of it, directly or in turn."""
    signer: str | None
    """Name on the certificate; whether its signature holds, nobody asked here."""
    organization: str | None
    issuer: str | None
    algorithm: str | None
    time: datetime | None
    basis: str | None
    """``timestamped``, ``claimed``, or ``unchecked``: a time stamp that nobody judged."""
    generator: str | None
    title: str | None
    steps: tuple[Step, ...]
    complete: bool
    """The signer states that all actions are listed."""
    links: tuple[Link, ...]
    others: tuple[str, ...]
    """Labels of the other assertions."""
    problems: tuple[str, ...]
    """What cannot be read."""


def chain(manifests: tuple[ManifestView, ...], verdict: Verdict | None) -> tuple[Event, ...]:
    """The events of a store in reading order, those that nothing refers to last.

    Args:
        manifests: as :func:`provkit.report.view.view` gives them.
        verdict: of the asset; None when there is none.
    """
    labels = frozenset(manifest.label for manifest in manifests)
    events = {manifest.label: _event(manifest, labels, verdict) for manifest in reversed(manifests)}
    order: dict[str, None] = {}
    waiting = [manifest.label for manifest in manifests if manifest.active][:1]
    while waiting:
        label = waiting.pop()
        if label in order:  # shared by several ingredients, or a hostile cycle
            continue
        order[label] = None
        waiting.extend(link.manifest for link in reversed(events[label].links) if link.manifest in labels)
    strangers = [label for label in events if label not in order]
    return tuple(
        replace(events[label], number=number, referenced=label in order)
        for number, label in enumerate((*order, *strangers), 1)
    )


def _event(manifest: ManifestView, labels: frozenset[str], verdict: Verdict | None) -> Event:
    judged = verdict if manifest.active and verdict is not None and verdict.state in _HOLD else None
    claim = next((part.content for part in manifest.claims if isinstance(part.content, dict)), {})
    signature = manifest.signatures[0] if manifest.signatures else None
    leaf: dict[str, str] = signature.certificates[0].subject if signature and signature.certificates else {}
    steps: list[Step] = []
    links: list[Link] = []
    others: list[str] = []
    complete = False
    problems = [f"{part.label}: {part.problem}" for part in _parts(manifest) if part.problem]
    found = {one.label: one.statuses.failure for one in judged.ingredients} if judged is not None else {}
    for part in manifest.assertions:
        base = part.label.partition("__")[0]
        if base in kinds.ACTIONS_LABELS:
            attributed = part.label in manifest.created
            steps.extend(_steps(part, problems, attributed=attributed))
            complete = complete or (
                attributed
                and isinstance(part.content, dict)
                and part.content.get("allActionsIncluded") is True
            )
        elif base == _INGREDIENT or base.startswith(f"{_INGREDIENT}.v"):
            failures = found.get(part.label)
            links.append(
                _link(part, labels, None if failures is None else _broken(str(one.code) for one in failures))
            )
        else:
            others.append(part.label)
    if signature is None:
        problems.append("there is no signature")
    elif signature.problem:
        problems.append(f"the signature: {signature.problem}")
    time, basis = _time(signature, steps)
    if judged is not None and judged.time is not None:
        time, basis = judged.time.value, judged.time.basis
    return Event(
        number=0,
        label=manifest.label,
        kind=manifest.kind,
        active=manifest.active,
        referenced=True,
        signer=leaf.get("CN") or leaf.get("O") or (", ".join(leaf.values()) or None),
        organization=leaf.get("O"),
        issuer=_issuer(signature),
        algorithm=signature.algorithm if signature else None,
        time=time,
        basis=basis,
        generator=_generator(claim),
        title=_text(claim.get("dc:title")),
        steps=tuple(steps),
        complete=complete,
        links=tuple(links),
        others=tuple(others),
        problems=tuple(problems),
    )


def _parts(manifest: ManifestView) -> tuple[Part, ...]:
    return (*manifest.claims, *manifest.assertions)


def _issuer(signature: SignatureView | None) -> str | None:
    if signature is None or not signature.certificates:
        return None
    issuer = signature.certificates[0].issuer
    return issuer.get("CN") or issuer.get("O") or None


def _steps(part: Part, problems: list[str], *, attributed: bool) -> list[Step]:
    if part.problem is not None:
        return []
    try:
        actions = kinds.Actions.read(part.content).actions
    except MalformedError as error:
        problems.append(f"{part.label}: {error.message}")
        return []
    listed = part.content.get("softwareAgents")
    agents = listed if isinstance(listed, list) else []
    steps = []
    for action in actions:
        entry = part.content["actions"][action.position]
        source = _text(action.source_type)
        term = vocabulary.lookup(source)
        steps.append(
            Step(
                action=action.name,
                source_type=source,
                cls=None if source is None else str(term.cls) if term else "unknown",
                when=_text(action.when),
                agent=_agent(entry, agents),
                media_type=_text(action.parameters.get("dc:format")),
                attributed=attributed,
            )
        )
    return steps


def _agent(entry: Any, agents: list[Any]) -> str | None:
    value = entry.get("softwareAgent")
    index = entry.get("softwareAgentIndex")
    if value is None and type(index) is int and 0 <= index < len(agents):
        value = agents[index]
    return _named(value)


def _named(value: Any) -> str | None:
    """``name version`` of a generator or agent, which older editions wrote as one text."""
    if isinstance(value, dict):
        name, version = _text(value.get("name")), _text(value.get("version"))
        return f"{name} {version}" if name and version else name
    return _text(value)


def _generator(claim: dict[str, Any]) -> str | None:
    info = claim.get("claim_generator_info")
    if isinstance(info, list):
        info = info[0] if info else None
    return _named(info) or _text(claim.get("claim_generator"))


def _time(signature: SignatureView | None, steps: list[Step]) -> tuple[datetime | None, str | None]:
    if signature is not None and signature.stamped is not None:
        return signature.stamped, "unchecked"
    moments = [moment for step in steps if step.attributed and (moment := _moment(step.when)) is not None]
    return (max(moments), "claimed") if moments else (None, None)


def _moment(value: str | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value or "")
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _link(part: Part, labels: frozenset[str], failures: tuple[str, ...] | None) -> Link:
    content = part.content if isinstance(part.content, dict) else {}
    reference = content.get("activeManifest", content.get("c2pa_manifest"))
    target = stores.parse_uri(reference.get("url")) if isinstance(reference, dict) else None
    manifest = target.manifest if target else None
    recorded, recorded_failures = _recorded(content)
    return Link(
        label=part.label,
        relationship=_text(content.get("relationship")),
        title=_text(content.get("dc:title")),
        media_type=_text(content.get("dc:format")),
        source_type=_text(content.get("digitalSourceType")),
        manifest=manifest,
        present=manifest in labels,
        recorded=recorded if manifest else None,
        recorded_failures=recorded_failures,
        failures=failures if manifest else None,
    )


def _recorded(content: dict[str, Any]) -> tuple[str | None, tuple[str, ...]]:
    """The state that ``validationResults`` tell of, or the ``validationStatus`` of older editions."""
    results = content.get("validationResults")
    if isinstance(results, dict) and isinstance(active := results.get("activeManifest"), dict):
        codes = [*_codes(active.get("success")), *_codes(active.get("informational"))]
        failures = _codes(active.get("failure"))
    elif isinstance(content.get("validationStatus"), list):
        codes = _codes(content["validationStatus"])
        failures = [code for code in codes if _KINDS.get(code, StatusKind.FAILURE) is StatusKind.FAILURE]
    else:
        return None, ()
    broken = _broken(failures)
    if broken:
        return "invalid", broken
    trusted = StatusCode.SIGNING_CREDENTIAL_TRUSTED in codes and not failures
    return ("trusted" if trusted else "valid"), ()


def _broken(codes: Iterable[str]) -> tuple[str, ...]:
    """The codes that make a credential invalid; an unlisted signer alone never does."""
    return tuple(dict.fromkeys(code for code in codes if code != StatusCode.SIGNING_CREDENTIAL_UNTRUSTED))


def _codes(entries: Any) -> list[str]:
    listed = entries if isinstance(entries, list) else []
    return [
        code for entry in listed if isinstance(entry, dict) and isinstance(code := entry.get("code"), str)
    ]


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def chain_data(events: tuple[Event, ...]) -> list[dict[str, Any]]:
    """The events as plain data, with every key always there."""
    from dataclasses import asdict

    listed = []
    for event in events:
        data = asdict(event)
        data["time"] = event.time.strftime("%Y-%m-%dT%H:%M:%SZ") if event.time else None
        for step in data["steps"]:
            step["class"] = step.pop("cls")
        data["actions"] = data.pop("steps")
        data["ingredients"] = data.pop("links")
        data["assertions"] = data.pop("others")
        listed.append(data)
    return listed


__all__ = ["Event", "Link", "Step", "chain", "chain_data"]
