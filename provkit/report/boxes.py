"""Every box of a manifest store with all that is in it, and what the store reveals to any reader."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provkit.report.text import Style
    from provkit.report.view import CertificateView, ManifestView, Part, SignatureView

_VALUE: Final = 160
"""Longest value on a line, characters."""
_ENTRIES: Final = 24
"""Entries of a list or map that are shown."""

_MACHINE_KEYS: Final = frozenset({"alg", "hash", "pad", "pad1", "pad2", "signature", "url", "exclusions"})
"""Fields whose values name nobody."""


def boxes(manifests: tuple[ManifestView, ...], style: Style, *, sizes: bool) -> Iterator[str]:
    """Lines of the boxes, the active manifest first.

    Args:
        manifests: as :func:`provkit.report.view.view` gives them.
        style: how the lines are to look.
        sizes: with the size of each box.
    """
    for manifest in manifests:
        active = "active manifest" if manifest.active else "manifest"
        kind = "" if manifest.kind == "standard" else f", {manifest.kind}"
        yield f"{active} {style.escape(manifest.label, 200)}{kind}{_size(manifest.size, sizes)}"
        branches = list(_branches(manifest, style, sizes))
        for position, (head, body) in enumerate(branches):
            last = position == len(branches) - 1
            yield f"{_joint(style, last=last)}{head}"
            rail = "   " if last else ("│  " if style.unicode else "|  ")
            yield from (f"{rail}{line}" for line in body)


def _joint(style: Style, *, last: bool) -> str:
    if style.unicode:
        return "└─ " if last else "├─ "
    return "`- " if last else "|- "


def _size(size: int, shown: bool) -> str:
    return f" ({size} bytes)" if shown else ""


def _branches(manifest: ManifestView, style: Style, sizes: bool) -> Iterator[tuple[str, list[str]]]:
    for claim in manifest.claims:
        yield _part("claim", claim, style, sizes)
    for assertion in manifest.assertions:
        what = "assertion, created" if assertion.label in manifest.created else "assertion, gathered"
        yield _part(what, assertion, style, sizes)
    for signature in manifest.signatures:
        head = f"signature {signature.algorithm or 'unreadable'}{_size(signature.size, sizes)}"
        yield head, list(_signature(signature, style))


def _part(what: str, part: Part, style: Style, sizes: bool) -> tuple[str, list[str]]:
    head = f"{what} {style.escape(part.label, 200)}{_size(part.size, sizes)}"
    if part.problem is not None:
        return head, [f"cannot be read: {style.escape(part.problem, _VALUE)}"]
    return head, list(_value(part.content, style, ""))


def _value(value: Any, style: Style, indent: str) -> Iterator[str]:
    if isinstance(value, Mapping):
        pairs = [(style.escape(str(key), 80), entry) for key, entry in value.items()]
    elif isinstance(value, list):
        pairs = [("-", entry) for entry in value]
    else:
        if value is not None:
            yield f"{indent}{_leaf(value, style)}"
        return
    for key, entry in pairs[:_ENTRIES]:
        mark = key if key == "-" else f"{key}:"
        if isinstance(entry, Mapping | list) and entry:
            yield f"{indent}{mark}"
            yield from _value(entry, style, f"{indent}  ")
        else:
            yield f"{indent}{mark} {_leaf(entry, style)}"
    if len(pairs) > _ENTRIES:
        yield f"{indent}... {len(pairs) - _ENTRIES} more"


def _leaf(value: Any, style: Style) -> str:
    if isinstance(value, str):
        if value.startswith("b64'") and len(value) > 64:
            return f"{style.escape(value[:40])}...' ({(len(value) - 5) * 3 // 4} bytes)"
        return style.escape(value, _VALUE)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value) if value not in ({}, []) else "empty"


def _signature(signature: SignatureView, style: Style) -> Iterator[str]:
    if signature.problem is not None:
        yield f"cannot be read: {style.escape(signature.problem, _VALUE)}"
    for header in signature.headers:
        yield f"with {header}"
    for position, certificate in enumerate(signature.certificates):
        yield f"{'signer' if position == 0 else 'issued by'}: {_subject(certificate.subject, style)}"
        yield f"  serial {certificate.serial}, {certificate.not_before[:10]} to {certificate.not_after[:10]}"
    if signature.certificates:
        yield f"under: {_subject(signature.certificates[-1].issuer, style)}"


def _subject(name: Mapping[str, str], style: Style) -> str:
    return style.escape(", ".join(f"{key}={value}" for key, value in name.items()), _VALUE)


def revealed(manifests: tuple[ManifestView, ...], style: Style) -> Iterator[str]:
    """Every text in a store that may name a person, an organisation, a tool, a time or a place.

    Whoever has the file can read all of it.
    """
    for manifest in manifests:
        for part in (*manifest.claims, *manifest.assertions):
            for path, value in _texts(part.content, ""):
                yield f"{style.escape(part.label, 80)}{style.escape(path, 120)}: {style.escape(value, _VALUE)}"
        for signature in manifest.signatures:
            for position, certificate in enumerate(signature.certificates, 1):
                yield from _named(certificate, position, style)


def _named(certificate: CertificateView, position: int, style: Style) -> Iterator[str]:
    where = f"certificate {position}"
    yield f"{where}, subject: {_subject(certificate.subject, style)}"
    yield f"{where}, issuer: {_subject(certificate.issuer, style)}"
    yield f"{where}, validity: {certificate.not_before[:10]} to {certificate.not_after[:10]}"


def _texts(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, entry in value.items():
            if key not in _MACHINE_KEYS:
                yield from _texts(entry, f"{path}.{key}")
    elif isinstance(value, list):
        for position, entry in enumerate(value):
            yield from _texts(entry, f"{path}[{position}]")
    elif isinstance(value, str) and not value.startswith("b64'"):
        yield path, value


__all__ = ["boxes", "revealed"]
