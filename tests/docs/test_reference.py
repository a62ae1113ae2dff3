"""The reference: everything there is has an explanation and stands in it; what pages name exists."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from survey_service.accounts import access
from survey_service.hooks import events
from survey_service.problems import CATALOGUE
from survey_service.settings import TABLE
from survey_service.web.manage.audit_words import ACTIONS
from tests.advising.test_advising import declared
from tests.docs.pages import DOCS, PAGES, ROOT, anchors, load_tables, sections, tokens

tables = load_tables()
COMMANDS: dict[str, click.Command] = dict(tables.commands())
FILES = {"csv", "js", "json", "jsonl", "key", "md", "py", "read", "toml", "xlsx", "yaml", "zip"}
PROXY = set(re.findall(r"\{\$SURVEY_([A-Z_]+)", (DOCS / "deploy" / "Caddyfile").read_text("utf-8")))
"""What the Caddyfile takes from the environment."""
OUTSIDE = ("http://", "https://", "mailto:")


def test_nothing_is_without_an_explanation() -> None:
    assert tables.missing() == []


def test_all_there_is_stands_in_the_reference() -> None:
    pages = "\n".join(tables.filled(path.read_text("utf-8")) for path in sorted(DOCS.glob("reference-*.md")))
    named = {child.content for token in tokens(pages) for child in token.children or () if child.type == "code_inline"}
    for name, command in COMMANDS.items():
        assert f"survey-service {name}" in named
        options = [each for each in command.params if isinstance(each, click.Option) and not each.hidden]
        assert {", ".join(each.opts) for each in options} <= named, name
    assert {row.name for row in TABLE} - {"testing"} <= named
    assert set(CATALOGUE) <= named
    assert set(ACTIONS) <= named
    assert {each.name for each in tables.metrics()} <= named
    assert {"survey_requests", "survey_request_seconds", "survey_store_healthy"} <= named
    assert set(tables.hooks()) == {"report_info", "report_run"}
    assert set(tables.hooks()) <= named
    assert set(tables.api_names()) <= named
    assert {name.partition("(")[0] for name in named} >= set(tables.context_methods())
    assert {name for name, allowed in access.TABLE.items() if access.RESPONDENT not in allowed} <= named


def test_the_architecture_names_every_package_and_every_floor() -> None:
    text = (DOCS / "architecture.md").read_text("utf-8")
    here = [
        path for path in (ROOT / "survey_service").iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()
    ]
    assert {f"`{path.stem}`" for path in here if path.stem != "__init__"} <= set(re.findall(r"`[a-z]+`", text))
    for name in re.findall(r"`([a-z_]+/[\w/]+\.py)`", text):
        assert (ROOT / "survey_service" / name).exists(), name


def test_an_unknown_part_is_refused() -> None:
    assert "survey_requests" in tables.filled("a\n<!-- generated: metrics -->\nb")
    with pytest.raises(KeyError):
        tables.filled("<!-- generated: nonsense -->")


@pytest.mark.parametrize(
    "path", [*PAGES, ROOT / "README.md", ROOT / "CONTRIBUTING.md"], ids=lambda path: str(path.relative_to(ROOT))
)
def test_what_a_page_names_exists(path: Path) -> None:
    text = path.read_text("utf-8")
    for section in sections(path):
        for link in section.links:
            if not link.startswith(OUTSIDE):
                target, _, anchor = link.partition("#")
                found = (path.parent / target).resolve() if target else path
                assert found.is_file(), f"{link} leads nowhere"
                assert not anchor or anchor in anchors(found), f"{link}: no such heading"
        for block in section.blocks:
            for line in block.replace("\\\n", " ").splitlines():
                _check_command(line)
    settings = {row.name.upper() for row in TABLE} | {"INSTANCE"} | PROXY
    assert set(re.findall(r"\bSURVEY_([A-Z_]*[A-Z])\b", text)) <= settings
    for name in re.findall(r"`((?:survey_service|tests|plugins|forms|translations)/[\w./-]+)`", text):
        assert (ROOT / name).exists(), f"no such file: {name}"
    codes = re.findall(r"`([a-z]+\.[a-z_]+)`", text)
    groups = {code.partition(".")[0] for code in CATALOGUE}
    tops = {code for code in codes if code.partition(".")[0] in groups and not _is_other(code)}
    assert tops <= set(CATALOGUE), f"no such Problem: {tops - set(CATALOGUE)}"


def _is_other(code: str) -> bool:
    """Tell whether a dotted name is a file, an action of the audit log, an event, a finding of `check`, or an attribute
    of an offer."""
    others = (ACTIONS, events.KINDS, declared(), ("access.no_status", "access.status_needed"))
    return code.rpartition(".")[2] in FILES or any(code in known for known in others)


def _check_command(line: str) -> None:
    """Check the first command of a line of a code block: its name and its long options."""
    found = re.search(r"(?:^|[\s/;(])survey-service\s+([a-z].*)", line.split(" #")[0])
    if found is None:
        return
    words = shlex.split(found[1].split("|")[0].split("&&")[0].strip(), posix=True)
    command = COMMANDS.get(words[0]) or COMMANDS.get(" ".join(words[:2]))
    assert command is not None, f"no such command: {line.strip()}"
    known = {option for each in command.params for option in [*each.opts, *each.secondary_opts]} | {"--help", "-h"}
    used = {word.partition("=")[0].strip("[]") for word in words if word.strip("[").startswith("--")}
    assert used <= known, f"no such option: {used - known} in: {line.strip()}"
