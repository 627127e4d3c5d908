"""What may be fetched."""

from __future__ import annotations

import pickle
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provkit import BlockedError, ConfigurationError, FetchRules
from provkit.fetch_rules import is_allowed, is_literal, parse

OPEN = FetchRules(schemes=("https", "http"), ports=(443, 80, 8443), allow_private=True)


@pytest.mark.parametrize(
    "address",
    [
        "1.1.1.1",
        "93.184.215.14",
        "172.15.255.255",
        "172.32.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "223.255.255.255",
        "2606:4700:4700::1111",
        "2a00:1450:4001::1",
        "64:ff9b::1.1.1.1",
        "::ffff:1.1.1.1",
    ],
)
def test_public_addresses(address: str) -> None:
    assert is_allowed(address)


PRIVATE = [
    "127.0.0.1",
    "127.255.255.255",
    "10.0.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.0.1",
    "100.64.0.1",
    "100.100.100.200",
    "100.127.255.255",
    "198.18.0.1",
    "198.19.255.255",
    "192.0.2.1",
    "198.51.100.1",
    "203.0.113.1",
    "::1",
    "fc00::1",
    "fd00:ec2::254",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::10.0.0.1",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses(address: str) -> None:
    assert not is_allowed(address)
    assert is_allowed(address, private=True)


NEVER = [
    "0.0.0.0",
    "0.1.2.3",
    "169.254.169.254",
    "168.63.129.16",
    "192.0.0.192",
    "192.88.99.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::2",
    "::127.0.0.1",
    "::ffff:0.0.0.0",
    "::ffff:169.254.169.254",
    "::ffff:0:127.0.0.1",
    "64:ff9b::169.254.169.254",
    "64:ff9b:1::1.1.1.1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:0101:0101::1",
    "3fff::1",
    "5f00::1",
    "fe80::1",
    "fe80::1%eth0",
    "2606:4700::1%1",
    "fec0::1",
    "ff02::1",
    "ff0e::1",
    "localhost",
    "127.1",
    "2130706433",
    "0177.0.0.1",
    "0x7f.0.0.1",
    "1.1.1.1 ",
    "1.1.1.1/32",
    "",
]


@pytest.mark.parametrize("address", NEVER)
def test_addresses_that_are_never_asked(address: str) -> None:
    assert not is_allowed(address)
    assert not is_allowed(address, private=True)


@given(st.ip_addresses())
def test_what_is_allowed_is_what_the_standard_library_calls_global(found: IPv4Address | IPv6Address) -> None:
    if is_allowed(str(found)):
        judged = getattr(found, "ipv4_mapped", None) or found
        assert judged.is_global
        assert not judged.is_multicast
        assert not judged.is_reserved or isinstance(judged, IPv6Address)


@given(st.integers(0, 2**32 - 1))
def test_an_address_in_disguise_is_judged_as_what_it_is(number: int) -> None:
    plain = IPv4Address(number)
    for private in (False, True):
        expected = is_allowed(str(plain), private=private)
        for prefix in (0xFFFF << 32, 0x64FF9B << 96):
            assert is_allowed(str(IPv6Address(prefix | number)), private=private) is expected


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("https://example.org", "https://example.org/"),
        ("HTTPS://Example.ORG:443/A?b#c", "https://example.org/A?b"),
        ("http://example.org:80", "http://example.org/"),
        ("https://example.org:8443?x", "https://example.org:8443/?x"),
        ("https://example.org:/x", "https://example.org/x"),
        ("https://xn--bcher-kva.example/ü?ß", "https://xn--bcher-kva.example/%C3%BC?%C3%9F"),
        ("https://example.org/a{b}^`", "https://example.org/a%7Bb%7D%5E%60"),
        ("https://example.org/%2E%2e/a", "https://example.org/%2E%2e/a"),
        ("https://93.184.215.14/", "https://93.184.215.14/"),
        ("https://[2606:4700:0:0::1111]/", "https://[2606:4700::1111]/"),
        ("https://a_b.example.org/", "https://a_b.example.org/"),
    ],
)
def test_addresses_are_normalised(url: str, canonical: str) -> None:
    assert parse(url).url == canonical
    assert parse(canonical) == parse(url)


