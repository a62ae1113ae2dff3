"""A report plugin inside its worker: imported, asked through its two hooks, and answered for in lines of JSON."""

from __future__ import annotations

import datetime as dt
import importlib
import importlib.util
import json
import os
import re
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pluggy

from survey_service.reports import hookspecs, schema
from survey_service.reports.blocks import ReportOutput
from survey_service.reports.context import ReportContext, ReportInfo

HOOKS = ("report_info", "report_run")
_TOO_LONG = b'{"refused":"more than 1 MB"}'
_PAUSE = 0.2
"""Seconds between two lines of progress, at least."""


class Refused(Exception):
    """The plugin does not keep to the API; ``reason`` is one of our own words."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class Guest:
    """A plugin, by its module and folder; its answers go to a file descriptor."""

    def __init__(self, module: str, folder: str | None, descriptor: int) -> None:
        self._module, self._folder, self._descriptor = module, folder, descriptor
        self._told = 0.0

    def introduce(self) -> bool:
        """Import the plugin and answer what it says of itself; return False if that failed."""

        def ask() -> dict[str, Any]:
            self._manager = manager_of(load(self._module, self._folder))
            self._info = _info(self._manager)
            return {"info": self._info.to_json()}

        return self._answer(ask)

    def report(self, request: Mapping[str, Any]) -> bool:
        """Answer the report of a snapshot; return False if that failed."""

        def ask() -> dict[str, Any]:
            day = dt.date.fromisoformat(request["today"])
            context = ReportContext(
                Path(request["snapshot"]), self._info, day, request["parameters"], on_progress=self._progress
            )
            return {"output": _output(self._manager.hook.report_run(context=context))}

        return self._answer(ask)

    def _answer(self, ask: Callable[[], dict[str, Any]]) -> bool:
        try:
            answer = ask()
        except BaseException as error:
            answer = _failure(error, self._module, self._folder)
        self._send(_encode(answer))
        return "failed" not in answer and "refused" not in answer

    def _progress(self, done: int, total: int) -> None:
        now = time.monotonic()
        if now >= self._told + _PAUSE or done >= total:
            self._told = now
            self._send(json.dumps({"progress": [int(done), int(total)]}).encode("ascii"))

    def _send(self, line: bytes) -> None:
        rest = line + b"\n"
        while rest:
            rest = rest[os.write(self._descriptor, rest) :]


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


def _output(output: Any) -> dict[str, Any]:
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
    except MemoryError:
        return _TOO_LONG
    return line if len(line) <= schema.MAX_BYTES else _TOO_LONG
