"""Mail that comes back: delivery status notifications (RFC 3464) that somebody drops as files into ``outbox/bounces``.

Only a notification that quotes the Message-ID of a mail of this instance to that very address counts: anybody can write
one, but not that id. What has been read is deleted; what is none is kept in ``outbox/bounces/unread``.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.errors import MessageError
from email.message import Message
from pathlib import Path

from survey_service import mail, outbox
from survey_service.settings import Settings

UNREAD = "unread"
MOST_BYTES = 2_000_000
_FULL_BOX = re.compile(r"5\.2\.[234]|5\.[3567]\.\d+")
_XTEXT = re.compile(r"\+([0-9A-Fa-f]{2})")
_MESSAGE_ID = re.compile(rb"^message-id:[ \t]*(?:\r?\n[ \t]+)?(<[^<>\s]+>)", re.IGNORECASE | re.MULTILINE)
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Notification:
    """What a notification says: the addresses that a mail could not reach for good, and the ids of mails it quotes.

    Without addresses it tells of a delay, a delivery, or of a fault that is not the address's.
    """

    addresses: tuple[str, ...]
    quoted: tuple[str, ...]


def parse(content: bytes) -> Notification | None:
    """Return what a mail says as a delivery status notification, None if it is none."""
    try:
        message = message_from_bytes(content, policy=policy.compat32)
        parts = list(message.walk())
    except (MessageError, ValueError, LookupError, RecursionError):
        return None
    blocks = [
        block for part in parts if part.get_content_type() == "message/delivery-status" for block in _blocks(part)
    ]
    if not blocks:
        return None
    addresses = [address for block in blocks for address in _addresses(block)]
    quoted = [found.decode("ascii", "replace") for found in _MESSAGE_ID.findall(content)]
    return Notification(tuple(dict.fromkeys(addresses)), tuple(dict.fromkeys(quoted)))


def _blocks(part: Message) -> list[Message]:
    """Return the blocks of fields of a ``message/delivery-status`` part."""
    payload = part.get_payload()
    return [block for block in payload if isinstance(block, Message)] if isinstance(payload, list) else []


def _addresses(block: Message) -> Iterator[str]:
    """Yield the addresses of a recipient's block, as written by us and as tried last, if it failed for good."""
    if str(block.get("Action", "")).strip().casefold() != "failed":
        return
    status = str(block.get("Status", "")).split("(")[0].strip()
    if not status.startswith("5") or _FULL_BOX.fullmatch(status):
        return
    for name in ("Original-Recipient", "Final-Recipient"):
        kind, _, address = str(block.get(name, "")).partition(";")
        if kind.strip().casefold() == "rfc822" and address.strip():
            plain = address.strip().strip("<>")
            yield _XTEXT.sub(lambda found: chr(int(found[1], 16)), plain) if name[0] == "O" else plain


def collect(settings: Settings, bounced: Callable[[str], object]) -> int:
    """Read what was dropped; call ``bounced`` with each of our addresses that mail cannot reach, and return how many.

    A file whose name begins with a dot is still being written.
    """
    folder = outbox.folder(settings.instance, outbox.BOUNCES)
    count = 0
    for path in [*sorted(folder.glob("*")), *sorted((folder / "new").glob("*"))]:
        if not path.is_file() or path.name.startswith("."):
            continue
        found = parse(path.read_bytes()) if path.stat().st_size <= MOST_BYTES else None
        own = _own(settings, found) if found is not None else []
        for address in own:
            bounced(address)
        count += len(own)
        if own or (found is not None and not found.addresses):
            path.unlink(missing_ok=True)
        else:
            _log.warning("mail: a file in outbox/bounces tells of no mail of this instance; it is in unread")
            (folder / UNREAD).mkdir(exist_ok=True, mode=0o700)
            os.replace(path, folder / UNREAD / path.name)
    return count


def _own(settings: Settings, found: Notification) -> list[str]:
    """Return the addresses to which this instance has written the quoted mail."""
    return [
        address for address in found.addresses if any(mail.is_own(settings, quoted, address) for quoted in found.quoted)
    ]


def unread(instance: Path) -> int:
    """Return how many dropped files could not be read as notifications about a mail of this instance."""
    return sum(1 for path in (outbox.folder(instance, outbox.BOUNCES) / UNREAD).glob("*") if path.is_file())
