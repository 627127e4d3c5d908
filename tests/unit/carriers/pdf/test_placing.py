"""A store is appended to documents of every structure, and what they had is kept."""

from __future__ import annotations

import io
import subprocess
from datetime import datetime
from typing import Any

import pypdf
import pytest

from provkit import AlreadySignedError, MalformedError, ProvkitError
from provkit.carriers import pdf
from provkit.carriers.source import Memory
from provkit.limits import DEFAULT_LIMITS
from support import containers
from support.shared import shared
from unit.carriers.pdf import making
from unit.carriers.pdf.making import BODY, STORE, Made, catalog, embed

OTHER = b"<< /Type /Filespec /F (other) /UF (other) /AFRelationship /Data /EF << /F 4 0 R >> >>"


def documents() -> dict[str, bytes]:
    generations = Made(generations={1: 65535, 3: 7}, root=b"1 65535 R")
    updated = Made().update(BODY, extra=b"/ID [<00112233> <44>] /Info 5 0 R")
    updated.update({5: making.FONT}, extra=b"/ID [<00112233> <55>] /Info 5 0 R")
    return {
        "table": making.plain(),
        "packed": making.packed(),
        "hybrid": making.hybrid(),
        "junk": b"\n\njunk\n" + making.plain(),
        "junk that counts": Made(b"\n\njunk\n%PDF-1.4\n").update(BODY).data,
        "generations": generations.update({**BODY, 2: b"<< /Type /Pages /Kids [3 7 R] /Count 1 >>"}).data,
        "updated": updated.data,
        "no line end": making.plain().rstrip(),
        "trailing bytes": making.plain() + b"\n\n%x",
    }


DOCUMENTS = documents()


@pytest.mark.parametrize("name", DOCUMENTS)
def test_structures(name: str) -> None:
    data = DOCUMENTS[name]
    place = pdf.place(Memory(data), DEFAULT_LIMITS, moment=making.MOMENT)
    for store in (STORE, containers.store(5000)):
        appended = place.embed(store)
        signed = data + appended
        making.check(signed, place, store)
        assert making.remove(signed) == data
        root = catalog(signed)
        (specification,) = (one.get_object() for one in root["/AF"])
        names = root["/Names"]["/EmbeddedFiles"]["/Names"]
        assert names[1].get_object() == specification
        assert names[0] == specification["/F"] == specification["/UF"] == "content_credential.c2pa"
        assert specification["/AFRelationship"] == "/C2PA_Manifest"
        assert specification["/Subtype"] == "/application/c2pa"
        stream = specification["/EF"]["/F"].get_object()
        assert stream == specification["/EF"]["/UF"].get_object()
        assert stream["/Subtype"] == "/application/c2pa"
        assert stream["/Params"]["/Size"] == len(store)
        assert stream["/Params"]["/ModDate"] == making.MOMENT.strftime("D:%Y%m%d%H%M%SZ")
        assert stream.get_data() == store
        assert len(root["/Pages"]["/Kids"]) == 1


def test_trailers_are_carried_on() -> None:
    reader: Any = pypdf.PdfReader(io.BytesIO(embed(DOCUMENTS["updated"])))
    first, second = reader.trailer["/ID"]
    assert first.original_bytes == bytes.fromhex("00112233")
    assert len(second.original_bytes) == 16
    assert reader.trailer.raw_get("/Info").idnum == 5


def test_the_kind_of_table_is_kept() -> None:
    for name in ("table", "hybrid", "updated"):
        assert b"/XRef " not in embed(DOCUMENTS[name])[len(DOCUMENTS[name]) :]
    assert b"/XRef " in embed(DOCUMENTS["packed"])[len(DOCUMENTS["packed"]) :]


def test_the_start_does_not_depend_on_the_store() -> None:
    place = pdf.place(Memory(making.plain()), DEFAULT_LIMITS, moment=making.MOMENT)
    for size in (200, 2000, 200_000):
        store = containers.store(size)
        assert place.embed(store).index(store) + len(making.plain()) == place.start
        assert place.length(store) == len(store)
    assert place.zero_cost == 1
    assert place.digest(200) != place.digest(201)


