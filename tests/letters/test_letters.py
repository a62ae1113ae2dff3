"""Letters to providers and members of bodies: each kind in each language, as text and HTML that say the same;
nothing of strangers.
"""

from __future__ import annotations

import datetime as dt
import re
from email import message_from_bytes, policy
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey_service import letters
from survey_service import settings as settings_module
from survey_service.problems import Problem
from survey_service.settings import Settings

LINK = "https://survey.example/provider/de/confirm/AbCdEfGhIjKlMnOpQrStUv"
DAY = dt.date(2026, 6, 1)
VALUES: dict[str, Any] = {
    "link": LINK,
    "organisation": "Treff e. V.",
    "offer": "Sprachcafé <b>Süd</b>",
    "by": "Mara Muster",
    "day": DAY,
    "offers": [("Sprachcafé", DAY), ("Fahrdienst", dt.date(2026, 5, 31))],
    "reason": "Bitte die Uhrzeit ergänzen.\nUnd die Straße.",
    "what": "Die Telefonnummer stimmt nicht.",
    "round": "Wohnen und Arbeit 2026",
    "body": "Arbeitskreis Wohnen",
    "voter": "Wohnen für alle e. V.",
    "left": 3,
    "time": "18:00–20:30",
    "place": "Rathaus, Markt 1",
    "agenda": "1. Begrüßung\n2. Wohnungen",
    "count": 12,
}
CASES = [(kind, tag) for kind in letters.KINDS for tag in ("de", "de-simple", "en")]


