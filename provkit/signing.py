"""Signing: from a declaration and an asset to a signed asset that verifies.

1. look at the bytes and the type they are signed as;
2. bring the content into the form that is signed;
3. turn the declaration into assertions and build the store;
4. embed it;
5. verify what was written, and return it only if it holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, TypedDict, Unpack

from provkit import media
from provkit.carriers import text
from provkit.codes import StatusCode
from provkit.errors import (
    AlreadySignedError,
    ConfigurationError,
    CredentialError,
    LimitError,
    SelfCheckError,
)
from provkit.history import History, read_history
from provkit.limits import DEFAULT_LIMITS, Limits
from provkit.manifest import builder
from provkit.verdict import State
from provkit.verification import verify

if TYPE_CHECKING:
    from provkit.manifest.builder import ClaimSigner, Entropy
    from provkit.origin.declaration import Origin

NOW: Final = object()
"""Stands for the time of the call."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A signed asset and what was done to get there."""

    data: bytes
    """The signed asset, whole."""
    media_type: str
    """Type written as ``dc:format``."""
    normalized: bool
    """The text was brought into Unicode NFC first, so it differs from the input."""
    hidden_characters: int
    """Characters in the content that readers do not see; the signature covers them too."""


class Options(TypedDict, total=False):
    """Keyword arguments of :func:`sign_detailed`."""

    media_type: str | None
    when: datetime | object | None
    resign: bool
    parent: bytes | None
    limits: Limits
    entropy: Entropy | None


def sign(data: bytes, origin: Origin, signer: ClaimSigner, **options: Unpack[Options]) -> bytes:
    """Sign an asset; as :func:`sign_detailed`, returning only the bytes."""
    return sign_detailed(data, origin, signer, **options).data


def sign_detailed(
    data: bytes,
    origin: Origin,
    signer: ClaimSigner,
    *,
    media_type: str | None = None,
    when: datetime | object | None = NOW,
    resign: bool = False,
    parent: bytes | None = None,
    limits: Limits = DEFAULT_LIMITS,
    entropy: Entropy | None = None,
) -> Signed:
    """Sign an asset with a declaration of origin.

    Args:
        data: the asset, whole.  Text is UTF-8.
        origin: what is declared.
        signer: key and chain.
        media_type: type to sign it as; ``text/plain`` when left out.
        when: claimed time of signing, aware; now when left out, None states none.
        resign: the asset carries a credential that holds; keep it as history (``parentOf``).  The
            declaration then speaks of what was done since.
        parent: a signed asset this one was made from; its manifest is kept as ``parentOf``.
        limits: bounds on what is read.
        entropy: source of identifiers and salts, for reproducible output in tests.

    Raises:
        AlreadySignedError: the asset carries a credential, whole or damaged, and `resign` is not set.
        ConfigurationError: there is no credential to keep, it does not hold, or there are two.
        UnsupportedError: a type this version cannot sign.
        MalformedError: not UTF-8 text.
        CredentialError: the certificate is outside its validity.
        LimitError: the asset is too large.
    """
    claimed = datetime.now(UTC) if when is NOW else when
    if claimed is not None and not isinstance(claimed, datetime):
        raise TypeError("when is a datetime or None")
    found = media.sniff(data) if data else media.TEXT
    if found != media.TEXT:
        from provkit.engine import verdicts

        source = None if parent is None else (parent, media.sniff(parent))
        signed = verdicts.sign(
            data,
            found,
            origin,
            signer,
            claimed,
            version=_version(),
            resign=resign,
            parent=source,
            limits=limits,
        )
        return Signed(signed, found, normalized=False, hidden_characters=0)
    kind = media_type or media.TEXT
    media.check_signable(kind)
    if len(data) > limits.text_bytes:
        raise LimitError(f"the text has {len(data)} bytes; the limit is {limits.text_bytes}")
    now = datetime.now(UTC)
    located = text.locate(data, limits)
    if resign:
        if parent is not None:
            raise ConfigurationError("a text has one parent: resign keeps its own credential as that")
        parent = data
        data = text.remove(data, located)
    elif located.wrappers or located.damaged:
        raise AlreadySignedError(
            "the text carries a credential already"
            if located.wrappers
            else "the text carries a damaged credential",
            hint="keep it as history with --resign, or take it off first with: provkit strip",
        )
    history = History() if parent is None else read_history(parent, kind, now, limits)
    content = text.prepare(data, limits)
    version = _version()
    place = text.place(content)
    store = builder.build(
        origin.assertions(kind, claimed, history.ingredient),
        place,
        signer,
        version=version,
        title=origin.title,
        entropy=entropy,
        ancestors=history.manifests,
    )
    signed = place.embed(store)
    _check(signed, now, limits)
    return Signed(signed, kind, content != data, text.hidden_characters(content, None))


def _check(signed: bytes, now: datetime, limits: Limits) -> None:
    """Step 5.  Trust is not asked for: the signer's root is not known here."""
    from provkit.trust.store import TrustStore

    verdict = verify(signed, trust=TrustStore.empty(), at=now, limits=limits)
    if verdict.state is State.VALID:
        return
    reasons = "; ".join(
        status.explanation
        for status in verdict.statuses.failure
        if status.code is not StatusCode.SIGNING_CREDENTIAL_UNTRUSTED
    )
    codes = {str(code) for code in verdict.statuses.codes()}
    if codes & {"claimSignature.outsideValidity", "signingCredential.invalid"}:
        raise CredentialError(
            f"the certificate cannot sign now: {reasons}", hint="see: provkit keys check CHAIN"
        )
    if "claimSignature.mismatch" in codes:
        raise CredentialError(
            f"the key does not fit the certificate: {reasons}", hint="see: provkit keys check CHAIN"
        )
    raise SelfCheckError(
        f"the signed text does not verify: {reasons}", hint="please report this with the input"
    )


def _version() -> str:
    from provkit import __version__

    return __version__