def test_every_byte_of_the_section_is_hashed() -> None:
    """A change of one byte outside the store changes the digest, or is refused."""
    data = making.plain()
    place = pdf.place(Memory(data), DEFAULT_LIMITS, moment=making.MOMENT)
    signed = data + place.embed(STORE)
    for at in range(len(data), len(signed)):
        if place.start <= at < place.start + len(STORE):
            continue
        changed = signed[:at] + bytes((signed[at] ^ 1,)) + signed[at + 1 :]
        try:
            carried = making.read(changed)
        except ProvkitError:
            continue
        if carried.problem is None:
            assert carried.stores, at
            assert carried.binding.exclusion_problem(
                ((place.start, len(STORE)),)
            ) is not None or making.digest(carried.binding, place.start, len(STORE)) != place.digest(
                len(STORE)
            ), at


KEPT = {
    "array": (b"/AF [8 0 R]", {}),
    "array elsewhere": (b"/AF 9 0 R", {9: b"[ 8 0 R ]"}),
    "one reference": (b"/AF 8 0 R", {}),
    "nothing there": (b"/AF 99 0 R", {}),
}


@pytest.mark.parametrize("name", KEPT)
def test_associated_files_of_others_stay(name: str) -> None:
    entry, more = KEPT[name]
    data = Made().update({**BODY, 1: b"<< /Type /Catalog /Pages 2 0 R %s >>" % entry, 8: OTHER, **more}).data
    signed = embed(data)
    found = [one.get_object()["/AFRelationship"] for one in catalog(signed)["/AF"]]
    assert found == (["/C2PA_Manifest"] if name == "nothing there" else ["/Data", "/C2PA_Manifest"])
    assert making.read(signed).stores == (STORE,)
    assert making.remove(signed) == data


TREES = {
    "leaf": (b"/Names << /EmbeddedFiles << /Names [(a) 8 0 R (d) 8 0 R] >> >>", {}),
    "leaf elsewhere": (b"/Names 9 0 R", {9: b"<< /EmbeddedFiles 10 0 R >>", 10: b"<< /Names 11 0 R >>",
                                        11: b"[ (a) 8 0 R (d) 8 0 R ]"}),
    "before": (b"/Names << /EmbeddedFiles << /Names [(d) 8 0 R] >> >>", {}),
    "after": (b"/Names << /EmbeddedFiles << /Names [(a) 8 0 R] >> >>", {}),
    "empty": (b"/Names << /EmbeddedFiles << /Names [] >> >>", {}),
    "no names": (b"/Names << /EmbeddedFiles << >> >>", {}),
    "other names": (b"/Names << /Dests << /Names [] >> >>", {}),
    "names nowhere": (b"/Names 99 0 R", {}),
    "taken": (b"/Names << /EmbeddedFiles << /Names [(content_credential.c2pa) 8 0 R] >> >>", {}),
    "kids": (b"/Names << /EmbeddedFiles 9 0 R >>", {9: b"<< /Kids [10 0 R 11 0 R] >>",
             10: b"<< /Limits [(a) (b)] /Names [(a) 8 0 R (b) 8 0 R] >>",
             11: b"<< /Limits [(d) (e)] /Names [(d) 8 0 R (e) 8 0 R] >>"}),
    "last kid": (b"/Names << /EmbeddedFiles 9 0 R >>", {9: b"<< /Kids [10 0 R] >>",
                 10: b"<< /Limits [(a) (b)] /Kids [11 0 R] >>",
                 11: b"<< /Limits 12 0 R /Names [(a) 8 0 R (b) 8 0 R] >>", 12: b"[(a) (b)]"}),
}  # fmt: skip


@pytest.mark.parametrize("name", TREES)
def test_name_trees_stay_in_order(name: str) -> None:
    entry, more = TREES[name]
    data = Made().update({**BODY, 1: b"<< /Type /Catalog /Pages 2 0 R %s >>" % entry, 8: OTHER, **more}).data
    signed = embed(data)
    before = leaves(catalog(data)["/Names"].get("/EmbeddedFiles", {})) if name != "names nowhere" else []
    after = leaves(catalog(signed)["/Names"]["/EmbeddedFiles"])
    assert after == sorted(after)
    (new,) = set(after) - set(before)
    assert sorted([*before, new]) == after
    assert new == ("content_credential-2.c2pa" if name == "taken" else "content_credential.c2pa")
    assert making.read(signed).stores == (STORE,)
    assert making.remove(signed) == data


