"""What all pages of the editor share: the working copy as it is edited, names of types, saving without losing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from survey_service import clock
from survey_service.problems import D_, Problem
from survey_service.questionnaire.editing import Definition
from survey_service.questionnaire.expression import Expression, ExpressionFault, parse
from survey_service.questionnaire.loader import missing_texts
from survey_service.questionnaire.model import Questionnaire
from survey_service.responses import definitions
from survey_service.responses.definitions import WorkingCopy
from survey_service.web import wordings
from survey_service.web.context import current
from survey_service.web.i18n import gettext
from survey_service.web.manage import conditions, desk, text_fields
from survey_service.web.manage.text_fields import Errors, Given

TYPE_NAMES: Mapping[str, str] = {
    "text": D_("Text to write"),
    "integer": D_("Whole number"),
    "decimal": D_("Number with decimals"),
    "range": D_("Number on a scale"),
    "select_one": D_("One answer of a list"),
    "select_multiple": D_("Several answers of a list"),
    "rank": D_("Answers in order of importance"),
    "date": D_("Date"),
    "time": D_("Time of day"),
    "datetime": D_("Date and time"),
    "geopoint": D_("Place on the map"),
    "acknowledge": D_("Box to tick"),
    "image": D_("Picture to send"),
    "audio": D_("Sound recording to send"),
    "file": D_("File to send"),
    "note": D_("Text to read"),
    "calculate": D_("Calculated value (not shown)"),
    "hidden": D_("Fixed value (not shown)"),
    "start": D_("Time of beginning (not shown)"),
    "end": D_("Time of the end (not shown)"),
    "today": D_("Day of the interview (not shown)"),
}
_FAULTS: Mapping[str, str] = {
    "expression": D_("Column %(column)s: %(message)s %(remedy)s"),
    "unknown": D_("There is no question named “%(name)s”."),
    "alone": D_("“%(name)s” stands alone. Write ${%(name)s} for an answer, '%(name)s' for a text."),
    "current": D_("“.” stands for the answer to the question itself. It can only be used in “Accepted only if”."),
}


def say(code: str, **values: object) -> str:
    """Return a fault in the desk's language."""
    return gettext(_FAULTS[code], **values)


@dataclass(frozen=True)
class Scene:
    """A working copy under editing: its questionnaire, its definition, the languages edited."""

    copy: WorkingCopy

    @property
    def questionnaire(self) -> Questionnaire:
        return self.copy.questionnaire

    @property
    def definition(self) -> Definition:
        return dict(self.copy.content)

    @property
    def tags(self) -> tuple[str, ...]:
        return text_fields.tags_of(self.questionnaire.languages)

    @property
    def labels(self) -> conditions.Labels:
        return conditions.Labels(self.questionnaire)


def scene(name: str) -> Scene:
    """Return the working copy of a questionnaire. Raises Problem questionnaire.missing."""
    return Scene(definitions.get(current().store, name))


def save(now: Scene, changed: Mapping[str, Any], version: str) -> WorkingCopy:
    """Save a definition that was made from this version. Raises Problem store.conflict if that is not the newest."""
    store, name = current().store, now.questionnaire.name
    if version != str(now.copy.version):
        raise Problem("store.conflict", collection=definitions.DEFINITIONS.name)
    with store.transaction():
        saved = definitions.put(store, changed, clock.today().isoformat(), version=now.copy.version)
        desk.note("questionnaire.edited", name)
    return saved


def type_name(kind: str) -> str:
    """Return what a type of question is called."""
    return gettext(TYPE_NAMES.get(kind, kind))


def read_expression(given: Given, key: str, now: Scene, errors: Errors, *, own: str = "") -> str | None:
    """Return an expression as typed, None if there is none; its faults become the error of its field."""
    text = given.get(key, "").strip()
    if not text:
        return None
    try:
        parsed = parse(text)
    except ExpressionFault as fault:
        message, remedy = fault.message.text(gettext), fault.remedy.text(gettext)
        errors[key] = say("expression", column=fault.column, message=message, remedy=remedy)
        return text
    fault_found = _misuse(parsed, key, {*now.questionnaire.questions, *now.questionnaire.repeats, own})
    if fault_found:
        errors[key] = say(fault_found[0], name=fault_found[1])
    return text


def _misuse(parsed: Expression, key: str, known: set[str]) -> tuple[str, str] | None:
    unknown = sorted(parsed.names - known)
    if unknown:
        return "unknown", unknown[0]
    if parsed.columns and key != "choice_filter":
        return "alone", min(parsed.columns)
    return ("current", "") if parsed.uses_current and key != "constraint" else None


def in_words(given: Given, keys: tuple[str, ...], now: Scene) -> dict[str, str]:
    """Return for each field with an expression that can be read what it decides, as a sentence."""
    found = {}
    for key in keys:
        try:
            text = given.get(key, "").strip()
            sentence = key.removesuffix("_expression")  # that of a default
            found.update({key: now.labels.sentence(sentence, parse(text))} if text else {})
        except ExpressionFault:
            continue
    return found


def explain(problem: Problem, errors: Errors) -> list[str]:
    """Put what a refused change says at its fields, and return what belongs to none of them."""
    if problem.code == "editing.taken":
        errors["name"] = wordings.problem_message(problem)
        return []
    if problem.code != "questionnaire.faulty":
        return [wordings.problem_message(problem)]
    rest = []
    for fault in wordings.problem_faults(problem):
        key = fault["key"]
        if key in _KEYS and key not in errors:
            errors[key] = gettext("%(fault)s → %(remedy)s", fault=fault["fault"], remedy=fault["remedy"])
        else:
            rest.append(told(fault))
    return rest


def told(fault: Mapping[str, str]) -> str:
    """Return a fault of a definition, in the desk's language already, with its place."""
    return gettext("%(place)s: %(fault)s → %(remedy)s", **{key: fault[key] for key in ("place", "fault", "remedy")})


_KEYS = ("relevant", "required", "constraint", "choice_filter", "calculation", "count", "default", "name", "appearance")


def missing_places(now: Scene) -> dict[str, list[str]]:
    """Return for each question, page, group and list the languages in which a text of it is missing."""
    found: dict[str, list[str]] = {}
    for tag in now.questionnaire.languages:
        for address in missing_texts(now.questionnaire, tag):
            place = _place_of(address)
            if tag not in found.setdefault(place, []):
                found[place].append(tag)
    return found


def _place_of(address: str) -> str:
    """Return what a text belongs to: a question, page or group by name, a list as ``list:name``."""
    before, colon, rest = address.partition(": ")
    return f"list:{rest.partition('/')[0]}" if colon and "/" not in before else address.split("/")[-2]


def apply(
    now: Scene, change: Callable[[Definition], Definition], errors: Errors
) -> tuple[Definition | None, list[str]]:
    """Try a change of the definition; return the new one, or None and what stands against it."""
    try:
        return change(now.definition), []
    except Problem as problem:
        if problem.code != "questionnaire.faulty" and not problem.code.startswith("editing."):
            raise
        return None, explain(problem, errors)
