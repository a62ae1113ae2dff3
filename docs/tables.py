"""The reference, made of the tables in the code when the documentation is built.

A page says ``<!-- generated: settings -->`` where a table shall stand; ``GENERATED`` knows what there is. Nothing is
written by hand twice, and what has no explanation is refused (``missing``).
"""

from __future__ import annotations

import ast
import inspect
import re
import types
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import click

import survey_service
import survey_service.reports.plugin as plugin_api
from survey_service import languages as registry
from survey_service.accounts import access
from survey_service.cli import cli
from survey_service.problems import CATALOGUE
from survey_service.reports import hookspecs
from survey_service.settings import TABLE
from survey_service.web.manage.audit_words import ACTIONS

PLACE = re.compile(r"^<!-- generated: ([a-z]+) -->$", re.MULTILINE)
_KINDS = {"Counter": "counter", "Gauge": "gauge", "Histogram": "histogram", "Summary": "summary"}
_FAMILIES = {"GaugeMetricFamily": "gauge", "CounterMetricFamily": "counter"}


class Metric(NamedTuple):
    """A figure of ``/metrics``: its name without the endings that Prometheus adds, kind, help and labels."""

    name: str
    kind: str
    help: str
    labels: tuple[str, ...]


def commands() -> Iterator[tuple[str, click.Command]]:
    """Yield (name, command) for each command that does something, ``users add`` for example."""
    yield from _below(cli, ())


def _below(group: click.Group, names: tuple[str, ...]) -> Iterator[tuple[str, click.Command]]:
    for name, command in sorted(group.commands.items()):
        if isinstance(command, click.Group):
            yield from _below(command, (*names, name))
        else:
            yield " ".join((*names, name)), command


