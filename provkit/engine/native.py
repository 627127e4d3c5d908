"""The only importer of the reference engine (c2pa-python), imported when it is first needed.

The engine is run offline: it fetches no remote manifest, no OCSP response and no identity
document, whatever an asset asks for.  Its contexts hold native memory that must not be used
across a fork, so they belong to one process and are made again after one.
"""

from __future__ import annotations

import io
import json
import os
import re
import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from provkit.engine import report as reports
from provkit.errors import ConfigurationError, CredentialError, ProvkitError, UnsupportedError
from provkit.trust import oids, pem
from provkit.trust.store import ListKind, TrustStore

if TYPE_CHECKING:
    from types import ModuleType

    from provkit.engine.manifest_definition import Definition
    from provkit.engine.report import EngineReport
    from provkit.manifest.builder import ClaimSigner

PACKAGE_SERIES: Final = (0, 38)
PACKAGE_FLOOR: Final = (0, 38, 1)
"""0.38.0 and earlier accept manifests that were forged without a key."""
ENGINE_SERIES: Final = (0, 91)
_INSTALL: Final = "install the one that provkit was tested with: pip install 'c2pa-python>=0.38.1,<0.39'"

_EKUS: Final = "\n".join((*sorted(oids.CLAIM_SIGNER_EKUS), oids.TIME_STAMPING, oids.OCSP_SIGNING, ""))
"""Usages the engine accepts.  Without the list it knows fewer, and calls honest signers invalid."""
_OFFLINE: Final[dict[str, Any]] = {
    "verify": {
        "remote_manifest_fetch": False,
        "ocsp_fetch": False,
        # Who signed is judged by our own lists and path validation alone (ADR 0006).
        "verify_trust": False,
        "verify_timestamp_trust": True,
        # `provkit.sign` verifies what was written with all its own checks.
        "verify_after_sign": False,
    },
    "core": {"decode_identity_assertions": False, "allowed_network_hosts": []},
    "builder": {
        # They make files several times larger and cost ten times the signature.
        "thumbnail": {"enabled": False},
        # Else ingredients are "gathered", which no signer stands behind (C2PA 2.4 §10.2.2).
        # Labels without version: with one, the engine overlooks the entry.
        "created_assertion_labels": ["c2pa.ingredient"],
        # It is said what happened; nothing is to be guessed.
        "actions": {f"auto_{name}_action": {"enabled": False} for name in ("created", "opened", "placed")},
    },
}
_CACHED_CONTEXTS: Final = 8
_NAMES: Final = {"application/zip": "application/x-zip"}
"""Types for which the engine has another name."""
_PDF_HEAD: Final = 1024
_INTERNAL_SUBSET: Final = re.compile(rb"""<!DOCTYPE(?:[^\[>"']++|"[^"]*+"|'[^']*+')*+\[""")
"""A DOCTYPE that brings declarations.  One that only names the DTD of SVG 1.1 is common and harmless."""


class Support(NamedTuple):
    """What the engine can do with a type."""

    read: bool
    write: bool


