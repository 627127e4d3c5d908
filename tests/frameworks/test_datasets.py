"""Hugging Face datasets, really run: the same classes, weights and caps as ``provkit weigh``, and its mix."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("datasets", reason="runs in its own environment: make frameworks")

import datasets as hf
import pyarrow as pa
import pyarrow.parquet as pq
from datasets.fingerprint import Hasher

from provkit.crawl import datasets, tables, warc
from provkit.crawl.caps import exact
from provkit.crawl.documents import Document
from provkit.crawl.policy import Policy
from provkit.errors import ConfigurationError, MalformedError
from provkit.trust.store import TrustStore
from support import weighed
from support.crawl_world import make_world
from support.pki import NOW

if TYPE_CHECKING:
    from support.weighed import Weighed

PAGE = Path(__file__).parents[2] / "docs" / "datasets.md"
CAPS = '[caps]\nby = "tokens"\noverall = 0.2\ndomain = 0.3\nwith-purpose = 0.4\n'
POLICY = Policy.from_text(f'extends = "balanced"\nname = "mine"\n{CAPS}')


@pytest.fixture(scope="module", autouse=True)
def _no_hub(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hf.config, "HF_DATASETS_CACHE", tmp_path_factory.mktemp("cache"))
        patch.setattr(hf.config, "HF_DATASETS_OFFLINE", True)
        hf.disable_progress_bars()
        yield


@pytest.fixture(scope="module")
def by_weigh(tmp_path_factory: pytest.TempPathFactory) -> Weighed:
    """The documents of a small web in a Parquet file, and what ``provkit weigh`` makes of them."""
    folder = tmp_path_factory.mktemp("world")
    world = make_world(folder, pages=64, files=1)
    rows = [
        {
            "url": entry.url,
            "content": entry.body,
            "headers": json.dumps(entry.headers),
            "media_type": entry.media_type,
            "truncated": entry.truncated,
            "date": entry.captured_at,
        }
        for entry in warc.read(str(world.warcs[0]))
        if isinstance(entry, Document)
    ]
    pq.write_table(pa.Table.from_pylist(rows), folder / "crawl.parquet")
    return weighed.run([folder / "crawl.parquet"], world.root, POLICY, folder / "weighed")


def loaded(by_weigh: Weighed) -> hf.Dataset:
    [path] = by_weigh.inputs
    return hf.load_dataset("parquet", data_files=str(path), split="train")


@pytest.fixture(scope="module")
def annotated(by_weigh: Weighed) -> hf.Dataset:
    return datasets.annotate(loaded(by_weigh), POLICY, by_weigh.trust, at=NOW)


def test_every_row_says_what_weigh_says(by_weigh: Weighed, annotated: hf.Dataset) -> None:
    assert annotated.features["provenance"] == datasets.FEATURES["provenance"]
    assert annotated.num_rows == len(by_weigh.records)
    for row in annotated:
        by_weigh.same_but_for_caps(row)


def test_the_caps_leave_exactly_what_weigh_leaves(by_weigh: Weighed, annotated: hf.Dataset) -> None:
    plan = datasets.plan_of(annotated, POLICY)
    assert plan.dropped > 0
    assert 0 < plan.share <= exact(0.2)
    kept = datasets.keep(annotated, plan)
    assert set(kept["url"]) == by_weigh.kept
    assert set(datasets.keep(annotated)["url"]) > by_weigh.kept


def test_two_processes_and_a_stream_give_the_same(by_weigh: Weighed, annotated: hf.Dataset) -> None:
    options: Any = {"at": NOW, "batch_size": 10}
    two = datasets.annotate(loaded(by_weigh), POLICY, by_weigh.trust, num_proc=2, **options)
    assert two.to_list() == annotated.to_list()
    stream = datasets.annotate(
        loaded(by_weigh).to_iterable_dataset(num_shards=3), POLICY, by_weigh.trust, **options
    )
    plan = datasets.plan_of(stream, POLICY)
    assert plan == datasets.plan_of(annotated, POLICY)
    kept = list(datasets.keep(stream, plan))
    assert kept == datasets.keep(annotated, plan).to_list()


def test_the_cache_is_found_again(by_weigh: Weighed, annotated: hf.Dataset) -> None:
    again = datasets.annotate(loaded(by_weigh), POLICY, by_weigh.trust, at=NOW)
    assert again.cache_files == annotated.cache_files
    other = datasets.annotate(loaded(by_weigh), "balanced", by_weigh.trust, at=NOW)
    assert other.cache_files != annotated.cache_files


HASHED = """
import sys
from datetime import datetime
from datasets.fingerprint import Hasher
from provkit import TrustStore
from provkit.crawl import datasets, tables
store = TrustStore.bundled().with_anchors(open(sys.argv[1], "rb").read(), name="ours")
step = tables.annotator("civic", store, at=datetime.fromisoformat(sys.argv[2]))
print(Hasher.hash(datasets.Columns(step)))
"""


def test_every_process_finds_the_cache(by_weigh: Weighed) -> None:
    # Sets of text have another order there.
    found = subprocess.run(
        [sys.executable, "-c", HASHED, str(by_weigh.root), NOW.isoformat()],
        env={**os.environ, "PYTHONHASHSEED": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    store = TrustStore.bundled().with_anchors(by_weigh.root.read_bytes(), name="ours")
    here, other = (datasets.Columns(tables.annotator(name, store, at=NOW)) for name in ("civic", "strict"))
    assert found.stdout.strip() == Hasher.hash(here) != Hasher.hash(other)


@pytest.mark.parametrize("streaming", [False, True])
def test_the_mix_of_a_run(by_weigh: Weighed, *, streaming: bool) -> None:
    strategy = {"stopping_strategy": "all_exhausted"}
    mix = list(datasets.interleave(by_weigh.out, streaming=streaming, seed=1, **strategy))
    assert {entry["metadata"]["url"] for entry in mix} == by_weigh.kept
    for entry in mix[:20]:
        record = by_weigh.records[entry["metadata"]["url"]]
        assert entry["text"] == record["text"]
        assert entry["metadata"]["captured_at"].isoformat() == record["metadata"]["captured_at"]
        assert entry["metadata"]["provenance"]["class"] == record["metadata"]["provenance"]["class"]
    # Drawn as often as the file says: 6 of its standard deviations are allowed for.
    blend = json.loads((by_weigh.out / "blend.json").read_text())
    for stratum, probability in zip(blend["strata"], blend["probabilities"], strict=True):
        drawn = sum(entry["metadata"]["stratum"] == stratum["name"] for entry in mix)
        assert abs(drawn - probability * len(mix)) <= 6 * (len(mix) * probability * (1 - probability)) ** 0.5


def test_another_file_is_no_blend(tmp_path: Path) -> None:
    (tmp_path / "blend.json").write_text("[]")
    with pytest.raises(MalformedError, match="not a provkit-blend/1 file"):
        datasets.interleave(tmp_path)


def test_what_the_host_says_counts_and_what_is_no_document_is_said() -> None:
    rows = [
        {
            "url": "https://a.example/1",
            "text": "One.",
            "robots": b"User-agent: *\nContent-Usage: train-ai=n\n",
        },
        {"url": "https://a.example/2", "text": "Two.", "robots": None},
        {"url": "https://a.example/3", "text": None, "robots": None},
    ]
    denied, kept, empty = datasets.annotate(hf.Dataset.from_list(rows))
    assert denied["action"] == "exclude"
    assert [entry["permission"] for entry in denied["provenance"]["usage"]] == ["denied"]
    assert (kept["action"], kept["text"]) == ("keep", "Two.")
    assert (empty["action"], empty["sample_weight"], empty["provenance"]) == ("exclude", 0.0, None)
    assert empty["reasons"] == ["row: no document: neither text, html nor content_b64"]


def test_a_plan_needs_the_policy_that_annotated(annotated: hf.Dataset) -> None:
    other = Policy.from_text('extends = "balanced"\nname = "x"\n[caps]\nclasses = ["ai-assisted"]\n')
    with pytest.raises(ConfigurationError, match="annotated under other caps"):
        datasets.plan_of(annotated, other)


def test_the_page_runs(by_weigh: Weighed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "crawl.parquet").symlink_to(by_weigh.inputs[0])
    (tmp_path / "weighed").symlink_to(by_weigh.out)
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {"__name__": "page"}
    blocks = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert len(blocks) == 3
    for block in blocks:
        exec(compile(block, str(PAGE), "exec"), names)
    assert names["kept"].num_rows > 0
