"""What lists can do to a verdict: a signer more on one can make *valid* trusted, and nothing else."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Final

import pytest

import provkit
from provkit import ProvkitError, Purpose, State, TrustStore
from support import vectors

pytestmark = pytest.mark.slow

SPEC: Final = Path(__file__).resolve().parents[2] / "spec" / "vectors"
FOLDERS: Final = {
    name: vectors.Folder(SPEC / name, SPEC / ("images/trust" if name == "images" else "trust"))
    for name in ("text", "images", "media")
}
STRANGER: Final = (SPEC / "trust" / "stranger.pem").read_bytes()


def state(data: bytes, at: datetime, trust: TrustStore) -> str:
    try:
        return str(provkit.verify(data, trust=trust, at=at).state)
    except ProvkitError as error:
        return f"error {error.kind}"


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
            assert found[name] == without or (without, found[name]) == (State.VALID, State.TRUSTED), said
        assert found["root"] != State.TRUSTED or found["both"] == State.TRUSTED, said
        trusted += found["root"] == State.TRUSTED
    assert trusted
