"""The datatrove adapter, in real jobs over a made web whose truth is known."""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections import defaultdict
from datetime import datetime
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("datatrove", reason="runs in its own environment: make frameworks")

from datatrove.data import Document
from datatrove.executor import slurm
from datatrove.executor.local import LocalPipelineExecutor
from datatrove.io import DataFolder
from datatrove.pipeline.filters.lambda_filter import LambdaFilter

from provkit.crawl import inputs, passes, results
from provkit.crawl.caps import exact
from provkit.crawl.datatrove import Annotate, Cap, Filter, WarcReader, weighing
from provkit.crawl.extract import Extractor
from provkit.crawl.journal import Journal
from provkit.crawl.policy import Policy
from provkit.crawl.reading import Reader
from provkit.crawl.tokens import Counter
from provkit.errors import ConfigurationError, MalformedError
from provkit.trust.store import TrustStore
from support.crawl_world import AT, make_world
from support.pki import NOW

if TYPE_CHECKING:
    from support.crawl_world import World

ROOT = Path(__file__).parents[2]
FILES = 3
SYNTHETIC = {"synthetic", "declared-synthetic", "detected-synthetic"}
LOCAL = partial(LocalPipelineExecutor, workers=1)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return make_world(tmp_path_factory.mktemp("world"), pages=64, files=FILES)


def trust(world: World) -> TrustStore:
    return TrustStore.empty().with_anchors(world.root.read_bytes(), name=world.root.name)


def job(world: World, out: Path, **options: Any) -> Any:
    settings: dict[str, Any] = {
        "tasks": FILES,
        "executor": LOCAL,
        "reader": Reader(trust=trust(world), at=NOW),
    } | options
    return weighing(str(world.root.parent), str(out), **settings)


