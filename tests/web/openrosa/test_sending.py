"""A phone fetches a questionnaire by its channel and sends it filled in: what our own page would store, once."""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import etree

from survey_service import clock
from survey_service.problems import Problem
from survey_service.responses import channels, links
from survey_service.responses.drafts import DRAFTS
from survey_service.responses.revisions import Publications
from survey_service.responses.submissions import RESPONSES
from survey_service.store.base import Store
from tests.conftest import TODAY
from tests.web.openrosa.conftest import UNTIL, Phone, said, submission

KEY = "3f0f6c1e-9d6b-4b0e-8a1e-0123456789ab"
REFUSED = "<consent><notice/><OK>no</OK></consent>"
AGREED = "<consent><notice/><OK>yes</OK></consent>"
ALL = f"""<_language>ar</_language>{AGREED}<all>
<validate> مرحبا </validate><data>a\nb</data><csrf_token>7</csrf_token><euros>1.25E1</euros><one>red</one>
<place>a</place><scale>pna</scale><some>blue red</some><best>green red blue none pna</best><day>2026-11-02</day>
<month>2026-11-01</month><hour>14:30:00.000+01:00</hour><moment>2026-11-02T08:05:00.000+01:00</moment>
<spot>50.57 10.41 300.0 4.5</spot><level>7</level><weight>2.5</weight><seen>OK</seen></all>
<follow><known>yes</known><which>Café</which><remark/></follow>"""


def _stored(store: Store) -> dict[str, object]:
    (found,) = store.collection(RESPONSES).iterate()
    return dict(found.body)


def test_every_type_of_question_arrives_as_our_own_page_would_store_it(phone: Phone, store: Store) -> None:
    answer = phone.send(submission("every", ALL, KEY))
    assert (answer.status_code, answer.headers["X-OpenRosa-Version"]) == (201, "1.0")
    body = _stored(store)
    assert (body["key"], body["language"], body["mode"], body["revision"]) == (KEY, "ar", "interview", "every-1")
    assert body["answers"] == {
        "OK": "yes",
        "validate": "مرحبا",
        "data": "a\nb",
        "csrf_token": 7,
        "euros": 12.5,
        "one": "red",
        "place": "a",
        "some": ["red", "blue"],
        "best": ["green", "red", "blue"],
        "day": "2026-11-02",
        "month": "2026-11-01",
        "hour": "14:30",
        "moment": "2026-11-02T08:05",
        "spot": [50.57, 10.41],
        "level": 7,
        "weight": 2.5,
        "seen": True,
        "known": "yes",
        "which": "Café",
    }
    assert body["states"]["scale"] == "pna"  # type: ignore[index]
    assert "secretphone" not in str(list(store.collection(RESPONSES).iterate()))
    (channel,) = channels.of(store, "every")
    assert channel.used == clock.today().isoformat()


def test_a_form_sent_again_is_one_response_and_other_answers_are_refused(phone: Phone, store: Store) -> None:
    first = phone.send(submission("every", AGREED, KEY))
    again = phone.send(submission("every", AGREED, KEY))
    assert (first.status_code, again.status_code) == (201, 201)
    assert phone.heard[0] == phone.heard[1]
    words = phone.heard[0].splitlines()[-1]
    assert words.count("-") == 3 or len(words.split()) == 4
    other = phone.send(submission("every", f"{AGREED}<all><one>red</one></all>", KEY))
    assert other.status_code == 409
    assert _stored(store)["answers"] == {"OK": "yes"}


@pytest.mark.parametrize(
    ("answers", "question"),
    [
        (f"{AGREED}<all><one>purple</one></all>", "one"),
        (f"{AGREED}<all><csrf_token>11</csrf_token></all>", "csrf_token"),
        (f"{AGREED}<all><nobody>x</nobody></all>", "nobody"),
        (f"{AGREED}<follow><known>yes</known></follow>", "which"),
    ],
)
def test_what_the_judge_refuses_is_refused_by_name(phone: Phone, store: Store, answers: str, question: str) -> None:
    answer = phone.send(submission("every", answers))
    assert answer.status_code == 422
    assert f"\n{question}: " in phone.heard[0]
    assert not store.collection(RESPONSES).count()


@pytest.mark.parametrize("answers", [REFUSED, "", f"{AGREED}<follow><known>yes</known><which>end</which></follow>"])
def test_without_consent_or_after_an_early_end_the_phone_is_done_and_nothing_is_kept(
    phone: Phone, store: Store, answers: str
) -> None:
    assert phone.send(submission("every", answers)).status_code in ((422,) if not answers else (201,))
    assert not store.collection(RESPONSES).count()
    assert not store.collection(DRAFTS).count()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<data",
        b'<!DOCTYPE x [<!ENTITY a "aaaa">]><data id="every" version="every-1">&a;</data>',
        b'<data id="every" version="every-1" encrypted="yes"/>',
        b'<data id="every" version="every-1"><meta><instanceID>collect</instanceID></meta></data>',
        submission("every", "", KEY).replace(
            b"</orx:instanceID>", b"</orx:instanceID><orx:deprecatedID>uuid:1</orx:deprecatedID>"
        ),
        b'<data id="every" version="every-1">' + b"<a/>" * 20_001 + b"</data>",
    ],
)
def test_what_is_no_filled_in_form_is_refused_with_a_message(phone: Phone, store: Store, content: bytes) -> None:
    assert phone.send(content).status_code == 422
    assert phone.heard[0].startswith(("What the phone sent", "Was das Handy"))
    assert not store.collection(RESPONSES).count()


