"""The record of processing activities as a Word document."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import docx
from flask_babel import format_date

from survey_service.privacy import record
from survey_service.privacy.instance import Instance
from survey_service.privacy.record import Asked, Part
from survey_service.reports.render import docx_parts
from survey_service.web import i18n, wordings
from survey_service.web.i18n import gettext
from survey_service.web.manage.privacy_words import length


def document(here: Instance, day: dt.date) -> bytes:
    """Return the record of a day as .docx, in the language of the page."""
    found, title = record.of(here, day), gettext("Record of processing activities")
    made: Any = docx.Document()
    docx_parts.set_styles(made, i18n.language().tag, mirrored=False)
    made.core_properties.title, made.core_properties.author = title, here.settings.operator
    made.core_properties.created = made.core_properties.modified = dt.datetime.combine(day, dt.time())
    made.add_heading(title, 1)
    made.add_paragraph(gettext("Article 30 GDPR. As of %(day)s.", day=format_date(day, "long")))
    made.add_heading(gettext("Controller"), 2)
    for line in controller(here):
        made.add_paragraph(line)
    for part in found.parts:
        made.add_heading(gettext(part.activity.title), 2)
        for label, lines in rows(part):
            _row(made, label, lines)
    made.add_heading(gettext("Technical and organisational measures"), 2)
    for measure in found.measures:
        made.add_paragraph(gettext(measure), style="List Bullet")
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def _row(made: Any, label: str, lines: list[str]) -> None:
    paragraph = made.add_paragraph()
    paragraph.add_run(f"{label}: ").bold = True
    if len(lines) == 1:
        paragraph.add_run(lines[0])
        return
    for line in lines:
        made.add_paragraph(line, style="List Bullet")


def controller(here: Instance) -> list[str]:
    """Return who is responsible, as far as the settings say it."""
    values = here.settings
    officer = gettext("Data protection officer: %(email)s", email=values.data_protection_email)
    lines = (values.operator, *values.operator_address.splitlines(), values.operator_email)
    return [line for line in (*lines, officer if values.data_protection_email else "") if line]


def rows(part: Part) -> list[tuple[str, list[str]]]:
    """Return what the record says of an activity: what it is about, and one or more lines."""
    activity = part.activity
    found = [
        (gettext("Purpose"), [gettext(activity.purpose)]),
        (gettext("Legal basis"), [gettext(activity.basis)]),
        (gettext("People"), [gettext(activity.people)]),
        (gettext("Data"), [gettext(what) for what in part.stored]),
        (gettext("Questionnaires"), [line for asked in part.asked for line in _asked(asked)]),
        (gettext("Recipients"), [gettext(activity.recipients)]),
        (
            gettext("Erased"),
            [gettext("%(what)s: %(when)s", what=gettext(rule.what), when=length(rule)) for rule in part.rules],
        ),
    ]
    return [(label, lines) for label, lines in found if lines]


def _asked(asked: Asked) -> list[str]:
    label, found = wordings.in_attribute(asked.label), asked.collected
    kinds = (
        (gettext("Especially personal questions"), found.sensitive),
        (gettext("Who somebody is or how to reach them"), found.contact),
        (gettext("Pictures, recordings, files"), found.files),
        (gettext("Places on the map"), found.places),
        (gettext("Free texts"), found.texts),
        (gettext("Consents"), asked.consents),
    )
    told = [gettext("%(kind)s: %(names)s", kind=kind, names=", ".join(names)) for kind, names in kinds if names]
    return [gettext("%(title)s: %(kinds)s", title=label, kinds="; ".join(told))]
