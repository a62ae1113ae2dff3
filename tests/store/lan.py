"""A small network of namespaces on one switch, and PostgreSQL with a synchronous standby on it. Needs root.

Each machine is a network namespace with an address and a host name of its own; its cable can be pulled.
"""

from __future__ import annotations

import ctypes
import os
import pwd
import secrets
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.store.postgres_server import programs

_NETWORK = 0x4000_0000
"""CLONE_NEWNET of setns(2)."""


class Lan:
    """Namespaces ``<mark>-<name>``; the switch is a bridge in one more."""

    def __init__(self, names: Sequence[str]) -> None:
        self.mark = f"s{secrets.token_hex(2)}"
        self.addresses = {name: f"10.77.0.{number}" for number, name in enumerate(names, 1)}

    def namespace(self, name: str) -> str:
        return f"{self.mark}-{name}"

    def __enter__(self) -> Lan:
        try:
            switch = self.namespace("switch")
            _ip("netns", "add", switch)
            _ip("-n", switch, "link", "add", "bridge", "type", "bridge")
            _ip("-n", switch, "link", "set", "bridge", "up")
            for name, address in self.addresses.items():
                here, cable = self.namespace(name), f"{self.mark}{name}"
                _ip("netns", "add", here)
                _ip("link", "add", cable, "netns", switch, "type", "veth", "peer", "name", "eth0", "netns", here)
                _ip("-n", switch, "link", "set", cable, "master", "bridge", "up")
                _ip("-n", here, "address", "add", f"{address}/24", "dev", "eth0")
                _ip("-n", here, "link", "set", "eth0", "up")
                _ip("-n", here, "link", "set", "lo", "up")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_given: object) -> None:
        for name in (*self.addresses, "switch"):
            with suppress(subprocess.CalledProcessError):
                _ip("netns", "delete", self.namespace(name))

    def cable(self, name: str, state: str) -> None:
        """Pull (``down``) or plug in (``up``) the cable of a machine at the switch."""
        _ip("-n", self.namespace("switch"), "link", "set", f"{self.mark}{name}", state)

    def command(self, name: str, *command: str) -> list[str]:
        """Return a command as it is run on a machine."""
        named = ["unshare", "--uts", "sh", "-c", 'hostname "$0" && exec "$@"', name]
        return ["ip", "netns", "exec", self.namespace(name), *named, *command]

    @contextmanager
    def inside(self, name: str) -> Iterator[None]:
        """Be on a machine: sockets and threads that are made in the block are there."""
        with Path("/proc/thread-self/ns/net").open("rb") as before:
            with Path(f"/run/netns/{self.namespace(name)}").open("rb") as there:
                _enter(there.fileno())
            try:
                yield
            finally:
                _enter(before.fileno())


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)


def _enter(descriptor: int) -> None:
    library = ctypes.CDLL(None, use_errno=True)
    if library.setns(descriptor, _NETWORK) != 0:
        raise OSError(ctypes.get_errno(), "setns")


class Cluster:
    """A primary that acknowledges what its standby has too, and the standby."""

    def __init__(self, lan: Lan, folder: Path) -> None:
        found = programs()
        assert found is not None, "PostgreSQL is not installed: apt-get install postgresql"
        self.lan, self.folder, self.programs = lan, folder, found
        self.running: list[str] = []
        account = pwd.getpwnam("postgres")
        folder.mkdir(parents=True, exist_ok=True)
        os.chown(folder, account.pw_uid, account.pw_gid)

    @property
    def url(self) -> str:
        """The address of both; who takes changes is found out."""
        hosts = ",".join(f"{self.lan.addresses[name]}:5432" for name in ("primary", "standby"))
        return f"postgresql://survey@{hosts}/postgres?target_session_attrs=read-write"

    def _run(self, name: str, program: str, *arguments: str) -> None:
        command = self.lan.command(name, "setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups")
        environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
        subprocess.run(
            [*command, str(self.programs / program), *arguments],
            env=environment, cwd=self.folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        )  # fmt: skip

    def _start(self, name: str, *options: str) -> None:
        given = " ".join(["-c listen_addresses=*", "-c unix_socket_directories=", "-c max_connections=100", *options])
        data, log = str(self.folder / name), str(self.folder / f"{name}.log")
        self._run(name, "pg_ctl", "-D", data, "-w", "-t", "120", "-l", log, "-o", given, "start")
        self.running.append(name)

    def __enter__(self) -> Cluster:
        try:
            data = self.folder / "primary"
            self._run("primary", "initdb", "-D", str(data), "-U", "survey", "-A", "trust", "-E", "UTF8", "--no-sync")
            for database in ("all", "replication"):
                with (data / "pg_hba.conf").open("a") as rules:
                    rules.write(f"host {database} all 10.77.0.0/24 trust\n")
            self._start("primary", "-c synchronous_standby_names=*", "-c synchronous_commit=local")
            copy = ("-h", self.lan.addresses["primary"], "-U", "survey", "-D", str(self.folder / "standby"), "-R", "-X")
            self._run("standby", "pg_basebackup", *copy, "stream", "-c", "fast")
            self._start("standby")
            self._run("primary", "pg_ctl", "-D", str(data), "-m", "fast", "-w", "stop")
            self.running.remove("primary")
            self._start("primary", "-c synchronous_standby_names=*", "-c synchronous_commit=on")
        except BaseException:
            self.__exit__()
            raise
        return self

    def promote(self) -> None:
        """Let the standby be the primary."""
        self._run("standby", "pg_ctl", "-D", str(self.folder / "standby"), "-w", "-t", "120", "promote")

    def __exit__(self, *_given: object) -> None:
        for name in self.running:
            with suppress(subprocess.CalledProcessError):
                self._run(name, "pg_ctl", "-D", str(self.folder / name), "-m", "immediate", "-w", "stop")
