"""Every page that respondents see, in one language, as the service sends it: walks through Flask's test client.

A walk yields a name at each page it stands on. What it types differs from language to language, so that nothing typed
can be taken for a text that nobody has translated.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from flask import Flask

from survey_service import clock, languages
from survey_service.consulting import rounds
from survey_service.monitoring.figures import Batches
from survey_service.offers import moderation, register
from survey_service.problems import CATALOGUE, Problem
from survey_service.responses import joining, links
from survey_service.responses.revisions import Publications
from survey_service.responses.schedule import Schedule
from survey_service.responses.submissions import Submission, submit
from survey_service.store.base import Store
from survey_service.web import i18n, patience, problems_view
from tests.journeys.gallery_closing import became
from tests.monitoring import published as figures
from tests.offers import sample
from tests.offers.listed import add
from tests.web.browser import Browser
from tests.web.consultation import Consultation, in_languages

FIELDS = ("ARB", "WOH", "INT", "INF", "GES", "BIL", "KIF")
_PROBLEMS = (
    "request.",
    "page.",
    "service.failed",
    "service.unavailable",
    "questionnaire.missing",
    "response.",
    "code.",
    "offer.gone",
    "notice.",
    "wish.",
)
_OF_THE_DESK = ("request.host", "response.file_missing", "notice.missing", "wish.gone")
_DETAILS = {"most": 1000, "reference": "0a1b2c3d", "reason": "under_16", "language": "xx", "count": 2, "members": "id"}
_FOLDED = re.compile(
    r'(<(?:div|section|p)\b[^>]*(?:data-view|data-page|id="_(?:waiting|refused|errors)")[^>]*?) hidden'
)


@dataclass(frozen=True)
class Shot:
    """One page: a name that is the same in all languages, and its HTML."""

    name: str
    html: str


@dataclass(frozen=True)
class Studio:
    """A service with the bundled questionnaires; ``store`` is its store."""

    app: Flask
    store: Store

    @property
    def publications(self) -> Publications:
        return Publications(self.store)


Walk = Callable[[Studio, Browser, str], Iterator[str]]


def shots(studio: Studio, tag: str, *walks: Walk) -> list[Shot]:
    """Return the pages of some walks in one language; each walk has a browser of its own."""
    found = []
    for walk in walks:
        browser = Browser(studio.app.test_client())
        browser.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = languages.language(tag).html
        for name in walk(studio, browser, tag):
            assert f'<html lang="{languages.language(tag).html}"' in browser.page.html, f"{name} is not in {tag}"
            found.append(Shot(f"{walk.__name__} {name}", browser.page.html))
    return found


def arriving(studio: Studio, browser: Browser, tag: str) -> Iterator[str]:
    """From the choice of a language to the start page, the pages beside it, and addresses that lead nowhere."""
    if tag != "de-simple":  # chosen, and never guessed from what a browser accepts
        for address, name in (("/", "languages"), ("/q/needs", "languages of one")):
            browser.open(address)
            yield name
    for address, name in (
        (f"/{tag}/", "questionnaires"),
        (f"/{tag}/privacy", "privacy"),
        (f"/{tag}/imprint", "imprint"),
        (f"/{tag}/accessibility", "accessibility"),
        (f"/{tag}/receipt", "receipt"),
        (f"/{tag}/receipt/withdrawn", "withdrawn"),
        (f"/{tag}/contact", "contact"),
        (f"/{tag}/contact/sent", "contact sent"),
        (f"/{tag}/erase", "erase"),
        (f"/{tag}/erased", "erased"),
        (f"/{tag}/q/needs/thanks", "thanks"),
        (f"/{tag}/q/needs/thanks?end=no_consent", "thanks without consent"),
        (f"/{tag}/q/needs/thanks?end=under_16", "thanks under 16"),
        (f"/{tag}/nowhere", "404"),
        (f"/{tag}/q/needs/about", "no draft"),
        (f"/{tag}/?kiosk", "kiosk"),
        (f"/{tag}/kiosk/needs?kiosk=needs", "kiosk idle"),
    ):
        browser.open(address)
        yield name
    browser.open(f"/{tag}/receipt")
    browser.send(words="a-b-c-d")
    yield "receipt refused"
    browser.open(f"/{tag}/contact")
    browser.send()
    yield "contact refused"
    browser.open(f"/{tag}/q/needs", environ_overrides={patience.BUSY: True})
    assert browser.status == 503
    yield "503"


def needs(_studio: Studio, browser: Browser, tag: str) -> Iterator[str]:
    """The needs questionnaire with errors and unveiled questions, to the receipt, and what its holder can do."""
    yield from _needs(browser, tag, FIELDS)


def needs_in_short(_studio: Studio, browser: Browser, tag: str) -> Iterator[str]:
    """The same with the pages of two fields of action only."""
    yield from _needs(browser, tag, ("ARB", "GES"))


def _needs(browser: Browser, tag: str, fields: tuple[str, ...]) -> Iterator[str]:
    at = f"/{tag}/q/needs"
    browser.open(at)
    yield "start"
    browser.send(B00=None)
    yield "start refused"
    browser.send(B00="yes")
    yield "about"
    browser.send(B01="self", B02="27-44", B03="w", B04="16066042", B05="2-5_years")
    yield "language"
    browser.open(at)
    yield "begun"
    browser.open(f"/{tag}/erase")
    yield "erase with a draft"
    browser.open(f"{at}/language")
    if tag != "de-simple":
        browser.send(button=("_languages", "yes"))
        yield "languages on the way"
        browser.open(f"{at}/language")
    browser.send(B06=["ar", "de"], B07="2")
    yield "personal"
    browser.send(C2="yes")
    yield "fields"
    browser.send(B08=["ARB", "WOH", "BIL", "INT"])
    yield "fields refused"
    for field in fields:
        browser.open(f"{at}/fields")
        browser.send(B08=[field])
        yield from _field(browser, field, tag)
    browser.open(f"{at}/home")
    yield "home"
    browser.send(B13="yes", B15="work", B16="own")
    yield "home unveiled"
    browser.send(B14=["0-2", "16-17"])
    yield "life"
    browser.send(B17="3", B18="pna", B19="EU")
    yield "closing"
    browser.send(B20=["email", "none"])
    yield "closing refused"
    browser.send(B20=["email"], B21=f"<{tag}>\n&", B22="no")
    yield "check"
    browser.send()
    yield "done"
    words = re.findall(r"<code[^>]*>([a-z-]+)</code>", browser.page.html)[0]
    browser.open(at)
    yield "start after sending"
    browser.open(f"/{tag}/receipt")
    browser.send(words=words)
    yield "response"
    browser.send(f"/{tag}/receipt", words=words, _copy="yes")
    yield "copy"
    browser.send(f"/{tag}/receipt", words=words, _withdraw="yes")
    yield "withdraw"


def _field(browser: Browser, field: str, tag: str) -> Iterator[str]:
    yield f"field {field}"
    needed = next(value for value in _offered(browser, f"B09_{field}") if value.startswith(f"{field}."))
    browser.send(**{f"B09_{field}": [needed, "other"], f"B11_{field}": "known_not_used"})
    yield f"field {field} unveiled"
    browser.send(**{f"B09_{field}_other": tag * 200, f"B10_{field}": "3", f"B12_{field}": ["language", "other"]})
    yield f"field {field} refused"
    browser.send(**{f"B09_{field}_other": f"<{tag}>"})


def _offered(browser: Browser, name: str) -> list[str]:
    return [control.value for control in browser.page.controls if control.name == name]


TYPED = "…"
"""Stands for a text that differs from language to language."""
OTHERS: dict[str, dict[str, str | list[str]]] = {
    "offers": {"A00": "yes", "A01": "project", "A02": TYPED, "A04_name": TYPED, "A05_fields": ["ARB"]},
    "experts": {"E00": "yes", "E01": TYPED, "E02": ["ARB", "BIL"]},
    "consultation": {"K0": "yes", "K0_statement": "ARB-1.2", "K0_group": "AK_ARB", "K1": "disagree", "K2": TYPED},
}


def others(_studio: Studio, browser: Browser, tag: str) -> Iterator[str]:
    """The other questionnaires to the receipt; where something is required, it is left out once."""
    for questionnaire, answers in OTHERS.items():
        left = {name: f"<{tag}>" if answer == TYPED else answer for name, answer in answers.items()}
        browser.open(f"/{tag}/q/{questionnaire}")
        yield f"{questionnaire} start"
        for _ in range(40):
            given = {name: left.pop(name) for name in browser.page.names() & set(left)}
            before = browser.url
            browser.send(**dict.fromkeys(given))
            yield f"{questionnaire} {_place(browser)}, {browser.status}"
            if given:
                if browser.url != before:
                    browser.open(before)  # it might be left out
                browser.send(**given)
                yield f"{questionnaire} {_place(browser)}"
            if _place(browser) == "done":
                break
        assert _place(browser) == "done"


def _place(browser: Browser) -> str:
    return browser.url.rpartition("/")[2]


def helping(_studio: Studio, browser: Browser, tag: str) -> Iterator[str]:
    """The script for whoever helps somebody to answer."""
    browser.open(f"/{tag}/help/needs")
    yield "script"


def offer(studio: Studio, browser: Browser, tag: str) -> Iterator[str]:
    """The page of an offer with all that can be said of it, and what hangs on it; then one that is gone."""
    own = f"<{tag}>"
    number = int.from_bytes(tag.encode(), "big") % 10**11 * 10
    made = published(studio, number, own, A21="2099-12-31")
    for address, name in (
        (made, "page"),
        (f"{made}/report", "report"),
        (f"print?offer={made}", "print"),
        ("map", "map"),
    ):
        browser.open(f"/{tag}/offers/{address}")
        yield name
    browser.open(f"/{tag}/offers/{made}/report")
    browser.send(text=own)
    yield "report refused"
    browser.send(about="gone")
    yield "page after a report"
    changes = {
        "A14_free": "yes",
        "A14_cost": None,
        "A14_fees": None,
        "A12": "yes",
        "A17_whole": "yes",
        "A17": None,
        "A21": "2001-01-31",
    }
    ended = published(studio, number + 1, own, A19_free=3, A11_min=None, **changes)
    browser.open(f"/{tag}/offers/{ended}")
    yield "page of a project that has ended"
    closed = published(studio, number + 2, own, A01="offer", A21=None, A06="temporarily_closed")
    browser.open(f"/{tag}/offers/{closed}")
    yield "page of an offer that is closed for a time"
    register.change(studio.store, closed, confirmed="2020-02-01")
    browser.open(f"/{tag}/offers/{closed}")
    yield "page of an offer that is not confirmed"
    joining.merge(studio.store, studio.publications, made, closed, "gallery", taken=(), today=clock.today())
    browser.open(f"/{tag}/offers/{closed}")
    assert browser.url == f"/{tag}/offers/{made}"
    yield "page of an offer that another was merged into"
    browser.page.html = browser.client.post(f"/{tag}/offers/{made}/report", data={"about": "gone"}).text
    yield "report that was open too long"
    for each in (made, ended):  # so that no other language lists them
        moderation.take_off(studio.store, each, "gallery", reason="-")
    browser.open(f"/{tag}/offers/{made}")
    assert browser.status == 410
    yield "gone"


def published(studio: Studio, number: int, own: str, **changes: object) -> str:
    """Publish an offer about which everything is said, with ``own`` for all that is typed, and return its id."""
    inputs = {name: own if name in sample.TYPED else answer for name, answer in {**sample.FULL, **changes}.items()}
    key = f"44444444-4444-4444-8444-{number:012}"
    given = {name: answer for name, answer in inputs.items() if answer is not None}
    submission = Submission(key, studio.publications.current("offers").revision, "de", given, 0, "web")
    submit(studio.store, studio.publications, submission, receipt_key="0" * 64, today=clock.today())
    stored = studio.store.collection(register.OFFERS).first(response_key=key)
    assert stored is not None
    moderation.decide(studio.store, stored.body["offer"], "published", "gallery")
    return str(stored.body["offer"])


def side_by_side(_studio: Studio, browser: Browser, tag: str) -> Iterator[str]:
    """Pages in two languages, one of them written the other way round. No search for untranslated texts fits them."""
    second = "de" if languages.language(tag).direction == "rtl" else "ar"
    browser.open(f"/{tag}/q/needs?with=assisted.{second}")
    yield "start"
    browser.send(browser.page.action, B00="yes")
    yield "about"
    browser.open(f"/{tag}/q/needs/closing")
    yield "what is still needed"


def offline(_studio: Studio, browser: Browser, tag: str) -> Iterator[str]:
    """The document that a phone keeps, with all its views unfolded at once, one below the other."""
    browser.open(f"/{tag}/offline/needs-1")
    assert _FOLDED.search(browser.page.html)
    browser.page.html = _FOLDED.sub(r"\1", browser.page.html)
    yield "document"


def closing(studio: Studio, browser: Browser, tag: str) -> Iterator[str]:
    """A questionnaire that is paused, not yet open, full, closed or asks for a code; nothing open at all; refusals."""
    publications = studio.publications
    browser.open(f"/{tag}/q/consultation")
    browser.send(K0="yes")
    for name, schedule in (
        ("paused", Schedule(paused=True)),
        ("planned", Schedule(opens="2099-12-31")),
        ("full", Schedule(limit=1)),
        ("closed", Schedule(is_open=False)),
    ):
        publications.set_schedule("consultation", schedule)
        visitor = Browser(studio.app.test_client())
        visitor.open(f"/{tag}/q/consultation")
        browser.page.html = visitor.page.html
        assert name == "full" or visitor.status >= 400
        yield name
        browser.open(f"/{tag}/q/consultation/statement")
        yield f"{name} for somebody who has begun"
    publications.set_schedule("consultation", Schedule())
    links.set_code(studio.store, "experts", links.PLAIN, "482 913")
    browser.open(f"/{tag}/q/experts")
    browser.send(E00="yes")
    yield "code missing"
    browser.send(E00="yes", _code="1")
    yield "code wrong"
    links.set_code(studio.store, "experts", links.PLAIN, "")
    for name in OTHERS | {"needs": {}}:
        publications.set_open(name, False)
    browser.open(f"/{tag}/")
    yield "nothing open"
    for name in OTHERS | {"needs": {}}:
        publications.set_open(name, True)


def refusals(studio: Studio, browser: Browser, tag: str) -> Iterator[str]:
    """The page of each Problem that respondents can meet."""
    for code, kind in CATALOGUE.items():
        if not code.startswith(_PROBLEMS) or code in _OF_THE_DESK:
            continue
        wanted = set(re.findall(r"%\((\w+)\)s", kind.message))
        with studio.app.test_request_context(f"/{tag}/"):
            i18n.use(tag)
            problem = Problem(code, **{name: _DETAILS[name] for name in wanted})
            browser.page.html = problems_view.problem_page(problem).get_data(as_text=True)
        yield code


def finding(studio: Studio, browser: Browser, tag: str) -> Iterator[str]:
    """The directory of offers: the list, filters, what nothing is found for, the second page."""
    if not studio.store.collection(register.OFFERS).count():
        with studio.store.transaction():
            for number in range(24):
                add(studio.store, f"offer{number:02}", **OFFERED[number % len(OFFERED)])
    studio.app.extensions["survey_service"].directory.renew()
    for arguments, name in (
        ("", "offers"),
        ("?page=2", "second page of offers"),
        ("?place=16066042&only=free&field=INT&language=ar&inactive=yes", "offers by filters"),
        (f"?q={'x' * 300}&place=16066063&day=SU&only=none", "no offers"),
    ):
        browser.open(f"/{tag}/offers{arguments}")
        yield name


def results(studio: Studio, browser: Browser, tag: str) -> Iterator[str]:
    """The published figures: none, a topic, by municipality, one indicator, an older batch, alone for a frame."""
    if not Batches(lambda: studio.store).count():
        browser.open(f"/{tag}/results")
        yield "no results"
        figures.fill(studio.store)
        figures.publish(studio.store)
        figures.note(studio.store, "INT3", "2027-Q2", 60, 120)
        figures.note(studio.store, "ARB1", "2024", 1001, 2400)  # a correction
        figures.publish(studio.store)
        figures.publish(studio.store, withdraw=[("ARB2", 1, "2025")])
    for arguments, name in (
        ("", "results"),
        ("?field=INT", "results of a survey"),
        (f"?field=ARB&area={figures.MEININGEN}&year=2025", "results by choice"),
        ("?field=ARB&batch=1", "older results"),
        ("/ARB1", "indicator"),
        ("/ARB1?embed=1", "indicator alone"),
    ):
        browser.open(f"/{tag}/results{arguments}")
        yield name


OFFERED: tuple[dict[str, Any], ...] = (
    {
        "A04_name": "Deutsch im Park",
        "A09": ["de", "ar"],
        "A14_free": "yes",
        "A12": "no",
        "A16": ["child_care", "evening"],
    },
    {"A04_name": "Fahrdienst", "A05_fields": ["INF", "GES"], "A10": "always", "A15": ["step_free"], "A08_days": ["MO"]},
    {"A04_name": "Bis gestern", "A01": "project", "A21": "2020-01-31", "A16": ["women_only", "online"]},
    {"A04_name": "Lange still", "confirmed": "2020-02-01", "A17_whole": "yes", "A05_fields": ["WOH", "KIF"]},
    {"A04_name": "Zurzeit zu", "A06": "temporarily_closed", "A07_type": "physical", "A07_place": "16066042"},
    {"A04_name": "Nicht mehr da", "A06": "inactive", "A14_free": "yes", "A09": ["ar"], "A05_fields": ["INT"]},
)


def consulting(studio: Studio, browser: Browser, tag: str) -> Iterator[str]:
    """The pages behind a link to a consultation, from the consent to the results, and how a lost link is asked for."""
    held = _consultation(studio)
    at, first = held.address(f"Anna {tag}"), held.round.items[0].item
    browser.open(at)
    yield "start"
    browser.send(K0=None)
    assert browser.status == 422
    yield "start refused"
    browser.send(K0="yes", K5="organisation")
    yield "statements"
    browser.open(f"{at}/statements/{first}")
    yield "statement"
    browser.send(K1="disagree")
    assert browser.status == 422
    yield "statement refused"
    browser.send(K1="disagree", K2=f"Nein {tag}", K3=f"Doch {tag}", K4="4")
    yield "next statement"
    browser.open(f"{at}/statements/{first}")
    yield "statement with a vote"
    browser.open(f"{at}/votes")
    yield "votes"
    browser.open(f"{at}/erase")
    yield "erase"
    with clock.fixed(clock.now() + dt.timedelta(days=30)):
        browser.open(at)
        assert browser.url.endswith("/results")
    yield "results"
    browser.open(f"/{tag}/consulting/none")
    assert browser.status == 404
    yield "a link that is no good"
    browser.open(f"/{tag}/consulting/")
    browser.send(email="anna@")
    yield "asking refused"
    browser.send(email="anna@example.org")
    yield "asked"


def _consultation(studio: Studio) -> Consultation:
    """Return the round of the studio; what it asks about are questions, which exist in all languages."""
    opened = rounds.all_rounds(studio.store)
    if opened:
        return Consultation(studio.store, opened[0])
    model = studio.publications.current("needs").questionnaire
    tags = [entry.tag for entry in languages.offered()]
    statements = [model.questions[name].label for name in ("B07", "B08", "B17")]
    fields = [choice.label for choice in model.questions["B08"].choices[:2]]
    return in_languages(studio.store, tags, statements, fields)


EVERYTHING: tuple[Walk, ...] = (
    *(arriving, needs, others, helping, offline, closing, refusals, finding, results, offer),
    *(became, consulting),
)
SAMPLE: tuple[Walk, ...] = (arriving, needs_in_short, helping, offline, finding, results, offer, became, consulting)
