"""A time-stamp authority and an OCSP responder on loopback: OpenSSL's, behind a few lines of HTTP.

with Authorities(folder, tsa=Tsa.make(...)) as local:
    TimeStampAuthority(local.tsa_url)
"""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Final, Self

from support import pki
from support.programs import program, run

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from cryptography import x509

    from support.pki import Authority, PrivateKey
    from support.tsa import Tsa

_CONFIG: Final = """
[tsa]
default_tsa = t
[t]
serial = serial
signer_cert = tsa.pem
certs = tsa-chain.pem
signer_key = tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512
ordering = no
tsa_name = no
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""
_TYPES: Final = {
    "application/timestamp-query": "application/timestamp-reply",
    "application/ocsp-request": "application/ocsp-response",
}


def write_key(path: Path, key: PrivateKey) -> None:
    """A key as OpenSSL reads it."""
    path.write_bytes(pki.key_pem(key))


class Authorities:
    """Listens from the start of the ``with`` block to its end.

    Args:
        folder: an empty folder for their files.
        tsa: certificate and key of the time-stamp authority.
    """

    def __init__(self, folder: Path, tsa: Tsa | None = None) -> None:
        self._folder = folder
        self._openssl = program("openssl")
        self._lock = threading.Lock()
        self.asked: list[bytes] = []
        """Bodies of the requests."""
        self.edit: Callable[[bytes], bytes] = lambda reply: reply
        """Applied to each answer before it is sent."""
        self.status = 200
        if tsa is not None:
            (folder / "ts.cnf").write_text(_CONFIG)
            (folder / "serial").write_text("01\n")
            (folder / "tsa.pem").write_bytes(tsa.certificate.public_bytes(pki.PEM))
            (folder / "tsa-chain.pem").write_bytes(tsa.issuer.pem)
            write_key(folder / "tsa.key", tsa.key)
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with outer._lock:
                    outer.asked.append(body)
                    kind = self.headers["Content-Type"]
                    answer = outer._stamp if kind == "application/timestamp-query" else outer._status
                    reply = outer.edit(answer(body))
                self.send_response(outer.status)
                self.send_header("Content-Type", _TYPES[kind])
                self.send_header("Content-Length", str(len(reply)))
                self.end_headers()
                self.wfile.write(reply)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)

    def knows(
        self,
        certificate: x509.Certificate,
        issuer: Authority,
        *,
        responder: tuple[x509.Certificate, PrivateKey] | None = None,
        revoked: datetime | None = None,
        reason: str = "keyCompromise",
    ) -> None:
        """Let the responder answer about one certificate; `responder` is delegated, else the issuer answers."""
        signer, key = responder or (issuer.certificate, issuer.key)
        (self._folder / "ocsp-issuer.pem").write_bytes(issuer.pem)
        (self._folder / "ocsp.pem").write_bytes(signer.public_bytes(pki.PEM))
        write_key(self._folder / "ocsp.key", key)
        serial = f"{certificate.serial_number:X}"
        expiry = f"{certificate.not_valid_after_utc:%y%m%d%H%M%SZ}"
        state, since = ("V", "") if revoked is None else ("R", f"{revoked:%y%m%d%H%M%SZ},{reason}")
        line = f"{state}\t{expiry}\t{since}\t{serial.zfill(len(serial) + len(serial) % 2)}\tunknown\t/CN=x\n"
        (self._folder / "index.txt").write_text(line)

    def _stamp(self, request: bytes) -> bytes:
        return self._openssl_run(
            request, "ts", "-reply", "-config", "ts.cnf", "-queryfile", "asked", "-out", "answer"
        )

    def _status(self, request: bytes) -> bytes:
        options = "-index index.txt -CA ocsp-issuer.pem -rsigner ocsp.pem -rkey ocsp.key -rmd sha256"
        return self._openssl_run(
            request, "ocsp", *options.split(), "-ndays", "1", "-reqin", "asked", "-respout", "answer"
        )

    def _openssl_run(self, request: bytes, *arguments: str) -> bytes:
        (self._folder / "asked").write_bytes(request)
        done = run(self._openssl, *arguments, folder=self._folder)
        if done.returncode:
            raise RuntimeError(done.stderr.decode("utf-8", "replace"))
        return (self._folder / "answer").read_bytes()
