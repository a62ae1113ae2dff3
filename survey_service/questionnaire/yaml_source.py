"""YAML files as located data: values know their line; YAML's surprises (``no`` as false, repeated keys) are off."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml
from yaml.composer import Composer, ComposerError
from yaml.constructor import SafeConstructor
from yaml.cyaml import CParser  # type: ignore[attr-defined]
from yaml.resolver import Resolver

from survey_service.problems import D_, said
from survey_service.questionnaire.faults import Faults

_MAX_BYTES = 5_000_000


class Located(dict[str, Any]):
    """A mapping that knows the line (from 1) where it begins and where each key stands."""

    line: int = 0
    lines: dict[str, int]

    def line_of(self, key: str) -> int:
        return self.lines.get(key, self.line)


class _Loader(Composer, CParser, SafeConstructor, Resolver):
    """YAML 1.2's core schema: only true and false are booleans, dates stay text. Aliases can hide a bomb: refused.

    libyaml reads the events, three times faster than in Python; nodes are composed here.
    """

    repeated: list[tuple[str, int]]

    def __init__(self, text: str) -> None:
        CParser.__init__(self, text)
        for part in (Composer, SafeConstructor, Resolver):
            part.__init__(self)

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            mark: Any = getattr(self.peek_event(), "start_mark", None)
            raise ComposerError(None, None, "aliases (*name) are not allowed", mark)
        return super().compose_node(parent, index)

    def construct_mapping_located(self, node: yaml.MappingNode) -> Any:
        value = Located()
        value.line = node.start_mark.line + 1
        value.lines = {}
        yield value
        for key_node, value_node in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, str):
                key = str(key_node.value)
            if key in value:
                self.repeated.append((key, key_node.start_mark.line + 1))
            value.lines[key] = key_node.start_mark.line + 1
            value[key] = self.construct_object(value_node, deep=True)


_Loader.add_constructor("tag:yaml.org,2002:map", _Loader.construct_mapping_located)  # type: ignore[type-var]
_Loader.yaml_implicit_resolvers = {
    first: [
        (tag, pattern)
        for tag, pattern in resolvers
        if tag not in ("tag:yaml.org,2002:bool", "tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:merge")
    ]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))


def read(path: Path, faults: Faults) -> Located | None:
    """Read one file; on any fault add it to ``faults`` and return None."""
    try:
        content = path.read_bytes()
        if len(content) > _MAX_BYTES:
            faults.add(
                path.name, 0, "", said(D_("larger than %(limit)s bytes"), limit=_MAX_BYTES), said(D_("split it"))
            )
            return None
        loader = _Loader(content.decode("utf-8-sig"))
        loader.repeated = []
        value = loader.get_single_data()
    except (OSError, UnicodeDecodeError) as error:
        fault = said(D_("cannot be read (%(reason)s)"), reason=str(error))
        faults.add(path.name, 0, "", fault, said(D_("save it as UTF-8 and make it readable")))
        return None
    except RecursionError:
        faults.add(path.name, 0, "", said(D_("nested too deeply")), said(D_("remove the nesting")))
        return None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        reason = str(getattr(error, "problem", None) or error)
        fault = said(D_("this is no YAML (%(reason)s)"), reason=reason)
        remedy = said(D_("check indentation, colons and quotes there"))
        faults.add(path.name, mark.line + 1 if mark else 0, "", fault, remedy)
        return None
    for key, line in loader.repeated:
        fault = said(D_("the key “%(key)s” stands twice in one block"), key=key)
        faults.add(path.name, line, key, fault, said(D_("remove one of them")))
    if not isinstance(value, Located):
        remedy = said(D_("begin it with “questionnaire: name”"))
        faults.add(path.name, 1, "", said(D_("is not a mapping of keys to values")), remedy)
        return None
    return value
