"""ZIP: a file in the archive."""

from __future__ import annotations

import zipfile

import pytest

from provkit import LimitError, Limits, MalformedError
from provkit.carriers import zip as archive
from support import containers as made

STORE = made.store()
FILE = (made.CREDENTIAL, STORE)
OTHER = ("mimetype", b"application/epub+zip")


def test_range_is_the_data_of_the_file() -> None:
    data = made.archive(OTHER, FILE)
    assert archive.locate(data) == (STORE, ((data.index(STORE), len(STORE)),), ())


def test_none() -> None:
    assert archive.locate(made.archive(OTHER)) is None
    assert archive.locate(made.archive()) is None


def test_wrong_crc_is_a_problem() -> None:
    data = made.archive(FILE)
    pos = data.index(b"PK\1\2") + 16
    found = archive.locate(data[:pos] + b"\1\2\3\4" + data[pos + 4 :])
    assert found is not None
    assert "CRC" in found.problems[0]


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    ("make", "word"),
    [
        (lambda: b"", "not a ZIP"),
        (lambda: made.archive(OTHER)[:-30], "cut off"),
        (lambda: made.archive(FILE, FILE), "more than one"),
        (lambda: made.archive(FILE, method=zipfile.ZIP_DEFLATED), "compressed"),
        (lambda: made.archive((made.CREDENTIAL, b"nothing")), "something else"),
        (lambda: made.archive(FILE).replace(b"PK\1\2", b"PK\1\3"), "damaged"),
        (lambda: made.archive(FILE)[:1] + b"x" + made.archive(FILE)[1:], "not a ZIP"),
        (lambda: made.archive(FILE).replace(b"META", b"METB", 1), "no manifest store where"),
    ],
)
def test_malformed(make: object, word: str) -> None:
    assert callable(make)
    with pytest.raises(MalformedError, match=word):
        archive.locate(make())


def test_limits() -> None:
    with pytest.raises(LimitError, match="parts"):
        archive.locate(made.archive(*[(str(n), b"") for n in range(20)]), Limits(container_parts=10))
    with pytest.raises(LimitError, match="store"):
        archive.locate(made.archive(FILE), Limits(store_bytes=100))
