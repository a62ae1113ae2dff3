"""Newsletters: items that are public, in the manager's order, gated by language, frozen; the feed's ids stay."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import pytest

from survey_service import languages
from survey_service.closing import feed, gate, issues, news
from survey_service.closing.composing import Source
from survey_service.closing.issues import Letter
from survey_service.closing.news import Published
from survey_service.concept import progress
from survey_service.concept.model import Progress
from survey_service.monitoring.figures import Batches
from survey_service.paths import bundled
from survey_service.questionnaire.loader import load_folder
from survey_service.responses.revisions import Publications
from survey_service.store.base import Store
from tests.closing.conftest import publish, save, write
from tests.concept.conftest import refusal
from tests.offers.listed import add

CHOSEN = [(news.MEASURES, "item-2/1"), (news.BECAME, "1"), (news.CONCEPT, "1"), (news.FIGURES, "1")]


@pytest.fixture
def made(source: Source) -> Published:
    """A loop page in German and English, a concept, a finished measure, a batch of figures."""
    write(source)
    write(source, "en")
    publish(source, {"en": "draft"})
    progress.note(source.store, "item-2", Progress("done", "2026-11-22"), "Mara")
    store = source.store
    return Published(store, Batches(lambda: store), Publications(store))


def words(store: Store, name: str, **said: str) -> None:
    for tag, text in said.items():
        save(store, news.key_of(store, name), tag, text)


def send(made: Published, wanted: dict[str, str] | None = None) -> Letter:
    return issues.publish(made, wanted or {}, issues.mark_of(news.compose(made)), "Mara")


def test_only_what_is_public_can_be_chosen(made: Published) -> None:
    found = {kind: [each.ref for each in made.candidates(kind)] for kind in news.KINDS}
    assert found == {"became": ["1"], "concept": ["1"], "measure": ["item-2/1"], "figures": ["1"], "offer": [],
                     "questionnaire": []}  # fmt: skip
    for kind, ref in (("became", "2"), ("offer", "x"), ("secret", "1")):
        assert refusal(news.choose, made, kind, ref) == "closing.missing"
    progress.note(made.store, "item-2", Progress("running"), "Mara")
    assert refusal(news.choose, made, "measure", "item-2/1") == "closing.missing"


def test_items_have_the_order_of_the_manager(made: Published) -> None:
    for kind, ref in (*CHOSEN, CHOSEN[0]):
        news.choose(made, kind, ref)
    assert news.chosen(made.store) == CHOSEN
    news.rearrange(made.store, *CHOSEN[3], "up")
    news.rearrange(made.store, *CHOSEN[0], "up")
    assert news.chosen(made.store) == [CHOSEN[0], CHOSEN[1], CHOSEN[3], CHOSEN[2]]
    news.rearrange(made.store, *CHOSEN[0], "down")
    news.rearrange(made.store, *CHOSEN[3], "out")
    assert news.chosen(made.store) == [CHOSEN[1], CHOSEN[0], CHOSEN[2]]
    assert refusal(news.rearrange, made.store, *CHOSEN[3], "up") == "closing.missing"
    entries = news.compose(made).entries
    assert [each.link for each in entries] == ["became/ARB/1", "concept/1#item-2", "concept/1"]
    assert [each.languages for each in entries] == [("de", "en"), (), ()]
    assert entries[1].facts == {"day": "2026-11-22"}


def test_the_gate_names_what_a_language_lacks(made: Published) -> None:
    for kind, ref in CHOSEN:
        news.choose(made, kind, ref)
    words(made.store, "note/became/1", de="Lesen Sie es.")
    lacking = gate.gaps(news.needed(made.store, news.compose(made)))
    assert [each.kind for each in lacking["de"]] == ["title"]
    assert [each.kind for each in lacking["en"]] == ["title", "note"]
    told = [each.kind for each in lacking["ar"]]
    assert told == ["title", "measure", "target", "note", "result"]


def test_a_newsletter_is_published_frozen_and_the_next_begins_empty(made: Published) -> None:
    store = made.store
    assert refusal(send, made) == "closing.empty"
    news.choose(made, *CHOSEN[0])
    assert refusal(send, made) == "closing.incomplete"
    words(store, "title", de="Neues im November", en="News of November")
    mark = issues.mark_of(news.compose(made))
    words(store, "intro", de="Guten Tag.")
    assert refusal(issues.publish, made, {}, mark, "Mara") == "closing.changed"
    assert refusal(send, made, {"en": "draft"}) == "closing.incomplete"  # the greeting is German only
    first = send(made)
    assert (first.number, first.languages, first.previous) == (1, {"de": "reviewed"}, "")
    assert (first.issue.title["de"], first.issue.intro) == ("Neues im November", {"de": "Guten Tag."})
    assert (news.chosen(store), news.compose(made).title, news.number(store)) == ([], {}, 2)
    progress.note(store, "item-2", Progress("running"), "Mara")  # what was published stays
    assert issues.load(store, 1) == first
    news.choose(made, *CHOSEN[1])
    words(store, "title", de="Zwei", en="Two")
    second = send(made, {"en": "reviewed"})
    assert (second.number, second.previous) == (2, first.digest)
    assert issues.all_letters(store) == [second, first]
    stored = store.collection(news.ISSUES).first(number=1)
    assert stored is not None
    store.collection(news.ISSUES).replace(stored.id, {**stored.body, "day": "2020-01-01"}, version=stored.version)
    assert refusal(issues.load, store, 1) == "closing.broken"


def test_the_feed_has_ids_that_stay() -> None:
    def entry(number: int, **more: Any) -> feed.Entry:
        return feed.Entry(**{"number": number, "digest": f"hash {number}", "title": f"Nr. <{number}>",
                             "moment": f"2026-11-2{number}T09:00:00+00:00", "lines": ("Eins", "Zwei"),
                             **more})  # fmt: skip

    def read(*entries: feed.Entry, tag: str = "ar", server: str = "https://a.example") -> ElementTree.Element:
        return ElementTree.fromstring(feed.atom(entries, languages.language(tag), "Neues", server, "Kreis"))

    space = "{http://www.w3.org/2005/Atom}"
    one = read(entry(1))
    both = read(entry(2), entry(1), server="https://b.example")
    assert one.get("{http://www.w3.org/XML/1998/namespace}lang") == "ar"
    assert one.findtext(f"{space}id") == both.findtext(f"{space}id")
    assert read(entry(1), tag="de").findtext(f"{space}id") != one.findtext(f"{space}id")
    newest, oldest = both.findall(f"{space}entry")
    assert oldest.findtext(f"{space}id") == one.findtext(f"{space}entry/{space}id")
    assert newest.findtext(f"{space}id") != oldest.findtext(f"{space}id")
    assert both.findtext(f"{space}updated") == "2026-11-22T09:00:00+00:00"
    assert newest.findtext(f"{space}title") == "Nr. <2>"
    assert newest.findtext(f"{space}content") == "Eins\nZwei"
    link = newest.find(f"{space}link")
    assert link is not None
    assert link.get("href") == "https://b.example/ar/news/2"


def test_offers_and_open_questionnaires_are_items(store: Store) -> None:
    publications = Publications(store)
    publications.publish({"needs": load_folder(bundled("forms"), gate=False).questionnaires["needs"]})
    add(store, "offer01", A04_name="Deutsch im Park")
    add(store, "offer02", A04_name="Fahrdienst")
    made = Published(store, Batches(lambda: store), publications)
    offers = made.candidates(news.OFFER)
    assert [(each.ref, each.names) for each in offers] == [
        ("offer02", ({"*": "Fahrdienst"},)), ("offer01", ({"*": "Deutsch im Park"},)),
    ]  # fmt: skip
    (needs,) = made.candidates(news.QUESTIONNAIRE)
    assert (needs.ref, needs.link, len(needs.languages)) == ("needs", "q/needs", 24)
    news.choose(made, news.OFFER, "offer01")
    news.choose(made, news.QUESTIONNAIRE, "needs")
    assert [each.kind for each in gate.gaps(news.needed(store, news.compose(made)))["ti"]] == ["title"]
    publications.set_open("needs", False)  # closed before it was published: it is left out
    assert [each.kind for each in news.compose(made).entries] == [news.OFFER]
