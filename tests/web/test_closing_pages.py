"""The public pages of what became of the answers, newsletters, and what the holder of a receipt is told."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
import re
import uuid
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pikepdf
import pytest
from flask.testing import FlaskClient

from survey_service import clock, settings
from survey_service.accounts.audit import AUDIT
from survey_service.app import create_app
from survey_service.closing import composing, issues, news, publishing, receipts
from survey_service.closing.composing import Source
from survey_service.closing.news import Published
from survey_service.concept import accepting, progress
from survey_service.concept.model import Progress
from survey_service.monitoring.figures import Batches
from survey_service.paths import bundled
from survey_service.questionnaire.loader import Library, load_folder
from survey_service.responses import submissions
from survey_service.responses.revisions import Publications
from survey_service.responses.submissions import RESPONSES, Submission
from survey_service.store.base import Store
from tests.closing.conftest import WAVE, adopted, need, publish, save, wave_report, write
from tests.concept.conftest import MEASURE, add, adopt, begin
from tests.monitoring import published as figures

NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
AR_WORDS = "يبحث كثيرون عن عمل."


@pytest.fixture(autouse=True)
def at_nine() -> Iterator[None]:
    with clock.fixed(NOW):
        yield


@pytest.fixture(scope="module")
def library() -> Library:
    return load_folder(bundled("forms"), gate=False)


@pytest.fixture
def client(store: Store, library: Library, tmp_path: Path) -> FlaskClient:
    Publications(store).publish({"needs": library.questionnaires["needs"]})
    return create_app(settings.load(tmp_path / "instance"), store).test_client()


@pytest.fixture
def source(client: FlaskClient, store: Store, library: Library) -> Source:
    """A concept on a wave of the bundled needs; no figures of indicators, whose names are not there in Arabic."""
    adopted(store)
    progress.note(store, "item-2", Progress("running"), "Mara")
    return Source(store, None, library.labels("fields_of_action"), library.labels("needs"))


@pytest.fixture
def told(source: Source) -> Source:
    """A page in German, English (read by a person) and Arabic (as a machine drafted it)."""
    key = f"words/{WAVE}/ARB"
    for tag, text in (("de", "Viele suchen <b>Arbeit</b>.\n\n- am Abend"), ("en", "Many look."), ("ar", AR_WORDS)):
        save(source.store, key, tag, text)
    for tag in ("en", "ar"):
        write(source, tag)
    publish(source, {"en": "reviewed", "ar": "draft"})
    return source


def shown(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.text.replace("\xa0", " ").replace("\u2068", "").replace("\u2069", "")


def test_there_is_nothing_before_something_is_published(client: FlaskClient) -> None:
    assert "became" not in client.get("/en/").text
    assert "/news" not in client.get("/en/").text
    assert "Nothing has been published yet." in shown(client, "/en/became")
    assert "Nothing has been published yet." in shown(client, "/en/news")
    for path in ("/en/became/ARB", "/en/became/ARB/1", "/en/news/1", "/en/news.pdf", "/en/news/1.pdf", "/en/news.atom"):
        assert client.get(path).status_code == 404, path


def test_a_page_says_what_was_told_concluded_done_and_decided(client: FlaskClient, told: Source) -> None:
    assert 'href="/en/became"' in client.get("/en/").text
    assert 'href="/en/became/ARB"' in shown(client, "/en/became")
    page = shown(client, "/en/became/ARB")
    for text in (
        "Survey: 2026-Q2",
        "Published on November 23, 2026 (1)",
        "A person has checked this translation.",
        "Many look.",
        "1 · Finding work",
        "40 of 95 look for work.",
        "About 40 of 95 people said this (42.1 %).",
        "The numbers are rounded to 5.",
        "en: measure 2",
        "It has begun.",
        "Who does it: Jobcenter. By when: June 30, 2027",
        "Answers no. 1",
        "Decided on November 20, 2026 by Kreistag: en: result",
        'href="/en/concept/1"',
    ):
        assert text in page, text
    assert "42 of 97" not in page
    assert page[page.index("<main") :] == (lasting := shown(client, "/en/became/ARB/1"))[lasting.index("<main") :]
    german = shown(client, "/de/became/ARB")
    assert "<p>Viele suchen &lt;b&gt;Arbeit&lt;/b&gt;.</p><ul><li>am Abend</li></ul>" in german
    assert "A person has checked" not in german
    assert "A computer translated this page" not in german


def test_it_is_offered_in_its_languages_only_and_says_who_checked_them(client: FlaskClient, told: Source) -> None:
    arabic = shown(client, "/ar/became/ARB")
    assert AR_WORDS in arabic
    assert 'dir="rtl"' in arabic
    assert "ar: statement 1" in arabic
    assert "97" not in re.sub(r"<[^>]+>", "", arabic[arabic.index("<main") :])
    assert 'hreflang="pl"' not in arabic
    for path in ("/pl/became/ARB", "/pl/became/ARB/1", "/pl/became"):
        choice = shown(client, path)
        assert [*re.findall(r'hreflang="([^"]+)"', choice)] == ["de", "en", "ar"]
        assert AR_WORDS not in choice


def test_a_correction_is_the_newest_and_the_first_one_stays(client: FlaskClient, told: Source) -> None:
    first = shown(client, "/de/became/ARB/1")
    progress.note(told.store, "item-2", Progress("done", "2026-11-22"), "Mara")
    assert shown(client, "/de/became/ARB/1") == first
    publish(told, {})
    assert "22. November 2026" in shown(client, "/de/became/ARB")
    again = shown(client, "/de/became/ARB/1")
    assert 'href="/de/became/ARB/2"' in again
    assert "22. November 2026" not in again
    assert "Many look." in shown(client, "/en/became/ARB/1")
    assert "Many look." not in shown(client, "/en/became/ARB")  # the correction is in German only


@pytest.mark.parametrize("tag", ["de", "ar"])
def test_a_page_about_nine_needs_is_a_light_one(client: FlaskClient, store: Store, library: Library, tag: str) -> None:
    """At most 8 KB on the way."""
    needs = [name for name in library.labels("needs") if name.startswith("ARB.")]
    number = begin(store)
    accepting.accept(store, number, wave_report(store, *(need(f"ARB.need.{name}") for name in needs)), "Mara")
    for place, name in enumerate(needs, 1):
        add(store, number, f"Maßnahme für {name}. " * 8, kind="measure",
            measure=dataclasses.replace(MEASURE, serves=(f"item-{place}",)))  # fmt: skip
    adopt(store, number)
    source = Source(store, None, library.labels("fields_of_action"), library.labels("needs"))
    write(source)
    write(source, "ar")
    publish(source, {"ar": "draft"})
    answer = client.get(f"/{tag}/became/ARB", headers={"Accept-Encoding": "br"})
    assert (len(needs), answer.headers["Content-Encoding"]) == (9, "br")
    assert len(answer.data) <= 8 * 1024


def test_what_was_tampered_with_is_not_shown(client: FlaskClient, told: Source) -> None:
    stored = told.store.collection(publishing.PAGES).first(number=1)
    assert stored is not None
    stored.body["content"]["words"]["de"] = "Gefälscht."
    told.store.collection(publishing.PAGES).replace(stored.id, stored.body, version=stored.version)
    for path in ("/de/became", "/de/became/ARB", "/de/became/ARB/1"):
        answer = client.get(path)
        assert (answer.status_code, "Gefälscht" in answer.text) == (500, False)


def test_hidden_and_rounded_figures_of_the_publication(client: FlaskClient, source: Source) -> None:
    figures.fill(source.store)
    figures.publish(source.store)
    batch = Batches(lambda: source.store).newest()
    full = Source(source.store, batch, source.fields, source.needs)
    for field in ("ARB", "INT"):
        write(full, field=field)
        write(full, "en", field=field)
        publish(full, {"en": "draft"}, field=field)
    work, language = shown(client, "/en/became/ARB"), shown(client, "/en/became/INT")
    assert re.search(r"<dt>Recognition need</dt><dd>•</dd>", work)
    assert "• means: hidden." in work
    assert re.search(r"<dt>Good German</dt><dd>42.1 % \(40 of 95\)</dd>", language)
    assert "• means" not in language
    assert composing.waves(full)[WAVE] == ("ARB", "INT")


# -- newsletters ---------------------------------------------------------------------------------------------------


@pytest.fixture
def letter(told: Source) -> Source:
    store = told.store
    progress.note(store, "item-2", Progress("done", "2026-11-22"), "Mara")
    made = Published(store, Batches(lambda: store), Publications(store))
    for kind, ref in (("questionnaire", "needs"), ("became", "1"), ("concept", "1"), ("measure", "item-2/1")):
        news.choose(made, kind, ref)
    for name, words in (("title", ("Neues", "What is new", "جديد")), ("intro", ("Guten Tag.", "Hello.", "مرحبًا."))):
        for tag, text in zip(("de", "en", "ar"), words, strict=True):
            save(store, news.key_of(store, name), tag, text)
    issues.publish(made, {"en": "draft", "ar": "reviewed"}, issues.mark_of(news.compose(made)), "Mara")
    return told


def test_a_newsletter_as_page(client: FlaskClient, letter: Source) -> None:
    assert 'href="/en/news"' in client.get("/en/").text
    page = shown(client, "/en/news")
    places = [page.index(text) for text in (
        "What is new", "Published on November 23, 2026 (1)", "A computer translated this page.", "Hello.",
        "You can answer now: What do you need?", "What became of your answers: ", "The integration concept was decided",
        "Decided on November 20, 2026 by Kreistag: en: result", "This is done",
        "It has been done since November 22, 2026.", "en: measure 2",
    )]  # fmt: skip
    assert places == sorted(places)
    for address in ("/en/q/needs", "/en/became/ARB/1", "/en/concept/1", "/en/concept/1#item-2", "/en/news/1.pdf"):
        assert f'href="{address}"' in page
    assert shown(client, "/en/news/1").count("<h2>") == page.count("<h2>")
    assert 'href="/en/became/ARB/1?kiosk=needs"' in shown(client, "/en/news?kiosk=needs")
    assert [*re.findall(r'hreflang="([^"]+)"', shown(client, "/pl/news"))] == ["de", "en", "ar"]
    for path in ("/pl/news/1.pdf", "/pl/news.pdf", "/pl/news.atom"):
        assert client.get(path).status_code == 404
    assert not re.search(r"<img|<script src|<iframe|http://", page)  # nobody is counted


@pytest.mark.parametrize("tag", ["de", "ar"])
def test_a_newsletter_as_tagged_pdf(client: FlaskClient, letter: Source, tag: str) -> None:
    for path in (f"/{tag}/news.pdf", f"/{tag}/news/1.pdf"):
        answer = client.get(path)
        assert answer.headers["Content-Disposition"] == f"attachment; filename=news-1-{tag}.pdf"
        with pikepdf.open(io.BytesIO(answer.data)) as opened:
            assert opened.Root.MarkInfo.Marked
            assert str(opened.Root.Lang) == tag
            links = [str(note.A.URI) for page in opened.pages for note in page.get("/Annots", [])]
    assert [link.rpartition(f"/{tag}/")[2] for link in links] == [
        "q/needs", "became/ARB/1", "concept/1", "concept/1#item-2",
    ]  # fmt: skip


def test_newsletters_as_feed(client: FlaskClient, letter: Source) -> None:
    answer = client.get("/ar/news.atom")
    assert answer.mimetype == "application/atom+xml"
    assert "Set-Cookie" not in answer.headers
    root = ElementTree.fromstring(answer.data)
    space = "{http://www.w3.org/2005/Atom}"
    (entry,) = root.findall(f"{space}entry")
    assert (root.get("{http://www.w3.org/XML/1998/namespace}lang"), entry.findtext(f"{space}title")) == ("ar", "جديد")
    assert "مرحبًا." in str(entry.findtext(f"{space}content"))
    assert client.get("/ar/news.atom", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


# -- the holder of a receipt ---------------------------------------------------------------------------------------


def send(client: FlaskClient, store: Store, needs: list[str]) -> str:
    """Send a response of the wave and return its four words."""
    answers = {"B00": "yes", "B01": "self", "B02": "27-44", "C2": "yes", "B08": ["ARB"], "B09_ARB": needs}
    here = client.application.extensions["survey_service"]
    key = str(uuid.uuid4())
    given = Submission(key, here.publications.current("needs").revision, "de", answers, 1, "web")
    today = dt.date(2026, 5, 4)
    return submissions.submit(store, here.publications, given, receipt_key=here.receipt_key, today=today).receipt


def press(client: FlaskClient, words: str, button: str = "", tag: str = "en") -> str:
    token = re.search(r'name="_csrf" value="([^"]+)"', client.get(f"/{tag}/receipt").text)
    assert token is not None
    data = {"_csrf": token[1], "words": words, **({button: "yes"} if button else {})}
    page = client.post(f"/{tag}/receipt", data=data, follow_redirects=True).text
    return page.replace("\xa0", " ").replace("\u2068", "").replace("\u2069", "")


def kept(store: Store) -> list[object]:
    """Return what a look could leave behind."""
    return [[stored.body for stored in store.collection(spec).find()] for spec in (RESPONSES, AUDIT)]


def test_the_holder_sees_what_the_answers_fed_into(client: FlaskClient, told: Source) -> None:
    store = told.store
    words = send(client, store, ["ARB.job", "ARB.permit"])
    receipts.set_look_again(store, "2026-12-24")
    before = kept(store)
    page = press(client, words)
    places = [page.index(text) for text in (
        "What became of your answers", ">Finding work</h3>", "40 of 95 look for work.",
        "About 40 of 95 people said this (42.1 %).", "What is being done", "en: measure 2", "It has begun.",
        "Who does it: Jobcenter. By when: June 30, 2027", "Decided on November 20, 2026 by Kreistag: en: result",
        ">Clarifying a work permit</h3>", "Nothing has come of this yet. Please look again from December 24, 2026.",
        'href="/en/became"',
    )]  # fmt: skip
    assert places == sorted(places)
    assert kept(store) == before
    progress.note(store, "item-2", Progress("dropped"), "Mara")
    assert "It was given up." in press(client, words)  # computed at each look
    arabic = press(client, words, tag="ar")
    assert "ar: statement 1" in arabic
    receipts.set_look_again(store, "")
    assert "Please look again in a few months." in press(client, words)
    assert "What became of your answers" not in press(client, words, "_withdraw_now")
    after = press(client, words)
    assert "Finding work" not in after
    assert "What became of your answers" not in after


def test_who_named_no_need_is_told_nothing(client: FlaskClient, told: Source) -> None:
    page = press(client, send(client, told.store, ["none"]))
    assert "The answers you sent" in page
    assert "What became of your answers" not in page


def test_before_anything_is_decided_the_holder_is_told_so(client: FlaskClient, store: Store) -> None:
    page = press(client, send(client, store, ["ARB.job"]))
    assert "Nothing has come of this yet. Please look again in a few months." in page
    assert "/became" not in page
