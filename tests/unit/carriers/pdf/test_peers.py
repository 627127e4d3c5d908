"""Signed PDFs as other programs see them: two validators, a checker, a renderer, a signature validator."""

from __future__ import annotations

import io
import subprocess
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import c2pa
import pypdf
import pytest

from interop import identities
from provkit import UnsupportedError
from support.shared import SHARED, shared
from unit.carriers.pdf import making
from unit.carriers.pdf.test_placing import DOCUMENTS

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.interop
EKUS = "1.3.6.1.5.5.7.3.4\n1.3.6.1.5.5.7.3.36\n1.3.6.1.4.1.62558.2.1\n"
UNSIGNED = [
    *sorted((SHARED / "inputs" / "pdf").glob("*.pdf")),
    *sorted((SHARED / "testfiles" / "files" / "no-manifest").glob("*.pdf")),
]
RC4 = "minimal-rc4.pdf"
VARIANTS = {
    "linearized": ["--linearize"],
    "linearized and packed": ["--linearize", "--object-streams=generate"],
    "packed": ["--object-streams=generate"],
    "AES-128": ["--encrypt", "", "owner", "128", "--use-aes=y", "--"],
    "AES-128, packed": ["--object-streams=generate", "--encrypt", "", "owner", "128", "--use-aes=y", "--"],
    "AES-256": ["--encrypt", "", "owner", "256", "--"],
    "AES-256, packed": ["--object-streams=generate", "--encrypt", "", "owner", "256", "--"],
    "AES-256, metadata in the clear": ["--encrypt", "", "owner", "256", "--cleartext-metadata", "--"],
    "AES-128, metadata in the clear": ["--encrypt", "", "owner", "128", "--use-aes=y", "--cleartext-metadata", "--"],
}  # fmt: skip


@lru_cache(maxsize=1)
def root() -> bytes:
    return identities.identity("ES256").root_pem


def engine(data: bytes) -> str:
    context = c2pa.Context.from_dict({"trust": {"trust_anchors": root().decode(), "trust_config": EKUS}})
    with c2pa.Reader("application/pdf", io.BytesIO(data), context=context) as reader:
        return str(reader.get_validation_state())


def encypher(data: bytes) -> str:
    module = pytest.importorskip("encypher_c2pa")
    report: Any = module.verify(
        data,
        "application/pdf",
        trust_pem=root().decode(),
        no_default_trust=True,
        telemetry=False,
        online=False,
        validation_time=identities.NOW.isoformat(),
    )
    return str(report["validationState"] if "validationState" in report else report["validation_state"])


def checked(program: str, data: bytes, path: Path) -> tuple[int, str]:
    path.write_bytes(data)
    done = subprocess.run([program, "--check", str(path)], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def rendered(program: str, data: bytes, path: Path) -> bytes:
    path.write_bytes(data)
    return subprocess.run(
        [program, "-r", "40", "-png", "-l", "2", str(path)], capture_output=True, check=True
    ).stdout


def text(data: bytes) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages[:3]]


def test_the_inputs_are_there() -> None:
    shared("inputs", "pdf")
    assert len(UNSIGNED) > 8


@pytest.mark.parametrize("path", [one for one in UNSIGNED if one.name != RC4], ids=lambda path: path.name)
def test_real_documents(path: Path, qpdf: str, pdftoppm: str, tmp_path: Path) -> None:
    data = path.read_bytes()
    signed = making.sign(data)
    assert signed.startswith(data)
    assert (engine(signed), encypher(signed)) == ("Trusted", "Trusted")
    for changed in (signed + b"\n", signed[:200] + bytes((signed[200] ^ 1,)) + signed[201:]):
        assert encypher(changed) == "Invalid"
    assert making.remove(signed) == data
    before, after = checked(qpdf, data, tmp_path / "a.pdf"), checked(qpdf, signed, tmp_path / "b.pdf")
    assert after[0] in {0, before[0]}, after[1]
    assert rendered(pdftoppm, data, tmp_path / "a.pdf") == rendered(pdftoppm, signed, tmp_path / "b.pdf")
    assert text(data) == text(signed)


def test_rc4() -> None:
    with pytest.raises(UnsupportedError, match="RC4"):
        making.sign(shared("inputs", "pdf", RC4).read_bytes())


@pytest.mark.parametrize("name", DOCUMENTS)
def test_made_documents(name: str) -> None:
    """With bytes before the header the two read different offsets, each its own way always."""
    signed = making.sign(DOCUMENTS[name])
    if name == "junk that counts":
        with pytest.raises(c2pa.C2paError, match="ManifestNotFound"):
            engine(signed)
    else:
        assert engine(signed) == "Trusted"
    assert encypher(signed) == ("Invalid" if name == "junk" else "Trusted")


