"""Moderation on the desk: lists, what would change, letters, two moderators at once, changes gone live, duplicates."""

from __future__ import annotations

import re
from collections.abc import Callable
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from survey_service import outbox as letters_out
from survey_service.offers import contacts, duplicates, events, moderation, organisations, register
from survey_service.questionnaire.model import Questionnaire
from survey_service.responses.revisions import Publications
from survey_service.responses.submissions import Submission, submit
from survey_service.store.base import Store
from survey_service.web.context import current
from tests.web.manage.conftest import NOW, OFFERS, SMALL, Desk
from tests.web.manage.test_manage_responses import noted, table

Send = Callable[..., str]
MORE = """
      - {type: text, name: A20_phone, label: {de: Telefon, en: Telephone}}
      - {type: text, name: A20_email, label: {de: E-Mail, en: E-mail}}
      - {type: integer, name: A19_free, label: {de: Freie Plätze, en: Places free}}
      - type: text
        name: A07_postcode
        label: {de: Postleitzahl, en: Postcode}
        constraint: "${A19_free} != 13"
        constraint_message: {de: Nicht zusammen mit 13., en: Not together with 13.}
"""


@pytest.fixture
def publications(store: Store, questionnaire: Callable[[str], Questionnaire]) -> Publications:
    published = Publications(store)
    published.publish({"small": questionnaire(SMALL), "offers": questionnaire(OFFERS.rstrip() + MORE)})
    return published


@pytest.fixture
def send(store: Store, publications: Publications) -> Send:
    """Return a function that sends the offer of a number, again or for the first time, and returns its id."""

    def sent(number: int, **inputs: Any) -> str:
        key = f"00000000-0000-4000-8000-{number:012}"
        known = store.collection(register.OFFERS).first(response_key=key)
        before = known.body["answers"] if known is not None else {"OK": "yes", "A02": "Verein", "A05_fields": ["ARB"]}
        submission = Submission(key, "offers-1", "de", {**before, **inputs}, 0, "web", replaces=known is not None)
        submit(store, publications, submission, receipt_key="k" * 64, today=NOW.date())
        found = store.collection(register.OFFERS).first(response_key=key)
        assert found is not None
        return str(found.body["offer"])

    return sent


def body(store: Store, offer: str) -> dict[str, Any]:
    return register.find(store, offer).body


def post(desk: Desk, path: str, **data: Any) -> Any:
    return desk.client.post(path, data={"_csrf": desk.token("/manage/password"), **data})


def seen(desk: Desk, offer: str) -> str:
    found = re.search(r'name="seen" value="(\w+)"', desk.get(f"/manage/offers/{offer}").text)
    assert found
    return found[1]


def outbox(app: Flask) -> list[str]:
    """Return what was written to providers, as plain text with the address."""
    with app.app_context():
        folder = letters_out.folder(Path(current().settings.instance), letters_out.OUTBOX)
    letters = (message_from_bytes(path.read_bytes(), policy=policy.default) for path in sorted(folder.glob("*.eml")))
    return [f"{m['To']}\n{m['Subject']}\n{m.get_body(('plain',)).get_content()}" for m in letters]


def names(page: str) -> list[str]:
    return [row[0] for row in table(page)[1:]]


