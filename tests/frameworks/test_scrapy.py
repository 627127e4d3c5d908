"""The Scrapy add-on, in real crawls of a site on this machine."""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import re
import subprocess
import sys
import threading
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

pytest.importorskip("scrapy", reason="runs in its own environment: make frameworks")

from PIL import Image
from pypdf import PdfWriter
from scrapy.settings import Settings
from scrapy.utils.misc import load_object

import provkit
from provkit.carriers.carried import Carriage
from provkit.crawl import adapting
from provkit.crawl.policy import Policy
from provkit.crawl.scrapy import Addon, ItemPolicy, ResponseReader, UsageRobotParser, stores
from provkit.crawl.signals import robots
from provkit.signers.development import make_development_identity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "provkit" / "crawl" / "scrapy"
TOO_LARGE = 200_000
AGENT = "provkit-test/1.0 (+https://example.org/bot)"
HUMAN, SYNTHETIC = provkit.Origin.human(), provkit.Origin.synthetic()
DENYING = provkit.Origin.human(training_mining={"ai-training": "notAllowed"})


class Answer(NamedTuple):
    body: bytes
    media_type: str = "text/html; charset=utf-8"
    headers: Mapping[str, str] = {}
    status: int = 200


class Truth(NamedTuple):
    """What a record has to say."""

    cls: str = "unknown"
    assurance: str = "none"
    damage: str | None = None
    action: str = "keep"


TRUSTED_HUMAN = Truth("human", "verified-trusted")
UNFETCHED = Truth(damage="unverifiable")


def page(text: str, head: str = "") -> bytes:
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{text}</title>{head}</head>'
        f"<body><p>{text} by the river.</p></body></html>\n"
    ).encode()


@dataclass
class Site:
    """What is served, what is so, and what was asked for."""

    root: bytes
    answers: dict[str, Answer] = field(default_factory=dict)
    truth: dict[str, Truth] = field(default_factory=dict)
    log: list[tuple[str, str, str]] = field(default_factory=list)
    """Path, user agent and accepted types of each request."""
    port: int = 0

    def add(
        self,
        path: str,
        truth: Truth,
        body: bytes,
        media_type: str = "text/html; charset=utf-8",
        status: int = 200,
        **headers: str,
    ) -> None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers[path] = Answer(body, media_type, named, status)
        self.truth[path] = truth

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def starts(self) -> list[str]:
        """What the spider begins with; the target of a redirect is found by following it."""
        return [path for path in self.truth if path != "/target.html"]

    def asked(self) -> Counter[str]:
        return Counter(path for path, _, _ in self.log)


ROBOTS = b"""\
User-agent: *
Disallow: /closed/
Content-Usage: /denied/ train-ai=n
Content-Signal: search=yes

User-agent: provkit-test
Disallow: /closed/
Content-Usage: /own/ train-ai=n
Content-Usage: /denied/ train-ai=n
Content-Signal: search=yes

User-agent: GPTBot
Disallow: /gpt/
"""


def _pdf() -> bytes:
    writer, out = PdfWriter(), io.BytesIO()
    writer.add_blank_page(200, 200)
    writer.write(out)
    return out.getvalue()


def _png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8), (40, 90, 160)).save(out, "png")
    return out.getvalue()


