"""Reading definition data with care: each reader returns a usable value and adds a located fault for what is not."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from typing import Any

from survey_service import languages
from survey_service.problems import D_, Said, said
from survey_service.questionnaire import expression, pictograms
from survey_service.questionnaire import media as medias
from survey_service.questionnaire.faults import Faults, shown
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
        *("autocomplete", "sensitive", "guidance", "choices_from", "trigger", "group", "concept", "pictogram", "media"),
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
        self.code_pictogram = ""
        self.named: set[str] = set()
        """The questions met so far, those with faults included: whoever refers to one of them is not at fault."""
        self.texts: dict[str, Text] = {}
        """The texts met so far, by address, with all their wordings; those the same in every language are left out."""

    def fault(self, raw: Mapping[str, Any], key: str, place: str, fault: Said, remedy: Said) -> None:
        line = raw.line_of(key) if hasattr(raw, "line_of") else 0
        self.faults.add(self.file, line, place, fault, remedy, key)

    def fill(self, value: str) -> str:
        """Put the present row's name in for ``{code}`` (pages with ``for_each``)."""
        return value.replace("{code}", self.code) if self.code else value

    def keys(self, raw: Mapping[str, Any], kind: str, place: str) -> None:
        for key in raw:
            if key not in KEYS[kind]:
                self.fault(raw, key, place, said(D_("the key “%(key)s” is unknown"), key=key), near(key, KEYS[kind]))

    def name(self, raw: Mapping[str, Any], place: str, pattern: re.Pattern[str] = NAME) -> str:
        value = raw.get("name")
        if not isinstance(value, str) or not pattern.fullmatch(self.fill(value)):
            self.fault(
                raw,
                "name",
                place,
                said(D_("the name %(name)s is not usable"), name=shown(value)),
                said(D_("letters, digits, “_”, “-” and “.”, a letter first, at most 64; put numbers in quotes")),
            )
            return ""
        return self.fill(value)

    def text(self, raw: Mapping[str, Any], key: str, address: str, *, required: bool = False) -> Text:
        value = raw.get(key)
        if value is None:
            if required:
                self.fault(
                    raw,
                    key,
                    address,
                    said(D_("there is no %(key)s"), key=key),
                    said(D_("add “%(text)s”"), text=f"{key}: {{de: …, en: …}}"),
                )
            return {}
        if value == "{label}":
            return self.code_label
        if isinstance(value, str):
            return {"*": value.strip()}
        if not isinstance(value, Mapping):
            self.fault(raw, key, address, said(D_("is not a text")), said(D_("write %(text)s"), text="{de: …, en: …}"))
            return {}
        for tag, part in value.items():
            if tag != "*" and tag not in languages.registry():
                fault = said(D_("the language %(tag)s is unknown"), tag=shown(tag))
                self.fault(raw, key, address, fault, said(D_("use a tag of the language registry")))
            if not isinstance(part, str) or not part.strip():
                fault = said(D_("the text in “%(tag)s” is empty or not a text"), tag=tag)
                self.fault(raw, key, address, fault, said(D_("write the text in quotes")))
                return {}
        text = merge(address, {tag: part.strip() for tag, part in value.items()}, self.catalogs)
        if "*" not in text:
            self.texts[address] = text
        return text

    def media(self, raw: Mapping[str, Any], place: str) -> Media:
        """Read which files stand beside a label: ``{image: map.png, audio: {de: a.mp3, ar: b.mp3}}``."""
        given, found = raw.get("media", {}), {}
        if not isinstance(given, Mapping) or not given.keys() <= set(medias.KINDS):
            remedy = said(D_("write the name of a file for one of: %(kinds)s"), kinds=", ".join(medias.KINDS))
            self.fault(raw, "media", place, said(D_("the media are not usable")), remedy)
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
                fault = said(D_("%(name)s is no file that was brought"), name=shown(name))
                self.fault(raw, "files", place, fault, said(D_("bring it on the desk")))
            else:
                found[str(name)] = file
        return found

    def expression(self, raw: Mapping[str, Any], key: str, place: str) -> expression.Expression | None:
        value = raw.get(key)
        if value is None:
            return None
        if not isinstance(value, str):
            self.fault(
                raw, key, place, said(D_("%(key)s is not an expression"), key=key), said(D_("write it in quotes"))
            )
            return None
        try:
            parsed = expression.parse(self.fill(value))
        except expression.ExpressionFault as error:
            fault = said(D_("%(key)s, character %(at)s: %(fault)s"), key=key, at=error.column, fault=error.message)
            self.fault(raw, key, place, fault, error.remedy)
            return None
        for used in sorted(parsed.lists - self.lists.keys()):
            fault = said(D_("%(key)s: there is no list “%(list)s”"), key=key, list=used)
            self.fault(raw, key, place, fault, said(D_("name a list under “choices:”")))
        if parsed.columns and key != "choice_filter":
            name = min(parsed.columns)
            remedy = said(D_("write ${%(name)s} for an answer, '%(name)s' for a text"), name=name)
            self.fault(
                raw, key, place, said(D_("%(key)s: the name “%(name)s” stands alone"), key=key, name=name), remedy
            )
        if parsed.uses_current and key != "constraint":
            remedy = said(D_("write ${name}; “.” belongs into a constraint"))
            self.fault(raw, key, place, said(D_("%(key)s: “.” has no meaning here"), key=key), remedy)
        return parsed

    def pictogram(self, raw: Mapping[str, Any], place: str) -> str:
        """Return the name of a bundled pictogram, "" for none; ``{pictogram}``: the row's (``for_each``)."""
        value = raw.get("pictogram", "")
        if value == "{pictogram}":
            return self.code_pictogram
        if not isinstance(value, str) or (value and value not in pictograms.all_pictograms()):
            fault = said(D_("the pictogram %(name)s is unknown"), name=shown(value))
            otherwise = said(D_("use a name of docs/pictograms.md"))
            self.fault(raw, "pictogram", place, fault, nearest(value, pictograms.all_pictograms(), otherwise))
            return ""
        return value

    def items(self, raw: Mapping[str, Any], key: str, place: str) -> list[Mapping[str, Any]]:
        value = raw.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, Mapping) for item in value):
            remedy = said(D_("begin each block of %(key)s with “- name: …”"), key=key)
            self.fault(raw, key, place, said(D_("%(key)s is not a list of blocks"), key=key), remedy)
            return []
        return value

    def choice_list(self, raw: Mapping[str, Any], key: str, address: str) -> tuple[Choice, ...]:
        choices: dict[str, Choice] = {}
        for item in self.items(raw, key, address):
            name = self.name(item, address, CHOICE_NAME)
            place = f"{address}/{name}"
            if name in choices:
                self.fault(
                    item, "name", place, said(D_("the choice stands twice")), said(D_("remove or rename one of them"))
                )
            columns = {}
            for column, value in item.items():
                if column in ("name", "label", "exclusive", "last", "pictogram", "media"):
                    continue
                if column in _TAKEN:
                    remedy = said(D_("give it another name: XLSForm tools use this one themselves"))
                    fault = said(D_("the column “%(column)s” is reserved"), column=column)
                    self.fault(item, column, place, fault, remedy)
                elif isinstance(value, str):
                    columns.update({column: value} if value else {})
                else:
                    fault = said(D_("the column “%(column)s” is not a text"), column=column)
                    self.fault(item, column, place, fault, said(D_("put its value in quotes")))
            for flag in ("exclusive", "last"):
                if not isinstance(item.get(flag, False), bool):
                    fault = said(D_("“%(flag)s” is neither true nor false"), flag=flag)
                    self.fault(item, flag, place, fault, said(D_("write true or false")))
            choices[name] = Choice(
                name=name,
                label=self.text(item, "label", f"{place}/label", required=True),
                exclusive=item.get("exclusive") is True,
                last=item.get("last") is True,
                columns=columns,
                pictogram=self.pictogram(item, place),
                media=self.media(item, place),
            )
        return tuple(choices.values())


def near(found: object, known: Iterable[str]) -> Said:
    """Return the remedy for something unknown: the nearest that is known, else all of them."""
    names = list(known)
    closest = difflib.get_close_matches(str(found), names, 1)
    if closest:
        return said(D_("did you mean “%(name)s”?"), name=closest[0])
    return said(D_("use one of: %(names)s"), names=", ".join(names) or "–")


def nearest(found: object, known: Iterable[str], otherwise: Said) -> Said:
    """Return the remedy for something unknown, where there are too many to name them all."""
    closest = difflib.get_close_matches(str(found), list(known), 1)
    return said(D_("did you mean “%(name)s”?"), name=closest[0]) if closest else otherwise
