"""Identity assertions in files that others made, against what the reference engine recorded of them.

Two differences are known.  The vectors of another verifier sign the payload in deterministic CBOR, as
CAWG identity 1.2 has it; the engine builds the payload anew in its own order and finds a mismatch.
Credentials of aggregators are not checked here, whatever the engine makes of them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pytest

import provkit
from provkit import TrustStore
from support import testfiles
from support.shared import shared

pytestmark = pytest.mark.interop
VALIDATED: Final = "cawg.x509.signature.validated"
MISMATCH: Final = "cawg.x509.signature.mismatch"
ENTRIES: Final = [
    pytest.param(entry, id=Path(entry["file"]).name)
    for entry in testfiles.entries()
    if entry["stratum"] == "cawg" and "derived" not in entry["file"]
]


@pytest.mark.parametrize("entry", ENTRIES)
def test_as_recorded(entry: dict[str, Any]) -> None:
    data = shared("testfiles", entry["file"]).read_bytes()
    found = provkit.verify(data, trust=testfiles.profile("all"), at=testfiles.AT)
    recorded = {code for kind in ("success", "failure") for code in entry["profiles"]["all"][kind]}
    (one,) = found.identities
    mine = {str(status.code) for status in one.statuses}
    if one.sig_type == "cawg.identity_claims_aggregation":
        assert (one.state, mine) == ("not-checked", {"cawg.identity.network_traffic_blocked"})
        assert recorded & {"cawg.ica.did_unavailable", "cawg.ica.signer_payload.mismatch"}
        return
    assert (one.state, one.holder is None) == ("valid", False)
    assert {VALIDATED, "cawg.x509.credential.untrusted"} <= mine
    assert ("cawg.x509.credential.untrusted" in recorded) is True
    assert (VALIDATED in recorded) != (MISMATCH in recorded)
    if MISMATCH in recorded:  # and the other verifier has nothing against it
        assert entry["second_opinion"]["failure"] == ["signingCredential.untrusted"]
    assert not [code for code in found.statuses.codes() if code.startswith("cawg")]


def test_a_broadcaster_reserves_its_rights() -> None:
    """In the form of older specifications, without ``entries``, and in JSON."""
    data = shared("testfiles", "files", "cawg", "PTS_TRUSTED_sony_official_cawg_wdr.mp4").read_bytes()
    found = provkit.verify(data, trust=TrustStore.empty(), at=testfiles.AT)
    assert {(one.purpose, one.use) for one in found.usage} == {
        (purpose, "notAllowed")
        for purpose in ("ai_inference", "ai_training", "ai_generative_training", "data_mining")
    }
    (one,) = found.identities
    assert one.holder is not None
    assert (one.holder.name, one.holder.organization) == ("PTS-WDR", "Westdeutscher Rundfunk")
    assert found.signer is not None
    assert found.signer.name == "European Broadcasting Union"