def make_site() -> Site:
    now = datetime.now(UTC)
    publisher = make_development_identity(now=now)
    stranger = make_development_identity(now=now)
    listed = provkit.Signer.from_pem(publisher.chain_pem, publisher.key_pem)
    unlisted = provkit.Signer.from_pem(stranger.chain_pem, stranger.key_pem)
    site = Site(publisher.root_pem)
    signed = provkit.sign(page("Herons"), HUMAN, listed)
    laundered = provkit.sign(page("Kettles"), HUMAN, unlisted)
    generated = provkit.sign(b"Eleven herons stood by the river.\n", SYNTHETIC, listed)
    broken = Truth(damage="invalid", action="exclude")
    site.add("/signed.html", TRUSTED_HUMAN, signed)
    site.add("/plain.html", Truth(), page("Nobody says"))
    site.add("/tampered.html", broken, signed.replace(b"river", b"rivet"))
    site.add("/coded.html", TRUSTED_HUMAN, gzip.compress(signed, mtime=0), Content_Encoding="gzip")
    site.add("/moved.html", TRUSTED_HUMAN, b"", status=302, Location="/target.html")
    site.add("/target.html", TRUSTED_HUMAN, signed)
    site.add("/flaky.html", TRUSTED_HUMAN, signed)
    site.add("/cut.html", Truth(damage="truncated"), signed[:-400], Content_Length=str(len(signed)))
    site.add("/laundered.html", Truth("human", "verified-untrusted"), laundered)
    site.add("/text.txt", Truth("synthetic", "verified-trusted"), generated, "text/plain; charset=utf-8")
    site.add("/a.png", TRUSTED_HUMAN, provkit.sign(_png(), HUMAN, listed), "image/png")
    site.add("/a.pdf", TRUSTED_HUMAN, provkit.sign(_pdf(), HUMAN, listed), "application/pdf")
    declared = Truth("synthetic", "declared")
    site.add("/declared.html", declared, page("Generated"), AI_Disclosure="mode=ai-originated")
    named = ("/signed.html", "/tampered.html", "/declared.html", "/denied/signed.html", "/linked/good.html")
    links = "".join(f'<p><a href="{path}">more</a></p>' for path in named)
    site.answers["/"] = Answer(page("Home").replace(b"<body>", b"<body>" + links.encode()))
    # What robots.txt says about use.
    site.add("/denied/signed.html", TRUSTED_HUMAN._replace(action="exclude"), signed)
    site.add("/own/plain.html", Truth(action="exclude"), page("Not for this crawler's models"))
    site.add("/gpt/plain.html", Truth(action="exclude"), page("Not for models"))
    _add_linked(site, listed)
    return site


def _add_linked(site: Site, listed: provkit.Signer) -> None:
    """Pages whose credentials are kept elsewhere."""

    def linked(name: str, where: str, truth: Truth, origin: provkit.Origin = HUMAN) -> bytes:
        made = provkit.sign_detailed(
            page(name.title()), origin, listed, carriage=Carriage.LINK, reference=where
        )
        assert made.manifest is not None
        site.add(f"/linked/{name}.html", truth, made.data)
        return made.manifest

    def store(path: str, body: bytes, status: int = 200, **headers: str) -> None:
        site.answers[path] = Answer(body, "application/c2pa", headers, status)

    store("/stores/good.c2pa", linked("good", "../stores/good.c2pa", TRUSTED_HUMAN))
    denying = TRUSTED_HUMAN._replace(action="exclude")
    store("/stores/denying.c2pa", linked("denying", "/stores/denying.c2pa", denying, DENYING))
    broken = Truth(damage="invalid", action="exclude")
    linked("mixed-up", "/stores/other.c2pa", broken)
    store("/stores/other.c2pa", linked("other", "/stores/other.c2pa", TRUSTED_HUMAN))
    store("/closed/closed.c2pa", linked("closed", "/closed/closed.c2pa", UNFETCHED))
    linked("missing", "/stores/missing.c2pa", UNFETCHED)
    abroad = linked("abroad", "http://localhost:1/stores/abroad.c2pa", UNFETCHED)
    store("/stores/abroad.c2pa", abroad)
    hopping = linked("hopping", "/stores/hopping.c2pa", UNFETCHED)
    store("/stores/hopping.c2pa", b"", 302, Location="/stores/landed.c2pa")
    store("/stores/landed.c2pa", hopping)
    linked("nonsense", "/stores/nonsense.c2pa", UNFETCHED)
    store("/stores/nonsense.c2pa", b"no store at all")
    linked("large", "/stores/large.c2pa", UNFETCHED)
    store("/stores/large.c2pa", bytes(TOO_LARGE))
    # A picture that its server names the credential of.
    apart = provkit.sign_detailed(_png(), HUMAN, listed, carriage=Carriage.SIDECAR)
    assert apart.manifest is not None
    header = '</stores/header.c2pa>; rel="c2pa-manifest"'
    site.add("/linked/header.png", TRUSTED_HUMAN, apart.data, "image/png", Link=header)
    store("/stores/header.c2pa", apart.manifest)


class Handler(BaseHTTPRequestHandler):
    site: Site

    def do_GET(self) -> None:
        site = self.site
        seen = site.asked()[self.path]
        site.log.append((self.path, self.headers["User-Agent"], self.headers["Accept"]))
        answer = site.answers.get(self.path, Answer(page("No such page"), status=404))
        if self.path == "/flaky.html" and not seen:
            answer = Answer(b"", status=503)
        self.send_response(answer.status)
        headers = {
            "Content-Type": answer.media_type,
            "Content-Length": str(len(answer.body)),
            **answer.headers,
        }
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        with contextlib.suppress(ConnectionError):  # the crawler hangs up on what is too large
            self.wfile.write(answer.body)

    def log_message(self, *_: Any) -> None:
        pass  # the log of the site is kept above


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    made = make_site()
    made.answers["/robots.txt"] = Answer(ROBOTS, "text/plain")
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"site": made}))
    made.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield made
    server.shutdown()
    server.server_close()
    thread.join()