@pytest.fixture(scope="module")
def done(world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("done") / "out"
    job(world, out).run()
    return out


def lines(path: Path) -> list[Any]:
    return [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]


def tree(out: Path) -> dict[str, bytes]:
    """What a job gives, without the compression, in which datatrove puts the time."""
    packed = sorted(out.glob("*/*.jsonl.gz"))
    found = {path.relative_to(out).as_posix(): gzip.decompress(path.read_bytes()) for path in packed}
    return found | {"blend.json": (out / "blend.json").read_bytes()}


def records(out: Path, below: str) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(out.glob(f"{below}/*.jsonl.gz")):
        for record in lines(path):
            assert record["metadata"]["url"] not in found, "doubled"
            record["metadata"].pop("filter_reason", None)  # the framework's, beside what is excluded
            found[record["metadata"]["url"]] = record
    return found


def sums(out: Path, stage: int) -> dict[str, Any]:
    """Statistics of all steps of a stage together."""
    merged: dict[str, Any] = {}
    for step in json.loads((out / "logs" / str(stage) / "stats.json").read_text()):
        merged |= step["stats"]
    return merged


def test_the_records_are_those_of_provkit_weigh(world: World, done: Path, tmp_path: Path) -> None:
    sources = inputs.expand([str(path) for path in world.warcs])
    policy = Policy.preset("balanced")
    results.weigh_all(
        results.Order(sources, policy, trust(world), Extractor(), Counter(), str(tmp_path / "w"), NOW)
    )
    weighed = sorted((tmp_path / "w" / "kept").iterdir())
    assert [path.name for path in weighed] == sorted(path.name for path in (done / "kept").iterdir())
    for path in weighed:
        assert lines(path) == lines(done / "kept" / path.name)
    assert records(tmp_path / "w", "excluded") == records(done, "excluded")
    assert json.loads((tmp_path / "w" / "blend.json").read_text()) == json.loads(
        (done / "blend.json").read_text()
    )
    assert records(done, "kept").keys() | records(done, "excluded").keys() == world.truth.keys()
    assert records(done, "kept").keys().isdisjoint(records(done, "excluded"))


def test_every_record_is_what_the_table_says(world: World, done: Path) -> None:
    found = records(done, "kept") | records(done, "excluded")
    for url, truth in world.truth.items():
        said = found[url]["metadata"]["provenance"]
        expected = (truth.cls, truth.assurance, truth.state, truth.damage)
        assert (said["class"], said["assurance"], said["state"], said["damage"]) == expected, truth.kind
        assert any(entry["permission"] == "denied" for entry in said["usage"]) is truth.denied
    # Of media there is no text, and they are not lost for that.
    assert any(not record["text"] for record in records(done, "kept").values())
    assert not any("\ufe0f" in record["text"] or "\U000e0100" in record["text"] for record in found.values())


def test_statistics_count_everything(world: World, done: Path) -> None:
    stats = sums(done, 3)
    by_class: dict[str, int] = defaultdict(int)
    for truth in world.truth.values():
        by_class[f"{truth.cls}|{truth.assurance}"] += 1
        if truth.damage is not None:
            by_class[str(truth.damage)] += 1
    assert {name: stats[name] for name in by_class} == by_class
    assert stats["skipped_status"] > 0
    assert stats["dropped_usage.denied"] == sum(truth.denied for truth in world.truth.values())
    assert sums(done, 1)["site_files"]["total"] == 1
    thinned = [record for path in done.glob("excluded/caps.*") for record in lines(path)]
    assert sums(done, 5)["dropped_cap.thinned"] == len(thinned) > 0


def test_caps_hold_exactly_in_every_domain_also_behind_filters_of_ones_own(
    world: World, tmp_path: Path
) -> None:
    caps = '[caps]\nby = "documents"\noverall = 0.12\ndomain = 0.2\nwith-purpose = 0.3\n'
    policy = Policy.from_text(f'extends = "balanced"\nname = "mine"\n{caps}')
    only_some = LambdaFilter(lambda doc: not doc.metadata["url"].endswith("3"))
    job(world, tmp_path / "out", policy=policy, steps=[only_some]).run()
    total: dict[str, int] = defaultdict(int)
    capped: dict[str, int] = defaultdict(int)
    kept = records(tmp_path / "out", "kept")
    assert not any(url.endswith("3") for url in kept)
    for url, record in kept.items():
        for domain in (url.split("/")[2], ""):
            total[domain] += 1
            capped[domain] += record["metadata"]["stratum"] in SYNTHETIC
    assert capped[""] > 0, "a cap that leaves nothing would hold too"
    for domain, amount in total.items():
        assert Fraction(capped[domain], amount) <= exact(0.2 if domain else 0.12), domain
    assert sums(tmp_path / "out", 5)["dropped_cap.thinned"] > 0
    plan = passes.Thinning.of(Journal(str(tmp_path / "out")), FILES).plan
    assert (plan.kept, plan.others) == (capped[""], total[""] - capped[""])


def test_a_file_that_is_cut_is_counted(world: World, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    whole = world.warcs[0].read_bytes()
    (source / "cut.warc.gz").write_bytes(whole[: len(whole) - len(whole) // 3])
    (source / "damaged.warc.gz").write_bytes(whole[:2000] + b"\0" * 50 + whole[2050:])
    (source / "empty.warc.gz").write_bytes(b"")
    reader = WarcReader(str(source))
    found = list(reader.run())
    assert 0 < len(found) < 2 * len(world.truth)
    stats = reader.stats.stats.to_dict()
    assert stats["problem_cut"] == 2
    assert stats["problem_damaged"] == 1


def test_files_elsewhere_are_brought_here_first(world: World) -> None:
    folder = DataFolder("memory://crawl")
    for path in world.warcs:
        with folder.open(path.name, "wb") as file:
            file.write(path.read_bytes())
    here = list(WarcReader(str(world.root.parent), glob_pattern="*.warc.gz").run())
    there = list(WarcReader("memory://crawl").run())
    folder.rm("", recursive=True)
    assert [doc.media[0].media_bytes for doc in there] == [doc.media[0].media_bytes for doc in here]
    assert len(there) == len(world.truth)


def test_documents_of_other_readers(tmp_path: Path) -> None:
    job = passes.begin(str(tmp_path / "out"))
    page = (
        '<html><head><meta name="ai-disclosure" content="ai-generated"></head><body><p>Eleven herons.</html>'
    )
    documents = [
        Document(page, "1", metadata={"url": "https://a.example/", "media_type": "text/html", "mine": 7}),
        Document("Twelve herons. \ud800", "2", metadata={"url": "https://a.example/2"}),
        Document("Nine herons.", "3"),
    ]
    assert list(Filter(job).run(Annotate(job).run(iter(documents)))) == documents
    assert [doc.text for doc in documents] == ["Eleven herons.", "Twelve herons. ?", "Nine herons."]
    assert documents[0].metadata["mine"] == 7
    assert [doc.metadata["stratum"] for doc in documents] == ["declared-synthetic", "unknown", "unknown"]
    passes.plan_caps(job.journal)
    stays = list(Cap(job).run(iter(documents)))
    assert [doc.id for doc in stays] == ["2", "3"], "one of three is more than a tenth"
    with pytest.raises(ConfigurationError, match="not weighed"):
        list(Filter(job).run(iter([Document("As it came.", "4")])))
    with pytest.raises(MalformedError, match="document 5 cannot be read: url is text"):
        list(Annotate(job).run(iter([Document("Of no known shape.", "5", metadata={"url": 7})])))


def test_a_job_goes_on_only_as_it_was_begun(world: World, done: Path, tmp_path: Path) -> None:
    before = tree(done)
    stamps = {path: path.stat().st_mtime_ns for path in done.rglob("*.gz")}
    job(world, done).run()
    assert tree(done) == before
    assert {path: path.stat().st_mtime_ns for path in done.rglob("*.gz")} == stamps, "done again"
    for other in ({"tasks": 2}, {"policy": "strict"}, {"tokens": "builtins:len"}, {"files": "*0.warc.gz"}):
        with pytest.raises(ConfigurationError, match="another run was begun"):
            job(world, done, **other)
    with pytest.raises(ConfigurationError, match="no plan for the caps of 2 tasks"):
        list(Cap(passes.begin(str(tmp_path / "other"))).run(iter(()), 0, 2))


def test_what_hosts_say_may_lie_elsewhere(world: World, tmp_path: Path) -> None:
    source, robots = tmp_path / "pages", tmp_path / "robots"
    robots.mkdir()
    shutil.copytree(world.root.parent, source)
    # The last file speaks of the host that the others have pages of.
    shutil.copy(source / world.warcs[-1].name, robots / "r.warc.gz")
    options: dict[str, Any] = {"files": "crawl-00.warc.gz", "tasks": 1}
    reader = Reader(trust=trust(world), at=NOW)
    weighing(
        str(source), str(tmp_path / "with"), robots=str(robots), reader=reader, executor=LOCAL, **options
    ).run()
    weighing(str(source), str(tmp_path / "without"), reader=reader, executor=LOCAL, **options).run()
    denied = {url for url, truth in world.truth.items() if truth.denied}
    assert denied & records(tmp_path / "with", "excluded").keys()
    assert not denied & records(tmp_path / "with", "kept").keys()
    assert denied & records(tmp_path / "without", "kept").keys()


SCRIPT = """
import os, signal, sys
from datetime import datetime
from functools import partial
from pathlib import Path
from datatrove.executor.local import LocalPipelineExecutor as Local
from provkit.crawl import passes
from provkit.crawl.datatrove import weighing
from provkit.crawl.reading import Reader
from provkit.trust.store import TrustStore

def dying(function, calls):
    def called(*arguments):
        nonlocal calls
        calls -= 1
        if calls < 0:
            os.killpg(0, signal.SIGKILL)
        return function(*arguments)
    return called

if __name__ == "__main__":
    root, out, at, where, calls = sys.argv[1:]
    owner = {"mark_rank_as_completed": Local, "thin": passes.Thinning}.get(where, passes)
    if where != "nowhere":
        setattr(owner, where, dying(getattr(owner, where), int(calls)))
    trust = TrustStore.empty().with_anchors(Path(root).read_bytes(), name=Path(root).name)
    reader = Reader(trust=trust, at=datetime.fromisoformat(at))
    weighing(str(Path(root).parent), out, tasks=3, reader=reader, executor=partial(Local, workers=1)).run()
"""


def started(world: World, out: Path, *arguments: str) -> int:
    """Exit code of the job in a process group of its own, of which a kill leaves nothing behind."""
    script = out.with_suffix(".py")
    script.write_text(SCRIPT)
    log = out.with_suffix(".log")
    with log.open("w") as said:
        command = [sys.executable, str(script), str(world.root), str(out), AT, *arguments]
        code = subprocess.run(
            command, stdout=said, stderr=said, start_new_session=True, check=False
        ).returncode
    assert code in {0, -signal.SIGKILL}, log.read_text()[-2000:]
    return code


def test_every_task_on_a_machine_of_its_own(
    world: World, done: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slurm, "expand_slurm_nodelist", lambda _names: ["somewhere"])
    monkeypatch.setenv("SLURM_NODELIST", "somewhere")
    last = job(
        world,
        tmp_path / "out",
        executor=partial(slurm.SlurmPipelineExecutor, time="1:00:00", partition="cpu"),
    )
    stages = [last]
    while (last := last.depends) is not None:
        stages.insert(0, last)
    for stage in stages:
        stage.save_executor_as_json()
        packed = slurm.dill.dumps(stage, fmode=slurm.CONTENTS_FMODE)  # as it is left for the machines
        for rank in reversed(range(stage.tasks)):
            slurm.dill.loads(packed)._run_for_rank(rank)
    assert tree(tmp_path / "out") == tree(done)


@pytest.mark.slow
def test_killed_and_started_again(world: World, done: Path, tmp_path: Path) -> None:
    out = tmp_path / "killed"
    for where, calls in (
        ("record", "30"),  # in the middle of the second file
        ("mark_rank_as_completed", "1"),  # everything of the third is written, and nobody noted it
        ("thin", "25"),  # some of what is kept is written
    ):
        assert started(world, out, where, calls) == -signal.SIGKILL
    assert os.listdir(out / "logs" / "5" / "completions") == ["00000"]  # noqa: PTH208
    assert list(out.glob("kept/*.00001.jsonl.gz")), "killed too early to show anything"
    assert started(world, out, "nowhere", "0") == 0
    assert tree(out) == tree(done)


@pytest.mark.slow
def test_the_page_of_the_docs_and_two_workers_leave_no_mark(world: World, tmp_path: Path) -> None:
    page = (ROOT / "docs" / "datatrove.md").read_text("utf-8")
    [script] = re.findall(r"^```python\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    (tmp_path / "crawl").mkdir()
    for path in world.warcs[:2]:
        shutil.copy(path, tmp_path / "crawl")
    shutil.copy(world.root, tmp_path / "publishers.pem")
    (tmp_path / "job.py").write_text(script)
    # Saves time and changes nothing: modules are imported once, not in every worker of every stage.
    preload = 'import multiprocess\nmultiprocess.set_forkserver_preload(["provkit.crawl.datatrove"])\n'
    (tmp_path / "sitecustomize.py").write_text(preload)
    places = os.pathsep.join(filter(None, [str(tmp_path), os.environ.get("PYTHONPATH")]))
    ran = subprocess.run(
        [sys.executable, "job.py"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": places},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    weighed, again = tmp_path / "weighed", tmp_path / "again"
    strata = {record["metadata"]["stratum"] for record in records(weighed, "kept").values()}
    assert {"human", "unknown"} <= strata, "publishers.pem was not believed"
    # The same in one process, judged at the same moment.
    lists = TrustStore.bundled().with_anchors(world.root.read_bytes(), name="publishers")
    at = datetime.fromisoformat(Journal(str(weighed)).note("plan")["at"])
    long_enough = LambdaFilter(lambda doc: not doc.text or len(doc.text) > 20)
    options: dict[str, Any] = {"tasks": 2, "steps": [long_enough], "executor": LOCAL}
    weighing(str(tmp_path / "crawl"), str(again), reader=Reader(trust=lists, at=at), **options).run()
    assert tree(weighed) == tree(again)
    named = re.findall(r"^\| `(\S+)` \|", page, re.MULTILINE)
    assert len(named) == 5
    for name in named:
        assert any(weighed.glob(re.sub("STRATUM|NNNNN|(?<=/)N(?=/)", "*", name))), name
