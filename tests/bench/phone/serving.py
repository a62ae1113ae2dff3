"""Servers of the bench: ours as it is run, the peers' pages with brotli, and a way between that counts bytes."""

from __future__ import annotations

import contextlib
import mimetypes
import os
import re
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import brotli

_REQUEST = re.compile(rb"(?:GET|POST) \S+ HTTP/1\.1\r\n")
REPOSITORY = Path(__file__).parents[3]


@contextlib.contextmanager
def ours(instance: Path, forms: Path | None = None) -> Iterator[int]:
    """Run the service on a free port, with the bundled questionnaires or those of a folder; yield the port."""
    port = free_port()
    environment = {**os.environ, **({"SURVEY_FORMS": str(forms)} if forms else {})}
    command = ["survey_service.cli", "serve", "--instance", str(instance), "--port", str(port)]
    if forms is None:
        command = ["tests.bench.server", str(instance), str(port)]  # also languages that lack a text
    arguments = [sys.executable, "-m", *command]
    process = subprocess.Popen(arguments, cwd=REPOSITORY, env=environment, stdout=subprocess.DEVNULL)
    try:
        wait(port)
        yield port
    finally:
        process.terminate()
        process.wait(30)


def wait(port: int) -> None:
    for _ in range(600):
        with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5):
            return
        threading.Event().wait(0.2)
    raise SystemExit("The service did not start.")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def files(folder: Path) -> Iterator[int]:
    """Serve a folder's files compressed with brotli as hard as possible, as their makers would; yield the port."""
    packed = {
        f"/{path.relative_to(folder)}".removesuffix("index.html"): (
            mimetypes.guess_type(path.name)[0] or "text/plain",
            brotli.compress(path.read_bytes(), quality=11),
        )
        for path in folder.rglob("*")
        if path.is_file()
    }

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            kind, body = packed.get(self.path, ("text/plain", b""))
            self.send_response(200 if body else 404)
            for name, value in {
                "Content-Type": kind,
                "Content-Length": len(body),
                "Cache-Control": "max-age=9",
            }.items():
                self.send_header(name, str(value))
            if body:
                self.send_header("Content-Encoding", "br")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()


@dataclass
class Counted:
    """What went over a port: bytes that a phone sent and received, headers included, and its requests."""

    port: int
    sent: int = 0
    received: int = 0
    requests: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


@contextlib.contextmanager
def counting(target: int) -> Iterator[Counted]:
    """Pass connections on to a port of this machine and count what goes through."""
    listener = socket.create_server(("127.0.0.1", 0))
    counted = Counted(listener.getsockname()[1])

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = listener.accept()
                far = socket.create_connection(("127.0.0.1", target))
                for source, sink, kind in ((near, far, "sent"), (far, near, "received")):
                    threading.Thread(target=pump, args=(source, sink, kind), daemon=True).start()

    def pump(source: socket.socket, sink: socket.socket, kind: str) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                with counted.lock:
                    setattr(counted, kind, getattr(counted, kind) + len(data))
                    counted.requests += len(_REQUEST.findall(data)) if kind == "sent" else 0
                sink.sendall(data)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)

    threading.Thread(target=accept, daemon=True).start()
    yield counted
    listener.close()
