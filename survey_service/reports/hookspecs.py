"""The whole API of report plugins: two hooks. All that a plugin may import is in ``survey_service.reports.plugin``.

A plugin is a Python package. It says in ``plugin.toml``, beside its ``__init__.py``, what it is and what it wants to
see, and implements both hooks with ``@hookimpl``; a wheel names it by an entry point in the group
``survey_service.reports``. It runs in a process of its own that ends afterwards; it sees a snapshot, never the app, the
store or a session.
"""

from __future__ import annotations

from typing import Any

import pluggy

from survey_service.reports.blocks import ReportOutput
from survey_service.reports.context import ReportContext, ReportInfo

PROJECT = "survey_service.reports"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec(firstresult=True)
def report_info() -> ReportInfo:
    """Say what the plugin is: the same as its ``plugin.toml``. Called first, before there is a snapshot."""
    raise NotImplementedError


@hookspec(firstresult=True)
def report_run(context: ReportContext) -> ReportOutput | dict[str, Any]:
    """Make the report of ``context`` and return its blocks. No HTML, no addresses, at most 1 MB as JSON."""
    raise NotImplementedError
