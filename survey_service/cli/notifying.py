"""Telling systemd how far the service is (``Type=notify``): a datagram to the socket that it names."""

from __future__ import annotations

import os
import socket

READY = "READY=1"


def notify(state: str) -> bool:
    """Send a state to the socket in ``NOTIFY_SOCKET``; return whether there is one that took it.

    A name that begins with “@” is one of Linux' abstract names.
    """
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return False
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
            channel.sendto(state.encode("ascii"), address.replace("@", "\0", 1) if address[0] == "@" else address)
    except OSError:  # the service runs as well without
        return False
    return True