def leaves(node: Any) -> list[str]:
    """Keys of a name tree, whose limits have to hold."""
    tree = node.get_object() if hasattr(node, "get_object") else node
    keys = [str(one) for one in tree.get("/Names", [])[::2]]
    for kid in tree.get("/Kids", []):
        keys += leaves(kid)
    if "/Limits" in tree:
        assert [keys[0], keys[-1]] == [str(one) for one in tree["/Limits"]]
    return keys


def test_the_catalog_is_kept_as_it_was_spelled() -> None:
    entries = b"/Type/Catalog/Pages 2 0 R%comment\n/#4cang(de\\055DE) /X<</AF [1]>> /Version/1.7"
    signed = embed(making.plain(o1=b"<<" + entries + b">>"))
    assert entries in signed[len(making.plain()) :]


def test_signed_again() -> None:
    data = making.plain()
    once = embed(data)
    with pytest.raises(AlreadySignedError, match="carries a credential already"):
        embed(once)
    other = containers.store(700)
    twice = embed(once, other, resign=True)
    assert twice.startswith(once)
    assert making.read(twice).stores == (STORE, other)
    assert len(catalog(twice)["/AF"]) == 1
    assert leaves(catalog(twice)["/Names"]["/EmbeddedFiles"]) == ["content_credential.c2pa"]
    assert making.remove(twice) == once
    assert making.remove(making.remove(twice)) == data


@pytest.mark.parametrize("name", ["ingredient-chain/express-signed.pdf", "tampered-content/pdf-c2pie-3.pdf"])
def test_files_of_other_writers_signed_again(name: str) -> None:
    data = shared("testfiles", "files", *name.split("/")).read_bytes()
    signed = embed(data, resign=True)
    assert len(making.read(signed).stores) == 2
    assert making.read(signed).stores[1] == STORE
    assert making.remove(signed) == data


def test_a_broken_credential_is_not_built_on() -> None:
    data = making.with_store(catalog=b"/AF [7 0 R]")
    for resign in (False, True):
        with pytest.raises(AlreadySignedError, match="damaged credential"):
            embed(data, resign=resign)


@pytest.mark.parametrize(
    "data",
    [
        making.plain().replace(b"startxref\n", b"startxref\n1"),
        making.plain()[:-30],
        making.plain(o1=b"<< /Type /Catalog /AF [] /AF [] >>"),
        making.plain().replace(b"/Size 6", b""),
        making.plain().replace(b"/Size 6", b"/Size 2147483648"),
        making.plain().replace(b"/Size 6", b"/Size 8388607"),
    ],
)
def test_damaged_documents_are_refused(data: bytes) -> None:
    with pytest.raises(MalformedError) as caught:
        embed(data)
    assert caught.value.hint is not None
    assert "qpdf" in caught.value.hint


def test_a_date_without_a_zone() -> None:
    with pytest.raises(ValueError, match="time zone"):
        pdf.place(Memory(making.plain()), DEFAULT_LIMITS, moment=datetime(2026, 1, 1))  # noqa: DTZ001


def test_active_content_is_told_to_the_signer() -> None:
    data = making.plain(o1=b"<< /Type /Catalog /Pages 2 0 R /OCProperties << >> >>")
    place = pdf.place(Memory(data), DEFAULT_LIMITS, moment=making.MOMENT)
    assert place.warnings[0].startswith("active-content: ")


def test_removing() -> None:
    signed = embed(making.plain())
    assert making.remove(signed) == making.plain()
    refused = {
        "unsigned": making.plain(),
        "foreign": making.with_store(),
        "appended": signed + b"%\n",
        "blank": signed.replace(b"/Type /Filespec /F", b"/Type /Filespec  /F"),
        "broken": making.with_store(catalog=b"/AF [7 0 R]"),
    }
    for name, data in refused.items():
        with pytest.raises(ProvkitError) as caught:
            making.remove(data)
        assert caught.value.kind in {"unsupported", "malformed"}, name


@pytest.mark.parametrize("name", DOCUMENTS)
def test_qpdf_finds_nothing_to_complain(name: str, qpdf: str, tmp_path: object) -> None:
    if name == "junk that counts":
        pytest.skip("qpdf repairs documents whose offsets count bytes before the header")
    path = f"{tmp_path}/signed.pdf"
    with open(path, "wb") as file:  # noqa: PTH123
        file.write(embed(DOCUMENTS[name]))
    before = subprocess.run([qpdf, "--check", path], capture_output=True, text=True, check=False)
    assert before.returncode == 0, before.stdout + before.stderr