class Elements(HTMLParser):
    """What a document is made of: tags, the addresses it leads to, and what it says."""

    def __init__(self, document: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.said = ""
        self.root: dict[str, str | None] = {}
        self.feed(document)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.root = dict(attrs) if tag == "html" else self.root
        self.addresses += [str(value) for name, value in attrs if name in ("href", "src", "background", "action")]
        assert not [value for _, value in attrs if "url(" in str(value)]

    def handle_data(self, data: str) -> None:
        self.said += data


def squeezed(text: str) -> str:
    return " ".join(text.split())


@pytest.fixture
def values(tmp_path: Path) -> Settings:
    return settings_module.load(
        tmp_path / "instance",
        mail_from="dienst@example.org",
        operator="Landkreis Muster",
        operator_email="integration@example.org",
    )


def all_of(kind: str) -> dict[str, Any]:
    found = letters.KINDS[kind]
    return {name: VALUES[name] for name in found.needs | found.may}


@pytest.mark.parametrize(("kind", "tag"), CASES)
def test_text_and_html_say_the_same(values: Settings, kind: str, tag: str) -> None:
    letter = letters.compose(values, kind, tag, **all_of(kind))
    found = Elements(letter.html)
    said = squeezed(letter.text)
    for part in (
        letter.greeting,
        *letter.says,
        *letter.items,
        *letter.quote.split("\n"),
        *letter.then,
        *letter.after,
        *letter.footer,
    ):
        assert squeezed(part) in said
        assert squeezed(part) in squeezed(found.said)
    assert (found.root["lang"], found.root["dir"]) == (
        {"de": "de", "de-simple": "de-x-simple", "en": "en"}[tag],
        "ltr",
    )
    if "link" in all_of(kind):
        assert LINK in letter.text.split("\n")
        assert (found.addresses, letter.html.count(LINK)) == ([LINK], 2)
    else:
        assert found.addresses == []
    assert not {"img", "table", "script", "link", "iframe", "form", "b"} & set(found.tags)
    assert "integration@example.org" in letter.text
    assert "Landkreis Muster" in letter.text
    assert max(len(line) for line in letter.text.split("\n") if line != LINK) <= letters.WIDTH
    assert not re.search(r"%\(\w*\)|\bNone\b", letter.text + letter.subject)


@pytest.mark.parametrize(("kind", "tag"), CASES)
def test_a_subject_says_nothing_about_anybody(values: Settings, kind: str, tag: str) -> None:
    subject = letters.compose(values, kind, tag, **all_of(kind)).subject
    assert 0 < len(subject) <= 60
    other = {**all_of(kind), **{name: "Anders" for name in all_of(kind) if name not in ("link", "offers", "day")}}
    assert letters.compose(values, kind, tag, **other).subject == subject


@pytest.mark.parametrize("kind", list(letters.KINDS))
def test_each_value_that_may_be_given_is_said(values: Settings, kind: str) -> None:
    full = letters.compose(values, kind, "de", **all_of(kind)).text
    for name in letters.KINDS[kind].may - {"organisation"}:
        less = {key: value for key, value in all_of(kind).items() if key != name}
        assert letters.compose(values, kind, "de", **less).text != full


@pytest.mark.parametrize("kind", list(letters.KINDS))
def test_missing_unknown_and_empty_values_are_mistakes(values: Settings, kind: str) -> None:
    given_values = all_of(kind)
    for name in letters.KINDS[kind].needs:
        with pytest.raises(ValueError, match=name):
            letters.compose(values, kind, "de", **{key: value for key, value in given_values.items() if key != name})
        with pytest.raises(ValueError, match=name):
            letters.compose(values, kind, "de", **{**given_values, name: ""})
    with pytest.raises(ValueError, match="colour"):
        letters.compose(values, kind, "de", **given_values, colour="red")


def test_an_unknown_kind_and_a_link_that_is_none(values: Settings) -> None:
    with pytest.raises(ValueError, match="no kind"):
        letters.post(values, "a@example.org", "greeting", "de")
    with pytest.raises(ValueError, match="its link is none") as caught:
        letters.post(values, "a@example.org", "edit_link", "de", link="javascript:alert(1)//secret")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(("asked", "spoken"), [("de", "de"), ("en", "en"), ("ar", "de"), ("", "de"), ("xx", "de")])
def test_languages_that_providers_pages_lack_get_german(values: Settings, asked: str, spoken: str) -> None:
    letter = letters.compose(values, "published", asked)
    assert letter == letters.compose(values, "published", spoken)


def test_days_are_written_in_the_language(values: Settings) -> None:
    said = {tag: letters.compose(values, "confirm", tag, **all_of("confirm")).says[0] for tag in ("de", "en")}
    assert "1. Juni 2026" in said["de"]
    assert "June 1, 2026" in said["en"]


def test_without_an_operator_the_letter_still_says_who_sends_it(tmp_path: Path) -> None:
    bare = letters.compose(settings_module.load(tmp_path / "instance"), "published", "en")
    assert bare.sender == "The list of offers for newcomers"
    assert "Answer this message" in squeezed(bare.text)


VOTES = [kind for kind in letters.KINDS if kind.startswith("vote_")]


@pytest.mark.parametrize("kind", VOTES)
def test_letters_about_votes_speak_of_the_body_and_of_no_offer(values: Settings, kind: str) -> None:
    letter = letters.compose(values, kind, "en", **all_of(kind))
    assert "noted as a member of “Arbeitskreis Wohnen”" in letter.footer[0]
    assert "Wohnen und Arbeit 2026" in squeezed(letter.text)
    assert "offer" not in letter.text


def test_a_reminder_says_how_many_votes_are_missing_of_whom_and_until_when(values: Settings) -> None:
    letter = squeezed(letters.compose(values, "vote_reminded", "en", **all_of("vote_reminded")).text)
    assert "“Wohnen und Arbeit 2026” ends on June 1, 2026." in letter
    assert "Statements still without a vote of “Wohnen für alle e. V.”: 3 of 12." in letter


def test_a_letter_is_one_mail_with_both_forms(values: Settings) -> None:
    path = letters.post(values, "mara@example.org", "returned", "de", reason="Bitte\r\n\r\nergänzen", offer="Café")
    message = message_from_bytes(path.read_bytes(), policy=policy.SMTP)
    assert message.get_content_type() == "multipart/alternative"
    plain, html = message.iter_parts()
    assert (plain.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert "    Bitte\r\n" in plain.get_content()
    assert "ergänzen" in html.get_content()
    assert (message["To"], message["From"]) == ("mara@example.org", "dienst@example.org")
    assert (message["Reply-To"], message["Auto-Submitted"]) == ("integration@example.org", "auto-generated")


def test_an_address_that_is_none_is_refused(values: Settings) -> None:
    with pytest.raises(Problem) as caught:
        letters.post(values, "mara", "published", "de")
    assert caught.value.code == "mail.address"


@given(name=st.text(min_size=1).filter(str.strip), by=st.text(min_size=1).filter(str.strip))
def test_whatever_a_name_holds_it_stays_a_name(tmp_path_factory: pytest.TempPathFactory, name: str, by: str) -> None:
    values = settings_module.load(tmp_path_factory.getbasetemp() / "instance")
    letter = letters.compose(values, "invited", "en", link=LINK, organisation=name, by=by)
    plain = letters.compose(values, "invited", "en", link=LINK, organisation="x", by="x")
    found = Elements(letter.html)
    assert (found.tags, found.addresses) == (Elements(plain.html).tags, [LINK])
    assert "\n" not in letter.says[0]
    assert letter.subject == plain.subject


def test_a_name_leads_nowhere_and_stays_short(values: Settings) -> None:
    name = "Gewonnen! https://evil.example/\r\nBcc: x@y.z " + "w" * 5_000
    letter = letters.compose(values, "invited", "en", link=LINK, organisation="Treff", by=name)
    assert "https://evil" not in letter.text + letter.html
    assert "Bcc" not in [line.split(":")[0] for line in letter.text.split("\n")]
    assert len(letter.text) < 1_500
