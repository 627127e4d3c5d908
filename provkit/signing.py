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
from provkit.carriers import containers, placing, selection
from provkit.carriers.carried import Carriage, FrontMatter
from provkit.carriers.placing import Wanted
from provkit.carriers.source import Memory
from provkit.codes import StatusCode
from provkit.errors import (
    ConfigurationError,
    CredentialError,
    SelfCheckError,
)
from provkit.history import History, read_history
from provkit.limits import DEFAULT_LIMITS, Limits
from provkit.manifest import builder
from provkit.verdict import State
from provkit.verification import verify

if TYPE_CHECKING:
    from collections.abc import Callable

    from provkit.carriers.source import Source
    from provkit.manifest.builder import ClaimSigner, Entropy
    from provkit.origin.declaration import Origin
    from provkit.signers.authorities import TimeStamper
    from provkit.trust.store import TrustStore
    from provkit.verdict import Verdict

NOW: Final = object()
"""Stands for the time of the call."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A signed asset and what was done to get there."""

    asset: Source
    """The signed asset; as it was given, for a sidecar."""
    media_type: str
    """Type written as ``dc:format``."""
    store: bytes
    """The manifest store, wherever it is."""
    verdict: Verdict
    """Of the signed asset, as it was verified before it was returned."""
    normalized: bool = False
    """The text was brought into Unicode NFC first, so it differs from the input."""
    hidden_characters: int = 0
    """Characters in the content that readers do not see; the signature covers them too."""
    manifest: bytes | None = None
    """The manifest store, where it is not in the asset."""
    warnings: tuple[str, ...] = ()
    """What readers of the signed asset will be told, ``word: sentence``."""

    @property
    def data(self) -> bytes:
        """The signed asset, whole."""
        return self.asset.read(0, self.asset.size)


class Options(TypedDict, total=False):
    """Keyword arguments of :func:`sign_detailed`."""

    media_type: str | None
    when: datetime | object | None
    resign: bool
    parent: bytes | None
    history: History | None
    limits: Limits
    entropy: Entropy | None
    carriage: Carriage | None
    reference: str | None
    front_matter: FrontMatter
    manifest: bytes | None
    password: str | None
    time_stamper: TimeStamper | None
    stapled: bytes | None
    trust: TrustStore | None


def sign(data: bytes, origin: Origin, signer: ClaimSigner, **options: Unpack[Options]) -> bytes:
    """Sign an asset; as :func:`sign_detailed`, returning only the signed bytes.

    Raises:
        ConfigurationError: a type whose store goes into a file of its own.
    """
    signed = sign_detailed(data, origin, signer, **options)
    if signed.manifest is not None:
        raise ConfigurationError(
            f"the manifest store of {signed.media_type} goes into a file of its own",
            hint="sign_detailed() returns both",
        )
    return signed.data


