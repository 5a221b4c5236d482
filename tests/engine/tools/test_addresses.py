"""Which addresses are of the public internet."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.errors import ToolError
from desktop.engine.tools.addresses import is_public, resolve_host


@pytest.mark.parametrize(
    "text",
    [
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "100.100.100.200",
        "127.0.0.1",
        "127.8.8.8",
        "168.63.129.16",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.192",
        "192.0.0.9",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "233.252.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::8.8.8.8",
        "::ffff:127.0.0.1",
        "::ffff:8.8.8.8",
        "64:ff9b::7f00:1",
        "64:ff9b::808:808",
        "64:ff9b:1::1",
        "100::1",
        "2001::1",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
        "2001:db8::1",
        "2002:7f00:1::1",
        "2002:808:808::1",
        "2a00:1450::5efe:a00:1",
        "2a00:1450::200:5efe:a00:1",
        "3fff::1",
        "5f00::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "ff02::1",
        "ff0e::1",
    ],
)
def test_address_that_is_not_public_is_refused(text: str) -> None:
    assert not is_public(ipaddress.ip_address(text))


@pytest.mark.parametrize("text", ["1.1.1.1", "8.8.8.8", "172.32.0.1", "2606:4700::1111", "2a00:1450::1"])
def test_public_address_is_allowed(text: str) -> None:
    assert is_public(ipaddress.ip_address(text))


@given(st.integers(0, 2**32 - 1))
def test_ipv4_in_an_ipv6_wrapping_is_never_allowed(number: int) -> None:
    for high in (0xFFFF << 32, 0x64FF9B << 96, 0):
        assert not is_public(ipaddress.IPv6Address(high | number))
    assert not is_public(ipaddress.IPv6Address(0x2002 << 112 | number << 80))


@given(st.ip_addresses())
def test_nothing_is_allowed_that_python_calls_private(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    if is_public(address):
        assert address.is_global
        assert not address.is_multicast


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1", "0x7f.1", "2130706433", "0177.0.0.1"])
async def test_any_spelling_of_loopback_is_known_as_such(host: str) -> None:
    for address in await resolve_host(host, 80):
        assert not is_public(address)


async def test_unknown_host_is_said_in_words() -> None:
    with pytest.raises(ToolError, match="was not found"):
        await resolve_host("a..b", 80)