RUNNER = """
import json, sys, warnings
warnings.simplefilter("error")
from scrapy import Field, Item, Request, Spider
from scrapy.crawler import CrawlerProcess

class Bare(Item):
    url = Field()

class Pages(Spider):
    name = "pages"
    async def start(self):
        for url in json.load(open("urls.json")):
            yield Request(url, self.parse, cb_kwargs={"asked": url})
        yield {"url": "made of no response"}
    def parse(self, response, asked):
        made = {"asked": asked, "url": response.url, "flags": response.flags, "meta": response.meta["provkit"]}
        yield Bare(url=response.url) if self.settings["BARE"] else made
    def closed(self, reason):
        with open("stats.json", "w") as out:
            json.dump(self.crawler.stats.get_stats(), out, default=str)

process = CrawlerProcess(json.load(open("settings.json")))
process.crawl(Pages)
process.start()
"""


@dataclass
class Crawl:
    items: dict[str, dict[str, Any]]
    stats: dict[str, Any]
    log: str
    asked: Counter[str]


def crawl(site: Site, folder: Path, paths: Iterable[str], **changes: Any) -> Crawl:
    """Crawl in an interpreter of its own: a reactor runs once."""
    (folder / "root.pem").write_bytes(site.root)
    (folder / "urls.json").write_text(json.dumps([site.url(path) for path in paths]))
    chosen = {
        "ADDONS": {"provkit.crawl.scrapy.Addon": 300},
        "PROVKIT_TRUST": ["root.pem"],
        "ROBOTSTXT_OBEY": True,
        "USER_AGENT": AGENT,
        "FEEDS": {"items.jsonl": {"format": "jsonlines"}},
        "TELNETCONSOLE_ENABLED": False,
        "DOWNLOAD_MAXSIZE": TOO_LARGE - 1,
        "DOWNLOAD_FAIL_ON_DATALOSS": False,
        "RETRY_TIMES": 1,
        "LOG_LEVEL": "DEBUG",
    } | changes
    (folder / "settings.json").write_text(json.dumps(chosen))
    (folder / "run.py").write_text(RUNNER)
    before = site.asked()
    log = run(folder, "run.py")
    lines = (folder / "items.jsonl").read_text().splitlines()
    items = [json.loads(line) for line in lines]
    found = {item.get("asked", item["url"]).removeprefix(site.url("")): item for item in items}
    assert len(found) == len(items)
    return Crawl(found, json.loads((folder / "stats.json").read_text()), log, site.asked() - before)


