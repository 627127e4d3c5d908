"""provkit policy, and the codes of a crawl in provkit explain."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from provkit.crawl.codes import ReasonCode
from provkit.crawl.policy import Policy
from provkit.crawl.presets import PRESETS

if TYPE_CHECKING:
    from cli.conftest import Cli

MINE = """
extends = "civic"
name = "mine\x1b[31m"
[weights.human]
verified-trusted = 3
[vintage]
before = 2022-11-30
[signers]
allow = ["{0}"]
distrust = ["{1}"]
complete = true
[[signers.tiers]]
name = "desk"
sha256 = ["{2}"]
weight = 6
""".replace("\x1b", "\\u001b")


@pytest.mark.parametrize("name", PRESETS)
def test_presets(cli: Cli, name: str) -> None:
    done = cli("policy", "check", name)
    assert (done.code, done.out) == (0, f"{name}: usable, SHA-256 {Policy.preset(name).digest()}\n")
    assert ("policy." in done.err) == (name in ("strict", "label-only"))
    shown = cli("policy", "explain", name)
    assert (shown.code, Policy.preset(name).digest() in shown.out) == (0, True)
    # What is printed to start from is a policy: the same one.
    cli.write("own.toml", cli("policy", "explain", name, "--toml").out)
    assert cli("policy", "check", "own.toml").out == done.out


def test_balanced_explained(cli: Cli) -> None:
    out = cli("policy", "explain").out
    assert out.startswith("balanced (SHA-256 ")
    rows = {line.split()[0]: line.split()[1:] for line in out.splitlines() if line.startswith("  ")}
    assert rows["verified-trusted"] == ["4", "1", "1"]
    assert rows["dated"] == ["-", "-", "-"]
    assert "known synthetic: at most 0.1 of the whole mix, in tokens" in out
    assert "left out where train-ai is denied" in out


def test_own(cli: Cli) -> None:
    cli.write("mine.toml", MINE.format("1" * 64, "2" * 64, "3" * 64))
    out = cli("policy", "explain", "mine.toml").out
    assert "\x1b" not in out
    for words in (
        "captured before 2022-11-30",
        "tier desk: 1 signer, weight 6",
        "1 signer is distrusted",
        "only by 1 listed signer and",
        "all actions are listed",
        "testimony",
        "categories: Review",
    ):
        assert words in out
    same = cli("policy", "explain", "mine.toml", "--toml").out
    assert same == MINE.format("1" * 64, "2" * 64, "3" * 64)


def test_refused(cli: Cli) -> None:
    cli.write("bad.toml", 'extends = "balanced"\n[weights]\nunknwon = 1\n')
    done = cli("policy", "check", "bad.toml")
    assert (done.code, done.out) == (2, "")
    assert "weights.unknwon: there is no such key, in bad.toml" in done.err
    assert cli("policy", "check", "none.toml").code == 2
    done = cli("policy", "check", "blanced")
    assert (done.code, "human-anchor" in done.err) == (2, True)


def test_every_code_is_explained(cli: Cli) -> None:
    everything = cli("explain").out
    for code in ReasonCode:
        done = cli("explain", code)
        assert (done.code, done.out.splitlines()[0]) == (0, f"{code} (crawl)")
        assert "What to do: " in done.out
        assert f"  {code}\n" in everything
    done = cli("explain", "weight.unvouchd")
    assert (done.code, "weight.unvouched" in done.err) == (2, True)
