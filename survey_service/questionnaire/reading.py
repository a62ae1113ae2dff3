"""Reading definition data with care: each reader returns a usable value and adds a located fault for what is not."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from typing import Any

from survey_service import languages
from survey_service.questionnaire import expression
from survey_service.questionnaire import media as medias
from survey_service.questionnaire.faults import Faults
from survey_service.questionnaire.model import Choice, Media, MediaFile, Text
from survey_service.questionnaire.texts import Catalogs, merge

KEYS: Mapping[str, tuple[str, ...]] = {
    "questionnaire": (
        *("questionnaire", "audience", "languages", "label", "hint", "minutes", "choices", "pages", "screen_outs"),
        *("consent", "groups", "files"),
    ),
    "page": ("name", "label", "hint", "relevant", "questions", "for_each", "group", "implied"),
    "group": ("name", "label", "hint", "relevant", "parent", "repeat", "count", "appearance"),
    "question": (
        *("type", "name", "label", "hint", "required", "required_message", "relevant", "constraint"),
        *("constraint_message", "choices", "choice_filter", "calculation", "default", "appearance", "parameters"),
        *("autocomplete", "sensitive", "guidance", "choices_from", "trigger", "group", "concept", "media"),
    ),
    "screen-out": ("name", "when", "label", "hint"),
}
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}")
CONCEPT = re.compile(rf"{NAME.pattern}(/{NAME.pattern})?")
_TAKEN = frozenset(
    {"fields", "parent", "children", *medias.COLUMNS, "sms_option", "extra_data", "list_name", "everywhere"}
)
CHOICE_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")


class Reader:
    """Reads one file's keys, names, texts, expressions and choice lists; it never raises for bad content."""

    def __init__(
        self, file: str, faults: Faults, lists: Mapping[str, tuple[Choice, ...]], catalogs: Catalogs | None = None
    ) -> None:
        self.file, self.faults, self.lists, self.catalogs = file, faults, dict(lists), catalogs or {}
        self.code = ""
        self.code_label: Text = {}
        self.named: set[str] = set()
        """The questions met so far, those with faults included: whoever refers to one of them is not at fault."""
        self.texts: dict[str, Text] = {}
        """The texts met so far, by address, with all their wordings; those the same in every language are left out."""

    def fault(self, raw: Mapping[str, Any], key: str, place: str, fault: str, remedy: str) -> None:
        line = raw.line_of(key) if hasattr(raw, "line_of") else 0
        self.faults.add(self.file, line, place, fault, remedy)

    def fill(self, value: str) -> str:
        """Put the present row's name in for ``{code}`` (pages with ``for_each``)."""
        return value.replace("{code}", self.code) if self.code else value

    def keys(self, raw: Mapping[str, Any], kind: str, place: str) -> None:
        for key in raw:
            if key not in KEYS[kind]:
                near = difflib.get_close_matches(key, KEYS[kind], 1)
                remedy = f"did you mean “{near[0]}”?" if near else f"a {kind} has: {', '.join(KEYS[kind])}"
                self.fault(raw, key, place, f"the key “{key}” is unknown", remedy)

    def name(self, raw: Mapping[str, Any], place: str, pattern: re.Pattern[str] = NAME) -> str:
        value = raw.get("name")
        if not isinstance(value, str) or not pattern.fullmatch(self.fill(value)):
            self.fault(
                raw, "name", place, f"the name {value!r} is not usable",
                "letters, digits, “_”, “-” and “.”, a letter first, at most 64; put numbers in quotes",
            )  # fmt: skip
            return ""
        return self.fill(value)

    def text(self, raw: Mapping[str, Any], key: str, address: str, *, required: bool = False) -> Text:
        value = raw.get(key)
        if value is None:
            if required:
                self.fault(raw, key, address, f"there is no {key}", f"add “{key}: {{de: …, en: …}}”")
            return {}
        if value == "{label}":
            return self.code_label
        if isinstance(value, str):
            return {"*": value.strip()}
        if not isinstance(value, Mapping):
            self.fault(raw, key, address, "is not a text", "write {de: …, en: …}")
            return {}
        for tag, part in value.items():
            if tag != "*" and tag not in languages.registry():
                self.fault(raw, key, address, f"the language “{tag}” is unknown", "use a tag of the language registry")
            if not isinstance(part, str) or not part.strip():
                self.fault(raw, key, address, f"the text in “{tag}” is empty or not a text", "write the text in quotes")
                return {}
        text = merge(address, {tag: part.strip() for tag, part in value.items()}, self.catalogs)
        if "*" not in text:
            self.texts[address] = text
        return text

    def media(self, raw: Mapping[str, Any], place: str) -> Media:
        """Read which files stand beside a label: ``{image: map.png, audio: {de: a.mp3, ar: b.mp3}}``."""
        given, found = raw.get("media", {}), {}
        if not isinstance(given, Mapping) or not given.keys() <= set(medias.KINDS):
            remedy = f"write the name of a file for one of: {', '.join(medias.KINDS)}"
            self.fault(raw, "media", place, "the media are not usable", remedy)
            return {}
        for kind, names in given.items():
            names = {"*": self.fill(names)} if isinstance(names, str) else names
            fault = medias.fault(names)
            if fault:
                self.fault(raw, "media", f"{place}/{kind}", *fault)
            else:
                found[kind] = dict(names)
        return found

    def files(self, raw: Mapping[str, Any], place: str) -> Mapping[str, MediaFile]:
        """Read the files that were brought, as the desk writes them."""
        found = {}
        given = raw.get("files", {})
        for name, facts in given.items() if isinstance(given, Mapping) else ():
            file = medias.file_of(facts)
            if file is None:
                self.fault(raw, "files", place, f"{name!r} is no file that was brought", "bring it on the desk")
            else:
                found[str(name)] = file
        return found

    def expression(self, raw: Mapping[str, Any], key: str, place: str) -> expression.Expression | None:
        value = raw.get(key)
        if value is None:
            return None
        if not isinstance(value, str):
            self.fault(raw, key, place, f"{key} is not an expression", "write it in quotes")
            return None
        try:
            parsed = expression.parse(self.fill(value))
        except expression.ExpressionFault as error:
            self.fault(raw, key, place, f"{key}, column {error.column}: {error.message}", error.remedy)
            return None
        for used in sorted(parsed.lists - self.lists.keys()):
            self.fault(raw, key, place, f"{key}: there is no list “{used}”", "name a list under “choices:”")
        if parsed.columns and key != "choice_filter":
            name = min(parsed.columns)
            remedy = f"write ${{{name}}} for an answer, '{name}' for a text"
            self.fault(raw, key, place, f"{key}: the name “{name}” stands alone", remedy)
        if parsed.uses_current and key != "constraint":
            self.fault(
                raw, key, place, f"{key}: “.” has no meaning here", "write ${name}; “.” belongs into a constraint"
            )
        return parsed

    def items(self, raw: Mapping[str, Any], key: str, place: str) -> list[Mapping[str, Any]]:
        value = raw.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, Mapping) for item in value):
            self.fault(raw, key, place, f"{key} is not a list of blocks", f"begin each block of {key} with “- name: …”")
            return []
        return value

    def choice_list(self, raw: Mapping[str, Any], key: str, address: str) -> tuple[Choice, ...]:
        choices: dict[str, Choice] = {}
        for item in self.items(raw, key, address):
            name = self.name(item, address, CHOICE_NAME)
            place = f"{address}/{name}"
            if name in choices:
                self.fault(item, "name", place, "the choice stands twice", "remove or rename one of them")
            columns = {}
            for column, value in item.items():
                if column in ("name", "label", "exclusive", "last", "media"):
                    continue
                if column in _TAKEN:
                    remedy = "give it another name: XLSForm tools use this one themselves"
                    self.fault(item, column, place, f"the column “{column}” is reserved", remedy)
                elif isinstance(value, str):
                    columns.update({column: value} if value else {})
                else:
                    self.fault(item, column, place, f"the column “{column}” is not a text", "put its value in quotes")
            for flag in ("exclusive", "last"):
                if not isinstance(item.get(flag, False), bool):
                    self.fault(item, flag, place, f"“{flag}” is neither true nor false", "write true or false")
            choices[name] = Choice(
                name=name,
                label=self.text(item, "label", f"{place}/label", required=True),
                exclusive=item.get("exclusive") is True,
                last=item.get("last") is True,
                columns=columns,
                media=self.media(item, place),
            )
        return tuple(choices.values())
