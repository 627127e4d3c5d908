"""COSE_Sign1 with a detached payload (RFC 9052), as C2PA 2.4 §10.3.2 and §13.2 profile it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from provkit.errors import LimitError, MalformedError, UnsupportedError
from provkit.limits import DEFAULT_LIMITS, Limits
from provkit.manifest import cbor, items

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes

_ALG: Final = 1
_CRIT: Final = 2
_X5CHAIN: Final = 33
_X5CHAIN_TEXT: Final = "x5chain"
_PAD: Final = "pad"
_PAD_ENTRY: Final = b"\xa1\x63pad"
"""A map of one entry, up to the head of its value."""

ALGORITHM_NUMBERS: Final[dict[str, int]] = {
    "ES256": -7,
    "ES384": -35,
    "ES512": -36,
    "PS256": -37,
    "PS384": -38,
    "PS512": -39,
    "Ed25519": -8,
}
"""COSE algorithm numbers of the allowed list (§13.2.1, IANA)."""

_ALGORITHM_NAMES: Final = {number: name for name, number in ALGORITHM_NUMBERS.items()}

_CACHED_HEADERS: Final = 1024
_CACHED_BYTES: Final = 32 * 1024
"""Longer protected headers are not remembered: honest ones hold a chain of 1 to 10 KB."""
_USUAL_VALUES: Final = 20
"""Numbers and certificates in a protected header that is remembered; honest ones have 2 to 6."""
_ZEROS: Final = bytes(64 * 1024)
"""Longer than any padding of honest writers, to compare theirs with."""

_TIME_STAMPS: Final = ("sigTst", "sigTst2")
_KNOWN_UNPROTECTED: Final = frozenset({_X5CHAIN, _X5CHAIN_TEXT, *_TIME_STAMPS, "rVals", _PAD, "pad2"})


class ChainError(MalformedError):
    """The signature carries no usable certificate chain (``signingCredential.invalid``)."""


class CriticalError(MalformedError):
    """The protected header lists parameters that a reader has to understand, and nobody does (RFC 9052 §3.1)."""


class SignatureMismatchError(Exception):
    """The signature does not verify with the key of the certificate."""


class CoseSign1(NamedTuple):
    """A parsed signature box."""

    algorithm: str
    """Name of the COSE algorithm, a key of :data:`ALGORITHM_NUMBERS`."""
    chain: tuple[bytes, ...]
    """``x5chain``: DER certificates, leaf first."""
    protected: bytes
    """Encoded protected header."""
    signature: bytes
    time_stamps: tuple[str, ...]
    """Which of the headers ``sigTst``, ``sigTst2`` are present."""
    revocation: tuple[bytes, ...]
    """Stapled OCSP responses (``rVals``), as they came."""
    stray: str | None
    """What the unprotected header holds beyond known headers and zero padding, or None.

    Nothing signs that header, so anything else in it is content nobody stands behind.
    """
    header: Mapping[Any, Any]
    """:attr:`protected`, decoded."""
    unprotected: Mapping[Any, Any]
    """The other header, which nothing signs."""

    @property
    def chain_is_signed(self) -> bool:
        """The chain stands in the header that is signed (§14.5)."""
        return has_chain(self.header)


class AlgorithmError(UnsupportedError):
    """An algorithm outside the allowed list (``algorithm.unsupported``)."""


def parse(data: bytes, limits: Limits = DEFAULT_LIMITS) -> CoseSign1:
    """Read a signature box.

    Raises:
        MalformedError: not a tagged COSE_Sign1 with detached payload.
        ChainError: no chain, or two (§14.5: readers accept one, in either bucket).
        AlgorithmError: the algorithm is not on the allowed list of §13.2.1.
        LimitError: too many or too large certificates.
    """
    items.check_cbor(data, limits)
    tag = cbor.decode(data, max_depth=limits.cbor_depth, allow_indefinite=False)
    if not isinstance(tag, cbor.Tag) or tag.tag != cbor.TAG_COSE_SIGN1:
        raise MalformedError("the signature is not a tagged COSE_Sign1")
    match tag.value:
        case (bytes() as protected, unprotected, None, bytes() as signature) if isinstance(
            unprotected, cbor.MAPS
        ):
            pass
        case _:
            raise MalformedError("COSE_Sign1 is not [protected, unprotected, nil, signature]")
    if not _is_shortest(data, protected, unprotected, signature):
        raise MalformedError("COSE_Sign1 is not in its shortest form, so its bytes could differ unnoticed")
    items.check_cbor(protected, limits)
    header = _usual_header(protected, limits.cbor_depth) if len(protected) <= _CACHED_BYTES else None
    if header is None:
        header = _header(protected, limits.cbor_depth)
    _check_labels(unprotected)
    if _CRIT in header:
        raise CriticalError("the COSE header lists critical parameters this standard does not define")
    number = header.get(_ALG)
    if isinstance(number, bool) or not isinstance(number, int) or number not in _ALGORITHM_NAMES:
        raise AlgorithmError(f"COSE algorithm {str(number)[:40]} is not on the allowed list")
    return CoseSign1(
        algorithm=_ALGORITHM_NAMES[number],
        chain=chain_of(header, unprotected, limits),
        protected=protected,
        signature=signature,
        time_stamps=tuple([name for name in _TIME_STAMPS if name in unprotected or name in header]),
        revocation=(*stapled(unprotected), *stapled(header)),
        stray=stray_entries(unprotected),
        header=header,
        unprotected=unprotected,
    )


@lru_cache(maxsize=_CACHED_HEADERS)
def _usual_header(protected: bytes, max_depth: int) -> Mapping[Any, Any] | None:
    """The protected header if it holds numbers and a chain only, the same in all that one signer signs.

    None is no answer: values of other kinds can take seventy times their bytes, and are not remembered.
    """
    header = _header(protected, max_depth)
    values = [one for value in header.values() for one in (cbor.items(value) or (value,))]
    usual = len(values) <= _USUAL_VALUES and all(isinstance(one, int | bytes) for one in values)
    return header if usual else None


def _header(protected: bytes, max_depth: int) -> Mapping[Any, Any]:
    """The protected header, decoded."""
    header = cbor.decode(protected, max_depth=max_depth, allow_indefinite=False) if protected else {}
    if not isinstance(header, cbor.MAPS):
        raise MalformedError("the COSE protected header is not a map")
    _check_labels(header)
    return header


def _check_labels(header: Mapping[Any, Any]) -> None:
    """Refuse labels that only compare like others: True and 1.0 equal 1 in Python."""
    for key in header:
        if type(key) is not int and type(key) is not str:
            raise MalformedError("a COSE header has a label that is neither a whole number nor text")


def _is_shortest(data: bytes, protected: bytes, unprotected: Mapping[Any, Any], signature: bytes) -> bool:
    """The envelope is what its parts encode to; the protected header is signed as it stands."""
    head = b"\xd2\x84" + _bytes_header(len(protected)) + protected
    tail = b"\xf6" + _bytes_header(len(signature)) + signature
    if not (data.startswith(head) and data.endswith(tail)):
        return False
    if len(unprotected) == 1 and isinstance(pad := unprotected.get(_PAD), bytes):
        # Nearly every signature: no need to write ten kilobytes of padding again.
        begin = _PAD_ENTRY + _bytes_header(len(pad))
        whole = len(head) + len(begin) + len(pad) + len(tail)
        return whole == len(data) and data.startswith(begin, len(head))
    return data[len(head) : len(data) - len(tail)] == cbor.encode_as_is(unprotected)


def has_chain(header: Mapping[Any, Any]) -> bool:
    """Whether a header has an ``x5chain``, under either label."""
    return _X5CHAIN in header or _X5CHAIN_TEXT in header


def chain_of(
    protected: Mapping[Any, Any], unprotected: Mapping[Any, Any], limits: Limits
) -> tuple[bytes, ...]:
    """The one ``x5chain`` of a signature, in either header and under either label (§14.5).

    Raises:
        ChainError: none, or more than one, or not certificates.
        LimitError: too many or too large.
    """
    found = [
        bucket[label]
        for bucket in (protected, unprotected)
        for label in (_X5CHAIN, _X5CHAIN_TEXT)
        if label in bucket
    ]
    if len(found) != 1:
        raise ChainError(
            "the signature carries no certificate chain (x5chain)"
            if not found
            else "the signature carries more than one certificate chain"
        )
    value = found[0]
    certificates = (value,) if isinstance(value, bytes) else value
    if not isinstance(certificates, cbor.LISTS) or not certificates:
        raise ChainError("x5chain is neither a certificate nor a list of them")
    if len(certificates) > limits.certificates:
        raise LimitError(
            f"x5chain holds {len(certificates)} certificates; the limit is {limits.certificates}"
        )
    for certificate in certificates:
        if not isinstance(certificate, bytes):
            raise ChainError("x5chain holds something that is not a certificate")
        if len(certificate) > limits.certificate_bytes:
            raise LimitError(f"a certificate in x5chain is larger than {limits.certificate_bytes} bytes")
    return tuple(certificates)


def stray_entries(unprotected: Mapping[Any, Any]) -> str | None:
    """What an unprotected header holds beyond known headers of their form and zero padding, or None."""
    for label, value in unprotected.items():
        if label not in _KNOWN_UNPROTECTED:
            return f"the unsigned header has an unknown entry {str(label)[:40]!r}"
        if label in _TOKENS and not _TOKENS[label](value):
            return f"the unsigned {label!r} of the signature is not of its form"
        if label in (_PAD, "pad2") and not (isinstance(value, bytes) and _is_zero(value)):
            return f"the unsigned {label!r} of the signature is not zero-filled"
    return None


def _is_zero(value: bytes) -> bool:
    """Ten kilobytes are usual: comparing them costs a fiftieth of a look at each byte."""
    return _ZEROS.startswith(value) if len(value) <= len(_ZEROS) else not value.strip(b"\0")


def _is_der(value: Any) -> bool:
    """One DER SEQUENCE that fills ``value``: what a token is, before anybody looks inside."""
    if not isinstance(value, bytes) or len(value) < 2 or value[0] != 0x30:
        return False
    length, start = value[1], 2
    if length > 0x80:
        start += length & 0x7F
        length = int.from_bytes(value[2:start], "big")
    return start + length == len(value)


def _is_time_stamp(value: Any) -> bool:
    """``{tstTokens: [{val}]}`` and nothing else (§10.3.2.5)."""
    match value:
        case {"tstTokens": [{"val": token}]} if len(value) == 1 and len(value["tstTokens"][0]) == 1:
            return _is_der(token)
        case _:
            return False


def _is_revocation(value: Any) -> bool:
    """``{ocspVals: [DER, ...]}`` and nothing else (§10.3.2.5)."""
    match value:
        case {"ocspVals": [*responses]} if len(value) == 1 and responses:
            return all(_is_der(response) for response in responses)
        case _:
            return False


def stapled(header: Mapping[Any, Any]) -> tuple[bytes, ...]:
    """The OCSP responses (``rVals``) in a header, if it has them in their form."""
    value: Any = header.get("rVals")
    return tuple(value["ocspVals"]) if value is not None and _is_revocation(value) else ()


_TOKENS: Final[dict[Any, Callable[[Any], bool]]] = {
    "sigTst": _is_time_stamp,
    "sigTst2": _is_time_stamp,
    "rVals": _is_revocation,
}


def to_be_signed(protected: bytes, payload: bytes) -> bytes:
    """``Sig_structure`` of RFC 9052 §4.4 for ``Signature1`` without external data."""
    return (
        b"\x84\x6aSignature1"
        + _bytes_header(len(protected))
        + protected
        + b"\x40"
        + (_bytes_header(len(payload)) + payload)
    )


def encode_protected(algorithm: str, chain: tuple[bytes, ...]) -> bytes:
    """Protected header: ``alg`` and ``x5chain``, one certificate bare, several as array (§14.5)."""
    certificates: Any = chain[0] if len(chain) == 1 else list(chain)
    return cbor.encode({_ALG: ALGORITHM_NUMBERS[algorithm], _X5CHAIN: certificates})


class Beside(NamedTuple):
    """What a writer puts beside a signature, in the header that nothing signs (§10.3.2.5, §10.4.2)."""

    time_stamp: bytes | None = None
    """A bare TimeStampToken, DER, over :func:`to_be_stamped` of the signature."""
    revocation: tuple[bytes, ...] = ()
    """OCSP responses about the signer's certificate, DER."""
    pad: int = 0
    """Zero bytes."""
    pad2: int | None = None
    """Zero bytes of a second padding, where one does not reach a wanted length; None writes none."""


