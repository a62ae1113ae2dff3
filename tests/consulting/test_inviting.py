"""Letters of a round by themselves: invitations, two reminders, results; each once, with a link."""

from __future__ import annotations

import datetime as dt
import re
from email.message import EmailMessage
from pathlib import Path

import pytest

from survey_service import clock, outbox
from survey_service import settings as settings_module
from survey_service.consulting import ballots, invitations, inviting, rounds
from survey_service.consulting.inviting import Sent
from survey_service.network import members
from survey_service.questionnaire.loader import Library
from survey_service.settings import Settings
from survey_service.store.base import Store
from tests.web import consultation
from tests.web.consultation import Consultation

SITE = "https://survey.example"


@pytest.fixture
def values(tmp_path: Path) -> Settings:
    return settings_module.load(
        tmp_path / "instance", public_url=f"{SITE}/", operator="Landkreis", operator_email="amt@kreis.example"
    )


@pytest.fixture
def held(store: Store) -> Consultation:
    with clock.fixed(consultation.OPENED):
        return consultation.begin(store)


def on(day: str) -> dt.datetime:
    return dt.datetime.fromisoformat(f"{day}T09:00:00+00:00")


def send(held: Consultation, values: Settings, day: str) -> Sent:
    with clock.fixed(on(day)):
        return inviting.send(held.store, values, clock.today())


def letters(values: Settings) -> list[EmailMessage]:
    folder = outbox.folder(values.instance, outbox.OUTBOX)
    return [outbox.message(path) for path in sorted(folder.glob("*.eml"))]


def text(letter: EmailMessage) -> str:
    body = letter.get_body(("plain",))
    assert body is not None
    return " ".join(body.get_content().split())


def to(values: Settings, name: str) -> list[EmailMessage]:
    return [letter for letter in letters(values) if letter["To"] == f"{name.lower()}@example.org"]


def vote_on_all(held: Consultation, bundled: Library, name: str) -> None:
    for put in held.round.items:
        form = bundled.questionnaires["consultation"]
        ballots.cast(held.store, held.invitation(name), put.item, put.wording, {"K1": "agree"}, form=form)


def test_everybody_is_invited_once_with_a_link_that_leads_to_the_round(held: Consultation, values: Settings) -> None:
    assert send(held, values, "2026-09-01") == Sent(invited=4)
    assert send(held, values, "2026-09-01") == Sent()
    assert send(held, values, "2026-09-03") == Sent()
    assert sorted(letter["To"] for letter in letters(values)) == [
        "anna@example.org", "ben@example.org", "cem@example.org", "dora@example.org",
    ]  # fmt: skip
    (anna,), (ben,), (cem,) = to(values, "Anna"), to(values, "Ben"), to(values, "Cem")
    assert ben["Subject"] == "Your vote on the integration concept"
    said = text(ben)
    assert "“Herbstrunde”. “Working group Work” is asked." in said
    assert "Please vote by September 15, 2026 and say what should change." in said
    assert "whoever has it can vote for “Jobcenter”" in said
    assert "Arbeitskreis Arbeit" in text(anna)
    for letter, tag, name in ((anna, "de", "Anna"), (ben, "en", "Ben"), (cem, "ar", "Cem")):
        (link,) = set(re.findall(rf"{SITE}/\S+", text(letter)))
        found = re.fullmatch(rf"{SITE}/{tag}/consulting/(\S{{22}})", link)
        assert found is not None
        with clock.fixed(on("2026-09-02")):
            assert invitations.look(held.store, found[1]).name == name
        assert found[1] not in letter["Subject"]
    assert {held.invitation(name).sent for name in consultation.PEOPLE} == {"2026-09-01"}


def test_who_joins_a_body_later_is_invited_too_and_who_was_there_not_again(
    held: Consultation, values: Settings
) -> None:
    send(held, values, "2026-09-01")
    with clock.fixed(on("2026-09-04")):
        members.add(held.store, held.round.bodies[0], name="Eva", email="eva@example.org", organisation="Kammer")
    assert send(held, values, "2026-09-04") == Sent(invited=1)
    assert len(to(values, "Eva")) == 1