def test_the_list_is_filtered_and_counted(manager: Desk, store: Store, send: Send) -> None:
    first, second = send(1, A04_name="Sprachcafé"), send(2, A04_name="Möbel", A05_fields=["WOH"], A02="Sozialwerk")
    third = send(3, A04_name="Bewerbung")
    moderation.decide(store, third, "published", "Mara")
    send(1, A19_free=3)
    page = manager.get("/manage/offers?lang=en").text
    assert sorted(names(page)) == ["Möbel", "Sprachcafé"]
    assert "Waiting for a decision (2)" in page
    assert "Published (1)" in page
    assert names(manager.get("/manage/offers?lang=en&q=SPRACHCAFE").text) == ["Sprachcafé"]
    assert names(manager.get("/manage/offers?lang=en&q=sozialwerk").text) == ["Möbel"]
    filtered = manager.get("/manage/offers?lang=en&field=WOH").text
    assert names(filtered) == ["Möbel"]
    assert "Published (0)" in filtered
    assert 'href="/manage/offers?state=published&amp;field=WOH"' in filtered
    organisation = body(store, second)["organisation_id"]
    only = manager.get(f"/manage/offers?lang=en&organisation={organisation}").text
    assert (names(only), "Only of “Sozialwerk”" in only) == (["Möbel"], True)
    register.change(store, first, confirmed="2026-01-01")
    assert names(manager.get("/manage/offers?lang=en&unconfirmed=yes").text) == ["Sprachcafé"]
    assert "no offers" in manager.get("/manage/offers?lang=en&municipality=16066042").text


def test_the_longest_waiting_stands_first_and_pages_hold_fifty(manager: Desk, store: Store, send: Send) -> None:
    for number in range(53):
        send(number + 1, A04_name=f"N{number:02}")
    for stored in store.collection(events.EVENTS).find():
        moment = f"2026-11-{1 + stored.id % 20:02}T00:00:00+00:00"
        store.collection(events.EVENTS).replace(stored.id, {**stored.body, "moment": moment}, version=stored.version)
    first = manager.get("/manage/offers?lang=en").text
    days = [int(row[4].split()[1]) for row in table(first)[1:]]
    assert (len(days), days) == (50, sorted(days, reverse=True))
    assert len(names(manager.get("/manage/offers?lang=en&page=2").text)) == 3
    assert len(names(manager.get("/manage/offers?lang=en&page=9").text)) == 3  # the last one
    for wrong in ("0", "x", "1.5"):
        assert manager.get(f"/manage/offers?page={wrong}").status_code == 404


def test_what_would_change_is_shown_without_colour(manager: Desk, store: Store, send: Send) -> None:
    offer = send(1, A04_name="Sprachcafé", A19_free=4)
    moderation.decide(store, offer, "published", "Mara")
    send(1, A04_name="Sprach<b>treff", A07_postcode="98617")
    page = manager.get(f"/manage/offers/{offer}?lang=en").text
    rows = re.findall(r"<tr>\s*<th scope=\"row\">(.*?)</th>(.*?)</tr>", page, re.DOTALL)
    assert [label for label, _ in rows] == ["Name", "Postcode"]
    assert "<del><bdi>Sprachcafé</bdi></del>" in rows[0][1]
    assert "<ins><bdi>Sprach&lt;b&gt;treff</bdi></ins>" in rows[0][1]
    assert "no answer" in rows[1][1]
    assert "an earlier state is published" in page
    history = re.findall(r"<strong>(.*?)</strong>", page)
    assert history == ["Changed, to be decided about", "Published", "Registered"]


def test_the_provider_gets_the_reason_in_a_letter_with_a_link(
    app: Flask, manager: Desk, store: Store, send: Send
) -> None:
    offer = send(1, A04_name="Sprachcafé", A20_email="anna@beispiel.example")
    for decision, reason in (("returned", "Bitte die Adresse nennen."), ("published", ""), ("taken_off", "Es ist zu.")):
        answer = post(manager, f"/manage/offers/{offer}", decision=decision, reason=reason, seen=seen(manager, offer))
        assert answer.headers["Location"] == f"/manage/offers?done={offer}"
    assert "1 person gets an e-mail" in manager.get(f"/manage/offers?done={offer}&lang=en").text
    letters = outbox(app)
    assert len(letters) == 3
    (returned,) = (letter for letter in letters if "Bitte die Adresse nennen." in letter)
    (taken_off,) = (letter for letter in letters if "Es ist zu." in letter)
    (published,) = (letter for letter in letters if letter not in (returned, taken_off))
    assert returned.startswith("anna@beispiel.example\n")
    link = re.search(r"http://localhost(/provider/de/open/[\w-]+)", returned)
    assert link
    assert manager.get(link[1]).status_code == 200
    assert f"http://localhost/de/offers/{offer}" in published
    assert "/provider/de/open/" in taken_off
    assert (body(store, offer)["listed"], body(store, offer)["public"]) == (False, None)
    assert [entry[2] for entry in noted(store, "offer.moderated")] == [
        {"moderation": "returned"}, {"moderation": "published"},
    ]  # fmt: skip
    assert noted(store, "offer.taken_off") == [("Mara", offer, {})]


