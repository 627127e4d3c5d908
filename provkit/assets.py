"""Assets as files: what stands beside them counts too.

The credential of a file can be in a sidecar (C2PA 2.4 §15.5.3.1) or in a file that the asset
names.  Nothing outside the folder of the asset is ever read for it.
"""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

from provkit.carriers import sidecar
from provkit.errors import MalformedError, ProvkitError, UnsafePathError, UnsupportedError
from provkit.files import open_asset, read_file
from provkit.limits import DEFAULT_LIMITS, Limits
from provkit.verdict import State, Verdict
from provkit.verification import inspect, verify

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from provkit.carriers.source import Source
    from provkit.trust.store import TrustStore
    from provkit.verification import Inspection

_HOLDS: Final = (State.TRUSTED, State.VALID)
_OUT: Final = "leads out of the folder of the asset"


def verify_file(
    path: str | os.PathLike[str],
    *,
    trust: TrustStore | None = None,
    at: datetime | None = None,
    limits: Limits = DEFAULT_LIMITS,
    password: str | None = None,
) -> Verdict:
    """Verify a file by the credential in it, else by one beside it.

    Looked for in this order: in the file; ``NAME.EXT.c2pa``; ``NAME.c2pa``, if it holds for this
    file; the file that the asset names with a relative reference.  Which one was used is said in
    a warning.

    Raises:
        FileAccessError: the file, or a sidecar, cannot be read.
        UnsafePathError: a sidecar is a link out of the folder, or the asset names something there.
        MalformedError, UnsupportedError, LimitError, ConfigurationError: as :func:`provkit.verify`.
    """
    name = os.fspath(path)
    with open_asset(name, limits) as asset:

        def judge(manifest: bytes | None) -> Verdict:
            return verify(asset, trust=trust, at=at, limits=limits, manifest=manifest, password=password)

        problem: ProvkitError | None = None
        verdict = None
        try:
            verdict = judge(None)
        except (MalformedError, UnsupportedError) as error:
            problem = error
        if verdict is not None and verdict.state is not State.UNSIGNED:
            return verdict
        beside = _beside(name, asset, judge, limits)
        if beside is not None:
            return beside
        if verdict is None:
            assert problem is not None  # noqa: S101 - one of the two is there
            raise problem
        named = _named(name, verdict.remote)
        if named is None:
            return verdict
        return _used(judge(_read_store(named, limits)), named)


def inspect_file(
    path: str | os.PathLike[str], *, limits: Limits = DEFAULT_LIMITS, password: str | None = None
) -> Inspection | None:
    """The manifest store in a file or beside it, parsed and judged by nobody; None if there is none.

    A store in ``NAME.c2pa`` is one of this file only if it holds for it (:func:`verify_file`).

    Raises:
        FileAccessError, UnsafePathError: as :func:`verify_file`.
        MalformedError, UnsupportedError, LimitError: as :func:`provkit.inspect`.
    """
    name = os.fspath(path)
    with open_asset(name, limits) as asset:
        store = find_store(name, limits)
        shared = _shared(name)
        if store is None and shared is not None:
            one = _read_store(shared, limits)
            verdict = verify(asset, limits=limits, manifest=one, password=password)
            store = one if verdict.state in _HOLDS else None
        return inspect(asset, limits=limits, manifest=store, password=password)


def find_store(path: str | os.PathLike[str], limits: Limits = DEFAULT_LIMITS) -> bytes | None:
    """The store in ``NAME.EXT.c2pa`` beside a file, or None.

    Raises:
        FileAccessError, UnsafePathError, LimitError: as :func:`verify_file`.
    """
    place = sidecar_path(os.fspath(path))
    return _read_store(place, limits) if os.path.lexists(place) else None


def sidecar_path(path: str) -> str:
    """Where the sidecar of a file is written: the same name with ``.c2pa`` behind it."""
    return path + sidecar.SUFFIX


def _beside(
    name: str, asset: Source, judge: Callable[[bytes | None], Verdict], limits: Limits
) -> Verdict | None:
    if not asset.size or name.endswith(sidecar.SUFFIX):
        return None
    own = sidecar_path(name)
    if os.path.lexists(own):
        return _used(judge(_read_store(own, limits)), own)
    shared = _shared(name)
    if shared is None:
        return None
    # a.jpg and a.png share this name: it is the sidecar of this file only if it holds for it.
    try:
        verdict = judge(_read_store(shared, limits))
    except ProvkitError:
        return None
    return _used(verdict, shared) if verdict.state in _HOLDS else None


def _shared(name: str) -> str | None:
    """``NAME.c2pa`` beside a file, where there is one."""
    stem, dot, _ = os.path.basename(name).rpartition(".")  # noqa: PTH119
    place = os.path.join(os.path.dirname(name), stem + sidecar.SUFFIX)  # noqa: PTH118, PTH120
    return place if stem and dot and place != name and os.path.lexists(place) else None


def _used(verdict: Verdict, place: str) -> Verdict:
    said = f"sidecar: the credential is in {os.path.basename(place)}"  # noqa: PTH119
    return replace(verdict, remote=None, warnings=(said, *verdict.warnings))


def _read_store(place: str, limits: Limits) -> bytes:
    """A store beside an asset; a link may not lead out of the folder."""
    folder = os.path.realpath(os.path.dirname(place) or os.curdir)  # noqa: PTH120
    if os.path.dirname(os.path.realpath(place)) != folder:  # noqa: PTH120
        raise UnsafePathError(f"the sidecar is a link that {_OUT}: {place}", hint="copy it beside the asset")
    return read_file(place, replace(limits, file_bytes=limits.store_bytes))


def _named(name: str, reference: str | None) -> str | None:
    """The file that a relative reference names; None for a URL, for none, and for one that is not there.

    Raises:
        UnsafePathError: it leads out of the folder.
    """
    if reference is None:
        return None
    try:
        parts = urlsplit(reference)
        relative = unquote(parts.path, errors="strict")
    except ValueError as error:
        raise UnsafePathError(
            f"the credential it names has no address that can be read: {reference[:200]}"
        ) from error
    if parts.scheme or parts.netloc or not parts.path:
        if len(parts.scheme) == 1:
            raise UnsafePathError(f"the credential it names {_OUT}: {reference[:200]}")
        return None
    steps = relative.replace("\\", "/").split("/")
    if relative.startswith(("/", "\\")) or ".." in steps or ":" in relative or "\0" in relative:
        raise UnsafePathError(
            f"the credential it names {_OUT}: {reference[:200]}", hint="nothing outside it is read"
        )
    place = os.path.join(os.path.dirname(name), *steps)  # noqa: PTH118, PTH120
    return place if os.path.lexists(place) else None
