"""What is found of one document, for a person: ``provkit weigh --explain URL``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provkit.crawl import inputs
from provkit.crawl.caps import domain_of
from provkit.crawl.documents import Document, SiteFile
from provkit.crawl.records import provenance
from provkit.crawl.sites import under_site
from provkit.crawl.weigh import read_document

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from provkit.crawl.inputs import Input
    from provkit.crawl.model import Reading
    from provkit.crawl.policy import Policy
    from provkit.crawl.reading import Reader


def explain(sources: Sequence[Input], reader: Reader, policy: Policy, url: str) -> list[str]:
    """Lines about every document of an address; none if there is no such document.

    What caps do is not part of it: they depend on all other documents.
    """
    found: list[Document] = []
    words: dict[str, bytes] = {}
    host = domain_of(url)
    for source in sources:
        for entry in inputs.read(source):
            if isinstance(entry, Document) and entry.url == url:
                found.append(entry)
            elif isinstance(entry, SiteFile) and entry.host == host:
                words[entry.kind] = entry.body
    lines: list[str] = []
    for document in found:
        reading = under_site(read_document(reader, document), words, url)
        lines += _lines(document, reading, policy)
    return lines


def _lines(document: Document, reading: Reading, policy: Policy) -> Iterator[str]:
    decision, standing = policy.decide(reading, document.url), policy.standing(reading)
    said = provenance(reading, standing)
    yield document.url
    yield f"  {document.id}, {len(document.body)} bytes, {reading.media_type or 'of an unknown type'}"
    yield f"  {decision.action}: weight {decision.weight:g}, counted as {decision.stratum}"
    for reason in decision.reasons:
        yield f"    because {reason}"
    yield f"  class {standing.cls}, {standing.assurance}; credential: {said['state']}"
    if reading.damage is not None:
        yield f"  damage: {reading.damage}"
    if said["signer"] is not None:
        signer = said["signer"]
        yield f"  signer: {signer['name']} ({signer['trust_list'] or 'on no list'}), {signer['sha256']}"
    for entry in said["evidence"]:
        yield f"  states {entry['class']}: {entry['source']}: {entry['value']}"
    for entry in said["usage"]:
        yield f"  usage: {entry['purpose']} {entry['permission']}: {entry['source']}: {entry['value']}"
    for sentence in (*reading.conflicts, *reading.notes):
        yield f"  note: {sentence}"


__all__ = ["explain"]
