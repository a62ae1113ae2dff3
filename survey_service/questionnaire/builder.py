"""Definition data → model. The same for a YAML file and for a stored revision (the same format as JSON)."""

from __future__ import annotations

import dataclasses
import datetime as dt
import difflib
from collections.abc import Mapping
from typing import Any

from survey_service import languages
from survey_service.questionnaire.expression import Expression
from survey_service.questionnaire.model import Choice, Group, Page, Question, Questionnaire, ScreenOut
from survey_service.questionnaire.question_types import MESSAGES, TYPES, Unreadable
from survey_service.questionnaire.reading import CONCEPT, NAME, Reader
from survey_service.questionnaire.values import Answer

AUDIENCES = ("newcomers", "providers", "experts", "working_groups")
APPEARANCES = (
    *("", "multiline", "likert", "minimal", "quick", "label", "list-nolabel", "numbers", "email", "url", "tel"),
    *("month-year", "year"),
)
PARAMETERS = {
    "max_length": ("text",),
    "min": ("integer", "decimal", "range"),
    "max": ("integer", "decimal", "range"),
    "step": ("range",),
    "min_selected": ("select_multiple", "rank"),
    "max_selected": ("select_multiple", "rank"),
    "randomize": ("select_one", "select_multiple", "rank"),
}


def _needs_label(raw: Mapping[str, Any], kind: str) -> bool:
    return kind == "note" or (TYPES[kind].asks and raw.get("appearance") != "label")


