"""The service as its users meet it: a real server in a process of its own."""

from __future__ import annotations

import json
import signal
import socket
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

import provkit
from provkit.serve.model import label_schema
from provkit_cli.schema import schema_text
from unit.serve.running import CONFIGURATION, KEY, Running, gone

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("serve")]

AUTHORITY: Final = {"Authorization": f"Bearer {KEY}"}
NASTY: Final = '"><script>alert(1)</script>\u202e\n{"event": "forged"}'


def upload(data: bytes, name: str = "a.txt") -> dict[str, tuple[str, bytes]]:
    return {"file": (name, data)}


def label(client: httpx.Client, data: bytes, name: str = "a.txt") -> dict[str, Any]:
    found: dict[str, Any] = client.post("/v1/label", files=upload(data, name)).json()
    return found


def test_verify_answers_as_the_command_line_does(service: Running, client: httpx.Client) -> None:
    signed = service.sign(b"A text.", provkit.Origin.human())
    for answer in (
        client.post("/v1/verify", files=upload(signed)),
        client.post("/v1/verify", content=signed, headers={"Content-Type": "application/octet-stream"}),
    ):
        assert answer.status_code == 200
        Draft202012Validator(json.loads(schema_text("verdict"))).validate(answer.json())
        (result,) = answer.json()["results"]
        assert (result["state"], result["origin"]["class"]) == ("trusted", "human")


def test_a_credential_apart(service: Running, client: httpx.Client) -> None:
    asset = b'{"a": 1}'
    form = {"file": ("a.json", asset)}
    made = client.post("/v1/sign", files=form, data={"origin": "synthetic"}, headers=AUTHORITY)
    assert (made.status_code, made.headers["provkit-credential"]) == (200, "apart")
    both = {"file": ("a.json", asset), "manifest": ("a.json.c2pa", made.content)}
    (result,) = client.post("/v1/verify", files=both).json()["results"]
    assert (result["state"], result["carrier"]) == ("trusted", "sidecar")


def test_large_uploads_leave_nothing_behind(service: Running, client: httpx.Client) -> None:
    signed = service.sign(b"A long text. " * 80_000, provkit.Origin.human())
    assert len(signed) > 1_000_000
    (result,) = client.post("/v1/verify", files=upload(signed)).json()["results"]
    assert result["state"] == "trusted"
    assert [path for path in service.spool().rglob("*") if path.is_file()] == []


def test_labels(service: Running, client: httpx.Client) -> None:
    found = label(client, service.sign(b"A text.", provkit.Origin.synthetic(model="m")))
    Draft202012Validator(label_schema()).validate(found)
    assert (found["label"]["code"], found["label"]["signer_listed"]) == ("ai-generated", True)
    assert found["label"]["badge_html"].startswith('<span class="provkit-badge')
    assert label(client, b"A text.")["label"]["code"] == "not-stated"
    broken = service.sign(b"A text.", provkit.Origin.human()).replace(b"A text", b"B text")
    assert label(client, broken)["label"]["code"] == "credential-broken"


def test_what_cannot_be_judged(client: httpx.Client) -> None:
    answer = client.post("/v1/label", files=upload(b"\0\1\2\3" * 99))
    assert (answer.status_code, answer.json()["label"]) == (422, None)
    Draft202012Validator(label_schema()).validate(answer.json())
    assert answer.json()["result"]["error"]["kind"] == "unsupported"