@pytest.mark.parametrize("name", VARIANTS)
def test_written_by_qpdf(name: str, qpdf: str, pdftoppm: str, tmp_path: Path) -> None:
    source = shared("inputs", "pdf", "002-trivial-libre-office-writer.pdf")
    made = tmp_path / "made.pdf"
    subprocess.run([qpdf, *VARIANTS[name], str(source), str(made)], check=True)
    data = made.read_bytes()
    signed = making.sign(data)
    assert engine(signed) == "Trusted"
    # It does not read encrypted documents; when a release does, this fails.
    assert encypher(signed) == ("Invalid" if "AES" in name else "Trusted")
    assert checked(qpdf, signed, tmp_path / "b.pdf")[0] == 0
    assert rendered(pdftoppm, data, made) == rendered(pdftoppm, signed, tmp_path / "b.pdf")
    assert text(data) == text(signed)
    assert ("/Encrypt" in pypdf.PdfReader(io.BytesIO(signed)).trailer) == ("AES" in name)
    assert making.remove(signed) == data


def test_the_engine_reads_the_store_in_an_annotation() -> None:
    hanko = pytest.importorskip("pyhanko.sign.fields")
    signed = making.sign(certified(hanko.MDPPerm.ANNOTATE))
    assert (engine(signed), encypher(signed)) == ("Trusted", "Trusted")


def certified(permission: Any) -> bytes:
    """A document with a signature of pyHanko; one of approval for None."""
    from asn1crypto import keys, x509
    from cryptography.hazmat.primitives import serialization
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import fields, signers
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    made = identities.identity("ES256")
    chain = [x509.Certificate.load(one) for one in made.chain]
    registry: Any = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    registry.register_multiple(chain)
    key = made.key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    signer = signers.SimpleSigner(
        signing_cert=chain[0], signing_key=keys.PrivateKeyInfo.load(key), cert_registry=registry
    )
    metadata = signers.PdfSignatureMetadata(
        field_name="Signature",
        certify=permission is not None,
        docmdp_permissions=permission or fields.MDPPerm.FILL_FORMS,
        subfilter=fields.SigSeedSubFilter.PADES,
    )
    source = shared("inputs", "pdf", "002-trivial-libre-office-writer.pdf").read_bytes()
    out = signers.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(source)), metadata, signer=signer)
    return bytes(out.getvalue())


def signature_holds(data: bytes) -> tuple[bool, bool]:
    """Whether the signed bytes are intact, and the signature over them valid."""
    from asn1crypto import pem, x509
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko.sign.validation.settings import KeyUsageConstraints
    from pyhanko_certvalidator import ValidationContext

    anchor = x509.Certificate.load(pem.unarmor(root())[2])
    status = validate_pdf_signature(
        PdfFileReader(io.BytesIO(data)).embedded_signatures[0],
        ValidationContext(trust_roots=[anchor], allow_fetching=False),
        key_usage_settings=KeyUsageConstraints(key_usage={"digital_signature"}),
    )
    return status.intact, status.valid


@pytest.mark.parametrize("degree", [None, 2, 3])
def test_signatures_stay_intact(degree: int | None, qpdf: str, pdftoppm: str, tmp_path: Path) -> None:
    hanko = pytest.importorskip("pyhanko.sign.fields")
    data = certified(None if degree is None else hanko.MDPPerm(degree))
    assert signature_holds(data) == (True, True)
    signed = making.sign(data)
    assert signature_holds(signed) == (True, True)
    assert (engine(signed), encypher(signed)) == ("Trusted", "Trusted")
    assert making.remove(signed) == data
    assert checked(qpdf, signed, tmp_path / "b.pdf")[0] == 0
    assert rendered(pdftoppm, data, tmp_path / "a.pdf") == rendered(pdftoppm, signed, tmp_path / "b.pdf")
    attached = "/EmbeddedFiles" in making.catalog(signed).get("/Names", {})
    assert attached == (degree is None)


def test_certified_against_any_change() -> None:
    hanko = pytest.importorskip("pyhanko.sign.fields")
    with pytest.raises(UnsupportedError, match="certified by its author"):
        making.sign(certified(hanko.MDPPerm.NO_CHANGES))


def test_a_signature_made_outside() -> None:
    data = shared("inputs", "pdf", "pdf-sig-with-econtent.pdf").read_bytes()
    signed = making.sign(data)
    assert signed.startswith(data)
    assert engine(signed) == "Trusted"


@pytest.mark.parametrize("algorithm", identities.ALGORITHMS)
def test_every_algorithm(algorithm: str) -> None:
    signed = making.sign(making.plain(), algorithm=algorithm)
    assert len(making.read(signed).stores) == 1
