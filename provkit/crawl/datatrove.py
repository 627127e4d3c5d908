"""Weighing a crawl in datatrove: on one machine, on Slurm or on Ray.

    if __name__ == "__main__":
        weighing("crawl", "weighed", tasks=8).run()

Stages that depend on each other: what hosts say is gathered and joined, documents are annotated and
counted, the counts become one plan for the caps, what stays is written, and then ``blend.json``.  See
docs/datatrove.md.
"""

from __future__ import annotations

import contextlib
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from datatrove.data import Document, Media, MediaType
from datatrove.executor.local import LocalPipelineExecutor
from datatrove.io import get_datafolder
from datatrove.pipeline.base import PipelineStep
from datatrove.pipeline.filters.base_filter import BaseFilter
from datatrove.pipeline.readers.base import BaseDiskReader
from datatrove.pipeline.writers.jsonl import JsonlWriter
from datatrove.utils.logging import logger

from provkit.crawl import documents, passes, warc
from provkit.crawl.caps import Tally, domain_of
from provkit.crawl.journal import Sites

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from datatrove.executor.base import PipelineExecutor
    from datatrove.io import DataFolderLike

    from provkit.crawl.weigh import Job

_CAPTURED = "captured"


class WarcReader(BaseDiskReader):
    """Responses in WARC and WET files with their raw bytes and headers, for :class:`Annotate`.

    Takes the arguments of datatrove's readers of files, without ``adapter``.  A file that is cut or
    damaged is a number in the statistics and a warning in the log.
    """

    name = "🔏 WARC"
    _requires_dependencies = ("fastwarc",)

    def read_file(self, filepath: str) -> Iterator[Document]:
        for entry in self.entries(filepath):
            if isinstance(entry, documents.Document):
                kept = {_CAPTURED: entry}
                media = Media(entry.id, MediaType.DOCUMENT, entry.url, media_bytes=entry.body, metadata=kept)
                yield Document("", entry.id, [media], {"url": entry.url})

    def entries(self, filepath: str) -> Iterator[documents.Entry]:
        """Everything in one file; what cannot be read and what is no document is counted."""
        with self._local(filepath) as path:
            for entry in warc.read(path):
                if isinstance(entry, documents.Problem):
                    self.stat_update(f"problem_{entry.code}")
                    logger.warning(f"{filepath}: {entry.message}")
                elif isinstance(entry, documents.Skipped):
                    self.stat_update(f"skipped_{entry.why}")
                yield entry

    @contextlib.contextmanager
    def _local(self, filepath: str) -> Iterator[str]:
        if self.data_folder.is_local():
            yield self.data_folder.resolve_paths(filepath)
            return
        with tempfile.TemporaryDirectory() as folder:
            path = str(Path(folder, Path(filepath).name))
            self.data_folder.get_file(filepath, path)
            yield path