class _Process:
    """What belongs to this process: contexts by trust digest, and whether PDFs may be read."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.contexts: OrderedDict[bytes, Any] = OrderedDict()
        self.read_pdf = False
        self.pdf_blocked = False

    def after_fork(self) -> None:
        # The lock may have been held by a thread that does not exist here.  Contexts are
        # dropped, not closed: the engine knows that they are the parent's.
        self.lock = threading.Lock()
        self.contexts = OrderedDict()
        self.pdf_blocked = self.read_pdf


_process: Final = _Process()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_process.after_fork)


_loaded: ModuleType | None = None


def engine() -> ModuleType:
    """The engine, loaded once and of a version that was tested.

    Raises:
        ConfigurationError: not installed, without its native library, or of another version.
    """
    global _loaded  # noqa: PLW0603 - one native library per process
    if _loaded is None:
        try:
            import c2pa
        except (ImportError, OSError, RuntimeError) as error:
            raise ConfigurationError(
                "the reference engine (c2pa-python) cannot be loaded", hint=_INSTALL
            ) from error
        check_version(str(c2pa.__version__), str(c2pa.sdk_version()))
        _loaded = c2pa
    return _loaded


def check_version(package: str, library: str) -> None:
    """Refuse versions that nobody tried: what the engine lets pass changes between minor releases.

    Raises:
        ConfigurationError: another series than the one tested.
    """
    found = _numbers(package)
    if found[:2] != PACKAGE_SERIES or found < PACKAGE_FLOOR or _numbers(library)[:2] != ENGINE_SERIES:
        raise ConfigurationError(
            f"the reference engine is c2pa-python {package} with c2pa-rs {library}, which is not tested",
            hint=_INSTALL,
        )


def _numbers(version: str) -> tuple[int, ...]:
    parts = version.split("+", maxsplit=1)[0].split("-", maxsplit=1)[0].split(".")
    return tuple(int(part) if part.isdigit() else -1 for part in parts)


def versions() -> tuple[str, str]:
    """Versions of the Python package and of the native library."""
    module = engine()
    return str(module.__version__), str(module.sdk_version())


def supported() -> dict[str, Support]:
    """What the engine says it reads and writes, by media type, sorted.

    PDF is left out: the engine rewrites the file, breaks its signatures and removes encryption.
    """
    module = engine()
    reads = {name for name in module.Reader.get_supported_mime_types() if "/" in name}
    writes = {name for name in module.Builder.get_supported_mime_types() if "/" in name}
    return {
        name: Support(name in reads, name in writes)
        for name in sorted(reads | writes)
        if name not in _NOT_CONTAINERS
    }


_NOT_CONTAINERS: Final = frozenset(
    {"application/pdf", "application/c2pa", "application/x-c2pa-manifest-store"}
)


def read(
    data: bytes, media_type: str, trust: TrustStore, *, detached: bytes | None = None
) -> EngineReport | None:
    """What the engine says about an asset; None if it carries no credential, and only then.

    Opens no socket.  The engine judges certificates at the time of the call.  Safe between
    threads and, as contexts are per process, after a fork.

    Args:
        data: the asset, whole.
        media_type: as sniffed; the engine looks at the bytes itself.
        trust: the lists; authorities for claims and time stamps are one list to the engine.
        detached: a manifest store that stands beside the asset.

    Raises:
        MalformedError: the asset is broken.
        UnsupportedError: the engine does not read such assets.
        LimitError: a bound of the engine was reached.
        ConfigurationError: the engine is missing or of another version.
    """
    module = engine()
    _note_pdf(data, media_type)
    context = _context(trust)
    try:
        name = _NAMES.get(media_type, media_type)
        with module.Reader(name, io.BytesIO(data), detached, context=context) as reader:
            document = reader.json()
    except module.C2paError.ManifestNotFound:
        return None
    except module.C2paError as error:
        return reports.from_error(_kind(error), str(error))
    # As nothing is fetched, what was read was embedded or handed in: no need to ask.
    return reports.from_json(json.loads(document), embedded=True, remote_url=None)


def _kind(error: Exception) -> str:
    name = type(error).__name__.removeprefix("_").removeprefix("C2pa")
    return "" if name == "Error" else name


def _note_pdf(data: bytes, media_type: str) -> None:
    """A child that was forked after its parent read a PDF would wait for ever on its first one."""
    if media_type == "application/pdf" or b"%PDF-" in data[:_PDF_HEAD]:
        if _process.pdf_blocked:
            raise UnsupportedError(
                "the engine cannot read a PDF in a process forked after one was read",
                hint="start worker processes with the method 'spawn'",
            )
        _process.read_pdf = True


def _context(trust: TrustStore) -> Any:
    """The engine's settings for a trust store; native, so made once and kept."""
    state = _process
    with state.lock:
        context = state.contexts.get(trust.digest)
        if context is not None:
            state.contexts.move_to_end(trust.digest)
            return context
    context = _new_context(trust)
    with state.lock:
        # Two threads may have made one; the first stays.  What falls out is freed by the last
        # thread that still reads with it.
        context = state.contexts.setdefault(trust.digest, context)
        while len(state.contexts) > _CACHED_CONTEXTS:
            state.contexts.popitem(last=False)
    return context