class Builder(Reader):
    """Builds one file's model and adds every fault it meets to ``faults``."""

    def question(self, raw: Mapping[str, Any], page_address: str) -> Question | None:
        address = f"{page_address}/{raw.get('name', '?')}"
        self.keys(raw, "question", address)
        name = self.name(raw, address)
        self.named.add(name)
        kind = raw.get("type")
        if not isinstance(kind, str) or kind not in TYPES:
            near = difflib.get_close_matches(str(kind), TYPES, 1)
            remedy = f"did you mean “{near[0]}”?" if near else f"use one of: {', '.join(TYPES)}"
            self.fault(raw, "type", address, f"the type {kind!r} is unknown", remedy)
            return None
        if not name:
            return None
        list_name, choices = self._question_choices(raw, kind, address)
        required: Any = raw.get("required", False)
        if not isinstance(required, bool):
            required = self.expression(raw, "required", address) or False
        question = Question(
            type=kind,
            name=name,
            label=self.text(raw, "label", f"{address}/label", required=_needs_label(raw, kind)),
            hint=self.text(raw, "hint", f"{address}/hint"),
            guidance=self.text(raw, "guidance", f"{address}/guidance"),
            required=required,
            required_message=self.text(raw, "required_message", f"{address}/required_message"),
            relevant=self.expression(raw, "relevant", address),
            constraint=self.expression(raw, "constraint", address),
            constraint_message=self.text(raw, "constraint_message", f"{address}/constraint_message"),
            list_name=list_name,
            choices=choices,
            choices_from=self.fill(str(raw.get("choices_from", ""))),
            choice_filter=self.expression(raw, "choice_filter", address),
            calculation=self.expression(raw, "calculation", address),
            trigger=self.fill(str(raw.get("trigger", ""))),
            default=self._default(raw, address),
            appearance=raw.get("appearance", ""),
            parameters=self._parameters(raw, kind, address),
            autocomplete=str(raw.get("autocomplete", "")),
            sensitive=raw.get("sensitive", False) is True,
            group=str(raw.get("group", "")),
            concept=self.fill(str(raw.get("concept", ""))),
            media=self.media(raw, address),
        )
        self._check_question(raw, question, address)
        return question

    def _question_choices(self, raw: Mapping[str, Any], kind: str, address: str) -> tuple[str, tuple[Choice, ...]]:
        list_name = raw.get("choices")
        if TYPES[kind].needs_choices and list_name is None and raw.get("choices_from"):
            return "", ()
        if not TYPES[kind].needs_choices:
            if list_name is not None:
                self.fault(raw, "choices", address, f"a question of type {kind} has no choices", "remove “choices”")
            return "", ()
        if not isinstance(list_name, str) or self.fill(list_name) not in self.lists:
            near = difflib.get_close_matches(str(list_name), self.lists, 1)
            remedy = f"did you mean “{near[0]}”?" if near else "name a list under “choices:” or a vocabulary"
            self.fault(raw, "choices", address, f"there is no choice list {list_name!r}", remedy)
            return "", ()
        return self.fill(list_name), self.lists[self.fill(list_name)]

    def _default(self, raw: Mapping[str, Any], address: str) -> Answer | Expression:
        """Read a default: a literal answer, or ``{expression: …}``."""
        value = raw.get("default")
        if not isinstance(value, Mapping):
            return value
        if value.keys() != {"expression"}:
            self.fault(raw, "default", address, "the default is no answer", "write a value, or {expression: …}")
            return None
        return self.expression({"default": value["expression"]}, "default", address)

    def _parameters(self, raw: Mapping[str, Any], kind: str, address: str) -> Mapping[str, Any]:
        parameters = raw.get("parameters", {})
        if not isinstance(parameters, Mapping):
            self.fault(raw, "parameters", address, "parameters is not a block", "write {max_length: 300}")
            return {}
        for name, value in parameters.items():
            if kind not in PARAMETERS.get(name, ()):
                known = [known for known, kinds in PARAMETERS.items() if kind in kinds]
                remedy = f"{kind} takes: {', '.join(known) or 'none'}"
                self.fault(raw, "parameters", address, f"the parameter “{name}” is unknown for {kind}", remedy)
            elif not isinstance(value, bool if name == "randomize" else int | float):
                self.fault(
                    raw, "parameters", address, f"the parameter “{name}” has the value {value!r}", "write a number"
                )
        return dict(parameters)

    def _check_question(self, raw: Mapping[str, Any], question: Question, address: str) -> None:
        if question.appearance not in APPEARANCES:
            self.fault(
                raw, "appearance", address, f"the appearance {question.appearance!r} is unknown",
                f"use one of: {', '.join(filter(None, APPEARANCES))}",
            )  # fmt: skip
        if question.concept and not CONCEPT.fullmatch(question.concept):
            remedy = "name a questionnaire and a question: needs/B02"
            self.fault(raw, "concept", address, f"the concept {question.concept!r} is not usable", remedy)
        if question.type == "calculate" and question.calculation is None and "calculation" not in raw:
            self.fault(raw, "type", address, "there is nothing to calculate", "add “calculation: …”")
        if question.default is not None and not isinstance(question.default, Expression) and TYPES[question.type].asks:
            try:
                TYPES[question.type].read(question, question.default, question.choices, dt.date(2000, 1, 1))
            except Unreadable as fault:
                self.fault(
                    raw, "default", address, f"the default {question.default!r} is no answer", MESSAGES[fault.code]
                )
        if question.choice_filter is not None:
            columns = {column for choice in question.choices for column in choice.filter_columns}
            for column in sorted(question.choice_filter.columns - columns):
                self.fault(
                    raw, "choice_filter", address, f"no choice has the column “{column}”",
                    f"the list has: {', '.join(sorted(columns))}",
                )  # fmt: skip

    def page(self, raw: Mapping[str, Any], questionnaire: str) -> Page:
        address = f"{questionnaire}/{raw.get('name', '?')}"
        self.keys(raw, "page", address)
        raw_questions = self.items(raw, "questions", address)
        if not raw_questions:
            self.fault(raw, "questions", address, "the page has no questions", "add at least one")
        questions = [self.question(item, address) for item in raw_questions]
        return Page(
            name=self.name(raw, address),
            label=self.text(raw, "label", f"{address}/label"),
            hint=self.text(raw, "hint", f"{address}/hint"),
            relevant=self.expression(raw, "relevant", address),
            questions=tuple(question for question in questions if question is not None),
            group=str(raw.get("group", "")),
            implied=raw.get("implied") is True,
        )

    def group(self, raw: Mapping[str, Any], questionnaire: str) -> Group:
        address = f"{questionnaire}/groups/{raw.get('name', '?')}"
        self.keys(raw, "group", address)
        name = self.name(raw, address)
        repeat = raw.get("repeat") is True
        if repeat:
            self.named.add(name)
        elif "count" in raw:
            self.fault(raw, "count", address, "only a repeat has a count", "add “repeat: true”, or remove “count”")
        return Group(
            name=name,
            label=self.text(raw, "label", f"{address}/label"),
            hint=self.text(raw, "hint", f"{address}/hint"),
            relevant=self.expression(raw, "relevant", address),
            parent=str(raw.get("parent", "")),
            repeat=repeat,
            count=self.expression(raw, "count", address),
            appearance=str(raw.get("appearance", "")),
        )

    def pages(self, raw: Mapping[str, Any], questionnaire: str) -> tuple[Page, ...]:
        pages = []
        for item in self.items(raw, "pages", questionnaire):
            vocabulary = item.get("for_each")
            if vocabulary is None:
                pages.append(self.page(item, questionnaire))
            elif not isinstance(vocabulary, str) or vocabulary not in self.lists:
                place = f"{questionnaire}/{item.get('name', '?')}"
                self.fault(item, "for_each", place, f"there is no choice list {vocabulary!r}", "name a vocabulary")
            else:
                for choice in self.lists[vocabulary]:
                    self.code, self.code_label = choice.name, choice.label
                    pages.append(self.page(item, questionnaire))
                self.code, self.code_label = "", {}
        return tuple(pages)

    def screen_out(self, raw: Mapping[str, Any], questionnaire: str) -> ScreenOut | None:
        address = f"{questionnaire}/screen_outs/{raw.get('name', '?')}"
        self.keys(raw, "screen-out", address)
        when = self.expression(raw, "when", address)
        if when is None:
            if "when" not in raw:
                self.fault(raw, "when", address, "there is no condition", "add “when: …”")
            return None
        return ScreenOut(
            name=self.name(raw, address),
            when=when,
            label=self.text(raw, "label", f"{address}/label", required=True),
            hint=self.text(raw, "hint", f"{address}/hint"),
        )

    def questionnaire(self, raw: Mapping[str, Any]) -> Questionnaire:
        """Build the questionnaire; look at ``faults`` before using it."""
        name = str(raw.get("questionnaire", ""))
        self.keys(raw, "questionnaire", name)
        if not NAME.fullmatch(name):
            self.fault(raw, "questionnaire", "questionnaire", f"the name {name!r} is not usable", "use the file's name")
        if raw.get("audience") not in AUDIENCES:
            self.fault(
                raw,
                "audience",
                name,
                f"the audience {raw.get('audience')!r} is unknown",
                f"use one of: {', '.join(AUDIENCES)}",
            )
        local = raw.get("choices", {})
        if not isinstance(local, Mapping):
            self.fault(raw, "choices", name, "choices is not a block of lists", "write “choices: {list: [...]}”")
            local = {}
        for list_name in local:
            self.lists[list_name] = self.choice_list(local, list_name, f"{name}/choices/{list_name}")
        pages = self.pages(raw, name)
        groups = tuple(self.group(item, name) for item in self.items(raw, "groups", name))
        ends = [self.screen_out(item, name) for item in self.items(raw, "screen_outs", name)]
        questionnaire = Questionnaire(
            name=name,
            audience=str(raw.get("audience")),
            languages=self._languages(raw, name),
            label=self.text(raw, "label", f"{name}/label", required=True),
            hint=self.text(raw, "hint", f"{name}/hint"),
            minutes=self._minutes(raw, name),
            consent=str(raw.get("consent", "")),
            pages=pages,
            screen_outs=tuple(end for end in ends if end is not None),
            groups=groups,
            files=self.files(raw, name),
        )
        used = {question.list_name for question in questionnaire.questions.values() if question.list_name}
        used |= {read for _, _, expression in questionnaire.expressions() for read in expression.lists}
        lists = {list_name: self.lists[list_name] for list_name in sorted(used & self.lists.keys())}
        return dataclasses.replace(questionnaire, lists=lists)

    def _languages(self, raw: Mapping[str, Any], name: str) -> tuple[str, ...]:
        tags = raw.get("languages")
        if not isinstance(tags, list) or not tags:
            self.fault(raw, "languages", name, "no languages are named", "add “languages: [de, en]”")
            return ()
        known = [tag for tag in tags if isinstance(tag, str) and tag in languages.registry()]
        for tag in tags:
            if tag not in known:
                near = difflib.get_close_matches(str(tag), languages.registry(), 1)
                remedy = f"did you mean “{near[0]}”?" if near else "use a tag of the language registry"
                self.fault(raw, "languages", name, f"the language {tag!r} is unknown", remedy)
        return tuple(known)

    def _minutes(self, raw: Mapping[str, Any], name: str) -> tuple[int, int]:
        value = raw.get("minutes", [1, 5])
        if isinstance(value, list) and len(value) == 2 and all(isinstance(part, int) for part in value):
            return value[0], value[1]
        self.fault(raw, "minutes", name, "minutes is not a pair of numbers", "write [5, 7]")
        return 1, 5
