"""A system that receives webhooks, over TLS, and what it was sent."""

from __future__ import annotations

import datetime as dt
import ipaddress
import ssl
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from survey_service.hooks.networks import Network
from survey_service.hooks.work import Way

NAME = "hooks.example.org"
HERE: tuple[Network, ...] = (ipaddress.ip_network("127.0.0.0/8"),)
KEY = "ab" * 32
NOW = dt.datetime(2026, 11, 27, 9, tzinfo=dt.UTC)


@dataclass
class Receiver:
    """A server: ``answers`` are the status and headers it gives in turn (200 when there are no more), ``got`` what came
    as (path, headers, body), ``names`` the server names that TLS was asked for."""

    port: int
    folder: Path
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    got: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    names: list[str | None] = field(default_factory=list)
    drip: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"https://{NAME}:{self.port}/hook"

    @property
    def way(self) -> Way:
        """How to get here: its certificate is trusted, and its name leads to this computer."""
        return Way(KEY, HERE, self.trust, lambda _name, _port: ["127.0.0.1"])

    @property
    def trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.folder / "certificate.pem"))


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Receiver]:
    folder = tmp_path_factory.mktemp("receiver")
    _certify(folder)
    found = Receiver(0, folder)
    server = _Server(("127.0.0.1", 0), _handler(found))
    server.daemon_threads = True
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    context.sni_callback = lambda _socket, name, _context: found.names.append(name)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    found.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield found
    server.shutdown()
    server.server_close()


@pytest.fixture
def receiver(served: Receiver) -> Receiver:
    for kept in (served.answers, served.got, served.names):
        kept.clear()
    served.drip.clear()
    return served


class _Server(ThreadingHTTPServer):
    """A server to which callers who end in the middle are nothing new."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        return


@pytest.fixture
def plain_receiver(tmp_path: Path) -> Iterator[Receiver]:
    """An own system of the county that speaks plain http: ``http://127.0.0.1:<port>/``."""
    found = Receiver(0, tmp_path)
    server = _Server(("127.0.0.1", 0), _handler(found))
    found.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield found
    server.shutdown()
    server.server_close()


def _handler(found: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.got.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
            if found.drip.is_set():
                self.wfile.write(b"HTTP/1.1 200 OK\r\n")
                while found.drip.is_set():  # a header that never ends, a little at a time
                    self.wfile.write(b"X: y\r\n"[:1])
                    self.wfile.flush()
                    time.sleep(0.05)
                return
            status, headers = found.answers.pop(0) if found.answers else (200, {})
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            return

    return Handler


def _certify(folder: Path) -> None:
    """Write a certificate of NAME that it has signed itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name, now = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)]), dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "key.pem").write_bytes(private)