@pytest.mark.parametrize(
    ("path", "options", "status", "kind"),
    [
        ("/v1/verify", {"json": {"url": "https://127.0.0.1/a"}}, 422, None),
        ("/v1/verify", {"json": {"url": "file:///etc/passwd"}}, 422, None),
        ("/v1/verify", {"json": {"adress": 1}}, 400, "malformed"),
        ("/v1/verify", {"files": {"other": ("a", b"x")}}, 400, "malformed"),
        ("/v1/verify", {"files": upload(b"x"), "data": {"more": "1"}}, 400, "malformed"),
        ("/v1/verify", {"content": b"x" * (2 << 20) + b"x"}, 413, "limit"),
        ("/v1/verify", {"content": b"--", "headers": {"Content-Type": "multipart/form-data"}}, 400, "malformed"),
        (
            "/v1/verify",
            {"content": b"--a\r\n", "headers": {"Content-Type": "multipart/form-data; boundary=a; charset=rot13"}},
            400,
            "malformed",
        ),
        (
            "/v1/verify",
            {"content": b"--a\r\n", "headers": {"Content-Type": "multipart/form-data; boundary=a; charset=punycode"}},
            400,
            "malformed",
        ),
        ("/v1/verify", {"content": b"x", "headers": {"Content-Encoding": "gzip"}}, 400, "malformed"),
        ("/v1/verify", {"files": upload(b"x"), "data": {"more": "1" * 65537}}, 400, "malformed"),
        (
            "/v1/verify",
            {"content": b"1\r\nx\r\n0\r\n\r\n", "headers": {"Content-Length": "16", "Transfer-Encoding": "chunked"}},
            400,
            "malformed",
        ),
        ("/v1/sign", {"files": upload(b"x"), "data": {"origin": "human"}}, 401, "unauthorized"),
        ("/v1/sign", {"headers": {"Authorization": "Bearer nobody"}}, 401, "unauthorized"),
        ("/v1/sign", {"headers": AUTHORITY}, 415, "malformed"),
        ("/v1/sign", {"files": upload(b"x"), "headers": AUTHORITY}, 403, "forbidden"),
        ("/v1/sign", {"files": upload(b"x"), "data": {"origin": "ai-assisted"}, "headers": AUTHORITY}, 403, "forbidden"),
        (
            "/v1/sign",
            {"files": upload(b"x"), "data": {"origin": "human", "identity": "other"}, "headers": AUTHORITY},
            403,
            "forbidden",
        ),
        ("/v1/sign", {"files": upload(b"x"), "data": {"origin": '{"class":'}, "headers": AUTHORITY}, 400, "malformed"),
        (
            "/v1/sign",
            {"files": upload(b"x"), "data": {"origin": '{"class":"human","model":"m"}'}, "headers": AUTHORITY},
            422,
            "configuration",
        ),
        (
            "/v1/sign",
            {"files": upload(b"x"), "data": {"origin": '{"class":"human","cls":1,"x":{}}'}, "headers": AUTHORITY},
            400,
            "malformed",
        ),
        (
            "/v1/sign",
            {"files": upload(b"x"), "data": {"origin": '{"class":"human","limits":7}'}, "headers": AUTHORITY},
            422,
            "configuration",
        ),
        ("/nothing", {}, 404, "not-found"),
        ("/healthz", {}, 405, "method"),
    ],
)  # fmt: skip
def test_refusals(
    client: httpx.Client, path: str, options: dict[str, Any], status: int, kind: str | None
) -> None:
    answer = client.post(path, **options)
    assert answer.status_code == status, answer.text
    if kind is not None:
        assert answer.json()["error"]["kind"] == kind
    else:
        assert answer.json()["results"][0]["error"]["kind"] == "blocked"


def test_signing(service: Running, client: httpx.Client) -> None:
    declared = json.dumps({"class": "synthetic", "model": "acme/writer-2", "category": "simulation"})
    made = client.post(
        "/v1/sign", files=upload(b"# A title\n", "a.md"), data={"origin": declared}, headers=AUTHORITY
    )
    assert (made.status_code, made.headers["content-type"]) == (200, "text/markdown; charset=utf-8")
    trust = provkit.TrustStore.empty().with_anchors(
        (service.folder / "dev/root.pem").read_bytes(), name="dev"
    )
    verdict = provkit.verify(made.content, trust=trust)
    assert (verdict.state, verdict.origin.cls) == ("trusted", "synthetic")


