"""Runs the hostile plugins in a process of its own, as some user, and prints what came of each as JSON.

``python -m tests.reports.probing FOLDER CASE``: FOLDER is an empty folder for the instance, CASE a key of CASES.
"""

from __future__ import annotations

import hashlib
import io
import json
import logging
import os
import re
import socket
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from survey_service import settings as settings_module
from survey_service.problems import Problem
from survey_service.questionnaire.loader import load_folder
from survey_service.reports import host, sandbox
from survey_service.reports.sandbox import Support
from survey_service.responses.revisions import Publications
from survey_service.responses.submissions import RESPONSES, Submission, submit
from survey_service.store import open_store
from survey_service.store.base import Store
from tests.conftest import SMALL, TODAY
from tests.reports.hostile_users import become_nobody

HOSTILE = Path(__file__).parent / "hostile"
HOW = tuple(re.findall(r'^    "([^"]+)": ', (HOSTILE / "behaviour" / "__init__.py").read_text("utf-8"), re.MULTILINE))
"""The ways to misbehave; a process that runs plugins never imports one."""
FOLDERS = ("files", "processes", "network", "kernel")
SECRET = "the-secret-of-this-service"


@dataclass(frozen=True)
class Case:
    """Who runs the service, and what the kernel is taken to offer (None: what it does)."""

    root: bool = False
    support: Support | None = None
    folders: tuple[str, ...] = FOLDERS
    behaviours: bool = False

    @property
    def contained(self) -> bool:
        """Tell whether there is a sandbox."""
        return self.support is None or self.support.complete


def _old(abi: int) -> Case:
    return Case(support=Support(abi, True, view=False), folders=("files", "processes", "network"))


CASES = {
    "nobody": Case(),
    "root": Case(root=True),
    "nobody, behaviours": Case(behaviours=True),
    "root, behaviours": Case(root=True, behaviours=True),
    "nobody, no namespaces": Case(support=Support(sandbox.support().landlock, True, view=False)),
    "nobody, Landlock ABI 1": _old(1),
    "nobody, Landlock ABI 3": _old(3),
    "nobody, no sandbox": Case(support=Support(0, False, view=False), folders=("files", "processes", "network")),
}


def main(folder: Path, name: str) -> None:
    """Prepare an instance in a folder, run what the case says and print the outcomes."""
    case = CASES[name]
    if not case.root:
        become_nobody(folder)
    if case.support is not None:
        sandbox.support = lambda: case.support  # type: ignore[assignment, return-value]
    os.environ["SURVEY_SECRET_KEY"] = SECRET
    tempfile.tempdir = str(folder / "tmp")
    Path(tempfile.tempdir).mkdir()
    values = settings_module.load(folder / "instance", report_seconds=60, report_unsafe=True)
    with instance(folder, values) as (store, publications), neighbours(folder) as (other, around):
        file = next(path for path in sorted((values.instance / "store").glob("wal-*")) if path.stat().st_size)
        given = {
            "store_file": str(file),
            "secret_file": str(values.instance / "receipt.key"),
            "instance": str(values.instance),
            "code_file": str(_code(folder)),
            **around,
        }
        if case.behaviours:
            print(json.dumps(behave(other, given, store, publications, values)))
            return
        outcomes: dict[str, Any] = {}
        for plugin in case.folders:
            outcomes[plugin] = attempt(plugin, given, store, publications, values) | {
                "other alive": other.poll() is None
            }
        print(json.dumps(outcomes))


def _code(folder: Path) -> Path:
    """Return a file of the plugin's folder that the user could change: the plugins are copied for that."""
    return folder / "plugins" / "files" / "__init__.py"


def attempt(
    plugin: str, given: dict[str, Any], store: Store, publications: Publications, values: settings_module.Settings
) -> dict[str, Any]:
    """Run a plugin that tries many things; return what came of each, and what the tries have changed."""
    kept: list[Any] = []
    host.save = lambda _store, made: kept.append(list(made.blocks))  # type: ignore
    watched = [values.instance / "store", values.instance / "receipt.key", Path(given["code_file"]).parents[1]]
    before = fingerprint(watched)
    plugins = Path(given["code_file"]).parents[1]
    try:
        host.run(plugin, store, publications, values, plugins=plugins, today=TODAY, parameters=given)
    except Problem as problem:
        return {"problem": problem.message()}
    done = {block["values"]["attempt"]["value"]["*"]: block["values"]["outcome"]["value"]["*"] for block in kept[0]}
    changed = sorted(path for path, mark in fingerprint(watched).items() if before.get(path) != mark)
    return {
        "done": done,
        "changed": changed,
        "responses": store.collection(RESPONSES).count(),
        "healthy": store.healthy(),
        "left": os.listdir(tempfile.gettempdir()),
    }


HANGING = (
    *("hangs", "hangs in C", "hangs in a pattern", "burns", "floods standard output", "floods standard error"),
    *("dribbles", "stops itself", "ignores signals", "makes shut folders"),
)
"""What ends by the limit of time only, which is short for these and ample for all others."""


