"""Real pages, structured texts and PDFs that we sign, inside or beside them, as other programs see them."""

from __future__ import annotations

import ast
import io
import py_compile
import tomllib
import warnings
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import pytest
from lxml import etree
from PIL import Image

import provkit
from interop import identities
from interop.test_images import ask_c2pa
from provkit import Origin, State, TrustStore, UnsupportedError, media
from provkit.assets import verify_file
from provkit.carriers.carried import Carriage, FrontMatter
from support import encypher, programs, testfiles
from support.shared import SHARED, shared

if TYPE_CHECKING:
    from pathlib import Path

    from provkit.signing import Signed

pytestmark = pytest.mark.interop
ALGORITHMS: Final = ("ES256", "Ed25519", "PS256")
CLASSES: Final = ("human", "ai-assisted", "synthetic")
KINDS: Final = ("html", "markdown", "source", "text", "xml", "pdf")
INPUTS: Final = [path for kind in KINDS for path in sorted((SHARED / "inputs" / kind).glob("*"))]
RC4: Final = "minimal-rc4.pdf"
EMBEDDED: Final = [path for path in INPUTS if path.name != RC4]
EVERY: Final = pytest.mark.parametrize("path", INPUTS, ids=lambda path: path.name)
EVERY_EMBEDDED: Final = pytest.mark.parametrize("path", EMBEDDED, ids=lambda path: path.name)
PAGES: Final = [path for path in INPUTS if path.parent.name == "html"]
TEXTS: Final = [path for path in INPUTS if path.suffix in {".md", ".css", ".py", ".rst", ".xml"}]
PDFS: Final = [path for path in EMBEDDED if path.suffix == ".pdf"]

ASKED_AS: Final = {"application/xhtml+xml": "text/html", "text/x-rst": "text/markdown"}
"""Types that encypher-c2pa does not know, and what it knows instead."""


def media_type(path: Path) -> str:
    return media.type_of_name(path.name) or "application/pdf"


@lru_cache(maxsize=256)
def signed(
    path: Path, origin: str = "human", algorithm: str = "ES256", carriage: Carriage | None = None
) -> Signed:
    return provkit.sign_detailed(
        path.read_bytes(),
        Origin.of(origin),
        identities.signer(algorithm),
        media_type=media_type(path),
        carriage=carriage,
    )


def asked(data: bytes, path: Path, algorithm: str | None = "ES256") -> str:
    """What encypher-c2pa says."""
    kind = media_type(path)
    root = None if algorithm is None else identities.identity(algorithm).root_pem
    return encypher.ask(data, ASKED_AS.get(kind, kind), anchors=root, at=identities.NOW)


def ask_beside(data: bytes, store: bytes, kind: str) -> str:
    """What c2pa-python says about an asset and a store beside it."""
    c2pa = pytest.importorskip("c2pa")
    root = identities.identity("ES256").root_pem.decode()
    context = c2pa.Context.from_dict(
        {
            "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False, "verify_trust": True},
            "trust": {"trust_anchors": root, "trust_config": "1.3.6.1.5.5.7.3.4\n1.3.6.1.4.1.62558.2.1\n"},
        }
    )
    with c2pa.Reader(kind, io.BytesIO(data), store, context=context) as reader:
        return str(reader.get_validation_state())


def test_the_inputs_are_there() -> None:
    for kind in KINDS:
        shared("inputs", kind)
    assert len(INPUTS) > 20


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("origin", CLASSES)
@EVERY_EMBEDDED
def test_all_trust_it(path: Path, origin: str, algorithm: str) -> None:
    data = signed(path, origin, algorithm).data
    verdict = provkit.verify(data, trust=identities.trust(algorithm))
    assert verdict.state is State.TRUSTED, (verdict.statuses.failure, verdict.warnings)
    assert verdict.origin.cls == origin
    assert verdict.origin.attributed
    assert provkit.strip(data) == path.read_bytes()
    assert asked(data, path, algorithm) == "Trusted"
    if path.suffix == ".pdf":
        assert ask_c2pa(data, "application/pdf", algorithm) == "Trusted"


@EVERY_EMBEDDED
def test_without_a_list_it_is_valid(path: Path) -> None:
    data = signed(path).data
    assert provkit.verify(data, trust=TrustStore.empty()).state is State.VALID
    assert asked(data, path, None) == "Valid"


@EVERY_EMBEDDED
def test_nobody_accepts_a_changed_one(path: Path) -> None:
    made, plain = signed(path).data, path.read_bytes()
    if path.suffix == ".pdf":
        at = len(plain) // 2  # a PDF is only appended to
    else:
        piece = plain[-12:]
        at = made.rindex(piece) + next(i for i, one in enumerate(piece) if chr(one).isalpha())
    changed = made[:at] + bytes((made[at] ^ 1,)) + made[at + 1 :]
    assert provkit.verify(changed, trust=identities.trust("ES256")).state is State.INVALID
    assert asked(changed, path) == "Invalid"