def _new_context(trust: TrustStore) -> Any:
    module = engine()
    anchors = b"".join(_armoured(trust, ListKind.ANCHORS))
    allowed = b"".join(_armoured(trust, ListKind.ALLOWED))
    settings = {**_OFFLINE, "trust": {"trust_config": _EKUS}}
    if anchors:
        settings["trust"]["trust_anchors"] = anchors.decode("ascii")
    if allowed:
        settings["trust"]["allowed_list"] = allowed.decode("ascii")
    try:
        return module.Context.from_dict(settings)
    except module.C2paError as error:
        raise ConfigurationError(
            f"the reference engine refuses the trust lists: {str(error)[:200]}"
        ) from error


def _armoured(trust: TrustStore, kind: ListKind) -> list[bytes]:
    listed = {der: None for entry in trust.lists if entry.kind is kind for der in entry.certificates}
    return [pem.armour(der) for der in listed]


def sign(
    data: bytes,
    media_type: str,
    definition: Definition,
    signer: ClaimSigner,
    *,
    trust: TrustStore | None = None,
) -> bytes:
    """The asset with a new manifest.  Nothing is written in place, and no time stamp is fetched.

    Args:
        data: the asset, whole.
        media_type: as sniffed.
        definition: what the manifest says.
        signer: key and chain; the key does not leave it.
        trust: lists by which signed ingredients are judged; what comes out is recorded in the
            ingredient assertion.

    Raises:
        CredentialError: the signer could not sign, or the engine refuses its certificate.
        MalformedError: the asset is broken.
        UnsupportedError: a type or feature the engine cannot write.
        LimitError: a bound of the engine was reached.
        ConfigurationError: the engine is missing or of another version.
    """
    module = engine()
    if media_type in _NOT_CONTAINERS:
        raise UnsupportedError(f"{media_type} is not signed by the reference engine")
    if media_type == "image/svg+xml":
        _refuse_entities(data)
    context = _context(TrustStore.empty() if trust is None else trust)
    failed: list[BaseException] = []

    def call_back(message: bytes) -> bytes:
        try:
            return signer.sign(message)
        except BaseException as error:  # noqa: BLE001 - raised again below: it must not cross native code
            failed.append(error)
            return b""  # the engine stops on it, without logging

    output = io.BytesIO()
    chain = b"".join(pem.armour(der) for der in signer.chain).decode("ascii")
    gone = [one.description for one in definition.ingredients if one.resource is not None]
    manifest = {**definition.manifest, "ingredients": gone} if gone else definition.manifest
    try:
        algorithm = module.C2paSigningAlg[signer.algorithm.upper()]
        with (
            module.Signer.from_callback(call_back, algorithm, chain, None) as native,
            module.Builder(manifest, context=context) as builder,
        ):
            for ingredient in definition.ingredients:
                if ingredient.resource is not None:
                    builder.add_resource(ingredient.resource, io.BytesIO(ingredient.data))
                    continue
                name = _NAMES.get(ingredient.media_type, ingredient.media_type)
                builder.add_ingredient(ingredient.description, name, io.BytesIO(ingredient.data))
            builder.sign(native, _NAMES.get(media_type, media_type), io.BytesIO(data), output)
    except module.C2paError as error:
        if failed:
            raise _signer_error(failed[0]) from failed[0]
        raise _signing_error(_kind(error), str(error)) from error
    if failed:
        raise _signer_error(failed[0]) from failed[0]
    return output.getvalue()


def _refuse_entities(data: bytes) -> None:
    """Entities let a viewer show what is not in the file, or never finish; the engine signs them happily.

    NULs are dropped so that UTF-16 cannot hide the words.
    """
    plain = data.replace(b"\0", b"")
    if b"<!ENTITY" in plain or _INTERNAL_SUBSET.search(plain):
        raise UnsupportedError(
            "an SVG with entities or a DTD of its own is not signed",
            hint="save it without entities; a plain DOCTYPE line may stay",
        )


def _signer_error(error: BaseException) -> BaseException:
    if isinstance(error, ProvkitError) or not isinstance(error, Exception):
        return error
    return CredentialError(f"the signer failed: {type(error).__name__}")


def _signing_error(kind: str, message: str) -> ProvkitError:
    lower = message.lower()
    if "certificate" in lower or kind == "Signature" or "cose" in lower:
        return CredentialError(
            f"the certificate cannot sign: {message.partition(': ')[2] or message}"[:300],
            hint="see: provkit keys check CHAIN",
        )
    return reports.asset_error(kind, message)
