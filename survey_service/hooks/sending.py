"""Sending one webhook: to a checked address, encrypted for the name, within limits of time and size.

The standard library's client does it, because each step has to be ours: which address is connected to, that nothing is
followed or read further, and that no proxy of the environment stands between.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from survey_service import __version__
from survey_service.hooks import networks
from survey_service.hooks.networks import Inside, Network, Resolve, Target

SECONDS = 15.0
"""How long it may take from the connection to the answer's head."""
_CONNECT_SECONDS = 5.0
DONE, AWAY, INSIDE, UNTRUSTED, SLOW, ELSEWHERE, REFUSED, BROKEN, GONE = (
    *("done", "away", "inside", "untrusted", "slow"),
    *("elsewhere", "refused", "broken", "gone"),
)
LONGEST_PAUSE = 24 * 3_600


@dataclass(frozen=True)
class Answer:
    """What came of an attempt: ``done`` or why not, the status (0: none), and how many seconds the other side asks to
    be left alone (0: it says nothing).

    ``away``: there is no such name, or nobody there; ``inside``: the name leads to the inside; ``untrusted``: the
    certificate; ``slow``: no answer in time; ``elsewhere``: a redirection, which is not followed; ``refused``: 4xx;
    ``broken``: 5xx or no HTTP; ``gone``: 410, it wants no more.
    """

    outcome: str
    code: int = 0
    pause: float = 0


def post(
    target: Target,
    body: bytes,
    headers: Mapping[str, str],
    allowed: Sequence[Network],
    *,
    context: ssl.SSLContext | None = None,
    resolve: Resolve | None = None,
    seconds: float = SECONDS,
) -> Answer:
    """Send a body as JSON and return what came of it; whatever the other side does, nothing is raised.

    ``context`` says which certificates are trusted, by default those of this computer.
    """
    try:
        addresses = [address for _, address in networks.reachable(target, allowed, resolve)]
    except Inside:
        return Answer(INSIDE)
    except (OSError, ValueError):
        return Answer(AWAY)
    connection = _Connection(target, addresses, context)
    late = threading.Event()
    watch = threading.Timer(seconds, connection.cut, (late,))
    watch.daemon = True
    watch.start()
    try:
        own = {"Content-Type": "application/json", "User-Agent": f"survey-service/{__version__}", "Connection": "close"}
        connection.request("POST", target.path, body, {**own, **headers})
        response = connection.getresponse()
        head = _answer(response.status, response.getheader("Retry-After") or "")
        return Answer(SLOW) if late.is_set() else head  # a head that was cut off looks whole
    except TimeoutError:
        return Answer(SLOW)
    except ssl.SSLCertVerificationError:
        return Answer(UNTRUSTED)
    except (OSError, http.client.HTTPException, ValueError) as error:
        if late.is_set():
            return Answer(SLOW)
        return Answer(BROKEN if isinstance(error, (http.client.HTTPException, ValueError)) else AWAY)
    finally:
        watch.cancel()
        connection.close()


def _answer(status: int, retry_after: str) -> Answer:
    said = retry_after.strip()
    number = int(said) if said.isascii() and said.isdecimal() and len(said) < 10 else 0
    pause = float(min(number, LONGEST_PAUSE))
    if 200 <= status < 300:
        return Answer(DONE, status)
    if 300 <= status < 400:
        return Answer(ELSEWHERE, status)
    if status == 410:
        return Answer(GONE, status)
    return Answer(REFUSED if status < 500 else BROKEN, status, pause)


class _Connection(http.client.HTTPConnection):
    """A connection to one of the given addresses and to no other, whatever the name leads to by now."""

    def __init__(self, target: Target, addresses: Sequence[tuple[str, int]], context: ssl.SSLContext | None) -> None:
        super().__init__(target.host, target.port, timeout=_CONNECT_SECONDS)
        self.default_port = 443 if target.scheme == "https" else 80  # no port in Host where it is the usual one
        self._addresses = addresses
        self._context = (context or ssl.create_default_context()) if target.scheme == "https" else None

    def connect(self) -> None:
        """Connect, encrypted with the name of the target unless it is an own system spoken to in plain."""
        self.sock = self._opened()
        self.sock.settimeout(SECONDS)
        if self._context is not None:
            wrapped = self._context.wrap_socket(self.sock, server_hostname=self.host, do_handshake_on_connect=False)
            self.sock = wrapped
            wrapped.do_handshake()

    def _opened(self) -> socket.socket:
        for number, address in enumerate(self._addresses, 1):
            try:
                return socket.create_connection(address, timeout=_CONNECT_SECONDS)
            except OSError:
                if number == len(self._addresses):
                    raise
        raise OSError("no address")

    def cut(self, late: threading.Event) -> None:
        """End the connection from another thread: the other side takes too long."""
        late.set()
        found = self.sock
        if found is not None:
            with contextlib.suppress(OSError):  # it ended by itself
                socket.socket.shutdown(found, socket.SHUT_RDWR)  # that of TLS would unwrap it under its reader
