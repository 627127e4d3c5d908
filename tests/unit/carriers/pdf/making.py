"""PDFs made by hand, so that every byte of a structure can be chosen."""

from __future__ import annotations

import hashlib
import io
import zlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

import pypdf

from interop import identities
from provkit import Origin
from provkit.carriers import pdf
from provkit.carriers.carried import RangeBinding
from provkit.carriers.source import Memory
from provkit.limits import DEFAULT_LIMITS, Limits
from provkit.manifest import builder
from support import containers

MOMENT: Final = identities.NOW
STORE: Final = containers.store(300)
CONTENT: Final = b"BT /F1 24 Tf 72 700 Td (Signed or not) Tj ET"
FONT: Final = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
PAGE: Final = (
    b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R"
    b" /Resources << /Font << /F1 5 0 R >> >> >>"
)
BODY: Final = {
    1: b"<< /Type /Catalog /Pages 2 0 R >>",
    2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    3: PAGE,
    4: b"<< /Length %d >>\nstream\n%s\nendstream" % (len(CONTENT), CONTENT),
    5: FONT,
}


@dataclass(slots=True)
class Made:
    """A document under construction: :meth:`update` appends a section each time."""

    data: bytes = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
    shift: int = 0
    """Bytes before the header that offsets do not count."""
    offsets: dict[int, int] = field(default_factory=dict)
    generations: dict[int, int] = field(default_factory=dict)
    previous: int | None = None
    size: int = 1
    root: bytes = b"1 0 R"

    def _put(self, number: int, body: bytes) -> None:
        self.offsets[number] = len(self.data) - self.shift
        self.size = max(self.size, number + 1)
        self.data += b"%d %d obj\n%s\nendobj\n" % (number, self.generations.get(number, 0), body)

    def _trailer(self, extra: bytes) -> bytes:
        previous = b"" if self.previous is None else b" /Prev %d" % self.previous
        return b"/Size %d /Root %s%s %s" % (self.size, self.root, previous, extra)

    def update(
        self,
        objects: dict[int, bytes],
        *,
        extra: bytes = b"",
        free: tuple[int, ...] = (),
        hidden: int | None = None,
    ) -> Made:
        """A section with a table; ``hidden`` is the offset of a stream beside it."""
        for number, body in objects.items():
            self._put(number, body)
        start = len(self.data) - self.shift
        lines = b"" if self.previous is not None else b"0 1\n0000000000 65535 f \n"
        for number in sorted([*objects, *free]):
            entry = (
                (0, 1, b"f")
                if number in free
                else (self.offsets[number], self.generations.get(number, 0), b"n")
            )
            lines += b"%d 1\n%010d %05d %s \n" % (number, *entry)
        if hidden is not None:
            extra += b" /XRefStm %d" % hidden
        self.data += b"xref\n%strailer\n<< %s >>\nstartxref\n%d\n%%%%EOF\n" % (
            lines,
            self._trailer(extra),
            start,
        )
        self.previous = start
        return self

    def rows(
        self, rows: dict[int, tuple[int, int, int]], *, extra: bytes = b"", predictor: bool = True
    ) -> int:
        """A cross-reference stream with these entries and its own; returns its offset."""
        number, start = self.size, len(self.data) - self.shift
        self.size += 1
        rows = {**rows, number: (1, start, 0)}
        index = b" ".join(b"%d 1" % one for one in sorted(rows))
        lines = [
            kind.to_bytes(1, "big") + one.to_bytes(4, "big") + two.to_bytes(2, "big")
            for _, (kind, one, two) in sorted(rows.items())
        ]
        parms = b""
        if predictor:
            above = bytes(7)
            for at, line in enumerate(lines):
                lines[at] = b"\2" + bytes((a - b) & 0xFF for a, b in zip(line, above, strict=True))
                above = line
            parms = b"/DecodeParms << /Predictor 12 /Columns 7 >>"
        packed = zlib.compress(b"".join(lines))
        self.data += (
            b"%d 0 obj\n<< /Type /XRef /W [1 4 2] /Index [%s] /Filter /FlateDecode %s /Length %d %s >>\nstream\n"
            % (number, index, parms, len(packed), self._trailer(extra))
            + packed
            + b"\nendstream\nendobj\n"
        )
        return start

    def pack(self, objects: dict[int, bytes]) -> dict[int, tuple[int, int, int]]:
        """An object stream; returns the rows of its objects and of itself."""
        number = max(self.size, *objects) + 1
        places, body = [], b""
        for one, text in objects.items():
            places.append(b"%d %d" % (one, len(body)))
            body += text + b" "
        directory = b" ".join(places) + b" "
        packed = zlib.compress(directory + body)
        self._put(
            number,
            b"<< /Type /ObjStm /N %d /First %d /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream"
            % (len(objects), len(directory), len(packed), packed),
        )
        rows = {one: (2, number, at) for at, one in enumerate(objects)}
        return {**rows, number: (1, self.offsets[number], 0)}

    def streamed(self, packed: dict[int, bytes], plain: dict[int, bytes], *, extra: bytes = b"") -> Made:
        """A section with a cross-reference stream, some objects in an object stream."""
        for number, body in plain.items():
            self._put(number, body)
        rows = {number: (1, self.offsets[number], 0) for number in plain}
        if packed:
            rows |= self.pack(packed)
        self.previous = self.rows(rows, extra=extra)
        self.data += b"startxref\n%d\n%%%%EOF\n" % self.previous
        return self


