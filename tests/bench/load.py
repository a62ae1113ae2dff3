"""A bounded load on a server of this machine: N keep-alive connections, each sending its requests one after another."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Result:
    """Requests answered as expected, seconds in all, and the latencies in ms."""

    answered: int
    failed: int
    seconds: float
    latencies: list[float]

    @property
    def per_second(self) -> float:
        return self.answered / self.seconds

    @property
    def median(self) -> float:
        return statistics.median(self.latencies)


def post(path: str, body: bytes, content_type: str = "application/json") -> bytes:
    """Return the bytes of an HTTP/1.1 POST request."""
    kind, length = f"Content-Type: {content_type}", f"Content-Length: {len(body)}"
    lines = (f"POST {path} HTTP/1.1", "Host: 127.0.0.1", kind, length)
    return "\r\n".join((*lines, "", "")).encode() + body


async def _client(
    port: int, requests: list[bytes], expected: bytes, latencies: list[float], failures: list[bytes]
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for request in requests:
        began = time.perf_counter()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
        await reader.readexactly(length)
        latencies.append((time.perf_counter() - began) * 1000)
        if not head.startswith(b"HTTP/1.1 " + expected):
            failures.append(head.split(b"\r\n", 1)[0])
    writer.close()
    await writer.wait_closed()


def run(port: int, clients: int, each: int, make: Callable[[], bytes], expected: bytes) -> Result:
    """Send ``clients × each`` requests made by ``make`` and return what came back; all are made beforehand."""
    batches = [[make() for _ in range(each)] for _ in range(clients)]
    latencies: list[float] = []
    failures: list[bytes] = []

    async def everybody() -> float:
        began = time.perf_counter()
        await asyncio.gather(*(_client(port, batch, expected, latencies, failures) for batch in batches))
        return time.perf_counter() - began

    seconds = asyncio.run(everybody())
    return Result(len(latencies) - len(failures), len(failures), seconds, latencies)
