"""The reader is total, and no accident makes anybody's word better than it was."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

import provkit
from interop import identities
from provkit import Origin, OriginClass
from provkit.crawl.model import Action, Assurance, Damage
from provkit.crawl.policy import Policy
from provkit.crawl.reading import Reader

TEXT = "Eleven herons stood in the reeds. Étangs gelés.\n".encode()
PAGE = (
    b"<!DOCTYPE html>\n<html><head><title>Herons</title><meta name='robots' content='noai'></head>"
    b"<body><p ai-disclosure=none>Eleven herons.</p></body></html>\n"
)
ORIGINS = (Origin.human(), Origin.synthetic(model="m", purpose="tests"))
READER = Reader(trust=identities.trust("ES256"))
BALANCED = Policy.preset("balanced")

headers = st.lists(
    st.tuples(
        st.sampled_from(
            ["AI-Disclosure", "Content-Usage", "Link", "X-Robots-Tag", "Content-Encoding", "content-type"]
        ),
        st.sampled_from(
            [
                "mode=none",
                "train-ai=n",
                '<x>; rel="c2pa-manifest"',
                "noai",
                "gzip",
                "br",
                "deflate, gzip",
                "text/html",
            ]
        )
        | st.text(max_size=20),
    ),
    max_size=3,
)
pieces = st.sampled_from(
    [b"", b"\xef\xbb\xbf", b"\n", b"\r\n", b"<", b"</script>", b"\0", b"\xf3\xa0\x84\xb3", b"c2pa"]
)


@lru_cache(maxsize=8)
def signed(which: int) -> bytes:
    body, origin = (TEXT, PAGE)[which % 2], ORIGINS[which // 2]
    return provkit.sign(body, origin, identities.signer("ES256"))


@st.composite
def mangled(draw: st.DrawFn) -> bytes:
    body = signed(draw(st.integers(0, 3)))
    for _ in range(draw(st.integers(0, 3))):
        start = draw(st.integers(0, len(body)))
        stop = draw(st.integers(start, min(len(body), start + draw(st.sampled_from([0, 1, 4, 10_000])))))
        body = body[:start] + draw(pieces | st.binary(max_size=4)) + body[stop:]
    return body


@settings(max_examples=300, deadline=None)
@given(mangled() | st.binary(max_size=200), headers, st.booleans())
def test_any_bytes_give_a_reading(body: bytes, sent: Any, truncated: bool) -> None:
    reading = READER.read(body, sent, "https://example.org/", truncated=truncated)
    decision = BALANCED.decide(reading, "https://example.org/")
    assert (decision.weight == 0) == (decision.action is Action.EXCLUDE)
    if reading.damage is Damage.INVALID:
        assert (reading.cls, reading.assurance, reading.signer) == (
            OriginClass.UNKNOWN,
            Assurance.NONE,
            None,
        )
        assert decision.action is Action.EXCLUDE
    if reading.damage is not None:
        assert reading.notes
        assert reading.assurance in (Assurance.NONE, Assurance.DECLARED)
    if truncated and reading.assurance is not Assurance.VERIFIED_TRUSTED:
        assert reading.damage is not Damage.INVALID
    if decision.stratum == "human":
        assert reading.assurance is Assurance.VERIFIED_TRUSTED
        # One of the two that were signed as human work, with nothing else in it.
        assert b"Eleven herons" in body or sent
