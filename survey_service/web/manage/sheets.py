"""One form of the editor: what it edits, what stands in its fields, what is wrong with it, and its page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from flask import render_template

from survey_service.problems import D_
from survey_service.questionnaire.builder import APPEARANCES, AUDIENCES
from survey_service.questionnaire.editing import Block
from survey_service.questionnaire.pictograms import all_pictograms
from survey_service.web.i18n import gettext
from survey_service.web.manage import block_forms, condition_fields, editor, question_form
from survey_service.web.manage.editor import Scene
from survey_service.web.manage.text_fields import Errors

QUESTION, PAGE, GROUP, END, HEAD = "question", "page", "group", "end", "head"
_EXPRESSIONS = (*question_form.EXPRESSIONS, "count")
FIELD_NAMES: Mapping[str, str] = {
    "label": D_("Text"),
    "hint": D_("Hint"),
    "guidance": D_("More about this question"),
    "required_message": D_("Message if the answer is missing"),
    "constraint_message": D_("Message if the answer is not accepted"),
    "name": D_("Short name"),
    "type": D_("Kind"),
    "choices": D_("List of answers"),
    "must": D_("Must be answered"),
    "required": D_("Must be answered if"),
    "relevant": D_("Shown only if"),
    "constraint": D_("Accepted only if"),
    "choice_filter": D_("Answers offered only if"),
    "calculation": D_("Calculated from"),
    "default": D_("Answered beforehand with"),
    "default_expression": D_("Answered beforehand, calculated from"),
    "appearance": D_("Appearance"),
    "sensitive": D_("Sensitive"),
    "group": D_("Group"),
    "count": D_("Number of entries"),
    "repeat": D_("Repeat"),
    "audience": D_("Who answers?"),
    "consent": D_("Question that asks for consent"),
}


@dataclass
class Sheet:
    """One form: what it edits (``block`` as stored, ``{}`` if new), what stands in its fields, what is wrong.

    ``conflict`` are rows (field, as stored now, as typed); ``lost`` the languages that need new translations.
    """

    now: Scene
    kind: str
    block: Block
    given: dict[str, str]
    address: str
    page: str = ""
    after: str = ""
    errors: Errors = field(default_factory=dict)
    general: list[str] = field(default_factory=list)
    conflict: list[tuple[str, str, str]] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)
    checked: bool = False
    name: str = ""
    """The name that what was typed will have."""

    @property
    def own(self) -> str:
        return str(self.block.get("name", ""))

    def _words(self) -> dict[str, str]:
        if self.kind != END:
            return editor.in_words(self.given, _EXPRESSIONS, self.now)
        found = editor.in_words({"when": self.given.get("relevant", "")}, ("when",), self.now)
        return {"relevant": found["when"]} if found else {}

    def html(self) -> str:
        now = self.now
        return render_template(
            f"manage/edit_{self.kind}.html",
            sheet=self,
            questionnaire=now.questionnaire,
            definition=now.definition,
            tags=now.tags,
            given=self.given,
            errors=self.errors,
            words=self._words(),
            askable=condition_fields.askable(now, self.own),
            rows=condition_fields.views(self.given, now),
            relations=condition_fields.RELATION_NAMES,
            types=editor.TYPE_NAMES,
            appearances=APPEARANCES,
            audiences=AUDIENCES,
            numbers=question_form.NUMBERS,
            pictograms=[(name, name.replace("_", " ")) for name in all_pictograms()],
            field_name=field_name,
        )


def field_name(key: str) -> str:
    """Return what a field is called."""
    head, _, tag = key.partition("-")
    name = gettext(FIELD_NAMES[head]) if head in FIELD_NAMES else key
    return f"{name} ({tag})" if tag else name


FIELDS: Mapping[str, Callable[[Block, Scene], dict[str, str]]] = {
    QUESTION: question_form.fields,
    PAGE: block_forms.page_fields,
    GROUP: block_forms.page_fields,
    END: block_forms.end_fields,
    HEAD: block_forms.head_fields,
}
