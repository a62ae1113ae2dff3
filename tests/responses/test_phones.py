"""Forms with files from phones: in one request or in several, sent twice, refused; over both stores."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from survey_service import clock
from survey_service.problems import Problem
from survey_service.questionnaire.model import Questionnaire
from survey_service.responses import channels, files, phones
from survey_service.responses.drafts import DRAFTS
from survey_service.responses.files import UPLOADS, Limits
from survey_service.responses.phones import Desk, Taken
from survey_service.responses.revisions import Publications
from survey_service.responses.submissions import RESPONSES
from survey_service.store.base import Store
from tests.conftest import TODAY
from tests.pictures import picture

BOTH_STORES = True
FILES = """
questionnaire: visit
audience: newcomers
languages: [de]
label: {de: Besuch}
minutes: [1, 2]
consent: OK
choices:
  yes_no:
    - {name: "yes", label: {de: Ja}}
    - {name: "no", label: {de: Nein}}
groups:
  - {name: rooms, label: {de: Raum}, repeat: true}
pages:
  - name: start
    label: {de: Beginn}
    questions:
      - {type: start, name: begun}
      - {type: end, name: ended}
      - {type: select_one, name: OK, choices: yes_no, required: true, label: {de: "Ja?"}}
      - {type: image, name: house, label: {de: Haus}}
      - {type: calculate, name: drawn, calculation: "once(uuid())"}
      - {type: calculate, name: half, calculation: "int(random() * 100)"}
      - {type: calculate, name: when, calculation: "now()", trigger: OK}
  - name: room
    group: rooms
    label: {de: Raum}
    questions:
      - {type: text, name: what, label: {de: Was}}
      - {type: image, name: photo, label: {de: Foto}}
"""
ROOM = "<rooms><room><what>{}</what><photo>{}</photo></room></rooms>"
TIMES = "<_finished>2026-11-20T10:30:45.123+01:00</_finished>"
STARTED = "<begun>2026-11-20T10:05:12.345+01:00</begun>"
TRIGGERED = "<when>2026-11-20T10:06:00.000+01:00</when>"
FORM = (
    f"{TIMES}<start>{STARTED}<OK>yes</OK><house>house.png</house><drawn>as-drawn</drawn><half>101</half>{TRIGGERED}</start>"
    + ROOM.format("Bad", "1.jpg")
    + ROOM.format("Küche", "2.jpg")
)
PICTURES = {"house.png": picture("PNG"), "1.jpg": picture("JPEG"), "2.jpg": picture("JPEG", (50, 30))}


class Office:
    """The service behind the address of one channel."""

    def __init__(self, store: Store, folder: Path, form: Questionnaire) -> None:
        publications = Publications(store)
        publications.publish({"visit": form})
        self.store, self.folder = store, folder
        self.desk = Desk(store, publications, folder, Limits(100_000, 5, 10**6), "secret", 30)
        made = {"label": "A", "until": "2027-01-01", "today": TODAY, "by": "anna"}
        self.channel, _ = channels.create(store, "visit", **made)  # type: ignore[arg-type]

    def take(self, key: str, parts: Mapping[str, bytes], form: str = FORM, *, more: bool = False) -> Taken:
        meta = f"<meta><instanceID>uuid:{key}</instanceID></meta>"
        sent = phones.opened(f'<data id="visit" version="visit-1">{form}{meta}</data>'.encode())
        with clock.fixed(dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)):
            return phones.take(self.desk, self.channel, sent, parts, more=more, today=TODAY)

    def response(self) -> dict[str, Any]:
        (found,) = self.store.collection(RESPONSES).iterate()
        return dict(found.body)

    def contents(self) -> int:
        return sum(1 for path in (self.folder / files.FOLDER).glob("??/*") if path.is_file())


@pytest.fixture
def office(store: Store, tmp_path: Path, questionnaire: Any) -> Office:
    return Office(store, tmp_path / "files", questionnaire(FILES))


def test_files_that_come_in_several_requests_make_one_response(office: Office) -> None:
    key = str(uuid.uuid4())
    assert office.take(key, {"house.png": PICTURES["house.png"]}, more=True) == Taken("")
    assert office.store.collection(DRAFTS).count() == 1
    assert not office.store.collection(RESPONSES).count()
    office.take(key, {"1.jpg": PICTURES["1.jpg"]}, more=True)
    office.take(key, {"1.jpg": PICTURES["1.jpg"]}, more=True)  # the answer was lost on the way
    receipt = office.take(key, {"2.jpg": PICTURES["2.jpg"]}).receipt
    answers = office.response()["answers"]
    assert [answers["house"]["name"], *(room["photo"]["name"] for room in answers["rooms"])] == list(PICTURES)
    assert [room["what"] for room in answers["rooms"]] == ["Bad", "Küche"]
    assert (office.store.collection(DRAFTS).count(), office.store.collection(UPLOADS).count()) == (0, 3)
    assert office.contents() == 3
    assert office.take(key, PICTURES).receipt == receipt  # all of it again, in one request
    assert office.take(key, {"1.jpg": PICTURES["1.jpg"]}, more=True).receipt == receipt
    assert (office.store.collection(UPLOADS).count(), office.contents()) == (3, 3)
    with pytest.raises(Problem) as refused:
        office.take(key, {**PICTURES, "1.jpg": picture("JPEG", (10, 10))})
    assert refused.value.code == "response.conflict"
    assert office.store.collection(UPLOADS).count() == 3


def test_moments_are_those_of_the_interview_and_what_was_drawn_once_stays(office: Office) -> None:
    office.take(str(uuid.uuid4()), PICTURES)
    body = office.response()
    answers = body["answers"]
    assert (answers["begun"], answers["ended"]) == ("2026-11-20T10:05+01:00", "2026-11-20T10:30+01:00")
    assert answers["half"] == "101"  # no number of ours: the phone has drawn it
    assert (answers["drawn"], answers["when"]) == ("as-drawn", "2026-11-20T10:06:00.000+01:00")
    assert (body["period"], body["mode"]) == ("2026-Q4", "interview")


def test_a_clock_that_is_wrong_is_not_believed(office: Office) -> None:
    office.take(str(uuid.uuid4()), PICTURES, FORM.replace("2026-11-20T10:30", "2031-01-01T00:00"))
    assert office.response()["answers"]["ended"] == "2026-11-23T12:00+00:00"


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({}, "no_upload"),
        ({**PICTURES, "house.png": b"MZ" * 100}, "upload_kind_image"),
        ({**PICTURES, "house.png": b"\x89PNG\r\n\x1a\n" + bytes(100_000)}, "upload_size"),
    ],
)
def test_a_file_that_is_missing_or_refused_is_said_and_nothing_is_left_behind(
    office: Office, parts: Mapping[str, bytes], code: str
) -> None:
    with pytest.raises(Problem) as refused:
        office.take(str(uuid.uuid4()), parts)
    assert refused.value.faults[0]["refusal"].code == code
    assert not office.store.collection(UPLOADS).count()
    assert not office.store.collection(RESPONSES).count()


def test_without_consent_no_part_of_a_form_is_kept(office: Office) -> None:
    with pytest.raises(Problem) as refused:
        office.take(str(uuid.uuid4()), {"1.jpg": PICTURES["1.jpg"]}, FORM.replace("yes", "no"), more=True)
    assert refused.value.code == "response.no_consent"
    assert not office.store.collection(DRAFTS).count()
    assert not office.store.collection(UPLOADS).count()
