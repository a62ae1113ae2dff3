"""Where mail goes, as the setting ``mail_url`` says it: into the outbox, or to a server."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

FILE = "file:"
LOOPBACK = ("localhost", "127.0.0.1", "::1")
_PORTS = {"smtp": 587, "smtps": 465}


@dataclass(frozen=True)
class Server:
    """A mail server. ``wrapped`` means TLS from the first byte; else STARTTLS, which only this computer may lack."""

    host: str
    port: int
    wrapped: bool
    user: str = ""
    password: str = field(default="", repr=False)

    @property
    def local(self) -> bool:
        """True if what is sent does not leave this computer on its way to the server."""
        return self.host in LOOPBACK


def server_of(url: str) -> Server | None:
    """Return the server of ``smtp://name:password@host:port`` or ``smtps://…``, None for ``file:``.

    Raises ValueError for anything else; the message names no password.
    """
    if url == FILE:
        return None
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError("use file:, smtp://name:password@host:587 or smtps://name:password@host:465")
    if not unquote(f"{parts.username or ''}{parts.password or ''}").isascii():
        raise ValueError("mail servers know names and passwords of ASCII letters only")
    return Server(
        host=parts.hostname,
        port=parts.port or _PORTS[parts.scheme],
        wrapped=parts.scheme == "smtps",
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )
