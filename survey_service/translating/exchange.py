"""Texts to a translator as a file, and back into the store."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from survey_service import languages
from survey_service.accounts import audit
from survey_service.problems import Problem
from survey_service.questionnaire import exchange_po, exchange_xlsx
from survey_service.questionnaire.exchange import Comparison, Row, compare
from survey_service.questionnaire.translating import Entry
from survey_service.translating.catalogs import plural_forms
from survey_service.translating.workbench import Workbench, plurals_of


@dataclass(frozen=True)
class Format:
    """One kind of file for translators."""

    media_type: str
    write: Callable[[Sequence[Entry], str], bytes]
    read: Callable[[bytes, str], list[Row]]


def _po(entries: Sequence[Entry], tag: str) -> bytes:
    return exchange_po.write(entries, tag, plural_forms(languages.language(tag).locale))


def _xlsx(entries: Sequence[Entry], tag: str) -> bytes:
    return exchange_xlsx.write(entries, tag, plurals_of(tag))


FORMATS: Mapping[str, Format] = {
    "po": Format("text/x-gettext-translation", _po, exchange_po.read),
    "xlsx": Format("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", _xlsx, exchange_xlsx.read),
}


def export(workbench: Workbench, scopes: Sequence[str], tag: str, form: str) -> bytes:
    """Return the texts of some scopes in a language as a file. Raises Problem page.missing."""
    if form not in FORMATS:
        raise Problem("page.missing")
    snapshot = workbench.edits.renew()
    return FORMATS[form].write([entry for scope in scopes for entry in workbench.entries(scope, tag, snapshot)], tag)


def take_back(
    workbench: Workbench, scopes: Sequence[str], tag: str, content: bytes, *, by: str, now: dt.datetime
) -> Comparison:
    """Save what a translator has written into an exported file, and return what was done.

    Entries whose source has changed since the export, unknown ones and those marked as unsure are not applied but
    returned. Raises the Problems of the two formats for a file that can't be read, translation.rows for one with faulty
    texts, and translation.changed if somebody saves at the same time; then nothing has changed.
    """
    form = FORMATS["xlsx" if content.startswith((b"PK", b"\xd0\xcf\x11\xe0")) else "po"]
    snapshot = workbench.edits.renew()
    entries = {entry.source.address: entry for scope in scopes for entry in workbench.entries(scope, tag, snapshot)}
    comparison = compare(form.read(content, tag), entries, plurals_of(tag))
    with workbench.store.transaction():
        workbench.keep(
            tag, ((change.entry, change.wording, change.state) for change in comparison.changes), by=by, now=now
        )
        details: dict[str, audit.Detail] = {"language": tag, "count": len(comparison.changes)}
        audit.append(workbench.store, by, "translations.imported", ", ".join(scopes), details, now=now)
    workbench.edits.renew()
    return comparison