def test_nobody_is_written_to_who_left_or_whose_mail_came_back(
    app: Flask, manager: Desk, store: Store, send: Send
) -> None:
    offer = send(1, A04_name="Sprachcafé", A20_email="anna@beispiel.example")
    organisation = body(store, offer)["organisation_id"]
    (anna,) = contacts.of_organisation(store, organisation)
    contacts.change(store, anna.contact, bounced="2026-11-01")
    page = manager.get(f"/manage/offers/{offer}?lang=en").text
    assert "No contact is known, so nobody gets an e-mail." in page
    post(manager, f"/manage/offers/{offer}", decision="published", seen=seen(manager, offer))
    assert outbox(app) == []
    assert body(store, offer)["moderation"] == "published"


def test_a_reason_that_is_missing_is_asked_for_at_its_box(manager: Desk, store: Store, send: Send) -> None:
    offer = send(1, A04_name="Sprachcafé")
    answer = post(manager, f"/manage/offers/{offer}?lang=en", decision="rejected", reason=" ")
    assert answer.status_code == 422
    assert 'href="#reason"' in answer.text
    assert "<title>Error:" in answer.text
    assert body(store, offer)["moderation"] == "submitted"


def test_the_second_of_two_moderators_sees_what_changed_meanwhile(
    as_role: Callable[[str], Desk], store: Store, send: Send
) -> None:
    mara, willi = as_role("Mara"), as_role("Willi")
    offer = send(1, A04_name="Sprachcafé")
    looked_at = seen(willi, offer)
    send(1, A04_name="Etwas anderes")  # the provider changes it
    stale = {"decision": "returned", "reason": "Der Name ist gut.", "seen": looked_at}
    answer = post(willi, f"/manage/offers/{offer}?lang=en", **stale)
    assert answer.status_code == 409
    assert "Since you opened this page" in answer.text
    assert "Etwas anderes" in answer.text
    assert "Der Name ist gut." in answer.text  # what was typed stays
    assert body(store, offer)["moderation"] == "submitted"
    looked_at = seen(willi, offer)
    post(mara, f"/manage/offers/{offer}", decision="published", seen=seen(mara, offer))
    assert post(willi, f"/manage/offers/{offer}", **{**stale, "seen": looked_at}).status_code == 409
    assert body(store, offer)["moderation"] == "published"
    register.change(store, offer, reminded=150)  # a reminder is no change of what is decided about
    assert post(willi, f"/manage/offers/{offer}", **{**stale, "seen": seen(willi, offer)}).status_code == 303


def test_several_are_published_as_they_were_looked_at(app: Flask, manager: Desk, store: Store, send: Send) -> None:
    first, second, third = (send(n, A04_name=f"N{n}", A20_email=f"n{n}@beispiel.example") for n in (1, 2, 3))
    page = manager.get("/manage/offers?lang=en").text
    marks = dict(re.findall(r'name="(seen-\w+)" value="(\w+)"', page))
    assert len(marks) == 3
    send(2, A04_name="Anders")
    answer = post(manager, "/manage/offers/chosen", action="publish", offer=[first, second], **marks)
    assert [body(store, offer)["moderation"] for offer in (first, second, third)] == [
        "published", "submitted", "submitted",
    ]  # fmt: skip
    told = manager.get(f"{answer.headers['Location']}&lang=en").text
    assert "1 entry was published." in told
    assert "Nothing was done about them." in told
    assert [letter.split("\n")[0] for letter in outbox(app)] == ["n1@beispiel.example"]
    assert post(manager, "/manage/offers/chosen", action="publish", offer=[third]).status_code == 303  # not looked at
    assert body(store, third)["moderation"] == "submitted"
    assert post(manager, "/manage/offers/chosen", action="compare", offer=[second]).status_code == 422
    compare = post(manager, "/manage/offers/chosen", action="compare", offer=[second, third])
    assert compare.headers["Location"] == f"/manage/offers/{second}/merge/{third}"