def behave(
    other: subprocess.Popen[bytes],
    given: dict[str, Any],
    store: Store,
    publications: Publications,
    values: settings_module.Settings,
) -> dict[str, Any]:
    """Let a plugin misbehave in each way, four at a time; return the Problem that each got, or “made”."""
    log = io.StringIO()
    logging.basicConfig(stream=log, level=logging.DEBUG)
    watched = [values.instance / "store"]
    ample = replace(values, values={**values.values, "report_memory": 300, "report_scratch": 20})
    short = replace(ample, values={**ample.values, "report_seconds": 4})

    def run(plugin: str, how: str) -> tuple[str, str]:
        within = short if how in HANGING or plugin == "hangs_at_import" else ample
        parameters = {"how": how} if plugin == "behaviour" else {"only": how, **given}
        try:
            host.run(plugin, store, publications, within, plugins=HOSTILE, today=TODAY, parameters=parameters)
        except Problem as problem:
            return problem.code, str(problem.details.get("reason", ""))
        return "made", ""

    todo = [("behaviour", how) for how in HOW]
    todo += [(plugin, "") for plugin in ("lies_name", "lies_version", "early", "hangs_at_import")]
    todo += [("files", "read the store"), ("processes", "signal the caller"), ("network", "TCP")]
    made = [pair for pair in todo if pair[1] in MADE]
    with ThreadPoolExecutor(4) as pool:
        before = fingerprint(watched)
        refused = [pair for pair in todo if pair not in made]
        outcomes = dict(zip(refused, pool.map(lambda pair: run(*pair), refused), strict=True))
        changed = sorted(path for path, mark in fingerprint(watched).items() if before.get(path) != mark)
        outcomes |= dict(zip(made, pool.map(lambda pair: run(*pair), made), strict=True))
    return {
        "outcomes": {how or plugin: outcome for (plugin, how), outcome in outcomes.items()},
        "changed": changed,
        "log": log.getvalue(),
        "other alive": other.poll() is None,
        "left": os.listdir(tempfile.gettempdir()),
        "children": Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split() == [str(other.pid)],
        "healthy": store.healthy(),
    }


MADE = ("leaves threads behind", "lies about progress")
"""What does no harm, so that the report is made."""


def fingerprint(places: list[Path]) -> dict[str, str]:
    """Return path → content, times, mode and owner of all files."""
    marks = {}
    for place in places:
        for path in [place, *sorted(place.rglob("*"))]:
            found = path.lstat()
            content = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
            facts = (found.st_mode, found.st_uid, found.st_gid, found.st_size, found.st_nlink, found.st_mtime_ns)
            marks[str(path)] = f"{content} {facts} {os.listxattr(path)}"
    return marks


@contextmanager
def instance(folder: Path, values: settings_module.Settings) -> Iterator[tuple[Store, Publications]]:
    """Make an instance with a published questionnaire and six responses."""
    forms = folder / "forms"
    forms.mkdir()
    (forms / "small.yaml").write_text(SMALL, "utf-8")
    subprocess.run(["cp", "-r", str(HOSTILE), str(folder / "plugins")], check=True)
    store = open_store("tinydb:", values.instance)
    publications = Publications(store)
    publications.publish({"small": load_folder(forms).questionnaires["small"]})
    revision = publications.current("small").revision
    for _ in range(6):
        submission = Submission(str(uuid.uuid4()), revision, "de", {"OK": "yes", "likes": ["red"]}, 1, "web")
        submit(store, publications, submission, receipt_key="secret", today=TODAY)
    (values.instance / "receipt.key").write_text("secret")
    yield store, publications
    store.close()


@contextmanager
def neighbours(folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], dict[str, Any]]]:
    """Start another process of the same user, and sockets that listen; yield how to find them."""
    script = (
        "import ctypes, time; text = ctypes.create_string_buffer(b'memory'); "
        "print(ctypes.addressof(text), flush=True); time.sleep(3600)"
    )
    environment = {"SURVEY_SECRET_KEY": SECRET, "PATH": os.environ["PATH"]}
    with (
        subprocess.Popen([sys.executable, "-c", script], env=environment, stdout=subprocess.PIPE) as other,
        socket.socket(socket.AF_INET, socket.SOCK_STREAM) as tcp,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp,
        socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as unix,
        socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as abstract,
    ):
        assert other.stdout is not None
        name = f"survey-{uuid.uuid4()}"
        tcp.bind(("127.0.0.1", 0))
        udp.bind(("127.0.0.1", 0))
        unix.bind(str(folder / "socket"))
        abstract.bind("\0" + name)
        for each in (tcp, unix, abstract):
            each.listen(8)
        try:
            yield (
                other,
                {
                    "caller": os.getpid(),
                    "other": other.pid,
                    "address": other.stdout.readline().decode().strip(),
                    "tcp": tcp.getsockname()[1],
                    "udp": udp.getsockname()[1],
                    "unix": str(folder / "socket"),
                    "abstract": name,
                },
            )
        finally:
            other.kill()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
