"""A stand-in for systemctl where no systemd runs: it does what unit files say, as far as the operators' guide needs it.

It reads the very units that systemd would, and refuses what it does not know. Started as
``systemctl start|stop|restart|reload|enable|daemon-reload [--now] UNIT…``.
"""

from __future__ import annotations

import os
import pwd
import shlex
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

FOLDERS = (Path("/etc/systemd/system"), Path("/lib/systemd/system"))
STATE = Path("/run/stand-in")
SECONDS = 120
Unit = dict[str, list[str]]


def read(name: str) -> Unit:
    """Return the keys of a unit, each with all its values."""
    file = next(folder / name for folder in FOLDERS if (folder / name).exists())
    unit: Unit = {}
    for line in file.read_text("utf-8").splitlines():
        key, equals, value = line.partition("=")
        if equals and not line.startswith(("#", ";")):
            unit.setdefault(key.strip(), []).append(value.strip())
    return unit


def one(unit: Unit, key: str, default: str = "") -> str:
    return unit.get(key, [default])[-1]


def environment(unit: Unit, user: pwd.struct_passwd) -> dict[str, str]:
    """Return what a service finds in its environment: nothing of ours."""
    found = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin", "HOME": user.pw_dir, "USER": user.pw_name}
    pairs = [word for value in unit.get("Environment", []) for word in shlex.split(value)]
    for value in unit.get("EnvironmentFile", []):
        file = Path(value.removeprefix("-"))
        if file.exists():
            pairs += [line for line in file.read_text().splitlines() if line and not line.startswith("#")]
        elif not value.startswith("-"):
            raise SystemExit(f"{file} is missing")
    return found | dict(pair.split("=", 1) for pair in pairs)


def words(command: str, variables: dict[str, str]) -> list[str]:
    """Split a command; a variable that is a word of its own may be several words, or none."""
    found: list[str] = []
    for word in shlex.split(command):
        found += shlex.split(variables.get(word[1:], "")) if word.startswith("$") else [word]
    return found


def as_user(unit: Unit, user: pwd.struct_passwd) -> list[str]:
    """Return the command before the command that gives root away, but for what the unit lets it keep."""
    command = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--init-groups", "--no-new-privs"]
    kept = [word.removeprefix("CAP_").lower() for word in one(unit, "AmbientCapabilities").split()]
    for capability in kept:
        command += [f"--inh-caps=+{capability}", f"--ambient-caps=+{capability}"]
    return command


def start(name: str) -> None:
    """Start a unit and wait: until a service is ready, until what is done once is done."""
    if name.endswith(".timer"):
        print(f"{name}: {' '.join(read(name)['OnCalendar'])}")
        return
    unit = read(name)
    user = pwd.getpwnam(one(unit, "User", "root"))
    variables = environment(unit, user)
    for folder in one(unit, "StateDirectory").split():
        path = Path("/var/lib", folder)
        path.mkdir(parents=True, exist_ok=True)
        path.chmod(int(one(unit, "StateDirectoryMode", "755"), 8))
        os.chown(path, user.pw_uid, user.pw_gid)
    told = STATE / f"{name}.socket"
    told.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel, (STATE / f"{name}.log").open("ab") as log:
        channel.bind(str(told))
        told.chmod(0o666)
        command = [*as_user(unit, user), *words(one(unit, "ExecStart"), variables)]
        process = subprocess.Popen(
            command, env={**variables, "NOTIFY_SOCKET": str(told)}, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            cwd=one(unit, "WorkingDirectory", "/"), umask=int(one(unit, "UMask", "022"), 8), start_new_session=True,
        )  # fmt: skip
        if one(unit, "Type", "simple") == "oneshot":
            if process.wait():
                failed(name, f"ended with {process.returncode}")
            return
        (STATE / f"{name}.pid").write_text(str(process.pid))
        channel.settimeout(1)
        deadline = time.monotonic() + SECONDS
        while one(unit, "Type", "simple") == "notify":
            try:
                if b"READY=1" in channel.recv(4096):
                    break
            except TimeoutError:
                if process.poll() is not None or time.monotonic() > deadline:
                    failed(name, "did not say that it is ready")


def failed(name: str, reason: str) -> None:
    raise SystemExit(f"{name} {reason}\n{(STATE / f'{name}.log').read_text('utf-8', 'replace')[-4000:]}")


def pid_of(name: str) -> int:
    """Return the process of a unit that runs, else 0."""
    file = STATE / f"{name}.pid"
    pid = int(file.read_text()) if file.exists() else 0
    status = Path(f"/proc/{pid}/stat")
    return pid if pid and status.exists() and status.read_text().rpartition(")")[2].split()[0] != "Z" else 0


def stop(name: str) -> None:
    pid = pid_of(name)
    if pid:
        os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + SECONDS
    while pid_of(name):
        if time.monotonic() > deadline:
            failed(name, "did not end")
        time.sleep(0.05)


def reload(name: str) -> None:
    unit = read(name)
    pid = pid_of(name)
    if not pid:
        failed(name, "does not run")
    subprocess.run(words(one(unit, "ExecReload"), {"MAINPID": str(pid)}), check=True)


def restart(name: str) -> None:
    stop(name)
    start(name)


def enable(name: str) -> None:
    if "WantedBy" not in read(name):
        raise SystemExit(f"{name} can't be enabled")


def main() -> None:
    STATE.mkdir(exist_ok=True)
    verb, *rest = sys.argv[1:]
    actions = {"start": start, "stop": stop, "restart": restart, "reload": reload, "enable": enable}
    if verb == "daemon-reload":
        return
    for name in [word if "." in word else f"{word}.service" for word in rest if word != "--now"]:
        actions[verb](name)
        if "--now" in rest:
            start(name)


if __name__ == "__main__":
    main()