def test_the_uploaders_credential_is_kept_when_a_platform_transcodes(
    service: Running, client: httpx.Client
) -> None:
    original = service.sign(b"The original.", provkit.Origin.synthetic(model="m"))
    form = {"file": ("b.txt", b"The original, shorter."), "parent": ("a.txt", original)}
    made = client.post("/v1/sign", files=form, data={"origin": "human"}, headers=AUTHORITY)
    assert made.status_code == 200
    found = label(client, made.content)
    assert "names a source whose credential states" in found["label"]["sentence"]
    assert found["label"]["code"] == "ai-generated"  # edits never turn a generated text into a human one
    assert [entry["relationship"] for entry in found["result"]["ingredients"]] == ["parentOf"]


def test_what_cannot_be_signed_says_what_to_do_about_it(service: Running, client: httpx.Client) -> None:
    signed = service.sign(b"A text.", provkit.Origin.synthetic())
    form: dict[str, Any] = {"files": upload(signed), "headers": AUTHORITY}
    refused = client.post("/v1/sign", data={"origin": "human"}, **form)
    assert refused.status_code == 422
    error = refused.json()["error"]
    assert (error["kind"], error["hint"]) == (
        "already-signed",
        "send keep_history=true to keep it as history",
    )
    kept = client.post("/v1/sign", data={"origin": "human", "keep_history": "true"}, **form)
    assert label(client, kept.content)["label"]["code"] == "ai-generated"


def test_quotas(client: httpx.Client) -> None:
    form: dict[str, Any] = {"data": {"origin": "synthetic"}, "headers": {"Authorization": f"Bearer {KEY}2"}}
    # What could not be signed is not counted.
    assert client.post("/v1/sign", files=upload(b"\0" * 9), **form).status_code == 422
    statuses = [client.post("/v1/sign", files=upload(b"x"), **form) for _ in range(3)]
    assert [answer.status_code for answer in statuses] == [200, 200, 429]
    assert 0 < int(statuses[2].headers["retry-after"]) <= 86400


def test_state_of_the_service(client: httpx.Client) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json() == {"status": "ok"}
    client.post("/v1/verify", files=upload(b"x"))
    numbers = client.get("/metrics")
    assert numbers.headers["content-type"].startswith("text/plain; version=0.0.4")
    for line in numbers.text.splitlines():
        assert line.startswith("# ") or float(line.rpartition(" ")[2]) >= 0
    assert 'provkit_verdicts_total{state="unsigned"}' in numbers.text


def test_the_description_is_what_the_service_does(client: httpx.Client) -> None:
    described = client.get("/openapi.json").json()
    assert described["openapi"] == "3.1.0"
    schemas = described["components"]["schemas"]
    for match in _references(described):
        assert match.removeprefix("#/components/schemas/") in schemas
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            answer = client.request(method, path)
            responses = operation["responses"]
            assert str(answer.status_code) in responses, (path, answer.status_code)
            content = responses[str(answer.status_code)]["content"]
            schema = content[answer.headers["content-type"].partition(";")[0]]["schema"]
            if answer.headers["content-type"] == "application/json":
                whole = {**schema, "components": described["components"]}
                Draft202012Validator(whole).validate(answer.json())


def _references(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["$ref"]] if "$ref" in value else []
        return own + [found for entry in value.values() for found in _references(entry)]
    return [found for entry in value for found in _references(entry)] if isinstance(value, list) else []


def test_the_log_is_json_and_says_nothing_of_files_or_keys(service: Running, client: httpx.Client) -> None:
    signed = service.sign(b"A text.", provkit.Origin.human(title=NASTY.replace("\n", " ")))
    client.post("/v1/verify", files=upload(signed, NASTY.replace("\n", " ")))
    client.get("/" + "secret-path", params={"secret": "query"}, headers={"User-Agent": "secret-agent"})
    client.request("SECRET", "/v1/verify")
    client.post("/v1/sign", files=upload(b"x"), data={"origin": "human"}, headers=AUTHORITY)
    text = service.log.read_text()
    for word in ("secret", "SECRET", "script", "forged", KEY, "a.txt", "exception"):
        assert word not in text, word
    assert [line for line in text.splitlines() if not line.startswith("{")] == [
        f"provkit: serving: {service.url}"
    ]
    last = service.lines()[-1]
    assert (last["route"], last["status"], last["key"]) == ("/v1/sign", 200, "cms")


