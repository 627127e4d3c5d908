"""Spark, really run in two workers: the same classes, weights and caps as ``provkit weigh`` of the same files."""

from __future__ import annotations

import re
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("pyspark", reason="runs in its own environment: make frameworks")

from pyspark.errors import AnalysisException
from pyspark.sql import SparkSession
from pyspark.sql.datasource import InputPartition

from provkit.crawl import archives
from provkit.crawl import spark as provspark
from provkit.crawl.caps import exact
from provkit.crawl.policy import Policy
from provkit.errors import ConfigurationError
from support import weighed
from support.crawl_world import make_world
from support.pki import NOW
from support.programs import program

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyspark.sql import DataFrame

    from provkit.crawl.caps import Plan
    from support.weighed import Weighed

PAGE = Path(__file__).parents[2] / "docs" / "spark.md"
CAPS = '[caps]\nby = "tokens"\noverall = 0.2\ndomain = 0.3\nwith-purpose = 0.4\n'
POLICY = Policy.from_text(f'extends = "balanced"\nname = "mine"\n{CAPS}')


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where Spark works: it takes every relative path from here."""
    return tmp_path_factory.mktemp("spark")


@pytest.fixture(scope="module")
def spark(home: Path) -> Iterator[SparkSession]:
    program("java")
    settings = {
        "spark.ui.enabled": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.local.dir": str(home / "local"),
        "spark.sql.warehouse.dir": str(home / "warehouse"),
        "spark.sql.shuffle.partitions": "2",
        "spark.log.level": "ERROR",
        # A test is over before compiling well pays.
        "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
        "spark.sql.codegen.wholeStage": "false",
    }
    builder = SparkSession.builder.master("local[2]").appName("provkit")
    for name, value in settings.items():
        builder = builder.config(name, value)
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        patch.chdir(home)
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        # Said when a session starts, where pandas 3 is installed; no test hands it pandas.
        warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
        session = builder.getOrCreate()
        provspark.register(session)
    yield session
    session.stop()


@pytest.fixture(scope="module")
def by_weigh(tmp_path_factory: pytest.TempPathFactory) -> Weighed:
    """A small web in two files, one of them cut, and what ``provkit weigh`` makes of them."""
    folder = tmp_path_factory.mktemp("world")
    world = make_world(folder, pages=64, files=2)
    whole = world.warcs[0].read_bytes()
    world.warcs[0].write_bytes(whole[:-300])
    return weighed.run(world.warcs, world.root, POLICY, folder / "weighed")


@pytest.fixture(scope="module")
def annotated(spark: SparkSession, by_weigh: Weighed) -> DataFrame:
    crawl = spark.read.format("provkit_warc").load([str(path) for path in by_weigh.inputs])
    return provspark.annotate(crawl, POLICY, by_weigh.trust, at=NOW).drop("content").cache()


@pytest.fixture(scope="module")
def plan(annotated: DataFrame) -> Plan:
    return provspark.plan_of(annotated, POLICY)


@pytest.fixture(scope="module")
def rows(annotated: DataFrame) -> list[dict[str, Any]]:
    return [row.asDict(recursive=True) for row in annotated.collect()]


def test_every_row_says_what_weigh_says(rows: list[dict[str, Any]], by_weigh: Weighed) -> None:
    documents = [row for row in rows if row["kind"] == "document"]
    assert sorted(row["url"] for row in documents) == sorted(by_weigh.records)
    assert any(entry["permission"] == "denied" for row in documents for entry in row["provenance"]["usage"])
    for row in documents:
        by_weigh.same_but_for_caps(row)
        assert row["id"] == by_weigh.records[row["url"]]["id"]


def test_a_cut_file_is_a_row(rows: list[dict[str, Any]], by_weigh: Weighed) -> None:
    [problem] = [row for row in rows if row["kind"] != "document"]
    assert (problem["kind"], problem["source"]) == ("problem", by_weigh.inputs[0].name)
    assert (problem["action"], problem["sample_weight"], problem["provenance"]) == ("exclude", 0.0, None)
    assert problem["reasons"] == ["cut: the file ends in the middle of a record"]


def test_the_caps_leave_exactly_what_weigh_leaves(
    annotated: DataFrame, plan: Plan, by_weigh: Weighed
) -> None:
    assert plan.dropped > 0
    assert 0 < plan.share <= exact(0.2)
    thinned = provspark.thin(annotated, plan).where("kind = 'document'")
    found = thinned.select("url", "action", "sample_weight", "reasons").collect()
    assert {row.url for row in found if row.action == "keep"} == by_weigh.kept
    for row in found:
        metadata = by_weigh.records[row.url]["metadata"]
        assert (row.sample_weight, row.reasons) == (metadata["sample_weight"], metadata["reasons"])


def test_a_plan_needs_the_policy_that_annotated(annotated: DataFrame) -> None:
    other = Policy.from_text('extends = "balanced"\nname = "x"\n[caps]\nclasses = ["ai-assisted"]\n')
    with pytest.raises(ConfigurationError, match="annotated under other caps"):
        provspark.plan_of(annotated, other)


def test_a_table_of_ones_own(spark: SparkSession) -> None:
    rows = [
        ("https://a.example/1", b"<html><p>One.</html>", {"AI-Disclosure": "mode=ai-originated"}, "x"),
        ("https://a.example/2", None, None, "y"),
    ]
    schema = "url string, content binary, headers map<string, string>, kind string"
    one, two = provspark.annotate(spark.createDataFrame(rows, schema)).orderBy("url").collect()
    assert (one.kind, one.text, bytes(one.content)) == ("x", "One.", b"<html><p>One.</html>")
    assert (one.provenance["class"], one.provenance.assurance) == ("synthetic", "declared")
    assert (two.kind, two.action, two.provenance) == ("y", "exclude", None)
    assert two.reasons == ["row: no document: neither text, html nor content_b64"]


def test_what_is_no_archive_is_refused(spark: SparkSession, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<p>")
    reader = spark.read.format("provkit_warc")
    with pytest.raises(AnalysisException, match=r"not a WARC file: page\.html"):
        reader.load(str(tmp_path)).count()


def test_batches_are_bounded(by_weigh: Weighed, monkeypatch: pytest.MonkeyPatch) -> None:
    def batches() -> list[Any]:
        reader = provspark.WarcSource({"path": str(by_weigh.inputs[1])}).reader(None)
        [partition] = reader.partitions()
        assert isinstance(partition, InputPartition)
        return list(reader.read(partition))

    [whole] = batches()
    monkeypatch.setattr(archives, "BATCH_ROWS", 5)
    some = batches()
    assert {batch.num_rows for batch in some[:-1]} == {5}
    assert [row for batch in some for row in batch.to_pylist()] == whole.to_pylist()
    monkeypatch.setattr(archives, "BATCH_BYTES", 1)
    assert len(batches()) >= whole.num_rows - 1  # robots.txt has few bytes, and still some


def test_another_python_for_workers_is_refused(spark: SparkSession, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("/usr/bin/python3", "no-such-python"):
        monkeypatch.setattr(spark.sparkContext, "pythonExec", name)
        with pytest.raises(ConfigurationError, match="which is not the Python of this process") as caught:
            provspark.register(spark)
        assert "PYSPARK_PYTHON" in str(caught.value.hint)


def test_the_page_runs(
    spark: SparkSession,
    home: Path,
    by_weigh: Weighed,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    (home / "crawl").mkdir()
    for path in by_weigh.inputs:
        (home / "crawl" / path.name).symlink_to(path)
    monkeypatch.setenv("PYSPARK_PYTHON", sys.executable)  # so that what the page sets is taken back
    names: dict[str, Any] = {"__name__": "page"}
    blocks = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert len(blocks) == 2
    for block in blocks:
        exec(compile(block, str(PAGE), "exec"), names)
    assert "cut: the file ends in the middle of a record" in capfd.readouterr().out
    assert 0 < spark.read.parquet("kept").count() < len(by_weigh.records)
