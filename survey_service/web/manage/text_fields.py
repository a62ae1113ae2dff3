"""Texts in the editor's forms: the source language and English; the others are the translators' business."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from survey_service.problems import D_
from survey_service.questionnaire.texts import SOURCE
from survey_service.web.i18n import gettext
from survey_service.web.wordings import EVERYWHERE

Given = Mapping[str, str]
Errors = dict[str, str]

_NEEDED = D_("Please write this text.")
_SOURCE_FIRST = D_("Please write the text in this language too: all translations are made from it.")


def tags_of(languages: Sequence[str]) -> tuple[str, ...]:
    """Return the languages that are edited, the source first."""
    source = SOURCE if SOURCE in languages or not languages else languages[0]
    return (source, "en") if "en" in languages and source != "en" else (source,)


def fields(key: str, text: Mapping[str, str], tags: Sequence[str]) -> dict[str, str]:
    """Return what stands in the fields ``key-tag`` of a text; one that is the same everywhere stands in the first."""
    found = {f"{key}-{tag}": text.get(tag, "") for tag in tags}
    if EVERYWHERE in text:
        found[f"{key}-{tags[0]}"] = text[EVERYWHERE]
    return found


def read(
    given: Given, key: str, old: Mapping[str, str], tags: Sequence[str], errors: Errors, *, required: bool = False
) -> dict[str, str]:
    """Return a text as typed. If the source changed, translations into other languages are left out: they were made
    from another wording (the rule of ``questionnaire/texts.py``)."""
    typed = {tag: given.get(f"{key}-{tag}", "").replace("\r\n", "\n").strip() for tag in tags}
    written = {tag: wording for tag, wording in typed.items() if wording}
    source = tags[0]
    if not written:
        if required:
            errors[f"{key}-{source}"] = gettext(_NEEDED)
        return {}
    if source not in written:
        errors[f"{key}-{source}"] = gettext(_SOURCE_FIRST)
        return written
    if EVERYWHERE in old and len(written) == 1:
        return {EVERYWHERE: written[source]}
    kept = dict(old) if old.get(source) == written[source] else {}
    return {**written, **{tag: wording for tag, wording in kept.items() if tag not in tags and tag != EVERYWHERE}}


def outdated(old: Mapping[str, str], new: Mapping[str, str]) -> set[str]:
    """Return the languages that had a wording and need a new translation."""
    return set(old) - set(new) - {EVERYWHERE} if new else set()


def lost(pairs: Iterable[tuple[Mapping[str, str], Mapping[str, str]]]) -> list[str]:
    """Return the languages that need a new translation of any of these (old, new) texts, in order of their tags."""
    return sorted(set().union(*(outdated(old, new) for old, new in pairs)))
