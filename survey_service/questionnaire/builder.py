"""Definition data → model. The same for a YAML file and for a stored revision (the same format as JSON)."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from typing import Any

from survey_service import languages
from survey_service.problems import D_, Said, said
from survey_service.questionnaire.expression import Expression
from survey_service.questionnaire.faults import shown
from survey_service.questionnaire.model import Choice, Group, Page, Question, Questionnaire, ScreenOut
from survey_service.questionnaire.question_types import MESSAGES, TYPES, Unreadable
from survey_service.questionnaire.reading import CONCEPT, NAME, Reader, near, nearest
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
    "alphabetical": ("select_one", "select_multiple", "rank"),
}
FLAGS = ("randomize", "alphabetical")
"""The parameters that are true or false; all others are numbers."""


_NO_LIST = D_("there is no choice list %(list)s")


def _reason(unreadable: Unreadable) -> Said:
    """Return why a default is no answer, with the names of choices."""
    values = {key: value.name if isinstance(value, Choice) else value for key, value in unreadable.values.items()}
    return Said(MESSAGES[unreadable.code], values)


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
            self.fault(
                raw, "type", address, said(D_("the type %(type)s is unknown"), type=shown(kind)), near(kind, TYPES)
            )
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
            pictogram=self.pictogram(raw, address),
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
                fault = said(D_("a question of type %(type)s has no choices"), type=kind)
                self.fault(raw, "choices", address, fault, said(D_("remove “choices”")))
            return "", ()
        if not isinstance(list_name, str) or self.fill(list_name) not in self.lists:
            remedy = nearest(list_name, self.lists, said(D_("name a list under “choices:” or a vocabulary")))
            self.fault(raw, "choices", address, said(_NO_LIST, list=shown(list_name)), remedy)
            return "", ()
        return self.fill(list_name), self.lists[self.fill(list_name)]

    def _default(self, raw: Mapping[str, Any], address: str) -> Answer | Expression:
        """Read a default: a literal answer, or ``{expression: …}``."""
        value = raw.get("default")
        if not isinstance(value, Mapping):
            return value
        if value.keys() != {"expression"}:
            fault = said(D_("the default is no answer"))
            self.fault(raw, "default", address, fault, said(D_("write a value, or {expression: …}")))
            return None
        return self.expression({"default": value["expression"]}, "default", address)

    def _parameters(self, raw: Mapping[str, Any], kind: str, address: str) -> Mapping[str, Any]:
        parameters = raw.get("parameters", {})
        if not isinstance(parameters, Mapping):
            fault = said(D_("parameters is not a block"))
            self.fault(raw, "parameters", address, fault, said(D_("write %(text)s"), text="{max_length: 300}"))
            return {}
        for name, value in parameters.items():
            if kind not in PARAMETERS.get(name, ()):
                known = (known for known, kinds in PARAMETERS.items() if kind in kinds)
                fault = said(D_("the parameter “%(parameter)s” is unknown for %(type)s"), parameter=name, type=kind)
                self.fault(raw, "parameters", address, fault, near(name, known))
            elif not isinstance(value, bool if name in FLAGS else int | float):
                fault = said(D_("the parameter “%(parameter)s” is %(value)s"), parameter=name, value=shown(value))
                remedy = said(D_("write true or false")) if name in FLAGS else said(D_("write a number"))
                self.fault(raw, "parameters", address, fault, remedy)
        if all(parameters.get(name) for name in FLAGS):
            fault = said(D_("the order is both that of chance and that of the alphabet"))
            self.fault(raw, "parameters", address, fault, said(D_("write one of them")))
        return dict(parameters)

    def _check_question(self, raw: Mapping[str, Any], question: Question, address: str) -> None:
        if question.appearance not in APPEARANCES:
            fault = said(D_("the appearance %(appearance)s is unknown"), appearance=shown(question.appearance))
            self.fault(raw, "appearance", address, fault, near(question.appearance, filter(None, APPEARANCES)))
        if question.concept and not CONCEPT.fullmatch(question.concept):
            fault = said(D_("the concept “%(concept)s” is not usable"), concept=question.concept)
            remedy = said(D_("name a questionnaire and a question: needs/B02"))
            self.fault(raw, "concept", address, fault, remedy)
        if question.type == "calculate" and question.calculation is None and "calculation" not in raw:
            fault = said(D_("there is nothing to calculate"))
            self.fault(raw, "type", address, fault, said(D_("add “%(text)s”"), text="calculation: …"))
        if question.default is not None and not isinstance(question.default, Expression) and TYPES[question.type].asks:
            try:
                TYPES[question.type].read(question, question.default, question.choices, dt.date(2000, 1, 1))
            except Unreadable as unreadable:
                fault = said(D_("the default %(default)s is no answer"), default=shown(question.default))
                self.fault(raw, "default", address, fault, _reason(unreadable))
        if question.choice_filter is not None:
            columns = {column for choice in question.choices for column in choice.filter_columns}
            for column in sorted(question.choice_filter.columns - columns):
                fault = said(D_("no choice has the column “%(column)s”"), column=column)
                self.fault(raw, "choice_filter", address, fault, near(column, sorted(columns)))

    def page(self, raw: Mapping[str, Any], questionnaire: str) -> Page:
        address = f"{questionnaire}/{raw.get('name', '?')}"
        self.keys(raw, "page", address)
        raw_questions = self.items(raw, "questions", address)
        if not raw_questions:
            self.fault(raw, "questions", address, said(D_("the page has no questions")), said(D_("add at least one")))
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
            remedy = said(D_("add “repeat: true”, or remove “count”"))
            self.fault(raw, "count", address, said(D_("only a repeat has a count")), remedy)
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
                fault = said(_NO_LIST, list=shown(vocabulary))
                self.fault(item, "for_each", place, fault, said(D_("name a vocabulary")))
            else:
                for choice in self.lists[vocabulary]:
                    self.code, self.code_label, self.code_pictogram = choice.name, choice.label, choice.pictogram
                    pages.append(self.page(item, questionnaire))
                self.code, self.code_label, self.code_pictogram = "", {}, ""
        return tuple(pages)

    def screen_out(self, raw: Mapping[str, Any], questionnaire: str) -> ScreenOut | None:
        address = f"{questionnaire}/screen_outs/{raw.get('name', '?')}"
        self.keys(raw, "screen-out", address)
        when = self.expression(raw, "when", address)
        if when is None:
            if "when" not in raw:
                fault = said(D_("there is no condition"))
                self.fault(raw, "when", address, fault, said(D_("add “%(text)s”"), text="when: …"))
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
            fault = said(D_("the name %(name)s is not usable"), name=shown(name))
            self.fault(raw, "questionnaire", "questionnaire", fault, said(D_("use the file's name")))
        if raw.get("audience") not in AUDIENCES:
            fault = said(D_("the audience %(audience)s is unknown"), audience=shown(raw.get("audience")))
            self.fault(raw, "audience", name, fault, near(raw.get("audience"), AUDIENCES))
        local = raw.get("choices", {})
        if not isinstance(local, Mapping):
            fault = said(D_("choices is not a block of lists"))
            self.fault(raw, "choices", name, fault, said(D_("write %(text)s"), text="“choices: {list: [...]}”"))
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
            remedy = said(D_("add “%(text)s”"), text="languages: [de, en]")
            self.fault(raw, "languages", name, said(D_("no languages are named")), remedy)
            return ()
        known = [tag for tag in tags if isinstance(tag, str) and tag in languages.registry()]
        for tag in tags:
            if tag not in known:
                remedy = nearest(tag, languages.registry(), said(D_("use a tag of the language registry")))
                self.fault(raw, "languages", name, said(D_("the language %(tag)s is unknown"), tag=shown(tag)), remedy)
        return tuple(known)

    def _minutes(self, raw: Mapping[str, Any], name: str) -> tuple[int, int]:
        value = raw.get("minutes", [1, 5])
        if isinstance(value, list) and len(value) == 2 and all(isinstance(part, int) for part in value):
            return value[0], value[1]
        fault = said(D_("minutes is not a pair of numbers"))
        self.fault(raw, "minutes", name, fault, said(D_("write %(text)s"), text="[5, 7]"))
        return 1, 5
