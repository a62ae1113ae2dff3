"""A year of the county, as docs/ tells it: people answer, a report says what is missing, statements rest on it, three
bodies vote, each comment is answered, the concept is adopted and public; the next wave has other figures for two
statements, a revision says so, and Amira reads in Arabic what became of her answers.

Time passes by the clock of the service; Mara signs in anew each season. How the pages are drawn is looked at by the
journeys of their own: test_concept, test_consulting_desk, test_consulting, test_network, test_closing, test_languages.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import docx
import openpyxl
import pypdfium2
import pytest
from playwright.sync_api import Page, expect

from survey_service import clock, outbox, settings
from survey_service.accounts import accounts, audit
from survey_service.closing import publishing
from survey_service.concept import versions
from survey_service.concept.model import Evidence
from survey_service.consulting import inviting
from survey_service.network import bodies, members
from survey_service.questionnaire.loader import Library
from survey_service.responses.revisions import Publications
from survey_service.responses.submissions import Submission, submit
from survey_service.store.base import Store
from survey_service.web.context import Context
from tests.journeys.conftest import OpenPage, Service, serving
from tests.journeys.test_desk import PASSWORD

SPRING = dt.datetime(2026, 5, 12, 9, tzinfo=dt.UTC)
SUMMER = dt.datetime(2026, 8, 3, 9, tzinfo=dt.UTC)
VOTING = dt.datetime(2026, 9, 1, 9, tzinfo=dt.UTC)
AFTER = dt.datetime(2026, 9, 16, 9, tzinfo=dt.UTC)
KREISTAG = dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC)
NEXT = dt.datetime(2027, 5, 18, 9, tzinfo=dt.UTC)
AUTUMN = dt.datetime(2027, 11, 23, 9, tzinfo=dt.UTC)
PEOPLE = {"Anna": ("AK_ARB", "Jobcenter"), "Ben": ("AK_WOH", "Wohnen für alle e. V."), "Cem": ("advisory_board", "")}
"""Who votes: body and organisation, one of each body."""
SAVE = "#_form .actions button"
COURSES = "Deutschkurse am Abend, auch auf dem Land."
TOO_DEAR = "Dafür fehlt das Geld."
ANSWERS = (("accepted", "Das wurde ergänzt."), ("rejected", "Das Geld ist bewilligt."))
EVENING = "دورات مسائية في القرى أيضًا."


@pytest.fixture
def county(library: Library, tmp_path: Path) -> Iterator[Service]:
    """The service in spring, with a manager and three bodies, each with a member who has an address."""
    with clock.fixed(SPRING), serving(library, tmp_path) as service:
        accounts.add(service.store, "Mara", ["manager"], PASSWORD, actor="test", now=SPRING)
        yield service


def answer(store: Store, day: dt.date, people: int, *, job: int, flat: int) -> None:
    """Let so many people answer, of whom so many need a job and a flat."""
    publications = Publications(store)
    for number in range(people):
        answers = {
            "B00": "yes",
            "B01": "self",
            "B02": "27-44",
            "B04": "16066042",
            "C2": "yes",
            "B08": ["ARB", "WOH"],
            "B09_ARB": ["ARB.job" if number < job else "none"],
            "B09_WOH": ["WOH.find" if number < flat else "none"],
        }
        given = Submission(str(uuid.uuid4()), publications.current("needs").revision, "de", answers, 1, "web")
        submit(store, publications, given, receipt_key="another secret", today=day)


def amira_answers(county: Service, folder: Path) -> str:
    """Answer in Arabic: she looks for work. Return her four words. How it is done on a phone others tell."""
    answers = {"B00": "yes", "C2": "yes", "B08": ["ARB"], "B09_ARB": ["ARB.job"]}
    publications = Publications(county.store)
    given = Submission(str(uuid.uuid4()), publications.current("needs").revision, "ar", answers, 1, "web")
    key = Context(settings.load(folder / "instance"), county.store).receipt_key
    return submit(county.store, publications, given, receipt_key=key, today=SPRING.date()).receipt


@dataclass
class Mara:
    """Mara at her phone, signed in."""

    page: Page
    url: str

    def open(self, path: str) -> None:
        self.page.goto(f"{self.url}{path}")


class Year:
    """Mara through the seasons; each has its own signing in, for sessions end meanwhile."""

    def __init__(self, county: Service, phone: OpenPage, folder: Path) -> None:
        self.county, self.phone, self.folder = county, phone, folder

    @contextmanager
    def season(self, now: dt.datetime) -> Iterator[Mara]:
        """Let it be another day, on which Mara signs in."""
        with clock.fixed(now):
            page = self.phone("de", scripts=False)
            page.set_default_timeout(60_000)
            page.goto(f"{self.county.url}/manage/login")
            page.fill("#name", "Mara")
            page.fill("#password", PASSWORD)
            page.click("main button")
            page.wait_for_url(lambda url: "/login" not in url)
            yield Mara(page, self.county.url)
            page.context.close()

    def report(self, mara: Mara, number: int) -> None:
        """Make the gap report, and wait for it."""
        mara.page.goto(f"{self.county.url}/manage/reports")
        mara.page.click("button[value=needs_and_offers]")
        mara.page.wait_for_url(f"**/manage/reports/{number}", timeout=120_000)

    def links(self) -> dict[str, str]:
        """Send what is due of the round, and return the link in each member's invitation."""
        values = settings.load(self.folder / "instance", public_url=self.county.url)
        inviting.send(self.county.store, values, clock.today())
        letters = [outbox.message(each) for each in outbox.folder(values.instance, outbox.OUTBOX).glob("*.eml")]
        found = {}
        for name in PEOPLE:
            letter = next(each for each in letters if each["To"] == f"{name.lower()}@example.org")
            body = letter.get_body(("plain",))
            assert body is not None
            (found[name],) = set(re.findall(rf"{self.county.url}/\S+", body.get_content()))
        return found