@pytest.mark.parametrize("origin", CLASSES)
@EVERY
def test_a_sidecar_of_anything(path: Path, origin: str, tmp_path: Path) -> None:
    made = signed(path, origin, "ES256", Carriage.SIDECAR)
    data, store = path.read_bytes(), made.manifest
    assert made.data == data
    assert store is not None
    (tmp_path / path.name).write_bytes(data)
    (tmp_path / f"{path.name}.c2pa").write_bytes(store)
    verdict = verify_file(tmp_path / path.name, trust=identities.trust("ES256"))
    assert (verdict.state, verdict.carrier, verdict.origin.cls) == (State.TRUSTED, "sidecar", origin)
    assert ask_beside(data, store, media_type(path)) == "Trusted"
    changed = bytes((data[0] ^ 1,)) + data[1:]
    assert provkit.verify(changed, trust=identities.trust("ES256"), manifest=store).state is State.INVALID
    assert ask_beside(changed, store, media_type(path)) == "Invalid"


def test_rc4_has_no_place_for_it() -> None:
    with pytest.raises(UnsupportedError, match="RC4"):
        signed(shared("inputs", "pdf", RC4))


@pytest.mark.parametrize("packing", [(), ("--object-streams=generate",)], ids=["plain", "packed"])
@pytest.mark.parametrize("password", ["", "user"], ids=["opens", "password"])
@pytest.mark.parametrize("bits", ["128", "256"])
def test_encrypted_documents(bits: str, password: str, packing: tuple[str, ...], tmp_path: Path) -> None:
    """By the table of spec/pdf.md, through the whole of signing and verifying."""
    source, file = shared("inputs", "pdf", "minimal-document.pdf"), tmp_path / "a.pdf"
    how = ["--encrypt", password, "owner", bits, *(["--use-aes=y"] if bits == "128" else []), "--"]
    done = programs.run(programs.program("qpdf"), *packing, *how, str(source), str(file))
    assert done.returncode == 0, done.stderr
    data, trust = file.read_bytes(), identities.trust("ES256")
    if password:
        with pytest.raises(UnsupportedError, match="password"):
            provkit.sign(data, Origin.human(), identities.signer("ES256"))
    made = provkit.sign_detailed(data, Origin.human(), identities.signer("ES256"), password=password or None)
    assert made.data.startswith(data)
    verdict = provkit.verify(made.data, trust=trust, password=password or None)
    assert verdict.state is State.TRUSTED, verdict.statuses.failure
    file.write_bytes(made.data)
    opened = f"--password={password}"
    assert programs.run(programs.program("qpdf"), "--check", opened, str(file)).returncode == 0
    if not password:
        assert ask_c2pa(made.data, "application/pdf", "ES256") == "Trusted"
    # The catalog of the update stands in the clear, so the store is found by whoever cannot open the rest.
    assert provkit.verify(made.data, trust=trust).state is State.TRUSTED


# The layers of two other projects


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_c2pa_text_finds_the_credential_of_a_page(path: Path) -> None:
    peer = pytest.importorskip("c2pa_text")
    data = signed(path).data
    inspected = provkit.inspect(data)
    assert inspected is not None
    # Byte by byte: what it is asked about is where the store is, not what the page says.
    found = peer.extract_html(data.decode("latin-1"))
    assert found is not None
    assert found.manifest == inspected.data


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_two_others_find_the_block(path: Path) -> None:
    data = signed(path).data
    inspected = provkit.inspect(data)
    assert inspected is not None
    found = pytest.importorskip("c2pa_text").extract_structured(data.decode())
    assert found.manifest == inspected.data
    peer: Any = pytest.importorskip("c2pa_structured_text")
    classified = peer.classify_reference(peer.extract_reference(data.decode()))
    assert (classified.kind, classified.data) == ("embedded", inspected.data)


# What the files are for


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_pages_look_the_same(path: Path, tmp_path: Path) -> None:
    """In a browser, pixel by pixel; with the store inside and with a link to it."""
    programs.program(*programs.BROWSERS)
    link = provkit.sign_detailed(
        path.read_bytes(),
        Origin.human(),
        identities.signer("ES256"),
        media_type=media_type(path),
        carriage=Carriage.LINK,
        reference="a.c2pa",
    )
    shots = []
    for name, data in (("before", path.read_bytes()), ("inside", signed(path).data), ("link", link.data)):
        page = tmp_path / f"page{path.suffix}"  # the same name, which some pages show
        page.write_bytes(data)
        shots.append(pixels(programs.screenshot(page, tmp_path / name)))
    assert shots[0] == shots[1] == shots[2]
    if len(path.read_bytes()) > 1000:
        assert len(set(shots[0][1])) > 1, "an empty picture would show nothing"


def pixels(picture: bytes) -> tuple[tuple[int, int], bytes]:
    with Image.open(io.BytesIO(picture)) as image:
        return image.size, image.convert("RGB").tobytes()


