"""Every changing route of the desk leads to an entry of the audit log, or stands in a list with the reason why not.

The source is read, not run: from each view all functions that it names, and those that they name, until one of them
writes an entry. What the views write in which case is the business of the tests of each feature.
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from flask import Flask

import survey_service
from survey_service.accounts import audit
from survey_service.web.manage import audit_words

ROOT = Path(survey_service.__file__).parent.parent
WRITES = {"survey_service.accounts.audit.append", "survey_service.web.manage.desk.note"}
SHARED = ("survey_service.web.manage.desk.", "survey_service.web.context.", "survey_service.web.i18n.")
"""What every view uses, whatever it does."""
WITHOUT = {
    "manage.choose_language": "the language of one's own session",
    "manage.look_through": "a file is only looked through, and kept an hour for the one who brought it",
    "manage.look_through_offers": "a file is only looked through, and kept an hour for the one who brought it",
    "manage.find_response": "leads to the page of a response; opening that is noted",
    "manage.keep_response_filter": "a kept filter tells what to look for, nothing of anybody",
    "manage.repeat_delivery": "the log of deliveries beside it says so",
    "manage.offer_findings": "a file that waits is only looked through",
    "manage.arrange_news": "a newsletter that is not published; publishing it is noted",
    "manage.go_on_trying": "a trial stores nothing",
    "manage.ask_for_password": "a wish that anybody can send; using the link that is mailed is noted",
}
"""Endpoint → why it writes no entry."""
READS = {
    "manage.responses",
    "manage.response_file",
    "manage.download",
    "manage.code_text",
    "manage.audit_file",
    "manage.export_network_members",
    "manage.network_body",
    "manage.offer",
    "manage.calls",
    "manage.message",
    "manage.handover_file",
    "manage.consultation_file",
    "manage.download_translations",
    "manage.organisation",
}
"""Pages and files that only read, of what people have said or of whom they name."""


@dataclass
class Module:
    """What a module defines, by name, and what its imports name."""

    functions: dict[str, ast.AST] = field(default_factory=dict)
    imported: dict[str, str] = field(default_factory=dict)


@functools.cache
def module(name: str) -> Module | None:
    path = ROOT / name.replace(".", "/")
    file = next((each for each in (path.with_suffix(".py"), path / "__init__.py") if each.is_file()), None)
    if file is None:
        return None
    found = Module()
    for node in ast.parse(file.read_text("utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.functions[node.name] = node
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found.functions.update({each.id: node for each in targets if isinstance(each, ast.Name)})
        elif isinstance(node, ast.ImportFrom):
            found.imported.update({each.asname or each.name: f"{node.module}.{each.name}" for each in node.names})
        elif isinstance(node, ast.Import):
            found.imported.update({each.asname or each.name: each.name for each in node.names})
    return found


def named(place: str) -> Iterator[str]:
    """Yield the full names that a function, class or table refers to."""
    home, _, name = place.rpartition(".")
    here = module(home)
    if here is None or name not in here.functions:
        if here is not None and name in here.imported:
            yield here.imported[name]
        return
    for node in _code(here.functions[name]):
        if isinstance(node, ast.Name) and node.id in here.functions:
            yield f"{home}.{node.id}"
        elif isinstance(node, ast.Name) and node.id in here.imported:
            yield here.imported[node.id]
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in here.imported:
            yield f"{here.imported[node.value.id]}.{node.attr}"
        elif isinstance(node, ast.Attribute) and node.attr in METHODS:
            yield METHODS[node.attr]


def _code(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes of what is run: no decorators and no annotations."""
    for name, value in ast.iter_fields(node):
        if name not in ("decorator_list", "annotation", "returns", "args" if isinstance(node, ast.FunctionDef) else ""):
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    yield child
                    yield from _code(child)


METHODS: Mapping[str, str] = {"save": "survey_service.translating.workbench.Workbench"}
"""Methods of objects that are fetched from the context: their class is where to go on."""


def writes(view: str) -> bool:
    """Tell whether a function leads to an entry."""
    seen, ahead = {view}, [view]
    while ahead:
        for name in named(ahead.pop()):
            if name in WRITES:
                return True
            if name not in seen and name.startswith("survey_service.") and not name.startswith(SHARED):
                seen.add(name)
                ahead.append(name)
    return False


def _view(app: Flask, endpoint: str) -> str:
    function = app.view_functions[endpoint]
    return f"{function.__module__}.{function.__name__}"


@pytest.fixture
def changing(app: Flask) -> set[str]:
    rules = (rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("manage."))
    return {rule.endpoint for rule in rules if (rule.methods or set()) & {"POST", "PUT", "PATCH", "DELETE"}}


def test_what_changes_something_is_noted(app: Flask, changing: set[str]) -> None:
    assert len(changing) > 90
    silent = {endpoint for endpoint in changing if not writes(_view(app, endpoint))}
    assert silent == set(WITHOUT)


def test_reading_what_people_said_is_noted(app: Flask) -> None:
    assert {endpoint for endpoint in READS if not writes(_view(app, endpoint))} == set()


def test_the_walk_finds_a_view_that_notes_nothing() -> None:
    assert not writes("survey_service.web.manage.entrance.choose_language")
    assert writes("survey_service.web.manage.indicators.keep_indicator")  # through a table of acts


def test_every_action_and_every_detail_has_its_words() -> None:
    assert set(audit.DETAILS) - set(audit_words.ACTIONS) == set()
    assert {name for names in audit.DETAILS.values() for name in names} - set(audit_words.DETAILS) == set()
    begins = [begin for _, begins in audit_words.AREAS.values() for begin in begins]
    assert len(begins) == len(set(begins))
    assert {action.partition(".")[0] for action in audit.DETAILS} <= set(begins)