def vote(year: Year, link: str, votes: dict[str, dict[str, str]]) -> None:
    """Open the link of a letter on a phone, agree, and vote on statements by item."""
    page = year.phone("de", scripts=False)
    page.set_default_timeout(30_000)
    page.goto(link)
    page.check("input[name=K0][value=yes]")
    page.locator("input[name=K5]").first.check()
    page.click(SAVE)
    page.wait_for_url("**/statements")
    for item, answers in votes.items():
        page.goto(f"{link}/statements/{item}")
        page.check(f"input[name=K1][value={answers['K1']}]")
        for name in ("K2", "K3"):
            if name in answers:
                page.fill(f"#{name}", answers[name])
        page.click(SAVE)
        page.wait_for_url("**saved=yes")
    page.context.close()


def adopt(mara: Mara, number: int, day: dt.datetime) -> None:
    page = mara.page
    mara.open(f"/manage/concept/{number}")
    if page.locator("button[value=consult]").count():
        page.click("button[value=consult]")
        page.wait_for_url("**done=consult")
    page.fill("#result", "einstimmig")
    ends = day.date() + dt.timedelta(days=1_000)
    for name, value in (("day", day.date()), ("start", day.date()), ("end", ends)):
        page.fill(f"#{name}", value.isoformat())
    page.click("button[value=adopt]")
    page.wait_for_url("**done=adopt")


@pytest.mark.timeout(600)
def test_a_year(county: Service, phone: OpenPage, tmp_path: Path) -> None:
    year, store = Year(county, phone, tmp_path), county.store
    words = amira_answers(county, tmp_path)
    answer(store, SPRING.date(), 59, job=42, flat=27)
    with year.season(SUMMER) as mara:
        statements_of_the_report(year, mara)
        by_code = bodies_with_members(mara, store)
    with year.season(VOTING) as mara:
        consult(year, mara, by_code)
    with year.season(AFTER) as mara:
        answer_comments(mara)
        take_over(mara)
        read_the_table(mara)
    with year.season(KREISTAG) as mara:
        adopt(mara, 1, KREISTAG)
        read_in_public(year)
    first = versions.load(store, 1)
    assert [item.wording.texts["de"] for item in first.items if item.kind == "measure"] == [COURSES]

    answer(store, NEXT.date(), 60, job=30, flat=45)
    with year.season(NEXT) as mara:
        renew(year, mara)
    with year.season(AUTUMN) as mara:
        adopt(mara, 2, AUTUMN)
        assert versions.load(store, 1).items == first.items
        basis = versions.load(store, 2).item("item-1").wording.basis
        assert isinstance(basis, Evidence)
        assert (basis.report, basis.count, basis.n) == (2, 73, 120)
        compare_in_public(year)
        tell_what_became(mara, store)
        read_what_became(year, words)
    assert audit.first_fault(store) is None


