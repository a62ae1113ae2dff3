"""Who took part: gathered for the time of a version, frozen without names, said in each format; names by consent."""

from __future__ import annotations

import io
from typing import Any

import docx
import pikepdf
import pypdfium2
import pytest
from docx.oxml.ns import qn

from survey_service.concept import docx as as_docx
from survey_service.concept import paper, pdf, taking_part, versions
from survey_service.concept.model import Concept, Decision
from survey_service.concept.paper import Paper
from survey_service.concept.taking_part import Held, Participation, TookPart
from survey_service.network import bodies, erasing, meetings, members
from survey_service.store.base import Store
from tests.concept.conftest import DECISION, add, adopt, begin

BOTH_STORES = True
MINUTES = "https://büro.example/protokolle?id=1&x=ü_2%20"
ASCII = "https://xn--bro-hoa.example/protokolle?id=1&x=%C3%BC_2%20"


def join(store: Store, body: int, name: str, organisation: str = "", **more: Any) -> int:
    email = f"{name.lower()}@example.org"
    given = {"since": "2026-01-01", **more}
    return members.add(store, body, name=name, email=email, organisation=organisation, **given).id


@pytest.fixture
def body(store: Store) -> int:
    """A body with people of two organisations and one without, and a meeting with minutes in May."""
    made = bodies.add(store, {"de": "Arbeitskreis Wohnen", "en": "Housing"}, "working_group").id
    anna = join(store, made, "Anna", "Diakonie e.V.", consent=True)
    join(store, made, "Ben", "DIAKONIE")
    join(store, made, "Cem", "Caritas")
    dana = join(store, made, "Dana", consent=True)
    held = meetings.add(store, made, day="2026-05-04", time="18:00", place="Rathaus", minutes_url=MINUTES)
    meetings.note_people(store, held.id, [anna, dana], {})
    meetings.add(store, made, day="2026-03-02", time="18:00", place="Rathaus")
    cancelled = meetings.add(store, made, day="2026-04-01", time="18:00", place="Rathaus")
    meetings.change(store, cancelled.id, cancelled=True)
    meetings.add(store, made, day="2026-11-21", time="18:00", place="Rathaus")  # after the decision
    return made


def adopted(store: Store, decision: Decision = DECISION) -> Concept:
    number = begin(store)
    add(store, number)
    return adopt(store, number, decision)


def shown(store: Store, concept: Concept) -> Paper:
    found = versions.taking_part_in(store, concept)
    return paper.of(concept, "de", str, found, taking_part.named(store, found))


def lines(made: Paper) -> list[str]:
    assert made.involvement is not None
    return [f"{line.text} {line.address}".strip() for body in made.involvement.bodies for line in body.lines]


def test_who_took_part_is_frozen_with_what_was_adopted(store: Store, body: int) -> None:
    bodies.add(store, {"de": "Leerer Kreis"}, "other")
    closed = bodies.add(store, {"de": "Alter Kreis"}, "other").id
    join(store, closed, "Emil", "Amt")
    bodies.close(store, closed)
    concept = adopted(store)
    expected = TookPart(
        body=body,
        name={"de": "Arbeitskreis Wohnen", "en": "Housing"},
        organisations=("Caritas", "Diakonie e.V."),
        alone=1,
        meetings=(Held("2026-03-02", "", 0, 3), Held("2026-05-04", MINUTES, 2, 3)),
    )
    assert concept.took_part == Participation("", "2026-11-20", (expected,))
    join(store, body, "Fatma", "AWO")
    bodies.change(store, body, name={"de": "Anders"})
    assert versions.load(store, concept.number).took_part == concept.took_part
    assert lines(shown(store, concept)) == [
        "Organisations: Caritas; Diakonie e.V.",
        "People without an organisation: 1",
        "Named because they agreed: Anna (Diakonie e.V.); Dana",
        "Meeting on 2. März 2026",
        "Meeting on 4. Mai 2026: 2 of 3 votes present",
        f"Minutes: {MINUTES}",
    ]


def test_names_are_never_frozen_and_go_with_the_consent(store: Store, body: int) -> None:
    concept = adopted(store)
    stored = str([each.body for each in store.collection(versions.VERSIONS).find()])
    assert not [name for name in ("Anna", "Ben", "Dana", "anna@") if name in stored]
    anna, _, _, dana = members.all_of(store, body)
    members.change(store, anna.id, consent=False)
    assert "Named because they agreed: Dana" in lines(shown(store, concept))
    members.leave(store, dana.id, "2026-11-22")
    erasing.erase(store, dana.id)
    assert not [line for line in lines(shown(store, concept)) if "Named" in line]
    assert versions.load(store, concept.number).took_part == concept.took_part


def test_a_revision_names_who_took_part_since_the_decision_before(store: Store, body: int) -> None:
    first = adopted(store)
    ben = members.all_of(store, body)[1]
    members.leave(store, ben.id, "2026-11-20")
    cem = members.all_of(store, body)[2]
    members.leave(store, cem.id, "2026-11-21")
    draft = versions.load(store, begin(store))
    assert shown(store, draft).involvement is not None
    (found,) = versions.taking_part_in(store, draft).bodies
    assert (found.organisations, found.alone) == (("Caritas", "Diakonie e.V."), 1)
    assert [held.day for held in found.meetings] == ["2026-11-21"]
    assert versions.taking_part_in(store, first) == first.took_part
    members.leave(store, members.all_of(store, body)[0].id, "2026-11-20")
    (found,) = versions.taking_part_in(store, draft).bodies
    assert found.organisations == ("Caritas",)


def test_without_anybody_there_is_no_annex(store: Store) -> None:
    assert shown(store, adopted(store)).involvement is None


def test_a_word_document_links_the_minutes(store: Store, body: int) -> None:
    data = as_docx.render(shown(store, adopted(store)), as_docx.day_of(versions.load(store, 1)))
    document: Any = docx.Document(io.BytesIO(data))
    headings = [(each.style.name, each.text) for each in document.paragraphs if each.style.name.startswith("Heading")]
    assert headings[-2:] == [("Heading 2", "Annex: who took part"), ("Heading 3", "Arbeitskreis Wohnen")]
    links = [*document.element.body.iter(qn("w:hyperlink"))]
    outside = [link.get(qn("r:id")) for link in links if link.get(qn("r:id"))]
    assert [document.part.rels[id].target_ref for id in outside] == [ASCII]
    assert MINUTES in [each.text for each in links[-1].iter(qn("w:t"))]
    places = {each.get(qn("w:name")) for each in document.element.body.iter(qn("w:bookmarkStart"))}
    assert {link.get(qn("w:anchor")) for link in links} - {None} <= places
    assert "Organisations: Caritas; Diakonie e.V." in [each.text for each in document.paragraphs]


def test_a_pdf_links_the_minutes_and_stays_tagged(store: Store, body: int) -> None:
    data = pdf.render(shown(store, adopted(store)))
    with pikepdf.open(io.BytesIO(data)) as opened:
        assert opened.Root.MarkInfo.Marked
        addresses = [
            str(mark.A.URI) for page in opened.pages for mark in page.get("/Annots", []) if "/URI" in mark.get("/A", {})
        ]
        with opened.open_outline() as outline:
            assert [each.title for each in outline.root[0].children][-1] == "Annex: who took part"
    assert addresses == [ASCII]
    text = " ".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(data))
    assert "Named because they agreed: Anna (Diakonie e.V.); Dana" in text
