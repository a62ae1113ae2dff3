"""Texts for everybody on the desk, a language at a time: their forms, what is missing in which language, publishing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask import render_template, request
from markupsafe import Markup

from survey_service import languages
from survey_service.closing import gate, texts
from survey_service.closing.gate import Needed
from survey_service.closing.model import DRAFTED, REVIEWED
from survey_service.problems import D_, Problem
from survey_service.web import i18n, wordings
from survey_service.web.closing import words
from survey_service.web.context import current
from survey_service.web.i18n import gettext
from survey_service.web.manage import desk

KINDS: Mapping[str, str] = {
    gate.WORDS: D_("Your own words"),
    gate.RESULT: D_("Result of the decision"),
    gate.STATEMENT: D_("Statement no. %(name)s"),
    gate.MEASURE: D_("Measure no. %(name)s"),
    gate.NAME: D_("Name of %(name)s (from the questionnaires, indicators or offers)"),
    gate.TARGET: D_("The page behind %(name)s"),
    gate.TITLE: D_("Title"),
    gate.NOTE: D_("Your note on %(name)s"),
}
STATES: Mapping[str, str] = {
    "": D_("not in this language"),
    DRAFTED: D_("as a machine draft"),
    REVIEWED: D_("read by a person"),
}
_TEXT, _SEEN = "text:", "seen:"


def called(needed: Needed) -> str:
    """Return what a text is called at the desk."""
    return gettext(KINDS[needed.kind], name=needed.name)


def tag() -> str:
    """Return the language that texts are written in: of the address, German if it names none."""
    asked = request.args.get("in", texts.SOURCE)
    return asked if asked in {entry.tag for entry in languages.offered()} else texts.SOURCE


def into(chosen: str) -> dict[str, Any]:
    """Return the argument of an address that chooses a language to write in."""
    return {"in": chosen}


def fields(needed: Iterable[Needed], chosen: str, typed: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
    """Return a field for each text that is written here: what it is called, the German text, what stands in the field,
    a translation of an earlier German text, and how often it was saved.
    """
    store, given = current().store, typed or {}
    made = []
    for each in needed:
        if each.key:
            now = each.text.get(chosen, "")
            kept = {"de": each.text["de"]} if "de" in each.text else {}
            made.append({
                "key": each.key,
                "label": called(each),
                "source": each.text.get(texts.SOURCE, ""),
                "value": given.get(_TEXT + each.key, now),
                "saved": now if given.get(_TEXT + each.key, now) != now else "",
                "outdated": "" if now else texts.outdated(store, each.key, chosen, kept),
                "seen": texts.version(store, each.key),
            })  # fmt: skip
    return made


def save(needed: Sequence[Needed], chosen: str) -> int:
    """Keep what was typed; return how many texts differ. All or nothing. Raises the Problems of `texts.save`."""
    store, form = current().store, request.form
    with store.transaction():
        keys = [
            each.key
            for each in needed
            if each.key and _TEXT + each.key in form
            and texts.save(store, each.key, chosen, desk.lines(_TEXT + each.key), seen=_seen(each.key), given=each.text)
        ]  # fmt: skip
        for key in keys:
            desk.note("closing.words", key, language=chosen)
    return len(keys)


def _seen(key: str) -> int:
    seen = request.form.get(_SEEN + key, "")
    return int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else 0


def wanted() -> dict[str, str]:
    """Return the languages to publish in with their states, as they were chosen."""
    chosen = {entry.tag: request.form.get(f"state-{entry.tag}", "") for entry in languages.offered()}
    return {name: state for name, state in chosen.items() if state and name != texts.SOURCE}


def preview(template: str, chosen: str, **values: Any) -> Markup:
    """Return a part of a public page as it would be read in a language."""
    with i18n.speaking(chosen):
        made = render_template(template, **values, **words.HELPERS)
    attributes = i18n.html_attributes(languages.language(chosen))
    return Markup("<div{}>{}</div>").format(attributes, Markup(made))  # noqa: S704 - a template of ours


def view(needed: Sequence[Needed], before: Mapping[str, str], problem: Problem | None = None) -> dict[str, Any]:
    """Return what the templates of these pages need. ``before`` are the languages it was published in last."""
    chosen = tag()
    lacking = gate.gaps(needed)
    return {
        "tag": chosen,
        "fields": fields(needed, chosen, request.form if problem is not None else None),
        "gaps": {name: [called(each) for each in found] for name, found in lacking.items()},
        "states": {name: gettext(said) for name, said in STATES.items()},
        "before": before,
        "given": request.form if problem is not None else {},
        "error": wordings.problem_message(problem) if problem is not None else "",
    }
