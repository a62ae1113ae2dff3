"""What the desk says of report plugins: their state, what they may see, what was done, what an upgrade changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from babel.numbers import format_decimal, format_percent

from survey_service.problems import D_
from survey_service.questionnaire.model import wording
from survey_service.reports.comparing import Change, Item
from survey_service.reports.render import formats
from survey_service.reports.render import words as report_words
from survey_service.web import i18n
from survey_service.web.context import current
from survey_service.web.i18n import gettext

OFF: Mapping[str, str] = {
    "disabled": D_("This report plugin is disabled."),
    "failing": D_("This report plugin failed three times in a row and was disabled."),
    "safe_mode": D_("The service runs in safe mode: only the report plugins that come with it are run."),
}
PERMISSIONS: Mapping[str, str] = {
    "aggregates": D_("Counts and shares of groups of at least five people"),
    "rows": D_("Single responses: each person's answers, without name, contact and free text"),
    "texts": D_("Free text: what people typed in their own words"),
}
STATES: Mapping[str, str] = {
    "requested": D_("waits for approval"),
    "approved": D_("approved"),
    "refused": D_("refused"),
    "removed": D_("removed"),
}
STEPS: Mapping[str, str] = {
    "requested": D_("requested"),
    "approved": D_("approved"),
    "refused": D_("refused"),
    "compared": D_("compared with the active version"),
    "activated": D_("activated"),
    "rolled_back": D_("taken back to this version"),
    "enabled": D_("enabled"),
    "disabled": D_("disabled"),
    "failing": D_("disabled after three failures"),
    "set": D_("settings changed"),
    "removed": D_("removed"),
}
SOURCES: Mapping[str, str] = {
    "bundled": D_("comes with the service"),
    "package": D_("installed by the operator"),
    "installed": D_("installed here"),
}
CHANGES: Mapping[str, str] = {"appeared": D_("is new"), "vanished": D_("vanishes")}
THINGS: Mapping[str, str] = {
    "figure": D_("Figure"),
    "statement": D_("Statement"),
    "table": D_("Table"),
    "row": D_("Row"),
    "column": D_("Column"),
    "cell": D_("Cell"),
    "chart": D_("Chart"),
    "bar": D_("Bar"),
    "text": D_("Text"),
}
PARTS: Mapping[str, str] = {
    "value": D_("Value"),
    "share": D_("Share"),
    "low": D_("From"),
    "high": D_("To"),
    "numerator": D_("Numerator"),
    "denominator": D_("Denominator"),
    "count": D_("People who gave this answer"),
    "n": D_("People in the base"),
    "offers": D_("Offers"),
    "text": D_("Wording"),
    "name": D_("Name"),
    "definition": D_("Definition"),
    "definition_version": D_("Version of the definition"),
    "caption": D_("Caption"),
    "better": D_("Direction"),
    "source": D_("Source"),
    "preliminary": D_("Preliminary"),
    "content": D_("Content"),
}


@dataclass(frozen=True)
class ChangeView:
    """One thing in the table of changes: what it is called, and a line for each value: its name, old and new."""

    thing: str
    lines: tuple[tuple[str, str, str], ...]


def off(state: str) -> str:
    """Return why a plugin is not run."""
    return gettext(OFF[state])


def step(name: str) -> str:
    """Return what was done."""
    return gettext(STEPS[name])


def version_state(state: str) -> str:
    """Return how far a version has come."""
    return gettext(STATES[state])


def source(name: str) -> str:
    """Return where a plugin comes from."""
    return gettext(SOURCES.get(name, name))


def reads(info: Mapping[str, Any]) -> list[str]:
    """Return what a plugin may see, in plain words."""
    seen = [gettext(PERMISSIONS[name]) for name in info["permissions"]]
    return [*seen, gettext("The published offers")] if info["offers"] else seen


def questionnaires(info: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return the titles of the questionnaires that a plugin reads."""
    found = []
    for name in info["questionnaires"]:
        published = current().publications.find(name)
        found.append(dict(published.questionnaire.label) if published is not None else {"*": name})
    return found


def change_views(changes: tuple[Change, ...]) -> Iterator[ChangeView]:
    """Yield the things that change, appear or vanish; of the last two just the main value is shown."""
    tag = i18n.language().tag
    for change in changes:
        kind = gettext(THINGS[change.kind]) if change.kind in THINGS else change.kind
        thing = f"{kind}: {' · '.join(wording(text, tag) for text in change.where)}"
        if change.state == "changed":
            names = [gettext(PARTS[part.name]) if part.name in PARTS else part.name for part in change.parts]
            values = [(_exact(part.old, tag), _exact(part.new, tag)) for part in change.parts]
        else:
            main = next((part for part in change.parts if part.name in ("value", "share")), None)
            names = [gettext(CHANGES[change.state])]
            values = [("", "") if main is None else (_exact(main.old, tag), _exact(main.new, tag))]
        yield ChangeView(thing, tuple((name, *ends) for name, ends in zip(names, values, strict=True)))


def _exact(item: Item | None, tag: str) -> str:
    """Return a value as text, exactly enough to see that it differs; a hidden one with the reason."""
    if item is None:
        return ""
    if item["kind"] == "hidden":
        return f"{formats.HIDDEN} {gettext(report_words.REASONS[item['value']])}"
    if item["kind"] == "percent":
        return str(format_percent(item["value"], format="#,##0.0##%", locale=i18n.language().locale))
    if item["kind"] == "decimal":
        return str(format_decimal(item["value"], format="#,##0.######", locale=i18n.language().locale))
    return formats.value(item, tag)