def test_two_reminders_go_to_whoever_has_not_voted_on_everything(
    held: Consultation, values: Settings, bundled: Library
) -> None:
    send(held, values, "2026-09-01")
    with clock.fixed(on("2026-09-02")):
        vote_on_all(held, bundled, "Anna")  # for Ben too: he is of her organisation
        form = bundled.questionnaires["consultation"]
        ballots.cast(held.store, held.invitation("Cem"), "item-1", 1, {"K1": "agree"}, form=form)
        invitations.revoke(held.store, held.invitation("Dora").id)
    assert send(held, values, "2026-09-07") == Sent()
    assert send(held, values, "2026-09-08") == Sent(reminded=1)
    assert send(held, values, "2026-09-12") == Sent()
    assert send(held, values, "2026-09-13") == Sent(reminded=1)
    assert send(held, values, "2026-09-15") == Sent()
    assert send(held, values, "2026-09-16") == Sent()
    assert [len(to(values, name)) for name in ("Anna", "Ben", "Cem", "Dora")] == [1, 1, 3, 1]
    _, first, last = (text(letter) for letter in to(values, "Cem"))
    assert re.search(r"\b2 (of|von) 3\b", first)
    assert first != last
    assert held.invitation("Cem").reminded == ("2026-09-08", "2026-09-13")
    assert len({re.findall(rf"{SITE}/\S+", said)[0] for said in (first, last)}) == 2, "each letter has its own link"


def test_who_has_left_the_body_gets_no_more_letters(held: Consultation, values: Settings) -> None:
    send(held, values, "2026-09-01")
    with clock.fixed(on("2026-09-05")):
        members.leave(held.store, held.invitation("Cem").member)
    assert send(held, values, "2026-09-08") == Sent(reminded=3)
    assert len(to(values, "Cem")) == 1


def test_a_service_that_slept_sends_one_reminder_and_who_came_late_none_at_once(
    held: Consultation, values: Settings
) -> None:
    send(held, values, "2026-09-01")
    assert send(held, values, "2026-09-14") == Sent(reminded=4)
    with clock.fixed(on("2026-09-14")):
        members.add(held.store, held.round.bodies[0], name="Eva", email="eva@example.org", organisation="Kammer")
    assert send(held, values, "2026-09-14") == Sent(invited=1)
    assert send(held, values, "2026-09-15") == Sent()


def test_a_round_that_is_extended_reminds_anew(held: Consultation, values: Settings) -> None:
    send(held, values, "2026-09-01")
    assert send(held, values, "2026-09-13").reminded == 4
    with clock.fixed(on("2026-09-13")):
        rounds.extend(held.store, held.round.id, "2026-09-30", "Mara")
    assert send(held, values, "2026-09-14") == Sent()
    assert send(held, values, "2026-09-23").reminded == 4


def test_results_are_told_once_when_they_are_final_and_only_while_they_are_news(
    held: Consultation, values: Settings
) -> None:
    send(held, values, "2026-09-01")
    assert send(held, values, "2026-09-20") == Sent()
    stored = held.store.collection(rounds.ROUNDS).get(held.round.id)
    assert stored is not None
    final = {**stored.body, "state": "closed", "final": "2026-09-25"}
    held.store.collection(rounds.ROUNDS).replace(stored.id, final, version=stored.version)
    assert send(held, values, "2026-12-24") == Sent(), "old news"
    assert send(held, values, "2026-09-25") == Sent(told=4)
    assert send(held, values, "2026-09-26") == Sent()
    said = text(to(values, "Ben")[-1])
    assert "The consultation “Herbstrunde” has ended." in said
    assert "what was answered to the comments" in said
    (link,) = set(re.findall(rf"{SITE}/en/consulting/(\S+)", said))
    assert invitations.find(held.store, link).name == "Ben"


def test_nobody_is_written_to_while_the_address_of_the_service_is_unknown(held: Consultation, tmp_path: Path) -> None:
    values = settings_module.load(tmp_path / "instance")
    assert send(held, values, "2026-09-01") == Sent()
    assert letters(values) == []
    assert held.invitation("Anna").sent == ""