def statements_of_the_report(year: Year, mara: Mara) -> None:
    """Make the gap report, begin the concept with its two statements, and answer one by a measure."""
    page = mara.page
    year.report(mara, 1)
    mara.open("/manage/concept")
    page.click("main form button")
    page.wait_for_url("**/manage/concept/1")
    page.goto(f"{mara.url}/manage/concept/1/inputs")
    page.click("button[name=all]")
    page.wait_for_url("**accepted=2&known=0")
    measure(mara)


def bodies_with_members(mara: Mara, store: Store) -> dict[str, int]:
    """Take the bodies from the choice list and give three of them a member; return their ids by code."""
    mara.open("/manage/network")
    mara.page.click("button[value=take]")
    mara.page.wait_for_selector("[role=status]")
    by_code = {body.code: body.id for body in bodies.all_bodies(store)}
    for name, (code, organisation) in PEOPLE.items():
        members.add(store, by_code[code], name=name, email=f"{name.lower()}@example.org", organisation=organisation)
    return by_code


def consult(year: Year, mara: Mara, by_code: dict[str, int]) -> None:
    """Open a round of three bodies on all three items; a member of each votes."""
    page = mara.page
    mara.open("/manage/consulting/new")
    page.fill("#title", "Herbst 2026")
    page.fill("#closes", "2026-09-15")
    for code, _ in PEOPLE.values():
        page.check(f"main [name=body][value='{by_code[code]}']")
    for item in ("item-1", "item-2", "item-3"):
        page.check(f"main [name=item][value={item}]")
    page.click("main form .actions button")
    page.wait_for_url("**/consulting/1")
    page.click("button[value=open]")
    page.wait_for_url("**done=open")
    links = year.links()
    vote(year, links["Anna"], {"item-1": {"K1": "agree"}, "item-3": {"K1": "reservation", "K3": COURSES}})
    vote(year, links["Ben"], {"item-2": {"K1": "agree"}, "item-3": {"K1": "disagree", "K2": TOO_DEAR}})
    vote(year, links["Cem"], {f"item-{number}": {"K1": "agree"} for number in (1, 2, 3)})


def answer_comments(mara: Mara) -> None:
    """Answer both comments with a reason."""
    page = mara.page
    mara.open("/manage/consulting/1/comments")
    page.click("article .links a >> nth=0")
    for said, (verdict, reason) in zip((COURSES, TOO_DEAR), ANSWERS, strict=True):
        expect(page.locator("main")).to_contain_text(said)
        page.check(f"[value={verdict}]")
        page.fill("#reason", reason)
        page.click("button[name=next]")
    page.wait_for_selector("[role=status]")


def take_over(mara: Mara) -> None:
    """Take the version back, take the accepted wording over, and make the table final."""
    page = mara.page
    mara.open("/manage/concept/1")
    page.click("button[value=take_back]")
    page.wait_for_url("**done=take_back")
    mara.open("/manage/consulting/1/comments")
    page.click("article .links a >> nth=0")
    page.click("form[action$=wording] button")
    page.wait_for_url("**done=taken")
    mara.open("/manage/consulting/1/table")
    page.click("main form button")
    page.wait_for_url("**done=final")


def read_the_table(mara: Mara) -> None:
    """Read the Abwägungstabelle in each format: comments, answers, organisations, and no people."""
    for form in ("docx", "pdf", "xlsx"):
        told = text_of(form, fetched(mara.page, form))
        for said in (COURSES, TOO_DEAR, *(reason for _, reason in ANSWERS), "Jobcenter"):
            assert squeezed(said) in told, form
        assert "Anna" not in told


def read_in_public(year: Year) -> None:
    """Find what was adopted on the public pages."""
    reader = year.phone("de", scripts=False)
    reader.goto(f"{year.county.url}/de/concept")
    reader.click("main h2 a")
    reader.wait_for_url("**/de/concept/1")
    expect(reader.locator("#item-3")).to_contain_text(COURSES)