def gone_live(store: Store, send: Send) -> str:
    offer = send(1, A04_name="Sprachcafé", A19_free=4, A20_email="anna@beispiel.example")
    moderation.decide(store, offer, "published", "Mara")
    organisations.change(store, body(store, offer)["organisation_id"], trusted=True)
    send(1, A19_free=2)
    send(1, A20_phone="03693 1234567")
    return offer


def test_what_has_gone_live_is_listed_and_the_newest_taken_back(
    app: Flask, manager: Desk, store: Store, send: Send
) -> None:
    offer = gone_live(store, send)
    page = manager.get("/manage/offers/live?lang=en").text
    assert page.count("<article") == 2
    assert page.count("Take back and write") == 1  # the newest of the offer only
    assert "<ins><bdi>03693 1234567</bdi></ins>" in page
    older, newer = (event.number for event in events.of_kind(store, "live"))
    address = f"/manage/offers/{offer}/live"
    assert post(manager, f"{address}/{older}", reason="Nein").status_code == 409
    refused = post(manager, f"{address}/{newer}?lang=en", reason="")
    assert (refused.status_code, f'href="#reason-{newer}"' in refused.text) == (422, True)
    assert post(manager, f"{address}/{newer}", reason="Die Nummer ist falsch.").status_code == 303
    after = body(store, offer)
    assert (after["public"].get("A20_phone"), after["public"]["A19_free"], after["moderation"]) == (None, 2, "returned")
    assert after["answers"]["A20_phone"] == "03693 1234567"  # what the provider sent is not lost
    assert len([letter for letter in outbox(app) if "Die Nummer ist falsch." in letter]) == 1
    assert noted(store, "offer.taken_back") == [("Mara", offer, {"change": newer})]
    assert post(manager, f"{address}/{newer}", reason="Noch einmal").status_code == 409
    assert post(manager, f"{address}/{older}", reason="Auch falsch.").status_code == 303  # one after the other
    assert body(store, offer)["public"]["A19_free"] == 4


def test_duplicates_are_proposed_in_words_and_declared_different(manager: Desk, store: Store, send: Send) -> None:
    one = send(1, A04_name="Sprachcafé Werra", A20_phone="03693 123456")
    other = send(2, A04_name="Sprachkaffee Werra", A20_phone="+49 3693 123456", A02="Caritas")
    send(3, A04_name="Möbellager")
    page = manager.get("/manage/offers/duplicates?lang=en").text
    assert "1 pair may be the same entry." in page
    assert "Why: the same telephone number, names alike" in page
    assert f"/manage/offers/{one}/merge/{other}" in manager.get(f"/manage/offers/{one}").text
    post(manager, "/manage/offers/duplicates", one=one, other=other)
    page = manager.get("/manage/offers/duplicates?lang=en").text
    assert ("0 pairs" in page, "Declared different" in page) == (True, True)
    post(manager, "/manage/offers/duplicates", one=other, other=one, action="again")
    assert "1 pair may" in manager.get("/manage/offers/duplicates?lang=en").text
    assert noted(store, "offer.distinct") == [("Mara", one, {"other": other})]
    assert post(manager, "/manage/offers/duplicates", one=one, other="nothing").status_code == 404
    assert duplicates.distinct(store) == frozenset()


