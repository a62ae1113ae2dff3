"""Fixtures for reports: a questionnaire with responses in a store, a folder for plugins, and a run of one."""

from __future__ import annotations

import datetime as dt
import re
import textwrap
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from survey_service import settings as settings_module
from survey_service.reports import host
from survey_service.reports.report import Report
from survey_service.responses.revisions import Publications
from survey_service.responses.submissions import Submission, submit
from survey_service.settings import Settings
from survey_service.store.base import Store
from tests.conftest import TODAY

GOOD = """
from survey_service.reports.plugin import *

@hookimpl
def report_info():
    return ReportInfo("{name}", "1.0", {{"de": "Probe", "en": "Trial"}}, questionnaires=("small",))

@hookimpl
def report_run(context):
    share = context.share("small", chose_any("likes", "red"), answered("likes"))
    statement = Statement.of(
        share, id="red", field="INT", question="likes", wording=context.label("small", "likes"),
        text={{"de": "%(share)s mögen Rot.", "en": "%(share)s like red."}}, revisions=context.revisions("small"),
    )
    return ReportOutput((statement, *context.sample("small")))
"""
RUN = GOOD[: GOOD.index("    share =")]
"""A plugin up to the body of ``report_run``, to be followed by lines indented by four blanks."""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_module.load(tmp_path / "instance", report_seconds=20, report_memory=512)


@pytest.fixture
def respond(store: Store, publications: Publications) -> Callable[..., None]:
    """Return a function that submits a response of the small questionnaire."""

    def send(answers: Mapping[str, Any], *, language: str = "de", mode: str = "web", today: dt.date = TODAY) -> None:
        revision = publications.current("small").revision
        submission = Submission(str(uuid.uuid4()), revision, language, {"OK": "yes", **answers}, 1, mode)
        submit(store, publications, submission, receipt_key="secret", today=today)

    return send


@pytest.fixture
def plugin(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes a folder plugin and returns the folder of plugins."""

    def write(source: str = GOOD, *, name: str = "trial", toml: str | None = None) -> Path:
        folder = tmp_path / "plugins" / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "__init__.py").write_text(textwrap.dedent(source).format(name=name), "utf-8")
        (folder / "plugin.toml").write_text(toml or described(name, source), "utf-8")
        return folder.parent

    return write


def described(name: str, source: str) -> str:
    """Return a ``plugin.toml`` that agrees with what the source of a plugin says of itself."""
    lists = {}
    for key, absent in (("questionnaires", '"small"'), ("permissions", '"aggregates"')):
        found = re.search(rf"(?<!dict\(){key}=\(([^)]*)\)", source)
        lists[key] = found[1].rstrip(", ") if found else absent
    offers = "true" if "offers=True" in source else "false"
    return (
        f'name = "{name}"\nmodule = "{name}"\nversion = "1.0"\nquestionnaires = [{lists["questionnaires"]}]\n'
        f'permissions = [{lists["permissions"]}]\noffers = {offers}\n[title]\nde = "Probe"\nen = "Trial"\n'
    )


@pytest.fixture
def run(store: Store, publications: Publications, settings: Settings) -> Callable[..., Report]:
    """Return a function that runs a plugin of a folder on TODAY."""

    def start(plugins: Path, *, name: str = "trial", within: Settings = settings) -> Report:
        return host.run(name, store, publications, within, plugins=plugins, today=TODAY)

    return start
