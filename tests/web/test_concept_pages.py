"""The public pages of the concept: adopted versions only, each at its address, German words marked as German."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import replace

import docx
import pikepdf
import pytest
from flask.testing import FlaskClient

from survey_service import clock
from survey_service.concept import accepting, items, versions
from survey_service.concept.model import Concept, Judgement
from survey_service.store.base import Store
from tests.concept.conftest import FIELDS, MEASURE, NOW, TITLE, add, adopt, begin, block, file


@pytest.fixture(autouse=True)
def at_nine() -> Iterator[None]:
    with clock.fixed(NOW):
        yield


@pytest.fixture
def adopted(store: Store) -> Concept:
    number = begin(store)
    accepting.accept(store, number, file(store, block()), "Mara")
    add(store, number, "Mehr <b>Kurse</b>.\n\n- am Abend\n- am Morgen")
    add(store, number, "Abendkurs.", kind="measure", field="WOH", measure=MEASURE)
    return adopt(store, number)


def test_there_is_nothing_before_something_is_decided(client: FlaskClient, store: Store) -> None:
    assert "/concept" not in client.get("/en/").text
    page = client.get("/en/concept")
    assert (page.status_code, "Nothing has been decided yet." in page.text) == (200, True)
    number = begin(store)
    add(store, number, "Geheim.")
    for address in ("/en/concept/1", "/en/concept/1.pdf", "/en/concept/1.docx", "/en/concept/7"):
        assert client.get(address).status_code == 404
    versions.consult(store, number, "Mara")
    assert client.get("/en/concept/1").status_code == 404
    assert "Geheim" not in client.get("/en/concept").text


def test_an_adopted_version_has_a_page(client: FlaskClient, adopted: Concept) -> None:
    assert 'href="/en/concept"' in client.get("/en/").text
    assert 'href="/en/concept/1"' in client.get("/en/concept").text
    answer = client.get("/en/concept/1")
    page = answer.text.replace("\xa0", " ")
    assert answer.status_code == 200
    assert "Decided on November 20, 2026 by Kreistag: einstimmig" in page
    assert "Valid from December 1, 2026 to December 31, 2029" in page
    assert "40 of 95 people, 42% (33% to 52%). Report 1, snapshot abc123" in page
    assert "Judgement of: AK Arbeit" in page
    assert "Who does it: Jobcenter. By when: June 30, 2027" in page
    assert "40 of 95 look for work." in page  # it is there in English
    assert '<p lang="de" dir="ltr">Mehr &lt;b&gt;Kurse&lt;/b&gt;.</p>' in page
    assert '<ul lang="de" dir="ltr"><li>am Abend</li>' in page
    assert all(f'id="{item.key}"' in page for item in adopted.items)
    assert "There is a newer version" not in page
    arabic = client.get("/ar/concept/1").text
    assert '<p lang="en" dir="ltr">40 of 95 look for work.</p>' in arabic
    assert 'dir="rtl"' in arabic
    assert "Offers set against it" not in arabic  # a text of the desk


def test_the_page_of_a_replaced_version_stays_and_says_so(client: FlaskClient, store: Store, adopted: Concept) -> None:
    versions.begin(store, TITLE, FIELDS, "Mara")
    before = client.get("/de/concept/1").text
    assert client.get("/de/concept/2").status_code == 404
    add(store, 2, "Neu in der zweiten.")
    adopt(store, 2)
    page = client.get("/en/concept/1").text
    assert "There is a newer version." in page
    assert "Neu in der zweiten." not in client.get("/de/concept/1").text
    assert "Neu in der zweiten." in client.get("/de/concept/2").text
    assert before.count("<article") == client.get("/de/concept/1").text.count("<article") == 3


def test_its_files_are_in_german_in_whatever_language_they_are_asked_for(client: FlaskClient, adopted: Concept) -> None:
    answer = client.get("/ar/concept/1.docx")
    document = docx.Document(io.BytesIO(answer.data))
    assert answer.headers["Content-Disposition"] == "attachment; filename=integrationskonzept-1.docx"
    assert document.core_properties.language == "de"
    assert "40 von 95 suchen Arbeit." in " ".join(each.text for each in document.paragraphs)
    with pikepdf.open(io.BytesIO(client.get("/ar/concept/1.pdf").data)) as opened:
        assert opened.Root.MarkInfo.Marked
        assert str(opened.Root.Lang).startswith("de")
    assert client.get("/ar/concept/1.xlsx").status_code == 404


def test_a_version_that_was_tampered_with_is_not_shown(client: FlaskClient, store: Store, adopted: Concept) -> None:
    stored = store.collection(versions.VERSIONS).first(number=1)
    assert stored is not None
    stored.body["frozen"]["items"][0]["wording"]["texts"]["de"] = "Gefälscht."
    store.collection(versions.VERSIONS).replace(stored.id, stored.body, version=stored.version)
    for address in ("/de/concept", "/de/concept/1", "/de/concept/1.pdf"):
        answer = client.get(address)
        assert answer.status_code == 500
        assert b"Gef\xc3\xa4lscht" not in answer.data


def test_nothing_can_be_sent_to_it(client: FlaskClient, adopted: Concept) -> None:
    for method in ("post", "put", "patch", "delete"):
        assert getattr(client, method)("/de/concept/1").status_code == 405


def second_version(store: Store) -> None:
    """Revise the first version: one statement worded anew, one measure changed, one goal left out, one new."""
    versions.begin(store, TITLE, FIELDS, "Mara")
    before = {item.key: item.wording for item in versions.load(store, 2).items}
    changed = {"de": "40 von 95 suchen Arbeit.", "en": "40 of 95 look for good work."}
    items.edit(store, 2, "item-1", seen=1, texts=changed, basis=Judgement("AK Arbeit"), by="Mara")
    other = replace(MEASURE, lead="VHS", effort="L", budget=2_000_000)
    items.edit(store, 2, "item-3", seen=1, texts=before["item-3"].texts, measure=other, by="Mara")
    items.take_out(store, 2, "item-2")
    add(store, 2, "Neues Ziel.")
    adopt(store, 2)


def test_two_adopted_versions_are_compared_word_by_word(client: FlaskClient, store: Store, adopted: Concept) -> None:
    assert "/concept/compare" not in client.get("/en/concept").text
    second_version(store)
    address = "/en/concept/compare?old=1&amp;new=2"
    assert f'href="{address}"' in client.get("/en/concept").text
    assert f'href="{address}"' in client.get("/en/concept/2").text
    assert address not in client.get("/en/concept/1").text
    page = client.get("/en/concept/compare?old=1&new=2").text.replace("\xa0", " ")
    assert "<h1>What changed from 1 to 2</h1>" in page
    articles = dict(re.findall(r'<article id="(item-\d+)"(.*?)</article>', page, re.S))
    assert list(articles) == ["item-1", "item-4", "item-3", "item-2"]  # as the new one is read; what is gone comes last
    assert '40 of 95 look for <ins><span class="hidden">new: </span>good </ins>work.' in articles["item-1"]
    gone = "40 of 95 people, 42% (33% to 52%). Report 1, snapshot abc123"
    assert f'<del><span class="hidden">left out: </span>{gone}' in articles["item-1"]
    assert '<ins><span class="hidden">new: </span>Judgement of: AK Arbeit</ins>' in articles["item-1"]
    assert '<p class="wording" lang="de" dir="ltr">Abendkurs.</p>' in articles["item-3"]
    assert "<del>" in articles["item-3"]
    for old, new in (
        ("Who does it: Jobcenter. By when: June 30, 2027", "Who does it: VHS. By when: June 30, 2027"),
        ("medium", "large"),
        ("€12,500.50", "€20,000.00"),
    ):
        assert f'<del><span class="hidden">left out: </span>{old}</del>' in articles["item-3"]
        assert f'<ins><span class="hidden">new: </span>{new}</ins>' in articles["item-3"]
    assert "Horizon" not in articles["item-3"]
    assert '<ins><span class="hidden" lang="en" dir="ltr">new: </span>Neues Ziel.</ins>' in articles["item-4"]
    assert "2: Left out</h2>" in articles["item-2"]
    assert (
        '<del><span class="hidden" lang="en" dir="ltr">left out: </span>Mehr &lt;b&gt;Kurse&lt;/b&gt;.'
        in articles["item-2"]
    )
    back = client.get("/en/concept/compare?old=2&new=1").text
    assert '<del><span class="hidden">left out: </span>good </del>' in back
    assert "Nothing differs." in client.get("/en/concept/compare?old=2&new=2").text


def test_only_adopted_versions_are_compared(client: FlaskClient, store: Store, adopted: Concept) -> None:
    versions.begin(store, TITLE, FIELDS, "Mara")
    add(store, 2, "Geheim.")
    for query in ("old=1&new=2", "old=2&new=1", "old=1", "old=1&new=x", "old=1&new=9", "old=1&new=-1", ""):
        answer = client.get(f"/en/concept/compare?{query}")
        assert (answer.status_code, "Geheim" in answer.text) == (404, False), query