def test_slow_senders_are_sent_away(service: Running) -> None:
    address = urlsplit(service.url)
    with socket.create_connection((address.hostname, address.port), timeout=20) as line:
        line.sendall(b"POST /v1/verify HTTP/1.1\r\nHost: here\r\nContent-Length: 100\r\n\r\nslow")
        assert line.recv(100).startswith(b"HTTP/1.1 408")


def test_who_is_refused_while_he_sends_reads_the_answer(service: Running) -> None:
    address = urlsplit(service.url)
    size = 6 << 20
    with socket.create_connection((address.hostname, address.port), timeout=20) as line:
        head = (
            f"POST /v1/verify HTTP/1.1\r\nHost: here\r\nContent-Length: {size}\r\nConnection: close\r\n\r\n"
        )
        line.sendall(head.encode() + bytes(size))
        assert _whole(line).startswith(b"HTTP/1.1 413")


def test_a_terminal_that_goes_away_ends_the_service_in_order(tmp_path: Path) -> None:
    with Running(tmp_path) as service:
        workers = service.workers()
        assert service.stop(signal.SIGHUP) == 0
        assert gone(workers)
        assert list(service.spool().iterdir()) == []


_names = st.sampled_from(
    ["Content-Type", "Content-Length", "Authorization", "Range", "Accept", "Host", "Expect", "Transfer-Encoding",
     "Content-Encoding", "If-None-Match", "Connection", "Cookie", "X-Forwarded-For"]
)  # fmt: skip
_values = st.one_of(
    st.sampled_from(
        ["multipart/form-data; boundary=x", 'multipart/form-data; boundary="',
         "multipart/form-data; boundary=x; charset=utf-16", "application/json", "text/html", "chunked", "gzip", "100-continue", "Bearer ", f"Bearer {KEY}",
         "-1", "99999999999999999999", "bytes=0-", "upgrade", "0"]
    ),
    st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=40),
)  # fmt: skip
_part = st.sampled_from(
    [b"--x\r\n", b"--x--\r\n", b"\r\n", b'Content-Disposition: form-data; name="file"; filename="a"\r\n',
     b'Content-Disposition: form-data; name="origin"\r\n', b"Content-Disposition: form-data\r\n", b"synthetic",
     b'{"url": "https://10.0.0.1/"}', b'{"url": 1}', b"{", b"[[[[", b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"%PDF-1.7",
     b"<html><head>", b"text", b"\0"]
)  # fmt: skip
_paths = st.sampled_from(
    ["/", "/v1/verify", "/v1/label", "/v1/sign", "/healthz", "/readyz", "/metrics", "/openapi.json", "/static/x",
     "/static/%2e%2e/page.css", "//", "/%00", "/v1/verify/", "/?x=%ff", "*", "http://other/v1/verify"]
)  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    method=st.sampled_from(["GET", "POST", "HEAD", "OPTIONS", "PUT", "TRACE", "X"]),
    path=_paths,
    headers=st.lists(st.tuples(_names, _values), max_size=4),
    body=st.one_of(st.binary(max_size=300), st.lists(_part, max_size=8).map(b"".join)),
)
def test_no_request_is_the_fault_of_the_service(
    service: Running, method: str, path: str, headers: list[tuple[str, str]], body: bytes
) -> None:
    names = {name.lower() for name, _ in headers}
    head = f"{method} {path} HTTP/1.1\r\n" + ("" if "host" in names else "Host: here\r\n")
    head += "".join(f"{name}: {value}\r\n" for name, value in headers)
    if not names & {"content-length", "transfer-encoding"}:
        head += f"Content-Length: {len(body)}\r\n"
    address = urlsplit(service.url)
    with socket.create_connection((address.hostname, address.port), timeout=20) as line:
        line.sendall(head.encode("latin-1") + b"\r\n" + body)
        line.shutdown(socket.SHUT_WR)
        answer = b""
        while piece := line.recv(1 << 16):
            answer += piece
    # A request that ends too early may go unanswered; what is answered is no 5xx.
    statuses = [int(line.split(b" ")[1]) for line in answer.split(b"\r\n") if line.startswith(b"HTTP/1.1 ")]
    assert all(status < 500 for status in statuses), answer[:500]


