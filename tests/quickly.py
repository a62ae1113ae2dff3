"""What thousands of tests would each make anew, and what is always the same: made once for a run.

An address that was parsed, the builder of an address, a compiled template, the bundled questionnaires: each depends on
its source only, which is part of the key by which it is kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import CodeType
from typing import Any

import pytest
from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from werkzeug.routing import Rule
from werkzeug.routing.rules import RulePart

from survey_service.paths import bundled
from survey_service.questionnaire.loader import Library, load_folder
from survey_service.translating import workbench
from survey_service.web import context


@pytest.fixture(autouse=True, scope="session")
def applications_begin_quickly() -> Iterator[None]:
    """Let many applications share what each would make anew."""
    builders: dict[Any, Any] = {}
    parse, compile_builder, create_environment = Rule._parse_rule, Rule._compile_builder, Flask.create_jinja_environment
    parsed: dict[str, _Parsed] = {}
    kept = _KeptTemplates()

    def parts(self: Rule, rule: str) -> list[RulePart]:
        known = parsed.get(rule)
        if known is None or not known.holds_for(self):
            known = parsed[rule] = _Parsed(self, rule, parse)
        known.tell(self)
        return known.parts

    def compiled(self: Rule, append_unknown: bool = True) -> Any:
        key = (tuple(self._trace), append_unknown, tuple(sorted((self.defaults or {}).items())))
        if key not in builders:
            builders[key] = compile_builder(self, append_unknown)
        return builders[key]

    def environment(self: Flask) -> Any:
        made = create_environment(self)
        made.bytecode_cache = kept
        return made

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rule, "_parse_rule", parts)
        patch.setattr(Rule, "_compile_builder", compiled)
        patch.setattr(Flask, "create_jinja_environment", environment)
        for module in (context, workbench):
            patch.setattr(module, "load_folder", _Folders().load)
        yield


class _Parsed:
    """A parsed address: its parts, and what parsing it tells its rule."""

    def __init__(self, rule: Rule, text: str, parse: Any) -> None:
        before = Rule(rule.rule)
        before.map, before._trace, before._converters = rule.map, [], {}
        before.arguments = set()
        self.parts = list(parse(before, text))
        self.trace, self.converters, self.arguments = before._trace, before._converters, before.arguments
        self.known = dict(rule.map.converters)

    def holds_for(self, rule: Rule) -> bool:
        """Tell whether the converters of the rule's map are those it was parsed with."""
        return rule.map is not None and rule.map.converters == self.known

    def tell(self, rule: Rule) -> None:
        rule._trace.extend(self.trace)
        rule._converters.update(self.converters)
        rule.arguments.update(self.arguments)


class _KeptTemplates(BytecodeCache):
    """Compiled templates in memory, by name and the hash of their source."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self.kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        assert bucket.code is not None
        self.kept[bucket.key, bucket.checksum] = bucket.code


class _Folders:
    """Loads folders of questionnaires; the bundled one, as it is in the repository, once in each manner."""

    def __init__(self) -> None:
        self.kept: dict[tuple[bool, bool], Library] = {}

    def load(self, folder: Path, *, catalogs: bool = True, gate: bool = True, edits: Any = None) -> Library:
        if edits or folder != bundled("forms"):
            return load_folder(folder, catalogs=catalogs, gate=gate, edits=edits)
        manner = (catalogs, gate)
        if manner not in self.kept:
            self.kept[manner] = load_folder(folder, catalogs=catalogs, gate=gate)
        return self.kept[manner]
