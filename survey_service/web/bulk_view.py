"""Many offers from a file, as the desk and providers bring them: what both pages do."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from flask import Response, request
from flask_babel import format_decimal
from markupsafe import Markup

from survey_service import clock, languages
from survey_service.bulk import notes, tables, template
from survey_service.bulk.cells import Cells
from survey_service.bulk.plan import Entry, Plan, plan
from survey_service.bulk.tables import OFFER, Reading, Terms
from survey_service.cells import neutralised
from survey_service.offers import register
from survey_service.offers.hsds import importing, reading
from survey_service.problems import Problem, Said
from survey_service.questionnaire.model import Choice, Questionnaire, wording
from survey_service.responses.loading import files
from survey_service.responses.loading.findings import Finding, Place
from survey_service.responses.revisions import Published
from survey_service.store.base import Document
from survey_service.web import i18n
from survey_service.web.context import current
from survey_service.web.i18n import gettext

SHOWN = 100
HSDS = (".json", ".jsonl", ".zip")
"""Files of other registers, by their ending."""
"""So many entries and findings a page shows; the list of findings to download has all."""
ANSWERED = ("import.", "loading.unusable", "loading.language", "bulk.", "hsds.file")
"""Problems that the form says beside itself."""
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_LONGEST_VALUE = 80


@dataclass(frozen=True)
class Looked:
    """What was found in a file: the plan, and the findings of its columns."""

    plan: Plan
    columns: Sequence[Finding]

    @property
    def findings(self) -> Iterator[Finding]:
        yield from self.columns
        yield from self.plan.findings

    @property
    def like(self) -> list[Entry]:
        """The new entries that may be there already."""
        return [entry for entry in self.plan.new if entry.like]


def form() -> Published:
    """Return the questionnaire for providers. Raises Problem questionnaire.missing."""
    for published in current().publications.all():
        if published.questionnaire.audience == "providers":
            return published
    raise Problem("questionnaire.missing")


def look_through(data: bytes, published: Published, terms: Terms, most: int, organisation: str = "") -> Looked:
    """Read a file in a process of its own and say what would become of it.

    Raises Problems of ``files.read_confined`` and ``tables.read``.
    """
    questionnaire, revision = published.questionnaire, published.revision
    if PurePath(terms.source).suffix.lower() in HSDS and not organisation:
        read = _of_hsds(data, questionnaire, terms, most)
    else:
        read = tables.read(questionnaire, files.read_confined(data, terms.source), terms, most)
    made = plan(current().store, questionnaire, revision, read.proposed, clock.today(), organisation=organisation)
    return Looked(made, read.findings)


def fields_of(questionnaire: Questionnaire) -> tuple[Choice, ...]:
    """Return the fields of action that offers can belong to."""
    asked = questionnaire.questions.get("A05_fields")
    return asked.choices if asked is not None else ()


def _of_hsds(data: bytes, questionnaire: Questionnaire, terms: Terms, most: int) -> Reading:
    """Return what another register's file proposes, and the values of it that have no place here."""
    known = importing.known(stored.body for stored in register.all_offers(current().store))
    field = request.form.get("field", "")
    fields = (field,) if field in {choice.name for choice in fields_of(questionnaire)} else ()
    how = importing.Terms(questionnaire, terms.language, clock.today(), fields, known=known)
    found = importing.propose(reading.parsed(data, terms.source), how)
    if len(found.proposed) > most:
        raise Problem("bulk.too_many", count=len(found.proposed), limit=most)
    losses = (loss for loss in found.losses if not loss.silent)
    return Reading(list(found.proposed), [_lost(loss) for loss in losses])


def _lost(loss: importing.Loss) -> Finding:
    reason = loss.reason
    values = {name: value.text(gettext) if isinstance(value, Said) else value for name, value in reason.values.items()}
    return Finding(notes.NOTED, "loss", Place(loss.place), value=loss.value, values=values, message=reason.message)


def number(count: int) -> str:
    """Return a count as it is written in the language of the page."""
    return str(format_decimal(count))