def plain(**changes: bytes) -> bytes:
    """A one-page document with a table; ``o1=b"..."`` replaces object 1."""
    return Made().update({**BODY, **{int(key[1:]): body for key, body in changes.items()}}).data


def packed(catalog: bytes = BODY[1]) -> bytes:
    """The same with its catalog and pages in an object stream."""
    return Made().streamed({**{n: BODY[n] for n in (2, 3, 5)}, 1: catalog}, {4: BODY[4]}).data


def hybrid() -> bytes:
    """A table that hides object 5, and a stream beside it that has it."""
    made = Made()
    for number in (1, 2, 3, 4):
        made._put(number, BODY[number])
    made.size = 6
    rows = made.pack({5: FONT})
    at = made.rows(rows)
    start = len(made.data)
    lines = b"".join(b"%010d 00000 n \n" % made.offsets[n] for n in (1, 2, 3, 4))
    made.data += (
        b"xref\n0 6\n0000000005 65535 f \n%s0000000000 00000 f \n" % lines
        + b"trailer\n<< %s >>\nstartxref\n%d\n%%%%EOF\n" % (made._trailer(b"/XRefStm %d" % at), start)
    )
    return made.data


def with_store(
    store: bytes = STORE,
    *,
    catalog: bytes = b"/AF [7 0 R] /Names << /EmbeddedFiles << /Names [(c) 7 0 R] >> >>",
    specification: bytes = b"/AFRelationship /C2PA_Manifest /EF << /F 6 0 R /UF 6 0 R >>",
    stream: bytes = b"",
    length: int | bytes | None = None,
    **others: bytes,
) -> bytes:
    """A one-page document with a store that no signature covers."""
    spelled = length if isinstance(length, bytes) else b"%d" % (len(store) if length is None else length)
    return plain(
        o1=b"<< /Type /Catalog /Pages 2 0 R %s >>" % catalog,
        o6=b"<< /Type /EmbeddedFile %s /Length %s >>\nstream\n%s\nendstream" % (stream, spelled, store),
        o7=b"<< /Type /Filespec /F (c) /UF (c) %s >>" % specification,
        **others,
    )


@lru_cache(maxsize=4)
def _signer(algorithm: str) -> Any:
    return identities.signer(algorithm)


def sign(data: bytes, *, moment: datetime = MOMENT, algorithm: str = "ES256", **options: Any) -> bytes:
    """The document signed, as :func:`provkit.sign` would."""
    place = pdf.place(Memory(data), DEFAULT_LIMITS, moment=moment, **options)
    drafts = Origin.human().assertions("application/pdf", moment.astimezone(UTC))
    store = builder.build(drafts, place, _signer(algorithm), version="0")
    signed = data + place.embed(store)
    check(signed, place, store)
    return signed


def check(signed: bytes, place: pdf.PdfPlacement, store: bytes) -> None:
    """What was placed is found there, and hashed as said."""
    assert signed[place.start : place.start + len(store)] == store
    carried = pdf.read(Memory(signed), DEFAULT_LIMITS, password=place.layout.document.password)
    assert carried.problem is None
    assert carried.stores[-1] == store
    assert (carried.start, carried.length) == (place.start, place.length(store))
    assert digest(carried.binding, place.start, len(store)) == place.digest(len(store))


def digest(binding: Any, start: int, length: int) -> bytes:
    """What a binding passes on, hashed."""
    assert isinstance(binding, RangeBinding)
    assert binding.exclusion_problem(((start, length),)) is None
    state = hashlib.sha256()
    assert binding.feed(state.update) is None
    return state.digest()


def read(data: bytes, limits: Limits = DEFAULT_LIMITS, **options: Any) -> Any:
    return pdf.read(Memory(data), limits, **options)


def embed(data: bytes, store: bytes = STORE, **options: Any) -> bytes:
    """A store put in by provkit that no signature covers."""
    return data + pdf.place(Memory(data), DEFAULT_LIMITS, moment=MOMENT, **options).embed(store)


def remove(data: bytes, **options: Any) -> bytes:
    return data[: pdf.remove(Memory(data), DEFAULT_LIMITS, **options)]


def catalog(data: bytes, password: str | None = None) -> Any:
    """The catalog as pypdf understands it."""
    # In its strict mode pypdf refuses bytes before the header, and a store with the filter
    # Identity, which it tries to decrypt all the same.
    strict = data.startswith(b"%PDF") and b"/Encrypt" not in data
    reader = pypdf.PdfReader(io.BytesIO(data), strict=strict, password=password)
    return reader.trailer["/Root"]
