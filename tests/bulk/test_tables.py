"""Which sheet, row and column of a file say what, and what a hostile or a huge one does."""

from __future__ import annotations

import io
import zipfile

import openpyxl
import pytest

from survey_service.bulk import tables, template
from survey_service.bulk.applying import apply
from survey_service.bulk.plan import plan
from survey_service.bulk.tables import Terms
from survey_service.offers import register
from survey_service.problems import Problem
from survey_service.responses.loading import files
from survey_service.responses.revisions import Published
from survey_service.responses.submissions import RESPONSES
from survey_service.store.base import Store
from tests.conftest import TODAY
from tests.questionnaire.xlsform.workbooks import workbook

ROW = ["Angebot", "Verein", "Kurs", "INT"]
NAMES = ["A01", "A02", "A04_name", "A05_fields"]
TERMS = Terms("liste.xlsx", "de", published=True)


def read(offers: Published, data: bytes, name: str = "liste.xlsx", terms: Terms = TERMS) -> tables.Reading:
    return tables.read(offers.questionnaire, files.read(data, name), terms)


def test_headings_are_names_or_labels_and_the_sheet_with_most_of_them_counts(offers: Published) -> None:
    labels = [f"{offers.questionnaire.questions[name].label['de']} *" for name in NAMES]
    for heads in ([NAMES], [labels], [NAMES, labels]):
        found = read(offers, workbook(Notizen=[["A01"], ["x"]], Liste=[*heads, ROW]))
        [entry] = found.proposed
        assert (entry.place, entry.row, entry.answers["A04_name"]) == ("Liste", len(heads) + 1, "Kurs")
        assert found.findings == []


def test_columns_that_are_none_or_stand_twice_are_named(offers: Published) -> None:
    found = read(offers, workbook(Liste=[[*NAMES, "Notiz", "A02"], [*ROW, "x", "y"]]))
    assert [(each.code, str(each.place)) for each in found.findings] == [
        ("column", "Liste!E1"),
        ("column_twice", "Liste!F1"),
    ]
    assert found.proposed[0].answers["A02"] == "Verein"


def test_a_formula_without_a_value_is_pointed_out(offers: Published, store: Store) -> None:
    book = openpyxl.Workbook()
    for row in ([*NAMES, "A19_max"], [*ROW, "=1+1"]):
        book.active.append(row)  # type: ignore[union-attr]
    target = io.BytesIO()
    book.save(target)
    [entry] = read(offers, target.getvalue()).proposed
    assert (entry.doubts, "A19_max" in entry.answers) == ({"A19_max": "formula"}, False)
    [finding] = plan(store, offers.questionnaire, offers.revision, [entry], TODAY).findings
    assert (finding.code, str(finding.place)) == ("formula", "Sheet!E2")


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("sign", [";", ",", "\t"])
def test_csv_of_any_delimiter(offers: Published, mark: str, sign: str) -> None:
    text = mark + "\r\n".join([sign.join(NAMES), sign.join(ROW)])
    [entry] = read(offers, text.encode(), "liste.csv").proposed
    assert (entry.answers["A01"], entry.answers["A05_fields"], str(entry.row)) == ("offer", ["INT"], "2")


def test_a_bomb_is_refused(offers: Published) -> None:
    target = io.BytesIO(workbook(Liste=[NAMES, ROW]))
    with zipfile.ZipFile(target, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/bomb.xml", b"0" * 60_000_000)
    with pytest.raises(Problem) as caught:
        read(offers, target.getvalue())
    assert caught.value.code == "loading.unusable"


def test_the_key_comes_of_the_number_or_the_name_however_it_is_written(offers: Published) -> None:
    def key(organisation: str, name: str, number: str = "") -> str:
        return tables.key_of({"A02": organisation, "A04_name": name}, number)

    assert key("Verein e. V.", "Kurs") == key("VEREIN", " kurs ") != key("Verein", "Kurs 2")
    assert key("Verein", "Kurs", "7") == key("Verein", "Anders", "7") != key("Verein", "Kurs", "8")
    assert key("Verein", "7") != key("Verein", "", "7")


def test_ten_thousand_rows_with_faults_in_the_middle_store_nothing_before_they_are_applied(
    offers: Published, store: Store
) -> None:
    rows = [
        ";".join([*ROW[:2], f"Kurs {number}", "XXX" if 5_000 <= number < 5_010 else "INT"]) for number in range(10_000)
    ]
    found = read(offers, "\n".join([";".join(NAMES), *rows]).encode(), "liste.csv")
    made = plan(store, offers.questionnaire, offers.revision, found.proposed, TODAY)
    assert (len(made.new), [each.proposed.row for each in made.refused]) == (9_990, [*range(5_002, 5_012)])
    assert (store.collection(RESPONSES).count(), list(register.all_offers(store))) == (0, [])
    apply(store, made, "mara", receipt_key="0" * 64, today=TODAY)
    assert store.collection(RESPONSES).count() == store.collection(register.OFFERS).count() == 9_990


def test_the_csv_template_has_both_headings(offers: Published) -> None:
    lines = template.csv_template(offers.questionnaire, "de", str).decode("utf-8-sig").splitlines()
    assert lines[0].startswith("offer;number;confirmed;A00;A01;A02")
    assert len(lines) == 2
