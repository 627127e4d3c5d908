"""Time on the command line: `sign --tsa`, `sign --staple-ocsp`, `verify --at`, distrust for a span of time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import pytest
from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID

from provkit_cli import quick
from support import containers, pki
from support.authorities import Authorities
from support.tsa import Tsa

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cli.conftest import Cli

NOW: Final = datetime.now(UTC).replace(microsecond=0)
LIFE: Final[dict[str, Any]] = {"start": NOW - timedelta(days=2), "end": NOW + timedelta(days=30)}
TSA: Final = Tsa.make("PS256", **LIFE)
LATER: Final = f"{NOW + timedelta(days=400):%Y-%m-%dT%H:%M:%SZ}"
ROOT: Final = ("--no-default-trust", "--trust", "house/root.pem", "--tsa-trust", "house/time.pem")
SIGN: Final = ("--origin", "human", "--cert", "house/chain.pem", "--key", "house/key.pem", "--in-place", "-q")


@pytest.fixture
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authorities]:
    with Authorities(tmp_path_factory.mktemp("authorities"), TSA) as running:
        yield running


@pytest.fixture
def house(cli: Cli, local: Authorities) -> pki.Pki:
    """An identity whose certificate names the responder, and the lists to verify by."""
    access = x509.AccessDescription(
        AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier(local.url)
    )
    made = pki.Pki.make(extra=[(x509.AuthorityInformationAccess([access]), False)], **LIFE)
    cli.write("house/chain.pem", made.chain_pem)
    cli.write("house/key.pem", made.key_pem).chmod(0o600)
    cli.write("house/root.pem", made.root_pem)
    cli.write("house/time.pem", TSA.root.pem)
    return made


def verified(cli: Cli, name: str, *options: str) -> dict[str, Any]:
    found: dict[str, Any] = cli("verify", name, *ROOT, "--format", "json", *options).json()["results"][0]
    return found


def codes(found: dict[str, Any]) -> set[str]:
    return {one["code"] for kind in found["statuses"].values() for one in kind}


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.png"])
def test_a_credential_outlives_its_certificate(
    cli: Cli, house: pki.Pki, local: Authorities, name: str
) -> None:
    assert house.intermediate is not None
    local.knows(house.leaf, house.intermediate)
    cli.write(name, containers.PLAIN["png"][1]() if name.endswith("png") else "Eleven herons.\n")
    done = cli("sign", name, *SIGN, "--tsa", local.url, "--staple-ocsp")
    assert (done.code, done.err) == (0, "")
    later = verified(cli, name, "--at", LATER)
    assert (later["state"], later["time"]["basis"]) == ("trusted", "timestamped")
    assert "signingCredential.ocsp.notRevoked" in codes(later)
    shown = cli("inspect", name, "--at", LATER, "--trust", "house/root.pem")
    assert shown.code == 0
    assert "outside" not in shown.err


@pytest.mark.slow
def test_one_answer_of_the_responder_serves_all_files(cli: Cli, house: pki.Pki, local: Authorities) -> None:
    assert house.intermediate is not None
    local.knows(house.leaf, house.intermediate)
    for name in ("a.md", "b.md", "c.md"):
        cli.write(name, f"# {name}\n")
    done = cli("sign", "a.md", "b.md", "c.md", *SIGN, "--tsa", local.url, "--staple-ocsp", "--jobs", "2")
    assert (done.code, done.err) == (0, "")
    assert len(local.asked) == 4
    assert cli("verify", "a.md", "b.md", "c.md", *ROOT, "-q").code == 0


def test_without_a_time_stamp_it_does_not(cli: Cli, house: pki.Pki) -> None:
    cli.write("a.txt", "Eleven herons.\n")
    assert cli("sign", "a.txt", *SIGN).code == 0
    assert verified(cli, "a.txt")["state"] == "trusted"
    assert verified(cli, "a.txt", "--at", LATER)["state"] == "invalid"


def test_an_authority_that_does_not_answer(cli: Cli, house: pki.Pki, local: Authorities) -> None:
    path = cli.write("a.txt", "Eleven herons.\n")
    local.status = 500
    done = cli("sign", "a.txt", *SIGN, "--tsa", local.url)
    assert (done.code, "status 500" in done.err) == (4, True)
    assert path.read_bytes() == b"Eleven herons.\n"


def test_a_revoked_certificate_does_not_sign(cli: Cli, house: pki.Pki, local: Authorities) -> None:
    assert house.intermediate is not None
    local.knows(house.leaf, house.intermediate, revoked=NOW - timedelta(days=1))
    path = cli.write("a.txt", "Eleven herons.\n")
    done = cli("sign", "a.txt", *SIGN, "--tsa", local.url, "--staple-ocsp")
    assert (done.code, "revoked at" in done.err) == (2, True)
    assert path.read_bytes() == b"Eleven herons.\n"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--staple-ocsp",), "goes with --tsa"),
        (("--tsa", "ftp://one.example/"), "is not fetched"),
        (("--tsa", "nonsense"), "--tsa"),
    ],
)
def test_options_that_do_not_go(cli: Cli, house: pki.Pki, options: tuple[str, ...], said: str) -> None:
    cli.write("a.txt", "Eleven herons.\n")
    done = cli("sign", "a.txt", *SIGN, *options)
    assert (done.code, said in done.err) == (2, True), done.err


@pytest.mark.parametrize("at", ["yesterday", "2026-13-01T00:00:00Z", "2026-01-01", "2026-01-01T00:00:00", ""])
def test_moments_that_are_none(cli: Cli, at: str) -> None:
    cli.signed("a.txt")
    for command in ("verify", "inspect"):
        done = cli(command, "a.txt", f"--at={at}")
        assert (done.code, "--at" in done.err) == (2, True)


def test_at_in_the_quick_reading_and_in_folders(cli: Cli) -> None:
    cli.signed("in/a.txt")
    request = quick.read(["verify", "in/a.txt", "--at", LATER])
    assert request is not None
    assert request.at == LATER
    far = f"{NOW + timedelta(days=9000):%Y-%m-%dT%H:%M:%S}+02:00"
    done = cli("verify", "-r", "in", "--no-default-trust", "--trust", "dev/root.pem", "--at", far)
    assert (done.code, done.out.split()[0]) == (1, "invalid")


def test_distrust_for_a_span_of_time(cli: Cli, house: pki.Pki, local: Authorities) -> None:
    cli.write("a.txt", "Eleven herons.\n")
    assert cli("sign", "a.txt", *SIGN, "--tsa", local.url).code == 0
    entry = f'[[distrust]]\nissuer = "{house.leaf.issuer.rfc4514_string()}"\nserial = "{house.leaf.serial_number:x}"\n'
    cli.write("past.toml", f'{entry}until = {NOW - timedelta(days=1):%Y-%m-%d}\nreason = "stolen"\n')
    cli.write("now.toml", f'{entry}from = {NOW:%Y-%m-%d}\nreason = "stolen"\n')
    assert verified(cli, "a.txt", "--distrust", "past.toml")["state"] == "trusted"
    found = verified(cli, "a.txt", "--distrust", "now.toml")
    assert found["state"] == "valid"
    assert "stolen" in found["signer"]["distrusted"]
    listed = cli("trust", "list", "-v", "--no-default-trust", "--distrust", "now.toml")
    assert f"from {NOW:%Y-%m-%d} 00:00: stolen" in listed.out
