from __future__ import annotations

import pickle

import pytest

from provkit import OriginClass
from provkit.crawl import signals
from provkit.crawl.model import Assurance, Permission, Preference, Signal
from provkit.crawl.probe import Probe, probe
from provkit.crawl.signals import detectors, vocabulary
from provkit.origin.vocabulary import terms

PAGE = (
    b'<!DOCTYPE html><html><meta name="ai-disclosure" content="ai-generated"><meta name="robots" content="noai">'
    b'<script type="application/ld+json">{"@type":"Review"}</script><p>text'
)
HEADERS = [("Content-Type", "text/html"), ("AI-Disclosure", "mode=none"), ("Content-Usage", "train-ai=y")]


class Marked:
    def __call__(self, body: bytes, media_type: str | None, /) -> Signal | None:
        if b"watermark" not in body:
            return None
        return Signal(
            OriginClass.SYNTHETIC, f"detector:{media_type}", "0.9" * 500, Assurance.VERIFIED_TRUSTED
        )


def read(body: bytes, headers: list[tuple[str, str]] | None = None) -> tuple[object, ...]:
    seen = probe(body, headers or [])
    return signals.read(body, headers or [], seen.media_type, seen, detectors=[Marked()])


def test_everything_is_gathered_in_order() -> None:
    found, preferences, categories = signals.read(PAGE, HEADERS, "text/html", probe(PAGE, HEADERS))
    assert [(one.cls, one.source) for one in found] == [
        (OriginClass.SYNTHETIC, "html:meta"),
        (OriginClass.HUMAN, "header:ai-disclosure"),
    ]
    assert preferences == (
        Preference("train-ai", Permission.ALLOWED, "header:content-usage", "train-ai=y"),
        Preference("train-ai", Permission.DENIED, "html:robots", "noai"),
    )
    assert categories == ("Review",)
    assert pickle.loads(pickle.dumps(found)) == found


def test_a_silent_page_is_not_read() -> None:
    page = PAGE[:22] + PAGE[PAGE.index(b"<script") :]
    assert read(page) == ((), (), ())
    # A header is a reason to ask what the page is.
    assert read(page, HEADERS)[2] == ("Review",)


def test_a_detector_only_detects() -> None:
    (found,) = signals.read(b"watermark", [], "text/plain", Probe("text/plain"), detectors=[Marked()])[0]
    assert found.assurance is Assurance.DETECTED
    assert len(found.value) == 200
    assert detectors.detect([Marked()], b"x", None) == ()


@pytest.mark.parametrize(
    ("body", "headers", "expected"),
    [
        (b"<meta name=x>", [], True),
        (b"Use <meta name=x>", [], False),
        (b"<meta name=x>", [("Content-Type", "text/plain")], False),
        (b"x <meta name=x>", [("content-type", "Text/HTML; charset=x")], True),
        ("<meta>".encode("utf-16"), [], True),
        (b"<svg>", [], False),
    ],
)
def test_what_is_a_page(body: bytes, headers: list[tuple[str, str]], expected: bool) -> None:
    assert signals.is_page(body, headers, probe(body).media_type) is expected


def test_a_text_that_quotes_tags_declares_nothing() -> None:
    text = b'Write <meta name="ai-disclosure" content="ai-generated"> into the head.\n'
    assert probe(text).signal
    assert read(text) == ((), (), ())


def test_a_generator_never_sets_a_class() -> None:
    page = PAGE.replace(b"ai-disclosure", b"generator")
    assert read(page)[0] == ()


def test_no_preference_sets_an_origin() -> None:
    headers = [("Content-Usage", "train-ai=n"), ("X-Robots-Tag", "noai"), ("TDM-Reservation", "1")]
    found, preferences, _ = signals.read(b"x", headers, "text/plain", probe(b"x", headers))
    assert found == ()
    assert len(preferences) == 3


def test_terms_of_schema_org_are_those_of_iptc() -> None:
    for term in terms():
        name = term.uri.rpartition("/")[2]
        cls = vocabulary.of_source_type(f"https://schema.org/{name[0].upper()}{name[1:]}DigitalSource")
        assert cls == (None if term.cls is OriginClass.UNKNOWN else term.cls)
        assert vocabulary.of_source_type(term.uri) == cls
    assert vocabulary.of_source_type("https://other.example/TrainedAlgorithmicMediaDigitalSource") is None
