"""A PostgreSQL database: its version, what it promises when it acknowledges, who else may read the way to it."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

from survey_service.advising.model import ADVICE, FAULT, WARNING, Finding, Look
from survey_service.problems import Problem
from survey_service.store import blobs, hosts, is_postgres

OLDEST = 13
_SHOWN = ("server_version_num", "server_encoding", "fsync", "full_page_writes", "synchronous_commit")


def server(look: Look) -> Iterator[Finding]:
    """What the server says of itself. Raises Problem service.unavailable through the store's driver if it is away."""
    if not is_postgres(look.settings.store):
        return
    try:
        import psycopg
    except ImportError:
        raise Problem("store.driver") from None
    try:
        with psycopg.connect(look.settings.store, connect_timeout=10) as connection:
            rows = connection.execute("SELECT name, setting FROM pg_settings WHERE name = ANY(%s)", (list(_SHOWN),))
            yield from judged(dict(rows.fetchall()))
    except psycopg.Error as error:
        yield Finding(
            "database.away", FAULT, f"the database does not answer ({type(error).__name__})",
            "Nothing can be read or saved.", "see that it runs and that the address in store is right",
        )  # fmt: skip


def judged(said: dict[str, str]) -> Iterator[Finding]:
    """Judge the settings of a server by their names."""
    version = int(said.get("server_version_num", "0")) // 10_000
    if version < OLDEST:
        yield Finding(
            "database.version", FAULT, f"PostgreSQL is of version {version}",
            f"The service needs {OLDEST} or newer.", "upgrade it",
        )  # fmt: skip
    if said.get("server_encoding", "UTF8") != "UTF8":
        yield Finding(
            "database.encoding", FAULT, f"the database is encoded in {said['server_encoding']}",
            "Answers in other scripts are refused.", "make a database with ENCODING 'UTF8' and use store copy",
        )  # fmt: skip
    weak = [name for name in ("fsync", "full_page_writes", "synchronous_commit") if said.get(name, "on") == "off"]
    if weak:
        yield Finding(
            "database.durable", FAULT, f"off: {', '.join(weak)}",
            "A power cut loses answers whose receipt people already hold.", "switch them on",
        )  # fmt: skip


def shared(look: Look) -> Iterator[Finding]:
    """Several machines keep files and secrets where all find them."""
    settings = look.settings
    if look.store is None or not is_postgres(settings.store):
        return
    now = look.now.timestamp()
    there = [each for each in hosts.seen(look.store, now) if not each.away(now)]
    if len(there) > 1:
        apart = [name for name in ("files", "secrets") if getattr(settings, name) == blobs.INSTANCE]
        if apart:
            yield Finding(
                "machines.apart", FAULT, f"{len(there)} machines serve, each with {' and '.join(apart)} of its own",
                "What one has taken, another does not find; receipts and sessions hold on one of them only.",
                f"set {' and '.join(apart)} as docs/several-machines.md says",
            )  # fmt: skip
    for name in hosts.differing(there, now):
        yield Finding(
            "machines.differ", WARNING, f"the machines differ in: {name}",
            "They must agree, but for the minutes of an upgrade.", "bring them to the same state",
        )  # fmt: skip


def way(look: Look) -> Iterator[Finding]:
    """The way to a database on another computer is encrypted."""
    if not is_postgres(look.settings.store):
        return
    parts = urlsplit(look.settings.store)
    hosts = [host.partition(":")[0] for host in parts.netloc.rpartition("@")[2].split(",")]
    mode = parse_qs(parts.query).get("sslmode", [""])[0]
    if any(host not in ("", "localhost", "127.0.0.1", "[") for host in hosts) and mode not in (
        *("require", "verify-ca", "verify-full"),
    ):
        yield Finding(
            "database.plain", WARNING, "the database is on another computer, and sslmode is not set",
            "Answers may cross the network readable.", "add ?sslmode=verify-full (or require) to the address in store",
        )  # fmt: skip
    if look.settings.processes == 1 and len(hosts) == 1:
        yield Finding(
            "database.processes", ADVICE, "processes is 1",
            "On PostgreSQL several processes may answer, one for each processor.", "set processes",
        )  # fmt: skip