def shown(looked: Looked, published: Published) -> dict[str, Any]:
    """Return what the preview shows of a file, for the template ``provider/import_preview.html``."""
    made = looked.plan
    numbers = {"new": made.new, "changed": made.changed, "unchanged": made.unchanged, "refused": made.refused}
    findings = list(looked.findings)
    return {
        "counts": [
            (gettext(words), len(numbers[part]) if part in numbers else len(looked.like))
            for part, words in notes.COUNTS.items()
        ],
        "takeable": len(made.new) + len(made.changed),
        "certain": len(made.new) + len(made.changed) - len(looked.like),
        "refused": len(made.refused),
        "like": looked.like[:SHOWN],
        "new": made.new[:SHOWN],
        "changed": [(entry, [*_differing(entry, published)]) for entry in made.changed[:SHOWN]],
        "findings": [_row(finding, published) for finding in findings[:SHOWN]],
        "more": {
            "new": len(made.new) - SHOWN,
            "changed": len(made.changed) - SHOWN,
            "findings": len(findings) - SHOWN,
        },
        "mark": made.mark,
        "number": number,
    }


def _differing(entry: Entry, published: Published) -> Iterator[str]:
    for difference in entry.differences:
        yield _label(difference.question, published)


def _label(question: str, published: Published) -> str:
    asked = published.questionnaire.questions.get(question)
    if asked is not None:
        return wording(asked.label, i18n.language().tag)
    return gettext(tables.OWN[question]) if question in tables.OWN else question


def _row(finding: Finding, published: Published) -> tuple[str, str, str, str, str]:
    """Return a finding as kind, place, question, value, reason."""
    reason = finding.reason(i18n.language().tag, gettext)
    value = finding.value if len(finding.value) <= _LONGEST_VALUE else f"{finding.value[:_LONGEST_VALUE]}…"
    label = _label(finding.question, published) if finding.code != "warning" else ""
    return gettext(notes.KINDS[finding.kind]), str(finding.place), label, value, reason


def findings_file(looked: Looked, published: Published) -> Response:
    """Return all findings of a file as a CSV file."""
    heads = (gettext("What becomes of it"), gettext("Cell"), gettext("Question"), gettext("Value"), gettext("Reason"))
    rows = (_row(finding, published) for finding in looked.findings)
    target = io.StringIO(newline="")
    writer = csv.writer(target, delimiter=";")
    writer.writerow(heads)
    writer.writerows([neutralised(text) for text in row] for row in rows)
    return _attached(target.getvalue().encode("utf-8-sig"), "text/csv", "findings.csv")


def template_file(kind: str, bodies: Iterable[Document] = ()) -> Response:
    """Return the template, with a row for each of these offers. Raises Problem page.missing for another kind."""
    questionnaire, tag = form().questionnaire, _tag()
    if kind == "csv":
        return _attached(template.csv_template(questionnaire, tag, gettext), "text/csv", "offers.csv")
    if kind != "xlsx":
        raise Problem("page.missing")
    cells = Cells(questionnaire)
    rows = (_filled(questionnaire, cells, body, tag) for body in bodies)
    return _attached(template.workbook(questionnaire, tag, gettext, rows), WORKBOOK, "offers.xlsx")


def _filled(questionnaire: Any, cells: Cells, body: Mapping[str, Any], tag: str) -> dict[str, str]:
    return {**template.row_of(questionnaire, cells, body["answers"], tag), OFFER: body["offer"]}


def _tag() -> str:
    tag = i18n.language().tag
    return tag if tag in ("de", "de-simple", "en") else "de"


def _attached(data: bytes, mimetype: str, name: str) -> Response:
    response = Response(data, mimetype=mimetype)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def language_of(published: Published) -> str:
    """Return the language chosen for the texts of the file. Raises Problem loading.language."""
    chosen = request.form.get("language", "")
    tags = published.questionnaire.languages
    if chosen and chosen not in tags:
        raise Problem("loading.language", name=_plain(published), known=", ".join(tags))
    return chosen or tags[0]


def _plain(published: Published) -> str:
    return wording(published.questionnaire.label, i18n.language().tag)


def spoken(published: Published) -> str:
    """Return the language of the page if offers can be written in it, else the questionnaire's first."""
    tags = published.questionnaire.languages
    return i18n.language().tag if i18n.language().tag in tags else tags[0]


def known_languages(published: Published) -> list[str]:
    """Return the languages that the texts of a file can be in."""
    return [tag for tag in languages.registry() if tag in published.questionnaire.languages]


Link = Callable[[str], str]


def linked(offers: Iterable[str], address: Link) -> Markup:
    """Return the ids of offers as links."""
    return Markup(", ").join(Markup('<a href="{}">{}</a>').format(address(offer), offer) for offer in offers)