def test_another_questionnaire_or_revision_is_not_for_this_channel(
    phone: Phone, store: Store, small: object, client: FlaskClient
) -> None:
    Publications(store).publish({"small": small})  # type: ignore[dict-item]
    assert phone.send(submission("small", "<start><OK>yes</OK></start>")).status_code == 404
    assert phone.send(submission("every", AGREED, revision="every-9")).status_code == 404
    assert phone.get("/forms/small-1.xml").status_code == 404


def test_a_channel_that_is_closed_over_or_unknown_leads_nowhere(
    phone: Phone, store: Store, client: FlaskClient, app: Flask
) -> None:
    paths = ("/formList", "/forms/every-1.xml", "/forms/every-1/manifest.xml")
    assert [phone.get(path).status_code for path in paths] == [200, 200, 200]
    assert client.get("/openrosa/x/formList").status_code == 404
    after = dt.datetime.fromisoformat(f"{UNTIL}T12:00+00:00")
    with clock.fixed(after + dt.timedelta(days=20)):  # a phone without a network may still send
        assert phone.get("/formList").status_code == 404
        assert client.head(f"/openrosa/{phone.token}/submission").status_code == 204
        assert phone.send(submission("every", AGREED)).status_code == 201
    with clock.fixed(after + dt.timedelta(days=31)):
        assert phone.send(submission("every", AGREED)).status_code == 404
    channels.close(store, "every", phone.channel.channel, TODAY)
    assert phone.send(submission("every", AGREED)).status_code == 404
    assert phone.heard[-1]
    with pytest.raises(Problem) as refused:
        channels.close(store, "every", phone.channel.channel, TODAY)
    assert refused.value.code == "link.missing"
    assert channels.forget_old(store, TODAY + channels.KEPT) == 0
    assert channels.forget_old(store, TODAY + channels.KEPT + dt.timedelta(days=1)) == 1
    assert channels.of(store, "every") == []


def test_a_closed_questionnaire_is_not_offered_and_takes_what_was_filled_in_before(phone: Phone, store: Store) -> None:
    Publications(store).set_open("every", False)
    assert etree.fromstring(phone.get("/formList").data).findall("{*}xform") == []
    assert phone.send(submission("every", AGREED)).status_code == 201
    with clock.fixed(clock.now() + dt.timedelta(days=31)):
        assert phone.send(submission("every", AGREED)).status_code == 410


def test_responses_count_under_the_link_of_the_channel(client: FlaskClient, app: Flask, store: Store) -> None:
    links.create(store, "every", "vhs")
    made = {"label": "VHS", "until": UNTIL, "today": TODAY, "by": "anna"}
    channel, token = channels.create(store, "every", source="vhs", mode="assisted", **made)  # type: ignore[arg-type]
    Phone(client, token, channel).send(submission("every", AGREED))
    body = _stored(store)
    assert (body["source"], body["mode"]) == ("vhs", "assisted")


def test_the_list_names_the_form_and_announces_what_can_be_sent(phone: Phone) -> None:
    listed = etree.fromstring(phone.get("/formList").data)
    (entry,) = listed
    facts = {etree.QName(each).localname: each.text for each in entry}
    assert (facts["formID"], facts["name"], facts["version"]) == ("every", "Alles", "every-1")
    assert facts["downloadUrl"] == f"http://localhost/openrosa/{phone.token}/forms/every-1.xml"
    assert "manifestUrl" not in facts
    assert etree.fromstring(phone.get("/formList?formID=other").data).findall("{*}xform") == []
    head = phone.client.head(f"/openrosa/{phone.token}/submission")
    assert int(head.headers["X-OpenRosa-Accept-Content-Length"]) >= 25_000_000
    assert said(phone.client.get(f"/openrosa/{phone.token}/submission")) != ""


@pytest.mark.parametrize(
    ("field", "values", "code"),
    [
        ("label", ["", " ", "x" * 81, "a\x00b"], "channel.label"),
        ("until", ["", "2026-02-30", "2026-11-22", "2028-11-24"], "channel.until"),
        ("source", ["nobody"], "link.missing"),
        ("mode", ["api"], "link.missing"),
    ],
)
def test_a_channel_needs_a_name_a_last_day_and_a_link_that_exists(
    store: Store, field: str, values: list[str], code: str
) -> None:
    for value in values:
        given = {"label": "A", "until": UNTIL, "today": TODAY, "by": "anna", field: value}
        with pytest.raises(Problem) as refused:
            channels.create(store, "every", **given)  # type: ignore[arg-type]
        assert refused.value.code == code


def test_more_than_is_taken_is_refused_before_it_is_read(phone: Phone) -> None:
    most = int(phone.client.head(f"/openrosa/{phone.token}/submission").headers["X-OpenRosa-Accept-Content-Length"])
    for token, size, status in ((phone.token, most + 1, 413), ("unknown", most, 404)):
        answer = phone.client.post(
            f"/openrosa/{token}/submission",
            content_type="multipart/form-data; boundary=x",
            environ_overrides={"CONTENT_LENGTH": str(size)},
            input_stream=io.BytesIO(b"--x"),
        )
        assert answer.status_code == status
        assert said(answer)


def test_what_was_begun_under_an_older_revision_is_kept_under_it(phone: Phone, store: Store, every: Any) -> None:
    Publications(store).publish({"every": replace(every, minutes=(2, 3))})
    assert etree.fromstring(phone.get("/formList").data)[0].findtext("{*}version") == "every-2"
    assert phone.get("/forms/every-1.xml").status_code == 200
    assert phone.send(submission("every", AGREED)).status_code == 201
    assert _stored(store)["revision"] == "every-1"