def metrics() -> list[Metric]:
    """Return all figures that the package makes, read from its source: some are only made when they are asked for."""
    found = {}
    for path in sorted(Path(survey_service.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            metric = _metric(node)
            if metric is not None:
                found[metric.name] = metric
    return [found[name] for name in sorted(found)]


def _metric(node: ast.AST) -> Metric | None:
    if not isinstance(node, ast.Call):
        return None
    kind = {**_KINDS, **_FAMILIES}.get(getattr(node.func, "id", getattr(node.func, "attr", "")))
    texts = [each.value for each in node.args[:2] if isinstance(each, ast.Constant) and isinstance(each.value, str)]
    if kind is None or len(texts) != 2 or not texts[0].startswith("survey_"):
        return None
    named = {keyword.arg: keyword.value for keyword in node.keywords}
    listed = node.args[2] if len(node.args) > 2 else named.get("labels", named.get("labelnames"))
    labels = tuple(ast.literal_eval(listed)) if isinstance(listed, ast.Tuple | ast.List) else ()
    return Metric(texts[0], kind, texts[1], labels)


def _cell(text: str) -> str:
    """Return a text for a cell of a Markdown table; nothing in it is markup but what stands ``so`` or `so`."""
    parts = re.split(r"(``?[^`]+``?)", " ".join(text.split()))
    return "".join(_code(part.strip("`")) if part[:1] == "`" else _escaped(part) for part in parts)


def _escaped(text: str) -> str:
    return re.sub(r"([\\|*_<>`\[\]])", r"\\\1", text)


def _code(text: str) -> str:
    return f"`{text}`".replace("|", "\\|") if text else ""


def _rows(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _sections(parts: Mapping[str, str], level: str = "##") -> str:
    return "\n\n".join(f"{level} {name}\n\n{body}" for name, body in parts.items())


def _commands() -> str:
    return _sections({f"`survey-service {name}`": _command(name, command) for name, command in commands()})


def _command(name: str, command: click.Command) -> str:
    context = click.Context(command, info_name=f"survey-service {name}")
    options = [each for each in command.params if isinstance(each, click.Option) and not each.hidden]
    arguments = [each for each in command.params if isinstance(each, click.Argument)]
    rows = [(_code(", ".join(each.opts)), _cell(_value(each)), _cell(_explained(each))) for each in options]
    words = " ".join(["survey-service", name, *(each.make_metavar(context) for each in arguments)])
    usage = f"    {words}{' [options]' if options else ''}"
    explained = inspect.cleandoc((command.help or "").replace("\b", ""))
    table = _rows(("option", "value", "what it does"), rows) if rows else ""
    return "\n\n".join(part for part in (usage, _plain(explained), table) if part)


def _plain(text: str) -> str:
    return "\n\n".join(_cell(part) for part in text.split("\n\n"))


def _value(option: click.Option) -> str:
    if option.is_flag:
        return ""
    chosen = option.type
    return ", ".join(str(each) for each in chosen.choices) if isinstance(chosen, click.Choice) else chosen.name


def _explained(option: click.Option) -> str:
    shown = option.show_default and not option.is_flag
    return f"{option.help or ''}{f' Default: {option.default}.' if shown else ''}"


def _settings() -> str:
    rows = [
        (_code(row.name), _code(f"SURVEY_{row.name.upper()}"), _code(_default(row.default)), _cell(row.help))
        for row in TABLE
        if row.name != "testing"
    ]
    return _rows(("in config.toml", "environment", "default", "what it is"), rows)


def _default(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return " ".join(str(each) for each in value) if isinstance(value, tuple) else str(value)


def _problems() -> str:
    groups: dict[str, list[tuple[str, ...]]] = {}
    for code, kind in sorted(CATALOGUE.items()):
        message = re.sub(r"%\((\w+)\)s", r"‹\1›", kind.message)
        groups.setdefault(code.partition(".")[0], []).append(
            (_code(code), str(kind.status), _cell(kind.title), _cell(message))
        )
    heads = ("code", "status", "title", "what happened, and what to do")
    return _sections({name: _rows(heads, rows) for name, rows in groups.items()})


def _metrics() -> str:
    rows = [(_code(each.name), each.kind, _code(", ".join(each.labels)), _cell(each.help)) for each in metrics()]
    return _rows(("name", "kind", "labels", "what it counts"), rows)


def hooks() -> dict[str, Callable[..., Any]]:
    """Return the hooks by name."""
    return {name: each for name, each in vars(hookspecs).items() if name.startswith("report_")}


def _hooks() -> str:
    parts = {}
    for name, each in hooks().items():
        signature = re.sub(r"survey_service\.[a-z_.]+\.", "", str(inspect.signature(each))).replace("'", "")
        parts[f"`{name}`"] = f"    def {name}{signature}\n\n{_plain(inspect.getdoc(each) or '')}"
    return _sections(parts)


def context_methods() -> dict[str, Any]:
    """Return what a plugin may ask a ``ReportContext``, by name."""
    members = vars(plugin_api.ReportContext)
    return {name: member for name, member in members.items() if not name.startswith("_")}


def _called(member: Any) -> Callable[..., Any] | None:
    """Return the function behind a method or property, None for anything else."""
    if isinstance(member, property):
        return member.fget
    if isinstance(member, cached_property):
        return member.func
    return member if inspect.isfunction(member) else None


def _context() -> str:
    rows = []
    for name, member in context_methods().items():
        if _called(member) is not None:
            brackets = _arguments(member) if inspect.isfunction(member) else ""
            rows.append((_code(f"{name}{brackets}"), _cell(inspect.getdoc(_called(member)) or "")))
    return _rows(("`context.`…", "what it returns"), rows)


def _arguments(called: Callable[..., Any]) -> str:
    names = [
        name if each.default is each.empty else f"{name}=…"
        for name, each in inspect.signature(called).parameters.items()
        if name != "self"
    ]
    return f"({', '.join(names)})"


def api_names() -> dict[str, Any]:
    """Return the public names of the plugin API."""
    return {name: getattr(plugin_api, name) for name in plugin_api.__all__}


def _api() -> str:
    rows = [(_code(name), _cell(_first(each))) for name, each in api_names().items()]
    return _rows(("name", "what it is"), rows)


def _first(thing: Any) -> str:
    if isinstance(thing, types.UnionType):
        return f"one of {', '.join(each.__name__ for each in thing.__args__)}"
    if isinstance(thing, str):
        return f"the permission “{thing}”"
    text = inspect.getdoc(thing) or ""
    first = text.split("\n\n")[0]
    return "" if first.startswith(f"{getattr(thing, '__name__', '')}(") else first


def _permissions() -> str:
    roles = (access.PROVIDER, access.WORKING_GROUP, access.TRANSLATOR, access.MANAGER, access.ADMIN)
    rows = [
        (_code(action), *("✓" if role in allowed else "" for role in roles), "✓" if action in access.GRAVE else "")
        for action, allowed in access.TABLE.items()
        if access.RESPONDENT not in allowed
    ]
    return _rows(("action", *(role.replace("_", " ") for role in roles), "asks again"), rows)


def _languages() -> str:
    rows = [
        (_code(each.tag), _cell(each.autonym), _cell(each.english), each.direction, "✓" if each.desk else "")
        for each in registry.registry().values()
    ]
    return _rows(("tag", "its own name", "in English", "direction", "desk"), rows)


def _audit() -> str:
    rows = [(_code(action), _cell(words)) for action, words in sorted(ACTIONS.items())]
    return _rows(("action", "what somebody did"), rows)


GENERATED: Mapping[str, Callable[[], str]] = {
    "commands": _commands,
    "settings": _settings,
    "problems": _problems,
    "metrics": _metrics,
    "hooks": _hooks,
    "context": _context,
    "api": _api,
    "permissions": _permissions,
    "languages": _languages,
    "audit": _audit,
}


def missing() -> list[str]:
    """Return what there is without an explanation: commands, options, settings, Problems, metrics, hooks, names."""
    found = []
    for name, command in commands():
        found += [] if command.help else [f"command {name}"]
        found += [
            f"option {name} {each.opts[0]}"
            for each in command.params
            if isinstance(each, click.Option) and not each.help
        ]
    found += [f"setting {row.name}" for row in TABLE if not row.help.strip()]
    found += [f"problem {code}" for code, kind in CATALOGUE.items() if not (kind.title and kind.message)]
    found += [f"metric {each.name}" for each in metrics() if not each.help.strip()]
    found += [f"hook {name}" for name, each in hooks().items() if not inspect.getdoc(each)]
    for name, member in context_methods().items():
        found += [f"context.{name}"] if _called(member) and not inspect.getdoc(_called(member)) else []
    found += [f"audit {action}" for action, words in ACTIONS.items() if not words]
    return found + [f"api {name}" for name, thing in api_names().items() if not _first(thing)]


def filled(text: str) -> str:
    """Return a page with its generated parts. Raises KeyError for a part that is not known."""
    return PLACE.sub(lambda found: GENERATED[found[1]](), text)


def _fill(_app: Any, _docname: str, source: list[str]) -> None:
    source[0] = filled(source[0])


def _speak(_app: Any, pagename: str, _template: str, context: dict[str, Any], _tree: Any) -> None:
    """Say in each page which language it is in."""
    if pagename.startswith("de/"):
        context["language"] = "de"


def setup(app: Any) -> dict[str, bool]:
    """Join Sphinx."""
    app.connect("source-read", _fill)
    app.connect("html-page-context", _speak)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