@pytest.mark.parametrize("path", PDFS, ids=lambda path: path.name)
def test_pdfs_check_and_look_the_same(path: Path, tmp_path: Path) -> None:
    """Every page, its picture and its text."""
    before, after = path.read_bytes(), signed(path).data
    found = []
    for data in (before, after):
        file = tmp_path / "a.pdf"
        file.write_bytes(data)
        check = programs.run(programs.program("qpdf"), "--check", str(file))
        found.append(
            (
                check.returncode,
                programs.run(programs.program("pdftoppm"), "-r", "50", "-png", str(file)).stdout,
                programs.run(programs.program("pdftotext"), "-layout", str(file), "-").stdout,
            )
        )
    assert found[1][0] in {0, found[0][0]}
    assert found[0][1].startswith(b"\x89PNG")
    assert found[0][1:] == found[1][1:]


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_structured_text_means_the_same(path: Path, tmp_path: Path) -> None:
    before, after = path.read_bytes(), signed(path).data
    if path.suffix == ".py":
        with warnings.catch_warnings(action="ignore", category=Warning):  # on the code of others
            assert ast.dump(ast.parse(before)) == ast.dump(ast.parse(after))
        file = tmp_path / path.name
        file.write_bytes(after)
        with warnings.catch_warnings(action="ignore", category=Warning):
            py_compile.compile(str(file), str(tmp_path / "a.pyc"), doraise=True)
    elif path.suffix == ".css":
        css = pytest.importorskip("tinycss2")
        told = [
            [
                one.serialize()
                for one in css.parse_stylesheet_bytes(data, skip_comments=True, skip_whitespace=True)[0]
            ]
            for data in (before, after)
        ]
        assert told[0] == told[1]
        assert not any(rule.startswith("/*") for rule in told[1])
    elif path.suffix == ".xml":
        assert etree.tostring(etree.fromstring(before)) == etree.tostring(etree.fromstring(after))
    else:
        # A comment is a block of its own: the lines of the text are all there, in order.
        assert before.decode() in after.decode()


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_front_matter_means_the_same(newline: str) -> None:
    yaml = pytest.importorskip("yaml")
    lines = ["---", "title: A title", "tags: [a, b]", "---", "", "Text.", ""]
    data = newline.join(lines).encode()
    made = sign_text(data, "text/markdown")
    front = made.decode().removeprefix("---").split(f"{newline}---{newline}")[0]
    assert yaml.safe_load(front) == {"title": "A title", "tags": ["a", "b"]}
    toml = newline.join(["+++", 'title = "A title"', "+++", "Text.", ""]).encode()
    front = sign_text(toml, "text/markdown").decode().split(f"+++{newline}", 2)[1]
    assert tomllib.loads(front) == {"title": "A title"}
    literal = sign_text(data, "text/markdown", front_matter=FrontMatter.LITERAL)
    assert encypher.ask(literal, "text/markdown", anchors=root(), at=identities.NOW) == "Trusted"


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"a: 1\nb: |\n  text\n\n", "application/yaml"),
        (b"%YAML 1.2\n---\na: 1\n", "application/yaml"),
        (b"---\na: 1\n", "application/yaml"),
    ],
)
def test_yaml_means_the_same(data: bytes, kind: str) -> None:
    yaml = pytest.importorskip("yaml")
    made = sign_text(data, kind)
    assert list(yaml.safe_load_all(made)) == list(yaml.safe_load_all(data))


def test_toml_means_the_same() -> None:
    data = b'a = 1\n[b]\nc = "d"\n'
    assert tomllib.loads(sign_text(data, "application/toml").decode()) == tomllib.loads(data.decode())


def sign_text(data: bytes, kind: str, **options: Any) -> bytes:
    made = provkit.sign(data, Origin.human(), identities.signer("ES256"), media_type=kind, **options)
    assert provkit.verify(made, trust=identities.trust("ES256")).state is State.TRUSTED
    return made


def root() -> bytes:
    return identities.identity("ES256").root_pem


# Stores that others put beside an asset


@pytest.mark.parametrize("profile", testfiles.PROFILES)
@pytest.mark.parametrize("pair", testfiles.pairs(), ids=lambda pair: pair["asset"])
def test_a_pair_of_others(pair: dict[str, Any], profile: str) -> None:
    path, store = shared("testfiles", pair["asset"]), shared("testfiles", pair["sidecar"]).read_bytes()
    trust, recorded = testfiles.profile(profile), pair["profiles"][profile]
    for verdict in (
        verify_file(path, trust=trust, at=testfiles.AT),
        provkit.verify(path.read_bytes(), trust=trust, at=testfiles.AT, manifest=store),
    ):
        assert verdict.state == recorded["state"].lower()
        assert verdict.media_type == pair["media_type"]
        assert sorted(str(one.code) for one in verdict.statuses.failure) == recorded["failure"]
        assert set(recorded["success"]) <= {str(one.code) for one in verdict.statuses.success}