def renew(year: Year, mara: Mara) -> None:
    """Make the report anew: both statements have other figures; begin a revision with them."""
    page = mara.page
    year.report(mara, 2)
    mara.open("/manage/concept")
    expect(page.locator("[aria-labelledby=_flags] li")).to_have_count(2)
    page.click("main form button")
    page.wait_for_url("**/manage/concept/2")
    for item in ("item-1", "item-2"):
        mara.open(f"/manage/concept/2/items/{item}/evidence")
        page.click("button[value=renew]")
        page.wait_for_url(f"**/manage/concept/2#{item}")


def compare_in_public(year: Year) -> None:
    """Read what the revision changes."""
    reader = year.phone("de", scripts=False)
    reader.goto(f"{year.county.url}/de/concept/compare?old=1&new=2")
    expect(reader.locator("del").first).to_be_attached()
    expect(reader.locator("ins").first).to_be_attached()


def tell_what_became(mara: Mara, store: Store) -> None:
    """Write in German and Arabic what became of the answers on work, and publish it."""
    page = mara.page
    mara.open("/manage/closing")
    page.locator('main a[href$="/ARB"]').first.click()
    page.wait_for_url("**/ARB")
    place = page.url
    for tag, said in (("de", COURSES), ("ar", EVENING)):
        page.goto(f"{place}?in={tag}")
        for field in page.locator("form.texts :is(textarea, input)[id^=field-]").all():
            if not field.input_value():
                field.fill(said)
        page.locator("form.texts button").click()
        page.wait_for_url(re.compile("saved=yes"))
    page.select_option("select[name=state-ar]", "reviewed")
    page.locator("form").last.locator("button").click()
    page.wait_for_url("**published=1")
    assert publishing.load(store, 1).languages == {"de": "reviewed", "ar": "reviewed"}


def read_what_became(year: Year, words: str) -> None:
    """Let Amira read it in Arabic, for everybody and of her own answers."""
    amira, url = year.phone("ar", scripts=False), year.county.url
    amira.set_default_timeout(30_000)
    amira.goto(f"{url}/ar/became/ARB")
    expect(amira.locator("main")).to_contain_text(EVENING)
    amira.goto(f"{url}/ar/receipt")
    amira.fill("[name=words]", words)
    amira.locator("main form button").first.click()
    expect(amira.locator("#_became")).to_be_attached()
    expect(amira.locator("main")).to_contain_text(EVENING)


def measure(mara: Mara) -> None:
    """Write a measure that answers the first statement."""
    page = mara.page
    mara.open("/manage/concept/1/items/new")
    page.select_option("#kind", "measure")
    page.select_option("#field", "ARB")
    page.fill("#text-de", "Deutschkurse am Abend.")
    page.fill("#judgement", "AK Arbeit")
    page.fill("#lead", "Volkshochschule")
    page.select_option("#horizon", "short")
    page.select_option("#effort", "S")
    page.fill("#due", "2027-06-30")
    page.check("[name=serves][value=item-1]")
    page.click("main form.texts button")
    page.wait_for_url("**/items/item-3")


def fetched(page: Page, form: str) -> bytes:
    """Take the table of comments away in a format."""
    with page.expect_download() as download:
        page.click(f'main a[href$="format={form}"], main a[href$=".{form}"], main a[href$="/{form}"]')
    return Path(download.value.path()).read_bytes()


def squeezed(text: str) -> str:
    """Return a text as it is whether or not its words were parted at the end of a line."""
    return re.sub(r"[\s\ufffe\u00ad-]", "", text)


def text_of(form: str, content: bytes) -> str:
    """Return all text of a file, squeezed."""
    if form == "docx":
        document = docx.Document(io.BytesIO(content))
        cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
        return squeezed("".join([*(each.text for each in document.paragraphs), *cells]))
    if form == "xlsx":
        sheets = openpyxl.load_workbook(io.BytesIO(content)).worksheets
        rows = (row for sheet in sheets for row in sheet.iter_rows(values_only=True))
        return squeezed("".join(str(value) for row in rows for value in row))
    return squeezed("".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(content)))
