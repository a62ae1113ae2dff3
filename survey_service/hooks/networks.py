"""Where webhooks may go: an address is looked at after its name was resolved, and that very address is connected to.

So a name that leads to the inside, now or only from the second look-up on (DNS rebinding), reaches nothing. Networks of
the county's own systems are opened by the setting ``hook_networks``.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from survey_service.problems import D_, Problem, Said, said

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolve = Callable[[str, int], Sequence[str]]
"""Name and port → the addresses of the name. Raises OSError."""
_LONGEST = 500
_PORTS = {"https": 443, "http": 80}
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_COMPATIBLE = ipaddress.IPv6Network("::/96")
_ISATAP = (0x00005EFE, 0x02005EFE)


@dataclass(frozen=True)
class Target:
    """An address on the web, taken apart. ``path`` has the query with it."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def url(self) -> str:
        """The address put together again."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == _PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}{self.path}"


class Inside(Exception):
    """A name leads to an address that webhooks may not reach."""


def target(url: str, networks: Sequence[Network]) -> Target:
    """Return an address that webhooks may go to, as far as it shows without a look-up. Raises Problem hook.address.

    Plain http is for own networks only, for nobody else can read it there.
    """
    found = _parts(url.strip())
    if isinstance(found, Said):
        raise Problem("hook.address", reason=found)
    if found.scheme == "http" and not networks:
        raise Problem("hook.address", reason=said(D_("It has to begin with https://")))
    literal = _literal(found.host)
    if literal is not None and not may_reach(literal, networks, encrypted=found.scheme == "https"):
        raise Problem("hook.address", reason=said(D_("It leads to the inside of a network")))
    return found


def _parts(text: str) -> Target | Said:
    """Return an address taken apart, or what is wrong with it."""
    odd = said(D_("It is no address of the form https://name/path"))
    if len(text) > _LONGEST or not text.isprintable() or any(sign in text for sign in " \\"):
        return odd
    try:
        parts = urlsplit(text)
        port, host = parts.port, (parts.hostname or "").rstrip(".")
        host = host if host.isascii() else host.encode("idna").decode("ascii")
    except (ValueError, UnicodeError):
        return odd
    if parts.scheme not in _PORTS or not host or port == 0:
        return odd
    if "@" in parts.netloc or parts.fragment:
        return said(D_("Names, passwords and parts behind # have no place in it"))
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, host, port or _PORTS[parts.scheme], path) if path.isascii() else odd


def reachable(
    wanted: Target, networks: Sequence[Network], resolve: Resolve | None = None
) -> list[tuple[Address, tuple[str, int]]]:
    """Return the addresses to connect to. Raises OSError if a name has none, Inside if one of them may not be reached:
    who controls a name could mix the two.
    """
    found = list(dict.fromkeys((resolve or resolved)(wanted.host, wanted.port)))
    if not found:
        raise OSError("no address")
    addresses = [(ipaddress.ip_address(text.partition("%")[0]), (text, wanted.port)) for text in found]
    if not all(may_reach(address, networks, encrypted=wanted.scheme == "https") for address, _ in addresses):
        raise Inside
    return addresses


def resolved(host: str, port: int) -> list[str]:
    """Return the addresses of a name as this computer finds them."""
    return [str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def may_reach(address: Address, networks: Sequence[Network], *, encrypted: bool = True) -> bool:
    """Tell whether webhooks may go to an address: one of our own networks, else a public one and encrypted.

    An IPv4 address within one of IPv6 (mapped, NAT64, 6to4, Teredo …) counts as much as the address around it,
    and alone where that only stands for it.
    """
    inner = list(_within(address))
    plain = inner[0] if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped else address
    if any(plain.version == network.version and plain in network for network in networks):
        return True
    around = () if address != plain or address in _NAT64 else (address,)
    return encrypted and all(_is_public(each) for each in (*around, *inner))


def _is_public(address: Address) -> bool:
    odd = address.is_multicast or address.is_reserved or address.is_unspecified or address.is_loopback
    local = address.is_link_local or getattr(address, "is_site_local", False)
    return address.is_global and not (odd or local)


def _within(address: Address) -> Iterator[ipaddress.IPv4Address]:
    """Yield the IPv4 addresses that one of IPv6 leads to."""
    if isinstance(address, ipaddress.IPv4Address):
        return
    number = int(address)
    if address.ipv4_mapped is not None:
        yield address.ipv4_mapped
    elif address in _NAT64 or address in _COMPATIBLE or (number >> 32) & 0xFFFFFFFF in _ISATAP:
        yield ipaddress.IPv4Address(number & 0xFFFFFFFF)
    if address.sixtofour is not None:
        yield address.sixtofour
    if address.teredo is not None:
        yield from address.teredo


def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None
