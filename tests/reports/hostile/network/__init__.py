"""Tries to reach somebody: over the network, and over sockets of this machine."""

import asyncio
import socket
import urllib.request

from survey_service.reports.plugin import ReportInfo, ReportOutput, TextBlock, hookimpl, words


def connect(family, kind, address):
    with socket.socket(family, kind) as made:
        made.connect(address)
        made.send(b"hello")


def listen(family, address):
    with socket.socket(family, socket.SOCK_STREAM) as made:
        made.bind(address)
        made.listen()


async def tasks():
    await asyncio.sleep(0)


ATTEMPTS = {
    "TCP": lambda given: connect(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", given["tcp"])),
    "UDP": lambda given: connect(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", given["udp"])),
    "a socket file": lambda given: connect(socket.AF_UNIX, socket.SOCK_STREAM, given["unix"]),
    "an abstract socket": lambda given: connect(socket.AF_UNIX, socket.SOCK_STREAM, "\0" + given["abstract"]),
    "the web": lambda given: urllib.request.urlopen(f"http://127.0.0.1:{given['tcp']}/", timeout=1),
    "listen": lambda given: listen(socket.AF_INET, ("127.0.0.1", 0)),
    "listen at an abstract socket": lambda given: listen(socket.AF_UNIX, "\0" + given["abstract"] + "2"),
    "listen at a socket file": lambda given: listen(socket.AF_UNIX, "here"),
    "a pair of sockets": lambda given: socket.socketpair(),
    "an event loop": lambda given: asyncio.run(tasks()),
    "the kernel": lambda given: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0),
    "cryptography of the kernel": lambda given: socket.socket(38, socket.SOCK_SEQPACKET, 0),
}


@hookimpl
def report_info():
    return ReportInfo.read(__file__)


@hookimpl
def report_run(context):
    given = context.parameters
    if given["only"]:
        ATTEMPTS[given["only"]](given)
    found = []
    for name, attempt in ATTEMPTS.items():
        try:
            attempt(given)
            outcome = "done"
        except Exception as error:
            outcome = type(error).__name__
        values = {"attempt": words({"*": name}), "outcome": words({"*": outcome})}
        found.append(TextBlock({"*": "%(attempt)s %(outcome)s"}, values=values))
    return ReportOutput(tuple(found))
