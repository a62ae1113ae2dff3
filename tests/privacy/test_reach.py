"""What is stored about one response: its holder gets all of it, and after a withdrawal nothing of it is left."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from survey_service import clock, settings
from survey_service.accounts import audit
from survey_service.coding import quotes, translating
from survey_service.offers import moderation, register
from survey_service.privacy import accesses, copying, erasing
from survey_service.privacy.instance import Instance
from survey_service.questionnaire.loader import Library
from survey_service.questionnaire.model import Questionnaire
from survey_service.reports import snapshot
from survey_service.responses import drafts, holder, reviewing
from survey_service.responses.collection import RESPONSES
from survey_service.responses.revisions import Publications
from survey_service.store.base import Store, Stored
from survey_service.web import withdrawing
from survey_service.web.context import Context
from tests.coding.conftest import NOW, WORDS, Team, gathered, quick_passwords  # noqa: F401 - used by pytest
from tests.offers.test_register import register_one
from tests.privacy.everything import holding

MARK = "Zauberwort"


@pytest.fixture
def at_nine() -> Iterator[None]:
    with clock.fixed(NOW):
        yield


@pytest.fixture
def team(store: Store, questionnaire: object, at_nine: None) -> Team:
    published = Publications(store)
    form: Questionnaire = questionnaire(WORDS)  # type: ignore[operator]
    published.publish({"words": form})
    return gathered(store, published)


def full(team: Team, folder: Path) -> tuple[str, Stored]:
    """Return receipt and response of somebody about whom everything there can be is stored."""
    receipt = team.send(needs=f"{MARK} eins. Mehr Busse.", may="anonymous")
    (response,) = team.store.collection(RESPONSES).find()
    task = team.begin()
    (unit,) = team.units(task)
    translating.write(team.store, task, unit, "en", f"{MARK} one. More buses.", by=team.anna, now=NOW)
    team.code(task, unit, team.anna, "wohnung", memo=f"{MARK} als Notiz")
    team.code(task, unit, team.willi, "wohnung")
    quotes.release(
        team.store, team.publications, task, unit, "Mehr Busse.", of="original", checked=True, by=team.mara, now=NOW
    )
    reviewing.add_note(team.store, response.body["key"], f"{MARK} am Rand", "Mara", NOW.date())
    for remark in (f"{MARK} doppelt", "noch einmal"):
        act = reviewing.Act(reviewing.EXCLUDE, "repeated", remark)
        reviewing.do(team.store, "words", [response.id], act, "Mara", NOW)
    reviewing.do(team.store, "words", [response.id], reviewing.Act(reviewing.INCLUDE), "Mara", NOW)
    drafts.correct(
        team.store,
        team.publications.current("words"),
        "de",
        NOW.date(),
        response=response.body,
        inputs={"needs": f"{MARK} im Entwurf"},
        seen=("needs",),
    )
    snapshot.freeze(folder / "snapshots", team.store, team.publications, ["words"], offers=False)
    return receipt, response


def test_the_holder_gets_all_and_withdrawal_reaches_all(team: Team, tmp_path: Path) -> None:
    values = settings.load(tmp_path / "instance")
    receipt, response = full(team, values.instance)
    here = Instance(team.store, team.publications, values)
    audit.append(team.store, "Mara", "responses.exported", "words", {"format": "csv", "count": 1}, now=NOW)
    audit.append(team.store, "Mara", "file.read", str(response.id), {"file": "x"}, now=NOW)
    before = NOW - dt.timedelta(days=100)  # the quarter before: the response was not there yet
    audit.append(team.store, "Mara", "responses.exported", "words", {"format": "csv", "count": 0}, now=before)
    (unit,) = copying.copy_of(here, response)["made_of_texts"]
    copied = copying.copy_of(here, response)
    assert unit["translation"] == f"{MARK} one. More buses."
    assert unit["codes"] == {"wohnung": {"de": "Wohnung", "en": "Wohnung (en)"}}
    assert (unit["remarks"], unit["quotes"]) == ([f"{MARK} als Notiz"], ["Mehr Busse."])
    assert copied["notes"] == [{"day": "2026-11-23", "text": f"{MARK} am Rand"}]
    assert copied["drafts"][0]["inputs"]["needs"] == f"{MARK} im Entwurf"
    assert copied["looked_at"] == {"alone": 1, "in_lists_and_files": 1}
    assert copied["erased_by"] == {"texts": "2027-04-01", "answers": "2027-10-01"}
    assert accesses.of_response(team.store, response) == accesses.Seen(1, 1)
    for word in ("Anna", "Willi", "Mara"):
        assert word not in orjson.dumps(copied).decode(), "who works with answers is not the holder's business"

    found = holding(team.store, values.instance, MARK)
    assert found >= {"responses", "drafts", "coding_units", "codings", "response_reviews", "review_batches"}
    stored = holder.withdraw(team.store, receipt)
    withdrawing.follow(Context(values, team.store), stored.body["key"])
    assert holding(team.store, values.instance, MARK) == set()
    assert holding(team.store, values.instance, response.body["key"]) == set(), "nor anything that hangs on its key"
    assert not list((values.instance / "snapshots").glob("*/manifest.json"))


def test_a_provider_who_erases_leaves_no_name_and_no_address(
    store: Store, bundled: Library, tmp_path: Path, at_nine: None
) -> None:
    typed = {"A04_name": f"{MARK} offen", "A04_description": f"{MARK}.", "A20_name": MARK, "A20_phone": "0171 2345678"}
    body = register_one(store, bundled, **typed, A20_email=f"{MARK.lower()}@example.org")
    moderation.decide(store, body["offer"], "published", "Mara")
    values = settings.load(tmp_path / "instance")
    assert holding(store, values.instance, MARK) >= {"responses", "offers", "offer_events"}
    assert holding(store, values.instance, f"{MARK.lower()}@") >= {"offer_contacts"}
    (response,) = store.collection(RESPONSES).find()
    here = Instance(store, Publications(store), values)
    assert [each["offer"] for each in copying.copy_of(here, response)["offers"]] == [body["offer"]]
    erasing.erase(here, response.id, "asked", by="Mara", now=NOW)
    assert holding(store, values.instance, MARK) == set()
    assert holding(store, values.instance, f"{MARK.lower()}@") == set()
    after = register.find(store, body["offer"]).body
    assert (after["moderation"], after["name"], after["organisation"]) == ("withdrawn", *["Verein Beispiel"] * 2)
