"""The parts of one manifest, decoded once for everybody who asks.

The strict pass, the judgement of the signer and the account of the origin look at the same claim,
assertions and signature.  What cannot be read is kept as the error it gave: for the strict pass
that is a finding, for the others it is nothing stated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from provkit.errors import MalformedError, UnsupportedError
from provkit.manifest import assertions as kinds
from provkit.manifest import cbor, cose
from provkit.manifest import store as stores

if TYPE_CHECKING:
    from provkit.limits import Limits
    from provkit.manifest.cose import CoseSign1
    from provkit.manifest.store import Assertion, Manifest


class Reading:
    """One manifest, its parts decoded."""

    __slots__ = ("claim", "contents", "is_v1", "limits", "manifest", "signature")

    def __init__(self, manifest: Manifest, limits: Limits) -> None:
        """Decode.

        Args:
            manifest: as the store holds it.
            limits: bounds on what is read.

        Raises:
            LimitError: a bound was reached before an answer.
        """
        self.manifest = manifest
        self.limits = limits
        self.is_v1 = bool(manifest.claims) and manifest.claims[0].label == stores.LABEL_CLAIM_V1
        self.claim: dict[Any, Any] | None = self._claim()
        """Fields of the first claim; None when it cannot be read."""
        self.contents: tuple[tuple[Assertion, Any], ...] = tuple(
            (assertion, self._content(assertion)) for assertion in manifest.assertions
        )
        """Every assertion with its content, or with the :class:`MalformedError` that stands for it."""
        self.signature: CoseSign1 | MalformedError | UnsupportedError | None = None
        """The one signature, or why it is none of the form that is written today (§10.3.2, §13.2);
        None when there is not exactly one."""
        if len(manifest.signatures) == 1 and len(manifest.signatures[0].contents) == 1:
            self.signature = parse_signature(manifest.signatures[0].contents[0].payload, limits)

    def _claim(self) -> dict[Any, Any] | None:
        """Signed as it stands, so any spelling will do: older engines wrote indefinite lengths."""
        boxes = self.manifest.claims[0].contents if self.manifest.claims else ()
        if not boxes:
            return None
        try:
            value = cbor.decode(boxes[0].payload, max_depth=self.limits.cbor_depth)
        except MalformedError:
            return None
        return value if isinstance(value, dict) else None

    def _content(self, assertion: Assertion) -> Any:
        try:
            return kinds.decode(assertion, self.limits.cbor_depth)
        except MalformedError as error:
            return error.with_traceback(None)  # else its frames would hold on to all of this


def parse_signature(payload: bytes, limits: Limits) -> CoseSign1 | MalformedError | UnsupportedError:
    """A signature box, or the error it gave.

    Raises:
        LimitError: a bound was reached before an answer.
    """
    try:
        return cose.parse(payload, limits)
    except (MalformedError, UnsupportedError) as error:
        return error.with_traceback(None)
