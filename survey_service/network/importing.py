"""Many members at once from a table, all or none, each fault with its cell; the members of a body as such a table."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from survey_service import languages, mail
from survey_service.cells import FORMULA_STARTS, neutralised
from survey_service.network import members
from survey_service.network.checks import LONGEST_NAME, is_day, line
from survey_service.network.model import CHAIR, DEPUTY, MEMBER, Member
from survey_service.offers.folding import fold, fold_name
from survey_service.problems import D_, Problem, Said, said
from survey_service.questionnaire.xlsform.workbook import Row, Sheet, letter
from survey_service.store.base import Store

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "name": ("name",),
    "email": ("email", "e-mail", "e-mail-adresse", "mail"),
    "organisation": ("organisation", "träger", "einrichtung"),
    "role": ("role", "rolle", "funktion"),
    "language": ("language", "sprache"),
    "since": ("since", "seit", "mitglied seit"),
    "stands_for": ("stands_for", "vertritt"),
    "consent": ("consent", "einwilligung"),
}
"""Column → the headings it may have."""
NEEDED = ("name", "email")
_HEADINGS = {fold(heading): name for name, headings in COLUMNS.items() for heading in headings}
_ROLES = {
    **dict.fromkeys(("", "member", "mitglied"), MEMBER),
    **dict.fromkeys(("chair", "leitung", "vorsitz", "leiterin", "leiter"), CHAIR),
    **dict.fromkeys(("deputy", "vertretung", "stellvertretung"), DEPUTY),
}
_CONSENT = {"": False, "no": False, "nein": False, "yes": True, "ja": True}


@dataclass(frozen=True)
class Fault:
    """What is wrong, and where: the cell as spreadsheets name it (``C7``), or the row alone."""

    cell: str
    reason: Said


@dataclass(frozen=True)
class Plan:
    """What a table holds: the people to add, as arguments of `members.add`, and what stands against adding them."""

    people: tuple[Mapping[str, str | bool], ...]
    faults: tuple[Fault, ...]


def read(store: Store, body: int, sheets: Sequence[Sheet], today: str) -> Plan:
    """Read the first sheet of a file for a body; ``today`` (ISO) is the first day where a row names none."""
    sheet = sheets[0] if sheets else Sheet("")
    columns: dict[str, int] = {}
    for index, heading in sheet.headers.items():
        name = _HEADINGS.get(fold(heading))
        if name is not None:
            columns.setdefault(name, index)
    missing = [name for name in NEEDED if name not in columns]
    if missing:
        return Plan((), (Fault("1", said(D_("The columns are missing: %(names)s."), names=", ".join(missing))),))
    if not sheet.rows:
        return Plan((), (Fault("1", said(D_("There are no rows."))),))
    reader = _Reader(columns, [member for member in members.all_of(store, body) if not member.erased], today)
    for row in sheet.rows:
        reader.take(row)
    return Plan(tuple(reader.people), tuple(reader.faults))


def keep(store: Store, body: int, plan: Plan) -> int:
    """Add the people of a plan, all or none, and return how many they are.

    Raises Problem members.faulty if there is any fault, and those of `members.add`.
    """
    if plan.faults:
        listing = tuple(
            said(D_("Cell %(cell)s: %(reason)s"), cell=fault.cell, reason=fault.reason) for fault in plan.faults[:100]
        )
        raise Problem("members.faulty", count=len(plan.faults), listing=listing)
    with store.transaction():
        for person in plan.people:
            members.add(store, body, **person)  # type: ignore[arg-type]
    return len(plan.people)


def table(found: Iterable[Member]) -> str:
    """Return members as CSV that `read` takes, with the last day as one more column; formulas are made harmless."""
    target = io.StringIO()
    writer = csv.writer(target)
    writer.writerow([*COLUMNS, "until"])
    for member in found:
        values = [str(getattr(member, name)) for name in COLUMNS if name != "consent"]
        writer.writerow([*map(neutralised, values), "yes" if member.consent else "no", member.until])
    return target.getvalue()


class _Reader:
    """Reads rows; what is wrong is kept with its cell."""

    def __init__(self, columns: Mapping[str, int], known: Sequence[Member], today: str) -> None:
        self._columns, self._known, self._today = columns, known, today
        self._rows: dict[str, int] = {}
        self.people: list[Mapping[str, str | bool]] = []
        self.faults: list[Fault] = []

    def take(self, row: Row) -> None:
        """Read a row."""
        before = len(self.faults)
        texts = {name: _plain(row.cells.get(index, "")) for name, index in self._columns.items()}
        person: dict[str, str | bool] = {
            "name": texts["name"],
            "email": texts["email"],
            "organisation": texts.get("organisation", ""),
            "stands_for": texts.get("stands_for", ""),
            "role": _ROLES.get(fold(texts.get("role", "")), ""),
            "language": _language(texts.get("language", "")),
            "since": texts.get("since", "").partition("T")[0] or self._today,
        }
        for name in ("name", "organisation", "stands_for"):
            if len(str(person[name])) > LONGEST_NAME:
                self._fault(row, name, D_("More than %(limit)s characters."), limit=LONGEST_NAME)
        if not person["name"]:
            self._fault(row, "name", D_("The name is missing."))
        if person["organisation"] and not fold_name(str(person["organisation"])):
            self._fault(row, "organisation", D_("The name has no letters."))
        if not person["role"]:
            self._fault(row, "role", D_("Write member, chair or deputy."))
        if not person["language"]:
            self._fault(row, "language", D_("“%(text)s” is no language of the service."), text=texts["language"][:20])
        consent = fold(texts.get("consent", ""))
        if consent not in _CONSENT:
            self._fault(row, "consent", D_("Write yes or no."))
        person["consent"] = _CONSENT.get(consent, False)
        if not is_day(str(person["since"])):
            self._fault(row, "since", D_("Write the day like this: 2026-12-31."))
        self._check_address(row, str(person["email"]), str(person["since"]))
        if len(self.faults) == before:
            self.people.append(person)
        self.faults[before:] = sorted(self.faults[before:], key=lambda fault: (len(fault.cell), fault.cell))

    def _check_address(self, row: Row, text: str, since: str) -> None:
        try:
            address = mail.checked(text).casefold()
        except Problem:
            self._fault(row, "email", D_("“%(text)s” is no e-mail address."), text=text[:40])
            return
        if address in self._rows:
            self._fault(row, "email", D_("The address stands in row %(number)s already."), number=self._rows[address])
        self._rows.setdefault(address, row.number)
        if any(each.email.casefold() == address and (not each.until or each.until >= since) for each in self._known):
            self._fault(row, "email", D_("The address is that of a member already."))

    def _fault(self, row: Row, name: str, message: str, **values: object) -> None:
        column = self._columns.get(name)
        cell = f"{letter(column)}{row.number}" if column is not None else str(row.number)
        self.faults.append(Fault(cell, said(message, **values)))


def _plain(text: str) -> str:
    """Return a cell's text; the apostrophe that `table` puts before what looks like a formula goes."""
    plain = line(text)
    return plain[1:] if plain.startswith("'") and plain[1:].startswith(FORMULA_STARTS) else plain


def _language(text: str) -> str:
    """Return the tag of a language that is named by it, in German, English or itself; "" if there is none."""
    if not text:
        return "de"
    wanted = fold(text)
    for entry in languages.registry().values():
        if wanted in map(fold, (entry.tag, entry.german, entry.english, entry.autonym)):
            return entry.tag
    return ""
