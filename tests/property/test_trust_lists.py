"""What lists can do to a verdict: a signer more on one can make *valid* trusted, or show that it was revoked."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Final

import pytest

import provkit
from provkit import ProvkitError, Purpose, State, TrustStore
from provkit.codes import StatusCode
from support import vectors

SPEC: Final = Path(__file__).resolve().parents[2] / "spec" / "vectors"
FOLDERS: Final = {
    name: vectors.Folder(SPEC / name, SPEC / ("images/trust" if name == "images" else "trust"))
    for name in ("text", "images", "media")
}
STRANGER: Final = (SPEC / "trust" / "stranger.pem").read_bytes()


REVOKED: Final = "invalid, revoked"


def state(data: bytes, at: datetime, trust: TrustStore) -> str:
    try:
        verdict = provkit.verify(data, trust=trust, at=at)
    except ProvkitError as error:
        return f"error {error.kind}"
    codes = {status.code for status in verdict.statuses.failure}
    return REVOKED if StatusCode.SIGNING_CREDENTIAL_OCSP_REVOKED in codes else str(verdict.state)


@pytest.mark.parametrize("folder", FOLDERS)
def test_signers_on_lists(folder: str) -> None:
    vectors_of = FOLDERS[folder]
    root = (vectors_of.lists / "root.pem").read_bytes()
    nobody = TrustStore.empty()
    stores = {
        "root": nobody.with_anchors(root, name="root"),
        "both": nobody.with_anchors(root, name="root").with_anchors(STRANGER, name="stranger"),
        "distrusted": nobody.with_anchors(root, name="root").with_distrust(root, name="distrusted"),
        "stamps only": nobody.with_anchors(root, name="root", purpose=Purpose.TIME_STAMPING),
    }
    trusted = 0
    for vector in vectors_of.vectors:
        data = (vectors_of.path / vector["file"]).read_bytes()
        at = datetime.fromisoformat(vector["at"])
        without = state(data, at, nobody)
        found = {name: state(data, at, store) for name, store in stores.items()}
        said = (vector["id"], without, found)
        assert State.TRUSTED not in {without, found["distrusted"], found["stamps only"]}, said
        for name in ("root", "both", "distrusted"):
            # A response about revocation counts when a list names who may answer (spec/trust.md).
            assert found[name] == without or without in {State.VALID, State.INVALID}, said
            assert found[name] in {without, REVOKED, State.TRUSTED if without == State.VALID else without}, (
                said
            )
        assert found["root"] != State.TRUSTED or found["both"] == State.TRUSTED, said
        trusted += found["root"] == State.TRUSTED
    assert trusted