def sign_detailed(
    data: bytes | Source,
    origin: Origin,
    signer: ClaimSigner,
    *,
    media_type: str | None = None,
    when: datetime | object | None = NOW,
    resign: bool = False,
    parent: bytes | None = None,
    history: History | None = None,
    limits: Limits = DEFAULT_LIMITS,
    entropy: Entropy | None = None,
    carriage: Carriage | None = None,
    reference: str | None = None,
    front_matter: FrontMatter = FrontMatter.COMMENT,
    manifest: bytes | None = None,
    password: str | None = None,
    time_stamper: TimeStamper | None = None,
    stapled: bytes | None = None,
    trust: TrustStore | None = None,
) -> Signed:
    """Sign an asset with a declaration of origin.

    Args:
        data: the asset, whole, or something to read it from.  Plain text is UTF-8.
        origin: what is declared.
        signer: key and chain.
        media_type: type to sign a text as; ``text/plain`` when left out.
        when: claimed time of signing, aware; now when left out, None states none.
        resign: the asset carries a credential that holds; keep it as history (``parentOf``).  The
            declaration then speaks of what was done since.
        parent: a signed asset this one was made from; its manifest is kept as ``parentOf``.
        history: what :func:`provkit.history.recall_history` kept of a parent that is gone.
        limits: bounds on what is read.
        entropy: source of identifiers and salts, for reproducible output in tests.
        carriage: where the store goes; what is usual for the type when left out.
        reference: for a link, where readers will find the store: a URL or a relative path.
        front_matter: how a block is written into front matter.
        manifest: the store that the asset has apart from it, for `resign` to keep.
        password: of an encrypted PDF.
        time_stamper: stamps the signature, so that it outlives the certificate; asked once an asset, as a
            rule.  :class:`provkit.signers.authorities.TimeStampAuthority`, or a function from bytes to
            a TimeStampToken (RFC 3161), DER.
        stapled: an OCSP response about the signer's certificate, DER, as
            :func:`provkit.signers.authorities.fetch_status` gets one; goes with a time stamp only.
        trust: lists that :attr:`Signed.verdict` is by; when left out, whether any knows the signer is not asked.

    Raises:
        AlreadySignedError: the asset carries a credential, whole or damaged, and `resign` is not set.
        ConfigurationError: there is no credential to keep, or it does not hold; or options that do
            not go together.
        UnsupportedError: a type this version cannot sign.
        MalformedError: not of its type, for example text that is not UTF-8.
        CredentialError: the certificate is outside its validity.
        LimitError: the asset is too large.
        FetchError, BlockedError: the time-stamp authority cannot be asked, or its time stamp does not hold.
    """
    claimed = datetime.now(UTC) if when is NOW else when
    if claimed is not None and not isinstance(claimed, datetime):
        raise TypeError("when is a datetime or None")
    if resign + (parent is not None) + (history is not None) > 1:
        raise ConfigurationError("an asset has one parent: resign keeps its own credential as that")
    if (reference is None) is (carriage is Carriage.LINK):
        raise ConfigurationError("a link and a reference go together", hint="give both or neither")
    if stapled is not None and time_stamper is None:
        raise ConfigurationError(
            "a stapled OCSP response goes with a time stamp only (C2PA 2.4 §10.3.2.5)",
            hint="without one, nobody can tell later whether the certificate was revoked when it signed",
        )
    beside = _beside(signer, time_stamper, stapled, limits)
    asset = Memory(data) if isinstance(data, bytes) else data
    kind = media.type_to_sign(asset, media_type, apart=carriage is Carriage.SIDECAR)
    carriage = carriage or media.usual_carriage(kind)
    if kind in containers.LOCATORS and carriage is Carriage.EMBEDDED:
        from provkit.engine import verdicts

        source = None if parent is None else (parent, media.sniff(parent))
        labelled = verdicts.sign(
            selection.held(asset, limits),
            kind,
            origin,
            signer,
            claimed,
            version=_version(),
            resign=resign,
            parent=source,
            history=history,
            limits=limits,
            **beside,
        )
        verdict = _check(Memory(labelled), None, None, limits, trust, stamped=time_stamper is not None)
        found = containers.locate(labelled, kind, limits)
        assert found is not None  # noqa: S101 - it has just been verified
        return Signed(Memory(labelled), kind, found.store, verdict)
    now = datetime.now(UTC)
    if resign:
        history = read_history(asset, kind, now, limits, manifest=manifest, password=password)
    elif parent is not None:
        history = read_history(parent, kind, now, limits)
    asked = Wanted(carriage, reference, front_matter, now, resign=resign, password=password)
    place = placing.place(asset, kind, asked, limits)
    store = builder.build(
        origin.assertions(kind, claimed, history.ingredient if history else None),
        place,
        signer,
        version=_version(),
        title=origin.title,
        entropy=entropy,
        ancestors=history.manifests if history else (),
        **beside,
    )
    signed = placing.assemble(asset, place, store)
    apart = None if carriage is Carriage.EMBEDDED else store
    verdict = _check(signed, apart, password, limits, trust, stamped=time_stamper is not None)
    normalized, hidden = placing.text_facts(asset, place)
    return Signed(signed, kind, store, verdict, normalized, hidden, apart, verdict.warnings)


class _Beside(TypedDict, total=False):
    """What goes beside a signature, as :func:`builder.build` takes it."""

    stamp: Callable[[bytes], bytes]
    revocation: tuple[bytes, ...]


def _beside(
    signer: ClaimSigner, stamper: TimeStamper | None, stapled: bytes | None, limits: Limits
) -> _Beside:
    if stamper is None:
        return {}
    from provkit.signers.authorities import checked

    return {
        "stamp": checked(stamper, signer, limits),
        "revocation": () if stapled is None else (stapled,),
    }


def _check(
    signed: Source,
    manifest: bytes | None,
    password: str | None,
    limits: Limits,
    trust: TrustStore | None,
    *,
    stamped: bool,
) -> Verdict:
    """Step 5.  Trust is not asked for, unless lists are given: the signer's root is not known here.

    With a time stamp the bundled lists of their authorities are: readers will be told if it is on none.
    The moment is that of the check: stamping takes time, and a stamp of the future would not hold.
    """
    from provkit.trust.store import Purpose, TrustStore

    if trust is None:
        listed = TrustStore.bundled().lists if stamped else ()
        trust = TrustStore(tuple(one for one in listed if one.purpose is Purpose.TIME_STAMPING))
    verdict = verify(signed, trust=trust, limits=limits, manifest=manifest, password=password)
    if verdict.state in {State.VALID, State.TRUSTED}:
        return verdict
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
        f"the signed file does not verify: {reasons}", hint="please report this with the input"
    )


def _version() -> str:
    from provkit import __version__

    return __version__
