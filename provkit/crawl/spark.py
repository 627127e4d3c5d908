"""Spark 4: a data source for WARC files, a step that annotates tables, and exact caps over both.

    register(spark)
    crawl = spark.read.format("provkit_warc").load(["a.warc.gz", "robots.warc.gz"])
    weighed = annotate(crawl, "balanced", trust)
    weighed = thin(weighed, plan_of(weighed, "balanced"))

The step is a ``mapInArrow``, which is ``mapInPandas`` without pandas: what is missing stays missing, and a
moment keeps its zone.  Executors need provkit installed, and read the files under the same paths.
"""

from __future__ import annotations

import contextlib
import glob
import json
import os
import shutil
import sys
import warnings
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from pyspark.sql import functions as F  # noqa: N812 - as everybody writes it
from pyspark.sql.datasource import DataSource, DataSourceReader, InputPartition
from pyspark.sql.pandas.types import from_arrow_schema
from pyspark.sql.types import StructType

from provkit.crawl import archives, inputs, tables
from provkit.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyspark.sql import DataFrame, SparkSession

    from provkit.crawl.caps import Plan
    from provkit.crawl.policy import Policy


class WarcSource(DataSource):
    """``provkit_warc``: a row for each document, each robots.txt and tdmrep.json, and each problem."""

    @classmethod
    def name(cls) -> str:
        return "provkit_warc"

    def schema(self) -> Any:
        return from_arrow_schema(archives.arrow_fields())

    def reader(self, schema: Any) -> DataSourceReader:  # noqa: ARG002 - there is one
        return _WarcReader(dict(self.options))


class _WarcReader(DataSourceReader):
    def __init__(self, options: dict[str, str]) -> None:
        self._given = json.loads(options["paths"]) if "paths" in options else [options["path"]]

    def partitions(self) -> list[InputPartition]:
        # The names of Java have a scheme where somebody wrote one.
        given = [path.removeprefix("file://").removeprefix("file:") for path in self._given]
        found = [name for path in given for name in (sorted(glob.glob(path)) or [path])]  # noqa: PTH207
        sources = inputs.expand(found)
        if other := next((source.paths[0] for source in sources if source.kind != inputs.WARC), None):
            hint = "give files or a pattern: crawl/*.warc.gz"
            raise ConfigurationError(f"not a WARC file: {os.path.basename(other)}", hint=hint)  # noqa: PTH119
        return [InputPartition((source.paths[0], number)) for number, source in enumerate(sources)]

    def read(self, partition: InputPartition) -> Iterator[pa.RecordBatch]:
        yield from archives.batches(*partition.value)


def register(spark: SparkSession) -> None:
    """Make ``spark.read.format("provkit_warc")`` known to a session.

    Raises:
        ConfigurationError: on one machine, workers would run another Python than this one.
    """
    _same_python(spark)
    spark.dataSource.register(WarcSource)


def annotate(
    frame: DataFrame, policy: Policy | str | os.PathLike[str] = "balanced", trust: Any = None, **options: Any
) -> DataFrame:
    """The frame with the columns of :func:`provkit.crawl.tables.arrow_fields`.

    Args:
        frame: of ``provkit_warc``, or any with ``content`` (or ``html``, ``text``) and, where there are such,
            ``url``, ``headers``, ``media_type``, ``truncated``, ``date``, ``robots`` and ``tdmrep``.
        policy: or the name of a preset, or a file.
        trust: who may sign; the bundled lists when left out.
        options: as for :func:`provkit.crawl.tables.annotator`.

    Raises:
        ConfigurationError: one of them cannot be used.
    """
    _same_python(frame.sparkSession)
    # One moment for all workers, and for both passes.
    step = tables.annotator(policy, trust, **({"at": datetime.now(UTC)} | options))
    made = tables.arrow_fields()
    own = [name for name in frame.columns if name not in made.names]
    if set(archives.arrow_fields().names) <= set(frame.columns):
        frame = _with_sites(frame)
    schema = StructType([*frame.select(*own).schema, *from_arrow_schema(made)])

    def annotated(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            found = [step(row) for row in batch.to_pylist()]
            arrays = [pa.array([row[name] for row in found], made.field(name).type) for name in made.names]
            yield pa.RecordBatch.from_arrays([*(batch.column(name) for name in own), *arrays], schema.names)

    with _no_pandas():
        return frame.mapInArrow(annotated, schema)


def _with_sites(crawl: DataFrame) -> DataFrame:
    """Documents and problems, with what their host says; of several files of a host the last counts."""
    sites = crawl.where(F.col("kind").isin(*tables.SITE_KINDS)).groupBy("domain")
    wanted = {kind: F.when(F.col("kind") == kind, F.col("position")) for kind in tables.SITE_KINDS}
    words = sites.agg(*(F.max_by("content", place).alias(kind) for kind, place in wanted.items()))
    return crawl.where(F.col("kind").isin("document", "problem")).join(words, "domain", "left")


def plan_of(frame: DataFrame, policy: Policy | str | os.PathLike[str] = "balanced") -> Plan:
    """Count what :func:`annotate` made, in Spark, and plan the caps, in the driver: 200 bytes for each capped row.

    Raises:
        ConfigurationError: it was annotated under other caps.
    """
    groups = frame.where("action = 'keep'").groupBy("domain", "stratum", "cap_key")
    sums = groups.agg(F.count("*"), F.sum("bytes"), F.sum("tokens"))
    return tables.plan_of(policy, (tuple(row) for row in sums.toLocalIterator()))


def thin(frame: DataFrame, plan: Plan) -> DataFrame:
    """The frame with everything excluded that the caps leave out."""
    with _no_pandas():
        stays = F.udf(lambda *where: tables.stays(plan, *where), "boolean")
        over = (F.col("action") == "keep") & ~stays("domain", "stratum", "cap_key")
    reasons = F.concat(F.array(F.lit(tables.THINNED)), F.col("reasons"))
    changed = {"action": F.lit("exclude"), "sample_weight": F.lit(0.0), "reasons": reasons}
    return frame.withColumns(
        {name: F.when(over, value).otherwise(F.col(name)) for name, value in changed.items()}
    )


@contextlib.contextmanager
def _no_pandas() -> Iterator[None]:
    """Spark warns of pandas 3 wherever a function may be given pandas; these are not."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
        yield


def _same_python(spark: SparkSession) -> None:
    """Otherwise workers on this machine die, and all that is said is that a connection was reset."""
    context = getattr(spark, "sparkContext", None)
    if context is None or not context.master.startswith("local"):
        return
    found = shutil.which(context.pythonExec)
    if found is None or os.path.dirname(found) != os.path.dirname(sys.executable):  # noqa: PTH120
        raise ConfigurationError(
            f"Spark would run its workers with {context.pythonExec}, which is not the Python of this process",
            hint='before the session: os.environ["PYSPARK_PYTHON"] = sys.executable',
        )


__all__ = ["WarcSource", "annotate", "plan_of", "register", "thin"]
