"""A made web whose truth is known, weighed from files to account."""

from __future__ import annotations

import gzip
import json
import signal
import subprocess
import sys
from collections import defaultdict
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("fastwarc", reason="needs the extra `crawl`")

from provkit.crawl import inputs, results
from provkit.crawl.caps import exact
from provkit.crawl.extract import Extractor
from provkit.crawl.policy import Policy
from provkit.crawl.presets import PRESETS
from provkit.crawl.tokens import Counter
from provkit.crawl.weigh import in_turn
from provkit.trust.store import TrustStore
from provkit.verdict import OriginClass
from provkit_cli.weighing import _each
from support.crawl_world import AT, make_world
from support.pki import NOW

if TYPE_CHECKING:
    from pathlib import Path

    from support.crawl_world import World

SYNTHETIC = {"synthetic", "declared-synthetic", "detected-synthetic"}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return make_world(tmp_path_factory.mktemp("world"), pages=64, files=2)


def order(world: World, out: Path, policy: Policy | str = "balanced") -> results.Order:
    chosen = Policy.preset(policy) if isinstance(policy, str) else policy
    trust = TrustStore.empty().with_anchors(world.root.read_bytes(), name=world.root.name)
    sources = inputs.expand([str(path) for path in world.warcs])
    return results.Order(sources, chosen, trust, Extractor(), Counter(), str(out), NOW)


def records(out: Path) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(out.glob("*/*.jsonl.gz")):
        for line in gzip.decompress(path.read_bytes()).splitlines():
            record = json.loads(line)
            assert record["metadata"]["url"] not in found, "doubled"
            found[record["metadata"]["url"]] = record | {
                "kept": path.parent.name == "kept",
                "file": path.name,
            }
    return found


def tree(out: Path) -> dict[str, bytes]:
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in out.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    "policy", [pytest.param(name, marks=[] if name == "balanced" else pytest.mark.slow) for name in PRESETS]
)
def test_every_record_is_what_the_table_says(world: World, tmp_path: Path, policy: str) -> None:
    report, already = results.weigh_all(order(world, tmp_path / "out", policy))
    assert not already
    found = records(tmp_path / "out")
    assert found.keys() == world.truth.keys()
    for url, truth in world.truth.items():
        metadata = found[url]["metadata"]
        said = metadata["provenance"]
        assert (said["class"], said["assurance"], said["state"], said["damage"]) == (
            truth.cls,
            truth.assurance,
            truth.state,
            truth.damage,
        ), truth.kind
        assert (metadata["sample_weight"] == 0) is not found[url]["kept"]
        denied = any(entry["permission"] == "denied" for entry in said["usage"])
        assert denied is truth.denied
        if truth.denied and policy != "label-only":
            assert not found[url]["kept"]
        if truth.real is OriginClass.SYNTHETIC:
            # The point of it all: nothing that was generated counts as human work that is vouched for.
            assert metadata["stratum"] != "human", truth.kind
            assert (said["class"], said["assurance"]) != ("human", "verified-trusted")
            assert (
                metadata["sample_weight"] <= Policy.preset(policy).weights.unknown
                or truth.cls is OriginClass.SYNTHETIC
            )
    assert report["total"]["documents"] == len(world.truth)
    assert report["funnel"]["records"] == world.records + len(world.warcs) + 1
    assert report["problem_count"] == 0


@pytest.mark.slow
@pytest.mark.parametrize("policy", ["balanced", "label-only", "human-anchor"])
def test_the_true_share_lies_in_the_interval(world: World, tmp_path: Path, policy: str) -> None:
    report, _ = results.weigh_all(order(world, tmp_path / "out", policy))
    found = records(tmp_path / "out")
    for which, shares in (("read", report["shares"]), ("kept", report["kept_shares"])):
        for unit in ("documents", "bytes", "tokens"):
            amount: dict[bool, int] = defaultdict(int)
            for url, record in found.items():
                if which == "read" or record["kept"]:
                    real = world.truth[url].real is OriginClass.SYNTHETIC
                    amount[real] += 1 if unit == "documents" else record["metadata"][unit]
            true = amount[True] / sum(amount.values())
            interval = shares[unit]["synthetic"]
            assert interval["lower"] <= true <= interval["upper"]


@pytest.mark.parametrize(
    "unit", ["tokens", *(pytest.param(unit, marks=pytest.mark.slow) for unit in ("documents", "bytes"))]
)
def test_caps_hold_exactly_in_every_domain(world: World, tmp_path: Path, unit: str) -> None:
    caps = f'[caps]\nby = "{unit}"\noverall = 0.2\ndomain = 0.3\nwith-purpose = 0.4\n'
    policy = Policy.from_text(f'extends = "balanced"\nname = "mine"\n{caps}')
    report, _ = results.weigh_all(order(world, tmp_path / "out", policy))
    total: dict[str, int] = defaultdict(int)
    capped: dict[str, int] = defaultdict(int)
    for record in records(tmp_path / "out").values():
        if record["kept"]:
            metadata = record["metadata"]
            amount = 1 if unit == "documents" else metadata[unit]
            for domain in (metadata["url"].split("/")[2], ""):
                total[domain] += amount
                capped[domain] += amount if metadata["stratum"] in SYNTHETIC else 0
    # Caps this wide leave something whichever keys the signatures of this run gave.
    assert sum(capped.values()) > 0, "a cap that leaves nothing would hold too"
    for domain, amount in total.items():
        assert Fraction(capped[domain], amount) <= exact(0.3 if domain else 0.2), domain
    assert report["caps"]["kept"] == capped[""]
    assert report["excluded"]["cap.thinned"] > 0


@pytest.mark.slow
def test_workers_and_reruns_leave_no_mark(world: World, tmp_path: Path) -> None:
    results.weigh_all(order(world, tmp_path / "one"), in_turn)
    results.weigh_all(order(world, tmp_path / "two"), _each(2))
    first = tree(tmp_path / "one")
    assert first == tree(tmp_path / "two")
    report, already = results.weigh_all(order(world, tmp_path / "one"))
    assert already
    assert json.loads(first["report.json"]) == report
    assert tree(tmp_path / "one") == first


KILLED = """
import os, signal, sys
from provkit.crawl import journal
steps = int(sys.argv.pop(1))
write = journal.Journal.write
def dying(self, name, value):
    global steps
    steps -= 1
    if steps < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    write(self, name, value)
journal.Journal.write = dying
from provkit_cli import lists, weighing
out, trust, at, *warcs = sys.argv[1:]
chosen = lists.Chosen(trust=(trust,), no_default_trust=True)
asked = weighing.Request(inputs=tuple(warcs), out=out, chosen=chosen, at=at, quiet=True)
sys.exit(weighing.run(asked))
"""


@pytest.mark.slow
def test_killed_at_any_step_and_started_again(world: World, tmp_path: Path) -> None:
    out = tmp_path / "killed"
    arguments = [str(out), str(world.root), AT, *map(str, world.warcs)]
    results.weigh_all(order(world, tmp_path / "whole"))
    codes = []
    for steps in (0, 1, 2, 3, 2, 1):  # dies before its first, second, ... note; each start goes on from there
        done = subprocess.run(
            [sys.executable, "-c", KILLED, str(steps), *arguments],
            capture_output=True,
            text=True,
            check=False,
        )
        codes.append(done.returncode)
    assert codes == [-signal.SIGKILL] * len(codes)
    done = subprocess.run(
        [sys.executable, "-c", KILLED, "1000", *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert tree(out) == tree(tmp_path / "whole")