def run(folder: Path, *command: str) -> str:
    done = subprocess.run(
        [sys.executable, *command], cwd=folder, capture_output=True, encoding="utf-8", timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stderr


@pytest.fixture(scope="module")
def weighed(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Crawl:
    """Everything on the site, under the policy that holds when none is named."""
    # A page that is not there is read, and no document.
    return crawl(site, tmp_path_factory.mktemp("weighed"), [*site.starts(), "/gone.html"])


@pytest.fixture(scope="module")
def labelled(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Crawl:
    """The same, one request at a time, without asyncio, under a policy of one's own that drops nothing."""
    folder = tmp_path_factory.mktemp("labelled")
    (folder / "mine.toml").write_text('extends = "label-only"\n')
    return crawl(
        site,
        folder,
        site.starts(),
        PROVKIT_POLICY="mine.toml",
        PROVKIT_FIELD="origin",
        CONCURRENT_REQUESTS=1,
        TWISTED_REACTOR="twisted.internet.selectreactor.SelectReactor",
    )


def found_in(record: dict[str, Any]) -> Truth:
    provenance = record["provenance"]
    return Truth(provenance["class"], provenance["assurance"], provenance["damage"], record["action"])


def test_every_response_is_read_as_what_it_is(site: Site, labelled: Crawl) -> None:
    found = {path: found_in(item["origin"]) for path, item in labelled.items.items() if "origin" in item}
    assert found == {
        path: truth._replace(action="keep") for path, truth in site.truth.items() if path in site.starts()
    }


def test_the_policy_drops_what_it_excludes_and_nothing_else(site: Site, weighed: Crawl) -> None:
    kept = {
        path: truth for path, truth in site.truth.items() if truth.action == "keep" and path in site.starts()
    }
    assert {
        path: found_in(item["provkit"]) for path, item in weighed.items.items() if "provkit" in item
    } == kept
    dropped = [path for path in site.starts() if path not in kept]
    assert weighed.stats["item_dropped_count"] == len(dropped) == 6
    assert "Dropped: excluded.weight: " in weighed.log
    assert "Dropped: usage.denied: train-ai is denied (robots:content-usage)" in weighed.log
    assert "Dropped: usage.denied: train-ai is denied (robots:agent:gptbot)" in weighed.log
    assert "Dropped: usage.denied: train-ai is denied (cawg)" in weighed.log


def test_items_have_the_record_of_their_response(site: Site, weighed: Crawl) -> None:
    assert weighed.items["made of no response"] == {"url": "made of no response"}
    for path in ("/signed.html", "/declared.html", "/plain.html"):
        item = weighed.items[path]
        assert item["provkit"] == item["meta"]
        assert item["flags"] == [f"provkit:{site.truth[path].cls}"]
    record = weighed.items["/signed.html"]["provkit"]
    assert (record["sample_weight"], record["stratum"]) == (4.0, "human")
    assert record["reasons"] == ["weight.human: human work, as a listed signer states"]
    assert record["provenance"]["signer"]["name"] == "provkit dev signer"
    laundered = weighed.items["/laundered.html"]["provkit"]
    assert (laundered["sample_weight"], laundered["stratum"]) == (1.0, "declared-human")
    assert weighed.items["/moved.html"]["url"] == site.url("/target.html")
    assert weighed.items["/cut.html"]["flags"] == ["dataloss", "provkit:unknown"]


def test_the_numbers_add_up(site: Site, weighed: Crawl) -> None:
    truths = [site.truth[path] for path in site.starts()]
    assert {key: value for key, value in weighed.stats.items() if key.startswith("provkit/")} == {
        **Counter(f"provkit/class/{truth.cls}" for truth in truths),
        **Counter(f"provkit/assurance/{truth.assurance}" for truth in truths),
        **Counter(f"provkit/damage/{truth.damage}" for truth in truths if truth.damage),
        **Counter(f"provkit/action/{truth.action}" for truth in truths),
        **Counter(f"provkit/stratum/{stratum_of(truth)}" for truth in truths),
        "provkit/remote/fetched": 6,
        "provkit/remote/failed": 5,
    }
    assert "log_count/ERROR" not in weighed.stats


def stratum_of(truth: Truth) -> str:
    return truth.cls if truth.assurance in {"none", "verified-trusted"} else f"declared-{truth.cls}"


def test_what_robots_says_about_use_is_joined_and_sets_no_origin(site: Site, labelled: Crawl) -> None:
    def usage(path: str) -> set[tuple[str, str, str]]:
        entries = labelled.items[path]["origin"]["provenance"]["usage"]
        return {(entry["purpose"], entry["permission"], entry["source"]) for entry in entries}

    everywhere = ("search", "allowed", "robots:content-signal")
    denied = ("train-ai", "denied", "robots:content-usage")
    assert usage("/signed.html") == usage("/plain.html") == {everywhere}
    assert usage("/denied/signed.html") == {everywhere, denied}
    # A line of the group that is for this very crawler.
    assert usage("/own/plain.html") == {everywhere, denied}
    assert usage("/gpt/plain.html") == {everywhere, ("train-ai", "denied", "robots:agent:gptbot")}
    assert ("train-ai", "denied", "cawg") in usage("/linked/denying.html")


def test_credentials_elsewhere_are_asked_for_by_scrapy_and_under_its_rules(
    site: Site, weighed: Crawl
) -> None:
    stores_asked = {path: count for path, count in weighed.asked.items() if path.endswith(".c2pa")}
    assert stores_asked == {
        "/stores/good.c2pa": 1,
        "/stores/denying.c2pa": 1,
        "/stores/other.c2pa": 2,  # by the page it belongs to, and by one that it does not
        "/stores/header.c2pa": 1,
        "/stores/missing.c2pa": 1,
        "/stores/hopping.c2pa": 1,
        "/stores/nonsense.c2pa": 1,
        "/stores/large.c2pa": 1,
    }
    asked = {path: (agent, accept) for path, agent, accept in site.log if path in stores_asked}
    assert set(asked.values()) == {(AGENT, stores.ACCEPT)}
    assert weighed.stats["robotstxt/forbidden"] == 1
    assert weighed.asked["/robots.txt"] == 1


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("closed", "IgnoreRequest: Forbidden by robots.txt"),
        ("missing", "the server answers 404"),
        ("hopping", "the server answers 302"),
        ("abroad", "not of the same origin as "),
        ("large", "DownloadCancelledError: "),
    ],
)
def test_a_credential_that_is_not_at_hand_is_said_to_be(weighed: Crawl, name: str, why: str) -> None:
    provenance = weighed.items[f"/linked/{name}.html"]["provkit"]["provenance"]
    [note] = provenance["notes"]
    assert note.startswith("credential.remote: the credential is kept at ")
    assert ", which was not fetched: " in note
    assert why in note
    assert (provenance["state"], provenance["damage"]) == (None, "unverifiable")


def test_what_was_fetched_and_is_no_credential(weighed: Crawl) -> None:
    provenance = weighed.items["/linked/nonsense.html"]["provkit"]["provenance"]
    [note] = provenance["notes"]
    assert note.startswith("credential.unverifiable: the sidecar: ")
    assert (provenance["state"], provenance["damage"]) == (None, "unverifiable")


def test_each_part_can_be_left_out(site: Site, tmp_path: Path) -> None:
    paths = ["/linked/good.html", "/denied/signed.html", "/signed.html", "/tampered.html"]
    found = crawl(
        site,
        tmp_path,
        paths,
        PROVKIT_REMOTE=False,
        ROBOTSTXT_OBEY=False,
        PROVKIT_TRUST=[],
        ITEM_PIPELINES={"provkit.crawl.scrapy.ItemPolicy": None},
    )
    assert found.asked == Counter(paths)
    assert found_in(found.items["/tampered.html"]["provkit"]) == site.truth["/tampered.html"]
    assert "without ROBOTSTXT_OBEY no robots.txt is read, and nothing it says about use" in found.log
    assert found_in(found.items["/linked/good.html"]["provkit"]) == UNFETCHED
    # Nobody on the bundled lists knows the signer, and nobody denied anything.
    untrusted = Truth("human", "verified-untrusted")
    assert found_in(found.items["/denied/signed.html"]["provkit"]) == untrusted
    assert found_in(found.items["/signed.html"]["provkit"]) == untrusted


def test_items_without_a_place_for_the_record_are_an_error(site: Site, tmp_path: Path) -> None:
    parser = "scrapy.robotstxt.ProtegoRobotParser"
    found = crawl(site, tmp_path, ["/signed.html"], BARE=True, ROBOTSTXT_PARSER=parser)
    assert set(found.items) == {"made of no response"}
    assert "Bare has no field 'provkit' for what is known of its origin" in found.log
    assert found.stats["provkit/class/human"] == 1
    assert "ROBOTSTXT_PARSER is not provkit's" in found.log


def test_switched_off_nothing_is_put_in_place() -> None:
    chosen = Settings({"PROVKIT_ENABLED": False})
    Addon().update_settings(chosen)
    assert chosen.copy_to_dict() == Settings({"PROVKIT_ENABLED": False}).copy_to_dict()


def test_what_the_settings_of_a_project_say_stays() -> None:
    reader = "provkit.crawl.scrapy.ResponseReader"
    chosen = Settings({"DOWNLOADER_MIDDLEWARES": {reader: 560}, "ROBOTSTXT_PARSER": "project.Parser"})
    Addon().update_settings(chosen)
    assert dict(chosen["DOWNLOADER_MIDDLEWARES"]) == {reader: 560}
    assert chosen["ROBOTSTXT_PARSER"] == "project.Parser"
    assert dict(chosen["ITEM_PIPELINES"]) == {ItemPolicy: 250}
    empty = Settings()
    Addon().update_settings(empty)
    assert dict(empty["DOWNLOADER_MIDDLEWARES"]) == {ResponseReader: 545}
    assert load_object(empty["ROBOTSTXT_PARSER"]) is UsageRobotParser


def test_an_error_page_in_place_of_robots_says_nothing() -> None:
    line = b"License: https://example.org/terms.xml\n"
    assert UsageRobotParser(line, None).usage.licenses == ["https://example.org/terms.xml"]
    assert UsageRobotParser(b"\n<!DOCTYPE html>\n" + line, None).usage == robots.parse(b"")


def test_settings_that_cannot_be_used(tmp_path: Path) -> None:
    assert adapting.policy_of("civic") == Policy.preset("civic")
    with pytest.raises(provkit.ConfigurationError, match="no policy 'lenient'"):
        adapting.policy_of("lenient")
    with pytest.raises(provkit.ProvkitError, match=r"lenient\.toml"):
        adapting.policy_of(tmp_path / "lenient.toml")
    (tmp_path / "empty.pem").write_text("nothing\n")
    with pytest.raises(provkit.ConfigurationError, match=r"empty\.pem"):
        adapting.trust_of([tmp_path / "empty.pem"])


def test_the_page_of_the_documentation(site: Site, tmp_path: Path) -> None:
    text = (ROOT / "docs" / "scrapy.md").read_text("utf-8")
    chosen, spider = re.findall(r"^```py\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    [shown] = re.findall(r"^```json\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    (tmp_path / "root.pem").write_bytes(site.root)
    (tmp_path / "settings.py").write_text(f'{chosen}\nPROVKIT_TRUST = ["root.pem"]\n')
    here = spider.replace("https://example.org/", site.url("/")).replace("example.org", "127.0.0.1")
    (tmp_path / "pages.py").write_text(here)
    (tmp_path / "scrapy.cfg").write_text("[settings]\ndefault = settings\n")
    log = run(tmp_path, "-m", "scrapy", "runspider", "pages.py", "-O", "pages.jsonl")
    lines = (tmp_path / "pages.jsonl").read_text().splitlines()
    found = {item["url"]: item["provkit"] for item in map(json.loads, lines)}
    assert {url: record["provenance"]["class"] for url, record in found.items()} == {
        site.url("/"): "unknown",
        site.url("/signed.html"): "human",
        site.url("/declared.html"): "synthetic",
        site.url("/linked/good.html"): "human",
    }
    assert " ['provkit:synthetic']" in log
    assert "'provkit/action/exclude': 2" in log
    assert _shape(json.loads(shown)) == _shape(found[site.url("/signed.html")])
    table = text.partition("## Settings")[2].partition("The parts are")[0]
    read = re.findall(r"PROVKIT_\w+", "".join(path.read_text("utf-8") for path in PACKAGE.glob("*.py")))
    assert set(re.findall(r"^\| `(\w+)` ", table, re.MULTILINE)) == set(read)


def _shape(value: Any) -> Any:
    """What of a record is the same for every document like it."""
    if isinstance(value, dict):
        return {key: _shape(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_shape(inner) for inner in value]
    return type(value)


PAGE = "https://www.example.org/news/a.html"


@pytest.mark.parametrize(
    ("url", "reference", "address"),
    [
        (PAGE, "a.c2pa", "https://www.example.org/news/a.c2pa"),
        (PAGE, "/stores/a.c2pa?x=1#y", "https://www.example.org/stores/a.c2pa?x=1"),
        (PAGE, "//CDN.example.net/a.c2pa", "https://cdn.example.net/a.c2pa"),
        ("http://192.168.0.7:8080/a.html", "a.c2pa", "http://192.168.0.7:8080/a.c2pa"),
        ("http://www.example.org/a.html", "https://cdn.example.net/a.c2pa", "https://cdn.example.net/a.c2pa"),
    ],
)
def test_addresses_that_may_be_asked(url: str, reference: str, address: str) -> None:
    assert stores.address_of(reference, url, {"cdn.example.net"}) == address


@pytest.mark.parametrize(
    "reference",
    [
        "http://www.example.org/a.c2pa",
        "https://www.example.org:8443/a.c2pa",
        "https://example.org/a.c2pa",
        "//10.0.0.1/a.c2pa",
        "https://169.254.169.254/latest/meta-data/",
        "https://user:secret@www.example.org/a.c2pa",
        "http://cdn.example.net/a.c2pa",
        "https://cdn.example.net:8443/a.c2pa",
        "https://cdn.example.net.evil.example/a.c2pa",
        "file:///etc/passwd",
        "a\\b.c2pa",
    ],
)
def test_addresses_that_may_not_be_asked(reference: str) -> None:
    with pytest.raises(provkit.BlockedError):
        stores.address_of(reference, PAGE, {"cdn.example.net"})