def to_be_stamped(protected: bytes, payload: bytes) -> bytes:
    """What a time stamp is over (RFC 8152 §4.4, as §10.3.2.5 uses it).

    Args:
        protected: encoded protected header of the signature.
        payload: for ``sigTst2`` the signature as a CBOR byte string, for ``sigTst`` the claim.
    """
    return cbor.encode(["CounterSignature", protected, b"", payload])


def encode(protected: bytes, signature: bytes, beside: Beside) -> bytes:
    """COSE_Sign1_Tagged."""
    if beside.time_stamp is None and not beside.revocation and beside.pad2 is None:
        unprotected = _PAD_ENTRY + _bytes_header(beside.pad) + bytes(beside.pad)
    else:
        header: dict[str, Any] = {"pad": bytes(beside.pad)}
        if beside.pad2 is not None:
            header["pad2"] = bytes(beside.pad2)
        if beside.revocation:
            header["rVals"] = {"ocspVals": list(beside.revocation)}
        if beside.time_stamp is not None:
            header["sigTst2"] = {"tstTokens": [{"val": beside.time_stamp}]}
        unprotected = cbor.encode(header)
    return b"".join(
        (
            b"\xd2\x84",
            _bytes_header(len(protected)),
            protected,
            unprotected,
            b"\xf6",
            _bytes_header(len(signature)),
            signature,
        )
    )


def _bytes_header(length: int) -> bytes:
    """CBOR head of a byte string, shortest form."""
    if length < 24:
        return bytes((0x40 + length,))
    if length < 0x100:
        return bytes((0x58, length))
    if length < 0x10000:
        return b"\x59" + length.to_bytes(2, "big")
    return b"\x5a" + length.to_bytes(4, "big")


def verify(key: CertificatePublicKeyTypes, algorithm: str, signature: bytes, message: bytes) -> None:
    """Check a raw COSE signature.

    Args:
        key: public key of the leaf certificate.
        algorithm: a key of :data:`ALGORITHM_NUMBERS`.
        signature: r‖s of fixed width (ECDSA), PSS with salt as long as the hash, or Ed25519.
        message: the ``Sig_structure``.

    Raises:
        SignatureMismatchError: the signature does not hold.
        AlgorithmError: the key is not one this algorithm works with (§13.2.1).
    """
    from provkit.manifest import primitives

    try:
        primitives.verify(key, algorithm, signature, message)
    except primitives.KeyMismatchError as error:
        raise AlgorithmError(str(error)) from None
    except primitives.InvalidSignature as error:
        raise SignatureMismatchError(
            str(error) or "the claim signature does not verify with the signer's key"
        ) from None
