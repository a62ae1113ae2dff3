"""A questionnaire's texts as a gettext catalog for a translator: the address is the context, the source the id."""

from __future__ import annotations

import io

from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from survey_service.questionnaire.loader import texts_of
from survey_service.questionnaire.model import Questionnaire
from survey_service.questionnaire.texts import SOURCE


def write(questionnaire: Questionnaire, tag: str) -> bytes:
    """Return the catalog of a language. The source is German, or the first language that the text exists in."""
    catalog = Catalog(project=f"survey-service {questionnaire.name}", version="1", charset="utf-8", fuzzy=False)
    for place, text in texts_of(questionnaire):
        if not text or "*" in text:
            continue
        source = text.get(SOURCE) or next((text[each] for each in questionnaire.languages if each in text), "")
        if source:
            catalog.add(source, text.get(tag, "") if text.get(tag) != source else "", context=place)
    target = io.BytesIO()
    write_po(target, catalog, width=0)
    return target.getvalue()