def merge_data(desk: Desk, one: str, other: str, keep: str, **taken: str) -> dict[str, str]:
    page = desk.get(f"/manage/offers/{one}/merge/{other}").text
    marks = dict(re.findall(r'name="(seen-\w+)" value="(\w+)"', page))
    ticked = dict(re.findall(r'name="(take-\w+)" value="(\w+)" required checked', page))
    return {**marks, **ticked, "keep": keep, **{f"take-{name}": value for name, value in taken.items()}}


def test_two_offers_are_merged_field_by_field_and_parted(manager: Desk, store: Store, send: Send) -> None:
    one = send(1, A04_name="Sprachcafé", A19_free=3)
    other = send(2, A04_name="Sprachcafe", A20_phone="03693 123456")
    before = body(store, one), body(store, other)
    address = f"/manage/offers/{one}/merge/{other}"
    data = merge_data(manager, one, other, other, A04_name=one)
    assert (data["take-A19_free"], data["take-A20_phone"]) == (one, other)  # whoever has an answer is ticked
    answer = post(manager, address, **data)
    assert answer.headers["Location"] == f"/manage/offers/{other}#merged"
    merged = body(store, other)["answers"]
    assert (merged["A04_name"], merged["A19_free"], merged["A20_phone"]) == ("Sprachcafé", 3, "03693 123456")
    assert (body(store, one)["moderation"], body(store, one)["merged_into"]) == ("merged", other)
    page = manager.get(f"/manage/offers/{one}?lang=en").text
    assert "merged into another one" in page
    assert 'value="published"' not in page
    assert "Merged into this one:" in manager.get(f"/manage/offers/{other}?lang=en").text
    assert post(manager, address, **data).status_code == 409
    assert post(manager, f"/manage/offers/{one}/separate").headers["Location"] == f"/manage/offers/{one}"
    assert (body(store, one), body(store, other)) == before
    assert noted(store, "offer.merged") == [("Mara", one, {"into": other})]
    assert noted(store, "offer.separated") == [("Mara", one, {"from": other})]
    assert post(manager, f"/manage/offers/{one}/separate").status_code == 409
    assert post(manager, address, keep="nothing").status_code == 400


def test_answers_that_do_not_go_together_are_named_at_their_question(manager: Desk, store: Store, send: Send) -> None:
    one = send(1, A04_name="A", A07_postcode="98617")
    other = send(2, A04_name="B", A19_free=13)
    data = merge_data(manager, one, other, one, A04_name=other)
    answer = post(manager, f"/manage/offers/{one}/merge/{other}?lang=en", **data)
    assert answer.status_code == 422
    assert '<a href="#take-A07_postcode">Postcode: Not together with 13.</a>' in answer.text
    kept = re.search(rf'name="take-A04_name" value="{other}" required checked', answer.text)
    assert kept  # what was chosen stays
    assert body(store, other)["moderation"] == "submitted"
    send(2, A04_name="C")
    assert post(manager, f"/manage/offers/{one}/merge/{other}", **{**data, "take-A19_free": one}).status_code == 409


def test_a_merged_offer_that_was_changed_waits_with_its_choices(manager: Desk, store: Store, send: Send) -> None:
    one, other = send(1, A04_name="A"), send(2, A04_name="A")
    post(manager, f"/manage/offers/{one}/merge/{other}", **merge_data(manager, one, other, one))
    send(2, A19_free=1)
    assert names(manager.get("/manage/offers?lang=en").text) == ["A", "A"]
    page = manager.get(f"/manage/offers/{other}?lang=en").text
    assert "Its provider has changed it since." in page
    assert 'value="published"' not in page
    stale = post(manager, f"/manage/offers/{other}/leave-merged", seen="old")
    assert stale.status_code == 409
    post(manager, f"/manage/offers/{other}/leave-merged", seen=seen(manager, other))
    assert body(store, other)["moderation"] == "merged"
    assert noted(store, "offer.left_merged") == [("Mara", other, {})]
