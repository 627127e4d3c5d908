"""The part of the page about the chain of manifests: the picture, and the same as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from provkit.origin.vocabulary import lookup
from provkit.report.markup import safe
from provkit.report.picture import BASES, RELATIONS, picture
from provkit.report.standing import standings
from provkit.verdict import State

if TYPE_CHECKING:
    from provkit.report.chain import Event, Link, Step
    from provkit.report.standing import Standing
    from provkit.verdict import Verdict

_MANIFESTS: Final = 100
"""Rows of the table."""
_ENTRIES: Final = 30
"""Actions or ingredients in one row."""


def chain_section(events: tuple[Event, ...] | None, verdict: Verdict, path: str, mark: str) -> str:
    """The chain, or why it is not shown; nothing for a file without a credential.

    Args:
        events: the chain; None where nobody looked.
        verdict: of the file.
        path: of the file, raw.
        mark: prefix of ids, unique on the page.
    """
    if verdict.state is State.UNSIGNED:
        return ""
    if not events:
        why = "What came from standard input or from the web is read once, for the verdict only."
        if events is not None or verdict.state is State.INVALID:
            why = "The credential cannot be taken apart."
        return f'<h3>How it came to be</h3><p class="say">{why}</p>'
    known = standings(events, verdict)
    rows = "".join(_row(event, known[event.label]) for event in events[:_MANIFESTS])
    more = len(events) - _MANIFESTS
    rest = f'<p class="say">and {more} more; provkit inspect --format json lists all.</p>' if more > 0 else ""
    said = ""
    if verdict.state is State.INVALID:
        said = '<p class="say">Only the shape is shown: nobody answers for what it states.</p>'
    elif len(events) > 1 or any(event.links for event in events):
        said = '<p class="say">The newest manifest on top; arrows come from what it was made from.</p>'
    return (
        f'<h3 id="{mark}c">How it came to be</h3>{said}<div class="wide chain" tabindex="0" role="group" '
        f'aria-labelledby="{mark}c">{picture(events, known, path, mark)}</div>'
        f"<details><summary>The same as a table: {len(events)} "
        f'{"manifest" if len(events) == 1 else "manifests"}</summary><div class="wide" tabindex="0" role="group" '
        'aria-label="Manifests"><table class="codes"><thead><tr><th scope="col" class="n">#</th>'
        '<th scope="col">Manifest</th><th scope="col">Signer and time</th><th scope="col">Actions</th>'
        f'<th scope="col">Ingredients</th></tr></thead><tbody>{rows}</tbody></table></div>{rest}</details>'
    )


def _row(event: Event, standing: Standing) -> str:
    kind = "" if event.kind == "standard" else f", {safe(event.kind, 40)}"
    name = f"<code>{safe(event.label)}</code><br>{safe(standing.word)}{kind}"
    signed = actions = "not shown"
    if standing.told:
        signed = _signed(event, standing)
        actions = "<br>".join(_step(step) for step in event.steps[:_ENTRIES]) or "none stated"
        if len(event.steps) > _ENTRIES:
            actions += f"<br>and {len(event.steps) - _ENTRIES} more"
        if event.steps and event.complete:
            actions += "<br>the signer states that these are all"
    links = "<br>".join(_link(link, told=standing.told) for link in event.links[:_ENTRIES]) or "none"
    if len(event.links) > _ENTRIES:
        links += f"<br>and {len(event.links) - _ENTRIES} more"
    return (
        f'<tr><td class="n">{event.number}</td><th scope="row">{name}</th><td>{signed}</td><td>{actions}</td>'
        f"<td>{links}</td></tr>"
    )


def _signed(event: Event, standing: Standing) -> str:
    parts = [f"<bdi>{safe(event.signer)}</bdi>" if event.signer else "signer not known"]
    if event.issuer:
        parts.append(f"issued by <bdi>{safe(event.issuer)}</bdi>")
    if event.time is not None:
        parts.append(f"{event.time:%Y-%m-%d %H:%M} UTC, {BASES[standing.basis]}")
    if event.generator:
        parts.append(f"with <bdi>{safe(event.generator)}</bdi>")
    if event.title:
        parts.append(f"title <bdi>{safe(event.title)}</bdi>")
    return "<br>".join(parts)


def _step(step: Step) -> str:
    said = safe(step.action, 60)
    if step.source_type is not None:
        term = lookup(step.source_type)
        said += f", {safe(term.uri.rpartition('/')[2] if term else step.source_type, 120)}"
    if step.agent is not None:
        said += f", by <bdi>{safe(step.agent, 80)}</bdi>"
    return said if step.attributed else f"{said}, not attributed to the signer"


def _link(link: Link, *, told: bool) -> str:
    said = safe(RELATIONS.get(link.relationship or "", link.relationship or "cannot be read"), 60)
    if told and link.title:
        said += f" <bdi>{safe(link.title, 80)}</bdi>"
    if link.manifest is None:
        return f"{said}: no credential of its own"
    return f"{said}: <code>{safe(link.manifest, 120)}</code>" + ("" if link.present else ", not in this file")


__all__ = ["chain_section"]