@pytest.fixture(scope="module")
def narrow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A service with one worker, which does one thing at a time; the last test with it kills it."""
    configuration = CONFIGURATION.replace("concurrency = 8", "concurrency = 1").partition("[signing]")[0]
    with Running(tmp_path_factory.mktemp("narrow"), configuration) as running:
        yield running


def test_too_much_at_once_is_told_when_to_come_back(narrow: Running) -> None:
    service = narrow
    with ThreadPoolExecutor(8) as pool:
        address = urlsplit(service.url)
        lines = [socket.create_connection((address.hostname, address.port), timeout=20) for _ in range(5)]
        for line in lines:  # four may be sending for one that is at work
            line.sendall(
                b"POST /v1/verify HTTP/1.1\r\nHost: here\r\nContent-Length: 3\r\nConnection: close\r\n\r\nx"
            )
        refused = next(line for line in lines if line is lines[-1])
        answer = refused.recv(2000)
        assert answer.startswith(b"HTTP/1.1 503")
        assert b"retry-after: 1\r\n" in answer
        assert httpx.get(f"{service.url}/healthz", trust_env=False).status_code == 200
        for line in lines[:-1]:
            line.sendall(b"yz")
        answers = list(pool.map(lambda line: line.recv(2000)[9:12], lines[:-1]))
        assert b"200" in answers
        assert set(answers) <= {b"200", b"503"}
        for line in lines:
            line.close()


def test_an_end_in_the_middle_of_work(tmp_path: Path) -> None:
    """Whoever was let in is answered; nobody stays behind, and nothing."""
    with Running(tmp_path) as service:
        signed = service.sign(b"A text that takes a moment. " * 2000, provkit.Origin.human())
        workers = service.workers()
        assert len(workers) >= 4
        address = urlsplit(service.url)
        lines = [socket.create_connection((address.hostname, address.port), timeout=30) for _ in range(8)]
        head = f"POST /v1/verify HTTP/1.1\r\nHost: here\r\nContent-Length: {len(signed)}\r\n\r\n".encode()
        for line in lines:
            line.sendall(head + signed[:-1])
        # An answer shows that everything before it has arrived.
        assert httpx.get(f"{service.url}/healthz", trust_env=False).status_code == 200
        service.process.send_signal(signal.SIGTERM)
        for line in lines:
            line.sendall(signed[-1:])
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(_whole, lines))
        assert [answer[9:12] for answer in answers] == [b"200"] * 8
        assert all(b'"state": "trusted"' in answer for answer in answers)
        assert service.process.wait(30) == 0
        assert gone(workers)
        assert list(service.spool().iterdir()) == []
        assert service.lines()[-1]["event"] == "stopped"


def _whole(line: socket.socket) -> bytes:
    answer = b""
    with line:
        while piece := line.recv(1 << 16):
            answer += piece
    return answer


def test_a_service_that_is_killed_leaves_no_worker(narrow: Running) -> None:
    workers = narrow.workers()
    assert workers
    narrow.stop(signal.SIGKILL)
    assert gone(workers)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("dev/key.pem", "dev/chain.pem"), "a worker process cannot work"),
        (("port = 0", "port = 1\nhost = '203.0.113.1'"), "cannot listen"),
    ],
)
def test_a_service_that_cannot_start_says_why(tmp_path: Path, change: tuple[str, str], said: str) -> None:
    service = Running(tmp_path, CONFIGURATION.replace(*change))
    with pytest.raises(AssertionError, match=said):
        service.__enter__()
    assert service.process.wait(20) == 2
    assert service.workers() == []
