"""The process that runs one report plugin, once: ``python -m survey_service.reports.worker FD``.

It talks to its caller in lines of JSON: it reads requests on standard input and answers on the file descriptor FD. The
first request names the plugin and the limits, the answer is what the plugin says of itself; the second names the folder
of the snapshot, the answer is the report. Limits are set before the plugin is imported. Whatever goes wrong is answered
with the class of the exception and the plugin's own line, never with the exception's text, for that can carry answers.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import importlib
import importlib.util
import json
import os
import re
import resource
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pluggy
import polars

from survey_service.reports import hookspecs, schema
from survey_service.reports.blocks import ReportOutput
from survey_service.reports.context import ReportContext, ReportInfo

MEBIBYTE = 1024 * 1024
OPEN_FILES = 128
MORE_TASKS = 32
"""Threads and processes the plugin's user may have beyond those that exist when the worker starts."""
HOOKS = ("report_info", "report_run")


class Refused(Exception):
    """The plugin does not keep to the API; ``reason`` is one of our own words."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


def limit(seconds: int, mebibytes: int) -> None:
    """Limit this process for good: CPU time, memory, what it may write, open files, threads and processes."""
    polars.DataFrame({"warm": [1, 2]}).lazy().select(polars.col("warm").sum()).collect()  # starts the thread pool
    here = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    cores = max(1, len(os.sched_getaffinity(0)))
    for kind, wanted in (
        (resource.RLIMIT_CPU, seconds * cores + 1),
        (resource.RLIMIT_AS, here + mebibytes * MEBIBYTE),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_NPROC, _tasks_of_user() + MORE_TASKS),
    ):
        hardest = resource.getrlimit(kind)[1]
        value = wanted if hardest == resource.RLIM_INFINITY else min(wanted, hardest)
        resource.setrlimit(kind, (value, value))


def _tasks_of_user() -> int:
    """Return how many threads the user of this process has now, on the whole machine."""
    count = 0
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # a process may end while we look
            if folder.stat().st_uid == os.getuid():
                count += sum(1 for _ in (folder / "task").iterdir())
    return count


def load(module: str, folder: str | None) -> ModuleType:
    """Import a plugin: the package in ``folder``, or else the installed module."""
    if folder is None:
        return importlib.import_module(module)
    spec = importlib.util.spec_from_file_location(
        module, Path(folder) / "__init__.py", submodule_search_locations=[folder]
    )
    if spec is None or spec.loader is None:
        raise ImportError(module)
    loaded = importlib.util.module_from_spec(spec)
    sys.modules[module] = loaded
    spec.loader.exec_module(loaded)
    return loaded


def manager_of(plugin: ModuleType) -> pluggy.PluginManager:
    """Return a fresh plugin manager with just this plugin. Raises Refused for a misspelt or missing hook."""
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    try:
        manager.register(plugin)
        manager.check_pending()
    except pluggy.PluginValidationError:
        raise Refused("unknown hook or wrong arguments") from None
    for name in HOOKS:
        if not getattr(manager.hook, name).get_hookimpls():
            raise Refused(f"no hook {name}")
    return manager


def _info(manager: pluggy.PluginManager) -> ReportInfo:
    info = manager.hook.report_info()
    if not isinstance(info, ReportInfo):
        raise Refused("report_info returns no ReportInfo")
    return info


def _output(manager: pluggy.PluginManager, info: ReportInfo, request: Mapping[str, Any]) -> Any:
    context = ReportContext(Path(request["snapshot"]), info, dt.date.fromisoformat(request["today"]))
    output = manager.hook.report_run(context=context)
    if isinstance(output, ReportOutput):
        return output.to_json()
    if not isinstance(output, dict):
        raise Refused("report_run returns no ReportOutput")
    return output


def _failure(error: BaseException, module: str, folder: str | None) -> dict[str, Any]:
    """Describe an exception by its class and the plugin's last own line, nothing else."""
    if isinstance(error, Refused):
        return {"refused": error.reason}
    home = folder or os.path.dirname(getattr(sys.modules.get(module), "__file__", None) or "?")
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.startswith(home)]
    place = f"{os.path.basename(frames[-1].filename)}:{frames[-1].lineno}" if frames else ""
    return {"failed": plain_name(type(error).__name__), "place": place}


def plain_name(name: str) -> str:
    """Return the name of a class if it looks like one: a plugin chooses it, so it could carry anything."""
    return name if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,60}", name) else "Exception"


def _encode(answer: dict[str, Any]) -> bytes:
    try:
        line = json.dumps(answer, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode("utf-8")
    except (TypeError, ValueError, RecursionError):  # NaN, a set, a lone surrogate, a circle
        return b'{"refused":"not JSON"}'
    return line if len(line) <= schema.MAX_BYTES else b'{"refused":"more than 1 MB"}'


def main(descriptor: int) -> int:
    """Answer one request for information and one for a report; return the exit status."""
    answers = os.fdopen(descriptor, "wb")
    module, folder, manager, info = "", None, None, None
    for line in sys.stdin.buffer:
        request = json.loads(line)
        try:
            if manager is None or info is None:
                module, folder = request["module"], request["folder"]
                limit(request["seconds"], request["mebibytes"])
                manager = manager_of(load(module, folder))
                info = _info(manager)
                answer: dict[str, Any] = {"info": info.to_json()}
            else:
                answer = {"output": _output(manager, info, request)}
        except BaseException as error:
            answer = _failure(error, module, folder)
        answers.write(_encode(answer) + b"\n")
        answers.flush()
        if "info" not in answer:
            break
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