class _OfJob:
    def __init__(self, job: Job, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.job = job


class SiteReader(_OfJob, WarcReader):
    """Leaves what hosts say about themselves for :class:`Annotate`; gives no documents."""

    name = "🔏 robots.txt and tdmrep.json"

    def run(self, data: Any = None, rank: int = 0, world_size: int = 1) -> Iterator[Document]:  # noqa: ARG002
        files = self.data_folder.list_files(recursive=self.recursive, glob_pattern=self.glob_pattern)
        for number in range(rank, len(files), world_size):
            words = [entry for entry in self.entries(files[number]) if isinstance(entry, documents.SiteFile)]
            self.stat_update("site_files", value=len(words))
            Sites(self.job.journal.path(f"{number:07d}.sites.db")).write(words)
        yield from ()


class Annotate(_OfJob, PipelineStep):
    """Reads provenance off the raw bytes, decides by the policy, and puts the text in their place.

    Takes the documents of :class:`WarcReader`; of any other reader text and metadata, which then are
    a row as ``provkit weigh`` reads it (``url``, ``headers``, ``media_type``, ``date``).
    """

    type = "🔏 - PROVENANCE"
    name = "🔏 Annotate"

    def run(self, data: Any, rank: int = 0, world_size: int = 1) -> Iterator[Document]:  # noqa: ARG002
        with passes.words_of(self.job.journal) as words:
            for doc in data:
                with self.track_time():
                    captured = _captured(doc)
                    made = passes.record(self.job, captured, words(domain_of(captured.url)))
                    doc.text, doc.media = made["text"], []
                    doc.metadata |= made["metadata"]
                said = made["metadata"]["provenance"]
                self.stat_update(f"{said['class']}|{said['assurance']}", *filter(None, [said["damage"]]))
                yield doc


class Filter(_OfJob, BaseFilter):
    """Drops what the policy excludes, and counts the rest: nothing may be dropped between this and :class:`Cap`."""

    name = "🔏 Policy"
    tally: Tally

    def run(self, data: Any, rank: int = 0, world_size: int = 1) -> Iterator[Document]:
        self.tally = Tally.of(self.job.policy)
        yield from super().run(data, rank, world_size)
        passes.note_counts(self.job.journal, rank, world_size, self.tally)
        del self.tally  # every executor that depends on this one writes all attributes down as JSON

    def filter(self, doc: Document) -> tuple[bool, str]:
        return passes.count(self.tally, doc.metadata)


class Cap(_OfJob, BaseFilter):
    """Drops what is over the caps, and sums up the rest for ``blend.json``."""

    name = "🔏 Caps"
    thinning: passes.Thinning

    def run(self, data: Any, rank: int = 0, world_size: int = 1) -> Iterator[Document]:
        self.thinning = passes.Thinning.of(self.job.journal, world_size)
        for problem in self.thinning.plan.problems if rank == 0 else ():
            logger.warning(problem)
        yield from super().run(data, rank, world_size)
        self.thinning.note(self.job.journal, rank)
        del self.thinning

    def filter(self, doc: Document) -> tuple[bool, str]:
        return self.thinning.thin(doc.metadata)


def weighing(
    source: DataFolderLike,
    out: str,
    *,
    tasks: int,
    files: str = "**/*.warc.gz",
    robots: DataFolderLike | None = None,
    steps: Sequence[PipelineStep] = (),
    executor: Callable[..., PipelineExecutor] = LocalPipelineExecutor,
    **options: Any,
) -> PipelineExecutor:
    """The stages of a job, chained: run the one that is returned.

    Args:
        source: folder of WARC and WET files, local or remote.
        out: folder of the results, which every machine sees.  A job that was stopped goes on there.
        tasks: how many parts the files are dealt into; more than there are files is waste.
        files: pattern of names below `source`.
        robots: folder of the WARC files with ``robots.txt`` and ``tdmrep.json``, where those are apart.
        steps: of your own, between :class:`Annotate` and :class:`Filter`: for quality, for example.
        executor: one of datatrove's; called with pipeline, ``tasks``, ``logging_dir`` and ``depends``.
        **options: ``policy``, ``reader``, ``extract``, ``tokens`` of :func:`provkit.crawl.passes.begin`.

    Raises:
        ConfigurationError: the folder holds something else, or a job that was begun otherwise.
    """
    listed = get_datafolder(source).list_files(glob_pattern=files)
    spoken, pattern = (source, files) if robots is None else (robots, None)
    about = {"tasks": tasks, "files": listed, "robots": robots and get_datafolder(robots).list_files()}
    job = passes.begin(out, about=about, **options)
    left = job.journal.path("counted")
    stage_1 = [SiteReader(job, spoken, glob_pattern=pattern)]
    stage_2 = [partial(passes.join_sites, job.journal)]
    stage_3 = [WarcReader(source, glob_pattern=files), Annotate(job), *steps]
    stage_3 += [Filter(job, _writer(out, "excluded/policy")), JsonlWriter(left, adapter=_record)]
    stage_4 = [partial(passes.plan_caps, job.journal)]
    stage_5 = [partial(_read, left), Cap(job, _writer(out, "excluded/caps")), _writer(out, "kept/${stratum}")]
    stage_6 = [partial(passes.write_blend, job)]
    last = None
    for number, stage in enumerate((stage_1, stage_2, stage_3, stage_4, stage_5, stage_6), 1):
        many = tasks if number % 2 else 1
        last = executor(stage, tasks=many, logging_dir=f"{out}/logs/{number}", depends=last)
    return last


def _read(folder: str, _data: None, rank: int, _world_size: int) -> Iterator[Document]:
    return (Document(**record) for record in passes.left_over(folder, rank))


def _writer(out: str, name: str) -> JsonlWriter:
    return JsonlWriter(out, f"{name}.${{rank}}.jsonl.gz", adapter=_record)


def _record(_writer: JsonlWriter, doc: Document) -> dict[str, Any]:
    # datatrove's own leaves out what is empty, and its readers skip a document without text.
    return {"id": doc.id, "text": doc.text, "metadata": doc.metadata}


def _captured(doc: Document) -> documents.Document:
    found = (media.metadata[_CAPTURED] for media in doc.media if _CAPTURED in media.metadata)
    return next(found, None) or passes.document_of(doc.id, doc.text, doc.metadata)


__all__ = ["Annotate", "Cap", "Filter", "SiteReader", "WarcReader", "weighing"]
