"""What a manifest states beside the origin, in every report, and lists for identities."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from support import forge as f
from support.named import HOLDER, identity_box
from support.pki import NOW, Pki

if TYPE_CHECKING:
    from cli.conftest import Cli

REPOSITORY = Path(__file__).resolve().parents[2]
SIGNER = Pki.make("Ed25519")
NASTY = "\x1b[31m<b>"


@pytest.fixture
def options(cli: Cli) -> tuple[str, ...]:
    """A text with one of each statement, and the options to verify it."""
    credential = f.Credential.load(SIGNER.chain_pem, SIGNER.key_pem, "Ed25519")
    selectors = [{"selector": {"fragment": f"p2{NASTY}", "start": 10, "end": 25}}]
    edited = {
        "action": "c2pa.edited",
        "digitalSourceType": f.BASE + "trainedAlgorithmicMedia",
        "changes": [{"region": [{"type": "textual", "text": {"selectors": selectors}}]}],
    }
    boxes = [
        f.actions(f.created(), edited),
        f.data_hash(),
        f.Box("c2pa.ai-disclosure", {"modelType": "c2pa.types.model", "modelName": f"Large{NASTY}"}),
        f.Box("c2pa.training-mining", {"c2pa.ai_training": {"use": "notAllowed"}}, listed="gathered"),
        f.Box("org.provkit.origin", {"version": 1, "purpose": NASTY, "verification": [{"method": "review"}]}),
        identity_box(edit_payload=lambda payload: {**payload, "role": [NASTY]}),
    ]
    Path("a.txt").write_bytes(f.Forge(b"A text.\n", credential, boxes=boxes).text())
    Path("root.pem").write_bytes(SIGNER.root_pem)
    Path("people.pem").write_bytes(HOLDER.root_pem)
    del cli
    return ("a.txt", "--no-default-trust", "--trust", "root.pem", "--at", f"{NOW:%Y-%m-%dT%H:%M:%SZ}")


def result(cli: Cli, *options: str) -> dict[str, Any]:
    done = cli("verify", *options, "--format", "json")
    jsonschema.validate(done.json(), json.loads((REPOSITORY / "schemas" / "verdict.json").read_bytes()))
    found: dict[str, Any] = done.json()["results"][0]
    return found


def test_text(cli: Cli, options: tuple[str, ...]) -> None:
    done = cli("verify", *options, "-v")
    assert done.code == 0
    lines = [line.strip() for line in done.out.splitlines()]
    for wanted in (
        'model        "Large\\x1b[31m<b>"',
        'part         "c2pa.edited", synthetic: "characters 10 to 25 of p2\\x1b[31m<b>"',
        "use          training of models that do not generate: not allowed (not attributed to the signer)",
        'purpose      "\\x1b[31m<b>"',
        'check        "review"',
        "identity     cawg.x509.credential.untrusted: no list of anchors for identity is loaded",
    ):
        assert wanted in lines, wanted
    assert any('valid, "A. Author" of "Weekly" (on no list for identities' in line for line in lines)
    assert "A. Author" not in cli("verify", *options).out


def test_json(cli: Cli, options: tuple[str, ...]) -> None:
    found = result(cli, *options)
    assert [one["model_name"] for one in found["disclosures"]] == [f"Large{NASTY}"]
    assert found["parts"][0]["ranges"][0]["start"] == 10
    assert found["usage"][0]["purpose"] == "ai_training"
    assert found["records"][0]["checks"][0]["method"] == "review"
    (identity,) = found["identities"]
    assert (identity["state"], identity["holder"]["name"]) == ("valid", "A. Author")
    assert found["signer"]["name"] == "Test Signer"


def test_html(cli: Cli, options: tuple[str, ...]) -> None:
    page = cli("verify", *options, "--format", "html").out
    for name in (
        "Models stated",
        "Parts of it",
        "Terms of use",
        "Made for",
        "Checks stated",
        "Identities named",
    ):
        assert f"<dt>{name}</dt>" in page, name
    assert "<b>&quot;" not in page
    assert "p2\\x1b[31m&lt;b&gt;" in page


def test_nothing_is_shown_of_a_credential_that_does_not_hold(cli: Cli, options: tuple[str, ...]) -> None:
    Path("a.txt").write_bytes(Path("a.txt").read_bytes().replace(b"text", b"word"))
    found = result(cli, *options)
    assert found["state"] == "invalid"
    assert {name: found[name] for name in ("usage", "disclosures", "parts", "records", "identities")} == {
        "usage": [],
        "disclosures": [],
        "parts": [],
        "records": [],
        "identities": [],
    }
    assert "Large" not in cli("verify", *options, "-v").out


def test_lists_for_identities(cli: Cli, options: tuple[str, ...]) -> None:
    assert result(cli, *options)["identities"][0]["holder"]["trust_list"] is None
    found = result(cli, *options, "--identity-trust", "people.pem")
    assert (found["identities"][0]["state"], found["signer"]["trust_list"]) == ("trusted", "root.pem")
    assert found["identities"][0]["holder"]["trust_list"] == "people.pem"
    assert "people.pem: anchors for identity" in cli("trust", "list", "--identity-trust", "people.pem").out
    done = cli("trust", "update", "--from", "people.pem", "--purpose", "identity", "--name", "People")
    assert (done.code, "is the list for identity" in done.out) == (0, True)
    kept = tuple(option for option in options if option != "--no-default-trust")
    assert result(cli, *kept)["identities"][0]["holder"]["trust_list"] == "People"
    assert cli("trust", "update", "--reset").code == 0
    assert result(cli, *kept)["identities"][0]["state"] == "valid"


def test_inspect_takes_the_same_lists(cli: Cli, options: tuple[str, ...]) -> None:
    def shown(*more: str) -> dict[str, Any]:
        found: dict[str, Any] = cli("inspect", *options, *more, "--format", "json").json()["result"]
        assert found == result(cli, *options, *more)
        return found

    assert shown("--identity-trust", "people.pem")["identities"][0]["state"] == "trusted"
    Path("leaf.pem").write_bytes(SIGNER.leaf_pem)
    assert shown("--distrust", "leaf.pem")["signer"]["distrusted"]
    unlisted = tuple(option for option in options if option not in ("--trust", "root.pem"))
    options = unlisted
    assert shown()["state"] == "valid"
    assert shown("--allowed", "leaf.pem")["signer"]["trust_list"] == "leaf.pem"


def test_every_command_that_judges_has_the_lists(cli: Cli) -> None:
    every = {"--trust", "--allowed", "--tsa-trust", "--identity-trust", "--distrust", "--no-default-trust"}
    without = {
        ("verify",): set(),
        ("inspect",): set(),
        ("trust", "list"): set(),
        ("serve",): set(),
        ("weigh",): {"--identity-trust"},
        ("stamp",): {"--identity-trust"},
        ("keys", "check"): {"--identity-trust", "--tsa-trust"},
    }
    for command, left_out in without.items():
        words = set(cli(*command, "--help").out.split())
        assert words & every == every - left_out, command


def test_its_codes_are_explained(cli: Cli) -> None:
    done = cli("explain", "cawg.identity.hard_binding_missing")
    assert (done.code, "about no content" in done.out) == (0, True)
