"""The public address, https and reverse proxies."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from urllib.parse import urlsplit

from survey_service.advising.model import ADVICE, FAULT, WARNING, Finding, Look


def public_url(look: Look) -> Iterator[Finding]:
    """The address people use: there, well-formed, encrypted, a name."""
    url = look.settings.public_url
    parts = urlsplit(url)
    if not url:
        yield Finding(
            "address.none", ADVICE, "public_url is not set",
            "The service answers to this computer only, and letters and posters have no address.",
            "set public_url to the address people use, such as https://survey.example.org",
        )  # fmt: skip
        return
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query or parts.fragment:
        yield Finding(
            "address.form", FAULT, f"public_url “{url}” is no address of a site",
            "Every request would be refused as one for another site.",
            "write https:// and a host name, without user, query or #",
        )  # fmt: skip
        return
    if parts.path not in ("", "/"):
        yield Finding(
            "address.path", FAULT, f"public_url has a path, {parts.path}",
            "The service owns a whole host; links and cookies would lead to other pages of that host.",
            "give it a host name of its own",
        )  # fmt: skip
    if parts.scheme == "http" and not _is_local(parts.hostname):
        yield Finding(
            "address.http", FAULT, "public_url begins with http://",
            "Answers, passwords and links would cross the network readable for everybody, and no phone works offline.",
            "put a reverse proxy with TLS in front and write https://",
        )  # fmt: skip
    if _is_address(parts.hostname):
        yield Finding(
            "address.number", WARNING, f"public_url names the number {parts.hostname}",
            "Few authorities certify numbers, and printed posters outlive them.",
            "use a host name",
        )  # fmt: skip


def proxies(look: Look) -> Iterator[Finding]:
    """The number of trusted reverse proxies fits the address."""
    settings = look.settings
    if settings.secure and not settings.proxies:
        yield Finding(
            "proxies.none", WARNING, "public_url begins with https://, but proxies is 0",
            "The service speaks no TLS itself, so a proxy must be in front; without trust in it all people seem to "
            "come from one address and share its attempts, and the log can't follow its request ids.",
            "set proxies to the number of proxies in front, usually 1",
        )  # fmt: skip
    if settings.proxies and not settings.public_url:
        yield Finding(
            "proxies.address", FAULT, f"proxies is {settings.proxies}, but public_url is not set",
            "The proxy passes the public host name on, and requests for it are refused.",
            "set public_url",
        )  # fmt: skip
    if settings.proxies > 2:
        yield Finding(
            "proxies.many", ADVICE, f"proxies is {settings.proxies}",
            "Each one too many lets people choose the address they seem to come from.",
            "count the proxies between the internet and the service once more",
        )  # fmt: skip


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _is_local(host: str) -> bool:
    return host == "localhost" or (_is_address(host) and ipaddress.ip_address(host).is_loopback)