ODD = [
    "https://user@example.org/",
    "https://user:password@example.org/",
    "https://@example.org/",
    "https://example.org@127.0.0.1/",
    "https://example.org:a/",
    "https://example.org:443:443/",
    "https://example.org:-1/",
    "https://example.org:٤٤٣/",
    "https://example.org:" + "1" * 5000,
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0x7f.1/",
    "https://0177.0.0.1/",
    "https://127.1/",
    "https://1.2.3.4.5/",
    "https://256.1.1.1/",
    "https://1.2.3.04/",
    "https://example.0x/",
    "https://127.0.0.1./",
    "https://example.org./",
    "https://.example.org/",
    "https://example..org/",
    "https://-example.org/",
    "https://exa mple.org/",
    "https://exa%6dple.org/",
    "https://ex\u00adample.org/",
    "https://\uff45xample.org/",
    "https://\u212aelvin.org/",
    "https://①.①.①.①/",
    "https://127。0。0。1/",
    "https://bücher.example/",
    "https://exam\tple.org/",
    "https://example.org\\@127.0.0.1/",
    "https:\\\\example.org/",
    "https:/example.org/",
    "https:example.org",
    "https://",
    "https:///x",
    "https://?x",
    "https://[::1/",
    "https://::1/",
    "https://[1.2.3.4]/",
    "https://[fe80::1%25eth0]/",
    "https://[::1]x/",
    "https://[v1.x]/",
    "https://example.org/%",
    "https://example.org/%0",
    "https://example.org/%zz",
    "https://example.org/\r\nX: y",
    "https://" + "a." * 130 + "org/",
    "https://" + "a" * 64 + ".org/",
    "https://example.org/" + "a" * 9000,
    "ftp://example.org/",
    "file:///etc/passwd",
    "gopher://example.org/",
    "//example.org/",
    "example.org",
    "",
]


@pytest.mark.parametrize("url", ODD)
def test_odd_addresses_are_refused(url: str) -> None:
    with pytest.raises(BlockedError) as caught:
        OPEN.target(url)
    assert len(caught.value.message) < 400
    assert caught.value.message.isprintable()


@given(
    st.text()
    | st.lists(
        st.sampled_from(
            ["https://", "http:", "/", ":", "@", "[", "]", "%", "1", ".", "a", "?", "#", "0x", "é"]
        )
    ).map("".join)
)
def test_any_text_is_a_target_or_refused(url: str) -> None:
    try:
        found = OPEN.target(url)
    except BlockedError:
        return
    assert parse(found.url) == found
    # Two programs that read another host in one address make a hole between them.
    assert urlsplit(found.url).hostname == urlsplit(url.strip()).hostname == found.host
    request = f"{found.path} {found.authority}"
    assert request.isascii()
    assert request.isprintable()
    assert request.count(" ") == 1
    if is_literal(found.host):
        assert str(ip_address(found.host)) == found.host


@pytest.mark.parametrize(
    ("rules", "url", "reason"),
    [
        ({}, "http://example.org/", "http is not fetched"),
        ({}, "https://example.org:8443/", "port 8443"),
        ({}, "https://localhost/", "without a dot"),
        ({"hosts": frozenset({"example.org"})}, "https://www.example.org/", "not one of those allowed"),
        ({"schemes": ("http",), "ports": (80,)}, "https://example.org:80/", "https is not fetched"),
    ],
)
def test_rules(rules: dict[str, Any], url: str, reason: str) -> None:
    with pytest.raises(BlockedError, match=reason):
        FetchRules(**rules).target(url)


def test_the_same_origin() -> None:
    rules = FetchRules(ports=(443, 8443))
    base = parse("https://example.org/page")
    assert rules.target("https://EXAMPLE.org:443/store", base).host == "example.org"
    for url in ("https://example.org:8443/", "https://www.example.org/", "https://example.org.evil.test/"):
        with pytest.raises(BlockedError, match="same origin"):
            rules.target(url, base)
        assert FetchRules(ports=(443, 8443), same_origin=False).target(url, base).path == "/"


def test_addresses_of_a_host() -> None:
    rules = FetchRules()
    assert rules.check_addresses("x", ["1.1.1.1", "2606:4700::1", "1.1.1.1"]) == ("1.1.1.1", "2606:4700::1")
    for found in ([], ["1.1.1.1", "127.0.0.1"], ["1.1.1.1"] * 65):
        with pytest.raises(BlockedError):
            rules.check_addresses("x", found)


@pytest.mark.parametrize(
    "rules",
    [
        {"schemes": ()},
        {"schemes": ("ftp",)},
        {"ports": ()},
        {"ports": (0,)},
        {"ports": (65536,)},
        {"redirects": -1},
        {"body_bytes": -1},
        {"connect_seconds": 0},
        {"read_seconds": -1.0},
        {"total_seconds": float("inf")},
        {"total_seconds": float("nan")},
    ],
)
def test_rules_that_make_no_sense(rules: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError):
        FetchRules(**rules)


def test_rules_are_pickled() -> None:
    rules = FetchRules(hosts=frozenset({"example.org"}), redirects=0)
    assert pickle.loads(pickle.dumps(rules)) == rules
