"""Pages, groups and the head of a questionnaire as forms (questions: ``question_form``, lists: ``list_form``)."""

from __future__ import annotations

from collections.abc import Mapping

from survey_service.problems import D_
from survey_service.questionnaire import editing
from survey_service.questionnaire.builder import AUDIENCES
from survey_service.questionnaire.editing import Block
from survey_service.questionnaire.reading import NAME
from survey_service.web.i18n import gettext
from survey_service.web.manage import condition_fields, question_form, text_fields
from survey_service.web.manage.editor import Scene, read_expression
from survey_service.web.manage.text_fields import Errors, Given

TEXTS = ("label", "hint")
FAULTS: Mapping[str, str] = {
    "name": D_("Please use letters, digits, “_”, “-” and “.” only, a letter first, at most 64."),
    "minutes": D_("Please write two whole numbers, the smaller one first."),
    "when": D_("Please write the condition."),
    "pages": D_("Please choose at least one page."),
}


def say(code: str) -> str:
    """Return a fault in the desk's language."""
    return gettext(FAULTS[code])


def page_fields(block: Block, now: Scene) -> dict[str, str]:
    """Return the fields of a page or group."""
    given = {key: str(block.get(key, "")) for key in ("name", "group", "relevant", "count", "parent")}
    for key in TEXTS:
        given |= text_fields.fields(key, block.get(key, {}), now.tags)
    if block.get("repeat"):
        given["repeat"] = "yes"
    return {**given, **condition_fields.fields(given["relevant"])}


def read_page(given: Given, old: Block, now: Scene, errors: Errors) -> Block:
    """Return a page as typed, without its questions."""
    block = _block(given, old, now, errors, "page_1", labelled=not old.get("implied"))
    block["group"] = given.get("group", "")
    block["implied"] = bool(old.get("implied")) and not block["label"] and not block["relevant"]
    return {key: value for key, value in block.items() if value not in ("", None, {}, False)}


def read_group(given: Given, old: Block, now: Scene, errors: Errors) -> Block:
    """Return a group or repeat as typed."""
    block = _block(given, old, now, errors, "group_1", labelled=False)
    block["appearance"] = old.get("appearance", "")
    if "repeat" in given:
        block |= {"repeat": True, "count": read_expression(given, "count", now, errors)}
    return {key: value for key, value in block.items() if value not in ("", None, {}, False)}


def end_fields(block: Block, now: Scene) -> dict[str, str]:
    """Return the fields of an early end; its condition stands where that of a question would."""
    given = {"name": str(block.get("name", "")), "relevant": str(block.get("when", ""))}
    for key in TEXTS:
        given |= text_fields.fields(key, block.get(key, {}), now.tags)
    return {**given, **condition_fields.fields(given["relevant"])}


def read_end(given: Given, old: Block, now: Scene, errors: Errors) -> Block:
    """Return an early end as typed."""
    taken = {end.name for end in now.questionnaire.screen_outs}
    name = given.get("name", "").strip() or editing.free_name(taken, "end_1")
    block = _block({**given, "name": name}, old, now, errors, name, labelled=True)
    block["when"] = block.pop("relevant")
    if not block["when"]:
        errors.setdefault("relevant", say("when"))
    return {key: value for key, value in block.items() if value not in ("", None, {})}


def _block(given: Given, old: Block, now: Scene, errors: Errors, usual: str, *, labelled: bool) -> Block:
    name = given.get("name", "").strip() or editing.free_name(editing.names_of(now.definition), usual)
    if not NAME.fullmatch(name):
        errors["name"] = say("name")
    block: Block = {"name": name}
    for key in TEXTS:
        needed = labelled and key == "label"
        block[key] = text_fields.read(given, key, old.get(key, {}), now.tags, errors, required=needed)
    block["relevant"] = read_expression(given, "relevant", now, errors)
    return block


def head_fields(block: Block, now: Scene) -> dict[str, str]:
    """Return the fields of title, introduction, audience, duration and consent."""
    shortest, longest = block.get("minutes", [1, 5])
    given = {"shortest": str(shortest), "longest": str(longest)}
    given |= {key: str(block.get(key, "")) for key in ("audience", "consent")}
    for key in TEXTS:
        given |= text_fields.fields(key, block.get(key, {}), now.tags)
    return given


def read_head(given: Given, old: Block, now: Scene, errors: Errors) -> Block:
    """Return the head as typed, for ``editing.set_head``."""
    block: Block = {
        key: text_fields.read(given, key, old.get(key, {}), now.tags, errors, required=key == "label") for key in TEXTS
    }
    minutes = [question_form.number(given.get(key, "")) for key in ("shortest", "longest")]
    if not all(isinstance(part, int) and 0 < part < 1000 for part in minutes) or minutes[0] > minutes[1]:  # type: ignore[operator]
        errors["shortest"] = say("minutes")
    audience = given.get("audience", "")
    block |= {"minutes": minutes, "consent": given.get("consent", "")}
    return {**block, "audience": audience if audience in AUDIENCES else old.get("audience")}
