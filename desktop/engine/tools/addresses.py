"""Which network addresses a page may be fetched from: those of the public internet, and no others."""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable

from desktop.engine.errors import ToolError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
IsAllowed = Callable[[Address], bool]
"""Whether a connection to an address may be made."""
Resolve = Callable[[str, int], Awaitable[list[Address]]]
"""All addresses of a host name, in the order to try them."""

# https://www.iana.org/assignments/iana-ipv4-special-registry, with the addresses of clouds that look public
_REFUSED_4 = tuple(
    ipaddress.IPv4Network(text)
    for text in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "168.63.129.16/32",  # Azure's host
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",  # with 192.0.0.192, Oracle's metadata
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
# https://www.iana.org/assignments/iana-ipv6-special-registry; all beside 2000::/3 is refused anyhow: mapped
# (::ffff:0:0/96), translated (64:ff9b::/96, 64:ff9b:1::/48), discard, unique local, link-local, multicast
_GLOBAL_6 = ipaddress.IPv6Network("2000::/3")
_REFUSED_6 = tuple(
    ipaddress.IPv6Network(text)
    for text in (
        "2001::/23",  # protocol assignments, Teredo, benchmarking
        "2001:db8::/32",
        "2002::/16",  # 6to4: carries an IPv4 address
        "2620:4f:8000::/48",
        "3fff::/20",
    )
)
_ISATAP = (0x00005EFE, 0x02005EFE)  # interface ids that carry an IPv4 address


def is_public(address: Address) -> bool:
    """Whether an address belongs to the public internet.

    ``ipaddress.is_global`` alone is wrong for multicast, translated addresses, 192.0.0.0/24 and 168.63.129.16.
    Addresses that carry another one (mapped, translated, 6to4, Teredo, ISATAP) are refused whatever they carry.

    Args:
        address: An IPv4 or IPv6 address.

    Returns:
        Whether a page may be fetched from it.
    """
    if isinstance(address, ipaddress.IPv4Address):
        refused = any(address in network for network in _REFUSED_4)
    else:
        plain = ipaddress.IPv6Address(int(address))  # without a zone
        refused = plain not in _GLOBAL_6 or any(plain in network for network in _REFUSED_6)
        refused = refused or (int(plain) >> 32) & 0xFFFFFFFF in _ISATAP
    return not refused and address.is_global and not address.is_multicast and not address.is_reserved


async def resolve_host(host: str, port: int) -> list[Address]:
    """Ask the system for the addresses of a host name; a literal address is its own.

    Args:
        host: A name in ASCII, or an address.
        port: The port to be used.

    Returns:
        The addresses, in the order to try them.

    Raises:
        ToolError: The name is not known.
    """
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise ToolError(f"The host {host!r} was not found. Check the spelling, or the network connection.") from None
    addresses = [ipaddress.ip_address(str(entry[4][0])) for entry in found]
    return list(dict.fromkeys(addresses))
