"""Many members at once: all or none, each fault with its cell; what is exported comes in again as it was."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest

from survey_service.network import bodies, importing, members
from survey_service.problems import Problem
from survey_service.questionnaire.xlsform.workbook import Row, Sheet
from survey_service.store.base import Store
from tests.network.conftest import TODAY, join

BOTH_STORES = True


def sheets(*rows: tuple[str, ...]) -> list[Sheet]:
    """Return rows as the reader of files does: empty cells are left out."""
    head, *others = ({index: text for index, text in enumerate(row) if text} for row in rows)
    return [Sheet("csv", head, [Row(number, cells) for number, cells in enumerate(others, 2)])]


def taken(store: Store, body: int, *rows: tuple[str, ...]) -> int:
    return importing.keep(store, body, importing.read(store, body, sheets(*rows), TODAY))


def test_a_table_is_added_whole(store: Store, body: int) -> None:
    join(store, body, "Olga Alt", "Diakonie e.V.", since="2026-01-01")
    rows = (
        ("E-Mail", "Name", "Träger", "Rolle", "Sprache", "Seit", "vertritt", "Einwilligung", "Notiz"),
        ("anna@example.org", "Anna  Amt", "DIAKONIE", "Leitung", "Arabisch", "2026-02-01", "", "ja", "egal"),
        ("ben@example.org", "Ben Bau", "", "", "", "", "Anna Amt"),
        ("cem@example.org", "Cem Cafe", "Caritas", "Stellvertretung", "uk", "2026-03-01T00:00:00", "", "nein"),
    )
    assert taken(store, body, *rows) == 3
    anna, ben, cem = members.all_of(store, body)[1:]
    assert (anna.name, anna.organisation, anna.role, anna.language) == ("Anna Amt", "Diakonie e.V.", "chair", "ar")
    assert (anna.since, anna.consent) == ("2026-02-01", True)
    assert (ben.role, ben.language, ben.since, ben.stands_for, ben.consent) == (
        "member",
        "de",
        TODAY,
        "Anna Amt",
        False,
    )
    assert (cem.role, cem.language, cem.since) == ("deputy", "uk", "2026-03-01")


def test_each_fault_has_its_cell_and_nobody_is_added(store: Store, body: int) -> None:
    join(store, body, "Olga Alt")
    rows = (
        ("name", "email", "role", "language", "since", "consent", "organisation"),
        ("Anna Amt", "anna@example.org"),
        ("", "ben"),
        ("Cem Cafe", "ANNA@example.org", "king", "klingonisch", "1.2.2026", "maybe", "…"),
        ("Dana Dorf", "olga@example.org"),
        ("x" * 201, "emil@example.org"),
    )
    plan = importing.read(store, body, sheets(*rows), TODAY)
    assert [fault.cell for fault in plan.faults] == ["A3", "B3", "B4", "C4", "D4", "E4", "F4", "G4", "B5", "A6"]
    with pytest.raises(Problem) as caught:
        importing.keep(store, body, plan)
    assert caught.value.code == "members.faulty"
    assert "Cell B4: The address stands in row 2 already." in str(caught.value)
    assert len(members.all_of(store, body)) == 1


def test_a_table_without_its_columns_or_rows_is_refused(store: Store, body: int) -> None:
    for rows in ((("Vorname", "E-Mail"), ("Anna", "anna@example.org")), (("name", "email"),)):
        (fault,) = importing.read(store, body, sheets(*rows), TODAY).faults
        assert fault.cell == "1"
    assert importing.read(store, body, [], TODAY).faults


def test_who_left_before_may_come_back_by_a_table(store: Store, body: int) -> None:
    olga = join(store, body, "Olga Alt", since="2026-01-01")
    members.leave(store, olga.id, "2026-11-22")
    assert taken(store, body, ("name", "email"), ("Olga Alt", "olga@example.org")) == 1
    assert [member.since for member in members.current(store, body, TODAY)] == [TODAY]


def test_a_closed_body_takes_none_of_a_table(store: Store, body: int) -> None:
    bodies.close(store, body)
    with pytest.raises(Problem, match="A closed body"):
        taken(store, body, ("name", "email"), ("Anna Amt", "anna@example.org"))


def test_what_is_exported_comes_in_again(store: Store, body: int) -> None:
    other = bodies.add(store, {"de": "Beirat"}, "board").id
    join(store, body, "=1+1 Anna", "@Treff", consent=True, role="chair", email="anna@example.org", language="ar")
    join(store, body, "'Ben' Bau, B.", "“Quatsch”; GmbH", email="ben@example.org", stands_for="-5")
    text = importing.table(members.all_of(store, body))
    rows = [*csv.reader(io.StringIO(text))]
    assert rows[1][:3] == ["'=1+1 Anna", "anna@example.org", "'@Treff"]
    assert taken(store, other, *map(tuple, rows)) == 2
    for one, again in zip(members.all_of(store, body), members.all_of(store, other), strict=True):
        assert replace(one, id=0, body=0) == replace(again, id=0, body=0)
